"""What a worker does with one session: read it, analyse it, return its rows and its page.

It runs in a process of its own, perhaps on another machine, and never raises: whatever a file does to it is a
failed session with words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bikefit.analysis import analyze_recording
from bikefit.batch.plan import Job, fingerprint, printable, why_unreadable
from bikefit.errors import BikefitError
from bikefit.model import SessionResult
from bikefit.sessions.reading import read_session
from bikefit.sessions.values import iso_day
from bikefit.store import SessionRow, SessionRows, row_about, rows_of


@dataclass(frozen=True)
class Task:
    """A job with what the batch as a whole decides."""

    job: Job
    link: str = ""  # The page's address in ``sessions.csv`` and the index; empty for no page
    # For the page.
    title: str = ""
    fitter: str = ""
    pdf: str = ""  # The PDF's address; empty for none
    # The files' bytes by path, where the worker cannot read them itself.
    shipped: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def page_facts(self) -> dict[str, Any]:
        """What of the page belongs to the fingerprint."""
        return {"report": bool(self.link), "title": self.title, "fitter": self.fitter, "pdf": bool(self.pdf)}


@dataclass(frozen=True)
class Done:
    """What came of a task.

    Only the batch itself writes, so that a worker that outlives it cannot spoil what the next batch writes.
    """

    id: str
    rows: SessionRows | None  # None where the stored ones still hold
    # The page's text and the client's page as a PDF; empty where there is none.
    page: str = field(default="", repr=False)
    pdf: bytes = field(default=b"", repr=False)
    # Whether it failed because the recording or its worker was not there: a stored good result then outlives it.
    absent: bool = False


def do_task(task: Task) -> Done:
    """Do one session; there is always an answer, unless the process dies."""
    job = task.job
    try:
        content, now = fingerprint(job, task.page_facts)
    except OSError as error:
        return absent(job, why_unreadable(error, job))
    if job.fault:
        return Done(job.id, failed_rows(job, job.fault, now))
    try:
        result = _analyze(job)
        rows = result_rows(job, result, now, task.link, task.pdf)
        page = _page(result, task, ".html").decode() if task.link else ""
        return Done(job.id, rows, page, _page(result, task, ".pdf") if task.pdf else b"")
    except BikefitError as error:
        return Done(job.id, failed_rows(job, getattr(error, "unquoted", error.on_page), now, content))
    except OSError as error:
        return absent(job, why_unreadable(error, job))
    except MemoryError:
        return absent(job, f"{job.file_names}: it needs more memory than a worker may take.")
    except Exception as error:
        # one strange file must not stop the others: it is reported by the class of what went wrong, not by its
        # words, which may be the file's own
        message = (
            f"{job.file_names}: {type(error).__name__} while it was read or analysed; 'bikefit analyze' says more."
        )
        return Done(job.id, failed_rows(job, message, now, content, retry=True))


def absent(job: Job, message: str) -> Done:
    """Return the failure of a task whose recording or worker was not there; the next run tries it again."""
    return Done(job.id, failed_rows(job, message, retry=True), absent=True)


def _analyze(job: Job) -> SessionResult:
    """Read and analyse a session, under the names of its files."""
    result = analyze_recording(read_session(job.session), job.session)
    return replace(result, recording=replace(result.recording, name=job.file_names))


def _page(result: SessionResult, task: Task, suffix: Literal[".html", ".pdf"]) -> bytes:
    """Return a session's page, or the client's as a PDF."""
    from bikefit.report.out.write import report_bytes
    from bikefit.report.pages.sheet import Sheet
    from bikefit.report.pages.view import Given

    job, session = task.job, task.job.session
    day = iso_day(session.date)
    return report_bytes(
        result,
        suffix,
        language=session.language,
        pages="client" if suffix == ".pdf" else None,
        brand=session.brand,
        sheet=replace(Sheet.of(session), compared=(session.rider, job.compared) if job.compared else ()),
        given=Given(
            task.title or task.job.name, session.rider, task.fitter, dt.date.fromisoformat(day) if day else None
        ),
    )


def failed_rows(job: Job, message: str, print_of: str = "", content: str = "", *, retry: bool = False) -> SessionRows:
    """Return the rows of a failed session, with the words for the person who can mend it; ``retry``: it may pass."""
    for path in (*job.paths, *job.companions):
        # pages and tables name files, not the folders in which a studio keeps them
        message = message.replace(str(path), path.name)
    message = printable(message)
    return SessionRows(replace(_about(job, print_of), error=message, sha256=content, retry=retry))


def result_rows(job: Job, result: SessionResult, print_of: str, link: str, pdf: str = "") -> SessionRows:
    """Return the rows of a session that was analysed, with its fingerprint and the addresses of its pages."""
    return rows_of(replace(_about(job, print_of), report=link, pdf=pdf), result)


def _about(job: Job, print_of: str) -> SessionRow:
    """Return what is known of a session without its result."""
    about = row_about(job.session, id=job.id, position=job.position, session=job.name, file=job.file_names)
    return replace(about, fingerprint=print_of)
