"""How other programs lay out their tables: what stands in ``presets.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase, translate
from functools import cache
from importlib.resources import files
from typing import Any

from bikefit.io.columns import plain_name
from bikefit.io.names import Meaning, meaning_of


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

    def found(self, header: Sequence[str]) -> list[tuple[int, Meaning]]:
        """Return which columns of a header are which channel."""
        places = []
        for key, name in {**self.columns, **self.optional}.items():
            meaning, index = meaning_of(key), _matching(name, header)
            assert meaning is not None, f"presets.toml: {self.id}: {key}"
            if index is not None:
                places.append((index, meaning))
        return places


@cache
def presets() -> tuple[Preset, ...]:
    """Return the layouts known, in the order of ``presets.toml``: a layout stands before those that it contains."""
    entries: dict[str, Any] = tomllib.loads(
        files("bikefit.io.text").joinpath("presets.toml").read_text(encoding="utf-8")
    )
    return tuple(Preset(id=key, **entry) for key, entry in entries.items())


def find_preset(header: Sequence[str], preamble: str, file_name: str) -> Preset | None:
    """Return the first preset whose columns are all in a header, from what stands before it and the file's name."""
    return next((item for item in presets() if item.fits(header, preamble, file_name)), None)


def in_a_preset(cell: str) -> bool:
    """Tell whether a cell is a column of any preset."""
    return _all_patterns().match(plain_name(cell)) is not None


@cache
def _all_patterns() -> re.Pattern[str]:
    """Return one pattern for the columns of all presets."""
    names = {plain_name(name) for item in presets() for name in item.columns.values()}
    return re.compile("|".join(map(translate, sorted(names))))


def _matching(pattern: str, header: Sequence[str]) -> int | None:
    """Return the first column that a preset's name stands for."""
    wanted = plain_name(pattern)
    return next((index for index, name in enumerate(header) if fnmatchcase(plain_name(name), wanted)), None)
