"""The way from the still pose to the first revolutions: does it begin on the crank's circle, did the bike turn on it?

A foot that is clipped in stands on the crank's circle and never leaves it. So the acceleration, added up twice from
the moment at which the foot still stood, must lead along that circle into the first revolutions, within what the
sensor's own errors explain. The heading of the circle on that way is free to change: that is the bike's turn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bikefit.model import Array, Flags
from bikefit.shoe_sensor.circle import Circle, high_passed_path
from bikefit.shoe_sensor.quaternions import matrices, running_product, turn_by
from bikefit.shoe_sensor.samples import Samples
from bikefit.shoe_sensor.strapdown import rotation_vectors
from bikefit.shoe_sensor.vectors import dots, lengths, plane_normal, swept

STANDING_S, ROUND_S = 0.7, 2.0
"""How much of standing, and of steady pedalling, belongs to the way."""
STANDING_SD_M, SETTING_OFF_S = 0.0002, 0.05
"""How closely a foot keeps its place while it stands, but for so long before it sets off."""
FINE_HZ = 100.0
NOISE_M = 0.001
INDEPENDENT_HZ = 20.0
"""Samples of a smooth way repeat each other: so many a second count, however fast the sensor."""
ACC_BIAS_SD_M_S2, GYR_BIAS_SD_DEG_S, LEAK_SD = 0.07, 0.03, 0.01
"""What a sensor may be wrong by: bias of the accelerometer, bias left over, scale and cross-axis of the gyroscope."""
LEVER_SD_M = (0.006, 0.03, 0.006)
"""How well the circle tells the lever arm: to the toe, to the left (hardly), up."""
CREEP_SD_M_S = 0.001
"""How fast a foot that stands may be moving."""
HEADING_SD, LEAN_SD, CRANK_SD_M = 0.2, 0.02, 0.0015
KNOT_S, KNOT_SD_DEG = 0.5, 3.0
"""The bike may turn by this much in each half second of the way."""
FIRST_ROUNDS, MOST_ROUNDS = 4, 16


@dataclass(frozen=True)
class Way:
    """What the way from pose to pedalling shows."""

    # How far the bike turned on it, and how surely that is known [deg]
    turn_deg: float
    turn_sd_deg: float
    off_m: float  # How far the way is from any that begins and stays on the crank's circle, RMS [m]


def _added_up(values: Array, step_s: float) -> Array:
    """Integrate rows over time from zero, by trapezes."""
    out = np.zeros_like(values)
    out[1:] = np.cumsum(0.5 * step_s * (values[1:] + values[:-1]), axis=0)
    return out


def _travelled(force_m_s2: Array, step_s: float) -> Array:
    """Return the path of what sets off from rest."""
    return _added_up(_added_up(force_m_s2, step_s), step_s)


def _carried_on(rate_rad_s: Array, first: Array, step_s: float) -> Array:
    """Turn an orientation on by the angular rate alone, shape (n, 3, 3)."""
    turns = running_product(turn_by(rotation_vectors(rate_rad_s, step_s)))
    carried: Array = np.concatenate([np.eye(3)[None], matrices(turns)])
    return first @ carried


def upright(force_m_s2: Array) -> Array:
    """Return an orientation, sensor to level frame, in which a resting sensor's force points up.

    Examples
    --------
    >>> (upright(np.array([0.0, 9.8, 0.0])) @ [0.0, 9.8, 0.0]).round(9).tolist()
    [0.0, 0.0, 9.8]
    """
    up = force_m_s2 / np.linalg.norm(force_m_s2)
    ahead = np.cross(np.eye(3)[int(np.argmin(np.abs(up)))], up)
    ahead /= np.linalg.norm(ahead)
    return np.stack([ahead, np.cross(up, ahead), up])


def _sensor_errors(turned: Array, force: Array, rate: Array, step_s: float) -> list[Array]:
    """Return the path [m] that each of the sensor's errors adds at its usual size, each of shape (n, 3).

    A bias of the accelerometer also tilts the level that the pose gave, and hides in the size of gravity.
    """
    total, up = np.einsum("nij,nj->ni", turned, force), np.array([0.0, 0.0, 1.0])
    gravity = float(np.linalg.norm(force[0]))
    paths = []
    for axis in range(3):
        seen = turned[:, :, axis]
        tilt = np.cross(up, seen[0]) / gravity
        paths.append(ACC_BIAS_SD_M_S2 * (np.cross(tilt, total) - seen + seen[0, 2] * up))
    for axis in range(3):
        leaned = _added_up(turned[:, :, axis], step_s)
        paths.append(math.radians(GYR_BIAS_SD_DEG_S) * np.cross(leaned, total))
    for axis in range(3):
        for source in range(3):
            leaned = _added_up(turned[:, :, axis] * rate[:, source, None], step_s)
            paths.append(LEAK_SD * np.cross(leaned, total))
    return [_travelled(path, step_s) for path in paths]


def _noise_errors(turned: Array, force: Array, time: Array, noise: tuple[float, float]) -> list[Array]:
    """Return the path [m] that white noise adds in each half second at its usual size, each of shape (n, 3).

    Added up twice it wanders by centimetres; ``noise`` is the accelerometer's and the gyroscope's, as a density.
    """
    step_s, total = float(time[1] - time[0]), np.einsum("nij,nj->ni", turned, force)
    paths = []
    for knot in np.arange(0.0, float(time[-1]), KNOT_S):
        here = ((time >= knot) & (time < knot + KNOT_S))[:, None] / math.sqrt(KNOT_S)
        paths += [noise[0] * here * axis for axis in np.eye(3)]
        paths += [np.cross(noise[1] * _added_up(here * axis, step_s), total) for axis in np.eye(3)[:2]]
    return [_travelled(path, step_s) for path in paths]


def noise_density(still: Samples) -> tuple[float, float]:
    """Return the white noise of accelerometer [m/s^2/sqrt(Hz)] and gyroscope [rad/s/sqrt(Hz)] while it stands still."""
    root = math.sqrt(still.step_s)
    acc, gyr = (
        root * math.sqrt(float(np.mean(np.var(np.diff(values, axis=0), axis=0))) / 2.0)
        for values in (still.acc_m_s2, still.gyr_rad_s)
    )
    return acc, gyr


def _refined(section: Samples) -> Samples:
    """Bring a slow section to 100 Hz, so that adding up twice is exact."""
    times = max(1, math.ceil(FINE_HZ * section.step_s - 1e-6))
    if times == 1:
        return section
    from scipy.interpolate import make_interp_spline

    fine = np.linspace(section.time_s[0], section.time_s[-1], (section.time_s.size - 1) * times + 1)
    values = (section.gyr_rad_s, section.acc_m_s2)
    rate, force = (np.asarray(make_interp_spline(section.time_s, one, k=5)(fine)) for one in values)
    return Samples(fine, rate, force, None, section.step_s / times)


def follow_way(
    samples: Samples,
    still: Samples,
    resting_m_s2: Array,
    left_s: float,
    round_s: float,
    circle: Circle,
    shoe_axes: Array,
    sense: float,
) -> Way:
    """Follow the foot from where it stood to where it goes round."""
    standing_s = min(STANDING_S, left_s - float(still.time_s[0]))
    section = _refined(samples.part(left_s - standing_s, round_s + ROUND_S))
    step, time = section.step_s, section.time_s - section.time_s[0]
    rate = section.gyr_rad_s - still.gyr_rad_s.mean(axis=0)
    turned = _carried_on(rate, upright(resting_m_s2), step)
    force = np.einsum("nij,nj->ni", turned, section.acc_m_s2)
    force[:, 2] -= float(np.linalg.norm(resting_m_s2))
    goes_round = time >= round_s - section.time_s[0]
    lever = np.einsum("nij,j->ni", turned, circle.lever_m)
    path = _travelled(force, step) - lever
    errors = _sensor_errors(turned, section.acc_m_s2, rate, step)
    errors += _noise_errors(turned, section.acc_m_s2, time, noise_density(still))
    errors += [-sd * np.einsum("nij,j->ni", turned, axis) for sd, axis in zip(LEVER_SD_M, shoe_axes.T, strict=True)]
    errors += [CREEP_SD_M_S * time[:, None] * axis for axis in np.eye(3)]
    errors += [np.broadcast_to(-10.0 * axis, path.shape) for axis in np.eye(3)]
    roughly = high_passed_path(turned, section.acc_m_s2, step).axle(circle.lever_m)
    stands = time < standing_s - SETTING_OFF_S
    fit = _Fit(path, np.stack(errors, axis=2), time, stands, goes_round, circle.crank_m)
    return fit.solved(roughly - roughly[goes_round].mean(axis=0), sense)


class _Fit:
    """Least squares of a path onto a circle of known size whose heading may change on the way.

    The path stays in one place while the foot stands, wherever on the circle that is.
    """

    def __init__(
        self,
        path: Array,
        errors: Array,
        time: Array,
        stands: Flags,
        goes_round: Flags,
        crank_m: float,
    ) -> None:
        self.path, self.errors, self.goes_round, self.crank_m = path, errors, goes_round, crank_m
        self.time = time
        surely = NOISE_M / STANDING_SD_M
        self.resting = surely * (path[stands] - path[stands].mean(axis=0)).reshape(-1)
        self.held = surely * (errors[stands] - errors[stands].mean(axis=0)).reshape(-1, errors.shape[2])
        knots = np.arange(float(time[stands][-1]), float(time[-1]) - KNOT_S, KNOT_S)
        self.left_over = np.stack([1.0 - np.clip((time - knot) / KNOT_S, 0.0, 1.0) for knot in knots], axis=1)
        self.shared = errors.shape[2]
        self.count = self.shared + 3 + knots.size
        self.prior = np.ones(self.count)
        self.prior[self.shared] = 1e-6
        self.turn_sd = math.radians(KNOT_SD_DEG)

    def solved(self, roughly: Array, sense: float) -> Way:
        """Fit the revolutions first, then the whole way."""
        known = self.goes_round
        normal = plane_normal(roughly[known], sense * swept(roughly)[known[1:]].sum(axis=0))
        heading = math.atan2(-normal[0], normal[1])
        matrix = self.errors[known].reshape(-1, self.shared)
        apart = (self.path - roughly)[known].reshape(-1)
        x = np.zeros(self.count)
        x[: self.shared] = np.linalg.solve(matrix.T @ matrix / 1e-4 + np.eye(self.shared), -matrix.T @ apart / 1e-4)
        weight = min(1.0, INDEPENDENT_HZ * (self.time[1] - self.time[0])) / NOISE_M**2
        for number in range(MOST_ROUNDS):
            whole = number >= FIRST_ROUNDS
            residual, slope = self._linearised(x, heading, whole)
            used = np.concatenate([*[np.ones_like(known) if whole else known] * 2, np.full(self.resting.size, whole)])
            inner = weight * slope[used].T @ slope[used] + np.diag(self.prior)
            change = np.linalg.solve(inner, -weight * slope[used].T @ residual[used] - self.prior * x)
            x += change
            if whole and float(np.abs(change).max()) < 1e-3:
                break
        residual, _ = self._linearised(x, heading, whole=True)
        turns = slice(self.shared + 3, None)
        spread = np.linalg.inv(inner)[turns, turns].sum()
        strain = float(self.prior @ x**2 - self.prior[turns] @ x[turns] ** 2) + weight * float(residual @ residual)
        return Way(
            turn_deg=math.degrees(self.turn_sd * float(x[turns].sum())),
            turn_sd_deg=math.degrees(self.turn_sd * math.sqrt(max(float(spread), 0.0))),
            off_m=NOISE_M * math.sqrt(strain / (2.0 * INDEPENDENT_HZ * float(self.time[-1]))),
        )

    def _linearised(self, x: Array, heading: float, whole: bool) -> tuple[Array, Array]:
        """Return how far the path is beside the plane and off the radius, and what each unknown does to that."""
        shared, zero = self.shared, np.zeros((self.path.shape[0], 1))
        turn, lean, crank = x[shared : shared + 3] * [HEADING_SD, LEAN_SD, CRANK_SD_M]
        place = self.path + self.errors @ x[:shared]
        yaw = heading + turn - self.turn_sd * self.left_over @ x[shared + 3 :]
        cosine, sine = np.cos(yaw), np.sin(yaw)
        left = np.stack([-sine * math.cos(lean), cosine * math.cos(lean), np.full_like(yaw, math.sin(lean))], axis=1)
        aside = dots(place, left)
        in_plane = place - aside[:, None] * left
        radius = np.maximum(lengths(in_plane), 1e-6)
        outward = in_plane / radius[:, None]
        back = -(place[:, 0] * cosine + place[:, 1] * sine)[:, None]
        knots = -back * self.left_over * (self.turn_sd * whole)
        beside = [np.einsum("nim,ni->nm", self.errors, left), HEADING_SD * back, LEAN_SD * place[:, 2:], zero, knots]
        off = [np.einsum("nim,ni->nm", self.errors, outward), zero, zero, zero - CRANK_SD_M, 0.0 * knots]
        held = np.zeros((self.resting.size, self.count))
        held[:, :shared] = self.held
        slope = np.concatenate([np.concatenate(beside, axis=1), np.concatenate(off, axis=1), held])
        return np.concatenate([aside, radius - self.crank_m - crank, self.resting + self.held @ x[:shared]]), slope
