"""Phase from references that know top dead centre: a crank angle, or pulses."""

from __future__ import annotations

import math

import numpy as np

from bikefit.model import Array, Flags, Indices
from bikefit.signals import runs, spikes, unwrap_deg, usual_step, wrapped_deg

SURE_STEP_DEG = 120.0
"""A step whose expected advance is smaller than this is unwrapped by its nearest turn."""
PREDICTED_S = 2.0
"""Longest hole over which whole turns are counted from the speed on both sides."""
CRANK_SPIKE_DEG = 25.0
"""Smallest departure of single crank samples that is left out."""
SAME_DEG = 1e-6
"""Crank angles nearer than this are one value, held."""
HELD_SHARE, HELD_LONG = 0.3, 1.6
"""A channel of which so many samples repeat the one before may be held; a value held this much longer than usual is a
crank that stands."""
FASTEST_RPM = 250.0
"""Nobody turns a crank faster; a step that would need it is not a crank's."""
FORWARD_CHECK_S, FORWARD_CHECK_DEG = 0.1, 5.0
"""Forward or backward is asked of steps about this long [s] that move at least this far: noise does not count."""


def crank_phase(time_s: Array, crank_deg: Array, gap_max_s: float) -> tuple[Array, float]:
    """Make a crank angle continuous.

    1. Single wild samples are left out, and so are the repeats of a channel that is renewed less often than sampled.
    2. Steps are unwrapped to the nearest turn. Where a hole hides more than a third of a turn, whole turns are
       counted from the speed on both sides, up to 2 s; beyond, at most one turn is assumed.
    3. Left-out samples within short holes are interpolated.
    """
    known = np.flatnonzero(np.isfinite(crank_deg))
    if known.size < 2:
        return np.full(time_s.shape, np.nan), 0.0
    time, angle = (time_s, crank_deg) if known.size == time_s.size else (time_s[known], crank_deg[known])
    renewed, every_s = _renewals(time, angle)
    if every_s > 0.0:
        gap_max_s = max(gap_max_s, HELD_LONG * every_s)
        known, time, angle = known[renewed], time[renewed], angle[renewed]
    phase = _count_hidden_turns(time, unwrap_deg(angle))
    wild = _wild_samples(phase)
    if wild.size:
        known, time, angle = np.delete(known, wild), np.delete(time, wild), np.delete(angle, wild)
        phase = _count_hidden_turns(time, unwrap_deg(angle))
    forward = _forward_share(time, phase)
    if known.size == time_s.size:
        return phase, forward
    filled = np.interp(time_s, time, phase, left=np.nan, right=np.nan)
    holes = np.flatnonzero(np.diff(time) > gap_max_s)
    for start, stop in zip(known[holes] + 1, known[holes + 1], strict=True):
        filled[start:stop] = np.nan
    return filled, forward


def renewals_per_turn(time_s: Array, crank_deg: Array) -> float:
    """Return how often a crank angle that is held in between is renewed in a turn; infinite where it is not held."""
    known = np.flatnonzero(np.isfinite(crank_deg))
    if known.size < 2:
        return math.inf
    renewed, every_s = _renewals(time_s[known], crank_deg[known])
    if every_s == 0.0:
        return math.inf
    turned = np.abs(wrapped_deg(np.diff(crank_deg[known[renewed]])))
    return 360.0 * np.count_nonzero(turned) / max(float(turned.sum()), 1e-9)


def _renewals(time: Array, angle: Array) -> tuple[Flags, float]:
    """Say which samples of a crank angle are new, not held ones, and how often it is renewed [s]; 0: at each sample."""
    every = np.ones(time.size, dtype=np.bool_)
    same = np.abs(np.diff(angle)) < SAME_DEG
    if np.count_nonzero(same) < HELD_SHARE * same.size:
        return every, 0.0
    new, _ = runs(~same)
    lasted = np.diff(time[new])
    turned = np.abs(wrapped_deg(np.diff(angle[new])))
    order = np.argsort(lasted)
    passed = np.cumsum(turned[order])
    if passed.size == 0 or passed[-1] <= 0.0:
        return every, 0.0
    every_s = float(lasted[order][np.searchsorted(passed, 0.5 * passed[-1])])
    if every_s < 1.5 * usual_step(time):
        return every, 0.0  # what repeats is a crank that stands
    brief = np.append(lasted <= HELD_LONG * every_s, False)
    repeats = np.concatenate([[False], same])
    return ~(repeats & brief[np.cumsum(~repeats) - 1]), every_s


def _count_hidden_turns(time: Array, phase: Array) -> Array:
    """Add the whole turns that fit the speed around each hole in the samples."""
    step_s, usual_s = np.diff(time), usual_step(time)
    holes = np.flatnonzero(step_s > 1.5 * usual_s)
    if holes.size == 0:
        return phase
    added = np.zeros(phase.size)
    reach = max(2, round(0.15 / usual_s))
    for hole in holes.tolist():
        before = max(hole - reach, 0)
        after = min(hole + 1 + reach, phase.size - 1)
        speeds = [
            float((phase[b] - phase[a]) / (time[b] - time[a]))
            for a, b in ((before, hole), (hole + 1, after))
            if b > a and not (step_s[a:b] > 3.0 * usual_s).any()
        ]
        if not speeds:
            continue
        expected = float(np.mean(speeds)) * float(step_s[hole])
        step = float(phase[hole + 1] - phase[hole])
        if step_s[hole] > PREDICTED_S:
            added[hole + 1] = 360.0 if step < 0.0 else 0.0
        elif abs(expected) > SURE_STEP_DEG or abs(step) > SURE_STEP_DEG:
            added[hole + 1] = 360.0 * round((expected - step) / 360.0)
    return phase + np.cumsum(added) if added.any() else phase


def _wild_samples(phase: Array) -> Indices:
    """Find single samples of the crank angle that do not fit their neighbours."""
    step = np.diff(phase)
    lowest, highest = float(step.min()), float(step.max())
    none = highest - lowest <= CRANK_SPIKE_DEG  # whatever the usual step is
    usual = math.nan if none else float(np.median(step))
    if none or (highest <= usual + CRANK_SPIKE_DEG and lowest >= usual - CRANK_SPIKE_DEG):
        return np.empty(0, dtype=np.intp)
    # a spike that unwrapping turned into a whole turn more is a spike still: look at the steps' remainder
    return spikes(np.concatenate([[0.0], np.cumsum(wrapped_deg(step - usual))]), CRANK_SPIKE_DEG)


def _forward_share(time: Array, phase: Array) -> float:
    """Return how much of the movement goes forward, at no more than legs can do: 1 all, 0 half of it, -1 none."""
    stride = max(1, round(FORWARD_CHECK_S / usual_step(time)))
    step, step_s = np.diff(phase[::stride]), np.diff(time[::stride])
    moving = np.abs(step) > FORWARD_CHECK_DEG
    likely = moving & (np.abs(step) < 6.0 * FASTEST_RPM * step_s)
    moved = float(np.sum(np.abs(step), where=moving))
    return float(np.sum(step, where=likely)) / moved if moved >= 360.0 else 0.0


def pulse_phase(time_s: Array, tdc_s: Array, slowest_rpm: float, fastest_rpm: float) -> tuple[Array, float]:
    """Make a continuous phase from the times of top dead centre.

    Within a stroke the phase follows a cubic through the pulses, with the slopes of the parabola through three of them
    held to what keeps it monotone, so that a steadily changing cadence is shared out exactly within the stroke. An
    interval of nearly two or three of its neighbours' is taken for missed pulses.

    References
    ----------
    Fritsch, F. N. & Carlson, R. E. (1980). Monotone piecewise cubic interpolation. SIAM J Numer Anal 17(2), 238-246.
    https://doi.org/10.1137/0717021
    """
    shortest_s, longest_s = 60.0 / fastest_rpm, 60.0 / slowest_rpm
    pulses = np.sort(tdc_s[np.isfinite(tdc_s)])
    bounce = np.flatnonzero(np.diff(pulses) < 0.5 * shortest_s) + 1
    pulses = np.delete(pulses, bounce)
    if pulses.size < 3:
        return np.full(time_s.shape, np.nan), 0.0
    interval = np.diff(pulses)
    padded = np.pad(interval, 2, mode="edge")
    usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
    ratio = interval / usual
    turns = np.where(ratio < 3.5, np.maximum(np.rint(ratio), 1.0), 1.0)
    turns = np.where(np.abs(ratio - turns) < 0.2 * turns, turns, 1.0)
    still = interval / turns > longest_s
    quality = float(np.mean(np.abs(ratio - 1.0) < 0.35))
    level = np.concatenate([[0.0], np.cumsum(360.0 * turns)])
    speed = 360.0 * turns / interval
    between = (speed[:-1] * interval[1:] + speed[1:] * interval[:-1]) / (interval[:-1] + interval[1:])
    between = np.where(still[:-1], speed[1:], np.where(still[1:], speed[:-1], between))
    slope = np.concatenate([2.0 * speed[:1] - between[:1], between, 2.0 * speed[-1:] - between[-1:]])
    turning = np.where(still, np.inf, speed)
    lower = np.minimum(np.append(turning, np.inf), np.concatenate([[np.inf], turning]))
    slope = np.clip(slope, 0.0, 3.0 * lower)
    place = np.searchsorted(pulses, time_s, side="right") - 1
    k = np.clip(place, 0, interval.size - 1)
    u = np.clip((time_s - pulses[k]) / interval[k], 0.0, 1.0)
    rise = level[k + 1] - level[k]
    begin, end = (np.where(still[k], rise, slope[at] * interval[k]) for at in (k, k + 1))
    phase = level[k] + u * (begin + u * (3.0 * rise - 2.0 * begin - end + u * (begin + end - 2.0 * rise)))
    outside_s = np.minimum(time_s - pulses[0], 0.0) + np.maximum(time_s - pulses[-1], 0.0)
    phase += outside_s * np.where(outside_s < 0.0, slope[0], slope[-1])
    return np.where(np.abs(outside_s) <= 2.0 * usual_step(time_s), phase, np.nan), quality
