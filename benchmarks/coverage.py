"""How often the 95 % interval of a foot's rotation holds the truth.

Run as ``python benchmarks/coverage.py``; the figures go to docs/performance.md. Truth: the expectation of the
per-stroke mean over the stationary stroke process.
"""

from __future__ import annotations

import argparse

import numpy as np

from bikefit.phase import find_phase
from bikefit.quantiles import t_quantile
from bikefit.rotation import summarise_rotation
from bikefit.settings import Settings
from bikefit.signals import mean_with_error
from bikefit.simulate import Foot, Ride, Rider, simulate_ride, swing
from bikefit.strokes import find_strokes

RHO = 0.6
STROKES = (300, 1000)


def autoregressive(series: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Stationary AR(1) series, one a row."""
    values = rng.standard_normal((series, count))
    values[:, 0] /= np.sqrt(1.0 - RHO**2)
    for index in range(1, count):
        values[:, index] += RHO * values[:, index - 1]
    return values


def series_coverage(trials: int, blended: bool, seed: int) -> tuple[float, float]:
    """Coverage over stroke-level series, and the mean half-width over the ideal one."""
    rng = np.random.default_rng(seed)
    hits, width = 0, 0.0
    values = autoregressive(trials, STROKES[1] + 2, rng)
    for row, count in zip(values, rng.integers(STROKES[0], STROKES[1] + 1, trials), strict=True):
        # deviations linear between stroke centres, averaged over each stroke
        mixed = (row[:count] + 6.0 * row[1 : count + 1] + row[2 : count + 2]) / 8.0
        strokes = mixed if blended else row[:count]
        mean, error, dof = mean_with_error(strokes)
        reach = t_quantile(dof) * error
        hits += abs(mean) <= reach
        width += reach / (1.96 / (1.0 - RHO) / np.sqrt(count))
    return hits / trials, width / trials


def ride_coverage(rides: int, seed: int) -> tuple[int, int]:
    """Intervals of whole simulated rides that hold the truth, and how many there were (a foot each)."""
    rng = np.random.default_rng(seed)
    settings = Settings()
    hits = feet = 0
    for ride in range(rides):
        foot = Foot(
            mean_deg=rng.normal(0.0, 4.0),
            heel_out=swing(rng.uniform(0.8, 4.0), rng.uniform(0.0, 0.8)),
            stroke_sd_deg=rng.uniform(0.1, 1.5),
            rho=RHO,
        )
        what = Ride(duration_s=rng.uniform(240.0, 700.0), cadence_rpm=rng.uniform(60.0, 110.0), feet=("right",))
        recording, truth = simulate_ride(Rider(right=foot), what, 1000 * seed + ride)
        trace = recording.feet["right"]
        phase = find_phase(trace, settings)
        strokes = find_strokes(trace, phase, settings)
        rotation, _ = summarise_rotation(strokes.table, strokes.curves, "mean", settings, is_crank=phase.is_crank)
        low, high = rotation.interval_deg
        hits += low <= truth.feet["right"].expected_deg <= high
        feet += 1
    return hits, feet


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=5000)
    parser.add_argument("--rides", type=int, default=60)
    arguments = parser.parse_args()
    print("| Series | Seed | Coverage | Width / ideal |\n|---|---|---|---|")
    for blended in (False, True):
        for seed in (1, 2):
            share, width = series_coverage(arguments.trials, blended, seed)
            print(f"| {'blending' if blended else 'AR(1)'} | {seed} | {100 * share:.1f} % | {width:.2f} |")
    for seed in (1, 2):
        hits, feet = ride_coverage(arguments.rides, seed)
        print(f"whole rides, seed {seed}: {hits} of {feet} ({100 * hits / feet:.1f} %)")


if __name__ == "__main__":
    main()
