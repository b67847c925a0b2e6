"""Which channel a column's name means, and in which unit.

The canonical names are those of the project's own CSV: a channel and a unit, such as ``left_heel_rotation_deg``.
Case, blanks and the way of writing the unit (``Time (s)``, ``time [s]``, ``time_s``) do not matter.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bikefit.conventions import SIDES

STANDARD_GRAVITY_M_S2: Final = 9.80665
_DEG: Final = math.degrees(1.0)

ANGLE: Final[Mapping[str, float]] = {"deg": 1.0, "rad": _DEG}
TURN_RATE: Final[Mapping[str, float]] = {"deg_s": 1.0, "rad_s": _DEG, "mdeg_s": 1e-3}
ACCELERATION: Final[Mapping[str, float]] = {"m_s2": 1.0, "g": STANDARD_GRAVITY_M_S2, "mg": 1e-3 * STANDARD_GRAVITY_M_S2}
TIME: Final[Mapping[str, float]] = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
PLAIN: Final[Mapping[str, float]] = {"": 1.0}

_SIDED: Final[Mapping[str, Mapping[str, float]]] = {
    "heel_rotation": ANGLE,
    "pitch": ANGLE,
    **{f"gyr_{axis}": TURN_RATE for axis in "xyz"},
    **{f"acc_{axis}": ACCELERATION for axis in "xyz"},
    **{f"quat_{axis}": PLAIN for axis in "wxyz"},
}
CHANNELS: Final[Mapping[str, Mapping[str, float]]] = {
    "time": TIME,
    "crank_angle": ANGLE,
    "cadence": {"rpm": 1.0},
    "power": {"w": 1.0},
    "speed": {"m_s": 1.0, "km_h": 1 / 3.6},
    "heart_rate": {"bpm": 1.0},
    "lap": PLAIN,
    "tdc_pulse": PLAIN,
    **_SIDED,
    **{f"{side}_{channel}": units for side in SIDES for channel, units in _SIDED.items()},
}
"""Channel -> its units with the factor that brings each to the first of them."""

_TIME_NAMES: Final = frozenset({
    "time", "timestamp", "time_stamp", "elapsed", "elapsed_time", "epoch", "unix_time", "unix_timestamp", "datetime",
    "date_time", "utc", "utc_time", "clock", "clock_time", "seconds", "secs", "milliseconds",
})  # fmt: skip
_UNIT_WORDS: Final[Mapping[str, str]] = {
    "": "", "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "ms": "ms", "msec": "ms",
    "milliseconds": "ms", "us": "us", "µs": "us", "μs": "us", "microseconds": "us", "ns": "ns", "nanoseconds": "ns",
    "deg": "deg", "degree": "deg", "degrees": "deg", "°": "deg", "rad": "rad", "radian": "rad", "radians": "rad",
    "deg/s": "deg_s", "°/s": "deg_s", "deg_s": "deg_s", "dps": "deg_s", "degrees/s": "deg_s", "rad/s": "rad_s",
    "rad_s": "rad_s", "mdeg/s": "mdeg_s", "m/s2": "m_s2", "m/s²": "m_s2", "m/s^2": "m_s2", "m_s2": "m_s2",
    "m/(s^2)": "m_s2", "m/s/s": "m_s2", "g": "g", "mg": "mg", "rpm": "rpm", "1/min": "rpm", "w": "w", "watt": "w",
    "watts": "w", "m/s": "m_s", "m_s": "m_s", "km/h": "km_h", "km_h": "km_h", "kmh": "km_h", "kph": "km_h",
    "bpm": "bpm", "-": "", "none": "", "1": "",
}  # fmt: skip
_BRACKETED: Final = re.compile(r"^(?P<base>.*?)\s*[(\[{](?P<unit>[^()\[\]{}]*(?:\([^()]*\))?)[)\]}]\s*$", re.DOTALL)
NAME_MAX_CHARS: Final = 200
"""A longer name is no channel's."""


@dataclass(frozen=True)
class Meaning:
    """What a name says: a channel and, where it says so, the unit."""

    channel: str
    unit: str | None

    @property
    def canonical(self) -> str:
        """The project's own name of this channel in this unit."""
        unit = next(iter(CHANNELS[self.channel])) if self.unit is None else self.unit
        return f"{self.channel}_{unit}" if unit else self.channel


def unit_of(text: str) -> str | None:
    """Return the unit that a cell or a bracket names, or None where it names none that is known.

    Examples
    --------
    >>> unit_of(" °/s "), unit_of("furlong")
    ('deg_s', None)
    """
    return _UNIT_WORDS.get(text.strip().casefold())


@lru_cache(maxsize=4096)
def meaning_of(name: str) -> Meaning | None:
    """Return what a column's name means.

    Parameters
    ----------
    name : str
        As in the file.

    Returns
    -------
    Meaning or None
        None where the name is no channel's.

    Examples
    --------
    >>> meaning_of("Left heel rotation [rad]")
    Meaning(channel='left_heel_rotation', unit='rad')
    >>> meaning_of("time_s"), meaning_of("weather")
    (Meaning(channel='time', unit='s'), None)
    """
    if len(name) > NAME_MAX_CHARS:
        return None
    bracketed = _BRACKETED.match(name)
    if bracketed:
        channel = _channel(_plain(bracketed["base"]))
        unit = unit_of(bracketed["unit"])
        return Meaning(channel, unit) if channel and unit in CHANNELS[channel] else None
    plain = _plain(name)
    channel = _channel(plain)
    if channel:
        return Meaning(channel, {"milliseconds": "ms", "seconds": "s", "secs": "s"}.get(plain))
    for unit in ("deg_s", "mdeg_s", "rad_s", "m_s2", "km_h", "m_s"):
        if plain.endswith("_" + unit):
            return _with_unit(plain[: -len(unit) - 1], unit)
    base, _, last = plain.rpartition("_")
    return _with_unit(base, _UNIT_WORDS.get(last, "?")) if base else None


def _with_unit(base: str, unit: str) -> Meaning | None:
    channel = _channel(base)
    return Meaning(channel, unit) if channel and unit in CHANNELS[channel] else None


def _channel(plain: str) -> str | None:
    if plain in _TIME_NAMES:
        return "time"
    return plain if plain in CHANNELS else None


def _plain(name: str) -> str:
    """Lower case, with one underscore for whatever separates the words."""
    return re.sub(r"[\W_]+", "_", name.strip().casefold()).strip("_")


def canonical_names() -> list[str]:
    """Return every name that a column may be given, time and rotation first.

    Returns
    -------
    list of str
        Such as ``time_s``.
    """
    return [f"{channel}_{unit}" if unit else channel for channel, units in CHANNELS.items() for unit in units]


def shown(name: str, limit: int = 60) -> str:
    """Return a name fit for a message: on one line, printable, not too long.

    Examples
    --------
    >>> shown("a\\nb"), shown("x" * 5, 4)
    ('a b', 'x...')
    """
    clean = "".join(char if char.isprintable() else " " for char in name[: limit + 1])
    return clean if len(clean) <= limit else clean[: limit - 3] + "..."
