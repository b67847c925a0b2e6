"""Charts of several recordings of one rider: the excess at each count, the curves, and where they differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bikefit.comparison import ComparedRecording, CurveDifference, FootComparison
from bikefit.comparison.sentences import where_it_differs
from bikefit.conventions import Z95, Side, interval_95
from bikefit.model import Array
from bikefit.report.draw import svg
from bikefit.report.draw.decision_charts import Bar
from bikefit.report.draw.panel import Frame, Panel, degrees_frame, padded
from bikefit.words import Interval, Words, known

SHAPES = {"from": ("before", "before-area"), "to": ("curve", "area"), "other": ("thin dashed", "other-area")}
"""Which of the subtracted counts a recording has -> how its curve and the spread about it are drawn."""
LEGEND_SHARE = 0.2

Drawn = tuple[int, ComparedRecording, Array, Array]
"""Number of a recording, the recording, its mean curve and the SD of its strokes."""


def recording_bars(words: Words, foot: FootComparison, zero_sd_deg: float = 0.0) -> list[Bar]:
    """Return one bar a recording, its interval holding the strokes' error, that between recordings and the zero's."""
    bars = []
    for number, item in enumerate(foot.recordings, start=1):
        if item.wedges is not None and known(item.value_deg):
            error = math.hypot(item.standard_error_deg, foot.between_recording_sd_deg, zero_sd_deg)
            named = words.text("compared.bar", number=number, wedges=words.wedges(item.wedges))
            bars.append((named, item.value_deg, interval_95(item.value_deg, error)))
    return bars


def before_after(words: Words, foot: FootComparison, cant_deg: float, band_deg: float, y_range: Interval) -> Panel:
    """Draw the excess of each recording over its count of wedges, with the line of the response."""
    counts = [item.wedges for item in foot.recordings if item.wedges is not None]
    low, high = min([*counts, 0]), max([*counts, 1])
    frame = degrees_frame(words, low - 0.6, high + 0.6, y_range)
    frame.degrees_axis()
    frame.across(-band_deg, band_deg, "neutral-band")
    frame.level(0.0, "neutral-line")
    _response_line(frame, foot, cant_deg)
    for number, item in enumerate(foot.recordings, start=1):
        if item.wedges is None or not known(item.value_deg):
            continue
        same = [k for k, other in enumerate(foot.recordings, start=1) if other.wedges == item.wedges]
        x = frame.x(item.wedges) + 16.0 * (same.index(number) - (len(same) - 1) / 2)
        error = Z95 * math.hypot(item.standard_error_deg, foot.between_recording_sd_deg)
        frame.add(svg.line(x, frame.y(item.value_deg - error), x, frame.y(item.value_deg + error), "whisker"))
        shape = "dot" if item.used else "ring"
        frame.add(svg.element("circle", cx=x, cy=frame.y(item.value_deg), r=6, class_=shape))
        frame.add(svg.label(str(number), x, frame.y(item.value_deg + error) - 5, "halo strong", "middle"))
    places = list(range(low, high + 1))
    frame.legend("whisker", words.text("axes.bar_interval"))
    frame.x_axis(places, [words.signed(place, 0) for place in places], words.text("axes.wedges"))
    frame.name(words.shoe(foot.side))
    return frame.panel(words.text("alt.before_after", shoe=words.shoe(foot.side)), f"foot-{foot.side}")


def _response_line(frame: Frame, foot: FootComparison, cant_deg: float) -> None:
    """Draw the mean response through the middle of the recordings."""
    values = [
        (item.wedges, item.value_deg)
        for item in foot.recordings
        if item.used and item.wedges is not None and known(item.value_deg)
    ]
    if len({count for count, _ in values}) < 2:
        return
    middle_x, middle_y = (float(np.mean(column)) for column in zip(*values, strict=True))
    x = np.array([min(count for count, _ in values), max(count for count, _ in values)], dtype=float)
    frame.curve(x, middle_y - foot.response.mean * cant_deg * (x - middle_x), "trend dashed")


def excess_range(words: Words, feet: Sequence[FootComparison]) -> Interval:
    """Return one range that holds all recordings' bars."""
    return padded(
        [0.0, *(end for foot in feet for _, _, interval in recording_bars(words, foot) for end in interval)], share=0.1
    )


def curves(words: Words, foot: FootComparison, y_range: Interval) -> Panel:
    """Draw the mean curve of each recording ± the SD of its strokes; the fewest wedges grey, the most in colour."""
    difference = foot.curves
    assert difference is not None
    frame = degrees_frame(words, 0.0, 360.0, y_range)
    frame.degrees_axis()
    phase, drawn = difference.phase_deg, _drawn(foot)
    for _, item, mean, sd in drawn:
        frame.band(phase, mean - sd, mean + sd, SHAPES[_place(difference, item.wedges)][1])
    for _, item, mean, _ in drawn:
        frame.curve(phase, mean, SHAPES[_place(difference, item.wedges)][0])
    _legend(words, frame, difference, drawn)
    frame.stroke_axis(difference.is_crank)
    frame.name(words.shoe(foot.side))
    said = [
        words.text("read.at", at=words.degrees(at, 0), values=words.listed(each))
        for at, each in zip(phase, _said(words, drawn), strict=True)
    ]
    alt = words.text("alt.curves", shoe=words.shoe(foot.side))
    return frame.panel(alt, f"foot-{foot.side}", frame.read_at(phase, said))


def _drawn(foot: FootComparison) -> list[Drawn]:
    """Return the recordings that have a curve, with their numbers."""
    return [
        (number, item, item.curve_deg, item.curve_sd_deg)
        for number, item in enumerate(foot.recordings, start=1)
        if item.curve_deg is not None and item.curve_sd_deg is not None
    ]


def _place(difference: CurveDifference, wedges: int | None) -> str:
    """Say whether a count is one of the two that are subtracted."""
    return {difference.from_wedges: "from", difference.to_wedges: "to"}.get(wedges or 0, "other")


def _legend(words: Words, frame: Frame, difference: CurveDifference, drawn: Sequence[Drawn]) -> None:
    """Name the two counts that are subtracted inside the panel, each after a piece of its line."""
    y = frame.y.end + 10
    for wedges in (difference.from_wedges, difference.to_wedges):
        named = words.listed([str(number) for number, item, *_ in drawn if item.wedges == wedges])
        told = words.text("compared.legend", numbers=named, wedges=words.wedges(wedges))
        frame.add(svg.line(frame.x.start + 8, y - 4, frame.x.start + 34, y - 4, SHAPES[_place(difference, wedges)][0]))
        frame.add(svg.label(told, frame.x.start + 40, y, "halo strong"))
        y += 16


def _said(words: Words, drawn: Sequence[Drawn]) -> list[list[str]]:
    """Return what is read off at each point: the recordings' numbers, angles and spread."""
    return [
        [
            words.text("read.recording", number=number, mean=words.signed_degrees(mean[k]), sd=words.degrees(sd[k]))
            for number, _, mean, sd in drawn
        ]
        for k in range(drawn[0][2].size)
    ]


def curves_range(feet: Sequence[FootComparison]) -> Interval:
    """Return one range that holds all mean curves with their spread, and room for the legend above."""
    drawn = [each for foot in feet for each in _drawn(foot)]
    ends = [float(end) for _, _, mean, sd in drawn for end in (np.nanmin(mean - sd), np.nanmax(mean + sd))]
    low, high = padded(ends)
    return low, high + LEGEND_SHARE * (high - low)


def difference(words: Words, side: Side, found: CurveDifference, y_range: Interval) -> Panel:
    """Draw the difference of the curves with its band; stretches where it leaves out zero are shaded."""
    frame = degrees_frame(words, 0.0, 360.0, y_range)
    for start, end in found.differs:
        for low, high in ((start, end),) if start <= end else ((start, 360.0), (0.0, end)):
            frame.upright(low, high, "shade")
    frame.degrees_axis()
    frame.level(0.0, "stop")
    band_low, band_high = found.difference_deg - found.half_width_deg, found.difference_deg + found.half_width_deg
    frame.band(found.phase_deg, band_low, band_high, "area")
    frame.curve(found.phase_deg, found.difference_deg, "curve")
    frame.stroke_axis(found.is_crank)
    frame.name(words.shoe(side))
    said = [
        words.text(
            "read.difference",
            at=words.degrees(at, 0),
            difference=words.signed_degrees(middle),
            low=words.signed(below),
            high=words.signed(above),
        )
        for at, middle, below, above in zip(found.phase_deg, found.difference_deg, band_low, band_high, strict=True)
    ]
    alt = words.text("alt.difference", where=where_it_differs(words, side, found))
    return frame.panel(alt, f"foot-{side}", frame.read_at(found.phase_deg, said))


def difference_range(found: Sequence[CurveDifference]) -> Interval:
    """Return one range that holds all differences, their bands and zero."""
    ends: list[Array] = [each.difference_deg + sign * each.half_width_deg for each in found for sign in (-1.0, 1.0)]
    return padded([0.0, *(float(end) for curve in ends for end in (np.nanmin(curve), np.nanmax(curve)))])
