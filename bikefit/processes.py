"""Stationary processes that strokes may be: what each makes of a series' periodogram and of its mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.model import Array

_NEAR_ALONE: Final = 0.94
"""Prior probability that only neighbours are alike."""
_NEAR: Final = (0.0, 0.2, 0.4, 0.6, 0.75, 0.85)
_SLOW: Final = (0.92, 0.96, 0.98, 0.99)
"""Correlation of neighbouring values in first-order autoregressions."""
_LONG_MEMORY: Final = (0.65, 0.75, 0.85, 0.95)
"""Hurst exponents of fractional Gaussian noise."""
_SLOW_SHARE: Final = (0.15, 0.4, 0.7, 1.0)
"""Share of the variance that is slow."""


@dataclass(frozen=True)
class Processes:
    """Stationary processes of unit variance, as a series of one length sees them, one per row."""

    votes: Array
    """How much each frequency counts: the highest of an even length counts half."""
    weights: Array
    """Votes over the expected periodogram."""
    log_determinant: Array
    of_mean: Array
    """Variance of the series' mean."""
    log_prior: Array


@lru_cache(8)
def processes_of(count: int) -> Processes:
    """Return the processes that a series of this length is held against."""
    lag = np.arange(count)
    near = _expected([_alike(rho, lag) for rho in _NEAR])
    blended = _expected([_blended(rho, lag) for rho in _NEAR[1:]])
    slow = _expected([_alike(rho, lag) for rho in _SLOW] + [_long_memory(exponent, lag) for exponent in _LONG_MEMORY])
    expected, prior = [*near, *blended], [_NEAR_ALONE / (len(near) + len(blended))] * (len(near) + len(blended))
    each = (1.0 - _NEAR_ALONE) / len(slow) / len(_SLOW_SHARE)
    for share in _SLOW_SHARE:
        rest = near if share < 1.0 else near[:1]
        expected += [share * part + (1.0 - share) * other for part in slow for other in rest]
        prior += [each / len(rest)] * len(rest) * len(slow)
    spectra = np.array(expected)
    votes = np.ones(count // 2)
    if count % 2 == 0:
        votes[-1] = 0.5
    return Processes(
        votes=votes,
        weights=votes / spectra[:, 1:],
        log_determinant=np.log(spectra[:, 1:]) @ votes,
        of_mean=spectra[:, 0] / count,
        log_prior=np.log(prior),
    )


def _expected(covariances: list[Array]) -> Array:
    """Return the expected periodograms of a series with these autocovariances, its mean's in front."""
    count = covariances[0].size
    tapered = np.array(covariances) * (1.0 - np.arange(count) / count)
    both = np.concatenate([tapered, np.zeros((len(tapered), 1)), tapered[:, :0:-1]], axis=1)
    spectra: Array = np.fft.rfft(both, axis=1).real[:, ::2]
    return spectra


def _alike(rho: float, lag: NDArray[np.intp]) -> Array:
    """Return the autocovariances of a first-order autoregression."""
    covariance: Array = np.float64(rho) ** lag
    return covariance


def _blended(rho: float, lag: NDArray[np.intp]) -> Array:
    """Return the autocovariances of an autoregression that goes straight from stroke to stroke, each averaged."""
    shift, weight = np.arange(-2, 3), np.array([1.0, 12.0, 38.0, 12.0, 1.0])  # of the kernel (1, 6, 1) with itself
    covariance: Array = rho ** np.abs(lag[:, None] + shift) @ weight
    covariance /= covariance[0]
    return covariance


def _long_memory(exponent: float, lag: NDArray[np.intp]) -> Array:
    """Return the autocovariances of fractional Gaussian noise with this Hurst exponent."""
    power = 2.0 * exponent
    covariance: Array = 0.5 * ((lag + 1.0) ** power - 2.0 * lag**power + np.abs(lag - 1.0) ** power)
    return covariance
