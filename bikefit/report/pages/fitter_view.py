"""The fitter's sections: every figure and table behind the client's page, ready to place."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np

from bikefit.conventions import REJECT_REASONS, STROKE_ANGLES, STROKE_COMPANIONS
from bikefit.model import FootResult, SessionResult, sentences
from bikefit.model.pedal import pedal_measures
from bikefit.report.draw import against_charts, crank_charts, decision_charts, ride_charts
from bikefit.report.draw.foot_curves import curve_range, foot_curves, values_range
from bikefit.report.draw.panel import Panel, padded
from bikefit.report.pages.downloads import stroke_download
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
from bikefit.report.pages.view import LONG, NOTHING_GIVEN, Given, PageView, TableView, clean, client_view
from bikefit.words import Words, known


def session_view(
    words: Words, result: SessionResult, given: Given = NOTHING_GIVEN, *, on_screen: bool = True
) -> PageView:
    """Make the whole report of a session: the client's page, the fitter's sections and, on a screen, the strokes."""
    feet = [foot for _, foot in sorted(result.feet.items())]
    sections: list[Section] = [
        _numbers(words, result, feet),
        *_stroke_figures(words, result),
        *_decision(words, result, feet),
        _rejected(words, feet),
        findings_table(words, what_is_said(words, result.findings, feet)),
        _provenance(words, result, given),
        glossary(words),
        settings_table(words, result.settings),
    ]
    download = stroke_download(words, result) if on_screen else None
    return replace(client_view(words, result, given), sections=shown(sections), download=download)


# ---- what was measured --------------------------------------------------------------------------------------


def _numbers(words: Words, result: SessionResult, feet: list[FootResult]) -> TableView:
    """Return the table of all that was measured, one column per shoe."""
    measured = [_foot_numbers(words, foot) for foot in feet]
    rows = (
        [(words.text(f"numbers.{key}"), *(column[key] for column in measured)) for key in measured[0]]
        if measured
        else []
    )
    if known(result.asymmetry_deg):
        gap = words.signed_degrees(result.asymmetry_deg)
        rows.append((words.text("numbers.asymmetry"), *([""] * (len(feet) - 1)), gap))
    pedals = [pedal_measures(result.companions, foot.side) for foot in feet]
    if any(pedal.known for pedal in pedals):
        cells = zip(*(pedal_words(words, pedal) for pedal in pedals), strict=True)
        rows += [(name, *row) for name, row in zip(words.columns("tables.pedal_columns"), cells, strict=True)]
    header, caption = shoes_header(words, feet), words.text("tables.numbers_caption")
    return TableView("numbers", words.text("tables.numbers"), header, tuple(rows), caption)


def _foot_numbers(words: Words, foot: FootResult) -> dict[str, str]:
    """Return one shoe's printed numbers by their key in the texts."""
    strokes, rotation, excess = foot.strokes, foot.rotation, foot.excess
    advised, degrees = foot.recommendation, words.signed_degrees
    reference = words.text(f"reference.{strokes.reference}") if strokes.reference else words.text("words.unknown")
    angles = {row.code: degrees(rotation.angles_deg[row.column]) for row in STROKE_ANGLES}
    if known(rotation.peak_crank_deg):
        angles["peak"] = words.text(
            "numbers.peak_at", peak=angles["peak"], at=words.degrees(rotation.peak_crank_deg, 0)
        )
    stop = rotation.float_stop
    return {
        "strokes": words.text("terminal.strokes_value", used=strokes.used, found=strokes.found),
        "cadence": words.text("terminal.cadence_value", rpm=words.fixed(strokes.cadence_rpm, 0)),
        "reference": reference,
        "rotation": degrees(rotation.value_deg),
        "rotation_interval": words.signed_interval(rotation.interval_deg),
        "standard_error": words.degrees(rotation.standard_error_deg, 2),
        "smallest": words.degrees(foot.visible.pair_deg),
        "smallest_visit": words.degrees(foot.visible.visit_deg),
        "metric": words.text(f"metric.{rotation.metric}"),
        **angles,
        "range": words.degrees(rotation.range_deg),
        "stroke_sd": words.degrees(rotation.stroke_sd_deg, 2),
        "trend": ride_charts.trend_words(words, foot),
        "float_stop": words.text("numbers.stop_at", deg=degrees(stop.deg), share=words.percent(stop.share))
        if stop
        else words.text("numbers.no_stop"),
        "neutral": words.text(
            "numbers.neutral_of", deg=degrees(foot.neutral.deg), kind=words.text(f"neutral.{foot.neutral.kind}")
        ),
        "excess": degrees(excess.deg),
        "excess_interval": words.signed_interval(excess.interval_deg),
        "fitted": foot.fitted_in_words(words),
        "target": sentences.advised_wedges(words, advised),
        "cleat": sentences.cleat_turn(words, advised.cleat),
        "cleat_nose": sentences.cleat_nose(words, advised.cleat),
    }


def _stroke_figures(words: Words, result: SessionResult) -> list[Section]:
    """Return the figures of the strokes, for the feet that have any."""
    feet = foot_curves(words, result)
    if not feet:
        return []
    over, values = curve_range(feet), values_range(feet)
    span = result.recording.from_s, result.recording.to_s
    means = [float(end) for each in feet for end in (np.nanmin(each.mean - each.sd), np.nanmax(each.mean + each.sd))]
    face = padded([*means, *(each.neutral_deg or 0.0 for each in feet)])
    turning = "" if all(each.is_crank for each in feet) else words.text("figures.clock_face_phase_caption")
    figures: list[Section] = [
        figure(words, "over_crank", (crank_charts.over_crank(words, each, over) for each in feet)),
        figure(words, "clock_face", (crank_charts.clock_face(words, each, face) for each in feet), turning),
    ]
    if len(feet) > 1:
        gap = words.signed_degrees(result.asymmetry_deg)
        caption = words.text("figures.both_feet_caption", asymmetry=gap)
        figures.append(figure(words, "both_feet", [crank_charts.both_feet(words, feet, over)], caption))
    figures.append(figure(words, "over_ride", (ride_charts.over_ride(words, each, values, span) for each in feet)))
    for companion in STROKE_COMPANIONS:
        if against_charts.varies(feet, companion):
            column = companion.canonical
            x_range = against_charts.companion_range(feet, column)
            panels = (against_charts.against(words, each, column, x_range, values) for each in feet if each.has(column))
            figures.append(figure(words, f"against_{column}", panels))
    figures.append(
        figure(words, "against_neutral", (against_charts.against_neutral(words, each, values) for each in feet))
    )
    return figures


# ---- what was decided ---------------------------------------------------------------------------------------


def _decision(words: Words, result: SessionResult, feet: list[FootResult]) -> list[Section]:
    """Return the options and the response, for the feet that have a decision."""
    advised = [(foot, foot.recommendation) for foot in feet]
    decided = [foot for foot, each in advised if each.options and known(each.response.mean)]
    if not decided:
        return []
    band = float(result.settings["neutral_band_deg"])
    return [*options(words, decided, band), figure(words, "response", _responses(words, result, decided))]


def _responses(words: Words, result: SessionResult, decided: list[FootResult]) -> list[Panel]:
    """Return one panel where both feet share the assumption, else one per foot."""
    used = [foot.recommendation.response for foot in decided]
    beliefs = [NormalDist(each.mean, each.sd) for each in used]
    if len(set(used)) == 1 and used[0].source == "assumption":
        return [decision_charts.response(words, words.text("figures.assumed"), None, beliefs[0])]
    prior = NormalDist(float(result.settings["response_mean"]), float(result.settings["response_sd"]))
    return [
        decision_charts.response(
            words, words.shoe(foot.side), foot.side, belief, prior if each.source == "own" else None
        )
        for foot, belief, each in zip(decided, beliefs, used, strict=True)
    ]


# ---- where it comes from ------------------------------------------------------------------------------------


def _rejected(words: Words, feet: list[FootResult]) -> TableView:
    """Return how many strokes were left out, and why."""
    seen = [reason for reason in REJECT_REASONS if any(foot.strokes.rejected.get(reason) for foot in feet)]
    rows = tuple(
        (words.text(f"reject.{reason}"), *(str(foot.strokes.rejected.get(reason, 0)) for foot in feet))
        for reason in seen
    )
    return TableView("rejected", words.text("tables.rejected"), shoes_header(words, feet), rows)


def _provenance(words: Words, result: SessionResult, given: Given) -> TableView:
    """Return where the numbers come from: file, bytes, section, version."""
    recording, system = result.recording, result.system
    said = {
        "file": clean(recording.name, LONG),
        "sha256": recording.sha256,
        "format": recording.format,
        "start": words.moment(recording.start) if recording.start else "",
        "section": words.stretch(recording.from_s, recording.to_s),
        "rate": words.text("inspect.rate", rate=words.fixed(recording.sampling_rate_hz)),
        "system": words.text(
            "provenance.system_of", name=clean(system.name, LONG),
            source=clean(words.of_system(system.source), LONG),
            date=clean(words.day(system.date), LONG),
        ),
    }  # fmt: skip
    rows = ((words.text(f"provenance.{key}"), told) for key, told in said.items() if told)
    return provenance_table(words, rows, given, [("version", result.version)])
