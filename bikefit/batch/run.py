"""A whole batch: what to do, in which folder, in which order the results are kept, and the pages at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bikefit import __version__
from bikefit.analysis import AnalyzeOptions
from bikefit.batch.plan import Doing, Job, find_recordings, unique_ids, what_to_do
from bikefit.batch.pool import available_cores, run_local
from bikefit.batch.riders import compare_rider, riders_with_two_counts, taken_off_between
from bikefit.batch.work import Done, Task, do_task
from bikefit.datatypes import to_json_value
from bikefit.errors import OutputError, RecordingError
from bikefit.store import SessionRows, Store, sessions_csv

DATABASE, TABLE, INDEX, PAGES, RIDERS = "results.sqlite", "sessions.csv", "index.html", "sessions", "riders"
LOCK = ".lock"


@dataclass(frozen=True)
class BatchOptions:
    """How to run a batch.

    Attributes
    ----------
    jobs : int
        Worker processes; 0 = one a core.
    timeout_s : float, optional
        Longest time for one session.
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
    timeout_s: float | None = None
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


def jobs_of(source: Path, out: Path, options: AnalyzeOptions) -> list[Job]:
    """List the sessions of a folder or a manifest.

    Parameters
    ----------
    source : Path
        A folder, or a manifest.
    out : Path
        The batch's own folder.
    options : AnalyzeOptions
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
        Job(id=session_id, position=position, name=name, files=(path,), options=options)
        for position, (session_id, name, path) in enumerate(zip(unique_ids(names), names, paths, strict=True))
    ]


def dry_run(jobs: Iterable[Job], out: Path, options: BatchOptions) -> Iterator[tuple[Job, Doing]]:
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
    tuple of Job and str
        Each session and why it would be done, or "unchanged".
    """
    known, stored = _known(out)
    for job in jobs:
        yield job, what_to_do(job, known, stored, options.page_facts)


def _known(out: Path) -> tuple[dict[str, str], set[str]]:
    if not (out / DATABASE).exists():
        return {}, set()
    with Store(out / DATABASE) as store:
        return store.fingerprints(), {session["id"] for session in store.sessions()}


def run_jobs(
    jobs: list[Job], out: Path, options: BatchOptions, work: Callable[[Task], Done] = do_task
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
            yield from _run_locked(jobs, out, options, work)
        except OSError as error:
            raise OutputError(f"{out}: cannot be written ({error.strerror or error}).") from error


def _clear_unfinished(out: Path) -> None:
    """Remove what a killed batch had not renamed yet; under the lock nobody else is writing."""
    for folder in (out, out / PAGES, out / RIDERS):
        for path in folder.glob(".*") if folder.is_dir() else ():
            if path.name != LOCK and path.is_file():
                path.unlink()


def _make_folder(out: Path) -> None:
    try:
        for folder in (out, out / PAGES):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out}: the folder cannot be made ({error.strerror or error}).") from error


def _run_locked(
    jobs: list[Job], out: Path, options: BatchOptions, work: Callable[[Task], Done]
) -> Iterator[BatchOutcome]:
    _clear_unfinished(out)
    by_id = {job.id: job for job in jobs}
    with Store(out / DATABASE) as store:
        pages = {session["id"]: session["report"] for session in store.sessions() if session["report"]}
        lost = {name for name, link in pages.items() if not (out / link).exists()}
        known = {name: value for name, value in store.fingerprints().items() if name not in lost}
        tasks = (_task(job, known.get(job.id, ""), out, options) for job in jobs)
        for done in _do(tasks, len(jobs), options, work):
            job = by_id[done.id]
            if done.page is not None:
                _write_whole(_page(out, job), done.page)
            if done.rows is not None:
                if done.rows.status == "failed" or not options.report:
                    _page(out, job).unlink(missing_ok=True)
                store.save(done.rows, job.position)
            yield _outcome(job, done.rows)
        for dropped in store.arrange({job.id: job.position for job in jobs}):
            (out / PAGES / f"{dropped}.html").unlink(missing_ok=True)
        store.save_settings(_settings(jobs, options))
        band_deg = jobs[0].options.settings.neutral_band_deg if jobs else 0.0
        write_group(store, out, options, band_deg)


def _do(tasks: Iterable[Task], count: int, options: BatchOptions, work: Callable[[Task], Done]) -> Iterator[Done]:
    if options.scheduler is not None:
        from bikefit.batch.cluster import run_cluster

        return run_cluster(tasks, options.scheduler, options.timeout_s, ship_files=options.ship_files)
    return run_local(tasks, min(options.jobs or available_cores(), count) or 1, options.timeout_s, work)


def _task(job: Job, known: str, out: Path, options: BatchOptions) -> Task:
    return Task(
        job=job,
        known=known,
        page=_page(out, job) if options.report else None,
        link=f"{PAGES}/{job.id}.html" if options.report else "",
        title=options.title,
        fitter=options.fitter,
    )


def _page(out: Path, job: Job) -> Path:
    return out / PAGES / f"{job.id}.html"


def _outcome(job: Job, rows: SessionRows | None) -> BatchOutcome:
    if rows is None:
        return BatchOutcome(job.id, job.name, job.file_names, "unchanged")
    return BatchOutcome(job.id, job.name, job.file_names, rows.status, str(rows.session["error"]), list(rows.feet))


def _settings(jobs: list[Job], options: BatchOptions) -> dict[str, Any]:
    shared = jobs[0].options.settings.to_dict() if jobs else {}
    return {"version": __version__, "report": options.report, **to_json_value(shared)}


def write_group(store: Store, out: Path, options: BatchOptions, band_deg: float) -> None:
    """Write ``sessions.csv``, the index and the riders' pages from what the store holds.

    Parameters
    ----------
    store : Store
        Complete.
    out : Path
        The batch's folder.
    options : BatchOptions
        For the title, and whether there are pages.
    band_deg : float
        An angle within it is near enough to neutral [deg].
    """
    sessions = list(store.sessions())
    _write_whole(out / TABLE, sessions_csv(sessions))
    from bikefit.report.studio import index_html, rider_html

    riders = riders_with_two_counts(sessions)
    names = dict(zip(riders, unique_ids(list(riders)), strict=True))
    links = {rider: f"{RIDERS}/{name}.html" for rider, name in names.items()}
    if riders:
        (out / RIDERS).mkdir(exist_ok=True)
    for stale in set((out / RIDERS).glob("*.html")) - {out / link for link in links.values()}:
        stale.unlink()
    for rider, own in riders.items():
        compared = compare_rider(own, store.documents(session["id"] for session in own))
        page = rider_html(rider, own, compared, remounted=taken_off_between(own), band_deg=band_deg)
        _write_whole(out / links[rider], page)
    _write_whole(out / INDEX, index_html(sessions, links, title=options.title, band_deg=band_deg))


def _write_whole(path: Path, content: str) -> None:
    """Write a file under another name in the same folder, then rename it."""
    temporary = path.with_name(f".{path.name}.unfinished")
    temporary.write_text(content, encoding="utf-8", newline="")
    temporary.replace(path)
