"""Shoe sensors as they should not be: readings of a simulated shoe with one fault each, and rides with a bad pose."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bikefit.analysis import analyze
from bikefit.conventions import Side
from bikefit.model import Array, FootResult, Recording, ShoeSensor
from bikefit.simulate.rider import Harmonics
from bikefit.simulate.shoe import SensorModel
from bikefit.simulate.space import Ride, Shoe
from bikefit.simulate.truth import ShoeTruth


def turned_after_pose(ride: Ride, degrees: float, seconds: float, wait_s: float = 0.0) -> Ride:
    """Turn the bike at an even rate as soon as the pose is over, or some seconds later."""
    start = ride.still_s + wait_s
    return replace(ride, turning=((start, start + seconds, degrees / seconds),), turning_edge_s=0.2)


def on_the_ground(shoe: Shoe, toe_out_deg: float, off_m: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Shoe:
    """Let the foot stand toe-out in the pose, beside its pedal."""
    return replace(shoe, pose_heel_out_deg=-toe_out_deg, pose_off_m=off_m)


def late(sensor: ShoeSensor, gyroscope_s: float) -> ShoeSensor:
    """Stamp the gyroscope's samples so much too late, as a filter or a clock of its own does."""
    return replace(sensor, gyr_time_s=sensor.gyr_time_s + gyroscope_s)


def _repeated(values: Array, rows: int, first: int = 0) -> Array:
    held = np.maximum((np.arange(values.shape[0]) - first) // rows * rows + first, 0)
    return values[held]


def held(sensor: ShoeSensor, gyroscope: int = 1, accelerometer: int = 1) -> ShoeSensor:
    """Hold each value for so many rows."""
    first = 1 if gyroscope > 1 and accelerometer > 1 else 0
    rate, force = _repeated(sensor.gyr_deg_s, gyroscope), _repeated(sensor.acc_m_s2, accelerometer, first)
    return replace(sensor, gyr_deg_s=rate, acc_m_s2=force)


def clipped(sensor: ShoeSensor, gyroscope: float = np.inf, accelerometer: float = np.inf) -> ShoeSensor:
    """Cut the readings off at a share of their peak."""

    def cut(values: Array, share: float) -> Array:
        end = min(share, 10.0) * float(np.percentile(np.abs(values), 99.9))
        return np.clip(values, -end, end)

    return replace(sensor, gyr_deg_s=cut(sensor.gyr_deg_s, gyroscope), acc_m_s2=cut(sensor.acc_m_s2, accelerometer))


def flipped(sensor: ShoeSensor) -> ShoeSensor:
    """Let the accelerometer count downwards."""
    return replace(sensor, acc_m_s2=-sensor.acc_m_s2)


def jittered(sensor: ShoeSensor, sd_s: float, seed: int = 0) -> ShoeSensor:
    """Stamp evenly taken samples unevenly, in order."""
    time = sensor.gyr_time_s
    stamps = np.sort(time + sd_s * np.random.default_rng(seed).standard_normal(time.size))
    stamps = np.maximum.accumulate(stamps) + 1e-6 * np.arange(stamps.size)
    return replace(sensor, gyr_time_s=stamps, acc_time_s=stamps)


def random_rider(seed: int, duration_s: float = 70.0) -> tuple[Ride, Shoe, Side, SensorModel]:
    """Draw a rider with a pose, a lever arm anywhere on a shoe, any mounting, and a cheap sensor."""
    rng = np.random.default_rng([seed, 41])

    def draw(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    def normal(sd: float) -> tuple[float, float, float]:
        first, second, third = rng.normal(0.0, sd, 3)
        return float(first), float(second), float(third)

    ride = Ride(
        duration_s=duration_s,
        cadence_rpm=draw(60, 110),
        dead_spot_share=2 * np.radians(draw(0, 3)),
        crank_m=float(rng.choice([0.165, 0.17, 0.1725, 0.175])),
        still_s=draw(3, 10),
        start_s=draw(1.5, 5),
    )
    shoe = Shoe(
        heel_out=Harmonics(draw(-3, 5), (draw(0.5, 4), draw(0, 1)), (draw(0, 360), draw(0, 360))),
        pitch=Harmonics(draw(5, 25), (draw(6, 22), draw(1, 5)), (draw(250, 320), draw(0, 360))),
        roll=Harmonics(draw(-3, 3), (draw(0, 2), draw(0, 0.6)), (draw(0, 360), draw(0, 360))),
        stroke_sd_deg=draw(0.1, 1.0),
        lever_m=(draw(-0.17, 0.08), draw(-0.04, 0.04), draw(0.03, 0.11)),
        mounting_deg=(draw(-30, 30), draw(-30, 30), draw(-30, 30)),
        pose_heel_out_deg=draw(-2, 2),
    )
    sensor = SensorModel(
        rate_hz=float(rng.choice([50.0, 100.0, 200.0])), gyr_bias_deg_s=normal(0.5), acc_bias_m_s2=normal(0.05)
    )
    return ride, shoe, "left" if seed % 2 else "right", sensor


@dataclass(frozen=True)
class Verdict:
    """What an analysis made of a disturbed shoe, and what was true of it."""

    foot: FootResult
    true_deg: float

    @property
    def undetermined(self) -> bool:
        """Whether it gave no count."""
        return self.foot.recommendation.outcome == "undetermined"

    @property
    def holds(self) -> bool:
        """Whether it gave no count, or an interval that holds the truth."""
        low, high = self.foot.excess.interval_deg
        return self.undetermined or low <= self.true_deg <= high

    @property
    def reasons(self) -> set[str]:
        """Codes of the recommendation's reasons."""
        return {reason.code for reason in self.foot.recommendation.reasons}


def judged(readings: ShoeSensor, truth: ShoeTruth, ride: Ride, neutral_deg: float | None = None) -> Verdict:
    """Analyse one shoe; the truth is its mean over the pedalling, from its pose or from another neutral angle."""
    recording = Recording(
        name="disturbed",
        format="simulated",
        sha256="",
        start=None,
        from_s=0.0,
        to_s=ride.duration_s,
        sensors={readings.side: readings},
    )
    foot = analyze(recording).feet[readings.side]
    pedalled = (truth.time_s > ride.still_s + ride.start_s + 1.0) & (truth.time_s < ride.duration_s - 1.0)
    neutral = truth.pose_heel_out_deg if neutral_deg is None else neutral_deg
    return Verdict(foot, float(truth.heel_out_deg[pedalled].mean()) - neutral)
