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
OFTEN: Final = (0.5, 2.5)
"""So often in the time of a stroke does a foot turn to and fro that goes on pedalling."""
NOISE_OFTEN: Final = (3.0, 8.0)
"""And so often does noise alone, which is as strong there as among the turns."""
CLEAR_RATIO: Final = 2.0
"""The turns are this many times stronger than noise alone would be."""


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
    """Say whether a foot goes on turning: nearly as far as in its strokes, about as often, and not by noise alone."""
    known = np.flatnonzero(np.isfinite(heel_deg))
    if known.size < 2 or known.size < heel_deg.size // 2:
        return False
    window = np.hanning(heel_deg.size + 2)[1:-1]
    moved = np.interp(np.arange(heel_deg.size), known, heel_deg[known])
    moved -= np.average(moved, weights=window)
    variances = 2.0 * np.abs(np.fft.rfft(window * moved)) ** 2 / (heel_deg.size * np.vdot(window, window))
    often = np.arange(variances.size) / strokes
    turning, above = (variances[(often > low) & (often < high)] for low, high in (OFTEN, NOISE_OFTEN))
    noise = turning.size * float(above.mean()) if above.size else 0.0
    size = float(turning.sum())
    return size > CLEAR_RATIO * noise and size - noise > (MOVES_SHARE * range_deg) ** 2 / 8.0
