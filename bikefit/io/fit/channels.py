"""What a FIT file holds, field by field, for ``inspect`` and for messages to the user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from bikefit.io.fit.decoder import Column, FitData
from bikefit.io.fit.times import RecordTimes
from bikefit.model import ChannelInfo


def field_infos(
    data: FitData, times: RecordTimes, meanings: Mapping[str, str], notes: Mapping[str, str]
) -> Iterator[ChannelInfo]:
    """List the fields of ``record`` that hold anything, and every developer field of any message.

    ``meanings`` and ``notes`` say as which channel a field of ``record`` was read, and why it was taken or left. Apps'
    fields of ``record`` come first, fields that the profile does not know last.
    """
    record: Mapping[str, Column] = data.get("record", {})
    for key in sorted(record, key=lambda key: (record[key].developer is None, key.startswith("unknown_"))):
        column = record[key]
        samples = int(column.valid.sum())
        if key == "timestamp" or not (samples or "@" in key):
            continue
        yield ChannelInfo(
            name=column.spec.name,
            meaning=meanings.get(key, ""),
            unit=column.spec.unit,
            samples=samples,
            rate_hz=_rate_hz(column, times),
            note="; ".join(filter(None, (_origin(key, column), notes.get(key, "")))),
        )
    for message, columns in data.items():
        for key, column in columns.items():
            if message != "record" and "@" in key:
                name = f"{message}.{column.spec.name}"
                yield ChannelInfo(name, "", column.spec.unit, int(column.valid.sum()), note=_origin(key, column))


def _rate_hz(column: Column, times: RecordTimes) -> float:
    """Return samples a second: the numbers in a message over the messages' usual interval."""
    given = column.valid[times.rows]
    filled = np.asarray(given.any(axis=1) if given.ndim > 1 else given)
    if np.count_nonzero(filled) < 2:
        return float("nan")
    textual = column.base.name in ("string", "byte")
    width = 1.0 if textual else float(np.median(column.widths[times.rows][filled]))
    return width / float(np.median(np.diff(times.start_s[filled])))


def _origin(key: str, column: Column) -> str:
    """Say which app a field is from."""
    if "@" not in key:
        return ""
    index = key.rpartition("@")[2].partition("#")[0]
    own = column.developer
    if own is None:
        return f"field of app {index} that the file does not describe"
    return f"field of app {index}" + (f" ({own.application})" if own.application else "")
