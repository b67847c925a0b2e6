"""Tables for other programs, as CSV or Parquet: strokes and curves."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from bikefit.files import check_output, require_parquet, write_whole

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
    """Refuse a table that could not be written, before the work is done."""
    packed = path.suffix.lower() == ".parquet"
    if packed:
        require_parquet(str(path))
    check_output(path, "a table", FORMATS, b"PAR1" if packed else b"foot,stroke,")
