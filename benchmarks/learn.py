"""Does `bikefit learn` recover what made a studio's riders? Simulated studios of 5, 20 and 100 riders.

Each rider makes the visit (bare, +2, -2, bare) with sensors left on, remounted or in laps; half of them on one shoe
only. For each size: how often the 95 % intervals hold the truth, how far the values are from it (RMS, for SDs in per
cent), and how often the prior for the next rider holds that rider's response in its own 95 %. Truths are either drawn
about the built-in values, as wide as the method doubts them, or one studio unlike any that is expected.

    python -m benchmarks.learn [studios of 5 and of 20 riders; a third as many of 100]
"""

from __future__ import annotations

import sys

import numpy as np

from bikefit.response import StudioPrior, learn_from
from tests.helpers.studios import Truth, studio

UNEXPECTED = Truth(-0.1, 0.25, 0.25, 1.3, 0.12, 0.35, 0.15, 0.8)


def drawn(rng: np.random.Generator) -> Truth:
    """Return a studio about the built-in values."""
    z = rng.standard_normal(7)
    wide, narrow = np.exp(0.6 * z), np.exp(0.4 * z)
    return Truth(
        0.25 + 0.5 * z[0], 0.5 * wide[1], 0.4 * wide[2], 0.8 * wide[3], 0.25 * wide[4], 0.5 * narrow[5],
        0.3 * narrow[6],
        0.99 / (1.0 + np.exp(-1.5 * rng.standard_normal())),
    )  # fmt: skip


def covered(prior: StudioPrior, truth: Truth) -> dict[str, bool]:
    """Say which of the learned numbers' intervals hold the truth."""
    return {
        name: one.interval[0] <= getattr(truth, name) <= one.interval[1]
        for name, one in prior.numbers.items()
        if one.enough
    }


def off(prior: StudioPrior, truth: Truth) -> dict[str, float]:
    """Say how far the learned numbers are from the truth: the mean in its unit, SDs as a share."""
    told = {name: (one.value, getattr(truth, name)) for name, one in prior.numbers.items() if one.enough}
    return {
        name: value - true if name == "response_mean" else value / true - 1.0 for name, (value, true) in told.items()
    }


def main(studios: int) -> None:
    for title, unexpected in (("truths about the built-in values", False), ("an unexpected studio", True)):
        for riders in (5, 20, 100):
            held: dict[str, list[bool]] = {}
            away: dict[str, list[float]] = {}
            tried = studios // 3 if riders == 100 else studios
            for number in range(tried):
                rng = np.random.default_rng([riders, number, unexpected])
                truth = UNEXPECTED if unexpected else drawn(rng)
                prior = learn_from(studio(rng, truth, riders, mixed_from=10, one_shoe_share=0.5))
                mean, sd = prior.settings["response_mean"], prior.settings["response_sd"]
                following = truth.response_mean + truth.response_sd * rng.standard_normal(1000)
                held.setdefault("next rider", []).append(float(np.mean(abs(following - mean) < 1.96 * sd)))
                for name, inside in covered(prior, truth).items():
                    held.setdefault(name, []).append(inside)
                for name, value in off(prior, truth).items():
                    away.setdefault(name, []).append(value)
            print(f"{title}, {tried} studios of {riders} riders", flush=True)
            for name, told in held.items():
                rms = f", off by {np.sqrt(np.mean(np.square(away[name]))):.3f}" if name in away else ""
                print(f"  {name:24} covered {100.0 * np.mean(told):5.1f} %{rms}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
