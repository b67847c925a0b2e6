"""The picture of ``inspect --plot``: traces with their strokes, rejected ones shaded by reason, cadence below."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bikefit.analysis import TracedFoot
from bikefit.conventions import REJECT_REASONS, Side
from bikefit.files import write_whole
from bikefit.model import Recording
from bikefit.report.draw.theme import LIGHT
from bikefit.words import Words

MOST_POINTS = 6000
_SHADES = [
    "#999999",
    "#cc79a7",
    "#e69f00",
    "#f0e442",
    "#56b4e9",
    "#d55e00",
    "#0072b2",
    "#b8a1d9",
    "#666666",
    "#44aa99",
    "#882255",
    "#117733",
]
REASON_COLOURS = dict(zip(REJECT_REASONS, _SHADES, strict=True))


def plot_traces(words: Words, recording: Recording, feet: Mapping[Side, TracedFoot], path: Path) -> None:
    """Draw the traces of a recording with the strokes found in them."""
    figure = Figure(figsize=(12, 3.0 * len(feet) + 2.2), dpi=110, layout="constrained")
    axes = figure.subplots(len(feet) + 1, 1, sharex=True, squeeze=False, height_ratios=[*([3] * len(feet)), 1.6])[:, 0]
    named: dict[str, Any] = {}
    for axis, (side, foot) in zip(axes, feet.items(), strict=False):
        _draw_foot(words, axis, side, foot, named)
        _draw_cadence(axes[-1], side, foot)
    axes[0].set_title(recording.name.replace("$", r"\$")[:120], loc="left", fontsize=11)
    axes[-1].set_xlabel(words.text("plot.time"))
    axes[-1].set_ylabel(words.text("plot.cadence"))
    axes[-1].set_ylim(bottom=0)
    if named:
        figure.legend(
            named.values(), named.keys(), loc="outside upper right", ncols=len(named), fontsize=9, frameon=False
        )
    FigureCanvasAgg(figure)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    write_whole(path, picture.getvalue())


def _draw_foot(words: Words, axis: Axes, side: Side, foot: TracedFoot, named: dict[str, Any]) -> None:
    """Draw one foot: its trace, the means of used strokes, and rejected strokes shaded by reason."""
    trace, table = foot.trace, foot.strokes.columns
    time_s, angle = thinned(trace.time_s, trace.heel_out_deg)
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
    finite = angle[np.isfinite(angle)]
    if finite.size:
        low, high = np.percentile(finite, [0.2, 99.8])
        axis.set_ylim(low - 0.15 * (high - low) - 0.5, high + 0.15 * (high - low) + 0.5)
    ways = {"heel_in": words.text("axes.heel_in"), "heel_out": words.text("axes.heel_out")}
    axis.set_ylabel(words.text("plot.angle", shoe=words.shoe(side), **ways))
    key = "plot.strokes_quality" if math.isfinite(foot.strokes.quality) else "plot.strokes"
    seen = {"reference": foot.phase.reference, "quality": foot.strokes.quality}
    axis.set_title(words.text(key, used=int(used.sum()), found=len(table), **seen), loc="right", fontsize=9)


def _draw_cadence(axis: Axes, side: Side, foot: TracedFoot) -> None:
    """Draw one foot's cadence, the right one dashed."""
    table = foot.strokes.columns
    middle = (table.numbers("start_s") + table.numbers("end_s")) / 2.0
    cadence = table.numbers("cadence_rpm")
    style = "-" if side == "left" else "--"
    axis.plot(middle, np.clip(cadence, 0, 250), style, drawstyle="steps-mid", color=LIGHT[side], linewidth=1.0)


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
