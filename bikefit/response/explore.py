"""Exploring a density of a few numbers: draws with weights, from a wide t about its peak and then fitted to it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bikefit.model import Array
from bikefit.response.linear import normalised

_TAIL = 7.0
"""Degrees of freedom: tails that are wide enough for any that are met."""


def explore(log_density: Callable[[Array], Array], size: int, points: int) -> tuple[Array, Array]:
    """Return draws of so many numbers, shape (points, size), and their weights; the same ones at every call."""
    centre, covariance = _most_likely(log_density, size)
    rng = np.random.default_rng(20)
    for count in (points // 3, points):
        steps = rng.standard_normal((count, size)) / np.sqrt(rng.chisquare(_TAIL, (count, 1)) / _TAIL)
        z = centre + steps @ np.linalg.cholesky(covariance).T
        away = (steps**2).sum(axis=1)
        weights = normalised(log_density(z) + 0.5 * (_TAIL + size) * np.log1p(away / _TAIL))
        centre = weights @ z
        covariance = 1.1 * (weights[:, None] * (z - centre)).T @ (z - centre) + 1e-4 * np.eye(size)
    return z, weights


def _most_likely(log_density: Callable[[Array], Array], size: int) -> tuple[Array, Array]:
    """Climb to the most likely numbers by Newton's steps; with the covariance of the normal density that fits there."""
    h, at = 0.05, np.zeros(size)
    pairs = [(i, j) for i in range(size) for j in range(i)]
    unit = h * np.eye(size)
    offsets = np.vstack(
        [np.zeros(size), *unit, *-unit, *(unit[i] + unit[j] for i, j in pairs), *(-unit[i] - unit[j] for i, j in pairs)]
    )
    covariance = np.eye(size)
    for _ in range(30):
        told = log_density(at + offsets)
        here, up, down = told[0], told[1 : size + 1], told[size + 1 : 2 * size + 1]
        both, neither = np.split(told[2 * size + 1 :], 2)
        slope, bend = (up - down) / (2.0 * h), np.diag((up + down - 2.0 * here) / h**2)
        for (i, j), plus, minus in zip(pairs, both, neither, strict=True):
            mixed = (plus + minus - up[i] - down[i] - up[j] - down[j] + 2.0 * here) / (2.0 * h**2)
            bend[i, j] = bend[j, i] = mixed
        values, axes = np.linalg.eigh(-bend)
        covariance = (axes / np.maximum(values, 0.5)) @ axes.T
        step = covariance @ slope
        step *= min(1.0, 1.5 / float(np.linalg.norm(step) + 1e-12))
        tried = at + step * (0.5 ** np.arange(6))[:, None]
        heights = log_density(tried)
        best = int(np.argmax(heights))
        if heights[best] <= here + 1e-3:
            break
        at = tried[best]
    return at, covariance
