"""Write a recording as a FIT file: rotation in developer arrays of ``record``, sensors in messages of their own.

The layout of ``record``: ``left_heel_rotation`` and ``right_heel_rotation``, units ``deg``, sint16[n], scale 100;
``crank_angle`` (of the right crank), units ``deg``, uint16[n], scale 100, 0 to 359.99; ``left_pitch`` and
``right_pitch`` as the rotation. The n samples span one second from the record's time stamp; what is missing is the
type's invalid value. Sensors are written as a watch on the shoe would log them: 25 samples a message, calibrated,
with a developer field ``side``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from bikefit.conventions import Side, crank_offset_deg
from bikefit.errors import RecordingError
from bikefit.files import write_whole
from bikefit.io.fit.checksum import crc16
from bikefit.io.fit.profile import BASE_TYPES, EPOCH_S, TIMESTAMP
from bikefit.io.names import STANDARD_GRAVITY_M_S2
from bikefit.model import Array, Channel, FootTrace, Recording, ShoeSensor

SAMPLES_A_RECORD_MAX: Final = 127
"""A field holds 255 bytes."""
SAMPLES_A_MESSAGE: Final = 25
"""Sensor samples in one message."""

_ENUM, _UINT8, _STRING, _BYTE = 0x00, 0x02, 0x07, 0x0D
_SINT16, _UINT16, _UINT32, _FLOAT32 = 0x83, 0x84, 0x86, 0x88
_TEXTS: Final = (_STRING, _BYTE)
_DEFAULT_START: Final = datetime(2024, 1, 1, tzinfo=UTC)
_APPLICATION: Final = b"bikefit-layout-1"
_DEVELOPMENT: Final = 255
"""Manufacturer number of what no manufacturer made."""
_GAP_STEPS: Final = 2.5
"""A step of so many usual ones is a hole: nothing is interpolated over it, and a sensor's next message begins."""


# ---- messages ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Field:
    """A field: its number, base type, how many values, stored units a unit; ``own`` = a developer field."""

    number: int
    base: int
    width: int = 1
    scale: float = 1.0
    units: str = ""
    own: bool = False

    @property
    def size(self) -> int:
        """Bytes of the field in a message."""
        return self.width * BASE_TYPES[self.base].size


_STAMP: Final = _Field(TIMESTAMP, _UINT32)


class _Message:
    """A message type: gives its definition and any number of rows of it."""

    def __init__(self, local: int, number: int, fields: Mapping[str, _Field]) -> None:
        self.local, self.number = local, number
        self.plain = {name: item for name, item in fields.items() if not item.own}
        self.own = {name: item for name, item in fields.items() if item.own}

    def definition(self) -> bytes:
        """Return the definition message."""
        body = bytes([(0x60 if self.own else 0x40) | self.local, 0, 0]) + self.number.to_bytes(2, "little")
        body += bytes([len(self.plain)])
        body += b"".join(bytes([item.number, item.size, item.base]) for item in self.plain.values())
        if self.own:
            body += bytes([len(self.own)])
            body += b"".join(bytes([item.number, item.size, 0]) for item in self.own.values())
        return body

    def rows(self, count: int, values: Mapping[str, Any]) -> list[bytes]:
        """Return messages; ``values`` holds a text, a number or a column for each field, NaN where missing."""
        columns = self.plain | self.own
        layout: list[Any] = [("header", "u1")]
        for name, item in columns.items():
            code = f"S{item.width}" if item.base in _TEXTS else "<" + BASE_TYPES[item.base].code
            layout.append((name, code) if item.base in _TEXTS else (name, code, (item.width,)))
        table = np.zeros(count, np.dtype(layout))
        table["header"] = self.local
        for name, item in columns.items():
            given = values.get(name, b"" if item.base in _TEXTS else math.nan)
            table[name] = given if item.base in _TEXTS else _stored(given, item, count)
        raw, size = table.tobytes(), table.dtype.itemsize
        return [raw[at : at + size] for at in range(0, len(raw), size)]


def _stored(given: float | Array, item: _Field, count: int) -> Array:
    """Return numbers as they are stored, in as many columns as the field has: scaled, limited, invalid for NaN."""
    values = np.asarray(given, float)
    values = values[:, None] if values.ndim == 1 else values
    wide = np.full((count, item.width), np.nan)
    wide[:, : values.shape[-1] if values.ndim else None] = values
    base = BASE_TYPES[item.base]
    if base.invalid is None:
        return wide
    known = np.isfinite(wide)
    limits = np.iinfo(base.code)
    scaled = np.clip(np.round(np.where(known, wide, 0.0) * item.scale), limits.min, limits.max - 1)
    return np.where(known, scaled, base.invalid)


def _describe(messages: list[_Message]) -> Iterator[bytes]:
    """Introduce the app and describe its fields."""
    own = {name: item for message in messages for name, item in message.own.items()}
    if not own:
        return
    app = _Message(0, 207, {"id": _Field(1, _BYTE, len(_APPLICATION)), "index": _Field(3, _UINT8)})
    yield app.definition()
    yield from app.rows(1, {"id": _APPLICATION, "index": 0})
    fields = {"index": _Field(0, _UINT8), "number": _Field(1, _UINT8), "base": _Field(2, _UINT8)}
    fields |= {"name": _Field(3, _STRING, 24), "scale": _Field(6, _UINT8), "units": _Field(8, _STRING, 8)}
    description = _Message(0, 206, fields)
    yield description.definition()
    for name, item in own.items():
        entry = {"index": 0, "number": item.number, "base": item.base, "name": name.encode()}
        yield from description.rows(1, entry | {"scale": item.scale, "units": item.units.encode()})


# ---- content -----------------------------------------------------------------------------------------------


def write_fit(recording: Recording, path: str | Path) -> None:
    """Write a recording as a FIT file.

    Parameters
    ----------
    recording : Recording
        Rotation, crank angle, pitch, sensors, cadence, power, speed, heart rate and laps are written; other
        channels and markers have no place in this layout.
    path : path-like
        Where to; an existing file is replaced.

    Raises
    ------
    RecordingError
        If the recording holds nothing that this layout has a place for.
    OutputError
        If the file cannot be written.

    Notes
    -----
    Samples are put on an even grid from the recording's zero, as many a second as the traces have, 127 at most;
    samples that are on such a grid are kept as they are, others are interpolated, holes stay holes. The time zero is
    a whole second: a start with a fraction is cut to it. Angles are rounded to 0.01 deg, a sensor's times to 1 ms.
    A start that is not known becomes 2024-01-01.
    """
    if not recording.feet and not recording.sensors:
        raise RecordingError(f"{recording.name}: no foot trace or shoe sensor to write as FIT.")
    start = recording.start or _DEFAULT_START
    zero = math.floor(start.timestamp()) - EPOCH_S
    ends = [trace.time_s[-1] for trace in recording.feet.values()]
    ends += [
        times[-1] for item in recording.sensors.values() for times in (item.gyr_time_s, item.acc_time_s) if times.size
    ]
    seconds = math.floor(max(ends, default=0.0)) + 1
    record, columns = _record(recording, zero, seconds)
    sensors = {side: _sensor_messages() for side in recording.sensors}
    timed: list[tuple[float, bytes]] = list(enumerate(record.rows(seconds, columns)))
    for side, kinds in sensors.items():
        for kind, message in kinds.items():
            timed += _sensor_rows(message, kind, recording.sensors[side], zero)
    timed.sort(key=lambda entry: entry[0])
    all_sensors = [message for kinds in sensors.values() for message in kinds.values()][:2]
    body = b"".join([
        *_once(0, {"type": (0, _ENUM, 4), "maker": (1, _UINT16, _DEVELOPMENT), "made": (4, _UINT32, zero)}),
        *_describe([record, *all_sensors]),
        *_event(zero, 0),
        record.definition(),
        *(message.definition() for message in all_sensors),
        *(row for _, row in timed),
        *_event(zero + seconds, 4),
        *_laps(recording, zero, seconds),
        *_span(18, zero, 0.0, float(seconds), {"sport": (5, _ENUM, 2), "sub_sport": (6, _ENUM, 6)}),
        *_once(34, {"stamp": (TIMESTAMP, _UINT32, zero + seconds), "sessions": (1, _UINT16, 1), "type": (2, _ENUM, 0)}),
    ])  # fmt: skip
    header = bytes([14, 0x20, *(2158).to_bytes(2, "little"), *len(body).to_bytes(4, "little")]) + b".FIT"
    whole = header + crc16(header).to_bytes(2, "little") + body
    write_whole(Path(path), whole + crc16(whole).to_bytes(2, "little"))


def _once(number: int, fields: Mapping[str, tuple[int, int, float]]) -> Iterator[bytes]:
    """Yield one message of a type: field -> number, base type, value."""
    message = _Message(0, number, {name: _Field(field, base) for name, (field, base, _) in fields.items()})
    yield message.definition()
    yield from message.rows(1, {name: value for name, (_, _, value) in fields.items()})


def _event(stamp: float, kind: int) -> Iterator[bytes]:
    """Yield the timer's start (0) or stop (4)."""
    return _once(21, {"stamp": (TIMESTAMP, _UINT32, stamp), "event": (0, _ENUM, 0), "type": (1, _ENUM, kind)})


def _span(
    number: int, zero: int, start_s: float, end_s: float, more: Mapping[str, tuple[int, int, float]]
) -> Iterator[bytes]:
    """Yield a lap or session from start to end [s]; durations are stored in milliseconds."""
    length_ms = round((end_s - start_s) * 1e3)
    fields = {
        "stamp": (TIMESTAMP, _UINT32, zero + end_s),
        "start": (2, _UINT32, zero + start_s),
        "elapsed": (7, _UINT32, length_ms),
        "timer": (8, _UINT32, length_ms),
    }
    return _once(number, fields | dict(more))


def _laps(recording: Recording, zero: int, seconds: int) -> Iterator[bytes]:
    """Give the lap messages; without laps one over all."""
    spans = [(lap.start_s, lap.end_s) for lap in recording.laps] or [(0.0, float(seconds))]
    for start_s, end_s in spans:
        yield from _span(19, zero, start_s, end_s, {})


def _record(recording: Recording, zero: int, seconds: int) -> tuple[_Message, dict[str, Any]]:
    """Return the ``record`` message and its columns."""
    fields = {"timestamp": _STAMP}
    columns: dict[str, Any] = {"timestamp": zero + np.arange(seconds, dtype=float)}
    native = {
        "cadence_rpm": _Field(4, _UINT8),
        "power_w": _Field(7, _UINT16),
        "heart_rate_bpm": _Field(3, _UINT8),
        "speed_m_s": _Field(6, _UINT16, scale=1000.0),
    }
    for name, item in native.items():
        if name in recording.companions:
            fields[name] = item
            columns[name] = _by_second(recording.companions[name], seconds)
    rates = [trace.rate_hz for trace in recording.feet.values() if trace.time_s.size > 1]
    width = int(np.clip(round(max(rates, default=1.0)), 1, SAMPLES_A_RECORD_MAX))
    grid_s = np.arange(seconds * width) / width
    traces = _angles(recording.feet)
    for number, (name, (trace, angle, wrapped)) in enumerate(traces.items()):
        base = _UINT16 if name == "crank_angle" else _SINT16
        fields[name] = _Field(number, base, width, 100.0, "deg", own=True)
        values = _on_grid(trace.time_s, angle, grid_s, wrapped)
        if wrapped:
            values = np.round(values % 360.0, 2) % 360.0
        columns[name] = values.reshape(seconds, width)
    return _Message(1, 20, fields), columns


def _angles(feet: Mapping[Side, FootTrace]) -> dict[str, tuple[FootTrace, Array, bool]]:
    """Return developer field -> its trace, its samples, and whether they are an angle of the whole circle."""
    found: dict[str, tuple[FootTrace, Array, bool]] = {}
    for side, trace in feet.items():
        found[f"{side}_heel_rotation"] = (trace, trace.heel_out_deg, False)
        if trace.pitch_deg is not None:
            found[f"{side}_pitch"] = (trace, trace.pitch_deg, False)
        if trace.crank_deg is not None:
            found["crank_angle"] = (trace, trace.crank_deg - crank_offset_deg(side), True)
    return found


def _by_second(channel: Channel, seconds: int) -> Array:
    """Return the mean of a channel in each second; NaN where it has no sample."""
    known = np.isfinite(channel.values)
    second = np.floor(channel.time_s[known]).astype(int)
    inside = (second >= 0) & (second < seconds)
    counts = np.bincount(second[inside], minlength=seconds)
    sums = np.bincount(second[inside], weights=channel.values[known][inside], minlength=seconds)
    means: Array = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return means


def _on_grid(time_s: Array, values: Array, grid_s: Array, wrapped: bool) -> Array:
    """Return samples on an even grid: those that lie on it as they are, others interpolated, none across holes."""
    step = grid_s[1] - grid_s[0] if grid_s.size > 1 else 1.0
    place = np.round(time_s / step).astype(int)
    if (np.abs(time_s - place * step) < 1e-3 * step).all():
        result = np.full(grid_s.size, np.nan)
        inside = (place >= 0) & (place < grid_s.size)
        result[place[inside]] = values[inside]
        return result
    known = np.isfinite(values)
    own_s = time_s[known]
    if own_s.size < 2:
        return np.full(grid_s.size, np.nan)
    smooth = np.unwrap(values[known], period=360.0) if wrapped else values[known]
    after = np.clip(np.searchsorted(own_s, grid_s), 1, own_s.size - 1)
    near = own_s[after] - own_s[after - 1] <= _GAP_STEPS * max(step, float(np.median(np.diff(time_s))))
    inside = (grid_s >= own_s[0] - 1e-9) & (grid_s <= own_s[-1] + 1e-9)
    return np.where(near & inside, np.interp(grid_s, own_s, smooth), np.nan)


# ---- sensors -----------------------------------------------------------------------------------------------


def _sensor_messages() -> dict[str, _Message]:
    """Return the messages of a gyroscope and an accelerometer."""
    shared = {
        "timestamp": _STAMP,
        "timestamp_ms": _Field(0, _UINT16),
        "offset_ms": _Field(1, _UINT16, SAMPLES_A_MESSAGE),
        "side": _Field(10, _STRING, 8, own=True),
    }
    axes = {axis: _Field(5 + number, _FLOAT32, SAMPLES_A_MESSAGE) for number, axis in enumerate("xyz")}
    return {"gyr": _Message(2, 164, shared | axes), "acc": _Message(3, 165, shared | axes)}


def _sensor_rows(message: _Message, kind: str, sensor: ShoeSensor, zero: int) -> Iterator[tuple[float, bytes]]:
    """Yield a sensor's messages with the time at which each begins."""
    time_s, values = (
        (sensor.gyr_time_s, sensor.gyr_deg_s)
        if kind == "gyr"
        else (sensor.acc_time_s, sensor.acc_m_s2 / STANDARD_GRAVITY_M_S2)
    )
    if not time_s.size:
        return
    steps = np.diff(time_s)
    holes = np.flatnonzero(steps > _GAP_STEPS * np.median(steps)) + 1 if steps.size else np.zeros(0, int)
    for run_s, run in zip(np.split(time_s, holes), np.split(values, holes), strict=True):
        for at in range(0, run_s.size, SAMPLES_A_MESSAGE):
            part_s, part = run_s[at : at + SAMPLES_A_MESSAGE], run[at : at + SAMPLES_A_MESSAGE]
            begin_ms = round(part_s[0] * 1e3)
            row = {
                "timestamp": float(zero + begin_ms // 1000),
                "timestamp_ms": float(begin_ms % 1000),
                "offset_ms": (part_s * 1e3 - begin_ms)[None, :],
                "side": sensor.side.encode(),
            }
            yield (
                float(part_s[-1]),
                message.rows(1, row | {axis: part[None, :, place] for place, axis in enumerate("xyz")})[0],
            )
