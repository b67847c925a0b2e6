"""Charts of the metric against cadence, against power, and against neutral."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from bikefit.conventions import CanonicalChannel
from bikefit.report.draw import svg
from bikefit.report.draw.foot_curves import FootCurves, draw_neutral
from bikefit.report.draw.panel import HEIGHT, TOP, WIDTH, Frame, Panel, degrees_frame, padded, ways_below
from bikefit.words import Words


def varies(feet: list[FootCurves], companion: CanonicalChannel) -> bool:
    """Tell whether cadence or power varies enough for a chart against it."""
    for each in feet:
        values = each.used.numbers(companion.canonical)
        values = values[np.isfinite(values)]
        if values.size >= 20 and np.subtract(*np.percentile(values, [95, 5])) >= companion.charted_from:
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
    draw_neutral(frame, each)
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
    frame.add(*ways_below(words, frame.x, frame.y.start + 34))
    frame.name(each.name)
    return frame.panel(words.text("alt.against_neutral", shoe=each.name), f"foot-{each.side}")
