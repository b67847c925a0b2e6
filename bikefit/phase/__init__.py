"""One continuous phase of the pedal stroke, from the best reference that a trace holds."""

from __future__ import annotations

import numpy as np

from bikefit.conventions import CRANK_REFERENCES, REFERENCES, Reference
from bikefit.datatypes import Array, Channel, FootTrace, Phase
from bikefit.errors import UsageError
from bikefit.phase.crank import crank_phase, pulse_phase
from bikefit.phase.periodic import find_rhythm
from bikefit.settings import Settings
from bikefit.signals import robust_sd, spikes

__all__ = ["available_references", "find_phase"]

NO_STROKE_SHARE, NO_STROKE_SHARE_ROTATION, ALL_STROKE_SHARE = 0.7, 0.55, 0.95
"""Share of a signal's power at once per turn from which on, and up to which, the quality grows from 0 to 1. Pitch and
its rate have 0.86-0.99 in pedalling, 0.52-0.73 in walking; the rotation itself 0.77 and more where its second harmonic
is half the first, 0.5-0.7 in walking, and noise read as a rhythm up to 0.74, which its unsteadiness gives away."""
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
    best: Phase | None = None
    for name in candidates:
        phase = _phase_from(name, trace, settings, cadence)
        if best is None or phase.quality > best.quality:
            best = phase
        if phase.quality >= settings.quality_min:
            break
    assert best is not None
    return best


def _phase_from(name: Reference, trace: FootTrace, settings: Settings, cadence: Channel | None) -> Phase:
    """Find the phase from one named reference."""
    if name == "tdc_pulse":
        assert trace.tdc_s is not None
        phase_deg, quality = pulse_phase(trace.time_s, trace.tdc_s, settings.cadence_min_rpm, settings.cadence_max_rpm)
    elif name in CRANK_REFERENCES:
        assert trace.crank_deg is not None
        phase_deg, quality = crank_phase(trace.time_s, trace.crank_deg, settings.gap_max_s)
    else:
        phase_deg, quality = _phase_from_rhythm(name, trace, settings, cadence)
    return Phase(phase_deg, name, name in CRANK_REFERENCES, quality)


def _phase_from_rhythm(
    name: Reference, trace: FootTrace, settings: Settings, cadence: Channel | None
) -> tuple[Array, float]:
    """Find the phase in a signal that repeats with the stroke."""
    signal = {"pitch": trace.pitch_deg, "gyroscope": trace.pitch_rate_deg_s, "rotation": trace.heel_out_deg}[name]
    assert signal is not None
    known = np.flatnonzero(np.isfinite(signal))
    values = signal[known]
    smallest = settings.spike_min_deg if name == "rotation" else max(settings.spike_min_deg, robust_sd(values))
    clean = signal.copy()
    clean[known[spikes(values, smallest)]] = np.nan
    rhythm = find_rhythm(trace.time_s, clean, settings.cadence_min_rpm, settings.cadence_max_rpm, cadence)
    none = NO_STROKE_SHARE_ROTATION if name == "rotation" else NO_STROKE_SHARE
    share = (rhythm.share - none) / (ALL_STROKE_SHARE - none)
    steadiness = 1.0 / (1.0 + (rhythm.unsteadiness / UNSTEADY) ** 4)
    return rhythm.phase_deg, float(np.clip(share, 0.0, 1.0)) * steadiness
