"""Stretches without strokes in which the foot goes on turning: the crank's channel stands still or is missing."""

from __future__ import annotations

from typing import Final

import numpy as np

from bikefit.model import Array, Finding, FootTrace, Phase, finding
from bikefit.settings import Settings
from bikefit.signals import runs_of
from bikefit.strokes.cuts import Cuts

SHORTEST_S: Final = 3.0
"""Shorter stretches are starts, stops and single gaps."""
MOVES_SHARE: Final = 0.5
"""In such a stretch the foot turns to and fro by at least this share of what it does in a stroke."""
ALIKE: Final = 0.5
"""Neighbouring samples of a foot that turns are correlated by more than this; those of noise at rest are not."""


def crank_stands(
    trace: FootTrace, phase: Phase, cuts: Cuts, curves_deg: Array, settings: Settings
) -> tuple[Finding, ...]:
    """Say where strokes are lost for a crank that seems to stand; ``curves_deg`` are those of the used ones."""
    short = cuts.end_s - cuts.start_s < SHORTEST_S
    if not phase.is_crank or not short.any():
        return ()
    lasts_s = (cuts.end_s - cuts.start_s)[short]
    whole_s = float(trace.time_s[-1] - trace.time_s[0])
    if whole_s - float(lasts_s.sum()) <= settings.dropped_warn_share * whole_s:
        return ()
    stroke_s = float(np.median(lasts_s))
    range_deg = float(np.median(np.ptp(curves_deg, axis=1)))
    edges = np.zeros(trace.time_s.size + 1)
    for at, change in ((cuts.start_at, 1.0), (cuts.end_at, -1.0)):
        np.add.at(edges, np.clip(np.ceil(at[short]), 0, trace.time_s.size).astype(np.intp), change)
    lost_s = 0.0
    for first, end in runs_of(np.cumsum(edges[:-1]) < 0.5):
        seconds = float(trace.time_s[end - 1] - trace.time_s[first])
        if seconds >= SHORTEST_S and _to_and_fro(trace.heel_out_deg[first:end], range_deg, seconds / stroke_s):
            lost_s += seconds
    share = lost_s / whole_s
    if share <= settings.dropped_warn_share:
        return ()
    told = {"reference": phase.reference, "seconds": lost_s, "percent": 100.0 * share}
    return (finding("crank_stands", side=trace.side, **told),)


def _to_and_fro(heel_deg: Array, range_deg: float, strokes: float) -> bool:
    """Say whether a foot goes on turning: nearly as far as in its strokes, and about as often."""
    known = heel_deg[np.isfinite(heel_deg)]
    if known.size < heel_deg.size // 2 or not known.size:
        return False
    off_deg = known - known.mean()
    if off_deg[1:] @ off_deg[:-1] <= ALIKE * (off_deg @ off_deg):
        return False
    low, middle, high = np.percentile(known, [10.0, 50.0, 90.0])
    sides = np.sign(known - middle)[np.abs(known - middle) > 0.25 * (high - low)]
    turns = np.count_nonzero(np.diff(sides)) / 2.0
    return bool(high - low > MOVES_SHARE * range_deg and turns > 0.5 * strokes)
