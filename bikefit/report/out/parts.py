"""The few parts that everything on a terminal is laid out of: lines, titled lists, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import OverflowMethod, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

STYLES = {"info": "", "warning": "yellow", "error": "red"}


def note_line(level: str, message: str) -> RenderableType:
    """Return one remark as a list item, coloured by its level."""
    grid = Table.grid(padding=(0, 1))
    grid.add_row("-", Text(message, style=STYLES[level]))
    return grid


def below(line: str) -> RenderableType:
    """Return a line under an answer."""
    return Padding(Text(line), (0, 0, 0, 2))


def to_paste(line: str, indent: str = "  ") -> RenderableType:
    """Return what is there to be pasted, which is not wrapped."""
    return Text(f"{indent}{line}", no_wrap=True, overflow="ignore")


def titled(title: str, parts: Iterable[RenderableType]) -> list[RenderableType]:
    """Return parts under their title; nothing where there is none."""
    made = list(parts)
    return ["", Text(title, style="bold"), *made] if made else []


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numeric: bool = False,
    overflow: OverflowMethod = "ellipsis",
    **look: Any,
) -> Table:
    """Return a table; of a numeric one all columns but the first stand to the right."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, **look)
    for place, name in enumerate(columns):
        made.add_column(name, justify="right" if numeric and place else "left", overflow=overflow)
    for row in rows:
        made.add_row(*map(escape, row))
    return made
