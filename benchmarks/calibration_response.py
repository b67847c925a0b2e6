"""Do the intervals cover what they promise, and how often is a change detected? And the curves' band.

Riders are drawn from the model's own priors unless a row says otherwise. Curves wander from stroke to stroke (AR(1),
rho 0.6) in level and shape. Prints tables for ``docs/performance.md``.

    python benchmarks/calibration_response.py [riders]
"""

from __future__ import annotations

import sys

import numpy as np

from bikefit.comparison.curves import band_half_width_deg, centred
from bikefit.response.choice import planned_minimal_detectable_deg
from bikefit.response.experiment import Assumptions, FootPosterior, fit_feet, fit_foot, series
from bikefit.response.mixture import mixture_cdf

LEVELS = np.array([0.5, 0.8, 0.95])
DESIGNS = ((0, 2), (0, 2, 0), (0, 2, 0, 2), (0, 2, -2, 0), (0, 1, 2))
ERROR_DEG = 0.05
ASSUMED = Assumptions()


def readings(
    rng: np.random.Generator,
    cants: tuple[int, ...],
    response: np.ndarray,
    between_sd_deg: np.ndarray,
    drift_deg: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Readings of riders (riders, recordings) and their excess in the middle of the series."""
    x, t = np.array(cants, dtype=float), np.arange(len(cants), dtype=float)
    excess = rng.normal(0.0, 4.0, response.size)
    noise = np.hypot(between_sd_deg, ERROR_DEG)[:, None] * rng.normal(size=(response.size, x.size))
    values = excess[:, None] - response[:, None] * x + drift_deg[:, None] * t + noise
    return values, excess + drift_deg * t.mean()


def drawn_sds(rng: np.random.Generator, riders: int) -> np.ndarray:
    """SDs between recordings from their prior."""
    return ASSUMED.between_median_deg * np.exp(ASSUMED.between_log_sd * rng.normal(size=riders))


def coverage(cants: tuple[int, ...], riders: int, seed: int) -> list[np.ndarray]:
    """Share of riders whose response, response by the recordings alone, and excess under 2 deg lie in the intervals."""
    rng = np.random.default_rng(seed)
    response = rng.normal(ASSUMED.response_mean, ASSUMED.response_sd, riders)
    drift = ASSUMED.drift_sd_deg * rng.normal(size=riders)
    values, excess = readings(rng, cants, response, drawn_sds(rng, riders), drift)
    one = series(values, ERROR_DEG, cants)
    own, free = (fit_foot(one, ASSUMED, response_prior=prior) for prior in (True, False))
    told = []
    for posterior, row, truth in (
        (own, (0.0, 1.0, 0.0), response),
        (free, (0.0, 1.0, 0.0), response),
        (own, (1.0, -2.0, 0.0), excess - 2.0 * response),
    ):
        depth = np.abs(2.0 * mixture_cdf(*posterior.along(row), truth) - 1.0)
        told.append((depth[:, None] < LEVELS).mean(axis=0))
    return told


def share_detected(free: FootPosterior) -> float:
    """Share of riders whose 95 % interval of the change leaves out zero."""
    below = mixture_cdf(*free.along((0.0, 1.0, 0.0)), np.zeros(free.weights.shape[0]))
    return float(np.mean((below < 0.025) | (below > 0.975)))


def detected(cants: tuple[int, ...], riders: int, *, effect: bool, usual: bool, control: bool, seed: int = 4) -> float:
    """Share detected; ``usual``: an SD of 0.3 deg and no drift, else both from their priors."""
    rng = np.random.default_rng(seed)
    response = rng.normal(ASSUMED.response_mean, ASSUMED.response_sd, riders) if effect else np.zeros(riders)
    sds = np.full(riders, 0.3) if usual else drawn_sds(rng, riders)

    def drift() -> np.ndarray:
        return (0.0 if usual else ASSUMED.drift_sd_deg) * rng.normal(size=riders)

    feet = {"right": series(readings(rng, cants, response, sds, drift())[0], ERROR_DEG, cants)}
    if control:
        bare = tuple(0 for _ in cants)
        feet["left"] = series(readings(rng, bare, response, sds, drift())[0], ERROR_DEG, bare)
    return share_detected(fit_feet(feet, ASSUMED, response_prior=False)["right"])


def detection_table(riders: int) -> None:
    """Print how often a change is detected, without and with effects."""
    print("\n| Recordings | Can be seen, planned | No effect | No effect, SD 0.3 | Riders' effects, SD 0.3 |")
    print("|---|---|---|---|---|")
    for cants in DESIGNS:
        cells = [
            " / ".join(
                f"{100 * detected(cants, riders, effect=effect, usual=usual, control=control):.1f}"
                for control in (False, True)
            )
            for effect, usual in ((False, False), (False, True), (True, True))
        ]
        planned = planned_minimal_detectable_deg(cants, ASSUMED, ERROR_DEG)
        print(
            f"| {', '.join(map(str, cants))} | {planned:.2f} deg | " + " | ".join(f"{cell} %" for cell in cells) + " |"
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


def band_coverage(strokes: int, rounds: int) -> float:
    """Share of pairs of recordings without a true difference in shape whose band holds zero all round the stroke."""
    rng = np.random.default_rng(3)
    held = 0
    for seed in range(rounds):
        before, after = (centred(wandering_curves(rng, strokes, rng.normal())) for _ in range(2))
        difference = after.mean(axis=0) - before.mean(axis=0)
        held += bool(np.all(np.abs(difference) <= band_half_width_deg([before], [after], seed)))
    return held / rounds


def main() -> None:
    """Print the tables."""
    riders = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    print("| Cants recorded [deg] | Response: 50 / 80 / 95 % | By the recordings alone | Excess under 2 deg |")
    print("|---|---|---|---|")
    for cants in DESIGNS:
        shown = (" / ".join(f"{100 * share:.1f}" for share in row) for row in coverage(cants, riders, 1))
        print(f"| {', '.join(map(str, cants))} | {' | '.join(shown)} |", flush=True)
    detection_table(riders)
    print("\n| Strokes a recording | Band holds the whole difference in shape |\n|---|---|")
    for strokes in (40, 150):
        print(f"| {strokes} | {100 * band_coverage(strokes, riders // 40):.1f} % |", flush=True)


if __name__ == "__main__":
    main()
