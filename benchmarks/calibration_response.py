"""Do the intervals of the response and of the predicted angle, and the curves' band, cover what they promise?

Riders are drawn from the priors; each records the counts named. Curves wander from stroke to stroke (AR(1), rho 0.6)
in level and shape. Prints tables for ``docs/performance.md``.

    python benchmarks/calibration_response.py [riders]
"""

from __future__ import annotations

import math
import sys
from statistics import NormalDist

import numpy as np

from bikefit.comparison.curves import band_half_width_deg
from bikefit.response import Trial, fit_response, has_repeat
from bikefit.settings import Settings

LEVELS = np.array([0.5, 0.8, 0.95])
DESIGNS = {
    "0, 2": (0, 2),
    "0, 1": (0, 1),
    "0, 1, 3": (0, 1, 3),
    "0, 2, 0": (0, 2, 0),
    "0, 1, 0, 1": (0, 1, 0, 1),
}


def coverage(counts: tuple[int, ...], riders: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Share of riders whose response and whose angle one wedge further lie in the 50, 80 and 95 % interval."""
    rng = np.random.default_rng(seed)
    settings = Settings()
    learned = has_repeat([Trial(n, 0.0, 0.1) for n in counts])
    target = float(counts[-1] + 1)
    depth = np.empty((riders, 2))
    for rider in range(riders):
        baseline, response = rng.normal(0.0, 4.0), rng.normal(settings.response_mean, settings.response_sd)
        zero, trend = rng.normal(0.0, settings.zero_sd_deg), rng.normal(0.0, settings.series_trend_sd_deg)
        between = settings.between_recording_sd_deg
        if learned:
            between = settings.between_recording_prior_median_deg * math.exp(
                settings.between_recording_prior_log_sd * rng.normal()
            )
        drift = trend if len(counts) >= 4 else 0.0
        trials = []
        for i, count in enumerate(counts):
            error = rng.uniform(0.03, 0.3)
            value = baseline + zero - response * count + drift * (i / (len(counts) - 1) - 0.5)
            trials.append(Trial(count, value + rng.normal(0.0, math.hypot(between, error)), error, time_h=float(i)))
        own = fit_response(trials, settings, cant_deg=1.0, zero_sd_deg=settings.zero_sd_deg)
        depth[rider] = (
            abs(2.0 * own.response.cdf(response) - 1.0),
            abs(2.0 * own.excess_at(target).cdf(baseline - response * target) - 1.0),
        )
    cover = (depth[:, :, None] < LEVELS).mean(axis=0)
    return cover[0], cover[1]


def detected(counts: tuple[int, ...], effect_deg: float, pairs: int, remounted: bool = False) -> float:
    """Share of trials in which a change is called detected, at the stated SDs (drawn from the prior with a repeat)."""
    rng, settings = np.random.default_rng(4), Settings()
    known = settings.between_recording_sd_remounted_deg if remounted else settings.between_recording_sd_deg
    learned = has_repeat([Trial(n, 0.0, 0.1) for n in counts])
    found = 0
    for _ in range(pairs):
        between = known
        if learned:
            between = settings.between_recording_prior_median_deg * math.exp(
                settings.between_recording_prior_log_sd * rng.normal()
            )
        sd = math.hypot(between, 0.1)
        trials = [Trial(n, -effect_deg * (n != 0) + rng.normal(0.0, sd), 0.1) for n in counts]
        free = fit_response(trials, settings, cant_deg=1.0, zero_sd_deg=0.0, remounted=remounted, free_response=True)
        low, high = free.change(0.0, float(max(counts))).interval()
        found += not low <= 0.0 <= high
    return found / pairs


def power(effect_deg: float, between_sd_deg: float) -> float:
    """Power of a two-sided test at 5 % on one before and after."""
    normal = NormalDist()
    away = effect_deg / (math.sqrt(2.0) * math.hypot(between_sd_deg, 0.1))
    edge = normal.inv_cdf(0.975)
    return normal.cdf(away - edge) + normal.cdf(-away - edge)


def detection_table(pairs: int) -> None:
    """Print how often a change is detected, without and with an effect."""
    print("\n| Recordings | Effect [deg] | Detected | Theory |\n|---|---|---|---|")
    for name, counts, remounted, sd in (
        ("0, 2", (0, 2), False, 0.3),
        ("0, 2, remounted", (0, 2), True, 0.8),
        ("0, 2, 0 (SD learnt)", (0, 2, 0), False, math.nan),
    ):
        for effect in (0.0, 0.5, 1.0, 2.0):
            theory = f"{100 * power(effect, sd):.1f} %" if sd == sd else ("5.0 %" if effect == 0.0 else "")
            print(
                f"| {name} | {effect} | {100 * detected(counts, effect, pairs, remounted):.1f} % | {theory} |",
                flush=True,
            )


def wandering_curves(rng: np.random.Generator, strokes: int, offset_deg: float) -> np.ndarray:
    """Curves of one recording, shape (strokes, 100): an offset of its own, level and shape AR(1), noise."""
    phase = np.radians((np.arange(100) + 0.5) * 3.6)
    shapes = 0.4 * np.array([np.ones(100), np.sin(phase), np.cos(phase), np.sin(2 * phase)])
    weights = np.empty((strokes, 4))
    state = rng.normal(0, 1, 4)
    for stroke in range(strokes):
        state = 0.6 * state + 0.8 * rng.normal(0, 1, 4)
        weights[stroke] = state
    return offset_deg + weights @ shapes + rng.normal(0, 0.1, (strokes, 100))


def band_coverage(strokes: int, between_sd_deg: float, rounds: int) -> float:
    """Share of pairs of recordings without a true difference whose band holds zero all round the stroke."""
    rng = np.random.default_rng(3)
    held = 0
    for seed in range(rounds):
        before, after = (wandering_curves(rng, strokes, between_sd_deg * rng.normal()) for _ in range(2))
        difference = after.mean(axis=0) - before.mean(axis=0)
        held += bool(np.all(np.abs(difference) <= band_half_width_deg([before], [after], between_sd_deg, seed)))
    return held / rounds


def main() -> None:
    """Print the tables."""
    riders = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    print("| Counts recorded | Seed | Response: 50 / 80 / 95 % | Predicted angle: 50 / 80 / 95 % |")
    print("|---|---|---|---|")
    for name, counts in DESIGNS.items():
        for seed in (1, 2):
            shown = (" / ".join(f"{100 * share:.1f}" for share in row) for row in coverage(counts, riders, seed))
            print(f"| {name} | {seed} | {' | '.join(shown)} |", flush=True)
    detection_table(riders // 4)
    print("\n| Strokes a recording | SD between recordings [deg] | Band holds the whole difference |\n|---|---|---|")
    for strokes in (40, 150):
        for between in (0.0, 0.3):
            print(
                f"| {strokes} | {between} | {100 * band_coverage(strokes, between, riders // 40):.1f} % |", flush=True
            )


if __name__ == "__main__":
    main()
