"""One continuous phase of the pedal stroke, from the best reference that a trace holds."""

from __future__ import annotations

import numpy as np

from bikefit.conventions import CRANK_REFERENCES, REFERENCES, Reference
from bikefit.datatypes import Channel, FootTrace, Phase
from bikefit.errors import UsageError
from bikefit.phase.crank import crank_phase, pulse_phase
from bikefit.settings import Settings

__all__ = ["available_references", "find_phase"]


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
        phase_deg, quality = np.full(trace.time_s.shape, np.nan), 0.0
    return Phase(phase_deg, name, name in CRANK_REFERENCES, quality)
