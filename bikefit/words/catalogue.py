"""The catalogues: what each language's file holds, read once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from bikefit.errors import UsageError, near_matches

Audience = Literal["terminal", "page"]
"""Who reads: somebody who types commands (and JSON, whose messages name flags), or somebody before a page."""
_BY_AUDIENCE = re.compile(r"\[\[([^\[\]|]*)\|([^\[\]|]*)\]\]")
Catalogue = Mapping[str, Mapping[str, str]]


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that there are words in, as two-letter codes: one for each file here."""
    names = (entry.name for entry in files("bikefit.words").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def check_language(language: str) -> None:
    """Refuse a language that has no file of words: the user's mistake."""
    if language not in languages():
        hint = near_matches(language, languages())
        raise UsageError(f"there are no words in '{language}'.{hint} Known: {', '.join(languages())}.")


@cache
def catalogue(language: str, audience: Audience = "terminal") -> Catalogue:
    """Return a language's words for an audience, section by section: of ``[[so|or so]]`` a page has the second."""
    source = files("bikefit.words").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(_BY_AUDIENCE.sub(r"\2" if audience == "page" else r"\1", source))
