"""One rider and crank, three recorders: what the angle, the shoe sensor and the cameras see is one motion."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from bikefit.conventions import SIDES, Side
from bikefit.errors import UsageError
from bikefit.model import Recording
from bikefit.simulate import Foot, Rider, RiderNumbers, Section, Truth, simulate_plain, simulate_ride
from bikefit.simulate.feet import FootMotion, foot_truth
from bikefit.simulate.markers import Cameras, simulate_markers
from bikefit.simulate.shoe import SensorModel, simulate_shoe, simulate_shoes
from bikefit.simulate.space import Ride, Shoe

QUIET = Ride(duration_s=40.0, noise_deg=0.0)
FULL = replace(
    QUIET,
    coasts=((22.0, 6.0),),
    sections=(Section(0.0), Section(30.0, right_cant_deg=2.0)),
    cadence_wander_share=0.03,
    cadence_rpm=((0.0, 70.0), (40.0, 100.0)),
)
SHOE = Shoe(mean_deg=1.0, response=0.5, cant_deg=1.0, trend_deg_per_h=60.0, steps=((20.0, 1.0),), pose_heel_out_deg=2.0)


@pytest.mark.parametrize("stop", [None, (-np.inf, 4.5)])
def test_angle_sensor_and_cameras_see_one_motion(stop: tuple[float, float] | None) -> None:
    shoe = replace(SHOE, float_stop_deg=stop)
    angle, _ = simulate_ride(Rider(shoe, shoe), FULL, seed=4)
    _, worn = simulate_shoes(FULL, dict.fromkeys(SIDES, shoe), seed=4)
    _, seen = simulate_markers(FULL, dict.fromkeys(SIDES, shoe), seed=4)
    for side in SIDES:
        np.testing.assert_allclose(angle.feet[side].heel_out_deg, worn[side].heel_out_deg, atol=1e-12)
        np.testing.assert_allclose(angle.feet[side].heel_out_deg, seen[side].heel_out_deg, atol=1e-12)
        np.testing.assert_allclose(angle.feet[side].crank_deg, worn[side].crank_deg % 360, atol=1e-9)


@pytest.mark.parametrize("side", SIDES)
def test_a_coast_stops_crank_and_foot_smoothly(side: Side) -> None:
    ride = replace(QUIET, coasts=((22.0, 6.0),))
    perfect = SensorModel(gyr_bias_deg_s=(0.0, 0.0, 0.0), gyr_noise_deg_s=0.0, acc_noise_m_s2=0.0)
    sensor, truth = simulate_shoe(ride, Shoe(), side, perfect)
    rests = (truth.time_s > 22.6) & (truth.time_s < 27.4)
    assert np.ptp(truth.crank_deg[rests]) < 1e-6
    assert np.abs(sensor.gyr_deg_s[rests]).max() < 1e-6
    assert np.linalg.norm(sensor.acc_m_s2[rests], axis=1) == pytest.approx(9.80665, abs=1e-5)
    rate = np.gradient(truth.crank_deg, truth.time_s) / 6
    assert np.abs(rate[(truth.time_s > 12) & (truth.time_s < 21.9)] - 85).max() < 6
    assert np.linalg.norm(sensor.acc_m_s2, axis=1).max() < 60  # nothing jumps


@pytest.mark.parametrize("start_deg", [90.0, 211.0])
@pytest.mark.parametrize("stop", [None, (-np.inf, 3.5)])
def test_strokes_of_a_smooth_ride_against_a_fine_recording(start_deg: float, stop: tuple[float, float] | None) -> None:
    ride = replace(QUIET, start_crank_deg=start_deg, rate_hz=2000.0, coasts=((22.0, 6.0),), dead_spot_share=0.1)
    shoe = Shoe(stroke_sd_deg=0.6, trend_deg_per_h=60.0, float_stop_deg=stop)
    recording, truth = simulate_ride(Rider(shoe, shoe), ride, seed=2)
    for side, true in truth.feet.items():
        trace = recording.feet[side]
        crank = np.maximum.accumulate(np.unwrap(trace.crank_deg, period=360))
        assert true.pedalled.sum() > 25
        assert not true.pedalled[(true.start_s < 11) | ((true.start_s < 27.5) & (true.end_s > 22.5))].any()
        for start, end, mean in zip(
            *(x[true.pedalled] for x in (true.start_s, true.end_s, true.mean_deg)), strict=True
        ):
            top, after = np.interp([start, end], trace.time_s, crank)
            assert (top % 360, after - top) == pytest.approx((0.0, 360.0), abs=2e-3) or top % 360 > 359.998
            even = top + np.arange(0.5, 3600) / 10
            assert np.interp(even, crank, trace.heel_out_deg).mean() == pytest.approx(mean, abs=1e-3)


def test_a_soft_stop_is_never_passed_and_its_share_is_told() -> None:
    shoe = Shoe(stroke_sd_deg=0.5, float_stop_deg=(-np.inf, 3.5))
    motion = FootMotion(replace(QUIET, duration_s=900.0, still_s=0.0), shoe, "right", 3)
    truth = foot_truth(motion, 100.0, 0.0, 900.0, np.empty(0))
    time_s = np.arange(0.0, 900.0, 0.01)
    heel = motion.heel_out_deg(motion.crank_rad(time_s), time_s)
    assert heel.max() == pytest.approx(3.5, abs=1e-9)
    assert truth.at_stop_share == pytest.approx((heel > 3.5 - 1e-9).mean(), abs=0.02)
    error = truth.mean_deg.std() * np.sqrt(4 / truth.mean_deg.size)
    assert truth.expected_deg == pytest.approx(truth.mean_deg.mean(), abs=4 * error)
    bend = np.diff(heel, 2) / 0.01**2
    assert np.abs(bend).max() < 3e4  # a hard stop would bend by its speed over one step: 60 deg/s in 1e-5 s


def test_gaps_and_missing_samples_are_not_there() -> None:
    ride = replace(QUIET, gaps=((20.0, 1.5),), missing_share=0.05)
    recording, truths = simulate_shoes(ride, sensors={"left": SensorModel(acc_rate_hz=50.0)})
    whole, all_true = simulate_shoes(QUIET, sensors={"left": SensorModel(acc_rate_hz=50.0)})
    for side, sensor in recording.sensors.items():
        for time_s, values, count in (
            (sensor.gyr_time_s, sensor.gyr_deg_s, whole.sensors[side].gyr_time_s.size),
            (sensor.acc_time_s, sensor.acc_m_s2, whole.sensors[side].acc_time_s.size),
        ):
            assert not ((time_s >= 20.0) & (time_s < 21.5)).any()
            assert len(values) == time_s.size
            assert 0.9 < time_s.size / (count * (1 - 1.5 / 40)) < 1.0
        kept = np.isin(all_true[side].time_s, truths[side].time_s)
        np.testing.assert_array_equal(all_true[side].heel_out_deg[kept], truths[side].heel_out_deg)
    seen, _ = simulate_markers(replace(ride, still_s=0.0))
    assert seen.markers is not None
    hidden = (seen.markers.time_s >= 20.0) & (seen.markers.time_s < 21.5)
    shares = []
    for places in seen.markers.positions_mm.values():
        assert np.isnan(places[hidden]).all()
        shares.append(np.isnan(places[~hidden]).any(axis=1).mean())
    assert 0.02 < np.mean(shares) < 0.06
    assert len(set(shares)) > 1  # each marker has its own


def test_jitter_is_in_the_stamps_alone() -> None:
    ride = replace(QUIET, jitter_s=0.001)
    sensor, truth = simulate_shoe(ride, Shoe(), "right")
    assert (np.diff(sensor.gyr_time_s) > 0).all()
    off = sensor.gyr_time_s - np.arange(sensor.gyr_time_s.size) / 100.0
    assert off.std() == pytest.approx(0.001, rel=0.1)
    np.testing.assert_array_equal(truth.heel_out_deg, simulate_shoe(QUIET, Shoe(), "right")[1].heel_out_deg)


def gyr(recording: Recording) -> np.ndarray:
    return recording.sensors["right"].gyr_deg_s


@pytest.mark.parametrize("times", [0.0, 1.0, 3.0])
def test_noise_of_sensors_and_cameras_is_in_proportion(times: float) -> None:
    loud, quiet = (
        simulate_plain(duration_s=30, noise_deg=noise, seen_by="shoe-sensor")[0] for noise in (0.15 * times, 0.0)
    )
    assert (gyr(loud) - gyr(quiet)).std() == pytest.approx(0.1 * times, rel=0.03)
    loud, quiet = (
        simulate_plain(duration_s=30, noise_deg=noise, seen_by="markers")[0] for noise in (0.15 * times, 0.0)
    )
    assert loud.markers is not None
    assert quiet.markers is not None
    moved = loud.markers.positions_mm["left_toe"] - quiet.markers.positions_mm["left_toe"]
    assert moved.std() == pytest.approx(0.2 * times, rel=0.03)


def plain(seen_by: str) -> tuple[Recording, Truth]:
    return simulate_plain(
        duration_s=120, seed=3, right_mean_deg=3.0, right_wedges=2, response=0.5, trend_deg_per_h=30.0,
        coasts=2, gaps=2, end_cadence_rpm=70.0, seen_by=seen_by,
    )  # fmt: skip


@pytest.mark.parametrize("seen_by", ["rotation", "shoe-sensor", "markers"])
def test_every_recorder_tells_the_same_kind_of_truth(seen_by: str) -> None:
    _, truth = plain(seen_by)
    assert (truth.seen_by, truth.to_dict()["seen_by"]) == (seen_by, seen_by)
    spec = truth.to_dict()["spec"]["ride"]
    assert (len(spec["coasts"]), len(spec["gaps"])) == (2, 2)
    for side, mean in (("left", 0.0), ("right", 2.0)):
        true = truth.feet[side]
        middle_h = ((true.start_s + true.end_s) / 2)[true.pedalled].mean() / 3600
        assert true.expected_deg == pytest.approx(mean + 30.0 * middle_h, abs=0.01)
        assert true.mean_deg[true.pedalled].mean() == pytest.approx(true.expected_deg, abs=0.15)
        ramped = [(start + 0.5, length - 1.0) for start, length in spec["coasts"]]  # it slows down and speeds up
        for start, length in (*ramped, *spec["gaps"]):
            assert not (true.pedalled & (true.start_s < start + length) & (true.end_s > start)).any()
        assert (60 / (true.end_s - true.start_s))[true.pedalled][-1] == pytest.approx(70.0, abs=4)


@pytest.mark.parametrize(
    ("seen_by", "wrong", "says"),
    [
        ("markers", {"jitter_ms": 2}, "--jitter"),
        ("shoe-sensor", {"crank": False}, "--crank"),
        ("shoe-sensor", {"spike_share": 0.1}, "only with rotation"),
        ("markers", {"uneven_share": 0.1}, "rotation or shoe-sensor"),
        ("markers", {"duration_s": 5}, "15 to 3600 s for a ride seen by markers"),
        ("shoe-sensor", {"duration_s": 60, "coasts": 3}, "0 to 2\\."),
        ("eyes", {}, "markers"),
    ],
)
def test_what_a_recorder_cannot_do_is_said(seen_by: str, wrong: dict[str, float], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        simulate_plain(seen_by=seen_by, **wrong)


def test_every_number_is_described_and_its_default_allowed() -> None:
    for item in fields(RiderNumbers):
        assert item.metadata["help"]
        assert set(item.metadata["seen_by"]) <= {"rotation", "shoe-sensor", "markers"}
    assert [RiderNumbers(seen_by=by).seen_by for by in ("rotation", "shoe-sensor", "markers")]  # type: ignore[arg-type]
    assert simulate_plain(RiderNumbers(duration_s=20), seed=7)[1].seed == 7


def test_an_angle_may_have_a_pose_too() -> None:
    foot = Foot(mean_deg=4.0, pose_heel_out_deg=1.0, stroke_sd_deg=0.0)
    for smooth in (False, True):
        ride = replace(QUIET, smooth=smooth, still_s=5.0, start_s=2.0)
        recording, truth = simulate_ride(Rider(foot, foot), ride)
        trace = recording.feet["left"]
        assert trace.heel_out_deg[trace.time_s < 5.0] == pytest.approx(1.0)
        assert np.ptp(np.unwrap(trace.crank_deg, period=360)[trace.time_s < 5.0]) < 1e-9
        assert truth.feet["left"].expected_deg == pytest.approx(4.0)
        assert not truth.feet["left"].pedalled[truth.feet["left"].start_s < 7.0].any()


def test_cameras_of_another_rate_see_the_same_ride() -> None:
    fast, _ = simulate_markers(QUIET, cameras=Cameras(rate_hz=200.0, noise_mm=0.0))
    slow, _ = simulate_markers(QUIET, cameras=Cameras(rate_hz=50.0, noise_mm=0.0))
    assert fast.markers is not None
    assert slow.markers is not None
    for name, places in slow.markers.positions_mm.items():
        np.testing.assert_allclose(fast.markers.positions_mm[name][::4], places, atol=1e-9)
