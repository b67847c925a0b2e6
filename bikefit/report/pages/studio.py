"""The studio's pages: the index of a batch and a rider's history, made from stored rows alone."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from markupsafe import Markup

from bikefit import __version__
from bikefit.brand import Brand
from bikefit.comparison import ComparisonResult, NotComparableError
from bikefit.comparison import sentences as said_of
from bikefit.conventions import SIDES, Side
from bikefit.errors import BikefitError
from bikefit.model import sentences
from bikefit.report.comparison_sentences import comparison_sentences
from bikefit.report.draw import svg, theme
from bikefit.report.out.html import brand_css, environment
from bikefit.report.pages.sheet import brand_view
from bikefit.words import Words

Row = Mapping[str, Any]
CURVE_POINTS = 25
COLUMN_KINDS = ("", "", "", "", "left", "left", "left", "right", "right", "right", "", "", "", "")
VERDICTS = ("helps", "harms", "too_much", "no_effect_seen")
"""What a rider's recordings may show of the wedges; the index is filtered by it."""
SPARK_WIDTH, SPARK_HEIGHT = 120.0, 34.0


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
    return render_page(
        words,
        "index.html.j2",
        brand,
        title=title or words.text("studio.title"),
        summary=words.counted("studio.summary", len(sessions), counts=said),
        attention=words.counted("studio.attention", attention),
        columns=list(zip(words.columns("studio.columns"), COLUMN_KINDS, strict=True)),
        rows=[_index_row(words, session, riders, verdicts or {}, due) for session in sessions],
        verdicts=[(code, words.text(f"studio.verdict_{code}")) for code in VERDICTS],
        pooled=pooled,
        failures=[session for session in sessions if session["status"] == "failed"],
        failure_columns=words.columns("studio.failures_columns"),
        distributions=[Markup(picture) for picture in _distributions(words, sessions, band_deg)],
        script=Markup(_asset("index.js")),
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
    answers, warnings, refusal = [], [], ""
    if isinstance(comparison, BikefitError):
        refusal = words.text("rider.not_compared", reason=refusal_words(words, comparison))
    else:
        # the shoe on which wedges were tried comes first
        for side, foot in sorted(comparison.feet.items(), key=lambda item: item[1].change is None):
            answer = said_of.answer(words, foot, comparison.system.cap)
            name = words.text("rider.response", shoe=words.shoe(side))
            said = comparison_sentences(words, foot)
            answers.append({"side": side, "title": name, "advice": answer, "said": said})
            told = (words.finding(found) for found in foot.findings if found.level == "warning")
            warnings += [message for message in told if message != words.finding(foot.measured)]
        warnings += [words.finding(found) for found in comparison.findings if found.level == "warning"]
    return render_page(
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
        script=Markup(""),
    )


def refusal_words(words: Words, error: BikefitError) -> str:
    """Say why sessions are not compared; what a reader says of a file is English."""
    return error.told(words) if isinstance(error, NotComparableError) else str(error)


def render_page(words: Words, template: str, brand: Brand | None = None, **values: Any) -> str:
    """Render a template with the brand, the styles, the words and the hash of its script."""
    view = brand_view(brand)
    script = str(values["script"])
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    sections = {name: words.section(name) for name in ("studio", "rider", "client", "page")}
    return (
        environment()
        .get_template(template)
        .render(
            **values,
            **sections,
            language=words.language,
            light=Markup(theme.variables(theme.LIGHT)),
            dark=Markup(theme.variables(theme.DARK)),
            css=Markup("\n".join((_asset("page.css") + _asset("studio.css") + theme.figure_css(), *brand_css(view)))),
            brand=view,
            script_hash=f"sha256-{digest}",
            colophon=words.text("studio.colophon", version=__version__),
        )
    )


@cache
def _asset(name: str) -> str:
    """Return a style sheet or script of the templates."""
    return files("bikefit.report").joinpath("templates", name).read_text(encoding="utf-8").strip()


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
        Cell("", picture=_sparkline(words, feet)),
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
    excess, half = foot["excess_deg"], None
    if excess is None:
        return [Cell(words.text("words.unknown"), -999.0), Cell(words.text("studio.status_undetermined"), -999)]
    half = (foot["excess_hi_deg"] - foot["excess_lo_deg"]) / 2.0
    measured = words.text("studio.measured", excess=words.signed_degrees(excess), half=words.fixed(half))
    if foot["wedges"] is None:
        return [Cell(measured, abs(excess)), Cell(words.text("studio.status_undetermined"), -999)]
    total = -foot["wedges"] if foot["placement"] == "valgus" else foot["wedges"]
    advised = words.wedges(total)
    if foot["outcome"] == "beyond_stack":
        advised = words.text("studio.beyond", wedges=advised)
    return [Cell(measured, abs(excess)), Cell(advised, foot["change"], kind="advised" if foot["change"] else "")]


def _sparkline(words: Words, feet: Mapping[Side, Row]) -> str:
    """Mean curves of both feet on one small scale."""
    curves = {side: thinned(json.loads(foot["curve"] or "[]")) for side, foot in feet.items()}
    values = [value for curve in curves.values() for value in curve]
    if not values:
        return ""
    low, high = min(values), max(values)
    if high - low < 2.0:
        low, high = (low + high) / 2.0 - 1.0, (low + high) / 2.0 + 1.0
    y = svg.Scale(low, high, SPARK_HEIGHT - 3.0, 3.0)
    x = svg.Scale(0, CURVE_POINTS - 1, 1.0, SPARK_WIDTH - 1.0)
    parts = []
    for side, curve in curves.items():
        if curve:
            points = zip(x.array(np.arange(float(len(curve)))), y.array(np.array(curve)), strict=True)
            parts.append(svg.element("g", svg.path(points, "thin"), class_=f"foot-{side}"))
    return svg.figure(SPARK_WIDTH, SPARK_HEIGHT, parts, words.text("studio.sparkline_alt"), "spark")


def thinned(curve: Sequence[float]) -> list[float]:
    """Return a curve as a few means of neighbours, for a small picture.

    Examples
    --------
    >>> thinned([1.0, 3.0] * 50)[:2]
    [2.0, 2.0]
    """
    width = max(len(curve) // CURVE_POINTS, 1)
    return [sum(curve[k : k + width]) / width for k in range(0, width * (len(curve) // width), width)]


def _distributions(words: Words, sessions: Sequence[Row], band_deg: float) -> Iterable[str]:
    """Yield one picture per foot: how many sessions lie at which angle from neutral."""
    values = {
        side: [
            foot["excess_deg"]
            for session in sessions
            for foot in session["feet"]
            if foot["foot"] == side and foot["excess_deg"] is not None
        ]
        for side in SIDES
    }
    everything = [value for own in values.values() for value in own]
    if not everything:
        return
    reach = max(3, math.ceil(min(max(abs(value) for value in everything), 15.0)))
    counts = {side: Counter(min(max(math.floor(v), -reach), reach - 1) for v in own) for side, own in values.items()}
    top = max(max(count.values()) for count in counts.values() if count)
    width, height = 440.0, 200.0
    x, y = svg.Scale(-reach, reach, 40.0, width - 12.0), svg.Scale(0, top, height - 42.0, 24.0)
    for side in SIDES:
        if not values[side]:
            continue
        shoe = words.shoe(side)
        low, high = (words.signed_degrees(edge) for edge in (min(values[side]), max(values[side])))
        alt = words.text("studio.distribution_alt", shoe=shoe, count=len(values[side]), low=low, high=high)
        bars = [
            svg.rect(x(k) + 1.0, y(n), x(k + 1) - x(k) - 2.0, y(0) - y(n), "bar")
            for k, n in sorted(counts[side].items())
        ]
        parts = [
            svg.rect(x(-band_deg), y(top), x(band_deg) - x(-band_deg), y(0) - y(top), "neutral-band"),
            svg.element("g", *bars, svg.label(shoe, 40.0, 14.0, "name strong"), class_=f"foot-{side}"),
            svg.line(x(-reach), y(0), x(reach), y(0), "axis"),
            *(
                svg.label(words.signed_degrees(tick, 0), x(tick), height - 24.0, anchor="middle")
                for tick in svg.ticks(-reach, reach)
            ),
            *(
                svg.label(words.number(t, "g"), 34.0, y(t) + 4.0, anchor="end")
                for t in svg.ticks(0, top, 4)
                if t == int(t)
            ),
            svg.label(f"← {words.text('axes.heel_in')}", 40.0, height - 6.0, "strong"),
            svg.label(f"{words.text('axes.heel_out')} →", width - 12.0, height - 6.0, "strong", anchor="end"),
        ]
        yield svg.figure(width, height, parts, alt)


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


def history_chart(words: Words, side: Side, sessions: Sequence[Row], band_deg: float) -> str:
    """Excess of one foot, session by session, with its interval and the wedges on the shoe."""
    rows = [
        (s, foot) for s in sessions for foot in s["feet"] if foot["foot"] == side and foot["excess_deg"] is not None
    ]
    if not rows:
        return ""
    ends = [foot[name] for _, foot in rows for name in ("excess_lo_deg", "excess_hi_deg")]
    low, high = min(*ends, -2.0), max(*ends, 2.0)
    width, height = 440.0, 250.0
    y = svg.Scale(low, high, height - 62.0, 28.0)
    x = svg.Scale(-0.5, len(rows) - 0.5, 46.0, width - 12.0)
    marks = []
    for place, (_, foot) in enumerate(rows):
        at = x(place)
        marks += [
            svg.line(at, y(foot["excess_lo_deg"]), at, y(foot["excess_hi_deg"]), "whisker"),
            svg.element("circle", cx=at, cy=y(foot["excess_deg"]), r=5, class_="dot"),
            svg.label(words.signed(foot["fitted"], 0), at, height - 44.0, "strong", anchor="middle"),
        ]
        if len(rows) <= 6 or place in (0, len(rows) - 1):
            when = rows[place][0]["date"][:10] or rows[place][0]["day"] or rows[place][0]["session"][:10]
            marks.append(svg.label(words.day(when), at, height - 26.0, anchor="middle"))
    shoe = words.shoe(side)
    values = words.listed([words.signed_degrees(foot["excess_deg"]) for _, foot in rows])
    alt = words.text("rider.over_time_alt", shoe=shoe, count=len(rows), values=values)
    top, bottom = y(min(band_deg, high)), y(max(-band_deg, low))
    parts = [
        svg.rect(46.0, top, width - 58.0, bottom - top, "neutral-band"),
        svg.line(46.0, y(0.0), width - 12.0, y(0.0), "neutral-line"),
        *(svg.label(words.signed_degrees(t, 0), 40.0, y(t) + 4.0, anchor="end") for t in svg.ticks(low, high)),
        svg.label(f"↑ {words.text('axes.heel_out')}", 46.0, 14.0, "strong"),
        svg.label(f"↓ {words.text('axes.heel_in')}", 46.0, height - 6.0, "strong"),
        svg.element(
            "g", svg.label(shoe, width - 12.0, 14.0, "name strong", anchor="end"), *marks, class_=f"foot-{side}"
        ),
    ]
    return svg.figure(width, height, parts, alt)
