"""Write a recording as delimited text in the project's own layout."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np

from bikefit.conventions import crank_offset_deg
from bikefit.errors import RecordingError
from bikefit.files import write_whole
from bikefit.model import Array, Channel, Recording

_DECIMALS = {"deg": 3, "deg_s": 3, "m_s2": 4, "rpm": 1, "w": 0, "lap": 0, "": 6}
"""Digits after the point, by the unit at the end of the column's name."""
_HELD_S = 2.0
"""How long a shared channel's value stands until the next one."""


def write_csv(
    recording: Recording, path: str | Path, *, delimiter: str = ",", decimal: Literal[".", ","] = "."
) -> None:
    """Write a recording's traces, sensors, shared channels and laps as one table.

    Parameters
    ----------
    recording : Recording
        What to write. A simulated one is labelled so in a comment row.
    path : path-like
        Where to; a name that ends in ``.gz`` is compressed. An existing file is replaced only by a whole one.
    delimiter : str
        Between the cells.
    decimal : {".", ","}
        Of the numbers.

    Raises
    ------
    OutputError
        If the file cannot be written.
    RecordingError
        If the recording holds nothing that this layout has a column for.

    Notes
    -----
    Channels with time stamps of their own share the rows of all stamps, with empty cells between; a shared channel
    such as cadence stands until its next value. Angles are rounded to 0.001 deg, times to a microsecond.

    Examples
    --------
    >>> import tempfile
    >>> from bikefit.model import FootTrace
    >>> trace = FootTrace("left", np.array([0.0, 0.5]), np.array([1.25, np.nan]), "rider")
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_csv(Recording("a.csv", "csv", "", None, 0.0, 0.5, feet={"left": trace}), folder / "a.csv")
    >>> print((folder / "a.csv").read_text(encoding="utf-8"), end="")
    time_s,left_heel_rotation_deg
    0.0,1.250
    0.5,
    """
    own = dict(_own_columns(recording))
    if not own:
        raise RecordingError(f"{recording.name}: no foot trace or shoe sensor to write as CSV.")
    time_s = np.unique(np.concatenate([channel.time_s for channel in own.values()]))
    columns = {name: _placed(channel, time_s) for name, channel in own.items()}
    columns |= {name: _held(channel, time_s) for name, channel in recording.companions.items()}
    if recording.laps:
        starts = [lap.start_s for lap in recording.laps]
        numbers = np.array([np.nan, *(lap.number for lap in recording.laps)])
        columns["lap"] = numbers[np.searchsorted(starts, time_s, side="right")]
    cells = [_texts(time_s, _time_decimals(time_s), decimal)]
    cells += [_texts(values, _decimals(name), decimal) for name, values in columns.items()]
    label = [f"# {recording.name}: made by bikefit simulate, no real rider"] if recording.format == "simulated" else []
    rows = [*label, delimiter.join(["time_s", *columns]), *map(delimiter.join, zip(*cells, strict=True)), ""]
    data = "\n".join(rows).encode()
    write_whole(Path(path), gzip.compress(data, mtime=0) if str(path).endswith(".gz") else data)


def _own_columns(recording: Recording) -> Iterator[tuple[str, Channel]]:
    """Every per-foot channel with its column's name and its own time stamps."""
    for side, trace in recording.feet.items():
        yield f"{side}_heel_rotation_deg", Channel(trace.time_s, trace.heel_out_deg)
        if trace.pitch_deg is not None:
            yield f"{side}_pitch_deg", Channel(trace.time_s, trace.pitch_deg)
    crank = [trace for trace in recording.feet.values() if trace.crank_deg is not None]
    for trace in sorted(crank, key=lambda trace: trace.side == "left")[:1]:
        assert trace.crank_deg is not None
        right_deg = trace.crank_deg - crank_offset_deg(trace.side)
        yield "crank_angle_deg", Channel(trace.time_s, right_deg % 360)
    for side, sensor in recording.sensors.items():
        for index, axis in enumerate("xyz"):
            yield f"{side}_gyr_{axis}_deg_s", Channel(sensor.gyr_time_s, sensor.gyr_deg_s[:, index])
        for index, axis in enumerate("xyz"):
            yield f"{side}_acc_{axis}_m_s2", Channel(sensor.acc_time_s, sensor.acc_m_s2[:, index])


def _placed(channel: Channel, time_s: Array) -> Array:
    """Return a channel's values at common times; NaN where it has none."""
    values = np.full(time_s.size, np.nan)
    values[np.searchsorted(time_s, channel.time_s)] = channel.values
    return values


def _held(channel: Channel, time_s: Array) -> Array:
    """Return a shared channel at common times: its latest value, while it stands."""
    latest = np.searchsorted(channel.time_s, time_s, side="right") - 1
    stands = (latest >= 0) & (time_s - channel.time_s[latest] < _HELD_S)
    return np.where(stands, channel.values[latest], np.nan)


def _decimals(column: str) -> int:
    """Return how many digits a column's unit deserves."""
    return next(digits for unit, digits in _DECIMALS.items() if column.endswith(unit))


def _time_decimals(time_s: Array) -> int:
    """Fewest digits that keep the stamps apart from rounding, at most six."""
    return next((digits for digits in range(1, 6) if np.abs(time_s.round(digits) - time_s).max() < 1e-7), 6)


def _texts(values: Array, digits: int, decimal: str) -> list[str]:
    """Return numbers as cells, empty where missing."""
    texts = [f"{value:.{digits}f}" for value in values.tolist()]
    for missing in np.flatnonzero(np.isnan(values)).tolist():
        texts[missing] = ""
    return [text.replace(".", decimal) for text in texts] if decimal != "." else texts
