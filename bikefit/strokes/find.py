"""The stroke table: cut, measured, judged, with what was seen on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import CURVE_POINTS, REJECT_REASONS, STROKE_ANGLES, STROKE_COLUMNS, RejectReason
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
from bikefit.settings import Settings
from bikefit.signals import spikes, usual_step
from bikefit.strokes.curves import OverPhase, measure_over_phase, smooth
from bikefit.strokes.cuts import cut, time_at
from bikefit.strokes.posture import label_posture
from bikefit.strokes.reject import JUDGE_MIN, TYPICAL_STROKES, judge_curves, judge_motion, noise_of, typical

if TYPE_CHECKING:
    import pandas as pd

MIDDLES_DEG = (np.arange(CURVE_POINTS) + 0.5) * (360.0 / CURVE_POINTS)
GAP_PERIODS = 1.6
"""A step in the time stamps up to this many usual ones is not a gap, however slow the sampling."""
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
    cuts = cut(trace.time_s, phase.phase_deg, across_unknown=phase.is_crank)
    kept, spiked = _kept_samples(trace, phase, settings)
    if kept.size == trace.time_s.size:
        time, angle, heel = trace.time_s, phase.phase_deg, trace.heel_out_deg
    else:
        time, angle, heel = trace.time_s[kept], phase.phase_deg[kept], trace.heel_out_deg[kept]
    over = measure_over_phase(time, angle, heel, kept, cuts)
    follows = cuts.start_at[1:] == cuts.end_at[:-1]
    start_s, end_s = time_at(trace.time_s, cuts.start_at), time_at(trace.time_s, cuts.end_at)
    hole_s, missing = _holes(trace.time_s, time, over, start_s, end_s, settings)
    reasons = judge_motion(trace, cuts, start_s, end_s, over, hole_s, missing, settings)
    smooth_deg, sudden_deg = _smooth_and_sudden(over.curve_deg, follows, reasons == "")
    moves = reasons == ""
    noise = noise_of(sudden_deg, moves)
    likeness = judge_curves(reasons, sudden_deg, noise, over.mean_deg, smooth_deg, settings)
    used = reasons == ""

    sudden_deg *= _signal_share(noise if np.array_equal(used, moves) else noise_of(sudden_deg, used))
    sudden_deg += smooth_deg
    peak_deg, peak_at_deg, range_deg = _extremes(sudden_deg)
    unknown = np.full(start_s.size, np.nan)
    per_spike = np.searchsorted(cuts.start_at, spiked, side="right") - 1
    inside = per_spike >= 0
    inside[inside] &= spiked[inside] < cuts.end_at[per_spike[inside]]
    columns: dict[str, NDArray[Any]] = {
        "foot": np.full(start_s.size, trace.side, dtype=object),
        "stroke": np.arange(1, start_s.size + 1),
        "start_s": start_s,
        "end_s": end_s,
        "cadence_rpm": 60.0 / (end_s - start_s),
        **{
            row.column: over.means_deg.get(row.column, peak_deg) if phase.is_crank or not row.needs_crank else unknown
            for row in STROKE_ANGLES
        },
        "peak_crank_deg": peak_at_deg if phase.is_crank else unknown,
        "range_deg": range_deg,
        "posture": label_posture(_pitch_means(trace, start_s, end_s), used, settings),
        "power_w": _mean_between((companions or {}).get("power_w"), start_s, end_s),
        "spikes_repaired": np.bincount(per_spike[inside], minlength=start_s.size),
        "quality": likeness,
        "used": used,
        "reject_reason": reasons,
    }
    table = StrokeColumns({name: columns[name] for name in STROKE_COLUMNS})
    coherence, moves_deg = _coherence(
        smooth_deg, over.mean_deg, _pairs(follows, used, reasons == "gap"), settings.rotation_still_deg
    )
    findings: list[Finding] = []
    if used.any():
        samples = float(np.median(over.samples[used]))
        if samples < settings.samples_per_stroke_warn:
            findings.append(finding("few_samples", side=trace.side, samples=samples))
        if np.count_nonzero(used) >= settings.strokes_min and coherence < settings.quality_min <= phase.quality:
            code = "rotation_still" if moves_deg < settings.rotation_still_deg else "noise_only"
            findings.append(finding(code, side=trace.side, deg=moves_deg))
        findings.extend(_dropped(trace, reasons, settings) if phase.quality >= settings.quality_min else ())
        told_rpm = _mean_between((companions or {}).get("cadence_rpm"), start_s, end_s)
        findings.extend(_cadence_apart(trace, told_rpm[used], 60.0 / (end_s - start_s)[used], settings))
    if spiked.size:
        findings.append(finding("spikes_left_out", side=trace.side, count=int(spiked.size)))
    return Strokes(table, StrokeCurves(over.curve_deg), phase.quality * coherence, tuple(findings))


def _dropped(trace: FootTrace, reasons: NDArray[np.object_], settings: Settings) -> tuple[Finding, ...]:
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


def _smooth_and_sudden(curve_deg: Array, follows: Flags, good: Flags) -> tuple[Array, Array]:
    """Split curves: the usual curve plus each stroke's smooth departure from it, and the sudden rest."""
    usual_deg = typical(curve_deg, good) if np.count_nonzero(good) >= JUDGE_MIN else np.zeros(CURVE_POINTS)
    sudden_deg = curve_deg - usual_deg
    smooth_deg = smooth(sudden_deg, follows)
    sudden_deg -= smooth_deg
    smooth_deg += usual_deg
    return smooth_deg, sudden_deg


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


def _holes(
    all_time_s: Array, time_s: Array, over: OverPhase, start_s: Array, end_s: Array, settings: Settings
) -> tuple[Array, Flags]:
    """Return the longest hole in the samples that each stroke reaches over (0: none), and which lack too many."""
    longest_s = np.zeros(start_s.size)
    if all_time_s.size < 2 or time_s.size < 2:
        return longest_s, np.ones(start_s.size, dtype=np.bool_)
    period_s = usual_step(all_time_s)
    expected = (end_s - start_s) / period_s
    # one sample more or less is the boundary's doing
    missing: Flags = expected - over.samples > np.maximum(settings.missing_max_share * expected, 1.0 + 1e-6)
    step_s = np.diff(time_s)
    holes = np.flatnonzero(step_s > max(settings.gap_max_s, GAP_PERIODS * period_s))
    begin = np.searchsorted(end_s, time_s[holes], side="right")
    end = np.searchsorted(start_s, time_s[holes + 1], side="left")
    for hole, low, high in zip(holes, begin, end, strict=True):
        longest_s[low:high] = np.maximum(longest_s[low:high], step_s[hole])
    return longest_s, missing | (longest_s > 0.0)


def _extremes(curve_deg: Array) -> tuple[Array, Array, Array]:
    """Return each curve's highest value, where on the revolution it lies, and its range."""
    rows = np.arange(curve_deg.shape[0])
    at, low = np.argmax(curve_deg, axis=1), curve_deg.min(axis=1)
    peak = curve_deg[rows, at]
    before, after = curve_deg[rows, at - 1], curve_deg[rows, (at + 1) % CURVE_POINTS]
    bend = before - 2.0 * peak + after
    inner = (at > 0) & (at < CURVE_POINTS - 1) & (bend < 0.0)
    shift = np.divide(0.5 * (before - after), bend, out=np.zeros(at.size), where=inner)
    where_deg = (MIDDLES_DEG[at] + shift * (360.0 / CURVE_POINTS)) % 360.0
    return peak, np.where(np.isfinite(peak), where_deg, np.nan), peak - low


def _mean_between(channel: Channel | None, start_s: Array, end_s: Array) -> Array:
    """Return a channel's mean over time in each stroke; NaN where there is no channel, or where it does not reach."""
    return np.full(start_s.size, np.nan) if channel is None else channel.means_between(start_s, end_s)


def _pitch_means(trace: FootTrace, start_s: Array, end_s: Array) -> Array:
    """Return the mean pitch of each stroke; NaN where there is none."""
    pitch = None if trace.pitch_deg is None else Channel(trace.time_s, trace.pitch_deg)
    return _mean_between(pitch, start_s, end_s)


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
