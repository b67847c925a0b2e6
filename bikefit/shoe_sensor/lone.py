"""False readings: one far from both its neighbours, which agree, and an axis that stands still while others move."""

from __future__ import annotations

import numpy as np

from bikefit.model import Array, Flags

USUAL = 20.0
"""A lone reading is this many times further from its neighbours' mean than half of all readings are."""
BESIDE = 4.0
"""Its neighbours are this many times closer to each other than it is to their mean."""
STUCK_ROWS = 10
STUCK_S = 0.25
"""An axis that moves does not repeat one reading for so long,"""
COARSE_STEPS = 100.0
"""unless it counts so coarsely that the others move by fewer of its steps."""


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


def stuck(time_s: Array, values: Array, moves: float) -> Flags:
    """Tell in which readings, shape (n, 3), one axis stands still to the last digit while others move by ``moves``.

    An axis at the end of what it reads is clipped, not stuck.

    Examples
    --------
    >>> wave = 90 * np.sin(np.linspace(0, 60, 1000))[:, None] * np.ones(3)
    >>> wave[400:460, 2] = 7.0
    >>> np.flatnonzero(stuck(np.arange(1000) / 100, wave, 50.0))[[0, -1]].tolist()
    [400, 459]
    """
    seen = np.zeros(time_s.size, dtype=bool)
    same = values[1:] == values[:-1]
    for axis in range(values.shape[1]) if same.any() else ():
        edges = np.flatnonzero(np.diff(same[:, axis], prepend=False, append=False))
        first, last = edges[::2], edges[1::2]
        long = (last - first >= STUCK_ROWS) & (time_s[last] - time_s[first] >= STUCK_S)
        if not long.any():
            continue
        ends = values[:, axis].min(), values[:, axis].max()
        steps = np.abs(np.diff(values[:, axis]))
        least = max(moves, COARSE_STEPS * float(steps[steps > 0.0].min(initial=np.inf)))
        for one, end in zip(first[long], last[long], strict=True):
            rows = slice(one, end + 1)
            others = np.delete(values[rows], axis, axis=1)
            if values[one, axis] not in ends and np.ptp(others, axis=0).max() >= least:
                seen[rows] = True
    return seen


def bridged(values: Array, seen: Flags) -> Array:
    """Put the mean of its neighbours in the place of each lone reading."""
    if not seen.any():
        return values
    at = np.flatnonzero(seen)
    values = values.copy()
    values[at] = 0.5 * (values[at - 1] + values[at + 1])
    return values
