"""Readings that hit the end of the sensor's range: how many, and what was probably beyond."""

from __future__ import annotations

import numpy as np

from bikefit.model import Array, Flags
from bikefit.shoe_sensor.held import moving

END = 1e-6
"""Relative distance from the extreme value within which a reading sits at the end."""
RUNS_LEAST = 5


def at_end(values: Array) -> Flags:
    """Tell which readings, shape (n, 3), sit at the end of the range, on their axis and to their side.

    The end is an extreme value that comes several times in a row, as a peak that merely came close to it would not.
    """
    ended = np.zeros(values.shape, dtype=bool)
    for axis in range(values.shape[1]):
        for sign in (1.0, -1.0):
            signed = sign * values[:, axis]
            most = float(signed.max())
            if most <= 0 or most == float(signed.min()):
                continue
            there = signed >= most * (1.0 - END)
            if np.count_nonzero(there[1:] & there[:-1]) >= RUNS_LEAST:
                ended[:, axis] |= there
    return ended


def clipped_share(values: Array) -> float:
    """Tell how much of a channel's motion, 0-1, sits at the end of the sensor's range on some axis.

    Examples
    --------
    >>> wave = np.sin(np.linspace(0, 60, 1000))[:, None] * np.ones(3)
    >>> clipped_share(wave), clipped_share(np.clip(wave, -0.9, 0.9)) > 0.2
    (0.0, True)
    """
    ended = np.any(at_end(values), axis=1)
    if not ended.any():
        return 0.0
    busy = moving(values)
    return float(np.mean(ended[busy])) if busy.any() else 0.0


def unclipped(values: Array) -> Array:
    """Bridge the peaks that hit the end of the range by a cubic spline through their flanks.

    Never below the end of the range and never beyond twice it; an axis that is clipped for more than half the time
    stays as it is.

    Examples
    --------
    >>> wave = np.sin(np.linspace(0, 60, 1000))[:, None] * np.ones(3)
    >>> cut = np.clip(wave, -0.8, 0.8)
    >>> bool(np.abs(unclipped(cut) - wave).max() < 0.05)
    True
    """
    from scipy.interpolate import CubicSpline

    ended, whole = at_end(values), values.copy()
    position = np.arange(values.shape[0], dtype=float)
    for axis in range(values.shape[1]):
        there = ended[:, axis]
        if not there.any() or there.mean() > 0.5:
            continue
        bridged = CubicSpline(position[~there], values[~there, axis])(position[there])
        sign, limit = np.sign(values[there, axis]), np.abs(values[there, axis])
        whole[there, axis] = sign * np.clip(sign * bridged, limit, 2.0 * limit)
    return whole
