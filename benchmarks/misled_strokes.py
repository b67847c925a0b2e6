"""What is made of channels that mislead: python benchmarks/misled_strokes.py

For each fault of a cadence channel or a crank angle: rides whose strokes and mean are as without it, rides in which a
finding names it, and rides that still give a power phase that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bikefit.analysis import analyze
from bikefit.model import Array, Channel, FootResult, Recording
from bikefit.simulate import Foot, Ride, Rider, simulate_ride, swing

CADENCES: tuple[float | tuple[tuple[float, float], ...], ...] = (
    46.0,
    60.0,
    77.0,
    92.0,
    108.0,
    ((0.0, 55.0), (120.0, 100.0)),
)
TOLD = {
    "cadence_differs", "crank_offset", "sides_swapped", "crank_held", "crank_counts_half", "crank_counts_double",
    "reference_unusable", "phases_apart", "rhythm_doubled",
}  # fmt: skip


def spoiled_cadence(change: Callable[[Array], Array]) -> Callable[[Recording], Recording]:
    """Return what puts a fault into the cadence channel."""

    def spoil(recording: Recording) -> Recording:
        told = recording.companions["cadence_rpm"]
        channel = Channel(told.time_s, change(told.values))
        return replace(recording, companions={**recording.companions, "cadence_rpm": channel})

    return spoil


def spoiled_crank(change: Callable[[Array, Array], Array]) -> Callable[[Recording], Recording]:
    """Return what puts a fault into the crank angle (unwrapped, with its times)."""

    def spoil(recording: Recording) -> Recording:
        trace = recording.feet["right"]
        assert trace.crank_deg is not None
        crank = change(np.unwrap(trace.crank_deg, period=360.0), trace.time_s) % 360.0
        return replace(recording, feet={"right": replace(trace, crank_deg=crank)})

    return spoil


def held(crank: Array, time: Array, rate_hz: float) -> Array:
    """Return a crank angle that is renewed so often and held in between."""
    values: Array = np.interp(np.floor(time * rate_hz + 1e-9) / rate_hz, time, crank)
    return values


CADENCE_FAULTS = {
    **{f"cadence times {factor:g}": spoiled_cadence(lambda v, f=factor: f * v) for factor in (0.0, 0.5, 1.5, 2.0, 3.0)},
    "cadence 0 from the middle on": spoiled_cadence(lambda v: np.where(np.arange(v.size) > v.size / 2, 0.0, v)),
}
CRANK_FAULTS = {
    **{f"crank {off:+d} deg": spoiled_crank(lambda c, t, o=off: c + o) for off in (90, 120, 180, -60, -90, -120)},
    **{f"crank {late:g} s late": spoiled_crank(lambda c, t, s=late: np.interp(t - s, t, c)) for late in (0.2, 0.3)},
    **{f"crank held at {rate:g} Hz": spoiled_crank(lambda c, t, r=rate: held(c, t, r)) for rate in (3.0, 4.0, 6.0)},
    "crank counts every second turn": spoiled_crank(lambda c, t: 0.5 * c),
    "crank counts double": spoiled_crank(lambda c, t: 2.0 * c),
}


def ridden(cadence: float | tuple[tuple[float, float], ...], seed: int, *, crank: bool) -> Recording:
    """Return two minutes of one foot, with a pitch where it has a crank."""
    ride = Ride(duration_s=120.0, cadence_rpm=cadence, feet=("right",), crank=crank, pitch=crank)
    return simulate_ride(Rider(right=Foot(mean_deg=3.0, heel_out=swing(1.8, 0.6))), ride, seed)[0]


def row(name: str, rides: list[tuple[FootResult, FootResult]]) -> str:
    """Return the table's row of a fault from the pairs without and with it."""
    right = sum(
        abs(bad.strokes.used - good.strokes.used) <= 0.02 * good.strokes.used + 1
        and abs(bad.rotation.mean_deg - good.rotation.mean_deg) < 0.05
        for good, bad in rides
    )
    told = sum(bool(TOLD & {item.code for item in bad.findings}) for _, bad in rides)
    wrong = sum(abs(bad.rotation.power_phase_deg - good.rotation.power_phase_deg) > 0.3 for good, bad in rides)
    return f"| {name} | {len(rides)} | {right} | {told} | {wrong} |"


def main() -> None:
    print("| fault | rides | right | told | phases |\n|---|---|---|---|---|")
    for faults, crank in ((CADENCE_FAULTS, False), (CRANK_FAULTS, True)):
        whole = [ridden(cadence, seed, crank=crank) for seed, cadence in enumerate(CADENCES, start=1)]
        good = [analyze(recording).feet["right"] for recording in whole]
        for name, spoil in faults.items():
            bad = [analyze(spoil(recording)).feet["right"] for recording in whole]
            print(row(name, list(zip(good, bad, strict=True))))
    doubled = []
    for seed, cadence in enumerate((45.0, 52.0, 60.0, 68.0, 75.0), start=1):
        ride = Ride(duration_s=120.0, cadence_rpm=cadence, feet=("right",), crank=False, cadence=False)
        twice = Foot(mean_deg=3.0, heel_out=swing(0.28, 2.0))
        alone = simulate_ride(Rider(right=twice), ride, seed)[0]
        known = simulate_ride(Rider(right=twice), replace(ride, crank=True), seed)[0]
        doubled.append((analyze(known).feet["right"], analyze(alone).feet["right"]))
    print(row("rotation alone, second harmonic 7 times the first", doubled))


if __name__ == "__main__":
    main()
