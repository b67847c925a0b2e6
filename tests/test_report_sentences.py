"""The sentences: every outcome with its own words, a change never a silent zero."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from helpers.report_sessions import before_after, make_foot, make_session, two_wedges
from helpers.results import make_recommendation

from bikefit.conventions import Z95
from bikefit.model import Excess, Recommendation, reason, sentences
from bikefit.model.spread import measured
from bikefit.simulate import simulate_plain
from bikefit.words import ENGLISH

SD = 1.6 / Z95
"""Of an excess whose 95 % interval reaches 1.6 deg to each side."""


def recommendation(outcome: str, total: int | None, fitted: int = 0, source: str = "assumption") -> Recommendation:
    told = () if outcome in ("fit_wedges", "beyond_stack") else (reason("no_gain_expected"),)
    return make_recommendation(outcome, total, fitted, source, told)


@pytest.mark.parametrize(
    ("outcome", "total", "fitted", "words"),
    [
        ("fit_wedges", 2, 0, "Right shoe: fit 2 varus wedges, thick side toward the bike. One at a time"),
        ("fit_wedges", 1, 0, "Right shoe: fit 1 varus wedge, thick side toward the bike. Then re-record."),
        ("fit_wedges", -2, 0, "fit 2 valgus wedges, thick side away from the bike"),
        ("fit_wedges", 3, 1, "add 2 to the 1 varus wedge, making 3 varus wedges"),
        ("fit_wedges", -3, -2, "add 1 to the 2 valgus wedges, making 3 valgus wedges"),
        ("fit_wedges", 1, 3, "take off 2 of the 3 varus wedges, leaving 1 varus wedge. One at a time"),
        ("fit_wedges", 0, 2, "take off the 2 varus wedges and ride without. One at a time"),
        ("fit_wedges", -1, 1, "take off the 1 varus wedge, then fit 1 valgus wedge, thick side away"),
        ("fit_wedges", 2, 2, "stay with 2 varus wedges"),
        ("keep", 2, 2, "keep the 2 varus wedges (thick side toward the bike); no change."),
        ("no_wedge", 0, 0, "Right shoe: no wedge needed."),
        ("beyond_stack", 3, 0, "Check the cleat, its float and the neutral angle first; the most to fit is 3 varus"),
        ("beyond_stack", 3, 3, "3 varus wedges are on already"),
        ("undetermined", None, 0, "cannot tell from this recording. No change of wedges"),
    ],
)
def test_advice_says_what_to_do(outcome: str, total: int | None, fitted: int, words: str) -> None:
    assert words in sentences.advice(ENGLISH, "right", recommendation(outcome, total, fitted), cap=3)


@pytest.mark.parametrize("total", [-3, -2, -1, 1, 2, 3])
def test_every_change_is_paced(total: int) -> None:
    said = sentences.advice(ENGLISH, "left", recommendation("fit_wedges", total), cap=3)
    assert said.startswith("Left shoe: ")
    assert "re-record" in said


def test_the_response_is_called_an_assumption_where_a_count_is_shown() -> None:
    assert "assumption" in sentences.outlook(ENGLISH, recommendation("fit_wedges", 2))
    assert "assumption" in sentences.outlook(ENGLISH, recommendation("beyond_stack", 3))
    assert "assumption" in sentences.outlook(ENGLISH, recommendation("keep", 2, 2))
    own = sentences.outlook(ENGLISH, recommendation("fit_wedges", 2, source="own"))
    assert "assumption" not in own
    assert "own recordings" in own


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
    assert "4.2° out from neutral, very likely 2.6° to 5.8° heel out" in measured(ENGLISH, Excess(4.2, SD, 0.0))
    assert "1.3° in from neutral" in measured(ENGLISH, Excess(-1.3, SD, 0.0))
    assert "may be larger" in measured(ENGLISH, Excess(4.2, SD, 0.0, lower_bound=True))


def test_the_knee_is_named_with_varus_only() -> None:
    assert any("knee" in line for line in sentences.cautions(ENGLISH, recommends_varus=True))
    assert not any("knee" in line for line in sentences.cautions(ENGLISH, recommends_varus=False))


# ---- print and notebooks --------------------------------------------------------------------------------------


def test_a_printed_session_is_its_answers() -> None:
    result = two_wedges()
    lines = str(result).split("\n")
    assert [line.partition(":")[0] for line in lines] == ["Left shoe", "Right shoe"]
    right = result.feet["right"]
    assert str(right.recommendation) == "Fit 2 varus wedges"
    assert str(right).startswith("Right shoe: Fit 2 varus wedges. External (heel-out) rotation: ")
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
    verdict = result.feet["right"].verdict
    assert verdict is not None
    assert str(result).split("\n")[-1] == str(verdict)
    shown = result._repr_html_()
    assert "<b>" not in shown
    assert shown.count("<tr>") == 1 + sum(len(foot.recordings) for foot in result.feet.values())


def test_a_printed_recording_says_what_it_holds() -> None:
    recording = simulate_plain(duration_s=75, rate_hz=50, seed=3, side="left")[0]
    assert str(recording) == f"{recording.name}: {recording.format}, 1:15 min; rotation of the left foot."
    assert str(replace(recording, feet={})).endswith("1:15 min; nothing of the feet.")
