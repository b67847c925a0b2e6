"""Whether the foot kept its level over the ride: straight drift, or steps from one level to another."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import UNLIKE
from bikefit.model import Array, Flags, LevelChange
from bikefit.quantiles import normal_sd
from bikefit.settings import DEFAULTS, Settings
from bikefit.signals import long_run_variance, mean_with_error, robust_sd, runs_of

BLOCKS_MOST: Final = 150
"""The strokes are looked at in at most so many blocks."""
BLOCK_STROKES: Final = 7
"""Strokes in a block, or more: 5 s at 90 rpm."""
STEPS_MOST: Final = 6
"""Steps that are looked for."""
PENALTY: Final = 4.0
"""What a parameter has to gain in the sum of squares, in units of the blocks' variance and the logarithm of their
number: neighbouring blocks resemble each other, so this is more than the usual one."""


def find_level_change(time_s: Array, values: Array, settings: Settings = DEFAULTS) -> LevelChange | None:
    """Return how the strokes' angles (in the order ridden) left their level by as much as matters, if so."""
    known = np.isfinite(values)
    time_s, values = time_s[known], values[known]
    blocks = max(1, min(BLOCKS_MOST, values.size // BLOCK_STROKES))
    if blocks < 3 or np.ptp(values) < settings.level_change_min_deg:
        return None
    bounds = np.linspace(0, values.size, blocks + 1).astype(np.intp)
    sizes = np.diff(bounds)
    means = np.add.reduceat(values, bounds[:-1]) / sizes
    variance = (robust_sd(np.diff(means)) / math.sqrt(2.0)) ** 2
    variance = max(variance, float(values.var()) * 1e-6, 1e-12)
    price = PENALTY * variance * math.log(blocks)
    starts, rest = _steps(means, price)
    at = np.arange(blocks) - 0.5 * (blocks - 1)
    slope = float(at @ means) / float(at @ at)
    straight = float(((means - means.mean() - slope * at) ** 2).sum())
    if straight + price <= rest + 2.0 * price * (len(starts) - 1):
        return _drift(time_s, values, settings)
    return _shift(time_s, values, [int(bounds[start]) for start in starts], settings)


def stretches_of_their_own(reasons: NDArray[np.object_], curves_deg: Array, settings: Settings) -> Flags:
    """Say which strokes, left out as unlike the others, belong to a stretch of the ride in which all are alike.

    Their foot was at another level, or it is another foot's: which of the two is right, the number cannot say.
    """
    odd = np.isin(reasons, UNLIKE)
    own = np.zeros(odd.size, dtype=np.bool_)
    for low, high in runs_of(odd):
        if high - low >= settings.level_min_strokes:
            own[low:high] = _alike(curves_deg[low:high], settings)
    return own


def _alike(curves_deg: Array, settings: Settings) -> bool:
    """Say whether what strokes do comes back in the next one."""
    moved = curves_deg - curves_deg.mean(axis=1, keepdims=True)
    moved = moved[np.isfinite(moved).all(axis=1)]
    if len(moved) < 2:
        return False
    here, there = moved[:-1], moved[1:]
    size = math.sqrt(float(np.vdot(here, here) * np.vdot(there, there)))
    still = math.sqrt(size / here.size) < settings.rotation_still_deg
    return not still and float(np.vdot(here, there)) >= settings.quality_min * size


def _steps(means: Array, price: float) -> tuple[list[int], float]:
    """Return the blocks at which levels begin, and the sum of squares that they leave; each step costs its price twice.

    Exact for each number of steps, by dynamic programming.
    """
    count = means.size
    total, squares = (np.concatenate([[0.0], np.cumsum(means**power)]) for power in (1, 2))
    first, last = np.arange(count)[:, None], np.arange(1, count + 1)[None, :]
    length = np.maximum(last - first, 1)
    within = squares[1:][None, :] - squares[:-1][:, None] - (total[1:][None, :] - total[:-1][:, None]) ** 2 / length
    within = np.where(last > first, within, np.inf)  # from block `first` up to but not with `last`
    best, begins = [within[0]], [np.zeros(count, dtype=np.intp)]
    for _ in range(min(STEPS_MOST, count - 1)):
        before = np.concatenate([[np.inf], best[-1][:-1]])[:, None] + within
        begins.append(np.argmin(before, axis=0))
        best.append(before[begins[-1], np.arange(count)])
    left = [float(one[-1]) for one in best]
    steps = int(np.argmin([rest + 2.0 * price * number for number, rest in enumerate(left)]))
    starts, end = [], count
    for number in range(steps, -1, -1):
        starts.append(int(begins[number][end - 1]))
        end = starts[-1]
    return starts[::-1], left[steps]


def _shift(time_s: Array, values: Array, starts: list[int], settings: Settings) -> LevelChange | None:
    """Return the lowest and the highest of the levels, if they are apart by enough."""
    ends = [*starts[1:], values.size]
    longest = max(settings.level_min_strokes, math.ceil(settings.level_min_share * values.size))
    most = settings.level_change_max_deg
    usual = float(np.median(values))
    levels = [
        (low, high)
        for low, high in zip(starts, ends, strict=True)
        if high - low >= longest or abs(float(values[low:high].mean()) - usual) > most
    ]
    if len(levels) < 2:
        return None
    means = [float(values[low:high].mean()) for low, high in levels]
    errors = [math.sqrt(long_run_variance(values[low:high])[0] / (high - low)) for low, high in levels]
    lowest, highest = int(np.argmin(means)), int(np.argmax(means))
    apart = means[highest] - means[lowest]
    sure_deg = settings.level_change_errors * math.hypot(errors[lowest], errors[highest])
    if apart < max(settings.level_change_min_deg, sure_deg):
        return None
    return LevelChange(
        kind="steps",
        low_deg=means[lowest],
        high_deg=means[highest],
        at_s=float(time_s[levels[1][0]]),
        error_deg=max(normal_sd(*mean_with_error(values[slice(*levels[place])])[1:]) for place in (lowest, highest)),
    )


def _drift(time_s: Array, values: Array, settings: Settings) -> LevelChange | None:
    """Return the ends of the straight line through the values, if they are apart by enough."""
    slope, error = slope_with_error(time_s, values)
    lasts = float(time_s[-1] - time_s[0])
    apart = abs(slope) * lasts
    if not apart >= max(settings.level_change_min_deg, settings.level_change_errors * error * lasts):
        return None
    middle = float(values.mean())
    return LevelChange(
        kind="drift",
        low_deg=middle - 0.5 * apart,
        high_deg=middle + 0.5 * apart,
        at_s=float(time_s[0]),
        error_deg=math.hypot(0.5 * error * lasts, error * float(time_s.std())),
    )


def trend_error_deg_per_h(time_s: Array, values: Array) -> float:
    """Return the standard error of the trend of used strokes [deg/h]."""
    known = np.isfinite(values)
    return 3600.0 * slope_with_error(time_s[known], values[known])[1]


def slope_with_error(time_s: Array, values: Array) -> tuple[float, float]:
    """Return the slope of a line through the values and its standard error, which respects autocorrelation."""
    if values.size < 3:
        return math.nan, math.nan
    centred = time_s - time_s.mean()
    spread = float(centred @ centred)
    slope = float(centred @ (values - values.mean())) / spread
    rest = values - values.mean() - slope * centred
    variance = max(long_run_variance(rest)[0], float(rest.var()))
    return slope, math.sqrt(variance / spread)
