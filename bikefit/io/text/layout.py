"""The dialect and the header of a delimited text table, read off its first lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from bikefit.errors import RecordingError
from bikefit.io.text.header import Line, find_header, is_unit
from bikefit.io.text.lines import (
    DELIMITERS,
    HEAD_BYTES,
    HEADER_LINES_MAX,
    cells_of,
    is_missing,
    is_number,
    is_number_anywhere,
    is_remark,
    lines_of,
    unit_in,
)

_Row = tuple[int, tuple[str, ...]]
"""A line, counted from 0, and its cells."""
_Cell = TypeVar("_Cell", str, str | None)
COLUMNS_MAX: Final = 20_000
_COMMA_NUMBER: Final = re.compile(r"[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Layout:
    """Where the numbers of a text table are and how they are written; lines are counted from 1."""

    delimiter: str
    decimal: str
    header: tuple[str, ...]
    """Names of the columns as in the file, without blanks around them."""
    units: tuple[str | None, ...]
    """What a row of units under the header says; None where it says nothing known."""
    header_line: int
    first_line: int
    first_byte: int
    """Where the first line of numbers begins."""
    sample: tuple[tuple[str, ...], ...]
    """Cells of the first lines of numbers."""
    preamble: str = ""
    """The lines before the header."""

    def cells(self, column: int) -> list[str]:
        """Return the first cells of a column."""
        return [row[column] for row in self.sample if column < len(row)]

    def first_cell(self, column: int) -> str | None:
        """Return the first cell of a column that holds anything."""
        return next((cell for cell in self.cells(column) if not is_missing(cell)), None)

    def is_numeric(self, column: int) -> bool:
        """Tell whether a column's first cell is a number, if there is any."""
        cell = self.first_cell(column)
        return cell is None or is_number(cell, self.decimal)


def to_utf8(data: bytes) -> bytes:
    """Return UTF-16 text as UTF-8; everything else keeps its bytes but for a byte order mark."""
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:]
    head = data[:2000]
    encoding = None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif len(head) >= 4 and not any(head[1::2]):
        encoding = "utf-16-le"
    elif len(head) >= 4 and not any(head[::2]):
        encoding = "utf-16-be"
    if encoding:
        return data.decode(encoding, errors="replace").encode()
    return data


def text_lines(data: bytes) -> list[str]:
    """Return the lines of a whole text."""
    return to_utf8(data).decode("utf-8", errors="replace").splitlines()


def check_text(head: bytes, where: str) -> None:
    """Raise unless the head of a file looks like lines of text: no control characters, no line without end."""
    odd = sum(head[:4096].count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13, 27))
    if odd > max(1, len(head[:4096]) // 100):
        raise RecordingError(
            f"{where}: this is not a text table (it holds binary data). Recordings are read from CSV, FIT, TRC, C3D "
            "and OpenSim .mot/.sto files."
        )
    if len(head) >= HEAD_BYTES and b"\n" not in head and b"\r" not in head:
        raise RecordingError(f"{where}: the first line is longer than 1 MB; this is not a table with a header row.")


def find_layout(head: bytes, known: Callable[[str], bool], where: str) -> Layout:
    """Find delimiter, decimals, header and units from the first lines; RecordingError if there is no header row.

    ``head`` may be cut anywhere; ``known`` tells whether a cell is the name of a channel. The names of a header of
    several rows are put together from all of them.
    """
    lines = lines_of(head)
    closed = [text for _, text in lines if text.count('"') % 2 == 0]
    if any(text.count(mark) > COLUMNS_MAX for text in closed for mark in DELIMITERS):
        raise RecordingError(f"{where}: a line holds more than {COLUMNS_MAX} cells; no recording has so many columns.")
    header = find_header(lines, known, where)
    delimiter, names = header.delimiter, header.names
    rows: Sequence[_Row] = [
        (number, cells_of(text, delimiter))
        for number, (_, text) in enumerate(lines[header.end : header.end + HEADER_LINES_MAX], header.end)
        if not is_remark(text)
    ]
    units = header.units or (None,) * len(names)
    while rows and (_is_unit_row(rows[0][1]) or _is_index_row(rows[0][1], rows[1:])):
        (_, cells), *rows = rows
        if _is_unit_row(cells):
            units = _laid_over(units, [unit_in(cell) for cell in cells])
        else:
            names = _laid_over(names, cells)
    if rows and _has_row_names([cells for _, cells in rows], len(names)):
        names, units = ("", *names), (None, *units)
    rows = _of_this_table(rows, lines, len(names), delimiter, where)
    if not rows:
        raise RecordingError(f"{where}: there is a header row but no numbers under it.")
    sample = tuple(cells for _, cells in rows)
    more = max(map(len, sample)) - len(names)
    names, units = names + ("",) * more, units + (None,) * more
    first = rows[0][0]
    preamble = "\n".join(text for _, text in lines[: header.begin])
    decimal = _decimal(sample)
    return Layout(delimiter, decimal, names, units, header.end, first + 1, lines[first][0], sample, preamble)


def _laid_over(lower: tuple[_Cell, ...], upper: Sequence[_Cell]) -> tuple[_Cell, ...]:
    """Return what another row says of the columns, and where it says nothing what was known."""
    return tuple(new or old for old, new in zip(lower, upper, strict=False)) + lower[len(upper) :]


def _of_this_table(
    rows: Sequence[_Row], lines: Sequence[Line], width: int, delimiter: str, where: str
) -> Sequence[_Row]:
    """Return the rows before one with more cells than the header, which may begin another table; else raise."""
    for at, (number, cells) in enumerate(rows):
        if any(cells[width:]):
            if _is_section_end(lines, number):
                return rows[:at]
            if lines[number][1].count('"') % 2:
                raise never_closed(where)
            raise too_many_cells(where, number + 1, len(cells), width, delimiter)
    return rows


def too_many_cells(where: str, line: int, cells: int, expected: int, delimiter: str) -> RecordingError:
    """Return the error for a line that has more cells than the header."""
    hint = " Decimal commas need semicolons or tabs between the columns." if delimiter == "," else ""
    return RecordingError(f"{where}, line {line}: {cells} values where the header has {expected}.{hint}")


def never_closed(where: str) -> RecordingError:
    """Return the error for a table that a quotation mark keeps open."""
    return RecordingError(f"{where}: a quotation mark is opened and never closed, so the table has no end.")


def _is_unit_row(cells: Sequence[str]) -> bool:
    """Tell whether a row under the header names units: a known one at least, and no number."""
    filled = [cell for cell in cells if cell]
    return any(map(is_unit, filled)) and not any(map(is_number_anywhere, filled))


def _is_index_row(cells: Sequence[str], below: Sequence[_Row]) -> bool:
    """Tell whether a row under the header names nothing but the first column, as pandas writes it."""
    named = bool(cells) and bool(cells[0]) and not any(cells[1:]) and len(cells) > 1
    return named and not is_number(cells[0]) and bool(below) and any(below[0][1][1:])


def _has_row_names(sample: Sequence[Sequence[str]], width: int) -> bool:
    """Tell whether each row begins with a name that has none in the header, as R writes it."""
    if not all(len(cells) == width + 1 and cells[-1] for cells in sample):
        return False
    firsts = [cells[0] for cells in sample]
    counted = all(cell.isdigit() for cell in firsts)
    if counted:
        numbers = [int(cell) for cell in firsts]
        return len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return not any(is_number(cell) for cell in firsts)


def _is_section_end(lines: Sequence[Line], number: int) -> bool:
    """Tell whether an empty line stands somewhere before a row that does not fit: another table begins there."""
    return any(not text.strip(" ,;\t") for _, text in lines[max(0, number - 6) : number])


def _decimal(sample: Sequence[Sequence[str]]) -> str:
    """Return the decimal mark that the first numbers are written with."""
    marks = Counter[str]()
    for cells in sample:
        for cell in cells:
            if _COMMA_NUMBER.fullmatch(cell):
                marks[","] += 1
            elif "." in cell and is_number(cell):
                marks["."] += 1
    return "," if marks[","] > marks["."] else "."
