"""The names under which options are given, of a session or a foot, and what is said with them, field by field."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bikefit.conventions import SIDES, PerFoot, Side
from bikefit.errors import near_matches
from bikefit.sessions.option import Option

UNSAID: Final[PerFoot[Any]] = PerFoot(None, None)
"""Of each foot, nothing."""


@dataclass(frozen=True)
class Keyword:
    """A name under which an option is given: of the session, of both feet (no side), or of one foot."""

    name: str
    field: str
    side: Side | None
    option: Option

    @property
    def flag(self) -> str:
        """The name on the command line."""
        return self.option.flag or f"--{self.name.replace('_', '-')}"

    @property
    def word(self) -> str:
        """The flag without its dashes."""
        return self.flag.removeprefix("--")

    @property
    def help(self) -> str:
        """The flag's help; empty where it has no flag."""
        each = self.option.each_help
        return self.option.help if each is None or self.side is None else each.of(self.side)

    @property
    def metavar(self) -> str | None:
        """What the flag's help calls the value."""
        return (None if self.side else self.option.both_metavar) or self.option.metavar

    @property
    def has_column(self) -> bool:
        """Whether a manifest may have a column of this name."""
        return self.option.column and (self.option.each_help is None) == (self.side is None)


def keywords_in(options: Mapping[str, Option]) -> Iterator[Keyword]:
    """List every name under which an option is given; both feet come before each."""
    for name, described in options.items():
        yield Keyword(name, name, None, described)
        if described.each_help is not None:
            yield from (Keyword(f"{side}_{name}", name, side, described) for side in SIDES)


def by_field(given: Mapping[str, Any], keywords: Mapping[str, Keyword], also: Collection[str] = ()) -> dict[str, Any]:
    """Return by field what is given by keyword, and what ``also`` names as it is; one foot comes before both."""
    unknown = next((name for name in given if name not in keywords and name not in also), None)
    if unknown is not None:
        raise TypeError(f"a session has no option '{unknown}'.{near_matches(unknown, keywords)}")
    told: dict[str, Any] = {}
    for name in given:
        keyword = keywords.get(name)
        field = keyword.field if keyword else name
        value = given.get(field)
        if keyword and keyword.option.each_help is not None:
            both: PerFoot[Any] = value if isinstance(value, PerFoot) else PerFoot.both(value)
            value = PerFoot.named(field, given, None).over(both)
        told[field] = value
    return told
