"""The names, types, scales and units of the public FIT profile.

They come from `fitparse.profile`, which is imported on first use (about 10 ms); `_NEWER` adds the messages of
later profiles that matter here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

TIMESTAMP: Final = 253
"""Number of the field that holds the time stamp in every message that has one."""
EPOCH_S: Final = 631065600
"""Seconds from 1970-01-01 to 1989-12-31 00:00 UTC, where FIT's time begins."""
SYSTEM_TIME_LIMIT: Final = 0x10000000
"""Time stamps below this count seconds since the device was switched on, not since `EPOCH_S`."""

UINT32: Final = 0x86
"""Number of the base type of time stamps."""
NO_STAMP: Final = 0xFFFFFFFF
"""A time stamp that means "none"."""

FIELD_DESCRIPTION: Final = 206
DEVELOPER_DATA_ID: Final = 207


class BaseType(NamedTuple):
    """How a field's bytes are laid out: numpy type code, bytes of one value, and the value that means "none"."""

    name: str
    code: str
    size: int
    invalid: int | None


BYTE: Final = BaseType("byte", "u1", 1, 0xFF)
STRING: Final = BaseType("string", "S", 1, None)
BASE_TYPES: Final[dict[int, BaseType]] = {
    0x00: BaseType("enum", "u1", 1, 0xFF),
    0x01: BaseType("sint8", "i1", 1, 0x7F),
    0x02: BaseType("uint8", "u1", 1, 0xFF),
    0x83: BaseType("sint16", "i2", 2, 0x7FFF),
    0x84: BaseType("uint16", "u2", 2, 0xFFFF),
    0x85: BaseType("sint32", "i4", 4, 0x7FFFFFFF),
    UINT32: BaseType("uint32", "u4", 4, NO_STAMP),
    0x07: STRING,
    0x88: BaseType("float32", "f4", 4, None),
    0x89: BaseType("float64", "f8", 8, None),
    0x0A: BaseType("uint8z", "u1", 1, 0),
    0x8B: BaseType("uint16z", "u2", 2, 0),
    0x8C: BaseType("uint32z", "u4", 4, 0),
    0x0D: BYTE,
    0x8E: BaseType("sint64", "i8", 8, 0x7FFFFFFFFFFFFFFF),
    0x8F: BaseType("uint64", "u8", 8, 0xFFFFFFFFFFFFFFFF),
    0x90: BaseType("uint64z", "u8", 8, 0),
}
"""By the number that a definition message gives; any other number is read as bytes."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What a field means: ``value = raw / scale - offset``, in ``unit`` (empty where there is none).

    It is named as in the profile or the field's description, ``unknown_N`` where neither knows it. ``type_name`` is the
    profile's type, such as "date_time" or "event", empty for a plain number; ``labels`` name an enumeration's values.
    """

    name: str
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    type_name: str = ""
    labels: Mapping[int, str] = field(default_factory=dict)


_STAMP = FieldSpec("timestamp", "s", type_name="date_time")


def _high_rate(kind: str, unit: str, scale: float, interval_unit: str) -> dict[int, FieldSpec]:
    """Return the fields of a high-rate sensor's message."""
    axes = {2 + axis: FieldSpec(f"{kind}_{letter}", unit, scale) for axis, letter in enumerate("xyz")}
    return {
        0: FieldSpec("timestamp_ms", "ms"),
        1: FieldSpec("sampling_interval", interval_unit),
        5: FieldSpec("timestamp_32k", "1/32768 s"),
        TIMESTAMP: _STAMP,
    } | axes


_NEWER: Final[dict[int, tuple[str, dict[int, FieldSpec]]]] = {
    302: ("hsa_accelerometer_data", _high_rate("accel", "mG", 1.024, "ms")),
    376: ("hsa_gyroscope_data", _high_rate("gyro", "deg/s", 28.57143, "1/32768 s")),
}


@cache
def _messages() -> Mapping[int, Any]:
    """Return the public profile, loaded on first use."""
    from fitparse.profile import MESSAGE_TYPES

    known: Mapping[int, Any] = MESSAGE_TYPES
    return known


@cache
def message_name(number: int) -> str:
    """Name a message type by its global number: the profile's name, ``unknown_N`` where there is none.

    Examples
    --------
    >>> message_name(20), message_name(65280)
    ('record', 'unknown_65280')
    """
    if number in _NEWER:
        return _NEWER[number][0]
    known = _messages().get(number)
    return known.name if known else f"unknown_{number}"


@cache
def is_timed(number: int) -> bool:
    """Tell whether messages of a type may have a time stamp, by their global number."""
    known = _messages().get(number)
    return known is None or TIMESTAMP in known.fields


def field_spec(message: int, number: int) -> FieldSpec:
    """Say what a field of a message means, by the numbers of both; a bare name where the profile does not know it.

    Examples
    --------
    >>> field_spec(20, 2)
    FieldSpec(name='altitude', unit='m', scale=5.0, offset=500.0, type_name='', labels={})
    """
    if message in _NEWER:
        return _NEWER[message][1].get(number) or _unknown_spec(number)
    known = _messages().get(message)
    return _profile_spec(message, number) if known and number in known.fields else _unknown_spec(number)


@cache
def _unknown_spec(number: int) -> FieldSpec:
    """Return what is said of a field that the profile does not know, whatever the message."""
    return _STAMP if number == TIMESTAMP else FieldSpec(f"unknown_{number}")


@cache
def _profile_spec(message: int, number: int) -> FieldSpec:
    """Return a field of fitparse's profile."""
    entry = _messages()[message].fields[number]
    plain = entry.is_base_type
    return FieldSpec(
        name=entry.name,
        unit=entry.units or "",
        scale=float(entry.scale or 1.0),
        offset=float(entry.offset or 0.0),
        type_name="" if plain else entry.type.name,
        labels={} if plain else dict(entry.type.values or {}),
    )
