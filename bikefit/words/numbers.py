"""What is known of a number before it is printed."""

from __future__ import annotations

import math
from typing import TypeGuard

Interval = tuple[float, float]


def known(value: float | None) -> TypeGuard[float]:
    """Tell whether a number is there at all: not None, NaN or infinite."""
    return value is not None and math.isfinite(value)


def rounded(value: float, digits: int = 1) -> float:
    """Return a number as it will be printed; never -0.0.

    Examples
    --------
    >>> rounded(-0.04), rounded(4.25)
    (0.0, 4.2)
    """
    return float(f"{value:.{digits}f}") + 0.0
