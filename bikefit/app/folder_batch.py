"""A folder's batch for the local page: reported session by session, and stopped between two of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from bikefit.app.engine import GROUPS, told_by
from bikefit.batch import BatchOptions, BatchOutcome, Job, jobs_and_notes, run_jobs
from bikefit.batch.folder import INDEX
from bikefit.errors import UsageError, in_words
from bikefit.sessions.session import Session

RESULTS: Final = "bikefit-results"


def beside(source: Path) -> Path:
    """Return where the results of a folder go by default: beside it, under its name."""
    whole = source.absolute()
    return whole.parent / f"{whole.stem if whole.is_file() else whole.name}-{RESULTS}"


async def run_folder(source: Path, out: Path, options: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """Yield a stage for each session as it is finished, then the answer.

    One thread does it all, for a database and its lock belong to the thread that opened them.
    """
    loop = asyncio.get_running_loop()
    notes: list[str] = []
    counts: dict[str, int] = {}
    failed: list[dict[str, str]] = []
    thread = ThreadPoolExecutor(1, "batch")
    outcomes: Generator[BatchOutcome, None, None] | None = None
    try:
        said = told_by(options, GROUPS["analyze"])
        jobs, remarks = await loop.run_in_executor(thread, jobs_and_notes, source, out, Session().told(said))
        notes += remarks
        yield {"stage": "batch", "done": 0, "total": len(jobs)}
        outcomes = _each(jobs, out, notes)
        while (outcome := await loop.run_in_executor(thread, next, outcomes, None)) is not None:
            counts[outcome.status] = counts.get(outcome.status, 0) + 1
            if outcome.error:
                failed.append({"name": outcome.name, "message": outcome.error.removeprefix(f"{outcome.name}: ")})
            yield {"stage": "batch", "done": sum(counts.values()), "total": len(jobs), "name": outcome.name}
    except Exception as error:
        words = in_words(error)
        if words is None:
            raise
        yield {"answer": {"error": {"message": words[0], "exit_code": words[1]}}}
        return
    finally:
        if outcomes is not None:
            thread.submit(outcomes.close)  # after the session that is being worked on
        thread.shutdown(wait=False)
    told = {"out": str(out), "index": INDEX, "total": len(jobs)}
    yield {"answer": told | {"counts": counts, "failed": failed, "notes": notes}}


def _each(jobs: list[Job], out: Path, notes: list[str]) -> Generator[BatchOutcome, None, None]:
    """Yield what comes of each session; what is to be said goes to the notes."""
    yield from run_jobs(jobs, out, BatchOptions(), tell=notes.append)


def source_of(typed: str) -> Path:
    """Return the folder or manifest that was typed, which is a whole path."""
    path = Path(typed.strip().strip("\"'")).expanduser()
    if not typed.strip() or not path.is_absolute():
        raise UsageError("type the whole path of a folder, such as /home/ann/rides or C:\\Users\\Ann\\rides.")
    return path
