"""Numeric basics that the floors above share: missing samples, unwrapping, spikes, circles, long-run variance."""

from __future__ import annotations

import math
from bisect import bisect_left
from functools import cache, lru_cache
from typing import Final

import numpy as np

from bikefit.model import Array, Flags, Indices
from bikefit.processes import processes_of
from bikefit.quantiles import t_log_scale, t_quantile

BLOCK: Final = 45
"""Values in a block where nothing else is said: 30 s of strokes at 90 rpm."""
BLOCKS_MIN: Final = 3
"""Fewer blocks than this tell nothing of their scatter."""
_SAMPLES_AT_ONCE: Final = 4096
"""Samples among which one that falls is looked for together."""
_LONGEST: Final = 512
"""Longer series are averaged by neighbours first: their mean is what slow parts make of it."""
_SCALES: Final = np.geomspace(0.02, 20.0, 64)
_SCALE_STEP: Final = math.log(_SCALES[1] / _SCALES[0])
_REACHES: Final = np.geomspace(0.005, 400.0, 400)
"""Where mixtures of t distributions are looked at, in units of their standard deviation."""
_DOFS: Final[list[float]] = np.geomspace(1.0, 2000.0, 80).tolist()
"""Degrees of freedom between which is interpolated."""

SPIKE_NEIGHBOURS = 2
"""Samples on each side whose median a spike is compared with: two bad samples in five are still seen."""


def usual_step(time_s: Array) -> float:
    """Return the median step of time stamps.

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


def spikes(values: Array, smallest: float) -> Indices:
    """Find single samples (or two together) that jump away and back.

    Examples
    --------
    >>> spikes(np.array([0.0, 0.1, 40.0, 0.2, 0.3, 0.4]), 8.0).tolist()
    [2]
    """
    span = SPIKE_NEIGHBOURS
    if values.size < 2 * span + 1:
        return np.empty(0, dtype=np.intp)
    step = np.diff(values)
    jumps = np.flatnonzero(np.abs(step, out=step) > smallest)
    if jumps.size == 0:
        return jumps
    near = np.unique(np.clip(jumps[:, None] + np.arange(1 - span, span + 1), 0, values.size - 1))
    window = np.clip(near, span, values.size - 1 - span)[:, None] + np.arange(-span, span + 1)
    departure = np.abs(values[near] - np.median(values[window], axis=1))
    found: Indices = near[departure > smallest]
    return found


def never_falling(values: Array) -> Array:
    """Return the highest value so far; the stretches that only rise, nearly all, are looked at once."""
    falls = values[1:] < values[:-1]
    if not falls.any():
        return values
    highest, fell = values.copy(), False
    for begin in range(0, falls.size, _SAMPLES_AT_ONCE):
        if fell or falls[begin : begin + _SAMPLES_AT_ONCE].any():
            piece = highest[begin : begin + _SAMPLES_AT_ONCE + 1]
            np.maximum.accumulate(piece, out=piece)
            fell = bool(piece[-1] > values[begin + piece.size - 1])
    return highest


def runs(changes: Flags) -> tuple[Indices, Indices]:
    """Return where runs begin and end (half-open) among values of which each either goes on or begins a new one.

    Examples
    --------
    >>> begins, ends = runs(np.diff(np.array([5, 5, 7, 7, 7])) != 0)
    >>> begins.tolist(), ends.tolist()
    ([0, 2], [2, 5])
    """
    inner = np.flatnonzero(changes) + 1
    return np.concatenate([[0], inner]), np.append(inner, changes.size + 1)


def runs_of(flags: Flags) -> list[tuple[int, int]]:
    """Return the (half-open) runs in which a flag holds.

    Examples
    --------
    >>> runs_of(np.array([True, False, True, True]))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(flags, prepend=False, append=False)).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def wrapped_deg(angle_deg: Array) -> Array:
    """Bring angles to half a turn about 0.

    Examples
    --------
    >>> wrapped_deg(np.array([190.0, -180.0, 30.0])).tolist()
    [-170.0, -180.0, 30.0]
    """
    return np.remainder(angle_deg + 180.0, 360.0) - 180.0


def mean_direction(angles_deg: Array) -> complex:
    """Return the mean of the unit vectors that point along angles: the shorter, the more they are spread."""
    return complex(np.mean(np.exp(1j * np.radians(angles_deg))))


def circular_mean_deg(angles_deg: Array) -> float:
    """Return the mean direction of angles.

    Examples
    --------
    >>> round(circular_mean_deg(np.array([350.0, 20.0])), 6)
    5.0
    """
    known = angles_deg[np.isfinite(angles_deg)]
    if known.size == 0:
        return math.nan
    direction = mean_direction(known)
    return math.degrees(math.atan2(direction.imag, direction.real)) % 360.0 if abs(direction) > 1e-9 else math.nan


def robust_sd(values: Array) -> float:
    """Return a standard deviation that outliers do not move: 1.4826 times the median absolute deviation.

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


def mean_with_error(values: Array, block: int = BLOCK) -> tuple[float, float, float]:
    """Return a mean and its standard error when neighbouring values resemble each other.

    Parameters
    ----------
    values : ndarray, shape (n,)
        In the order in which they came; NaN is left out.
    block : int
        Values that make a block: the error is never below what the means of such blocks show.

    Returns
    -------
    mean, standard_error : float
        In the values' unit; NaN where there are too few.
    dof : float
        Degrees of freedom of the standard error, for t quantiles.

    Notes
    -----
    How far a mean may be off depends on likeness over spans as long as the series, which the series itself hardly
    shows. So the long-run variance is averaged over a list of stationary processes, each weighted by how well it goes
    with the series and by a prior: mostly (0.94) neighbours alone are alike, as in a first-order autoregression;
    else a part of the variance changes slowly, over tens to a hundred values or over all spans (long memory). The
    likelihood is Whittle's with the expectation of the periodogram of a series of this length. Error and degrees of
    freedom are those of the t distribution that holds 95 % and about 68 % between the same limits as this average.

    References
    ----------
    Sykulski, A. M. et al. (2019). The debiased Whittle likelihood. Biometrika 106(2), 251-266.
    https://doi.org/10.1093/biomet/asy071

    Examples
    --------
    >>> mean, error, dof = mean_with_error(np.array([1.0, 2.0, 3.0, 2.0] * 25))
    >>> mean
    2.0
    """
    known = values[np.isfinite(values)]
    if known.size < 3:
        return (float(known.mean()) if known.size else math.nan), math.nan, math.nan
    means, errors, dofs = means_with_errors(known[None], block)
    return float(means[0]), float(errors[0]), float(dofs[0])


def means_with_errors(series: Array, block: int = BLOCK) -> tuple[Array, Array, Array]:
    """Do what `mean_with_error` does for several series at once, one per row, none of them with missing values."""
    means = series.mean(axis=1)
    count = series.shape[1]
    together = -(-count // _LONGEST)
    short = series[:, : count // together * together].reshape(len(series), -1, together).mean(axis=2)
    size = short.shape[1]
    processes = processes_of(size)
    periodogram = np.abs(np.fft.rfft(short - short.mean(axis=1, keepdims=True), axis=1)[:, 1:]) ** 2 / size
    moves = periodogram @ processes.votes > 0.0
    periodogram[~moves] = 1.0
    variance = periodogram @ processes.weights.T / processes.votes.sum()  # of each process, by maximum likelihood
    fit = processes.log_prior - processes.log_determinant - processes.votes.sum() * np.log(variance)
    chance = np.exp(fit - fit.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    errors, dofs = _as_student(np.sqrt(variance * processes.of_mean), chance, 2.0 * float(processes.votes.sum()))
    if count >= BLOCKS_MIN * block:
        blocks = series[:, : count // block * block].reshape(len(series), -1, block).mean(axis=2)
        errors = np.maximum(errors, blocks.std(axis=1, ddof=1) / math.sqrt(blocks.shape[1]))
    return means, np.where(moves, errors, 0.0), np.where(moves, dofs, count - 1.0)


def _as_student(scales: Array, chance: Array, dof: float) -> tuple[Array, Array]:
    """Return scale and degrees of freedom of the t distribution most like a mixture of such, row by row.

    All parts of the mixture have the same degrees of freedom; it holds 68 % and 95 % between the same limits.
    """
    unit = np.sqrt((chance * scales**2).sum(axis=1))
    at = (np.log(np.clip(scales / unit[:, None], _SCALES[0], _SCALES[-1])) - math.log(_SCALES[0])) / _SCALE_STEP
    below = np.minimum(at.astype(np.intp), _SCALES.size - 2)
    share = chance * (at - below)
    weights = np.zeros((len(scales), _SCALES.size))
    rows = np.broadcast_to(np.arange(len(scales))[:, None], below.shape)
    np.add.at(weights, (rows, below), chance - share)
    np.add.at(weights, (rows, below + 1), share)
    inside = weights @ _held(dof)
    inner, outer = (np.array([np.interp(level, row, _REACHES) for row in inside]) for level in (0.68, 0.95))
    dofs = np.array([_dof_of(ratio) for ratio in (outer / inner).tolist()])
    return unit * outer / np.array([t_quantile(value) for value in dofs]), dofs


@lru_cache(8)
def _held(dof: float) -> Array:
    """Return the share of a t distribution of each of `_SCALES` that lies within each of `_REACHES`."""
    within = np.geomspace(_REACHES[0] / _SCALES[-1], _REACHES[-1] / _SCALES[0], 4000)
    density = np.exp(t_log_scale(dof) - 0.5 * (dof + 1.0) * np.log1p(within**2 / dof))
    steps = np.diff(within) * (density[1:] + density[:-1])
    held = np.concatenate([[2.0 * within[0] * density[0]], steps]).cumsum()
    share: Array = np.interp(_REACHES / _SCALES[:, None], within, held)
    return share


def _dof_of(ratio: float) -> float:
    """Return the degrees of freedom of the t distribution whose 95 % reach so many times as far as its 68 %."""
    above = bisect_left(_DOFS, -ratio, key=_less_heavy)
    if above in (0, len(_DOFS)):
        return _DOFS[0] if above == 0 else _DOFS[-1]
    low, high = _DOFS[above - 1], _DOFS[above]
    share = (-ratio - _less_heavy(low)) / (_less_heavy(high) - _less_heavy(low))
    return low + share * (high - low)


@cache
def _less_heavy(dof: float) -> float:
    """Return less how many times as far as 68 % of a t distribution its 95 % reach: it rises with the dof."""
    return -t_quantile(dof, 0.95) / t_quantile(dof, 0.68)
