"""The one model of a rider's recordings at known counts: baseline, response, drift, and what recordings differ by.

Recording i of a foot reads ``y = a - b x + g t + u + e``: the baseline a has a flat prior; the response b
[deg heel-in per deg of varus cant] a normal one, or none where only the recordings are to speak; the drift g a normal
one per recording; u ~ N(0, s^2) is what recordings differ by, e the strokes' error. The SD s is lognormal, the same for
both feet, and is always integrated over: at each s everything is normal, so each belief is a mixture of normal
distributions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import CONFIDENCE
from bikefit.model import Array
from bikefit.response.linear import Normals, condition, normalised, precision_of
from bikefit.response.mixture import Mixture, weighted_interval
from bikefit.settings import Settings

Foot = TypeVar("Foot")
Mounting = Literal["left_on", "remounted", "laps"]
"""Sensors left on between recordings, taken off and on again, or laps of one recording."""
MOUNTINGS: Final[tuple[Mounting, ...]] = get_args(Mounting)
BETWEEN: Final[Mapping[Mounting, str]] = {kind: f"between_{kind}_deg" for kind in MOUNTINGS}
"""The setting that holds the median SD between recordings so made."""

_REACH, _STEP, _FINE_STEP = 9.0, 0.25, 1.0 / 512.0
"""Of the grid over log s, in prior standard deviations; the integrands are smooth, so that equal steps are exact."""
_SD_FLOOR_DEG = 1e-9

BASELINE, RESPONSE, DRIFT = 0, 1, 2
"""Places of the numbers in `FootPosterior.means`."""


@dataclass(frozen=True)
class Assumptions:
    """What is assumed before a recording is seen.

    Attributes
    ----------
    response_mean, response_sd : float
        Of the response [deg heel-in per deg of varus cant].
    drift_sd_deg : float
        Of the drift from one recording to the next [deg]; 0 leaves it out.
    between_median_deg : float
        Median of the SD between recordings at one count [deg]; 0 leaves it out.
    between_log_sd : float
        Standard deviation of its logarithm; 0 takes the median as known.
    """

    response_mean: float = Settings.response_mean
    response_sd: float = Settings.response_sd
    drift_sd_deg: float = Settings.drift_sd_deg
    between_median_deg: float = Settings.between_left_on_deg
    between_log_sd: float = Settings.between_log_sd

    @classmethod
    def of(cls, settings: Settings, mounting: Mounting) -> Assumptions:
        """Return what the settings assume of recordings made in this way."""
        return cls(
            settings.response_mean,
            settings.response_sd,
            settings.drift_sd_deg,
            getattr(settings, BETWEEN[mounting]),
            settings.between_log_sd,
        )

    def between_grid(self, step: float = _STEP) -> tuple[Array, Array]:
        """Return the SDs between recordings that are thought possible [deg] and the logs of their prior weights."""
        if self.between_median_deg <= 0.0 or self.between_log_sd <= 0.0:
            return np.array([max(self.between_median_deg, 0.0)]), np.zeros(1)
        z = np.arange(-_REACH, _REACH + 0.5 * step, step)
        log_weights = np.log(normalised(-0.5 * z**2))
        return self.between_median_deg * np.exp(self.between_log_sd * z), log_weights

    def reach_deg(self, sds_deg: Array) -> float:
        """Return half the interval of a change that is none [deg]; its SD at each possible one between recordings."""
        _, log_weights = self.between_grid()
        return Mixture(np.exp(log_weights), np.zeros_like(sds_deg), sds_deg).quantile(0.5 + 0.5 * CONFIDENCE)


@dataclass(frozen=True)
class Series:
    """One foot's recordings, of one rider or, with axes in front of the readings, of many with the same design."""

    value_deg: Array  # shape (..., n): readings, heel-out positive: excesses, or angles where neutral is not known
    standard_error_deg: Array  # shape (n,) or (..., n): of the strokes
    cant_deg: Array  # shape (n,): signed cant under the shoe, varus positive
    order: Array  # shape (n,): when it was recorded, counted in recordings
    # shape (n,): which position of the cleat: each has a baseline of its own; that of the last recording is reported.
    setup: NDArray[np.intp]

    @property
    def tells_response(self) -> bool:
        """Whether two cants were recorded in one setup."""
        return any(np.ptp(self.cant_deg[self.setup == each]) > 0.0 for each in np.unique(self.setup))


def series(
    value_deg: Sequence[float] | Array,
    standard_error_deg: Sequence[float] | Array | float,
    cant_deg: Sequence[float] | Array,
    order: Sequence[float] | Array | None = None,
    setup: Sequence[int] | None = None,
) -> Series:
    """Bring one foot's recordings together: in the order given and of one setup where nothing else is said.

    Parameters
    ----------
    value_deg : array-like, shape (..., n)
        Readings [deg], heel-out positive.
    standard_error_deg : array-like or float
        Of the strokes [deg].
    cant_deg : array-like, shape (n,)
        Signed cant under the shoe [deg], varus positive.
    order : array-like, shape (n,), optional
        When each was recorded, counted in recordings.
    setup : sequence of int, optional
        Which position of the cleat; each has a baseline of its own.

    Returns
    -------
    Series
        At least one recording.

    Examples
    --------
    >>> series([6.0, 4.0, 6.1], 0.1, [0, 2, 0]).tells_response
    True
    """
    values = np.asarray(value_deg, dtype=np.float64)
    count = values.shape[-1]
    if count == 0:
        raise ValueError("no recording to learn from")
    return Series(
        values,
        np.broadcast_to(np.asarray(standard_error_deg, dtype=np.float64), np.shape(standard_error_deg) or (count,)),
        np.asarray(cant_deg, dtype=np.float64),
        np.arange(count, dtype=np.float64) if order is None else np.asarray(order, dtype=np.float64),
        np.zeros(count, dtype=np.intp) if setup is None else np.asarray(setup, dtype=np.intp),
    )


@dataclass(frozen=True)
class FootPosterior:
    """What recordings say about one foot; K standard deviations between recordings, and riders' axes in front."""

    weights: Array  # shape (..., K): how likely each SD between recordings is, by all feet together
    between_sds_deg: Array  # shape (K,): those SDs
    # shape (..., K, 3): baseline as read [deg], response [deg/deg], drift [deg a recording], at each of them.
    means: Array
    covariances: Array  # shape (..., K, 3, 3): the same
    reference_order: float  # The baseline is that of this place in the order: the middle of the last setup's recordings
    tells_response: bool = True  # False where the response is not known at all: no prior, and recordings at one cant

    def along(self, row: Sequence[float], extra_sd_deg: float = 0.0) -> tuple[Array, Array, Array]:
        """Return weights, means and SDs of a sum of the three numbers, with an error of its own added."""
        if row[RESPONSE] != 0.0 and not self.tells_response:
            raise ValueError("recordings at one count say nothing about the response")
        factors = np.asarray(row, dtype=np.float64)
        variances = (self.covariances @ factors) @ factors + extra_sd_deg**2
        means = self.means @ factors
        sds = np.broadcast_to(np.sqrt(np.maximum(variances, _SD_FLOOR_DEG**2)), means.shape)
        return self.weights, means, sds

    @property
    def response(self) -> Mixture:
        """Degrees heel-in per degree of varus cant."""
        return Mixture(*self.along((0.0, 1.0, 0.0)))

    @property
    def probability_heel_in(self) -> float:
        """Chance that varus brings this heel in."""
        return 1.0 - self.response.cdf(0.0)

    @property
    def drift(self) -> Mixture:
        """Degrees heel-out from one recording to the next."""
        return Mixture(*self.along((0.0, 0.0, 1.0)))

    def excess_at(self, cant_deg: float, zero_sd_deg: float = 0.0) -> Mixture:
        """Return the excess under a cant [deg], with the error of the zero that all recordings share."""
        return Mixture(*self.along((1.0, -cant_deg, 0.0), zero_sd_deg))

    def change(self, from_cant_deg: float, to_cant_deg: float) -> Mixture:
        """Return how far a change of cant turns the heel [deg], heel-out positive; the zero's error is not in it."""
        return Mixture(*self.along((0.0, from_cant_deg - to_cant_deg, 0.0)))

    def reading(self, cant_deg: float, order: float, standard_error_deg: float = 0.0) -> Mixture:
        """Return what one more recording would read [deg], at a place in the order."""
        weights, means, sds = self.along((1.0, -cant_deg, order - self.reference_order), standard_error_deg)
        return Mixture(weights, means, np.hypot(sds, self.between_sds_deg))

    def moments(self) -> tuple[Array, Array]:
        """Return mean (..., 3) and covariance (..., 3, 3) over all SDs between recordings, without the zero's error."""
        mean = (self.weights[..., None] * self.means).sum(axis=-2)
        away = self.means - mean[..., None, :]
        spread = self.covariances + away[..., :, None] * away[..., None, :]
        return mean, (self.weights[..., None, None] * spread).sum(axis=-3)

    def covariance_at(self, cant_deg: float) -> float:
        """Return the covariance of the excess under a cant with the response [deg * deg/deg]."""
        covariance = self.moments()[1]
        return float(covariance[BASELINE, RESPONSE] - cant_deg * covariance[RESPONSE, RESPONSE])

    @property
    def between_sd_deg(self) -> float:
        """Expected standard deviation between two recordings at one count."""
        return float(self.weights @ self.between_sds_deg)


def fit_feet(
    feet: Mapping[Foot, Series], assumptions: Assumptions, *, response_prior: bool = True
) -> dict[Foot, FootPosterior]:
    """Learn each foot's numbers from all recordings; a foot at one cant throughout still shows what recordings do.

    Parameters
    ----------
    feet : mapping of foot to Series
        The recordings of one rider.
    assumptions : Assumptions
        What is thought before.
    response_prior : bool
        Without it only the recordings speak: for "was a change measured".

    Returns
    -------
    dict of foot to FootPosterior
        Baseline, response and drift of each foot, at each SD between recordings, which is the same for both.

    Examples
    --------
    >>> own = fit_feet({"right": series([6.0, 4.0, 6.1], 0.1, [0, 2, 0])}, Assumptions())["right"]
    >>> 0.5 < own.response.mean < 1.0, own.probability_heel_in > 0.97
    (True, True)
    """
    sds, log_weights = assumptions.between_grid()
    known = {foot: _condition(one, assumptions, sds, response_prior) for foot, one in feet.items()}
    for part in known.values():
        log_weights = log_weights + part.log_evidence
    weights = normalised(log_weights)
    return {
        foot: FootPosterior(
            weights,
            sds,
            known[foot].means,
            known[foot].covariances,
            _reference_order(one),
            response_prior or one.tells_response,
        )
        for foot, one in feet.items()
    }


def fit_foot(one: Series, assumptions: Assumptions, *, response_prior: bool = True) -> FootPosterior:
    """Learn one foot's numbers from its own recordings alone."""
    return fit_feet({"foot": one}, assumptions, response_prior=response_prior)["foot"]


def log_evidence(one: Series, assumptions: Assumptions, sds: Array) -> Array:
    """Return the log density of one foot's readings at each SD between recordings, with density 1 for the baseline."""
    return _condition(one, assumptions, sds, response_prior=True).log_evidence


def between_sd_interval(
    feet: Mapping[Foot, Series], assumptions: Assumptions, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Return the central interval of the SD between recordings [deg], by one rider's feet together."""
    sds, log_weights = assumptions.between_grid(_FINE_STEP)
    if sds.size == 1:
        return float(sds[0]), float(sds[0])
    for one in feet.values():
        log_weights = log_weights + log_evidence(one, assumptions, sds)
    low, high = np.exp(weighted_interval(np.log(sds), normalised(log_weights), confidence))
    return float(low), float(high)


def _reference_order(one: Series) -> float:
    return float(one.order[one.setup == one.setup[-1]].mean())


def _condition(one: Series, assumptions: Assumptions, sds: Array, response_prior: bool) -> Normals:
    """Condition on one foot's readings; baseline, response and drift of the last setup come first, the rest is cut."""
    numbers = {BASELINE: (np.ones(one.order.size), 0.0, 0.0)}  # column of the design, prior's mean and precision
    if response_prior:
        numbers[RESPONSE] = (-one.cant_deg, assumptions.response_mean, precision_of(assumptions.response_sd))
    elif one.tells_response:
        numbers[RESPONSE] = (-one.cant_deg, 0.0, 0.0)
    if assumptions.drift_sd_deg > 0.0:
        numbers[DRIFT] = (one.order - _reference_order(one), 0.0, precision_of(assumptions.drift_sd_deg))
    others = sorted(set(one.setup.tolist()) - {int(one.setup[-1])})
    columns, mean, precision = zip(
        *numbers.values(), *(((one.setup == other).astype(np.float64), 0.0, 0.0) for other in others), strict=True
    )
    found = condition(
        np.column_stack(columns), one.value_deg, one.standard_error_deg, sds, np.array(mean), np.array(precision)
    )
    places, used = list(numbers), len(numbers)
    means = np.zeros((*found.means.shape[:-1], 3))
    means[..., places] = found.means[..., :used]
    covariances = np.zeros((*found.covariances.shape[:-2], 3, 3))
    covariances[..., np.ix_(places, places)[0], np.ix_(places, places)[1]] = found.covariances[..., :used, :used]
    return Normals(means, covariances, found.log_evidence)
