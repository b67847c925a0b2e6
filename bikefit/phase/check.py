"""Does a crank reference hold what it promises? What the shoe does tells."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np

from bikefit.conventions import Reference
from bikefit.model import Array, Channel, Finding, FootTrace, Phase, finding
from bikefit.phase.alternation import compare_turns
from bikefit.phase.crank import renewals_per_turn
from bikefit.phase.read import read_phase
from bikefit.settings import Settings
from bikefit.signals import mean_direction, never_falling

COMPARED_S = 180.0
"""So much of the middle of the recording is looked at."""
TOE_DOWN_AT_DEG: Final[dict[Reference, float]] = {"pitch": 0.0, "gyroscope": 90.0}
"""Where in their phase the references to the shoe show that the toe points down most: it goes down fastest before."""
RENEWED: Final[dict[Reference, Callable[[FootTrace], float]]] = {
    "crank_angle": lambda trace: renewals_per_turn(trace.time_s, trace.signals["crank_angle"]),
    "tdc_pulse": lambda _: math.inf,
}
"""References that count the crank's turns themselves, and how often in a turn they tell something new."""


def check_phase(
    phase: Phase, trace: FootTrace, held: tuple[Reference, ...], settings: Settings, cadence: Channel | None
) -> Phase:
    """Return a phase with what contradicts it; a crank that is contradicted is a phase only.

    1. A crank angle that is renewed a few times a turn and held in between does not tell where the pedal is.
    2. Half turns that are all alike are whole ones: the crank counts every second turn. Turns of which every second
       one differs are half ones.
    3. The toe points down most at about 300 deg of crank (285-311 in seated and standing riders). Elsewhere the crank
       has another zero, comes late, or is the other foot's.
    """
    if phase.quality < settings.quality_min:
        return phase
    middle_s = 0.5 * float(trace.time_s[0] + trace.time_s[-1])
    part = slice(*np.searchsorted(trace.time_s, (middle_s - 0.5 * COMPARED_S, middle_s + 0.5 * COMPARED_S)).tolist())
    piece = _cut(trace, part)
    if phase.is_crank and phase.reference in RENEWED:
        found, turns = _miscounted(phase.phase_deg[part], phase.reference, piece, settings)
        if found:
            return replace(phase, phase_deg=turns * phase.phase_deg, is_crank=False, findings=(*phase.findings, *found))
    second = next((name for name in held if name in TOE_DOWN_AT_DEG and name != phase.reference), None)
    return phase if second is None else _compared(phase, second, piece, part, settings, cadence)


def _cut(trace: FootTrace, part: slice) -> FootTrace:
    """Return some of a trace's samples."""
    sampled = ("time_s", "heel_out_deg", "crank_deg", "pitch_deg", "pitch_rate_deg_s")
    kept: dict[str, Any] = {name: each[part] for name in sampled if (each := getattr(trace, name)) is not None}
    return replace(trace, **kept, unusable={})


def _miscounted(
    phase_deg: Array, reference: Reference, piece: FootTrace, settings: Settings
) -> tuple[tuple[Finding, ...], float]:
    """Say what is wrong with how a crank counts, and how many true turns its turn is."""
    side, renewals = piece.side, RENEWED[reference](piece)
    if renewals < settings.samples_per_stroke_min:
        return (finding("crank_held", side=side, times=renewals),), 1.0
    for signal in (piece.pitch_deg, piece.heel_out_deg):
        counted = None if signal is None else _turns_counted(phase_deg, signal, settings)
        if counted is not None:
            code = "crank_counts_half" if counted > 1.0 else "crank_counts_double"
            return (finding(code, side=side),), counted
    return (), 1.0


def _turns_counted(phase_deg: Array, signal: Array, settings: Settings) -> float | None:
    """Return how many true turns a crank's turn is where a signal shows two, or half of one."""
    known = np.isfinite(phase_deg) & np.isfinite(signal)
    if np.count_nonzero(known) < 8:
        return None
    turns = phase_deg / 360.0
    if not known.all():
        rows = np.arange(known.size)
        turns = np.interp(rows, rows[known], turns[known])
    turns = never_falling(turns)
    halves = compare_turns(2.0 * turns, signal, known)
    if halves is not None and halves.repeats(settings.alternation_min_share):
        return 2.0
    whole = compare_turns(turns, signal, known)
    if whole is not None and whole.alternates(settings.crank_alternation_min_share):
        return 0.5
    return None


def _compared(
    phase: Phase, second: Reference, piece: FootTrace, part: slice, settings: Settings, cadence: Channel | None
) -> Phase:
    """Compare a phase with a second reference over some minutes."""
    other = read_phase(second, piece, settings, cadence)
    apart = phase.phase_deg[part] - other.phase_deg
    apart = apart[np.isfinite(apart)]
    if other.quality < settings.quality_min or apart.size < 0.2 * piece.time_s.size:
        return phase
    towards = mean_direction(apart)
    spread_deg = math.degrees(math.sqrt(max(-2.0 * math.log(max(abs(towards), 1e-9)), 0.0)))
    found: list[Finding] = []
    if spread_deg > settings.phases_apart_deg:
        found.append(finding("phases_apart", side=piece.side, used=phase.reference, other=second, deg=spread_deg))
    elif phase.is_crank:
        toe_down_deg = (math.degrees(math.atan2(towards.imag, towards.real)) + TOE_DOWN_AT_DEG[second]) % 360.0
        found.extend(_out_of_place(toe_down_deg, piece, settings))
    quality = phase.quality / (1.0 + (spread_deg / settings.phases_apart_half_deg) ** 4)
    return replace(
        phase,
        quality=quality,
        agreement_deg=spread_deg,
        is_crank=phase.is_crank and not found,
        findings=(*phase.findings, *found),
    )


def _out_of_place(toe_down_deg: float, piece: FootTrace, settings: Settings) -> tuple[Finding, ...]:
    """Say where the toe points down at a crank angle at which no rider's does."""
    off_deg = abs((toe_down_deg - settings.toe_down_deg + 180.0) % 360.0 - 180.0)
    if off_deg <= settings.toe_down_tolerance_deg:
        return ()
    if 180.0 - off_deg < settings.swapped_tolerance_deg:
        return (finding("sides_swapped", side=piece.side),)
    return (finding("crank_offset", side=piece.side, deg=toe_down_deg, usual=settings.toe_down_deg),)
