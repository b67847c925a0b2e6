"""What the recordings showed, as findings: what was measured first, then what makes it doubtful."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

import numpy as np

from bikefit.comparison.belief import FootBelief
from bikefit.model import Finding, Recommendation, finding
from bikefit.response import Effect, Verdict, order_confounded, straightness
from bikefit.settings import Settings

RESPONSE_MOST_SD = 4.0
"""A response so many SDs of the prior from its mean is rather something else that changed."""
_CODES = {
    "helps": "compare_closer",
    "harms": "compare_wrong_way",
    "too_much": "compare_past_neutral",
    "no_effect_seen": "compare_no_effect",
    None: "compare_moved",
}


def shown_count(foot: FootBelief, verdict: Verdict | None, effect: Effect) -> int:
    """Return the count that the verdict is said of: the tried one that helped most, else the widest tried."""
    if verdict == "helps":
        before = abs(foot.measured_excess_deg(foot.series.baseline))
        return foot.best_count([c for c in set(foot.series.counts) if abs(foot.measured_excess_deg(c)) < before])
    return round(effect.to_cant_deg / foot.series.system.cant_deg)


def measured(foot: FootBelief, verdict: Verdict | None, mdc_deg: float) -> Finding:
    """Say how far the wedges turned the heel, or why that is not known."""
    side, effect, series = foot.series.side, foot.effect, foot.series
    if effect is None:
        if len(set(series.counts)) > 1:
            return finding("compare_no_common_setup", side=side)
        return finding("compare_one_count", side=side, count=series.counts[0])
    shown = shown_count(foot, verdict, effect)
    before = round(effect.from_cant_deg / series.system.cant_deg)
    share = (series.cant_deg(shown) - effect.from_cant_deg) / (effect.to_cant_deg - effect.from_cant_deg)
    deg = share * effect.deg
    low, high = sorted(share * end for end in effect.interval_deg)
    # an interval that holds zero reaches so far in and so far out; any other is named by its sizes alone
    least, most = sorted((abs(low), abs(high))) if effect.detected else (abs(low), abs(high))
    code = _CODES[verdict if effect.detected or verdict is not None else "no_effect_seen"]
    return finding(
        code,
        side=side,
        count=shown,
        before=before,
        deg=deg,
        size=abs(deg),
        way="out" if deg > 0 else "in",
        low=low,
        high=high,
        least=least,
        most=most,
        mdc=mdc_deg,
    )


def doubts(foot: FootBelief, settings: Settings) -> tuple[Finding, ...]:
    """Say what makes the recordings doubtful: order, a count that did not repeat, a bent or too large effect."""
    found = [_order(foot, settings), _repeats(foot), _bent(foot, settings), _too_large(foot, settings)]
    return tuple(item for item in found if item is not None)


def _order(foot: FootBelief, settings: Settings) -> Finding | None:
    """Say that count and order go together."""
    if foot.effect is None or not order_confounded(foot.series.told, settings):
        return None
    return finding("order_confounded", side=foot.series.side, count=foot.series.baseline)


def _repeats(foot: FootBelief) -> Finding | None:
    """Name the count whose two recordings lie further apart than was to be expected."""
    told, counts = foot.series.told, foot.series.counts
    worst: Finding | None = None
    places = sorted(range(len(counts)), key=lambda i: (told.setup[i], counts[i]))
    for (_, count), group in groupby(places, key=lambda i: (int(told.setup[i]), counts[i])):
        same = sorted(group, key=lambda i: float(told.value_deg[i]))
        low, high = same[0], same[-1]
        spread = float(told.value_deg[high] - told.value_deg[low])
        limit = _expected_spread_deg(foot, low, high)
        if spread > limit and (worst is None or spread > worst.values["spread"]):
            worst = finding(
                "compare_repeat_differs",
                side=foot.series.side,
                count=count,
                spread=spread,
                limit=limit,
                recordings=len(same),
            )
    return worst


def _expected_spread_deg(foot: FootBelief, one: int, other: int) -> float:
    """Return how far apart two recordings at one count are expected to lie, at most."""
    told = foot.series.told
    between, _ = foot.assumptions.between_grid()
    drift = foot.assumptions.drift_sd_deg * abs(float(told.order[one] - told.order[other]))
    strokes = math.hypot(float(told.standard_error_deg[one]), float(told.standard_error_deg[other]))
    return foot.assumptions.reach_deg(np.sqrt(2.0 * between**2 + drift**2 + strokes**2 + 1e-18))


def _bent(foot: FootBelief, settings: Settings) -> Finding | None:
    """Doubt a response that is not straight, where three counts or more are there."""
    found = straightness(foot.series.told, foot.assumptions, settings)
    if found is None or not found.doubted:
        return None
    low, middle, high = found.cants_deg
    counts = [round(cant / foot.series.system.cant_deg) for cant in found.cants_deg]
    return finding(
        "response_bends",
        side=foot.series.side,
        low=counts[0],
        middle=counts[1],
        high=counts[2],
        first=-found.lower * (middle - low),
        second=-found.upper * (high - middle),
        chance=found.chance_bent,
    )


def _too_large(foot: FootBelief, settings: Settings) -> Finding | None:
    """Doubt a change that is, by all of its interval, larger than the prior gives to wedges."""
    effect = foot.effect
    if effect is None:
        return None
    cant_deg = effect.to_cant_deg - effect.from_cant_deg
    likely = -cant_deg * settings.response_mean
    most = likely + math.copysign(RESPONSE_MOST_SD * abs(cant_deg) * settings.response_sd, effect.deg - likely)
    low, high = effect.interval_deg
    if low <= most <= high or (effect.deg - most) * (most - likely) <= 0:
        return None
    return finding("response_too_large", side=foot.series.side, size=abs(effect.deg), most=abs(most))


def turn_cleat(foot: FootBelief, advised: Recommendation, settings: Settings) -> Finding | None:
    """Say where to turn the cleat instead of wedges; not where it is known that the foot would not turn with it.

    That is where the excess without wedges is real and even a full stack on a side that was tried, at the favourable
    end of the response's interval, would not bring the heel into the neutral band.
    """
    if advised.cleat.reason == "inside_float" or foot.why_near_neutral(0, settings):
        return None
    bare = foot.excess_at(0)
    weakest, strongest = foot.own.response.interval(settings.neutral_confidence)
    toward = 1 if bare.mean > 0 else -1
    reach, cap = 0.0, foot.series.system.cap
    for tried in _sides(foot.series.counts):
        favourable = strongest if tried == toward else -weakest
        reach = max(reach, favourable * foot.series.cant_deg(cap))
    if abs(bare.mean) - reach <= settings.neutral_band_deg:
        return None
    way = "in" if bare.mean > 0 else "out"
    return finding("compare_turn_cleat", side=foot.series.side, cap=cap, turn=abs(bare.mean), way=way, deg=bare.mean)


def _sides(counts: Sequence[int]) -> set[int]:
    """Return the sides that were tried, varus 1 and valgus -1."""
    return {(total > 0) - (total < 0) for total in counts} - {0}
