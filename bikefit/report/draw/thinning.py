"""Less ink, same shape: thousands of strokes brought to what a panel can show, without losing a peak."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bikefit.model import Array

FAINT_STROKES = 24
"""Most single strokes drawn behind a mean curve."""


@dataclass(frozen=True)
class Envelope:
    """Values over time in bins: lowest, mean and highest of each bin that holds any."""

    # shape (bins,): ``x`` is the mean position of the bin's values.
    x: Array
    low: Array
    mean: Array
    high: Array


def envelope(x: Array, values: Array, bins: int) -> Envelope:
    """Bring values over x to at most ``bins`` bins of equal width, keeping the extremes of each.

    Examples
    --------
    >>> thin = envelope(np.arange(6.0), np.array([0.0, 9.0, 0.0, 1.0, -5.0, 1.0]), 2)
    >>> thin.low.tolist(), thin.high.tolist(), thin.x.tolist()
    ([0.0, -5.0], [9.0, 1.0], [1.0, 4.0])
    """
    ok = np.isfinite(x) & np.isfinite(values)
    x, values = x[ok], values[ok]
    if x.size == 0:
        return Envelope(x, values, values, values)
    span = float(x.max() - x.min()) or 1.0
    bin_of = np.minimum(((x - x.min()) / span * bins).astype(int), bins - 1)
    order = np.argsort(bin_of, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(bin_of[order]) > 0])
    counts = np.diff(np.r_[starts, x.size])
    ordered = values[order]
    return Envelope(
        x=np.add.reduceat(x[order], starts) / counts,
        low=np.minimum.reduceat(ordered, starts),
        mean=np.add.reduceat(ordered, starts) / counts,
        high=np.maximum.reduceat(ordered, starts),
    )


def unbroken_runs(x: Array, gap: float) -> list[slice]:
    """Return the runs of positions that follow each other without a gap, so that no line is drawn across one.

    Examples
    --------
    >>> unbroken_runs(np.array([0.0, 1.0, 9.0, 10.0]), 3.0)
    [slice(0, 2, None), slice(2, 4, None)]
    """
    ends = [0, *(np.flatnonzero(np.diff(x) > gap) + 1).tolist(), x.size]
    return [slice(start, end) for start, end in pairwise(ends) if end > start]


def pick_strokes(curves: Array, most: int = FAINT_STROKES) -> NDArray[np.intp]:
    """Choose the strokes to draw singly: evenly over the ride, and always those that reach furthest.

    Examples
    --------
    >>> flat = np.zeros((100, 4)); flat[37, 2] = 5.0; flat[61, 1] = -5.0
    >>> picked = pick_strokes(flat, 10)
    >>> picked.size <= 10, 37 in picked, 61 in picked
    (True, True, True)
    """
    rows = np.flatnonzero(np.isfinite(curves).any(axis=1))
    if rows.size <= most:
        return rows
    highest, lowest = np.nanmax(curves[rows], axis=1), np.nanmin(curves[rows], axis=1)
    furthest = {int(rows[highest.argmax()]), int(rows[lowest.argmin()])}
    even = rows[np.linspace(0, rows.size - 1, most - len(furthest)).round().astype(int)]
    return np.array(sorted(furthest | {int(row) for row in even}), dtype=np.intp)


def at_most(positions: Array, step: float) -> Array:
    """Drop positions that fall on the same place as one before them.

    Examples
    --------
    >>> at_most(np.array([3.2, 0.1, 0.2, 3.1]), 1.0).tolist()
    [0.0, 3.0]
    """
    kept: Array = np.unique(np.round(positions[np.isfinite(positions)] / step)) * step
    return kept
