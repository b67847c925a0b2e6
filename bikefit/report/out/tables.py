"""Tables for other programs, as CSV or Parquet: strokes and curves."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from bikefit.errors import OutputError, near_matches
from bikefit.files import check_replaceable, require_parquet, write_whole

if TYPE_CHECKING:
    import pandas as pd

FORMATS = (".csv", ".parquet")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table by the file's suffix, unrounded, whole or not at all."""
    if path.suffix.lower() == ".csv":
        write_whole(path, table.to_csv(index=False, lineterminator="\n"))
        return
    content = BytesIO()
    table.to_parquet(content, engine="pyarrow", index=False)
    write_whole(path, content.getvalue())


def check_table(path: Path) -> None:
    """Refuse a table that could not be written, before the work is done.

    Examples
    --------
    >>> check_table(Path("strokes.xlsx"))
    Traceback (most recent call last):
    bikefit.errors.OutputError: strokes.xlsx: a table ends in .csv or .parquet.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise OutputError(f"{path}: a table ends in .csv or .parquet.{near_matches(suffix, FORMATS)}")
    if suffix == ".parquet":
        require_parquet(str(path))
    if not path.parent.is_dir():
        raise OutputError(f"{path}: the folder '{path.parent}' does not exist. Make it first, or choose another.")
    if path.is_dir():
        raise OutputError(f"{path}: this is a folder. Name a file in it.")
    check_replaceable(path, b"foot,stroke," if suffix == ".csv" else b"PAR1")
