"""The header of a text table: one row that names the columns, or several that name them together.

Motion capture and sensor exports write a point's name over its x, y and z, with units, kinds and folders in further
rows. The names of such columns are put together: ``RHEE X``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from bikefit.errors import RecordingError
from bikefit.io.columns import EXPORT_A_TABLE
from bikefit.io.text.lines import (
    BLANKS,
    DELIMITERS,
    HEADER_LINES_MAX,
    cells_of,
    is_missing,
    is_number,
    is_number_anywhere,
    is_remark,
    is_value,
    unit_in,
)

Line = tuple[int, str]
_ROWS_MAX: Final = 8
"""A header has no more rows than this."""
_LOOK_AHEAD: Final = 7
"""So many rows under a header are looked at for numbers."""
_OF_NUMBERS: Final = frozenset("0123456789+-.")
"""What a number begins with, and no name of a channel."""
_NUMBER_SIGN: Final = re.compile(r"\s*#[,;\t|]")
"""The name of a first column, and no comment."""
_ID: Final = re.compile(r"[0-9A-Fa-f]{8,}(-[0-9A-Fa-f]+)*")


@dataclass(frozen=True)
class Header:
    """The header of a table: the lines from ``begin`` on and before ``end``, counted from 0."""

    begin: int
    end: int
    delimiter: str
    names: tuple[str, ...]
    units: tuple[str | None, ...] = ()
    """Of the columns, where one of several rows says them; empty where there is no such row."""


def find_header(lines: Sequence[Line], known: Callable[[str], bool], where: str) -> Header:
    """Return the header of a table; RecordingError where there is none.

    It ends with the first line that names two known channels over rows of its width, else with the first that names
    one, else with the last line over the numbers. Rows above it belong to it where it names several columns alike.
    """
    named: list[tuple[int, Header]] = []
    for count, header in _candidates(lines, known):
        if count > 1 and _fits(lines, header):
            return _whole(lines, header, known)
        named.append((count, header))
    single = next((header for count, header in named if count == 1 and _fits(lines, header)), None)
    over_numbers = single or _over_numbers(lines)
    if over_numbers is not None:
        return _whole(lines, over_numbers, known)
    if named:
        return max(named, key=lambda item: (item[0] > 1, -item[1].begin))[1]
    return _first_line(lines, where)


def _candidates(lines: Sequence[Line], known: Callable[[str], bool]) -> Iterator[tuple[int, Header]]:
    """Give the lines that name known channels, with how many."""
    for number, (_, text) in enumerate(lines[:HEADER_LINES_MAX]):
        if not text.strip() or text.strip('"').startswith("sep="):
            continue
        remark = is_remark(text) and not _NUMBER_SIGN.match(text)
        bare = text.lstrip().lstrip("#%/").strip() if remark else text
        count, _, delimiter = max(
            (
                (sum(known(cell) for cell in cells if cell[:1] not in _OF_NUMBERS), len(cells), delimiter)
                for delimiter in _delimiters_of(bare)
                if (cells := cells_of(bare, delimiter))
            ),
            default=(0, 0, ","),
        )
        if count > 1 or (count and not remark):
            yield count, Header(number, number + 1, delimiter, cells_of(bare, delimiter))


def _delimiters_of(text: str) -> Sequence[str]:
    """Return the delimiters that a line may have; blanks only where there is no other."""
    there = [mark for mark in DELIMITERS if mark in text]
    return there or ([BLANKS] if len(text.split()) > 1 else [])


def _fits(lines: Sequence[Line], header: Header) -> bool:
    """Tell whether rows of numbers of the header's width come soon after it."""
    width = len(header.names)
    rows = (cells_of(text, header.delimiter) for _, text in lines[header.end :] if not is_remark(text))
    for cells in islice(rows, _LOOK_AHEAD):
        filled = [cell for cell in cells if not is_missing(cell)]
        if filled and 2 * sum(map(is_value, filled)) >= len(filled) and width <= 2 * len(cells):
            return not any(cells[width + 1 :])
    return False


# ---- several rows ----------------------------------------------------------------------------------------------


def _over_numbers(lines: Sequence[Line]) -> Header | None:
    """Return the line over the first rows of numbers as header; None where there are none, or nothing names them."""
    for number, (_, text) in enumerate(lines[:HEADER_LINES_MAX]):
        for delimiter in _delimiters_of(text):
            cells = cells_of(text, delimiter)
            if len(cells) < 3 or not _are_numbers(cells) or not _go_on(lines[number + 1 :], delimiter, len(cells)):
                continue
            markers = _marker_names(lines[:number], delimiter, len(cells))
            if markers is not None:
                return markers
            for at in range(number - 1, max(0, number - _ROWS_MAX) - 1, -1):
                names = cells_of(lines[at][1], delimiter) if lines[at][1].strip() else ()
                if 2 * len(names) >= len(cells) and not _are_numbers(names) and not _is_units(names):
                    return Header(at, at + 1, delimiter, names)
            return None
    return None


def _marker_names(lines: Sequence[Line], delimiter: str, width: int) -> Header | None:
    """Return the header that Qualisys' line of marker names makes over rows without names; None where there is none."""
    for at, (_, text) in enumerate(lines):
        first, *names = cells_of(text, delimiter) or ("",)
        more = width - 3 * len(names)
        if first == "MARKER_NAMES" and names and 0 <= more <= 2:
            axes = (f"{name} {axis}" for name in names for axis in "XYZ")
            return Header(at, at + 1, delimiter, (*("Frame", "Time")[:more], *axes))
    return None


def _are_numbers(cells: Sequence[str]) -> bool:
    """Tell whether the cells of a line are numbers or missing, at least two of them numbers."""
    filled = [cell for cell in cells if not is_missing(cell)]
    return len(filled) > 1 and all(map(is_number_anywhere, filled))


def _go_on(lines: Sequence[Line], delimiter: str, width: int) -> bool:
    """Tell whether the next line, if there is any, is a row of numbers of the same width."""
    following = next((text for _, text in lines if text.strip()), "")
    cells = cells_of(following, delimiter)
    return not following or (len(cells) == width and _are_numbers(cells))


def _is_units(cells: Sequence[str]) -> bool:
    """Tell whether all filled cells are units."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(map(is_unit, filled))


def is_unit(cell: str) -> bool:
    """Tell whether a cell names a unit; 1 is none here."""
    return unit_in(cell) is not None and not is_number(cell.strip("[](){} "))


def _whole(lines: Sequence[Line], last: Header, known: Callable[[str], bool]) -> Header:
    """Return a header with the rows above its last one, where that names several columns alike."""
    names = last.names
    filled = [name for name in names if name]
    if len(set(filled)) == len(filled):
        return last
    above: list[tuple[int, tuple[str, ...]]] = []
    for at in range(last.begin - 1, max(-1, last.begin - _ROWS_MAX), -1):
        text = lines[at][1]
        cells = cells_of(text, last.delimiter)
        if not any(cells[1:]) or 2 * len(cells) < len(names) or _are_numbers(cells):
            break
        above.append((at, cells))
    parts = [_spread(cells, len(names)) for _, cells in reversed(above)]
    told = [row for row in parts if _tells(row)]
    units = next((row for row in parts if _is_units(row)), None)
    composed = tuple(
        name
        if known(name) and names.count(name) == 1
        else " ".join(dict.fromkeys(filter(None, (*(row[at] for row in told), name))))
        for at, name in enumerate(names)
    )
    if len(set(filter(None, composed))) <= len(set(filled)):
        return last
    begin = above[-1][0] if above else last.begin
    return Header(begin, last.end, last.delimiter, composed, tuple(map(unit_in, units or ())))


def _spread(cells: Sequence[str], width: int) -> list[str]:
    """Return a row in which a name holds for the empty cells behind it."""
    row: list[str] = []
    for cell in (*cells, *[""] * (width - len(cells))):
        row.append(cell or (row[-1] if row else ""))
    return row[:width]


def _tells(row: Sequence[str]) -> bool:
    """Tell whether a row tells columns apart by names: neither one word throughout, nor units, nor ids."""
    filled = [cell for cell in row if cell]
    if not filled:
        return False
    label = filled[0].casefold().strip(": ")
    body = filled[1:] if filled.count(filled[0]) == 1 and len(filled) > 1 else filled
    ids = sum(_ID.fullmatch(cell) is not None for cell in body)
    return len(set(body)) > 1 and not _is_units(row) and 2 * ids < len(body) and label not in ("id", "type", "parent")


# ---- no header -------------------------------------------------------------------------------------------------


def _first_line(lines: Sequence[Line], where: str) -> Header:
    """Return the first line as header; RecordingError where it is none."""
    first = next(
        (at for at, (_, text) in enumerate(lines[:HEADER_LINES_MAX])
         if not is_remark(text) and not text.strip('"').startswith("sep=")),
        None,
    )  # fmt: skip
    if first is None:
        raise RecordingError(f"{where}: there is no header row; the first row must name the columns, such as time_s.")
    text = lines[first][1]
    delimiter = max(_delimiters_of(text), key=lambda mark: (len(cells_of(text, mark)), mark), default=",")
    cells = cells_of(text, delimiter)
    if len(cells) == 1 or delimiter == BLANKS:
        raise RecordingError(f"{where}: this is not a table with a time column. {EXPORT_A_TABLE}")
    if all(is_number_anywhere(cell) or not cell for cell in cells):
        raise RecordingError(
            f"{where}: there is no header row (line {first + 1} holds numbers); the first row must name the columns, "
            "such as time_s,left_heel_rotation_deg."
        )
    return Header(first, first + 1, delimiter, cells)
