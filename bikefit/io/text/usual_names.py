"""Columns by the names that sensors and loggers usually give them: times, counters, gyroscopes and accelerometers.

The project's own names are in `bikefit.io.names`, whole layouts of programs in ``presets.toml``. This is for the rest:
a name is taken apart into words, and the words tell kind, axis, side and unit.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final, Literal

from bikefit.conventions import Side
from bikefit.io.names import CHANNELS, NAME_MAX_CHARS, Meaning, in_brackets, side_in, unit_of, words_of

Kind = Literal["gyr", "acc"]
Axes = list[tuple[int, Meaning]]
"""The columns of a sensor's three axes and what they mean."""
_KINDS: Final[tuple[Kind, ...]] = ("gyr", "acc")

_AXIS_AT_THE_END: Final = re.compile(r"(?P<base>[a-z]+)(?P<axis>[xyz])")
_G_FORCE: Final = re.compile(r"g-?f(?:orce)?[ _]?(?P<axis>[xyz])", re.IGNORECASE)
_UNIT_AT_THE_END: Final = re.compile(r"(?P<base>.+?)[\s_.]+(?P<unit>[^\s_]+(?:[_ ]s2?)?)")
_RATE_UNITS: Final = tuple(CHANNELS["gyr_x"])
_ACCELERATION_UNITS: Final = tuple(CHANNELS["acc_x"])


@dataclass(frozen=True)
class _Words:
    """What stands in ``usual_names.toml``."""

    times: frozenset[str]
    beside_times: frozenset[str]
    units: Mapping[str, str]
    counters: frozenset[str]
    gyr: frozenset[str]
    acc: frozenset[str]
    phrases: frozenset[str]
    letters: Mapping[str, Kind]
    other: frozenset[str]
    never: frozenset[str]
    fillers: frozenset[str]
    preferred: str

    def kinds_in(self, words: Collection[str]) -> set[Kind]:
        """Return the kinds of sensors that some words name."""
        return {kind for kind, names in zip(_KINDS, (self.gyr, self.acc), strict=True) if names & set(words)}


@cache
def _known() -> _Words:
    """Return the words that names are made of."""
    data = tomllib.loads(files("bikefit.io.text").joinpath("usual_names.toml").read_text(encoding="utf-8"))
    words: dict[str, Any] = {key: frozenset(it) if isinstance(it, list) else it for key, it in data.items()}
    return _Words(**words)


def usual_time(name: str) -> Meaning | None:
    """Return what a column of time means by its words, None where it is no such column.

    Examples
    --------
    >>> usual_time("Sensor timestamp [ns]"), usual_time("lap time"), usual_time("millis")
    (Meaning(channel='time', unit='ns'), None, Meaning(channel='time', unit='ms'))
    """
    base, unit = in_brackets(name)
    words, known = words_of(base), _known()
    if not words or not known.times & set(words) or not set(words) <= known.times | known.beside_times:
        return None
    if unit and unit_of(unit) not in (None, "", *CHANNELS["time"]):
        return None
    stated = unit_of(unit) if unit else next(filter(None, (known.units.get(w) or unit_of(w) for w in words)), None)
    return Meaning("time", stated if stated in CHANNELS["time"] else None)


def is_counter(name: str) -> bool:
    """Tell whether a column's name says that it counts the samples.

    Examples
    --------
    >>> is_counter("Frame#"), is_counter("PacketCounter"), is_counter("cadence")
    (True, True, False)
    """
    words = words_of(name)
    return name.strip() == "#" or (bool(words) and set(words) <= _known().counters)


def is_of_another_kind(name: str) -> bool:
    """Tell whether a column's name says that it is neither a gyroscope's nor an accelerometer's.

    Examples
    --------
    >>> is_of_another_kind("FreeAcc_X"), is_of_another_kind("Status"), is_of_another_kind("p1")
    (True, True, False)
    """
    known = _known()
    return bool((known.other | known.never) & set(words_of(name)))


def is_usual(name: str) -> bool:
    """Tell whether a column's name is one of a time, or of an axis of a gyroscope or an accelerometer, by its words."""
    return usual_time(name) is not None or _part(0, name, None, None) is not None


@dataclass(frozen=True)
class _Part:
    """One axis of a sensor by its column's name; ``rest`` are the words that tell nothing else.

    A part that is not ``named`` is a bare axis, whose kind its unit or the file's name says.
    """

    index: int
    side: Side | None
    kind: Kind
    axis: str
    unit: str | None
    rest: frozenset[str]
    named: bool = True


def usual_sensors(
    header: Sequence[str], units: Sequence[str | None], used: Collection[int], file_name: str
) -> list[Axes]:
    """Return the sensors that the names of a table's columns tell, one of a kind for each side.

    Of several of a kind the one with the plainest names counts; none where two are as plain. Columns that are bare axes
    are of the kind that their unit says, or the name of the file.
    """
    chosen = []
    whole = _whole_sensors(header, units, used, file_name)
    for side, kind in dict.fromkeys((side, kind) for side, kind, _ in whole):
        own = sorted((_plainness(rest), sorted(rest)) for s, k, rest in whole if (s, k) == (side, kind))
        if len(own) == 1 or own[0][0] != own[1][0]:
            chosen.append(_meanings(whole[side, kind, frozenset(own[0][1])]))
    return chosen


def one_of_several(header: Sequence[str], file_name: str) -> list[Axes]:
    """Return gyroscope and accelerometer of the first of several sensors that names tell; nothing where none has both.

    Examples
    --------
    >>> names = [f"imu{number}_{kind}{axis}" for number in (1, 2) for kind in "ag" for axis in "xyz"]
    >>> [[index for index, _ in axes] for axes in one_of_several(names, "ride.csv")]
    [[3, 4, 5], [0, 1, 2]]
    """
    whole = _whole_sensors(header, [None] * len(header), (), file_name)
    for side, kind, rest in whole:
        other: Kind = "acc" if kind == "gyr" else "gyr"
        if (side, other, rest) in whole:
            return [_meanings(whole[side, each, rest]) for each in _KINDS]
    return []


def _whole_sensors(
    header: Sequence[str], units: Sequence[str | None], used: Collection[int], file_name: str
) -> dict[tuple[Side | None, Kind, frozenset[str]], dict[str, _Part]]:
    """Return the parts of sensors of which all three axes are there, by side, kind and what else their names say."""
    known, words = _known(), words_of(file_name)
    of_file = known.kinds_in(words)
    kind_of_file = next(iter(of_file)) if len(of_file) == 1 else None
    bare_axes = not known.other & set(words)
    parts = (_part(index, name, units[index], kind_of_file) for index, name in enumerate(header) if index not in used)
    groups: dict[tuple[Side | None, Kind, frozenset[str]], dict[str, _Part]] = {}
    for part in parts:
        if part is not None and (bare_axes or part.named):
            groups.setdefault((part.side, part.kind, part.rest), {}).setdefault(part.axis, part)
    return {key: axes for key, axes in groups.items() if len(axes) == 3}


def _plainness(rest: frozenset[str]) -> tuple[bool, int]:
    """Return a key that is smaller the plainer a name is."""
    preferred = _known().preferred
    return (preferred not in rest, len(rest - {preferred}))


def _meanings(axes: Mapping[str, _Part]) -> Axes:
    """Return what three axes mean, with the unit that all of them state."""
    stated = {part.unit for part in axes.values()}
    unit = stated.pop() if len(stated) == 1 else None
    parts = [axes[axis] for axis in "xyz"]
    return [(part.index, Meaning("_".join(filter(None, (part.side, part.kind, part.axis))), unit)) for part in parts]


def _part(index: int, name: str, unit_in_row: str | None, kind_of_file: Kind | None) -> _Part | None:
    """Return which axis of which sensor a column is by its name; None where it is none."""
    if not 0 < len(name) <= NAME_MAX_CHARS:
        return None
    known = _known()
    g_force = _G_FORCE.fullmatch(name.strip())
    if g_force:
        return _Part(index, None, "acc", g_force["axis"].lower(), "g", frozenset())
    base, unit = _without_unit(name)
    unit = unit or unit_in_row
    words = words_of(base)
    side = side_in(base) if len(words) > 1 else None
    words = [word for word in words if side is None or side_in(word) is None]
    axis, words = _axis_of(words)
    if axis is None or known.other & set(words) - {"velocity"}:
        return None
    kind, rest = _kind_of(words)
    named = kind is not None
    if not named and name.rstrip(" )]}").endswith("G"):
        return None  # gauss: a g is written small where nothing else names the accelerometer
    if kind is None and not rest - known.fillers:
        kind = _kind_of_unit(unit) or kind_of_file
    elif kind is not None and len(words) == 1 and words[0] in known.letters and _kind_of_unit(unit) is not None:
        kind = _kind_of_unit(unit)
    if kind is None or "velocity" in rest:
        return None
    fits = unit in (_RATE_UNITS if kind == "gyr" else _ACCELERATION_UNITS)
    return _Part(index, side, kind, axis, unit if fits else None, frozenset(rest - known.fillers), named)


def _without_unit(name: str) -> tuple[str, str | None]:
    """Return a name without its unit, in brackets or at the end, and that unit."""
    base, bracketed = in_brackets(name)
    if bracketed and side_in(bracketed) is None:
        return base, unit_of(bracketed)
    match = _UNIT_AT_THE_END.fullmatch(name.strip())
    unit = unit_of(match["unit"]) if match else None
    sensible = unit in _RATE_UNITS or unit in _ACCELERATION_UNITS
    return (match["base"], unit) if match and sensible else (name, None)


def _axis_of(words: list[str]) -> tuple[str | None, list[str]]:
    """Return the axis that a word is or ends with, and the words without it."""
    known = _known()
    for at, word in enumerate(words):
        if word in ("x", "y", "z"):
            return word, words[:at] + words[at + 1 :]
    for at, word in enumerate(words):
        match = _AXIS_AT_THE_END.fullmatch(word)
        if match and (match["base"] in known.letters or known.kinds_in([match["base"]])):
            return match["axis"], [*words[:at], match["base"], *words[at + 1 :]]
    return None, words


def _kind_of(words: list[str]) -> tuple[Kind | None, set[str]]:
    """Return the kind that words tell, and those that tell nothing."""
    known = _known()
    pair = next((pair for pair in pairwise(words) if " ".join(pair) in known.phrases), None)
    if pair is not None:
        return "gyr", set(words) - set(pair) - known.gyr - known.acc
    kinds = known.kinds_in(words)
    if len(kinds) == 1:
        return kinds.pop(), set(words) - known.gyr - known.acc
    if not kinds and words and words[-1] in known.letters:
        return known.letters[words[-1]], set(words[:-1])
    return None, set(words)


def _kind_of_unit(unit: str | None) -> Kind | None:
    """Return the kind of sensor whose unit it is."""
    return "gyr" if unit in _RATE_UNITS else "acc" if unit in _ACCELERATION_UNITS else None
