"""The circle on which the pedal carries the shoe: sensor path, lever arm, crank length.

Specific force turned into the level frame and integrated twice gives the sensor's path; high-passed, so that drift
stays out, and the lever arm's path (a constant vector turned by the orientation) through the same filter. Path minus
lever arm is the pedal axle: a circle in the bike's fore-aft plane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from bikefit.model import Array
from bikefit.shoe_sensor.vectors import applied, each_applied, lengths, swept

HIGH_PASS_HZ = (0.25, 0.45)
WINDOW_S = 10.0
WINDOWS_MOST = 48
LEVER_MEAN_M = np.array([0.0, 0.0, 0.07])
LEVER_SD_M = np.array([0.12, 0.02, 0.06])
"""Where on a shoe a sensor sits, from the pedal axle: to the toe, to the left, up [m]."""
RADIUS_LEAST_M = 0.03
RADIUS_SD_M, ASIDE_SD_M = 0.004, 0.002
"""How far the real path is from a circle, and from its plane."""
INDEPENDENT_SAMPLES = 40.0
"""Samples of a periodic motion repeat each other: this many count, however long the ride."""


@dataclass(frozen=True)
class Path:
    """High-passed path of the sensor and of its axes."""

    place_m: Array  # shape (n, 3): path of the sensor in the level frame [m]
    # shape (n, 3, 3): the orientation through the same high-pass: times a lever arm it is the lever arm's path
    axes: Array

    def axle(self, lever_m: Array) -> Array:
        """Return the path of the pedal axle [m]."""
        return self.place_m - applied(self.axes, lever_m)


@dataclass(frozen=True)
class Circle:
    """Lever arm and crank length that make the axle's path a circle."""

    lever_m: Array  # shape (3,): from the pedal axle to the sensor, in the sensor's axes [m]
    crank_m: float  # Crank length [m]
    radius_rms_m: float  # What is left of the path beside the circle [m]


def high_passed_path(turned: Array, acc_m_s2: Array, step_s: float) -> Path:
    """Integrate the specific force twice, without its slow parts.

    Done over the whole stretch in the frequency domain: divided by -(2 pi f)^2, cut below 0.25-0.45 Hz. Gravity is
    constant in the level frame and falls out. Single precision, a micrometre, is enough.
    """
    count = turned.shape[0]
    signals = np.concatenate([each_applied(turned, acc_m_s2).T, turned.reshape(count, 9).T])
    signals = (signals - signals.mean(axis=1, keepdims=True)).astype(np.float32)
    length = next_fast_len(count + round(8.0 / step_s), real=True)
    frequency = np.fft.rfftfreq(length, step_s)
    low, high = HIGH_PASS_HZ
    passed = 0.5 - 0.5 * np.cos(np.pi * np.clip((frequency - low) / (high - low), 0.0, 1.0))
    twice = (-passed / np.maximum(2.0 * np.pi * frequency, 1e-3) ** 2).astype(np.float32)
    spectrum = rfft(signals, length, axis=1)
    spectrum[:3] *= twice
    spectrum[3:] *= passed.astype(np.float32)
    out = irfft(spectrum, length, axis=1)[:, :count].astype(float)
    return Path(out[:3].T, out[3:].T.reshape(count, 3, 3))


def recentred(signals: Array, path: Array, step_s: float) -> Array:
    """Take off the mean over the revolution around each sample: what the high-pass left of starts, stops and ends."""
    _, across, along = np.linalg.eigh(path.T @ path)[1].T
    turn = np.unwrap(np.arctan2(path @ across, path @ along)) / (2.0 * np.pi)
    if turn[-1] < turn[0]:
        turn = -turn
    turn = np.maximum.accumulate(turn) + 1e-9 * np.arange(turn.size)
    if turn[-1] - turn[0] < 1.0:
        return signals
    index = np.arange(turn.size, dtype=float)
    # The mean over a revolution changes slowly: twenty values a second are enough
    every = max(1, round(0.05 / step_s))
    at = np.unique(np.append(np.arange(0, turn.size, every), turn.size - 1))
    middle = np.clip(turn[at], turn[0] + 0.5, turn[-1] - 0.5)
    reach = round(2.0 / step_s)
    low, high = np.interp(middle - 0.5, turn, index), np.interp(middle + 0.5, turn, index)
    low, high = np.maximum(low, np.minimum(at, high) - reach), np.minimum(high, np.maximum(at, low) + reach)
    rows, total = signals.T, np.zeros(signals.shape[::-1])
    np.cumsum(0.5 * (rows[:, 1:] + rows[:, :-1]), axis=1, out=total[:, 1:])
    mean = (_between(total, high) - _between(total, low)) / np.maximum(high - low, 1.0)
    centred: Array = rows - mean[:, -1:]
    share = np.arange(every) / np.diff(at)[:, None]
    between = mean[:, :-1, None] + share * np.diff(mean, axis=1)[:, :, None]
    centred[:, :-1] = rows[:, :-1] - between.reshape(rows.shape[0], -1)[:, : turn.size - 1]
    return centred.T


def _between(rows: Array, position: Array) -> Array:
    """Interpolate each row at fractional positions along it."""
    before = np.minimum(position.astype(np.intp), rows.shape[1] - 2)
    at = rows[:, before]
    between: Array = at + (position - before) * (rows[:, before + 1] - at)
    return between


def roundness(path: Array) -> float:
    """Tell how steadily a path runs round.

    Examples
    --------
    >>> angle = np.linspace(0, 8 * np.pi, 500)
    >>> round(roundness(np.stack([np.sin(angle), 0 * angle, np.cos(angle)], 1)), 2)
    1.0
    """
    spread = np.linalg.eigvalsh(path.T @ path)
    sizes = np.sort(lengths(path[::4]))[None]
    nearest, middle = _between(sizes, np.array([0.05, 0.5]) * (sizes.size - 1))[0]
    if spread[2] <= 0 or nearest < max(0.3 * middle, RADIUS_LEAST_M):
        return 0.0
    areas = swept(path)
    total = float(lengths(areas).sum())
    steady = float(np.linalg.norm(areas.sum(axis=0))) / total if total > 0 else 0.0
    return steady * float(np.sqrt(max(spread[1], 0.0) / spread[2]))


def _normal_equations(windows: Sequence[Path], lever: Array, crank: float) -> tuple[Array, Array, int, float]:
    """Sum up the linearised residuals of circle and plane over the windows."""
    matrix, right = np.zeros((4, 4)), np.zeros(4)
    count, radius_sum = 0, 0.0
    for window in windows:
        axle, parts = window.axle(lever), window.axes.transpose(1, 2, 0)
        spread, directions = np.linalg.eigh(axle.T @ axle)
        in_plane = directions[:, 1:].T @ axle.T
        radius = np.sqrt(in_plane[0] ** 2 + in_plane[1] ** 2)
        slope = np.full((4, radius.size), -1.0)
        slope[:3] = -_sum_of(directions[:, 1:] @ (in_plane / radius), parts)
        error = radius - crank
        aside = directions[:, 0] @ axle.T
        # The window's plane is free to tilt: what a tilt could explain says nothing about the lever arm
        lean = -_sum_of(directions[:, 0], parts)
        lean -= (lean @ in_plane.T / np.maximum(spread[1:], 1e-12)) @ in_plane
        matrix += slope @ slope.T / RADIUS_SD_M**2
        matrix[:3, :3] += lean @ lean.T / ASIDE_SD_M**2
        right -= slope @ error / RADIUS_SD_M**2
        right[:3] -= lean @ aside / ASIDE_SD_M**2
        count += radius.size
        radius_sum += float(error @ error)
    return matrix, right, count, radius_sum


def _sum_of(weights: Array, parts: Array) -> Array:
    """Return the first axis of parts (3, 3, n) summed up with weights, shape (3,) or (3, n)."""
    summed: Array = weights[0] * parts[0]
    summed += weights[1] * parts[1]
    summed += weights[2] * parts[2]
    return summed


def fit_circle(windows: Sequence[Path], shoe_axes: Array, crank_m: float, crank_sd_m: float, rounds: int) -> Circle:
    """Find the lever arm and crank length that make the axle's path a circle in a plane.

    Least squares on two residuals: radius minus crank length, and the part beside the plane, each window with a plane
    of its own; priors about a shoe keep what the motion cannot tell (the lateral arm) where it can be.
    """
    weight = shoe_axes @ np.diag(1.0 / LEVER_SD_M**2) @ shoe_axes.T
    expected = shoe_axes @ LEVER_MEAN_M
    lever, crank = expected.copy(), crank_m
    radius_rms = np.nan
    for _ in range(rounds):
        matrix, right, count, radius_sum = _normal_equations(windows, lever, crank)
        radius_rms = np.sqrt(radius_sum / count)
        share = min(1.0, INDEPENDENT_SAMPLES / count)
        matrix, right = share * matrix, share * right
        matrix[:3, :3] += weight
        right[:3] += weight @ (expected - lever)
        matrix[3, 3] += 1.0 / crank_sd_m**2
        right[3] += (crank_m - crank) / crank_sd_m**2
        change = np.linalg.solve(matrix, right)
        lever, crank = lever + change[:3], crank + float(change[3])
        if float(np.abs(change).max()) < 2e-5:
            break
    return Circle(lever, crank, float(radius_rms))
