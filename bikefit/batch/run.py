"""A whole batch: what to do, in which folder, in which order the results are kept, and the pages at the end."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bikefit import __version__
from bikefit.batch.folder import (
    DATABASE,
    INDEX,
    LOCK,
    PAGES,
    TABLE,
    check_folder,
    check_foreign,
    clear_unfinished,
    make_folder,
    page_lost,
)
from bikefit.batch.identity import with_ids
from bikefit.batch.manifest import jobs_of_manifest
from bikefit.batch.names import check_pattern
from bikefit.batch.pages import Look, load_libraries, rider_link, rider_links, write_group, write_rider
from bikefit.batch.plan import MANIFEST_NAME, Job, find_recordings, printable
from bikefit.batch.pool import run_local
from bikefit.batch.preview import BatchOptions, ask, job_pairs, planned
from bikefit.batch.work import Done, Task, absent, do_task
from bikefit.errors import BikefitError, OutputError, RecordingError, first_of, how_many
from bikefit.files import require_parquet, write_whole
from bikefit.model import to_json_value
from bikefit.sessions.session import Session
from bikefit.settings import Settings
from bikefit.store import PARQUET_FILES, Known, Store, Stored, reading
from bikefit.threads import processors
from bikefit.words import Words


@dataclass(frozen=True)
class BatchOutcome:
    """One session of a batch, as it was finished.

    Attributes
    ----------
    id, name, file : str
        The session.
    status : str
        "ok", "undetermined", "failed", "unchanged" where the stored result still holds, or "kept" where it outlives
        a recording that was missing, took too long or whose worker died.
    error : str
        Why it failed, or why it was kept.
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
    """List the sessions of a folder or a manifest."""
    return jobs_and_notes(source, out, options)[0]


def jobs_and_notes(source: Path, out: Path, options: Session) -> tuple[list[Job], tuple[str, ...]]:
    """List the sessions of a folder or a manifest, with what has to be said of it."""
    if not source.exists():
        raise RecordingError(f"{source}: there is no such folder or manifest.")
    check_folder(out, source)
    if not source.is_dir():
        return jobs_of_manifest(source, options)
    inside = source / MANIFEST_NAME
    if inside.is_file():
        jobs, notes = jobs_of_manifest(inside, options)
        told = f"{inside} says which recordings belong to the batch; move it away to take all of them."
        return jobs, (told + _not_in_manifest(source, out, jobs), *notes)
    paths = find_recordings(source, out)
    names = [path.relative_to(source).as_posix() for path in paths]
    jobs = [
        Job("", position, printable(path.name), replace(options, files=(path,))) for position, path in enumerate(paths)
    ]
    return with_ids(jobs, source, names, processors()), ()


def _not_in_manifest(source: Path, out: Path, jobs: Iterable[Job]) -> str:
    """Name the recordings of a folder that its manifest does not name; empty where there are none."""
    try:
        found = find_recordings(source, out)
    except BikefitError:
        return ""  # all lie elsewhere, or a folder that the manifest does not need cannot be read
    named = {path.resolve() for job in jobs for path in (*job.paths, *job.companions, *job.beside.values())}
    others = [printable(path.name) for path in found if path.resolve() not in named]
    if not others:
        return ""
    are = "is" if len(others) == 1 else "are"
    return f" {how_many(len(others), 'recording')} there {are} not in it: {first_of(others)}."


def failures(out: Path) -> list[tuple[str, str]]:
    """Return what failed, in the manifest's order."""
    with reading(out / DATABASE) as database:
        query = "SELECT session, error FROM sessions WHERE named AND status = 'failed' ORDER BY position"
        return database.execute(query).fetchall()


def run_jobs(
    jobs: list[Job],
    out: Path,
    options: BatchOptions,
    work: Callable[[Task], Done] = do_task,
    tell: Callable[[str], None] = warnings.warn,
) -> Iterator[BatchOutcome]:
    """Do a batch: yields each session as it is finished, then writes the table and the pages of the group."""
    from filelock import FileLock, Timeout

    check_folder(out)
    if options.name:
        check_pattern(options.name)
    if options.parquet:
        require_parquet("--parquet")
    make_folder(out)
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


def _run_locked(
    jobs: list[Job],
    out: Path,
    options: BatchOptions,
    work: Callable[[Task], Done],
    tell: Callable[[str], None],
) -> Iterator[BatchOutcome]:
    """Do a batch whose folder is locked against others."""
    settings = jobs[0].session.settings if jobs else Settings()
    with Store(out / DATABASE) as store:
        if store.put_aside is not None:
            tell(
                f"{out / DATABASE}: the results of another version of the program are kept as {store.put_aside.name}; "
                "every session whose recording is there is done again."
            )
        stored = store.stored()
        pairs, notes = job_pairs(jobs, stored, options)
        for note in notes:
            tell(note)
        riders = rider_links(job.rider for job in jobs)
        looks = {job.rider: _look(job) for job in jobs}
        tasks = [_task(job, options) for job, _ in pairs]
        wanted = [INDEX, TABLE, *riders.values()]
        wanted += [page for task in tasks for page in (task.link, task.pdf) if page]
        wanted += PARQUET_FILES if options.parquet else ()
        check_foreign(out, wanted, stored.pages)
        if not options.force:
            ask(pairs, stored, options)
        clear_unfinished(out, stored.pages)
        others = store.arrange(
            {earlier: job.position for job, earlier in pairs if earlier} | {job.id: job.position for job, _ in pairs}
        )
        if options.prune:
            for name in store.prune():
                tell(f"removed {name}: it is not named any more.")
        elif others:
            are, stay, them = ("is", "stays", "it") if len(others) == 1 else ("are", "stay", "them")
            tell(
                f"{how_many(len(others), 'session')} {are} not named any more and {stay} ({first_of(others)}); "
                f"--prune removes {them}."
            )
        store.claim(wanted)
        if riders:
            load_libraries()
        to_come = Counter(job.rider for job in jobs)
        by_id = {job.id: (job, earlier) for job, earlier in pairs}
        for done in _all_done(tasks, stored, out, options, work, store):
            job, earlier = by_id[done.id]
            yield _stored_outcome(store, job, earlier, done, stored, out)
            rider = job.rider
            to_come[rider] -= 1
            # now, while the workers go on with others
            if rider and not to_come[rider] and page_lost(out, riders[rider], store.pages().get(riders[rider])):
                write_rider(store, rider, out, settings, looks[rider])
        store.save_settings({"version": __version__, "report": options.report, **to_json_value(settings.to_dict())})
        write_group(
            store,
            out,
            settings,
            options.title,
            tell,
            parquet=options.parquet,
            look=_most_frequent(jobs),
            riders=looks,
            moved=_moved(pairs, stored.sessions, store.known()),
        )


def _moved(pairs: Iterable[tuple[Job, str]], before: Mapping[str, Known], after: Mapping[str, Known]) -> dict[str, str]:
    """Return what each page of before is now: its new name, or nothing where pages of its kind are not written now."""
    moved = {}
    for job, earlier in pairs:
        for known in (before[name] for name in (job.id, earlier) if name in before and job.id in after):
            now = after[job.id]
            if now.good:
                moved.update({known.report: now.report, known.pdf: now.pdf})
    return {old: new for old, new in moved.items() if old and old != new}


def _all_done(
    tasks: list[Task], stored: Stored, out: Path, options: BatchOptions, work: Callable[[Task], Done], store: Store
) -> Iterator[Done]:
    """Yield what came of each job: first those of which nothing has to be read, for which no worker is started."""
    todo, unchanged = [], {}
    for task in tasks:
        job = task.job
        if planned(job, stored.sessions.get(job.id), stored, out, options).doing == "unchanged":
            unchanged[job.place] = job.id
        else:
            todo.append(task)
    store.confirm(unchanged)
    yield from (Done(session_id, None) for session_id in unchanged.values())
    away = [task.job for task in todo if task.job.missing and not task.job.fault]
    yield from (absent(job, job.missing) for job in away)
    left = [task for task in todo if not task.job.missing or task.job.fault]
    if left:
        yield from _do(left, options, work)


def _stored_outcome(store: Store, job: Job, earlier: str, done: Done, stored: Stored, out: Path) -> BatchOutcome:
    """Store what came of a job and return it for whoever asked; a good result outlives a recording that is absent."""
    if done.rows is None:
        return BatchOutcome(job.id, job.name, job.file_names, "unchanged")
    error = done.rows.session.error
    if done.absent:
        for session_id in (job.id, earlier):
            if session_id in stored.sessions and stored.sessions[session_id].good:
                day = store.keep(session_id, error)
                told = f"{error} Its result, last confirmed {day}, is kept."
                return BatchOutcome(session_id, job.name, job.file_names, "kept", told)
    session = done.rows.session
    pages = {link: page for link, page in ((session.report, done.page.encode()), (session.pdf, done.pdf)) if page}
    for link, page in pages.items():
        write_whole(out / link, page)
    changed = {job.rider, *(stored.sessions[name].rider for name in (job.id, earlier) if name in stored.sessions)}
    store.save(
        done.rows,
        place=job.place,
        replaces=earlier,
        sizes={link: len(page) for link, page in pages.items()},
        stale=[rider_link(rider) for rider in changed if rider],
    )
    return BatchOutcome(job.id, job.name, job.file_names, done.rows.status, error, [*map(asdict, done.rows.feet)])


def _do(tasks: list[Task], options: BatchOptions, work: Callable[[Task], Done]) -> Iterator[Done]:
    """Do the tasks here or on a cluster."""
    if options.scheduler is not None:
        from bikefit.batch.cluster import run_cluster

        return run_cluster(tasks, options.scheduler, options.timeout_s, ship_files=options.ship_files)
    return run_local(tasks, min(options.jobs or processors(), len(tasks)), options.timeout_s, work)


def _task(job: Job, options: BatchOptions) -> Task:
    """Return a job with what the batch decides of its page."""
    page = f"{PAGES}/{job.stem or job.id}"
    link, pdf = f"{page}.html" if options.report else "", f"{page}.pdf" if options.pdf else ""
    return Task(job, link, options.title, options.fitter, pdf)


def _look(job: Job) -> Look:
    """Return how a session's rider's page looks."""
    return Look(Words(job.session.page_language), job.session.brand)


def _most_frequent(jobs: list[Job]) -> Look:
    """Return how most sessions' pages look: so does the index."""
    looks = [(job.session.page_language, job.session.brand.digest if job.session.brand else "") for job in jobs]
    return _look(jobs[looks.index(Counter(looks).most_common(1)[0][0])]) if jobs else Look()


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
