"""Samples that arrive in bursts, as over Bluetooth: the stamps are those of arrival, the samples were taken evenly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.model import Array

_STEP_MAX_S: Final = 2.0
_INTERVAL_MAX_S: Final = 1.5
_BURSTS_MIN: Final = 10
_WITHIN_SHARE: Final = 0.25
"""Inside a burst the stamps are at most this share of the mean step apart."""
_LOST_INTERVALS: Final = 2.5
"""Bursts that are further apart than this many usual intervals have others missing between them."""


@dataclass(frozen=True)
class Spread:
    """Times of samples that came in bursts: ``size`` at a time, every ``every_s`` seconds."""

    time_s: Array
    size: float
    every_s: float


def spread_bursts(time_s: Array) -> Spread | None:
    """Return times that are spread evenly over the bursts in which they came; None where they came one by one.

    ``time_s`` rises or stands still. Bursts are alike in size and come at even intervals; where some are lost, the gap
    stays.

    Examples
    --------
    >>> stamps = np.repeat(np.arange(20) / 10, 5)
    >>> spread_bursts(stamps).time_s[:7].round(3).tolist()
    [0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12]
    """
    steps = np.diff(time_s)
    if steps.size < 2 * _BURSTS_MIN:
        return None
    mean = float((steps if steps.max() <= _STEP_MAX_S else np.minimum(steps, _STEP_MAX_S)).mean())
    within = steps < _WITHIN_SHARE * mean
    if 2 * np.count_nonzero(within) < steps.size:
        return None
    starts = np.append(0, np.flatnonzero(steps > mean) + 1)
    sizes = np.diff(np.append(starts, time_s.size))
    intervals = np.diff(time_s[starts])
    if starts.size < _BURSTS_MIN:
        return None
    size, every_s = float(np.median(sizes)), float(np.median(intervals))
    alike = np.mean(np.abs(sizes - size) <= max(1.0, 0.35 * size))
    even = np.mean(np.abs(intervals - every_s) <= 0.5 * every_s)
    repeats = size < 3 and float(np.median(steps[within])) == 0.0
    if size < 2 or repeats or every_s > _INTERVAL_MAX_S or alike < 0.75 or even < 0.7:
        return None
    breaks = np.flatnonzero(intervals > _LOST_INTERVALS * every_s) + 1
    parts = zip(np.split(starts, breaks), [*starts[breaks].tolist(), time_s.size], strict=True)
    even_s = [_evenly(time_s, part, end, every_s, every_s / size) for part, end in parts]
    return Spread(np.concatenate(even_s), size, every_s)


def _evenly(time_s: Array, starts: NDArray[np.intp], end: int, every_s: float, period_s: float) -> Array:
    """Return the times of the samples of neighbouring bursts, up to ``end``: on one line, or burst by burst."""
    arrived, rows = time_s[starts], np.arange(starts[0], end)
    if starts.size > 2:
        slope, offset = np.polyfit(starts - starts[0], arrived, 1)
        line: Array = offset + slope * (rows - starts[0])
        if np.abs(line[starts - starts[0]] - arrived).max() < every_s:
            return line
    places = np.append(starts, end)
    times = np.append(arrived, arrived[-1] + period_s * (end - starts[-1]))
    between: Array = np.interp(rows, places, times)
    return between
