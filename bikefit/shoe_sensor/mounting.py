"""How the sensor sits on the shoe: from a pose, or roughly from the pedalling itself."""

from __future__ import annotations

import numpy as np

from bikefit.conventions import TURN_SIGN, Side
from bikefit.model import Array
from bikefit.settings import Settings

USUAL_PITCH_DEG = 15.0
"""Mean toe-down pitch of a pedalling shoe, assumed where no pose tells the mounting."""


def rough_shoe_axes(bike_axes: Array) -> Array:
    """Guess the shoe's axes in the sensor's from the mean orientation while pedalling.

    On average the shoe is taken to point along the bike, level from side to side and 15 deg toe-down. The mean
    heel-out angle is then 0 by construction: a shape, not an angle.
    """
    tilt = np.radians(USUAL_PITCH_DEG)
    pitched = np.array([[np.cos(tilt), 0.0, np.sin(tilt)], [0.0, 1.0, 0.0], [-np.sin(tilt), 0.0, np.cos(tilt)]])
    axes: Array = nearest_rotation(bike_axes) @ pitched
    return axes


def nearest_rotation(matrix: Array) -> Array:
    """Return the rotation closest to a matrix.

    Examples
    --------
    >>> nearest_rotation(np.diag([3.0, 2.0, 1.0])).round(9).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    left, _, right = np.linalg.svd(matrix)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    rotation: Array = left @ flip @ right
    return rotation


def likely(shoe_axes: Array, rough_axes: Array, side: Side, settings: Settings) -> bool:
    """Tell whether a mounting from a pose goes with the way the foot then pedals."""
    change = rough_axes.T @ shoe_axes
    heading = TURN_SIGN[side] * np.degrees(np.arctan2(change[1, 0], change[0, 0]))
    pitch = np.degrees(np.arctan2(-change[2, 0], np.hypot(change[0, 0], change[1, 0])))
    roll = np.degrees(np.arctan2(change[2, 1], change[2, 2]))
    level = abs(roll) < settings.mounting_roll_max_deg and abs(pitch) < settings.mounting_pitch_max_deg
    return bool(level and abs(heading) < settings.mounting_heading_max_deg)
