"""The picture of ``inspect --plot``: traces with their strokes, rejected ones shaded by reason, cadence below."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bikefit.analysis import TracedFoot
from bikefit.conventions import REJECT_REASONS, Side
from bikefit.files import write_whole
from bikefit.model import Array, Lap, Recording
from bikefit.report.draw.theme import LIGHT
from bikefit.words import Words

MOST_POINTS = 6000
LONGEST_GAP_S = 2.0
"""Longest time without a sample that a line bridges."""
LOOK: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "text.color": LIGHT["ink"],
    "axes.edgecolor": LIGHT["faint"],
    "axes.labelcolor": LIGHT["soft"],
    "axes.facecolor": LIGHT["paper"],
    "figure.facecolor": LIGHT["paper"],
    "xtick.color": LIGHT["soft"],
    "ytick.color": LIGHT["soft"],
}
"""The colours of the reports."""
_SHADES = (
    "#999999", "#cc79a7", "#e69f00", "#f0e442", "#56b4e9", "#d55e00",
    "#0072b2", "#b8a1d9", "#666666", "#44aa99", "#882255", "#117733",
)  # fmt: skip
REASON_COLOURS = dict(zip(REJECT_REASONS, _SHADES, strict=True))


def plot_traces(words: Words, recording: Recording, feet: Mapping[Side, TracedFoot], path: Path) -> None:
    """Draw the traces of a recording with the strokes found in them."""
    with rc_context(LOOK):
        figure = Figure(figsize=(12, 3.0 * len(feet) + 2.2), dpi=110, layout="constrained")
        rows = len(feet) + 1
        axes = figure.subplots(rows, 1, sharex=True, squeeze=False, height_ratios=[*([3] * len(feet)), 1.6])[:, 0]
        _draw(words, figure, list(axes), recording, feet)
        FigureCanvasAgg(figure)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", metadata={"Software": "bikefit"})
    write_whole(path, picture.getvalue())


def _draw(
    words: Words, figure: Figure, axes: list[Axes], recording: Recording, feet: Mapping[Side, TracedFoot]
) -> None:
    """Draw all feet on one scale, the cadence below, and the laps over both."""
    named: dict[str, Any] = {}
    y_range = _shared_range(feet)
    for axis, (side, foot) in zip(axes, feet.items(), strict=False):
        _draw_foot(words, axis, side, foot, named)
        if y_range is not None:
            axis.set_ylim(*y_range)
        _draw_cadence(axes[-1], side, foot)
    _draw_laps(words, axes, recording.laps)
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(axis="y", color=LIGHT["rule"], linewidth=0.7)
        axis.set_axisbelow(True)
    axes[0].set_title(recording.name.replace("$", r"\$")[:120], loc="left", fontsize=11, fontweight="bold")
    axes[-1].set_xlabel(words.text("plot.time"))
    axes[-1].set_ylabel(words.text("axes.cadence_rpm"))
    axes[-1].set_ylim(bottom=0)
    if named:
        figure.legend(
            named.values(), named.keys(), loc="outside upper right", ncols=len(named), fontsize=9, frameon=False
        )


def _shared_range(feet: Mapping[Side, TracedFoot]) -> tuple[float, float] | None:
    """Return one range of angles for all feet, so that they can be compared; lone wild samples do not widen it."""
    traces = [foot.trace.heel_out_deg[np.isfinite(foot.trace.heel_out_deg)] for foot in feet.values()]
    ends = [np.percentile(values, [0.2, 99.8]) for values in traces if values.size]
    if not ends:
        return None
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    air = 0.15 * (high - low) + 0.5
    return float(low - air), float(high + air)


def _draw_laps(words: Words, axes: list[Axes], laps: Sequence[Lap]) -> None:
    """Mark where each lap begins, with its number at the top."""
    for lap in laps if len(laps) > 1 else ():
        for axis in axes:
            axis.axvline(lap.start_s, color=LIGHT["neutral"], linewidth=1.2, linestyle=(0, (4, 3)))
        axes[0].annotate(
            words.text("plot.lap", number=lap.number),
            (lap.start_s, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(3, -11),
            textcoords="offset points",
            fontsize=9,
            color=LIGHT["neutral-text"],
        )


def _draw_foot(words: Words, axis: Axes, side: Side, foot: TracedFoot, named: dict[str, Any]) -> None:
    """Draw one foot: its trace, the means of used strokes, and rejected strokes shaded by reason."""
    trace, table = foot.trace, foot.strokes.columns
    time_s, angle = with_holes(*thinned(trace.time_s, trace.heel_out_deg))
    axis.plot(time_s, angle, color=LIGHT[side], linewidth=0.7)
    starts = table.numbers("start_s")
    ends = table.numbers("end_s")
    used = table.used
    reasons = table["reject_reason"].astype(str)
    for reason in dict.fromkeys(reasons[~used]):
        for start, end in zip(starts[~used & (reasons == reason)], ends[~used & (reasons == reason)], strict=True):
            shade = axis.axvspan(start, end, color=REASON_COLOURS.get(reason, "#999999"), alpha=0.35, linewidth=0)
            named.setdefault(words.text("plot.rejected", reason=reason), shade)
    if used.any():
        means = table.numbers("mean_deg")[used]
        (dots,) = axis.plot((starts[used] + ends[used]) / 2.0, means, ".", color=LIGHT["ink"], markersize=3)
        named.setdefault(words.text("plot.used"), dots)
    ways = {"heel_in": words.text("axes.heel_in"), "heel_out": words.text("axes.heel_out")}
    axis.set_ylabel(words.text("plot.angle", shoe=words.shoe(side), **ways))
    key = "plot.strokes_quality" if math.isfinite(foot.strokes.quality) else "plot.strokes"
    seen = {"reference": foot.phase.reference, "quality": foot.strokes.quality}
    axis.set_title(words.text(key, used=int(used.sum()), found=len(table), **seen), loc="right", fontsize=9)


def _draw_cadence(axis: Axes, side: Side, foot: TracedFoot) -> None:
    """Draw one foot's cadence, the right one dashed."""
    table = foot.strokes.columns
    table = table.rows(table["reject_reason"].astype(str) != "gap")  # what spans a gap has no cadence
    middle = (table.numbers("start_s") + table.numbers("end_s")) / 2.0
    cadence = table.numbers("cadence_rpm")
    style = "-" if side == "left" else "--"
    middle, cadence = with_holes(middle, np.clip(cadence, 0, 250))
    axis.plot(middle, cadence, style, drawstyle="steps-mid", color=LIGHT[side], linewidth=1.0)


def with_holes(time_s: Array, values: Array) -> tuple[Array, Array]:
    """Return values over time with an unknown one in each gap, so that no line is drawn across it.

    Examples
    --------
    >>> with_holes(np.array([0.0, 1.0, 2.0, 30.0, 31.0, 32.0, 33.0, 34.0, 35.0, 36.0, 37.0]), np.ones(11))[1][:5]
    array([ 1.,  1.,  1., nan, nan])
    """
    if time_s.size < 2:
        return time_s, values
    steps = np.diff(time_s)
    after = np.flatnonzero(steps > max(LONGEST_GAP_S, 2.5 * float(np.percentile(steps, 90)))) + 1
    twice = np.repeat(after, 2)  # at both ends of a gap, since steps reach half way to their neighbours
    return np.insert(time_s, twice, np.stack([time_s[after - 1], time_s[after]], 1).ravel()), np.insert(
        values, twice, math.nan
    )


def thinned(time_s: Any, values: Any) -> tuple[Any, Any]:
    """Return a trace in few enough points for a picture, keeping its peaks."""
    step = time_s.size * 2 // MOST_POINTS
    if step < 2:
        return time_s, values
    whole = time_s.size // step * step
    blocks = values[:whole].reshape(-1, step)
    holes = np.isnan(blocks).all(axis=1)
    filled = np.where(np.isnan(blocks), np.inf, blocks), np.where(np.isnan(blocks), -np.inf, blocks)
    ends = np.stack([filled[0].min(axis=1), filled[1].max(axis=1)], axis=1)
    ends[holes] = np.nan
    return np.repeat(time_s[:whole:step], 2), ends.ravel()
