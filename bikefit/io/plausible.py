"""Can these values be what their column's name says? What cannot be is set aside, what is odd is reported."""

from __future__ import annotations

import math

import numpy as np

from bikefit.conventions import Side
from bikefit.io.finite import finite_span
from bikefit.io.limits import IMPOSSIBLE_DEG, ROTATION_MAX_RAD
from bikefit.io.sections import nearest_turn
from bikefit.model import Array, Finding, finding


def continuous(angle_deg: Array) -> Array:
    """Remove the jumps of a wrapped angle and bring its median into (-180, 180]; the same array if it is so.

    Only what lies within one turn can be wrapped; an angle that spans more is left alone, so that a stray value such
    as 9999 is not folded into a plausible one.

    Examples
    --------
    >>> continuous(np.array([358.0, 359.0, np.nan, 1.0, 2.0])).tolist()
    [-2.0, -1.0, nan, 1.0, 2.0]
    """
    low, high, complete = finite_span(angle_deg)
    if 180.0 < high - low <= 360.0:
        filled = slice(None) if complete else np.isfinite(angle_deg)
        smooth = np.unwrap(angle_deg[filled], period=360.0)
        angle_deg = angle_deg.copy()
        angle_deg[filled] = smooth
    return nearest_turn(angle_deg)


def checked_angle(angle_deg: Array, side: Side, column: str, infinite: int = 0) -> tuple[Array, list[Finding]]:
    """Set impossible values of a continuous rotation aside and tell what is odd.

    ``infinite`` is how many infinite values have been set aside before. Told are impossible values, none at all, a
    constant, and numbers so small that they may be radians.
    """
    low, high, _ = finite_span(angle_deg)
    if math.isnan(low):
        return angle_deg, [finding("no_values", side=side, column=column)]
    findings: list[Finding] = []
    count = infinite
    if high - low > IMPOSSIBLE_DEG:
        wild = np.abs(angle_deg - np.nanmedian(angle_deg)) > IMPOSSIBLE_DEG
        count += int(np.count_nonzero(wild))
        angle_deg = np.where(wild, np.nan, angle_deg)
        low, high, _ = finite_span(angle_deg)
    if count:
        findings.append(finding("impossible_values", side=side, column=column, count=count))
    if high == low:
        findings.append(finding("constant_rotation", side=side, column=column, deg=low))
    elif max(abs(low), abs(high)) <= ROTATION_MAX_RAD:
        findings.append(finding("radians_suspected", side=side, column=column, largest=max(abs(low), abs(high))))
    return angle_deg, findings


def crank_findings(crank_deg: Array, column: str) -> list[Finding]:
    """Tell where a crank angle cannot be in degrees: all values lie within one turn in radians, and fill it."""
    low, high, _ = finite_span(crank_deg)
    in_radians = low >= -np.pi - 0.01 and high <= 2 * np.pi + 0.01 and high - low > 5.5
    return [finding("crank_radians_suspected", column=column)] if in_radians else []
