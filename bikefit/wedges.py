"""From an excess, a response and a wedge system to a count: the decision.

The count minimises the expected squared excess that is left. The response is uncertain, so each wedge adds
variance: a weak response that may have the wrong sign asks for few wedges. See ``docs/method.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np

from bikefit.conventions import interval_95
from bikefit.model import (
    NO_TURN,
    CleatTurn,
    Excess,
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


@dataclass(frozen=True)
class Belief:
    """What is believed of the excess and of the response together: a bivariate normal distribution.

    Attributes
    ----------
    excess_deg, excess_sd_deg : float
        Of the excess with the wedges as fitted [deg].
    response, response_sd : float
        Degrees heel-in per degree of varus cant.
    covariance : float
        Of the two.
    """

    excess_deg: float
    excess_sd_deg: float
    response: float
    response_sd: float
    covariance: float = 0.0

    def loss_deg2(self, cant_change_deg: float) -> float:
        """Return the expected squared excess after a change of cant, less the excess's own variance.

        Parameters
        ----------
        cant_change_deg : float
            Added cant, varus positive [deg].

        Returns
        -------
        float
            [deg^2]; the part that the choice can change.

        Examples
        --------
        >>> Belief(2.5, 0.8, 0.25, 0.5).loss_deg2(2.0)
        5.0
        """
        k = cant_change_deg
        left = self.excess_deg - self.response * k
        return left**2 + self.response_sd**2 * k**2 - 2.0 * self.covariance * k

    def best_cant_change_deg(self) -> float:
        """Return the change of cant that minimises `loss_deg2`, as a real number [deg]."""
        power = self.response**2 + self.response_sd**2
        return (self.response * self.excess_deg + self.covariance) / power if power > 0 else 0.0

    def after(self, cant_change_deg: float) -> NormalDist:
        """Return the distribution of the excess after a change of cant [deg]."""
        k = cant_change_deg
        variance = self.excess_sd_deg**2 + (self.response_sd * k) ** 2 - 2.0 * self.covariance * k
        return NormalDist(self.excess_deg - self.response * k, math.sqrt(max(variance, 1e-18)))

    def chance_closer(self, cant_change_deg: float) -> float:
        """Return the chance that a change of cant brings the heel closer to neutral.

        Parameters
        ----------
        cant_change_deg : float
            Added cant, varus positive [deg].

        Returns
        -------
        float
            0-1; 0 for no change. One minus it is the chance to get worse.

        Notes
        -----
        With e the excess and x the turn that the change makes, ``|e - x| < |e|`` holds where ``x > 0`` and
        ``e > x / 2``, or both reversed. The response is integrated by Gauss-Legendre on either side of zero;
        given the response, the excess is normal.

        Examples
        --------
        >>> round(Belief(1e6, 0.0, 0.25, 0.5).chance_closer(1.0), 3)
        0.691
        """
        k = cant_change_deg
        if k == 0.0:
            return 0.0
        turn, turn_sd = self.response * k, self.response_sd * abs(k)
        covariance = self.covariance * k
        if turn_sd == 0.0:
            return float(_closer_given_turn(np.array([turn]), self.excess_deg, self.excess_sd_deg)[0])
        slope = covariance / turn_sd**2
        rest_sd = math.sqrt(max(self.excess_sd_deg**2 - covariance * slope, 0.0))
        total = 0.0
        low, high = turn - 8.0 * turn_sd, turn + 8.0 * turn_sd
        cuts = sorted({low, *(x for x in (0.0, 2.0 * self.excess_deg, turn) if low < x < high), high})
        nodes, weights = _legendre()
        for start, end in pairwise(cuts):
            x = 0.5 * (end - start) * nodes + 0.5 * (end + start)
            density = np.exp(-0.5 * ((x - turn) / turn_sd) ** 2) / (turn_sd * math.sqrt(2.0 * math.pi))
            closer = _closer_given_turn(x, self.excess_deg + slope * (x - turn), rest_sd)
            total += 0.5 * (end - start) * float(np.sum(weights * density * closer))
        return min(max(total, 0.0), 1.0)


@cache
def _legendre() -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
    return np.polynomial.legendre.leggauss(48)


def _closer_given_turn(turn: Any, excess: Any, excess_sd: float) -> Any:
    """Chance that a known turn (n,) lands closer, for an excess of the given mean (n,) and SD."""
    margin = np.where(turn > 0, 1.0, -1.0) * (excess - turn / 2.0)
    if excess_sd == 0.0:
        return (margin > 0).astype(float)
    return np.array([0.5 * math.erfc(-m / (excess_sd * math.sqrt(2.0))) for m in np.atleast_1d(margin)])


def best_total(belief: Belief, fitted: int, cant_deg: float, totals: Iterable[int]) -> int:
    """Choose the signed total of wedges with the smallest expected loss, the smaller change on a tie.

    Parameters
    ----------
    belief : Belief
        Of the excess with ``fitted`` wedges on, and the response.
    fitted : int
        Signed wedges on the shoe during the ride.
    cant_deg : float
        Cant of one wedge [deg].
    totals : iterable of int
        Signed totals to choose from.

    Returns
    -------
    int
        The chosen total, varus positive.

    Examples
    --------
    >>> best_total(Belief(2.5, 0.8, 0.25, 0.5), 0, 1.0, range(-3, 4))
    2
    """

    def badness(total: int) -> tuple[float, int]:
        change = total - fitted
        return (round(belief.loss_deg2(cant_deg * change), 12), abs(change))

    return min(totals, key=badness)


def uncapped_total(belief: Belief, fitted: int, cant_deg: float) -> int:
    """Return the signed total that would be best if any number of wedges could be stacked.

    Parameters
    ----------
    belief, fitted, cant_deg
        As in `best_total`.

    Returns
    -------
    int
        The loss is a parabola in the change, so this is the whole number nearest to its vertex.

    Examples
    --------
    >>> uncapped_total(Belief(5.0, 0.8, 0.25, 0.5), 0, 1.0)
    4
    """
    change = belief.best_cant_change_deg() / cant_deg
    return fitted + int(math.copysign(math.ceil(abs(change) - 0.5 - 1e-12), change))


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
    belief = Belief(excess.deg, excess.total_sd_deg, response.mean, response.sd, response.covariance_deg)
    cant, cap = system.cant_deg, system.cap
    totals = list(allowed) if allowed is not None else list(range(-cap, cap + 1))
    best, ideal = best_total(belief, fitted, cant, totals), uncapped_total(belief, fitted, cant)
    # a direction that may not be tried at all is no question of the stack's height
    beyond = abs(ideal) > cap and any(total * ideal > 0 for total in totals)
    outcome, total, why = _outcome(belief, fitted, best, abs(ideal) if beyond else 0, cap, settings)
    if outcome in ("fit_wedges", "beyond_stack") and best != min(max(ideal, -cap), cap):
        why.append(reason("tried_range", low=min(totals), high=max(totals)))
    if excess.lower_bound:
        why.append(reason("excess_is_lower_bound"))
    if response.source == "assumption":
        why.append(reason("response_assumed", mean=response.mean, sd=response.sd))
    change = total - fitted
    after = belief.after(cant * change)
    closer = belief.chance_closer(cant * change)
    return Recommendation(
        outcome=outcome,
        wedges=abs(total),
        placement=placement_of(total),
        change=change,
        system=system.id,
        cant_deg=total * cant,
        expected_deg=after.mean,
        interval_deg=_interval(after),
        chance_closer=closer,
        chance_worse=1.0 - closer if change else 0.0,
        response=ResponseUsed(response.mean, response.sd, response.source),
        cleat=cleat_turn(excess.deg, why[0].code, cleat_float_deg, at_float_stop=at_float_stop),
        options=tuple(_option(belief, option, fitted, cant) for option in sorted(totals)),
        reasons=(*reasons, *why),
    )


def undetermined(system: WedgeSystem, reasons: Sequence[Reason], response: Response) -> Recommendation:
    """Say that no count can be given, and why.

    Parameters
    ----------
    system : WedgeSystem
        The system that was asked for.
    reasons : sequence of Reason
        At least one.
    response : Response
        Only its source is told.

    Returns
    -------
    Recommendation
        With every number unknown.

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
    )


def cleat_turn(excess_deg: float, why: str, cleat_float_deg: float | None, *, at_float_stop: bool) -> CleatTurn:
    """Say how far to turn the cleat instead of wedges; ``why`` is the first reason of the decision on them.

    Inside its float a cleat's turn moves the float, not the foot; at the float's end, or without any, the foot turns
    with it.

    Examples
    --------
    >>> cleat_turn(2.6, "smallest_expected_excess", 0.0, at_float_stop=False)
    CleatTurn(turn_deg=-2.6, reason='no_float')
    """
    if why == "within_band":
        return CleatTurn(math.nan, "within_band")
    if why == "interval_holds_neutral":
        return CleatTurn(math.nan, "interval_holds_neutral")
    if cleat_float_deg == 0.0:
        return CleatTurn(-excess_deg, "no_float")
    if at_float_stop:
        return CleatTurn(-excess_deg, "float_stop")
    if cleat_float_deg is None:
        return CleatTurn(-excess_deg, "float_unknown")
    return CleatTurn(math.nan, "inside_float")


def placement_of(total: int) -> Placement | None:
    """Name the side of the thick edge for a signed total.

    Parameters
    ----------
    total : int
        Wedges, varus positive.

    Returns
    -------
    {"varus", "valgus"} or None
        None for no wedge.

    Examples
    --------
    >>> placement_of(-2)
    'valgus'
    """
    if total == 0:
        return None
    return "varus" if total > 0 else "valgus"


def _outcome(
    belief: Belief, fitted: int, best: int, beyond: int, cap: int, settings: Settings
) -> tuple[Outcome, int, list[Reason]]:
    """Decide; returns the outcome, the signed total and why. ``beyond``: what the stack would have to hold, else 0."""
    stay: Outcome = "keep" if fitted else "no_wedge"
    margin = NormalDist().inv_cdf(0.5 + settings.neutral_confidence / 2.0) * belief.excess_sd_deg
    if abs(belief.excess_deg) <= settings.neutral_band_deg:
        return stay, fitted, [reason("within_band", band=settings.neutral_band_deg)]
    if abs(belief.excess_deg) <= margin:
        return stay, fitted, [reason("interval_holds_neutral", percent=100 * settings.neutral_confidence)]
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
        interval_deg=_interval(after),
        chance_closer=belief.chance_closer(change_deg),
        chance_within_1deg=after.cdf(1.0) - after.cdf(-1.0),
        expected_loss_deg2=belief.loss_deg2(change_deg),
    )


def _interval(distribution: NormalDist) -> tuple[float, float]:
    return interval_95(distribution.mean, distribution.stdev)
