"""What a column's numbers span, in as few looks at them as possible."""

from __future__ import annotations

import math

import numpy as np

from bikefit.model import Array


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
