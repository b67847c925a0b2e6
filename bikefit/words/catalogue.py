"""The catalogues: what each language's file holds, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from bikefit.errors import UsageError, near_matches

Catalogue = Mapping[str, Mapping[str, str]]


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that there are words in, as two-letter codes: one for each file here."""
    names = (entry.name for entry in files("bikefit.words").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def check_language(language: str) -> None:
    """Refuse a language that there are no words in: the user's mistake."""
    if language not in languages():
        hint = near_matches(language, languages())
        raise UsageError(f"there are no words in '{language}'.{hint} Known: {', '.join(languages())}.")


@cache
def catalogue(language: str) -> Catalogue:
    """Return a language's words, section by section."""
    source = files("bikefit.words").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)
