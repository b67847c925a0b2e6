"""The terminal by itself: at most fifteen lines for two shoes, the digits of the JSON, all else behind --details."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.report_sessions import before_after, make_foot, make_session, two_wedges
from rich.console import Console, RenderableType

from bikefit.comparison import compare, compare_sessions
from bikefit.inspection import inspect_recording
from bikefit.model import SessionResult, finding, reason
from bikefit.model.findings import codes
from bikefit.report.brief_sentences import first_sentence
from bikefit.report.notes import session_notes
from bikefit.report.out.brief import MOST_LINES
from bikefit.report.out.comparison_text import comparison_text
from bikefit.report.out.inspection_text import inspection_text
from bikefit.report.out.text import session_text
from bikefit.words import ENGLISH, Words

SAMPLES = Path(__file__).parents[1] / "sample_data"


def on_terminal(renderable: RenderableType, width: int = 100) -> str:
    page = io.StringIO()
    Console(file=page, width=width).print(renderable)
    return page.getvalue()


def lines(renderable: RenderableType, width: int = 100) -> list[str]:
    return on_terminal(renderable, width).splitlines()


def with_much_to_know(result: SessionResult) -> SessionResult:
    """Return a session with every warning that matters, on both feet."""
    told = (
        finding("metric_matters", metric="mean", chosen=2, others={"power_phase": 0}),
        finding("drift", deg=3.2, side="left"),
        finding("level_shift", low=1.0, high=4.0, at_s=61.0, side="left"),
        finding("float_stop", deg=3.5, percent=47.0, side="left"),
        finding("few_strokes", used=12, side="left"),
        finding("zero_from_file", side="left"),
    )
    return replace(result, feet={side: replace(foot, findings=told) for side, foot in result.feet.items()})


def undetermined() -> SessionResult:
    """Return two feet that cannot be told, for the longest of reasons."""
    result = make_session(make_foot("left", 3.0, neutral_deg=None), make_foot("right", 3.0, neutral_deg=None))
    longest = (reason("pose_off_pedal", from_s=2.0, to_s=9.0), reason("no_strokes"))
    implausible = (reason("angle_implausible", side="right", deg=90.0, about="from_zero", fits="heading"),)
    feet = {
        side: replace(foot, recommendation=replace(foot.recommendation, reasons=reasons))
        for (side, foot), reasons in zip(result.feet.items(), (longest, implausible), strict=True)
    }
    return replace(result, feet=feet)


SESSIONS: dict[str, Callable[[], SessionResult]] = {
    "two wedges": two_wedges,
    "both out": lambda: make_session(make_foot("left", 4.0), make_foot("right", -4.0)),
    "both at a float stop": lambda: make_session(
        make_foot("left", 4.0, stop_deg=4.5), make_foot("right", 4.0, stop_deg=4.5)
    ),
    "wedges on": lambda: make_session(make_foot("left", 4.0, fitted=1), make_foot("right", 4.0, fitted=-2)),
    "beyond the stack": lambda: make_session(make_foot("left", 14.0), make_foot("right", -14.0)),
    "undetermined": undetermined,
}


@pytest.mark.parametrize("make", SESSIONS.values(), ids=SESSIONS)
def test_two_shoes_take_fifteen_lines_at_most_in_german_too(make: Callable[[], SessionResult]) -> None:
    for width in (80, 100):
        printed = lines(session_text(Words("de"), with_much_to_know(make())), width)
        assert len(printed) <= MOST_LINES, "\n".join(printed)


@pytest.mark.parametrize("width", [80, 100, 140])
@pytest.mark.parametrize("make", SESSIONS.values(), ids=SESSIONS)
def test_two_shoes_take_fifteen_lines_at_most(make: Callable[[], SessionResult], width: int) -> None:
    for result in (make(), with_much_to_know(make())):
        printed = lines(session_text(ENGLISH, result), width)
        assert len(printed) <= MOST_LINES, "\n".join(printed)
        assert "--details" in printed[-1]
        assert all(any(line.startswith(ENGLISH.shoe(side)) for line in printed) for side in result.feet)


def test_the_answer_comes_first_and_the_warning_that_changes_most_before_others() -> None:
    result = with_much_to_know(two_wedges())
    told = [note.code for note in session_notes(ENGLISH, result)]
    assert told[:4] == ["float_stop", "level_shift", "drift", "metric_matters"]
    assert told.index("few_strokes") < told.index("zero_from_file")
    printed = on_terminal(session_text(ENGLISH, result), 140)
    assert printed.index("Right shoe: try") < printed.index("Next") < printed.index("cleat's float")
    assert "metric" not in printed.lower()
    assert "5 more remarks" in printed or "4 more remarks" in printed or "3 more remarks" in printed


def test_the_short_answer_has_the_digits_of_the_json() -> None:
    result = two_wedges()
    printed = " ".join(on_terminal(session_text(ENGLISH, result)).split())
    for foot in result.to_dict()["feet"].values():
        low, high = foot["excess"]["interval_deg"]
        assert ENGLISH.heel(foot["excess"]["deg"]) in printed
        assert ENGLISH.heel_interval((low, high)) in printed
        if foot["recommendation"]["change"]:
            assert ENGLISH.heel(foot["recommendation"]["expected_deg"]) in printed


def test_details_hold_all_that_the_short_answer_holds_and_every_finding() -> None:
    result = two_wedges()
    printed = " ".join(on_terminal(session_text(ENGLISH, result, details=True), 200).split())
    for foot in result.feet.values():
        for said in foot.findings:
            assert ENGLISH.finding(said) in printed
    assert all(answer in printed for answer in result.answers(ENGLISH))


def visit(name: str, *, right: tuple[int, ...], left: tuple[int, ...] | None = None) -> Any:
    rides = [SAMPLES / f"{name}_{number}.fit" for number in range(1, len(right) + 1)]
    return compare(rides, left, right)


@pytest.mark.parametrize("width", [80, 100])
def test_a_comparison_says_the_verdict_first_and_each_thing_once(width: int) -> None:
    result = visit("visit_helped", right=(0, 2, -2, 0))
    printed = lines(comparison_text(ENGLISH, result), width)
    assert len(printed) <= MOST_LINES
    assert printed[2].startswith("Right shoe: 2 varus wedges help.")
    whole = " ".join(" ".join(printed).split())
    foot = result.to_dict()["feet"]["right"]
    assert whole.count(f"{abs(foot['change_deg'] / 2 * 1):.1f}° further in") <= 1
    assert whole.count("Expected with 2 varus wedges") == 1
    assert ENGLISH.heel(foot["recommendation"]["expected_deg"]) in whole
    assert " deg" not in whole
    untouched = [line for line in printed if line.startswith("Left shoe")]
    assert len(untouched) == 1
    assert "not changed" in untouched[0]


def test_a_comparison_with_both_shoes_changed_fits_too() -> None:
    rides = [SAMPLES / f"wrong_way_{number}.csv" for number in (1, 2)]
    printed = lines(comparison_text(ENGLISH, compare(rides, (0, 1), (0, 2))))
    assert len(printed) <= MOST_LINES
    printed = lines(comparison_text(ENGLISH, before_after()))
    assert len(printed) <= MOST_LINES


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("counts", [(0, 2), (2, 0), (0, -1), (0, 3), (0, 2, 0), (2, -2, 0), (0, 2, -2, 0)])
def test_two_changed_shoes_on_a_narrow_terminal_take_fifteen_lines_at_most(
    counts: tuple[int, ...], language: str
) -> None:
    words = Words(language)
    for left_deg, right_deg, response in ((4.0, -9.0, 0.6), (1.0, 12.0, -0.4), (9.0, 2.5, 0.0)):
        rides = [
            make_session(
                make_foot("left", left_deg - response * count + 0.1 * place, fitted=count),
                make_foot("right", right_deg - response * count - 0.2 * place, fitted=count),
            )
            for place, count in enumerate(counts)
        ]
        result = compare_sessions(rides)
        printed = lines(comparison_text(words, result), 80)
        assert len(printed) <= MOST_LINES, "\n".join(printed)
        whole = " ".join(" ".join(printed).split())
        for side, foot in result.feet.items():
            assert words.shoe(side) in whole
            assert words.heel(foot.recommendation.expected_deg) in whole


@pytest.mark.parametrize("name", ["two_wedges.fit", "sessions/emma_ride.fit", "markers.trc"])
def test_an_inspection_is_short_too_and_keeps_the_line_to_paste(name: str) -> None:
    found = inspect_recording(SAMPLES / name)
    short, whole = (on_terminal(inspection_text(ENGLISH, found, details=each)) for each in (False, True))
    assert len(short.splitlines()) < len(whole.splitlines())
    for line in found.advice:
        assert line in short
    for channel in found.channels:
        assert channel.name in " ".join(short.split())


def test_the_first_sentence_of_a_finding_is_whole() -> None:
    for code in codes():
        told = ENGLISH.section("findings")[code]
        assert first_sentence(told)[-1] in ".?!", told
    assert first_sentence("About 3.5 deg. Then 2.") == "About 3.5 deg."


def test_the_flag_is_taken_by_the_commands(run: Callable[..., Any], samples: Path) -> None:
    short, whole = (run("analyze", samples / "two_wedges.csv", *flag) for flag in ((), ("--details",)))
    assert len(short.out.splitlines()) <= MOST_LINES < len(whole.out.splitlines())
    assert "Standard" not in short.out
    assert re.search(r"Strokes used +\d+ of \d+", whole.out)
