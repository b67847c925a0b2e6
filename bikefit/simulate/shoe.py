"""Simulated shoe sensors: what a gyroscope and an accelerometer on a cycling shoe would read, with the truth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bikefit.conventions import Side
from bikefit.model import Array, Recording, ShoeSensor
from bikefit.simulate.shoe_motion import GRAVITY_M_S2, Harmonics, Ride, Shoe, ShoeMotion, rotation_about

__all__ = [
    "GRAVITY_M_S2",
    "Harmonics",
    "Ride",
    "SensorModel",
    "Shoe",
    "ShoeTruth",
    "rotation_about",
    "simulate_shoe",
    "simulate_shoes",
]


@dataclass(frozen=True)
class SensorModel:
    """What the sensor adds to the truth.

    Attributes
    ----------
    rate_hz, acc_rate_hz : float
        Of the gyroscope and of the accelerometer; NaN = the same [Hz].
    gyr_bias_deg_s : tuple of 3 float
        Constant bias of the gyroscope [deg/s].
    gyr_bias_drift_deg_s_h : float
        Slow change of that bias on every axis [deg/s per hour].
    acc_bias_m_s2 : tuple of 3 float
        Constant bias of the accelerometer [m/s^2].
    gyr_noise_deg_s, acc_noise_m_s2 : float
        White noise of a sample.
    gyr_scale : float
        Relative error of the gyroscope's scale.
    cross_axis : float
        Share of each gyroscope axis that leaks into the next one.
    gyr_clip_deg_s, acc_clip_m_s2 : float
        Largest value that the sensor can give.
    vibration_m_s2 : float
        RMS of road buzz while riding, 10 to 60 Hz.
    quaternion : bool
        Also give the orientation, as some recorders do, with a heading of its own.
    quaternion_lag_s : float
        How far that orientation lags behind the gyroscope [s].
    clock_offset_s : float
        How far the sensor's clock is ahead.
    clock : str
        Name of the clock.
    """

    rate_hz: float = 100.0
    acc_rate_hz: float = math.nan
    gyr_bias_deg_s: tuple[float, float, float] = (0.3, -0.2, 0.25)
    gyr_bias_drift_deg_s_h: float = 0.0
    acc_bias_m_s2: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gyr_noise_deg_s: float = 0.1
    acc_noise_m_s2: float = 0.03
    gyr_scale: float = 0.0
    cross_axis: float = 0.0
    gyr_clip_deg_s: float = 2000.0
    acc_clip_m_s2: float = 156.9
    vibration_m_s2: float = 0.0
    quaternion: bool = False
    quaternion_lag_s: float = 0.0
    clock_offset_s: float = 0.0
    clock: str = ""


@dataclass(frozen=True)
class ShoeTruth:
    """What the foot really did, at the gyroscope's samples.

    Attributes
    ----------
    time_s : ndarray, shape (n,)
        Time stamps as the sensor gives them [s].
    heel_out_deg : ndarray, shape (n,)
        asin of the lateral part of the shoe's long axis in the bike's frame [deg], against the bike's axis.
    crank_deg : ndarray, shape (n,)
        This foot's crank angle, unwrapped [deg].
    pitch_deg : ndarray, shape (n,)
        Positive = toe down [deg].
    pose_heel_out_deg : float
        Heel-out angle in the pose [deg]: what a zero of kind ``rider`` stands for.
    """

    time_s: Array
    heel_out_deg: Array
    crank_deg: Array
    pitch_deg: Array
    pose_heel_out_deg: float


def _buzz(time_s: Array, rms: float, rng: np.random.Generator) -> Array:
    """Return road buzz on three axes: many tones between 10 and 60 Hz that come and go."""
    tones = 60
    shape = (tones, 3)
    frequency, phase = rng.uniform(10.0, 60.0, shape), rng.uniform(0.0, 2.0 * math.pi, shape)
    swell, start = rng.uniform(0.02, 0.3, shape), rng.uniform(0.0, 2.0 * math.pi, shape)
    total = np.zeros((time_s.size, 3))
    for k in range(tones):
        loudness = 1.0 + np.sin(2 * math.pi * swell[k] * time_s[:, None] + start[k])
        total += loudness * np.sin(2 * math.pi * frequency[k] * time_s[:, None] + phase[k])
    return rms * total / math.sqrt(0.75 * tones)


def _quaternions(turned: Array) -> Array:
    """Turn rotation matrices into quaternions, scalar first."""
    from scipy.spatial.transform import Rotation

    return np.roll(np.asarray(Rotation.from_matrix(turned).as_quat()), 1, axis=1)


def simulate_shoe(
    ride: Ride, shoe: Shoe, side: Side, sensor: SensorModel = SensorModel(), seed: int = 0
) -> tuple[ShoeSensor, ShoeTruth]:
    """Simulate the sensor on one shoe.

    Parameters
    ----------
    ride : Ride
        What the bike does.
    shoe : Shoe
        What the foot does and where the sensor sits.
    side : {"left", "right"}
        The foot.
    sensor : SensorModel
        Rates, noise and faults.
    seed : int
        Of the random numbers: stroke wander, noise, buzz.

    Returns
    -------
    tuple of ShoeSensor and ShoeTruth
        Readings and what really happened.

    Notes
    -----
    The world has z up; the bike turns by heading, grade and lean; the axle runs round the crank's circle; the shoe
    pitches about the axle, turns about the sole's normal and rolls about its long axis, in this order, so that the
    asin of the long axis's lateral part IS the heel-out angle and a wedge (a roll) leaves it alone.

    Examples
    --------
    >>> sensor, truth = simulate_shoe(Ride(duration_s=10.0), Shoe(), "right")
    >>> sensor.gyr_deg_s.shape, truth.heel_out_deg.shape
    ((1000, 3), (1000,))
    """
    rng = np.random.default_rng([seed, 0 if side == "left" else 1])
    motion = ShoeMotion(ride, shoe, side, rng)
    gyr_time = np.arange(round(ride.duration_s * sensor.rate_hz)) / sensor.rate_hz
    same = math.isnan(sensor.acc_rate_hz) or sensor.acc_rate_hz == sensor.rate_hz
    acc_time = gyr_time if same else np.arange(round(ride.duration_s * sensor.acc_rate_hz)) / sensor.acc_rate_hz
    rate, force = motion.readings(gyr_time)
    if not same:
        _, force = motion.readings(acc_time)
    leak = np.eye(3) * (1.0 + sensor.gyr_scale) + sensor.cross_axis * np.roll(np.eye(3), 1, axis=0)
    bias = np.array(sensor.gyr_bias_deg_s) + sensor.gyr_bias_drift_deg_s_h * gyr_time[:, None] / 3600.0
    rate = rate @ leak.T + bias + sensor.gyr_noise_deg_s * rng.standard_normal(rate.shape)
    force = force + np.array(sensor.acc_bias_m_s2) + sensor.acc_noise_m_s2 * rng.standard_normal(force.shape)
    if sensor.vibration_m_s2 > 0:
        force = force + motion.active(acc_time)[:, None] * _buzz(acc_time, sensor.vibration_m_s2, rng)
    heel, pitch, _ = motion.foot_deg(gyr_time)
    turned = None
    if sensor.quaternion:
        shown, _ = motion.pose(gyr_time - sensor.quaternion_lag_s)
        turned = _quaternions(rotation_about(2, 0.7) @ shown)
    offset = sensor.clock_offset_s
    readings = ShoeSensor(
        side=side,
        gyr_time_s=gyr_time + offset,
        gyr_deg_s=np.clip(rate, -sensor.gyr_clip_deg_s, sensor.gyr_clip_deg_s),
        acc_time_s=acc_time + offset,
        acc_m_s2=np.clip(force, -sensor.acc_clip_m_s2, sensor.acc_clip_m_s2),
        quaternion=turned,
        clock=sensor.clock,
    )
    truth = ShoeTruth(gyr_time + offset, heel, np.degrees(motion.crank_rad(gyr_time)), pitch, shoe.pose_heel_out_deg)
    return readings, truth


def simulate_shoes(
    ride: Ride | None = None,
    shoes: Mapping[Side, Shoe] | None = None,
    sensors: Mapping[Side, SensorModel] | None = None,
    seed: int = 0,
) -> tuple[Recording, dict[Side, ShoeTruth]]:
    """Simulate a ride with a sensor on each shoe.

    Parameters
    ----------
    ride : Ride, optional
        What the bike does; without it two minutes at 85 rpm on a trainer.
    shoes : mapping of side to Shoe, optional
        The feet; without it both move alike.
    sensors : mapping of side to SensorModel, optional
        Rates, noise and faults; without it two good sensors.
    seed : int
        Of the random numbers.

    Returns
    -------
    tuple of Recording and dict of side to ShoeTruth
        A recording with ``sensors``, and what really happened.

    Examples
    --------
    >>> recording, truth = simulate_shoes(Ride(duration_s=12.0))
    >>> sorted(recording.sensors), round(float(truth["left"].crank_deg[0] - truth["right"].crank_deg[0]))
    (['left', 'right'], 180)
    """
    ride = ride if ride is not None else Ride()
    feet: Mapping[Side, Shoe] = shoes if shoes is not None else {"left": Shoe(), "right": Shoe()}
    made = {
        side: simulate_shoe(ride, shoe, side, (sensors or {}).get(side, SensorModel()), seed)
        for side, shoe in feet.items()
    }
    recording = Recording(
        name="simulated shoes",
        format="simulated",
        sha256="",
        start=None,
        from_s=0.0,
        to_s=ride.duration_s,
        sensors={side: sensor for side, (sensor, _) in made.items()},
    )
    return recording, {side: truth for side, (_, truth) in made.items()}
