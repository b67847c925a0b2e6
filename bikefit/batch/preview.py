"""How to run a batch, and what it would do, before anything is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bikefit.batch.folder import DATABASE, check_folder, page_lost
from bikefit.batch.identity import settled
from bikefit.batch.names import named_pairs
from bikefit.batch.pages import rider_link
from bikefit.batch.plan import Job, Pairs, Plan, plan_of, unnamed
from bikefit.batch.pointers import with_pointers
from bikefit.errors import RecordingError
from bikefit.store import SCHEMA_VERSION, Known, Stored, look_up, stored_version

LONGEST_S = 900.0
"""After this time a session counts as hanging, unless another is asked for [s]."""


@dataclass(frozen=True)
class BatchOptions:
    """How to run a batch.

    Attributes
    ----------
    jobs : int
        Worker processes; 0 = one per core.
    timeout_s : float, optional
        Longest time for one session [s]; None = none.
    report : bool
        Write a page for each session.
    scheduler : str, optional
        A Dask scheduler to work on.
    ship_files : bool
        Send the files' bytes to the scheduler's workers.
    title, fitter : str
        For the pages.
    force : bool
        Go on where more than half of the recordings are missing, or would be pruned.
    prune : bool
        Remove the sessions that are not named any more.
    parquet : bool
        Write the tables as Parquet files too.
    pdf : bool
        Write the client's page of each session as a PDF.
    name : str
        A pattern of the pages' names, such as "{date}_{rider}_{session}"; their ids where it is empty.
    """

    jobs: int = 0
    timeout_s: float | None = LONGEST_S
    report: bool = True
    scheduler: str | None = None
    ship_files: bool = False
    title: str = ""
    fitter: str = ""
    force: bool = False
    prune: bool = False
    parquet: bool = False
    pdf: bool = False
    name: str = ""

    @property
    def page_facts(self) -> dict[str, Any]:
        """What of the pages belongs to a session's fingerprint."""
        return {"report": self.report, "title": self.title, "fitter": self.fitter, "pdf": self.pdf}


def planned(job: Job, known: Known | None, stored: Stored, out: Path, options: BatchOptions) -> Plan:
    """Tell what is to be done with a job, whose stored session may have lost a page or have one of another size."""
    pages = [page for page in (known.report, known.pdf) if page] if known is not None else []
    lost = any(page_lost(out, page, stored.pages.get(page)) for page in pages)
    return plan_of(job, known, options.page_facts, page_lost=lost)


def dry_run(jobs: Iterable[Job], out: Path, options: BatchOptions) -> Iterator[tuple[Job, Plan]]:
    """Tell what a batch would do, without doing it."""
    check_folder(out)
    stored = look_up(out / DATABASE)
    for job, earlier in job_pairs(jobs, stored, options)[0]:
        yield job, planned(job, stored.sessions.get(job.id) or stored.sessions.get(earlier), stored, out, options)


def job_pairs(jobs: Iterable[Job], stored: Stored, options: BatchOptions) -> tuple[list[tuple[Job, str]], list[str]]:
    """Return the jobs as they are run, each with the stored session whose place it takes, and what has to be said."""
    pointed = with_pointers(settled(jobs, stored), stored, pruned=options.prune)
    return named_pairs(pointed, options.name, stored.sessions)


def removals(jobs: Iterable[Job], out: Path, options: BatchOptions) -> list[str]:
    """Say what a batch would remove or leave unnamed, without doing it."""
    stored = look_up(out / DATABASE)
    pairs, _ = job_pairs(jobs, stored, options)
    others = unnamed(pairs, stored.sessions)
    lines = []
    for job, earlier in pairs:
        known = stored.sessions.get(earlier or job.id)
        pages = ((known.report, options.report), (known.pdf, options.pdf)) if known is not None else ()
        lines += [
            f"remove     {page}: the page of {job.name} as it was"
            for page, written in pages
            if page and (earlier or not written)
        ]
    for known in others.values():
        named_pages = " and ".join(page for page in (known.session, known.report, known.pdf) if page)
        what = f"remove     {named_pages}" if options.prune else f"stays      {known.session}"
        lines.append(f"{what}: it is not named any more" + ("" if options.prune else "; --prune removes it"))
    if options.prune:
        left = {known.rider for session_id, known in stored.sessions.items() if session_id not in others}
        left |= {job.rider for job, _ in pairs}
        compared = {job.rider for job, _ in pairs if job.compared}
        told = {True: "no two sessions of {} with different counts are left", False: "no session of {} is left"}
        lines += [
            f"remove     {rider_link(rider)}: {told[rider in left].format(rider)}"
            for rider in sorted({known.rider for known in stored.sessions.values()} - compared - {""})
            if rider_link(rider) in stored.pages
        ]
    return lines


def rebuild_notice(out: Path) -> str:
    """Say that the results have another schema, so that every session is done anew."""
    version = stored_version(out / DATABASE)
    if version in (None, SCHEMA_VERSION):
        return ""
    return (
        f"{out / DATABASE}: its tables are of version {version}, this program writes version {SCHEMA_VERSION}. "
        "The file will be kept beside the new one, and every session whose recording is there will be done again."
    )


def ask(pairs: Pairs, stored: Stored, options: BatchOptions) -> None:
    """Stop where so much is missing that a drive or a folder may not be connected, before anything is touched."""
    jobs = [job for job, _ in pairs]
    missing = [job for job in jobs if job.missing and job.id in stored.sessions and stored.sessions[job.id].good]
    if missing and 2 * sum(bool(job.missing) for job in jobs) > len(jobs):
        recordings_are = "recordings are" if len(jobs) > 1 else "recording is"
        raise RecordingError(
            f"{sum(bool(job.missing) for job in jobs)} of {len(jobs)} {recordings_are} missing, such as "
            f"{missing[0].file_names}. Is their drive connected? Nothing has been changed. --force goes on without "
            "them; their stored results are kept either way."
        )
    others = list(unnamed(pairs, stored.sessions).values())
    if options.prune and 2 * len(others) > len(stored.sessions):
        raise RecordingError(
            f"--prune would remove {len(others)} of {len(stored.sessions)} stored sessions, such as "
            f"{others[0].session}. Nothing has been changed. If that is meant, add --force; --dry-run lists them."
        )
