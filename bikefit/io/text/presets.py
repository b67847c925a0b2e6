"""How other programs lay out their tables: what stands in ``presets.toml``, and in a user's own file of that kind."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from bikefit.errors import UsageError, near_matches
from bikefit.files import own_file, read_toml
from bikefit.io.columns import plain_name
from bikefit.io.names import Meaning, canonical_names, meaning_of, shown
from bikefit.model import Finding, finding

_TEXTS: Final = ("program", "source", "before", "file")
_TABLES: Final = ("columns", "optional")


@dataclass(frozen=True)
class Preset:
    """How one program lays out its tables."""

    id: str
    columns: Mapping[str, str]
    """Canonical channel -> the program's column, * standing for anything; no other character is special."""
    program: str = ""
    source: str = ""
    """The public sample or the maker's page that shows the layout."""
    optional: Mapping[str, str] = field(default_factory=dict)
    """As ``columns``; these may lack."""
    before: str = ""
    """Text that must stand before the header."""
    file: str = "*"
    """Pattern of the file's name, in lower case."""
    counter: float | None = None
    """The time column starts again at 0 when it reaches this."""

    def fits(self, header: Sequence[str], preamble: str, file_name: str) -> bool:
        """Tell whether a file is of this layout."""
        return (
            self.before in preamble
            and _pattern(self.file).fullmatch(file_name.casefold()) is not None
            and all(_matching(name, header) is not None for name in self.columns.values())
        )

    def found(self, header: Sequence[str]) -> list[tuple[int, Meaning]]:
        """Return which columns of a header are which channel."""
        places = []
        for key, name in {**self.columns, **self.optional}.items():
            meaning, index = meaning_of(key), _matching(name, header)
            assert meaning is not None, f"{self.id}: {key}"
            if index is not None:
                places.append((index, meaning))
        return places


@dataclass(frozen=True)
class LaidOut:
    """What the presets that fit a file say of it together."""

    columns: tuple[tuple[int, Meaning], ...] = ()
    """Column and channel, each channel once."""
    id: str = ""
    """Names of the presets that say it, empty where none does."""
    counter: float | None = None
    """As of `Preset`."""


@cache
def presets() -> tuple[Preset, ...]:
    """Return the layouts known, in the order of ``presets.toml``: a layout stands before those that it contains."""
    entries = tomllib.loads(files("bikefit.io.text").joinpath("presets.toml").read_text(encoding="utf-8"))
    return tuple(Preset(id=key, **entry) for key, entry in entries.items())


def user_presets(path: Path | None) -> tuple[tuple[Preset, ...], UsageError | None]:
    """Return the layouts of ``--preset``, then those of the user's folder, and what is wrong with the file there.

    A fault in what ``--preset`` names is raised; one in the user's folder stops only a run that needs that file.
    """
    asked = () if path is None else _from_file(path, f"--preset {path}")
    kept = own_file("presets.toml")
    try:
        return (*asked, *(() if kept is None else _from_file(kept, str(kept)))), None
    except UsageError as error:
        return asked, error


def passed_over(fault: UsageError) -> Finding:
    """Return the finding of a fault in the user's folder, which names the file without the folders above."""
    why = re.sub(r"^.*[/\\](?=bikefit[/\\]presets\.toml)", "", str(fault))
    return finding("own_presets_faulty", why=why)


def _from_file(path: Path, where: str) -> tuple[Preset, ...]:
    """Return the layouts of a user's own file."""
    entries = read_toml(path, "the file", "", where)
    if not entries:
        raise UsageError(f"{where}: the file names no preset; a table such as [my-logger] was expected.")
    return tuple(_checked(key, entry, f"{where}: [{shown(key)}]") for key, entry in entries.items())


def _checked(key: str, entry: Any, where: str) -> Preset:
    """Return a user's entry as preset; UsageError where it makes no sense."""
    if not isinstance(entry, dict) or "columns" not in entry:
        raise UsageError(f"{where} has no columns = {{ channel = 'NAME' }}.")
    known = [item.name for item in fields(Preset) if item.name != "id"]
    for name, value in entry.items():
        if name not in known:
            raise UsageError(f"{where}: '{shown(name)}' is not known.{near_matches(name, known)}")
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        right = isinstance(value, str) if name in _TEXTS else isinstance(value, dict) if name in _TABLES else number
        if not right:
            raise UsageError(f"{where}: '{name}' makes no sense; see the presets in the documentation.")
    for channel, column in {**entry["columns"], **entry.get("optional", {})}.items():
        if meaning_of(channel) is None:
            raise UsageError(
                f"{where}: '{shown(channel)}' is not a channel.{near_matches(channel, list(canonical_names()))}"
            )
        if not isinstance(column, str):
            raise UsageError(f"{where}: the name of the column for {channel} is not text.")
    return Preset(id=key, **entry)


def laid_out(header: Sequence[str], preamble: str, file_name: str, own: Sequence[Preset] = ()) -> LaidOut:
    """Return what all presets that fit a file say of it; of a channel the first one's word counts, a user's before all.

    Presets add up: a table that holds a gyroscope's and an accelerometer's columns is read by both.
    """
    columns: dict[str, tuple[int, Meaning]] = {}
    names, counter = [], None
    for item in (*own, *presets()):
        if not item.fits(header, preamble, file_name):
            continue
        new = {meaning.channel: (index, meaning) for index, meaning in item.found(header)}
        if new.keys() <= columns.keys():
            continue
        columns = new | columns
        names.append(item.id)
        counter = counter if counter is not None else item.counter
    return LaidOut(tuple(columns.values()), "+".join(names), counter)


def in_a_preset(cell: str, own: Sequence[Preset] = ()) -> bool:
    """Tell whether a cell is a column of any preset."""
    plain = plain_name(cell)
    return _all_patterns().match(plain) is not None or any(
        _pattern(plain_name(name)).fullmatch(plain) for item in own for name in item.columns.values()
    )


@cache
def _all_patterns() -> re.Pattern[str]:
    """Return one pattern for the columns of all presets."""
    names = {plain_name(name) for item in presets() for name in item.columns.values()}
    return re.compile("|".join(f"(?:{_pattern(name).pattern})\\Z" for name in sorted(names)), re.DOTALL)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of a text in which only * is special."""
    return re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)


def _matching(pattern: str, header: Iterable[str]) -> int | None:
    """Return the first column that a preset's name stands for."""
    wanted = _pattern(plain_name(pattern))
    return next((index for index, name in enumerate(header) if wanted.fullmatch(plain_name(name))), None)
