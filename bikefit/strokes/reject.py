"""Which strokes are not used, each with its reason."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import CURVE_POINTS
from bikefit.model import Array, Flags, FootTrace, Indices
from bikefit.settings import Settings
from bikefit.signals import robust_sd, runs, usual_step
from bikefit.strokes.curves import OverPhase
from bikefit.strokes.cuts import Cuts

Reasons = NDArray[np.object_]

RAMP_STROKES = 2
"""So many strokes after a start and before a stop are its ramp, where their cadence is not the neighbours'."""
NEIGHBOURS = 5
"""Strokes whose median cadence a stroke is compared with."""
NEAR = 15
"""Strokes whose median angle a stroke is compared with."""
TYPICAL_STROKES = 600
"""The median curve is taken from at most so many strokes, evenly spread."""
SHAPE_FLOOR_DEG, LEVEL_FLOOR_DEG = 0.1, 0.3
"""Strokes that differ by no more than these are alike, however regular the rest is."""
STUCK_DEG = 1e-6
"""A stroke within which the angle never changes, where it does in the others, is of a sensor that got stuck."""
GAP_PERIODS = 1.6
"""A step in the time stamps up to this many usual ones is not a gap, however slow the sampling."""
JUDGE_MIN = 8
"""Fewer whole strokes than this cannot say which of them is odd."""


def judge_motion(trace: FootTrace, measured_s: Array, cuts: Cuts, over: OverPhase, settings: Settings) -> Reasons:
    """Give each stroke a reason in how the crank moved or was sampled not to be used, or none.

    The strokes were measured from the samples at the times ``measured_s``.
    """
    cadence = cuts.cadence_rpm
    reasons = np.full(cadence.size, "", dtype=object)
    hole_s, missing = _holes(trace.time_s, measured_s, cuts, over, settings)

    def reject(flags: Flags, why: str) -> None:
        reasons[flags & (reasons == "")] = why

    reject(~cuts.forward | (over.backward_deg > settings.backward_max_deg), "backpedalling")
    slowest_tenth_s = (over.pace_s[:, 2:] - over.pace_s[:, :-2]).max(axis=1)
    slow_s = 6.0 / max(settings.coasting_pace_share * settings.cadence_min_rpm, 1e-9)
    reject(slowest_tenth_s - hole_s > slow_s, "coasting")
    reject(missing, "gap")
    reject((cadence < settings.cadence_min_rpm) | (cadence > settings.cadence_max_rpm), "cadence")
    reject(over.samples < settings.samples_per_stroke_min, "undersampled")
    for why, unusable in trace.unusable.items():
        reject(_share(unusable, cuts) > settings.unusable_max_share, why)
    jumps, ramps = _uneven(cadence, reasons == "", cuts, settings.cadence_jump_ratio)
    reject(ramps, "ramp")
    reject(jumps, "cadence_jump")
    return reasons


def _holes(
    all_time_s: Array, measured_s: Array, cuts: Cuts, over: OverPhase, settings: Settings
) -> tuple[Array, Flags]:
    """Return the longest hole in the samples that each stroke reaches over (0: none), and which lack too many."""
    longest_s = np.zeros(cuts.start_s.size)
    if measured_s.size < 2:
        return longest_s, np.ones(longest_s.size, dtype=np.bool_)
    period_s = usual_step(all_time_s)
    expected = (cuts.end_s - cuts.start_s) / period_s
    # one sample more or less is the boundary's doing
    missing: Flags = expected - over.samples > np.maximum(settings.missing_max_share * expected, 1.0 + 1e-6)
    step_s = np.diff(measured_s)
    holes = np.flatnonzero(step_s > max(settings.gap_max_s, GAP_PERIODS * period_s))
    begin = np.searchsorted(cuts.end_s, measured_s[holes], side="right")
    end = np.searchsorted(cuts.start_s, measured_s[holes + 1], side="left")
    for hole, low, high in zip(holes, begin, end, strict=True):
        longest_s[low:high] = np.maximum(longest_s[low:high], step_s[hole])
    return longest_s, missing | (longest_s > 0.0)


def judge_curves(
    reasons: Reasons, sudden_deg: Array, noise: float, mean_deg: Array, smooth_deg: Array, settings: Settings
) -> tuple[Reasons, Array]:
    """Give strokes that are unlike the foot's others their reason, and say how like the others each is.

    Flicker comes first, then shape; ``noise`` is what all have.
    """
    good = reasons == ""
    if np.count_nonzero(good) >= JUDGE_MIN:
        reasons = np.where(good & _flickers(sudden_deg, noise, settings), "flicker", reasons)
        good = reasons == ""
    range_deg = np.ptp(sudden_deg + smooth_deg, axis=1)
    if good.any() and float(np.median(range_deg[good])) > SHAPE_FLOOR_DEG:
        reasons = np.where(good & (range_deg < STUCK_DEG), "shape", reasons)
        good = reasons == ""
    distance_deg, likeness = _alike(smooth_deg, good)
    if np.count_nonzero(good) >= JUDGE_MIN:
        reasons = np.where(good & _odd(mean_deg, distance_deg, good, settings), "shape", reasons)
    return reasons, likeness


def _share(flags: Flags, cuts: Cuts) -> Array:
    """Return the share of flagged samples in each stroke."""
    running = np.concatenate([[0], np.cumsum(flags)])
    begin = np.clip(np.ceil(cuts.start_at).astype(np.intp), 0, flags.size)
    end = np.clip(np.ceil(cuts.end_at).astype(np.intp), 0, flags.size)
    share: Array = (running[end] - running[begin]) / np.maximum(end - begin, 1)
    return share


def _uneven(cadence: Array, good: Flags, cuts: Cuts, ratio: float) -> tuple[Flags, Flags]:
    """Say which strokes jump in cadence, and which of those belong to a start or a stop."""
    jumps, ramps = np.zeros(good.size, dtype=np.bool_), np.zeros(good.size, dtype=np.bool_)
    rows = np.flatnonzero(good)
    if rows.size < 3:
        return jumps, ramps
    joined = (np.diff(rows) == 1) & (cuts.start_at[rows[1:]] == cuts.end_at[rows[:-1]])
    begins, ends = runs(~joined)
    lengths = ends - begins
    begin, length = np.repeat(begins, lengths), np.repeat(lengths, lengths)
    place = np.arange(rows.size) - begin
    low = np.clip(place - NEIGHBOURS // 2, 0, np.maximum(length - NEIGHBOURS, 0))
    window = begin[:, None] + np.minimum(low[:, None] + np.arange(NEIGHBOURS), length[:, None] - 1)
    usual = np.median(cadence[rows][window], axis=1)
    change = np.maximum(cadence[rows] / usual, usual / cadence[rows])
    uneven = (change > ratio) & (length >= 3)
    at_end = (place < RAMP_STROKES) | (length - 1 - place < RAMP_STROKES)
    jumps[rows[uneven & ~at_end]] = True
    ramps[rows[uneven & at_end]] = True
    return jumps, ramps


def typical(curves_deg: Array, good: Flags) -> Array:
    """Return the median curve of the good strokes."""
    return np.median(curves_deg[_spread(good)], axis=0)


def noise_of(sudden_deg: Array, good: Flags) -> float:
    """Return the robust standard deviation of what smoothing took off the good strokes' curves."""
    return robust_sd(sudden_deg[_spread(good)])


def _spread(good: Flags) -> Indices:
    """Return at most so many good rows, evenly spread."""
    rows = np.flatnonzero(good)
    return rows[:: max(1, -(-rows.size // TYPICAL_STROKES))]


def _flickers(sudden: Array, noise: float, settings: Settings) -> Flags:
    """Say which strokes leave the foot's usual curve for a few samples."""
    farthest = np.maximum(sudden.max(axis=1), -sudden.min(axis=1))
    flickers: Flags = farthest > max(settings.flicker_min_deg, settings.flicker_sds * noise)
    return flickers


def _alike(smooth_deg: Array, good: Flags) -> tuple[Array, Array]:
    """Return each curve's RMS distance from the median curve in shape [deg], and its correlation with it."""
    if not good.any():
        return np.full(good.size, np.nan), np.full(good.size, np.nan)
    usual = typical(smooth_deg, good)
    usual -= usual.mean()
    mean = smooth_deg.mean(axis=1)
    power = np.maximum(np.einsum("ij,ij->i", smooth_deg, smooth_deg) - CURVE_POINTS * mean**2, 0.0)
    common, usual_power = smooth_deg @ usual, float(usual @ usual)
    distance = np.sqrt(np.maximum(power - 2.0 * common + usual_power, 0.0) / CURVE_POINTS)
    size = np.sqrt(power * usual_power)
    likeness = np.divide(common, size, out=np.full(good.size, np.nan), where=size > 0.0)
    return distance, np.clip(likeness, 0.0, 1.0)


def _odd(mean_deg: Array, distance_deg: Array, good: Flags, settings: Settings) -> Flags:
    """Say which strokes are far from the median stroke in shape, or from their neighbours or the ride in angle."""
    farthest = settings.shape_max_distance
    odd: Flags = distance_deg > farthest * max(float(np.median(distance_deg[good])), SHAPE_FLOOR_DEG)
    rows = np.flatnonzero(good)
    near = min(NEAR, rows.size - 1 + rows.size % 2)
    padded = np.pad(mean_deg[rows], near // 2, mode="reflect")
    away = mean_deg[rows] - np.median(np.lib.stride_tricks.sliding_window_view(padded, near), axis=1)
    odd[rows] |= np.abs(away) > farthest * max(robust_sd(away), LEVEL_FLOOR_DEG)
    from_ride = mean_deg[rows] - np.median(mean_deg[rows])
    astray = rows[np.abs(from_ride) > max(settings.level_change_max_deg, farthest * robust_sd(from_ride))]
    if astray.size < max(settings.level_min_strokes, settings.level_min_share * rows.size):
        odd[astray] = True  # too few to be a level of the foot's own: a filter that swings in, a knock
    return odd
