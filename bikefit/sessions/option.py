"""How an option of a session is described, once for Python, the command line and the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from bikefit.conventions import PerFoot
from bikefit.errors import UsageError
from bikefit.sessions import values
from bikefit.settings import load_settings
from bikefit.words import languages

Group = Literal["read", "section", "decision", "fitted", "sheet"]
"""Flags that a command takes together: how to read a file, which part of it, how to decide, what is on the shoes, and
what the client's sheet carries besides."""


@dataclass(frozen=True)
class Kind:
    """A kind of value: how what was typed is read, and what is said where it cannot be, else the error's own words."""

    read: Callable[[Any], Any]
    expected: str = ""
    choices: tuple[str, ...] = ()
    switch: bool = False
    repeatable: bool = False
    names_file: Callable[[str], bool] = lambda _: False
    """Whether a text of this kind is the path of a file."""
    grouped: bool = False
    """Whether a spreadsheet may have parted the thousands of such a number, so that another one is meant."""


@dataclass(frozen=True)
class Option:
    """One option: what reads it, what limits it, and where a person may give it.

    Attributes
    ----------
    kind : Kind
        How its text is read.
    help : str
        Of its flag; of an option a foot, of the flag for both feet, which there is none without it.
    group : str, optional
        The flags that its own is given with; without one it has none.
    flag : str
        Where it is not the name with dashes.
    metavar, both_metavar, shown : str
        What its help calls the value, the value for both feet, and the default that its help states.
    limits : (float, float), optional
        The smallest and the largest number that make sense.
    unit : str
        Of the limits.
    each_help : PerFoot of str, optional
        Of the flags for one foot; only an option that each foot has its own value of has it.
    column : bool
        Whether a manifest may have a column of it, or one for each foot.
    also : tuple of str
        Words that are typed for it by mistake.
    """

    kind: Kind
    help: str = ""
    group: Group | None = None
    flag: str = ""
    metavar: str | None = None
    both_metavar: str | None = None
    shown: str | None = None
    limits: tuple[float, float] | None = None
    unit: str = ""
    each_help: PerFoot[str] | None = None
    column: bool = False
    also: tuple[str, ...] = ()

    def read(self, text: Any, where: str) -> Any:
        """Return the value of what was typed; ``where`` begins the message about one that makes no sense."""
        try:
            value = self.kind.read(text)
        except ValueError as error:
            raise UsageError(f"{where}: '{text[:40]}' {self.kind.expected or error}.") from None
        self.check(value, where)
        return value

    def check(self, value: Any, where: str) -> None:
        """Refuse a number outside the limits; a word or None has none."""
        if self.limits is None or not isinstance(value, (int, float)):
            return
        low, high = self.limits
        if not low <= value <= high:
            raise UsageError(
                f"{where}: {value:g} {self.unit} is not plausible; {low:g} to {high:g} {self.unit} was expected."
            )


def option(default: Any, kind: Kind, help: str = "", **details: Any) -> Any:
    """Return a field that holds an option of the session as a whole; a type as default stands for a new one of it."""
    first: dict[str, Any] = {"default_factory" if isinstance(default, type) else "default": default}
    return field(**first, metadata={"option": Option(kind, help, **details)})


def per_foot(kind: Kind, left_help: str, right_help: str, help: str = "", **details: Any) -> Any:
    """Return a field that holds an option that each foot has its own value of, at first unsaid of either."""
    return option(PerFoot(None, None), kind, help, each_help=PerFoot(left_help, right_help), **details)


def choice(words: Iterable[str]) -> Kind:
    """Return the kind of value that is one of some words, however its letters are written."""
    known = {word.casefold(): word for word in words}

    def read(text: str) -> str:
        """Return the word; a ValueError where it is not one of them."""
        try:
            return known[text.strip().casefold()]
        except KeyError:
            raise ValueError(text) from None

    return Kind(read, f"is not one of {', '.join(known.values())}", choices=tuple(known.values()))


def _brand(path: str) -> Any:
    """Return a studio's brand; what reads its pictures is loaded only where there is one."""
    from bikefit.brand import load_brand

    return load_brand(path)


TEXT: Final = Kind(str)
FILE: Final = Kind(Path, names_file=lambda _: True)
SYSTEM: Final = Kind(str, names_file=lambda text: text.endswith(".toml"))
SWITCH: Final = Kind(bool, switch=True)
SIDE: Final = Kind(values.side, "is not a side; left or right was expected, or nothing", choices=("left", "right"))
COLUMNS: Final = Kind(values.columns, repeatable=True)
NUMBER: Final = Kind(values.number, "is not a number")
DATE: Final = Kind(values.day)
DAY: Final = Kind(values.one_day)
LANGUAGE: Final = Kind(values.language, f"has no words here; the languages are {', '.join(languages())}")
BRAND: Final = Kind(_brand, names_file=lambda _: True)
LAP: Final = Kind(values.whole_number, "is not a number of a lap")
TIME: Final = Kind(
    values.time_s, "is not a time; seconds from the first sample, m:ss or h:mm:ss was expected", grouped=True
)
SPAN: Final = Kind(
    values.span_s,
    "is not a stretch of time; START-END from the first sample was expected, such as 2-6 or 1:05-1:15",
)
COUNT: Final = Kind(values.whole_number, "is not a count; a whole number was expected, varus +, valgus -")
NEUTRAL: Final = Kind(
    values.neutral,
    f"is not a neutral; degrees (heel-out +) or one of {', '.join(values.NEUTRAL_WORDS)} was expected",
)
SETTINGS: Final = Kind(load_settings, names_file=lambda _: True)
