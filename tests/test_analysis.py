"""One session end to end: neutrals, metrics, obstacles, sections, and the numbers they lead to."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bikefit.analysis import AnalyzeOptions, analyze
from bikefit.errors import NoRotationError, UsageError
from bikefit.io.text.writer import write_csv
from bikefit.model import FootResult, Recording
from bikefit.settings import Settings
from bikefit.simulate import simulate_plain


def ride(**numbers: Any) -> Recording:
    plain = {"duration_s": 60, "rate_hz": 50, "seed": 3, "right_mean_deg": 2.5, "left_mean_deg": -0.2}
    return simulate_plain(**{**plain, **numbers})[0]


RIDE = ride()


def right(options: AnalyzeOptions, recording: Recording = RIDE) -> FootResult:
    return analyze(recording, options).feet["right"]


def codes(foot: FootResult) -> list[str]:
    return [reason.code for reason in foot.recommendation.reasons]


def test_the_excess_carries_both_uncertainties() -> None:
    foot = right(AnalyzeOptions())
    strokes = (foot.rotation.interval_deg[1] - foot.rotation.interval_deg[0]) / 2
    half = (foot.excess.interval_deg[1] - foot.excess.interval_deg[0]) / 2
    assert half == pytest.approx(math.hypot(strokes, 1.959964 * 0.8), rel=1e-6)
    assert foot.excess.deg == foot.rotation.value_deg
    assert "zero_from_file" in [item.code for item in foot.findings]


def test_a_number_as_neutral_moves_the_excess() -> None:
    foot = right(AnalyzeOptions(right_neutral=2.0))
    assert (foot.neutral.kind, foot.neutral.deg) == ("number", 2.0)
    assert foot.excess.deg == pytest.approx(foot.rotation.value_deg - 2.0)
    assert foot.recommendation.outcome == "no_wedge"
    assert analyze(RIDE, AnalyzeOptions(right_neutral=2.0)).feet["left"].neutral.deg == 0.0


def test_one_foots_neutral_comes_before_both_feets() -> None:
    result = analyze(RIDE, AnalyzeOptions(neutral=1.0, left_neutral=-1.0))
    assert result.feet["left"].neutral.deg == -1.0
    assert result.feet["right"].neutral.deg == 1.0


def test_recovery_decides_one_wedge_at_most() -> None:
    foot = right(AnalyzeOptions(neutral="recovery"), ride(right_range_deg=12.0))
    assert foot.neutral.kind == "recovery"
    assert foot.neutral.deg == pytest.approx(foot.rotation.recovery_phase_deg)
    assert "recovery_limit" in codes(foot)
    assert foot.recommendation.change in (-1, 0, 1)
    half = (foot.excess.interval_deg[1] - foot.excess.interval_deg[0]) / 2
    assert half > 1.96 * 1.5


def test_recovery_needs_a_crank() -> None:
    foot = right(AnalyzeOptions(neutral="recovery"), ride(crank=False, pitch=True))
    assert foot.recommendation.outcome == "undetermined"
    assert "recovery_needs_crank" in codes(foot)
    assert math.isnan(foot.rotation.power_phase_deg)
    assert not math.isnan(foot.rotation.mean_deg)


def test_the_power_phase_needs_a_crank() -> None:
    foot = right(AnalyzeOptions(metric="power_phase"), ride(crank=False, pitch=True))
    assert foot.recommendation.outcome == "undetermined"
    assert "metric_needs_crank" in codes(foot)


@pytest.mark.parametrize("zero", ["bike", "none"])
def test_without_a_riders_zero_a_neutral_is_needed(zero: Any) -> None:
    traces = {side: replace(trace, zero=zero) for side, trace in RIDE.feet.items()}
    recording = replace(RIDE, feet=traces)
    foot = right(AnalyzeOptions(), recording)
    assert foot.recommendation.outcome == "undetermined"
    assert codes(foot) == ["neutral_needed"]
    assert "--right-neutral" in str(foot.recommendation.reasons[0])
    assert foot.rotation.value_deg == pytest.approx(2.5, abs=0.2)
    assert math.isnan(foot.excess.deg)
    assert right(AnalyzeOptions(neutral=0.0), recording).recommendation.outcome == "fit_wedges"
    stated = right(AnalyzeOptions(neutral="zero"), recording)
    assert stated.recommendation.outcome == ("fit_wedges" if zero == "bike" else "undetermined")


def test_a_still_trial_is_the_neutral(tmp_path: Path) -> None:
    time_s = np.arange(0, 5, 0.02)
    rows = ["time_s,left_heel_rotation_deg,right_heel_rotation_deg", *(f"{t:.2f},-0.5,1.5" for t in time_s)]
    (tmp_path / "still.csv").write_text("\n".join(rows) + "\n")
    foot = right(AnalyzeOptions(static=tmp_path / "still.csv"))
    assert (foot.neutral.kind, foot.neutral.deg) == ("static", 1.5)
    assert foot.excess.deg == pytest.approx(foot.rotation.value_deg - 1.5)


def test_a_still_trial_of_the_other_foot_says_so(tmp_path: Path) -> None:
    rows = ["time_s,left_heel_rotation_deg", *(f"{k / 50:.2f},{-0.5 + 0.001 * (k % 3)}" for k in range(200))]
    (tmp_path / "still.csv").write_text("\n".join(rows) + "\n")
    foot = right(AnalyzeOptions(static=tmp_path / "still.csv"))
    assert foot.recommendation.outcome == "undetermined"
    assert "static_without_foot" in codes(foot)


def test_few_strokes_are_told_and_fewer_are_refused() -> None:
    some = right(AnalyzeOptions(to_s=15.0))
    assert 10 <= some.strokes.used < 30
    assert "few_strokes" in [item.code for item in some.findings]
    assert some.recommendation.outcome == "fit_wedges"
    none = right(AnalyzeOptions(to_s=5.0))
    assert none.recommendation.outcome == "undetermined"
    assert codes(none) == ["too_few_strokes"]


def test_an_undersampled_recording_says_so() -> None:
    foot = right(AnalyzeOptions(), ride(rate_hz=8))
    assert foot.recommendation.outcome == "undetermined"
    assert "undersampled" in codes(foot)


def test_another_metric_that_changes_the_count_is_told() -> None:
    found = {item.code: item for item in right(AnalyzeOptions()).findings}
    assert found["metric_matters"].values["totals"]["peak"] == 3
    calm = right(AnalyzeOptions(), ride(right_mean_deg=2.5, right_range_deg=0.2))
    assert "metric_matters" not in [item.code for item in calm.findings]


def test_a_float_stop_makes_the_excess_a_lower_bound() -> None:
    foot = right(AnalyzeOptions(), ride(right_mean_deg=4.0, float_stop_deg=4.5))
    assert foot.rotation.float_stop is not None
    assert foot.excess.lower_bound
    assert "excess_is_lower_bound" in codes(foot)


def test_a_cleat_that_does_not_go_with_the_system() -> None:
    result = analyze(RIDE, AnalyzeOptions(cleat="2-bolt"))
    assert [item.code for item in result.findings] == ["cleat_in_the_way"]
    assert not analyze(RIDE, AnalyzeOptions(cleat="2-bolt", system="bikefit-in-shoe")).findings


def test_a_section_equals_the_ride_cut_by_hand(tmp_path: Path) -> None:
    whole = analyze(RIDE, AnalyzeOptions(from_s=10.0, to_s=50.0))
    write_csv(RIDE, tmp_path / "ride.csv")
    lines = (tmp_path / "ride.csv").read_text().splitlines(keepends=True)
    comment, head, rows = lines[0], lines[1], lines[2:]
    kept = [row for row in rows if 10.0 <= float(row.split(",")[0]) < 50.0]
    (tmp_path / "cut.csv").write_text("".join([comment, head, *kept]))
    cut = analyze(tmp_path / "cut.csv")
    again = analyze(tmp_path / "ride.csv", AnalyzeOptions(from_s=10.0, to_s=50.0))
    assert again.recording.from_s == 10.0
    for side in ("left", "right"):
        one, two = cut.to_dict()["feet"][side], again.to_dict()["feet"][side]
        assert one["strokes"] == two["strokes"]
        assert one["rotation"]["value_deg"] == pytest.approx(two["rotation"]["value_deg"], abs=1e-9)
        assert one["recommendation"]["outcome"] == two["recommendation"]["outcome"]
    assert whole.feet["right"].strokes.used == cut.feet["right"].strokes.used


def test_asymmetry_is_left_minus_right() -> None:
    result = analyze(RIDE)
    expected = result.feet["left"].rotation.value_deg - result.feet["right"].rotation.value_deg
    assert result.asymmetry_deg == pytest.approx(expected)
    alone = ride(side="right")
    assert list(analyze(alone).feet) == ["right"]
    assert math.isnan(analyze(alone).asymmetry_deg)


def test_a_recording_without_rotation_is_refused() -> None:
    with pytest.raises(NoRotationError):
        analyze(replace(RIDE, feet={}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"left_wedges": 7},
        {"neutral": 100.0},
        {"cleat_float_deg": -2.0},
        {"pose": (5.0, 2.0)},
        {"neutral": "static"},
        {"lap": 1, "from_s": 2.0},
        {"system": "nonsense"},
    ],
)
def test_options_that_make_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        analyze(RIDE, AnalyzeOptions(**wrong))


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(offset=st.floats(-8, 8))
def test_an_offset_of_the_zero_moves_the_angles_and_nothing_else(offset: float) -> None:
    moved = replace(
        RIDE, feet={side: replace(t, heel_out_deg=t.heel_out_deg + offset) for side, t in RIDE.feet.items()}
    )
    plain, shifted = right(AnalyzeOptions()), right(AnalyzeOptions(neutral=offset), moved)
    assert shifted.rotation.value_deg - offset == pytest.approx(plain.rotation.value_deg, abs=1e-6)
    assert shifted.excess.deg == pytest.approx(plain.excess.deg, abs=1e-6)
    assert shifted.recommendation.total == plain.recommendation.total
    assert shifted.rotation.range_deg == pytest.approx(plain.rotation.range_deg, abs=1e-6)


def test_swapped_and_mirrored_rides_give_swapped_and_mirrored_answers() -> None:
    mirrored = replace(RIDE, feet={side: replace(t, heel_out_deg=-t.heel_out_deg) for side, t in RIDE.feet.items()})
    plain, other = analyze(RIDE), analyze(mirrored)
    for side in ("left", "right"):
        assert other.feet[side].rotation.mean_deg == pytest.approx(-plain.feet[side].rotation.mean_deg)
        assert other.feet[side].recommendation.total == -(plain.feet[side].recommendation.total or 0)
    swapped = replace(
        RIDE, feet={"left": replace(RIDE.feet["right"], side="left"), "right": replace(RIDE.feet["left"], side="right")}
    )
    assert analyze(swapped).feet["left"].recommendation.total == plain.feet["right"].recommendation.total


def test_settings_are_echoed() -> None:
    result = analyze(RIDE, AnalyzeOptions(settings=Settings(strokes_warn=500)))
    assert result.to_dict()["settings"]["strokes_warn"] == 500
    assert "few_strokes" in [item.code for item in result.feet["right"].findings]


def test_a_recorded_crank_tells_swapped_shoes(tmp_path: Path) -> None:
    from bikefit.io.options import ReadOptions
    from bikefit.model import Channel
    from bikefit.simulate.shoe import Ride, simulate_shoes

    recording, truth = simulate_shoes(Ride(duration_s=40.0))
    crank = Channel(truth["right"].time_s, truth["right"].crank_deg % 360.0)
    write_csv(replace(recording, companions={"crank_angle_deg": crank}), tmp_path / "shoes.csv")
    right_way = analyze(tmp_path / "shoes.csv")
    wrong_way = analyze(tmp_path / "shoes.csv", AnalyzeOptions(read=ReadOptions(swap_sides=True)))
    assert "sides_swapped" not in [item.code for item in right_way.findings]
    assert "sides_swapped" in [item.code for item in wrong_way.findings]


def test_too_few_strokes_are_called_that_and_too_few_samples_too() -> None:
    assert codes(right(AnalyzeOptions(to_s=1.5))) == ["too_few_strokes"]
    slow = right(AnalyzeOptions(), ride(rate_hz=1))
    assert codes(slow) == ["undersampled"]
    assert not {"crank_reversed", "no_rhythm", "reference_unusable"} & {item.code for item in slow.findings}


def test_what_unusable_strokes_seem_to_show_is_not_told() -> None:
    drifting = ride(trend_deg_per_h=100.0)
    assert "drift" in [item.code for item in right(AnalyzeOptions(), drifting).findings]
    few = right(AnalyzeOptions(settings=Settings(strokes_min=200)), drifting)
    assert codes(few) == ["too_few_strokes"]
    assert not {"drift", "few_strokes"} & {item.code for item in few.findings}


def test_recovery_as_neutral_is_a_finding() -> None:
    assert "recovery_limit" in [item.code for item in right(AnalyzeOptions(neutral="recovery")).findings]
    short = right(AnalyzeOptions(neutral="recovery", to_s=1.5))
    assert codes(short) == ["too_few_strokes"]
