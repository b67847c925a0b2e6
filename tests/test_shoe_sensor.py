"""The shoe sensor against simulated shoes: what must hold, what must be said, what must be refused.

Long statistics over many riders are in benchmarks/shoe_sensor.py; here is a reduced set of the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from bikefit.conventions import Side
from bikefit.errors import RecordingError, UsageError
from bikefit.model import Channel, Finding, FootTrace, ShoeSensor
from bikefit.phase import find_phase
from bikefit.settings import Settings
from bikefit.shoe_sensor import align_clocks, check_pair, check_sides, trace_from_sensor
from bikefit.shoe_sensor.quaternions import multiply
from bikefit.simulate.rider import Harmonics
from bikefit.simulate.shoe import SensorModel, simulate_shoe, simulate_shoes
from bikefit.simulate.space import Ride, Shoe, rotation_about
from bikefit.simulate.truth import ShoeTruth
from bikefit.strokes import find_strokes

RIDE = Ride(duration_s=100.0)
SHOE, SENSOR = Shoe(), SensorModel()
SETTINGS = Settings()


@dataclass(frozen=True)
class Errors:
    """What is measured against the truth, over the usable pedalling."""

    mean_deg: float
    shape_deg: float
    window_sd_deg: float
    crank_rms_deg: float
    usable: float
    sample_deg: np.ndarray
    counted: np.ndarray


def compare(trace: FootTrace, truth: ShoeTruth, ride: Ride) -> Errors:
    time = trace.time_s
    counted = (time > ride.still_s + ride.start_s) & (time < ride.duration_s - 0.5)
    for flagged in trace.unusable.values():
        counted &= ~flagged
    assert trace.crank_deg is not None
    counted &= np.isfinite(trace.crank_deg)
    zero = truth.pose_heel_out_deg if trace.zero == "rider" else 0.0
    error = trace.heel_out_deg - (np.interp(time, truth.time_s, truth.heel_out_deg) - zero)
    crank = (trace.crank_deg - np.interp(time, truth.time_s, truth.crank_deg) + 180.0) % 360.0 - 180.0
    rate = trace.rate_hz
    kept = error[counted]
    length = int(20.0 * rate)
    windows = kept[: kept.size // length * length].reshape(-1, length).mean(axis=1)
    slow = gaussian_filter1d(np.where(counted, error, kept.mean()), 2.0 * rate)
    return Errors(
        mean_deg=float(kept.mean()),
        shape_deg=float(np.std((error - slow)[counted])),
        window_sd_deg=float(windows.std()),
        crank_rms_deg=float(np.sqrt(np.mean(crank[counted] ** 2))),
        usable=float(counted.mean()),
        sample_deg=error,
        counted=counted,
    )


@cache
def simulated(
    ride: Ride = RIDE, shoe: Shoe = SHOE, side: Side = "right", sensor: SensorModel = SENSOR, seed: int = 1
) -> tuple[ShoeSensor, ShoeTruth]:
    return simulate_shoe(ride, shoe, side, sensor, seed)


@cache
def measured(
    ride: Ride = RIDE, shoe: Shoe = SHOE, side: Side = "right", sensor: SensorModel = SENSOR, seed: int = 1
) -> tuple[FootTrace, tuple[Finding, ...], Errors]:
    readings, truth = simulated(ride, shoe, side, sensor, seed)
    trace, findings = trace_from_sensor(readings, SETTINGS)
    return trace, findings, compare(trace, truth, ride)


def codes(findings: tuple[Finding, ...]) -> set[str]:
    return {item.code for item in findings}


def any_rider(seed: int) -> tuple[Ride, Shoe, Side]:
    """Draw a rider, a lever arm anywhere on a shoe and a mounting up to 30 deg."""
    rng = np.random.default_rng(seed)
    ride = Ride(
        duration_s=150.0,
        cadence_rpm=float(rng.uniform(60, 110)),
        dead_spot_share=2 * np.radians(float(rng.uniform(0, 3))),
        crank_m=float(rng.choice([0.165, 0.17, 0.1725, 0.175])),
        still_s=float(rng.uniform(4, 10)),
    )

    def angle(*values: float) -> tuple[float, ...]:
        return tuple(float(value) for value in values)

    shoe = Shoe(
        heel_out=Harmonics(
            float(rng.normal(0, 4)), angle(rng.uniform(0.5, 4), rng.uniform(0, 1)), angle(*rng.uniform(0, 360, 2))
        ),
        pitch=Harmonics(
            float(rng.uniform(5, 25)),
            angle(rng.uniform(8, 22), rng.uniform(1, 5)),
            angle(rng.normal(285, 20), rng.uniform(0, 360)),
        ),
        roll=Harmonics(
            float(rng.normal(0, 2)), angle(rng.uniform(0, 2), rng.uniform(0, 0.6)), angle(*rng.uniform(0, 360, 2))
        ),
        stroke_sd_deg=float(rng.uniform(0.1, 1.0)),
        lever_m=(float(rng.uniform(-0.17, 0.08)), float(rng.uniform(-0.04, 0.04)), float(rng.uniform(0.03, 0.11))),
        mounting_deg=tuple(float(value) for value in rng.uniform(-30, 30, 3)),  # type: ignore[arg-type]
        pose_heel_out_deg=float(rng.normal(0, 4)),
        steps=((80.0, 1.0),),
    )
    return ride, shoe, "left" if seed % 2 else "right"


# ---- what must hold, seated on a trainer with a pose -----------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_any_rider_any_lever_arm(seed):
    ride, shoe, side = any_rider(seed)
    trace, findings, error = measured(ride, shoe, side, SensorModel(), seed)
    assert trace.zero == "rider"
    assert trace.crank_source == "shoe_acceleration"
    assert error.shape_deg < 0.1
    assert error.window_sd_deg < 0.1
    assert abs(error.mean_deg) < 0.4
    assert error.crank_rms_deg < 2.0
    assert trace.quality > 0.9
    assert {item.code for item in findings if item.level != "info"} <= {"pose_used", "zero_doubted"}
    before = error.counted & (trace.time_s < 75.0)
    after = error.counted & (trace.time_s > 85.0)
    step = 1.0 + error.sample_deg[after].mean() - error.sample_deg[before].mean()
    assert 0.97 < step < 1.03


def test_strokes_are_found_where_they_are():
    trace, _, _ = measured()
    _, truth = simulated()
    strokes = find_strokes(trace, find_phase(trace, SETTINGS), SETTINGS).table
    turns = truth.crank_deg / 360.0
    tops = np.interp(np.arange(np.ceil(turns[0]), turns[-1]), turns, truth.time_s)
    tops = tops[tops > RIDE.still_s + RIDE.start_s]
    starts = strokes["start_s"].to_numpy()
    hits = sum(np.abs(starts - top).min() < 0.02 for top in tops[:-1])
    in_full_swing = np.count_nonzero(starts > tops[0] - 0.02)
    assert 2.0 * hits / (tops.size - 1 + in_full_swing) >= 0.995


@pytest.mark.parametrize("rate", [25.0, 50.0])
def test_slow_sensors(rate):
    ride = replace(RIDE, cadence_rpm=105.0)
    trace, _, error = measured(ride, Shoe(), "left", SensorModel(rate_hz=rate))
    assert trace.rate_hz == pytest.approx(rate)
    assert error.shape_deg < 0.2
    assert abs(error.mean_deg) < 0.4


def test_ten_minutes_with_a_drifting_gyroscope_do_not_drift():
    ride = Ride(duration_s=600.0, cadence_rpm=((0.0, 70.0), (200.0, 95.0), (400.0, 80.0), (601.0, 90.0)))
    trace, _, error = measured(ride, Shoe(), "right", SensorModel(rate_hz=50.0, gyr_bias_drift_deg_s_h=0.6))
    slope = np.polyfit(trace.time_s[error.counted] / 3600.0, error.sample_deg[error.counted], 1)[0]
    assert abs(slope) < 0.1  # deg per hour
    assert error.window_sd_deg < 0.1


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_wedge_that_turns_nothing_reads_nothing(side):
    _, _, flat = measured(RIDE, Shoe(), side)
    for cant in (1.0, 3.0):
        _, _, wedged = measured(RIDE, Shoe(cant_deg=cant), side)
        assert abs(wedged.mean_deg - flat.mean_deg) < 0.03 * cant


def test_pitch_is_toe_down_positive_and_its_rate_goes_with_it():
    trace, _, _ = measured()
    _, truth = simulated()
    assert trace.pitch_deg is not None
    assert trace.pitch_rate_deg_s is not None
    late = trace.time_s > 15.0
    assert np.abs(trace.pitch_deg - truth.pitch_deg)[late].mean() < 0.5
    slope = np.gradient(truth.pitch_deg, truth.time_s)
    assert np.corrcoef(slope[late], trace.pitch_rate_deg_s[late])[0, 1] > 0.99


@pytest.mark.parametrize("mounting", [(170.0, 20.0, 10.0), (-80.0, 0.0, 90.0)])
def test_any_mounting_goes_with_a_pose(mounting):
    trace, findings, error = measured(RIDE, Shoe(mounting_deg=mounting))
    assert abs(error.mean_deg) < 0.4
    assert error.shape_deg < 0.1
    assert not trace.obstacles
    assert ("accelerometer_sign_unseen" in codes(findings)) == (mounting[2] == 90.0)


# ---- the pose, the mounting, and what is missing -----------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_without_a_pose_there_is_a_shape_but_no_zero(seed):
    rng = np.random.default_rng(seed)
    shoe = Shoe(
        mounting_deg=tuple(rng.uniform(-30, 30, 3)),
        pitch=Harmonics(float(rng.uniform(0, 32)), (18.0, 4.0), (285.0, 60.0)),
    )
    trace, findings, error = measured(replace(RIDE, still_s=0.0), shoe)
    assert trace.zero == "none"
    assert "mounting_unknown" in codes(findings)
    assert error.shape_deg < 0.7
    assert error.window_sd_deg < 0.1


def test_a_declared_mounting_gives_the_shape_and_with_a_pose_the_zero():
    yaw, tilt, bank = np.radians(Shoe().mounting_deg)
    axes = (rotation_about(2, yaw) @ rotation_about(1, tilt) @ rotation_about(0, bank)).T
    readings, truth = simulated(replace(RIDE, still_s=0.0))
    trace, findings = trace_from_sensor(readings, SETTINGS, mounting=axes)
    assert trace.zero == "none"
    assert codes(findings) == set()
    assert compare(trace, truth, replace(RIDE, still_s=0.0)).shape_deg < 0.1
    shoe = Shoe(pose_heel_out_deg=3.0)
    readings, truth = simulated(RIDE, shoe)
    trace, _ = trace_from_sensor(readings, SETTINGS, mounting=axes)
    assert trace.zero == "rider"
    assert abs(compare(trace, truth, RIDE).mean_deg) < 0.4
    turned = rotation_about(2, np.pi / 2) @ axes
    assert "mounting_unlikely" in codes(
        trace_from_sensor(simulated(replace(RIDE, still_s=0.0))[0], SETTINGS, mounting=turned)[1]
    )
    with pytest.raises(UsageError, match="rotation"):
        trace_from_sensor(readings, SETTINGS, mounting=2.0 * np.eye(3))


def test_a_given_pose_is_taken_and_checked():
    readings, truth = simulated(RIDE, Shoe(pose_heel_out_deg=4.0))
    trace, findings = trace_from_sensor(readings, SETTINGS, pose=(2.0, 6.0))
    assert trace.zero == "rider"
    assert abs(compare(trace, truth, RIDE).mean_deg) < 0.4
    used = next(item for item in findings if item.code == "pose_used")
    assert (used.level, used.values["from_s"], used.values["given"]) == ("info", 2.0, True)
    for pose, words in (
        ((30.0, 40.0), "moves"),
        ((5.0, 5.5), "pose is a stretch"),
        ((200.0, 210.0), "inside the recording"),
    ):
        with pytest.raises(RecordingError, match=words):
            trace_from_sensor(readings, SETTINGS, pose=pose)


def test_a_restless_foot_in_the_pose_costs_little():
    ride = replace(RIDE, still_s=12.0)
    readings, truth = simulated(ride, Shoe(restless_deg=0.5))
    trace, findings = trace_from_sensor(readings, SETTINGS)
    used = next(item for item in findings if item.code == "pose_used").values
    stood = (truth.time_s >= used["from_s"]) & (truth.time_s < used["to_s"])
    counted = trace.time_s > 17.0
    zero = truth.heel_out_deg[stood].mean()
    assert abs((trace.heel_out_deg - truth.heel_out_deg)[counted].mean() + zero) < 0.2


def test_a_pose_too_long_before_the_pedalling_is_refused():
    readings, _ = simulated(Ride(duration_s=90.0, still_s=50.0))
    with pytest.raises(RecordingError, match="no pedalling within 30 s"):
        trace_from_sensor(readings, SETTINGS, pose=(2.0, 8.0))


def test_a_foot_that_stood_otherwise_is_no_zero():
    trace, findings, _ = measured(RIDE, Shoe(pose_heel_out_deg=-32.0))
    assert trace.zero == "none"
    assert "pose_unlikely" in codes(findings)


# ---- what disturbs: inside the stated uncertainty, or said -----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "ride", "shoe", "sensor"),
    [
        ("rocking", replace(RIDE, rocking_deg=1.0), Shoe(), SensorModel()),
        ("rocking late", replace(RIDE, standing=((50.0, 101.0),), standing_rocking_deg=1.0), Shoe(), SensorModel()),
        ("sideways", RIDE, Shoe(sideways_m=0.002), SensorModel()),
        ("flex", RIDE, Shoe(flex_deg=1.0), SensorModel()),
        ("cross-axis", RIDE, Shoe(), SensorModel(cross_axis=0.01)),
        ("scale", RIDE, Shoe(), SensorModel(gyr_scale=0.02)),
        ("clipped at 2 g", replace(RIDE, cadence_rpm=95.0), Shoe(), SensorModel(acc_clip_m_s2=19.6)),
        ("clipped at 125 deg/s", RIDE, Shoe(), SensorModel(gyr_clip_deg_s=125.0)),
        ("vibration", RIDE, Shoe(), SensorModel(vibration_m_s2=15.0)),
        ("climb and lean", replace(RIDE, grade_deg=5.0, lean_deg=1.0), Shoe(), SensorModel()),
        ("sloped pose", RIDE, Shoe(pose_pitch_deg=8.0, pose_roll_deg=3.0), SensorModel()),
    ],
)
def test_the_stated_uncertainty_covers(name, ride, shoe, sensor):
    trace, findings, error = measured(ride, shoe, "right", sensor)
    assert trace.zero == "rider"
    assert abs(error.mean_deg) < 1.5 * trace.zero_sd_deg
    if name == "clipped at 2 g":
        assert "accelerometer_clipped" in codes(findings)
    if name == "clipped at 125 deg/s":
        assert "gyroscope_clipped" in codes(findings)
    if name == "rocking late":
        assert "references_disagree" in codes(findings)
        assert trace.quality < 0.5


def test_standing_is_dropped_and_the_seated_rest_is_good():
    ride = replace(RIDE, duration_s=120.0, standing=((50.0, 80.0),))
    trace, findings, error = measured(ride)
    assert "rocking_dropped" in codes(findings)
    out_of_saddle = (trace.time_s > 51.5) & (trace.time_s < 79.0)
    assert trace.unusable["rocking"][out_of_saddle].all()
    assert not trace.unusable["rocking"][(trace.time_s > 15.0) & (trace.time_s < 40.0)].any()
    assert abs(error.mean_deg) < 0.4
    assert error.window_sd_deg < 0.1


def test_standing_to_the_end_is_dropped_to_the_end():
    trace, _, _ = measured(replace(RIDE, duration_s=120.0, standing=((60.0, 121.0),)))
    assert trace.crank_deg is not None
    late = (trace.time_s > 62.0) & np.isfinite(trace.crank_deg)
    assert trace.unusable["rocking"][late].all()


def test_standing_throughout_leaves_nothing():
    trace, findings = trace_from_sensor(simulated(replace(RIDE, standing=((0.0, 101.0),)))[0], SETTINGS)
    assert trace.zero == "none"
    assert "rocking_dropped" in codes(findings)
    assert (trace.unusable["rocking"] | trace.unusable["turning"])[trace.time_s > 15.0].mean() > 0.95


def test_bends_are_dropped():
    ride = replace(RIDE, duration_s=120.0, turning=((50.0, 70.0, 6.0), (90.0, 95.0, -10.0)), speed_m_s=8.0)
    trace, findings, error = measured(ride)
    dropped = next(item for item in findings if item.code == "turning_dropped")
    assert dropped.values["windows"] == 2
    assert 20.0 < dropped.values["seconds"] < 45.0
    assert trace.unusable["turning"][(trace.time_s > 51.5) & (trace.time_s < 69.0)].all()
    assert abs(error.mean_deg) < 0.4
    assert error.window_sd_deg < 0.1


def test_coasting_has_no_crank_angle():
    ride = replace(RIDE, cadence_rpm=((0.0, 80.0), (40.0, 80.0), (43.0, 0.0), (60.0, 0.0), (63.0, 90.0), (101.0, 90.0)))
    trace, _, error = measured(ride)
    assert trace.crank_deg is not None
    coasting = (trace.time_s > 46.0) & (trace.time_s < 59.0)
    assert np.isnan(trace.crank_deg[coasting]).all()
    assert abs(error.mean_deg) < 0.4


# ---- recordings with something wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sensor", "words"),
    [
        (lambda s: replace(s, acc_m_s2=s.acc_m_s2 / 9.80665), "looks like g"),
        (lambda s: replace(s, acc_m_s2=s.acc_m_s2 * 100.0), "unit is not what its column says"),
        (lambda s: replace(s, gyr_deg_s=np.radians(s.gyr_deg_s)), "looks like rad/s"),
        (lambda s: replace(s, gyr_deg_s=np.degrees(s.gyr_deg_s)), "no foot turns so fast"),
        (lambda s: replace(s, acc_m_s2=np.full_like(s.acc_m_s2, np.nan)), "accelerometer holds no readings"),
        (lambda s: replace(s, acc_time_s=np.empty(0), acc_m_s2=np.empty((0, 3))), "accelerometer holds no readings"),
        (lambda s: replace(s, gyr_time_s=np.empty(0), gyr_deg_s=np.empty((0, 3))), "gyroscope holds no readings"),
        (lambda s: replace(s, acc_m_s2=np.ones_like(s.acc_m_s2) * 5.7), "stuck"),
        (lambda s: replace(s, acc_time_s=s.acc_time_s + 500.0), "share less than"),
    ],
)
def test_refused_in_plain_words(sensor, words):
    with pytest.raises(RecordingError, match=words) as caught:
        trace_from_sensor(sensor(simulated()[0]), SETTINGS)
    assert len(str(caught.value).splitlines()) <= 2


def test_acceleration_without_gravity_is_refused():
    readings, truth = simulated(RIDE, Shoe(mounting_deg=(0.0, 0.0, 0.0)))
    pitch, heel = np.radians(truth.pitch_deg), np.radians(truth.heel_out_deg)
    roll = np.radians(Shoe().roll.at(np.radians(truth.crank_deg)))
    turned = rotation_about(1, pitch) @ rotation_about(2, heel) @ rotation_about(0, roll)
    linear = readings.acc_m_s2 - 9.80665 * turned[:, 2]
    with pytest.raises(RecordingError, match=r"of gravity where 9\.8 was expected"):
        trace_from_sensor(replace(readings, acc_m_s2=linear), SETTINGS)


def test_different_rates_are_said_and_do_no_harm():
    _, findings, error = measured(RIDE, Shoe(), "left", SensorModel(rate_hz=100.0, acc_rate_hz=62.5))
    assert "sensor_rates_differ" in codes(findings)
    assert error.shape_deg < 0.1
    assert abs(error.mean_deg) < 0.4


def test_a_break_in_the_readings_is_a_gap_and_short_dropouts_are_bridged():
    readings, truth = simulated()
    time = readings.gyr_time_s
    keep = ~((time > 50.0) & (time < 53.0)) & (np.arange(time.size) % 97 != 0)
    holed = replace(
        readings,
        gyr_time_s=time[keep],
        gyr_deg_s=readings.gyr_deg_s[keep],
        acc_time_s=time[keep],
        acc_m_s2=readings.acc_m_s2[keep],
    )
    trace, findings = trace_from_sensor(holed, SETTINGS)
    assert next(item for item in findings if item.code == "sensor_gaps").values["gaps"] == 1
    assert not ((trace.time_s > 50.1) & (trace.time_s < 52.9)).any()
    error = compare(trace, truth, RIDE)
    assert error.shape_deg < 0.1
    assert error.window_sd_deg < 0.1


def test_an_axis_that_was_lost_is_not_trusted():
    readings = simulated()[0]
    trace, findings = trace_from_sensor(replace(readings, gyr_deg_s=readings.gyr_deg_s * [1.0, 1.0, 0.0]), SETTINGS)
    assert "sensor_axis_stuck" in codes(findings)
    assert trace.zero_sd_deg >= 10.0


def test_axes_that_do_not_belong_together_are_no_pedalling():
    readings = simulated()[0]
    mirrored = [1.0, -1.0, 1.0]
    trace, findings = trace_from_sensor(
        replace(readings, gyr_deg_s=readings.gyr_deg_s * mirrored, acc_m_s2=readings.acc_m_s2 * mirrored), SETTINGS
    )
    assert "shoe_no_pedalling" in codes(findings)
    assert trace.quality == 0.0
    assert trace.crank_deg is None


def test_a_still_foot_is_no_pedalling():
    readings, _ = simulated(Ride(duration_s=40.0, still_s=45.0))
    trace, findings = trace_from_sensor(readings, SETTINGS)
    assert "shoe_no_pedalling" in codes(findings)
    assert trace.quality == 0.0


# ---- the recorder's own orientation ---------------------------------------------------------------------------------


def test_quaternions_are_used_where_they_fit():
    sensor = SensorModel(quaternion=True, quaternion_lag_s=0.012)
    _, findings, error = measured(RIDE, Shoe(), "right", sensor)
    assert "quaternion_unused" not in codes(findings)
    assert error.shape_deg < 0.1
    assert abs(error.mean_deg) < 0.4
    readings, truth = simulated(RIDE, Shoe(), "right", sensor)
    assert readings.quaternion is not None
    noisy = replace(readings, gyr_deg_s=readings.gyr_deg_s + 3.0 * np.random.default_rng(0).standard_normal((10000, 3)))
    with_them = compare(trace_from_sensor(noisy, SETTINGS)[0], truth, RIDE)
    without = compare(trace_from_sensor(replace(noisy, quaternion=None), SETTINGS)[0], truth, RIDE)
    assert with_them.shape_deg < 0.7 * without.shape_deg


@pytest.mark.parametrize("missing", [np.nan, 0.0])
def test_quaternions_that_are_missing_are_no_quaternions(missing):
    readings, truth = simulated()
    trace, _ = trace_from_sensor(replace(readings, quaternion=np.full((10000, 4), missing)), SETTINGS)
    assert abs(compare(trace, truth, RIDE).mean_deg) < 0.4


def test_quaternions_that_do_not_fit_are_left_and_said():
    readings, truth = simulated(RIDE, Shoe(), "right", SensorModel(quaternion=True))
    assert readings.quaternion is not None
    inverse = replace(readings, quaternion=readings.quaternion * [1.0, -1.0, -1.0, -1.0])
    trace, findings = trace_from_sensor(inverse, SETTINGS)
    assert "quaternion_unused" in codes(findings)
    assert compare(trace, truth, RIDE).shape_deg < 0.1


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_quaternions_of_other_axes_than_the_gyroscopes_are_left_and_said(axis):
    readings, _ = simulated(RIDE, Shoe(), "right", SensorModel(quaternion=True, quaternion_lag_s=0.012))
    assert readings.quaternion is not None
    turn = np.zeros(4)
    turn[[0, axis + 1]] = np.cos(np.radians(2.5)), np.sin(np.radians(2.5))
    others = multiply(readings.quaternion, np.tile(turn, (10000, 1)))
    anew, findings = trace_from_sensor(replace(readings, quaternion=others), SETTINGS)
    assert "quaternion_unused" in codes(findings)
    np.testing.assert_array_equal(
        anew.heel_out_deg, trace_from_sensor(replace(readings, quaternion=None), SETTINGS)[0].heel_out_deg
    )


# ---- two shoes -------------------------------------------------------------------------------------------------


@cache
def both_feet(ride: Ride) -> tuple[FootTrace, FootTrace, ShoeSensor]:
    recording, _ = simulate_shoes(ride, seed=2)
    left, right = (trace_from_sensor(recording.sensors[side], SETTINGS)[0] for side in ("left", "right"))
    return left, right, recording.sensors["right"]


VARIED = Ride(duration_s=400.0, cadence_rpm=((0.0, 70.0), (100.0, 90.0), (200.0, 75.0), (401.0, 95.0)))


@pytest.mark.parametrize(("offset", "ppm"), [(7.31, 0.0), (-55.3, 60.0)])
def test_two_clocks_are_brought_together(offset, ppm):
    left, right, _ = both_feet(VARIED)
    late = replace(right, time_s=right.time_s * (1.0 + ppm * 1e-6) + offset)
    moved, findings = align_clocks(left, late)
    assert np.abs(moved.time_s - right.time_s).max() < 0.02
    said = next(item for item in findings if item.code == "clocks_aligned")
    assert said.values["offset_s"] == pytest.approx(-offset, abs=0.05)
    assert "clocks_ambiguous" not in codes(findings)
    assert check_pair(left, moved) == ()


def test_even_pedalling_leaves_whole_strokes_open():
    left, right, _ = both_feet(Ride(duration_s=120.0, still_s=0.0))
    moved, findings = align_clocks(left, replace(right, time_s=right.time_s + 2.2))
    assert "clocks_ambiguous" in codes(findings)
    assert check_pair(left, moved) == ()


def test_clocks_of_different_rides_are_not_aligned():
    left, right, _ = both_feet(VARIED)
    assert codes(align_clocks(left, replace(right, crank_deg=None))[1]) == {"clocks_apart"}
    assert codes(align_clocks(left, replace(right, crank_deg=np.full_like(right.time_s, np.nan)))[1]) == {
        "clocks_apart"
    }


def test_a_file_that_holds_the_end_of_the_ride_only_is_put_there():
    left, right, _ = both_feet(VARIED)
    assert right.crank_deg is not None
    late = right.time_s > 340.0
    last = FootTrace("right", right.time_s[late] - 340.0, right.heel_out_deg[late], "rider", right.crank_deg[late])
    moved, findings = align_clocks(left, last)
    assert "clocks_aligned" in codes(findings)
    assert np.abs(moved.time_s - right.time_s[late]).max() < 0.02


def test_a_right_foot_that_pedals_at_another_cadence_is_of_another_ride():
    left, right, _ = both_feet(VARIED)
    other = replace(right, time_s=right.time_s / 1.15)
    moved, findings = align_clocks(left, other)
    assert moved is other
    assert codes(findings) == {"clocks_apart"}


def test_the_same_foot_twice_is_seen():
    left, right, _ = both_feet(VARIED)
    assert check_pair(left, right) == ()
    twice = check_pair(left, replace(left, side="right"))
    assert codes(twice) == {"feet_not_opposite"}
    assert twice[0].values["apart_deg"] < 5.0


def test_swapped_sides_show_against_a_crank_sensor():
    left, right, _ = both_feet(VARIED)
    time = np.arange(100.0, 300.0, 0.04)
    recording, truths = simulate_shoes(VARIED, {"right": Shoe()}, seed=2)
    assert recording.sensors["right"].side == "right"
    crank = Channel(time, np.interp(time, truths["right"].time_s, truths["right"].crank_deg))
    assert check_sides(right, crank) == ()
    assert check_sides(left, crank) == ()
    assert codes(check_sides(replace(right, side="left"), crank)) == {"sides_swapped"}
