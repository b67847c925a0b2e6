"""Gyroscope and accelerometer out of step: how far one lags behind the other, seen from the roundness of the path.

A pedal runs round a circle. With one channel late the accelerations are turned by the wrong orientation, and the
circle dents: by about a millimetre for every ten milliseconds.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from bikefit.settings import Settings
from bikefit.shoe_sensor.carried import Stretch, carry, fit_windows, rough_axes, round_windows
from bikefit.shoe_sensor.circle import WINDOW_S, Circle, roundness
from bikefit.shoe_sensor.samples import Samples

DENTED_M = 0.0004
"""A path that is nearer to a circle than this hides no lag worth looking for."""
EXCERPT_S = 80.0
WINDOWS_MIN = 5
"""Fewer stretches of pedalling tell no lag: those at the ends, where the orientation is not settled, weigh too much."""
STEP_S = 0.02
CLEARLY = 0.8
"""The dent must fall to this share of its square for a lag to be believed."""


def shifted(samples: Samples, lag_s: float) -> Samples:
    """Return samples whose accelerometer is made as late as the gyroscope is."""
    from scipy.interpolate import CubicSpline

    time = samples.time_s
    force = CubicSpline(time, samples.acc_m_s2)(np.clip(time - lag_s, time[0], time[-1]))
    return replace(samples, acc_m_s2=np.ascontiguousarray(force))


def find_lag(stretches: list[Stretch], circle: Circle, settings: Settings) -> float:
    """Return how late the gyroscope is against the accelerometer [s]: where the pedal's path is roundest.

    Up to the settings' ``lag_max_s``. Zero where the path is round as it is, or where no lag makes it clearly rounder.
    """
    if circle.radius_rms_m < DENTED_M:
        return 0.0
    excerpt = _excerpt(stretches, settings)
    if len(round_windows([carry(excerpt)], settings)) < WINDOWS_MIN:
        return 0.0
    seen = {k: _dent_m(excerpt, k * STEP_S, settings) for k in (-1, 0, 1)}
    most = max(1, round(settings.lag_max_s / STEP_S))
    best = min(seen, key=seen.__getitem__)
    while best in (min(seen), max(seen)) and abs(best) < most:
        beyond = best + (1 if best > 0 else -1)
        seen[beyond] = _dent_m(excerpt, beyond * STEP_S, settings)
        best = min(seen, key=seen.__getitem__)
    if best in (min(seen), max(seen)):
        return 0.0
    before, middle, after = (seen[best + k] ** 2 for k in (-1, 0, 1))
    lag = (best + 0.5 * (before - after) / max(before - 2.0 * middle + after, 1e-12)) * STEP_S
    believed = abs(lag) >= settings.lag_min_s and _dent_m(excerpt, lag, settings) ** 2 <= CLEARLY * seen[0] ** 2
    return lag if believed else 0.0


def _excerpt(stretches: list[Stretch], settings: Settings) -> Samples:
    """Return some eighty seconds about the middle of the pedalling."""
    longest = max(stretches, key=lambda stretch: stretch.samples.time_s.size)
    samples = longest.samples
    length = round(WINDOW_S / samples.step_s)
    starts = np.arange(0, max(samples.time_s.size - length, 0) + 1, length)
    round_enough = settings.carried_round_min_share
    circling = [k for k in starts if roundness(longest.path.place_m[k : k + length]) > round_enough]
    middle = samples.time_s[circling[len(circling) // 2] if circling else samples.time_s.size // 2]
    return samples.part(float(middle) - 0.5 * EXCERPT_S, float(middle) + 0.5 * EXCERPT_S)


def _dent_m(samples: Samples, lag_s: float, settings: Settings) -> float:
    """Return how far the pedal's path is from a circle with the accelerometer made late by so much [m].

    The ends of the excerpt are left out: there the orientation has not settled.
    """
    windows = round_windows([carry(shifted(samples, lag_s))], settings)
    windows = windows[1:-1] if len(windows) > 4 else windows
    return fit_windows(windows, rough_axes(windows), settings).radius_rms_m if windows else math.inf
