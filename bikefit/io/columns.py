"""Which column of a table is which channel: the user's word first, then a preset's, then the names themselves."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Preset:
    """How one program lays out its tables.

    Attributes
    ----------
    id, program : str
        What it is called.
    source : str
        The public sample or the maker's page that shows the layout.
    columns : mapping of str to str
        Canonical channel -> the program's column.
    """

    id: str
    program: str
    source: str
    columns: Mapping[str, str] = field(default_factory=dict)


@cache
def presets() -> tuple[Preset, ...]:
    """Return the layouts known.

    Returns
    -------
    tuple of Preset
        In the order of ``presets.toml``, where a layout stands before those that it contains.
    """
    entries: dict[str, Any] = tomllib.loads(files("bikefit.io").joinpath("presets.toml").read_text(encoding="utf-8"))
    return tuple(Preset(key, entry["program"], entry["source"], entry["columns"]) for key, entry in entries.items())


def find_preset(header: Sequence[str]) -> Preset | None:
    """Return the preset whose columns are all in a header.

    Parameters
    ----------
    header : sequence of str
        Names as in the file.

    Returns
    -------
    Preset or None
        The first that fits.
    """
    names = {_plain(name) for name in header}
    return next((item for item in presets() if all(_plain(name) in names for name in item.columns.values())), None)


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
        for key, name in preset.columns.items():
            meaning = meaning_of(key)
            assert meaning is not None, f"presets.toml: {preset.id}: {key}"
            if meaning.channel not in taken:
                chosen.append(_column(_index(name, header, where), header, units, meaning, preset.id))
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
    for same in (lambda cell: cell == name.strip(), lambda cell: _plain(cell) == _plain(name)):
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


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
