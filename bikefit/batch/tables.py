"""A batch's results as tables, for whoever goes on with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bikefit.batch.folder import DATABASE
from bikefit.errors import RecordingError
from bikefit.store import reading
from bikefit.store.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd


def result_tables(out: str | Path) -> dict[str, pd.DataFrame]:
    """Read a batch's results as tidy tables.

    Parameters
    ----------
    out : path-like
        Folder of a batch.

    Returns
    -------
    dict of str to DataFrame
        ``sessions`` (one row per session, in the manifest's order, without its document), ``feet``, ``strokes``
        and ``findings``.

    Raises
    ------
    RecordingError
        If the folder holds no results.
    """
    import pandas as pd

    path = Path(out) / DATABASE
    if not path.exists():
        raise RecordingError(f"{out}: no results of a batch here; expected {DATABASE}.")
    with reading(path) as database:
        tables = {name: pd.read_sql_query(table.in_order(), database) for name, table in TABLES.items()}
    unlisted = {column.name for table in TABLES.values() for column in table.columns if not column.listed}
    return {name: table.drop(columns=unlisted, errors="ignore") for name, table in tables.items()}
