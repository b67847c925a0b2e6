"""The count to ride with after recordings at known counts, such that it never goes against what they showed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from bikefit.comparison.belief import FootBelief
from bikefit.model import Excess, NextStep, Outcome, Reason, Recommendation, Response, reason
from bikefit.response import Verdict, allowed_totals
from bikefit.settings import Settings
from bikefit.wedges import cleat_turn, describe, undetermined, whole_wedges

_UNKNOWN_YET = NextStep("check")


def count_to_ride(
    foot: FootBelief, verdict: Verdict | None, settings: Settings, cleat_float_deg: float | None = None
) -> Recommendation:
    """Choose the count with the smallest expected loss among those that may be ridden and agree with the verdict.

    Never more than one wedge beyond what was tried, none on a side that was never tried, none that was measured to
    turn the heel further from neutral; where no effect was seen, none beyond what was tried before both sides were, and
    only where it is worth it; nothing changes where the heel is near neutral, or where nothing was tried.
    """
    series, system = foot.series, foot.series.system
    response, fitted = foot.own.response, series.fitted
    believed = Response(
        response.mean,
        response.sd,
        "own" if foot.moved(settings) else "assumption",
        foot.own.covariance_at(series.cant_deg(fitted)),
    )
    if verdict is None:
        return undetermined(system, tuple(dict.fromkeys(why for one in series.feet for why in one.reasons)), believed)
    allowed = _allowed(foot)
    outcome, total, why = _decide(foot, verdict, _agreeing(foot, verdict, allowed), settings)
    pinned = any(one.excess.lower_bound for one in series.feet)
    why += [reason("excess_is_lower_bound")] if pinned else []
    if believed.source == "assumption":
        prior = foot.assumptions
        why.append(reason("response_assumed", mean=prior.response_mean, sd=prior.response_sd))
    excess = foot.excess_at(fitted)
    now = Excess(excess.mean, excess.sd, 0.0, pinned)
    pinned_now = math.isfinite(series.feet[-1].float_stop_deg)
    cleat = cleat_turn(excess.mean, why[0].code, cleat_float_deg, at_float_stop=pinned_now)
    advised = describe(outcome, total, why, _UNKNOWN_YET, cleat, now, believed, fitted, system, allowed)
    return _with_mixtures(foot, advised)


def _allowed(foot: FootBelief) -> list[int]:
    """Return the counts that may be ridden; from a recovery phase as neutral the next ones, and the baseline."""
    series = foot.series
    allowed = allowed_totals(series.counts, series.system.cap)
    if not from_recovery(foot):
        return list(allowed)
    return [total for total in allowed if abs(total - series.fitted) <= 1 or total == series.baseline]


def from_recovery(foot: FootBelief) -> bool:
    """Whether the foot's own recovery phase serves as neutral, which is not a zero."""
    return any(one.neutral.kind == "recovery" for one in foot.series.feet)


def _agreeing(foot: FootBelief, verdict: Verdict, allowed: Sequence[int]) -> list[int]:
    """Return those counts that do not go against what was measured."""
    tried = (0, *foot.series.counts)
    if verdict == "not_tried":
        return [foot.series.fitted]
    if verdict == "no_effect_seen" and not min(tried) < 0 < max(tried):
        return [total for total in allowed if min(tried) <= total <= max(tried)]
    if verdict == "no_effect_seen":
        return list(allowed)
    before = abs(foot.measured_excess_deg(foot.series.baseline))
    away = {total: abs(foot.measured_excess_deg(total)) for total in allowed}
    if verdict == "helps":
        return [total for total in allowed if away[total] < before]
    return [total for total in allowed if away[total] <= before or total == foot.series.baseline]


def _decide(
    foot: FootBelief, verdict: Verdict, choices: Sequence[int], settings: Settings
) -> tuple[Outcome, int, list[Reason]]:
    """Return the outcome, the count and why."""
    series, cap = foot.series, foot.series.system.cap
    why = [reason("recovery_limit")] if from_recovery(foot) else []
    stay = _where_to_stay(foot, verdict, choices)
    best = foot.best_count(choices)
    near = foot.why_near_neutral(stay, settings)
    if near is not None:
        return _outcome(stay, series.fitted), stay, [near, *why]
    if verdict == "not_tried":
        return _outcome(stay, series.fitted), stay, [reason("compare_not_tried"), *why]
    gain = foot.expected_miss_deg(stay) - foot.expected_miss_deg(best)
    if verdict == "no_effect_seen" and gain < settings.worthwhile_deg:
        return _outcome(stay, series.fitted), stay, [*why, reason("no_gain_expected")]
    ideal = _ideal(foot)
    used_up = abs(ideal) > cap and best == math.copysign(cap, ideal)
    if verdict == "helps" and used_up and foot.why_near_neutral(best, settings) is None:
        return "beyond_stack", best, [*why, reason("stack_too_small", cap=cap, ideal=abs(ideal))]
    why.append(reason("no_gain_expected" if best == series.fitted else "smallest_expected_excess"))
    if best != max(min(ideal, cap), -cap):
        why.append(reason("tried_range", low=min(choices), high=max(choices)))
    return _outcome(best, series.fitted), best, why


def _where_to_stay(foot: FootBelief, verdict: Verdict, choices: Sequence[int]) -> int:
    """Return the count that is left as it is where the heel is near neutral with it."""
    if verdict == "not_tried":
        return foot.series.fitted
    if verdict == "helps":
        tried = [total for total in choices if total in foot.series.counts]
        return foot.best_count(tried or choices)
    if verdict == "no_effect_seen":
        return min(choices, key=abs)
    return foot.series.baseline


def _ideal(foot: FootBelief) -> int:
    """Return the count that would be best if any number could be stacked."""
    mean, covariance = foot.own.moments()
    power = mean[1] ** 2 + covariance[1, 1]
    cant = (mean[0] * mean[1] + covariance[0, 1]) / power if power > 0 else 0.0
    return whole_wedges(cant / foot.series.system.cant_deg)


def _outcome(total: int, fitted: int) -> Outcome:
    """Name what is done with the shoe as it was in the last recording."""
    if total != fitted:
        return "fit_wedges"
    return "keep" if fitted else "no_wedge"


def _with_mixtures(foot: FootBelief, advised: Recommendation) -> Recommendation:
    """Replace the normal intervals by those of the posterior itself."""
    options = []
    for option in advised.options:
        after = foot.excess_at(option.wedges)
        within = after.cdf(1.0) - after.cdf(-1.0)
        options.append(replace(option, interval_deg=after.interval(), chance_within_1deg=within))
    chosen = next(option for option in options if option.wedges == advised.total)
    return replace(advised, options=tuple(options), interval_deg=chosen.interval_deg)
