"""Many sessions: one command, in parallel, resumable, nothing lost."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bikefit.batch.plan import Job
from bikefit.batch.preview import BatchOptions, dry_run, rebuild_notice, removals
from bikefit.batch.run import BatchOutcome, failures, jobs_and_notes, jobs_of, run_jobs
from bikefit.sessions.session import Session

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BatchOptions", "BatchOutcome", "Job", "dry_run", "failures", "jobs_and_notes", "jobs_of", "rebuild_notice",
    "removals", "result_tables", "run_batch", "run_jobs",
]  # fmt: skip


def run_batch(
    source: str | Path,
    out: str | Path,
    options: Session | None = None,
    batch: BatchOptions | None = None,
) -> Iterator[BatchOutcome]:
    """Analyse a folder or a manifest of sessions; yields each as it is finished.

    Parameters
    ----------
    source : path-like
        A folder of recordings, or a manifest.
    out : path-like
        Folder of the results; sessions that it holds and that have not changed are not done again.
    options : Session, optional
        For every session, unless its row in the manifest says otherwise.
    batch : BatchOptions, optional
        How to run.

    Yields
    ------
    BatchOutcome
        In the order of finishing; after the last one the table and the group's pages are written.

    Raises
    ------
    RecordingError
        If the source cannot be read or names nothing.
    OutputError
        If the folder cannot be written or another batch holds it.

    Notes
    -----
    In a script, call it under ``if __name__ == "__main__":``, for its workers are processes that import the script.
    """
    jobs, notes = jobs_and_notes(Path(source), Path(out), options or Session())
    for note in notes:
        warnings.warn(note, stacklevel=2)
    yield from run_jobs(jobs, Path(out), batch or BatchOptions())


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

    from bikefit.batch.folder import DATABASE
    from bikefit.errors import RecordingError
    from bikefit.store import reading

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
