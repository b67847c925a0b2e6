"""Which column of a file is which channel: the user's word first, then a preset's, then the names themselves."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bikefit.errors import RecordingError, UsageError, flagged, near_matches
from bikefit.io.markers.names import MARKER_NAMES
from bikefit.io.names import CHANNELS, Meaning, canonical_names, first_of, meaning_of, shown
from bikefit.model import Finding, finding

ASKED, NAMED, USUAL = "--column", "name", "usual name"
"""Why a column is read: the user says so, its name is a channel's, or the words of its name tell."""
BY_NAME: Final = (NAMED, USUAL)
NAME_THE_TIME: Final = "Rename the one that holds the time to time_s (seconds)"
"""What to do where no column is one of time."""
EXPORT_A_TABLE: Final = "Export a table: column names, then one row for each sample."
"""What to do where a text is no table."""


@dataclass(frozen=True)
class Column:
    """A column that is read: where it stands, from 0, and its name as in the file."""

    index: int
    name: str
    meaning: Meaning
    """Its channel and unit; no unit where neither name, unit row, preset nor user says."""
    why: str
    """How that is known: `NAMED`, `USUAL`, `ASKED` or the preset's id."""

    @property
    def channel(self) -> str:
        """A channel of `bikefit.io.names.CHANNELS`."""
        return self.meaning.channel

    @property
    def unit(self) -> str | None:
        """Its unit, where it is known."""
        return self.meaning.unit


def asked_columns(asked: Mapping[str, str], names: Sequence[str], where: str) -> list[tuple[int, Meaning]]:
    """Return which columns the user's ``--column`` names, with their place in ``names``; those of markers are left out.

    Raises UsageError for an unknown channel, RecordingError if a name is missing or there twice.
    """
    places = []
    for key, name in asked.items():
        meaning = meaning_of(key)
        if meaning is not None:
            places.append((_index(name, names, where), meaning))
        elif key not in MARKER_NAMES:
            raise UsageError(f"--column {key}={name}: {_no_channel(key, name, names)}")
    return places


def _no_channel(key: str, name: str, names: Sequence[str]) -> str:
    """Say that the word before the sign of equality is no channel, and what may have been meant."""
    if meaning_of(name) is not None and plain_name(key) in map(plain_name, names):
        return f"the channel comes first: --column {name}={shlex.quote(key)}."
    known = (*canonical_names(), *MARKER_NAMES)
    usual = " Usual ones are time_s, left_heel_rotation_deg, right_heel_rotation_deg and crank_angle_deg."
    return f"'{shown(key)}' is not a channel.{near_matches(key, known) or usual}"


def assign(
    header: Sequence[str],
    units: Sequence[str | None],
    asked: Mapping[str, str],
    where: str,
    preset: Sequence[tuple[int, Meaning]] = (),
    preset_id: str = "",
) -> tuple[list[Column], tuple[Finding, ...]]:
    """Decide which columns are read as which channel: at most one for each, apart from time, of which all are given.

    ``units`` is what a row of units or the file as a whole says, ``asked`` the user's ``--column``, ``preset`` the
    layout of the program that wrote the file. Of a companion or lap that stands there twice neither is read, with a
    finding. Raises as `asked_columns`, and RecordingError if two columns are the same other channel.
    """
    chosen: list[Column] = []
    for places, why in ((asked_columns(asked, header, where), ASKED), (preset, preset_id)):
        taken = {item.channel for item in chosen}
        chosen += [column_of(at, header, units, meaning, why) for at, meaning in places if meaning.channel not in taken]
    taken, used = {item.channel for item in chosen}, {item.index for item in chosen}
    own: dict[str, Column] = {}
    twice: dict[str, Finding] = {}
    for index, name in enumerate(header):
        meaning = meaning_of(name)
        if meaning is None or index in used or meaning.channel in taken:
            continue
        if meaning.kind == "time":
            chosen.append(column_of(index, header, units, meaning, NAMED))
        elif meaning.channel not in own:
            own[meaning.channel] = column_of(index, header, units, meaning, NAMED)
        elif meaning.kind in ("companion", "lap"):
            first = shown(own[meaning.channel].name)
            values = {"first": first, "second": shown(name), "channel": meaning.canonical}
            twice[meaning.channel] = finding("companion_twice", **values)
        else:
            raise RecordingError(
                f"{where}: the columns '{shown(own[meaning.channel].name)}' and '{shown(name)}' are both "
                f"{meaning.canonical}. "
                + flagged(f"Say which one counts with --column {meaning.canonical}=NAME, or rename", "Rename")
                + " one."
            )
    return chosen + [item for item in own.values() if item.channel not in twice], tuple(twice.values())


def column_of(index: int, header: Sequence[str], units: Sequence[str | None], meaning: Meaning, why: str) -> Column:
    """Return a column with the unit that its name, or else its row of units, says."""
    unit = meaning.unit
    if unit is None and units[index] in CHANNELS[meaning.channel]:
        unit = units[index]
    return Column(index, header[index], Meaning(meaning.channel, unit), why)


def times_among(columns: Sequence[Column]) -> list[Column]:
    """Return the columns of time, the likeliest first: the user's, a preset's, one in a stated unit."""
    return sorted(
        (column for column in columns if column.meaning.kind == "time"),
        key=lambda item: (item.why != ASKED, item.why in BY_NAME, item.why == USUAL, item.unit is None),
    )


def time_column(columns: Sequence[Column], header: Sequence[str], where: str) -> Column:
    """Return the likeliest of the columns of time; RecordingError without any."""
    times = times_among(columns)
    if not times:
        raise RecordingError(
            f"{where}: there is no time column. {listed(header)} {NAME_THE_TIME}"
            f"{flagged(', or say which it is with --column time_s=NAME')}."
        )
    return times[0]


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
    raise RecordingError(f"{where}: there is no column '{shown(name)}'.{near_matches(name, header)} {listed(header)}")


def listed(header: Sequence[str], limit: int = 20) -> str:
    """Return a sentence that names the columns of a file.

    Examples
    --------
    >>> listed(["time_s", "power_w"])
    'Its columns are: time_s, power_w.'
    """
    names = [shown(name, 40) or "(no name)" for name in header]
    return f"Its columns are: {first_of(names, limit)}." if names else "It has no columns of numbers."


def plain_name(name: str) -> str:
    """Return a name without regard to case and blanks."""
    return " ".join(name.casefold().split())
