"""What may be tried, and which recording would help the choice of a count most."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bikefit.model import Array
from bikefit.response.choice import NextRecording, allowed_totals
from bikefit.response.posterior import Posterior, Trial

_Z = np.linspace(-6.0, 6.0, 241)
_Z_WEIGHTS = np.exp(-0.5 * _Z**2) / np.exp(-0.5 * _Z**2).sum()
"""A standard normal distribution on equal steps: where a new recording may come out."""


def recordable_totals(tried: Sequence[int], cap: int) -> tuple[int, ...]:
    """List the counts that may be recorded next.

    Parameters
    ----------
    tried, cap
        As in `allowed_totals`.

    Returns
    -------
    tuple of int
        The allowed ones; one wedge either way where none was tried yet.

    Examples
    --------
    >>> recordable_totals([0, 0], 3)
    (-1, 0, 1)
    """
    if any(tried):
        return allowed_totals(tried, cap)
    return tuple(total for total in (-1, 0, 1) if abs(total) <= cap)


def rank_next_recordings(
    posterior: Posterior, trials: Sequence[Trial], *, cant_deg: float, cap: int
) -> tuple[NextRecording, ...]:
    """Rank the counts that could be recorded next by what they do for the final choice.

    Parameters
    ----------
    posterior : Posterior
        From ``trials``.
    trials : sequence of Trial
        Recordings of one foot so far.
    cant_deg : float
        Cant of one wedge [deg].
    cap : int
        Most wedges under one foot.

    Returns
    -------
    tuple of NextRecording
        Best first; the smaller count on a tie.

    Notes
    -----
    Expected loss after a recording at ``w``: the new value is normal, and it moves the means of excess and response
    along one line and shrinks their covariance by a known amount; so the loss of the best count is integrated
    over one standard normal number. The moments of the posterior stand for it, its mean between-recording
    variance for a new one's, and the strokes' error is taken as so far (root mean square). What a repeat teaches
    about the between-recording SD itself is not counted.

    References
    ----------
    Raiffa & Schlaifer, Applied Statistical Decision Theory, 1961, chapter 5 (value of sample information).

    Examples
    --------
    >>> from bikefit.response import fit_response
    >>> from bikefit.settings import Settings
    >>> first = [Trial(0, 5.0, 0.1)]
    >>> posterior = fit_response(first, Settings(), cant_deg=1.0, zero_sd_deg=0.8)
    >>> rank_next_recordings(posterior, first, cant_deg=1.0, cap=3)[0].wedges
    1
    """
    mean, as_read = posterior.moments()
    true = as_read + np.diag([posterior.zero_sd_deg**2, 0.0])
    tried = [trial.wedges for trial in trials]
    now = math.sqrt(_best_loss(mean, true, allowed_totals(tried, cap), cant_deg, np.zeros(2)))
    stroke_variance = float(np.mean([trial.standard_error_deg**2 for trial in trials]))
    between_variance = float(posterior.weights @ posterior.between_sds_deg**2)
    ranked = []
    for total in recordable_totals(tried, cap):
        reading = np.array([1.0, -cant_deg * total])
        reading_variance = float(reading @ as_read @ reading) + between_variance + stroke_variance
        lesson = as_read @ reading / math.sqrt(reading_variance)
        after = _best_loss(mean, true, allowed_totals([*tried, total], cap), cant_deg, lesson)
        ranked.append(NextRecording(total, math.sqrt(after), now))
    return tuple(sorted(ranked, key=lambda item: (round(item.expected_miss_deg, 9), abs(item.wedges), -item.wedges)))


def _best_loss(mean: Array, covariance: Array, totals: Sequence[int], cant_deg: float, lesson: Array) -> float:
    """Expected squared excess [deg^2] of the best total, once the means have moved by ``lesson`` times N(0, 1)."""
    along = np.array([[1.0, -cant_deg * total] for total in totals])
    variance = np.einsum("wi,ij,wj->w", along, covariance, along)
    step = along @ lesson
    centre = along @ mean
    loss = (centre[:, None] + step[:, None] * _Z) ** 2 + (variance - step**2)[:, None]
    return float(loss.min(axis=0) @ _Z_WEIGHTS)
