"""The sentences that answer: how many wedges, how sure, what to do next; the same in the terminal and on paper.

They take a `FootResult` or its `Recommendation` and give plain text; the words are in ``texts.en.toml``.
"""

from __future__ import annotations

from typing import Literal

from bikefit.conventions import Side
from bikefit.model import FootResult, Recommendation, SessionResult
from bikefit.report import numbers
from bikefit.report.texts import counted, text
from bikefit.words import ENGLISH

STAY_REASONS = ("within_band", "interval_holds_neutral", "no_gain_expected")
Step = Literal[
    "fit",
    "add",
    "take_some",
    "take_all",
    "swap",
    "no_change",
    "no_wedge",
    "not_tried",
    "keep",
    "beyond",
    "undetermined",
]


def wedges(total: int) -> str:
    """Name a signed total of wedges.

    Parameters
    ----------
    total : int
        Varus positive.

    Returns
    -------
    str
        Such as ``"2 varus wedges"``.

    Examples
    --------
    >>> wedges(2), wedges(-1), wedges(0)
    ('2 varus wedges', '1 valgus wedge', 'no wedge')
    """
    return ENGLISH.wedges(total)


def thick_side(total: int) -> str:
    """Say which side of a signed total of wedges is the thick one.

    Examples
    --------
    >>> thick_side(2), thick_side(-1)
    ('thick side toward the bike', 'thick side away from the bike')
    """
    return text("words.thick_valgus" if total < 0 else "words.thick_varus")


def step_of(recommendation: Recommendation, fitted: int) -> Step:
    """Name the kind of change that a recommendation comes to; every sentence and drawing follows it.

    Parameters
    ----------
    recommendation : Recommendation
        The target.
    fitted : int
        Signed count on the shoe during the ride, varus positive.

    Returns
    -------
    str
        The step.
    """
    target = recommendation.total
    if recommendation.outcome == "undetermined" or target is None:
        return "undetermined"
    if recommendation.outcome == "beyond_stack":
        return "beyond"
    if any(reason.code == "compare_not_tried" for reason in recommendation.reasons):
        return "not_tried"
    if recommendation.outcome in ("no_wedge", "keep"):
        return "keep" if fitted else "no_wedge"
    if target == fitted:
        return "no_change"
    if fitted == 0:
        return "fit"
    if target == 0:
        return "take_all"
    if target * fitted < 0:
        return "swap"
    return "add" if abs(target) > abs(fitted) else "take_some"


def advice(side: Side, recommendation: Recommendation, fitted: int, cap: int) -> str:
    """Answer for one shoe: the target, which side is thick, one at a time.

    Parameters
    ----------
    side : {"left", "right"}
        The shoe.
    recommendation : Recommendation
        What was decided.
    fitted : int
        Signed count on the shoe during the ride, varus positive.
    cap : int
        Most wedges of the system under one foot.

    Returns
    -------
    str
        Plain text.
    """
    step = step_of(recommendation, fitted)
    shoe = text(f"advice.shoe_{side}")
    if step == "undetermined":
        if not recommendation.reasons:
            return text("advice.undetermined_bare", shoe=shoe)
        return text("advice.undetermined", shoe=shoe, reason=str(recommendation.reasons[0]))
    target = recommendation.total or 0
    changed = abs(target - fitted)
    key: str = step
    if step == "beyond" and not changed:
        key = "beyond_full"
    elif step == "beyond" and abs(target) < cap:
        key = "beyond_tried"
    answer = text(
        f"advice.{key}",
        shoe=shoe,
        target=wedges(target),
        fitted=wedges(fitted),
        changed=changed,
        thick=thick_side(target),
        cap=cap,
    )
    return answer + counted("advice.pace", changed)


def advice_sentence(foot: FootResult, result: SessionResult) -> str:
    """Answer for one shoe of a session.

    Parameters
    ----------
    foot : FootResult
        The foot.
    result : SessionResult
        Its session, for the wedge system.

    Returns
    -------
    str
        Plain text, such as "Right shoe: fit 2 varus wedges, thick side toward the bike. One at a time: ...".
    """
    return advice(foot.side, foot.recommendation, foot.fitted_wedges, result.system.cap)


def headline(recommendation: Recommendation, fitted: int) -> str:
    """Give the answer in two to four words.

    Parameters
    ----------
    recommendation : Recommendation
        What was decided.
    fitted : int
        Signed count on the shoe during the ride, varus positive.

    Returns
    -------
    str
        Such as ``"Fit 2 varus wedges"``.
    """
    step = step_of(recommendation, fitted)
    if step in ("add", "take_some", "take_all"):
        return counted(f"headline.{step}", abs((recommendation.total or 0) - fitted))
    return text(f"headline.{step}", target=wedges(recommendation.total or 0))


def measured(excess: numbers.Spread) -> str:
    """Say how far the heel is from neutral, with its interval.

    Parameters
    ----------
    excess : Spread
        Rotation minus neutral.

    Returns
    -------
    str
        A sentence; empty where there is no figure.
    """
    if not numbers.known(excess.deg):
        return ""
    printed = float(numbers.fixed(excess.deg))
    way = "zero" if printed == 0 else "out" if printed > 0 else "in"
    angle, interval = numbers.degrees(abs(excess.deg)), numbers.heel_interval(excess.interval_deg)
    sentence = text(f"sure.measured_{way}", angle=angle, interval=interval)
    return f"{sentence} {text('sure.at_least')}" if excess.lower_bound else sentence


def outlook(recommendation: Recommendation, fitted: int) -> str:
    """Say what the recommended change is expected to do, how likely, and what that rests on.

    Parameters
    ----------
    recommendation : Recommendation
        What was decided.
    fitted : int
        Signed count on the shoe during the ride, varus positive.

    Returns
    -------
    str
        Sentences; where nothing changes, why.
    """
    step = step_of(recommendation, fitted)
    if step == "undetermined":
        return text("sure.undetermined")
    total = recommendation.total or 0
    said = []
    if total == fitted:
        said += [text(f"sure.{reason.code}") for reason in recommendation.reasons if reason.code in STAY_REASONS]
    else:
        expected, interval = numbers.heel(recommendation.expected_deg), recommendation.interval_deg
        said += [
            text("sure.expected", target=wedges(total), expected=expected, interval=numbers.heel_interval(interval)),
            text(
                "sure.chances",
                closer=numbers.percent(recommendation.chance_closer),
                worse=numbers.percent(recommendation.chance_worse),
            ),
        ]
    if step != "no_wedge":
        said.append(text(f"sure.{recommendation.response.source}"))
    return " ".join(said)


def how_sure(foot: FootResult) -> str:
    """Say in plain words what was measured, what the change is expected to do, and how sure both are.

    Parameters
    ----------
    foot : FootResult
        The foot.

    Returns
    -------
    str
        Two to four sentences.
    """
    parts = measured(foot.excess), outlook(foot.recommendation, foot.fitted_wedges)
    return " ".join(part for part in parts if part)


def next_step(foot: FootResult) -> str:
    """Say what to do next with one shoe.

    Parameters
    ----------
    foot : FootResult
        The foot.

    Returns
    -------
    str
        One sentence.
    """
    return what_next(foot.recommendation, foot.fitted_wedges)


def what_next(recommendation: Recommendation, fitted: int) -> str:
    """Say what to do next after a recommendation.

    Parameters
    ----------
    recommendation : Recommendation
        What was decided.
    fitted : int
        Signed count on the shoe now, varus positive.

    Returns
    -------
    str
        One sentence.
    """
    step = step_of(recommendation, fitted)
    if step == "undetermined":
        needs_neutral = any(reason.code == "neutral_needed" for reason in recommendation.reasons)
        return text("next.neutral_needed" if needs_neutral else "next.record_again")
    if step == "beyond":
        return text("next.beyond")
    changed = abs((recommendation.total or 0) - fitted)
    if changed == 0:
        return text("next.stay")
    if changed == 1:
        return text("next.last")
    return text("next.fit" if step in ("fit", "add") else "next.take")


def cautions(recommends_varus: bool) -> list[str]:
    """Return what to mind before riding.

    Parameters
    ----------
    recommends_varus : bool
        Whether any shoe is to get a varus wedge; then the knee is named.

    Returns
    -------
    list of str
        One sentence each.
    """
    keys = ("change", "check", "knee", "clinician") if recommends_varus else ("change", "check", "clinician")
    return [text(f"cautions.{key}") for key in keys]
