"""Which count to ride, which to record next, and what a plan of recordings can see."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bikefit.model import Array
from bikefit.response.experiment import BASELINE, RESPONSE, Assumptions, FootPosterior, Series, fit_foot, series

_U = np.linspace(-5.0, 5.0, 201)
_REACH = np.sinh(_U)
_REACH_STEPS = np.cosh(_U) * (_U[1] - _U[0])
"""Where a new recording may come out, in units of its usual spread: close by in small steps, far out in large ones."""
_WEIGHT_MIN = 1e-8
"""SDs between recordings less likely than this do not matter for what to record."""


@dataclass(frozen=True)
class NextRecording:
    """What one more recording at a count would be worth."""

    wedges: int  # Signed count to record, varus positive
    expected_miss_deg: float  # Root of the expected squared excess under the count chosen after it [deg]
    miss_now_deg: float  # The same if one had to choose now [deg]

    @property
    def gain_deg(self) -> float:
        """How much closer to neutral the choice is expected to come [deg]."""
        return self.miss_now_deg - self.expected_miss_deg


def allowed_totals(tried: Sequence[int], cap: int) -> tuple[int, ...]:
    """List the counts that may be ridden after some were tried.

    Examples
    --------
    >>> allowed_totals([0, 1], 3)
    (0, 1, 2)
    >>> allowed_totals([0, -3], 3)
    (-3, -2, -1, 0)
    >>> allowed_totals([0], 3)
    (0,)
    """
    highest, lowest = max(tried), min(tried)
    top = min(highest + 1, cap) if highest > 0 else 0
    bottom = max(lowest - 1, -cap) if lowest < 0 else 0
    return tuple(range(bottom, top + 1))


def expected_loss_deg2(own: FootPosterior, cants_deg: Sequence[float], zero_sd_deg: float = 0.0) -> Array:
    """Return the expected squared excess under each cant, shape (..., cants)."""
    mean, covariance = own.moments()
    cants = np.asarray(cants_deg, dtype=np.float64)
    square = covariance + mean[..., :, None] * mean[..., None, :]
    a2, ab, b2 = square[..., BASELINE, BASELINE], square[..., BASELINE, RESPONSE], square[..., RESPONSE, RESPONSE]
    loss: Array = a2[..., None] - 2.0 * ab[..., None] * cants + b2[..., None] * cants**2 + zero_sd_deg**2
    return loss


def counts_to_ride(own: FootPosterior, totals: Sequence[int], cant_deg: float) -> NDArray[np.int64]:
    """Choose the signed count with the smallest expected loss for each rider, the smaller stack on a tie."""
    ordered = np.array(sorted(totals, key=lambda total: (abs(total), -total)), dtype=np.int64)
    loss = np.round(expected_loss_deg2(own, (ordered * cant_deg).tolist()), 12)
    chosen: NDArray[np.int64] = ordered[loss.argmin(axis=-1)]
    return chosen


def rank_recordings(
    own: FootPosterior,
    one: Series,
    tried: Sequence[int],
    *,
    cant_deg: float,
    cap: int,
    zero_sd_deg: float = 0.0,
) -> tuple[NextRecording, ...]:
    """Rank the counts to record next, best first, by the expected loss under the count that is chosen after it.

    Parameters
    ----------
    own : FootPosterior
        With the response's prior.
    one : Series
        The recordings behind it.
    tried : sequence of int
        Their signed counts.
    cant_deg : float
        Cant of one wedge [deg].
    cap : int
        Most wedges under one foot.
    zero_sd_deg : float
        Error of the zero that all recordings share [deg].

    Returns
    -------
    tuple of NextRecording
        Every count within the cap, on either side; the smaller one first on a tie.

    Notes
    -----
    A new recording is normal at each SD between recordings; what it says of that SD itself is weighed too, so that a
    repeat is worth what it teaches. The loss is summed over where the recording may come out and over the SDs.

    References
    ----------
    Raiffa & Schlaifer, Applied Statistical Decision Theory, 1961, chapter 5 (value of sample information).

    Examples
    --------
    After a wrong way the other side is worth most:

    >>> from bikefit.response import Assumptions, fit_foot, series
    >>> wrong = series([4.0, 5.2, 4.0], 0.05, [0, 2, 0])
    >>> rank_recordings(fit_foot(wrong, Assumptions()), wrong, [0, 2, 0], cant_deg=1.0, cap=3)[0].wedges
    -3
    """
    now = math.sqrt(float(expected_loss_deg2(own, _cants(allowed_totals(tried, cap), cant_deg)).min()) + zero_sd_deg**2)
    error = math.sqrt(float(np.mean(one.standard_error_deg**2)))
    order = float(one.order.max()) + 1.0
    ranked = []
    for total in range(-cap, cap + 1):
        after = _loss_after(own, cant_deg * total, order, error, _cants(allowed_totals([*tried, total], cap), cant_deg))
        ranked.append(NextRecording(total, math.sqrt(after + zero_sd_deg**2), now))
    return tuple(sorted(ranked, key=lambda item: (round(item.expected_miss_deg, 9), abs(item.wedges), -item.wedges)))


def _cants(totals: Sequence[int], cant_deg: float) -> list[float]:
    return [cant_deg * total for total in totals]


def _loss_after(own: FootPosterior, cant_deg: float, order: float, error_deg: float, cants_deg: list[float]) -> float:
    """Expected loss [deg^2] of the best of the cants, after one more recording."""
    likely = own.weights > _WEIGHT_MIN
    weights, sds = own.weights[likely] / own.weights[likely].sum(), own.between_sds_deg[likely]
    means, covariances = own.means[likely], own.covariances[likely]
    row = np.array([1.0, -cant_deg, order - own.reference_order])
    told = covariances @ row
    variance = told @ row + sds**2 + error_deg**2
    expected = means @ row
    centre = float(weights @ expected)
    scale = math.sqrt(float(weights @ (variance + (expected - centre) ** 2)))
    value = centre + 0.5 * scale * _REACH[:, None]
    away = value - expected
    density = weights * np.exp(-0.5 * away**2 / variance) / np.sqrt(2.0 * math.pi * variance)
    gain = told / variance[:, None]
    baseline = means[:, BASELINE] + gain[:, BASELINE] * away
    response = means[:, RESPONSE] + gain[:, RESPONSE] * away
    left = covariances - told[:, :, None] * gain[:, None, :]
    a2 = (density * (baseline**2 + left[:, BASELINE, BASELINE])).sum(axis=1)
    ab = (density * (baseline * response + left[:, BASELINE, RESPONSE])).sum(axis=1)
    b2 = (density * (response**2 + left[:, RESPONSE, RESPONSE])).sum(axis=1)
    cants = np.array(cants_deg)
    loss = (a2[:, None] - 2.0 * ab[:, None] * cants + b2[:, None] * cants**2).min(axis=1)
    return float((loss * 0.5 * scale * _REACH_STEPS).sum())


def planned_minimal_detectable_deg(
    cants_deg: Sequence[float], assumptions: Assumptions, standard_error_deg: float
) -> float:
    """Return what a plan of recordings can see before any of it is made [deg]: half a 95 % interval of the change.

    The change is that of one foot between the plan's widest pair of cants, its SD between recordings not yet learnt.
    """
    start, end = min(cants_deg, key=abs), max(cants_deg, key=lambda cant: (abs(cant), cant))
    plan = series(np.zeros(len(cants_deg)), standard_error_deg, cants_deg)
    if not plan.tells_response:
        raise ValueError("recordings at one count say nothing about the response")
    free = fit_foot(plan, assumptions, response_prior=False)
    _, _, spread = free.along((0.0, start - end, 0.0))
    return assumptions.reach_deg(spread)
