"""The few lines that the page shows at once: what to do with each shoe, how sure, what next; then what to know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from bikefit.comparison import ComparisonResult
from bikefit.conventions import SIDES
from bikefit.inspection import Inspection
from bikefit.io.usable import has_rotation, is_of_one_foot
from bikefit.model import Recording, SessionResult
from bikefit.report.brief_sentences import compared_lines, how_sure, next_lines, untouched_line
from bikefit.report.notes import Note, comparison_notes, session_notes
from bikefit.report.pages import visit_view
from bikefit.report.pages.comparison_view import comparison_page
from bikefit.report.pages.view import ShoeView, client_view
from bikefit.visit import Visit
from bikefit.words import ENGLISH, Words


def of_session(words: Words, result: SessionResult) -> dict[str, Any]:
    """Give the answer of one recording."""
    page = client_view(words, result)
    sure = {side: how_sure(words, foot) for side, foot in result.feet.items()}
    return {
        "name": result.recording.name,
        "duration": words.clock(result.recording.duration_s),
        "shoes": [_shoe(shoe, [sure[shoe.side]]) for shoe in page.shoes],
        "next": next_lines(words, list(result.feet.values()), "app.next_test")[0],
        "notes": _notes(words, session_notes(words, result)),
        "cautions": list(page.cautions),
    }


def of_comparison(words: Words, result: ComparisonResult) -> dict[str, Any]:
    """Give the answer of several recordings; a shoe whose wedges were not changed gets one line."""
    page = comparison_page(words, result)
    lines = {
        side: [untouched_line(words, foot)] if foot.untouched else compared_lines(words, foot)
        for side, foot in result.feet.items()
    }
    return {
        "shoes": [_shoe(shoe, lines[shoe.side]) for shoe in page.shoes],
        "next": [],
        "notes": _notes(words, comparison_notes(words, result)),
        "cautions": list(page.cautions),
    }


def of_inspection(words: Words, found: Inspection) -> dict[str, Any]:
    """Say what a file holds and what it lacks."""
    return {
        "can": [line.told(words) for line in found.can],
        "missing": [line.told(words) for line in found.missing],
        "missing_in_errors": [line.told(ENGLISH.on_page) for line in found.missing],  # errors are in English
        "notes": [{"level": item.level, "code": item.code, "message": words.finding(item)} for item in found.findings],
        "commands": list(found.advice),
    }


def of_visit(words: Words, visit: Visit) -> dict[str, Any]:
    """List what to do in a visit, step by step; a step that records has its number and the wedges on the shoes."""
    page = visit_view.visit_page(words, visit)
    recorded = iter(visit.recordings)
    steps = []
    for step in page.steps:
        item = next(recorded) if step.kind == "record" else None
        counts = {side: item.wedges.of(side) for side in SIDES} if item else None
        steps.append(asdict(step) | {"number": item.number if item else None, "wedges": counts})
    return {
        "title": visit_view.heading(words, visit),
        "about": list(page.about),
        "steps": steps,
        "total": page.total,
        "same": list(page.same),
        "bolts_title": page.bolts_title,
        "bolts": list(page.bolts),
        "sees": page.sees,
        "cautions": list(page.cautions),
    }


def of_recording(recording: Recording) -> dict[str, Any]:
    """Say what has to be asked of a recording: whose foot it is, and which of its laps."""
    laps = [{"number": lap.number, "from_s": lap.start_s, "to_s": lap.end_s} for lap in recording.laps]
    start = recording.start
    return {
        "start_s": None if start is None else start.timestamp() + recording.from_s,
        "side_unknown": is_of_one_foot(recording) and not has_rotation(recording),
        "laps": laps if len(laps) > 1 else [],
        "feet": [side for side in SIDES if side in recording.feet or side in recording.sensors],
        "duration_s": recording.duration_s,
    }


def _shoe(shoe: ShoeView, lines: Sequence[str]) -> dict[str, Any]:
    """Give one shoe's part: its headline, a few lines, and its drawing with wedges."""
    told = {key: getattr(shoe, key) for key in ("side", "name", "headline", "advice", "behind", "behind_caption")}
    return told | {"lines": [line for line in lines if line]}


def _notes(words: Words, notes: Iterable[Note]) -> list[dict[str, str]]:
    """Return what to know, the gravest first."""
    return [{"level": note.level, "code": note.code, "message": note.told(words)} for note in notes]
