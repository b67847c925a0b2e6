"""Beliefs about one number: weighted sums of normal distributions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bikefit.model import Array

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Mixture:
    """A weighted sum of normal distributions of one number; with one component, a normal distribution.

    Attributes
    ----------
    weights, means, sds : ndarray, shape (k,)
        Of the components; the weights add up to 1.
    """

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

        Parameters
        ----------
        value : float
            In the unit of the distribution.

        Returns
        -------
        float
            Per that unit.

        Examples
        --------
        >>> round(Mixture(np.array([1.0]), np.array([0.0]), np.array([1.0])).pdf(0.0), 4)
        0.3989
        """
        z = (value - self.means) / self.sds
        return float(self.weights @ (np.exp(-0.5 * z**2) / (math.sqrt(2.0 * math.pi) * self.sds)))

    def cdf(self, value: float) -> float:
        """Return the probability of being at most ``value``.

        Parameters
        ----------
        value : float
            In the unit of the distribution.

        Returns
        -------
        float
            0-1.

        Examples
        --------
        >>> Mixture(np.array([1.0]), np.array([0.0]), np.array([1.0])).cdf(0.0)
        0.5
        """
        from scipy.special import ndtr

        return float(self.weights @ ndtr((value - self.means) / self.sds))

    def quantile(self, probability: float) -> float:
        """Return the value that is not exceeded with ``probability``.

        Parameters
        ----------
        probability : float
            Between 0 and 1, exclusive.

        Returns
        -------
        float
            In the unit of the distribution.

        Notes
        -----
        The quantile of the mixture lies between the smallest and the largest of its components' quantiles;
        bisection from there.

        Examples
        --------
        >>> round(Mixture(np.array([1.0]), np.array([0.0]), np.array([1.0])).quantile(0.975), 3)
        1.96
        """
        from scipy.special import ndtri

        ends = self.means + float(ndtri(probability)) * self.sds
        low, high = float(ends.min()), float(ends.max())
        while high - low > 1e-12 * (1.0 + abs(low)):
            middle = 0.5 * (low + high)
            if not low < middle < high:
                break
            low, high = (middle, high) if self.cdf(middle) < probability else (low, middle)
        return 0.5 * (low + high)

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Return the central interval that holds the number with ``confidence``.

        Parameters
        ----------
        confidence : float
            Between 0 and 1.

        Returns
        -------
        tuple of float
            Lower and upper end.
        """
        tail = 0.5 * (1.0 - confidence)
        return self.quantile(tail), self.quantile(1.0 - tail)
