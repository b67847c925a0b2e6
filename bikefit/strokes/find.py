"""The stroke table: cut, measured, judged, with what was seen on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import CURVE_POINTS, REJECT_REASONS, STROKE_ANGLES, STROKE_COLUMNS, UNLIKE, RejectReason
from bikefit.model import (
    Array,
    Channel,
    Finding,
    Flags,
    FootTrace,
    Indices,
    Phase,
    StrokeColumns,
    StrokeCurves,
    finding,
)
from bikefit.model.measured import phase_centres_deg
from bikefit.settings import Settings
from bikefit.signals import spikes
from bikefit.strokes.curves import OverPhase, measure_over_phase, smooth
from bikefit.strokes.cuts import Cuts, cut
from bikefit.strokes.posture import label_posture
from bikefit.strokes.reject import JUDGE_MIN, TYPICAL_STROKES, Reasons, judge_curves, judge_motion, noise_of, typical
from bikefit.strokes.standstill import crank_stands

if TYPE_CHECKING:
    import pandas as pd

QUIET_DEG = 0.06
"""Noise in the curves from which on it would widen the range, so that they are read as smoothed."""
AVERAGED: Final = ("power_w", "cadence_rpm")
"""Shared channels whose mean over each stroke is taken."""
NOT_PEDALLED: Final[tuple[RejectReason, ...]] = ("coasting", "backpedalling")


@dataclass(frozen=True)
class Strokes:
    """The strokes of one foot."""

    columns: StrokeColumns  # One row a stroke; `table` is the same as a DataFrame
    curves: StrokeCurves  # Row i belongs to the table's row i; NaN where the stroke holds too few samples
    quality: float  # 0-1: how regular the reference is, times how much each stroke's curve resembles the next
    findings: tuple[Finding, ...]  # What was seen

    @property
    def table(self) -> pd.DataFrame:
        """One row a stroke, as a DataFrame."""
        return self.columns.frame


def find_strokes(
    trace: FootTrace, phase: Phase, settings: Settings, companions: Mapping[str, Channel] | None = None
) -> Strokes:
    """Cut a trace into pedal strokes, measure each and say which are not to be used.

    Parameters
    ----------
    trace : FootTrace
        One foot; missing samples are NaN or absent.
    phase : Phase
        The phase at its samples.
    settings : Settings
        Thresholds.
    companions : mapping of str to Channel, optional
        Shared channels; ``power_w`` is averaged over each stroke, ``cadence_rpm`` compared with theirs.

    Returns
    -------
    Strokes
        Table, curves, quality and findings.

    Notes
    -----
    1. A stroke reaches from one multiple of 360 degrees of phase to the next, half-open, with boundaries between
       samples. The incomplete first and last part of the ride are not strokes. One in which the rider coasts, or over
       which samples are missing, is one row, with that reason.
    2. Spikes of one or two samples are left out, and counted.
    3. Means are over phase: each degree has one vote. Range and peak are read from the foot's median curve plus the
       low-passed departure of the stroke from it, so that noise does not widen them and what is sharp in each stroke
       stays sharp; where the curves hold hardly any noise, the rest of the departure is left in.
    4. Without a crank reference the fields that speak of the crank (peak_crank_deg, power_phase_deg,
       recovery_phase_deg) are NaN.
    """
    companions = companions or {}
    cuts = cut(trace.time_s, phase.phase_deg, across_unknown=phase.is_crank)
    kept, spiked = _kept_samples(trace, phase, settings)
    per_sample = (trace.time_s, phase.phase_deg, trace.heel_out_deg)
    time, angle, heel = per_sample if kept.size == trace.time_s.size else (values[kept] for values in per_sample)
    over = measure_over_phase(time, angle, heel, kept, cuts)
    judged = _judged(cuts, over, judge_motion(trace, time, cuts, over, settings), settings)
    beside = {
        "power_w": _mean_between(companions.get("power_w"), cuts),
        "spikes_repaired": _per_stroke(spiked, cuts),
    }
    pairs = _pairs(cuts.follows, judged.used, judged.reasons == "gap")
    coherence, moves_deg = _coherence(judged.smooth_deg, over.mean_deg, pairs, settings.rotation_still_deg)
    findings: list[Finding] = []
    if judged.used.any():
        told_rpm = _mean_between(companions.get("cadence_rpm"), cuts)
        findings += _few_samples(trace, over.samples[judged.used], settings)
        if phase.quality >= settings.quality_min:
            findings += _incoherent(trace, judged.used, coherence, moves_deg, settings)
            findings += _dropped(trace, judged.reasons, settings)
            findings += crank_stands(trace, phase, cuts, judged.smooth_deg[judged.used], settings)
        findings += _cadence_apart(trace, told_rpm[judged.used], cuts.cadence_rpm[judged.used], settings)
    if spiked.size:
        findings.append(finding("spikes_left_out", side=trace.side, count=int(spiked.size)))
    table = _table(trace, phase, cuts, over, judged, beside, settings)
    return Strokes(table, StrokeCurves(over.curve_deg), phase.quality * coherence, tuple(findings))


@dataclass(frozen=True)
class _Judged:
    """Which strokes are used, and their curves freed of noise."""

    reasons: Reasons  # Why a stroke is not used; empty where it is
    used: Flags
    likeness: Array  # Correlation of each curve with the median one
    smooth_deg: Array  # The curves, low-passed about the usual one
    clear_deg: Array  # The same with what is sudden in them, where it is not noise: range and peak are read from it


def _judged(cuts: Cuts, over: OverPhase, reasons: Reasons, settings: Settings) -> _Judged:
    """Judge the curves of the strokes whose motion gives no reason against them.

    Each is the usual curve, a smooth departure from it, and a sudden rest: noise, or what is sharp in each stroke.
    """
    moves = reasons == ""
    usual_deg = typical(over.curve_deg, moves) if np.count_nonzero(moves) >= JUDGE_MIN else np.zeros(CURVE_POINTS)
    sudden_deg = over.curve_deg - usual_deg
    smooth_deg = smooth(sudden_deg, cuts.follows)
    sudden_deg -= smooth_deg
    smooth_deg += usual_deg
    noise = noise_of(sudden_deg, moves)
    reasons, likeness = judge_curves(reasons, sudden_deg, noise, over.mean_deg, smooth_deg, settings)
    used = reasons == ""
    sudden_deg *= _signal_share(noise if np.array_equal(used, moves) else noise_of(sudden_deg, used))
    sudden_deg += smooth_deg
    return _Judged(reasons, used, likeness, smooth_deg, sudden_deg)


def _table(
    trace: FootTrace,
    phase: Phase,
    cuts: Cuts,
    over: OverPhase,
    judged: _Judged,
    beside: Mapping[str, NDArray[Any]],
    settings: Settings,
) -> StrokeColumns:
    """Write down each stroke, with the columns that stand beside its angles."""
    peak_deg, peak_at_deg, range_deg = _extremes(judged.clear_deg)
    unknown = np.full(peak_deg.size, np.nan)
    pitch = None if trace.pitch_deg is None else Channel(trace.time_s, trace.pitch_deg)
    columns: dict[str, NDArray[Any]] = {
        "foot": np.full(peak_deg.size, trace.side, dtype=object),
        "stroke": np.arange(1, peak_deg.size + 1),
        "start_s": cuts.start_s,
        "end_s": cuts.end_s,
        "cadence_rpm": cuts.cadence_rpm,
        **{
            row.column: over.means_deg.get(row.column, peak_deg) if phase.is_crank or not row.needs_crank else unknown
            for row in STROKE_ANGLES
        },
        "peak_crank_deg": peak_at_deg if phase.is_crank else unknown,
        "range_deg": range_deg,
        "posture": _posture(_mean_between(pitch, cuts), judged, settings),
        "quality": judged.likeness,
        "used": judged.used,
        "reject_reason": judged.reasons,
        **beside,
    }
    return StrokeColumns({name: columns[name] for name in STROKE_COLUMNS})


def _posture(pitch_deg: Array, judged: _Judged, settings: Settings) -> NDArray[np.object_]:
    """Label strokes by their posture, which may be what makes some of them unlike the used ones."""
    labels = label_posture(pitch_deg, judged.used, settings)
    if (labels != "").any():
        return labels
    return label_posture(pitch_deg, judged.used | np.isin(judged.reasons, UNLIKE), settings)


def _per_stroke(places: Indices, cuts: Cuts) -> Indices:
    """Count the samples at given places in each stroke."""
    stroke = np.searchsorted(cuts.start_at, places, side="right") - 1
    inside = stroke >= 0
    inside[inside] &= places[inside] < cuts.end_at[stroke[inside]]
    return np.bincount(stroke[inside], minlength=cuts.start_at.size)


def _few_samples(trace: FootTrace, samples: Indices, settings: Settings) -> tuple[Finding, ...]:
    """Say where the used strokes hold few samples."""
    usual = float(np.median(samples))
    few = usual < settings.samples_per_stroke_warn
    return (finding("few_samples", side=trace.side, samples=usual),) if few else ()


def _incoherent(
    trace: FootTrace, used: Flags, coherence: float, moves_deg: float, settings: Settings
) -> tuple[Finding, ...]:
    """Say where the movement within the strokes does not come back."""
    if np.count_nonzero(used) < settings.strokes_min or coherence >= settings.quality_min:
        return ()
    code = "rotation_still" if moves_deg < settings.rotation_still_deg else "noise_only"
    return (finding(code, side=trace.side, deg=moves_deg),)


def _dropped(trace: FootTrace, reasons: Reasons, settings: Settings) -> tuple[Finding, ...]:
    """Say where many of the strokes were left out; a stretch without pedalling is not a stroke."""
    codes = reasons[~np.isin(reasons, NOT_PEDALLED)]
    why = {code: int(np.count_nonzero(codes == code)) for code in REJECT_REASONS if code in codes}
    share = sum(why.values()) / codes.size
    if share <= settings.dropped_warn_share:
        return ()
    return (finding("strokes_dropped", side=trace.side, percent=100.0 * share, found=int(codes.size), why=why),)


def _cadence_apart(trace: FootTrace, told_rpm: Array, cadence_rpm: Array, settings: Settings) -> tuple[Finding, ...]:
    """Say where the recorded cadence is not that of the strokes."""
    known = np.isfinite(told_rpm)
    if np.count_nonzero(known) < settings.strokes_min:
        return ()
    ratio, most = told_rpm[known] / cadence_rpm[known], settings.cadence_apart_ratio
    apart = (ratio < 1.0 / most) | (ratio > most)
    if apart.mean() <= settings.cadence_apart_max_share:
        return ()
    usual = float(np.median(ratio[apart]))
    how = "doubled" if 2.0 / most <= usual <= 2.0 * most else "halved" if 0.5 / most <= usual <= 0.5 * most else "other"
    recorded, strokes = (float(np.median(values[known][apart])) for values in (told_rpm, cadence_rpm))
    percent = 100.0 * float(apart.mean())
    return (finding("cadence_differs", side=trace.side, percent=percent, recorded=recorded, strokes=strokes, how=how),)


def _signal_share(noise: float) -> float:
    """Return how much of the sudden part to leave in the curves: all without noise, none where it is mostly noise."""
    return 1.0 / (1.0 + (noise / QUIET_DEG) ** 4) if np.isfinite(noise) else 0.0


def _kept_samples(trace: FootTrace, phase: Phase, settings: Settings) -> tuple[Indices, Indices]:
    """Return the places of the samples to measure from, and of the spikes among them that were left out."""
    heel = trace.heel_out_deg
    known = np.isfinite(heel)
    rows = np.flatnonzero(known) if not known.all() else np.arange(heel.size)
    wild = spikes(heel if rows.size == heel.size else heel[rows], settings.spike_min_deg)
    spiked = rows[wild]
    known[spiked] = False
    known &= np.isfinite(phase.phase_deg)
    return (np.flatnonzero(known) if not known.all() else rows), spiked


def _extremes(curve_deg: Array) -> tuple[Array, Array, Array]:
    """Return each curve's highest value, where on the revolution it lies, and its range."""
    rows = np.arange(curve_deg.shape[0])
    at, low = np.argmax(curve_deg, axis=1), curve_deg.min(axis=1)
    peak = curve_deg[rows, at]
    before, after = curve_deg[rows, at - 1], curve_deg[rows, (at + 1) % CURVE_POINTS]
    bend = before - 2.0 * peak + after
    inner = (at > 0) & (at < CURVE_POINTS - 1) & (bend < 0.0)
    shift = np.divide(0.5 * (before - after), bend, out=np.zeros(at.size), where=inner)
    where_deg = (phase_centres_deg(CURVE_POINTS)[at] + shift * (360.0 / CURVE_POINTS)) % 360.0
    return peak, np.where(np.isfinite(peak), where_deg, np.nan), peak - low


def _mean_between(channel: Channel | None, cuts: Cuts) -> Array:
    """Return a channel's mean over time in each stroke; NaN where there is no channel, or where it does not reach."""
    return np.full(cuts.start_s.size, np.nan) if channel is None else channel.means_between(cuts.start_s, cuts.end_s)


def _pairs(follows: Flags, used: Flags, hidden: Flags) -> tuple[Indices, Indices]:
    """Return neighbours among the used strokes; where those are few, those behind hidden strokes, if many."""
    good = np.flatnonzero(used)
    first = np.flatnonzero(follows & used[1:] & used[:-1])
    second = first + 1
    if 2 * first.size < good.size - 1:
        unfit = np.cumsum(~(used | hidden))
        near = unfit[good[:-1]] == unfit[good[1:]]
        if 2 * np.count_nonzero(near) >= good.size - 1:
            first, second = good[:-1][near], good[1:][near]
    step = max(1, -(-first.size // TYPICAL_STROKES))
    return first[::step], second[::step]


def _coherence(
    smooth_deg: Array, mean_deg: Array, pairs: tuple[Indices, Indices], still_deg: float
) -> tuple[float, float]:
    """Return how much of the movement within a stroke comes back in the next one used, and its size [deg].

    Noise, drift and a constant give 0. A drift from stroke to stroke, read from the neighbours' means, is
    taken off first: it would look alike in each.
    """
    first, second = pairs
    if first.size == 0:
        return 0.0, 0.0
    ramp = (np.arange(CURVE_POINTS) + 0.5) / CURVE_POINTS - 0.5
    drift = ((mean_deg[second] - mean_deg[first]) / (second - first))[:, None] * ramp
    here = smooth_deg[first] - mean_deg[first, None] - drift
    there = smooth_deg[second] - mean_deg[second, None] - drift
    size = float(np.sqrt(np.vdot(here, here) * np.vdot(there, there)))
    moves_deg = float(np.sqrt(size / here.size))
    if moves_deg < still_deg:
        return 0.0, moves_deg
    return max(0.0, float(np.vdot(here, there)) / size), moves_deg
