"""A slow, plain second way from a trace with a crank angle to its strokes, to hold the fast one against.

It shares no code with the package: one loop over the samples, one over the strokes, a fine grid of crank angles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

GRID = 1800


@dataclass(frozen=True)
class PlainStroke:
    """One stroke: when, its means, and whether it is left out for a reason that is easy to see."""

    start_s: float
    end_s: float
    mean_deg: float
    power_phase_deg: float
    recovery_phase_deg: float
    reason: str


def plain_strokes(time_s: list[float], heel_deg: list[float], crank_deg: list[float]) -> list[PlainStroke]:
    """Cut at each top dead centre and average over the crank, for a crank that goes forward or stands."""
    angle = [crank_deg[0]]
    for previous, here in pairwise(crank_deg):
        step = (here - previous) % 360.0
        angle.append(angle[-1] + (step if step <= 180.0 else step - 360.0))
    strokes: list[PlainStroke] = []
    tops: list[tuple[float, float]] = []  # time and angle
    for index in range(1, len(angle)):
        before, after = angle[index - 1], angle[index]
        top = 360.0 * math.ceil(before / 360.0)
        if before < top <= after:
            part = (top - before) / (after - before)
            tops.append((time_s[index - 1] + part * (time_s[index] - time_s[index - 1]), top))
    for (start, top), (end, _) in pairwise(tops):
        strokes.append(_measure(time_s, heel_deg, angle, start, end, top))
    return strokes


def _measure(
    time_s: list[float], heel_deg: list[float], angle: list[float], start: float, end: float, top: float
) -> PlainStroke:
    inside = [k for k in range(len(time_s)) if start - 0.5 <= time_s[k] < end + 0.5 and math.isfinite(heel_deg[k])]
    known_s = [time_s[k] for k in inside]
    within = [t for t in known_s if start <= t < end]
    hole = max((b - a for a, b in pairwise(known_s) if b > start and a < end), default=9.9)
    total, counts = {"mean": 0.0, "power": 0.0, "recovery": 0.0}, {"mean": 0, "power": 0, "recovery": 0}
    cursor = 0
    for point in range(GRID):
        crank = (point + 0.5) * 360.0 / GRID
        while cursor < len(inside) - 2 and angle[inside[cursor + 1]] < top + crank:
            cursor += 1
        left, right = inside[cursor], inside[cursor + 1]
        span = angle[right] - angle[left]
        part = (top + crank - angle[left]) / span if span > 0.0 else 0.5
        value = heel_deg[left] + part * (heel_deg[right] - heel_deg[left])
        for name, wanted in (("mean", True), ("power", 30 <= crank < 150), ("recovery", 210 <= crank < 330)):
            if wanted:
                total[name] += value
                counts[name] += 1
    slowest_s = 0.0
    for tenth in range(10):
        times = [t for t, a in zip(time_s, angle, strict=True) if top + 36 * tenth <= a < top + 36 * (tenth + 1)]
        if times:
            slowest_s = max(slowest_s, times[-1] - times[0])
    reason = ""
    if hole > 0.1 and end - start < 2.0:
        reason = "gap"
    elif slowest_s > 0.6:
        reason = "coasting"
    elif len(within) == 0 or not 30.0 <= 60.0 / (end - start) <= 160.0:
        reason = "cadence"
    means = {name: total[name] / counts[name] for name in total}
    return PlainStroke(start, end, means["mean"], means["power"], means["recovery"], reason)
