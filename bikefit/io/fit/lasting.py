"""How long the numbers of an array field last.

Number k of n belongs to k/n of the time to the next record that holds the field. That time is the usual one; a longer
one is a pause, unless the numbers themselves show that they stretch over it. Where records come irregularly and
nothing shows which, no time is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.io.fit.placing import STAMP_STEP_S, Placed
from bikefit.model import Array

_LONGEST_S: Final = 10.0
"""No array lasts longer; records further apart have a pause between them."""
_LONGER: Final = 1.5
"""So many times the usual time is a longer one."""
_STEADY: Final = 0.7
"""Where so large a share of records comes after the usual time, an array lasts that long."""
_ROWS_MIN: Final = 8
_SMOOTH: Final = 0.8
"""Second differences over first ones: from here on noise hides how fast the numbers change."""
_IN_STEP: Final = (0.35, 0.65)
"""How the change from number to number grows with the time between records: not at all below, in step with it above."""


@dataclass(frozen=True)
class Arrays:
    """The numbers of an array field: ``widths`` of them in each message that has a time, one after the other.

    ``circular`` numbers are degrees of a circle.
    """

    values: Array
    widths: NDArray[np.intp]
    circular: bool = False


def stretches(placed: Placed, arrays: Arrays) -> bool | None:
    """Tell whether arrays stretch over the time to the next record, however long; None where that is not known.

    Twice as much time between two numbers means twice as large a change.
    """
    step_s = np.diff(placed.start_s)
    widths = arrays.widths[:-1]
    held = (widths > 2) & (step_s <= _LONGEST_S)
    if np.count_nonzero(held) < 2 * _ROWS_MIN:
        return None
    spacing = step_s[held] / widths[held]
    if np.ptp(np.log(widths[held])) > 0.3:
        even = np.median(np.abs(spacing / np.median(spacing) - 1.0)) < 0.1
        return True if even and np.ptp(np.log(step_s[held])) > 0.3 else None
    if spacing.max() <= _LONGER * spacing.min():
        return None
    long = spacing > _LONGER * np.quantile(spacing, 0.1)
    if min(np.count_nonzero(long), np.count_nonzero(~long)) < _ROWS_MIN:
        return None
    change, bend = _roughness(arrays)
    change, bend = change[:-1][held], bend[:-1][held]
    usable = np.isfinite(change) & (change > 0) & np.isfinite(bend)
    fast, slow = usable & long, usable & ~long
    if min(np.count_nonzero(fast), np.count_nonzero(slow)) < _ROWS_MIN or np.median(bend[slow]) > _SMOOTH:
        return None
    grown = np.median(np.log(change[fast])) - np.median(np.log(change[slow]))
    share = grown / (np.median(np.log(spacing[fast])) - np.median(np.log(spacing[slow])))
    return None if _IN_STEP[0] <= share <= _IN_STEP[1] else bool(share > _IN_STEP[1])


def _roughness(arrays: Arrays) -> tuple[Array, Array]:
    """Return for each message the mean change from number to number, and its own change over that."""
    ends = np.cumsum(arrays.widths)
    owner = np.repeat(np.arange(arrays.widths.size), arrays.widths)
    turn = np.diff(arrays.values)
    turn = (turn + 180.0) % 360.0 - 180.0 if arrays.circular else turn
    first, second = np.abs(turn), np.abs(np.diff(turn))
    first[owner[1:] != owner[:-1]] = np.nan
    second[owner[2:] != owner[:-2]] = np.nan
    change = _mean_by(owner[1:], first, ends.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        bend = _mean_by(owner[2:], second, ends.size) / change
    return change, bend


def _mean_by(owner: NDArray[np.intp], values: Array, count: int) -> Array:
    """Return the mean of each owner's finite values; NaN where it has none."""
    known = np.isfinite(values)
    total = np.bincount(owner[known], values[known], minlength=count)
    number = np.bincount(owner[known], minlength=count)
    means: Array = np.divide(total, number, out=np.full(count, np.nan), where=number > 0)
    return means


def intervals(placed: Placed, widths: NDArray[np.intp], stretched: bool | None) -> Array:
    """Return how long the array of each message lasts [s]; NaN where that is not known."""
    if placed.start_s.size < 3:
        return placed.interval_s
    step_s = np.append(np.diff(placed.start_s), np.nan)
    if stretched:
        lasts = np.where(step_s <= _LONGEST_S, step_s, np.nan)
        rate = np.median((widths / lasts)[np.isfinite(lasts)])
        return np.where(np.isfinite(lasts), lasts, np.nan if np.ptp(widths) == 0 else widths / rate)
    usual = np.median(step_s[:-1])
    jitter = (0.1 if usual >= STAMP_STEP_S else 0.25) * usual
    if np.mean(np.abs(step_s[:-1] - usual) <= jitter) >= _STEADY:
        return placed.interval_s
    shortest = float(np.quantile(step_s[:-1], 0.02))
    if stretched is None or shortest > 1.1 * STAMP_STEP_S:
        return np.full(step_s.size, np.nan)
    return np.asarray(np.minimum(np.nan_to_num(step_s, nan=shortest), shortest))
