"""How the sensor sits on the shoe: from a pose, or roughly from the pedalling itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import Side
from bikefit.errors import RecordingError
from bikefit.model import Array
from bikefit.shoe_sensor.circle import Circle, high_passed_path
from bikefit.shoe_sensor.orientation import filtered, matrices
from bikefit.shoe_sensor.samples import Samples
from bikefit.shoe_sensor.vectors import lengths, swept

USUAL_PITCH_DEG = 15.0
"""Mean toe-down pitch of a pedalling shoe, assumed where no pose tells the mounting."""
POSE_TO_PEDALLING_S = 30.0
POSE_SHORTEST_S, POSE_LONGEST_S = 2.0, 20.0
PEDALLING_SHOWN_S = 30.0
"""Pedalling that is taken into the short run from the pose, to see where the bike points."""
HEADING_PIECE_S = 3.0
BIAS_SD_DEG_S, BIAS_MOST_DEG_S = 0.1, 0.5
"""How wrong the bias from the pose may be, because a foot is never quite still."""
STILL_DEG_S, STILL_M_S2 = 1.5, 0.4
MOVED_DEG_S = 3.0


@dataclass(frozen=True)
class Pose:
    """A stretch in which foot and bike stand still, clipped in.

    Attributes
    ----------
    start_s, end_s : float
        Its limits [s].
    given : bool
        Whether the user named it.
    """

    start_s: float
    end_s: float
    given: bool


def rough_shoe_axes(bike_axes: Array) -> Array:
    """Guess the shoe's axes in the sensor's from the mean orientation while pedalling.

    Parameters
    ----------
    bike_axes : ndarray, shape (3, 3)
        Columns: the bike's axes (forward, left, up) in the sensor's, on average over pedalling; of any length.

    Returns
    -------
    ndarray, shape (3, 3)
        Columns: the shoe's axes (to the toe, to the rider's left, up from the sole) in the sensor's.

    Notes
    -----
    On average the shoe is taken to point along the bike, level from side to side and 15 deg toe-down. The mean
    heel-out angle is then 0 by construction: a shape, not an angle.
    """
    tilt = np.radians(USUAL_PITCH_DEG)
    pitched = np.array([[np.cos(tilt), 0.0, np.sin(tilt)], [0.0, 1.0, 0.0], [-np.sin(tilt), 0.0, np.cos(tilt)]])
    axes: Array = nearest_rotation(bike_axes) @ pitched
    return axes


def nearest_rotation(matrix: Array) -> Array:
    """Return the rotation closest to a matrix.

    Parameters
    ----------
    matrix : ndarray, shape (3, 3)
        Such as a sum of rotations.

    Returns
    -------
    ndarray, shape (3, 3)
        A proper rotation.

    Examples
    --------
    >>> nearest_rotation(np.diag([3.0, 2.0, 1.0])).round(9).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    left, _, right = np.linalg.svd(matrix)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    rotation: Array = left @ flip @ right
    return rotation


def _moving_spread(values: Array, length: int) -> Array:
    """Return the standard deviation within a moving window, over all axes together."""
    from scipy.ndimage import uniform_filter1d

    centred = values - values.mean(axis=0)
    mean = uniform_filter1d(centred, length, axis=0, mode="nearest")
    square = uniform_filter1d(centred**2, length, axis=0, mode="nearest")
    spread: Array = np.sqrt(np.maximum(square - mean**2, 0.0).sum(axis=1))
    return spread


def find_still(samples: Samples, pedalling_start_s: float) -> Pose | None:
    """Find the last still stretch before the pedalling.

    Parameters
    ----------
    samples : Samples
        One unbroken stretch.
    pedalling_start_s : float
        When the pedalling sets in [s].

    Returns
    -------
    Pose or None
        None where nothing is still for two seconds within 30 s before the pedalling. The last second is left out: the
        foot sets off slowly.
    """
    before = samples.part(samples.time_s[0], pedalling_start_s)
    length = round(1.0 / samples.step_s)
    if before.time_s.size < 2 * length:
        return None
    quiet = (np.degrees(_moving_spread(before.gyr_rad_s, length)) < STILL_DEG_S) & (
        _moving_spread(before.acc_m_s2, length) < STILL_M_S2
    )
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(int)))
    spans = [(a, b - length) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    spans = [(a, b) for a, b in spans if (b - a) * samples.step_s >= POSE_SHORTEST_S]
    if not spans:
        return None
    first, last = spans[-1]
    start, end = float(before.time_s[first]), float(before.time_s[last - 1])
    if pedalling_start_s - end > POSE_TO_PEDALLING_S:
        return None
    return Pose(max(start, end - POSE_LONGEST_S), end, given=False)


def check_given(pose: tuple[float, float], stretches: list[Samples], spans: list[tuple[float, float]]) -> Pose:
    """Check a pose that the user named.

    Parameters
    ----------
    pose : tuple of float
        Start and end [s].
    stretches : list of Samples
        The readings.
    spans : list of (start_s, end_s)
        Where there is pedalling.

    Returns
    -------
    Pose
        The same, known to be usable.

    Raises
    ------
    RecordingError
        If it lies outside the readings, is shorter than two seconds, is not still, or no pedalling is near.
    """
    start, end = pose
    name = f"--pose {start:g}-{end:g}"
    inside = [part for part in stretches if part.time_s[0] <= start + 0.5 and part.time_s[-1] >= end - 0.5]
    if not inside or end - start < POSE_SHORTEST_S:
        first, last = stretches[0].time_s[0], stretches[-1].time_s[-1]
        raise RecordingError(
            f"{name}: a pose is a stretch of {POSE_SHORTEST_S:.0f} s or more without gaps inside the recording "
            f"({first:.0f}-{last:.0f} s)."
        )
    still = inside[0].part(start, end)
    moved = float(np.degrees(np.sqrt(np.var(still.gyr_rad_s, axis=0).sum())))
    if moved > MOVED_DEG_S:
        raise RecordingError(
            f"{name}: the foot moves there ({moved:.0f} deg/s). Name a stretch in which you stand still, clipped in, "
            "just before you pedal off."
        )
    gap = min((max(a - end, start - b, 0.0) for a, b in spans), default=np.inf)
    if gap > POSE_TO_PEDALLING_S:
        raise RecordingError(
            f"{name}: no pedalling within {POSE_TO_PEDALLING_S:.0f} s of it. The sensor's heading drifts; pedal off "
            "right after the pose."
        )
    return Pose(start, end, given=True)


def shoe_axes_from_pose(
    stretches: list[Samples], pose: Pose, spans: list[tuple[float, float]], circle: Circle
) -> Array | None:
    """Find the shoe's axes in the sensor's from a pose and the pedalling next to it.

    Parameters
    ----------
    stretches : list of Samples
        The readings.
    pose : Pose
        Foot and bike still, clipped in, sole level.
    spans : list of (start_s, end_s)
        Where there is pedalling.
    circle : Circle
        Lever arm and crank length.

    Returns
    -------
    ndarray, shape (3, 3), or None
        Columns: the shoe's axes in the sensor's, with the heel-out angle of the pose as zero. None where pose and
        pedalling do not share an unbroken stretch.

    Notes
    -----
    The gyroscope's bias is its mean in the pose. A short run from the pose into 30 s of pedalling with that bias held
    keeps one heading for both; there the pedalling shows where the bike points, and gravity in the pose what is up. A
    foot that turns a little in the pose spoils the bias: the bike's heading then drifts steadily while pedalling, and
    is followed back to the pose along that line.
    """
    start, end = min(spans, key=lambda span: max(span[0] - pose.end_s, pose.start_s - span[1], 0.0))
    if start >= pose.end_s:
        shown = (start, min(end, start + PEDALLING_SHOWN_S))
    else:
        shown = (max(start, end - PEDALLING_SHOWN_S), end)
    first, last = min(shown[0], pose.start_s), max(shown[1], pose.end_s)
    holding = [part for part in stretches if part.time_s[0] <= first + 0.5 and part.time_s[-1] >= last - 0.5]
    if not holding:
        return None
    section = holding[0].part(first, last)
    in_pose = (section.time_s >= pose.start_s) & (section.time_s < pose.end_s)
    turned = matrices(filtered(section, section.gyr_rad_s[in_pose].mean(axis=0))[0])
    axle = high_passed_path(turned, section.acc_m_s2, section.step_s).axle(circle.lever_m)
    size = lengths(axle)
    riding = (section.time_s >= shown[0]) & (section.time_s < shown[1]) & (np.abs(size / circle.crank_m - 1.0) < 0.15)
    if np.count_nonzero(riding) * section.step_s < 5.0:
        return None
    heading = _bike_heading(axle, riding, section, 0.5 * (pose.start_s + pose.end_s))
    left = np.array([-np.sin(heading), np.cos(heading), 0.0])
    forward = np.array([left[1], -left[0], 0.0])
    bike = np.stack([forward, left, [0.0, 0.0, 1.0]], axis=1)
    rest = nearest_rotation(turned[in_pose].sum(axis=0))
    axes: Array = rest.T @ bike
    return axes


def _bike_heading(axle: Array, riding: NDArray[np.bool_], section: Samples, pose_s: float) -> float:
    """Return the bike's heading at the time of the pose [rad], from the path of the axle while pedalling."""
    length = round(HEADING_PIECE_S / section.step_s)
    leftward = swept(axle)[riding[1:]].sum(axis=0)
    times, headings = [], []
    for first in range(0, riding.size - length + 1, length):
        piece = slice(first, first + length)
        if riding[piece].mean() > 0.9:
            normal = np.linalg.eigh(axle[piece].T @ axle[piece])[1][:, 0]
            normal = normal if normal @ leftward > 0 else -normal
            times.append(float(section.time_s[piece].mean()))
            headings.append(np.arctan2(-normal[0], normal[1]))
    if len(times) < 5:
        normal = np.linalg.eigh(axle[riding].T @ axle[riding])[1][:, 0]
        normal = normal if normal @ leftward > 0 else -normal
        return float(np.arctan2(-normal[0], normal[1]))
    since, turned = np.array(times) - np.mean(times), np.unwrap(headings)
    slope = float(since @ turned / (since @ since))
    scatter = turned - turned.mean() - slope * since
    error = float(np.sqrt(scatter @ scatter / (since.size - 2) / (since @ since)))
    prior, limit = np.radians([BIAS_SD_DEG_S, BIAS_MOST_DEG_S])
    slope *= prior**2 / (prior**2 + error**2) if abs(slope) < limit else 0.0
    return float(turned.mean() + slope * (pose_s - np.mean(times)))


def likely(shoe_axes: Array, rough_axes: Array, side: Side) -> bool:
    """Tell whether a mounting from a pose goes with the way the foot then pedals.

    Parameters
    ----------
    shoe_axes, rough_axes : ndarray, shape (3, 3)
        From the pose, and from the mean orientation while pedalling.
    side : {"left", "right"}
        The foot.

    Returns
    -------
    bool
        False where shoe and pose differ by more than 20 deg of heading, 25 deg of roll or 50 deg of pitch: then the
        foot was not clipped in, or the bike was turned.
    """
    change = rough_axes.T @ shoe_axes
    sign = 1.0 if side == "right" else -1.0
    heading = sign * np.degrees(np.arctan2(change[1, 0], change[0, 0]))
    pitch = np.degrees(np.arctan2(-change[2, 0], np.hypot(change[0, 0], change[1, 0])))
    roll = np.degrees(np.arctan2(change[2, 1], change[2, 2]))
    return bool(abs(heading) < 20.0 and abs(roll) < 25.0 and abs(pitch) < 50.0)
