"""Simulated studios: riders who made the visit, and what they have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bikefit.conventions import SIDES
from bikefit.response import BETWEEN, MOUNTINGS, RiderRecordings, series

VISIT_DEG, ERROR_DEG = np.array([0.0, 2.0, -2.0, 0.0]), 0.1
"""Cants of the visit's recordings, and the standard error of one."""


@dataclass(frozen=True)
class Truth:
    """What made a studio's riders, by the names of the settings; ``alike`` is the correlation of a rider's two feet."""

    response_mean: float = 0.25
    response_sd: float = 0.5
    between_left_on_deg: float = 0.4
    between_remounted_deg: float = 0.8
    between_laps_deg: float = 0.25
    between_log_sd: float = 0.5
    drift_sd_deg: float = 0.3
    alike: float = 0.5


def studio(
    rng: np.random.Generator, truth: Truth, riders: int, *, mixed_from: int, one_shoe_share: float = 0.0
) -> list[RiderRecordings]:
    """Return riders with sensors left on; in studios of ``mixed_from`` riders also remounted and in laps, by turns.

    ``one_shoe_share`` of them have their wedges changed on the right shoe alone.
    """
    made = []
    for number in range(riders):
        kind = MOUNTINGS[0 if riders < mixed_from else number % 3]
        sd = getattr(truth, BETWEEN[kind]) * np.exp(truth.between_log_sd * rng.standard_normal())
        shared, feet = rng.standard_normal(), {}
        for side in SIDES:
            own = np.sqrt(truth.alike) * shared + np.sqrt(1.0 - truth.alike) * rng.standard_normal()
            response = truth.response_mean + truth.response_sd * own
            untouched = side == "left" and one_shoe_share > 0.0 and rng.random() >= 1.0 - one_shoe_share
            cants = 0.0 * VISIT_DEG if untouched else VISIT_DEG
            drift = truth.drift_sd_deg * rng.standard_normal() * np.arange(cants.size)
            noise = np.hypot(sd, ERROR_DEG) * rng.standard_normal(cants.size)
            feet[side] = series(rng.normal(0.0, 4.0) - response * cants + drift + noise, ERROR_DEG, cants)
        made.append(RiderRecordings(f"rider {number}", {kind: [feet]}))
    return made
