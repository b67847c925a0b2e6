"""Samples that were held: a slow channel written into the rows of a faster one, each value repeated."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

from bikefit.model import Array, Flags
from bikefit.signals import runs

MOVING_SHARE = 0.2
"""A row counts as moving where its neighbourhood varies by this share of the whole recording's variation."""
NEIGHBOURHOOD = 48
LONGEST_HOLD = 40
HELD_LEAST = 1.05
"""Rows a value, on average over moving rows, from which on a channel counts as held."""


def moving(values: Array) -> Flags:
    """Tell at which rows a channel is in motion, so that its readings cannot stay the same by chance."""
    centred = values - values.mean(axis=0)
    square = np.sum(centred**2, axis=1)
    mean = uniform_filter1d(centred, NEIGHBOURHOOD, axis=0, mode="nearest")
    local = uniform_filter1d(square, NEIGHBOURHOOD, mode="nearest") - np.sum(mean**2, axis=1)
    return np.asarray(local > MOVING_SHARE**2 * square.mean())


def rows_a_value(values: Array) -> float:
    """Return how many rows each value is held for, on average while the sensor moves; 1 where none is repeated.

    Examples
    --------
    >>> wave = np.sin(np.linspace(0, 60, 1000))[:, None] * np.ones(3)
    >>> rows_a_value(wave), round(rows_a_value(np.repeat(wave, 4, axis=0)), 1)
    (1.0, 4.0)
    """
    changed = _changed(values)
    if changed.mean() > 1.0 / HELD_LEAST:
        return 1.0
    changed = changed[moving(values)[1:]]
    changes = np.count_nonzero(changed)
    return float(changed.size / changes) if changes else 1.0


def _changed(values: Array) -> Flags:
    """Tell which rows are not those before them."""
    first, second, third = (values[1:, k] != values[:-1, k] for k in range(3))
    return np.asarray(first | second | third)


def released(time_s: Array, values: Array) -> tuple[Array, Array, float]:
    """Keep the first row of each held value: the channel at its own, lower rate, and how many rows each was held.

    A value that a resting sensor truly repeats is kept once in every hold.
    """
    hold = rows_a_value(values)
    if not HELD_LEAST < hold < LONGEST_HOLD:
        return time_s, values, 1.0
    starts, ends = runs(_changed(values))
    lengths = ends - starts
    pieces = np.maximum(1, np.round(lengths / hold)).astype(int)
    first = np.repeat(starts, pieces)
    within = np.arange(first.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    kept = first + np.round(within * np.repeat(lengths / pieces, pieces)).astype(int)
    return time_s[kept], values[kept], hold
