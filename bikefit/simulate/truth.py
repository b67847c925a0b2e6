"""What is true of a simulated ride: its strokes, their exact means, and what they are samples of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from bikefit.conventions import Side
from bikefit.model import Array, to_json_value
from bikefit.simulate.numbers import SeenBy


@dataclass(frozen=True)
class SectionTruth:
    """What is true of one section of the ride."""

    number: int  # Lap number, from 1
    # Its stretch of the recording [s].
    start_s: float
    end_s: float
    cant_deg: float  # Cant fitted to this foot [deg, varus positive]
    expected_deg: float  # Expectation of the per-stroke mean over this section's strokes [deg heel-out]


@dataclass(frozen=True)
class FootTruth:
    """What is true of one foot; times are on the recording's clock."""

    # TDC to TDC of each whole stroke [s].
    start_s: Array
    end_s: Array
    mean_deg: Array  # Heel-out of each stroke without noise, mean over crank angle [deg]
    # Whether the crank was pedalled throughout and no rows are missing: such a stroke must be found.
    pedalled: NDArray[np.bool_]
    # Expectation of ``mean_deg`` over the stationary stroke process, one vote a pedalled stroke [deg].
    expected_deg: float
    response: float  # Degrees of heel-in per degree of varus cant
    float_stop_deg: tuple[float, float] | None  # Ends of the cleat's float [deg heel-out]
    at_stop_share: float  # Share of the pedalled strokes' crank angle spent at either end
    spike_s: Array  # Times of single false samples [s]
    sections: tuple[SectionTruth, ...]  # By lap

    @property
    def cadence_rpm(self) -> Array:
        """Cadence of each stroke [rpm]."""
        cadence: Array = 60.0 / (self.end_s - self.start_s)
        return cadence


@dataclass(frozen=True)
class ShoeTruth:
    """What the foot really did, at a sensor's or the cameras' samples."""

    time_s: Array  # Time stamps as the recorder gives them [s]
    # asin of the lateral part of the shoe's long axis in the bike's frame [deg], against the bike's axis.
    heel_out_deg: Array
    crank_deg: Array  # This foot's crank angle, unwrapped [deg]
    pitch_deg: Array  # Positive = toe down [deg]
    pose_heel_out_deg: float  # Heel-out angle in the pose [deg]: what a zero of kind ``rider`` stands for


@dataclass(frozen=True)
class Truth:
    """What is true of a simulated ride."""

    seed: int  # Of the random numbers
    seen_by: SeenBy  # What recorded it
    spec: Mapping[str, Any]  # The rider and the ride, as plain values
    feet: Mapping[Side, FootTruth]  # By foot

    def to_dict(self) -> dict[str, Any]:
        """Return the truth as plain values for JSON; a float stop without an end on one side has None there."""
        return {
            "schema": "bikefit.truth/1",
            "synthetic": True,
            "seed": self.seed,
            "seen_by": self.seen_by,
            "spec": to_json_value(self.spec),
            "feet": to_json_value(self.feet),
        }


def expected_clipped(mean: Array, sd: Array, limits: tuple[float, float]) -> Array:
    """Return the expectation of a normal variable held between two limits, which may be infinite; the SD may be 0.

    Examples
    --------
    >>> float(expected_clipped(np.array([0.0]), np.array([1.0]), (-np.inf, 0.0))[0].round(4))
    -0.3989
    """
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
