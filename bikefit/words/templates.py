"""Filling the places of a sentence: numbers with the language's signs, codes with the language's words."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Protocol

from bikefit.words.catalogue import Audience, Catalogue, catalogue, check_language

_DECIMAL = re.compile(r"-?\d+\.\d+")


class Said(Protocol):
    """What has words: a finding or a reason."""

    @property
    def code(self) -> str:
        """A key of the section ``findings``."""

    @property
    def values(self) -> Mapping[str, Any]:
        """What its words have places for."""


@dataclass(frozen=True)
class Templates:
    """The sentences of one language for one audience, by the keys of its file."""

    language: str = "en"
    audience: Audience = "terminal"

    def __post_init__(self) -> None:
        """Refuse a language that is not there before anything is said in it."""
        check_language(self.language)

    @cached_property
    def _sections(self) -> Catalogue:
        """The whole catalogue."""
        return catalogue(self.language, self.audience)

    def section(self, name: str) -> Mapping[str, str]:
        """Return a whole section, its places unfilled."""
        return self._sections[name]

    def text(self, key: str, /, **values: Any) -> str:
        """Return the text ``section.name`` with its places filled; a key or value that is missing is our mistake."""
        section, name = key.split(".")
        return "".join(
            said if place is None else said + self.place(values[place], how)
            for said, place, how in _pieces(self._sections[section][name])
        )

    def by_number(self, number: float, forms: str) -> str:
        """Return the first of two forms (``# row|# rows``) for 1, the second for any other number."""
        one, many = forms.split("|")
        return (one if number == 1 else many).replace("#", self.number(number))

    def counted(self, key: str, number: int, /, **values: Any) -> str:
        """Return ``<key>_none`` (where there is one), ``<key>_one`` or ``<key>_many``, as a number has it (``{n}``)."""
        section, name = key.split(".")
        ending = "one" if number == 1 else "none" if number == 0 and f"{name}_none" in self.section(section) else "many"
        return self.text(f"{key}_{ending}", n=number, **values)

    def word(self, section: str, value: Any) -> str:
        """Return a section's word for a value: by the code itself, or by a number's sign and size."""
        if isinstance(value, str):
            return self._code_word(section, value)
        if value is None:
            return self.text(f"{section}.unknown")
        form = "zero" if value == 0 else "one" if abs(value) == 1 else "many"
        return self.text(f"{section}.{'minus_' if value < 0 else ''}{form}", n=abs(value))

    def _code_word(self, section: str, code: str) -> str:
        """Return a section's word for a code; of a section with ``itself``, any other code as it is."""
        own = self.section(section)
        if code in own or "itself" not in own:
            return self.text(f"{section}.{code}")
        return self.text(f"{section}.itself", n=self.in_signs(code) if _DECIMAL.fullmatch(code) else code)

    def words_for(self, kind: str, value: Any) -> str:
        """Return the words for a value as a place asks for them: ``section``, ``list.``, ``join.`` or ``each.NAME``."""
        if kind.startswith("list."):
            return self.text("join.comma").join(self.text(kind, value=of) for of in value)
        if kind.startswith("join."):
            return self.text(kind).join(map(str, value))
        if kind.startswith("each."):
            return self.text("join.semicolon").join(self.text(kind, key=key, value=of) for key, of in value.items())
        return self.word(kind, value)

    def finding(self, said: Said) -> str:
        """Return the sentence of a finding or a reason."""
        return self.text(f"findings.{said.code}", **said.values)

    def number(self, value: float, how: str = "") -> str:
        """Return a number as Python formats it, with the language's signs."""
        return self.in_signs(format(value, how))

    @cached_property
    def _as_python(self) -> bool:
        """Whether numbers have the signs that Python gives them."""
        signs = self._sections["language"]
        return (signs["minus"], signs["decimal"], signs["percent"]) == ("-", ".", "%")

    def in_signs(self, printed: str) -> str:
        """Return a number that Python printed with the language's signs; an exponent keeps its own."""
        if self._as_python:
            return printed
        signs = self._sections["language"]
        if printed.startswith("-"):
            printed = signs["minus"] + printed[1:]
        return printed.replace(".", signs["decimal"]).replace("%", signs["percent"])

    def place(self, value: Any, how: str) -> str:
        """Return one place filled, as it asks for it."""
        if how.startswith("@"):
            return self.words_for(how[1:], value)
        if "|" in how:
            return self.by_number(value, how)
        if isinstance(value, str):
            return format(value, how)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self.number(value, how)
        if isinstance(value, (list, tuple)):
            return self.words_for("join.comma", value)
        return format(value, how)


@cache
def _pieces(template: str) -> tuple[tuple[str, str | None, str], ...]:
    """Return a template taken apart: words, and the name and format of the place behind them."""
    return tuple((said, name, how or "") for said, name, how, _ in string.Formatter().parse(template))
