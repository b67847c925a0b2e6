"""An answer in a few short lines, without how they are laid out: the same on a terminal and on the local page."""

from __future__ import annotations

from collections.abc import Sequence

from bikefit.comparison import FootComparison
from bikefit.comparison import sentences as compared
from bikefit.conventions import Side
from bikefit.model import FootResult
from bikefit.model.sentences import what_next
from bikefit.words import SENTENCE_END, Words, known


def first_sentence(message: str) -> str:
    """Return what a message says, without what it advises.

    Examples
    --------
    >>> first_sentence("The angle drifted by +2.5 deg. Check the sensor.")
    'The angle drifted by +2.5 deg.'
    """
    return SENTENCE_END.split(message, maxsplit=1)[0]


def how_sure(words: Words, foot: FootResult) -> str:
    """Say in one line where the heel is, within what, and where it is expected with the wedges to try."""
    excess, advised = foot.excess, foot.recommendation
    if not known(excess.deg):
        if advised.next_step.action == "check" and known(foot.rotation.value_deg):  # all but neutral is known
            return words.text("brief.no_neutral", heel=words.heel(foot.rotation.value_deg))
        return ""
    key = "at_least" if excess.lower_bound else "excess"
    said = words.text(f"brief.{key}", heel=words.heel(excess.deg), interval=words.heel_interval(excess.interval_deg))
    if advised.step in ("fit", "beyond"):
        return words.text(
            "brief.expected", excess=said, total=abs(advised.total or 0), expected=words.heel(advised.expected_deg)
        )
    return words.text("brief.stays", excess=said)


def next_lines(words: Words, feet: Sequence[FootResult], test: str = "brief.test") -> tuple[list[str], bool]:
    """Return the next step of each shoe whose answer is not one itself, the same for both once; and if it is a test."""
    shoes: dict[str, list[Side]] = {}
    for foot in feet:
        if foot.recommendation.step == "fit":
            counts = list(foot.recommendation.next_step.counts)
            shoes.setdefault(words.text(test, counts=counts), []).append(foot.side)
    is_test = bool(shoes)
    if not shoes and all(foot.recommendation.step in ("keep", "no_wedge") for foot in feet):
        for foot in feet:
            shoes.setdefault(what_next(words, foot.recommendation), []).append(foot.side)
        if len(shoes) > 1:  # the answer says already that the other needs nothing
            shoes.pop(words.text("next.stay"), None)
    lines = [
        words.text("brief.next", message=message)
        if len(sides) == len(feet)
        else words.text("brief.next_shoe", side=sides[0], message=message)
        for message, sides in shoes.items()
    ]
    return lines, is_test


def compared_lines(words: Words, foot: FootComparison) -> list[str]:
    """Return the change, the expected angle and the next step of a shoe, where each has something to say."""
    said, advised = [], foot.recommendation
    if foot.change is not None:
        said.append(compared.change_line(words, foot))
    else:
        said.append(compared.measured(words, foot))
    if advised.outcome != "undetermined":
        said.append(
            words.text(
                "brief.expected_with",
                wedges=advised.total,
                heel=words.heel(advised.expected_deg),
                interval=words.heel_interval(advised.interval_deg),
            )
        )
    if advised.next_step.action not in ("ride", "take_off"):
        said.append(words.text("brief.next", message=compared.next_step(words, foot, short=True)))
    return said


def untouched_line(words: Words, foot: FootComparison) -> str:
    """Say in one line how a shoe stands whose wedges were not changed."""
    advised = foot.recommendation
    key = "unknown" if advised.outcome == "undetermined" else advised.next_step.action
    key = key if key in ("unknown", "test", "compare") else "ride"
    return words.text(
        f"brief.untouched_{key}",
        shoe=words.shoe(foot.side),
        heel=words.heel(advised.expected_deg),
        interval=words.heel_interval(advised.interval_deg),
        wedges=foot.fitted_wedges,
    )
