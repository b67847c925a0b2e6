"""When the samples of a FIT file were taken.

All times here are FIT seconds: since 1989-12-31 00:00 UTC, or since the device was switched on where nothing ties
its clock to UTC.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.io.fit.decoder import FitData, Messages
from bikefit.io.fit.fields import is_named
from bikefit.io.fit.profile import EPOCH_S, SYSTEM_TIME_LIMIT
from bikefit.io.names import UNITS, unit_of
from bikefit.model import Array

STAMP_STEP_S: Final = 1.0
"""Resolution of a time stamp."""
_SEVERAL: Final = 1.5
"""From so many messages a stamp on, they are several a second, not a rounded clock."""


@dataclass(frozen=True)
class RecordTimes:
    """When each ``record`` message that has a usable time stamp begins.

    Attributes
    ----------
    rows : ndarray of int, shape (n,)
        Rows of the messages that are used.
    start_s : ndarray, shape (n,)
        FIT seconds, strictly increasing.
    interval_s : ndarray, shape (n,)
        What each covers [s].
    dropped : int
        Messages whose stamps contradict their order.
    """

    rows: NDArray[np.intp]
    start_s: Array
    interval_s: Array
    dropped: int


def numbers(messages: Messages, name: str) -> Array:
    """Return a field of one number a message, scaled, NaN where missing or of another shape."""
    if name not in messages:
        return np.full(messages.count, np.nan)
    values = messages[name].values
    values = values[:, 0] if values.ndim > 1 else values
    return values if values.dtype == float else np.full(messages.count, np.nan)


def utc_shift_s(data: FitData) -> float:
    """Return what to add to seconds since switching on [s]: the median ``timestamp_correlation``, 0 without any."""
    if "timestamp_correlation" not in data:
        return 0.0
    pairs = data["timestamp_correlation"]
    utc, system = (
        numbers(pairs, f"{kind}timestamp") + _fraction(numbers(pairs, f"{kind}timestamp_ms") / 1e3, pairs, kind)
        for kind in ("", "system_")
    )
    shifts = utc - system
    usable = np.isfinite(shifts) & (utc >= SYSTEM_TIME_LIMIT) & (system < SYSTEM_TIME_LIMIT)
    return float(np.median(shifts[usable])) if usable.any() else 0.0


def _fraction(milli_s: Array, pairs: Messages, kind: str) -> Array:
    """Return the part of a second of each correlation, by its milliseconds or else its own field."""
    return np.nan_to_num(np.where(np.isfinite(milli_s), milli_s, numbers(pairs, f"fractional_{kind}timestamp")))


def on_utc(stamp_s: Array, shift_s: float) -> Array:
    """Bring the time stamps that count from switching on to UTC; leave the others."""
    shifted: Array = np.where(stamp_s < SYSTEM_TIME_LIMIT, stamp_s + shift_s, stamp_s)
    return shifted


def record_stamps(record: Messages, shift_s: float) -> Array:
    """Return the time stamps of records [FIT s], with the part of a second that an app's own field gives.

    The field's unit counts; without one, numbers up to 1 are seconds, larger ones milliseconds. A field that ever
    exceeds a second is something else and left out.
    """
    stamp_s = on_utc(numbers(record, "timestamp"), shift_s)
    for key, column in record.items():
        if column.developer is None or not is_named(column.spec.name, "stamp_fraction"):
            continue
        values = numbers(record, key)
        largest = float(np.nanmax(values, initial=0.0))
        unit = unit_of(column.spec.unit)
        fraction_s = values * (UNITS["s"].get(unit, 1.0) if unit else 1.0 if largest <= 1.0 else 1e-3)
        if ((fraction_s >= 0.0) & (fraction_s < 1.0) | np.isnan(fraction_s)).all():
            return stamp_s + np.nan_to_num(fraction_s)
    return stamp_s


def moment(fit_s: float) -> datetime | None:
    """Return a FIT time as date and time in UTC; None where it counts from switching on.

    Examples
    --------
    >>> moment(1_000_000_000.5).isoformat()
    '2021-09-08T01:46:40.500000+00:00'
    """
    return datetime.fromtimestamp(fit_s + EPOCH_S, UTC) if fit_s >= SYSTEM_TIME_LIMIT else None


def from_zero(time_s: Array, zero_s: float) -> Array:
    """Return FIT times as seconds from the recording's zero, to the microsecond: in float64 they hold no more."""
    return np.round(time_s - zero_s, 6)


def longest_rise(values: Array) -> NDArray[np.intp]:
    """Return the places of the longest subsequence that never falls: what is left when single wild values are dropped.

    Examples
    --------
    >>> longest_rise(np.array([1.0, 2.0, 900.0, 3.0, 3.0, 1.0, 4.0])).tolist()
    [0, 1, 3, 4, 6]
    """
    if not (np.diff(values) < 0).any():
        return np.arange(len(values))
    ends, places, before = list[float](), list[int](), list[int]()
    for place, value in enumerate(values.tolist()):
        length = bisect_right(ends, value)
        before.append(places[length - 1] if length else -1)
        ends[length : length + 1] = [value]
        places[length : length + 1] = [place]
    kept, place = list[int](), places[-1]
    while place >= 0:
        kept.append(place)
        place = before[place]
    return np.array(kept[::-1], np.intp)


def record_times(stamp_s: Array) -> RecordTimes:
    """Find when each message of a kind that comes at a steady rate begins, and what time it covers.

    One message a second: it begins at its stamp and covers the usual interval, or less up to the next one. Two
    with the same stamp are a clock's rounding: the second begins one interval later, if that is within a second of
    its stamp. Several a second: those of one stamp share the second evenly; the first and last second may not be
    full, and are spaced as usual. Stamps that contradict the order of the others are dropped.
    """
    known = np.flatnonzero(np.isfinite(stamp_s))
    rows = known[longest_rise(stamp_s[known])]
    stamps = stamp_s[rows]
    steps = np.diff(stamps)
    forward = steps[steps > 0]
    usual = float(np.median(forward)) if forward.size else STAMP_STEP_S
    firsts = np.flatnonzero(np.append(True, steps > 0)) if rows.size else np.zeros(0, np.intp)
    sizes = np.diff(np.append(firsts, rows.size))
    inner = sizes[1:-1] if sizes.size > 2 else sizes
    if inner.size and inner.mean() > _SEVERAL:
        start, interval = _shared_seconds(stamps, firsts, sizes, float(np.median(inner)), usual)
    else:
        place = np.arange(rows.size) * usual
        start = stamps if (steps > 0).all() else np.asarray(place + np.maximum.accumulate(stamps - place))
        kept = start - stamps <= STAMP_STEP_S
        rows, start = rows[kept], start[kept]
        interval = np.minimum(np.append(np.diff(start), usual), usual)[: rows.size]
    return RecordTimes(rows, start, interval, known.size - rows.size)


def _shared_seconds(
    stamps: Array, firsts: NDArray[np.intp], sizes: NDArray[np.intp], several: float, usual: float
) -> tuple[Array, Array]:
    """Spread the messages of each stamp over the time to the next."""
    span = np.minimum(np.append(np.diff(stamps[firsts]), usual), usual)
    interval = span / sizes
    if sizes[-1] < several:
        interval[-1] = usual / several
    begin = stamps[firsts].astype(float)
    if sizes[0] < several and sizes.size > 1:
        interval[0] = usual / several
        begin[0] += span[0] - sizes[0] * interval[0]
    place = np.arange(stamps.size) - np.repeat(firsts, sizes)
    return np.repeat(begin, sizes) + place * np.repeat(interval, sizes), np.repeat(interval, sizes)


def array_times(times: RecordTimes, widths: NDArray[np.intp]) -> Array:
    """Return when each number of an array field was taken: number k of n at k/n of the message's interval.

    Examples
    --------
    >>> array_times(record_times(np.array([10.0, 11.0])), np.array([2, 4])).tolist()
    [10.0, 10.5, 11.0, 11.25, 11.5, 11.75]
    """
    place = np.arange(widths.sum()) - np.repeat(np.cumsum(widths) - widths, widths)
    step = times.interval_s / np.maximum(widths, 1)
    spread: Array = np.repeat(times.start_s, widths) + place * np.repeat(step, widths)
    return spread
