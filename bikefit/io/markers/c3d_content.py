"""C3D taken apart in numpy: parameters and points of a file whose sizes are checked before any room is made for them.

The format is that of https://www.c3d.org: blocks of 512 bytes; the first is the header, the parameters follow where it
says so, then frame by frame four numbers a point (x, y, z, and one that is negative where the point is hidden) and the
analog samples, in one of three byte orders.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from bikefit.errors import RecordingError, how_many
from bikefit.model import Array

BLOCK: Final = 512
_INTEL, _DEC, _MIPS = 84, 85, 86
_FRAMES_MAX: Final = 0xFFFF
"""A parameter gives the number of frames where the header cannot hold it."""
_ENTRIES_MAX: Final = 20_000
Value = tuple[str, ...] | Array


@dataclass(frozen=True)
class C3dContent:
    """What a C3D file holds."""

    rate_hz: float
    first_frame: int  # Its number, from 1
    points: Array  # In the file's unit and axes, shape (frames, points, 3); NaN where hidden
    parameters: Mapping[str, Value]  # GROUP:NAME in capitals -> texts without blanks at the end, or numbers

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a parameter's texts; none where it holds none."""
        value = self.parameters.get(name, ())
        return value if isinstance(value, tuple) else ()


def parse_c3d(data: bytes, where: str) -> C3dContent:
    """Take a C3D file apart; RecordingError where it breaks off, or claims more than its bytes can hold."""
    at = (data[0] - 1) * BLOCK if data else 0
    if len(data) < 2 * BLOCK or not BLOCK <= at <= len(data) - 4:
        raise RecordingError(f"{where}: the C3D file breaks off in its header; copy it again.")
    numbers = _Numbers(data[at + 3], where)
    parameters = _parameters(data, at + 4, numbers)
    if parameters is None:
        raise RecordingError(
            f"{where}: the C3D file is damaged: its parameters claim more than its {len(data)} bytes can hold. Copy it "
            "again, or export the trial as TRC."
        )
    points, analog, first, last = (int(word) for word in numbers.words(data[2:10]))
    scale, rate_hz = float(numbers.floats(data[12:16])[0]), float(numbers.floats(data[20:24])[0])
    if not scale:
        scale = _number(parameters, "POINT:SCALE")
    if not rate_hz > 0:
        rate_hz = _number(parameters, "POINT:RATE")
    begin = (int(numbers.words(data[16:18])[0]) - 1) * BLOCK
    size = 4 if scale < 0 else 2
    a_frame = size * (4 * points + analog)
    frames = _frames(first, last, parameters)
    if frames > 0 and a_frame and (begin < BLOCK or begin + frames * a_frame > len(data)):
        raise RecordingError(
            f"{where}: the C3D file is damaged: its header claims {how_many(frames, 'frame')} of "
            f"{how_many(points, 'marker')}, more than its {len(data)} bytes can hold. Copy it again, "
            "or export the trial as TRC."
        )
    if frames <= 0 or not points or not 0 < rate_hz < math.inf or not math.isfinite(scale):
        raise RecordingError(f"{where}: the C3D file holds no marker with a rate.")
    stored = data[begin : begin + frames * a_frame]
    rows = (numbers.floats(stored) if scale < 0 else numbers.integers(stored)).reshape(frames, -1)
    four = rows[:, : 4 * points].reshape(frames, points, 4)
    hidden = four[:, :, 3] < 0
    places = four[:, :, :3].astype(np.float64) * (1.0 if scale < 0 else scale)
    places[hidden | ~np.isfinite(places).all(axis=2)] = np.nan
    return C3dContent(rate_hz, first, places, parameters)


class _Numbers:
    """Numbers in a file's byte order."""

    def __init__(self, processor: int, where: str) -> None:
        if processor not in (_INTEL, _DEC, _MIPS):
            raise RecordingError(
                f"{where}: the C3D file names no byte order that is known ({processor}). Export the trial as TRC."
            )
        self.order = ">" if processor == _MIPS else "<"
        self.dec = processor == _DEC

    def words(self, data: bytes) -> Array:
        """Return whole numbers of 16 bits without sign."""
        return np.frombuffer(data, f"{self.order}u2")

    def integers(self, data: bytes) -> Array:
        """Return whole numbers of 16 bits with a sign."""
        return np.frombuffer(data, f"{self.order}i2")

    def floats(self, data: bytes) -> Array:
        """Return numbers of 32 bits; DEC's have their halves swapped and an exponent that is greater by two."""
        if not self.dec:
            return np.frombuffer(data, f"{self.order}f4")
        swapped = np.frombuffer(data, "<u2").reshape(-1, 2)[:, ::-1].tobytes()
        with np.errstate(invalid="ignore", over="ignore"):
            return np.frombuffer(swapped, "<f4") / np.float32(4.0)


def _frames(first: int, last: int, parameters: Mapping[str, Value]) -> int:
    """Return how many frames there are, by the header or, where they are more than it can tell, by a parameter."""
    if last < _FRAMES_MAX:
        return last - first + 1
    ends = (parameters.get(f"TRIAL:ACTUAL_{end}_FIELD") for end in ("START", "END"))
    told = [_whole(value) for value in ends if isinstance(value, np.ndarray)]
    if len(told) == 2 and told[1] >= told[0]:
        return told[1] - told[0] + 1
    counts = [_number(parameters, name) for name in ("POINT:LONG_FRAMES", "POINT:FRAMES")]
    known = [count % 65536 if -32768 <= count < 0 else count for count in counts if math.isfinite(count)]
    return int(min(known[0], 2**40)) if known else last - first + 1


def _whole(value: Array) -> int:
    """Return a number of two words, the lower first, or of one."""
    words = [int(word) % 65536 for word in value[:2]] or [0]
    return words[0] + 65536 * (words[1] if len(words) > 1 else 0)


def _number(parameters: Mapping[str, Value], name: str) -> float:
    """Return a parameter's first number, NaN where it holds none."""
    value = parameters.get(name, ())
    return float(value[0]) if isinstance(value, np.ndarray) and value.size else math.nan


def _parameters(data: bytes, at: int, numbers: _Numbers) -> dict[str, Value] | None:
    """Return groups' parameters by ``GROUP:NAME``; None where the sizes that they claim do not lie within the file."""
    groups: dict[int, str] = {}
    values: list[tuple[int, str, Value]] = []
    for _ in range(_ENTRIES_MAX):
        if at + 2 > len(data):
            return None
        length, group = struct.unpack_from("2b", data, at)
        if length == 0:
            break
        behind = at + 2 + abs(length)
        if behind + 4 > len(data):
            return None
        name = data[at + 2 : behind].decode("latin-1").strip().upper()
        offset = int(numbers.words(data[behind : behind + 2])[0])
        if group < 0:
            groups[-group] = name
        elif group > 0:
            value = _value(data, behind + 2, numbers)
            if value is None:
                return None
            values.append((group, name, value))
        if offset == 0:
            break
        at = behind + offset
    return {f"{groups.get(group, '')}:{name}": value for group, name, value in values}


def _value(data: bytes, at: int, numbers: _Numbers) -> Value | None:
    """Return a parameter's value; None where it does not lie within the file."""
    (kind,), dimensions = struct.unpack_from("b", data, at), data[at + 1]
    lengths = list(data[at + 2 : at + 2 + dimensions])
    begin = at + 2 + dimensions
    size = abs(kind) * math.prod(lengths)
    if begin + size > len(data):
        return None
    stored = data[begin : begin + size]
    if kind == -1:
        width = lengths[0] if lengths else 1
        cells = [stored[start : start + width] for start in range(0, size, width)] if width else []
        return tuple(cell.decode("utf-8", errors="replace").rstrip(" \0") for cell in cells)
    if kind == 1:
        return np.frombuffer(stored, "i1").astype(np.float64)
    if kind in (2, 4):
        return (numbers.integers(stored) if kind == 2 else numbers.floats(stored)).astype(np.float64)
    return ()
