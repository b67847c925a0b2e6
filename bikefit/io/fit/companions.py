"""What accompanies the rotation in a FIT file: cadence, power, pedal measures, laps, date."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Final

import numpy as np

from bikefit.conventions import SIDES
from bikefit.io.finite import all_finite
from bikefit.io.fit.column import Column
from bikefit.io.fit.decoder import FitData
from bikefit.io.fit.records import RecordClock
from bikefit.io.fit.times import moment, numbers, on_utc
from bikefit.io.names import shown
from bikefit.io.series import Series
from bikefit.model import Array, Finding, Lap, finding

_PLAIN: Final[Mapping[str, tuple[str, ...]]] = {
    "cadence": ("cadence256", "cadence"),
    "power": ("power",),
    "speed": ("enhanced_speed", "speed"),
    "heart_rate": ("heart_rate",),
    **{
        f"{side}_{name}": (f"{side}_{name}",) for name in ("torque_effectiveness", "pedal_smoothness") for side in SIDES
    },
    **{f"{side}_platform_offset": (f"{side}_pco",) for side in SIDES},
}
"""Channel -> fields of ``record`` that it is read from; of several the first that holds anything."""
_ANGLE_PAIRS: Final = {
    f"{side}_power_phase{peak}_{end}": (f"{side}_power_phase{peak}", place)
    for side in SIDES
    for peak in ("", "_peak")
    for place, end in enumerate(("start", "end"))
}
_RIGHT: Final = 0x80
"""This bit says that the share is the right one's; the others are percent."""
_INVALID: Final = 0xFF


def companion_series(
    record: Mapping[str, Column], clock: RecordClock, taken: Collection[str]
) -> tuple[dict[str, list[Series]], tuple[Finding, ...]]:
    """Read what accompanies the rotation, in FIT seconds, by the field that it is read from; only what holds anything.

    ``taken`` are channels that are read from another field. Of several values where one is meant the first counts,
    and a finding says so.
    """
    found: dict[str, list[Series]] = {}
    for channel, field, values in _companions(record):
        if channel in taken:
            continue
        placed = clock.of(record[field])
        time_s, values = placed.start_s, values[placed.rows]
        if not all_finite(values):
            filled = np.isfinite(values)
            time_s, values = time_s[filled], values[filled]
        if values.size:
            found.setdefault(field, []).append(Series(channel, time_s, values, record[field].spec.name))
    pairs = {field for field, _ in _ANGLE_PAIRS.values()}
    several = [shown(field) for field in found if field not in pairs and record[field].several]
    return found, (finding("fit_first_of_several", fields=several),) if several else ()


def _companions(record: Mapping[str, Column]) -> Iterator[tuple[str, str, Array]]:
    """Give each companion's channel, field and values, one per record."""
    for channel, fields in _PLAIN.items():
        for field, values in islice(_filled(record, fields), 1):
            yield channel, field, values + _part_of_a_turn(record) if field == "cadence" else values
    for channel, (field, place) in _ANGLE_PAIRS.items():
        if field in record and record[field].several:
            yield channel, field, record[field].element(place)
    share = _right_share(record)
    if share is not None:
        yield "right_balance", "left_right_balance", share


def _filled(record: Mapping[str, Column], fields: tuple[str, ...]) -> Iterator[tuple[str, Array]]:
    """Yield the native ones of some fields that hold any number, with one number a record."""
    for field in fields:
        column = record.get(field)
        if column is not None and column.developer is None and np.isfinite(values := column.element(0)).any():
            yield field, values


def _part_of_a_turn(record: Mapping[str, Column]) -> Array | float:
    """Return what a field of its own adds to whole turns a minute."""
    return next((np.nan_to_num(part) for _, part in _filled(record, ("fractional_cadence",))), 0.0)


def _right_share(record: Mapping[str, Column]) -> Array | None:
    """Return the right pedal's share of the power [%] where the file says that the share is the right one's."""
    column = record.get("left_right_balance")
    if column is None or column.base.name not in ("uint8", "enum"):
        return None
    share = np.nan_to_num(column.element(0), nan=0.0, posinf=0.0, neginf=0.0)
    share = np.where((share >= _RIGHT) & (share <= _INVALID), share, 0.0)
    return np.where(share > 0.0, share - _RIGHT, np.nan)


def laps_of(data: FitData, shift_s: float, zero_s: float, to_s: float) -> tuple[Lap, ...]:
    """Read the laps in order of time, numbered from 1, within the recording (``zero_s`` [FIT s], ``to_s`` long).

    A lap ends after its elapsed time, or at its stamp where that is not given.
    """
    if "lap" not in data:
        return ()
    laps = data["lap"]
    start_s = on_utc(numbers(laps, "start_time"), shift_s) - zero_s
    stamp_s = on_utc(numbers(laps, "timestamp"), shift_s) - zero_s
    elapsed_s = numbers(laps, "total_elapsed_time")
    end_s = np.where(np.isfinite(elapsed_s), start_s + elapsed_s, stamp_s)
    start_s, end_s = np.clip(start_s, 0.0, to_s), np.clip(end_s, 0.0, to_s)
    spans = sorted((a, b) for a, b in zip(start_s.tolist(), end_s.tolist(), strict=True) if a < b)
    return tuple(Lap(number, a, b) for number, (a, b) in enumerate(spans, start=1))


def created(data: FitData) -> datetime | None:
    """Return when the file was created in UTC; None where it does not say."""
    if "file_id" not in data:
        return None
    stamps = numbers(data["file_id"], "time_created")
    known = stamps[np.isfinite(stamps)]
    return moment(float(known[0])) if known.size else None
