"""The dialect and the header of a delimited text table, read off its first lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bikefit.errors import RecordingError
from bikefit.io.names import shown, unit_of

HEAD_BYTES: Final = 1 << 20
"""The header, with all comments before it, must end within this."""
HEADER_LINES_MAX: Final = 100
_DELIMITERS: Final = (",", ";", "\t")
COMMENTS: Final = ("#", "//", "%")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf(inity)?)", re.IGNORECASE)
_COMMA_NUMBER: Final = re.compile(r"[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?")
_MISSING: Final = ("", "-", "--", "nan", "na", "n/a", "null", "none", "#n/a", "<na>")


@dataclass(frozen=True)
class Layout:
    """Where the numbers of a text table are and how they are written.

    Attributes
    ----------
    delimiter, decimal : str
        Between cells, and inside numbers.
    header : tuple of str
        Names of the columns as in the file, without blanks around them.
    units : tuple of str or None
        What a row of units under the header says; None where it says nothing known.
    header_line : int
        Line of the header, from 1.
    first_line : int
        Line of the first numbers, from 1.
    first_byte : int
        Where that line begins.
    sample : tuple of tuple of str
        Cells of the first lines of numbers.
    preamble : str
        The lines before the header.
    """

    delimiter: str
    decimal: str
    header: tuple[str, ...]
    units: tuple[str | None, ...]
    header_line: int
    first_line: int
    first_byte: int
    sample: tuple[tuple[str, ...], ...]
    preamble: str = ""


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


def check_text(head: bytes, where: str) -> None:
    """Raise unless the head of a file looks like lines of text: no control characters, no line without end."""
    odd = sum(head[:4096].count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13, 27))
    if odd > max(1, len(head[:4096]) // 100):
        raise RecordingError(
            f"{where}: this is no text table (it holds binary data). Recordings are read from CSV text, FIT, TRC, C3D "
            "and OpenSim .mot/.sto files."
        )
    if len(head) >= HEAD_BYTES and b"\n" not in head and b"\r" not in head:
        raise RecordingError(f"{where}: the first line is longer than 1 MB; this is no table with a header row.")


def find_layout(head: bytes, known: Callable[[str], bool], where: str) -> Layout:
    """Find delimiter, decimals, header and units from the first lines; RecordingError if there is no header row.

    ``head`` may be cut anywhere; ``known`` tells whether a cell is the name of a channel.
    """
    lines = _lines(head)
    header_at, delimiter, header = _find_header(lines, known, where)
    rows = [
        (number, _cells(text, delimiter))
        for number, (_, text) in enumerate(lines[header_at + 1 : header_at + 1 + HEADER_LINES_MAX], header_at + 1)
        if not _is_remark(text)
    ]
    units: tuple[str | None, ...] = (None,) * len(header)
    if rows and _is_unit_row(rows[0][1]):
        units = tuple(unit_of(cell) for cell in rows[0][1])
        units = (*units, *(None for _ in range(len(header) - len(units))))[: len(header)]
        rows = rows[1:]
    if not rows:
        raise RecordingError(f"{where}: there is a header row but no numbers under it.")
    sample = tuple(cells for _, cells in rows)
    width = max(len(cells) for cells in sample)
    for number, cells in rows:
        if any(cells[len(header) :]):
            raise too_many_cells(where, number + 1, len(cells), len(header), delimiter)
    if width > len(header):
        header = (*header, *("" for _ in range(width - len(header))))
        units = (*units, *(None for _ in range(width - len(units))))
    first = rows[0][0]
    preamble = "\n".join(text for _, text in lines[:header_at])
    decimal = _decimal(sample)
    return Layout(delimiter, decimal, header, units, header_at + 1, first + 1, lines[first][0], sample, preamble)


def is_number(cell: str, decimal: str = ".") -> bool:
    """Tell whether a cell is one number (or inf, nan) in this dialect.

    Examples
    --------
    >>> is_number("1,5", ","), is_number("10:00")
    (True, False)
    """
    return _NUMBER.fullmatch(cell.strip().replace(decimal, ".")) is not None


def is_missing(cell: str) -> bool:
    """Tell whether a cell stands for "no value"."""
    return cell.strip().casefold() in _MISSING


def too_many_cells(where: str, line: int, cells: int, expected: int, delimiter: str) -> RecordingError:
    """Return the error for a line that has more cells than the header."""
    hint = " Decimal commas need semicolons or tabs between the columns." if delimiter == "," else ""
    return RecordingError(f"{where}, line {line}: {cells} values where the header has {expected}.{hint}")


def _lines(head: bytes) -> list[tuple[int, str]]:
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


def _is_remark(text: str) -> bool:
    """Tell whether a line is empty or a comment."""
    return not text.strip() or text.lstrip().startswith(COMMENTS)


def _cells(text: str, delimiter: str) -> tuple[str, ...]:
    """Return the cells of a line without blanks around them."""
    try:
        row = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        row = text.split(delimiter)
    return tuple(cell.strip() for cell in row)


def _find_header(
    lines: Sequence[tuple[int, str]], known: Callable[[str], bool], where: str
) -> tuple[int, str, tuple[str, ...]]:
    """Return line index, delimiter and names of the header row.

    It is the first line that names two known channels, else the first that names one, else the first line at all.
    """
    single: tuple[int, str, tuple[str, ...]] | None = None
    fallback: tuple[int, str, tuple[str, ...]] | None = None
    for number, (_, text) in enumerate(lines[:HEADER_LINES_MAX]):
        if not text.strip() or text.strip('"').startswith("sep="):
            continue
        remark = _is_remark(text)
        bare = text.lstrip().lstrip("#%/").strip() if remark else text
        best = max(
            (
                (sum(known(cell) for cell in cells if not cell[:1].isdigit()), len(cells), delimiter)
                for delimiter in _DELIMITERS
                if delimiter in bare and (cells := _cells(bare, delimiter))
            ),
            default=(0, 0, ","),
        )
        found, _, delimiter = best
        if found > 1:
            return number, delimiter, _cells(bare, delimiter)
        if found and single is None and not remark:
            single = number, delimiter, _cells(bare, delimiter)
        if fallback is None and not remark:
            fallback = number, delimiter, _cells(text, delimiter)
    if single is not None:
        return single
    if fallback is None:
        raise RecordingError(f"{where}: there is no header row; the first row must name the columns, such as time_s.")
    if len(fallback[2]) == 1:
        raise RecordingError(
            f"{where}: this is no table with a time column; its first line is '{shown(fallback[2][0])}'."
        )
    if all(is_number(cell) or is_number(cell, ",") or not cell for cell in fallback[2]):
        raise RecordingError(
            f"{where}: there is no header row (line {fallback[0] + 1} holds numbers); the first row must name the "
            "columns, such as time_s,left_heel_rotation_deg."
        )
    return fallback


def _is_unit_row(cells: Sequence[str]) -> bool:
    """Tell whether a row under the header names units: only known ones or nothing, and no number."""
    filled = [cell for cell in cells if cell]
    words = [cell.strip("[](){} ") for cell in filled]
    named = [word for word in words if unit_of(word) is not None and not is_number(word)]
    return bool(named) and not any(is_number(cell) or is_number(cell, ",") for cell in filled)


def _decimal(sample: Sequence[Sequence[str]]) -> str:
    """Return the decimal mark that the first numbers are written with."""
    marks = Counter[str]()
    for cells in sample:
        for cell in cells:
            if _COMMA_NUMBER.fullmatch(cell):
                marks[","] += 1
            elif "." in cell and _NUMBER.fullmatch(cell):
                marks["."] += 1
    return "," if marks[","] > marks["."] else "."
