"""Comparison of sessions: contract, guards, verdicts, properties, curves; and once from simulated rides end to end."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.results import make_foot, make_session
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bikefit.analysis import AnalyzeOptions
from bikefit.comparison import ComparisonResult, FootComparison, compare, compare_sessions, sentences
from bikefit.comparison.curves import band_half_width_deg, stretches
from bikefit.comparison.session import compare_readings
from bikefit.comparison.sources import as_sources
from bikefit.conventions import SIDES, PerFoot, Side, other_side
from bikefit.errors import UsageError
from bikefit.io import section
from bikefit.io.text.writer import write_csv
from bikefit.model import (
    FootResult,
    Neutral,
    NextStep,
    SessionResult,
    readings_of,
)
from bikefit.response import allowed_totals
from bikefit.sessions.manifest import read_manifest
from bikefit.sessions.session import Session
from bikefit.settings import Settings
from bikefit.simulate import simulate_plain
from bikefit.wedge_systems import load_system
from bikefit.words import ENGLISH

SYSTEM = load_system("bikefit-cleat")
NAN = math.nan


def foot_of(side: Side, value_deg: float, wedges: int, **more: Any) -> FootResult:
    return make_foot(side, value_deg, fitted=wedges, **more)


def session_of(feet: Sequence[FootResult], number: int = 0, **info: Any) -> SessionResult:
    return make_session(*feet, **{"name": f"ride{number}.csv", "sha256": f"{number:064x}", **info})


def series(values: Sequence[float], wedges: Sequence[int], side: Side = "right", **more: object) -> list[SessionResult]:
    return [
        session_of([foot_of(side, value, total, **{"used": 12, **more})], i)  # type: ignore[arg-type]
        for i, (value, total) in enumerate(zip(values, wedges, strict=True))
    ]


def right(values: Sequence[float], wedges: Sequence[int], settings: Settings | None = None, **more: object):  # type: ignore[no-untyped-def]
    return compare_sessions(series(values, wedges, **more), settings=settings).feet["right"]


def codes(foot: FootComparison) -> set[str]:
    return {item.code for item in foot.findings}


# ---- the contract ------------------------------------------------------------------------------------------


def test_json_has_the_contract_s_names() -> None:
    result = compare_sessions(series([6.0, 4.0, 6.1], [0, 2, 0]))
    document = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert document["schema"] == "bikefit.comparison/2"
    foot = document["feet"]["right"]
    assert set(document["feet"]) == {"right"}
    assert [set(item) for item in foot["recordings"]] == [{"name", "wedges", "value_deg", "standard_error_deg"}] * 3
    assert [item["wedges"] for item in foot["recordings"]] == [0, 2, 0]
    assert set(foot["response"]) == {"prior", "mean", "sd", "interval", "probability_heel_in"}
    assert foot["response"]["prior"] == {"mean": 0.25, "sd": 0.5}
    assert foot["change_deg"] == pytest.approx(-2.05)
    assert foot["change_detected"] is True
    for name in ("between_recording_sd_deg", "minimal_detectable_change_deg"):
        assert foot[name] > 0
    assert foot["recommendation"]["response"]["source"] == "own"
    assert {option["wedges"] for option in foot["recommendation"]["options"]} == {0, 1, 2, 3}
    assert isinstance(foot["next_recording"], str)
    assert list(foot) == [
        "recordings", "response", "between_recording_sd_deg", "between_recording_sd_interval_deg",
        "drift_deg_per_recording", "minimal_detectable_change_before_deg", "minimal_detectable_change_deg",
        "change_deg", "change_interval_deg", "change_detected", "verdict", "keep", "recommendation", "next_recording",
        "next_recording_wedges", "findings",
    ]  # fmt: skip
    assert (foot["verdict"], foot["keep"]) == ("helps", 3)
    assert foot["recommendation"]["next_step"] == {"action": "record", "counts": [3]}


def test_the_worked_numbers_come_through() -> None:
    exact = Settings(between_left_on_deg=0.0, drift_sd_deg=0.0)
    foot = right([6.0, 4.0], [0, 2], exact, error_deg=0.5)
    assert foot.response.mean == pytest.approx(0.750, abs=5e-4)
    assert foot.response.sd == pytest.approx(0.2887, abs=5e-5)
    wrong = right([6.0, 6.8], [0, 2], exact, error_deg=0.5)
    assert wrong.response.mean == pytest.approx(-0.183, abs=5e-4)
    assert wrong.response.probability_heel_in == pytest.approx(1 - 0.737, abs=5e-4)


def test_the_sd_between_recordings() -> None:
    first = right([6.0, 4.0], [0, 2])
    low, high = first.between_recording_sd_interval_deg
    assert low < 0.4 < high
    remounted = compare_sessions(series([6.0, 4.0], [0, 2]), remounted=True).feet["right"]
    assert remounted.between_recording_sd_deg > 1.5 * first.between_recording_sd_deg
    assert right([6.0, 4.0, 6.0], [0, 2, 0]).between_recording_sd_interval_deg[1] < high


def test_laps_of_one_file_differ_less() -> None:
    laps = [
        session_of([foot_of("right", value, total)], 1, from_s=from_s, to_s=from_s + 100.0)
        for value, total, from_s in ((6.0, 0, 0.0), (4.0, 2, 120.0))
    ]
    result = compare_sessions(laps)
    assert result.mounting == "laps"
    apart = right([6.0, 4.0], [0, 2])
    assert result.feet["right"].minimal_detectable_change_deg < apart.minimal_detectable_change_deg
    assert compare_sessions(laps, remounted=True).mounting == "remounted"


def test_an_untouched_foot_is_a_control() -> None:
    def both(left: Sequence[float]) -> ComparisonResult:
        return compare_sessions(
            [
                session_of([foot_of("left", l_value, 0), foot_of("right", r_value, total)], i)
                for i, (l_value, r_value, total) in enumerate(zip(left, [6.0, 4.0, 6.0], [0, 2, 0], strict=True))
            ]
        )

    quiet, restless = both([1.0, 1.0, 1.0]), both([1.0, 3.0, -1.0])
    widths = [result.feet["right"].minimal_detectable_change_deg for result in (quiet, restless)]
    assert widths[0] < right([6.0, 4.0, 6.0], [0, 2, 0]).minimal_detectable_change_deg < widths[1]
    for result in (quiet, restless):
        sds = {foot.between_recording_sd_interval_deg for foot in result.feet.values()}
        assert len(sds) == 1


def test_minimal_detectable_change_before_and_after() -> None:
    foot = right([6.0, 4.0], [0, 2], error_deg=0.3)
    assert foot.minimal_detectable_change_before_deg == pytest.approx(foot.minimal_detectable_change_deg, abs=1e-6)
    assert foot.change is not None
    assert foot.change.detected == (abs(foot.change.deg) > foot.minimal_detectable_change_deg)
    again = right([6.0, 4.0, 6.0], [0, 2, 0], error_deg=0.3)
    assert again.minimal_detectable_change_deg < again.minimal_detectable_change_before_deg


# ---- what was said of the recordings -----------------------------------------------------------------------


def test_counts_must_match_the_recordings() -> None:
    for wrong in ([0], [0, 1, 2]):
        with pytest.raises(UsageError, match="--right-wedges"):
            as_sources(["a.csv", "b.csv"], PerFoot(None, wrong))
    with pytest.raises(UsageError, match="how many wedges"):
        as_sources(["a.csv", "b.csv"])
    with pytest.raises(UsageError, match=r"two recordings.*a.csv@lap1 a.csv@lap2"):
        as_sources(["a.csv"], PerFoot([0], None))
    with pytest.raises(UsageError, match="--left-rotation"):
        as_sources(["a.csv", "b.csv", "c.csv"], PerFoot([0, 1, 0], None), PerFoot([0, 3], None))


def test_a_manifest_brings_its_own_counts() -> None:
    rows = [Session(files=(Path(f"{name}.csv"),), left_wedges=count) for name, count in (("a", 0), ("b", 2))]
    assert [row.session for row in as_sources(rows)] == rows
    with pytest.raises(UsageError, match="manifest"):
        as_sources(rows, PerFoot([0, 2], None))
    with pytest.raises(UsageError, match="left_wedges"):
        as_sources([Session(files=(Path("a.csv"),)), Session(files=(Path("b.csv"),))])


def test_a_manifest_s_own_neutral_and_system_are_used_and_guarded(tmp_path: Path) -> None:
    for name, seed, total in (("a", 1, 0), ("b", 2, 2)):
        ride, _ = simulate_plain(duration_s=40, seed=seed, right_mean_deg=5.0, right_wedges=total, response=0.8)
        write_csv(ride, tmp_path / f"{name}.csv")
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(
        "file,right_wedges,right_neutral,system\na.csv,0,2,bikefit-in-shoe\nb.csv,1,2,bikefit-in-shoe\n"
    )
    result = compare(read_manifest(manifest))
    assert result.system.id == "bikefit-in-shoe"
    assert result.feet["right"].recordings[0].value_deg == pytest.approx(3.0, abs=0.4)
    manifest.write_text("file,right_wedges,right_neutral\na.csv,0,2\nb.csv,1,1\n")
    with pytest.raises(UsageError, match="neutral angle"):
        compare(read_manifest(manifest))
    manifest.write_text("file,right_wedges,rider\na.csv,0,Ann\nb.csv,1,Bob\n")
    with pytest.raises(UsageError, match="more than one rider"):
        compare(read_manifest(manifest))


def test_a_manifest_with_one_file_a_shoe(tmp_path: Path) -> None:
    rows = ["file,session,side,left_wedges,right_wedges"]
    for seed, total in enumerate((0, 2)):
        for side in ("left", "right"):
            means = {f"{side}_mean_deg": 4.0, f"{side}_wedges": total if side == "right" else 0}
            ride, _ = simulate_plain(duration_s=40, seed=seed, side=side, response=0.8, **means)  # type: ignore[arg-type]
            write_csv(ride, tmp_path / f"{side}{seed}.csv")
            rows.append(f"{side}{seed}.csv,trial {seed},{side},0,{total}")
    (tmp_path / "manifest.csv").write_text("\n".join(rows) + "\n")
    feet = compare(read_manifest(tmp_path / "manifest.csv")).feet
    assert [item.wedges for item in feet["right"].recordings] == [0, 2]
    assert [item.value_deg for item in feet["right"].recordings] == pytest.approx([4.0, 2.4], abs=0.4)
    assert [item.value_deg for item in feet["left"].recordings] == pytest.approx([4.0, 4.0], abs=0.4)


def test_a_turn_is_told_for_every_recording() -> None:
    rows = as_sources(["a.csv", "b.csv", "c.csv"], PerFoot([0, 0, 1], None), PerFoot([0.0, 2.0, 2.0], None))
    assert [row.turn_deg.left for row in rows] == [0.0, 2.0, 2.0]
    with pytest.raises(UsageError, match="--right-rotation: 1 number for 2 recordings"):
        as_sources(["a.csv", "b.csv"], PerFoot(None, [0, 1]), PerFoot(None, [3.0]))


def test_sections_of_one_file_are_told_apart() -> None:
    sessions = [
        session_of([foot_of("right", 6.0, 0)], 1, from_s=0.0, to_s=100.0),
        session_of([foot_of("right", 4.0, 2)], 1, from_s=120.0, to_s=200.0),
    ]
    names = [item.name for item in compare_sessions(sessions).feet["right"].recordings]
    assert names == ["ride1.csv@0-100", "ride1.csv@120-200"]


# ---- guards ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"neutral": Neutral("number", 3.0)}, "neutral"),
        ({"metric": "peak"}, "metric"),
    ],
)
def test_differing_neutral_or_metric_is_refused(changed: dict[str, object], said: str) -> None:
    one, other = series([6.0], [0]), series([4.0], [2], **changed)
    with pytest.raises(UsageError, match=said):
        compare_sessions([*one, *other])


def test_differing_neutral_angles_are_refused() -> None:
    one = series([6.0], [0], neutral=Neutral("number", 1.0))
    other = series([4.0], [2], neutral=Neutral("number", 2.0))
    with pytest.raises(UsageError, match="neutral angle"):
        compare_sessions([*one, *other])


def test_differing_wedge_systems_are_refused() -> None:
    one, other = series([6.0, 4.0], [0, 2])
    with pytest.raises(UsageError, match="wedge system"):
        compare_sessions([one, replace(other, system=load_system("bikefit-in-shoe"))])


def test_differing_references() -> None:
    one, other = series([6.0], [0]), series([4.0], [2], reference="rotation")
    foot = compare_sessions([*one, *other]).feet["right"]
    assert "compare_references_differ" in codes(foot)
    assert foot.curves is None
    one, other = series([6.0], [0], metric="peak"), series([4.0], [2], metric="peak", reference="rotation")
    with pytest.raises(UsageError, match="reference"):
        compare_sessions([*one, *other])


def test_other_equipment_counts_as_remounted() -> None:
    one, other = series([6.0, 4.0], [0, 2])
    result = compare_sessions([one, replace(other, recording=replace(other.recording, format="trc"))])
    assert result.remounted
    assert result.feet["right"].change == compare_sessions([one, other], remounted=True).feet["right"].change
    assert "compare_formats_differ" in {item.code for item in result.findings}


def test_other_days_and_the_same_stretch_are_said() -> None:
    start = datetime(2026, 3, 1, 10, tzinfo=UTC)
    one = session_of([foot_of("right", 6.0, 0)], 1, start=start)
    later = session_of([foot_of("right", 4.0, 2)], 2, start=start + timedelta(days=2))
    assert [item.code for item in compare_sessions([one, later]).findings] == ["compare_other_day"]
    assert "2 days apart" in str(compare_sessions([one, later]).findings[0])
    assert compare_sessions([one, later], remounted=True).findings == ()
    again = session_of([foot_of("right", 6.0, 2)], 1, start=start)
    assert "compare_same_stretch" in {item.code for item in compare_sessions([one, again]).findings}


def test_a_ride_that_was_written_anew_is_the_same_stretch() -> None:
    ride, _ = simulate_plain(duration_s=60, seed=3, left_mean_deg=4.0)
    feet = {side: replace(foot, heel_out_deg=foot.heel_out_deg.round(2)) for side, foot in ride.feet.items()}
    anew = replace(ride, name="anew", sha256="1" * 64, feet=feet)
    other, _ = simulate_plain(duration_s=60, seed=4, left_mean_deg=4.0)
    told = [compare([ride, after], left_wedges=[0, 2]).findings for after in (anew, other)]
    assert [[item.code for item in findings] for findings in told] == [["compare_same_stretch"], []]


def test_an_angle_that_is_no_foots_is_left_out_beside_those_that_are() -> None:
    ride, _ = simulate_plain(duration_s=60, seed=3, left_mean_deg=4.0)
    far, _ = simulate_plain(duration_s=60, seed=4, left_mean_deg=39.0)
    left = compare([ride, far], left_wedges=[0, 2]).feet["left"]
    assert [item.used for item in left.recordings] == [True, False]
    assert "compare_left_out" in {item.code for item in left.findings}
    assert left.change is None
    both = compare([far, far], left_wedges=[0, 2]).feet["left"]
    assert [item.used for item in both.recordings] == [True, True]


def test_clocks_that_say_the_same_time_give_way_to_the_order_of_the_files() -> None:
    start = datetime(2026, 3, 1, 10, tzinfo=UTC)
    told = [
        session_of([foot_of("right", value, total)], i, start=start, to_s=300.0 - 10.0 * i)
        for i, (value, total) in enumerate(((4.0, 0), (3.0, 2), (2.9, 2), (3.9, 0)))
    ]
    untold = [replace(one, recording=replace(one.recording, start=None)) for one in told]
    assert compare_sessions(told).feet["right"].change == compare_sessions(untold).feet["right"].change


def test_other_cadence_is_said() -> None:
    one, other = series([6.0], [0], cadence_rpm=70.0), series([4.0], [2], cadence_rpm=95.0)
    assert "compare_cadence_differs" in codes(compare_sessions([*one, *other]).feet["right"])


def test_different_zeros_are_refused() -> None:
    one, _ = simulate_plain(duration_s=30, seed=1)
    trace = replace(one.feet["right"], zero="bike")
    with pytest.raises(UsageError, match="zero"):
        compare([one, replace(one, name="other", feet={"right": trace})], right_wedges=[0, 1])


def test_what_a_turned_cleat_did_is_said() -> None:
    turned = {"right": [0.0, -2.6]}
    foot = compare_sessions(series([2.1, 0.4], [0, 0]), turns_deg=turned).feet["right"]  # type: ignore[arg-type]
    (said,) = [item for item in foot.findings if item.code == "compare_cleat_turned"]
    assert said.values["turn"] == pytest.approx(-2.6)
    assert said.values["moved"] == pytest.approx(-1.7)
    assert "compare_cleat_turned" not in codes(right([2.1, 0.4], [0, 0]))


def test_a_cleat_turned_in_the_same_step_is_refused_unless_it_has_no_float() -> None:
    sessions = series([6.0, 7.0], [0, 2])
    turned = {"right": [0.0, 3.0]}
    for cleat_float in (None, 4.5):
        with pytest.raises(UsageError, match="same step"):
            compare_sessions(sessions, turns_deg=turned, cleat_float_deg=cleat_float)  # type: ignore[arg-type]
    fixed = compare_sessions(sessions, turns_deg=turned, cleat_float_deg=0.0).feet["right"]  # type: ignore[arg-type]
    assert fixed.change is not None
    assert fixed.change.deg == pytest.approx(-2.0)
    assert fixed.response.mean == pytest.approx(right([6.0, 4.0], [0, 2]).response.mean)
    # the angle that is predicted is the one with the cleat as it stands now
    as_now = right([9.0, 7.0], [0, 2]).recommendation.cleat
    assert (fixed.recommendation.cleat.reason, as_now.reason) == ("no_float", "float_unknown")
    assert fixed.recommendation.cleat.turn_deg == pytest.approx(as_now.turn_deg)


def test_a_cleat_turned_in_a_step_of_its_own_starts_a_baseline_of_its_own() -> None:
    sessions = series([6.0, 9.0, 7.0], [0, 0, 2])
    foot = compare_sessions(sessions, turns_deg={"right": [0.0, 3.0, 3.0]}).feet["right"]
    assert foot.change is not None
    assert foot.change.deg == pytest.approx(-2.0)
    alone = right([9.0, 7.0], [0, 2])
    assert foot.response.mean == pytest.approx(alone.response.mean, abs=0.02)


# ---- what cannot be told -----------------------------------------------------------------------------------


def test_one_count_alone_says_nothing_of_the_response() -> None:
    foot = right([5.0, 5.1], [0, 0])
    assert foot.change is None
    assert foot.to_dict()["change_detected"] is None
    assert (foot.response.mean, foot.response.sd) == pytest.approx((0.25, 0.5))
    assert "compare_one_count" in codes(foot)
    assert (foot.verdict, foot.keep, foot.recommendation.outcome) == ("not_tried", 0, "no_wedge")
    assert foot.recommendation.reasons[0].code == "compare_not_tried"
    assert foot.recommendation.response.source == "assumption"
    assert foot.recommendation.next_step == NextStep("test", (2, -2, 0))
    assert foot.to_dict()["next_recording_wedges"] == 2


def test_one_count_with_wedges_on_asks_for_a_recording_without() -> None:
    foot = right([5.0, 5.1], [2, 2])
    assert (foot.verdict, foot.keep, foot.recommendation.change) == ("not_tried", 2, 0)
    assert foot.recommendation.next_step == NextStep("compare", (0,))
    near = right([0.3, 0.4], [2, 2])
    assert near.recommendation.next_step == NextStep("ride", (2,))


def test_nothing_tried_is_not_the_same_as_nothing_needed() -> None:
    far, near = right([5.0, 5.1], [0, 0]), right([0.2, 0.1], [0, 0])
    assert "until they are tested" in sentences.keep(ENGLISH, far, SYSTEM.cap)
    assert sentences.keep(ENGLISH, near, SYSTEM.cap) == "Ride without wedges."
    assert near.recommendation.reasons[0].code == "within_band"


def test_a_foot_that_a_recording_does_not_hold_has_no_count() -> None:
    both = session_of([foot_of("left", 0.0, 0), foot_of("right", 5.0, 0)], 0)
    foot = compare_sessions([both, session_of([foot_of("left", 0.0, 0)], 1)]).feet["right"]
    assert [item.wedges for item in foot.recordings] == [0, None]
    assert "compare_left_out" in codes(foot)
    assert foot.to_dict()["recordings"][1]["wedges"] is None


def test_a_side_left_out_is_taken_as_none_and_said() -> None:
    before, _ = simulate_plain(duration_s=40, seed=1, right_mean_deg=5.0)
    after, _ = simulate_plain(duration_s=40, seed=2, right_mean_deg=5.0, right_wedges=2, response=0.8)
    result = compare([before, after], right_wedges=[0, 2])
    assert "compare_side_assumed" in codes(result.feet["left"])
    assert "compare_side_assumed" not in codes(result.feet["right"])
    assert [item.wedges for item in result.feet["left"].recordings] == [0, 0]


def test_without_a_neutral_the_response_is_given_and_no_count() -> None:
    foot = right([6.0, 4.0], [0, 2], neutral=Neutral("none", NAN))
    assert foot.response.mean == pytest.approx(right([6.0, 4.0], [0, 2]).response.mean)
    assert "compare_moved" in codes(foot)
    assert foot.recommendation.outcome == "undetermined"
    assert foot.recommendation.reasons[0].code == "neutral_needed"
    assert foot.to_dict()["recordings"][0]["value_deg"] is None
    json.dumps(foot.to_dict(), allow_nan=False)


def test_a_recording_without_strokes_is_left_out_and_said() -> None:
    sessions = [*series([6.0, 4.0], [0, 2]), session_of([foot_of("right", 50.0, 1, used=4)], 3)]
    foot = compare_sessions(sessions).feet["right"]
    assert "compare_left_out" in codes(foot)
    assert foot.response.mean == pytest.approx(right([6.0, 4.0], [0, 2]).response.mean)
    nothing = compare_sessions(series([6.0, 4.0], [0, 2], used=4)).feet["right"]
    assert nothing.recommendation.outcome == "undetermined"
    json.dumps(nothing.to_dict(), allow_nan=False)


# ---- verdict, what to keep, next step ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "counts", "verdict", "keep", "step"),
    [
        ([6.0, 4.0], [0, 2], "helps", 3, NextStep("record", (3,))),
        ([6.0, 4.0, 6.0], [0, 2, 0], "helps", 3, NextStep("record", (3,))),
        ([3.0, 1.0, 5.0, 3.0], [0, 2, -2, 0], "helps", 2, NextStep("ride", (2,))),
        ([3.0, 4.2, 1.8, 3.0], [0, 2, -2, 0], "helps", -3, NextStep("record", (-3,))),
        ([0.9, 0.1, 1.7, 0.9], [0, 2, -2, 0], "helps", 2, NextStep("ride", (2,))),
        ([4.0, 6.0], [0, 2], "harms", 0, NextStep("record", (-3,))),
        ([4.0, 5.2, 4.0], [0, 2, 0], "harms", 0, NextStep("record", (-3,))),
        ([1.5, -3.0], [0, 3], "too_much", 0, NextStep("take_off", (0,))),
        ([0.8, -2.0, 0.8], [0, 2, 0], "too_much", 0, NextStep("ride", (0,))),
        ([4.0, 3.6], [0, 2], "no_effect_seen", 2, NextStep("record", (-3,))),
        ([3.0, 2.5, 3.5, 3.0], [0, 2, -2, 0], "no_effect_seen", 3, NextStep("record", (3,))),
        ([3.0, 3.0, 3.0, 3.0], [0, 2, -2, 0], "no_effect_seen", 0, NextStep("check")),
        ([4.0, 3.45, 2.9], [0, 1, 2], "no_effect_seen", 2, NextStep("repeat", (0,))),
        ([6.0, 4.0, 9.0], [0, 2, 0], "helps", 3, NextStep("repeat", (0,))),
        ([2.0, 0.1], [0, 1], "helps", 1, NextStep("ride", (1,))),
    ],
)
def test_what_recordings_come_to(
    values: list[float], counts: list[int], verdict: str, keep: int, step: NextStep
) -> None:
    foot = right(values, counts, error_deg=0.05)
    assert (foot.verdict, foot.keep, foot.recommendation.next_step) == (verdict, keep, step)
    mirrored = right([-value for value in values], [-count for count in counts], error_deg=0.05)
    assert (mirrored.verdict, mirrored.keep) == (verdict, -keep)
    assert mirrored.recommendation.next_step == NextStep(step.action, tuple(-count for count in step.counts))


def test_what_was_measured_is_said() -> None:
    foot = right([6.0, 3.0], [0, 2])
    assert foot.measured.code == "compare_closer"
    assert str(foot.measured).startswith("With 2 varus wedges the right heel was 3.0 deg further in than with no wedge")
    # one pair: what was seen, not what did it
    assert sentences.headline(ENGLISH, foot) == "With 2 varus wedges the heel is closer to neutral"
    assert sentences.headline(ENGLISH, right([6.0, 3.0, 6.0], [0, 2, 0])) == "2 varus wedges help"
    wrong = right([4.0, 6.0], [0, 2])
    assert wrong.measured.code == "compare_wrong_way"
    assert sentences.keep(ENGLISH, wrong, SYSTEM.cap) == "Take off 2 varus wedges and ride without."
    other_side = right([3.0, 4.2, 1.8, 3.0], [0, 2, -2, 0])
    assert "one degree of valgus turns this heel in by about" in sentences.learned(ENGLISH, other_side)
    assert "One pair cannot separate the wedges" in sentences.learned(ENGLISH, foot)
    assert "turns this heel" not in sentences.learned(ENGLISH, foot)
    assert sentences.headline(ENGLISH, other_side) == "2 valgus wedges help"
    assert "1.2 deg further in" in str(other_side.measured)


def test_no_clear_effect_names_what_could_be_seen() -> None:
    foot = right([6.0, 5.9], [0, 3])
    assert foot.measured.code == "compare_no_effect"
    assert f"{foot.minimal_detectable_change_deg:.1f} deg" in str(foot.measured)


def test_the_cleat_is_turned_where_no_wedge_does_anything() -> None:
    foot = right([3.0, 3.0, 3.0, 3.0], [0, 2, -2, 0])
    assert "compare_turn_cleat" in codes(foot)
    inside = compare_sessions(series([3.0, 3.0, 3.0, 3.0], [0, 2, -2, 0]), cleat_float_deg=6.0).feet["right"]
    assert "compare_turn_cleat" not in codes(inside)
    assert inside.recommendation.next_step == NextStep("ride", (0,))


def test_count_and_order_that_go_together_are_said() -> None:
    foot = right([4.0, 3.45, 2.9], [0, 1, 2])
    assert "order_confounded" in codes(foot)
    assert foot.change is not None
    assert not foot.change.detected
    assert "order_confounded" not in codes(right([4.0, 3.45, 2.9, 4.0], [0, 1, 2, 0]))


def test_a_response_that_bends_is_doubted() -> None:
    assert "response_bends" in codes(right([0.0, -1.0, -1.0], [0, 1, 2], error_deg=0.05))
    assert "response_bends" not in codes(right([3.0, 1.0, 5.0, 3.0], [0, 2, -2, 0], error_deg=0.05))


def test_another_metric_than_the_mean_is_named() -> None:
    assert "metric_chosen" in codes(right([3.0, 1.0], [0, 2], metric="peak"))
    assert "metric_chosen" not in codes(right([3.0, 1.0], [0, 2]))


def test_a_heel_that_both_ways_turn_alike_is_said() -> None:
    assert "response_bends" in codes(right([2.1, 3.9, 4.0, 2.3], [0, 2, -2, 0], error_deg=0.05))
    assert "response_bends" not in codes(right([2.1, 2.3, 2.4, 2.3], [0, 2, -2, 0], error_deg=0.05))


@pytest.mark.parametrize(("after_deg", "said"), [(-4.0, True), (12.0, True), (2.2, False), (6.0, False)])
def test_a_change_that_is_too_large_for_wedges_is_said(after_deg: float, said: bool) -> None:
    assert ("response_too_large" in codes(right([4.0, after_deg], [0, 2]))) is said


def test_a_count_that_does_not_repeat_is_said_and_repeated_once() -> None:
    foot = right([6.0, 4.0, 9.0], [0, 2, 0])
    assert "compare_repeat_differs" in codes(foot)
    assert "compare_repeat_differs" not in codes(right([6.0, 4.0, 6.8], [0, 2, 0]))
    again = right([6.0, 4.0, 9.0, 6.1], [0, 2, 0, 0])
    assert "compare_repeat_differs" in codes(again)
    assert again.recommendation.next_step.action != "repeat"


def test_a_zero_s_error_enters_the_angle_and_not_the_change() -> None:
    sharp, vague = (right([6.0, 4.0, 6.0], [0, 2, 0], zero_sd_deg=sd) for sd in (0.0, 2.0))
    assert sharp.change == vague.change
    assert sharp.response == vague.response
    assert sharp.recommendation.interval_deg is not None
    assert vague.recommendation.interval_deg is not None
    assert np.ptp(vague.recommendation.interval_deg) > np.ptp(sharp.recommendation.interval_deg)


def test_learned_is_said_only_where_the_recordings_moved_it() -> None:
    assert right([6.0, 4.0], [0, 2]).recommendation.response.source == "own"
    one = series([6.0, 5.8], [0, 1])
    assert compare_sessions(one, remounted=True).feet["right"].recommendation.response.source == "assumption"


def test_the_recovery_phase_decides_one_wedge_at_most() -> None:
    sessions = series([8.0, 6.0, 4.0], [0, 1, 1], neutral=Neutral("recovery", 0.0))
    foot = compare_sessions(sessions).feet["right"]
    assert foot.recommendation.total is not None
    assert abs(foot.recommendation.total - 1) <= 1
    assert "compare_recovery_moves" in codes(foot)


def test_counts_in_words() -> None:
    assert [ENGLISH.wedges(n) for n in (0, 1, -2)] == ["no wedge", "1 varus wedge", "2 valgus wedges"]


# ---- properties --------------------------------------------------------------------------------------------

recordings = st.lists(st.tuples(st.floats(-8, 8), st.integers(-3, 3)), min_size=2, max_size=4)


@hypothesis_settings(max_examples=30, deadline=None)
@given(recordings)
def test_the_next_count_never_leaves_what_was_tried(rows: list[tuple[float, int]]) -> None:
    foot = right([value for value, _ in rows], [total for _, total in rows])
    tried = [total for _, total in rows]
    assert foot.recommendation.total in allowed_totals(tried, SYSTEM.cap)
    assert {option.wedges for option in foot.recommendation.options} <= set(allowed_totals(tried, SYSTEM.cap))


@hypothesis_settings(max_examples=20, deadline=None)
@given(recordings)
def test_mirrored_feet_give_mirrored_results(rows: list[tuple[float, int]]) -> None:
    def result(side: Side) -> ComparisonResult:
        return compare_sessions(series([v for v, _ in rows], [n for _, n in rows], side))

    mirrored: Side = other_side("right")
    one, other = result("right").feet["right"], result(mirrored).feet[mirrored]
    assert one.response == other.response
    assert one.change == other.change
    assert one.recommendation.options == other.recommendation.options
    assert (one.verdict, one.recommendation.next_step) == (other.verdict, other.recommendation.next_step)


@hypothesis_settings(max_examples=20, deadline=None)
@given(recordings, st.floats(-20, 20))
def test_an_offset_of_the_zero_leaves_the_response(rows: list[tuple[float, int]], offset: float) -> None:
    wedges = [total for _, total in rows]
    one, other = right([v for v, _ in rows], wedges), right([v + offset for v, _ in rows], wedges)
    assert other.response.mean == pytest.approx(one.response.mean, abs=1e-8)
    assert other.response.interval == pytest.approx(one.response.interval, abs=1e-8)
    if one.change is not None and other.change is not None:
        assert other.change.deg == pytest.approx(one.change.deg, abs=1e-8)


@hypothesis_settings(max_examples=12, deadline=None)
@given(recordings.filter(lambda rows: len(rows) < 4), st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(rows: list[tuple[float, int]], random) -> None:  # type: ignore[no-untyped-def]
    start = datetime(2026, 3, 1, tzinfo=UTC)
    sessions = [
        session_of([foot_of("right", value, total)], i, start=start + timedelta(minutes=20 * i))
        for i, (value, total) in enumerate(rows)
    ]
    one = compare_sessions(sessions).feet["right"]
    other = compare_sessions(random.sample(sessions, len(sessions))).feet["right"]
    assert one.response == other.response
    assert one.change == other.change
    assert one.recommendation == other.recommendation
    assert one.advice == other.advice


# ---- curves ------------------------------------------------------------------------------------------------


def strokes(rng: np.random.Generator, count: int, offset: float = 0.0, bump: float = 0.0) -> np.ndarray:
    """Curves whose level and shape wander from stroke to stroke (AR(1), rho 0.6)."""
    phase = np.radians((np.arange(100) + 0.5) * 3.6)
    shapes = np.array([np.ones(100), np.sin(phase), np.cos(phase), np.sin(2 * phase)])
    weights = np.zeros((count, 4))
    state = rng.normal(0, 1, 4)
    for i in range(count):
        state = 0.6 * state + 0.8 * rng.normal(0, 1, 4)
        weights[i] = state
    return (
        offset
        + bump * np.maximum(np.sin(phase), 0.0) ** 8
        + weights @ (shapes * 0.4)
        + rng.normal(0, 0.1, (count, 100))
    )


def test_where_two_counts_differ() -> None:
    rng = np.random.default_rng(5)
    before = foot_of("right", 5.0, 0, curves=strokes(rng, 120, 5.0))
    after = foot_of("right", 5.0, 2, curves=strokes(rng, 120, 5.0, bump=-3.0))
    moved = foot_of("right", 5.0, 2, curves=strokes(rng, 120, 9.0))
    assert compare_sessions([session_of([before], 1), session_of([moved], 2)]).feet["right"].curves.differs == ()  # type: ignore[union-attr]
    found = compare_sessions([session_of([before], 1), session_of([after], 2)]).feet["right"].curves
    assert found is not None
    assert found.is_crank
    assert found.difference_deg.mean() == pytest.approx(0.0, abs=1e-9)
    start, end = found.differs[0]
    assert 40 < start < 90 < end < 140
    again = compare_sessions([session_of([before], 1), session_of([after], 2)]).feet["right"].curves
    assert again is not None
    assert np.array_equal(found.half_width_deg, again.half_width_deg)


def test_the_band_holds_the_whole_difference_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    rounds, held = 60, 0
    for seed in range(rounds):
        groups = [[strokes(rng, n)] for n in (60, 90)]
        difference = groups[1][0].mean(axis=0) - groups[0][0].mean(axis=0)
        held += bool(np.all(np.abs(difference) <= band_half_width_deg(groups[0], groups[1], seed)))
    assert held / rounds >= 0.88  # 95 % over 500: benchmarks/calibration_response.py; 0.88 is 2.5 SD below it


def test_stretches_round_the_revolution() -> None:
    assert stretches(np.zeros(4, dtype=bool)) == ()
    assert stretches(np.array([False, True, False, True])) == ((90.0, 180.0), (270.0, 360.0))


def test_common_options_hold_where_a_row_is_silent(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("file,left_wedges,right_neutral,from_s\na.csv,0,2,\nb.csv,1,,30\n")
    common = Session(neutral=1.0, left_wedges=3, lap=2, metric="peak")
    first, second = (row.session for row in as_sources(read_manifest(tmp_path / "m.csv"), common=common))
    assert (first.wedges, second.wedges) == (PerFoot(0, None), PerFoot(1, None))
    assert (first.neutral, second.neutral) == (PerFoot(1.0, 2.0), PerFoot(1.0, 1.0))
    assert (first.lap, second.lap, second.from_s, second.metric) == (2, None, 30.0, "peak")
    whole, part = (
        row.session
        for row in as_sources(["a.csv", "a.csv@5-"], PerFoot([0, 1], None), common=Session(from_s=1, to_s=9))
    )
    assert ((whole.from_s, whole.to_s), (part.from_s, part.to_s)) == ((1, 9), (5.0, None))


# ---- end to end --------------------------------------------------------------------------------------------


def test_a_simulated_series_gives_the_rider_s_response() -> None:
    rides = [
        simulate_plain(duration_s=90, seed=seed, right_mean_deg=5.0, right_wedges=total, response=0.8)[0]
        for seed, total in ((1, 0), (2, 2), (3, 0))
    ]
    foot = compare(rides, right_wedges=[0, 2, 0], options=AnalyzeOptions()).feet["right"]
    assert foot.change is not None
    assert foot.change.interval_deg[0] < -1.6 < foot.change.interval_deg[1]
    assert foot.response.interval[0] < 0.8 < foot.response.interval[1]
    assert foot.response.probability_heel_in > 0.95
    assert foot.recommendation.total == 3
    assert foot.curves is not None


def test_sections_of_one_recording() -> None:
    ride, _ = simulate_plain(duration_s=120, seed=4, right_mean_deg=3.0)
    result = compare([section(ride, 0.0, 60.0), section(ride, 60.0)], right_wedges=[0, 1])
    assert [session.recording.from_s for session in result.sessions] == pytest.approx([0.0, 60.0], abs=0.02)
    assert result.findings == ()


def by_readings(sessions: Sequence[SessionResult]) -> ComparisonResult:
    return compare_readings([readings_of(one) for one in sessions], settings=Settings())


def with_counts(left: Sequence[int | None], right: Sequence[int | None]) -> list[SessionResult]:
    return [
        session_of(
            [replace(foot_of(side, 2.0, 0), fitted_wedges=count) for side, count in zip(SIDES, pair, strict=True)], i
        )
        for i, pair in enumerate(zip(left, right, strict=True))
    ]


def test_a_recording_whose_count_is_not_stated_is_left_out_for_that() -> None:
    foot = by_readings(with_counts([None, 0, 0], [0, 2, 0])).feet["left"]
    assert [item.code for item in foot.findings if item.values.get("name")] == ["compare_count_unknown"]


@pytest.mark.parametrize("compared", [compare_sessions, by_readings])
def test_a_shoe_of_which_no_count_is_told_is_bare_where_the_others_are_told(compared):
    feet = compared(with_counts([None, None], [0, 2])).feet
    assert (feet["left"].verdict, [item.wedges for item in feet["left"].recordings]) == ("not_tried", [0, 0])
    assert [item.wedges for item in feet["right"].recordings] == [0, 2]
    assert ["compare_side_assumed" in codes(feet[side]) for side in SIDES] == [True, False]


def test_a_count_left_out_is_none_where_all_are_named_and_unknown_in_what_was_stored():
    partly, nobody = with_counts([0, 0, 0], [0, 2, None]), with_counts([None, None], [None, None])
    named, stored = compare_sessions(partly).feet["right"], by_readings(partly).feet["right"]
    assert [[item.wedges for item in foot.recordings] for foot in (named, stored)] == [[0, 2, 0], [0, 2, None]]
    assert "compare_side_assumed" not in codes(named) | codes(stored)
    bare, unknown = compare_sessions(nobody).feet, by_readings(nobody).feet["right"]
    assert all("compare_side_assumed" in codes(bare[side]) for side in SIDES)
    assert ([item.wedges for item in unknown.recordings], unknown.verdict) == ([None, None], None)


def test_no_clear_effect_names_a_guess_and_not_a_count_to_ride_with(samples):
    visit = [samples / f"visit_helped_{number}.fit" for number in (2, 3, 4)]
    right = compare(visit, right_wedges=[0, 2, -2]).feet["right"]
    assert right.verdict == "no_effect_seen"
    said = sentences.answer(ENGLISH, right, 3)
    assert "best guess" in said
    assert "Ride with" not in said
