"""In which unit a column of numbers counts time, and from when: judged by the size of the numbers and steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bikefit.io.finite import step_forward
from bikefit.model import Array

PER_SECOND: Final = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9, "min": 1 / 60, "h": 1 / 3600}
EPOCH_RANGE_S: Final = (3e8, 2e10)
"""Seconds since 1970 that a recording may carry: from 1979 on. Less is a time since the start of something."""
DATES_FROM_S: Final = 1.1e9
"""Numbers of an earlier date (2004) count from another year than 1970, such as from 2000, so the date is not known."""
_DAY_S: Final = 86400.0
_DAY_STEP_MAX: Final = 2e-5
"""Numbers that rise by less between two rows count days: in seconds the rows would come at 50 kHz or more."""
SANE_STEP_S: Final = (2e-4, 2.0)


@dataclass(frozen=True)
class Scale:
    """What one second is in a column's numbers, and what their zero is."""

    unit: str
    per_second: float  # How far the numbers rise in a second
    zero_s: float = 0.0  # Their zero in seconds since 1970, where they count from a date; 0 where that is not said
    guessed: bool = False  # Whether that is a guess worth telling


_SPREADSHEET: Final = Scale("days", 1.0 / _DAY_S, -25569 * _DAY_S, guessed=True)
_SINCE_YEAR_0: Final = Scale("days", 1.0 / _DAY_S, -719529 * _DAY_S, guessed=True)
_OF_A_DAY: Final = Scale("days", 1.0 / _DAY_S, guessed=True)
_TICKS: Final = Scale("ticks of 100 ns", 1e7, -62135596800.0, guessed=True)
_FILE_TIME: Final = Scale("ticks of 100 ns", 1e7, -11644473600.0, guessed=True)
_DATED: Final = (
    (20_000.0, 80_000.0, _SPREADSHEET),
    (700_000.0, 780_000.0, _SINCE_YEAR_0),
    (0.0, 1.0, _OF_A_DAY),
)


def scale_of(finite: Array, stated: str | None) -> Scale:
    """Return how a column's finite numbers count time; ``stated`` is the unit that its name or the user says.

    A stated unit holds unless it makes the steps absurd and another one makes the numbers a date with sane steps.

    Examples
    --------
    >>> scale_of(np.array([1.7776e12, 1.7776e12 + 10]), None).unit, scale_of(np.array([0.0, 10.0]), None).unit
    ('ms', 'ms')
    """
    if stated is not None:
        return _held_to(finite, float(finite[finite.size // 2]), stated)
    size = float(np.median(finite))
    for low, high, scale in ((6.2e17, 6.7e17, _TICKS), (1.25e17, 1.5e17, _FILE_TIME)):
        if low <= size <= high:
            return scale
    unit = _epoch_unit(size)
    if unit is not None:
        return Scale(unit, PER_SECOND[unit])
    step = step_forward(finite, 1.0)
    for low, high, scale in _DATED:
        if low <= size <= high and 0 < step < _DAY_STEP_MAX:
            return scale
    unit = next((unit for unit in ("s", "ms", "us", "ns") if step / PER_SECOND[unit] <= SANE_STEP_S[1]), "s")
    return Scale(unit, PER_SECOND[unit], guessed=True)


def unit_that_suits(step_s: float) -> str:
    """Return in which unit numbers probably count whose steps are absurd as seconds.

    Examples
    --------
    >>> unit_that_suits(10.0), unit_that_suits(0.01 / 60), unit_that_suits(0.01 / 3600)
    ('ms', 'min', 'h')
    """
    if step_s > SANE_STEP_S[1]:
        return "ms"
    return "min" if step_s * 60.0 >= SANE_STEP_S[0] else "h"


def _held_to(finite: Array, size: float, stated: str) -> Scale:
    """Return the stated unit, or the one that the numbers can only be in."""
    own = Scale(stated, PER_SECOND[stated])
    if EPOCH_RANGE_S[0] <= size / own.per_second <= EPOCH_RANGE_S[1]:
        return own
    unit = _epoch_unit(size)
    if unit is None:
        return own
    step, (least, most) = step_forward(finite, 1.0), SANE_STEP_S
    absurd = not least <= step / own.per_second <= most
    return Scale(unit, PER_SECOND[unit], guessed=True) if absurd and step / PER_SECOND[unit] >= least else own


def _epoch_unit(size: float) -> str | None:
    """Return the unit in which a number is a recent date."""
    units = ("ns", "us", "ms", "s")
    return next((u for u in units if EPOCH_RANGE_S[0] <= size / PER_SECOND[u] <= EPOCH_RANGE_S[1]), None)
