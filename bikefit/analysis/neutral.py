"""The angle that a foot is brought back toward, and how far the foot is from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bikefit.model import Excess, Finding, FootTrace, Neutral, Reason, Rotation, finding, reason
from bikefit.sessions.session import Session


@dataclass(frozen=True)
class Still:
    """A foot in the still trial or stretch: its usual angle, NaN without one, and how far it goes to and fro [deg]."""

    deg: float = math.nan
    swing_deg: float = 0.0

    def moves(self, options: Session) -> bool:
        """Tell whether the foot did not stand still."""
        return self.swing_deg > options.settings.still_swing_max_deg


def choose_neutral(
    trace: FootTrace, rotation: Rotation, options: Session, still: Still
) -> tuple[Neutral, tuple[Finding, ...], tuple[Reason, ...]]:
    """Settle the angle that the foot is brought back toward, with what must be known of it, or why there is none."""
    side, choice = trace.side, options.neutral_for(trace.side)
    none = Neutral("none", math.nan)
    measured = not math.isnan(trace.zero_sd_deg)  # the source itself measured its zero, such as a sensor's pose
    if choice is None and options.pose is not None and not measured and math.isfinite(still.deg):
        choice = "static"
    if trace.no_zero and choice != "recovery":
        return none, (), trace.no_zero if choice is None else (reason("pose_needed", side=side),)
    if choice is None and trace.zero == "rider":
        # a measured one has been reported there
        return Neutral("zero", 0.0), () if measured else (finding("zero_from_file", side=side),), ()
    if choice == "zero" and trace.zero != "none":
        return Neutral("zero", 0.0), (), ()
    if choice == "static":
        if math.isnan(still.deg):
            return none, (), (reason("static_without_foot", side=side),)
        moves = (finding("still_moves", side=side, deg=still.swing_deg),) if still.moves(options) else ()
        return Neutral("static", still.deg), moves, ()
    if choice == "recovery":
        if math.isnan(rotation.recovery_phase_deg):
            return none, (), (reason("recovery_needs_crank", side=side),)
        return Neutral("recovery", rotation.recovery_phase_deg), (finding("recovery_limit", side=side),), ()
    if isinstance(choice, (int, float)):
        return Neutral("number", float(choice)), (), ()
    return none, (), (reason("neutral_needed", side=side),)


def at_hand(trace: FootTrace, rotation: Rotation, still: Still) -> tuple[Neutral, ...]:
    """Return every neutral that the recordings themselves give a foot."""
    has_zero = trace.zero != "none" and not trace.no_zero
    found = (
        Neutral("zero", 0.0 if has_zero else math.nan),
        Neutral("static", still.deg),
        Neutral("recovery", rotation.recovery_phase_deg),
    )
    return tuple(neutral for neutral in found if math.isfinite(neutral.deg))


def zero_sd_deg(trace: FootTrace, neutral: Neutral, options: Session, still: Still) -> float:
    """Return the standard deviation of the zero [deg]: the source's own or the settings', at least the neutral's."""
    settings = options.settings
    sd = settings.zero_sd_deg if math.isnan(trace.zero_sd_deg) else trace.zero_sd_deg
    if neutral.kind == "recovery":
        return max(sd, settings.zero_sd_recovery_deg)
    if neutral.kind == "static":
        standing = settings.zero_sd_static_deg if options.static is not None else 0.0
        return max(sd, standing, 0.5 * still.swing_deg if still.moves(options) else 0.0)
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
