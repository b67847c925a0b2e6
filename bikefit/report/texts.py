"""The words of the reports."""

from __future__ import annotations

from collections.abc import Mapping

from bikefit.words import ENGLISH

LANGUAGE = "en"
text = ENGLISH.text
counted = ENGLISH.counted


def texts(language: str = LANGUAGE) -> dict[str, Mapping[str, str]]:
    """Return the sections that are read whole."""
    return {name: ENGLISH.section(name) for name in ("page", "studio", "rider", "glossary")}
