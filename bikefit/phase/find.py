"""Which reference the phase is read from: the best one that holds what it promises."""

from __future__ import annotations

from dataclasses import replace

from bikefit.conventions import Reference
from bikefit.errors import UsageError
from bikefit.model import Channel, FootTrace, Phase, finding
from bikefit.phase.check import check_phase
from bikefit.phase.read import read_phase
from bikefit.settings import Settings


def find_phase(
    trace: FootTrace, settings: Settings, cadence: Channel | None = None, reference: Reference | None = None
) -> Phase:
    """Find the phase of the pedal stroke at each sample of a trace.

    Parameters
    ----------
    trace : FootTrace
        One foot.
    settings : Settings
        Thresholds.
    cadence : Channel, optional
        Cadence [rpm]: it steers a search in the pitch, the gyroscope or the rotation.
    reference : str, optional
        Use this reference and no other.

    Returns
    -------
    Phase
        From the best reference whose quality reaches the minimum and which the shoe does not contradict; else from a
        contradicted one, as a phase that is not a crank's; else from the best of the poor ones.

    Raises
    ------
    UsageError
        If the reference that was asked for is not in the recording.
    """
    held = trace.references
    if reference is not None and reference not in held:
        raise UsageError(
            f"The {trace.side} foot's recording holds no reference '{reference}'; it holds: {', '.join(held)}."
        )
    candidates = held if reference is None else (reference,)
    tried: list[Phase] = []
    for name in candidates:
        tried.append(check_phase(read_phase(name, trace, settings, cadence), trace, held, settings, cadence))
        unrelated = tried[-1].agreement_deg > settings.phases_apart_half_deg
        if _trusted(tried[-1], settings) or unrelated:
            break
    best = max(tried, key=lambda phase: _worth(phase, settings))
    findings = list(best.findings)
    if best is not tried[0] and best.quality >= settings.quality_min:
        findings += [item for phase in tried if phase.is_doubted and phase is not best for item in phase.findings]
        if tried[0].quality < settings.quality_min:
            findings += [item for item in tried[0].findings if item.code == "crank_reversed"]
            findings.append(finding("reference_unusable", side=trace.side, best=candidates[0], used=best.reference))
    return replace(best, findings=tuple({item.code: item for item in findings}.values()))


def _trusted(phase: Phase, settings: Settings) -> bool:
    """Say whether a phase is regular and nothing speaks against it."""
    return phase.quality >= settings.quality_min and not phase.is_doubted


def _worth(phase: Phase, settings: Settings) -> tuple[bool, float]:
    """Return what phases are chosen by: a trusted one first, then the first regular one, then the best of the poor."""
    regular = phase.quality >= settings.quality_min
    return _trusted(phase, settings), 1.0 + settings.quality_min if regular else phase.quality
