"""The few lines that the page shows at once: what to do with each shoe, how sure, what next; then what to know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from bikefit.comparison import ComparisonResult
from bikefit.conventions import SIDES, Side
from bikefit.inspection import Inspection
from bikefit.io.usable import has_rotation, is_of_one_foot
from bikefit.model import Recording, SessionResult
from bikefit.report.pages import comparison_view, fitter_view, visit_view
from bikefit.report.pages.view import ShoeView, client_view, plain_degrees
from bikefit.visit import Visit
from bikefit.words import Words

GRAVEST_FIRST = ("error", "warning", "info")


def of_session(words: Words, result: SessionResult) -> dict[str, Any]:
    """Give the answer of one recording."""
    page = client_view(words, result)
    feet = [foot for _, foot in sorted(result.feet.items())]
    title = {"name": result.recording.name, "duration": words.clock(result.recording.duration_s)}
    return _answer(words, page.shoes, fitter_view.all_said(words, result, feet), page.cautions) | {"title": title}


def of_comparison(words: Words, result: ComparisonResult) -> dict[str, Any]:
    """Give the answer of several recordings."""
    page = comparison_view.comparison_page(words, result)
    feet = [result.feet[side] for side in SIDES if side in result.feet]
    return _answer(words, page.shoes, comparison_view.all_said(words, result, feet), page.cautions)


def of_inspection(words: Words, found: Inspection) -> dict[str, Any]:
    """Say what a file holds and what it lacks."""
    return {
        "can": [line.told(words) for line in found.can],
        "missing": [line.told(words) for line in found.missing],
        "notes": _notes(words, ((None, item.level, words.finding(item)) for item in found.findings)),
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
    return {
        "side_unknown": is_of_one_foot(recording) and not has_rotation(recording),
        "laps": laps if len(laps) > 1 else [],
        "feet": [side for side in SIDES if side in recording.feet or side in recording.sensors],
        "duration_s": recording.duration_s,
    }


def _answer(
    words: Words, shoes: Iterable[ShoeView], said: Iterable[tuple[Side | None, str, str]], cautions: Iterable[str]
) -> dict[str, Any]:
    """Put the answer together from the parts of the client's page."""
    told = ("side", "name", "headline", "advice", "measured", "outlook", "next", "behind", "behind_caption")
    return {
        "shoes": [{key: getattr(shoe, key) for key in told} for shoe in shoes],
        "notes": _notes(words, said),
        "cautions": list(cautions),
    }


def _notes(words: Words, said: Iterable[tuple[Side | None, str, str]]) -> list[dict[str, str]]:
    """Return what to know, each message once, the gravest first; one that goes for both shoes names both."""
    shoes: dict[tuple[str, str], list[str]] = {}
    for side, level, message in said:
        names = shoes.setdefault((level, plain_degrees(message)), [])
        names += [words.shoe(side)] if side else []
    notes = []
    for (level, message), names in sorted(shoes.items(), key=lambda item: GRAVEST_FIRST.index(item[0][0])):
        shoe = words.text("terminal.both_shoes") if len(set(names)) > 1 else "".join(names[:1])
        told = words.text("terminal.for_shoe", shoe=shoe, message=message) if shoe else message
        notes.append({"level": level, "message": told})
    return notes
