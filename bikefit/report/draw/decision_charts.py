"""Charts of the decision: how sure, what each count would do, and the belief about what a wedge does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from bikefit.conventions import Side
from bikefit.model import FootResult, Recommendation
from bikefit.report.draw import svg
from bikefit.report.draw.panel import HEIGHT, LEFT, RIGHT, TOP, WIDTH, Frame, Panel, degrees_frame, padded, ways_below
from bikefit.response import Mixture
from bikefit.words import Interval, Words, known

SURE_WIDTH = 360.0
Belief = NormalDist | Mixture
Bar = tuple[str, float, Interval]
"""Words, excess [deg] and its 95 % interval."""


def sure_bars(words: Words, foot: FootResult) -> list[Bar]:
    """Return the bars of the how-sure drawing of one shoe."""
    if not known(foot.excess.deg):
        return []
    bars = [(words.text("drawing.now"), foot.excess.deg, foot.excess.interval_deg)]
    advised = foot.recommendation
    if advised.step in ("fit", "beyond") and advised.interval_deg is not None:
        named = words.text("drawing.with", wedges=advised.total or 0)
        bars.append((named, advised.expected_deg, advised.interval_deg))
    return bars


def sure_range(bars: Sequence[Bar], band_deg: float) -> Interval:
    """Return one range for the how-sure drawings of all shoes."""
    return padded([-band_deg * 2, band_deg * 2, *(end for _, _, interval in bars for end in interval)])


def how_sure(
    words: Words,
    side: Side,
    bars: Sequence[Bar],
    x_range: Interval,
    band_deg: float,
    title: str,
    rings: int | None = None,
    at_least: Sequence[bool] = (),
) -> str:
    """Draw where the heel is against neutral, and where it is expected, each with its 95 % interval.

    Where a float stop hides part of an excess, ``at_least``, its bar goes on as an arrow; where there is no excess at
    all a question mark stands in its place.
    """
    row, top = (40.0 if len(bars) <= 3 else 32.0), 24.0
    measured = 1 if rings is None else len(bars) - rings
    base = top + row * max(len(bars), 1) + 4
    x = svg.Scale(*x_range, 14, SURE_WIDTH - 14)
    parts = [
        svg.rect(x(-band_deg), top - 4, x(band_deg) - x(-band_deg), base - top + 4, "neutral-band"),
        svg.line(x(0), top - 4, x(0), base, "neutral-line"),
        svg.label(words.text("drawing.neutral"), x(0), 14, "neutral-text", "middle"),
        svg.line(x.start, base, x.end, base, "axis"),
    ]
    for tick in svg.ticks(*x_range, 7):
        parts.append(svg.line(x(tick), base, x(tick), base + 4, "axis"))
        parts.append(svg.label(words.tick(tick), x(tick), base + 17, anchor="middle"))
    if not bars:
        parts.append(svg.label("?", x(0), base - 14, "value halo", "middle"))
    for index, (named, value, (low, high)) in enumerate(bars):
        y = top + row * (index + 1) - 12
        parts.append(svg.line(x(low), y, x(high), y, "whisker"))
        if any(at_least[index : index + 1]):
            parts += _goes_on(x(high if value > 0 else low), x.end if value > 0 else x.start, y)
            named = words.text("drawing.at_least_so", value=named)
        shape = "dot" if index < measured else "ring"
        parts.append(svg.element("circle", cx=x(value), cy=y, r=6, class_=shape))
        middle = min(max(x(value), 104.0), SURE_WIDTH - 104.0)
        parts.append(svg.label(named, middle, y - 11, "strong halo", "middle"))
    parts += ways_below(words, x, base + 34)
    return svg.of_foot(SURE_WIDTH, base + 40, side, parts, title)


def _goes_on(start: float, end: float, y: float) -> list[str]:
    """Draw an arrow from the end of a bar on to the end of the scale."""
    way = math.copysign(1.0, end - start)
    head = [(end - way * 7, y - 5), (end, y), (end - way * 7, y + 5)]
    return [svg.line(start, y, end, y, "goes-on"), svg.path(head, "goes-on")]


def options(
    words: Words, side: Side, advised: Recommendation, fitted: int, band_deg: float, y_range: Interval
) -> Panel:
    """Draw the excess expected for each total of wedges with its 95 % interval; the advised one filled."""
    counts = [option.wedges for option in advised.options]
    frame = degrees_frame(words, min(counts) - 0.6, max(counts) + 0.6, y_range)
    frame.degrees_axis()
    frame.across(-band_deg, band_deg, "neutral-band")
    frame.level(0.0, "neutral-line")
    for option in advised.options:
        at, (low, high) = frame.x(option.wedges), option.interval_deg
        frame.add(svg.line(at, frame.y(low), at, frame.y(high), "whisker"))
        shape = "dot" if option.wedges == advised.named else "ring"
        frame.add(svg.element("circle", cx=at, cy=frame.y(option.expected_deg), r=6, class_=shape))
        if option.wedges == fitted:
            frame.add(svg.label(words.text("drawing.now"), at, frame.y(high) - 6, "halo", "middle"))
    frame.legend("whisker", words.text("axes.bar_interval"))
    frame.x_axis(counts, [words.signed(count, 0) for count in counts], words.text("axes.wedges"))
    frame.name(words.shoe(side))
    return frame.panel(words.text("alt.options", shoe=words.shoe(side)), f"foot-{side}")


def options_range(recommendations: Sequence[Recommendation]) -> Interval:
    """Return one range for the option charts of all shoes."""
    ends = [end for advised in recommendations for option in advised.options for end in option.interval_deg]
    return padded([0.0, *ends], share=0.1)


def response(words: Words, name: str, side: Side | None, belief: Belief, prior: NormalDist | None = None) -> Panel:
    """Draw what one degree of varus cant is believed to do, and the prior behind an own response."""
    drawn: list[Belief] = [belief, *([prior] if prior else [])]
    reach = [each.mean + sign * 3 * each.stdev for each in drawn for sign in (-1, 1)]
    low, high = padded([*reach, 0.0], least=1.0, share=0.02)
    x = np.linspace(low, high, 121)
    density = np.array([belief.pdf(value) for value in x])
    tallest = max(float(density.max()), prior.pdf(prior.mean) if prior else 0.0)
    frame = Frame(
        words, svg.Scale(low, high, LEFT - 30, WIDTH - RIGHT), svg.Scale(0, 1.08 * tallest, HEIGHT - 42, TOP + 18)
    )
    helps = x >= 0
    frame.band(x[helps], np.zeros(helps.sum()), density[helps], "area")
    frame.curve(x, density, "curve")
    if prior:
        frame.curve(x, np.array([prior.pdf(value) for value in x]), "companion dashed")
        at = prior.mean - 1.2 * prior.stdev  # on its flank, where the other curve is rarely in the way
        frame.add(svg.label(words.text("axes.prior"), frame.x(at) - 6, frame.y(prior.pdf(at)) - 4, "halo", "end"))
    frame.add(svg.line(frame.x(0), frame.y.start, frame.x(0), frame.y.end - 10, "stop"))
    inward = 1.0 - belief.cdf(0.0)
    top = frame.y.end - 18
    frame.add(svg.label(words.text("axes.goes_in", chance=words.percent(inward)), frame.x(0) + 8, top, "strong"))
    frame.add(
        svg.label(words.text("axes.goes_out", chance=words.percent(1.0 - inward)), frame.x(0) - 8, top, "strong", "end")
    )
    places = svg.ticks(low, high, 7)
    frame.x_axis(places, [words.signed(place) for place in places], words.text("axes.response"))
    frame.add(svg.label(name, frame.x.end, frame.y.end + 2, "name strong", "end"))
    spread = words.fixed(belief.stdev, 2)
    title = words.text(
        "alt.response", mean=words.signed_degrees(belief.mean, 2), sd=spread, chance=words.percent(inward)
    )
    return frame.panel(title, f"foot-{side}" if side else "foot-both")
