"""Where a foot that moves on its pedal is in the world, and what a sensor on the shoe feels there.

Bike (heading, grade, lean) -> crank circle -> pedal axle -> shoe (pitch about the axle, heel-out about the sole's
normal, roll about the long axis, in this order, so that the asin of the long axis's lateral part IS the heel-out angle
and a roll leaves it alone) -> sensor (lever arm, mounting). All are functions of time; angular rate and specific force
follow by central differences over half a millisecond, far finer than any sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import CubicSpline

from bikefit.conventions import crank_offset_deg
from bikefit.model import Array
from bikefit.simulate import rider
from bikefit.simulate.feet import FootMotion
from bikefit.simulate.motion import FINE_S, smooth_step, within
from bikefit.simulate.rider import Foot, Harmonics

GRAVITY_M_S2 = 9.80665
BOTTOM_BRACKET_M = 0.27
"""Height of the crank's axle above the ground, about which the bike leans."""
PEDAL_OFFSET_M = 0.13
"""Distance of the shoe's middle from the bike's plane."""
HALF_STEP_S = 5e-4


@dataclass(frozen=True)
class Ride(rider.Ride):
    """A ride as sensors and cameras see it: two minutes on a trainer after a still pose, smooth."""

    duration_s: float = 120.0
    cadence_rpm: float | tuple[tuple[float, float], ...] = 85.0
    cadence_wander_share: float = 0.0
    dead_spot_share: float = 2.0 * math.radians(1.5)
    start_crank_deg: float = 90.0
    smooth: bool = True
    still_s: float = 8.0


@dataclass(frozen=True)
class Shoe(Foot):
    """A foot and where the sensor sits on its shoe; by default a wedge rolls the shoe and turns nothing."""

    heel_out: Harmonics = field(default=Harmonics(3.0, (1.8, 0.5), (150.0, 40.0)))
    pitch: Harmonics = field(default=Harmonics(18.0, (18.0, 4.0), (285.0, 60.0)))
    pitch_sd_deg: float = 0.0
    response: float = 0.0
    # From the pedal axle to the sensor in the shoe's axes: to the toe, to the rider's left, up [m].
    lever_m: tuple[float, float, float] = (-0.02, 0.005, 0.085)
    # Yaw, pitch and roll that turn the shoe's axes into the sensor's [deg].
    mounting_deg: tuple[float, float, float] = (4.0, 22.0, -3.0)
    sideways_m: float = 0.0  # Pedal sliding along its axle, amplitude, in phase with the forward position [m]
    # Upper that gives way: the sensor yaws and rolls on the shoe with the pedal force, amplitude [deg].
    flex_deg: float = 0.0
    # Where the foot stands in the pose beside its pedal, such as on the ground: forward, left, up [m].
    pose_off_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    step_on_s: float = 1.5  # How long it takes from there to the pedal [s]


def rotation_about(axis: int, angle_rad: Array | float) -> Array:
    """Return right-handed rotations, shape (..., 3, 3), about a coordinate axis (0 = x).

    Examples
    --------
    >>> rotation_about(2, math.pi / 2).round(9)[:, 0].tolist()
    [0.0, 1.0, 0.0]
    """
    angle = np.asarray(angle_rad, dtype=float)
    matrix = np.zeros((*angle.shape, 3, 3))
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix[..., axis, axis] = 1.0
    matrix[..., first, first] = matrix[..., second, second] = np.cos(angle)
    matrix[..., second, first] = np.sin(angle)
    matrix[..., first, second] = -np.sin(angle)
    return matrix


class ShoeInSpace:
    """Pose of one shoe's sensor in the world at any time."""

    def __init__(self, motion: FootMotion, shoe: Shoe) -> None:
        """Lay out the way that the bike rides."""
        self.motion, self.shoe, ride = motion, shoe, motion.ride
        fine = np.arange(-0.1, ride.duration_s + 0.1, FINE_S)
        edge_s = ride.turning_edge_s
        bends = sum((within(fine, a, b, edge_s) * math.radians(w) for a, b, w in ride.turning), np.zeros_like(fine))
        self._heading = CubicSpline(fine, bends).antiderivative()
        course = self._heading(fine)
        self._east = CubicSpline(fine, ride.speed_m_s * np.cos(course)).antiderivative()
        self._north = CubicSpline(fine, ride.speed_m_s * np.sin(course)).antiderivative()

    def bike(self, time_s: Array) -> Array:
        """Return the bike's orientation in the world, shape (n, 3, 3)."""
        motion, ride = self.motion, self.motion.ride
        right = motion.crank_rad(time_s) - math.radians(crank_offset_deg(motion.side))
        swing = ride.rocking_deg * motion.active(time_s)
        for start, end in ride.standing:
            swing = swing + within(time_s, start, end) * (ride.standing_rocking_deg - swing)
        lean = ride.lean_deg + swing * np.cos(right - math.radians(ride.rocking_phase_deg))
        level = rotation_about(2, self._heading(time_s)) @ rotation_about(1, -math.radians(ride.grade_deg))
        turned: Array = level @ rotation_about(0, np.radians(lean))
        return turned

    def pose(self, time_s: Array) -> tuple[Array, Array]:
        """Return the sensor's orientation, shape (n, 3, 3), and its position in the world [m]."""
        motion, shoe, sign = self.motion, self.shoe, self.motion.sign
        crank, moving = motion.crank_rad(time_s), motion.active(time_s)
        heel, pitch = motion.heel_out_deg(crank, time_s), motion.pitch_deg(crank, time_s)
        in_bike = rotation_about(1, np.radians(pitch)) @ rotation_about(2, sign * np.radians(heel))
        in_bike = in_bike @ rotation_about(0, np.radians(motion.roll_deg(crank, time_s)))
        crank_m = motion.ride.crank_m
        aside = -sign * PEDAL_OFFSET_M + moving * shoe.sideways_m * np.sin(crank)
        axle = np.stack([crank_m * np.sin(crank), aside, crank_m * np.cos(crank) + BOTTOM_BRACKET_M], axis=-1)
        still_s = motion.ride.still_s
        axle += np.multiply.outer(1.0 - smooth_step((time_s - still_s) / shoe.step_on_s), np.array(shoe.pose_off_m))
        bike = self.bike(time_s)
        place = np.einsum("nij,nj->ni", bike, axle + in_bike @ np.array(shoe.lever_m))
        place += np.stack([self._east(time_s), self._north(time_s), np.zeros_like(time_s)], axis=-1)
        yaw, tilt, bank = np.radians(shoe.mounting_deg)
        mounting = rotation_about(2, yaw) @ rotation_about(1, tilt) @ rotation_about(0, bank)
        give = math.radians(shoe.flex_deg) * moving * np.sin(crank)
        flexed = rotation_about(2, sign * give) @ rotation_about(0, give)
        return bike @ in_bike @ flexed @ mounting, place

    def readings(self, time_s: Array) -> tuple[Array, Array]:
        """Return what the sensor feels, in its own axes: angular rate [deg/s] and specific force [m/s^2]."""
        before, p0 = self.pose(time_s - HALF_STEP_S)
        now, p1 = self.pose(time_s)
        after, p2 = self.pose(time_s + HALF_STEP_S)
        turn = np.einsum("nji,njk->nik", before, after)
        odd = np.stack([turn[:, 2, 1] - turn[:, 1, 2], turn[:, 0, 2] - turn[:, 2, 0], turn[:, 1, 0] - turn[:, 0, 1]], 1)
        sine = 0.5 * np.linalg.norm(odd, axis=1)
        stretch = np.where(sine > 1e-12, np.arcsin(np.clip(sine, 0, 1)) / np.maximum(sine, 1e-12), 1.0)
        rate = np.degrees(0.5 * odd * stretch[:, None]) / (2.0 * HALF_STEP_S)
        force = (p0 - 2.0 * p1 + p2) / HALF_STEP_S**2 + np.array([0.0, 0.0, GRAVITY_M_S2])
        return rate, np.einsum("nji,nj->ni", now, force)
