"""What a shoe sensor's faults and a bad pose come to: the truth inside the interval, no count, or missed.

    python -m benchmarks.shoe_faults [--riders 12] [--only turned]

Prints the table of docs/performance.md. Riders, lever arms, mountings and sensors are drawn at random, seeds fixed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from bikefit.conventions import Side
from bikefit.model import ShoeSensor
from bikefit.simulate.shoe import SensorModel, simulate_shoe
from bikefit.simulate.space import Ride, Shoe
from tests.helpers import disturbed_shoes as disturbed

Drawn = tuple[Ride, Shoe, Side, SensorModel]
FIRST_SEED = 1000


def changed(drawn: Drawn, *, ride: Ride | None = None, shoe: Shoe | None = None, **sensor: float) -> Drawn:
    """Return a drawn rider with another ride, shoe or sensor."""
    own_ride, own_shoe, side, own = drawn
    return ride or own_ride, shoe or own_shoe, side, replace(own, **sensor)  # type: ignore[arg-type]


def turned(degrees: float, seconds: float) -> Callable[[Drawn, int], Drawn]:
    """Turn the bike after the pose, to the left or the right, under a foot that sets off briskly."""

    def of(drawn: Drawn, seed: int) -> Drawn:
        ride = replace(drawn[0], start_s=1.5)
        return changed(drawn, ride=disturbed.turned_after_pose(ride, degrees if seed % 2 else -degrees, seconds))

    return of


def ground(toe_out_deg: float, off_m: tuple[float, float, float]) -> Callable[[Drawn, int], Drawn]:
    """Let the foot stand on the ground in the pose."""

    def of(drawn: Drawn, seed: int) -> Drawn:
        heel_out = replace(drawn[1].heel_out, mean_deg=abs(drawn[1].heel_out.mean_deg))
        return changed(drawn, shoe=disturbed.on_the_ground(replace(drawn[1], heel_out=heel_out), toe_out_deg, off_m))

    return of


def cases() -> dict[str, tuple[Callable[[Drawn, int], Drawn], Callable[[ShoeSensor], ShoeSensor]]]:
    """Return what is done to the ride and to the readings, by name."""

    def same(drawn: Drawn, _: int) -> Drawn:
        return drawn

    def plain(readings: ShoeSensor) -> ShoeSensor:
        return readings

    found: dict[str, tuple[Callable[[Drawn, int], Drawn], Callable[[ShoeSensor], ShoeSensor]]] = {
        "nothing": (same, plain),
        "nothing, 25 Hz": (lambda drawn, _: changed(drawn, rate_hz=25.0), plain),
        "nothing, rocking 1 deg": (lambda drawn, _: changed(drawn, ride=replace(drawn[0], rocking_deg=1.0)), plain),
        "nothing, foot swaying 0.5 deg in the pose": (
            lambda drawn, _: changed(drawn, shoe=replace(drawn[1], restless_deg=0.5)),
            plain,
        ),
    }
    for degrees in (2.0, 4.0, 8.0, 15.0):
        for seconds in (1.5, 4.0, 10.0, 25.0):
            found[f"bike turned {degrees:.0f} deg in {seconds:g} s"] = (turned(degrees, seconds), plain)
    for toe_out in (10.0, 18.0):
        found[f"foot on the ground, toe-out {toe_out:.0f}"] = (ground(toe_out, (0.0, 0.0, 0.0)), plain)
        found[f"the same, 14 cm beside the pedal, {toe_out:.0f}"] = (ground(toe_out, (-0.05, 0.08, -0.1)), plain)
    for drift in (0.1, 0.5):
        drifting: Callable[[Drawn, int], Drawn] = lambda drawn, _, d=drift: changed(  # type: ignore[misc] # noqa: E731
            drawn, gyr_bias_drift_deg_s_h=60.0 * d
        )
        found[f"bias drifting {drift} deg/s a minute"] = (drifting, plain)
    for lag in (0.02, 0.05, 0.08, -0.05):
        found[f"gyroscope {1000 * lag:+.0f} ms"] = (same, lambda readings, lag=lag: disturbed.late(readings, lag))  # type: ignore[misc]
    for rows in (2, 4, 8):
        for name, gyr, acc in (("gyroscope", rows, 1), ("accelerometer", 1, rows), ("both", rows, rows)):
            found[f"{name} held {rows} rows"] = (
                same,
                lambda readings, g=gyr, a=acc: disturbed.held(readings, g, a),  # type: ignore[misc]
            )
    for share in (0.9, 0.75, 0.6):
        for name in ("gyroscope", "accelerometer"):
            found[f"{name} clipped at {100 * share:.0f} %"] = (
                same,
                lambda readings, n=name, s=share: disturbed.clipped(readings, **{n: s}),  # type: ignore[misc]
            )
    found["accelerometer counting downwards"] = (same, disturbed.flipped)
    for jitter in (0.003, 0.01):
        found[f"stamps jittering {1000 * jitter:.0f} ms"] = (
            same,
            lambda readings, j=jitter: disturbed.jittered(readings, j),  # type: ignore[misc]
        )
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--riders", type=int, default=12)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    print("| | inside | no count | missed |\n|---|---|---|---|")
    for name, (ridden, mistreated) in cases().items():
        if options.only not in name:
            continue
        counts: Counter[str] = Counter()
        for seed in range(FIRST_SEED, FIRST_SEED + options.riders):
            ride, shoe, side, sensor = ridden(disturbed.random_rider(seed), seed)
            readings, truth = simulate_shoe(ride, shoe, side, sensor, seed)
            neutral = 0.0 if "ground" in name or "beside" in name else None
            verdict = disturbed.judged(mistreated(readings), truth, ride, neutral)
            counts["no count" if verdict.undetermined else "inside" if verdict.holds else "missed"] += 1
        print(f"| {name} | {counts['inside']} | {counts['no count']} | {counts['missed']} |", flush=True)


if __name__ == "__main__":
    main()
