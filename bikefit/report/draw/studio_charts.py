"""Charts of a studio's pages, from stored rows: small curves, how sessions spread, and a foot or comfort over time."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from bikefit.conventions import SIDES, Side
from bikefit.report.draw import svg
from bikefit.report.draw.panel import ways_below, ways_beside
from bikefit.words import Words

Row = Mapping[str, Any]
WIDTH, RIGHT = 440.0, 428.0
LEFT = 46.0
"""Where a chart over time begins; what is written up its side ends before."""
CURVE_POINTS = 25
SPARK_WIDTH, SPARK_HEIGHT = 120.0, 34.0


def sparkline(words: Words, feet: Mapping[Side, Row]) -> str:
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


def distributions(words: Words, sessions: Sequence[Row], band_deg: float) -> Iterator[str]:
    """Yield one picture per foot: how many sessions lie at which angle from neutral."""
    feet = [foot for session in sessions for foot in session["feet"] if foot["excess_deg"] is not None]
    if not feet:
        return
    values = {side: [foot["excess_deg"] for foot in feet if foot["foot"] == side] for side in SIDES}
    reach = max(3, math.ceil(min(max(abs(foot["excess_deg"]) for foot in feet), 15.0)))
    counts = {side: Counter(min(max(math.floor(v), -reach), reach - 1) for v in own) for side, own in values.items()}
    top = max(max(count.values()) for count in counts.values() if count)
    height = 200.0
    x, y = svg.Scale(-reach, reach, 40.0, RIGHT), svg.Scale(0, top, height - 42.0, 24.0)
    levels = [tick for tick in svg.ticks(0, top, 4) if tick == int(tick)]
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
            *(svg.label(words.number(level, "g"), 34.0, y(level) + 4.0, anchor="end") for level in levels),
            *ways_below(words, x, height - 6.0),
        ]
        yield svg.figure(WIDTH, height, parts, alt)


def _over_time(places: int) -> svg.Scale:
    """Return the scale of a chart that goes session by session."""
    return svg.Scale(-0.5, places - 0.5, LEFT, RIGHT)


def _day(words: Words, x: svg.Scale, days: Sequence[str], place: int, y: float) -> list[str]:
    """Write a day under a chart over time: each of a few, else the first and the last."""
    if len(days) > 6 and place not in (0, len(days) - 1):
        return []
    return [svg.label(words.day(days[place]), x(place), y, anchor="middle")]


def history_chart(words: Words, side: Side, sessions: Sequence[Row], band_deg: float) -> str:
    """Excess of one foot, session by session, with its interval and the wedges on the shoe."""
    rows = [
        (session, foot)
        for session in sessions
        for foot in session["feet"]
        if foot["foot"] == side and foot["excess_deg"] is not None
    ]
    if not rows:
        return ""
    ends = [foot[name] for _, foot in rows for name in ("excess_lo_deg", "excess_hi_deg")]
    low, high = min(*ends, -2.0), max(*ends, 2.0)
    height = 250.0
    x, y = _over_time(len(rows)), svg.Scale(low, high, height - 62.0, 28.0)
    days = [session["date"][:10] or session["day"] or session["session"][:10] for session, _ in rows]
    marks = []
    for place, (_, foot) in enumerate(rows):
        at = x(place)
        marks += [
            svg.line(at, y(foot["excess_lo_deg"]), at, y(foot["excess_hi_deg"]), "whisker"),
            svg.element("circle", cx=at, cy=y(foot["excess_deg"]), r=5, class_="dot"),
            svg.label(words.signed(foot["fitted"], 0), at, height - 44.0, "strong", anchor="middle"),
            *_day(words, x, days, place, height - 26.0),
        ]
    shoe = words.shoe(side)
    name = svg.label(shoe, RIGHT, 14.0, "name strong", anchor="end")
    values = words.listed([words.signed_degrees(foot["excess_deg"]) for _, foot in rows])
    alt = words.text("rider.over_time_alt", shoe=shoe, count=len(rows), values=values)
    top, bottom = y(min(band_deg, high)), y(max(-band_deg, low))
    parts = [
        svg.rect(LEFT, top, RIGHT - LEFT, bottom - top, "neutral-band"),
        svg.line(LEFT, y(0.0), RIGHT, y(0.0), "neutral-line"),
        *(svg.label(words.signed_degrees(t, 0), LEFT - 6.0, y(t) + 4.0, anchor="end") for t in svg.ticks(low, high)),
        *ways_beside(words, LEFT, 14.0, height - 6.0),
        svg.element("g", name, *marks, class_=f"foot-{side}"),
    ]
    return svg.figure(WIDTH, height, parts, alt)


def comfort_chart(words: Words, sessions: Sequence[Row]) -> str:
    """Draw the comfort session by session; nothing with fewer than two values."""
    told = [(session, float(session["comfort"])) for session in sessions if session["comfort"] is not None]
    if len(told) < 2:
        return ""
    height = 200.0
    x, y = _over_time(len(told)), svg.Scale(0.0, 10.0, height - 40.0, 20.0)
    points = [(x(place), y(value), value) for place, (_, value) in enumerate(told)]
    values = [words.number(value, "g") for _, value in told]
    days = [session["day"] or session["date"][:10] for session, _ in told]
    parts = [svg.line(LEFT, y(tick), RIGHT, y(tick), "grid") for tick in (0.0, 5.0, 10.0)]
    parts += [svg.label(words.number(tick, "g"), LEFT - 6.0, y(tick) + 4.0, anchor="end") for tick in (0.0, 5.0, 10.0)]
    parts += [svg.line(*one[:2], *other[:2], "axis") for one, other in pairwise(points)]
    for place, (at, level, value) in enumerate(points):
        parts += [
            svg.element("circle", cx=at, cy=level, r=5, class_="dot"),
            svg.label(values[place], at, level + (-10.0 if value < 9.0 else 18.0), "strong", anchor="middle"),
            *_day(words, x, days, place, height - 10.0),
        ]
    alt = words.text("client.comfort_alt", count=len(told), values=words.listed(values))
    return svg.figure(WIDTH, height, parts, alt)
