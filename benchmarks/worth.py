"""What is a before-and-after worth? Simulated riders, with and without one, against knowing the response.

Riders have an excess of N(0, 4) deg and a response from the prior. The first trial is the rule's count, or one
wedge; the next count comes from the rider's own recordings through the same `recommend`. The oracle knows the
rider's excess and response and chooses among no wedge to the cap on the side that was tried. Worth = the gain in mean
squared excess over "never a wedge", as a share of the oracle's. Prints a table and, with a path, draws the curves.

    python benchmarks/worth.py [riders] [OUT.png]
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace

import numpy as np

from bikefit.model import Excess, Response
from bikefit.response import Posterior, Trial, allowed_totals, fit_response
from bikefit.settings import Settings
from bikefit.wedge_systems import load_system
from bikefit.wedges import recommend

SYSTEM = load_system("bikefit-cleat")
STROKES_ERROR_DEG = 0.1


@dataclass(frozen=True)
class Worth:
    """Gains in mean squared excess over "never a wedge" [deg^2], summed over riders."""

    first: float
    one_pair: float
    two_pairs: float
    oracle: float


def count(excess_deg: float, sd_deg: float, response: Response, fitted: int, allowed: tuple[int, ...] | None) -> int:
    """The product's own choice."""
    excess = Excess(excess_deg, sd_deg, 0.0)
    return recommend(excess, response, fitted, SYSTEM, Settings(), allowed).total or 0


def next_count(own: Posterior, tried: list[int]) -> int:
    """The choice after recordings, with the last count still on the shoe."""
    excess, response = own.excess_at(float(tried[-1])), own.response
    learnt = Response(response.mean, response.sd, "own", own.covariance_at(float(tried[-1])))
    return count(excess.mean, excess.sd, learnt, tried[-1], allowed_totals(tried, SYSTEM.cap))


def worth(riders: int, between_sd_deg: float, one_first: bool, seed: int) -> Worth:
    """Simulate riders: first count, one before and after, a second step; zero known, as in the target's wording."""
    rng = np.random.default_rng(seed)
    settings = replace(Settings(), between_recording_sd_deg=between_sd_deg)
    gains = np.zeros(4)
    prior = Response(settings.response_mean, settings.response_sd)
    for _ in range(riders):
        baseline = rng.normal(0.0, 4.0)
        response = rng.normal(settings.response_mean, settings.response_sd)

        def recorded(total: int) -> Trial:
            noise = rng.normal(0.0, math.hypot(between_sd_deg, STROKES_ERROR_DEG))
            return Trial(total, baseline - response * total + noise, STROKES_ERROR_DEG)  # noqa: B023

        def gain(total: int) -> float:
            return baseline**2 - (baseline - response * total) ** 2  # noqa: B023

        trials = [recorded(0)]
        first = count(trials[0].value_deg, math.hypot(settings.zero_sd_deg, STROKES_ERROR_DEG), prior, 0, None)
        first = int(np.sign(first)) if one_first else first
        if first == 0:
            continue
        trials.append(recorded(first))
        own = fit_response(trials, settings, cant_deg=1.0, zero_sd_deg=settings.zero_sd_deg)
        second = next_count(own, [0, first])
        trials.append(recorded(second))
        again = fit_response(trials, settings, cant_deg=1.0, zero_sd_deg=settings.zero_sd_deg)
        third = next_count(again, [0, first, second])
        side = 1 if first > 0 else -1
        gains += (
            gain(first),
            gain(second),
            gain(third),
            max(gain(side * n) for n in range(SYSTEM.cap + 1)),
        )
    return Worth(*gains.tolist())


def table(riders: int) -> None:
    """Print shares of the oracle's gain."""
    print("| First trial | SD between recordings [deg] | Seed | First count alone | One before/after | And one more |")
    print("|---|---|---|---|---|---|")
    for one_first, name in ((False, "the rule's count"), (True, "one wedge")):
        for between in (0.3, 0.8):
            for seed in (1, 2):
                found = worth(riders, between, one_first, seed)
                shares = [100 * part / found.oracle for part in (found.first, found.one_pair, found.two_pairs)]
                print(
                    f"| {name} | {between} | {seed} | " + " | ".join(f"{share:.0f} %" for share in shares) + " |",
                    flush=True,
                )


def draw(riders: int, path: str) -> None:
    """Draw the share of the oracle's gain over the between-recording SD."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    spread = np.linspace(0.1, 1.5, 8)
    figure, axes = plt.subplots(figsize=(7, 4))
    for one_first, name in ((False, "rule's count first"), (True, "one wedge first")):
        found = [worth(riders, float(sd), one_first, 3) for sd in spread]
        axes.plot(spread, [100 * item.one_pair / item.oracle for item in found], label=f"{name}: one before/after")
        axes.plot(spread, [100 * item.two_pairs / item.oracle for item in found], "--", label=f"{name}: two steps")
    axes.set(xlabel="SD between recordings (deg)", ylabel="share of the oracle's gain (%)", ylim=(0, 100))
    axes.legend()
    figure.savefig(path, dpi=120, bbox_inches="tight")


def main() -> None:
    """Print the table and draw the curves where a path is given."""
    riders = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    table(riders)
    if len(sys.argv) > 2:
        draw(max(riders // 4, 200), sys.argv[2])


if __name__ == "__main__":
    main()
