"""What is assumed for a count that was not stated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bikefit.conventions import SIDES, Side, other_side
from bikefit.model import Readings


def settle_counts(sessions: Sequence[Readings], *, all_named: bool) -> tuple[list[Readings], tuple[Side, ...]]:
    """Take a shoe of which no recording states a count for bare throughout, where the other's are stated, and name it.

    Where the counts of a comparison were given, a count left out is none, on either shoe.
    """
    assumed = tuple(
        side for side in SIDES if not _stated(sessions, side) and (all_named or _stated(sessions, other_side(side)))
    )
    bare = SIDES if all_named else assumed
    return [_with_bare(one, bare) for one in sessions], assumed


def _stated(sessions: Sequence[Readings], side: Side) -> bool:
    """Tell whether any recording states a count of a shoe."""
    return any(side in one.feet and one.feet[side].fitted_wedges is not None for one in sessions)


def _with_bare(readings: Readings, sides: Sequence[Side]) -> Readings:
    """Take the counts that are not stated of some shoes for none."""
    feet = {
        side: replace(foot, fitted_wedges=0) if side in sides and foot.fitted_wedges is None else foot
        for side, foot in readings.feet.items()
    }
    return replace(readings, feet=feet)
