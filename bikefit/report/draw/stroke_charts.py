"""Charts of the strokes: over the crank, as a clock face, over the ride, against cadence and power, against neutral."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bikefit.conventions import METRICS, POWER_PHASE_DEG, RECOVERY_PHASE_DEG, Side
from bikefit.model import Array, FootResult, SessionResult, StrokeColumns
from bikefit.report.draw import svg
from bikefit.report.draw.panel import HEIGHT, TOP, WIDTH, Fan, Frame, Panel, Readout, degrees_frame, on_page, padded
from bikefit.report.draw.thinning import at_most, envelope, pick_strokes, unbroken_runs
from bikefit.rotation import trend_error_deg_per_h
from bikefit.words import Words, known

PHASES = ((POWER_PHASE_DEG, "axes.power_phase"), (RECOVERY_PHASE_DEG, "axes.recovery_phase"))
TIME_BINS = 160
STRIP = 62.0
"""Height of the strip for cadence or power."""
CADENCE_SPREAD_RPM = 8.0
POWER_SPREAD_W = 30.0
"""Spread (5th to 95th percentile) from which a chart against cadence or power says something."""


@dataclass(frozen=True)
class FootCurves:
    """One foot's strokes as the charts need them, all heel-out positive [deg].

    Attributes
    ----------
    side : {"left", "right"}
        The foot.
    name : str
        What its shoe is called.
    foot : FootResult
        Its result.
    used : DataFrame
        Used strokes.
    phase : ndarray, shape (100,)
        Bin centres [deg].
    mean, sd : ndarray, shape (100,)
        Over the used strokes.
    single : ndarray, shape (at most 24, 100)
        The curves that are drawn singly.
    numbers : tuple of int
        Their numbers among the foot's strokes.
    values : ndarray, shape (used,)
        The chosen metric per stroke.
    band_deg : float
        Half width of the neutral band.
    """

    side: Side
    name: str
    foot: FootResult
    used: StrokeColumns
    phase: Array
    mean: Array
    sd: Array
    single: Array
    numbers: tuple[int, ...]
    values: Array
    band_deg: float

    @property
    def neutral_deg(self) -> float | None:
        """Neutral angle, or None."""
        return self.foot.neutral.deg if known(self.foot.neutral.deg) else None

    @property
    def is_crank(self) -> bool:
        """Whether phase 0 is top dead centre."""
        return bool(np.isfinite(self.used.numbers("peak_crank_deg")).any())


def foot_curves(words: Words, result: SessionResult) -> list[FootCurves]:
    """Gather what the charts need, for the feet that have a used stroke."""
    gathered = []
    for side, foot in sorted(result.feet.items()):
        used = foot.columns.used
        if not used.any():
            continue
        curves = foot.curves.heel_out_deg[used]
        table = foot.columns.rows(used)
        seen = np.isfinite(curves).any(axis=0)
        picked = pick_strokes(curves)
        mean, sd = np.full(curves.shape[1], math.nan), np.full(curves.shape[1], math.nan)
        mean[seen], sd[seen] = np.nanmean(curves[:, seen], axis=0), np.nanstd(curves[:, seen], axis=0)
        gathered.append(
            FootCurves(
                side=side,
                name=words.shoe(side),
                foot=foot,
                used=table,
                phase=foot.curves.phase_deg,
                mean=mean,
                sd=sd,
                single=curves[picked],
                numbers=tuple(int(number) for number in table.numbers("stroke")[picked]),
                values=table.numbers(METRICS[foot.rotation.metric].column),
                band_deg=float(result.settings["neutral_band_deg"]),
            )
        )
    return gathered


# ---- over the crank -----------------------------------------------------------------------------------------


def curve_range(feet: list[FootCurves]) -> tuple[float, float]:
    """Return one range of degrees that holds both feet's curves, single strokes and neutral."""
    values: list[float] = []
    for each in feet:
        values += [float(np.nanmin(each.single)), float(np.nanmax(each.single)), each.neutral_deg or 0.0]
        values += [float(np.nanmin(each.mean - each.sd)), float(np.nanmax(each.mean + each.sd))]
    return padded(values)


def _crank_axis(words: Words, frame: Frame, is_crank: bool) -> None:
    """Write the quarters of the stroke under a panel."""
    quarters = (0, 90, 180, 270, 360)
    named = [words.text(f"axes.crank_{quarter % 360}") if is_crank else f"{quarter}°" for quarter in quarters]
    frame.x_axis(quarters, named, words.text("axes.crank" if is_crank else "axes.phase"))


def _ground(words: Words, frame: Frame, is_crank: bool) -> None:
    """Shade power and recovery phase, where the crank is known, and draw the degrees over them."""
    if not is_crank:
        frame.degrees_axis()
        return
    for (low, high), _ in PHASES:
        frame.upright(low, high, "shade")
    frame.degrees_axis()
    for (low, high), key in PHASES:
        frame.add(svg.label(words.text(key), frame.x((low + high) / 2), frame.y.end + 13, "on-shade", "middle"))


def _neutral(frame: Frame, each: FootCurves) -> None:
    """Draw neutral and its band across a panel."""
    if each.neutral_deg is not None:
        frame.across(each.neutral_deg - each.band_deg, each.neutral_deg + each.band_deg, "neutral-band")
        frame.level(each.neutral_deg, "neutral-line")


def over_crank(words: Words, each: FootCurves, y_range: tuple[float, float]) -> Panel:
    """Draw heel-out over the stroke: mean, standard deviation, single strokes, neutral, phases, float stop."""
    frame = degrees_frame(words, 0.0, 360.0, y_range)
    _ground(words, frame, each.is_crank)
    _neutral(frame, each)
    for stroke in each.single:
        frame.curve(each.phase, stroke, "single")
    frame.band(each.phase, each.mean - each.sd, each.mean + each.sd, "area")
    frame.curve(each.phase, each.mean, "curve")
    stop = each.foot.rotation.float_stop
    if stop is not None:
        frame.level(stop.deg, "stop")
        frame.add(svg.label(words.text("axes.float_stop"), frame.x.end, frame.y(stop.deg) + 15, "halo", "end"))
    _crank_axis(words, frame, each.is_crank)
    frame.name(each.name)
    said = [
        words.text("read.curve", at=words.degrees(phase, 0), mean=words.signed_degrees(mean), sd=words.fixed(sd))
        for phase, mean, sd in zip(each.phase, each.mean, each.sd, strict=True)
    ]
    title = words.text(
        "alt.over_crank",
        shoe=each.name,
        low=words.signed_degrees(float(np.nanmin(each.mean))),
        high=words.signed_degrees(float(np.nanmax(each.mean))),
    )
    readout = Readout(on_page(frame.x.array(each.phase)), said, fan=_fan(words, each, frame.y))
    return frame.panel(title, f"foot-{each.side}", readout)


def _fan(words: Words, each: FootCurves, y: svg.Scale) -> Fan:
    """Return the single strokes for the cursor that reads them."""
    tenths = [
        [None if not math.isfinite(value) else round(10.0 * float(value)) for value in stroke] for stroke in each.single
    ]
    signs = words.section("language")
    said = words.text("read.stroke", number="{n}", angle="{a}")
    level, one = y(0.0), y(1.0)
    return Fan(
        list(each.numbers), tenths, round(level, 2), round(one - level, 3), said, signs["decimal"], signs["minus"]
    )


def both_feet(words: Words, feet: list[FootCurves], y_range: tuple[float, float]) -> Panel:
    """Draw both feet's mean curves on one scale, each over its own crank; the right one dashed."""
    frame = degrees_frame(words, 0.0, 360.0, y_range)
    is_crank = all(each.is_crank for each in feet)
    _ground(words, frame, is_crank)
    if len({each.neutral_deg for each in feet}) == 1:
        _neutral(frame, feet[0])
    for each in feet:
        dash = " dashed" if each.side == "right" else ""
        points = zip(frame.x.array(each.phase), frame.y.array(each.mean), strict=True)
        frame.add(svg.element("g", svg.path(points, f"curve{dash}"), class_=f"foot-{each.side}"))
    _crank_axis(words, frame, is_crank)
    at = frame.x.end
    for each in reversed(feet):
        dash = " dashed" if each.side == "right" else ""
        side = words.text(f"side.{each.side}")
        name, beside = svg.label(side, at, frame.y.end - 8, "name strong", "end"), at - max(42, 8 * len(side))
        sample = svg.line(beside - 34, frame.y.end - 12, beside, frame.y.end - 12, f"curve{dash}")
        frame.add(svg.element("g", name, sample, class_=f"foot-{each.side}"))
        at -= 94
    said = [
        words.text(
            "read.both", at=words.degrees(phase, 0), left=words.signed_degrees(left), right=words.signed_degrees(right)
        )
        for phase, left, right in zip(feet[0].phase, feet[0].mean, feet[-1].mean, strict=True)
    ]
    return frame.panel(words.text("alt.both_feet"), readout=Readout(on_page(frame.x.array(feet[0].phase)), said))


def clock_face(words: Words, each: FootCurves, y_range: tuple[float, float]) -> Panel:
    """Draw heel-out round the crank circle, top of the stroke up, turning clockwise; further out = heel out."""
    size, centre, inner, outer = HEIGHT, (WIDTH / 2, HEIGHT / 2), 30.0, 108.0
    radius = svg.Scale(*y_range, inner, outer)
    parts = []
    for low, high in (POWER_PHASE_DEG, RECOVERY_PHASE_DEG) if each.is_crank else ():
        steps = np.linspace(low, high, 25)
        ring = [svg.on_circle(centre, outer, angle) for angle in steps]
        ring += [svg.on_circle(centre, inner, angle) for angle in steps[::-1]]
        parts.append(svg.path(ring, "shade", closed=True))
    cx, cy = centre
    parts += [svg.element("circle", cx=cx, cy=cy, r=radius(tick), class_="grid") for tick in svg.ticks(*y_range, 5)]
    if each.neutral_deg is not None:
        at = radius(each.neutral_deg)
        parts.append(svg.element("circle", cx=cx, cy=cy, r=at, class_="neutral-line"))

    def round_face(values: Array) -> list[svg.Point]:
        """Return the places of values round the circle."""
        places = radius.array(values)
        points = [svg.on_circle(centre, float(r), float(angle)) for r, angle in zip(places, each.phase, strict=True)]
        return [point for point in points if math.isfinite(point[0])]

    ring = round_face(each.mean + each.sd) + round_face(each.mean - each.sd)[::-1]
    parts.append(svg.path(ring, "area", closed=True))
    parts.append(svg.path(round_face(each.mean), "curve", closed=True))
    for tick in (tick for tick in svg.ticks(*y_range, 5) if radius(tick) < outer - 12):
        x, y = svg.on_circle(centre, radius(tick), 0)
        parts.append(svg.label(words.tick(tick), x, y + 4, "halo", "middle"))
    for angle, anchor in ((0, "middle"), (90, "start"), (180, "middle"), (270, "end")):
        x, y = svg.on_circle(centre, outer + 7, angle)
        named = words.text(f"axes.crank_{angle}") if each.is_crank else f"{angle}°"
        parts.append(svg.label(named, x, y + (10 if angle == 180 else 4 if angle else 0), anchor=anchor))
    parts.append(svg.label(each.name, WIDTH - 12, 18, "name strong", "end"))
    parts.append(svg.label(words.text("axes.outward"), 8, size - 24))
    parts.append(svg.label(words.text("axes.inward"), 8, size - 8))
    title = words.text("alt.clock_face", shoe=each.name)
    return Panel(svg.figure(WIDTH, size, [svg.element("g", *parts, class_=f"foot-{each.side}")], title), title)


# ---- over the ride ------------------------------------------------------------------------------------------


def over_ride(words: Words, each: FootCurves, y_range: tuple[float, float], span_s: tuple[float, float]) -> Panel:
    """Draw the metric stroke by stroke over the ride with its trend, rejected strokes, cadence and power."""
    companions = [
        (column, key)
        for column, key in (("cadence_rpm", "axes.cadence"), ("power_w", "axes.power"))
        if np.isfinite(each.used.numbers(column)).any()
    ]
    height = HEIGHT + STRIP * len(companions) + (4.0 if companions else 0.0)
    frame = degrees_frame(words, span_s[0], span_s[1], y_range, HEIGHT)
    frame.height = height
    frame.degrees_axis()
    _neutral(frame, each)
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
    for column, key in companions:
        _companion(words, frame, middle_s, each.used.numbers(column), words.text(key), top, gap_s)
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
    told = words.text("alt.over_ride_trend", trend=trend_words(words, each.foot)) if known(trend) else ""
    if known(trend):
        frame.add(
            svg.label(
                words.text("axes.trend", trend=trend_words(words, each.foot)), frame.x.start + 8, TOP + 14, "halo"
            )
        )
    title = words.text("alt.over_ride", shoe=each.name, trend=told)
    readout = Readout(on_page(frame.x.array(thin.x)), said, TOP, height - 8)
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


def varies(feet: list[FootCurves], column: str) -> bool:
    """Tell whether cadence or power varies enough for a chart against it."""
    least = CADENCE_SPREAD_RPM if column == "cadence_rpm" else POWER_SPREAD_W
    for each in feet:
        values = each.used.numbers(column)
        values = values[np.isfinite(values)]
        if values.size >= 20 and np.subtract(*np.percentile(values, [95, 5])) >= least:
            return True
    return False


def companion_range(feet: list[FootCurves], column: str) -> tuple[float, float]:
    """Return one range of cadence or power for both feet."""
    values = np.concatenate([each.used.numbers(column) for each in feet])
    values = values[np.isfinite(values)]
    return padded(list(np.percentile(values, [1, 99])) if values.size else [], least=4.0)


def against(
    words: Words, each: FootCurves, column: str, x_range: tuple[float, float], y_range: tuple[float, float]
) -> Panel:
    """Draw the metric in up to six bins of cadence or power, each with the mean and the strokes' deviation."""
    x_all = each.used.numbers(column)
    ok = np.isfinite(x_all) & np.isfinite(each.values)
    x, values = x_all[ok], each.values[ok]
    low, high = x_range
    frame = degrees_frame(words, low, high, y_range)
    frame.degrees_axis()
    _neutral(frame, each)
    edges = np.unique(np.quantile(x, np.linspace(0, 1, 7))) if x.size else np.array([])
    for start, end in pairwise(edges):
        inside = (x >= start) & ((x < end) | (end == edges[-1]))
        if inside.sum() < 3:
            continue
        mean, sd = float(values[inside].mean()), float(values[inside].std())
        at = frame.x(float(np.clip(x[inside].mean(), low, high)))
        # no interval: a thin line, so that it is not read as one of the thick bars
        frame.add(svg.line(at, frame.y(mean - sd), at, frame.y(mean + sd), "thin"))
        frame.add(svg.element("circle", cx=at, cy=frame.y(mean), r=4.5, class_="dot"))
    frame.legend("thin", words.text("axes.bar_sd"))
    places = svg.ticks(low, high, 6)
    frame.x_axis(places, [words.fixed(place, 0) for place in places], words.text(f"axes.{column}"))
    frame.name(each.name)
    return frame.panel(words.text(f"alt.against_{column}", shoe=each.name), f"foot-{each.side}")


def against_neutral(words: Words, each: FootCurves, x_range: tuple[float, float]) -> Panel:
    """Draw how many strokes lie where, with neutral, its band and the mean."""
    frame = Frame(words, svg.Scale(*x_range, 16, WIDTH - 12), svg.Scale(0, 1, HEIGHT - 42, TOP), height=HEIGHT)
    if each.neutral_deg is not None:
        band = (max(each.neutral_deg - each.band_deg, x_range[0]), min(each.neutral_deg + each.band_deg, x_range[1]))
        if band[1] > band[0]:
            frame.upright(*band, "neutral-band")
    counts, edges = np.histogram(each.values[np.isfinite(each.values)], bins=48, range=x_range)
    most = max(int(counts.max()), 1)
    for count, start, end in zip(counts, edges[:-1], edges[1:], strict=True):
        if count:
            left, width = frame.x(start), frame.x(end) - frame.x(start) - 0.8
            frame.add(svg.rect(left, frame.y(0), width, frame.y(0.94 * count / most) - frame.y(0), "area bar"))
    if each.neutral_deg is not None and x_range[0] <= each.neutral_deg <= x_range[1]:
        at = frame.x(each.neutral_deg)
        frame.add(svg.line(at, frame.y(0), at, frame.y(1), "neutral-line"))
    at = frame.x(each.foot.rotation.value_deg)
    frame.add(svg.line(at, frame.y(0), at, frame.y(1), "curve"))
    places = svg.ticks(*x_range, 7)
    frame.x_axis(places, [words.tick(p) for p in places])
    frame.add(svg.label(f"← {words.text('axes.heel_in')}", frame.x.start, frame.y.start + 34, "strong"))
    frame.add(svg.label(f"{words.text('axes.heel_out')} →", frame.x.end, frame.y.start + 34, "strong", "end"))
    frame.name(each.name)
    return frame.panel(words.text("alt.against_neutral", shoe=each.name), f"foot-{each.side}")


def values_range(feet: list[FootCurves]) -> tuple[float, float]:
    """Return one range that holds both feet's strokes and neutral."""
    values: list[float] = []
    for each in feet:
        values += [float(np.nanmin(each.values)), float(np.nanmax(each.values))]
        values += [] if each.neutral_deg is None else [each.neutral_deg]
    return padded(values)
