"""What a notebook shows of a result: its sentences and a small table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


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
