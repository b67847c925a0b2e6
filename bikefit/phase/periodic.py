"""Phase from a signal that repeats with the stroke: the shoe's pitch, its rate, or the rotation itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bikefit.model import Array, Channel, Flags
from bikefit.phase.alternation import compare_turns
from bikefit.phase.search import GRID_HZ, search_cadence, steering
from bikefit.settings import Settings
from bikefit.signals import runs_of

POINTS_PER_TURN = 16
"""Points of a turn on the warped axis."""
REFINEMENTS = 3
"""Times that the phase is refined on the axis that it warped itself."""
ACTIVE_SHARE = 0.4
"""Where the first harmonic is smaller than this share of its usual size, nobody pedals."""
SLACK = 0.8
"""The phase may run this much slower or faster than the cadences that count: the strokes decide."""
BRIDGED_S = 1.5
"""Longest hole in the samples through which the phase is followed."""
LIKE_SHARE, LIKE_RATIO, LIKE_MOST = 0.6, 1.6, 0.75
"""A signal goes on as elsewhere where its first harmonic has this share of the power and elsewhere's size within this
ratio; a channel that stands through a stretch of which so much does is dead there."""
PARITY_TURNS = 8
"""Turns that vote together on which of two alternating ones a turn is; an even number stops what both share."""


@dataclass(frozen=True)
class Rhythm:
    """A phase found in a signal."""

    phase_deg: Array  # shape (n,): at the signal's samples [deg]; NaN where there is no rhythm
    share: float  # Share of the signal's power that comes back once a turn
    # Median change of duration from one turn to the next, as a logarithm: 0.01-0.04 in pedalling, 0.3 in noise
    unsteadiness: float
    is_halved: bool = False  # Whether every second turn differed from the one before, so that two are one stroke


def to_grid(time_s: Array, values: Array) -> tuple[Array, Array, Flags]:
    """Bring a signal to an even grid."""
    period_s = 1.0 / GRID_HZ
    count = int((time_s[-1] - time_s[0]) / period_s) + 1
    grid = time_s[0] + period_s * np.arange(count)
    usual_s = float(np.median(np.diff(time_s)))
    holes = np.flatnonzero(np.diff(time_s) > max(2.5 * usual_s, 2.5 * period_s))
    held = np.ones(count, dtype=np.bool_)
    for begin, end in zip(time_s[holes], time_s[holes + 1], strict=True):
        held[np.searchsorted(grid, begin, side="right") : np.searchsorted(grid, end)] = False
    if usual_s > 0.6 * period_s:
        return grid, np.interp(grid, time_s, values), held
    place = np.floor((time_s - grid[0]) * GRID_HZ + 0.5).astype(np.intp)
    number = np.bincount(place, minlength=count)[:count]
    total = np.bincount(place, weights=values, minlength=count)[:count]
    middle = np.bincount(place, weights=time_s, minlength=count)[:count]
    some = number > 0
    return grid, np.interp(grid, middle[some] / number[some], total[some] / number[some]), held


def refine(grid_s: Array, values: Array, held: Flags, cadence_rpm: Array) -> tuple[Array, Array, Array]:
    """Find the continuous phase of the turn's first harmonic, on an axis warped by the phase itself.

    On an axis of phase a signal of changing cadence is steady, and a Hann window of two turns passes the first
    harmonic while it stops the mean and every other harmonic exactly.
    """
    speed = 0.5 * (cadence_rpm[1:] + cadence_rpm[:-1]) / 60.0
    turns = np.concatenate([[0.0], np.cumsum(speed * np.diff(grid_s))])
    window = np.hanning(2 * POINTS_PER_TURN + 1)
    centred = values - values.mean()
    amplitude, spread = np.zeros(values.size), np.full(values.size, float(values.std()))
    for refinement in range(REFINEMENTS):
        axis = np.arange(turns[0], turns[-1], 1.0 / POINTS_PER_TURN)
        if axis.size < window.size:
            break
        weight = np.interp(axis, turns, held.astype(np.float64))
        total = np.maximum(np.convolve(weight, window, mode="same"), 1e-9)
        warped = np.interp(axis, turns, centred)
        warped -= np.convolve(weight * warped, window, mode="same") / total
        first = np.convolve(weight * warped * np.exp(-2j * np.pi * axis), window, mode="same") / total
        if refinement == REFINEMENTS - 1:
            variance = np.convolve(weight * warped**2, window, mode="same") / total
            amplitude = np.interp(turns, axis, 2.0 * np.abs(first))
            spread = np.sqrt(np.interp(turns, axis, variance))
        turns = turns + np.interp(turns, axis, np.unwrap(np.angle(first)) / (2.0 * np.pi))
        turns = np.maximum.accumulate(turns) + 1e-9 * np.arange(turns.size)
    return turns, amplitude, spread


def find_rhythm(time_s: Array, values: Array, settings: Settings, cadence: Channel | None = None) -> Rhythm:
    """Find the phase of the stroke in a signal that repeats with it.

    1. The signal is brought to 25 Hz.
    2. Every 0.4 s its share of power at each cadence from 24 to 180 rpm is taken over three turns, with half the
       share at twice the cadence; the smoothest path through the best of them is followed.
    3. The phase of the first harmonic is found on an axis of phase, three times (`refine`).
    4. Where the first harmonic is under 0.4 of its usual size, or its cadence impossible, nobody pedals.
    5. Where every second turn differs from the one before, the second harmonic was taken for the first: two turns are
       one stroke.
    """
    slowest_rpm, fastest_rpm = settings.cadence_min_rpm, settings.cadence_max_rpm
    nothing = Rhythm(np.full(time_s.shape, np.nan), 0.0, 1.0)
    known = np.isfinite(values)
    if np.count_nonzero(known) < 8 or time_s[-1] - time_s[0] < 2.0 * 60.0 / fastest_rpm:
        return nothing
    time, signal = time_s[known], values[known]
    if float(np.ptp(signal)) <= 1e-9 * max(1.0, float(np.abs(signal).max())):
        return nothing
    grid, on_grid, held = to_grid(time, signal)
    if grid.size < 8:
        return nothing
    told = None if cadence is None else steering(grid, cadence)
    cadence_rpm = search_cadence(on_grid, told, settings.cadence_doubt_share)
    turns, amplitude, spread = refine(grid, on_grid, held, cadence_rpm)
    speed = 60.0 * np.gradient(turns, grid)
    pedalling = _known(held) & (speed > SLACK * slowest_rpm) & (speed < fastest_rpm / SLACK)
    pedalling &= amplitude > 0.0
    if told is not None:
        pedalling &= ~_stands(told.stands, amplitude, spread)
    if not pedalling.any():
        return nothing
    usual = float(np.median(amplitude[pedalling]))
    usual = float(np.median(amplitude[pedalling & (amplitude > ACTIVE_SHARE * usual)]))
    pedalling &= amplitude > ACTIVE_SHARE * usual
    pedalling = _runs(pedalling, turns)
    if not pedalling.any():
        return nothing
    share = float(np.sum(0.5 * amplitude[pedalling] ** 2) / np.sum(spread[pedalling] ** 2))
    unsteadiness = _unsteadiness(grid, turns, pedalling)
    compared = compare_turns(turns, on_grid, pedalling)
    is_halved = (
        compared is not None
        and compared.alternates(settings.alternation_min_share)
        and 0.5 * float(np.median(speed[pedalling])) > slowest_rpm
    )
    if is_halved:
        turns, sure = _halved(turns, on_grid, held)
        pedalling &= sure
    phase = np.interp(time_s, grid, 360.0 * turns, left=np.nan, right=np.nan)
    near = np.clip(np.floor((time_s - grid[0]) * GRID_HZ + 0.5).astype(np.intp), 0, grid.size - 1)
    phase[~pedalling[near]] = np.nan
    return Rhythm(phase, share, unsteadiness, is_halved)


def _stands(told: Flags, amplitude: Array, spread: Array) -> Flags:
    """Say where a channel says that nobody pedals, but for stretches in which the signal goes on as elsewhere."""
    strong = 0.5 * amplitude**2 > LIKE_SHARE * spread**2
    elsewhere = strong & ~told if np.any(strong & ~told) else strong
    if not elsewhere.any():
        return told
    size = amplitude / float(np.median(amplitude[elsewhere]))
    like = strong & (size > 1.0 / LIKE_RATIO) & (size < LIKE_RATIO)
    stands = told.copy()
    for begin, end in runs_of(told):
        stands[begin:end] = np.mean(like[begin:end]) < LIKE_MOST
    return stands


def _halved(turns: Array, values: Array, held: Flags) -> tuple[Array, Flags]:
    """Join each two turns into one that begins with the same of them all along, and say where that is sure."""
    axis = np.arange(turns[0], turns[-1], 1.0 / POINTS_PER_TURN)
    window = np.hanning(PARITY_TURNS * POINTS_PER_TURN + 1)
    weight = np.interp(axis, turns, held.astype(np.float64))
    total = np.maximum(np.convolve(weight, window, mode="same"), 1e-9)
    warped = np.interp(axis, turns, values - values.mean())
    slow = np.convolve(weight * (warped * np.exp(-1j * np.pi * axis)), window, mode="same") / total
    second = np.real(slow * np.exp(-0.5j * np.angle(np.sum(slow**2)))) < 0.0
    changes = np.concatenate([[0], np.cumsum(second[1:] != second[:-1])])
    joined = 0.5 * (axis + float(second[0]) + changes)
    unsure = np.convolve(np.concatenate([[0.0], np.diff(changes)]), np.ones(2 * POINTS_PER_TURN + 1), mode="same") > 0.0
    return np.interp(turns, axis, joined), ~(np.interp(turns, axis, unsure.astype(np.float64)) > 0.0)


def _known(held: Flags) -> Flags:
    """Take short holes for known: the phase goes on through them, and the strokes there are gaps."""
    known = held.copy()
    for begin, end in runs_of(~held):
        known[begin:end] = end - begin <= BRIDGED_S * GRID_HZ
    return known


def _runs(flags: Flags, turns: Array) -> Flags:
    """Close holes of under a turn between pedalling, then drop runs of under two."""
    for value, shortest in ((False, 1.0), (True, 2.0)):
        for begin, end in runs_of(flags == value):
            inside = value or (begin > 0 and end < flags.size)
            if inside and turns[end - 1] - turns[begin] < shortest:
                flags[begin:end] = not value
    return flags


def _unsteadiness(grid: Array, turns: Array, pedalling: Flags) -> float:
    """Return the median change of duration from one turn to the next, as a logarithm of their ratio."""
    whole = np.arange(np.ceil(turns[0]), turns[-1])
    if whole.size < 4:
        return 1.0
    passed = np.interp(whole, turns, grid)
    inside = np.interp(passed, grid, pedalling.astype(np.float64)) > 0.5
    lasted = np.where(inside[1:] & inside[:-1], np.diff(passed), np.nan)
    change = np.abs(np.diff(np.log(lasted)))
    known = change[np.isfinite(change)]
    return float(np.median(known)) if known.size else 1.0
