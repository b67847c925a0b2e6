"""What a comparison says of one shoe: the verdict, what to keep, how sure that is; the same wherever it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bikefit.conventions import Side
from bikefit.model import NEAR_NEUTRAL, sentences
from bikefit.words import Words, degree_signs, rounded

if TYPE_CHECKING:
    from bikefit.comparison.result import CurveDifference, FootComparison


def headline(words: Words, foot: FootComparison) -> str:
    """Give the verdict in a few words, such as "2 varus wedges help", as a heading."""
    said = _verdict(words, foot)
    return said[:1].upper() + said[1:]


def _verdict(words: Words, foot: FootComparison) -> str:
    """Give the verdict in a few words, as they stand inside a sentence."""
    verdict, change = foot.verdict, foot.change
    if verdict in ("helps", "harms", "too_much"):
        count = int(foot.measured.values["count"])
        if foot.is_pair:
            return words.text(f"compared.pair_{verdict}", count=count)
        return words.counted(f"compared.{verdict}", abs(count), count=count)
    if verdict == "not_tried":
        return words.text("compared.not_compared" if foot.fitted_wedges else "compared.not_tried")
    if change is None:
        return words.text("compared.cannot_tell")
    if not change.detected:
        return words.text("compared.no_effect_seen")
    turned_in = change.deg * (change.to_wedges - change.from_wedges) < 0
    return words.text("compared.moved_in" if turned_in else "compared.moved_out")


def keep(words: Words, foot: FootComparison, cap: int, *, short: bool = False) -> str:
    """Say which wedges to ride with; nothing where that is not known."""
    advised, fitted, total = foot.recommendation, foot.fitted_wedges, foot.keep
    if total is None:
        return ""
    key = "keep_fit" if total != fitted else "keep_on"
    if key == "keep_fit" and foot.verdict == "no_effect_seen":
        key = "keep_guess"
    if total == 0:
        key = "keep_off" if fitted else "keep_bare"
    if advised.next_step.action in ("test", "compare"):
        key = "keep_uncompared" if fitted else "keep_untried"
    said = words.text(f"compared.{key}", target=total, thick=words.thick_side(total), fitted=fitted)
    if advised.outcome == "beyond_stack":
        said += " " + words.text("compared.keep_beyond_short" if short else "compared.keep_beyond", cap=cap)
    elif key != "keep_guess" and abs(total) > 1 and abs(total - fitted) > 1:
        said += " " + words.text("compared.keep_pace")
    return said


def answer(words: Words, foot: FootComparison, cap: int, *, short: bool = False) -> str:
    """Give the verdict and what to keep for one shoe, as one line."""
    said = " ".join(part for part in (f"{_verdict(words, foot)}.", keep(words, foot, cap, short=short)) if part)
    return words.text("terminal.for_shoe", shoe=words.shoe(foot.side), message=said)


def measured(words: Words, foot: FootComparison) -> str:
    """Say what was measured."""
    return degree_signs(words.finding(foot.measured))


def outlook(words: Words, foot: FootComparison) -> str:
    """Say what is expected of the count to ride with, and where that was learned."""
    advised, codes = foot.recommendation, foot.recommendation.codes
    if advised.outcome == "undetermined":
        return words.text("sure.undetermined")
    said = [expected(words, foot)]
    near = [code for code in NEAR_NEUTRAL if code in codes]
    if near:
        said.append(words.text(f"compared.{near[0]}"))
    elif foot.verdict == "no_effect_seen" and "no_gain_expected" in codes and not advised.total:
        said.append(words.text("compared.no_gain"))
    elif foot.verdict == "no_effect_seen" and advised.change:
        closer, worse = words.percent(advised.chance_closer), words.percent(advised.chance_worse)
        said.append(words.text("compared.guess", closer=closer, worse=worse))
    if not (near and foot.verdict == "not_tried"):
        said.append(learned(words, foot))
    if foot.tried_both_ways:
        said.append(words.text("compared.second", share=words.percent(sentences.SAME_COUNT_AFTER_VISIT)))
    return " ".join(said)


def expected(words: Words, foot: FootComparison) -> str:
    """Say where the heel is expected with the count to ride with."""
    advised = foot.recommendation
    return words.text(
        "compared.expected",
        target=advised.total,
        expected=words.heel(advised.expected_deg),
        interval=words.heel_interval(advised.interval_deg),
    )


def change_line(words: Words, foot: FootComparison) -> str:
    """Say in one line how far the heel was with the wedges from where it was without; as `measured` does at length."""
    told = foot.measured.values
    interval = words.heel_interval((told["low"], told["high"]))
    if rounded(told["low"]) * rounded(told["high"]) > 0:
        interval = words.interval((told["least"], told["most"]))  # all of it the way that the sentence names
    return words.text(
        "compared.change_line",
        count=told["count"],
        before=told["before"],
        size=words.degrees(told["size"]),
        way=told["way"],
        interval=interval,
    )


def learned(words: Words, foot: FootComparison) -> str:
    """Say where the response comes from, and what it is where the recordings moved it."""
    if foot.recommendation.response.source == "assumption":
        return words.text("sure.assumption")
    mean = foot.response.mean
    if rounded(mean) == 0.0:
        return words.text("compared.own_none")
    edge = "valgus" if (foot.keep or 0) < 0 else "varus"
    way = "in" if (mean > 0) == (edge == "varus") else "out"
    return words.text(
        "compared.own_pair" if foot.is_pair else "compared.own", edge=edge, way=way, size=words.degrees(abs(mean))
    )


def next_step(words: Words, foot: FootComparison, *, short: bool = False) -> str:
    """Say the one next step; short under an answer that names the shoe."""
    advice = foot.advice
    if short and advice is not None and advice.code in words.section("brief_next"):
        return words.text(f"brief_next.{advice.code}", **advice.values)
    if advice is None:
        return sentences.what_next(words, foot.recommendation)
    return degree_signs(words.finding(advice))


def at_length(words: Words, foot: FootComparison) -> list[str]:
    """Say of one foot what was measured, what is expected, and what to do next."""
    said = [measured(words, foot)]
    if foot.recommendation.next_step.action in ("test", "compare"):
        said.append(smallest_change(words, foot))
    if foot.curves is not None and foot.curves.differs:
        said.append(where_it_differs(words, foot.side, foot.curves))
    said.append(outlook(words, foot))
    return [*said, words.text("brief.next", message=next_step(words, foot))]


def smallest_change(words: Words, foot: FootComparison) -> str:
    """Say how small a change one recording before and one after can show."""
    before = foot.minimal_detectable_change_before_deg
    return words.text("compared.smallest_before", before=words.degrees(before))


def where_it_differs(words: Words, side: Side, found: CurveDifference) -> str:
    """Say where in the stroke the shape of the mean curves differs, and where most."""
    shoe = words.shoe(side)
    if not found.differs:
        return words.text("compared.shape_same", shoe=shoe)
    outside = np.where(np.abs(found.difference_deg) > found.half_width_deg, np.abs(found.difference_deg), 0.0)
    most = int(outside.argmax())
    whole = found.differs == ((0.0, 360.0),)
    stretches = words.text("compared.and").join(
        words.text("compared.stretch", low=low, high=high) for low, high in found.differs
    )
    return words.text(
        "compared.shape_everywhere" if whole else "compared.shape_in",
        shoe=shoe,
        stretches=stretches,
        reference=words.text("compared.after_top" if found.is_crank else "compared.of_phase"),
        at=float(found.phase_deg[most]),
        deg=words.degrees(abs(found.difference_deg[most])),
        way=words.text("axes.heel_out" if found.difference_deg[most] > 0 else "axes.heel_in"),
    )
