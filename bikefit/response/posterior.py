"""The rider's own baseline and response, from recordings at known wedge counts.

Recording i at the signed cant ``x_i`` (varus positive) reads ``y_i = a - b x_i + g t_i + u_i + e_i``: baseline
excess ``a``, response ``b`` (degrees heel-in per degree of cant), drift ``g`` over the series (from four
recordings on), what two mountings differ by ``u_i ~ N(0, s^2)``, and the strokes' own error ``e_i``. Everything is
linear and normal at a given ``s``, so the posterior is closed; where ``s`` must be learned it is a mixture over
a grid of ``s``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from bikefit.model import Array
from bikefit.response.mixture import CONFIDENCE, Mixture
from bikefit.settings import Settings

TREND_RECORDINGS_MIN = 4
_GRID_Z = np.linspace(-8.0, 8.0, 129)
"""Nodes of the between-recording SD, in log-SDs of its prior: smooth and decaying, so equal steps are exact."""
_VARIANCE_FLOOR = 1e-12


@dataclass(frozen=True)
class Trial:
    """One recording of one foot, as the response needs it.

    Attributes
    ----------
    wedges : int
        Signed count on the shoe, varus positive.
    value_deg : float
        Measured excess [deg], heel-out positive.
    standard_error_deg : float
        Of the strokes alone [deg].
    time_h : float
        When it was recorded [h], from any origin; NaN where unknown.
    setup : int
        Recordings share a baseline only within a setup (such as one position of the cleat).
    """

    wedges: int
    value_deg: float
    standard_error_deg: float
    time_h: float = math.nan
    setup: int = 0


@dataclass(frozen=True)
class Posterior:
    """What the recordings say about baseline and response together.

    Attributes
    ----------
    weights : ndarray, shape (k,)
        Of the between-recording SDs that are thought possible; one where it is known.
    between_sds_deg : ndarray, shape (k,)
        Those SDs [deg].
    means : ndarray, shape (k, 2)
        Of the baseline as these recordings read it [deg] and the response [deg/deg], at each of them.
    covariances : ndarray, shape (k, 2, 2)
        The same.
    zero_sd_deg : float
        Error of the zero that all recordings share [deg]: the true excess is off the reading by it.
    """

    weights: Array
    between_sds_deg: Array
    means: Array
    covariances: Array
    zero_sd_deg: float

    @property
    def between_sd_deg(self) -> float:
        """Expected standard deviation between two recordings at the same count [deg]."""
        return float(self.weights @ self.between_sds_deg)

    @property
    def response(self) -> Mixture:
        """Degrees heel-in per degree of varus cant."""
        return self._linear(0.0, 1.0)

    @property
    def probability_heel_in(self) -> float:
        """Chance that varus brings this heel in."""
        return 1.0 - self.response.cdf(0.0)

    def excess_at(self, cant_deg: float) -> Mixture:
        """Return the foot's true excess under a cant.

        Parameters
        ----------
        cant_deg : float
            Signed cant [deg], varus positive.

        Returns
        -------
        Mixture
            Of the excess [deg], heel-out positive, with the zero's error in it.
        """
        return self._linear(1.0, -cant_deg)

    def change(self, from_cant_deg: float, to_cant_deg: float) -> Mixture:
        """Return how far a change of cant turns the heel.

        Parameters
        ----------
        from_cant_deg, to_cant_deg : float
            Signed cants [deg], varus positive.

        Returns
        -------
        Mixture
            Of the change [deg], heel-out positive; free of the zero's error.
        """
        return self._linear(0.0, from_cant_deg - to_cant_deg)

    def covariance_at(self, cant_deg: float) -> float:
        """Return the covariance of the excess under a cant with the response.

        Parameters
        ----------
        cant_deg : float
            Signed cant [deg], varus positive.

        Returns
        -------
        float
            [deg * deg/deg].
        """
        covariance = self.moments()[1]
        return float(covariance[0, 1] - cant_deg * covariance[1, 1])

    def moments(self) -> tuple[Array, Array]:
        """Return mean and covariance of the baseline as read and the response, over all between-recording SDs.

        Returns
        -------
        mean : ndarray, shape (2,)
            Baseline [deg] and response [deg/deg].
        covariance : ndarray, shape (2, 2)
            The same, without the zero's error.
        """
        mean = self.weights @ self.means
        away = self.means - mean
        spread = self.covariances + away[:, :, None] * away[:, None, :]
        return mean, np.einsum("k,kij->ij", self.weights, spread)

    def _linear(self, of_baseline: float, of_response: float) -> Mixture:
        along = np.array([of_baseline, of_response])
        variances = np.einsum("i,kij,j->k", along, self.covariances, along) + (of_baseline * self.zero_sd_deg) ** 2
        return Mixture(self.weights, self.means @ along, np.sqrt(np.maximum(variances, _VARIANCE_FLOOR)))


def has_repeat(trials: Sequence[Trial]) -> bool:
    """Say whether a count was recorded twice in one setup.

    Parameters
    ----------
    trials : sequence of Trial
        Recordings of one foot.

    Returns
    -------
    bool
        True where the between-recording SD can be learned.

    Examples
    --------
    >>> has_repeat([Trial(0, 6.0, 0.1), Trial(2, 4.0, 0.1), Trial(0, 6.2, 0.1)])
    True
    """
    return max(Counter((trial.setup, trial.wedges) for trial in trials).values(), default=0) > 1


def tells_response(trials: Sequence[Trial]) -> bool:
    """Say whether two counts were recorded in one setup.

    Parameters
    ----------
    trials : sequence of Trial
        Recordings of one foot.

    Returns
    -------
    bool
        False where the recordings hold nothing about what a wedge does.

    Examples
    --------
    >>> tells_response([Trial(0, 6.0, 0.1), Trial(0, 6.1, 0.1)])
    False
    """
    pairs = {(trial.setup, trial.wedges) for trial in trials}
    return len(pairs) > len({setup for setup, _ in pairs})


def fit_response(
    trials: Sequence[Trial],
    settings: Settings,
    *,
    cant_deg: float,
    zero_sd_deg: float,
    remounted: bool = False,
    free_response: bool = False,
) -> Posterior:
    """Work out the joint posterior of baseline excess and response.

    Parameters
    ----------
    trials : sequence of Trial
        Recordings of one foot, at least one.
    settings : Settings
        Prior of the response, standard deviations between recordings.
    cant_deg : float
        Cant of one wedge [deg].
    zero_sd_deg : float
        Error of the zero that all recordings share [deg]: it enters the angle, not the response.
    remounted : bool
        Sensors or markers were taken off and on again in between.
    free_response : bool
        Leave the prior of the response out, so that only the recordings speak (for "was a change measured").

    Returns
    -------
    Posterior
        One component where the between-recording SD is taken as known; a grid where a count was repeated.

    Raises
    ------
    ValueError
        If there is no recording, or ``free_response`` is asked of recordings at one count.

    Notes
    -----
    The baseline's prior is flat, so the zero's error simply adds to the variance of the angle. At a
    between-recording SD ``s`` the precision is ``X' V^-1 X + prior`` with ``V = diag(se^2 + s^2)``. With a repeat,
    ``s`` has a lognormal prior and each node of a grid is weighted by prior times evidence: an SD taken from a
    single repeat as if known covers 71 % instead of 95. From four recordings on, a linear drift over the series
    (SD ``series_trend_sd_deg`` from first to last) is taken out.

    References
    ----------
    Gelman et al., Bayesian Data Analysis, 3rd ed., 2013, chapters 5 and 14.

    Examples
    --------
    Two wedges of 1 deg bring the heel from 6.0 to 4.0 deg; both recordings have an error of 0.5 deg.

    >>> exact = Settings(between_recording_sd_deg=0.0)
    >>> pair = [Trial(0, 6.0, 0.5), Trial(2, 4.0, 0.5)]
    >>> own = fit_response(pair, exact, cant_deg=1.0, zero_sd_deg=0.8).response
    >>> round(own.mean, 3), round(own.sd, 4)
    (0.75, 0.2887)
    """
    if not trials:
        raise ValueError("no recording to learn from")
    if free_response and not tells_response(trials):
        raise ValueError("recordings at one count say nothing about the response")
    design, prior_mean, prior_precision = _linear_model(trials, settings, cant_deg, free_response)
    values = np.array([trial.value_deg for trial in trials])
    origin = float(values.mean())  # keeps a large offset out of the sums
    errors = np.array([trial.standard_error_deg for trial in trials])
    between, log_prior = _between_sds(trials, settings, remounted)

    variance = np.maximum(errors**2 + between[:, None] ** 2, _VARIANCE_FLOOR)
    weighted = design[None, :, :] / variance[:, :, None]
    precision = np.einsum("kni,nj->kij", weighted, design) + np.diag(prior_precision)
    covariance = np.linalg.inv(precision)
    shifted = values - origin
    pull = weighted.transpose(0, 2, 1) @ shifted + prior_precision * prior_mean
    mean = np.einsum("kij,kj->ki", covariance, pull)
    misfit = ((shifted - mean @ design.T) ** 2 / variance).sum(axis=1)
    misfit += ((mean - prior_mean) ** 2 * prior_precision).sum(axis=1)
    log_weight = log_prior - 0.5 * (np.log(variance).sum(axis=1) + np.linalg.slogdet(precision)[1] + misfit)
    weights = np.exp(log_weight - log_weight.max())

    # the other columns are nuisances; the baseline is that of the last setup
    baseline_and_response = mean[:, :2] + np.array([origin, 0.0])
    return Posterior(weights / weights.sum(), between, baseline_and_response, covariance[:, :2, :2], zero_sd_deg)


def minimal_detectable_change_deg(before_sd_deg: float, after_sd_deg: float) -> float:
    """Return the smallest change between two recordings that is seen with 95 % confidence.

    Parameters
    ----------
    before_sd_deg, after_sd_deg : float
        Total standard deviation of each recording's value [deg]: strokes and mounting together.

    Returns
    -------
    float
        [deg].

    Examples
    --------
    >>> round(minimal_detectable_change_deg(0.810, 0.810), 3)
    2.245
    """
    return NormalDist().inv_cdf(0.5 + 0.5 * CONFIDENCE) * math.hypot(before_sd_deg, after_sd_deg)


def _linear_model(
    trials: Sequence[Trial], settings: Settings, cant_deg: float, free_response: bool
) -> tuple[Array, Array, Array]:
    """Design matrix (baseline, response, drift, other setups) and the prior's mean and precision of each column."""
    columns = [np.ones(len(trials)), np.array([-cant_deg * trial.wedges for trial in trials])]
    mean = [0.0, settings.response_mean]
    precision = [0.0, 0.0 if free_response else max(settings.response_sd, 1e-6) ** -2]
    times = np.array([trial.time_h for trial in trials])
    if len(trials) >= TREND_RECORDINGS_MIN and np.isfinite(times).all() and np.ptp(times) > 0:
        columns.append((times - times.mean()) / np.ptp(times))
        mean.append(0.0)
        precision.append(max(settings.series_trend_sd_deg, 1e-6) ** -2)
    setups = np.array([trial.setup for trial in trials])
    for other in sorted(set(setups.tolist()) - {trials[-1].setup}):
        columns.append((setups == other).astype(float))
        mean.append(0.0)
        precision.append(0.0)
    return np.column_stack(columns), np.array(mean), np.array(precision)


def _between_sds(trials: Sequence[Trial], settings: Settings, remounted: bool) -> tuple[Array, Array]:
    """Between-recording SDs that are thought possible [deg] and the log of their prior weights."""
    if has_repeat(trials):
        log_sd = settings.between_recording_prior_log_sd
        return settings.between_recording_prior_median_deg * np.exp(log_sd * _GRID_Z), -0.5 * _GRID_Z**2
    known = settings.between_recording_sd_remounted_deg if remounted else settings.between_recording_sd_deg
    return np.array([known]), np.zeros(1)
