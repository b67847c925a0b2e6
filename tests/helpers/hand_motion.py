"""A sensor moved by hand as in the BROAD data set: turned, carried or both, slowly or fast, with breaks or without.

All motion is a closed formula of time, from random tones; rates and forces follow by central differences. BROAD itself:
D. Laidig, M. Caruso, A. Cereatti, T. Seel, Data 6 (2021) 72, https://doi.org/10.3390/data6070072.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from bikefit.model import Array
from bikefit.shoe_sensor.samples import Samples

GRAVITY_M_S2 = 9.80665
HALF_STEP_S = 5e-4
STILL_AT_FIRST_S = 8.0


@dataclass(frozen=True)
class Hand:
    """What one trial is like; what is not said here is drawn from the seed."""

    turns_deg_s: float = 90.0
    accelerates_m_s2: float = 1.0
    breaks: bool = False
    rests_first: bool = True
    rate_hz: float = 200.0
    duration_s: float = 90.0
    bias_deg_s: float = 0.3
    bias_drift_deg_s: float = 0.0
    scale_error: float = 0.0


@dataclass(frozen=True)
class Trial:
    """Readings and truth."""

    samples: Samples
    turned: Rotation
    bias_rad_s: Array
    moves: np.ndarray


def _tones(rng: np.random.Generator, lowest_hz: float, highest_hz: float) -> Callable[[Array], Array]:
    """Return a random smooth vector over time whose derivative has an RMS of about 1 per axis."""
    hertz = rng.uniform(lowest_hz, highest_hz, (7, 3))
    start = rng.uniform(0.0, 2.0 * np.pi, (7, 3))
    size = np.sqrt(2.0 / 7.0) / (2.0 * np.pi * hertz)

    def at(time_s: Array) -> Array:
        return np.einsum("nij,ij->nj", np.sin(2.0 * np.pi * hertz * time_s[:, None, None] + start), size)

    return at


def _gate(rng: np.random.Generator, hand: Hand) -> Callable[[Array], Array]:
    """Return the motion's own time: it stands still in the breaks and sets off smoothly."""
    fine = np.arange(-1.0, hand.duration_s + 1.0, 0.01)
    goes = np.ones(fine.size)
    if hand.rests_first:
        goes[fine < STILL_AT_FIRST_S] = 0.0
    if hand.breaks:
        for start in np.arange(15.0, hand.duration_s, 20.0):
            goes[(fine > start) & (fine < start + rng.uniform(4.0, 9.0))] = 0.0
    bell = np.hanning(61)
    goes = np.convolve(np.pad(goes, 30, mode="edge"), bell / bell.sum(), mode="valid")
    own = np.concatenate([[0.0], np.cumsum(0.5 * (goes[1:] + goes[:-1]) * 0.01)])
    # smooth enough for two central differences: a cubic spline through the even points
    from scipy.interpolate import CubicSpline

    return CubicSpline(fine, own)


def moved(hand: Hand, seed: int) -> Trial:
    """Simulate one trial."""
    rng = np.random.default_rng(seed)
    fast = max(hand.turns_deg_s / 200.0, hand.accelerates_m_s2 / 4.0)
    own_time = _gate(rng, hand)
    highest = 0.5 + 0.5 * min(fast, 1.0)
    outer, inner, carried = (_tones(rng, 0.1, highest) for _ in range(3))
    first = Rotation.random(random_state=int(rng.integers(2**31)))
    about = np.radians(hand.turns_deg_s) / np.sqrt(3.0)
    typical_hz = 0.5 * (0.1 + highest)
    way = hand.accelerates_m_s2 / (2.0 * np.pi * typical_hz) / np.sqrt(3.0)
    lever = rng.normal(0.0, 0.05, 3)

    def turned_at(time_s: Array) -> Rotation:
        own = own_time(time_s)
        return Rotation.from_rotvec(about * outer(own)) * Rotation.from_rotvec(about * inner(own)) * first

    def place_at(time_s: Array) -> Array:
        return way * carried(own_time(time_s)) + turned_at(time_s).apply(lever)

    time_s = np.arange(round(hand.duration_s * hand.rate_hz)) / hand.rate_hz
    h = HALF_STEP_S
    turned = turned_at(time_s)
    rate = (turned_at(time_s - h).inv() * turned_at(time_s + h)).as_rotvec() / (2.0 * h)
    path = [place_at(time_s + k * h) for k in (-1, 0, 1)]
    force = turned.inv().apply((path[0] - 2.0 * path[1] + path[2]) / h**2 + [0.0, 0.0, GRAVITY_M_S2])
    bias = np.radians(rng.normal(0.0, hand.bias_deg_s, 3) + np.zeros((time_s.size, 3)))
    bias += np.radians(hand.bias_drift_deg_s) * (time_s / hand.duration_s)[:, None]
    scale = np.eye(3) + hand.scale_error * rng.standard_normal((3, 3))
    rate = rate @ scale.T + bias + np.radians(0.1) * rng.standard_normal(rate.shape)
    force = force + 0.03 * rng.standard_normal(3) + 0.05 * rng.standard_normal(force.shape)
    moves = own_time(time_s, 1) > 0.5
    return Trial(Samples(time_s, rate, force, None, 1.0 / hand.rate_hz), turned, bias, moves)


def inclination_rmse_deg(quaternion: Array, trial: Trial) -> float:
    """Return how far the vertical is off, while the sensor moves; quaternions scalar first."""
    estimated = Rotation.from_quat(np.roll(quaternion, -1, axis=1))
    down = (trial.turned * estimated.inv()).as_matrix()[trial.moves, 2, 2]
    return float(np.degrees(np.sqrt(np.mean(np.arccos(np.clip(down, -1.0, 1.0)) ** 2))))
