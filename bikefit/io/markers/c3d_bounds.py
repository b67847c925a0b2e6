"""Does a C3D file claim more than it can hold? Asked before the library that reads it sets aside room for all of it."""

from __future__ import annotations

import math
import struct
from typing import Final

from bikefit.errors import RecordingError

_BLOCK: Final = 512
_BIG_ENDIAN: Final = 86
_FRAMES_MAX: Final = 0xFFFF
"""More frames than a header can tell are told by a parameter."""


def check_bounds(data: bytes, where: str) -> None:
    """Raise a RecordingError where header or parameters of a C3D file claim more than its bytes can hold."""
    parameters = (data[0] - 1) * _BLOCK if data else 0
    if len(data) < 2 * _BLOCK or not 0 <= parameters <= len(data) - 4:
        raise RecordingError(f"{where}: the C3D file breaks off in its header; copy it again.")
    order = ">" if data[parameters + 3] == _BIG_ENDIAN else "<"
    points, analog, first, last = struct.unpack_from(f"{order}4H", data, 2)
    frames = last - first + 1
    if last < _FRAMES_MAX and frames > 0 and 2 * frames * (4 * points + analog) > len(data):
        raise RecordingError(
            f"{where}: the C3D file is damaged: its header claims {frames} frames of {points} markers, more than its "
            f"{len(data)} bytes can hold. Copy it again, or export the trial as TRC."
        )
    if not _parameters_fit(data, parameters + 4, order):
        raise RecordingError(
            f"{where}: the C3D file is damaged: its parameters claim more than its {len(data)} bytes can hold. Copy it "
            "again, or export the trial as TRC."
        )


def _parameters_fit(data: bytes, at: int, order: str) -> bool:
    """Walk through groups and parameters; tell whether the sizes that they claim lie within the file."""
    while at + 2 <= len(data) and data[at] != 0:
        name, group = struct.unpack_from("2b", data, at)
        behind = at + 2 + abs(name)
        if behind + 4 > len(data):
            return False
        (offset,) = struct.unpack_from(f"{order}H", data, behind)
        if group > 0:
            size, dimensions = abs(struct.unpack_from("b", data, behind + 2)[0]), data[behind + 3]
            lengths = data[behind + 4 : behind + 4 + dimensions]
            if size * math.prod(lengths) > len(data):
                return False
        if offset == 0:
            return True
        at = behind + offset
    return at + 2 <= len(data)
