"""The stroke table as a file inside the page, so that it travels with the report."""

from __future__ import annotations

import base64
import gzip
import io
from pathlib import PurePath

import pandas as pd

from bikefit.conventions import STROKE_COLUMNS
from bikefit.datatypes import SessionResult
from bikefit.report.texts import text
from bikefit.report.view import Download

PLAIN_LIMIT = 120_000
"""Largest CSV that is embedded as it is; a larger one is compressed [bytes]."""
DECIMALS = {"start_s": 2, "end_s": 2, "cadence_rpm": 1, "peak_crank_deg": 0, "power_w": 0, "quality": 2}
"""Decimals of columns; angles have two."""


def rounded_stroke_csv(result: SessionResult) -> str:
    """Write the strokes of both feet as CSV, with the digits that the measurement carries.

    Parameters
    ----------
    result : SessionResult
        An analysed session.

    Returns
    -------
    str
        One header row, one row a stroke; columns as in `bikefit.conventions.STROKE_COLUMNS`.
    """
    tables = [foot.stroke_table for _, foot in sorted(result.feet.items()) if len(foot.stroke_table)]
    if not tables:
        return ""
    table = pd.concat(tables, ignore_index=True)[list(STROKE_COLUMNS)]
    written = {column: _written(table[column], DECIMALS.get(column, 2)) for column in table.columns}
    buffer = io.StringIO()
    pd.DataFrame(written).to_csv(buffer, index=False, lineterminator="\n")
    return buffer.getvalue()


def _written(column: pd.Series, decimals: int) -> pd.Series:
    """Round a column of numbers and leave any other alone; whole numbers lose their point."""
    if not pd.api.types.is_float_dtype(column):
        return column
    rounded = column.round(decimals)
    return rounded.astype("Int64") if decimals == 0 else rounded + 0.0


def stroke_download(result: SessionResult) -> Download | None:
    """Return the stroke table as a link that needs no script.

    Parameters
    ----------
    result : SessionResult
        An analysed session.

    Returns
    -------
    Download or None
        Plain CSV, or gzip where it is large; None without a stroke.
    """
    written = rounded_stroke_csv(result).encode()
    if not written:
        return None
    stem = PurePath(result.recording.name).name.split(".")[0][:60] or "ride"
    if len(written) <= PLAIN_LIMIT:
        href = f"data:text/csv;charset=utf-8;base64,{base64.b64encode(written).decode()}"
        return Download(f"{stem}_strokes.csv", href, text("page.download"))
    packed = gzip.compress(written, compresslevel=9, mtime=0)
    href = f"data:application/gzip;base64,{base64.b64encode(packed).decode()}"
    return Download(f"{stem}_strokes.csv.gz", href, text("page.download_gz"))
