"""Findings and reasons: what a reader of a result must know, as a code with values.

``findings.toml`` has every code with its level and the names of its values. The words are made where they are
shown, by `bikefit.words`; what is written for other programs has them in English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from bikefit.model.json_values import to_json_value
from bikefit.words import ENGLISH

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One thing that the reader of a result must know.

    Attributes
    ----------
    level : {"info", "warning", "error"}
        How much it matters: to know, to act on, or what keeps a number from being given.
    code : str
        Its name in the documented list.
    values : mapping
        What its words name: numbers unrounded, and codes.
    """

    level: Level
    code: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """Say it in English."""
        return ENGLISH.finding(self)

    def to_dict(self) -> dict[str, Any]:
        """Return it as the JSON contract has it, with its sentence in English."""
        values = to_json_value(self.values)
        return {"level": self.level, "code": self.code, "message": ENGLISH.finding(self), "values": values}


@dataclass(frozen=True)
class Reason:
    """Why a recommendation came out as it did: a code of the same list and its values."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """Say it in English."""
        return ENGLISH.finding(self)

    def to_dict(self) -> dict[str, Any]:
        """Return it as the JSON contract has it, with its sentence in English."""
        return {"code": self.code, "message": ENGLISH.finding(self)}


@dataclass(frozen=True)
class Entry:
    """What is known of a code: its level, and the values that its words may name."""

    level: Level
    values: tuple[str, ...]


@cache
def codes() -> Mapping[str, Entry]:
    """Return every code that a finding or a reason can carry."""
    table = tomllib.loads(files("bikefit.model").joinpath("findings.toml").read_text(encoding="utf-8"))
    return {code: Entry(entry["level"], tuple(entry["values"])) for code, entry in table.items()}


def finding(code: str, **values: Any) -> Finding:
    """Make a finding from its code.

    Examples
    --------
    >>> finding("few_strokes", used=12, side="left").level
    'warning'
    """
    return Finding(_entry(code, values).level, code, values)


def reason(code: str, **values: Any) -> Reason:
    """Make a reason from its code, as `finding` does.

    Examples
    --------
    >>> str(reason("recovery_limit"))[:35]
    "The foot's own recovery phase serve"
    """
    _entry(code, values)
    return Reason(code, values)


def _entry(code: str, values: Mapping[str, Any]) -> Entry:
    """Return what is known of a code; refuse it where a value that its words may name is missing."""
    entry = codes()[code]
    missing = [name for name in entry.values if name not in values]
    if missing:
        raise KeyError(f"{code}: {', '.join(missing)}")
    return entry
