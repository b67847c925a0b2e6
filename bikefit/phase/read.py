"""The phase from one named reference, taken at its word."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from bikefit.conventions import CRANK_REFERENCES, Reference
from bikefit.model import Array, Channel, Finding, FootTrace, Phase, finding
from bikefit.phase.crank import crank_phase, pulse_phase
from bikefit.phase.periodic import find_rhythm
from bikefit.settings import Settings
from bikefit.signals import robust_sd, spikes

ALL_STROKE_SHARE = 0.95
"""Share of a signal's power at once per turn from which on the quality is 1. Pitch and its rate have 0.86-0.99 in
pedalling, 0.52-0.73 in walking; the rotation itself 0.77 and more where its second harmonic is half the first,
0.5-0.7 in walking, and noise read as a rhythm up to 0.74, which its unsteadiness gives away."""


@dataclass(frozen=True)
class _Kind:
    """What sets signals apart that repeat with the stroke."""

    min_share: str  # The setting that names the share of the power from which on the quality grows from 0
    swings: bool = True  # Whether it swings so far that only what leaves its own scatter is a spike


RHYTHMS: Final[dict[Reference, _Kind]] = {
    "pitch": _Kind("pitch_rhythm_min_share"),
    "gyroscope": _Kind("pitch_rhythm_min_share"),
    "rotation": _Kind("rotation_rhythm_min_share", swings=False),
}


def read_phase(name: Reference, trace: FootTrace, settings: Settings, cadence: Channel | None) -> Phase:
    """Find the phase from one named reference that the trace holds."""
    return _READERS[name](name, trace.signals[name], trace, settings, cadence)


def _from_pulses(
    name: Reference, tdc_s: Array, trace: FootTrace, settings: Settings, _cadence: Channel | None
) -> Phase:
    """Read the phase off the times of top dead centre."""
    phase_deg, quality = pulse_phase(trace.time_s, tdc_s, settings.cadence_min_rpm, settings.cadence_max_rpm)
    return Phase(phase_deg, name, True, quality)


def _from_crank(
    name: Reference, crank_deg: Array, trace: FootTrace, settings: Settings, _cadence: Channel | None
) -> Phase:
    """Read the phase off a crank angle."""
    phase_deg, forward = crank_phase(trace.time_s, crank_deg, settings.gap_max_s)
    reversed_ = (finding("crank_reversed", side=trace.side),) if forward < -settings.crank_backward_share else ()
    return Phase(phase_deg, name, True, max(forward, 0.0), findings=reversed_)


def _from_rhythm(
    name: Reference, signal: Array, trace: FootTrace, settings: Settings, cadence: Channel | None
) -> Phase:
    """Find the phase in a signal that repeats with the stroke."""
    kind = RHYTHMS[name]
    known = np.flatnonzero(np.isfinite(signal))
    smallest = max(settings.spike_min_deg, robust_sd(signal[known])) if kind.swings else settings.spike_min_deg
    clean = signal.copy()
    clean[known[spikes(signal[known], smallest)]] = np.nan
    rhythm = find_rhythm(trace.time_s, clean, settings, cadence)
    none = getattr(settings, kind.min_share)
    share = float(np.clip((rhythm.share - none) / max(ALL_STROKE_SHARE - none, 1e-9), 0.0, 1.0))
    quality = share / (1.0 + (rhythm.unsteadiness / settings.unsteadiness_max) ** 4)
    seen: list[Finding] = []
    if quality < settings.quality_min:
        seen.append(
            finding(
                "no_rhythm",
                side=trace.side,
                reference=name,
                share_percent=100.0 * rhythm.share,
                change_percent=100.0 * math.expm1(rhythm.unsteadiness),
            )
        )
    elif rhythm.is_halved:
        rpm = _mean_rpm(trace.time_s, rhythm.phase_deg)
        told = np.empty(0) if cadence is None else cadence.values[np.isfinite(cadence.values) & (cadence.values > 0.0)]
        most = settings.cadence_apart_ratio
        if not (told.size and 1.0 / most < float(np.median(told)) / rpm < most):
            seen.append(finding("rhythm_doubled", side=trace.side, reference=name, rpm=rpm))
    return Phase(rhythm.phase_deg, name, False, quality, findings=tuple(seen))


_READERS: Final[dict[str, Callable[[Reference, Array, FootTrace, Settings, Channel | None], Phase]]] = {
    **dict.fromkeys(CRANK_REFERENCES, _from_crank),
    **dict.fromkeys(RHYTHMS, _from_rhythm),
    "tdc_pulse": _from_pulses,
}


def _mean_rpm(time_s: Array, phase_deg: Array) -> float:
    """Return the mean speed of a phase where it is known [rpm]."""
    step_s, step_deg = np.diff(time_s), np.diff(phase_deg)
    known = np.isfinite(step_deg)
    return float(step_deg[known].sum() / step_s[known].sum()) / 6.0
