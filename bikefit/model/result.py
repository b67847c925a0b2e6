"""What results show of themselves: plain values, and in English their sentences, in a notebook with a small table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from bikefit.model.json_values import shown
from bikefit.words import ENGLISH, Words


class InJson:
    """A dataclass whose fields are its JSON."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as the JSON contract has it.

        Returns
        -------
        dict
            Plain values only; unknown is None.
        """
        return shown(self)


class Result(InJson, ABC):
    """A result that answers in sentences."""

    @abstractmethod
    def answers(self, words: Words) -> list[str]:
        """Return what a person wants to know first, a sentence each."""

    @abstractmethod
    def table(self, words: Words) -> tuple[Sequence[str], Iterable[Sequence[str]]]:
        """Return the heads and the rows of the small table, printed."""

    def __str__(self) -> str:
        """Give the answers, in English."""
        return "\n".join(self.answers(ENGLISH))

    def _repr_html_(self) -> str:
        """Show a notebook the answers and the small table, in English."""
        return as_html(self.answers(ENGLISH), *self.table(ENGLISH))


def as_html(sentences: Iterable[str], header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return sentences, a paragraph each, and a table whose first column names its rows.

    Examples
    --------
    >>> as_html(["a < b"], ["", "left"], [["Cadence", "85 rpm"]])
    '<p>a &lt; b</p><table><tr><th></th><th>left</th></tr><tr><th>Cadence</th><td>85 rpm</td></tr></table>'
    """
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(
        f"<tr><th>{escape(first)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in rest)}</tr>"
        for first, *rest in rows
    )
    return f"{said}<table><tr>{head}</tr>{body}</table>"
