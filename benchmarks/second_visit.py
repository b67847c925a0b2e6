"""How often a second visit, or a second first recording, gives a foot the same count.

Simulated feet, not riders: excess N(0, 4) deg, response N(0.25, 0.5) deg per deg, a zero set anew on each day with a
standard deviation of 0.8 deg, recordings that differ by a lognormal standard deviation (median 0.4 deg, log-SD 0.5), a
drift per recording of N(0, 0.3) deg, and strokes whose mean has a standard error of 0.05 deg. The foot itself is the
same on both days, so a real second day agrees less often. A minute: ``python benchmarks/second_visit.py [FEET]``.
"""

from __future__ import annotations

import math
import sys

import numpy as np

from bikefit.comparison import compare_readings
from bikefit.model import Excess, Neutral, Reading, Readings, RecordingInfo, Response
from bikefit.settings import Settings
from bikefit.wedge_systems import load_system
from bikefit.wedges import recommend, visit_counts

SETTINGS, SYSTEM = Settings(), load_system("bikefit-cleat")
STROKES_SD_DEG = 0.05


def reading(excess_deg: float, wedges: int) -> Reading:
    """Return one recording of the right foot."""
    excess = Excess(excess_deg, STROKES_SD_DEG, SETTINGS.zero_sd_deg)
    return Reading("right", excess_deg, STROKES_SD_DEG, "mean", Neutral("zero", 0.0), excess, "rider", wedges, 150)


def day(rng: np.random.Generator, bare_deg: float, response: float, between_deg: float) -> tuple[int | None, int]:
    """Return what one day advises: from its first recording alone, and after the visit."""
    zero, drift = rng.normal(0.0, SETTINGS.zero_sd_deg), rng.normal(0.0, SETTINGS.drift_sd_deg)
    counts = visit_counts(SYSTEM.cant_deg, SYSTEM.cap)
    feet = []
    for number, count in enumerate(counts):
        differs = rng.normal(0.0, math.hypot(between_deg, STROKES_SD_DEG))
        feet.append(reading(bare_deg - response * count * SYSTEM.cant_deg + zero + drift * number + differs, count))
    rides = [
        Readings(RecordingInfo(f"{k}.csv", f"{k:064x}", "csv", None, 0.0, 120.0, 120.0, 100.0), SYSTEM, {"right": foot})
        for k, foot in enumerate(feet)
    ]
    first = recommend(feet[0].excess, Response(SETTINGS.response_mean, SETTINGS.response_sd), 0, SYSTEM, SETTINGS)
    kept = compare_readings(rides, settings=SETTINGS).feet["right"].keep
    return kept, first.total or 0


def main(feet: int = 400) -> None:
    """Print the share of feet that got the same count twice."""
    rng = np.random.default_rng(21)
    pairs = []
    for _ in range(feet):
        bare, response = rng.normal(0.0, 4.0), rng.normal(SETTINGS.response_mean, SETTINGS.response_sd)
        between = SETTINGS.between_left_on_deg * math.exp(SETTINGS.between_log_sd * rng.normal())
        pairs.append((day(rng, bare, response, between), day(rng, bare, response, between)))
    visit = np.array([one[0] == two[0] for one, two in pairs])
    first = np.array([one[1] == two[1] for one, two in pairs])
    apart = np.array([abs((one[0] or 0) - (two[0] or 0)) for one, two in pairs])
    for name, same in (("visit", visit), ("first recording", first)):
        print(f"{name}: same count in {same.mean():.0%} of {feet} feet (standard error {same.std() / feet**0.5:.1%})")
    print(f"visit: at most one wedge apart in {(apart <= 1).mean():.0%}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
