"""The studio's pages: the index of a batch and a rider's history, made from stored rows alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bikefit.brand import Brand
from bikefit.comparison import ComparisonResult, NotComparableError
from bikefit.comparison import sentences as said_of
from bikefit.conventions import SIDES
from bikefit.errors import BikefitError
from bikefit.model import Finding, sentences
from bikefit.report.draw.studio_charts import Row, distributions, history_chart, sparkline
from bikefit.report.out.html import render_studio
from bikefit.words import Words

COLUMN_KINDS = ("", "", "", "", "left", "left", "left", "right", "right", "right", "", "", "", "")
VERDICTS = ("helps", "harms", "too_much", "no_effect_seen")
"""What a rider's recordings may show of the wedges; the index is filtered by it."""


@dataclass(frozen=True)
class Cell:
    """One cell of a table: what it says, what it is sorted by, where it leads; ``free``: words of the user's own."""

    words: str
    key: float | str = ""
    link: str = ""
    picture: str = ""
    kind: str = ""
    free: bool = False


def index_html(
    words: Words,
    sessions: Sequence[Row],
    riders: Mapping[str, str],
    *,
    title: str = "",
    band_deg: float = 1.0,
    verdicts: Mapping[str, Mapping[str, str]] | None = None,
    pooled: Sequence[str] = (),
    brand: Brand | None = None,
) -> str:
    """Render the studio's page from stored sessions, each with its ``day``.

    ``riders`` has the address of each rider's page, ``verdicts`` what the wedges did to each, foot by foot, and
    ``pooled`` what all of them have in common, in sentences.
    """
    words = words.on_page
    counts = Counter(session["status"] for session in sessions)
    said = [
        words.text("studio.count", n=counts[status], status=words.text(f"studio.status_{status}"))
        for status in ("ok", "undetermined", "failed")
        if counts[status]
    ]
    due = _due_days(sessions)
    attention = sum(bool(foot["change"]) for session in sessions for foot in session["feet"])
    return render_studio(
        words,
        "index.html.j2",
        brand,
        "index.js",
        title=title or words.text("studio.title"),
        summary=words.counted("studio.summary", len(sessions), counts=said),
        attention=words.counted("studio.attention", attention),
        columns=list(zip(words.columns("studio.columns"), COLUMN_KINDS, strict=True)),
        rows=[_index_row(words, session, riders, verdicts or {}, due) for session in sessions],
        verdicts=[(code, words.text(f"studio.verdict_{code}")) for code in VERDICTS],
        pooled=pooled,
        failures=[session for session in sessions if session["status"] == "failed"],
        failure_columns=words.columns("studio.failures_columns"),
        distributions=[Markup(picture) for picture in distributions(words, sessions, band_deg)],
    )


def rider_html(
    words: Words,
    rider: str,
    sessions: Sequence[Row],
    comparison: ComparisonResult | BikefitError,
    *,
    remounted: bool,
    band_deg: float = 1.0,
    brand: Brand | None = None,
) -> str:
    """Render a rider's history in the order of time; an error in its place says why there is no comparison."""
    words = words.on_page
    answers, warnings, found, refusal = [], list[str](), list[Finding](), ""
    if isinstance(comparison, BikefitError):
        # what a reader says of a file is English
        reason = comparison.told(words) if isinstance(comparison, NotComparableError) else str(comparison)
        refusal = words.text("rider.not_compared", reason=reason)
    else:
        # the shoe on which wedges were tried comes first
        for side, foot in sorted(comparison.feet.items(), key=lambda item: item[1].change is None):
            answer = said_of.answer(words, foot, comparison.system.cap)
            name = words.text("rider.response", shoe=words.shoe(side))
            said = said_of.at_length(words, foot)
            answers.append({"side": side, "title": name, "advice": answer, "said": said})
            found += [item for item in foot.findings if item != foot.measured]
        warnings = [words.finding(item) for item in (*found, *comparison.findings) if item.level == "warning"]
    return render_studio(
        words,
        "rider.html.j2",
        brand,
        title=words.text("rider.title", rider=rider or words.text("rider.unnamed")),
        intro=words.text("rider.intro"),
        back=words.text("rider.back"),
        columns=words.columns("rider.columns"),
        rows=[_history_row(words, session) for session in sessions],
        charts=[Markup(chart) for chart in (history_chart(words, side, sessions, band_deg) for side in SIDES) if chart],
        answers=answers,
        warnings=warnings,
        refusal=refusal,
        remounted=words.text("rider.remounted") if remounted and not refusal else "",
        cautions=sentences.cautions(words, recommends_varus=True),
    )


# ---- the index -------------------------------------------------------------------------------------------------


def _due_days(sessions: Iterable[Row]) -> dict[str, tuple[str, str]]:
    """Return by rider the id of the last session, and the day from which the rider is due again.

    That is the day of the next visit where one is set, else a year after the last.
    """
    last: dict[str, Row] = {}
    for session in sessions:
        rider = session["rider"]
        if rider and session["day"] and session["day"] >= last.get(rider, session)["day"]:
            last[rider] = session
    return {
        rider: (session["id"], session["next_visit"] or f"{int(session['day'][:4]) + 1}{session['day'][4:]}")
        for rider, session in last.items()
    }


def _index_row(
    words: Words,
    session: Row,
    riders: Mapping[str, str],
    verdicts: Mapping[str, Mapping[str, str]],
    due: Mapping[str, tuple[str, str]],
) -> dict[str, Any]:
    """Return a session's cells and the states it is filtered by."""
    feet = {foot["foot"]: foot for foot in session["feet"]}
    cells = [
        Cell(session["session"], session["session"], session["report"] or "", free=True),
        Cell(session["rider"], session["rider"], riders.get(session["rider"], ""), free=True),
        Cell(words.day(session["date"] or session["day"]), session["day"], free=True),
        Cell(session["condition"], session["condition"], free=True),
    ]
    for side in SIDES:
        foot = feet.get(side)
        measured, advised = foot_cells(words, foot)
        worn = foot["fitted"] if foot else None
        on = words.wedges(worn) if foot else ""
        cells += [measured, Cell(on, -999.0 if worn is None else float(worn)), advised]
    found = verdicts.get(session["rider"], {})
    told = [
        words.text("studio.verdict_of", shoe=words.shoe(side), verdict=words.text(f"studio.verdict_{found[side]}"))
        for side in SIDES
        if side in found
    ]
    cells.append(Cell(words.listed(told), " ".join(found.values())))
    quality = [foot["quality"] for foot in feet.values() if foot["quality"] is not None]
    cells += [
        Cell("", picture=sparkline(words, feet)),
        Cell(words.percent(min(quality)) if quality else "", min(quality) if quality else -1.0),
        Cell(_status(words, session), session["status"], kind=session["status"]),
    ]
    states = [session["status"], *(["attention"] if any(foot["change"] for foot in feet.values()) else [])]
    states += sorted(set(found.values()))
    newest, day = due.get(session["rider"], ("", ""))
    return {"cells": cells, "states": " ".join(states), "due": day if newest == session["id"] else ""}


def _status(words: Words, session: Row) -> str:
    """Say how a session ended, whether its recording is still there, and whether the last run named it."""
    said = [words.text(f"studio.status_{session['status']}")]
    if session["kept"]:
        said.append(words.text("studio.kept", day=words.day(session["kept"])))
    if not session["named"]:
        said.append(words.text("studio.not_named"))
    return words.listed(said)


def foot_cells(words: Words, foot: Row | None) -> list[Cell]:
    """Return what was measured of a foot and what is advised."""
    if foot is None:
        return [Cell("", -math.inf), Cell("", -math.inf)]
    excess, undetermined = foot["excess_deg"], Cell(words.text("studio.status_undetermined"), -999)
    if excess is None:
        return [Cell(words.text("words.unknown"), -999.0), undetermined]
    half = (foot["excess_hi_deg"] - foot["excess_lo_deg"]) / 2.0
    measured = words.text("studio.measured", excess=words.signed_degrees(excess), half=words.fixed(half))
    if foot["wedges"] is None:
        return [Cell(measured, abs(excess)), undetermined]
    total = -foot["wedges"] if foot["placement"] == "valgus" else foot["wedges"]
    advised = words.wedges(total)
    if foot["outcome"] == "beyond_stack":
        advised = words.text("studio.beyond", wedges=advised)
    return [Cell(measured, abs(excess)), Cell(advised, foot["change"], kind="advised" if foot["change"] else "")]


# ---- a rider ---------------------------------------------------------------------------------------------------


def _history_row(words: Words, session: Row) -> list[Cell]:
    """Return a session's cells in the history of its rider."""
    feet = {foot["foot"]: foot for foot in session["feet"]}
    cells = [
        Cell(session["session"], link=f"../{session['report']}" if session["report"] else ""),
        Cell(words.day(session["date"] or session["day"])),
        Cell(session["condition"]),
    ]
    for side in SIDES:
        foot = feet.get(side)
        cells.append(Cell(words.wedges(foot["fitted"]) if foot else ""))
        cells.append(foot_cells(words, foot)[0])
    return cells
