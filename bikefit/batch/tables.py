"""A batch's results as tables, for whoever goes on with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bikefit.batch.folder import DATABASE
from bikefit.errors import RecordingError
from bikefit.store import reading

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
        names = {
            "sessions": "SELECT * FROM sessions ORDER BY position",
            "feet": "SELECT feet.* FROM feet JOIN sessions ON id = session_id ORDER BY position, feet.foot",
            "strokes": "SELECT strokes.* FROM strokes JOIN sessions ON id = session_id ORDER BY position, foot, stroke",
            "findings": "SELECT findings.* FROM findings JOIN sessions ON id = session_id ORDER BY position, foot",
        }
        tables = {name: pd.read_sql_query(query, database) for name, query in names.items()}
    return {name: table.drop(columns=["document"], errors="ignore") for name, table in tables.items()}
