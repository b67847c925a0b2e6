"""How often the 95 % interval of a foot's rotation holds the truth.

Run as ``python benchmarks/coverage.py`` (about two minutes); the figures go to docs/performance.md. Truth: the
expectation of the per-stroke mean over the stationary stroke process; strokes have an SD of one.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from math import sqrt

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from bikefit.conventions import STROKE_COLUMNS
from bikefit.model import StrokeCurves
from bikefit.phase import find_phase
from bikefit.quantiles import t_quantile
from bikefit.rotation import summarise_rotation
from bikefit.settings import Settings
from bikefit.signals import means_with_errors
from bikefit.simulate import Foot, Ride, Rider, simulate_ride, swing
from bikefit.strokes import find_strokes

RHO = 0.6
Make = Callable[[int, int, np.random.Generator], np.ndarray]
"""Makes so many series of so many strokes, one a row, around a truth of zero."""


def autoregressive(rho: float) -> Make:
    """AR(1): each stroke resembles the one before."""

    def make(trials: int, count: int, rng: np.random.Generator) -> np.ndarray:
        noise = sqrt(1.0 - rho**2) * rng.standard_normal((trials, count))
        noise[:, 0] /= sqrt(1.0 - rho**2)
        return lfilter([1.0], [1.0, -rho], noise, axis=1)

    return make


def blending(trials: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Deviations that go straight from stroke centre to stroke centre, averaged over each stroke."""
    values = autoregressive(RHO)(trials, count + 2, rng)
    return (values[:, :-2] + 6.0 * values[:, 1:-1] + values[:, 2:]) / 8.0


def slow_mix(trials: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Independent strokes, and 40 % of the variance in an AR(1) with rho 0.98."""
    slow = autoregressive(0.98)(trials, count, rng)
    return sqrt(0.6) * rng.standard_normal((trials, count)) + sqrt(0.4) * slow


def long_memory(exponent: float) -> Make:
    """Fractional Gaussian noise by circulant embedding."""

    def make(trials: int, count: int, rng: np.random.Generator) -> np.ndarray:
        lag = np.arange(count + 1.0)
        power = 2.0 * exponent
        covariance = 0.5 * ((lag + 1.0) ** power - 2.0 * lag**power + np.abs(lag - 1.0) ** power)
        spectrum = np.maximum(np.fft.fft(np.concatenate([covariance, covariance[-2:0:-1]])).real, 0.0)
        size = spectrum.size
        noise = rng.standard_normal((trials, size)) + 1j * rng.standard_normal((trials, size))
        return np.fft.fft(np.sqrt(spectrum / size) * noise, axis=1).real[:, :count]

    return make


def cadence_bound(trials: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Half of the variance follows the cadence, which wanders as an AR(1) with rho 0.97."""
    cadence = autoregressive(0.97)(trials, count, rng)
    return sqrt(0.5) * (cadence + autoregressive(RHO)(trials, count, rng))


def half_degree_steps(trials: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """AR(1) with an SD of 0.4 deg, each stroke told in steps of half a degree, at any offset of the steps."""
    values = 0.4 * autoregressive(RHO)(trials, count, rng)
    offset = rng.random((trials, 1))
    return np.round(2.0 * (values + offset)) / 2.0 - offset


ROWS: tuple[tuple[str, Make, tuple[int, ...]], ...] = (
    ("independent", autoregressive(0.0), (12, 40, 350)),
    ("AR(1), rho 0.6", autoregressive(RHO), (12, 20, 40, 350, 1000)),
    ("the same, blending", blending, (350, 1000)),
    ("AR(1), rho 0.95", autoregressive(0.95), (350,)),
    ("40 % of AR(1), rho 0.98", slow_mix, (350, 1500)),
    ("long memory, H 0.7", long_memory(0.7), (350, 5000)),
    ("long memory, H 0.8", long_memory(0.8), (350, 5000)),
    ("long memory, H 0.9", long_memory(0.9), (350, 5000)),
    ("half of it follows cadence", cadence_bound, (350,)),
    ("0.5-deg steps", half_degree_steps, (350,)),
)


def series_coverage(make: Make, count: int, trials: int, seed: int) -> tuple[float, float]:
    """Coverage over stroke-level series, and the median half-width over that at known variance."""
    series = make(trials, count, np.random.default_rng(seed))
    means, errors, dofs = means_with_errors(series)
    reach = errors * np.array([t_quantile(dof) for dof in dofs])
    return float(np.mean(np.abs(means) <= reach)), float(np.median(reach)) / (1.96 * float(means.std()))


def level_coverage(shift_deg: float, share: float, drifts: bool, trials: int, seed: int) -> tuple[float, float]:
    """Share of 350-stroke rides (SD 0.4 deg, AR(1)) whose interval holds both levels, and in which a change is told.

    The level moves by ``shift_deg`` for this share of the ride, from a third of it on, or drifts throughout.
    """
    count, settings = 350, Settings()
    rng = np.random.default_rng(seed)
    at = np.arange(count)
    begins = count // 3
    part = (at >= begins) & (at < begins + share * count)
    level = shift_deg * (at / (count - 1.0) if drifts else part)
    table = pd.DataFrame(dict.fromkeys(STROKE_COLUMNS, np.zeros(count)))
    table = table.assign(foot="right", used=True, start_s=0.67 * at, end_s=0.67 * (at + 1))
    curves = StrokeCurves(np.zeros((count, 100)))
    held = told = 0
    for noise in autoregressive(RHO)(trials, count, rng):
        strokes = table.assign(mean_deg=level + 0.4 * noise)
        rotation, findings = summarise_rotation(strokes, curves, "mean", settings, is_crank=False)
        low, high = rotation.interval_deg
        held += low <= 0.0 and high >= shift_deg
        told += any(item.code in ("level_shift", "drift") for item in findings)
    return held / trials, told / trials


LEVELS = (
    ("a third of the ride at another level", 1.5, 0.33, False),
    ("a third of the ride at another level", 3.0, 0.33, False),
    ("a tenth of it", 1.5, 0.1, False),
    ("a tenth of it", 3.0, 0.1, False),
    ("straight drift", 2.0, 1.0, True),
    ("no change", 0.0, 0.33, False),
)


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
    parser.add_argument("--trials", type=int, default=4000)
    parser.add_argument("--rides", type=int, default=60)
    arguments = parser.parse_args()
    print("| Strokes are | Count | Coverage | Width / ideal |\n|---|---|---|---|")
    for name, make, counts in ROWS:
        for count in counts:
            # long series take memory: half as many of them
            share, width = series_coverage(make, count, arguments.trials // (1 + (count > 1000)), 1)
            print(f"| {name} | {count} | {100 * share:.1f} % | {width:.2f} |", flush=True)
    print("\n| Level | By | Interval holds both | Told |\n|---|---|---|---|")
    for name, shift_deg, part, drifts in LEVELS:
        held, told = level_coverage(shift_deg, part, drifts, arguments.trials // 10, 1)
        print(f"| {name} | {shift_deg:g} deg | {100 * held:.1f} % | {100 * told:.1f} % |", flush=True)
    for seed in (1, 2):
        hits, feet = ride_coverage(arguments.rides, seed)
        print(f"whole rides, seed {seed}: {hits} of {feet} ({100 * hits / feet:.1f} %)")


if __name__ == "__main__":
    main()
