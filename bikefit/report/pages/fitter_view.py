"""The fitter's sections: every figure and table behind the client's page, ready to place."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import replace
from statistics import NormalDist

import numpy as np

from bikefit.conventions import REJECT_REASONS, Side
from bikefit.model import FootResult, SessionResult
from bikefit.report import numbers, sentences
from bikefit.report.draw import decision_charts, stroke_charts
from bikefit.report.draw.panel import Panel, padded
from bikefit.report.draw.stroke_charts import FootCurves
from bikefit.report.pages.downloads import stroke_download
from bikefit.report.pages.shared_tables import findings_table, glossary, options_table, settings_table
from bikefit.report.pages.view import LONG, FigureView, PageView, TableView, clean, client_view
from bikefit.report.texts import text
from bikefit.response import minimal_detectable_change_deg

Section = FigureView | TableView


def session_view(
    result: SessionResult, *, title: str = "", rider: str = "", fitter: str = "", date: dt.date | None = None
) -> PageView:
    """Make the whole report of a session: the client's page and the fitter's sections.

    Parameters
    ----------
    result : SessionResult
        An analysed session.
    title, rider, fitter : str
        What the user wants on the page.
    date : datetime.date, optional
        Of the fitting; the ride's own where it is left out.

    Returns
    -------
    PageView
        Complete.
    """
    page = client_view(result, title=title, rider=rider, fitter=fitter, date=date)
    feet = [foot for _, foot in sorted(result.feet.items())]
    sections: list[Section] = [
        _numbers(result, feet),
        *_stroke_figures(result),
        *_decision(result, feet),
        _rejected(feet),
        _findings(result, feet),
        _provenance(result, rider, fitter, title),
        settings_table(result.settings),
        glossary(),
    ]
    kept = tuple(section for section in sections if isinstance(section, FigureView) or section.rows)
    return replace(page, sections=kept, download=stroke_download(result))


def _figure(key: str, panels: Iterable[Panel], caption: str = "") -> FigureView:
    return FigureView(key, text(f"figures.{key}"), caption or text(f"figures.{key}_caption"), tuple(panels))


# ---- what was measured --------------------------------------------------------------------------------------


def _numbers(result: SessionResult, feet: list[FootResult]) -> TableView:
    """Return the table of all that was measured, a column a shoe."""
    measured = [_foot_numbers(foot, float(result.settings["between_recording_sd_deg"])) for foot in feet]
    rows = [(text(f"numbers.{key}"), *(column[key] for column in measured)) for key in measured[0]] if measured else []
    if numbers.known(result.asymmetry_deg):
        gap = numbers.signed_degrees(result.asymmetry_deg)
        rows.append((text("numbers.asymmetry"), *([""] * (len(feet) - 1)), gap))
    header = ("", *(text(f"advice.shoe_{foot.side}") for foot in feet))
    return TableView("numbers", text("tables.numbers"), header, tuple(rows), text("tables.numbers_caption"))


def _foot_numbers(foot: FootResult, between_sd_deg: float) -> dict[str, str]:
    """Return one shoe's printed numbers by their key in the texts."""
    strokes, rotation, excess = foot.strokes, foot.rotation, foot.excess
    advised, degrees = foot.recommendation, numbers.signed_degrees
    reference = text(f"reference.{strokes.reference}") if strokes.reference else text("words.unknown")
    peak = degrees(rotation.peak_deg)
    if numbers.known(rotation.peak_crank_deg):
        peak = text("numbers.peak_at", peak=peak, at=numbers.degrees(rotation.peak_crank_deg, 0))
    stop = rotation.float_stop
    error = math.hypot(rotation.standard_error_deg, between_sd_deg)
    return {
        "strokes": text("terminal.strokes_value", used=strokes.used, found=strokes.found),
        "cadence": text("terminal.cadence_value", rpm=numbers.fixed(strokes.cadence_rpm, 0)),
        "reference": reference,
        "rotation": degrees(rotation.value_deg),
        "rotation_interval": numbers.signed_interval(rotation.interval_deg),
        "standard_error": numbers.degrees(rotation.standard_error_deg, 2),
        "smallest": numbers.degrees(minimal_detectable_change_deg(error, error)),
        "metric": text(f"metric.{rotation.metric}"),
        "mean": degrees(rotation.mean_deg),
        "power_phase": degrees(rotation.power_phase_deg),
        "recovery_phase": degrees(rotation.recovery_phase_deg),
        "peak": peak,
        "range": numbers.degrees(rotation.range_deg),
        "stroke_sd": numbers.degrees(rotation.stroke_sd_deg, 2),
        "trend": degrees(rotation.trend_deg_per_h, 2),
        "float_stop": text("numbers.stop_at", deg=degrees(stop.deg), share=numbers.percent(stop.share))
        if stop
        else text("numbers.no_stop"),
        "neutral": text("numbers.neutral_of", deg=degrees(foot.neutral.deg), kind=text(f"neutral.{foot.neutral.kind}")),
        "excess": degrees(excess.deg),
        "excess_interval": numbers.signed_interval(excess.interval_deg),
        "fitted": sentences.wedges(foot.fitted_wedges),
        "target": text("words.unknown") if advised.total is None else sentences.wedges(advised.total),
        "cleat_alone": degrees(advised.cleat_alone_deg),
        "cleat_after": degrees(advised.cleat_after_wedges_deg),
    }


def _stroke_figures(result: SessionResult) -> list[Section]:
    """Return the figures of the strokes, for the feet that have any."""
    feet = stroke_charts.foot_curves(result)
    if not feet:
        return []
    over, values = stroke_charts.curve_range(feet), stroke_charts.values_range(feet)
    span = result.recording.from_s, result.recording.to_s
    means = [float(end) for each in feet for end in (np.nanmin(each.mean - each.sd), np.nanmax(each.mean + each.sd))]
    face = padded([*means, *(each.neutral_deg or 0.0 for each in feet)])
    turning = "" if all(each.is_crank for each in feet) else text("figures.clock_face_phase_caption")
    figures: list[Section] = [
        _figure("over_crank", (stroke_charts.over_crank(each, over) for each in feet)),
        _figure("clock_face", (stroke_charts.clock_face(each, face) for each in feet), turning),
    ]
    if len(feet) > 1:
        gap = numbers.signed_degrees(result.asymmetry_deg)
        caption = text("figures.both_feet_caption", asymmetry=gap)
        figures.append(_figure("both_feet", [stroke_charts.both_feet(feet, over)], caption))
    figures.append(_figure("over_ride", (stroke_charts.over_ride(each, values, span) for each in feet)))
    for column in ("cadence_rpm", "power_w"):
        if stroke_charts.varies(feet, column):
            x_range = stroke_charts.companion_range(feet, column)
            panels = (stroke_charts.against(each, column, x_range, values) for each in feet if _has(each, column))
            figures.append(_figure(f"against_{column}", panels))
    figures.append(_figure("against_neutral", (stroke_charts.against_neutral(each, values) for each in feet)))
    return figures


def _has(each: FootCurves, column: str) -> bool:
    return bool(np.isfinite(each.used[column].to_numpy(float)).any())


# ---- what was decided ---------------------------------------------------------------------------------------


def _decision(result: SessionResult, feet: list[FootResult]) -> list[Section]:
    """Return the options and the response, for the feet that have a decision."""
    decided = [foot for foot in feet if decision_charts.is_decided(foot)]
    if not decided:
        return []
    band = float(result.settings["neutral_band_deg"])
    y_range = decision_charts.options_range([foot.recommendation for foot in decided])
    drawn = (
        decision_charts.options(foot.side, foot.recommendation, foot.fitted_wedges, band, y_range) for foot in decided
    )
    return [
        _figure("options", drawn),
        *(options_table(foot.side, foot.recommendation, foot.fitted_wedges) for foot in decided),
        _figure("response", _responses(result, decided)),
    ]


def _responses(result: SessionResult, decided: list[FootResult]) -> list[Panel]:
    """Return one panel where both feet share the assumption, else one a foot."""
    used = [foot.recommendation.response for foot in decided]
    beliefs = [NormalDist(each.mean, each.sd) for each in used]
    if len(set(used)) == 1 and used[0].source == "assumption":
        return [decision_charts.response(text("figures.assumed"), None, beliefs[0])]
    prior = NormalDist(float(result.settings["response_mean"]), float(result.settings["response_sd"]))
    return [
        decision_charts.response(
            text(f"advice.shoe_{foot.side}"), foot.side, belief, prior if each.source == "own" else None
        )
        for foot, belief, each in zip(decided, beliefs, used, strict=True)
    ]


# ---- where it comes from ------------------------------------------------------------------------------------


def _rejected(feet: list[FootResult]) -> TableView:
    """Return how many strokes were left out, and why."""
    seen = [reason for reason in REJECT_REASONS if any(foot.strokes.rejected.get(reason) for foot in feet)]
    rows = tuple(
        (text(f"reject.{reason}"), *(str(foot.strokes.rejected.get(reason, 0)) for foot in feet)) for reason in seen
    )
    header = ("", *(text(f"advice.shoe_{foot.side}") for foot in feet))
    return TableView("rejected", text("tables.rejected"), header, rows)


def _findings(result: SessionResult, feet: list[FootResult]) -> TableView:
    """Return all findings and the reasons of the decision."""
    said: list[tuple[Side | None, str, str]] = [(None, item.level, str(item)) for item in result.findings]
    for foot in feet:
        said += [(foot.side, item.level, str(item)) for item in foot.findings]
        said += [(foot.side, "info", str(reason)) for reason in foot.recommendation.reasons]
    return findings_table(said)


def _provenance(result: SessionResult, rider: str, fitter: str, title: str) -> TableView:
    """Return where the numbers come from: file, bytes, section, version."""
    recording = result.recording
    start = recording.start.strftime("%Y-%m-%d %H:%M:%S %Z").strip() if recording.start else ""
    section = text("words.to", low=numbers.clock(recording.from_s), high=numbers.clock(recording.to_s))
    said = {
        "file": clean(recording.name, LONG),
        "sha256": recording.sha256,
        "format": recording.format,
        "start": start,
        "section": section,
        "rate": text("provenance.hertz", rate=numbers.fixed(recording.sampling_rate_hz)),
        "system": text(
            "provenance.system_of", name=clean(result.system.name, LONG), source=clean(result.system.source, LONG),
            date=clean(result.system.date, LONG),
        ),
        "title": clean(title, LONG),
        "rider": clean(rider, LONG),
        "fitter": clean(fitter, LONG),
        "version": result.version,
    }  # fmt: skip
    rows = tuple((text(f"provenance.{key}"), words) for key, words in said.items() if words)
    header = tuple(text("tables.provenance_columns").split("|"))
    return TableView("provenance", text("tables.provenance"), header, rows, numeric=False)
