"""One voice: verdict, what to keep and next step agree in numbers, JSON and words; each page follows from the last."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from helpers.results import make_foot, make_session

from bikefit.comparison import ComparisonResult, FootComparison, compare, compare_readings, sentences
from bikefit.comparison.sentences import at_length
from bikefit.conventions import Side
from bikefit.model import Excess, Neutral, NextStep, Reading, Readings, RecordingInfo
from bikefit.model import sentences as first_sentences
from bikefit.response import allowed_totals
from bikefit.settings import Settings
from bikefit.simulate import simulate_plain
from bikefit.wedge_systems import load_system
from bikefit.words import ENGLISH, degree_signs

SYSTEM = load_system("bikefit-cleat")


def read(side: Side, excess_deg: float, wedges: int, error_deg: float = 0.05) -> Reading:
    excess = Excess(excess_deg, error_deg, 0.8)
    return Reading(side, excess_deg, error_deg, "mean", Neutral("zero", 0.0), excess, "rider", wedges, 150)


def recording(number: int, *feet: Reading) -> Readings:
    info = RecordingInfo(f"ride{number}.csv", f"{number:064x}", "csv", None, 0.0, 120.0, 120.0, 100.0)
    return Readings(info, SYSTEM, {foot.side: foot for foot in feet})


def compared(values: Sequence[float], counts: Sequence[int], **more: Any) -> ComparisonResult:
    told = [
        recording(number, read("right", value, total))
        for number, (value, total) in enumerate(zip(values, counts, strict=True))
    ]
    return compare_readings(told, settings=Settings(), **more)


# ---- 500 riders: nothing that is said of one foot goes against anything else ----------------------------------


def many() -> tuple[ComparisonResult, ...]:
    """Return comparisons of riders with random excess, response, noise, plan and mounting; some with a control foot."""
    rng = np.random.default_rng(15)
    results = []
    for _ in range(500):
        size = int(rng.integers(2, 6))
        counts = rng.choice([-3, -2, -1, 0, 0, 0, 1, 2, 3], size)
        excess, response, noise = rng.normal(0, 3), rng.normal(0.2, 0.7), rng.choice([0.0, 0.2, 0.6])
        values = excess - response * counts + noise * rng.normal(size=size)
        rides = []
        for number, (value, total) in enumerate(zip(values, counts, strict=True)):
            control = [read("left", float(rng.normal(0.2, noise)), 0)] if size % 2 else []
            rides.append(recording(number, *control, read("right", float(value), int(total))))
        results.append(compare_readings(rides, remounted=bool(rng.random() < 0.2), settings=Settings()))
    return tuple(results)


Told = list[tuple[FootComparison, dict[str, Any]]]


def test_nothing_said_of_a_foot_goes_against_anything_else() -> None:
    told = [
        (foot, json.loads(json.dumps(foot.to_dict(), allow_nan=False)))
        for result in many()
        for foot in result.feet.values()
    ]
    the_verdict_is_that_of_the_interval(told)
    what_to_keep_follows_from_the_verdict(told)
    the_next_step_follows_from_both(told)
    the_words_say_what_the_json_says(told)


def the_verdict_is_that_of_the_interval(feet: Told) -> None:
    for _, told in feet:
        interval = told["change_interval_deg"]
        if interval is None:
            assert (told["verdict"], told["change_deg"], told["change_detected"]) == ("not_tried", None, None)
            continue
        low, high = interval
        assert low <= told["change_deg"] <= high
        assert told["change_detected"] == (not low <= 0.0 <= high)
        assert told["change_detected"] == (told["verdict"] in ("helps", "harms", "too_much"))
        assert told["minimal_detectable_change_deg"] == pytest.approx(0.5 * (high - low))


def what_to_keep_follows_from_the_verdict(feet: Told) -> None:
    seen = set()
    for foot, told in feet:
        keep, counts = told["keep"], [item["wedges"] for item in told["recordings"]]
        advised = told["recommendation"]
        assert keep == foot.recommendation.total
        assert advised["change"] == keep - counts[-1]
        assert keep in allowed_totals(counts, SYSTEM.cap)
        if advised["outcome"] != "beyond_stack":
            assert (advised["outcome"] in ("keep", "no_wedge")) == (advised["change"] == 0)
        if told["verdict"] == "not_tried":
            assert advised["change"] == 0
        if told["change_detected"]:
            away = measured_distance(foot)
            start = foot.change.from_wedges if foot.change else 0
            assert away(keep) <= away(start) + 1e-9
            if told["verdict"] == "helps":
                assert away(keep) < away(start)
                assert any(away(count) < away(start) for count in counts)
            else:
                assert all(away(count) >= away(start) - 1e-9 for count in counts)
        if told["verdict"] == "no_effect_seen" and not min(counts) < 0 < max(counts):
            assert min(0, *counts) <= keep <= max(0, *counts)
        seen.add(told["verdict"])
    assert seen == {"helps", "harms", "too_much", "no_effect_seen", "not_tried"}


def measured_distance(foot: FootComparison) -> Callable[[int], float]:
    """Return how far from neutral each count leaves the heel, by the change that was measured."""
    assert foot.change is not None
    change = foot.change
    options = {option.wedges: option.expected_deg for option in foot.recommendation.options}
    slope = change.deg / (change.to_wedges - change.from_wedges)
    return lambda count: abs(options[change.from_wedges] + slope * (count - change.from_wedges))


def the_next_step_follows_from_both(feet: Told) -> None:
    seen = set()
    for foot, told in feet:
        step, keep = told["recommendation"]["next_step"], told["keep"]
        counts = [item["wedges"] for item in told["recordings"]]
        action, asked = step["action"], step["counts"]
        seen.add(action)
        assert all(abs(count) <= SYSTEM.cap for count in asked)
        assert isinstance(told["next_recording"], str)
        to_record = action in ("record", "repeat", "test", "compare")
        assert told["next_recording_wedges"] == (asked[0] if to_record else None)
        if action == "ride":
            assert asked == [keep]
        if action == "take_off":
            assert (asked, keep) == ([0], 0)
            assert counts[-1] != 0
        if action == "repeat":
            assert asked[0] in counts
        if action == "check":
            assert (asked, keep) == ([], 0)
        if action in ("test", "compare"):
            assert told["verdict"] == "not_tried"
            assert (counts[-1] != 0) == (action == "compare")
        if action == "record":
            assert len(asked) == 1
            if told["change_detected"]:
                away, start = measured_distance(foot), foot.change.from_wedges if foot.change else 0
                assert asked[0] in (0, start) or away(asked[0]) < away(start)
    assert seen == {"ride", "take_off", "repeat", "check", "test", "compare", "record"}


def the_words_say_what_the_json_says(feet: Told) -> None:
    for foot, told in feet:
        answer = sentences.answer(ENGLISH, foot, SYSTEM.cap)
        said = at_length(ENGLISH, foot)
        keep, fitted = told["keep"], told["recordings"][-1]["wedges"]
        assert (" help" in answer or "is closer to neutral" in answer) == (told["verdict"] == "helps")
        assert ("the wrong way" in answer or "is further from neutral" in answer) == (told["verdict"] == "harms")
        assert ("too much" in answer or "is past neutral" in answer) == (told["verdict"] == "too_much")
        assert ("no clear effect" in answer) == (told["verdict"] == "no_effect_seen")
        named = answer.partition(". ")[2]
        assert keep == 0 or ENGLISH.wedges(keep) in named
        if keep == 0:
            assert "ithout" in named
            assert ("Take off" in named) == (fitted != 0)
        assert said[-1] == f"Next: {degree_signs(told['next_recording'])}"
        if told["change_deg"] is None:
            continue
        measured, values = said[0], foot.measured.values
        share = (values["count"] - values["before"]) / (foot.change.to_wedges - foot.change.from_wedges)  # type: ignore[union-attr]
        assert values["deg"] == pytest.approx(share * told["change_deg"])
        assert sorted((values["low"], values["high"])) == pytest.approx(
            sorted(share * end for end in told["change_interval_deg"])
        )
        assert f"{abs(values['deg']):.1f}° further {'out' if values['deg'] > 0 else 'in'}" in measured
        assert ("95 %" in measured) == told["change_detected"]
        source = told["recommendation"]["response"]["source"]
        learned = "own recordings" in " ".join(said) or "this pair of recordings" in " ".join(said)
        assert learned == (source == "own" and told["verdict"] != "not_tried")


# ---- four riders, from the first page to the last -------------------------------------------------------------


def walk(excess_deg: float, response: float) -> tuple[list[FootComparison], list[int]]:
    """Follow a rider from the first result through the visit and every next step; return the pages and the counts."""
    noise = (0.05, -0.05, 0.03, -0.02, 0.04, -0.04, 0.02)
    first = make_session(make_foot("right", excess_deg, error_deg=0.05, decided=True)).feet["right"]
    step = first.recommendation.next_step
    assert step == NextStep("test", (0, 2, -2, 0))
    assert first.recommendation.headline(ENGLISH) == f"Try {ENGLISH.wedges(first.recommendation.total)}"
    following = first_sentences.what_next(ENGLISH, first.recommendation)
    assert "no wedge, 2 varus wedges, 2 valgus wedges, no wedge" in following
    counts, pages = list(step.counts), []
    while True:
        values = [excess_deg - response * count + error for count, error in zip(counts, noise, strict=False)]
        page = compared(values, counts).feet["right"]
        pages.append(page)
        step = page.recommendation.next_step
        if step.action not in ("record", "repeat"):
            return pages, counts
        assert len(counts) < len(noise), "the advice never comes to an end"
        counts += step.counts


@pytest.mark.parametrize(
    ("response", "verdicts", "keep", "last"),
    [
        (0.25, ["no_effect_seen", "helps"], 3, "ride"),
        (1.0, ["helps"], 2, "ride"),
        (-0.5, ["helps", "helps"], -3, "ride"),
        (0.0, ["no_effect_seen"], 0, "check"),
    ],
    ids=["average", "strong", "wrong_way", "none"],
)
def test_a_rider_from_the_first_page_to_the_last(response: float, verdicts: list[str], keep: int, last: str) -> None:
    pages, counts = walk(3.0, response)
    assert [page.verdict for page in pages] == verdicts, counts
    assert pages[-1].keep == keep
    assert pages[-1].recommendation.next_step.action == last
    for page, following in pairwise(pages):
        assert page.keep is not None
        assert following.keep is not None
        assert page.keep * following.keep >= 0, "a page takes back what the one before said"
    if keep:
        ends = [option for option in pages[-1].recommendation.options if option.wedges in (0, keep)]
        assert min(ends, key=lambda option: abs(option.expected_deg)).wedges == keep


def test_one_trial_the_wrong_way_is_followed_by_the_other_side() -> None:
    page = compared([3.0, 4.2, 3.0], [0, 2, 0]).feet["right"]
    assert (page.verdict, page.keep) == ("harms", 0)
    assert page.recommendation.next_step == NextStep("record", (-3,))
    page = compared([3.0, 4.2, 3.0, 1.2], [0, 2, 0, -3]).feet["right"]
    assert (page.verdict, page.keep) == ("helps", -3)


# ---- recordings that once misled, from strokes to words -------------------------------------------------------


def rides(means: Sequence[float], counts: Sequence[int]) -> FootComparison:
    recorded = [
        simulate_plain(duration_s=45, rate_hz=50, seed=seed, side="right", right_mean_deg=mean)[0]
        for seed, mean in enumerate(means)
    ]
    return compare(recorded, right_wedges=counts).feet["right"]


def test_an_agreeing_repeat_does_not_weaken_the_verdict() -> None:
    pair, repeated = rides([4.0, 2.0], [0, 2]), rides([4.0, 2.0, 4.0], [0, 2, 0])
    assert (pair.verdict, repeated.verdict) == ("helps", "helps")
    assert repeated.minimal_detectable_change_deg < pair.minimal_detectable_change_deg
    assert repeated.response.probability_heel_in > pair.response.probability_heel_in
    assert repeated.keep == pair.keep


def test_a_drift_in_step_with_the_wedges_is_no_effect() -> None:
    foot = rides([4.0, 3.45, 2.9], [0, 1, 2])
    assert foot.verdict == "no_effect_seen"
    assert "order_confounded" in {item.code for item in foot.findings}
    assert foot.recommendation.next_step == NextStep("repeat", (0,))
    steady = rides([4.0, 3.45, 2.9, 2.4], [0, 1, 2, 0])
    assert steady.verdict == "no_effect_seen"
    assert steady.drift_deg_per_recording < 0


def test_after_a_wrong_way_the_other_side_is_the_next_recording() -> None:
    foot = rides([4.0, 5.7, 4.0], [0, 2, 0])
    assert foot.verdict == "harms"
    assert foot.recommendation.next_step.counts[0] < 0
    assert "Try the other way" in sentences.next_step(ENGLISH, foot)
