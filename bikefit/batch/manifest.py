"""From a manifest's rows to the jobs of a batch."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

from bikefit.batch.identity import leaf, with_ids
from bikefit.batch.plan import Job, printable
from bikefit.sessions.manifest import ManifestSession, read_manifest_and_notes
from bikefit.sessions.session import Session
from bikefit.threads import processors


def jobs_of_manifest(path: Path, options: Session) -> tuple[list[Job], tuple[str, ...]]:
    """List the sessions of a manifest over the common options; a row that makes no sense is a job with its fault."""
    rows, notes = read_manifest_and_notes(path, keep_faults=True)
    jobs = [
        Job("", position, printable(shown_name(row)), row.session(options), row.fault)
        for position, row in enumerate(rows)
    ]
    return with_ids(jobs, path, [row.name for row in rows], processors()), notes


def shown_name(row: ManifestSession) -> str:
    """Return a session's name as pages show it: of one that is a path, what follows the folders."""
    path = PureWindowsPath(row.name)
    is_path = not row.given or path.is_absolute() or path.root or ".." in path.parts
    return leaf(row.name) if is_path else row.name
