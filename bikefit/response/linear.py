"""Normal beliefs about the numbers behind some readings, at each standard deviation that is thought possible."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bikefit.model import Array

_VARIANCE_FLOOR = 1e-12
_SURE = 1e-6
"""A prior standard deviation of zero is taken as this."""


@dataclass(frozen=True)
class Normals:
    """A normal distribution of p numbers at each of K standard deviations, for any number of riders in front."""

    means: Array  # shape (..., K, p): what is expected of the numbers
    covariances: Array  # shape (..., K, p, p): how sure that is; without the riders' axes where it is the same for all
    log_evidence: Array  # shape (..., K): log density of the readings; a flat prior has the density 1


def precision_of(sd: float) -> float:
    """Return the precision of a prior with this standard deviation."""
    return float(max(sd, _SURE) ** -2)


def reading_variances(errors: Array, sds: Array) -> Array:
    """Return the variance of each reading at each standard deviation between recordings, shape (..., K, n)."""
    variances: Array = np.maximum(errors[..., None, :] ** 2 + sds[:, None] ** 2, _VARIANCE_FLOOR)
    return variances


def condition(
    design: Array, values: Array, errors: Array, sds: Array, prior_mean: Array, prior_precision: Array
) -> Normals:
    """Learn the numbers behind ``values = design @ numbers`` from readings, shape (..., n); precision 0 is flat."""
    variance = reading_variances(errors, sds)
    origin = values.mean(axis=-1, keepdims=True)  # keeps a large offset out of the sums
    shifted = values - origin
    precision: Array = (design.T / variance[..., None, :]) @ design + np.diag(prior_precision)
    covariance: Array = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    pull = (shifted[..., None, :] / variance) @ design + prior_precision * prior_mean
    mean = (covariance @ pull[..., None])[..., 0]
    misfit = ((shifted[..., None, :] - mean @ design.T) ** 2 / variance).sum(axis=-1)
    misfit = misfit + ((mean - prior_mean) ** 2 * prior_precision).sum(axis=-1)
    proper = prior_precision > 0.0
    size = np.log(variance).sum(axis=-1) + np.linalg.slogdet(precision)[1] - np.log(prior_precision[proper]).sum()
    size = size + (values.shape[-1] - np.count_nonzero(~proper)) * math.log(2.0 * math.pi)
    mean = mean.copy()
    mean[..., 0] += origin
    return Normals(mean, covariance, -0.5 * (size + misfit))


def normalised(log_weights: Array) -> Array:
    """Turn logarithms of weights into weights that add up to 1 along the last axis."""
    weights: Array = np.exp(log_weights - log_weights.max(axis=-1, keepdims=True))
    shares: Array = weights / weights.sum(axis=-1, keepdims=True)
    return shares
