"""Which channel a column's name means, and in which unit.

The canonical names are those of `bikefit.conventions.CHANNELS`: a channel and a unit, such as
``left_heel_rotation_deg``. Case, blanks and the way of writing the unit (``Time (s)``, ``time [s]``, ``time_s``) do not
matter.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bikefit.conventions import CHANNELS as ROWS
from bikefit.conventions import SIDES, CanonicalChannel, ChannelKind, Side
from bikefit.io.time_units import PER_SECOND
from bikefit.model import ChannelNote

STANDARD_GRAVITY_M_S2: Final = 9.80665
_DEG: Final = math.degrees(1.0)

UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "deg": {"deg": 1.0, "rad": _DEG},
    "deg_s": {"deg_s": 1.0, "rad_s": _DEG, "mdeg_s": 1e-3},
    "m_s2": {"m_s2": 1.0, "g": STANDARD_GRAVITY_M_S2, "mg": 1e-3 * STANDARD_GRAVITY_M_S2},
    "s": {unit: 1.0 / count for unit, count in PER_SECOND.items()},
    "m_s": {"m_s": 1.0, "km_h": 1 / 3.6},
}
"""A unit of the package -> units that files have in its place, each with the factor that brings it there."""

_OWN: Final[Mapping[str, CanonicalChannel]] = {
    **{row.name: row for row in ROWS},
    **{f"{side}_{row.name}": row for side in SIDES for row in ROWS if row.sided},
}
CHANNELS: Final[Mapping[str, Mapping[str, float]]] = {
    name: UNITS.get(row.unit, {row.unit: 1.0}) for name, row in _OWN.items()
}
"""Channel, with its side where it has one -> its units with the factor that brings each to the first of them."""
_UNSIDED: Final = frozenset(
    f"{name}_{unit}" if unit else name
    for row in ROWS if row.sided
    for name in (row.name, row.name.removesuffix("_x")) for unit in CHANNELS[row.name]
)  # fmt: skip
"""Names of what hangs on a shoe, with unit and without side, of one axis or of all three."""

_TIME_NAMES: Final = frozenset({
    "time", "timestamp", "time_stamp", "elapsed", "elapsed_time", "epoch", "unix_time", "unix_timestamp", "datetime",
    "date_time", "utc", "utc_time", "clock", "clock_time", "seconds", "secs", "milliseconds",
})  # fmt: skip
_UNIT_WORDS: Final[Mapping[str, str]] = {
    "": "", "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "ms": "ms", "msec": "ms",
    "milliseconds": "ms", "us": "us", "µs": "us", "μs": "us", "microseconds": "us", "ns": "ns", "nanoseconds": "ns",
    "min": "min", "minute": "min", "minutes": "min", "mins": "min", "h": "h", "hr": "h", "hour": "h",
    "hours": "h", "stunden": "h", "minuten": "min",
    "deg": "deg", "degree": "deg", "degrees": "deg", "°": "deg", "rad": "rad", "radian": "rad", "radians": "rad",
    "deg/s": "deg_s", "°/s": "deg_s", "deg_s": "deg_s", "dps": "deg_s", "degrees/s": "deg_s", "rad/s": "rad_s",
    "rad_s": "rad_s", "mdeg/s": "mdeg_s", "m/s2": "m_s2", "m/s²": "m_s2", "m/s^2": "m_s2", "m_s2": "m_s2",
    "m/(s^2)": "m_s2", "m/s/s": "m_s2", "ms-2": "m_s2", "m·s-2": "m_s2", "m*s^-2": "m_s2", "m s^-2": "m_s2",
    "m s-2": "m_s2", "m/sec2": "m_s2", "m/sec^2": "m_s2", "deg/sec": "deg_s", "d/s": "deg_s", "°/sec": "deg_s",
    "degree/s": "deg_s",
    "degrees/second": "deg_s", "rad/sec": "rad_s", "rads/s": "rad_s", "radians/s": "rad_s", "gs": "g", "g-force": "g",
    "mgs": "mg", "mdps": "mdeg_s", "g": "g", "mg": "mg", "rpm": "rpm", "1/min": "rpm", "w": "w", "watt": "w",
    "watts": "w", "m/s": "m_s", "m_s": "m_s", "km/h": "km_h", "km_h": "km_h", "kmh": "km_h", "kph": "km_h",
    "bpm": "bpm", "percent": "percent", "%": "percent", "mm": "mm", "-": "", "none": "", "1": "",
}  # fmt: skip
_LONG_UNITS: Final = ("deg_s", "mdeg_s", "rad_s", "m_s2", "km_h", "m_s")
"""Units with an underscore in them, as they stand at the end of a name."""
_BRACKETED: Final = re.compile(r"^(?P<base>.*?)\s*[(\[{](?P<unit>[^()\[\]{}]*(?:\([^()]*\))?)[)\]}]\s*$", re.DOTALL)
_SIDE_WORDS: Final[Mapping[str, Side]] = {
    **dict.fromkeys(("left", "l", "lt", "lft", "lf", "links", "gauche", "sinistra", "sx", "izquierdo"), "left"),
    **dict.fromkeys(("right", "r", "rt", "rgt", "rf", "rechts", "droite", "droit", "destra", "dx", "derecho"), "right"),
    "izquierda": "left", "derecha": "right",
}  # fmt: skip
_WORD: Final = re.compile(r"[A-Z]+(?![a-zà-ÿ])|[A-Z]?[a-zà-ÿ]+|\d+|[一-鿿]+")
ANOTHER_TIME, MARKER, TELLS_FEET_APART = map(ChannelNote, ("another_time", "marker", "tells_feet_apart"))
NOT_FEET: Final = (ANOTHER_TIME, MARKER, TELLS_FEET_APART)
"""Notes of channels that are not used and cannot be a foot's."""
NAME_MAX_CHARS: Final = 200
"""A longer name is not a channel's."""


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

    @property
    def kind(self) -> ChannelKind:
        """What is done with the channel."""
        return _OWN[self.channel].kind

    @property
    def factor(self) -> float:
        """What brings numbers in this unit to the channel's own."""
        units = CHANNELS[self.channel]
        return 1.0 if self.unit is None else units.get(self.unit, 1.0)


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
    """Return what a column's name means, None where it is not a channel's.

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
        return _with_unit(_plain(bracketed["base"]), unit_of(bracketed["unit"]))
    plain = _plain(name)
    channel = _channel(plain)
    if channel:
        return Meaning(channel, unit_of(plain))
    for unit in _LONG_UNITS:
        if plain.endswith("_" + unit):
            return _with_unit(plain[: -len(unit) - 1], unit)
    base, _, last = plain.rpartition("_")
    return _with_unit(base, _UNIT_WORDS.get(last)) if base else None


def _with_unit(base: str, unit: str | None) -> Meaning | None:
    """Return the meaning of a channel's name with a unit behind it; None where the two do not go together."""
    channel = _channel(base)
    return Meaning(channel, unit) if channel and unit in CHANNELS[channel] else None


def _channel(plain: str) -> str | None:
    """Return the channel that a plain name without unit means."""
    if plain in _TIME_NAMES:
        return "time"
    return plain if plain in CHANNELS else None


def _plain(name: str) -> str:
    """Lower case, with one underscore for whatever separates the words."""
    return re.sub(r"[\W_]+", "_", name.strip().casefold()).strip("_")


def in_brackets(name: str) -> tuple[str, str]:
    """Return a name without the brackets at its end, and what is in them; empty where there are none.

    Examples
    --------
    >>> in_brackets("Gyroscope x (rad/s)"), in_brackets("ax")
    (('Gyroscope x', 'rad/s'), ('ax', ''))
    """
    match = _BRACKETED.match(name[:NAME_MAX_CHARS])
    return (match["base"], match["unit"]) if match else (name, "")


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case, split at separators or capital letters.

    Examples
    --------
    >>> words_of("DeviceName"), words_of("left_acc X (m/s^2)")
    (['device', 'name'], ['left', 'acc', 'x', 'm', 's', '2'])
    """
    return [word.lower() for word in _WORD.findall(name[:NAME_MAX_CHARS])]


def side_in(name: str) -> Side | None:
    """Return the side that a word of a name is, in any usual language; None where there is none, or both.

    Examples
    --------
    >>> side_in("LeftShoe"), side_in("Fuß rechts"), side_in("leg"), side_in("left right")
    ('left', 'right', None, None)
    """
    found = {_SIDE_WORDS[word] for word in words_of(name) if word in _SIDE_WORDS}
    return found.pop() if len(found) == 1 else None


def canonical_names() -> list[str]:
    """Return every name that a column may be given, time and the crank first, such as ``time_s``."""
    return [f"{channel}_{unit}" if unit else channel for channel, units in CHANNELS.items() for unit in units]


def is_unsided(canonical: str) -> bool:
    """Tell whether a canonical name is of something that hangs on a shoe, and does not say on which.

    Examples
    --------
    >>> is_unsided("heel_rotation_deg"), is_unsided("left_pitch_deg"), is_unsided("power_w"), is_unsided("gyr_deg_s")
    (True, False, False, True)
    """
    return canonical in _UNSIDED


def shown(name: str, limit: int = 60) -> str:
    """Return a name fit for a message: on one line, printable, not too long.

    Examples
    --------
    >>> shown("a\\nb"), shown("x" * 5, 4)
    ('a b', 'x...')
    """
    clean = "".join(char if char.isprintable() else " " for char in name[: limit + 1])
    return clean if len(clean) <= limit else clean[: limit - 3] + "..."


def first_of(names: Sequence[str], limit: int) -> str:
    """Return the first of some names for a message, and how many more there are.

    Examples
    --------
    >>> first_of(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
