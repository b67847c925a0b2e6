"""The page of a client over the years: angles, counts and comfort visit by visit, with each visit's verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bikefit.comparison import ComparisonResult
from bikefit.comparison import sentences as said_of
from bikefit.conventions import SIDES
from bikefit.model import sentences
from bikefit.report.draw.studio_charts import Row, comfort_chart, history_chart
from bikefit.report.out.html import render_studio
from bikefit.report.pages.studio import Cell, foot_cells
from bikefit.report.pages.view import LONG, SHORT, clean
from bikefit.words import Words


@dataclass(frozen=True)
class VisitView:
    """What was recorded on one day, and what the recordings say together where they are compared."""

    day: str
    sessions: Sequence[Row]
    compared: ComparisonResult | None = None


def history_html(
    words: Words, name: str, client_id: str, since: str, visits: Sequence[VisitView], *, band_deg: float = 1.0
) -> str:
    """Render a client's history in the order of time."""
    words = words.on_page
    sessions = [session for visit in visits for session in visit.sessions]
    charts = [chart for chart in (history_chart(words, side, sessions, band_deg) for side in SIDES) if chart]
    due = max((session["next_visit"] for session in sessions if session["next_visit"]), default="")
    facts = [
        (words.text("client.id"), client_id),
        (words.text("client.since"), words.day(since)),
        (words.text("client.next_visit"), words.day(due)),
    ]
    return render_studio(
        words,
        "client_history.html.j2",
        title=clean(name, SHORT),
        intro=words.counted("client.visits", len(visits)),
        facts=[(label, told) for label, told in facts if told],
        verdicts=[_verdicts(words, visit) for visit in reversed(visits)],
        charts=[Markup(chart) for chart in charts],
        comfort=Markup(comfort_chart(words, sessions)),
        columns=words.columns("client.columns"),
        rows=[_row(words, session) for session in reversed(sessions)],
        cautions=sentences.cautions(words, recommends_varus=True),
    )


def _verdicts(words: Words, visit: VisitView) -> dict[str, Any]:
    """Return what one visit came to: of each shoe its verdict where counts were tried, else what was advised."""
    said = []
    if visit.compared is not None:
        said = [
            said_of.answer(words, visit.compared.feet[side], visit.compared.system.cap)
            for side in SIDES
            if side in visit.compared.feet
        ]
    else:
        last = {foot["foot"]: foot for session in visit.sessions for foot in session["feet"]}
        for side in SIDES:
            if side in last:
                advised = foot_cells(words, last[side])[1].words
                message = words.text("client.advised", angle=foot_cells(words, last[side])[0].words, advised=advised)
                said.append(words.text("terminal.for_shoe", shoe=words.shoe(side), message=message))
    notes = dict.fromkeys(clean(session["notes"], LONG) for session in visit.sessions if session["notes"])
    return {"day": words.day(visit.day) or words.text("client.no_day"), "said": said, "notes": list(notes)}


def _row(words: Words, session: Row) -> list[Cell]:
    """Return the cells of one session."""
    feet = {foot["foot"]: foot for foot in session["feet"]}
    cells = [
        Cell(words.day(session["day"] or session["date"]) or words.text("client.no_day")),
        Cell(clean(session["session"], SHORT)),
    ]
    for side in SIDES:
        foot = feet.get(side)
        measured, advised = foot_cells(words, foot)
        cells += [Cell(words.wedges(foot["fitted"]) if foot else ""), measured, advised]
    comfort = "" if session["comfort"] is None else words.text("client.comfort_of", points=session["comfort"])
    gear = [
        session["shoe"],
        session["pedal"],
        words.text(f"cleat_type.{session['cleat'].replace('-', '_')}") if session["cleat"] else "",
    ]
    if session["cleat_float_deg"] is not None:
        gear.append(words.text("client.float", deg=words.degrees(session["cleat_float_deg"])))
    return [*cells, Cell(comfort), Cell(words.listed([clean(one, SHORT) for one in gear if one]))]
