"""Means over the crank: one running integral of heel-out over phase, read off at any angle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np

from bikefit.conventions import CURVE_POINTS, STROKE_ANGLES
from bikefit.model import Array, Flags, Indices
from bikefit.signals import never_falling
from bikefit.strokes.cuts import Cuts

CURVE_EDGES_DEG = np.arange(CURVE_POINTS + 1) * (360.0 / CURVE_POINTS)
WINDOWS_DEG = {row.column: row.window_deg for row in STROKE_ANGLES if row.window_deg is not None}
"""Stroke table's column -> the crank angles over which it is the mean."""
EDGES_DEG = np.array(sorted({*CURVE_EDGES_DEG.tolist(), *chain.from_iterable(WINDOWS_DEG.values())}))
"""Crank angles at which the integral is read off."""
PACE_EVERY = 5
"""The time is read off at every so many edges of the curve."""
SPREAD_DEG = 1440.0
"""Distance on the common phase axis between strokes that do not follow each other."""
ROWS_AT_ONCE = 1024
"""Strokes worked on together: few enough for a processor's cache, enough for threads not to wait for each other."""
CUTOFF_PER_TURN = 4.0
"""Cycles per revolution that the smoothing halves: 6 Hz at 90 rpm, scaled with the cadence."""
REACH = 30
"""Points of the neighbouring strokes' curves that the smoothing looks at."""


@dataclass(frozen=True)
class OverPhase:
    """What each stroke holds, over its phase; NaN where a stroke has too few samples."""

    curve_deg: Array  # shape (strokes, 100): mean over each hundredth of the revolution [deg]
    # shape (strokes,): means over the windows of the crank, by the stroke table's column [deg]
    means_deg: Mapping[str, Array]
    pace_s: Array  # shape (strokes, 21): times at which the phase reaches each twentieth of the revolution [s]
    samples: Indices  # shape (strokes,): samples inside the stroke
    # shape (strokes,): half-open range of those samples
    first: Indices
    last: Indices
    backward_deg: Array  # shape (strokes,): how far the crank turned back within the stroke [deg]

    @property
    def mean_deg(self) -> Array:
        """Means over the whole revolution [deg]."""
        return self.means_deg["mean_deg"]


def measure_over_phase(time_s: Array, phase_deg: Array, heel_out_deg: Array, index: Indices, cuts: Cuts) -> OverPhase:
    """Measure each stroke over its phase.

    Between samples heel-out follows a cubic (slopes by central differences over phase), so that the integral does
    not depend on the sampling rate; every mean is a difference of two of its values over an angle. Each degree of
    phase has one vote, whatever the cadence does within the stroke.
    """
    count = cuts.start_at.size
    points = EDGES_DEG.size
    curve = np.full((count, CURVE_POINTS), np.nan)
    means = {column: np.full(count, np.nan) for column in WINDOWS_DEG}
    pace = np.full((count, CURVE_POINTS // PACE_EVERY + 1), np.nan)
    first, last = _at_or_after(index, cuts.start_at), _at_or_after(index, cuts.end_at)
    if count == 0 or time_s.size < 4:
        return OverPhase(curve, means, pace, last - first, first, last, np.zeros(count))
    time_s, phase_deg, heel_out_deg, index = _with_ends(time_s, phase_deg, heel_out_deg, index, cuts)
    axis, offset, backward = _common_axis(phase_deg, cuts, _at_or_after(index, cuts.start_at))
    on_curve = np.searchsorted(EDGES_DEG, CURVE_EDGES_DEG)
    for begin in range(0, count, ROWS_AT_ONCE):
        rows = slice(begin, min(begin + ROWS_AT_ONCE, count))
        low = max(int(first[rows.start]) - 3, 0)
        high = min(int(last[rows.stop - 1]) + 5, axis.size)
        if high - low < 4:
            continue
        edges = (offset[rows, None] + EDGES_DEG).ravel()
        at, part = _locate(edges, axis[low:high])
        integral = _integral(axis[low:high], heel_out_deg[low:high], at, part).reshape(-1, points)
        curve[rows] = np.diff(integral[:, on_curve], axis=1) * (CURVE_POINTS / 360.0)
        for column, (start, stop) in WINDOWS_DEG.items():
            bounds = np.searchsorted(EDGES_DEG, (start, stop))
            means[column][rows] = (integral[:, bounds[1]] - integral[:, bounds[0]]) / (stop - start)
        paced = on_curve[::PACE_EVERY]
        pace[rows] = _between(time_s[low:high], at.reshape(-1, points)[:, paced], part.reshape(-1, points)[:, paced])
    empty = last - first < 3
    curve[empty] = np.nan
    for mean in means.values():
        mean[empty] = np.nan
    return OverPhase(curve, means, pace, last - first, first, last, backward)


def _at_or_after(index: Indices, position: Array) -> Indices:
    """Return the first sample at or after each fractional index."""
    return np.searchsorted(index, np.ceil(position).astype(np.intp))


def _with_ends(
    time_s: Array, phase: Array, values: Array, index: Indices, cuts: Cuts
) -> tuple[Array, Array, Array, Indices]:
    """Add a sample beyond an end where a stroke reaches just beyond it."""
    if cuts.start_at[0] < index[0]:
        time_s, phase = (np.concatenate([[2.0 * x[0] - x[1]], x]) for x in (time_s, phase))
        values, index = np.concatenate([values[:1], values]), np.concatenate([[index[0] - 1], index])
    if cuts.end_at[-1] > index[-1]:
        time_s, phase = (np.append(x, 2.0 * x[-1] - x[-2]) for x in (time_s, phase))
        values, index = np.append(values, values[-1]), np.append(index, index[-1] + 1)
    return time_s, phase, values, index


def _common_axis(phase: Array, cuts: Cuts, first: Indices) -> tuple[Array, Array, Array]:
    """Lay all strokes one after another on one axis of phase that never falls.

    Returns the samples' places on it, where each stroke begins, and how far each turned back. Samples outside of
    every stroke keep their phase as seen from a neighbouring one; a crank that turns back stands still on this axis.
    """
    offset = np.concatenate([[0.0], np.cumsum(np.where(cuts.follows, 360.0, SPREAD_DEG))])
    begins = first.copy()
    begins[1:][~cuts.follows] -= 1  # the sample just before a stroke that follows none is seen from that stroke
    begins[0] = 0
    owned = np.diff(np.maximum(begins, 0), append=phase.size)
    if cuts.follows.all() and cuts.forward.all():
        axis = phase - cuts.level_deg[0]
    else:
        axis = phase - np.repeat(cuts.level_deg, owned)
        np.clip(axis, -360.0, 720.0, out=axis)
        axis += np.repeat(offset, owned)
    forward = never_falling(axis)
    back = np.flatnonzero(forward > axis)
    backward = np.zeros(offset.size)
    stroke = np.searchsorted(begins, back, side="right") - 1
    np.maximum.at(backward, np.maximum(stroke, 0), forward[back] - axis[back])
    return forward, offset, backward


def _locate(targets: Array, axis: Array) -> tuple[Indices, Array]:
    """Find targets on a never falling axis: the sample below and the fraction of the step."""
    place = np.interp(targets, axis, np.arange(axis.size, dtype=np.float64))
    at = np.minimum(place.astype(np.intp), axis.size - 2)
    place -= at
    return at, place


def _between(values: Array, at: Indices, part: Array) -> Array:
    """Return the values at located places, along straight lines."""
    below = values[at]
    return below + part * (values[at + 1] - below)


def _integral(axis: Array, values: Array, at: Indices, part: Array) -> Array:
    """Return the integral of the values over the axis, from its start to the located places."""
    step = np.diff(axis)
    slope = np.zeros(axis.size)
    around = axis[2:] - axis[:-2]
    moves = True if around.min() > 1e-6 else around > 1e-6  # to pick some takes twice the time of all
    np.divide(values[2:] - values[:-2], around, out=slope[1:-1], where=moves)
    rise = np.diff(values)
    begin, end = slope[:-1] * step, slope[1:] * step
    third = rise - (2.0 * begin + end) / 3.0
    fourth = 0.25 * (begin + end) - 0.5 * rise
    begin *= 0.5
    whole = np.empty(axis.size)
    whole[0] = 0.0
    np.cumsum(step * (values[:-1] + begin + third + fourth), out=whole[1:])
    inside = part * fourth.take(at, mode="clip")  # the places are inside: "clip" only spares the check
    for coefficient in (third, begin, values):
        inside += coefficient.take(at, mode="clip")
        inside *= part
    inside *= step.take(at, mode="clip")
    inside += whole.take(at, mode="clip")
    return inside


@cache
def _smoothing_matrix() -> Array:
    """Return the zero-lag low-pass as a matrix: from a curve in pairs of points, with its neighbours' ends, to a curve.

    The pairs only halve the work: what they take away is far beyond the cutoff.
    """
    frequency = np.linspace(0.0, CURVE_POINTS / 4.0, 1001)
    gain = 1.0 / (1.0 + (frequency / CUTOFF_PER_TURN) ** 8)
    lag = np.arange(-REACH, REACH) + 0.5
    kernel = np.cos(2.0 * np.pi / CURVE_POINTS * np.outer(lag, frequency)) @ gain
    kernel *= np.cos(0.5 * np.pi * lag / REACH) ** 2
    pair = 2 * np.arange(-REACH // 2, (CURVE_POINTS + REACH) // 2)[:, None]
    place = pair - np.arange(CURVE_POINTS) + REACH
    inside = (place >= 0) & (place < lag.size)
    matrix: Array = np.where(inside, kernel[np.where(inside, place, 0)], 0.0)
    matrix /= matrix.sum(axis=0)
    return matrix


def smooth(curve_deg: Array, follows: Flags) -> Array:
    """Low-pass curves over phase without lag.

    The zero-lag 4th-order Butterworth low-pass of 6 Hz at 90 rpm, scaled with the cadence, as a kernel over phase.
    A curve goes on into its neighbours where they follow; else it is mirrored through its end point.
    """
    smoothed = np.empty_like(curve_deg)
    count = len(curve_deg)
    for begin in range(0, count, ROWS_AT_ONCE):
        end = min(begin + ROWS_AT_ONCE, count)
        low, high = max(begin - 1, 0), min(end + 1, count)
        smoothed[begin:end] = _smoothed(curve_deg[low:high], follows[low : high - 1])[begin - low : end - low]
    return smoothed


def _smoothed(curve_deg: Array, follows: Flags) -> Array:
    """Low-pass some curves that lie in a row."""
    matrix = _smoothing_matrix()
    own = 0.5 * (curve_deg[:, ::2] + curve_deg[:, 1::2])
    reach = REACH // 2
    wide = np.empty((own.shape[0], own.shape[1] + 2 * reach))
    wide[:, reach:-reach] = own
    wide[:, :reach] = 2.0 * own[:, :1] - own[:, reach:0:-1]
    wide[:, -reach:] = 2.0 * own[:, -1:] - own[:, -2 : -reach - 2 : -1]
    joins = follows & np.isfinite(own[:-1, -1]) & np.isfinite(own[1:, 0])
    np.copyto(wide[1:, :reach], own[:-1, -reach:], where=joins[:, None])
    np.copyto(wide[:-1, -reach:], own[1:, :reach], where=joins[:, None])
    return wide @ matrix
