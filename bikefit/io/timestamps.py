"""From a column of numbers to the time of each row.

A column may hold seconds, milliseconds, microseconds or nanoseconds (as its name says), time since 1970, ISO 8601
date and time, or a clock time with or without a date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from bikefit.io.finite import finite_span
from bikefit.io.time_units import DATES_FROM_S, EPOCH_RANGE_S, scale_of
from bikefit.io.wraps import TIME_PERIODS, unwrapped
from bikefit.model import Array, Finding, finding


@dataclass(frozen=True)
class Clock:
    """The time of each row."""

    time_s: Array
    """Seconds since ``origin_s``; NaN where a row has no time."""
    origin_s: float
    """Time of the first row on the file's own clock."""
    absolute: bool
    """Whether that clock counts from 1970-01-01 UTC."""
    findings: tuple[Finding, ...] = ()
    """What had to be assumed."""

    @property
    def start(self) -> datetime | None:
        """Date and time of the origin in UTC, where the clock knows it."""
        return datetime.fromtimestamp(self.origin_s, UTC) if self.absolute else None


def clock_from_numbers(values: Array, unit: str | None, counter: float | None = None) -> Clock:
    """Return the time of each row from a column of numbers; ``counter`` is what it reaches before it starts again at 0.

    Large numbers are time since 1970. Without a unit it is judged by the size of the numbers; one that had to be judged
    from the step between rows is a finding.

    Examples
    --------
    >>> clock_from_numbers(np.array([5.0, 15.0]), "ms").time_s.tolist()
    [0.0, 0.01]
    """
    low, _, complete = finite_span(values)
    if np.isnan(low):
        return Clock(np.full(values.size, np.nan), 0.0, False)
    known = slice(None) if complete else np.isfinite(values)
    finite = values[known]
    findings: tuple[Finding, ...] = ()
    if counter is not None:
        finite = finite + float(counter) * np.cumsum(np.diff(finite, prepend=finite[0]) < -counter / 2)
        values = _with(values, known, finite)
    else:
        finite, period = unwrapped(finite, TIME_PERIODS)
        if period is not None:
            values = _with(values, known, finite)
            findings = (finding("counter_wrapped", period=period),)
    scale = scale_of(finite, unit)
    if scale.guessed:
        code = "time_unit_assumed" if unit is None else "time_unit_settled"
        findings = (*findings, finding(code, unit=scale.unit))
    origin = float(finite[0])
    with np.errstate(over="ignore", invalid="ignore"):
        time_s = values - origin if origin else values
        if scale.per_second != 1.0:
            time_s = time_s / scale.per_second
    origin_s = origin / scale.per_second + scale.zero_s
    absolute = DATES_FROM_S <= origin_s <= EPOCH_RANGE_S[1]
    return Clock(time_s, origin_s if absolute else origin_s - scale.zero_s, absolute, findings)


def _with(values: Array, known: NDArray[np.bool_] | slice, finite: Array) -> Array:
    """Return a copy of some numbers with other ones in the known places."""
    changed = values.copy()
    changed[known] = finite
    return changed
