"""Orientation from gyroscope and accelerometer: against a plain loop, against VQF, and against the truth."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from helpers import plain_orientation as plain
from helpers.hand_motion import Hand, Trial, inclination_rmse_deg, moved
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from scipy.spatial.transform import Rotation

from bikefit.model import Array
from bikefit.settings import Settings
from bikefit.shoe_sensor import trace_from_sensor
from bikefit.shoe_sensor.gyro_bias import bias_over_time, solve_chain
from bikefit.shoe_sensor.orientation import filtered
from bikefit.shoe_sensor.quaternions import matrices, multiply, running_product, shortest_turn, turn_by, turned
from bikefit.shoe_sensor.samples import Samples
from bikefit.shoe_sensor.strapdown import CUTOFF_HZ, levelled_with_turns, low_passed, rotation_vectors, smoothed
from bikefit.simulate.shoe import SensorModel, simulate_shoe
from bikefit.simulate.space import Ride, Shoe


def by_vqf(samples: Samples) -> Array:
    """VQF's offline variant, brought to the time of its samples.

    It adds each rate over a whole step: the accelerometer is given to it half a step later, the result turned back.
    """
    vqf = pytest.importorskip("vqf")
    rate, force = (np.ascontiguousarray(values) for values in (samples.gyr_rad_s, samples.acc_m_s2.copy()))
    force[:-1] = 0.5 * (force[1:] + force[:-1])
    result = vqf.offlineVQF(rate, force, None, samples.step_s)
    return multiply(result["quat6D"], turn_by(-0.5 * samples.step_s * (rate - result["bias"])))


def up_in_sensor(quaternion: Array) -> Array:
    return matrices(quaternion)[:, 2]


# ---- quaternions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 63, 64, 65, 1000, 4097])
def test_running_product_is_the_loop(count):
    factors = turn_by(np.random.default_rng(count).normal(0.0, 0.3, (count, 3)))
    looped = [factors[0].tolist()]
    for factor in factors[1:]:
        looped.append(plain.product(looped[-1], factor.tolist()))
    np.testing.assert_allclose(running_product(factors), looped, atol=1e-12)


@given(seed=st.integers(0, 10_000), size=st.sampled_from([1e-9, 1e-3, 1.0, 3.1]))
def test_rotations_are_scipys(seed, size):
    rng = np.random.default_rng(seed)
    first, second, vectors = size * rng.standard_normal((3, 5, 3))
    a, b = Rotation.from_rotvec(first), Rotation.from_rotvec(second)
    np.testing.assert_allclose(matrices(turn_by(first)), a.as_matrix(), atol=1e-12)
    np.testing.assert_allclose(matrices(multiply(turn_by(first), turn_by(second))), (a * b).as_matrix(), atol=1e-12)
    np.testing.assert_allclose(turned(turn_by(first), vectors), a.apply(vectors), atol=1e-11)


@given(seed=st.integers(0, 10_000), nearness=st.sampled_from([1.0, 1e-4, 1e-7, 0.0]), sign=st.sampled_from([1.0, -1.0]))
def test_the_shortest_turn_arrives(seed, nearness, sign):
    rng = np.random.default_rng(seed)
    start = rng.standard_normal((6, 3))
    end = sign * start + nearness * rng.standard_normal((6, 3))
    start, end = (values / np.linalg.norm(values, axis=1)[:, None] for values in (start, end))
    turn = shortest_turn(start, end)
    np.testing.assert_allclose(turned(turn, start), end, atol=1e-4 if sign < 0 else 1e-12)
    np.testing.assert_allclose(np.einsum("ni,ni->n", turn[:, 1:], start), 0.0, atol=1e-12)


# ---- integration ---------------------------------------------------------------------------------------------------


def test_all_at_once_is_the_plain_loop():
    trial = moved(Hand(turns_deg_s=250.0, accelerates_m_s2=3.0, rate_hz=100.0, duration_s=30.0), seed=3)
    samples = trial.samples
    path = plain.strapdown(rotation_vectors(samples.gyr_rad_s, samples.step_s).tolist())
    up = smoothed(turned(np.array(path), samples.acc_m_s2), samples.step_s)
    slow = np.array(plain.levelled(path, up.tolist()))
    quaternion, levelling = levelled_with_turns(samples.gyr_rad_s, samples.acc_m_s2, samples.step_s)
    np.testing.assert_allclose(np.abs(np.einsum("ni,ni->n", quaternion, slow)), 1.0, atol=1e-12)
    np.testing.assert_allclose(up_in_sensor(quaternion), up_in_sensor(slow), atol=1e-7)
    assert levelling.shape == (samples.time_s.size - 1, 2)


@pytest.mark.parametrize(("rate_hz", "most_deg"), [(25.0, 2.0), (50.0, 0.1), (100.0, 0.01), (1000.0, 1e-3)])
def test_rates_add_up_between_the_samples(rate_hz, most_deg):
    """A minute of 25 deg of pitch at 110 rpm with a second harmonic, while the foot turns and rolls."""
    time = np.arange(round(60.0 * rate_hz)) / rate_hz

    def angles(when: Array) -> Rotation:
        crank = 2.0 * np.pi * 110.0 / 60.0 * when
        pitch = 25.0 * np.cos(crank) + 6.0 * np.cos(2.0 * crank + 1.0)
        return Rotation.from_euler("ZYX", np.stack([5 * np.sin(crank), pitch, 4 * np.cos(crank + 2)], 1), degrees=True)

    h = 1e-4
    rate = (angles(time - h).inv() * angles(time + h)).as_rotvec() / (2.0 * h)
    path = running_product(np.concatenate([turn_by(np.zeros((1, 3))), turn_by(rotation_vectors(rate, 1.0 / rate_hz))]))
    truth = angles(time[:1]).inv() * angles(time)
    error = np.degrees((truth.inv() * Rotation.from_quat(np.roll(path, -1, axis=1))).magnitude())
    assert error.max() < most_deg


def test_a_tone_with_seven_samples_a_period_keeps_its_size():
    phase = 2.0 * np.pi * np.arange(701) / 7.0
    added = np.cumsum(rotation_vectors(np.outer(np.cos(phase), [0.0, 1.0, 0.0]), 2.0 * np.pi / 7.0)[:, 1])
    inside = slice(10, -10)
    np.testing.assert_allclose((added - np.sin(phase[1:]))[inside], (added - np.sin(phase[1:]))[10], atol=0.003)


@pytest.mark.parametrize(("count", "rate_hz"), [(2, 100.0), (3, 0.1), (4000, 25.0), (4000, 400.0)])
def test_the_low_pass_is_scipys_butterworth(count, rate_hz):
    values = np.random.default_rng(count).standard_normal((count, 3)) + np.array([0.0, 5.0, 9.8])
    sections = signal.butter(2, min(CUTOFF_HZ, 0.4 * rate_hz), fs=rate_hz, output="sos")
    before = signal.sosfilt_zi(sections)[:, :, None] * values[0]
    expected, _ = signal.sosfilt(sections, values, axis=0, zi=before)
    np.testing.assert_allclose(low_passed(values, 1.0 / rate_hz), expected, rtol=0.0, atol=1e-8)


def test_smoothing_lags_nowhere_and_keeps_what_is_constant():
    time = np.arange(6000) / 100.0
    slow = np.stack([np.cos(2 * np.pi * 0.01 * time), np.sin(2 * np.pi * 0.01 * time), np.full(6000, 9.8)], 1)
    inside = slice(1500, -1500)
    assert np.abs(smoothed(slow, 0.01) - slow)[inside].max() < 0.01
    np.testing.assert_allclose(smoothed(np.tile([1.0, -2.0, 9.8], (50, 1)), 0.04), np.tile([1.0, -2.0, 9.8], (50, 1)))
    reversed_too = smoothed(slow[::-1], 0.01)[::-1]
    np.testing.assert_allclose(smoothed(slow, 0.01), reversed_too, atol=1e-3)


def test_a_recording_cut_in_mid_motion_stays_upright():
    """A swing of 5 m/s^2 at 0.7 Hz that is cut at its fastest: what half a swing leaves must not tilt the end."""
    time = np.arange(4000) / 100.0
    swing = 5.0 * np.cos(2 * np.pi * 0.7 * (time - time[-1]) + np.pi / 2)
    up = smoothed(np.stack([swing, np.zeros(4000), np.full(4000, 9.8)], 1), 0.01)
    assert np.degrees(np.abs(np.arctan2(up[:, 0], up[:, 2]))).max() < 1.0


# ---- the bias ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hand", "bias_deg_s", "most_deg_s"),
    [
        (Hand(turns_deg_s=60.0), 0.3, 0.03),
        (Hand(turns_deg_s=200.0, accelerates_m_s2=4.0, breaks=True), 1.0, 0.05),
        (Hand(turns_deg_s=90.0, breaks=True, bias_drift_deg_s=0.2, duration_s=240.0), 0.3, 0.06),
        (Hand(turns_deg_s=90.0, rate_hz=25.0), 0.3, 0.05),
    ],
)
def test_the_bias_is_found(hand, bias_deg_s, most_deg_s):
    trial = moved(replace(hand, bias_deg_s=bias_deg_s), seed=8)
    samples = trial.samples
    bias, rested = bias_over_time(samples.gyr_rad_s, samples.acc_m_s2, samples.step_s)
    assert rested
    assert np.degrees(np.sqrt(np.mean((bias - trial.bias_rad_s) ** 2))) < most_deg_s


def test_without_a_rest_the_motion_tells_the_bias():
    """What tilts the frame must show; what turns it about the vertical need not."""
    left, there = [], []
    for seed in range(5):
        hand = Hand(turns_deg_s=120.0, rests_first=False, bias_deg_s=1.0, duration_s=180.0, rate_hz=100.0)
        trial = moved(hand, seed)
        bias, rested = bias_over_time(trial.samples.gyr_rad_s, trial.samples.acc_m_s2, trial.samples.step_s)
        assert not rested
        left.append(trial.turned.apply(bias - trial.bias_rad_s)[:, :2])
        there.append(trial.turned.apply(trial.bias_rad_s)[:, :2])
    assert np.std(left) < 0.2 * np.std(there)


def test_slow_motion_is_no_rest():
    trial = moved(Hand(turns_deg_s=4.0, accelerates_m_s2=0.5, rests_first=False), seed=1)
    assert not bias_over_time(trial.samples.gyr_rad_s, trial.samples.acc_m_s2, trial.samples.step_s)[1]


def test_a_chain_is_solved_as_the_whole_matrix():
    rng = np.random.default_rng(0)
    count, size = 6, 5
    below = rng.standard_normal((count - 1, size, size))
    half = rng.standard_normal((count, size, size))
    diagonal = half @ half.transpose(0, 2, 1) + 20.0 * np.eye(size)
    right = rng.standard_normal((count, size))
    whole = np.zeros((count * size, count * size))
    for k in range(count):
        here = slice(k * size, (k + 1) * size)
        whole[here, here] = diagonal[k]
        if k:
            before = slice((k - 1) * size, k * size)
            whole[here, before], whole[before, here] = below[k - 1], below[k - 1].T
    expected = np.linalg.solve(whole, right.ravel()).reshape(count, size)
    np.testing.assert_allclose(solve_chain(diagonal, below, right), expected, atol=1e-12)


# ---- what must hold ------------------------------------------------------------------------------------------------

KINDS = {
    "slow rotation": Hand(turns_deg_s=60.0, accelerates_m_s2=0.1),
    "fast rotation": Hand(turns_deg_s=300.0, accelerates_m_s2=0.3),
    "slow translation": Hand(turns_deg_s=5.0, accelerates_m_s2=1.0),
    "fast translation": Hand(turns_deg_s=10.0, accelerates_m_s2=5.0),
    "slow combined": Hand(turns_deg_s=60.0, accelerates_m_s2=1.0),
    "fast combined": Hand(turns_deg_s=250.0, accelerates_m_s2=5.0),
}


def trials(kind: str, *, breaks: bool) -> list[Trial]:
    """Three trials of a kind: with and without rest at first and errors of scale, at different rates."""
    base = replace(KINDS[kind], breaks=breaks)
    different = (
        replace(base, rate_hz=100.0),
        replace(base, rate_hz=200.0, scale_error=0.003),
        replace(base, rate_hz=50.0, rests_first=False, duration_s=120.0),
    )
    return [moved(hand, seed=100 * list(KINDS).index(kind) + k) for k, hand in enumerate(different)]


@pytest.mark.parametrize("breaks", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_inclination_is_as_good_as_vqfs(kind, breaks):
    own, other = [], []
    for trial in trials(kind, breaks=breaks):
        own.append(inclination_rmse_deg(filtered(trial.samples)[0], trial))
        other.append(inclination_rmse_deg(by_vqf(trial.samples), trial))
    assert np.mean(own) < 1.1 * np.mean(other)


@pytest.mark.parametrize(("seed", "rate_hz"), [(1, 25.0), (2, 50.0), (3, 100.0), (4, 200.0)])
def test_a_pedalling_shoe_pitches_as_it_does(seed, rate_hz):
    ride = Ride(duration_s=90.0, cadence_rpm=60.0 + 12.0 * seed)
    readings, truth = simulate_shoe(
        ride, Shoe(mounting_deg=(0.0, 0.0, 0.0)), "right", SensorModel(rate_hz=rate_hz), seed
    )
    samples = Samples(readings.gyr_time_s, np.radians(readings.gyr_deg_s), readings.acc_m_s2, None, 1.0 / rate_hz)
    error = truth.pitch_deg + np.degrees(np.arcsin(matrices(filtered(samples)[0])[:, 2, 0]))
    assert np.sqrt(np.mean(error**2)) < 0.15


@settings(max_examples=20)
@given(
    seed=st.integers(0, 1000),
    rate_hz=st.sampled_from([25.0, 52.0, 100.0, 204.8, 1000.0]),
    turns_deg_s=st.floats(0.0, 500.0),
    accelerates_m_s2=st.floats(0.0, 8.0),
)
def test_every_result_is_a_rotation(seed, rate_hz, turns_deg_s, accelerates_m_s2):
    hand = Hand(turns_deg_s, accelerates_m_s2, rate_hz=rate_hz, duration_s=9.0, rests_first=bool(seed % 2))
    quaternion, _ = filtered(moved(hand, seed).samples)
    assert quaternion.shape == (round(9.0 * rate_hz), 4)
    np.testing.assert_allclose(np.linalg.norm(quaternion, axis=1), 1.0, atol=1e-12)


@settings(max_examples=15)
@given(seed=st.integers(0, 1000))
def test_the_sensors_own_axes_do_not_matter(seed):
    samples = moved(Hand(turns_deg_s=150.0, breaks=True, rate_hz=50.0, duration_s=40.0), seed % 7).samples
    axes = Rotation.random(random_state=seed).as_matrix()
    other = replace(samples, gyr_rad_s=samples.gyr_rad_s @ axes, acc_m_s2=samples.acc_m_s2 @ axes)
    up, up_of_other = (up_in_sensor(filtered(each)[0]) for each in (samples, other))
    np.testing.assert_allclose(up_of_other, up @ axes, atol=1e-9)


def test_a_sensor_upside_down_is_upright_from_the_first_sample():
    time = np.arange(1000) / 100.0
    still = np.zeros((1000, 3))
    samples = Samples(time, still, still - [0.0, 0.0, 9.81], None, 0.01)
    np.testing.assert_allclose(up_in_sensor(filtered(samples)[0]), still - [0.0, 0.0, 1.0], atol=1e-12)


def test_no_gravity_gives_no_nan():
    still = np.zeros((1000, 3))
    assert np.isfinite(filtered(Samples(np.arange(1000) / 100.0, still, still, None, 0.01))[0]).all()


def test_a_clock_that_starts_elsewhere_changes_nothing():
    ride = Ride(duration_s=40.0)
    traces = [
        trace_from_sensor(simulate_shoe(ride, Shoe(), "right", SensorModel(clock_offset_s=offset), 5)[0], Settings())[0]
        for offset in (0.0, 4096.0)
    ]
    np.testing.assert_allclose(traces[0].heel_out_deg, traces[1].heel_out_deg, atol=1e-3)


def test_vqf_is_not_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "vqf", None)  # an import of it would fail
    quaternion, rested = filtered(moved(Hand(), seed=2).samples)
    assert rested
    assert np.isfinite(quaternion).all()
