"""What is true of a simulated ride: its strokes, their exact means, and what they are samples of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import Side
from bikefit.model import Array, to_json_value


@dataclass(frozen=True)
class SectionTruth:
    """What is true of one section of the ride.

    Attributes
    ----------
    number : int
        Lap number, from 1.
    start_s, end_s : float
        Its stretch of the recording [s].
    cant_deg : float
        Cant fitted to this foot [deg, varus positive].
    expected_deg : float
        Expectation of the per-stroke mean over this section's strokes [deg heel-out].
    """

    number: int
    start_s: float
    end_s: float
    cant_deg: float
    expected_deg: float


@dataclass(frozen=True)
class FootTruth:
    """What is true of one foot; times are on the recording's clock.

    Attributes
    ----------
    start_s, end_s : ndarray, shape (strokes,)
        TDC to TDC of each whole stroke [s].
    mean_deg : ndarray, shape (strokes,)
        Heel-out of each stroke without noise, mean over crank angle [deg].
    pedalled : ndarray of bool, shape (strokes,)
        Whether the crank was pedalled throughout and no rows are missing: such a stroke must be found.
    expected_deg : float
        Expectation of ``mean_deg`` over the stationary stroke process, one vote a pedalled stroke [deg].
    response : float
        Degrees of heel-in per degree of varus cant.
    float_stop_deg : (float, float), optional
        Ends of the cleat's float [deg heel-out].
    at_stop_share : float
        Share of the pedalled strokes' crank angle spent at either end.
    spike_s : ndarray
        Times of single false samples [s].
    sections : tuple of SectionTruth
        By lap.
    """

    start_s: Array
    end_s: Array
    mean_deg: Array
    pedalled: NDArray[np.bool_]
    expected_deg: float
    response: float
    float_stop_deg: tuple[float, float] | None
    at_stop_share: float
    spike_s: Array
    sections: tuple[SectionTruth, ...]

    @property
    def cadence_rpm(self) -> Array:
        """Cadence of each stroke [rpm]."""
        cadence: Array = 60.0 / (self.end_s - self.start_s)
        return cadence


@dataclass(frozen=True)
class Truth:
    """What is true of a simulated ride.

    Attributes
    ----------
    seed : int
        Of the random numbers.
    spec : mapping
        The rider and the ride, as plain values.
    feet : mapping of side to FootTruth
        By foot.
    """

    seed: int
    spec: Mapping[str, Any]
    feet: Mapping[Side, FootTruth]

    def to_dict(self) -> dict[str, Any]:
        """Return the truth as plain values for JSON.

        Returns
        -------
        dict
            ``schema``, ``seed``, ``spec`` and ``feet``; a float stop without an end on one side has None there.
        """
        return {
            "schema": "bikefit.truth/1",
            "synthetic": True,
            "seed": self.seed,
            "spec": to_json_value(self.spec),
            "feet": to_json_value(self.feet),
        }


def expected_clipped(mean: Array, sd: Array, limits: tuple[float, float]) -> Array:
    """Return the expectation of a normal variable held between two limits.

    Parameters
    ----------
    mean, sd : ndarray
        Of the free variable; ``sd`` may be 0.
    limits : (float, float)
        Lower and upper limit; infinite where there is none.

    Returns
    -------
    ndarray
        E[min(max(X, low), high)].

    Examples
    --------
    >>> float(expected_clipped(np.array([0.0]), np.array([1.0]), (-np.inf, 0.0))[0].round(4))
    -0.3989
    """
    from scipy.special import ndtr

    spread = np.maximum(sd, 1e-12)

    def excess(over: Array) -> Array:
        """E[max(Y, 0)] for Y ~ N(over, spread^2)."""
        over = np.maximum(over, -38 * spread)
        z = np.minimum(over / spread, 38.0)
        positive: Array = over * ndtr(z) + spread * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        return positive

    low, high = limits
    expected: Array = mean + excess(low - mean) - excess(mean - high)
    return expected
