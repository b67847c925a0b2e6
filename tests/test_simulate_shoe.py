"""Is the simulated shoe sensor right as physics?"""

import math

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid

from bikefit.simulate.rider import Harmonics
from bikefit.simulate.shoe import SensorModel, simulate_shoe, simulate_shoes
from bikefit.simulate.space import GRAVITY_M_S2, Ride, Shoe, rotation_about

PERFECT = SensorModel(rate_hz=400.0, gyr_bias_deg_s=(0.0, 0.0, 0.0), gyr_noise_deg_s=0.0, acc_noise_m_s2=0.0)
PLAIN = Shoe(stroke_sd_deg=0.0, mounting_deg=(0.0, 0.0, 0.0), lever_m=(0.0, 0.0, 0.0))


def rotation(vector):
    """Rodrigues' formula, written out here so that the check owes nothing to the package."""
    angle = float(np.linalg.norm(vector))
    x, y, z = vector / angle if angle > 0 else vector
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + math.sin(angle) * k + (1 - math.cos(angle)) * k @ k


def integrated(sensor, start):
    """Strap-down integration by the midpoint rule."""
    step = float(np.median(np.diff(sensor.gyr_time_s)))
    turned = [start]
    middle = np.radians(0.5 * (sensor.gyr_deg_s[1:] + sensor.gyr_deg_s[:-1])) * step
    for increment in middle:
        turned.append(turned[-1] @ rotation(increment))
    return np.array(turned)


def test_at_rest_the_accelerometer_reads_gravity_alone():
    sensor, _ = simulate_shoe(Ride(duration_s=5.0, still_s=5.5), Shoe(), "left", PERFECT)
    assert np.linalg.norm(sensor.acc_m_s2, axis=1) == pytest.approx(GRAVITY_M_S2, abs=1e-5)
    assert np.abs(sensor.gyr_deg_s).max() < 1e-6


def test_at_rest_gravity_shows_the_mounting():
    shoe = Shoe(mounting_deg=(0.0, 20.0, 0.0))
    sensor, _ = simulate_shoe(Ride(duration_s=2.0, still_s=3.0), shoe, "right", PERFECT)
    tilt = math.radians(20.0)  # nose of the sensor down: "up" has a part toward its tail
    expected = GRAVITY_M_S2 * np.array([-math.sin(tilt), 0.0, math.cos(tilt)])
    assert sensor.acc_m_s2[100] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("side", ["left", "right"])
def test_strap_down_integration_recovers_heel_out_and_pitch(side):
    ride = Ride(duration_s=25.0, still_s=3.0)
    sensor, truth = simulate_shoe(ride, Shoe(mounting_deg=(0.0, 0.0, 0.0)), side, PERFECT)
    turned = integrated(sensor, np.eye(3))
    sign = 1.0 if side == "right" else -1.0
    heel = sign * np.degrees(np.arcsin(turned[:, 1, 0]))
    assert np.abs(heel - truth.heel_out_deg).max() < 0.02
    pitch = np.degrees(np.arctan2(-turned[:, 2, 0], turned[:, 0, 0]))
    assert np.abs(pitch - truth.pitch_deg).max() < 0.02


def test_double_integration_recovers_the_crank_circle():
    ride = Ride(duration_s=12.0, still_s=2.0, crank_m=0.17)
    sensor, truth = simulate_shoe(ride, PLAIN, "right", PERFECT)
    turned = integrated(sensor, np.eye(3))
    world = np.einsum("nij,nj->ni", turned, sensor.acc_m_s2) - [0.0, 0.0, GRAVITY_M_S2]
    step = 1.0 / PERFECT.rate_hz
    speed = cumulative_trapezoid(world, dx=step, axis=0, initial=0)
    place = cumulative_trapezoid(speed, dx=step, axis=0, initial=0)
    crank = np.radians(truth.crank_deg)
    circle = 0.17 * np.stack([np.sin(crank), np.zeros_like(crank), np.cos(crank)], axis=1)
    assert np.abs(place - (circle - circle[0])).max() < 0.005


def test_a_lever_arm_adds_its_own_acceleration():
    """A sensor off the axle differs by the second derivative of the turned lever arm."""
    ride = Ride(duration_s=8.0, still_s=0.0)
    lever = np.array([-0.1, 0.02, 0.09])
    at_axle, truth = simulate_shoe(ride, PLAIN, "right", PERFECT)
    off_axle, _ = simulate_shoe(
        ride, Shoe(stroke_sd_deg=0.0, mounting_deg=(0.0, 0.0, 0.0), lever_m=tuple(lever)), "right", PERFECT
    )
    heel, pitch = np.radians(truth.heel_out_deg), np.radians(truth.pitch_deg)
    roll = np.radians(Shoe().roll.at(np.radians(truth.crank_deg)))
    turned = rotation_about(1, pitch) @ rotation_about(2, heel) @ rotation_about(0, roll)
    step = 1.0 / PERFECT.rate_hz
    moved = np.gradient(np.gradient(turned @ lever, step, axis=0), step, axis=0)
    difference = np.einsum("nij,nj->ni", turned, off_axle.acc_m_s2 - at_axle.acc_m_s2)
    assert np.abs(difference - moved)[5:-5].max() < 0.02


def test_the_feet_mirror_each_other_and_are_half_a_turn_apart():
    recording, truth = simulate_shoes(Ride(duration_s=10.0, still_s=2.0))
    assert set(recording.sensors) == {"left", "right"}
    apart = truth["left"].crank_deg - truth["right"].crank_deg
    assert apart == pytest.approx(180.0, abs=1e-9)


def test_a_wedge_rolls_the_shoe_and_leaves_the_heel():
    ride = Ride(duration_s=10.0, still_s=2.0)
    flat, before = simulate_shoe(ride, Shoe(), "right", PERFECT, seed=3)
    wedged, after = simulate_shoe(ride, Shoe(cant_deg=2.0), "right", PERFECT, seed=3)
    assert np.array_equal(before.heel_out_deg, after.heel_out_deg)
    tilt = [np.degrees(np.arctan2(s.acc_m_s2[0, 1], s.acc_m_s2[0, 2])) for s in (flat, wedged)]
    assert abs(tilt[1] - tilt[0]) == pytest.approx(2.0, abs=0.3)  # the mounting tilts the sensor's own axes


def test_a_step_a_bend_and_a_clip_show():
    ride = Ride(duration_s=40.0, turning=((15.0, 30.0, 6.0),), speed_m_s=8.0)
    shoe = Shoe(stroke_sd_deg=0.0, steps=((25.0, 1.0),))
    sensor, truth = simulate_shoe(ride, shoe, "right", SensorModel(gyr_clip_deg_s=125.0, acc_clip_m_s2=15.0))
    late, early = truth.time_s > 30.0, (truth.time_s > 15.0) & (truth.time_s < 20.0)
    assert truth.heel_out_deg[late].mean() - truth.heel_out_deg[early].mean() == pytest.approx(1.0, abs=0.15)
    assert np.abs(sensor.gyr_deg_s).max() == 125.0
    assert np.abs(sensor.acc_m_s2).max() == 15.0


def test_different_rates_and_clocks():
    sensor, truth = simulate_shoe(
        Ride(duration_s=10.0), Shoe(), "left", SensorModel(rate_hz=100.0, acc_rate_hz=50.0, clock_offset_s=2.5)
    )
    assert (sensor.gyr_time_s.size, sensor.acc_time_s.size) == (1000, 500)
    assert sensor.gyr_time_s[0] == sensor.acc_time_s[0] == truth.time_s[0] == 2.5


def test_the_cadence_follows_its_knots():
    ride = Ride(
        duration_s=60.0,
        still_s=0.0,
        dead_spot_share=0.0,
        cadence_rpm=((0.0, 60.0), (30.0, 60.0), (40.0, 100.0), (61.0, 100.0)),
    )
    _, truth = simulate_shoe(ride, Shoe(), "right")
    rate = np.diff(truth.crank_deg) * 100.0 / 6.0
    assert rate[:2900] == pytest.approx(60.0, abs=0.01)
    assert rate[4200:] == pytest.approx(100.0, abs=0.01)


def test_harmonics_need_a_phase_for_each_amplitude():
    with pytest.raises(ValueError, match="shorter"):
        Harmonics(0.0, (1.0, 2.0), (0.0,)).at(np.zeros(3))
