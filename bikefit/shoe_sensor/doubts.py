"""What the readings' faults cost: errors that widen the interval, and faults that leave no number."""

from __future__ import annotations

from bikefit.conventions import Side
from bikefit.model import Array, Reason, reason
from bikefit.settings import Settings
from bikefit.shoe_sensor.circle import Circle
from bikefit.shoe_sensor.clipping import CLIPPED_SHARE
from bikefit.shoe_sensor.lag import Lag
from bikefit.shoe_sensor.samples import Readings

CLIPPED_ERROR_DEG = 2.0
MENDED_ERROR_DEG = 0.5
"""What is left where held values, jittering stamps or a lag were put right."""
DENT_ERROR_DEG_M = 200.0
"""Error of the angle for each metre by which the pedal's path is from a circle."""
LEVEL = 0.35
"""Upward part of the sensor's z axis within which it lies level; below it sits upside down, or counts downwards."""


def errors_of(readings: Readings, lag: Lag, circle: Circle) -> list[float]:
    """Return the standard deviations that faults of the readings add to the zero's [deg]."""
    errors = [DENT_ERROR_DEG_M * circle.radius_rms_m]
    for seen in (readings.gyroscope, readings.accelerometer):
        if seen.clipped > CLIPPED_SHARE:
            errors.append(CLIPPED_ERROR_DEG)
        if seen.held_rows > 1.0 or seen.jitter_s > 0.0:
            errors.append(MENDED_ERROR_DEG)
    if lag.seconds != 0.0:
        errors.append(MENDED_ERROR_DEG)
    return errors


def obstacles_of(readings: Readings, shoe_axes: Array | None, side: Side, settings: Settings) -> tuple[Reason, ...]:
    """Return the faults that leave no number at all.

    An accelerometer that counts downwards mirrors the whole movement: it looks exactly like a sensor that sits upside
    down on the other foot, and only the way it is meant to sit tells the two apart; None where that was declared.
    """
    obstacles = []
    for code, share, most in (
        ("gyroscope_hard_clipped", readings.gyroscope.clipped, settings.gyroscope_clipped_max_share),
        ("accelerometer_hard_clipped", readings.accelerometer.clipped, settings.accelerometer_clipped_max_share),
    ):
        if share > most:
            obstacles.append(reason(code, side=side, share_percent=100.0 * share))
    if shoe_axes is not None and shoe_axes[2, 2] < -LEVEL:
        obstacles.append(reason("sensor_upside_down", side=side))
    return tuple(obstacles)


def sign_unseen(shoe_axes: Array) -> bool:
    """Tell whether the sensor's z axis lies so level that an accelerometer counting downwards would not show."""
    return bool(abs(shoe_axes[2, 2]) <= LEVEL)
