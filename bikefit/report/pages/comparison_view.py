"""What the pages of a comparison show: the client's page and the fitter's sections, ready to place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

from bikefit.comparison import ComparisonResult, FootComparison, labels
from bikefit.conventions import SIDES, Side
from bikefit.report import numbers, sentences
from bikefit.report.comparison_sentences import smallest_change, where_it_differs
from bikefit.report.draw import comparison_charts, decision_charts, shoes
from bikefit.report.draw.panel import Panel
from bikefit.report.pages.shared_tables import findings_table, glossary, options_table, settings_table
from bikefit.report.pages.view import (
    LONG,
    SHORT,
    FigureView,
    PageView,
    ShoeView,
    TableView,
    above_view,
    above_words,
    angle_view,
    angle_words,
    behind_view,
    behind_words,
    clean,
    plain_degrees,
    system_line,
)
from bikefit.report.texts import text

MOST_BARS = 5
"""Most recordings that the client's page draws; the last ones."""


def comparison_page(
    result: ComparisonResult, *, title: str = "", rider: str = "", fitter: str = "", date: dt.date | None = None
) -> PageView:
    """Make the whole report of a comparison.

    Parameters
    ----------
    result : ComparisonResult
        Several recordings of one rider.
    title, rider, fitter : str
        What the user wants on the page.
    date : datetime.date, optional
        Of the fitting; the last recording's own where it is left out.

    Returns
    -------
    PageView
        Complete.
    """
    feet = [result.feet[side] for side in SIDES if side in result.feet]
    band = float(result.settings["neutral_band_deg"])
    bars = {foot.side: _bars(foot) for foot in feet}
    x_range = decision_charts.sure_range([bar for each in bars.values() for bar in each], band)
    varus = any((foot.recommendation.change or 0) > 0 for foot in feet)
    sections: list[FigureView | TableView] = [
        *_figures(result, feet, band),
        *(_recordings(foot) for foot in feet),
        _learned(feet),
        *_decision(feet, band),
        findings_table(_said(result, feet)),
        _provenance(result, {"title": title, "rider": rider, "fitter": fitter}),
        settings_table(result.settings),
        glossary(),
    ]
    return PageView(
        language="en",
        title=clean(title, SHORT) or text("page.title_comparison"),
        who=_who(result, rider, fitter, date),
        shoes=tuple(_shoe(foot, result, bars[foot.side], x_range, band) for foot in feet),
        intro=text("page.intro_comparison"),
        sure_caption=text("page.sure_caption_comparison"),
        cautions=tuple(sentences.cautions(varus)),
        system=system_line(result.system),
        colophon=text("page.colophon", version=result.version),
        sections=tuple(section for section in sections if isinstance(section, FigureView) or section.rows),
    )


def _who(result: ComparisonResult, rider: str, fitter: str, date: dt.date | None) -> tuple[tuple[str, str], ...]:
    """Return the head of the page as pairs of label and text."""
    starts = [session.recording.start for session in result.sessions if session.recording.start]
    day = date or (starts[-1].date() if starts else None)
    said = (
        ("rider", clean(rider, SHORT)),
        ("fitter", clean(fitter, SHORT)),
        ("date", day.isoformat() if day else ""),
        ("recordings", clean(", ".join(labels(result.sessions)), SHORT)),
    )
    return tuple((text(f"page.{key}"), words) for key, words in said if words)


# ---- the client's page --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BelievedExcess:
    """An excess from all recordings together [deg]; its interval need not lie evenly about it."""

    deg: float
    interval_deg: numbers.Interval
    lower_bound: bool = False


def excess_now(foot: FootComparison) -> BelievedExcess:
    """Return the belief about the excess with the wedges that are on now.

    Parameters
    ----------
    foot : FootComparison
        One foot.

    Returns
    -------
    BelievedExcess
        From all recordings together; NaN where nothing was decided.
    """
    nan = float("nan")
    for option in foot.recommendation.options:
        if option.wedges == foot.fitted_wedges:
            return BelievedExcess(option.expected_deg, option.interval_deg)
    return BelievedExcess(nan, (nan, nan))


def _bars(foot: FootComparison) -> list[decision_charts.Bar]:
    """Return the recordings' bars and the one expected after the change."""
    bars = comparison_charts.recording_bars(foot)[-MOST_BARS:]
    advised = foot.recommendation
    if bars and advised.change and advised.interval_deg is not None:
        words = text("drawing.with", wedges=sentences.wedges(advised.total or 0))
        bars.append((words, advised.expected_deg, advised.interval_deg))
    return bars


def _shoe(
    foot: FootComparison,
    result: ComparisonResult,
    bars: list[decision_charts.Bar],
    x_range: numbers.Interval,
    band: float,
) -> ShoeView:
    """Make one shoe's part of the client's page."""
    advised, fitted, side = foot.recommendation, foot.fitted_wedges, foot.side
    excess = excess_now(foot)
    above, above_caption = _above(foot, result, excess)
    behind_caption = behind_words(advised, fitted)
    measured = plain_degrees(str(foot.verdict)) if foot.verdict else sentences.measured(excess)
    if foot.change is None and numbers.known(foot.minimal_detectable_change_before_deg):
        measured = f"{measured} {smallest_change(foot)}"
    following = foot.next_recording
    expects = bool(advised.change)
    return ShoeView(
        side=side,
        name=text(f"advice.shoe_{side}"),
        headline=sentences.headline(advised, fitted),
        advice=plain_degrees(sentences.advice(side, advised, fitted, result.system.cap)),
        measured=measured,
        outlook=sentences.outlook(advised, fitted),
        next=plain_degrees(str(following)) if following else sentences.what_next(advised, fitted),
        above=shoes.from_above(side, above, above_caption),
        above_caption=above_caption,
        behind=shoes.from_behind(side, behind_view(advised, fitted, result.system), behind_caption),
        behind_caption=behind_caption,
        sure=decision_charts.how_sure(side, bars, x_range, band, measured, rings=int(expects)) if bars else "",
    )


def _above(
    foot: FootComparison, result: ComparisonResult, excess: BelievedExcess
) -> tuple[shoes.AboveView | None, str]:
    """Return the drawing from above and its words; without a neutral, of the last recording's own zero."""
    if numbers.known(excess.deg):
        return angle_view(excess, 0.0), angle_words(excess.deg)
    last = [session.feet[foot.side] for session in result.sessions if foot.side in session.feet][-1]
    return above_view(last), above_words(last)


# ---- the fitter's sections ----------------------------------------------------------------------------------


def _figure(key: str, panels: Iterable[Panel], **values: str) -> FigureView:
    return FigureView(key, text(f"figures.{key}"), text(f"figures.{key}_caption", **values), tuple(panels))


def _figures(result: ComparisonResult, feet: list[FootComparison], band: float) -> list[FigureView]:
    """Return the excess over the counts, the curves and their difference."""
    y_range, cant = comparison_charts.excess_range(feet), result.system.cant_deg
    placed = [foot for foot in feet if comparison_charts.recording_bars(foot)]
    panels = [comparison_charts.before_after(foot, cant, band, y_range) for foot in placed]
    shown = [_figure("before_after", panels)] if placed else []
    laid_over = [foot for foot in feet if foot.curves is not None]
    if laid_over:
        over = comparison_charts.curves_range(laid_over)
        found = [(foot.side, foot.curves) for foot in laid_over if foot.curves is not None]
        apart = comparison_charts.difference_range([each for _, each in found])
        shown.append(_figure("curves", (comparison_charts.curves(foot, over) for foot in laid_over)))
        panels = [comparison_charts.difference(side, each, apart) for side, each in found]
        where = " ".join(where_it_differs(side, each) for side, each in found)
        shown.append(_figure("difference", panels, where=where))
    return shown


def _recordings(foot: FootComparison) -> TableView:
    """Return one foot's recordings with their numbers."""
    rows = tuple(
        (
            text("compared.used" if item.used else "compared.unused", number=number, name=clean(item.name, SHORT)),
            text("words.unknown") if item.wedges is None else sentences.wedges(item.wedges),
            numbers.signed_degrees(item.value_deg),
            numbers.degrees(item.standard_error_deg, 2),
            numbers.signed_degrees(item.cleat_turn_deg),
        )
        for number, item in enumerate(foot.recordings, start=1)
    )
    shoe = text(f"advice.shoe_{foot.side}")
    header = tuple(text("tables.recordings_columns").split("|"))
    return TableView(f"recordings-{foot.side}", text("tables.recordings", shoe=shoe), header, rows)


def _learned(feet: list[FootComparison]) -> TableView:
    """Return what the recordings say together, a column a shoe."""
    columns = [_foot_learned(foot) for foot in feet]
    rows = (
        tuple((text(f"compared.{key}"), *(column[key] for column in columns)) for key in columns[0]) if columns else ()
    )
    header = ("", *(text(f"advice.shoe_{foot.side}") for foot in feet))
    return TableView("learned", text("tables.learned"), header, rows, text("tables.learned_caption"))


def _foot_learned(foot: FootComparison) -> dict[str, str]:
    """Return one shoe's printed numbers by their key in the texts."""
    change, response, unknown = foot.change, foot.response, text("words.unknown")
    between = numbers.degrees(foot.between_recording_sd_deg, 2)
    source = "learned" if foot.between_recording_sd_learnt else "assumed"
    return {
        "row_change": numbers.signed_degrees(change.deg) if change else unknown,
        "row_change_interval": numbers.signed_interval(change.interval_deg) if change else unknown,
        "row_detected": text("compared.yes" if change.detected else "compared.no") if change else unknown,
        "row_smallest_before": numbers.degrees(foot.minimal_detectable_change_before_deg),
        "row_smallest": numbers.degrees(foot.minimal_detectable_change_deg),
        "row_between": text("compared.between_of", sd=between, source=text(f"compared.{source}")),
        "row_response": numbers.signed_degrees(response.mean, 2),
        "row_response_sd": numbers.degrees(response.sd, 2),
        "row_response_interval": numbers.signed_interval(response.interval),
        "row_heel_in": numbers.percent(response.probability_heel_in),
    }


def _decision(feet: list[FootComparison], band: float) -> list[FigureView | TableView]:
    """Return the response, the options and what one more recording is worth, for the feet with a decision."""
    decided = [foot for foot in feet if foot.recommendation.options]
    if not decided:
        return []
    y_range = decision_charts.options_range([foot.recommendation for foot in decided])
    drawn = (
        decision_charts.options(foot.side, foot.recommendation, foot.fitted_wedges, band, y_range) for foot in decided
    )
    responses = (
        decision_charts.response(
            text(f"advice.shoe_{foot.side}"),
            foot.side,
            foot.response_belief or NormalDist(foot.response.mean, foot.response.sd),
            NormalDist(foot.response.prior.mean, foot.response.prior.sd) if foot.change else None,
        )
        for foot in decided
    )
    return [
        _figure("response", responses),
        _figure("options", drawn),
        *(options_table(foot.side, foot.recommendation, foot.fitted_wedges) for foot in decided),
        *(_next_recordings(foot) for foot in decided),
    ]


def _next_recordings(foot: FootComparison) -> TableView:
    """Return what one more recording at each count is worth."""
    rows = tuple(
        (
            sentences.wedges(item.wedges),
            numbers.degrees(item.miss_now_deg, 2),
            numbers.degrees(item.expected_miss_deg, 2),
            numbers.degrees(item.gain_deg, 2),
        )
        for item in foot.next_recordings
    )
    header = tuple(text("tables.next_columns").split("|"))
    shoe = text(f"advice.shoe_{foot.side}")
    return TableView(f"next-{foot.side}", text("tables.next", shoe=shoe), header, rows, text("tables.next_caption"))


def _said(result: ComparisonResult, feet: list[FootComparison]) -> Iterable[tuple[Side | None, str, str]]:
    """Return findings of the comparison, of its feet and of the recordings behind it."""
    yield from ((None, item.level, str(item)) for item in result.findings)
    for foot in feet:
        yield from ((foot.side, item.level, str(item)) for item in foot.findings)
        yield from ((foot.side, "info", str(reason)) for reason in foot.recommendation.reasons)
    for session in result.sessions:
        for item in session.findings:
            words = text("terminal.for_shoe", shoe=clean(session.recording.name, SHORT), message=str(item))
            yield None, item.level, words


def _provenance(result: ComparisonResult, given: dict[str, str]) -> TableView:
    """Return where the numbers come from: files, bytes, versions."""
    rows = [
        (
            text("provenance.recording", number=number),
            text(
                "provenance.recording_of",
                name=clean(session.recording.name, LONG),
                low=numbers.clock(session.recording.from_s),
                high=numbers.clock(session.recording.to_s),
                sha256=session.recording.sha256,
            ),
        )
        for number, session in enumerate(result.sessions, start=1)
    ]
    rows += [(text(f"provenance.{key}"), clean(words, LONG)) for key, words in given.items() if clean(words, LONG)]
    rows += [
        (text("provenance.remounted"), text("compared.yes" if result.remounted else "compared.no")),
        (text("provenance.version"), result.version),
    ]
    header = tuple(text("tables.provenance_columns").split("|"))
    return TableView("provenance", text("tables.provenance"), header, tuple(rows), numeric=False)
