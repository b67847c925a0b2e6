"""What is believed of excess and response together, and the count with the smallest expected squared excess."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Belief:
    """What is believed of the excess and of the response together: a bivariate normal distribution.

    A change of cant is in degrees, varus positive.

    Attributes
    ----------
    excess_deg, excess_sd_deg : float
        Of the excess with the wedges as fitted [deg].
    response, response_sd : float
        Degrees heel-in per degree of varus cant.
    covariance : float
        Of the two.
    """

    excess_deg: float
    excess_sd_deg: float
    response: float
    response_sd: float
    covariance: float = 0.0

    def loss_deg2(self, cant_change_deg: float) -> float:
        """Return the expected squared excess after a change of cant, less its own variance, which stays [deg^2].

        Examples
        --------
        >>> Belief(2.5, 0.8, 0.25, 0.5).loss_deg2(2.0)
        5.0
        """
        k = cant_change_deg
        left = self.excess_deg - self.response * k
        return left**2 + self.response_sd**2 * k**2 - 2.0 * self.covariance * k

    def best_cant_change_deg(self) -> float:
        """Return the change of cant that minimises `loss_deg2`, as a real number [deg]."""
        power = self.response**2 + self.response_sd**2
        return (self.response * self.excess_deg + self.covariance) / power if power > 0 else 0.0

    def after(self, cant_change_deg: float) -> NormalDist:
        """Return the distribution of the excess after a change of cant [deg]."""
        k = cant_change_deg
        variance = self.excess_sd_deg**2 + (self.response_sd * k) ** 2 - 2.0 * self.covariance * k
        return NormalDist(self.excess_deg - self.response * k, math.sqrt(max(variance, 1e-18)))

    def chance_closer(self, cant_change_deg: float) -> float:
        """Return the chance that a change of cant brings the heel closer to neutral; 0 for no change.

        One minus it is the chance to get worse.

        Notes
        -----
        With e the excess and x the turn that the change makes, ``|e - x| < |e|`` holds where ``x > 0`` and
        ``e > x / 2``, or both reversed. The response is integrated by Gauss-Legendre on either side of zero;
        given the response, the excess is normal.

        Examples
        --------
        >>> round(Belief(1e6, 0.0, 0.25, 0.5).chance_closer(1.0), 3)
        0.691
        """
        return _chance_closer(self, cant_change_deg)


@cache
def _legendre() -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
    """Return nodes and weights of the Gauss-Legendre quadrature with 48 points, by Golub and Welsch (1969)."""
    order = np.arange(1.0, 48.0)
    beside = order / np.sqrt(4.0 * order**2 - 1.0)
    nodes, vectors = np.linalg.eigh(np.diag(beside, 1) + np.diag(beside, -1))
    return nodes, 2.0 * vectors[0] ** 2


@lru_cache(256)
def _chance_closer(belief: Belief, cant_change_deg: float) -> float:
    """Integrate over the response; a decision asks for the same chance more than once."""
    k = cant_change_deg
    if k == 0.0:
        return 0.0
    turn, turn_sd = belief.response * k, belief.response_sd * abs(k)
    covariance = belief.covariance * k
    if turn_sd == 0.0:
        return float(_closer_given_turn(np.array([turn]), belief.excess_deg, belief.excess_sd_deg)[0])
    slope = covariance / turn_sd**2
    rest_sd = math.sqrt(max(belief.excess_sd_deg**2 - covariance * slope, 0.0))
    total = 0.0
    low, high = turn - 8.0 * turn_sd, turn + 8.0 * turn_sd
    cuts = sorted({low, *(x for x in (0.0, 2.0 * belief.excess_deg, turn) if low < x < high), high})
    nodes, weights = _legendre()
    for start, end in pairwise(cuts):
        x = 0.5 * (end - start) * nodes + 0.5 * (end + start)
        density = np.exp(-0.5 * ((x - turn) / turn_sd) ** 2) / (turn_sd * math.sqrt(2.0 * math.pi))
        closer = _closer_given_turn(x, belief.excess_deg + slope * (x - turn), rest_sd)
        total += 0.5 * (end - start) * float(np.sum(weights * density * closer))
    return min(max(total, 0.0), 1.0)


def _closer_given_turn(turn: Any, excess: Any, excess_sd: float) -> Any:
    """Chance that a known turn (n,) lands closer, for an excess of the given mean (n,) and SD."""
    margin = np.where(turn > 0, 1.0, -1.0) * (excess - turn / 2.0)
    if excess_sd == 0.0:
        return (margin > 0).astype(float)
    return np.array([0.5 * math.erfc(-m / (excess_sd * math.sqrt(2.0))) for m in np.atleast_1d(margin)])


def best_total(belief: Belief, fitted: int, cant_deg: float, totals: Iterable[int]) -> int:
    """Choose the signed total of wedges with the smallest expected loss, the smaller change on a tie.

    Examples
    --------
    >>> best_total(Belief(2.5, 0.8, 0.25, 0.5), 0, 1.0, range(-3, 4))
    2
    """

    def badness(total: int) -> tuple[float, int]:
        change = total - fitted
        return (round(belief.loss_deg2(cant_deg * change), 12), abs(change))

    return min(totals, key=badness)


def uncapped_total(belief: Belief, fitted: int, cant_deg: float) -> int:
    """Return the signed total that would be best if any number of wedges could be stacked.

    Examples
    --------
    >>> uncapped_total(Belief(5.0, 0.8, 0.25, 0.5), 0, 1.0)
    4
    """
    return fitted + whole_wedges(belief.best_cant_change_deg() / cant_deg)


def whole_wedges(wedges: float) -> int:
    """Return the whole count nearest to a number of wedges, the smaller stack on a tie."""
    return int(math.copysign(math.ceil(abs(wedges) - 0.5 - 1e-12), wedges))
