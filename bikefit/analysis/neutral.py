"""The angle that a foot is brought back toward, and how far the foot is from it."""

from __future__ import annotations

import math

from bikefit.model import Excess, Finding, FootTrace, Neutral, Reason, Rotation, finding, reason
from bikefit.sessions.session import Session


def choose_neutral(
    trace: FootTrace, rotation: Rotation, options: Session, still_deg: float
) -> tuple[Neutral, tuple[Finding, ...], tuple[Reason, ...]]:
    """Settle the angle that the foot is brought back toward, with what must be known of it, or why there is none."""
    side, choice = trace.side, options.neutral_for(trace.side)
    none = Neutral("none", math.nan)
    if trace.no_zero and choice != "recovery":
        return none, (), trace.no_zero if choice is None else (reason("pose_needed", side=side),)
    if choice is None and trace.zero == "rider":
        # a zero that the source itself measured, such as a sensor's pose, has been reported there
        told = not math.isnan(trace.zero_sd_deg)
        return Neutral("zero", 0.0), () if told else (finding("zero_from_file", side=side),), ()
    if choice == "zero" and trace.zero != "none":
        return Neutral("zero", 0.0), (), ()
    if choice == "static":
        if math.isnan(still_deg):
            return none, (), (reason("static_without_foot", side=side),)
        return Neutral("static", still_deg), (), ()
    if choice == "recovery":
        if math.isnan(rotation.recovery_phase_deg):
            return none, (), (reason("recovery_needs_crank", side=side),)
        return Neutral("recovery", rotation.recovery_phase_deg), (finding("recovery_limit", side=side),), ()
    if isinstance(choice, (int, float)):
        return Neutral("number", float(choice)), (), ()
    return none, (), (reason("neutral_needed", side=side),)


def at_hand(trace: FootTrace, rotation: Rotation, still_deg: float) -> tuple[Neutral, ...]:
    """Return every neutral that the recordings themselves give a foot."""
    has_zero = trace.zero != "none" and not trace.no_zero
    found = (
        Neutral("zero", 0.0 if has_zero else math.nan),
        Neutral("static", still_deg),
        Neutral("recovery", rotation.recovery_phase_deg),
    )
    return tuple(neutral for neutral in found if math.isfinite(neutral.deg))


def zero_sd_deg(trace: FootTrace, neutral: Neutral, options: Session) -> float:
    """Return the standard deviation of the zero [deg]: the source's own or the settings', at least the neutral's."""
    settings = options.settings
    sd = settings.zero_sd_deg if math.isnan(trace.zero_sd_deg) else trace.zero_sd_deg
    if neutral.kind == "recovery":
        return max(sd, settings.zero_sd_recovery_deg)
    if neutral.kind == "static" and options.static is not None:
        return max(sd, settings.zero_sd_static_deg)
    return sd


def excess_over(neutral: Neutral, rotation: Rotation, zero_sd: float) -> Excess:
    """Subtract the neutral from the rotation, with both uncertainties.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from bikefit.analysis.foot import unknown_rotation
    >>> r = replace(unknown_rotation("mean"), value_deg=2.5, sd_deg=0.0)
    >>> [round(x, 2) for x in excess_over(Neutral("zero", 0.0), r, 0.8).interval_deg]
    [0.93, 4.07]
    """
    deg = rotation.value_deg - neutral.deg
    stop = rotation.float_stop
    pinned = stop is not None and (stop.deg - rotation.value_deg) * deg >= 0
    return Excess(deg, rotation.sd_deg, zero_sd, lower_bound=pinned)
