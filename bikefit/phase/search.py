"""The cadence of a signal that repeats with the stroke, followed over time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from bikefit.model import Array, Channel, Flags, Indices

GRID_HZ = 25.0
"""The search works on this rate: ten samples in the fastest stroke."""
HOP_S = 0.4
"""A cadence is looked for this often."""
SLOWEST_RPM, FASTEST_RPM = 24.0, 180.0
"""Range of the search; a little wider than what is accepted, so that its edges are seen for what they are."""
STEP_RATIO = 2.0 ** (1.0 / 10.0)
"""From one cadence of the search to the next."""
SEARCH_TURNS = 3.0
"""Turns seen by the search at once."""
SECOND_WEIGHT = 0.5
"""What power at twice the cadence adds: it speaks for this cadence and not for twice or half of it."""
STEP_COST = 0.03
"""What a change of cadence by one step within a hop costs, squared steps times this, in shares of the power."""
REACH_STEPS = 4
"""Largest change of cadence within a hop, in steps."""
STEER_RATIO, STEER_S = 1.2, 3.0
"""A cadence channel keeps the search within this ratio of its values within so many seconds."""
DOUBT_S = 30.0
"""A channel's share of the power is compared with what is found without it over so long."""


@dataclass(frozen=True)
class Steering:
    """What a cadence channel allows at each grid point."""

    # shape (m,): bounds of the cadence [rpm]; both 0 where the channel stands
    lowest_rpm: Array
    highest_rpm: Array

    @property
    def stands(self) -> Flags:
        """Where the channel says that nobody pedals."""
        return self.highest_rpm <= 0.0


def steering(grid_s: Array, cadence: Channel) -> Steering:
    """Return the lowest and the highest cadence that a channel allows around each grid point."""
    known = np.isfinite(cadence.values)
    if not known.any():
        return Steering(np.zeros(grid_s.size), np.full(grid_s.size, np.inf))
    shifts = np.linspace(-STEER_S, STEER_S, 7)
    time_s, rpm = cadence.time_s[known], cadence.values[known]
    near = np.array([np.interp(grid_s + shift, time_s, rpm) for shift in shifts])
    return Steering(near.min(axis=0) / STEER_RATIO, near.max(axis=0) * STEER_RATIO)


def search_cadence(values: Array, told: Steering | None, doubt_share: float) -> Array:
    """Follow the cadence of a signal on the grid."""
    centres = np.arange(0, values.size, round(HOP_S * GRID_HZ))
    share = _shares(values, centres)
    path = _smoothest_path(share)
    if told is not None:
        bounds = Steering(told.lowest_rpm[centres], told.highest_rpm[centres])
        path = _steered(share, path, bounds, doubt_share)
    return np.exp(np.interp(np.arange(values.size), centres, np.log(_probes().cadences[path])))


def _steered(share: Array, free: Indices, bounds: Steering, doubt_share: float) -> Indices:
    """Return the path within the bounds, except where the free one explains so much more that they must be wrong."""
    cadences = _probes().cadences
    outside = (cadences < bounds.lowest_rpm[:, None]) | (cadences > bounds.highest_rpm[:, None])
    barred = outside & ~outside.all(axis=1, keepdims=True)
    every = np.arange(free.size)
    if not barred[every, free].any():
        return free  # what is barred only loses, so the best of all is the best still
    path = _smoothest_path(np.where(barred, -1.0, share))
    width = min(round(DOUBT_S / HOP_S) | 1, (free.size - 1) | 1)
    lost = np.pad(share[every, free] - share[every, path], width // 2, mode="reflect" if free.size > width else "edge")
    doubted = np.convolve(lost, np.full(width, 1.0 / width), mode="valid") > doubt_share
    if not doubted.any():
        return path
    return _smoothest_path(np.where(barred & ~doubted[:, None], -1.0, share))


@dataclass(frozen=True)
class _Probes:
    """What a signal's pieces are held against: waves of each cadence, and of twice the fast ones, under a window."""

    cadences: Array
    rpm: Array
    reach: int
    basis: Array
    weights: Array
    twice: Indices


@cache
def _probes() -> _Probes:
    """Return the cadences that are looked for, with their waves."""
    cadences = np.geomspace(SLOWEST_RPM, FASTEST_RPM, int(np.log(FASTEST_RPM / SLOWEST_RPM) / np.log(STEP_RATIO)) + 1)
    reach = int(0.5 * SEARCH_TURNS * 60.0 / cadences[0] * GRID_HZ) + 1
    lag_s = np.arange(-reach, reach + 1) / GRID_HZ
    waves, windows = [], []
    probes = np.concatenate([cadences, 2.0 * cadences[2.0 * cadences > cadences[-1]]])
    for cadence in probes:
        hertz = cadence / 60.0
        turns = lag_s * hertz
        window = np.where(np.abs(turns) < 0.5 * SEARCH_TURNS, np.cos(np.pi * turns / SEARCH_TURNS) ** 2, 0.0)
        window /= window.sum()
        wave = window * np.exp(-2j * np.pi * turns)
        waves.append(wave - window * wave.sum())
        windows.append(window)
    basis = np.column_stack([np.real(waves).T, np.imag(waves).T])
    twice = np.abs(np.log(probes[None, :] / (2.0 * cadences[:, None]))).argmin(axis=1)
    return _Probes(cadences, probes, reach, basis, np.array(windows).T, twice)


def _shares(values: Array, centres: Indices) -> Array:
    """Return the share of the local power at each cadence, with half of that at twice the cadence."""
    probes = _probes()
    reach, basis, weights, count = probes.reach, probes.basis, probes.weights, probes.rpm.size
    padded = np.pad(values - values.mean(), reach, mode="reflect" if values.size > reach else "edge")
    power = np.empty((centres.size, count))
    for begin in range(0, centres.size, 4096):
        frame = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)[centres[begin : begin + 4096]]
        projected = frame @ basis
        real, imaginary = projected[:, :count], projected[:, count:]
        local = frame**2 @ weights - (frame @ weights) ** 2
        power[begin : begin + 4096] = 2.0 * (real**2 + imaginary**2) / np.maximum(local, 1e-12)
    return power[:, : probes.cadences.size] + SECOND_WEIGHT * power[:, probes.twice]


def _smoothest_path(share: Array) -> Indices:
    """Return the path through the cadences with the largest share less the cost of changes (Viterbi)."""
    frames, states = share.shape
    offsets = np.arange(-REACH_STEPS, REACH_STEPS + 1)
    cost = STEP_COST * offsets**2.0
    came_from = np.empty((frames, states), dtype=np.int8)
    padded = np.full(states + 2 * REACH_STEPS, -np.inf)
    window = np.lib.stride_tricks.sliding_window_view(padded, offsets.size)
    best = padded[REACH_STEPS:-REACH_STEPS]
    best[:] = share[0]
    reached = np.empty(window.shape)
    first = np.arange(0, reached.size, offsets.size)
    for frame in range(1, frames):
        np.subtract(window, cost, out=reached)
        choice = reached.argmax(axis=1)
        came_from[frame] = choice
        choice += first
        np.add(reached.take(choice), share[frame], out=best)
    path = np.empty(frames, dtype=np.intp)
    path[-1] = int(best.argmax())
    for frame in range(frames - 1, 0, -1):
        path[frame - 1] = path[frame] + offsets[came_from[frame, path[frame]]]
    return path
