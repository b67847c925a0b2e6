"""Speed from a trace to its stroke table, beside the cycle detection of Kinetics Toolkit on the same trace.

Run as ``python benchmarks/strokes.py``; the figures go to docs/performance.md. Kinetics Toolkit
(``pip install kineticstoolkit``) is not a dependency; without it only the own figures are printed. Its detection is of
threshold crossings of the rotation itself and gives the events alone; ours cuts at the crank, measures and judges.
"""
# ruff: noqa: E402

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import replace

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # figures are for one core


from bikefit.conventions import Reference
from bikefit.model import FootTrace
from bikefit.phase import find_phase
from bikefit.settings import Settings
from bikefit.simulate import Ride, Rider, simulate_ride
from bikefit.strokes import find_strokes

MINUTES = 2.0
"""Length of the ride for the comparison: the other's time grows with the square of it."""


def ride(hours: float, rate_hz: float) -> FootTrace:
    """A steady ride with crank angle and pitch, one foot."""
    what = Ride(duration_s=3600.0 * hours, rate_hz=rate_hz, feet=("right",), pitch=True)
    trace: FootTrace = simulate_ride(Rider(), what, seed=1)[0].feet["right"]
    return trace


def fastest_s(work: Callable[[], object], times: int) -> float:
    """Processor time of the fastest of some runs."""
    taken = []
    for _ in range(times):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return min(taken)


def own_s(trace: FootTrace, reference: Reference, times: int) -> float:
    """Time from the trace to the stroke table."""
    settings = Settings()
    return fastest_s(lambda: find_strokes(trace, find_phase(trace, settings, None, reference), settings), times)


def kinetics_toolkit_s(trace: FootTrace) -> tuple[float, int]:
    """Time of `kineticstoolkit.cycles.detect_cycles` on the rotation, and the cycles that it found."""
    import kineticstoolkit as ktk

    series = ktk.TimeSeries(time=trace.time_s)
    series.data["heel_out"] = trace.heel_out_deg
    found = []

    def detect() -> None:
        found.append(ktk.cycles.detect_cycles(series, "heel_out", thresholds=(1.0, -1.0)))

    taken_s = fastest_s(detect, 1)
    return taken_s, sum(event.name == "_" for event in found[-1].events)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=4.0)
    parser.add_argument("--times", type=int, default=9)
    arguments = parser.parse_args()
    print("| Rate [Hz] | Reference | Samples | Time [s] | Million samples / s |\n|---|---|---|---|---|")
    references: tuple[Reference, ...] = ("crank_angle", "pitch", "rotation")
    for rate_hz in (100.0, 200.0):
        trace = ride(arguments.hours, rate_hz)
        for reference in references:
            alone = trace if reference == "pitch" else replace(trace, pitch_deg=None)
            taken_s = own_s(alone, reference, arguments.times if reference == "crank_angle" else 1)
            speed = trace.time_s.size / taken_s / 1e6
            print(f"| {rate_hz:.0f} | {reference} | {trace.time_s.size:,} | {taken_s:.3f} | {speed:.1f} |")
    trace = replace(ride(MINUTES / 60.0, 100.0), pitch_deg=None)
    ours = own_s(trace, "crank_angle", arguments.times)
    found = len(find_strokes(trace, find_phase(trace, Settings()), Settings()).table)
    print(f"{MINUTES:.0f} minutes at 100 Hz: {found} strokes in {1e3 * ours:.0f} ms")
    try:
        theirs, cycles = kinetics_toolkit_s(trace)
    except ImportError:
        print("kineticstoolkit is not installed: no comparison")
        return
    print(f"kineticstoolkit: {cycles} cycles in {1e3 * theirs:.0f} ms, ratio {theirs / ours:.0f}")


if __name__ == "__main__":
    main()
