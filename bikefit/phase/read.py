"""The phase from one named reference, taken at its word."""

from __future__ import annotations

import math

import numpy as np

from bikefit.conventions import CRANK_REFERENCES, Reference
from bikefit.model import Array, Channel, Finding, FootTrace, Phase, finding
from bikefit.phase.crank import crank_phase, pulse_phase
from bikefit.phase.periodic import Rhythm, find_rhythm
from bikefit.settings import Settings
from bikefit.signals import robust_sd, spikes

ALL_STROKE_SHARE = 0.95
"""Share of a signal's power at once per turn from which on the quality is 1. Pitch and its rate have 0.86-0.99 in
pedalling, 0.52-0.73 in walking; the rotation itself 0.77 and more where its second harmonic is half the first,
0.5-0.7 in walking, and noise read as a rhythm up to 0.74, which its unsteadiness gives away."""


def read_phase(name: Reference, trace: FootTrace, settings: Settings, cadence: Channel | None) -> Phase:
    """Find the phase from one named reference that the trace holds."""
    if name == "tdc_pulse":
        assert trace.tdc_s is not None
        phase_deg, quality = pulse_phase(trace.time_s, trace.tdc_s, settings.cadence_min_rpm, settings.cadence_max_rpm)
        return Phase(phase_deg, name, True, quality)
    if name in CRANK_REFERENCES:
        assert trace.crank_deg is not None
        phase_deg, forward = crank_phase(trace.time_s, trace.crank_deg, settings.gap_max_s)
        reversed_ = (finding("crank_reversed", side=trace.side),) if forward < -settings.crank_backward_share else ()
        return Phase(phase_deg, name, True, max(forward, 0.0), findings=reversed_)
    rhythm = _rhythm(name, trace, settings, cadence)
    none = settings.rotation_rhythm_min_share if name == "rotation" else settings.pitch_rhythm_min_share
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


def _mean_rpm(time_s: Array, phase_deg: Array) -> float:
    """Return the mean speed of a phase where it is known [rpm]."""
    step_s, step_deg = np.diff(time_s), np.diff(phase_deg)
    known = np.isfinite(step_deg)
    return float(step_deg[known].sum() / step_s[known].sum()) / 6.0


def _rhythm(name: Reference, trace: FootTrace, settings: Settings, cadence: Channel | None) -> Rhythm:
    """Find the stroke in a signal that repeats with it."""
    signal = {"pitch": trace.pitch_deg, "gyroscope": trace.pitch_rate_deg_s, "rotation": trace.heel_out_deg}[name]
    assert signal is not None
    known = np.flatnonzero(np.isfinite(signal))
    values = signal[known]
    smallest = settings.spike_min_deg if name == "rotation" else max(settings.spike_min_deg, robust_sd(values))
    clean = signal.copy()
    clean[known[spikes(values, smallest)]] = np.nan
    return find_rhythm(trace.time_s, clean, settings, cadence)
