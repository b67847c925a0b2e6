"""The chart over the ride: stroke by stroke with its trend, cadence and power below."""

from __future__ import annotations

import numpy as np

from bikefit.conventions import STROKE_COMPANIONS
from bikefit.model import Array, FootResult
from bikefit.report.draw import svg
from bikefit.report.draw.foot_curves import FootCurves, draw_neutral
from bikefit.report.draw.panel import HEIGHT, TOP, Frame, Panel, degrees_frame, padded
from bikefit.report.draw.thinning import at_most, envelope, unbroken_runs
from bikefit.rotation import trend_error_deg_per_h
from bikefit.words import Words, known

TIME_BINS = 160
STRIP = 62.0
"""Height of the strip for cadence or power."""


def over_ride(words: Words, each: FootCurves, y_range: tuple[float, float], span_s: tuple[float, float]) -> Panel:
    """Draw the metric stroke by stroke over the ride with its trend, rejected strokes, cadence and power."""
    companions = [companion for companion in STROKE_COMPANIONS if each.has(companion.canonical)]
    height = HEIGHT + STRIP * len(companions) + (4.0 if companions else 0.0)
    frame = degrees_frame(words, span_s[0], span_s[1], y_range, HEIGHT)
    frame.height = height
    frame.degrees_axis()
    draw_neutral(frame, each)
    middle_s = (each.used.numbers("start_s") + each.used.numbers("end_s")) / 2
    thin = envelope(middle_s, each.values, TIME_BINS)
    gap_s = longest_gap_s(span_s)
    for run in unbroken_runs(thin.x, gap_s):
        frame.band(thin.x[run], thin.low[run], thin.high[run], "area")
        frame.curve(thin.x[run], thin.mean[run], "thin")
    trend = each.foot.rotation.trend_deg_per_h
    if known(trend):
        ends = np.array([middle_s[0], middle_s[-1]])
        line = np.nanmean(each.values) + trend / 3600.0 * (ends - middle_s.mean())
        frame.curve(ends, line, "trend")
    table = each.foot.columns
    rejected = table.numbers("start_s")[~table.used]
    for at in at_most(frame.x.array(rejected), 2.0):
        frame.add(svg.line(at, frame.y.start - 7, at, frame.y.start, "reject"))
    frame.name(each.name)
    times = svg.ticks(span_s[0] / 60, span_s[1] / 60, 5)
    frame.x_axis([60 * minute for minute in times], [words.clock(60 * minute) for minute in times])
    top = HEIGHT + 2.0
    for companion in companions:
        title = words.text(f"axes.{companion.name}")
        _companion(words, frame, middle_s, each.used.numbers(companion.canonical), title, top, gap_s)
        top += STRIP
    said = [
        words.text(
            "read.ride",
            at=words.clock(at),
            mean=words.signed_degrees(mean),
            low=words.signed(low),
            high=words.signed(high),
        )
        for at, mean, low, high in zip(thin.x, thin.mean, thin.low, thin.high, strict=True)
    ]
    told = ""
    if known(trend):
        named = trend_words(words, each.foot)
        frame.add(svg.label(words.text("axes.trend", trend=named), frame.x.start + 8, TOP + 14, "halo"))
        told = words.text("alt.over_ride_trend", trend=named)
    title = words.text("alt.over_ride", shoe=each.name, trend=told)
    readout = frame.read_at(thin.x, said, bottom=height - 8)
    return frame.panel(title, f"foot-{each.side}", readout)


def longest_gap_s(span_s: tuple[float, float]) -> float:
    """Return the longest time without a stroke that a line still bridges: a few of a panel's bins, 5 s at least."""
    return max(5.0, 2.5 * (span_s[1] - span_s[0]) / TIME_BINS)


def _companion(words: Words, frame: Frame, time_s: Array, values: Array, title: str, top: float, gap_s: float) -> None:
    """Draw cadence or power in a strip of its own below the panel."""
    thin = envelope(time_s, values, TIME_BINS)
    low, high = padded([*thin.low, *thin.high], least=10.0)
    y = svg.Scale(low, high, top + 52, top + 16)
    x = frame.x.array(thin.x)
    frame.add(svg.label(title, frame.x.start, top + 10))
    for run in unbroken_runs(thin.x, gap_s):
        frame.add(svg.band(x[run], y.array(thin.low[run]), y.array(thin.high[run]), "shade"))
        frame.add(svg.path(zip(x[run], y.array(thin.mean[run]), strict=True), "companion"))
    ends = (float(thin.low.min()), float(thin.high.max()))
    for value in ends if words.fixed(ends[0], 0) != words.fixed(ends[1], 0) else ends[:1]:
        frame.add(svg.label(words.fixed(value, 0), frame.x.start - 6, y(value) + 4, anchor="end"))


def trend_words(words: Words, foot: FootResult) -> str:
    """Print the trend per hour with its standard error; a dash where the ride is too short to speak of hours."""
    trend = foot.rotation.trend_deg_per_h
    if not known(trend):
        return words.text("words.unknown")
    used = foot.columns.rows(foot.columns.used)
    middle_s = (used.numbers("start_s") + used.numbers("end_s")) / 2
    error = trend_error_deg_per_h(middle_s, used.numbers("mean_deg"))
    return words.text("numbers.plus_minus", value=words.signed_degrees(trend, 2), error=words.degrees(error, 2))
