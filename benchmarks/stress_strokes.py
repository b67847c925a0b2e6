"""How many strokes of the stress ride are found, by reference and sampling rate: python benchmarks/stress_strokes.py

F1 counts whole pedalled strokes that do not touch a coast or a rest, matched within a tenth of a turn up to one
constant phase: missed = no row of the stroke table, wrong = a used row that matches no stroke. Bias is of the used
strokes' means.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bikefit.model import FootTrace
from bikefit.phase import find_phase
from bikefit.settings import Settings
from bikefit.simulate import Foot, FootTruth, Rider, simulate_ride, stress_ride, swing
from bikefit.strokes import find_strokes

RIDER = Rider(left=Foot(mean_deg=-2.0, heel_out=swing(1.5)), right=Foot(mean_deg=3.0, heel_out=swing(2.5, 1.0)))


def only(trace: FootTrace, reference: str) -> FootTrace:
    """Take away every better reference than the one named."""
    if reference == "crank_angle":
        return trace
    trace = replace(trace, crank_deg=None, crank_source=None)
    return trace if reference == "pitch" else replace(trace, pitch_deg=None)


def score(trace: FootTrace, true: FootTruth, cadence: object = None) -> tuple[float, float, str]:
    """Return F1, the bias of the used strokes' means [deg] and the reference used."""
    settings = Settings()
    phase = find_phase(trace, settings, cadence)  # type: ignore[arg-type]
    table = find_strokes(trace, phase, settings).table
    turns = np.interp(table["start_s"], true.start_s, np.arange(true.start_s.size), left=np.nan, right=np.nan)
    ends = np.interp(table["end_s"], true.end_s, np.arange(true.end_s.size), left=np.nan, right=np.nan) + 1
    shift = 0.0
    if not phase.is_crank:
        used = table["used"].to_numpy() & np.isfinite(turns)
        shift = float(np.angle(np.exp(2j * np.pi * turns[used]).mean()) / (2 * np.pi)) if used.any() else 0.0
    start, end = turns - shift, ends - shift
    number = np.round(start)
    good = (np.abs(start - number) < 0.1) & (np.abs(end - number - 1) < 0.1)
    inner = true.pedalled.copy()
    inner[1:] &= true.pedalled[:-1]
    inner[:-1] &= true.pedalled[1:]
    inner[[0, 1, -2, -1]] = False
    hit = np.zeros(inner.size, bool)
    hit[number[good].astype(int)] = True
    nearest = np.clip(np.nan_to_num(number, nan=0.0).astype(int), 0, inner.size - 1)
    used_rows = table["used"].to_numpy() & np.isfinite(start) & np.isfinite(end) & inner[nearest]
    right = int((hit & inner).sum())
    missed = int((~hit & inner).sum())
    wrong = int((used_rows & ~good).sum())
    measured = used_rows & good
    bias = float("nan")
    if phase.is_crank:
        bias = float((table["mean_deg"].to_numpy()[measured] - true.mean_deg[number[measured].astype(int)]).mean())
    return 2 * right / max(2 * right + missed + wrong, 1), bias, phase.reference


def main() -> None:
    print("reference     rate Hz  seed  foot   F1       bias deg  used")
    for rate_hz in (25.0, 200.0):
        for seed in (1, 2):
            recording, truth = simulate_ride(RIDER, stress_ride(1200.0, rate_hz, seed), seed)
            for reference in ("crank_angle", "pitch", "rotation"):
                for side, trace in recording.feet.items():
                    f1, bias, used = score(only(trace, reference), truth.feet[side])
                    print(f"{reference:12}  {rate_hz:7g}  {seed:4}  {side:5}  {f1:.4f}  {bias:+9.4f}  {used}")


if __name__ == "__main__":
    main()
