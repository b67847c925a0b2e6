"""Counters that start again at zero: of 16, 24 or 32 bits, and the time of the day at midnight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from bikefit.io.finite import least_step
from bikefit.model import Array

_BITS: Final = (2.0**16, 2.0**24, 2.0**32)
TIME_PERIODS: Final = tuple(
    sorted((*_BITS, *(bits / scale for bits in _BITS for scale in (1e3, 1e6)), 86400.0, 86400e3))
)
"""What a column of times may reach before it starts again, whether it counts ticks or was brought to seconds."""
COUNTER_PERIODS: Final = (2.0**8, 1e3, 1e4, 2.0**16, 1e5, 1e6, 2.0**24, 2.0**32)
"""The same of a counter of samples."""
_GAP_STEPS: Final = 100.0
"""A wrap may fall into a gap of this many usual steps."""


def unwrapped(values: Array, periods: Sequence[float]) -> tuple[Array, float | None]:
    """Return numbers that go on where a counter started again, and what it counts to; None where it did not.

    ``values`` are finite. A fall is a wrap where the counter had all but reached the period and goes on from about 0.

    Examples
    --------
    >>> unwrapped(np.array([65533.0, 65535.0, 1.0, 3.0]), TIME_PERIODS)[0].tolist()
    [65533.0, 65535.0, 65537.0, 65539.0]
    """
    if values.size < 3 or least_step(values) >= 0 or values.min() < 0:
        return values, None
    steps = np.diff(values)
    usual = float(np.median(np.abs(steps[steps != 0])))
    high = float(values.max())
    for period in periods:
        falls = steps < -period / 2
        if high >= period or high < period - _GAP_STEPS * usual or not falls.any():
            continue
        over = steps[falls] + period
        if np.all((over > 0) & (over <= _GAP_STEPS * usual)) and _GAP_STEPS * usual < period / 2:
            return values + period * np.concatenate([[0.0], np.cumsum(falls)]), period
    return values, None
