"""Where strokes begin and end: between samples, whatever the phase does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from bikefit.model import Array, Flags, Indices
from bikefit.signals import runs

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
    # shape (strokes,): the times of the same [s]
    start_s: Array
    end_s: Array
    level_deg: Array  # shape (strokes,): phase at the start [deg], a multiple of 360
    forward: Flags  # shape (strokes,): false where the crank went backward from one boundary to the next

    @property
    def cadence_rpm(self) -> Array:
        """Strokes a minute."""
        return 60.0 / (self.end_s - self.start_s)

    @cached_property
    def follows(self) -> Flags:
        """Which strokes, but for the first, begin where the one before ends."""
        follows: Flags = self.start_at[1:] == self.end_at[:-1]
        return follows


_NONE = np.empty(0)
NO_CUTS: Final = Cuts(_NONE, _NONE, _NONE, _NONE, _NONE, _NONE > 0.0)


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
    if known.size < 2:
        return NO_CUTS
    phase = phase_deg if whole else phase_deg[known]
    position, level, part = _crossings(phase, None if whole or across_unknown else np.diff(known) > 1)
    if position.size < 2:
        return NO_CUTS
    if not whole:
        position = _at(known, position)
    first, ends = runs((level[1:] != level[:-1]) | (part[1:] != part[:-1]))
    last = ends - 1
    middle = (first + last) // 2
    crossed = (last - first) % 2 == 0
    brief = crossed & (_at(time_s, position[last]) - _at(time_s, position[first]) <= CHATTER_S)
    joined = part[first[1:]] == part[first[:-1]]
    start = np.where(brief, position[middle], position[last])[:-1][joined]
    end = np.where(brief, position[middle], position[first])[1:][joined]
    turn = level[first]
    forward = (np.diff(turn) > 0)[joined]
    return Cuts(start, end, _at(time_s, start), _at(time_s, end), 360.0 * turn[:-1][joined], forward)


def _at(values: Array | Indices, position: Array) -> Array:
    """Return values at fractional indices along straight lines, just beyond the ends too."""
    below = np.clip(np.floor(position).astype(np.intp), 0, values.size - 2)
    return values[below] + (position - below) * (values[below + 1] - values[below])


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
    if first_step > 0.0 and 0.0 <= before <= LATE_START * first_step:
        position = np.concatenate([[-before / first_step], position])
        level, part = np.concatenate([turn[:1], level]), np.concatenate([[0], part])
    if 0.0 < after <= EARLY_END * last_step * (1.0 + 1e-6):
        position = np.concatenate([position, [phase.size - 1 + after / last_step]])
        level, part = np.append(level, turn[-1] + 1.0), np.append(part, begins.size - 1)
    return position, level, part
