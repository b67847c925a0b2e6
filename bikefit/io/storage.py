"""OpenSim's storage tables taken apart: what the header says, and columns of numbers by label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bikefit.errors import RecordingError
from bikefit.io.names import shown
from bikefit.io.source import Source
from bikefit.io.text.layout import COLUMNS_MAX, text_lines
from bikefit.io.text.lines import HEAD_BYTES, LARGE_BYTES, is_missing
from bikefit.model import Array

_SPREADSHEET_MARKS: Final = (";", ",")
"""What stands between the cells where a spreadsheet saved the table; OpenSim itself writes tabs or blanks."""

_LOOKED_AT: Final = 50


@dataclass(frozen=True)
class Storage:
    """A table as OpenSim stores it; its header in lower case."""

    title: str
    """The first line."""
    header: Mapping[str, str]
    """Key -> value of the lines ``key=value``."""
    remarks: str
    """The other lines of the header."""
    columns: Mapping[str, Array]
    """By label, ``time`` among them."""


def parse_storage(source: Source) -> Storage:
    """Take an OpenSim table apart; RecordingError where the header does not end, time lacks, or a cell is not a number.

    Examples
    --------
    >>> text = b"x\\nnRows=1\\ninDegrees=yes\\nendheader\\ntime a\\n0.0 1.5\\n"
    >>> parse_storage(Source("x.mot", text, "")).columns["a"].tolist()
    [1.5]
    """
    if len(source.data) > LARGE_BYTES:  # what is none is refused before all of it is taken apart
        _, mark, labels, rows = _split(source.data[:HEAD_BYTES], source.name)
        _values(rows[:_LOOKED_AT], labels, mark, source.name)
    head, mark, labels, rows = _split(source.data, source.name)
    values = _values(rows, labels, mark, source.name)
    told = [_bare(line) for line in head]
    pairs = (line.partition("=") for line in told if "=" in line)
    return Storage(
        title=next((line for line in told if line), ""),
        header={key.strip(): value.strip() for key, _, value in pairs},
        remarks="\n".join(line for line in told if "=" not in line),
        columns={"time": values[:, 0]} | dict(zip(labels[1:], values[:, 1:].T, strict=True)),
    )


def _split(data: bytes, where: str) -> tuple[list[str], str | None, list[str], list[str]]:
    """Return the header's lines, what stands between the cells, the labels and the rows of a table."""
    lines = text_lines(data)
    end = next((at for at, line in enumerate(lines) if _bare(line) == "endheader"), None)
    body = [line for line in lines[end + 1 :] if line.strip()] if end is not None else []
    mark = next((mark for mark in _SPREADSHEET_MARKS if body and mark in body[0]), None)
    labels = _cells(body[0], mark or ("\t" if "\t" in body[0] else None)) if body else []
    if len(body) < 2 or not labels or labels[0].lower() != "time":
        raise RecordingError(
            f"{where}: this is not an OpenSim table: a line 'endheader', a row of labels that begins with 'time' and "
            "rows of numbers were expected."
        )
    if len(labels) > COLUMNS_MAX:
        raise RecordingError(f"{where}: the table has {len(labels)} columns; no recording has so many.")
    return lines[:end], mark, labels, body[1:]


def _bare(line: str) -> str:
    """Return a line of the header without the delimiters that a spreadsheet hangs on it."""
    return line.strip(" \t,;\"'").lower()


def _cells(line: str, mark: str | None) -> list[str]:
    """Return the cells of a line."""
    if mark is None:
        return line.split()
    cells = [cell.strip(" \"'") for cell in line.split(mark)]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _values(lines: Sequence[str], labels: Sequence[str], mark: str | None, where: str) -> Array:
    """Return the rows as numbers, NaN where a cell lacks or stands for a missing value."""
    width = len(labels)
    values = np.full((len(lines), width), np.nan)
    for at, line in enumerate(lines):
        cells = _cells(line, mark)
        if len(cells) < width and mark is None and "\t" in line:
            cells = _cells(line, "\t")
        try:
            values[at, : len(cells)] = cells[:width]
        except ValueError:
            values[at, : len(cells)] = [_number(cell, f"{where}: row {at + 1}") for cell in cells[:width]]
    return values


def _number(cell: str, where: str) -> float:
    """Return a cell's number; decimals may be written with a comma."""
    try:
        return float("nan") if is_missing(cell) else float(cell.replace(",", "."))
    except ValueError:
        quoted = f": '{shown(cell)}'"
        raise RecordingError(
            f"{where} holds something that is not a number{quoted}.", quoted=quoted, instead=""
        ) from None
