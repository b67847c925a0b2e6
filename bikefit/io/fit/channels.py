"""What a FIT file holds, field by field, for ``inspect`` and for messages to the user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from bikefit.io.fit.column import Column
from bikefit.io.fit.decoder import FitData
from bikefit.io.fit.records import RecordClock
from bikefit.model import ChannelInfo, ChannelNote


def field_infos(
    data: FitData, clock: RecordClock, meanings: Mapping[str, str], notes: Mapping[str, ChannelNote]
) -> Iterator[ChannelInfo]:
    """List the fields of ``record`` that hold anything, and every developer field of any message.

    ``meanings`` and ``notes`` say as which channel a field of ``record`` was read, and why it was taken or left. Apps'
    fields of ``record`` come first, fields that the profile does not know last.
    """
    record: Mapping[str, Column] = data.get("record", {})
    steps_s: dict[tuple[int, bytes], float] = {}
    for key in sorted(record, key=lambda key: (record[key].developer is None, key.startswith("unknown_"))):
        column = record[key]
        samples = column.count
        if key == "timestamp" or not (samples or "@" in key):
            continue
        yield ChannelInfo(
            name=column.spec.name,
            meaning=meanings.get(key, ""),
            unit=column.spec.unit,
            samples=samples,
            rate_hz=_rate_hz(column, clock, steps_s),
            notes=(*_origin(key, column), *((notes[key],) if key in notes else ())),
        )
    for message, columns in data.items():
        for key in columns.own_keys if message != "record" else ():
            column = columns[key]
            name = f"{message}.{column.spec.name}"
            yield ChannelInfo(name, "", column.spec.unit, column.count, notes=_origin(key, column))


def _rate_hz(column: Column, clock: RecordClock, steps_s: dict[tuple[int, bytes], float]) -> float:
    """Return samples a second: the numbers in a message over the messages' usual interval.

    ``steps_s`` remembers those intervals by when messages begin and which of them hold anything.
    """
    placed = clock.of(column)
    filled = column.filled[placed.rows]
    if np.count_nonzero(filled) < 2:
        return float("nan")
    key = (id(placed), filled.tobytes())
    if key not in steps_s:
        steps_s[key] = float(np.median(np.diff(placed.start_s[filled])))
    width = float(np.median(column.widths[placed.rows][filled])) if column.several else 1.0
    return width / steps_s[key]


def _origin(key: str, column: Column) -> tuple[ChannelNote, ...]:
    """Say which app a field is from."""
    if "@" not in key:
        return ()
    own, index = column.developer, key.rpartition("@")[2].partition("#")[0]
    if own is not None and own.application:
        return (ChannelNote("app_named", {"index": index, "name": own.application}),)
    return (ChannelNote("app_undescribed" if own is None else "app", {"index": index}),)
