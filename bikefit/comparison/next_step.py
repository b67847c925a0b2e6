"""One next step for a foot, such that it follows from the verdict and from the count to ride with."""

from __future__ import annotations

from collections.abc import Sequence

from bikefit.comparison.belief import FootBelief
from bikefit.comparison.verdict import turn_cleat
from bikefit.model import Action, Finding, NextStep, Recommendation, finding
from bikefit.response import NextRecording, Verdict
from bikefit.settings import Settings
from bikefit.wedges import visit_counts

Step = tuple[NextStep, Finding | None]


def next_step(
    foot: FootBelief,
    verdict: Verdict | None,
    advised: Recommendation,
    ranked: Sequence[NextRecording],
    doubts: Sequence[Finding],
    settings: Settings,
) -> Step:
    """Say what to do next: a doubt is settled first, then the recording that is worth most, then there is the ride."""
    side = foot.series.side
    again = _count_to_repeat(doubts)
    if again is not None:
        return _say("repeat", "next_recording_baseline", [again], side=side, count=again)
    if verdict is None or advised.total is None:
        return advised.next_step, None
    if advised.cleat.reason == "float_stop":
        return _say("check", "next_recording_float", [], side=side)
    if verdict == "not_tried":
        return _untried(foot, advised)
    best = _worth_most(foot, verdict, ranked, settings)
    values = {"side": side, "now": best.miss_now_deg, "after": best.expected_miss_deg}
    if best.gain_deg >= settings.worthwhile_deg or _half_done(foot, verdict, advised, best):
        return _say("record", _recording_code(foot, verdict, best.wedges), [best.wedges], **values, count=best.wedges)
    total = advised.total
    if total == 0 and turn_cleat(foot, advised, settings):
        return _say("check", "next_recording_cleat", [], side=side)
    if total and total not in foot.series.counts:
        return _say("record", "next_recording_check", [total], **values, count=total)
    if total == 0 and foot.series.fitted:
        return _say("take_off", "next_recording_take_off", [0], side=side, count=foot.series.fitted, wedges=None)
    return _say("ride", "next_recording_enough", [total], side=side, count=total, wedges=None)


def _say(action: Action, code: str, at: Sequence[int], /, **values: object) -> Step:
    """Return a step with its sentence; ``values["wedges"]`` is the count to record next, None where there is none."""
    told = {"wedges": at[0] if at else None, **values}
    return NextStep(action, tuple(at)), finding(code, **told)


def _count_to_repeat(doubts: Sequence[Finding]) -> int | None:
    """Return the count that a doubt asks for once more; a count that differs is repeated once."""
    for item in doubts:
        once = item.code == "compare_repeat_differs" and item.values["recordings"] == 2
        if once or item.code == "order_confounded":
            return int(item.values["count"])
    return None


def _untried(foot: FootBelief, advised: Recommendation) -> Step:
    """Return the step of a foot without a response: ride where near neutral, else compare, or the visit."""
    side, fitted, system = foot.series.side, foot.series.fitted, foot.series.system
    if advised.near_neutral:
        return _say("ride", "next_recording_none", [fitted], side=side, count=fitted, wedges=None)
    if fitted:
        return _say("compare", "next_recording_compare", [0], side=side, count=fitted)
    rest = visit_counts(system.cant_deg, system.cap)[1:]
    return _say("test", "next_recording_visit", rest, side=side, counts=list(rest))


def _worth_most(
    foot: FootBelief, verdict: Verdict, ranked: Sequence[NextRecording], settings: Settings
) -> NextRecording:
    """Return the best recording that does not go against the verdict: none further the way that did not help."""
    if verdict == "no_effect_seen":
        untried = [item for item in ranked if _on_other_side(foot, item.wedges)]
        return ranked[0] if ranked[0].gain_deg >= settings.worthwhile_deg or not untried else untried[0]
    baseline = foot.series.baseline
    before = abs(foot.measured_excess_deg(baseline))
    sensible = [
        item
        for item in ranked
        if abs(foot.measured_excess_deg(item.wedges)) < before or item.wedges == baseline or item.wedges == 0
    ]
    return sensible[0]


def _half_done(foot: FootBelief, verdict: Verdict, advised: Recommendation, best: NextRecording) -> bool:
    """Whether no clear effect was seen yet, far from neutral, and the best recording is on a side never tried."""
    return verdict == "no_effect_seen" and not advised.near_neutral and _on_other_side(foot, best.wedges)


def _on_other_side(foot: FootBelief, wedges: int) -> bool:
    """Whether a count is on a side that was never tried, while the other was."""
    return all(total * wedges <= 0 for total in foot.series.counts) and wedges != 0


def _recording_code(foot: FootBelief, verdict: Verdict, wedges: int) -> str:
    """Name the sentence: the same count again, the other side after a wrong way, or a count that is new."""
    if wedges in foot.series.counts:
        return "next_recording_again"
    other_side = verdict in ("harms", "no_effect_seen") and _on_other_side(foot, wedges)
    return "next_recording_other_side" if other_side else "next_recording_new"
