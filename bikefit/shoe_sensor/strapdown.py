"""Orientation from a gyroscope, kept upright by the accelerometer, over a whole recording at once.

1. The angular rate, added up, turns the sensor into a frame that would stand still if the gyroscope had no fault: the
   almost-inertial frame. One quaternion a step, and their running product.
2. In that frame gravity keeps its direction while the sensor's own acceleration comes and goes. So the acceleration,
   smoothed over seconds, points up. The whole recording is there: smoothed forwards and backwards, it lags nowhere.
3. From sample to sample the smallest turn that takes the new upward direction onto the last one is added to a second
   running product. That one levels the frame, however far it has wandered, and never turns about the vertical.

Steps 2 and 3 follow the idea of VQF (Laidig and Seel 2023, https://doi.org/10.1016/j.inffus.2022.10.014), which walks
from sample to sample. The rotation vector of a step follows Bortz (1971, https://doi.org/10.1109/TAES.1971.310252).
"""

from __future__ import annotations

import math

import numpy as np

from bikefit.model import Array
from bikefit.shoe_sensor.quaternions import multiply, running_product, shortest_turn, turn_by, turned, unit
from bikefit.shoe_sensor.vectors import crossed, lengths

SMOOTHING_S = 3.0
"""Time constant over which acceleration counts as gravity: what VQF's authors found best on many kinds of motion."""
CUTOFF_HZ = math.sqrt(2.0) / (2.0 * math.pi * SMOOTHING_S)
ADDED_UP = np.array([11.0, -93.0, 802.0]) / 1440.0
"""Weights that integrate the polynomial through six even samples over the step in their middle, from either end."""
BELL_S, FADING_S = 9.0, 1.5
"""At a recording's ends: length of the bell-shaped mean, and over how long the values fade into it."""
LEAST_FORCE_M_S2 = 1e-6
"""Against a division by zero where there is no gravity at all."""
UP = np.array([[0.0, 0.0, 1.0]])


def rotation_vectors(rate_rad_s: Array, step_s: float) -> Array:
    """Return the rotation vector of each step between samples of the angular rate [rad], shape (n - 1, 3).

    The integral of the rate, and a twelfth of the cross product of neighbours for an axis that turns meanwhile. Good to
    0.2 % of a tone with seven samples a period, so that slow recordings need no finer grid.
    """
    steps = rate_rad_s.shape[0] - 1
    around = np.empty((3, steps + 5)).T
    around[:2] = rate_rad_s[0] + np.array([[-2.0], [-1.0]]) * (rate_rad_s[1] - rate_rad_s[0])
    around[2:-2] = rate_rad_s
    around[-2:] = rate_rad_s[-1] + np.array([[1.0], [2.0]]) * (rate_rad_s[-1] - rate_rad_s[-2])
    vectors: Array = step_s**2 / 12.0 * crossed(rate_rad_s[:-1], rate_rad_s[1:])
    for k, weight in enumerate(ADDED_UP):
        vectors += step_s * weight * (around[k : k + steps] + around[5 - k : 5 - k + steps])
    return vectors


def smoothed(values: Array, step_s: float) -> Array:
    """Smooth without lag: a second-order Butterworth low-pass, forwards and backwards.

    A recording that is cut in mid-motion ends with a velocity, and its last seconds hold the acceleration of half a
    movement. A bell-shaped mean, which begins and ends at zero, does not feel it: the values fade into that mean at
    both ends, and it goes on beyond them.
    """
    count = values.shape[0]
    bell = np.hanning(min(count, round(BELL_S / step_s)) + 2)[1:-1]
    bell /= bell.sum()
    first, last = bell @ values[: bell.size], bell @ values[-bell.size :]
    beyond, fading = round(4.0 * SMOOTHING_S / step_s), min(count // 2, round(FADING_S / step_s))
    longer = np.empty((values.shape[1], count + 2 * beyond)).T
    longer[:beyond], longer[beyond : beyond + count], longer[beyond + count :] = first, values, last
    share = (np.arange(fading)[:, None] + 0.5) / fading
    start, end = slice(beyond, beyond + fading), slice(beyond + count - fading, beyond + count)
    longer[start] = first + share * (longer[start] - first)
    longer[end] = last + share[::-1] * (longer[end] - last)
    return low_passed(low_passed(longer, step_s)[::-1], step_s)[::-1][beyond : beyond + count]


def low_passed(values: Array, step_s: float) -> Array:
    """Low-pass columns that were always at their first value before, by a second-order Butterworth filter.

    The filter's recursion, written down for all samples, is a band of triangular equations. Solving those takes as long
    as `scipy.signal` takes, which alone would need a third of a second to be imported.
    """
    from scipy.linalg.lapack import dtbtrs

    bent = math.tan(math.pi * min(CUTOFF_HZ * step_s, 0.4))
    whole = 1.0 + math.sqrt(2.0) * bent + bent**2
    band = np.empty((values.shape[0], 3)).T  # band[i, j] is the matrix's element (j + i, j)
    band[:] = [[1.0], [2.0 * (bent**2 - 1.0) / whole], [(1.0 - math.sqrt(2.0) * bent + bent**2) / whole]]
    told = np.empty(values.shape[::-1]).T
    np.subtract(values, values[0], out=told)
    told *= bent**2 / whole
    told[1:] += told[:-1]  # twice: each sample, two of the one before, and the one before that
    told[1:] += told[:-1]
    solution: Array = dtbtrs(band, told, uplo="L", diag="U", overwrite_b=True)[0]
    solution += values[0]
    return solution


def levelled_with_turns(rate_rad_s: Array, force_m_s2: Array, step_s: float) -> tuple[Array, Array]:
    """Return the orientations of `levelled`, and the turn that levelled each step [rad].

    The turns, shape (n - 1, 2), are about the world's two level axes.
    """
    orientation, level, up = levelled(rate_rad_s, force_m_s2, step_s)
    return orientation, turned(level[:-1], crossed(up[1:], up[:-1]))[:, :2]


def levelled(rate_rad_s: Array, force_m_s2: Array, step_s: float) -> tuple[Array, Array, Array]:
    """Return the orientations sensor -> level world at the samples, and what they are made with.

    That is the part of them that levels the drifting frame, and the upward direction in that frame.
    """
    count = rate_rad_s.shape[0]
    factors = np.empty((4, count)).T
    factors[0] = 1.0, 0.0, 0.0, 0.0
    factors[1:] = turn_by(rotation_vectors(rate_rad_s, step_s))
    drifting = running_product(factors)
    up = smoothed(turned(drifting, force_m_s2), step_s)
    up /= np.maximum(lengths(up), LEAST_FORCE_M_S2)[:, None]
    factors[:1] = shortest_turn(up[:1], UP)
    factors[1:] = shortest_turn(up[1:], up[:-1])
    level = running_product(factors)
    return unit(multiply(level, drifting)), level, up
