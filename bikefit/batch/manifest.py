"""From a manifest's rows to the jobs of a batch."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

from bikefit.batch.plan import Job, printable, unique_ids
from bikefit.sessions.manifest import read_manifest
from bikefit.sessions.session import Session


def jobs_of_manifest(path: Path, options: Session) -> list[Job]:
    """List the sessions of a manifest over the common options; a row that makes no sense is a job with its fault."""
    rows = read_manifest(path, keep_faults=True)
    ids = unique_ids([row.name for row in rows])
    return [
        Job(session_id, position, printable(shown_name(row.name)), row.session(options), row.fault)
        for position, (session_id, row) in enumerate(zip(ids, rows, strict=True))
    ]


def shown_name(session: str) -> str:
    """Return a session's name as pages show it: of a file given by its full path, the file's name.

    Examples
    --------
    >>> shown_name("/home/studio/anna.fit"), shown_name("week 3/anna.fit")
    ('anna.fit', 'week 3/anna.fit')
    """
    path = PureWindowsPath(session)
    return path.name if path.is_absolute() or path.root or ".." in path.parts else session
