"""What the pages of a comparison show: the client's page and the fitter's sections, ready to place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from bikefit.comparison import ComparisonResult, FootComparison, labels
from bikefit.comparison import sentences as said_of
from bikefit.conventions import SIDES, Side
from bikefit.model import sentences
from bikefit.report.draw import comparison_charts, decision_charts
from bikefit.report.pages.sections import (
    Section,
    figure,
    findings_table,
    glossary,
    options,
    pedal_words,
    provenance_table,
    settings_table,
    shoes_header,
    shown,
    what_is_said,
)
from bikefit.report.pages.view import (
    LONG,
    NOTHING_GIVEN,
    SHORT,
    FigureView,
    Given,
    PageView,
    ShoeView,
    TableView,
    clean,
    from_above,
    system_line,
    wedges_and_cleat,
)
from bikefit.words import Interval, Words, known

MOST_BARS = 5
"""Most recordings that the client's page draws; the last ones."""


def comparison_page(words: Words, result: ComparisonResult, given: Given = NOTHING_GIVEN) -> PageView:
    """Make the whole report of a comparison."""
    feet = [result.feet[side] for side in SIDES if side in result.feet]
    band = float(result.settings["neutral_band_deg"])
    bars = {foot.side: _bars(words, foot, result) for foot in feet}
    x_range = decision_charts.sure_range([bar for each in bars.values() for bar in each], band)
    starts = [session.recording.start for session in result.sessions if session.recording.start]
    sections: list[Section] = [
        *_figures(words, result, feet, band),
        *(_recordings(words, foot) for foot in feet),
        _learned(words, feet),
        *_decision(words, feet, band),
        findings_table(words, _said(words, result, feet)),
        _provenance(words, result, given),
        glossary(words),
        settings_table(words, result.settings),
    ]
    return PageView(
        language=words.language,
        title=clean(given.title, SHORT) or words.text("page.title_comparison"),
        who=given.head(
            words,
            starts[-1].date() if starts else None,
            ("recordings", clean(words.listed(_in_short(labels(result.sessions))), SHORT)),
        ),
        shoes=tuple(_shoe(words, foot, result, bars[foot.side], x_range, band) for foot in feet),
        intro=words.text("page.intro_comparison"),
        sure_caption=words.text("page.sure_caption_comparison"),
        cautions=tuple(sentences.cautions_of(words, [foot.recommendation for foot in feet], result.system.placement)),
        system=system_line(words, result.system),
        colophon=words.text("page.colophon", version=result.version),
        sections=shown(sections),
    )


def _in_short(names: Sequence[str]) -> list[str]:
    """Return names of recordings for one line, the file once where the next section is of the same one.

    Examples
    --------
    >>> _in_short(["a.fit@lap1", "a.fit@lap2", "b.fit"])
    ['a.fit@lap1', '@lap2', 'b.fit']
    """
    files = ["", *(name.rpartition("@")[0] for name in names)]
    return [
        name.removeprefix(before) if before and name.startswith(f"{before}@") else name
        for name, before in zip(names, files, strict=False)
    ]


# ---- the client's page --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BelievedExcess:
    """An excess from all recordings together [deg]; its interval need not lie evenly about it."""

    deg: float
    interval_deg: Interval
    lower_bound: bool = False


def excess_now(foot: FootComparison) -> BelievedExcess:
    """Return the belief about the excess with the wedges that are on now."""
    nan = float("nan")
    for option in foot.recommendation.options:
        if option.wedges == foot.fitted_wedges:
            pinned = foot.recommendation.is_held
            return BelievedExcess(option.expected_deg, option.interval_deg, pinned)
    return BelievedExcess(nan, (nan, nan))


def _bars(words: Words, foot: FootComparison, result: ComparisonResult) -> list[decision_charts.Bar]:
    """Return the recordings' bars and the one expected after the change, the zero's error in all of them."""
    zeros = [each.feet[foot.side].excess.zero_sd_deg for each in result.sessions if foot.side in each.feet]
    zero_sd_deg = max((sd for sd in zeros if math.isfinite(sd)), default=0.0)
    bars = comparison_charts.recording_bars(words, foot, zero_sd_deg)[-MOST_BARS:]
    advised = foot.recommendation
    if bars and advised.change and advised.interval_deg is not None:
        named = words.text("drawing.with", wedges=advised.total or 0)
        bars.append((named, advised.expected_deg, advised.interval_deg))
    return bars


def _shoe(
    words: Words,
    foot: FootComparison,
    result: ComparisonResult,
    bars: list[decision_charts.Bar],
    x_range: Interval,
    band: float,
) -> ShoeView:
    """Make one shoe's part of the client's page."""
    advised, side = foot.recommendation, foot.side
    last = [session.feet[side] for session in result.sessions if side in session.feet][-1]
    said = said_of.measured(words, foot)
    if advised.next_step.action in ("test", "compare"):
        said = f"{said} {said_of.smallest_change(words, foot)}"
    rings, at_least = int(bool(advised.change)), _at_least(foot, result, len(bars))
    return ShoeView(
        side=side,
        name=words.shoe(side),
        headline=said_of.headline(words, foot),
        advice=said_of.keep(words, foot, result.system.cap),
        measured=said,
        outlook=said_of.outlook(words, foot),
        next=said_of.next_step(words, foot),
        sure=decision_charts.how_sure(words, side, bars, x_range, band, said, rings=rings, at_least=at_least),
        **from_above(words, side, last, advised, excess_now(foot)),
        **wedges_and_cleat(words, side, advised, foot.fitted_wedges, result.system),
    )


def _at_least(foot: FootComparison, result: ComparisonResult, bars: int) -> tuple[bool, ...]:
    """Tell of each bar whether a float stop hides part of it; what is expected after the change comes last."""
    of_foot = [each.feet[foot.side].excess for each in result.sessions if foot.side in each.feet]
    pinned = [excess.lower_bound for excess in of_foot if known(excess.deg)]
    if foot.recommendation.change:
        return (*pinned[len(pinned) - (bars - 1) :], False)
    return tuple(pinned[len(pinned) - bars :])


# ---- the fitter's sections ----------------------------------------------------------------------------------


def _figures(words: Words, result: ComparisonResult, feet: list[FootComparison], band: float) -> list[FigureView]:
    """Return the excess over the counts, the curves and their difference."""
    y_range, cant = comparison_charts.excess_range(words, feet), result.system.cant_deg
    placed = [foot for foot in feet if comparison_charts.recording_bars(words, foot)]
    panels = [comparison_charts.before_after(words, foot, cant, band, y_range) for foot in placed]
    shown = [figure(words, "before_after", panels)] if placed else []
    laid_over = [foot for foot in feet if foot.curves is not None]
    if laid_over:
        over = comparison_charts.curves_range(laid_over)
        found = [(foot.side, foot.curves) for foot in laid_over if foot.curves is not None]
        apart = comparison_charts.difference_range([each for _, each in found])
        shown.append(figure(words, "curves", (comparison_charts.curves(words, foot, over) for foot in laid_over)))
        panels = [comparison_charts.difference(words, side, each, apart) for side, each in found]
        where = " ".join(said_of.where_it_differs(words, side, each) for side, each in found)
        shown.append(figure(words, "difference", panels, where=where))
    return shown


def _recordings(words: Words, foot: FootComparison) -> TableView:
    """Return one foot's recordings with their numbers, and what the pedal measured where it measured anything."""
    witness = any(item.pedal.known for item in foot.recordings)
    names = _in_short([item.label for item in foot.recordings])
    rows = tuple(
        (
            words.text("compared.used" if item.used else "compared.unused", number=number, name=clean(name, SHORT)),
            words.text("words.unknown") if item.wedges is None else words.wedges(item.wedges),
            words.signed_degrees(item.value_deg),
            words.degrees(item.standard_error_deg, 2),
            words.signed_degrees(item.cleat_turn_deg),
            *(pedal_words(words, item.pedal) if witness else ()),
        )
        for number, (item, name) in enumerate(zip(foot.recordings, names, strict=True), start=1)
    )
    shoe = words.shoe(foot.side)
    header = words.columns("tables.recordings_columns")
    caption = ""
    if witness:
        header = (*header, *words.columns("tables.pedal_columns"))
        caption = words.text("tables.pedal_caption")
    return TableView(f"recordings-{foot.side}", words.text("tables.recordings", shoe=shoe), header, rows, caption)


def _learned(words: Words, feet: list[FootComparison]) -> TableView:
    """Return what the recordings say together, one column per shoe."""
    columns = [_foot_learned(words, foot) for foot in feet]
    rows = (
        tuple((words.text(f"compared.{key}"), *(column[key] for column in columns)) for key in columns[0])
        if columns
        else ()
    )
    header, caption = shoes_header(words, feet), words.text("tables.learned_caption")
    return TableView("learned", words.text("tables.learned"), header, rows, caption)


def _foot_learned(words: Words, foot: FootComparison) -> dict[str, str]:
    """Return one shoe's printed numbers by their key in the texts."""
    change, response, unknown = foot.change, foot.response, words.text("words.unknown")
    return {
        "row_change": words.signed_degrees(change.deg) if change else unknown,
        "row_change_interval": words.signed_interval(change.interval_deg) if change else unknown,
        "row_detected": words.text("compared.yes" if change.detected else "compared.no") if change else unknown,
        "row_smallest_before": words.degrees(foot.minimal_detectable_change_before_deg),
        "row_smallest": words.degrees(foot.minimal_detectable_change_deg),
        "row_between": words.text(
            "compared.between_of",
            sd=words.degrees(foot.between_recording_sd_deg, 2),
            interval=words.interval(foot.between_recording_sd_interval_deg, 2),
        ),
        "row_drift": words.signed_degrees(foot.drift_deg_per_recording, 2),
        "row_response": words.signed_degrees(response.mean, 2),
        "row_response_sd": words.degrees(response.sd, 2),
        "row_response_interval": words.signed_interval(response.interval),
        "row_heel_in": words.percent(response.probability_heel_in),
    }


def _decision(words: Words, feet: list[FootComparison], band: float) -> list[Section]:
    """Return the response, the options and what one more recording is worth, for the feet with a decision."""
    decided = [foot for foot in feet if foot.recommendation.options]
    if not decided:
        return []
    responses = (
        decision_charts.response(
            words,
            words.shoe(foot.side),
            foot.side,
            foot.response_belief or NormalDist(foot.response.mean, foot.response.sd),
            NormalDist(foot.response.prior.mean, foot.response.prior.sd) if foot.change else None,
        )
        for foot in decided
    )
    return [
        figure(words, "response", responses),
        *options(words, decided, band),
        *(_next_recordings(words, foot) for foot in decided),
    ]


def _next_recordings(words: Words, foot: FootComparison) -> TableView:
    """Return what one more recording at each count is worth."""
    rows = tuple(
        (
            words.wedges(item.wedges),
            words.degrees(item.miss_now_deg, 2),
            words.degrees(item.expected_miss_deg, 2),
            words.degrees(item.gain_deg, 2),
        )
        for item in foot.next_recordings
    )
    header = words.columns("tables.next_columns")
    shoe = words.shoe(foot.side)
    return TableView(
        f"next-{foot.side}", words.text("tables.next", shoe=shoe), header, rows, words.text("tables.next_caption")
    )


def _said(words: Words, result: ComparisonResult, feet: list[FootComparison]) -> Iterable[tuple[Side | None, str, str]]:
    """Yield what is said of the comparison, of its feet and of the recordings behind it."""
    yield from what_is_said(words, result.findings, feet)
    for session, label in zip(result.sessions, labels(result.sessions), strict=True):
        for item in session.findings:
            name, message = clean(label, SHORT), words.finding(item)
            yield None, item.level, words.text("terminal.for_shoe", shoe=name, message=message)


def _provenance(words: Words, result: ComparisonResult, given: Given) -> TableView:
    """Return where the numbers come from: files, bytes, versions."""
    rows = [
        (
            words.text("provenance.recording", number=number),
            words.text(
                "provenance.recording_of",
                name=clean(label, LONG),
                low=words.clock(session.recording.from_s),
                high=words.clock(session.recording.to_s),
                sha256=session.recording.sha256,
            ),
        )
        for number, (session, label) in enumerate(zip(result.sessions, labels(result.sessions), strict=True), start=1)
    ]
    remounted = words.text("compared.yes" if result.remounted else "compared.no")
    return provenance_table(words, rows, given, [("remounted", remounted), ("version", result.version)])
