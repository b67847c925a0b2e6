"""Why recordings cannot be compared, in the language asked for."""

from __future__ import annotations

from typing import Any

from bikefit.errors import UsageError
from bikefit.words import ENGLISH, Words


class NotComparableError(UsageError):
    """Recordings that cannot be compared: a key of the words' section ``refusal``, and its values (exit code 2)."""

    def told(self, words: Words) -> str:
        """Return why, in a language."""
        key, values = self.args
        return words.text(f"refusal.{key}", **values)

    def __str__(self) -> str:
        """Say why, in English."""
        return self.told(ENGLISH)

    @property
    def on_page(self) -> str:
        """Why, in English, without flags."""
        return self.told(ENGLISH.on_page)


def not_comparable(key: str, **values: Any) -> NotComparableError:
    """Return the error that says so."""
    return NotComparableError(key, values)
