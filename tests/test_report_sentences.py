"""The sentences: every outcome with its own words, a change never a silent zero."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from helpers.report_sessions import before_after, make_foot, make_session, two_wedges
from helpers.results import make_recommendation

from bikefit.conventions import Z95
from bikefit.model import Excess, NextStep, Recommendation, Visible, reason, sentences
from bikefit.model.spread import measured
from bikefit.simulate import simulate_plain
from bikefit.words import ENGLISH

SD = 1.6 / Z95
"""Of an excess whose 95 % interval reaches 1.6 deg to each side."""


VISIT = (0, 2, -2, 0)


def recommendation(outcome: str, total: int | None, fitted: int = 0) -> Recommendation:
    told = () if outcome in ("fit_wedges", "beyond_stack") else (reason("no_gain_expected"),)
    step = NextStep("ride", (fitted,))
    if outcome in ("fit_wedges", "beyond_stack"):
        step = NextStep("compare", (0,)) if fitted else NextStep("test", VISIT)
    return make_recommendation(outcome, total, fitted, reasons=told, step=step)


@pytest.mark.parametrize(
    ("outcome", "total", "fitted", "words"),
    [
        ("fit_wedges", 2, 0, "Right shoe: try 2 varus wedges, thick side toward the bike."),
        ("fit_wedges", -2, 0, "try 2 valgus wedges, thick side away from the bike"),
        ("fit_wedges", 3, 1, "1 varus wedge is on, and what it does is not known. Record once without it"),
        ("fit_wedges", -3, -2, "2 valgus wedges are on, and what they do is not known. Record once without them"),
        ("fit_wedges", 0, 2, "2 varus wedges are on, and what they do is not known."),
        ("beyond_stack", 3, 2, "2 varus wedges are on, and what they do is not known."),
        ("keep", 2, 2, "keep 2 varus wedges (thick side toward the bike)."),
        ("no_wedge", 0, 0, "Right shoe: no wedge for now."),
        ("beyond_stack", 3, 0, "Check the cleat, its float and the neutral angle first. The most to try is 3 varus"),
        ("undetermined", None, 0, "cannot tell from this recording. No number of wedges"),
    ],
)
def test_advice_says_what_to_do(outcome: str, total: int | None, fitted: int, words: str) -> None:
    assert words in sentences.advice(ENGLISH, "right", recommendation(outcome, total, fitted), cap=3)


@pytest.mark.parametrize("fitted", [-3, -1, 2])
@pytest.mark.parametrize("total", [-3, -2, 0, 1, 3])
def test_with_wedges_on_no_change_of_them_is_named(total: int, fitted: int) -> None:
    """What they do is not known: neither the count that the JSON holds, nor where it would bring the heel."""
    told = recommendation("fit_wedges", total, fitted)
    assert told.named is None
    said = [
        sentences.advice(ENGLISH, "left", told, 3),
        told.headline(ENGLISH),
        sentences.outlook(ENGLISH, told),
        sentences.what_next(ENGLISH, told, Visible(1.6, 0.8)),
        sentences.advised_wedges(ENGLISH, told),
    ]
    named = " ".join(said).replace(ENGLISH.wedges(fitted), "")
    assert not re.search(r"\d+ (varus|valgus)|\badd\b|expected at|closer", named, re.I)


def test_the_first_result_points_to_the_visit_and_what_it_can_show() -> None:
    following = sentences.what_next(ENGLISH, recommendation("fit_wedges", 2), Visible(1.62, 0.84))
    assert "record no wedge, 2 varus wedges, 2 valgus wedges, no wedge" in following
    assert "bikefit" not in following  # it stands on the client's page
    assert "1.6°" in following
    assert "0.8°" in following
    assert "visit" not in sentences.what_next(ENGLISH, recommendation("no_wedge", 0))


def test_the_response_is_called_an_assumption_where_a_count_is_shown() -> None:
    for outcome, total, fitted in (("fit_wedges", 2, 0), ("beyond_stack", 3, 0), ("keep", 2, 2), ("fit_wedges", 3, 2)):
        assert "assumption" in sentences.outlook(ENGLISH, recommendation(outcome, total, fitted))


def test_a_wedge_is_called_unneeded_only_near_neutral() -> None:
    near = make_recommendation("no_wedge", 0, 0, reasons=(reason("within_band", band=1.0),))
    assert sentences.advice(ENGLISH, "left", near, 3) == "Left shoe: no wedge needed."
    assert near.headline(ENGLISH) == "No wedge needed"
    pinned = replace(near, reasons=(*near.reasons, reason("excess_is_lower_bound")))
    wide = replace(near, reasons=(reason("interval_holds_neutral", percent=80),))
    useless = replace(near, reasons=(reason("no_gain_expected"),))
    assert "close enough" in sentences.outlook(ENGLISH, near)
    assert "Where the float holds it" in sentences.outlook(ENGLISH, pinned)
    assert sentences.what_next(ENGLISH, near).startswith("Change nothing")
    assert sentences.what_next(ENGLISH, pinned).startswith("More float")
    for told in (pinned, wide, useless):
        assert sentences.advice(ENGLISH, "left", told, 3) == "Left shoe: no wedge for now."
        assert told.headline(ENGLISH) == "No wedge for now"


def test_the_headline_says_what_keeps_a_count_from_being_given() -> None:
    unknown = recommendation("undetermined", None)
    assert unknown.headline(ENGLISH) == "Cannot tell"
    lacking = replace(unknown, next_step=NextStep("check"))
    assert lacking.headline(ENGLISH) == "Neutral not known"
    told = reason("angle_implausible", side="right", deg=90.0, about="from_zero", fits="heading")
    assert replace(unknown, reasons=(told,)).headline(ENGLISH) == "Angle not plausible"
    assert "zero, its unit or its column" in sentences.what_next(ENGLISH, replace(unknown, reasons=(told,)))


def test_undetermined_is_no_zero() -> None:
    unknown = recommendation("undetermined", None)
    for said in (
        sentences.advice(ENGLISH, "left", unknown, 3),
        sentences.outlook(ENGLISH, unknown),
        unknown.headline(ENGLISH),
    ):
        assert not any(character.isdigit() for character in said)
    assert measured(ENGLISH, Excess(math.nan, math.nan, math.nan)) == ""


def test_what_was_measured_names_the_side_of_neutral() -> None:
    assert "External (heel-out)" in measured(ENGLISH, Excess(4.2, SD, 0.0))
    assert "4.2° out from neutral, 95 % interval 2.6° to 5.8° heel out" in measured(ENGLISH, Excess(4.2, SD, 0.0))
    assert "1.3° in from neutral" in measured(ENGLISH, Excess(-1.3, SD, 0.0))
    assert "may be larger" in measured(ENGLISH, Excess(4.2, SD, 0.0, lower_bound=True))


def test_the_knee_is_named_with_varus_only() -> None:
    assert any("knee" in line for line in sentences.cautions(ENGLISH, recommends_varus=True))
    assert not any("knee" in line for line in sentences.cautions(ENGLISH, recommends_varus=False))


def test_longer_bolts_are_for_wedges_under_the_cleat() -> None:
    assert any("longer" in line for line in sentences.cautions(ENGLISH, recommends_varus=True))
    in_shoe = sentences.cautions(ENGLISH, recommends_varus=True, placement="in_shoe")
    assert any("slides" in line for line in in_shoe)
    assert not any("longer" in line for line in in_shoe)


# ---- print and notebooks --------------------------------------------------------------------------------------


def test_a_printed_session_is_its_answers() -> None:
    result = two_wedges()
    lines = str(result).split("\n")
    assert [line.partition(":")[0] for line in lines] == ["Left shoe", "Right shoe"]
    right = result.feet["right"]
    assert str(right.recommendation) == "Try 2 varus wedges"
    assert str(right).startswith("Right shoe: Try 2 varus wedges. External (heel-out) rotation: ")
    assert str(right.excess) in str(right)
    unknown = make_session(make_foot("left", 3.0, neutral_deg=None))
    assert str(unknown).startswith("Left shoe: cannot tell from this recording. The neutral angle is not known.")
    assert str(unknown.feet["left"].excess) == "–"


def test_a_notebook_shows_the_answers_and_a_table() -> None:
    result = two_wedges()
    shown = result._repr_html_()
    assert shown.startswith(f"<p>{result.answers(ENGLISH)[0]}</p>")
    assert f"<td>{ENGLISH.signed_degrees(result.feet['right'].rotation.value_deg)}</td>" in shown
    assert shown.count("<th>") == shown.count("<tr>") + len(result.feet)


def test_a_printed_comparison_is_its_answers_and_verdicts() -> None:
    result = before_after("<b>")
    lines = str(result).split("\n")
    assert lines[-2].startswith("Right shoe: 2 varus wedges help. Ride with")
    assert lines[-1] == str(result.feet["right"].measured).replace(" deg", "°")
    shown = result._repr_html_()
    assert "<b>" not in shown
    assert shown.count("<tr>") == 1 + sum(len(foot.recordings) for foot in result.feet.values())


def test_a_printed_recording_says_what_it_holds() -> None:
    recording = simulate_plain(duration_s=75, rate_hz=50, seed=3, side="left")[0]
    assert str(recording) == f"{recording.name}: {recording.format}, 1:15 min; rotation of the left foot."
    assert str(replace(recording, feet={})).endswith("1:15 min; no foot data.")
