"""The lines and cells of a text table, before anybody knows what they mean."""

from __future__ import annotations

import csv
import io
import re
from typing import Final

from bikefit.io.names import unit_of

HEAD_BYTES: Final = 1 << 20
"""The header, with all comments before it, must end within this."""
LARGE_BYTES: Final = 4 << 20
"""Of a larger file the head is looked at by itself first."""
HEADER_LINES_MAX: Final = 100
DELIMITERS: Final = (",", ";", "\t", "|")
BLANKS: Final = " "
"""The delimiter of tables whose cells stand apart by blanks."""
COMMENTS: Final = ("#", "//", "%")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf(inity)?)", re.IGNORECASE)
_MOMENT: Final = re.compile(r"\d{1,4}[:./-]\d{1,2}[:./-]\d{1,4}")
_MISSING: Final = frozenset({
    "", "-", "--", "nan", "na", "n/a", "n.a.", "n. a.", "null", "nil", "none", "nodata", "no data", "missing", "<na>",
    ".", "?", "*", "---", "-nan", "nan(ind)", "-nan(ind)", "1.#qnan", "-1.#ind", "1.#ind",
})  # fmt: skip
_ERROR_WORD: Final = re.compile(r"#[^\W\d][\w/ ]*[!?]?|#+")
"""What spreadsheets write into a cell that cannot be computed or shown: #DIV/0!, #N/A, #WERT!, ####."""


def lines_of(head: bytes) -> list[tuple[int, str]]:
    """Return (first byte, text) of each record of the head; a line break inside quotes does not end a record."""
    lines: list[tuple[int, str]] = []
    at = 0
    pending_at, pending = 0, b""
    for match in re.finditer(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", head):
        raw = match[0]
        if not pending:
            pending_at = at
        pending += raw
        at += len(raw)
        if pending.count(b'"') % 2 == 0 or len(pending) > HEAD_BYTES // 4:
            lines.append((pending_at, _decode(pending)))
            pending = b""
        if len(lines) > 3 * HEADER_LINES_MAX:
            return lines
    if pending:
        lines.append((pending_at, _decode(pending)))
    if len(head) >= HEAD_BYTES and len(lines) > 1:
        lines.pop()  # cut somewhere inside
    return lines


def _decode(raw: bytes) -> str:
    """Return a line as text, UTF-8 or else Windows' Western."""
    text = raw.rstrip(b"\r\n")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("cp1252", errors="replace")


def is_remark(text: str) -> bool:
    """Tell whether a line is empty or a comment."""
    return not text.strip() or text.lstrip().startswith(COMMENTS)


def cells_of(text: str, delimiter: str) -> tuple[str, ...]:
    """Return the cells of a line without blanks around them; a blank as delimiter stands for any number of blanks.

    Examples
    --------
    >>> cells_of("1,  2", ","), cells_of(' "a b"   2', " ")
    (('1', '2'), ('a b', '2'))
    """
    blanks = delimiter == BLANKS
    if blanks and '"' not in text:
        return tuple(text.split())
    try:
        row = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=blanks), [])
    except csv.Error:
        row = text.split(delimiter)
    return tuple(cell.strip() for cell in row if cell or not blanks)


def is_number(cell: str, decimal: str = ".") -> bool:
    """Tell whether a cell is one number (or inf, nan) in this dialect.

    Examples
    --------
    >>> is_number("1,5", ","), is_number("10:00")
    (True, False)
    """
    return _NUMBER.fullmatch(cell.strip().replace(decimal, ".")) is not None


def is_number_anywhere(cell: str) -> bool:
    """Tell whether a cell is one number, whichever its decimal mark is."""
    return is_number(cell) or is_number(cell, ",")


def number_in(cell: str, decimal: str) -> float:
    """Return the number that a cell holds in this dialect; ValueError where it holds none."""
    return float(cell.replace(decimal, "."))


def unit_in(cell: str) -> str | None:
    """Return the unit that a cell names, in brackets or without; None where it names none that is known."""
    return unit_of(cell.strip("[](){} "))


def is_missing(cell: str) -> bool:
    """Tell whether a cell stands for "no value"."""
    plain = cell.strip().casefold()
    return plain in _MISSING or _ERROR_WORD.fullmatch(plain) is not None


def is_value(cell: str) -> bool:
    """Tell whether a cell is a number in any dialect, a date or a clock time."""
    return is_number_anywhere(cell) or _MOMENT.match(cell) is not None
