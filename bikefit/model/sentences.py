"""The sentences that answer: how many wedges, how sure, what to do next; the same in the terminal and on paper."""

from __future__ import annotations

from collections.abc import Iterable

from bikefit.conventions import Side
from bikefit.model.decided import NEAR_NEUTRAL, CleatTurn, Recommendation, Visible
from bikefit.model.spread import Spread, measured
from bikefit.words import Words, known

SAME_FIRST_COUNT, SAME_COUNT_AFTER_VISIT = 0.55, 0.60
"""Share of simulated feet that got the same count on a second day (``benchmarks/second_visit.py``)."""

STAY_REASONS = (*NEAR_NEUTRAL, "no_gain_expected")


def advice(words: Words, side: Side, recommendation: Recommendation, cap: int) -> str:
    """Answer for one shoe: what to try, or what to do first; ``cap`` is the most of the wedge system."""
    step, shoe = recommendation.step, words.shoe(side)
    if step == "undetermined":
        if not recommendation.reasons:
            return words.text("advice.undetermined_bare", shoe=shoe)
        return words.text("advice.undetermined", shoe=shoe, reason=words.finding(recommendation.reasons[0]))
    if step == "float_stop":
        return _float_first(words, shoe, recommendation)
    target, fitted = recommendation.total or 0, recommendation.fitted or 0
    told = {"shoe": shoe, "fitted": fitted}
    if step == "compare":
        return words.counted("advice.compare", abs(fitted), **told)
    return words.text(f"advice.{recommendation.spoken}", target=target, thick=words.thick_side(target), cap=cap, **told)


def _float_first(words: Words, shoe: str, recommendation: Recommendation) -> str:
    """Answer for a shoe whose cleat holds the heel: float or turn first, the wedges second."""
    cleat = recommendation.cleat
    said = words.text(
        "advice.float_stop",
        shoe=shoe,
        turn=words.degrees(abs(cleat.turn_deg)),
        heel=cleat.heel,
    )
    if not recommendation.change:
        return said
    return said + words.text("advice.float_stop_then", target=recommendation.total)


def cleat_turn(words: Words, cleat: CleatTurn) -> str:
    """Give the cleat's turn as a table has it, signed as it is typed; where there is none, why."""
    return words.text(f"cleat.{cleat.reason}", turn=words.signed_degrees(cleat.turn_deg), heel=cleat.heel)


def cleat_nose(words: Words, cleat: CleatTurn) -> str:
    """Say which way the cleat's nose goes; a dash where it is not turned."""
    return words.text(f"nose.{cleat.heel}") if known(cleat.turn_deg) else words.text("words.unknown")


def cleat_instead(words: Words, cleat: CleatTurn) -> str:
    """Name the turn of a cleat without float that would do instead of wedges; else nothing."""
    if cleat.reason != "no_float":
        return ""
    return words.text("cleat.instead", turn=words.degrees(abs(cleat.turn_deg)), heel=cleat.heel)


def outlook(words: Words, recommendation: Recommendation) -> str:
    """Say what the change is expected to do, how likely, and what that rests on; where nothing changes, why."""
    step = recommendation.step
    if step == "undetermined":
        return words.text("sure.undetermined")
    said = []
    if step in ("fit", "beyond"):
        target, interval = recommendation.total, words.heel_interval(recommendation.interval_deg)
        expected = words.heel(recommendation.expected_deg)
        closer, worse = words.percent(recommendation.chance_closer), words.percent(recommendation.chance_worse)
        said += [
            words.text("sure.expected", target=target, expected=expected, interval=interval),
            words.text("sure.chances", closer=closer, worse=worse),
            words.text("sure.second", share=words.percent(SAME_FIRST_COUNT)),
        ]
    elif not recommendation.change:
        stays = [reason.code for reason in recommendation.reasons if reason.code in STAY_REASONS]
        held = recommendation.is_held
        said += [words.text("sure.held" if held and code == "within_band" else f"sure.{code}") for code in stays]
    if step not in ("no_wedge", "fit", "beyond"):
        said.append(words.text("sure.assumption"))
    return " ".join(said)


NO_POSE = {"pose_needed", "pose_apart", "pose_otherwise", "pose_turned_far", "pose_off_pedal", "bike_turned"}
"""Reasons that a still pose, rightly recorded, would do away with."""


def how_sure(words: Words, excess: Spread, recommendation: Recommendation) -> str:
    """Say in plain words what was measured, what the change is expected to do, and how sure both are."""
    said = measured(words, excess), outlook(words, recommendation), cleat_instead(words, recommendation.cleat)
    return " ".join(part for part in said if part)


def what_next(words: Words, recommendation: Recommendation, visible: Visible | None = None) -> str:
    """Say what to do next after a first result, and how small a change that can show."""
    step = recommendation.step
    if step == "undetermined":
        if recommendation.next_step.action == "check":
            return words.text("next.neutral_needed")
        if "angle_implausible" in recommendation.codes:
            return words.text("next.implausible")
        return words.text("next.pose_needed" if recommendation.codes & NO_POSE else "next.record_again")
    if step in ("keep", "no_wedge", "float_stop"):
        held = "held" if recommendation.is_held else "stay"
        return words.text(f"next.{step if step == 'float_stop' else held}")
    said = [words.text("next.beyond")] if step == "beyond" else []
    if step == "compare":
        said.append(words.text("next.compare"))
    else:
        said.append(words.text("next.test", counts=list(recommendation.next_step.counts)))
    if visible is not None and known(visible.pair_deg):
        pair, visit = words.degrees(visible.pair_deg), words.degrees(visible.visit_deg)
        said.append(words.text(f"next.visible_{'pair' if step == 'compare' else 'visit'}", pair=pair, visit=visit))
    return " ".join(said)


def advised_wedges(words: Words, recommendation: Recommendation) -> str:
    """Name the advised wedges as a table has them."""
    if recommendation.step == "compare":
        return words.text("terminal.compare_first")
    return words.wedges(recommendation.total)


def names_varus(recommendations: Iterable[Recommendation]) -> bool:
    """Whether a shoe is to get a varus wedge, by what the words say."""
    return any(each.named is not None and (each.change or 0) > 0 for each in recommendations)


def cautions(words: Words, recommends_varus: bool, placement: str = "under_cleat") -> list[str]:
    """Return what to mind before riding, a sentence each; the knee is named where a shoe is to get a varus wedge."""
    keys = ("change", f"check_{placement}", *(("knee",) if recommends_varus else ()), "clinician")
    return [words.text(f"cautions.{key}") for key in keys]


def cautions_of(words: Words, recommendations: Iterable[Recommendation], placement: str) -> list[str]:
    """Return what to mind before riding with what is recommended for the shoes."""
    return cautions(words, names_varus(recommendations), placement)
