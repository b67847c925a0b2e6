"""Time stamps that jitter: samples taken evenly, but stamped when they happened to arrive."""

from __future__ import annotations

import math

import numpy as np
from scipy.ndimage import gaussian_filter1d

from bikefit.model import Array, Flags
from bikefit.shoe_sensor.held import moving

EVEN_SHARE = 0.05
"""Stamps closer to an even grid than this share of a step are left alone."""
CLOCK_S = 4.0
"""Over which time the sensor's clock itself may drift or wander."""
LEAST = 64
CLEARLY = 0.6
"""Even stamps must make the readings this much smoother than the given ones to be believed."""


def evened(time_s: Array, values: Array) -> tuple[Array, float]:
    """Return even stamps where the readings show that they were taken evenly, and how far the given ones jitter [s].

    Readings are smooth in their true time: each is foretold by its neighbours. Where stamps off the grid foretell
    worse than the grid does, they are false; where they foretell better, the samples were really taken unevenly.
    """
    if time_s.size < LEAST:
        return time_s, 0.0
    steps = np.diff(time_s)
    step = float(np.mean(steps))
    usual = float(np.median(steps))
    if float(np.std(steps)) < EVEN_SHARE * usual:
        return time_s, 0.0
    busy = moving(values)
    best, best_surprise = time_s, CLEARLY * surprise(time_s, values, busy)
    without_gaps = np.arange(time_s.size, dtype=float)
    lost = np.where(steps > 1.8 * usual, np.round(steps / usual) - 1.0, 0.0)
    for index in (without_gaps, without_gaps + np.concatenate([[0.0], np.cumsum(lost)])):
        grid = _slow_line(index, time_s, max(8, round(CLOCK_S / step)))
        if np.all(np.diff(grid) > 0.3 * min(step, usual)) and (own := surprise(grid, values, busy)) < best_surprise:
            best, best_surprise = grid, own
    return best, float(np.std(time_s - best))


def _slow_line(index: Array, time_s: Array, width: int) -> Array:
    """Return the stamps' slow course over the sample number: a line, and what wanders about it over seconds."""
    slope, start = np.polyfit(index, time_s, 1)
    line = start + slope * index
    slow: Array = line + gaussian_filter1d(time_s - line, width / 2.0, mode="nearest")
    return slow


def surprise(time_s: Array, values: Array, busy: Flags) -> float:
    """Return how far moving readings are from the cubic through their four neighbours: what nine in ten stay under."""
    t0, t1, t, t2, t3 = time_s[:-4], time_s[1:-3], time_s[2:-2], time_s[3:-1], time_s[4:]
    foretold = np.zeros((t.size, values.shape[1]))
    for own, others, rows in (
        (t0, (t1, t2, t3), slice(0, -4)),
        (t1, (t0, t2, t3), slice(1, -3)),
        (t2, (t0, t1, t3), slice(3, -1)),
        (t3, (t0, t1, t2), slice(4, None)),
    ):
        weight = np.ones(t.size)
        for other in others:
            apart = own - other
            weight *= (t - other) / np.where(np.abs(apart) < 1e-9, np.nan, apart)
        foretold += weight[:, None] * values[rows]
    error = np.sum((foretold - values[2:-2]) ** 2, axis=1)[busy[2:-2]]
    error = error[np.isfinite(error)]
    # a few stamps that nearly coincide would swamp a mean
    return math.sqrt(float(np.percentile(error, 90.0))) if error.size else math.inf
