"""The numbers of a delimited text table.

They are left to pandas' C parser, which reads the bytes as they are. Only where that fails is the file gone through
again: for words that stand for a missing value, for a footer, and to name the line and the column at fault.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from bikefit.errors import RecordingError
from bikefit.io.names import shown
from bikefit.io.text.layout import Layout, never_closed, too_many_cells
from bikefit.io.text.lines import BLANKS, COMMENTS, cells_of, is_missing, is_number
from bikefit.io.text.pieces import PIECE_BYTES, WIDER, Piece, read_pieces
from bikefit.model import Array, Finding, finding

if TYPE_CHECKING:
    import pandas as pd

WIDE_COLUMNS: Final = 64
"""Of a table wider than this only the columns that are used are parsed."""
FOOTER_LINES_MAX: Final = 40
_REMARK: Final = re.compile(rb"(?m)^[ \t]*(%s).*$" % "|".join(COMMENTS).encode())
_TORN: Final = re.compile(rf"Expected \d+ fields|EOF inside string|{WIDER}")
_CHUNK_ROWS: Final = 100_000
_EMPTY_LINES: Final = re.compile(rb"(?<=\n)(?:[ \t,;|]*\r?\n)+")
_EMPTY_LINES_MAX: Final = 1000
Values = dict[int, "Array | pd.Series[str]"]


@dataclass(frozen=True)
class Wanted:
    """The columns that are wanted of a table."""

    numbers: tuple[int, ...]
    """NaN where missing."""
    texts: tuple[int, ...]
    """Missing where empty."""
    time: int
    """The column of time that is followed, one of either."""


class CellError(RecordingError):
    """A cell of a wanted column is not a number; ``quoted`` is what of the message is the cell itself."""

    def __init__(self, message: str, column: int, quoted: str = "") -> None:
        super().__init__(message, quoted=quoted, instead="the cell")
        self.column = column


def parse(data: bytes, layout: Layout, wanted: Wanted, where: str) -> tuple[Values, list[Finding]]:
    """Read columns of a text table from the file's bytes.

    `CellError`, with line and column, if a wanted cell is not a number; RecordingError if a line has too many
    cells.
    """
    numbers, texts = wanted.numbers, wanted.texts
    how = how_to_read(layout, (*numbers, *texts))
    if not texts:  # a comment among numbers is not a number, but a comment among texts is a text
        with contextlib.suppress(ValueError):
            return read_pieces(_cut(memoryview(data)[layout.first_byte :]), numbers, texts, how), []
    body, repeats = _without_headers(_without_remarks(data, layout), data, layout)
    cut = _without_footer(_first_section(body, layout, wanted), layout, wanted)
    found = [finding("header_repeated", times=repeats)] if repeats else []
    found += [finding("footer_cut", lines=cut.rows, first=shown(cut.first))] if cut.rows else []
    try:
        return read_pieces(_cut(cut.body), numbers, texts, how), found
    except ValueError as error:
        if _TORN.search(str(error)):
            _refuse(cut.body, how, layout, where)
        words, told = _word_by_word(cut.body, data, layout, numbers, where)
        parsed = read_pieces(_cut(cut.body), (), texts, how) if texts else {}
        return {**parsed, **words}, [*found, *told]


def _cut(body: bytes | memoryview) -> Iterator[Piece]:
    """Give a table in pieces of whole lines, which take less memory than all at once; one with quotes as it is."""
    view, begin = memoryview(body), 0
    while len(view) - begin > 2 * PIECE_BYTES:
        block = bytes(view[begin : begin + PIECE_BYTES])
        end = block.rfind(b"\n") + 1
        if not end or b'"' in block:
            break
        yield (block[:end],)
        begin += end
    yield (view[begin:],)


def line_of(data: bytes, layout: Layout, row: int) -> int:
    """Return the line of the file, from 1 as an editor shows it, that holds a row of numbers, from 0 as `parse` counts.

    Cells with line breaks in them are not allowed for.
    """
    lines = data[layout.first_byte :].splitlines()
    rows = (at for at, raw in enumerate(lines, layout.first_line) if raw.strip() and not _REMARK.match(raw))
    return next(islice(rows, row, None), layout.first_line + len(lines) - 1)


def how_to_read(layout: Layout, wanted: Sequence[int]) -> dict[str, Any]:
    """Return the arguments of `pandas.read_csv` for a layout; of a wide table only the wanted columns are read."""
    width = len(layout.header)
    return {
        "sep": r"\s+" if layout.delimiter == BLANKS else layout.delimiter,
        "decimal": layout.decimal,
        "header": None,
        "names": list(range(width)),
        "index_col": False,
        "usecols": sorted(wanted) if width > WIDE_COLUMNS else None,
        "encoding_errors": "replace",
    }


def _word_by_word(
    body: bytes, data: bytes, layout: Layout, numbers: Sequence[int], where: str
) -> tuple[dict[int, Array], list[Finding]]:
    """Read columns of numbers that pandas stumbled over by their text: blanks and words for "no value" are missing.

    Raises as `parse`.
    """
    import pandas as pd

    how = {**how_to_read(layout, numbers), "usecols": [*numbers]}
    parts: dict[int, list[Array]] = {index: [] for index in numbers}
    columns, words = dict[str, None](), dict[str, None]()
    count = 0
    try:
        # by chunks: text takes many times the memory of numbers, and a fault may come early
        for table in pd.read_csv(io.BytesIO(body), dtype=str, na_filter=False, chunksize=_CHUNK_ROWS, **how):
            for index in numbers:
                values, odd = _numbers_of(table[index], layout.decimal)
                parts[index].append(values)
                unusual = table[index].iloc[odd]
                for cell in unusual.unique():
                    if not is_missing(cell):
                        row = int(unusual.index[(unusual == cell).argmax()])
                        raise _no_number(cell, index, line_of(data, layout, row), layout, where)
                    words |= {cell: None} if cell else {}
                filled = int((unusual != "").sum())
                count += filled
                columns |= {f"'{shown(layout.header[index])}'": None} if filled else {}
    except CellError:
        raise
    except ValueError as error:
        raise _no_table(error, layout, where) from error
    listed = ", ".join(f"'{shown(word, 20)}'" for word in [*words][:3])
    told = [finding("cells_missing", count=count, columns=", ".join([*columns][:6]), words=listed)] if count else []
    return {index: np.concatenate(parts[index]) for index in numbers}, told


def _refuse(body: bytes, how: dict[str, Any], layout: Layout, where: str) -> None:
    """Raise the error about text that cannot be taken apart into cells, its line counted from the table's first."""
    try:
        read_pieces([(body,)], (), (), how)
    except ValueError as error:
        raise _no_table(error, layout, where) from error


def _no_table(error: ValueError, layout: Layout, where: str) -> RecordingError:
    """Return the error about text that pandas cannot take apart into cells."""
    too_many = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
    if too_many:
        line = int(too_many[2]) + layout.first_line - 1
        return too_many_cells(where, line, int(too_many[3]), int(too_many[1]), layout.delimiter)
    if "EOF inside string" in str(error):
        return never_closed(where)
    return RecordingError(f"{where}: the table cannot be read ({shown(str(error), 120)}).")


def _no_number(cell: str, index: int, line: int, layout: Layout, where: str) -> CellError:
    """Return the error about a cell that is not a number."""
    name = shown(layout.header[index])
    return CellError(
        f"{where}, line {line}, column '{name}': '{shown(cell)}' is not a number. Correct the cell or leave it empty.",
        index,
        quoted=f"'{shown(cell)}'",
    )


def _numbers_of(texts: pd.Series[str], decimal: str) -> tuple[Array, NDArray[np.intp]]:
    """Return a column of text as numbers, and the rows whose cell is none."""
    import pandas as pd

    plain = texts.str.strip()
    if decimal != ".":
        plain = plain.str.replace(decimal, ".", regex=False)
    values: Array = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=np.float64)
    odd = np.flatnonzero(np.isnan(values) & (plain.str.casefold() != "nan").to_numpy(dtype=bool))
    return values, odd


# ---- what is not a row ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cut:
    """The rows of a table, how many lines of a footer were left out, and the first of those."""

    body: bytes
    rows: int = 0
    first: str = ""


def _first_section(body: bytes, layout: Layout, wanted: Wanted) -> _Cut:
    """Leave out what follows an empty line and begins with no row: another table of the same file."""
    for empty in islice(_EMPTY_LINES.finditer(body), _EMPTY_LINES_MAX):
        rest = body[empty.end() : empty.end() + 10_000].splitlines()
        following = rest[0].decode("utf-8", errors="replace").strip() if rest else ""
        if following and not _is_row(cells_of(following, layout.delimiter), layout, wanted):
            lines = len(body[empty.end() :].rstrip().splitlines())
            return _Cut(body[: empty.start()] + b"\n", lines, following)
    return _Cut(body)


def _without_footer(cut: _Cut, layout: Layout, wanted: Wanted) -> _Cut:
    """Leave out the last lines whose cell of time is neither a time nor empty, or that lack most of their cells."""
    body = cut.body
    end = len(body.rstrip(b"\r\n\t ,;|"))
    lines: list[tuple[int, str]] = []
    while end > 0 and len(lines) < FOOTER_LINES_MAX:
        begin = max(body.rfind(b"\n", 0, end), body.rfind(b"\r", 0, end)) + 1
        text = body[begin:end].decode("utf-8", errors="replace").strip()
        if text and _is_row(cells_of(text, layout.delimiter), layout, wanted):
            break
        if text:
            lines.append((begin, text))
        end = begin - 1
    if not lines or len(lines) == FOOTER_LINES_MAX or end <= 0:
        return cut
    return _Cut(body[: lines[-1][0]], cut.rows + len(lines), lines[-1][1])


def _is_row(cells: Sequence[str], layout: Layout, wanted: Wanted) -> bool:
    """Tell whether a line is a row of the table, whatever may be wrong in it."""
    if len(cells) <= wanted.time:
        return False
    cell = cells[wanted.time]
    if is_missing(cell):
        return any(is_number(other, layout.decimal) for other in cells)
    if wanted.time in wanted.texts:
        return cell[:1].isdigit() and any(mark in cell for mark in ":-/.")
    return is_number(cell, layout.decimal)


def _without_headers(body: bytes, data: bytes, layout: Layout) -> tuple[bytes, int]:
    """Leave out lines that are the header again, as a logger writes it that is switched on again; tell how many."""
    above = data[: layout.first_byte].splitlines()
    header = above[layout.header_line - 1].strip() if layout.header_line <= len(above) else b""
    if not header or header not in body:
        return body, 0
    pattern = rb"(?m)^[ \t]*" + re.escape(header) + rb"[ \t\r]*$"
    return re.subn(pattern, b"", body)


def _without_remarks(data: bytes, layout: Layout) -> bytes:
    """Return the numbers of the table with comment lines blank."""
    body = memoryview(data)[layout.first_byte :]
    return b"".join(_REMARK.sub(b"", block) for piece in _cut(body) for block in map(bytes, piece))
