"""Can these values be what their column's name says? What cannot be is set aside, what is odd is reported."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from bikefit.conventions import Side
from bikefit.io.finite import finite_span
from bikefit.io.limits import IMPOSSIBLE_DEG, ROTATION_MAX_RAD
from bikefit.io.sections import nearest_turn
from bikefit.model import Array, Finding, Indices, finding

REPEATED: Final = 10
"""So often a value has to stand out to be one that the recorder writes for a missing one."""
FAR_DEG: Final = 1.0
FAR_STEPS: Final = 4.0
LARGE_STEP: Final = 0.9
"""It is this far, and this many times a large step from sample to sample, from those before and after; large is this
quantile of all that move, so that rest or coasting makes no stroke look steep."""
LONGEST_RUN: Final = 100
"""In longer runs a sensor stands still, which the strokes show."""


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
    for value in dict.fromkeys((0.0, -1.0, low, high)):
        instead = _instead_of_missing(angle_deg, value)
        if instead.size:
            angle_deg = angle_deg.copy()
            angle_deg[instead] = np.nan
            how = {"value": value, "count": int(instead.size)}
            findings.append(finding("value_for_missing", side=side, column=column, **how))
    low, high, _ = finite_span(angle_deg)
    if count:
        findings.append(finding("impossible_values", side=side, column=column, count=count))
    if high == low:
        findings.append(finding("constant_rotation", side=side, column=column, deg=low))
    elif max(abs(low), abs(high)) <= ROTATION_MAX_RAD:
        findings.append(finding("radians_suspected", side=side, column=column, largest=max(abs(low), abs(high))))
    return angle_deg, findings


def _instead_of_missing(angle_deg: Array, value: float) -> Indices:
    """Return where a value stands for a missing one: time and again, far from those before and after, which agree.

    Examples
    --------
    >>> angle = 4.0 + np.sin(np.arange(400) / 10.0)
    >>> angle[50:400:25] = 0.0
    >>> _instead_of_missing(angle, 0.0).size, _instead_of_missing(angle, angle.max()).size
    (14, 0)
    """
    there = np.flatnonzero(angle_deg == value)
    if not REPEATED <= there.size < angle_deg.size // 2:
        return there[:0]
    others = np.flatnonzero(np.isfinite(angle_deg) & (angle_deg != value))
    after = np.searchsorted(others, there)
    there, after = (part[(after > 0) & (after < others.size)] for part in (there, after))
    before_deg, after_deg = angle_deg[others[after - 1]], angle_deg[others[after]]
    off_deg = np.abs(value - 0.5 * (before_deg + after_deg))
    short = others[after] - others[after - 1] <= LONGEST_RUN
    if np.count_nonzero(short & (off_deg >= FAR_DEG)) < REPEATED:
        return there[:0]
    steps = np.abs(np.diff(angle_deg[others]))
    moves = steps[steps > 0.0]
    least_deg = max(FAR_DEG, FAR_STEPS * float(np.quantile(moves, LARGE_STEP))) if moves.size else np.inf
    far = short & (off_deg >= least_deg)
    clear = far & (off_deg > 2.0 * np.abs(after_deg - before_deg))
    times = np.unique(after[clear]).size
    if times < REPEATED or _tips_near(angle_deg[others], value, 0.25 * float(np.median(off_deg[clear]))) > times // 4:
        return there[:0]
    found: Indices = there[far]
    return found


def _tips_near(angle_deg: Array, value: float, within_deg: float) -> int:
    """Return how many tips of an angle, or of a stretch that stands, lie near a value: a kick's differ a little.

    Examples
    --------
    >>> _tips_near(np.array([1.0, 5.1, 5.1, 1.0, 4.9, 0.0, 9.0, 0.0]), 5.0, 0.5)
    2
    """
    turns = angle_deg[np.flatnonzero(np.diff(angle_deg, prepend=np.inf))]
    before_deg, tip_deg, after_deg = turns[:-2], turns[1:-1], turns[2:]
    off_deg = np.abs(tip_deg - 0.5 * (before_deg + after_deg))
    alike = off_deg > 2.0 * np.abs(after_deg - before_deg)
    return int(np.count_nonzero(alike & (off_deg > within_deg) & (np.abs(tip_deg - value) <= within_deg)))


def crank_findings(crank_deg: Array, column: str) -> list[Finding]:
    """Tell where a crank angle cannot be in degrees: all values lie within one turn in radians, and fill it."""
    low, high, _ = finite_span(crank_deg)
    in_radians = low >= -np.pi - 0.01 and high <= 2 * np.pi + 0.01 and high - low > 5.5
    return [finding("crank_radians_suspected", column=column)] if in_radians else []
