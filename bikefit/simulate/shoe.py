"""The second recorder: what a gyroscope and an accelerometer on a cycling shoe would read of a ride."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from bikefit.conventions import Side
from bikefit.model import Array, Recording, ShoeSensor
from bikefit.simulate.feet import FootMotion
from bikefit.simulate.sampling import laps, missing_samples, sample_times, stream
from bikefit.simulate.space import Ride, Shoe, ShoeInSpace, rotation_about
from bikefit.simulate.truth import ShoeTruth


@dataclass(frozen=True)
class SensorModel:
    """What the sensor adds to the truth."""

    # Of the gyroscope and of the accelerometer; NaN = the same [Hz].
    rate_hz: float = 100.0
    acc_rate_hz: float = math.nan
    gyr_bias_deg_s: tuple[float, float, float] = (0.3, -0.2, 0.25)  # Constant bias of the gyroscope [deg/s]
    gyr_bias_drift_deg_s_h: float = 0.0  # Slow change of that bias on every axis [deg/s per hour]
    acc_bias_m_s2: tuple[float, float, float] = (0.0, 0.0, 0.0)  # Constant bias of the accelerometer [m/s^2]
    # White noise of a sample.
    gyr_noise_deg_s: float = 0.1
    acc_noise_m_s2: float = 0.03
    gyr_scale: float = 0.0  # Relative error of the gyroscope's scale
    cross_axis: float = 0.0  # Share of each gyroscope axis that leaks into the next one
    # Largest value that the sensor can give.
    gyr_clip_deg_s: float = 2000.0
    acc_clip_m_s2: float = 156.9
    vibration_m_s2: float = 0.0  # RMS of road buzz while riding, 10 to 60 Hz
    quaternion: bool = False  # Also give the orientation, as some recorders do, with a heading of its own
    quaternion_lag_s: float = 0.0  # How far that orientation lags behind the gyroscope [s]
    clock_offset_s: float = 0.0  # How far the sensor's clock is ahead
    clock: str = ""  # Name of the clock


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
    return np.roll(np.asarray(Rotation.from_matrix(turned).as_quat()), 1, axis=1)


def simulate_shoe(
    ride: Ride, shoe: Shoe, side: Side, sensor: SensorModel = SensorModel(), seed: int = 0
) -> tuple[ShoeSensor, ShoeTruth]:
    """Simulate the sensor on one shoe; return its readings and what really happened.

    Examples
    --------
    >>> sensor, truth = simulate_shoe(Ride(duration_s=10.0), Shoe(), "right")
    >>> sensor.gyr_deg_s.shape, truth.heel_out_deg.shape
    ((1000, 3), (1000,))
    """
    motion = FootMotion(replace(ride, smooth=True), shoe, side, seed)
    moved, rng = ShoeInSpace(motion, shoe), motion.rng
    taken_s, gyr_s = _sensor_times(ride, side, "gyr", sensor.rate_hz, seed)
    same = math.isnan(sensor.acc_rate_hz) or sensor.acc_rate_hz == sensor.rate_hz
    acc_taken_s, acc_s = (taken_s, gyr_s) if same else _sensor_times(ride, side, "acc", sensor.acc_rate_hz, seed)
    rate, force = moved.readings(taken_s)
    if not same:
        _, force = moved.readings(acc_taken_s)
    leak = np.eye(3) * (1.0 + sensor.gyr_scale) + sensor.cross_axis * np.roll(np.eye(3), 1, axis=0)
    bias = np.array(sensor.gyr_bias_deg_s) + sensor.gyr_bias_drift_deg_s_h * taken_s[:, None] / 3600.0
    rate = rate @ leak.T + bias + sensor.gyr_noise_deg_s * rng.standard_normal(rate.shape)
    force = force + np.array(sensor.acc_bias_m_s2) + sensor.acc_noise_m_s2 * rng.standard_normal(force.shape)
    if sensor.vibration_m_s2 > 0:
        force = force + motion.active(acc_taken_s)[:, None] * _buzz(acc_taken_s, sensor.vibration_m_s2, rng)
    turned = None
    if sensor.quaternion:
        shown, _ = moved.pose(taken_s - sensor.quaternion_lag_s)
        turned = _quaternions(rotation_about(2, 0.7) @ shown)
    offset = sensor.clock_offset_s
    readings = ShoeSensor(
        side=side,
        gyr_time_s=gyr_s + offset,
        gyr_deg_s=np.clip(rate, -sensor.gyr_clip_deg_s, sensor.gyr_clip_deg_s),
        acc_time_s=acc_s + offset,
        acc_m_s2=np.clip(force, -sensor.acc_clip_m_s2, sensor.acc_clip_m_s2),
        quaternion=turned,
        clock=sensor.clock,
    )
    return readings, motion.truth_at(taken_s, gyr_s + offset)


def _sensor_times(ride: Ride, side: Side, kind: str, rate_hz: float, seed: int) -> tuple[Array, Array]:
    """Return when a sensor takes its samples and how it stamps them, without those that got lost."""
    taken_s, stamp_s = sample_times(ride, rate_hz, stream(seed, side, kind, "time"))
    kept = ~missing_samples(taken_s.size, ride, rate_hz, stream(seed, side, kind, "missing"))
    return taken_s[kept], stamp_s[kept]


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
        What is ridden; without it two minutes at 85 rpm on a trainer after a still pose. Gaps and missing samples are
        left out, time stamps have their jitter.
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
        start=ride.start,
        from_s=0.0,
        to_s=ride.duration_s,
        sensors={side: sensor for side, (sensor, _) in made.items()},
        laps=laps(ride, 0.0, ride.duration_s),
    )
    return recording, {side: truth for side, (_, truth) in made.items()}
