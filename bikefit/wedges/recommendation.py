"""From an excess, a response and a wedge system to a count: the decision.

The count minimises the expected squared excess that is left. The response is uncertain, so each wedge adds
variance: a weak response that may have the wrong sign asks for few wedges. See ``docs/method.md``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from statistics import NormalDist

from bikefit.conventions import interval_95
from bikefit.model import (
    NEAR_NEUTRAL,
    NO_TURN,
    CleatTurn,
    Excess,
    NextStep,
    Option,
    Outcome,
    Placement,
    Reason,
    Recommendation,
    Response,
    ResponseUsed,
    WedgeSystem,
    reason,
)
from bikefit.settings import Settings
from bikefit.wedges.belief import Belief, best_total, uncapped_total

VISIT_CANT_DEG = 2.0
"""The visit records the smallest count that has at least this cant, either way."""


def recommend(
    excess: Excess,
    response: Response,
    fitted: int,
    system: WedgeSystem,
    settings: Settings,
    allowed: Sequence[int] | None = None,
    reasons: Sequence[Reason] = (),
    *,
    cleat_float_deg: float | None = None,
    at_float_stop: bool = False,
) -> Recommendation:
    """Turn an excess and a response into a recommendation with every option.

    Parameters
    ----------
    excess : Excess
        Rotation minus neutral with ``fitted`` wedges on [deg], heel-out positive, with its standard
        deviations.
    response : Response
        Degrees heel-in per degree of varus cant.
    fitted : int
        Signed wedges on the shoe during the ride, varus positive.
    system : WedgeSystem
        Cant of one wedge and the most that may be stacked.
    settings : Settings
        The neutral band and the confidence that an excess needs.
    allowed : sequence of int, optional
        Signed totals that may be chosen; all within the cap when left out. ``fitted`` belongs to it.
    reasons : sequence of Reason
        What the caller has to say of this choice; put first.
    cleat_float_deg : float, optional
        The cleat's total float [deg]; 0 = none.
    at_float_stop : bool
        Whether the foot rests against an end of it.

    Returns
    -------
    Recommendation
        ``keep`` or ``no_wedge`` within the neutral band, where the interval holds neutral, or where no change
        promises a gain; ``beyond_stack`` where more than the cap would be best; else ``fit_wedges``.

    Notes
    -----
    1. The total w minimises ``(e - E[b] c (w - f))^2 + Var[b] c^2 (w - f)^2`` (less ``2 c (w - f) Cov[e, b]``
       where excess and response were learnt together).
    2. The parabola's vertex tells whether the stack would have to be higher than the cap.
    3. Chances and intervals include the excess's own uncertainty.

    Examples
    --------
    >>> from bikefit.wedge_systems import load_system
    >>> e = Excess(2.5, 0.05, 0.8)
    >>> r = recommend(e, Response(0.25, 0.5), 0, load_system("bikefit-cleat"), Settings())
    >>> r.outcome, r.wedges, r.placement
    ('fit_wedges', 2, 'varus')
    """
    belief = _belief(excess, response)
    cant, cap = system.cant_deg, system.cap
    totals = list(allowed) if allowed is not None else list(range(-cap, cap + 1))
    best, ideal = best_total(belief, fitted, cant, totals), uncapped_total(belief, fitted, cant)
    # a direction that may not be tried at all is not a question of the stack's height
    beyond = abs(ideal) > cap and any(total * ideal > 0 for total in totals)
    outcome, total, why = _outcome(belief, fitted, best, abs(ideal) if beyond else 0, cap, settings)
    if outcome in ("fit_wedges", "beyond_stack") and best != min(max(ideal, -cap), cap):
        why.append(reason("tried_range", low=min(totals), high=max(totals)))
    if excess.lower_bound:
        why.append(reason("excess_is_lower_bound"))
    if response.source == "assumption":
        why.append(reason("response_assumed", mean=response.mean, sd=response.sd))
    cleat = cleat_turn(excess.deg, why[0].code, cleat_float_deg, at_float_stop=at_float_stop)
    step = _first_step(outcome, fitted, system, cleat)
    return describe(outcome, total, (*reasons, *why), step, cleat, excess, response, fitted, system, sorted(totals))


def describe(
    outcome: Outcome,
    total: int,
    reasons: Sequence[Reason],
    next_step: NextStep,
    cleat: CleatTurn,
    excess: Excess,
    response: Response,
    fitted: int,
    system: WedgeSystem,
    totals: Iterable[int],
) -> Recommendation:
    """Give a decision with what it and every other total are expected to do; ``excess`` is that with ``fitted`` on."""
    belief, cant = _belief(excess, response), system.cant_deg
    options = {option: _option(belief, option, fitted, cant) for option in totals}
    chosen, change = options[total], total - fitted
    return Recommendation(
        outcome=outcome,
        wedges=abs(total),
        placement=placement_of(total),
        change=change,
        system=system.id,
        cant_deg=total * cant,
        expected_deg=chosen.expected_deg,
        interval_deg=chosen.interval_deg,
        chance_closer=chosen.chance_closer,
        chance_worse=1.0 - chosen.chance_closer if change else 0.0,
        response=ResponseUsed(response.mean, response.sd, response.source),
        cleat=cleat,
        options=tuple(options.values()),
        reasons=tuple(reasons),
        next_step=next_step,
    )


def _belief(excess: Excess, response: Response) -> Belief:
    """Put an excess and a response together."""
    return Belief(excess.deg, excess.total_sd_deg, response.mean, response.sd, response.covariance_deg)


def visit_counts(cant_deg: float, cap: int) -> tuple[int, int, int, int]:
    """Return the counts of the visit: bare, the smallest of 2 deg or more within the cap, as many the other way, bare.

    Parameters
    ----------
    cant_deg : float
        Cant of one wedge [deg].
    cap : int
        Most wedges under one foot.

    Returns
    -------
    tuple of int
        Signed counts in the order in which they are recorded, varus positive.

    Examples
    --------
    >>> visit_counts(1.0, 3), visit_counts(1.5, 3), visit_counts(0.5, 3)
    ((0, 2, -2, 0), (0, 2, -2, 0), (0, 3, -3, 0))
    """
    count = min(cap, math.ceil(VISIT_CANT_DEG / cant_deg - 1e-9))
    return (0, count, -count, 0)


def _first_step(outcome: Outcome, fitted: int, system: WedgeSystem, cleat: CleatTurn) -> NextStep:
    """Say what to do after a first result: the visit; with wedges on, a recording without them."""
    if cleat.reason == "float_stop":
        return NextStep("check")
    if cleat.reason in NEAR_NEUTRAL or (outcome == "no_wedge" and not fitted):
        return NextStep("ride", (fitted,))
    if fitted:
        return NextStep("compare", (0,))
    return NextStep("check" if outcome == "beyond_stack" else "test", visit_counts(system.cant_deg, system.cap))


def undetermined(system: WedgeSystem, reasons: Sequence[Reason], response: Response) -> Recommendation:
    """Say that no count can be given, and why.

    Examples
    --------
    >>> from bikefit.wedge_systems import load_system
    >>> undetermined(load_system("bikefit-cleat"), [reason("neutral_needed", side="left")], Response(0.25, 0.5)).wedges
    """
    nan = math.nan
    return Recommendation(
        outcome="undetermined",
        wedges=None,
        placement=None,
        change=None,
        system=system.id,
        cant_deg=nan,
        expected_deg=nan,
        interval_deg=None,
        chance_closer=nan,
        chance_worse=nan,
        response=ResponseUsed(nan, nan, response.source),
        cleat=NO_TURN,
        options=(),
        reasons=tuple(reasons),
        next_step=NextStep("check" if _lacks_neutral(reasons) else "record"),
    )


def _lacks_neutral(reasons: Sequence[Reason]) -> bool:
    """Whether all that is missing is what the angle is to be held against."""
    return bool(reasons) and reasons[0].code in ("neutral_needed", "static_without_foot", "recovery_needs_crank")


def cleat_turn(excess_deg: float, why: str, cleat_float_deg: float | None, *, at_float_stop: bool) -> CleatTurn:
    """Say how far to turn the cleat instead of wedges; ``why`` is the first reason of the decision on them.

    Inside its float a cleat's turn moves the float, not the foot; at the float's end, or without any, the foot turns
    with it.

    Examples
    --------
    >>> cleat_turn(2.6, "smallest_expected_excess", 0.0, at_float_stop=False)
    CleatTurn(turn_deg=-2.6, reason='no_float')
    """
    for near in NEAR_NEUTRAL:
        if why == near:
            return CleatTurn(math.nan, near)
    if cleat_float_deg == 0.0:
        return CleatTurn(-excess_deg, "no_float")
    if at_float_stop:
        return CleatTurn(-excess_deg, "float_stop")
    if cleat_float_deg is None:
        return CleatTurn(-excess_deg, "float_unknown")
    return CleatTurn(math.nan, "inside_float")


def placement_of(total: int) -> Placement | None:
    """Name the side of the thick edge for a signed total.

    Examples
    --------
    >>> placement_of(-2)
    'valgus'
    """
    if total == 0:
        return None
    return "varus" if total > 0 else "valgus"


def why_near_neutral(
    excess_deg: float, interval_deg: Callable[[], tuple[float, float]], settings: Settings
) -> Reason | None:
    """Say why a heel counts as near neutral: inside the band, or the interval asked for in the settings holds it."""
    if abs(excess_deg) <= settings.neutral_band_deg:
        return reason("within_band", band=settings.neutral_band_deg)
    low, high = interval_deg()
    if low <= 0.0 <= high:
        return reason("interval_holds_neutral", percent=100 * settings.neutral_confidence)
    return None


def _outcome(
    belief: Belief, fitted: int, best: int, beyond: int, cap: int, settings: Settings
) -> tuple[Outcome, int, list[Reason]]:
    """Decide; returns the outcome, the signed total and why. ``beyond``: what the stack would have to hold, else 0."""
    stay: Outcome = "keep" if fitted else "no_wedge"
    margin = NormalDist().inv_cdf(0.5 + settings.neutral_confidence / 2.0) * belief.excess_sd_deg
    excess = belief.excess_deg
    near = why_near_neutral(excess, lambda: (excess - margin, excess + margin), settings)
    if near is not None:
        return stay, fitted, [near]
    if beyond:
        return "beyond_stack", best, [reason("stack_too_small", cap=cap, ideal=beyond)]
    if best == fitted:
        return stay, fitted, [reason("no_gain_expected")]
    return "fit_wedges", best, [reason("smallest_expected_excess")]


def _option(belief: Belief, total: int, fitted: int, cant_deg: float) -> Option:
    change_deg = cant_deg * (total - fitted)
    after = belief.after(change_deg)
    return Option(
        wedges=total,
        expected_deg=after.mean,
        interval_deg=interval_95(after.mean, after.stdev),
        chance_closer=belief.chance_closer(change_deg),
        chance_within_1deg=after.cdf(1.0) - after.cdf(-1.0),
        expected_loss_deg2=belief.loss_deg2(change_deg),
    )
