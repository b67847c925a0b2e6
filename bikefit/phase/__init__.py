"""One continuous phase of the pedal stroke, from the best reference that a trace holds."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from bikefit.conventions import CRANK_REFERENCES, REFERENCES, Reference
from bikefit.errors import UsageError
from bikefit.model import Channel, Finding, FootTrace, Phase, finding
from bikefit.phase.crank import crank_phase, pulse_phase
from bikefit.phase.periodic import Rhythm, find_rhythm
from bikefit.settings import Settings
from bikefit.signals import robust_sd, spikes

__all__ = ["available_references", "find_phase"]

NO_STROKE_SHARE, NO_STROKE_SHARE_ROTATION, ALL_STROKE_SHARE = 0.7, 0.55, 0.95
"""Share of a signal's power at once per turn from which on, and up to which, the quality grows from 0 to 1. Pitch and
its rate have 0.86-0.99 in pedalling, 0.52-0.73 in walking; the rotation itself 0.77 and more where its second harmonic
is half the first, 0.5-0.7 in walking, and noise read as a rhythm up to 0.74, which its unsteadiness gives away."""
BACKWARD = 0.8
"""A crank angle of which this much runs backward is reversed."""
COMPARED_S = 180.0
"""So much of the middle of the recording is compared with a second reference."""
APART_DEG, DISAGREED_DEG = 30.0, 60.0
"""Spread between two references' phases that is worth a finding, and that halves the quality: the real trial's crank
and pitch are 5 deg apart, unrelated ones 100 or more."""
TOE_DOWN_DEG, SWAPPED_DEG = 300.0, 60.0
"""The toe points down most at about this crank angle (285-311 in seated and standing riders); half a turn from it, by
no more than so much, means the other foot's crank."""
UNSTEADY = 0.08
"""Change of duration from turn to turn that halves the quality: pedalling has 0.004-0.04, noise 0.27-0.34."""


def available_references(trace: FootTrace) -> tuple[Reference, ...]:
    """Name the references that a trace holds.

    Parameters
    ----------
    trace : FootTrace
        One foot.

    Returns
    -------
    tuple of str
        Best first; the rotation itself always comes last.

    Examples
    --------
    >>> still = np.zeros(3)
    >>> available_references(FootTrace("left", np.arange(3.0), still, "rider", pitch_deg=still))
    ('pitch', 'rotation')
    """
    held: set[str] = {"rotation"}
    if trace.crank_deg is not None:
        held.add(trace.crank_source or "crank_angle")
    if trace.tdc_s is not None:
        held.add("tdc_pulse")
    if trace.pitch_deg is not None:
        held.add("pitch")
    if trace.pitch_rate_deg_s is not None:
        held.add("gyroscope")
    return tuple(name for name in REFERENCES if name in held)


def find_phase(
    trace: FootTrace, settings: Settings, cadence: Channel | None = None, reference: Reference | None = None
) -> Phase:
    """Find the phase of the pedal stroke at each sample of a trace.

    Parameters
    ----------
    trace : FootTrace
        One foot.
    settings : Settings
        Thresholds; `gap_max_s`, `cadence_min_rpm`, `cadence_max_rpm` and `quality_min` are used.
    cadence : Channel, optional
        Cadence [rpm]: it steers a search in the pitch, the gyroscope or the rotation.
    reference : str, optional
        Use this reference and no other.

    Returns
    -------
    Phase
        From the best reference whose quality reaches the minimum, or from the best of the poor ones.

    Raises
    ------
    UsageError
        If the reference that was asked for is not in the recording.
    """
    held = available_references(trace)
    if reference is not None and reference not in held:
        raise UsageError(
            f"The {trace.side} foot's recording holds no reference '{reference}'; it holds: {', '.join(held)}."
        )
    candidates = held if reference is None else (reference,)
    tried: list[Phase] = []
    for name in candidates:
        tried.append(_phase_from(name, trace, settings, cadence))
        if tried[-1].quality >= settings.quality_min:
            break
    best = max(tried, key=lambda phase: phase.quality)
    findings = list(best.findings)
    if best.quality >= settings.quality_min and best is not tried[0]:
        passed_over = finding("reference_unusable", side=trace.side, best=candidates[0], used=best.reference)
        findings += [*(item for item in tried[0].findings if item.code == "crank_reversed"), passed_over]
    return _compared(replace(best, findings=tuple(findings)), trace, held, settings, cadence)


def _phase_from(name: Reference, trace: FootTrace, settings: Settings, cadence: Channel | None) -> Phase:
    """Find the phase from one named reference."""
    if name == "tdc_pulse":
        assert trace.tdc_s is not None
        phase_deg, quality = pulse_phase(trace.time_s, trace.tdc_s, settings.cadence_min_rpm, settings.cadence_max_rpm)
        return Phase(phase_deg, name, True, quality)
    if name in CRANK_REFERENCES:
        assert trace.crank_deg is not None
        phase_deg, forward = crank_phase(trace.time_s, trace.crank_deg, settings.gap_max_s)
        reversed_ = (finding("crank_reversed", side=trace.side),) if forward < -BACKWARD else ()
        return Phase(phase_deg, name, True, max(forward, 0.0), findings=reversed_)
    rhythm = _rhythm(name, trace, settings, cadence)
    none = NO_STROKE_SHARE_ROTATION if name == "rotation" else NO_STROKE_SHARE
    share = float(np.clip((rhythm.share - none) / (ALL_STROKE_SHARE - none), 0.0, 1.0))
    quality = share / (1.0 + (rhythm.unsteadiness / UNSTEADY) ** 4)
    weak: tuple[Finding, ...] = ()
    if quality < settings.quality_min:
        weak = (
            finding(
                "no_rhythm",
                side=trace.side,
                reference=name,
                share_percent=100.0 * rhythm.share,
                change_percent=100.0 * math.expm1(rhythm.unsteadiness),
            ),
        )
    return Phase(rhythm.phase_deg, name, False, quality, findings=weak)


def _rhythm(name: Reference, trace: FootTrace, settings: Settings, cadence: Channel | None) -> Rhythm:
    """Find the stroke in a signal that repeats with it."""
    signal = {"pitch": trace.pitch_deg, "gyroscope": trace.pitch_rate_deg_s, "rotation": trace.heel_out_deg}[name]
    assert signal is not None
    known = np.flatnonzero(np.isfinite(signal))
    values = signal[known]
    smallest = settings.spike_min_deg if name == "rotation" else max(settings.spike_min_deg, robust_sd(values))
    clean = signal.copy()
    clean[known[spikes(values, smallest)]] = np.nan
    return find_rhythm(trace.time_s, clean, settings.cadence_min_rpm, settings.cadence_max_rpm, cadence)


def _compared(
    phase: Phase, trace: FootTrace, held: tuple[Reference, ...], settings: Settings, cadence: Channel | None
) -> Phase:
    """Compare a phase with a second reference over some minutes, where there is one."""
    second = next((name for name in held if name in ("pitch", "gyroscope") and name != phase.reference), None)
    if second is None or phase.quality < settings.quality_min:
        return phase
    middle_s = 0.5 * float(trace.time_s[0] + trace.time_s[-1])
    part = slice(*np.searchsorted(trace.time_s, (middle_s - 0.5 * COMPARED_S, middle_s + 0.5 * COMPARED_S)).tolist())
    piece = replace(
        trace,
        time_s=trace.time_s[part],
        heel_out_deg=trace.heel_out_deg[part],
        pitch_deg=None if trace.pitch_deg is None else trace.pitch_deg[part],
        pitch_rate_deg_s=None if trace.pitch_rate_deg_s is None else trace.pitch_rate_deg_s[part],
    )
    other = _phase_from(second, piece, settings, cadence)
    apart = phase.phase_deg[part] - other.phase_deg
    apart = apart[np.isfinite(apart)]
    if other.quality < settings.quality_min or apart.size < 0.2 * piece.time_s.size:
        return phase
    towards = complex(np.mean(np.exp(1j * np.radians(apart))))
    spread_deg = math.degrees(math.sqrt(max(-2.0 * math.log(max(abs(towards), 1e-9)), 0.0)))
    findings = list(phase.findings)
    if spread_deg > APART_DEG:
        findings.append(finding("phases_apart", side=trace.side, used=phase.reference, other=second, deg=spread_deg))
    elif phase.is_crank and second == "pitch":
        toe_down_deg = math.degrees(math.atan2(towards.imag, towards.real)) % 360.0
        if abs(toe_down_deg - (TOE_DOWN_DEG - 180.0)) < SWAPPED_DEG:
            findings.append(finding("sides_swapped", side=trace.side))
    quality = phase.quality / (1.0 + (spread_deg / DISAGREED_DEG) ** 4)
    return replace(phase, quality=quality, agreement_deg=spread_deg, findings=tuple(findings))
