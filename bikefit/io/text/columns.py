"""Which column of a table is which channel: the user's word first, then a preset's, then the names themselves."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase, translate
from functools import cache
from importlib.resources import files
from typing import Any

from bikefit.errors import RecordingError, UsageError, near_matches
from bikefit.io.names import CHANNELS, Meaning, canonical_names, meaning_of, shown


@dataclass(frozen=True)
class Column:
    """A column that is read.

    Attributes
    ----------
    index : int
        Where it stands, from 0.
    name : str
        As in the file.
    channel : str
        A channel of `bikefit.io.names.CHANNELS`.
    unit : str, optional
        Its unit; None where neither name, unit row, preset nor user says.
    why : str
        How that is known: "name", "--column" or the preset's id.
    """

    index: int
    name: str
    channel: str
    unit: str | None
    why: str

    @property
    def factor(self) -> float:
        """What brings the column's numbers to the channel's first unit."""
        units = CHANNELS[self.channel]
        return 1.0 if self.unit is None else units.get(self.unit, 1.0)

    @property
    def canonical(self) -> str:
        """The project's own name for it."""
        return Meaning(self.channel, self.unit).canonical


@dataclass(frozen=True)
class Preset:
    """How one program lays out its tables.

    Attributes
    ----------
    id, program : str
        What it is called.
    source : str
        The public sample or the maker's page that shows the layout.
    columns, optional : mapping of str to str
        Canonical channel -> the program's column, * standing for anything.
    before : str
        Text that must stand before the header.
    file : str
        Pattern of the file's name, in lower case.
    counter : float, optional
        The time column starts again at 0 when it reaches this.
    """

    id: str
    program: str
    source: str
    columns: Mapping[str, str]
    optional: Mapping[str, str] = field(default_factory=dict)
    before: str = ""
    file: str = "*"
    counter: float | None = None

    def fits(self, header: Sequence[str], preamble: str, file_name: str) -> bool:
        """Tell whether a file is of this layout."""
        return (
            self.before in preamble
            and fnmatchcase(file_name.casefold(), self.file)
            and all(_matching(name, header) is not None for name in self.columns.values())
        )


@cache
def presets() -> tuple[Preset, ...]:
    """Return the layouts known.

    Returns
    -------
    tuple of Preset
        In the order of ``presets.toml``, where a layout stands before those that it contains.
    """
    entries: dict[str, Any] = tomllib.loads(
        files("bikefit.io.text").joinpath("presets.toml").read_text(encoding="utf-8")
    )
    return tuple(Preset(id=key, **entry) for key, entry in entries.items())


def find_preset(header: Sequence[str], preamble: str, file_name: str) -> Preset | None:
    """Return the preset whose columns are all in a header.

    Parameters
    ----------
    header : sequence of str
        Names as in the file.
    preamble : str
        What stands before the header.
    file_name : str
        Name of the file without folders.

    Returns
    -------
    Preset or None
        The first that fits.
    """
    return next((item for item in presets() if item.fits(header, preamble, file_name)), None)


def in_a_preset(cell: str) -> bool:
    """Tell whether a cell is a column of any preset."""
    return _all_patterns().match(plain_name(cell)) is not None


@cache
def _all_patterns() -> re.Pattern[str]:
    names = {plain_name(name) for item in presets() for name in item.columns.values()}
    return re.compile("|".join(map(translate, sorted(names))))


def _matching(pattern: str, header: Sequence[str]) -> int | None:
    """Return the first column that a preset's name stands for."""
    wanted = plain_name(pattern)
    return next((index for index, name in enumerate(header) if fnmatchcase(plain_name(name), wanted)), None)


def assign(
    header: Sequence[str], units: Sequence[str | None], asked: Mapping[str, str], preset: Preset | None, where: str
) -> list[Column]:
    """Decide which columns are read as which channel.

    Parameters
    ----------
    header : sequence of str
        Names as in the file.
    units : sequence of str or None
        What a row of units says.
    asked : mapping of str to str
        The user's ``--column``: canonical channel -> name in the file.
    preset : Preset, optional
        The program that wrote the file.
    where : str
        The file, for messages.

    Returns
    -------
    list of Column
        At most one for each channel, apart from time, of which all are given.

    Raises
    ------
    UsageError
        If ``asked`` names no channel.
    RecordingError
        If a column asked for is not there, or two columns are the same channel.
    """
    chosen: list[Column] = []
    for key, name in asked.items():
        meaning = meaning_of(key)
        if meaning is None:
            raise UsageError(
                f"--column {key}={name}: '{shown(key)}' is no channel.{near_matches(key, canonical_names())}"
            )
        chosen.append(_column(_index(name, header, where), header, units, meaning, "--column"))
    taken = {column.channel for column in chosen}
    used = {column.index for column in chosen}
    if preset:
        for key, name in {**preset.columns, **preset.optional}.items():
            meaning, index = meaning_of(key), _matching(name, header)
            assert meaning is not None, f"presets.toml: {preset.id}: {key}"
            if meaning.channel not in taken and index is not None:
                chosen.append(_column(index, header, units, meaning, preset.id))
        taken |= {column.channel for column in chosen}
        used |= {column.index for column in chosen}
    own: dict[str, Column] = {}
    for index, name in enumerate(header):
        meaning = meaning_of(name)
        if meaning is None or index in used or meaning.channel in taken:
            continue
        column = _column(index, header, units, meaning, "name")
        if meaning.channel == "time":
            chosen.append(column)
        elif meaning.channel in own:
            raise RecordingError(
                f"{where}: the columns '{shown(own[meaning.channel].name)}' and '{shown(name)}' are both "
                f"{meaning.canonical}. Say which one counts with --column {meaning.canonical}=NAME, or rename one."
            )
        else:
            own[meaning.channel] = column
    return chosen + list(own.values())


def _column(index: int, header: Sequence[str], units: Sequence[str | None], meaning: Meaning, why: str) -> Column:
    unit = meaning.unit
    if unit is None and units[index] in CHANNELS[meaning.channel]:
        unit = units[index]
    return Column(index, header[index], meaning.channel, unit, why)


def _index(name: str, header: Sequence[str], where: str) -> int:
    """Return where a column stands; its name is taken as written, then without regard to case."""
    for same in (lambda cell: cell == name.strip(), lambda cell: plain_name(cell) == plain_name(name)):
        hits = [index for index, cell in enumerate(header) if same(cell)]
        if len(hits) > 1:
            raise RecordingError(
                f"{where}: {len(hits)} columns are named '{shown(name)}'; rename the one that is meant."
            )
        if hits:
            return hits[0]
    raise RecordingError(
        f"{where}: there is no column '{shown(name)}'.{near_matches(name, list(header))} {listed(header)}"
    )


def listed(header: Sequence[str], limit: int = 20) -> str:
    """Return a sentence that names the columns of a file.

    Examples
    --------
    >>> listed(["time_s", "power_w"])
    'Its columns are: time_s, power_w.'
    """
    names = [shown(name, 40) or "(no name)" for name in header]
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return f"Its columns are: {', '.join(names[:limit])}{more}."


def plain_name(name: str) -> str:
    """Return a name without regard to case and blanks."""
    return " ".join(name.casefold().split())
