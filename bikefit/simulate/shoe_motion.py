"""How a bike and a foot on its pedal move, in closed formulas of time, and what a sensor on the shoe feels.

The kinematics are closed formulas of time: bike (heading, lean, grade) -> crank circle -> pedal axle -> shoe
(pitch about the axle, heel-out about the sole's normal, roll about the long axis) -> sensor (lever arm, mounting).
Angular rate and specific force follow by central differences over half a millisecond, far finer than any sample.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bikefit.conventions import Side, crank_offset_deg
from bikefit.model import Array

GRAVITY_M_S2 = 9.80665
BOTTOM_BRACKET_M = 0.27
"""Height of the crank's axle above the ground, about which the bike leans."""
PEDAL_OFFSET_M = 0.13
"""Distance of the shoe's middle from the bike's plane."""
HALF_STEP_S = 5e-4


@dataclass(frozen=True)
class Harmonics:
    """An angle that repeats with the crank: mean + sum of amplitude_k * cos(k * crank - phase_k).

    Attributes
    ----------
    mean_deg : float
        Mean over the revolution [deg].
    amplitude_deg, phase_deg : tuple of float
        Of the first, second, ... harmonic [deg].
    """

    mean_deg: float = 0.0
    amplitude_deg: tuple[float, ...] = ()
    phase_deg: tuple[float, ...] = ()

    def at(self, crank_rad: Array) -> Array:
        """Return the angle at crank angles [rad] in degrees.

        Parameters
        ----------
        crank_rad : ndarray, shape (n,)
            Crank angle of the same foot [rad].

        Returns
        -------
        ndarray, shape (n,)
            The angle [deg].

        Examples
        --------
        >>> import numpy as np
        >>> Harmonics(2.0, (1.0,), (90.0,)).at(np.radians([90.0, 270.0])).round(6).tolist()
        [3.0, 1.0]
        """
        angle = np.full_like(crank_rad, self.mean_deg)
        for k, (amplitude, phase) in enumerate(zip(self.amplitude_deg, self.phase_deg, strict=True), start=1):
            angle += amplitude * np.cos(k * crank_rad - math.radians(phase))
        return angle


@dataclass(frozen=True)
class Ride:
    """What the bike does, the same for both feet.

    Attributes
    ----------
    duration_s : float
        Length of the recording [s].
    cadence_rpm : float or tuple of (time_s, rpm)
        Constant, or knots that are joined smoothly.
    still_s : float
        Time at rest, clipped in, before the pedalling starts [s]: the pose.
    start_s : float
        Time over which cadence and the foot's motion build up after the pose [s].
    pose_crank_deg : float
        RIGHT crank angle at rest [deg].
    ripple : float
        Swing of the crank ahead of and behind an even turn, twice a revolution [deg].
    crank_m : float
        Crank length [m].
    rocking_deg, rocking_phase_deg : float
        The bike leans by amplitude * cos(right crank - phase), positive = to the rider's left side going up [deg].
    standing : tuple of (from_s, to_s)
        Stretches out of the saddle: the lean swings by ``standing_rocking_deg`` instead.
    standing_rocking_deg : float
        Amplitude of the lean out of the saddle [deg].
    lean_deg, grade_deg : float
        Constant lean (left side up) and climb of the bike [deg].
    turning : tuple of (from_s, to_s, deg_per_s)
        Bends, positive = to the left, joined smoothly.
    speed_m_s : float
        Of the bike over the ground, which matters in bends [m/s].
    """

    duration_s: float = 120.0
    cadence_rpm: float | tuple[tuple[float, float], ...] = 85.0
    still_s: float = 8.0
    start_s: float = 3.0
    pose_crank_deg: float = 90.0
    ripple: float = 1.5
    crank_m: float = 0.1725
    rocking_deg: float = 0.0
    rocking_phase_deg: float = 270.0
    standing: tuple[tuple[float, float], ...] = ()
    standing_rocking_deg: float = 8.0
    lean_deg: float = 0.0
    grade_deg: float = 0.0
    turning: tuple[tuple[float, float, float], ...] = ()
    speed_m_s: float = 0.0


@dataclass(frozen=True)
class Shoe:
    """How one foot moves and where the sensor sits on its shoe.

    Attributes
    ----------
    heel_out, pitch, roll : Harmonics
        Over this foot's crank angle; pitch positive = toe down, roll positive = the left side up.
    stroke_sd_deg, stroke_rho : float
        Standard deviation [deg] and correlation from stroke to stroke of the heel-out angle's wander.
    steps : tuple of (time_s, deg)
        Lasting changes of the heel-out angle, each over half a second.
    pose_heel_out_deg, pose_pitch_deg, pose_roll_deg : float
        The shoe at rest in the pose [deg].
    restless_deg : float
        The foot sways about the sole's normal in the pose, amplitude, once in 20 s [deg].
    wedge_deg : float
        Varus cant of a wedge under the shoe: it rolls the shoe and turns nothing [deg].
    lever_m : tuple of 3 float
        From the pedal axle to the sensor in the shoe's axes: to the toe, to the rider's left, up [m].
    mounting_deg : tuple of 3 float
        Yaw, pitch and roll that turn the shoe's axes into the sensor's [deg].
    sideways_m : float
        Pedal sliding along its axle, amplitude, in phase with the forward position [m].
    flex_deg : float
        Upper that gives way: the sensor yaws and rolls on the shoe with the pedal force, amplitude [deg].
    """

    heel_out: Harmonics = field(default_factory=lambda: Harmonics(3.0, (1.8, 0.5), (150.0, 40.0)))
    pitch: Harmonics = field(default_factory=lambda: Harmonics(18.0, (18.0, 4.0), (285.0, 60.0)))
    roll: Harmonics = field(default_factory=lambda: Harmonics(1.0, (1.0, 0.3), (120.0, 0.0)))
    stroke_sd_deg: float = 0.3
    stroke_rho: float = 0.6
    steps: tuple[tuple[float, float], ...] = ()
    pose_heel_out_deg: float = 0.0
    pose_pitch_deg: float = 0.0
    pose_roll_deg: float = 0.0
    restless_deg: float = 0.0
    wedge_deg: float = 0.0
    lever_m: tuple[float, float, float] = (-0.02, 0.005, 0.085)
    mounting_deg: tuple[float, float, float] = (4.0, 22.0, -3.0)
    sideways_m: float = 0.0
    flex_deg: float = 0.0


def rotation_about(axis: int, angle_rad: Array | float) -> Array:
    """Return right-handed rotations about a coordinate axis.

    Parameters
    ----------
    axis : {0, 1, 2}
        x, y or z.
    angle_rad : float or ndarray, shape (n,)
        Angle [rad].

    Returns
    -------
    ndarray, shape (3, 3) or (n, 3, 3)
        Rotation matrices.

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


def _smooth_step(x: Array) -> Array:
    """Rise from 0 to 1 with three continuous derivatives."""
    x = np.clip(x, 0.0, 1.0)
    rise: Array = x**4 * (35.0 - 84.0 * x + 70.0 * x**2 - 20.0 * x**3)
    return rise


def _within(time_s: Array, start: float, end: float, edge_s: float = 1.0) -> Array:
    """Be 1 in a stretch and 0 outside, with smooth edges."""
    return _smooth_step((time_s - start) / edge_s) - _smooth_step((time_s - end) / edge_s)


class ShoeMotion:
    """Pose of one shoe's sensor in the world at any time.

    Parameters
    ----------
    ride : Ride
        What the bike does.
    shoe : Shoe
        What the foot does and where the sensor sits.
    side : {"left", "right"}
        The foot.
    rng : numpy.random.Generator
        For the wander from stroke to stroke.
    """

    def __init__(self, ride: Ride, shoe: Shoe, side: Side, rng: np.random.Generator) -> None:
        from scipy.interpolate import CubicSpline, PchipInterpolator

        self.ride, self.shoe, self.side = ride, shoe, side
        self.sign = 1.0 if side == "right" else -1.0
        cadence = ride.cadence_rpm
        knots: Sequence[tuple[float, float]] = (
            cadence if isinstance(cadence, tuple) else ((0.0, cadence), (ride.duration_s + 1.0, cadence))
        )
        times, rpm = np.array(knots, dtype=float).T
        fine = np.arange(-0.1, ride.duration_s + 0.1, 0.01)
        rate = PchipInterpolator(times, rpm / 60.0, extrapolate=True)(fine) * self.active(fine)
        self._turns = CubicSpline(fine, rate).antiderivative()
        strokes = int(abs(float(self._turns(ride.duration_s)))) + 8
        wander = np.empty(strokes)
        wander[0] = rng.standard_normal()
        for k in range(1, strokes):
            wander[k] = shoe.stroke_rho * wander[k - 1] + math.sqrt(1 - shoe.stroke_rho**2) * rng.standard_normal()
        self._wander = CubicSpline(np.arange(strokes) - 2.0, shoe.stroke_sd_deg * wander)
        bends = sum((_within(fine, a, b) * math.radians(w) for a, b, w in ride.turning), np.zeros_like(fine))
        self._heading = CubicSpline(fine, bends).antiderivative()
        course = self._heading(fine)
        self._east = CubicSpline(fine, ride.speed_m_s * np.cos(course)).antiderivative()
        self._north = CubicSpline(fine, ride.speed_m_s * np.sin(course)).antiderivative()

    def active(self, time_s: Array) -> Array:
        """Return 0 in the pose, 1 once the pedalling is under way.

        Parameters
        ----------
        time_s : ndarray, shape (n,)
            Time [s].

        Returns
        -------
        ndarray, shape (n,)
            0 to 1.
        """
        if self.ride.still_s <= 0:
            return np.ones_like(time_s)
        return _smooth_step((time_s - self.ride.still_s) / self.ride.start_s)

    def crank_rad(self, time_s: Array) -> Array:
        """Return this foot's crank angle [rad], unwrapped.

        Parameters
        ----------
        time_s : ndarray, shape (n,)
            Time [s].

        Returns
        -------
        ndarray, shape (n,)
            0 = this pedal at the top [rad].
        """
        turn = 2.0 * math.pi * (self._turns(time_s) - self._turns(0.0))
        ripple = math.radians(self.ride.ripple) * self.active(time_s) * np.sin(2.0 * turn)
        start = math.radians(self.ride.pose_crank_deg + crank_offset_deg(self.side))
        angle: Array = start + turn + ripple
        return angle

    def foot_deg(self, time_s: Array) -> tuple[Array, Array, Array]:
        """Return heel-out, pitch and roll [deg].

        Parameters
        ----------
        time_s : ndarray, shape (n,)
            Time [s].

        Returns
        -------
        tuple of 3 ndarray, shape (n,)
            Positive = heel away from the bike, toe down, left side up [deg].
        """
        shoe, crank, active = self.shoe, self.crank_rad(time_s), self.active(time_s)

        def blend(angle: Harmonics, rest: float) -> Array:
            return rest + active * (angle.at(crank) - rest)

        stroke = (crank - crank_offset_rad(self.ride, self.side)) / (2.0 * math.pi)
        heel = blend(shoe.heel_out, shoe.pose_heel_out_deg) + active * self._wander(stroke)
        heel += (1.0 - active) * shoe.restless_deg * np.sin(2.0 * math.pi * time_s / 20.0)
        for when, size in shoe.steps:
            heel += size * _smooth_step((time_s - when + 0.25) / 0.5)
        roll = blend(shoe.roll, shoe.pose_roll_deg) + self.sign * shoe.wedge_deg
        return heel, blend(shoe.pitch, shoe.pose_pitch_deg), roll

    def bike(self, time_s: Array) -> Array:
        """Return the bike's orientation in the world.

        Parameters
        ----------
        time_s : ndarray, shape (n,)
            Time [s].

        Returns
        -------
        ndarray, shape (n, 3, 3)
            Bike -> world.
        """
        ride = self.ride
        right = self.crank_rad(time_s) - math.radians(crank_offset_deg(self.side))
        swing = ride.rocking_deg * self.active(time_s)
        for start, end in ride.standing:
            swing = swing + _within(time_s, start, end) * (ride.standing_rocking_deg - swing)
        lean = ride.lean_deg + swing * np.cos(right - math.radians(ride.rocking_phase_deg))
        level = rotation_about(2, self._heading(time_s)) @ rotation_about(1, -math.radians(ride.grade_deg))
        turned: Array = level @ rotation_about(0, np.radians(lean))
        return turned

    def pose(self, time_s: Array) -> tuple[Array, Array]:
        """Return the sensor's orientation and position in the world.

        Parameters
        ----------
        time_s : ndarray, shape (n,)
            Time [s].

        Returns
        -------
        tuple of ndarray, shapes (n, 3, 3) and (n, 3)
            Sensor -> world; position [m].
        """
        ride, shoe, crank = self.ride, self.shoe, self.crank_rad(time_s)
        heel, pitch, roll = self.foot_deg(time_s)
        in_bike = rotation_about(1, np.radians(pitch)) @ rotation_about(2, self.sign * np.radians(heel))
        in_bike = in_bike @ rotation_about(0, np.radians(roll))
        aside = -self.sign * PEDAL_OFFSET_M + self.active(time_s) * shoe.sideways_m * np.sin(crank)
        axle = np.stack([ride.crank_m * np.sin(crank), aside, ride.crank_m * np.cos(crank) + BOTTOM_BRACKET_M], axis=-1)
        bike = self.bike(time_s)
        place = np.einsum("nij,nj->ni", bike, axle + in_bike @ np.array(shoe.lever_m))
        place += np.stack([self._east(time_s), self._north(time_s), np.zeros_like(time_s)], axis=-1)
        yaw, tilt, bank = np.radians(shoe.mounting_deg)
        mounting = rotation_about(2, yaw) @ rotation_about(1, tilt) @ rotation_about(0, bank)
        give = math.radians(shoe.flex_deg) * self.active(time_s) * np.sin(crank)
        flexed = rotation_about(2, self.sign * give) @ rotation_about(0, give)
        return bike @ in_bike @ flexed @ mounting, place

    def readings(self, time_s: Array) -> tuple[Array, Array]:
        """Return what the sensor feels, in its own axes.

        Parameters
        ----------
        time_s : ndarray, shape (n,)
            Time [s].

        Returns
        -------
        tuple of ndarray, both shape (n, 3)
            Angular rate [deg/s] and specific force [m/s^2].
        """
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


def crank_offset_rad(ride: Ride, side: Side) -> float:
    """Return this foot's crank angle in the pose.

    Parameters
    ----------
    ride : Ride
        The ride.
    side : {"left", "right"}
        The foot.

    Returns
    -------
    float
        Angle [rad].

    Examples
    --------
    >>> round(crank_offset_rad(Ride(pose_crank_deg=0.0), "left"), 4)
    3.1416
    """
    return math.radians(ride.pose_crank_deg + crank_offset_deg(side))
