"""The numbers of a delimited text table.

They are left to pandas' C parser, which reads the bytes as they are. Only where that fails is the file gone through
again to name the line and the column at fault.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bikefit.errors import RecordingError
from bikefit.io.names import shown
from bikefit.io.text.layout import COMMENTS, Layout, is_missing, too_many_cells
from bikefit.io.text.pieces import read_pieces
from bikefit.model import Array

if TYPE_CHECKING:
    import pandas as pd

WIDE_COLUMNS: Final = 64
"""Of a table wider than this only the columns that are used are parsed."""


def parse(
    data: bytes, layout: Layout, numbers: Iterable[int], texts: Iterable[int], where: str
) -> dict[int, Array | pd.Series[str]]:
    """Read columns of a text table from the file's bytes: numbers, NaN where missing, or text, missing where empty.

    RecordingError, with line and column, if a cell of a wanted column is no number, or a line has too many cells.
    """
    numbers, texts = tuple(numbers), tuple(texts)
    how = how_to_read(layout, (*numbers, *texts))
    try:
        if texts:  # a comment among numbers is no number, but a comment among texts is a text
            return read_pieces([(_without_remarks(data, layout),)], numbers, texts, how)
        return read_pieces([(memoryview(data)[layout.first_byte :],)], numbers, texts, how)
    except ValueError as error:
        try:
            return read_pieces([(_without_remarks(data, layout),)], numbers, texts, how)
        except ValueError:
            raise _parse_error(error, data, layout, numbers, where) from error


def line_of(data: bytes, layout: Layout, row: int) -> int:
    """Return the line of the file, from 1 as an editor shows it, that holds a row of numbers, from 0 as `parse` counts.

    Cells with line breaks in them are not allowed for.
    """
    count = -1
    number = layout.first_line - 1
    for raw in io.BytesIO(data[layout.first_byte :].replace(b"\r\n", b"\n").replace(b"\r", b"\n")):
        number += 1
        if raw.strip() and not raw.lstrip().startswith((b"#", b"//", b"%")):
            count += 1
            if count == row:
                break
    return number


def how_to_read(layout: Layout, wanted: Sequence[int]) -> dict[str, Any]:
    """Return the arguments of `pandas.read_csv` for a layout; of a wide table only the wanted columns are read."""
    width = len(layout.header)
    return {
        "sep": layout.delimiter,
        "decimal": layout.decimal,
        "header": None,
        "names": list(range(width)),
        "index_col": False,
        "usecols": sorted(wanted) if width > WIDE_COLUMNS else None,
        "encoding_errors": "replace",
    }


def _parse_error(error: ValueError, data: bytes, layout: Layout, numbers: Sequence[int], where: str) -> RecordingError:
    """Say which line and column pandas stumbled over."""
    too_many = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
    if too_many:
        line = int(too_many[2]) + layout.first_line - 1
        return too_many_cells(where, line, int(too_many[3]), int(too_many[1]), layout.delimiter)
    if "EOF inside string" in str(error):
        return RecordingError(f"{where}: a quotation mark is opened and never closed, so the table has no end.")
    import pandas as pd

    for index in numbers:
        body = io.BytesIO(data[layout.first_byte :])
        texts = pd.read_csv(body, dtype=str, **{**how_to_read(layout, (index,)), "usecols": [index]})[index]
        plain = texts.str.strip().str.replace(layout.decimal, ".", regex=False)
        wrong = plain.notna() & (plain != "") & pd.to_numeric(plain, errors="coerce").isna()
        rows = np.flatnonzero(wrong.to_numpy(dtype=bool))
        for row in rows:
            cell = str(texts.iloc[row])
            if not cell.lstrip().startswith(COMMENTS) and not is_missing(cell):
                line = line_of(data, layout, int(row))
                return RecordingError(
                    f"{where}, line {line}, column '{shown(layout.header[index])}': '{shown(cell)}' is no number."
                    " Correct the cell or leave it empty."
                )
    return RecordingError(f"{where}: the table cannot be read ({shown(str(error), 120)}).")


def _without_remarks(data: bytes, layout: Layout) -> bytes:
    """Return the numbers of the table with comment lines blank."""
    return re.sub(rb"(?m)^[ \t]*(#|//|%).*$", b"", data[layout.first_byte :])
