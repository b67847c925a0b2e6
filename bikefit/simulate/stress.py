"""A ride with everything in it that makes strokes hard to find."""

from __future__ import annotations

import numpy as np

from bikefit.simulate.rider import Ride
from bikefit.simulate.sampling import scatter

RAMP_S = 60.0
REST_S = 3.0
SPRINT_S = 4.0


def stress_ride(duration_s: float = 1200.0, rate_hz: float = 100.0, seed: int = 1) -> Ride:
    """Return a ride of ramps, sprints from rest, coasts, holes, spikes and bad time stamps.

    Examples
    --------
    >>> ride = stress_ride()
    >>> len(ride.coasts), ride.cadence_rpm[1]
    (30, (60.0, 130.0))
    """
    round_s = RAMP_S + 2.0 + REST_S + SPRINT_S + 20.0 + 3.0
    steps = ((0.0, 40.0), (RAMP_S, 130.0), (2.0, 0.0), (REST_S, 0.0), (SPRINT_S, 120.0), (20.0, 90.0))
    knots: list[tuple[float, float]] = []
    for begin in np.arange(0.0, duration_s, round_s).tolist():
        lasted = np.cumsum([length for length, _ in steps]).tolist()
        knots += [(begin + at, rpm) for at, (_, rpm) in zip(lasted, steps, strict=True)]
    return Ride(
        duration_s=duration_s,
        rate_hz=rate_hz,
        cadence_rpm=tuple(knots),
        coasts=scatter(round(duration_s / 40.0), (1.0, 20.0), duration_s, np.random.default_rng(seed)),
        missing_share=0.02,
        missing_burst_s=0.1,
        spike_share=0.005,
        jitter_s=0.005,
        pitch=True,
    )
