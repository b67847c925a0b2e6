"""The words of a result: one catalogue a language (``en.toml``), one renderer with the language as its argument."""

from __future__ import annotations

from bikefit.words.catalogue import languages
from bikefit.words.numbers import SENTENCE_END, Interval, degree_signs, known, rounded, unbroken
from bikefit.words.words import ENGLISH, Words

__all__ = ["ENGLISH", "SENTENCE_END", "Interval", "Words", "degree_signs", "known", "languages", "rounded", "unbroken"]
