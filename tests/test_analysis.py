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
from bikefit.analysis.implausible import judge_angle
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


def of_code(foot: FootResult, code: str) -> list[Any]:
    return [item for item in foot.findings if item.code == code]


def test_another_metric_than_the_mean_is_named() -> None:
    assert "metric_chosen" not in {item.code for item in analyze(RIDE, AnalyzeOptions()).findings}
    assert "metric_chosen" in {item.code for item in analyze(RIDE, AnalyzeOptions(metric="peak")).findings}


def test_a_foot_that_turns_beyond_the_stated_float_is_said() -> None:
    assert of_code(right(AnalyzeOptions(cleat_float_deg=0.0)), "float_exceeded")
    assert not of_code(right(AnalyzeOptions(cleat_float_deg=4.5)), "float_exceeded")
    assert not of_code(right(AnalyzeOptions()), "float_exceeded")


def test_a_metric_is_told_only_where_it_decides_on_a_wedge() -> None:
    """Swings of 6 deg put the power phase half a degree above the mean: over the band at 0.9, one more wedge at 2.8."""
    near = right(AnalyzeOptions(), ride(right_mean_deg=0.9, right_range_deg=6.0))
    found = of_code(near, "metric_matters")[0].values
    assert found["totals"] == {"mean": 0, "power_phase": 1}
    assert (found["chosen"], found["others"]) == (0, {"power_phase": 1})
    power = right(AnalyzeOptions(metric="power_phase"), ride(right_mean_deg=0.9, right_range_deg=6.0))
    assert of_code(power, "metric_matters")[0].values["others"] == {"mean": 0}
    more = {"right_mean_deg": 2.8, "right_range_deg": 6.0}
    assert right(AnalyzeOptions(), ride(**more)).recommendation.total == 2
    assert right(AnalyzeOptions(metric="power_phase"), ride(**more)).recommendation.total == 3
    assert not of_code(right(AnalyzeOptions(), ride(**more)), "metric_matters")
    peak = right(AnalyzeOptions(metric="peak"), ride(right_mean_deg=0.9, right_range_deg=6.0))
    assert not of_code(peak, "metric_matters")


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
    from bikefit.simulate.shoe import simulate_shoes
    from bikefit.simulate.space import Ride

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


# ---- angles that no foot has ---------------------------------------------------------------------------------------


def changed(**feet: Any) -> Recording:
    """The ride with each named foot's angles put through a function of angle and time."""
    return replace(
        RIDE,
        feet={
            side: replace(trace, heel_out_deg=feet[side](trace.heel_out_deg, trace.time_s)) if side in feet else trace
            for side, trace in RIDE.feet.items()
        },
    )


@pytest.mark.parametrize(
    ("change", "about", "fits", "named"),
    [
        (lambda deg, _: deg - 180.0, "from_zero", "half_turn", "180 deg off"),
        (lambda deg, _: deg + 76.0, "from_zero", "heading", "heading"),
        (lambda deg, _: 10.0 * deg, "in_stroke", "tenths", "tenths of a degree"),
        (lambda deg, _: 57.2958 * deg, "in_stroke", "radians", "radians"),
        (lambda deg, _: deg / 57.2958, "hardly", "radians_as_deg", "radians that were read as degrees"),
        (lambda deg, t: deg + 6.5 * t / t[-1], "in_ride", "slipped", "slipped"),
        (lambda deg, t: deg + 6.0 * (t > 25.0), "in_ride", "slipped", "slipped"),
    ],
)
def test_an_angle_that_no_foot_has_gives_no_count(change: Any, about: str, fits: str, named: str) -> None:
    result = analyze(changed(right=change))
    foot = result.feet["right"]
    assert foot.recommendation.outcome == "undetermined"
    assert codes(foot) == ["angle_implausible"]
    why = foot.recommendation.reasons[0]
    assert (why.values["about"], why.values["fits"]) == (about, fits)
    assert named in str(why)
    assert math.isnan(foot.excess.deg)
    assert result.to_dict()["feet"]["right"]["excess"]["deg"] is None
    assert result.feet["left"].recommendation.outcome == "no_wedge"


def test_what_a_size_fits_is_said_with_care() -> None:
    settings = Settings()

    def fits(from_zero_deg: float, range_deg: float) -> str:
        rotation = replace(right(AnalyzeOptions()).rotation, range_deg=range_deg)
        reasons, findings = judge_angle(from_zero_deg, rotation, settings, "right")
        assert not findings
        return str(reasons[0].values["fits"])

    assert fits(40.0, 20.0) == "tenths"
    assert fits(-200.0, 3.0) == "half_turn"
    assert fits(math.nan, 900.0) == "column"


def test_a_zero_far_off_is_no_matter_where_neutral_is_far_off_too() -> None:
    far = changed(right=lambda deg, _: deg + 40.0)
    assert codes(right(AnalyzeOptions(), far)) == ["angle_implausible"]
    assert right(AnalyzeOptions(right_neutral=40.0), far).recommendation.total == 2


def test_a_large_angle_is_a_warning() -> None:
    foot = right(AnalyzeOptions(), changed(right=lambda deg, _: deg + 15.0))
    assert foot.recommendation.outcome == "beyond_stack"
    assert of_code(foot, "angle_large")[0].values["deg"] == pytest.approx(17.5, abs=0.2)
    assert not of_code(right(AnalyzeOptions(), changed(right=lambda deg, _: deg + 10.0)), "angle_large")


# ---- the still trial and other neutrals ----------------------------------------------------------------------------


def still_csv(path: Path, right_deg: float) -> Path:
    rows = ["time_s,left_heel_rotation_deg,right_heel_rotation_deg"]
    rows += [f"{k / 50:.2f},-0.5,{right_deg + 0.01 * (k % 3)}" for k in range(200)]
    path.write_text("\n".join(rows) + "\n")
    return path


def test_a_still_trial_made_otherwise_is_refused(tmp_path: Path) -> None:
    samples = Path(__file__).parents[1] / "sample_data"
    with pytest.raises(UsageError, match=r"markers_static\.trc: its angles"):
        analyze(samples / "two_wedges.fit", AnalyzeOptions(static=samples / "markers_static.trc"))
    with pytest.raises(UsageError, match="same equipment"):
        analyze(samples / "markers.trc", AnalyzeOptions(static=still_csv(tmp_path / "still.csv", 1.5)))
    write_csv(RIDE, tmp_path / "ride.csv")
    same = analyze(tmp_path / "ride.csv", AnalyzeOptions(static=tmp_path / "still.csv"))
    assert same.feet["right"].neutral.kind == "static"


def test_standing_still_is_a_vague_neutral_and_a_still_stretch_of_the_ride_is_not(tmp_path: Path) -> None:
    standing = right(AnalyzeOptions(static=still_csv(tmp_path / "still.csv", 1.5)))
    assert standing.excess.zero_sd_deg == 2.0
    trace = RIDE.feet["right"]
    stands = (trace.time_s >= 1.0) & (trace.time_s < 3.0)
    angle = np.where(stands, 1.5, trace.heel_out_deg)
    recording = replace(RIDE, feet=RIDE.feet | {"right": replace(trace, heel_out_deg=angle)})
    posed = right(AnalyzeOptions(pose=(1.0, 3.0), neutral="static"), recording)
    assert (posed.neutral.kind, posed.neutral.deg) == ("static", 1.5)
    assert posed.excess.zero_sd_deg == 0.8


def test_a_still_stretch_alone_is_the_neutral_of_recorded_angles() -> None:
    without = replace(RIDE, feet={side: replace(trace, zero="none") for side, trace in RIDE.feet.items()})
    for recording in (RIDE, without):
        foot = right(AnalyzeOptions(pose=(1.0, 3.0)), recording)
        assert foot.neutral.kind == "static"
        assert foot.neutral == right(AnalyzeOptions(pose=(1.0, 3.0), neutral="static"), recording).neutral
    assert right(AnalyzeOptions(pose=(1.0, 3.0), neutral=0.5)).neutral.kind == "number"


def test_a_trial_in_which_the_foot_moves_is_told_and_vague(tmp_path: Path) -> None:
    time_s = np.arange(0, 20, 0.02)
    for swing, told in ((0.5, False), (4.0, True)):
        angle = 1.0 + swing * np.sin(2 * np.pi * 1.5 * time_s)
        rows = ["time_s,right_heel_rotation_deg", *(f"{t:.2f},{deg:.3f}" for t, deg in zip(time_s, angle, strict=True))]
        (tmp_path / "trial.csv").write_text("\n".join(rows) + "\n")
        foot = right(AnalyzeOptions(static=tmp_path / "trial.csv"))
        moved = of_code(foot, "still_moves")
        assert bool(moved) is told
        assert foot.excess.zero_sd_deg == pytest.approx(0.5 * moved[0].values["deg"] if told else 2.0)
        assert foot.excess.zero_sd_deg > 2.0 or not told


def test_neutrals_that_give_opposite_sides_are_told(tmp_path: Path) -> None:
    foot = right(AnalyzeOptions(static=still_csv(tmp_path / "still.csv", 7.0)))
    assert (foot.recommendation.total or 0) < 0
    told = of_code(foot, "neutral_matters")[0].values
    assert told["chosen"] == "static"
    assert told["others"] == {"zero": pytest.approx(2.5, abs=0.2)}
    assert "still trial, used here" in str(of_code(foot, "neutral_matters")[0])
    near = right(AnalyzeOptions(static=still_csv(tmp_path / "near.csv", -2.0)))
    assert (near.recommendation.total or 0) > 0
    assert not of_code(near, "neutral_matters")


# ---- posture and level ---------------------------------------------------------------------------------------------


def stood(pitch: bool = True) -> Recording:
    """A ride of 60 s, standing from 20 to 35 s: 3 deg further out, the toe 20 deg further down."""
    plain = ride(pitch=True)
    up = {side: (trace.time_s > 20.0) & (trace.time_s < 35.0) for side, trace in plain.feet.items()}
    return replace(
        plain,
        feet={
            side: replace(
                trace,
                heel_out_deg=trace.heel_out_deg + 3.0 * up[side],
                pitch_deg=trace.pitch_deg + 20.0 * up[side] if pitch and trace.pitch_deg is not None else None,
            )
            for side, trace in plain.feet.items()
        },
    )


def test_seated_strokes_carry_the_number() -> None:
    foot = right(AnalyzeOptions(), stood())
    assert foot.rotation.value_deg == pytest.approx(2.5, abs=0.15)
    assert foot.recommendation.total == 2
    assert foot.strokes.rejected["posture"] > 15
    told = of_code(foot, "posture_mixed")[0].values
    assert told["kept"] == "seated"
    assert told["seated_deg"] == pytest.approx(2.5, abs=0.15)
    assert told["standing_deg"] == pytest.approx(5.5, abs=0.2)
    assert not of_code(foot, "level_shift")
    standing = right(AnalyzeOptions(posture="standing"), stood())
    assert standing.rotation.value_deg == pytest.approx(5.5, abs=0.2)
    assert set(standing.stroke_table.query("used")["posture"]) == {"standing"}


def test_all_strokes_together_hold_both_levels() -> None:
    foot = right(AnalyzeOptions(posture="all"), stood())
    assert "posture" not in foot.strokes.rejected
    assert of_code(foot, "posture_mixed")[0].values["kept"] == "all"
    assert of_code(foot, "level_shift")


def test_without_a_pitch_both_levels_are_told_and_inside_the_interval() -> None:
    foot = right(AnalyzeOptions(), stood(pitch=False))
    told = of_code(foot, "level_shift")[0].values
    assert told["low"] == pytest.approx(2.5, abs=0.2)
    assert told["high"] == pytest.approx(5.5, abs=0.2)
    assert told["at_s"] == pytest.approx(20.0, abs=5.0)
    low, high = foot.rotation.interval_deg
    assert low < 2.5
    assert high > 5.5
    unknown = right(AnalyzeOptions(posture="seated"), stood(pitch=False))
    assert of_code(unknown, "posture_unknown")
    assert unknown.rotation.value_deg == foot.rotation.value_deg


def test_too_few_seated_strokes_carry_no_number() -> None:
    foot = right(AnalyzeOptions(settings=Settings(strokes_min=75)), stood())
    assert of_code(foot, "posture_mixed")[0].values["kept"] == "all"


def test_hours_are_not_spoken_of_after_minutes() -> None:
    short = analyze(ride(trend_deg_per_h=60.0)).to_dict()["feet"]["right"]
    assert short["rotation"]["trend_deg_per_h"] is None
    told = next(item for item in short["findings"] if item["code"] == "drift")
    assert told["values"]["deg_per_h"] is None
    assert told["values"]["deg"] == pytest.approx(1.0, abs=0.2)
    long = right(AnalyzeOptions(settings=Settings(trend_min_s=50.0)), ride(trend_deg_per_h=60.0))
    assert long.rotation.trend_deg_per_h == pytest.approx(60.0, abs=12.0)
