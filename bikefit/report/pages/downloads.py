"""The stroke table as a file inside the page, so that it travels with the report."""

from __future__ import annotations

import base64
import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import pandas as pd

from bikefit.conventions import STROKE_ANGLES
from bikefit.model import SessionResult
from bikefit.model.frames import strokes_frame
from bikefit.report.pages.view import Download, clean
from bikefit.words import Words

PLAIN_LIMIT, PACKED_LIMIT = 120_000, 560_000
"""Largest CSV that is embedded as it is, and largest compressed one; with base64 a page stays under 1 MB [bytes]."""
FINE = {"start_s": 2, "end_s": 2, "cadence_rpm": 1, "peak_crank_deg": 0, "power_w": 0, "quality": 2}
ANGLES = (*(row.column for row in STROKE_ANGLES), "range_deg")
COARSE = FINE | {"start_s": 1, "end_s": 1, "cadence_rpm": 0, **dict.fromkeys(ANGLES, 1)}
"""Decimals of columns; others have two. A ride of hours gets the coarse ones."""
IMPLIED = ("stroke", "end_s")
"""Columns that a ride of hours goes without: the rows are in order, and an end follows from start and cadence."""


def rounded_stroke_csv(result: SessionResult, decimals: Mapping[str, int], without: Sequence[str] = ()) -> str:
    """Write the strokes of both feet as CSV, rounded to what a page can carry."""
    table = strokes_frame(foot for _, foot in sorted(result.feet.items()))
    if table.empty:
        return ""
    kept = [column for column in table.columns if column not in without]
    written = io.StringIO()
    rows = zip(*(_written(table[column], decimals.get(column, 2)) for column in kept), strict=True)
    csv.writer(written, lineterminator="\n").writerows([kept, *rows])
    return written.getvalue()


def _written(column: pd.Series, decimals: int) -> list[Any]:
    """Round a column of numbers and leave any other alone; whole numbers lose their point, unknown is empty."""
    numeric = pd.api.types.is_float_dtype(column)
    values = (column.round(decimals) + 0.0 if numeric else column).tolist()
    whole = numeric and decimals == 0
    return ["" if lost else int(value) if whole else value for value, lost in zip(values, column.isna(), strict=True)]


def stroke_download(words: Words, result: SessionResult) -> Download | None:
    """Return the stroke table as a link that needs no script."""
    stem = clean(PurePath(result.recording.name).name.split(".")[0], 60) or "ride"
    written = rounded_stroke_csv(result, FINE).encode()
    if not written:
        return None
    if len(written) <= PLAIN_LIMIT:
        return Download(f"{stem}_strokes.csv", _href("text/csv;charset=utf-8", written), words.text("page.download"))
    for key in ("download_gz", "download_coarse"):
        if key == "download_coarse":
            written = rounded_stroke_csv(result, COARSE, IMPLIED).encode()
        packed = gzip.compress(written, compresslevel=6, mtime=0)
        if len(packed) <= PACKED_LIMIT:
            return Download(f"{stem}_strokes.csv.gz", _href("application/gzip", packed), words.text(f"page.{key}"))
    return Download("", "", words.text("page.download_too_long"))


def _href(kind: str, content: bytes) -> str:
    """Return content as an address that carries it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
