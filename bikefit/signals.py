"""Numeric basics that the floors above share: missing samples, unwrapping, spikes, circles, long-run variance."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bikefit.model import Array

SPIKE_NEIGHBOURS = 2
"""Samples on each side whose median a spike is compared with: two bad samples in five are still seen."""


def usual_step(time_s: Array) -> float:
    """Return the median step of time stamps.

    Parameters
    ----------
    time_s : ndarray, shape (n,)
        Increasing times [s].

    Returns
    -------
    float
        From at most 20,000 steps, in runs spread evenly [s]; NaN under two samples.

    Examples
    --------
    >>> usual_step(np.array([0.0, 0.1, 0.2, 0.9]))
    0.1
    """
    if time_s.size < 2:
        return math.nan
    runs = max(1, (time_s.size - 1) // 20_000)
    steps = np.diff(time_s) if runs == 1 else time_s[1::runs] - time_s[:-1:runs]
    return float(np.median(steps))


def unwrap_deg(angle_deg: Array) -> Array:
    """Remove the jumps of a wrapped angle.

    Parameters
    ----------
    angle_deg : ndarray, shape (n,)
        An angle [deg], wrapped anywhere or not at all; NaN where missing.

    Returns
    -------
    ndarray, shape (n,)
        The same angle with no step beyond 180 degrees between neighbouring known samples; NaN stays NaN.

    Examples
    --------
    >>> unwrap_deg(np.array([350.0, 10.0, np.nan, 30.0])).tolist()
    [350.0, 370.0, nan, 390.0]
    """
    known = np.isfinite(angle_deg)
    if not known.all():
        unwrapped = np.full(angle_deg.shape, np.nan)
        unwrapped[known] = unwrap_deg(angle_deg[known])
        return unwrapped
    if angle_deg.size < 2:
        return angle_deg.copy()
    turns = np.diff(angle_deg)
    turns /= -360.0
    np.rint(turns, out=turns)
    unwrapped = angle_deg.copy()
    if turns.any():
        np.cumsum(turns, out=turns)
        turns *= 360.0
        unwrapped[1:] += turns
    return unwrapped


def spikes(values: Array, smallest: float) -> NDArray[np.intp]:
    """Find single samples (or two together) that jump away and back.

    Parameters
    ----------
    values : ndarray, shape (n,)
        A signal without missing values.
    smallest : float
        Smallest departure from the median of five samples that counts, in the signal's unit.

    Returns
    -------
    ndarray of int
        Indices of the spikes, ascending.

    Examples
    --------
    >>> spikes(np.array([0.0, 0.1, 40.0, 0.2, 0.3, 0.4]), 8.0).tolist()
    [2]
    """
    span = SPIKE_NEIGHBOURS
    if values.size < 2 * span + 1:
        return np.empty(0, dtype=np.intp)
    step = np.diff(values)
    jumps = np.flatnonzero((step > smallest) | (step < -smallest))
    if jumps.size == 0:
        return jumps
    near = np.unique(np.clip(jumps[:, None] + np.arange(1 - span, span + 1), 0, values.size - 1))
    window = np.clip(near, span, values.size - 1 - span)[:, None] + np.arange(-span, span + 1)
    departure = np.abs(values[near] - np.median(values[window], axis=1))
    found: NDArray[np.intp] = near[departure > smallest]
    return found


def circular_mean_deg(angles_deg: Array) -> float:
    """Return the mean direction of angles.

    Parameters
    ----------
    angles_deg : ndarray
        Angles [deg]; NaN is left out.

    Returns
    -------
    float
        In [0, 360); NaN where there are none or they cancel.

    Examples
    --------
    >>> round(circular_mean_deg(np.array([350.0, 20.0])), 6)
    5.0
    """
    known = angles_deg[np.isfinite(angles_deg)]
    if known.size == 0:
        return math.nan
    direction = complex(np.mean(np.exp(1j * np.radians(known))))
    return math.degrees(math.atan2(direction.imag, direction.real)) % 360.0 if abs(direction) > 1e-9 else math.nan


def robust_sd(values: Array) -> float:
    """Return a standard deviation that outliers do not move: 1.4826 times the median absolute deviation.

    Parameters
    ----------
    values : ndarray
        Numbers; NaN is left out.

    Returns
    -------
    float
        NaN where there are none.

    Examples
    --------
    >>> robust_sd(np.array([1.0, 2.0, 3.0, 4.0, 1000.0]))
    1.4826
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        return math.nan
    return float(1.4826 * np.median(np.abs(known - np.median(known))))


def long_run_variance(values: Array) -> tuple[float, int]:
    """Return what the variance of the mean is, times n, when neighbours resemble each other.

    Parameters
    ----------
    values : ndarray, shape (n,)
        A stationary series without missing values, n >= 2.

    Returns
    -------
    variance : float
        Sum of the autocovariances over all lags, never below the variance of a single pair sum.
    lags : int
        Lags on each side that were summed.

    Notes
    -----
    Initial positive sequence: autocovariances are summed in pairs of neighbouring lags, which are positive for a
    reversible process, up to the first pair that is not; each pair is held to the smallest so far.

    References
    ----------
    Geyer, C. J. (1992). Practical Markov chain Monte Carlo. Statistical Science 7(4), 473-483.
    https://doi.org/10.1214/ss/1177011137

    Examples
    --------
    >>> variance, lags = long_run_variance(np.array([1.0, 2.0, 3.0, 4.0, 3.0, 2.0] * 20))
    >>> variance > 0, lags
    (True, 1)
    """
    count = values.size
    centred = values - values.mean()
    size = 1 << (2 * count - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, size)[:count] / count
    pairs = covariance[: count - count % 2].reshape(-1, 2).sum(axis=1)
    beyond = np.flatnonzero(pairs <= 0)
    kept = int(beyond[0]) if beyond.size else pairs.size
    if kept == 0:  # neighbours repel each other: an independent series is the safe reading
        return float(covariance[0]), 0
    total = 2.0 * np.minimum.accumulate(pairs[:kept]).sum() - covariance[0]
    return float(total), 2 * kept - 1


def mean_with_error(values: Array) -> tuple[float, float, float]:
    """Return a mean and its standard error when neighbouring values resemble each other.

    Parameters
    ----------
    values : ndarray, shape (n,)
        In the order in which they came; NaN is left out.

    Returns
    -------
    mean, standard_error : float
        In the values' unit; NaN where there are too few.
    dof : float
        Degrees of freedom of the standard error, for t quantiles.

    Notes
    -----
    The variance is `long_run_variance`, raised for the mean having been estimated from the same values. A sum over
    m lags on each side of n values has about n / m degrees of freedom.

    Examples
    --------
    >>> mean, error, dof = mean_with_error(np.array([1.0, 2.0, 3.0, 2.0] * 25))
    >>> mean
    2.0
    """
    known = values[np.isfinite(values)]
    count = known.size
    if count < 3:
        return (float(known.mean()) if count else math.nan), math.nan, math.nan
    variance, lags = long_run_variance(known)
    single = float(known.var())
    if single <= 0.0:
        return float(known.mean()), 0.0, count - 1.0
    together = max(variance / single, 1.0)  # how many neighbours count as one
    variance = max(variance, single) / max(1.0 - together / count, 0.1)
    dof = max(count / (lags + 1.0) - 1.0, 1.0)
    return float(known.mean()), math.sqrt(variance / count), dof
