"""Where strokes begin and end: between samples, whatever the phase does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bikefit.model import Array, Flags, Indices

CHATTER_S = 0.2
"""Crossings of one boundary within this time are noise around one crossing; beyond, the crank stood there."""
LATE_START, EARLY_END = 0.1, 1.0
"""A boundary this many samples before the first or after the last sample is still taken: a sample stands for the
time up to the next, so that a file of whole strokes holds them all; the first is given a little for noise."""
SPEED_SAMPLES = 5
"""Steps from which the speed at either end is taken."""


@dataclass(frozen=True)
class Cuts:
    """Where strokes begin and end."""

    # shape (strokes,): boundaries as fractional sample indices
    start_at: Array
    end_at: Array
    level_deg: Array  # shape (strokes,): phase at the start [deg], a multiple of 360
    forward: Flags  # shape (strokes,): false where the crank went backward from one boundary to the next


def cut(time_s: Array, phase_deg: Array, *, across_unknown: bool) -> Cuts:
    """Cut a phase at its multiples of 360 degrees.

    Boundaries are interpolated between samples. Noise that crosses one boundary several times is one crossing, at
    the middle one; where the crank stood on the boundary, one stroke ends at the first crossing and the next starts
    at the last. A crank that turns back over a boundary gives a stroke that is not ``forward``.

    Examples
    --------
    >>> cuts = cut(np.arange(10.0), np.arange(10.0) * 100.0 + 60.0, across_unknown=True)
    >>> cuts.start_at.tolist(), cuts.end_at.tolist()
    ([3.0], [6.6])
    """
    known = np.flatnonzero(np.isfinite(phase_deg))
    whole = known.size == phase_deg.size
    phase = phase_deg if whole else phase_deg[known]
    nothing = np.empty(0)
    none = Cuts(nothing, nothing, nothing, np.empty(0, dtype=np.bool_))
    if phase.size < 2:
        return none
    position, level, part = _crossings(phase, None if whole or across_unknown else np.diff(known) > 1)
    if position.size < 2:
        return none
    if not whole:
        below = np.clip(np.floor(position).astype(np.intp), 0, known.size - 2)
        position = known[below] + (position - below) * np.diff(known).astype(np.float64)[below]
    other = (level[1:] != level[:-1]) | (part[1:] != part[:-1])
    first = np.concatenate([[0], np.flatnonzero(other) + 1])
    last = np.append(first[1:], level.size) - 1
    middle = (first + last) // 2
    crossed = (last - first) % 2 == 0
    lasted_s = time_at(time_s, position[last]) - time_at(time_s, position[first])
    brief = crossed & (lasted_s <= CHATTER_S)
    end = np.where(brief, position[middle], position[first])
    start = np.where(brief, position[middle], position[last])
    joined = part[first[1:]] == part[first[:-1]]
    turn = level[first]
    return Cuts(start[:-1][joined], end[1:][joined], 360.0 * turn[:-1][joined], (np.diff(turn) > 0)[joined])


def time_at(time_s: Array, position: Array) -> Array:
    """Return the times at fractional sample indices, just beyond the ends too.

    Examples
    --------
    >>> time_at(np.array([0.0, 1.0, 3.0]), np.array([0.5, 1.5, 2.5])).tolist()
    [0.5, 2.0, 4.0]
    """
    below = np.clip(np.floor(position).astype(np.intp), 0, time_s.size - 2)
    return time_s[below] + (position - below) * (time_s[below + 1] - time_s[below])


def _crossings(phase: Array, broken: Flags | None) -> tuple[Array, Array, Indices]:
    """Find each crossing of a multiple of 360: fractional index, which multiple, and in which unbroken part."""
    turn = np.floor(phase / 360.0)
    changes = turn[1:] != turn[:-1]
    if broken is not None:
        changes &= ~broken
    at = np.flatnonzero(changes)
    rise = turn[at + 1] - turn[at]
    count = np.abs(rise).astype(np.intp)
    at, rise = np.repeat(at, count), np.repeat(rise, count)
    nth = np.arange(at.size) - np.repeat(np.cumsum(count) - count, count)
    level = np.where(rise > 0, turn[at] + 1 + nth, turn[at] - nth)
    position = at + (360.0 * level - phase[at]) / (phase[at + 1] - phase[at])
    ends = np.empty(0, dtype=np.intp) if broken is None else np.flatnonzero(broken)
    begins = np.concatenate([[0], ends + 1])
    part = np.searchsorted(begins, at, side="right") - 1

    before, after = phase[0] - 360.0 * turn[0], 360.0 * (turn[-1] + 1.0) - phase[-1]
    span = min(SPEED_SAMPLES, phase.size - 1)
    first_step, last_step = (phase[span] - phase[0]) / span, (phase[-1] - phase[-1 - span]) / span
    if 0.0 <= before <= LATE_START * first_step:
        position = np.concatenate([[-before / first_step], position])
        level, part = np.concatenate([turn[:1], level]), np.concatenate([[0], part])
    if 0.0 < after <= EARLY_END * last_step * (1.0 + 1e-6):
        position = np.concatenate([position, [phase.size - 1 + after / last_step]])
        level, part = np.append(level, turn[-1] + 1.0), np.append(part, begins.size - 1)
    return position, level, part
