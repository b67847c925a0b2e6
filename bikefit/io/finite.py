"""What a column's numbers span and how they step, in as few looks at them as possible."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from bikefit.model import Array

_BLOCK: Final = 1 << 15


def finite_span(values: Array) -> tuple[float, float, bool]:
    """Return the smallest and the largest finite value (NaN where there is none), and whether all values are finite.

    Examples
    --------
    >>> finite_span(np.array([2.0, np.nan, 5.0]))
    (2.0, 5.0, False)
    """
    if values.size == 0:
        return math.nan, math.nan, False
    low, high = float(values.min()), float(values.max())
    if math.isfinite(low) and math.isfinite(high):
        return low, high, True
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max()), False) if known.size else (math.nan, math.nan, False)


def all_finite(values: Array) -> bool:
    """Tell whether all values are finite; their sum is only then, unless it is too large.

    Examples
    --------
    >>> all_finite(np.array([1.0, 2.0])), all_finite(np.array([1.0, np.inf])), all_finite(np.array([1e308, 1e308]))
    (True, False, True)
    """
    with np.errstate(invalid="ignore", over="ignore"):
        total = float(values.sum())
    return math.isfinite(total) or bool(np.isfinite(values).all())


def least_step(values: Array) -> float:
    """Return the smallest step from one finite value to the next, in blocks that a cache holds; inf under two values.

    Examples
    --------
    >>> least_step(np.array([1.0, 4.0, 2.0, 2.0]))
    -2.0
    """
    blocks = range(0, values.size - 1, _BLOCK)
    return min((float(np.diff(values[at : at + _BLOCK + 1]).min()) for at in blocks), default=math.inf)


def step_forward(values: Array, otherwise: float) -> float:
    """Return the usual step between numbers that rise; another number where none does.

    Examples
    --------
    >>> step_forward(np.array([0.0, 2.0, 2.0, 4.0, 1.0]), 1.0)
    2.0
    """
    steps = np.diff(values)
    rising = steps[steps > 0]
    return float(np.median(rising)) if rising.size else otherwise


def rate_of(time_s: Array) -> float:
    """Return the rate of time stamps [Hz] from their median step; NaN under two of them.

    Examples
    --------
    >>> round(rate_of(np.arange(5) / 100), 6)
    100.0
    """
    return 1.0 / float(np.median(np.diff(time_s))) if time_s.size > 1 else math.nan


def count_finite(values: Array) -> int:
    """Return how many values are finite."""
    return values.size if all_finite(values) else int(np.count_nonzero(np.isfinite(values)))
