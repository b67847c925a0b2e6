"""Angles that no foot on a pedal has: what they would fit, and whether a number can be given."""

from __future__ import annotations

import math
from typing import Final

from bikefit.conventions import Side
from bikefit.model import Finding, Reason, Rotation, finding, reason
from bikefit.settings import Settings

USUAL_RANGE_DEG: Final = 12.0
"""Feet hardly turn further than this within a stroke."""
HALF_TURN_DEG: Final = (150.0, 210.0)
"""This far from zero an angle fits half a turn."""


def judge_angle(
    from_zero_deg: float, rotation: Rotation, settings: Settings, side: Side
) -> tuple[tuple[Reason, ...], tuple[Finding, ...]]:
    """Return why an angle cannot be a foot's, and what is to be said of one that is only large.

    ``from_zero_deg`` is the foot's angle from its neutral, or from a zero that means something; NaN without one.
    """
    if rotation.range_deg < settings.range_min_deg:
        return (_reason(side, rotation.range_deg, "hardly", "radians_as_deg"),), ()
    size, level = abs(from_zero_deg), rotation.level_change
    if rotation.range_deg > settings.range_max_deg:
        return (_reason(side, rotation.range_deg, "in_stroke", _scale(rotation.range_deg)),), ()
    if size > settings.zero_apart_max_deg:
        return (_reason(side, from_zero_deg, "from_zero", _offset(size, rotation.range_deg)),), ()
    if level is not None and level.size_deg > settings.level_change_max_deg:
        return (_reason(side, level.size_deg, "in_ride", "slipped"),), ()
    if size > settings.zero_apart_warn_deg:
        return (), (finding("angle_large", side=side, deg=from_zero_deg),)
    return (), ()


def _reason(side: Side, deg: float, about: str, fits: str) -> Reason:
    return reason("angle_implausible", side=side, deg=deg, about=about, fits=fits)


def _scale(range_deg: float) -> str:
    """Say what a range within the stroke fits that is too large."""
    if range_deg / 10.0 <= USUAL_RANGE_DEG:
        return "tenths"
    return "radians" if range_deg / math.degrees(1.0) <= USUAL_RANGE_DEG else "column"


def _offset(size_deg: float, range_deg: float) -> str:
    """Say what an angle fits that is too far from its zero."""
    if range_deg > USUAL_RANGE_DEG:
        return "tenths"
    return "half_turn" if HALF_TURN_DEG[0] <= size_deg <= HALF_TURN_DEG[1] else "heading"
