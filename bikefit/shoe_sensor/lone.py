"""Lone false readings: one that is far from both its neighbours, which agree, is no motion of a shoe."""

from __future__ import annotations

import numpy as np

from bikefit.model import Array, Flags

USUAL = 20.0
"""A lone reading is this many times further from its neighbours' mean than half of all readings are."""
BESIDE = 4.0
"""Its neighbours are this many times closer to each other than it is to their mean."""


def lone(time_s: Array, values: Array, least: float) -> Flags:
    """Tell which readings, shape (n, 3), are on some axis at least ``least`` from the mean of two that agree.

    Examples
    --------
    >>> wave = 5 * np.sin(np.linspace(0, 60, 1000))[:, None] * np.ones(3)
    >>> false = wave.copy()
    >>> false[500, 1] = 1e30
    >>> time = np.arange(1000) / 100
    >>> int(lone(time, wave, 30.0).sum()), np.flatnonzero(lone(time, false, 30.0)).tolist()
    (0, [500])
    """
    seen = np.zeros(time_s.size, dtype=bool)
    if time_s.size < 3:
        return seen
    with np.errstate(over="ignore", invalid="ignore"):
        off = np.abs(values[1:-1] - 0.5 * (values[:-2] + values[2:]))
        far = off >= least
        if not far.any():
            return seen
        far &= off > USUAL * np.median(off, axis=0)
        far &= off > BESIDE * np.abs(values[2:] - values[:-2])
    steps = np.diff(time_s)
    near = steps < 2.0 * np.median(steps)
    seen[1:-1] = far.any(axis=1) & near[1:] & near[:-1]
    return seen


def bridged(values: Array, seen: Flags) -> Array:
    """Put the mean of its neighbours in the place of each lone reading."""
    if not seen.any():
        return values
    at = np.flatnonzero(seen)
    values = values.copy()
    values[at] = 0.5 * (values[at - 1] + values[at + 1])
    return values
