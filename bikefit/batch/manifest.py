"""From a manifest's rows to the jobs of a batch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PureWindowsPath

from bikefit.analysis import AnalyzeOptions
from bikefit.batch.plan import Job, printable, unique_ids
from bikefit.io.manifest import SessionSpec, read_manifest


def jobs_of_manifest(path: Path, options: AnalyzeOptions) -> list[Job]:
    """List the sessions of a manifest.

    Parameters
    ----------
    path : Path
        The manifest.
    options : AnalyzeOptions
        Of the command line; what a row says comes before them.

    Returns
    -------
    list of Job
        In the manifest's order; a row that makes no sense is a job with its fault.

    Raises
    ------
    RecordingError, UsageError
        If the manifest cannot be read or is none.
    """
    specs = read_manifest(path, keep_faults=True)
    ids = unique_ids([spec.session for spec in specs])
    return [
        Job(
            id=session_id,
            position=position,
            name=printable(shown_name(spec.session)),
            files=spec.files,
            left=spec.left,
            right=spec.right,
            options=options_of(spec, options),
            about={name: getattr(spec, name) for name in ("rider", "date", "condition", "notes")},
            fault=spec.fault,
        )
        for position, (session_id, spec) in enumerate(zip(ids, specs, strict=True))
    ]


def shown_name(session: str) -> str:
    """Return a session's name as pages show it: of a file given by its full path, the file's name.

    Parameters
    ----------
    session : str
        As the manifest has it.

    Returns
    -------
    str
        Without folders that say where the studio keeps its files.

    Examples
    --------
    >>> shown_name("/home/studio/anna.fit"), shown_name("week 3/anna.fit")
    ('anna.fit', 'week 3/anna.fit')
    """
    path = PureWindowsPath(session)
    return path.name if path.is_absolute() or path.root or ".." in path.parts else session


def options_of(spec: SessionSpec, options: AnalyzeOptions) -> AnalyzeOptions:
    """Put what a manifest's rows say in the place of the command line's options.

    Parameters
    ----------
    spec : SessionSpec
        One session.
    options : AnalyzeOptions
        Of the command line.

    Returns
    -------
    AnalyzeOptions
        For this session.
    """
    names = ("left_wedges", "right_wedges", "left_neutral", "right_neutral", "system", "from_s", "to_s")
    said = {name: getattr(spec, name) for name in names if getattr(spec, name) is not None}
    if "from_s" in said or "to_s" in said:
        said["lap"] = None
    own = replace(options, **said)
    return replace(own, read=replace(own.read, side=spec.side)) if spec.side is not None else own
