"""One foot's strokes as the charts need them, the ranges that both feet share, and its neutral across a panel."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bikefit.conventions import METRICS, Side
from bikefit.model import Array, FootResult, SessionResult, StrokeColumns
from bikefit.report.draw.panel import Frame, padded
from bikefit.report.draw.thinning import pick_strokes
from bikefit.words import Words, known


@dataclass(frozen=True)
class FootCurves:
    """One foot's strokes as the charts need them, all heel-out positive [deg]."""

    side: Side  # The foot
    name: str  # What its shoe is called
    foot: FootResult  # Its result
    used: StrokeColumns  # Used strokes
    phase: Array  # shape (100,): bin centres [deg]
    # shape (100,): over the used strokes.
    mean: Array
    sd: Array
    single: Array  # shape (at most 24, 100): the curves that are drawn singly
    numbers: tuple[int, ...]  # Their numbers among the foot's strokes
    values: Array  # shape (used,): the chosen metric per stroke
    band_deg: float  # Half width of the neutral band

    @property
    def neutral_deg(self) -> float | None:
        """Neutral angle, or None."""
        return self.foot.neutral.deg if known(self.foot.neutral.deg) else None

    @property
    def is_crank(self) -> bool:
        """Whether phase 0 is top dead centre."""
        return self.has("peak_crank_deg")

    def has(self, column: str) -> bool:
        """Tell whether any used stroke has a value in a column."""
        return bool(np.isfinite(self.used.numbers(column)).any())


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


def curve_range(feet: list[FootCurves]) -> tuple[float, float]:
    """Return one range of degrees that holds both feet's curves, single strokes and neutral."""
    values: list[float] = []
    for each in feet:
        values += [float(np.nanmin(each.single)), float(np.nanmax(each.single)), each.neutral_deg or 0.0]
        values += [float(np.nanmin(each.mean - each.sd)), float(np.nanmax(each.mean + each.sd))]
    return padded(values)


def values_range(feet: list[FootCurves]) -> tuple[float, float]:
    """Return one range that holds both feet's strokes and neutral."""
    values: list[float] = []
    for each in feet:
        values += [float(np.nanmin(each.values)), float(np.nanmax(each.values))]
        values += [] if each.neutral_deg is None else [each.neutral_deg]
    return padded(values)


def draw_neutral(frame: Frame, each: FootCurves) -> None:
    """Draw neutral and its band across a panel."""
    if each.neutral_deg is not None:
        frame.across(each.neutral_deg - each.band_deg, each.neutral_deg + each.band_deg, "neutral-band")
        frame.level(each.neutral_deg, "neutral-line")
