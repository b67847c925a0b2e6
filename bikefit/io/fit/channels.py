"""What a FIT file holds, field by field, for ``inspect`` and for messages to the user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from bikefit.io.fit.companions import ASKED_COMPANIONS, COMPANION_FIELDS
from bikefit.io.fit.decoder import Column, FitData
from bikefit.io.fit.fields import SIDED
from bikefit.io.fit.times import RecordTimes
from bikefit.model import Channel, ChannelInfo

SIDE_ADVICE: Final = "one foot without a side: add --side left or --side right"


def canonical(channel: str) -> str:
    """Return a channel's canonical name, unit included.

    Examples
    --------
    >>> canonical("left_heel_rotation"), canonical("cadence"), canonical("")
    ('left_heel_rotation_deg', 'cadence_rpm', '')
    """
    angle = channel.removeprefix("left_").removeprefix("right_") in (*SIDED, "crank_angle")
    return f"{channel}_deg" if angle else ASKED_COMPANIONS.get(channel, channel)


def companion_fields(record: Mapping[str, Column], companions: Mapping[str, Channel]) -> dict[str, str]:
    """Return field of ``record`` -> the companion that it was read as.

    Parameters
    ----------
    record : mapping of str to Column
        The ``record`` messages.
    companions : mapping of str to Channel
        What was read.

    Returns
    -------
    dict of str to str
        The first field of each companion that holds anything.
    """
    found = {}
    for name in companions:
        filled = (field for field in COMPANION_FIELDS[name] if field in record and record[field].valid.any())
        field = next(filled, None)
        if field is not None:
            found[field] = name
    return found


def field_infos(
    data: FitData, times: RecordTimes, meanings: Mapping[str, str], notes: Mapping[str, str]
) -> Iterator[ChannelInfo]:
    """List the fields of ``record`` that hold anything, and every developer field of any message.

    Parameters
    ----------
    data : FitData
        The file.
    times : RecordTimes
        When its records begin.
    meanings, notes : mapping of str to str
        Field of ``record`` -> the canonical channel that it was read as, and why it was taken or left.

    Yields
    ------
    ChannelInfo
        Apps' fields of ``record`` first, fields that the profile does not know last.
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
