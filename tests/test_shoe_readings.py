"""A shoe sensor's samples: held, late, clipped, counted downwards, stamped unevenly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.disturbed_shoes import clipped, flipped, held, jittered, judged, late, random_rider

from bikefit.errors import RecordingError
from bikefit.settings import Settings
from bikefit.shoe_sensor import trace_from_sensor
from bikefit.shoe_sensor.clipping import clipped_share
from bikefit.shoe_sensor.held import released, rows_a_value
from bikefit.shoe_sensor.lone import bridged, lone, stuck
from bikefit.shoe_sensor.stamps import evened
from bikefit.simulate.shoe import SensorModel, simulate_shoe
from bikefit.simulate.space import Ride, Shoe

SETTINGS = Settings()
RIDE = Ride(duration_s=70.0, cadence_rpm=85.0)


def steady():
    return simulate_shoe(RIDE, Shoe(), "right", SensorModel(), 1)


def said(findings):
    return {item.code: item.values for item in findings}


def mean_error(trace, truth):
    counted = (trace.time_s > 15.0) & (trace.time_s < 69.0)
    true = truth.heel_out_deg[(truth.time_s > 15.0) & (truth.time_s < 69.0)].mean() - truth.pose_heel_out_deg
    return float(trace.heel_out_deg[counted].mean()) - true


def test_packets_whose_samples_have_hardly_a_time_of_their_own_are_refused():
    readings, _ = steady()
    row = np.arange(readings.gyr_time_s.size)
    packets = readings.gyr_time_s[row // 10 * 10] + 1e-4 * (row % 10)
    with pytest.raises(RecordingError, match="in packets"):
        trace_from_sensor(replace(readings, gyr_time_s=packets, acc_time_s=packets), SETTINGS)


# ---- false readings ----------------------------------------------------------------------------------------------


def with_false(readings, gyr_deg_s, acc_m_s2, count, rows=1):
    rng = np.random.default_rng(4)
    gyr, acc = readings.gyr_deg_s.copy(), readings.acc_m_s2.copy()
    for values, size in ((gyr, gyr_deg_s), (acc, acc_m_s2)):
        for at in rng.integers(5, values.shape[0] - 5, count):
            values[at : at + rows, rng.integers(3)] += size
    return replace(readings, gyr_deg_s=gyr, acc_m_s2=acc)


@pytest.mark.parametrize(
    ("gyr_deg_s", "acc_m_s2", "rows"), [(300, 60, 1), (-2000, -150, 1), (1e5, 1e9, 1), (1e30, 1e36, 4)]
)
def test_readings_that_no_foot_makes_turn_nothing(gyr_deg_s, acc_m_s2, rows):
    readings, truth = steady()
    plain, before = trace_from_sensor(readings, SETTINGS)
    trace, findings = trace_from_sensor(with_false(readings, gyr_deg_s, acc_m_s2, 7, rows), SETTINGS)
    assert abs(mean_error(trace, truth) - mean_error(plain, truth)) < 0.1
    told = {item.values["channel"]: item.values["count"] for item in findings if item.code == "false_readings"}
    assert told == {"gyroscope": 7 * rows, "accelerometer": 7 * rows}
    assert {item.code for item in findings} - {item.code for item in before} == {"false_readings"}


@pytest.mark.parametrize("off", [1e7, 1e12])
@pytest.mark.parametrize(("channel", "told"), [("gyr_deg_s", "deg/s on average"), ("acc_m_s2", "where gravity alone")])
def test_readings_that_are_all_beyond_any_sensor_are_in_another_unit(channel, told, off):
    readings, _ = steady()
    numbers = getattr(readings, channel) + off
    with pytest.raises(RecordingError, match=told) as refused:
        trace_from_sensor(replace(readings, **{channel: numbers}), SETTINGS)
    assert f"reads {off * 3**0.5:.0f}"[:9] in str(refused.value)


def test_held_false_readings_are_one_reading():
    readings, _ = steady()
    slow = held(with_false(readings, 900, 90, 3), 4, 2)
    _, findings = trace_from_sensor(slow, SETTINGS)
    told = [item.values["count"] for item in findings if item.code == "false_readings"]
    assert all(1 <= count <= 3 for count in told)
    assert "samples_held" in said(findings)


def test_a_lone_reading_is_far_from_two_that_agree():
    time = np.arange(60) / 100
    values = np.zeros((60, 3))
    values[2, 0] = 50.0  # alone
    values[4:6, 1] = 50.0  # two beside each other: a step up and down
    assert np.flatnonzero(lone(time, values, 30.0)).tolist() == [2]
    assert not lone(time, values, 60.0).any()
    assert bridged(values, lone(time, values, 30.0))[2].tolist() == [0.0, 0.0, 0.0]
    time[3:] += 5.0  # a gap behind it: its neighbour is not beside it
    assert not lone(time, values, 30.0).any()


@pytest.mark.parametrize(("channel", "axis"), [("gyroscope", 0), ("gyroscope", 2), ("accelerometer", 1)])
def test_an_axis_that_stands_still_for_a_while_turns_nothing(channel, axis):
    readings, truth = steady()
    plain, _ = trace_from_sensor(readings, SETTINGS)
    gyr, acc = readings.gyr_deg_s.copy(), readings.acc_m_s2.copy()
    values = gyr if channel == "gyroscope" else acc
    values[3500:5000, axis] = values[3500, axis]
    trace, findings = trace_from_sensor(replace(readings, gyr_deg_s=gyr, acc_m_s2=acc), SETTINGS)
    assert abs(mean_error(trace, truth) - mean_error(plain, truth)) < 0.1
    told = [item.values for item in findings if item.code == "readings_stuck"]
    assert [(item["channel"], round(item["seconds"])) for item in told] == [(channel, 15)]


@pytest.mark.parametrize(("gyr_step", "acc_step"), [(0.01, 0.001), (1.0, 0.1), (2.0, 0.3)])
def test_a_coarse_axis_does_not_stand_still(gyr_step, acc_step):
    for seed in (306, 319):
        readings, _ = simulate_shoe(*random_rider(seed, 40.0), seed)
        assert not stuck(readings.gyr_time_s, np.round(readings.gyr_deg_s / gyr_step) * gyr_step, 30.0).any()
        assert not stuck(readings.acc_time_s, np.round(readings.acc_m_s2 / acc_step) * acc_step, 9.0).any()


def test_no_reading_of_a_quick_foot_is_false():
    for seed, rate in ((1, 25.0), (2, 50.0), (3, 200.0)):
        readings, _ = simulate_shoe(replace(RIDE, cadence_rpm=125.0), Shoe(), "left", SensorModel(rate_hz=rate), seed)
        assert not lone(readings.gyr_time_s, readings.gyr_deg_s, SETTINGS.lone_reading_deg_s).any()
        assert not lone(readings.acc_time_s, readings.acc_m_s2, SETTINGS.lone_reading_m_s2).any()


# ---- held samples ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gyroscope", "accelerometer"), [(2, 1), (4, 1), (1, 2), (1, 4), (1, 8), (4, 4)])
def test_held_samples_are_used_at_their_own_rate(gyroscope, accelerometer):
    readings, truth = steady()
    trace, findings = trace_from_sensor(held(readings, gyroscope, accelerometer), SETTINGS)
    assert abs(mean_error(trace, truth)) < 0.2
    assert trace.zero == "rider"
    assert trace.rate_hz == pytest.approx(100.0 / gyroscope, rel=0.01)
    rows = {item.values["channel"]: item.values["rows"] for item in findings if item.code == "samples_held"}
    expected = {"gyroscope": gyroscope, "accelerometer": accelerometer}
    assert rows == {name: pytest.approx(count, rel=0.01) for name, count in expected.items() if count > 1}


@pytest.mark.parametrize("rows", [2, 3, 5, 8])
def test_held_samples_of_any_rider_hold_the_truth(rows):
    ride, shoe, side, sensor = random_rider(rows)
    readings, truth = simulate_shoe(ride, shoe, side, sensor, rows)
    for gyroscope, accelerometer in ((rows, 1), (1, rows), (rows, rows)):
        assert judged(held(readings, gyroscope, accelerometer), truth, ride).holds


def test_a_hold_that_is_no_whole_number_of_rows():
    slow = np.arange(0.0, 60.0, 1.0 / 25.6)
    fast = np.arange(0.0, 60.0, 0.01)
    wave = np.stack([np.sin(9.0 * slow), np.cos(9.0 * slow), np.sin(4.0 * slow)], axis=1)
    rows = wave[np.searchsorted(slow, fast, side="right") - 1]
    assert rows_a_value(rows) == pytest.approx(100.0 / 25.6, rel=0.02)
    time, values, _ = released(fast, rows)
    even, _ = evened(time, values)
    assert np.diff(even).std() < 0.1 * np.diff(time).std()
    assert values.shape[0] == pytest.approx(slow.size, abs=2)


def test_a_resting_sensor_is_not_taken_for_a_held_one():
    readings, _ = steady()
    coarse = replace(readings, gyr_deg_s=np.round(readings.gyr_deg_s), acc_m_s2=np.round(readings.acc_m_s2, 1))
    assert "samples_held" not in said(trace_from_sensor(coarse, SETTINGS)[1])


# ---- gyroscope and accelerometer out of step -----------------------------------------------------------------------


@pytest.mark.parametrize("lag_s", [0.02, 0.05, 0.08, -0.05])
def test_a_lag_is_found_and_put_right(lag_s):
    readings, truth = steady()
    trace, findings = trace_from_sensor(late(readings, lag_s), SETTINGS)
    assert said(findings)["sensor_lag"]["lag_ms"] == pytest.approx(1000.0 * lag_s, abs=4.0)
    assert abs(mean_error(trace, truth)) < 0.15
    assert trace.zero == "rider"


@pytest.mark.parametrize("seed", range(4))
def test_a_lag_of_any_rider_holds_the_truth(seed):
    ride, shoe, side, sensor = random_rider(seed + 50)
    readings, truth = simulate_shoe(ride, shoe, side, sensor, seed)
    assert judged(late(readings, 0.02 + 0.02 * seed), truth, ride).holds


def test_no_lag_is_seen_where_there_is_none():
    assert "sensor_lag" not in said(trace_from_sensor(steady()[0], SETTINGS)[1])


@pytest.mark.parametrize("seed", [4, 5, 6, 7, 9, 20])
def test_a_short_ride_tells_no_lag(seed):
    ride, shoe, side, sensor = random_rider(seed)
    readings, _ = simulate_shoe(replace(ride, duration_s=25.0), shoe, side, sensor, seed)
    assert "sensor_lag" not in said(trace_from_sensor(readings, SETTINGS)[1])


# ---- the end of the range ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.9, 0.75, 0.6])
@pytest.mark.parametrize("channel", ["gyroscope", "accelerometer"])
def test_clipped_peaks_hold_the_truth_or_give_no_count(channel, share):
    for seed in (1, 2):
        ride, shoe, side, sensor = random_rider(seed)
        readings, truth = simulate_shoe(ride, shoe, side, sensor, seed)
        assert judged(clipped(readings, **{channel: share}), truth, ride).holds


def test_hard_clipping_gives_no_count():
    readings, truth = steady()
    for channel, share in (("gyroscope", 0.58), ("accelerometer", 0.4)):
        verdict = judged(clipped(readings, **{channel: share}), truth, RIDE)
        assert f"{channel}_hard_clipped" in verdict.reasons
        assert np.isnan(verdict.foot.rotation.value_deg)


def test_each_end_of_each_axis_may_have_its_own_limit():
    wave = 100.0 * np.sin(np.linspace(0, 300, 5000))[:, None] * [1.0, 0.3, 0.0] + [0.0, 0.0, 1.0]
    assert clipped_share(wave) == 0.0
    assert clipped_share(np.clip(wave, [-101, -101, -101], [101, 25, 101])) > 0.1


# ---- signs and stamps ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_an_accelerometer_that_counts_downwards_gives_no_count(seed):
    ride, shoe, side, sensor = random_rider(seed)
    readings, truth = simulate_shoe(ride, shoe, side, sensor, seed)
    verdict = judged(flipped(readings), truth, ride)
    assert "sensor_upside_down" in verdict.reasons
    assert np.isnan(verdict.foot.excess.deg)


def test_a_declared_mounting_settles_which_way_is_up():
    readings, truth = simulate_shoe(RIDE, Shoe(mounting_deg=(0.0, 180.0, 0.0)), "right", SensorModel(), 1)
    assert [item.code for item in trace_from_sensor(readings, SETTINGS)[0].obstacles] == ["sensor_upside_down"]
    axes = np.diag([-1.0, 1.0, -1.0])
    trace, _ = trace_from_sensor(readings, SETTINGS, mounting=axes)
    assert trace.obstacles == ()
    assert abs(mean_error(trace, truth)) < 0.2
    assert "mounting_unlikely" in said(trace_from_sensor(flipped(readings), SETTINGS, mounting=axes)[1])


@pytest.mark.parametrize("sd_s", [0.002, 0.005, 0.015])
def test_jittering_stamps_are_named_and_evened(sd_s):
    readings, truth = steady()
    trace, findings = trace_from_sensor(jittered(readings, sd_s), SETTINGS)
    jitter = said(findings)["stamps_jitter"]["jitter_ms"]
    # stamps come in order, which takes off some of the jitter where it is longer than a step
    assert 0.5 * 1000.0 * sd_s < jitter < 1.2 * 1000.0 * sd_s
    assert "turning_dropped" not in said(findings)
    assert abs(mean_error(trace, truth)) < 0.2
    assert trace.zero == "rider"


def test_samples_that_were_taken_unevenly_keep_their_stamps():
    ride = replace(RIDE, uneven_share=0.4)
    readings, truth = simulate_shoe(ride, Shoe(), "right", SensorModel(), 1)
    trace, findings = trace_from_sensor(readings, SETTINGS)
    assert "stamps_jitter" not in said(findings)
    assert abs(mean_error(trace, truth)) < 0.2
