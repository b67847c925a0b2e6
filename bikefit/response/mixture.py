"""Beliefs about one number: weighted sums of normal distributions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from bikefit.conventions import CONFIDENCE
from bikefit.model import Array

_ERFC = np.frompyfunc(math.erfc, 1, 1)


def normal_cdf(z: Array) -> Array:
    """Return the standard normal distribution function, element by element."""
    return np.asarray(0.5 * _ERFC(-np.asarray(z) / math.sqrt(2.0)), dtype=np.float64)


def mixture_cdf(weights: Array, means: Array, sds: Array, value: Array) -> Array:
    """Return the chance of being at most ``value`` (...) for mixtures with their components on the last axis."""
    total: Array = (weights * normal_cdf((value[..., None] - means) / sds)).sum(axis=-1)
    return total


def mixture_pdf(weights: Array, means: Array, sds: Array, value: Array) -> Array:
    """Return the density at ``value`` (...) for mixtures with their components on the last axis."""
    z = (value[..., None] - means) / sds
    total: Array = (weights * np.exp(-0.5 * z**2) / (math.sqrt(2.0 * math.pi) * sds)).sum(axis=-1)
    return total


def mixture_quantile(weights: Array, means: Array, sds: Array, probability: float) -> Array:
    """Return what is not exceeded with ``probability``, for mixtures with their components on the last axis.

    It lies between the smallest and the largest of the components' own quantiles; Newton's steps from the normal
    distribution with the same moments, halving the bracket where a step would leave it.
    """
    normal = NormalDist()
    ends = means + normal.inv_cdf(probability) * sds
    low, high = ends.min(axis=-1), ends.max(axis=-1)
    mean = (weights * means).sum(axis=-1)
    spread = np.sqrt((weights * (sds**2 + (means - mean[..., None]) ** 2)).sum(axis=-1))
    guess: Array = np.clip(mean + normal.inv_cdf(probability) * spread, low, high)
    for _ in range(200):
        off = mixture_cdf(weights, means, sds, guess) - probability
        low, high = np.where(off < 0.0, guess, low), np.where(off < 0.0, high, guess)
        step = guess - off / np.maximum(mixture_pdf(weights, means, sds, guess), 1e-300)
        following = np.where((step > low) & (step < high), step, 0.5 * (low + high))
        done = np.all(np.abs(following - guess) <= 1e-13 * (1.0 + np.abs(guess)))
        guess = following
        if done:
            break
    return guess


def weighted_interval(values: Array, weights: Array, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the central interval of weighted values in rising order; the weights add up to 1."""
    below = np.cumsum(weights) - 0.5 * weights
    tail = 0.5 * (1.0 - confidence)
    low, high = np.interp([tail, 1.0 - tail], below, values)
    return float(low), float(high)


@dataclass(frozen=True)
class Mixture:
    """A weighted sum of normal distributions of one number; with one component, a normal distribution."""

    # shape (k,): of the components; the weights add up to 1.
    weights: Array
    means: Array
    sds: Array

    @property
    def mean(self) -> float:
        """Expected value."""
        return float(self.weights @ self.means)

    @property
    def sd(self) -> float:
        """Standard deviation, of all components together."""
        return math.sqrt(float(self.weights @ (self.sds**2 + (self.means - self.mean) ** 2)))

    @property
    def stdev(self) -> float:
        """The same as ``sd``, by the name that `statistics.NormalDist` has for it."""
        return self.sd

    def pdf(self, value: float) -> float:
        """Return the density at a value.

        Examples
        --------
        >>> round(Mixture(np.array([1.0]), np.array([0.0]), np.array([1.0])).pdf(0.0), 4)
        0.3989
        """
        return float(mixture_pdf(self.weights, self.means, self.sds, np.asarray(value)))

    def cdf(self, value: float) -> float:
        """Return the probability of being at most ``value``.

        Examples
        --------
        >>> Mixture(np.array([1.0]), np.array([0.0]), np.array([1.0])).cdf(0.0)
        0.5
        """
        return float(mixture_cdf(self.weights, self.means, self.sds, np.asarray(value)))

    def quantile(self, probability: float) -> float:
        """Return the value that is not exceeded with ``probability``.

        Examples
        --------
        >>> round(Mixture(np.array([1.0]), np.array([0.0]), np.array([1.0])).quantile(0.975), 3)
        1.96
        """
        return float(mixture_quantile(self.weights, self.means, self.sds, probability))

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Return the central interval that holds the number with ``confidence``."""
        tail = 0.5 * (1.0 - confidence)
        return self.quantile(tail), self.quantile(1.0 - tail)
