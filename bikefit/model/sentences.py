"""The sentences that answer: how many wedges, how sure, what to do next; the same in the terminal and on paper."""

from __future__ import annotations

from bikefit.conventions import Side
from bikefit.model.decided import Recommendation
from bikefit.model.spread import Spread, measured
from bikefit.words import Words

STAY_REASONS = ("within_band", "interval_holds_neutral", "no_gain_expected")


def advice(words: Words, side: Side, recommendation: Recommendation, cap: int) -> str:
    """Answer for one shoe: the target, which side is thick, one at a time; ``cap`` is the most of the wedge system."""
    step, shoe = recommendation.step, words.shoe(side)
    if step == "undetermined":
        if not recommendation.reasons:
            return words.text("advice.undetermined_bare", shoe=shoe)
        return words.text("advice.undetermined", shoe=shoe, reason=words.finding(recommendation.reasons[0]))
    target, changed = recommendation.total or 0, abs(recommendation.change or 0)
    key: str = step
    if step == "beyond" and not changed:
        key = "beyond_full"
    elif step == "beyond" and abs(target) < cap:
        key = "beyond_tried"
    answer = words.text(
        f"advice.{key}",
        shoe=shoe,
        target=words.wedges(target),
        fitted=words.wedges(recommendation.fitted),
        changed=changed,
        thick=words.thick_side(target),
        cap=cap,
    )
    return answer + words.counted("advice.pace", changed)


def outlook(words: Words, recommendation: Recommendation) -> str:
    """Say what the change is expected to do, how likely, and what that rests on; where nothing changes, why."""
    if recommendation.step == "undetermined":
        return words.text("sure.undetermined")
    said = []
    if not recommendation.change:
        said += [words.text(f"sure.{reason.code}") for reason in recommendation.reasons if reason.code in STAY_REASONS]
    else:
        target, interval = words.wedges(recommendation.total), words.heel_interval(recommendation.interval_deg)
        expected = words.heel(recommendation.expected_deg)
        closer, worse = words.percent(recommendation.chance_closer), words.percent(recommendation.chance_worse)
        said += [
            words.text("sure.expected", target=target, expected=expected, interval=interval),
            words.text("sure.chances", closer=closer, worse=worse),
        ]
    if recommendation.step != "no_wedge":
        said.append(words.text(f"sure.{recommendation.response.source}"))
    return " ".join(said)


def how_sure(words: Words, excess: Spread, recommendation: Recommendation) -> str:
    """Say in plain words what was measured, what the change is expected to do, and how sure both are."""
    return " ".join(part for part in (measured(words, excess), outlook(words, recommendation)) if part)


def what_next(words: Words, recommendation: Recommendation) -> str:
    """Say what to do next after a recommendation."""
    step, changed = recommendation.step, abs(recommendation.change or 0)
    if step == "undetermined":
        needs_neutral = any(reason.code == "neutral_needed" for reason in recommendation.reasons)
        return words.text("next.neutral_needed" if needs_neutral else "next.record_again")
    if step == "beyond":
        return words.text("next.beyond")
    if changed == 0:
        return words.text("next.stay")
    if changed == 1:
        return words.text("next.last")
    return words.text("next.fit" if step in ("fit", "add") else "next.take")


def cautions(words: Words, recommends_varus: bool) -> list[str]:
    """Return what to mind before riding, a sentence each; the knee is named where a shoe is to get a varus wedge."""
    keys = ("change", "check", "knee", "clinician") if recommends_varus else ("change", "check", "clinician")
    return [words.text(f"cautions.{key}") for key in keys]
