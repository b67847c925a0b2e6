"""What a worker does with one session: read it, analyse it, return its rows and its page.

It runs in a process of its own, perhaps on another machine, and never raises: whatever a file does to it is a
failed session with words.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from bikefit import __version__
from bikefit.analysis import analyze_recording
from bikefit.batch.plan import Job, fingerprint, printable
from bikefit.comparison.guards import zero_of
from bikefit.conventions import STROKE_COLUMNS
from bikefit.errors import BikefitError
from bikefit.model import Array, FootResult, Recording, SessionResult, to_json_value
from bikefit.sessions.reading import read_session
from bikefit.store import SessionRows, Status
from bikefit.words import ENGLISH


@dataclass(frozen=True)
class Task:
    """A job with what the batch as a whole decides.

    Attributes
    ----------
    job : Job
        The session.
    known : str
        Fingerprint of the stored result; where it still holds, nothing is done. Empty: none is stored.
    link : str
        The page's address in ``sessions.csv`` and the index; empty for no page.
    title, fitter : str
        For the page.
    shipped : mapping of str to bytes
        The files' bytes by path, where the worker cannot read them itself.
    """

    job: Job
    known: str = ""
    link: str = ""
    title: str = ""
    fitter: str = ""
    shipped: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def page_facts(self) -> dict[str, Any]:
        """What of the page belongs to the fingerprint."""
        return {"report": bool(self.link), "title": self.title, "fitter": self.fitter}


@dataclass(frozen=True)
class Done:
    """What came of a task.

    Only the batch itself writes, so that a worker that outlives it cannot spoil what the next batch writes.

    Attributes
    ----------
    id : str
        The session.
    rows : SessionRows or None
        None where the stored ones still hold.
    page : str
        The page's text; empty where there is none.
    """

    id: str
    rows: SessionRows | None
    page: str = field(default="", repr=False)


def do_task(task: Task) -> Done:
    """Do one session.

    Parameters
    ----------
    task : Task
        The session and its page.

    Returns
    -------
    Done
        Always, unless the process dies.
    """
    job = task.job
    try:
        content, now = fingerprint(job, task.page_facts)
    except OSError as error:
        return Done(job.id, failed_rows(job, f"{_name_of(error, job)}: cannot be read ({_why(error)}).", retry=True))
    if now == task.known:
        return Done(job.id, None)
    if job.fault:
        return Done(job.id, failed_rows(job, job.fault, now))
    try:
        recording, result = _analyze(job)
        rows = result_rows(job, recording, result, now, task.link)
        return Done(job.id, rows, _page(result, task) if task.link else "")
    except BikefitError as error:
        return Done(job.id, failed_rows(job, str(error), now, content))
    except Exception as error:
        # one strange file must not stop the others: it is told with the class of what went wrong
        text = " ".join(str(error).split())[:300]
        message = f"{job.file_names}: {type(error).__name__}: {text}"
        return Done(job.id, failed_rows(job, message, now, content, retry=True))


def _analyze(job: Job) -> tuple[Recording, SessionResult]:
    recording = read_session(job.session)
    result = analyze_recording(recording, job.session)
    return recording, replace(result, recording=replace(result.recording, name=job.file_names))


def _page(result: SessionResult, task: Task) -> str:
    from bikefit.report.out.html import render_html
    from bikefit.report.pages.fitter_view import session_view

    rider, title = task.job.session.rider, task.title or task.job.name
    return render_html(session_view(ENGLISH, result, title=title, rider=rider, fitter=task.fitter))


def _name_of(error: OSError, job: Job) -> str:
    return printable(Path(error.filename).name) if error.filename else job.file_names


def _why(error: OSError) -> str:
    return error.strerror or str(error)


def failed_rows(job: Job, message: str, print_of: str = "", content: str = "", *, retry: bool = False) -> SessionRows:
    """Return the rows of a session that failed.

    Parameters
    ----------
    job : Job
        The session.
    message : str
        What went wrong, for the person who can mend it.
    print_of, content : str
        Fingerprint and hash, where they are known.
    retry : bool
        Whether the next run tries it again though nothing changed.

    Returns
    -------
    SessionRows
        Without a foot.
    """
    for path in (*job.paths, *job.companions):
        # pages and tables name files, not the folders in which a studio keeps them
        message = message.replace(str(path), path.name)
    message = printable(message)
    return SessionRows(_session(job, "failed", message, print_of, content) | {"retry": int(retry)})


def result_rows(job: Job, recording: Recording, result: SessionResult, print_of: str, link: str) -> SessionRows:
    """Return the rows of a session that was analysed.

    Parameters
    ----------
    job : Job
        The session.
    recording : Recording
        What was read.
    result : SessionResult
        What came out.
    print_of : str
        Its fingerprint.
    link : str
        Where its page is.

    Returns
    -------
    SessionRows
        For `bikefit.store.Store.save`.
    """
    feet = list(result.feet.values())
    told = any(foot.recommendation.outcome != "undetermined" for foot in feet)
    session = _session(job, "ok" if told else "undetermined", "", print_of, result.recording.sha256) | {
        "format": result.recording.format,
        "start": result.recording.start.isoformat() if result.recording.start else None,
        "duration_s": result.recording.duration_s,
        "sampling_rate_hz": _number(result.recording.sampling_rate_hz),
        "wedge_system": json.dumps(to_json_value(result.system)),
        "report": link,
        "document": json.dumps(result.to_dict(), allow_nan=False),
    }
    findings = [("", item.level, item.code, str(item), _details(item.values)) for item in result.findings]
    for foot in feet:
        findings += [(foot.side, item.level, item.code, str(item), _details(item.values)) for item in foot.findings]
    return SessionRows(
        session,
        [_foot(foot) | {"zero": zero_of(recording, foot.side)} for foot in feet],
        [row for foot in feet for row in _strokes(foot)],
        findings,
    )


def _session(job: Job, status: Status, error: str, print_of: str, content: str) -> dict[str, Any]:
    return {
        "id": job.id,
        "session": job.name,
        "file": job.file_names,
        **{name: getattr(job.session, name) for name in ("rider", "date", "condition", "notes")},
        "status": status,
        "error": error,
        "retry": 0,
        "fingerprint": print_of,
        "sha256": content,
        "report": "",
        "version": __version__,
    }


def _foot(foot: FootResult) -> dict[str, Any]:
    advised, rotation = foot.recommendation, foot.rotation
    used = foot.stroke_table["used"].to_numpy(dtype=bool)
    curve = foot.curves.heel_out_deg[used].mean(axis=0) if used.any() else []
    return {
        "foot": foot.side,
        "outcome": advised.outcome,
        "wedges": advised.wedges,
        "placement": advised.placement,
        "change": advised.change,
        "fitted": foot.fitted_wedges,
        "system": advised.system,
        "excess_deg": _number(foot.excess.deg),
        "excess_lo_deg": _number(foot.excess.interval_deg[0]),
        "excess_hi_deg": _number(foot.excess.interval_deg[1]),
        "expected_deg": _number(advised.expected_deg),
        "rotation_deg": _number(rotation.value_deg),
        "standard_error_deg": _number(rotation.standard_error_deg),
        "metric": rotation.metric,
        "neutral_kind": foot.neutral.kind,
        "neutral_deg": _number(foot.neutral.deg),
        "lower_bound": int(foot.excess.lower_bound),
        "zero_sd_deg": _number(foot.excess.zero_sd_deg),
        "strokes_found": foot.strokes.found,
        "strokes_used": foot.strokes.used,
        "cadence_rpm": _number(foot.strokes.cadence_rpm),
        "power_w": _mean(foot.stroke_table["power_w"].to_numpy(dtype=float)[used]),
        "reference": foot.strokes.reference,
        "quality": _number(foot.strokes.quality),
        "reason": str(advised.reasons[0]) if advised.reasons else "",
        "curve": json.dumps([round(float(value), 3) for value in curve]),
    }


def _strokes(foot: FootResult) -> list[tuple[Any, ...]]:
    """Rows of the stroke table as plain values; NaN becomes NULL in the database by itself."""
    columns = []
    for name in STROKE_COLUMNS:
        values = foot.stroke_table[name]
        if values.dtype.kind in "ifb":
            columns.append(values.tolist())
        else:
            columns.append([None if value is None or value != value else str(value) for value in values.tolist()])
    return list(zip(*columns, strict=True))


def _details(values: Mapping[str, Any]) -> str:
    return json.dumps(to_json_value(values), default=str)


def _mean(values: Array) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
