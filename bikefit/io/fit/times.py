"""When the samples of a FIT file were taken.

All times here are FIT seconds: since 1989-12-31 00:00 UTC, or since the device was switched on where nothing ties
its clock to UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.io.fit.decoder import FitData, Messages
from bikefit.io.fit.fields import is_named
from bikefit.io.fit.profile import EPOCH_S, NO_STAMP, SYSTEM_TIME_LIMIT
from bikefit.io.names import UNITS, unit_of
from bikefit.model import Array

_ROUNDS_S: Final = (60.0, 65.536, 3600.0, 43200.0, 86400.0, 4294967.296)
"""After so long counters start anew: minute, 16 bits of ms, hour, half day, day, 32 bits of ms [s]."""


def numbers(messages: Messages, name: str) -> Array:
    """Return a field of one number a message, scaled, NaN where missing or of another shape."""
    return messages[name].element(0) if name in messages else np.full(messages.count, np.nan)


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


def stamp_fractions(record: Messages) -> Array:
    """Return the part of a second beyond the stamp that an app's own field gives, shape (n,); NaN where it does not.

    The field's unit counts; without one, numbers up to 1 are seconds, larger ones milliseconds. A field that ever
    exceeds a second is something else and left out.
    """
    for column in record.values():
        if column.developer is None or not is_named(column.spec.name, "stamp_fraction"):
            continue
        values = column.element(0)
        largest = float(np.nanmax(values, initial=0.0))
        unit = unit_of(column.spec.unit)
        fraction_s = values * (UNITS["s"].get(unit, 1.0) if unit else 1.0 if largest <= 1.0 else 1e-3)
        if ((fraction_s >= 0.0) & (fraction_s < 1.0) | np.isnan(fraction_s)).all():
            return fraction_s
    return np.full(record.count, np.nan)


def moment(fit_s: float) -> datetime | None:
    """Return a FIT time as date and time in UTC; None where it counts from switching on.

    Examples
    --------
    >>> moment(1_000_000_000.5).isoformat()
    '2021-09-08T01:46:40.500000+00:00'
    """
    known = SYSTEM_TIME_LIMIT <= fit_s < NO_STAMP
    return datetime.fromtimestamp(fit_s + EPOCH_S, UTC) if known else None


def from_zero(time_s: Array, zero_s: float) -> tuple[Array, slice | NDArray[np.intp]]:
    """Return FIT times as seconds from the recording's zero, and which samples they are of.

    To the microsecond: in float64 FIT times hold no more. Of samples closer than that, as a damaged counter gives them,
    the first stays.
    """
    own_s = np.round(time_s - zero_s, 6)
    rises = np.diff(own_s) > 0
    if rises.all():
        return own_s, slice(None)
    keep = np.flatnonzero(np.append(True, rises))
    return own_s[keep], keep


def stamps_by_counter(counter_s: Array, stamp_s: Array) -> Array:
    """Return time stamps by a counter of an app's own, from the first record that has both on.

    Where the counter starts anew while the stamps go on, as a time of day does at midnight, it is carried on.
    """
    both = np.flatnonzero(np.isfinite(counter_s) & np.isfinite(stamp_s))
    if not both.size:
        return stamp_s
    back_s = np.diff(stamp_s[both]) - np.diff(counter_s[both])
    rounds = np.array(_ROUNDS_S)
    round_s = rounds[np.abs(back_s[:, None] - rounds).argmin(axis=1)]
    anew = (np.diff(counter_s[both]) < 0) & (np.abs(back_s - round_s) <= 2.0)
    carried = np.zeros(counter_s.size)
    carried[both[1:]] = np.where(anew, round_s, 0.0)
    whole_s = counter_s + np.cumsum(carried)
    return np.asarray(stamp_s[both[0]] + (whole_s - whole_s[both[0]]))
