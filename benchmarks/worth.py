"""What is the visit worth? Simulated riders after it, against never a wedge, the first count and knowing everything.

Riders have an excess of N(0, 4) deg, read with a zero's error of 0.8, and a response of N(mean, 0.5). The visit records
bare, +2, -2, bare; the count to ride comes from the rider's own recordings. The oracle knows excess and response and
chooses among all counts within the cap. Excess and response are stratified, so that little is left to the draw.
Prints a table of RMS excess and, with a path, draws it over the SD between recordings.

    python benchmarks/worth.py [riders] [OUT.png]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from bikefit.response.choice import allowed_totals, counts_to_ride
from bikefit.response.experiment import Assumptions, fit_foot, series
from bikefit.wedges import Belief, best_total, visit_counts

CAP, CANT_DEG, ERROR_DEG, ZERO_SD_DEG = 3, 1.0, 0.05, 0.8
PLANS: dict[str, tuple[int, ...]] = {
    "pair 0, 2": (0, 2),
    "0, 2, 0": (0, 2, 0),
    "the visit": visit_counts(CANT_DEG, CAP),
}


@dataclass(frozen=True)
class Riders:
    """True excess [deg], response [deg/deg] and SD between recordings [deg]."""

    excess: np.ndarray
    response: np.ndarray
    between: np.ndarray
    zero: np.ndarray

    def rms(self, counts: np.ndarray) -> float:
        """RMS excess with these counts under the shoe."""
        return float(np.sqrt(np.mean((self.excess - self.response * CANT_DEG * counts) ** 2)))


def stratified(rng: np.random.Generator, riders: int) -> np.ndarray:
    """Standard normal numbers that fill their distribution evenly, in random order."""
    normal = NormalDist()
    return rng.permutation([normal.inv_cdf((i + 0.5) / riders) for i in range(riders)])


def draw(rng: np.random.Generator, riders: int, mean: float, between_sd_deg: float | None) -> Riders:
    """Riders; an SD between recordings of None comes from the prior."""
    assumed = Assumptions()
    between = assumed.between_median_deg * np.exp(assumed.between_log_sd * stratified(rng, riders))
    return Riders(
        4.0 * stratified(rng, riders),
        mean + 0.5 * stratified(rng, riders),
        between if between_sd_deg is None else np.full(riders, between_sd_deg),
        ZERO_SD_DEG * rng.normal(size=riders),
    )


def after(plan: tuple[int, ...], who: Riders, rng: np.random.Generator) -> float:
    """RMS excess with the count chosen after a plan of recordings; the wedged ones go the assumed way first."""
    way = np.where(who.excess + who.zero >= 0.0, 1.0, -1.0)  # mirrored riders share one design
    x = np.array(plan, dtype=float) * CANT_DEG
    noise = np.hypot(who.between, ERROR_DEG)[:, None] * rng.normal(size=(x.size, way.size)).T
    values = (way * (who.excess + who.zero))[:, None] - who.response[:, None] * x + noise
    own = fit_foot(series(values, ERROR_DEG, x), Assumptions())
    return who.rms(way * counts_to_ride(own, allowed_totals(plan, CAP), CANT_DEG))


def first_counts(who: Riders) -> np.ndarray:
    """Counts by the rule before any trial, without its neutral band."""
    assumed = Assumptions()
    return np.array(
        [
            best_total(
                Belief(float(seen), ZERO_SD_DEG, assumed.response_mean, assumed.response_sd),
                0,
                CANT_DEG,
                range(-CAP, CAP + 1),
            )
            for seen in who.excess + who.zero
        ]
    )


def oracle(who: Riders) -> float:
    """RMS excess where everything is known."""
    counts = np.arange(-CAP, CAP + 1) * CANT_DEG
    return float(np.sqrt(np.mean(((who.excess[:, None] - who.response[:, None] * counts) ** 2).min(axis=1))))


def table(riders: int) -> None:
    """Print RMS excess [deg]."""
    print("| Responses | SD between recordings | Never | First count | " + " | ".join(PLANS) + " | Oracle |")
    print("|" + "---|" * (5 + len(PLANS)))
    for mean in (0.25, 0.0, -0.25):
        for between in (0.3, None):
            rng = np.random.default_rng(1)
            who = draw(rng, riders, mean, between)
            cells = [who.rms(np.zeros(riders)), who.rms(first_counts(who))]
            cells += [after(plan, who, rng) for plan in PLANS.values()]
            shown = " | ".join(f"{cell:.2f}" for cell in [*cells, oracle(who)])
            print(f"| N({mean}, 0.5²) | {'its prior' if between is None else f'{between} deg'} | {shown} |", flush=True)


def draw_figure(riders: int, path: str) -> None:
    """Draw RMS excess over the SD between recordings."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    spread = np.linspace(0.1, 1.5, 8)
    figure, axes = plt.subplots(figsize=(7, 4))
    rng = np.random.default_rng(3)
    groups = [draw(rng, riders, 0.25, float(sd)) for sd in spread]
    for name, plan in PLANS.items():
        axes.plot(spread, [after(plan, who, rng) for who in groups], label=name)
    for name, level in (
        ("never a wedge", groups[0].rms(np.zeros(riders))),
        ("first count", groups[0].rms(first_counts(groups[0]))),
        ("oracle", oracle(groups[0])),
    ):
        axes.axhline(level, color="0.6", linestyle=":")
        axes.annotate(name, (spread[-1], level), fontsize=8, ha="right", va="bottom")
    axes.set(xlabel="SD between recordings (deg)", ylabel="RMS excess left (deg)")
    axes.legend()
    figure.savefig(path, dpi=120, bbox_inches="tight")


def main() -> None:
    """Print the table and draw where a path is given."""
    riders = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    table(riders)
    if len(sys.argv) > 2:
        draw_figure(max(riders // 4, 200), sys.argv[2])


if __name__ == "__main__":
    main()
