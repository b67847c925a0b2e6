"""What the readings' faults cost: errors that widen the interval, and faults that leave no number."""

from __future__ import annotations

from bikefit.conventions import Side
from bikefit.model import Array, Reason, reason
from bikefit.settings import Settings
from bikefit.shoe_sensor.circle import Circle
from bikefit.shoe_sensor.samples import Readings


def errors_of(readings: Readings, lag_s: float, circle: Circle, settings: Settings) -> list[float]:
    """Return the standard deviations that faults of the readings add to the zero's [deg]."""
    errors = [settings.dent_sd_deg_m * circle.radius_rms_m]
    for seen in (readings.gyroscope, readings.accelerometer):
        if seen.clipped > settings.clipped_min_share:
            errors.append(settings.clipped_sd_deg)
        if seen.mended:
            errors.append(settings.mended_sd_deg)
    if lag_s != 0.0:
        errors.append(settings.mended_sd_deg)
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
    if shoe_axes is not None and shoe_axes[2, 2] < -settings.upside_down_min_share:
        obstacles.append(reason("sensor_upside_down", side=side))
    return tuple(obstacles)


def sign_unseen(shoe_axes: Array, settings: Settings) -> bool:
    """Tell whether the sensor's z axis lies so level that an accelerometer counting downwards would not show."""
    return bool(abs(shoe_axes[2, 2]) <= settings.upside_down_min_share)
