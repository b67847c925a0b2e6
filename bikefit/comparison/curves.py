"""Where in the stroke two counts differ in shape: mean curves, and a band that holds the whole difference at once.

The curves' means are taken off before: how far the whole curve moved is the change, which only recordings that repeat
tell from chance; the shape is free of what recordings differ by as a whole.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bikefit.comparison.result import CurveDifference
from bikefit.conventions import CONFIDENCE, CRANK_REFERENCES
from bikefit.model import Array, FootResult
from bikefit.model.measured import phase_centres_deg
from bikefit.signals import means_with_errors

DRAWS = 2000


@dataclass(frozen=True)
class CountedCurves:
    """The curves of one recording (strokes, 100) [deg], and their reference."""

    curves: Array
    reference: str | None


def used_curves(foot: FootResult) -> Array:
    """Return the whole curves of the strokes that were used, shape (strokes, 100) [deg]."""
    curves: Array = foot.curves.heel_out_deg[foot.columns.used]
    whole: Array = curves[np.isfinite(curves).all(axis=1)]
    return whole


def seed_of(hashes: Sequence[str]) -> int:
    """Turn the recordings' content into the seed of the band's random draws, the same on any machine.

    Examples
    --------
    >>> seed_of(["a", "b"]) == seed_of(["b", "a"])
    True
    """
    return int(hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()[:16], 16)


def compare_curves(
    before: Sequence[CountedCurves],
    after: Sequence[CountedCurves],
    *,
    wedges: tuple[int, int],
    seed: int,
) -> CurveDifference | None:
    """Subtract the mean curves of two counts, each less its mean over the stroke, and say where they differ.

    None where the recordings' phases have different references, or strokes are too few.
    """
    references = {each.reference for each in (*before, *after)}
    cranks = {reference in CRANK_REFERENCES for reference in references}
    curves = [[centred(each.curves) for each in group] for group in (before, after)]
    comparable = cranks == {True} or len(references) == 1
    if not comparable or any(len(group) == 0 or min(map(len, group)) < 3 for group in curves):
        return None
    means = [np.mean([each.mean(axis=0) for each in group], axis=0) for group in curves]
    difference = means[1] - means[0]
    half_width = band_half_width_deg(curves[0], curves[1], seed)
    return CurveDifference(
        phase_deg=phase_centres_deg(difference.size),
        is_crank=cranks == {True},
        from_wedges=wedges[0],
        to_wedges=wedges[1],
        difference_deg=difference,
        half_width_deg=half_width,
        differs=stretches(np.abs(difference) > half_width),
    )


def centred(curves: Array) -> Array:
    """Take each stroke's mean off."""
    rest: Array = curves - curves.mean(axis=1, keepdims=True)
    return rest


def band_half_width_deg(before: Sequence[Array], after: Sequence[Array], seed: int) -> Array:
    """Return how wide a band around the difference of two mean curves must be to hold all of it.

    ``before`` and ``after`` are the curves of each recording (strokes, points).

    Notes
    -----
    1. The standard error of each point of each recording's mean comes from the long-run variance over its strokes,
       as for the foot's rotation: a plain block bootstrap's would be too small.
    2. How the points' errors go together comes from blocks of neighbouring strokes with random signs and sizes
       (a multiplier bootstrap), scaled to 1.; their size is divided by a chi variable for the degrees of freedom.
    3. The band is the 95 % quantile of the largest standardised error over the stroke.

    References
    ----------
    Chernozhukov, Chetverikov & Kato, 2013, Ann. Statist. 41(6):2786, https://doi.org/10.1214/13-AOS1161
    (multiplier bootstrap of a maximum); Pataky, 2010, J. Biomech. 43:1976,
    https://doi.org/10.1016/j.jbiomech.2010.03.008 (testing whole curves).
    """
    rng = np.random.default_rng(seed)
    variance: Array = np.zeros(before[0].shape[1])
    errors: Array = np.zeros((DRAWS, before[0].shape[1]))
    for group in (before, after):
        for curves in group:
            standard_error, dof = _errors_of_mean(curves)
            share = 1.0 / len(group)
            errors += share * standard_error * _unit_errors(curves, rng) / _chi(dof, rng)
            variance += share**2 * standard_error**2
    spread = np.sqrt(np.maximum(variance, 1e-18))
    largest = np.abs(errors / spread).max(axis=1)
    half_width: Array = spread * np.quantile(largest, CONFIDENCE)
    return half_width


def stretches(differs: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[tuple[float, float], ...]:
    """Name the stretches [deg] of a revolution in which something holds; one across 0 ends at less than it begins at.

    Examples
    --------
    >>> stretches(np.array([True, False, True, True]))
    ((180.0, 90.0),)
    >>> stretches(np.ones(4, dtype=bool))
    ((0.0, 360.0),)
    """
    if differs.all():
        return ((0.0, 360.0),)
    step = 360.0 / differs.size
    starts = np.flatnonzero(differs & ~np.roll(differs, 1))
    ends = np.flatnonzero(differs & ~np.roll(differs, -1)) + 1
    if starts.size and ends[0] <= starts[0]:
        ends = np.roll(ends, -1)
    return tuple((float(a * step), float(b * step)) for a, b in zip(starts, ends, strict=True))


def _errors_of_mean(curves: Array) -> tuple[Array, float]:
    """Standard error of the mean at each point, and degrees of freedom on the cautious side of theirs."""
    _, errors, dofs = means_with_errors(np.ascontiguousarray(curves.T))
    return errors, float(np.quantile(dofs, 0.25))


def _unit_errors(curves: Array, rng: np.random.Generator) -> Array:
    """Random errors of a mean curve with the points' correlation and unit variance, shape (DRAWS, points)."""
    strokes = len(curves)
    length = max(1, math.ceil(strokes ** (1.0 / 3.0)))
    blocks = np.add.reduceat(curves - curves.mean(axis=0), np.arange(0, strokes, length), axis=0)
    size = np.sqrt((blocks**2).sum(axis=0))
    unit: Array = rng.standard_normal((DRAWS, len(blocks))) @ (blocks / np.maximum(size, 1e-12))
    return unit


def _chi(dof: float, rng: np.random.Generator) -> Array:
    """How far an estimated standard error may be off: root of chi square over its degrees of freedom."""
    return np.sqrt(rng.chisquare(dof, (DRAWS, 1)) / dof)
