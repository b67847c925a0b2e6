"""A whole batch: what to do, in which folder, in which order the results are kept, and the pages at the end."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bikefit import __version__
from bikefit.batch.pages import RIDERS, clear_stale, load_libraries, rider_links, write_group, write_rider
from bikefit.batch.plan import Job, Plan, find_recordings, plan_of, printable, unique_ids
from bikefit.batch.pool import available_cores, run_local
from bikefit.batch.work import Done, Task, do_task
from bikefit.errors import OutputError, RecordingError
from bikefit.files import write_whole
from bikefit.model import to_json_value
from bikefit.sessions.session import Session
from bikefit.settings import Settings
from bikefit.store import (
    SCHEMA_VERSION,
    Known,
    SessionRows,
    Store,
    look_up,
    reading,
    stored_version,
)

DATABASE, PAGES = "results.sqlite", "sessions"
LOCK = ".lock"
LONGEST_S = 900.0
"""After this time a session counts as hanging, unless another is asked for [s]."""


@dataclass(frozen=True)
class BatchOptions:
    """How to run a batch.

    Attributes
    ----------
    jobs : int
        Worker processes; 0 = one a core.
    timeout_s : float, optional
        Longest time for one session [s]; None = none.
    report : bool
        Write a page a session.
    scheduler : str, optional
        A Dask scheduler to work on.
    ship_files : bool
        Send the files' bytes to the scheduler's workers.
    title, fitter : str
        For the pages.
    """

    jobs: int = 0
    timeout_s: float | None = LONGEST_S
    report: bool = True
    scheduler: str | None = None
    ship_files: bool = False
    title: str = ""
    fitter: str = ""

    @property
    def page_facts(self) -> dict[str, Any]:
        """What of the pages belongs to a session's fingerprint."""
        return {"report": self.report, "title": self.title, "fitter": self.fitter}


@dataclass(frozen=True)
class BatchOutcome:
    """One session of a batch, as it was finished.

    Attributes
    ----------
    id, name, file : str
        The session.
    status : str
        "ok", "undetermined", "failed", or "unchanged" where the stored result still holds.
    error : str
        Why it failed.
    feet : list of dict
        One a foot, as in the table ``feet``; empty where unchanged or failed.
    """

    id: str
    name: str
    file: str
    status: str
    error: str = ""
    feet: list[Mapping[str, Any]] = field(default_factory=list)


def jobs_of(source: Path, out: Path, options: Session) -> list[Job]:
    """List the sessions of a folder or a manifest.

    Parameters
    ----------
    source : Path
        A folder, or a manifest.
    out : Path
        The batch's own folder.
    options : Session
        Of the command line; the manifest's rows come before them.

    Returns
    -------
    list of Job
        In the manifest's order, or by name.

    Raises
    ------
    RecordingError
        If the source cannot be read or names nothing.
    """
    if not source.exists():
        raise RecordingError(f"{source}: there is no such folder or manifest.")
    if not source.is_dir():
        from bikefit.batch.manifest import jobs_of_manifest

        return jobs_of_manifest(source, options)
    paths = find_recordings(source, out)
    names = [path.relative_to(source).as_posix() for path in paths]
    return [
        Job(session_id, position, printable(name), replace(options, files=(path,)))
        for position, (session_id, name, path) in enumerate(zip(unique_ids(names), names, paths, strict=True))
    ]


def dry_run(jobs: Iterable[Job], out: Path, options: BatchOptions) -> Iterator[tuple[Job, Plan]]:
    """Tell what a batch would do, without doing it.

    Parameters
    ----------
    jobs : iterable of Job
        The sessions.
    out : Path
        The batch's folder; it need not exist and is not touched.
    options : BatchOptions
        As for the run.

    Yields
    ------
    tuple of Job and Plan
        Each session, whether it would be done, and why.
    """
    stored = look_up(out / DATABASE)
    for job in jobs:
        known = stored.get(job.id)
        page_lost = known is not None and _page_lost(known, out)
        yield job, plan_of(job, known, options.page_facts, page_lost=page_lost)


def rebuild_notice(out: Path) -> str:
    """Say that the results have another schema, so that every session is done anew.

    Parameters
    ----------
    out : Path
        The batch's folder.

    Returns
    -------
    str
        Empty where they have not.
    """
    version = stored_version(out / DATABASE)
    return "" if version in (None, SCHEMA_VERSION) else _rebuilt(out, version)


def _rebuilt(out: Path, version: int | None) -> str:
    """Say that older results are made anew."""
    return (
        f"{out / DATABASE}: its tables are of version {version}, this program writes version {SCHEMA_VERSION}; "
        "they are made anew from the recordings, so every session is done again."
    )


def failures(out: Path) -> list[tuple[str, str]]:
    """Return what failed, in the manifest's order.

    Parameters
    ----------
    out : Path
        Folder of a batch.

    Returns
    -------
    list of tuple
        Session and why.
    """
    with reading(out / DATABASE) as database:
        query = "SELECT session, error FROM sessions WHERE status = 'failed' ORDER BY position"
        return database.execute(query).fetchall()


def _page_lost(known: Known, out: Path) -> bool:
    """Tell whether the page that a session had is gone."""
    return bool(known.report) and not (out / known.report).exists()


def run_jobs(
    jobs: list[Job],
    out: Path,
    options: BatchOptions,
    work: Callable[[Task], Done] = do_task,
    tell: Callable[[str], None] = warnings.warn,
) -> Iterator[BatchOutcome]:
    """Do a batch: yields each session as it is finished, then writes the table and the pages of the group.

    Parameters
    ----------
    jobs : list of Job
        The sessions.
    out : Path
        Folder of the results; made where it is missing.
    options : BatchOptions
        How to run.
    work : callable
        What a worker does with a task.
    tell : callable
        Given what must be said besides, such as that older results are made anew.

    Yields
    ------
    BatchOutcome
        In the order of finishing.

    Raises
    ------
    OutputError
        If the folder cannot be written or another batch holds it.
    """
    from filelock import FileLock, Timeout

    _make_folder(out)
    lock = FileLock(out / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise OutputError(f"{out}: another batch is writing there; wait for it or choose another --out.") from error
    except OSError as error:
        raise OutputError(f"{out}: cannot be written ({error.strerror or error}).") from error
    with lock:
        try:
            yield from _run_locked(jobs, out, options, work, tell)
        except OSError as error:
            raise OutputError(f"{out}: cannot be written ({error.strerror or error}).") from error


def _clear_unfinished(out: Path) -> None:
    """Remove what a killed batch had not renamed yet; under the lock nobody else is writing."""
    for folder in (out, out / PAGES, out / RIDERS):
        for path in folder.glob(".*") if folder.is_dir() else ():
            if path.name != LOCK and path.is_file():
                path.unlink()


def _make_folder(out: Path) -> None:
    """Make the folder of the results and that of the pages."""
    try:
        for folder in (out, out / PAGES):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out}: the folder cannot be made ({error.strerror or error}).") from error


def _run_locked(
    jobs: list[Job],
    out: Path,
    options: BatchOptions,
    work: Callable[[Task], Done],
    tell: Callable[[str], None],
) -> Iterator[BatchOutcome]:
    """Do a batch whose folder nobody else may write to."""
    _clear_unfinished(out)
    by_id = {job.id: job for job in jobs}
    settings = jobs[0].session.settings if jobs else Settings()
    links = rider_links(_rider(job) for job in jobs)
    to_come = Counter(_rider(job) for job in jobs)
    if links:
        load_libraries()
    with Store(out / DATABASE) as store:
        if store.rebuilt_from is not None:
            tell(_rebuilt(out, store.rebuilt_from))
        store.arrange({job.id: job.position for job in jobs})
        stored = store.known().items()
        known = {name: one.fingerprint for name, one in stored if not one.retry and not _page_lost(one, out)}
        tasks = (_task(job, known.get(job.id, ""), options) for job in jobs)
        for done in _do(tasks, len(jobs), options, work):
            job = by_id[done.id]
            if done.page:
                write_whole(out / _link(job), done.page)
            if done.rows is not None:
                store.save(done.rows)
            rider = _rider(job)
            to_come[rider] -= 1
            if rider and not to_come[rider]:  # now, while the workers go on with others
                write_rider(store, rider, out / links[rider], settings)
            yield _outcome(job, done.rows)
        clear_stale(out / PAGES, (one.report for one in store.known().values() if one.report))
        store.save_settings({"version": __version__, "report": options.report, **to_json_value(settings.to_dict())})
        write_group(store, out, links, settings, options.title)


def _do(tasks: Iterable[Task], count: int, options: BatchOptions, work: Callable[[Task], Done]) -> Iterator[Done]:
    """Do the tasks here or on a cluster."""
    if options.scheduler is not None:
        from bikefit.batch.cluster import run_cluster

        return run_cluster(tasks, options.scheduler, options.timeout_s, ship_files=options.ship_files)
    return run_local(tasks, min(options.jobs or available_cores(), count) or 1, options.timeout_s, work)


def _task(job: Job, known: str, options: BatchOptions) -> Task:
    """Return a job with what the batch decides of its page."""
    return Task(
        job=job,
        known=known,
        link=_link(job) if options.report else "",
        title=options.title,
        fitter=options.fitter,
    )


def _rider(job: Job) -> str:
    """Return who rode, empty where nobody said."""
    return job.session.rider


def _link(job: Job) -> str:
    """Return the address of a session's page."""
    return f"{PAGES}/{job.id}.html"


def _outcome(job: Job, rows: SessionRows | None) -> BatchOutcome:
    """Return how a session was finished, for whoever asked for the batch."""
    if rows is None:
        return BatchOutcome(job.id, job.name, job.file_names, "unchanged")
    return BatchOutcome(job.id, job.name, job.file_names, rows.status, rows.session.error, [*map(asdict, rows.feet)])
