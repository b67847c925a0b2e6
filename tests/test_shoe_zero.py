"""A shoe sensor's zero: the truth inside the interval, or no count, whatever happened between pose and pedalling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.disturbed_shoes import judged, on_the_ground, random_rider, turned_after_pose

from bikefit.analysis import AnalyzeOptions, analyze
from bikefit.errors import RecordingError
from bikefit.settings import Settings
from bikefit.shoe_sensor import trace_from_sensor
from bikefit.shoe_sensor.pose import Pose, last_still_s
from bikefit.shoe_sensor.samples import even_stretches
from bikefit.simulate.rider import Harmonics
from bikefit.simulate.shoe import SensorModel, simulate_shoe, simulate_shoes
from bikefit.simulate.space import Ride, Shoe

SETTINGS = Settings()


@pytest.mark.parametrize("seed", range(10))
def test_a_clean_ride_keeps_its_zero(seed):
    ride, shoe, side, sensor = random_rider(seed)
    verdict = judged(*simulate_shoe(ride, shoe, side, sensor, seed), ride)
    assert not verdict.undetermined
    assert verdict.foot.excess.deg == pytest.approx(verdict.true_deg, abs=0.3)
    assert verdict.foot.excess.zero_sd_deg < 3.0


@pytest.mark.parametrize(("rate_hz", "start_s"), [(25.0, 1.5), (25.0, 4.0), (200.0, 5.0)])
def test_a_slow_sensor_or_a_slow_start_keeps_its_zero(rate_hz, start_s):
    ride, shoe, side, sensor = random_rider(3)
    ride = replace(ride, start_s=start_s)
    verdict = judged(*simulate_shoe(ride, shoe, side, replace(sensor, rate_hz=rate_hz), 3), ride)
    assert not verdict.undetermined
    assert verdict.foot.excess.deg == pytest.approx(verdict.true_deg, abs=0.4)


@pytest.mark.parametrize("degrees", [2.0, -5.0, 8.0, -15.0])
@pytest.mark.parametrize(("seconds", "wait_s"), [(1.5, 0.0), (4.0, 0.0), (10.0, 1.0), (25.0, 2.0)])
def test_a_bike_that_turned_after_the_pose_gives_no_wrong_zero(degrees, seconds, wait_s):
    seed = int(abs(degrees) + seconds)
    ride, shoe, side, sensor = random_rider(seed)
    ride = turned_after_pose(replace(ride, start_s=1.5), degrees, seconds, wait_s)
    verdict = judged(*simulate_shoe(ride, shoe, side, sensor, seed), ride)
    assert verdict.holds
    if abs(degrees) >= 8.0:
        assert verdict.reasons <= {"bike_turned", "pose_turned_far", "pose_otherwise"}
        assert verdict.undetermined


@pytest.mark.parametrize(
    ("seed", "degrees", "seconds", "crank_deg"),
    [(1011, 4.0, 1.5, 90.0), (5020, -8.0, 1.5, 232.5), (5240, -5.0, 1.0, 64.5), (6005, 4.0, 1.5, 38.0)],
)
def test_a_quick_turn_that_the_noise_hides_in_part_is_paid_for(seed, degrees, seconds, crank_deg):
    ride, shoe, side, sensor = random_rider(seed)
    ride = turned_after_pose(replace(ride, start_s=1.5, start_crank_deg=crank_deg), degrees, seconds)
    assert judged(*simulate_shoe(ride, shoe, side, sensor, seed), ride).holds


@pytest.fixture(scope="module")
def short_ride():
    return simulate_shoe(Ride(duration_s=30.0, still_s=6.0), Shoe(), "right", SensorModel(), 1)[0]


def test_a_foot_that_sets_off_at_once_is_seen_to_do_so_closely():
    readings, _ = simulate_shoe(Ride(duration_s=40.0, still_s=6.0), Shoe(), "right", SensorModel(), 1)
    samples = even_stretches(readings, SETTINGS).stretches[0]
    assert last_still_s(samples, Pose(1.0, 5.5, given=True), 10.0, SETTINGS) == pytest.approx(6.0, abs=0.25)


@pytest.mark.parametrize("toe_out_deg", [10.0, 18.0])
@pytest.mark.parametrize("off_m", [(0.0, 0.0, 0.0), (-0.05, 0.08, -0.1), (0.1, 0.0, -0.06)])
def test_a_foot_on_the_ground_is_no_zero(toe_out_deg, off_m):
    ride, shoe, side, sensor = random_rider(int(toe_out_deg))
    shoe = replace(shoe, heel_out=replace(shoe.heel_out, mean_deg=3.0))
    verdict = judged(*simulate_shoe(ride, on_the_ground(shoe, toe_out_deg, off_m), side, sensor, 1), ride, 0.0)
    assert verdict.undetermined
    assert verdict.reasons <= {"pose_off_pedal", "pose_turned_far", "pose_otherwise", "bike_turned"}


def test_a_foot_beside_its_pedal_is_told_by_the_way_alone():
    ride, shoe, side, sensor = random_rider(5)
    shoe = on_the_ground(replace(shoe, heel_out=replace(shoe.heel_out, mean_deg=1.0)), 0.0, (0.08, 0.0, -0.08))
    verdict = judged(*simulate_shoe(ride, shoe, side, sensor, 1), ride)
    assert verdict.reasons == {"pose_off_pedal"}


@pytest.mark.parametrize("drift_deg_s_min", [0.1, 0.25, 0.5])
def test_a_drifting_bias_gives_no_wrong_zero(drift_deg_s_min):
    for seed in (1, 2):
        ride, shoe, side, sensor = random_rider(seed)
        sensor = replace(sensor, gyr_bias_drift_deg_s_h=60.0 * drift_deg_s_min)
        assert judged(*simulate_shoe(ride, shoe, side, sensor, seed), ride).holds


def test_a_pose_stated_long_before_setting_off_is_carried_over_the_standing():
    ride = Ride(duration_s=70.0, still_s=14.0)
    readings, truth = simulate_shoe(ride, Shoe(pose_heel_out_deg=2.0), "right", SensorModel(), 1)
    trace, findings = trace_from_sensor(readings, SETTINGS, pose=(1.0, 5.0))
    assert trace.zero == "rider"
    assert [item.level for item in findings if item.code == "pose_used"] == ["info"]
    error = (trace.heel_out_deg - truth.heel_out_deg)[trace.time_s > 20.0].mean()
    assert error == pytest.approx(-2.0, abs=0.2)


def test_a_turn_between_a_stated_pose_and_setting_off_leaves_no_zero():
    ride = replace(Ride(duration_s=70.0, still_s=14.0), turning=((6.0, 8.0, 3.0),))
    readings, _ = simulate_shoe(ride, Shoe(), "right", SensorModel(), 1)
    trace, _ = trace_from_sensor(readings, SETTINGS, pose=(1.0, 5.0))
    assert [reason.code for reason in trace.no_zero] == ["bike_turned"]


def test_a_pose_behind_the_pedalling_serves_as_well():
    ride = Ride(duration_s=70.0, cadence_rpm=((0.0, 85.0), (50.0, 85.0), (53.0, 0.0), (70.0, 0.0)), still_s=0.0)
    shoe = Shoe(pitch=Harmonics(1.0, (6.0,), (285.0,)), roll=Harmonics(0.0, (0.3,), (0.0,)), stroke_sd_deg=0.1)
    readings, truth = simulate_shoe(ride, shoe, "right", SensorModel(), 1)
    trace, _ = trace_from_sensor(readings, SETTINGS, pose=(58.0, 68.0))
    assert trace.zero == "rider"
    true = truth.heel_out_deg[(truth.time_s > 5.0) & (truth.time_s < 45.0)].mean() - truth.heel_out_deg[-1]
    pedalled = (trace.time_s > 5.0) & (trace.time_s < 45.0)
    assert trace.heel_out_deg[pedalled].mean() == pytest.approx(true, abs=0.4)
    turned = replace(ride, turning=((50.0, 54.0, 3.0),))
    readings, _ = simulate_shoe(turned, shoe, "right", SensorModel(), 1)
    assert trace_from_sensor(readings, SETTINGS, pose=(60.0, 68.0))[0].zero == "none"


def test_a_number_is_no_neutral_where_the_angle_has_no_level():
    recording, _ = simulate_shoes(Ride(duration_s=60.0, still_s=0.0), {"right": Shoe()}, seed=1)
    foot = analyze(recording, AnalyzeOptions(right_neutral=0.0)).feet["right"]
    assert [reason.code for reason in foot.recommendation.reasons] == ["pose_needed"]
    assert [r.code for r in analyze(recording).feet["right"].recommendation.reasons] == ["neutral_needed"]
    assert analyze(recording, AnalyzeOptions(neutral="recovery")).feet["right"].recommendation.wedges is not None


def test_a_foot_that_turned_beyond_its_float_is_paid_for():
    sds = []
    for mean_deg in (4.0, 10.0):
        shoe = Shoe(heel_out=Harmonics(mean_deg, (1.8,), (150.0,)))
        readings, _ = simulate_shoe(Ride(duration_s=60.0), shoe, "right", SensorModel(), 1)
        sds.append(trace_from_sensor(readings, SETTINGS)[0].zero_sd_deg)
    assert sds[0] < 2.0
    assert 4.0 < sds[1] < 7.0


def test_thresholds_of_the_zero_are_settings():
    ride = turned_after_pose(Ride(duration_s=60.0), 8.0, 10.0)
    readings, _ = simulate_shoe(ride, Shoe(), "right", SensorModel(), 1)
    assert trace_from_sensor(readings, SETTINGS)[0].zero == "none"
    free = replace(SETTINGS, zero_turn_max_deg=90.0, zero_bend_max_deg=90.0, zero_way_max_m=1.0)
    trace, _ = trace_from_sensor(readings, free)
    assert trace.zero == "rider" or {reason.code for reason in trace.no_zero} <= {"bike_turned"}
    assert np.isfinite(trace.zero_sd_deg)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"pose_still_deg_s": 0.01}, "neutral_needed"),
        ({"pose_still_m_s2": 0.01}, "neutral_needed"),
        ({"pose_to_pedalling_max_s": 0.5}, "neutral_needed"),
        ({"mounting_heading_max_deg": 0.0}, "pose_otherwise"),
        ({"mounting_roll_max_deg": 0.0}, "pose_otherwise"),
        ({"mounting_pitch_max_deg": 0.0}, "pose_otherwise"),
    ],
)
def test_what_a_pose_must_be_is_in_the_settings(short_ride, changed, code):
    trace, _ = trace_from_sensor(short_ride, replace(SETTINGS, **changed))
    assert (trace.zero, [reason.code for reason in trace.no_zero]) == ("none", [code])


def test_what_disturbs_the_zero_is_in_the_settings(short_ride):
    usual, _ = trace_from_sensor(short_ride, SETTINGS)
    assert usual.zero == "rider"
    for name in ("rocking_sd_share", "dent_sd_deg_m"):
        trace, _ = trace_from_sensor(short_ride, replace(SETTINGS, **{name: 2000.0}))
        assert trace.zero_sd_deg > 1.1 * usual.zero_sd_deg
    stuck = replace(short_ride, gyr_deg_s=short_ride.gyr_deg_s * [1.0, 1.0, 0.0])
    assert trace_from_sensor(stuck, replace(SETTINGS, stuck_sd_deg=50.0))[0].zero_sd_deg > 50.0


def test_how_round_a_pedal_goes_and_how_still_a_named_pose_is_are_in_the_settings(short_ride):
    _, found = trace_from_sensor(short_ride, replace(SETTINGS, carried_round_min_share=1.0))
    assert "shoe_no_pedalling" in {item.code for item in found}
    with pytest.raises(RecordingError, match="the foot moves there"):
        trace_from_sensor(short_ride, replace(SETTINGS, pose_moved_deg_s=0.01), (1.0, 5.0))
