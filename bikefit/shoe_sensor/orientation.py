"""How the sensor is turned in the world: gyroscope and accelerometer fused without a magnetometer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from bikefit.model import Array
from bikefit.shoe_sensor.gyro_bias import bias_over_time
from bikefit.shoe_sensor.quaternions import BACK, matrices, multiply, turn_by
from bikefit.shoe_sensor.samples import Samples
from bikefit.shoe_sensor.strapdown import levelled
from bikefit.shoe_sensor.vectors import applied, heading_rad

HEADING_SMOOTHING_S = 1.5
AXES_APART_MOST_DEG = 2.0
"""A recorder's own orientation of other axes than the gyroscope's; where they are the same it reads under 0.2."""


@dataclass(frozen=True)
class Orientation:
    """Where the sensor points, in a level frame that follows the shoe's slow heading."""

    turned: Array  # shape (n, 3, 3): sensor axes -> frame with z up that turns slowly with the shoe
    # shape (n,): heading of that frame in the filter's world, unwrapped; the world itself drifts slowly
    heading_rad: Array
    drifts: bool  # The gyroscope's bias was never seen at rest, so that the world may turn by some degrees a second


def filtered(samples: Samples, known_bias_rad_s: Array | None = None) -> tuple[Array, bool]:
    """Fuse gyroscope and accelerometer into quaternions at the samples' times.

    The gyroscope is integrated between samples, so that each orientation belongs to the very time of its sample, as
    the accelerometer's reading does: half a sample between them would cost 0.5 deg at 100 Hz and 85 rpm.

    How: `bikefit.shoe_sensor.gyro_bias` finds the bias, `bikefit.shoe_sensor.strapdown` the orientation.
    """
    rate, force, step = samples.gyr_rad_s, samples.acc_m_s2, samples.step_s
    bias, rested = (known_bias_rad_s, True) if known_bias_rad_s is not None else bias_over_time(rate, force, step)
    return levelled(rate - bias, force, step)[0], rested


def recorded(samples: Samples) -> Array | None:
    """Return the recorder's own quaternions if they agree with its gyroscope and accelerometer.

    They fit if they turn gravity upright (within 8 deg on average) and if their own rate of turn is the gyroscope's
    (correlation 0.95), about the same axes. The lag between the two, up to three samples, is found by a parabola over
    the correlation.
    """
    if samples.quaternion is None:
        return None
    quaternion = samples.quaternion
    up = np.einsum("nij,nj->ni", matrices(quaternion), samples.acc_m_s2).mean(axis=0)
    if up[2] < np.cos(np.radians(8.0)) * np.linalg.norm(up):
        return None
    rate = _own_rate(quaternion, samples.step_s)
    between = 0.5 * (samples.gyr_rad_s[1:] + samples.gyr_rad_s[:-1])
    lags = np.arange(-3, 4)
    fit = np.array([_correlation(rate[3 + k : rate.shape[0] - 3 + k], between[3:-3]) for k in lags])
    best = int(np.argmax(fit))
    if fit[best] < 0.95 or best in (0, lags.size - 1):
        return None
    left, middle, right = fit[best - 1 : best + 2]
    lag = float(lags[best]) + 0.5 * (left - right) / (left - 2.0 * middle + right)
    moved = multiply(quaternion, turn_by(lag * samples.step_s * samples.gyr_rad_s))
    if _axes_apart_deg(_own_rate(moved, samples.step_s), between) > AXES_APART_MOST_DEG:
        return None
    return moved if abs(lag) > 0.02 else quaternion


def _own_rate(quaternion: Array, step_s: float) -> Array:
    """Return how fast orientations turn between their samples, in the sensor's axes [rad/s]."""
    step = multiply(quaternion[:-1] * BACK, quaternion[1:])
    return 2.0 * step[:, 1:] * np.sign(step[:, :1]) / step_s


def _axes_apart_deg(first: Array, second: Array) -> float:
    """Return by what angle the one rate of turn must be turned as a whole to go best with the other."""
    left, _, right = np.linalg.svd((first - first.mean(axis=0)).T @ (second - second.mean(axis=0)))
    handed = np.array([1.0, 1.0, np.linalg.det(left @ right)])
    cosine = 0.5 * (np.trace(left * handed @ right) - 1.0)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def _correlation(first: Array, second: Array) -> float:
    """Return the correlation of two vector signals over all axes."""
    a, b = first - first.mean(axis=0), second - second.mean(axis=0)
    size = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / size if size > 0 else 0.0


def follow_heading(quaternion: Array, step_s: float, drifts: bool) -> Orientation:
    """Express orientations in a level frame that turns slowly with the shoe.

    The heading is that of the body axis that stays most nearly level (for a pedalling shoe the transverse one),
    which exists however the sensor is mounted.
    """
    turned = matrices(quaternion)
    heading = np.unwrap(heading_rad(applied(turned, level_axis(turned))))
    width = max(1, round(2.0 * HEADING_SMOOTHING_S / step_s))
    for _ in range(3):  # three moving means are nearly a Gaussian of half their width
        heading = np.asarray(uniform_filter1d(heading, width, mode="nearest"))
    cosine, sine = np.cos(heading)[:, None], np.sin(heading)[:, None]
    forward, aside = turned[:, 0].copy(), turned[:, 1].copy()
    turned[:, 0], turned[:, 1] = cosine * forward + sine * aside, cosine * aside - sine * forward
    return Orientation(turned, heading, drifts)


def level_axis(turned: Array) -> Array:
    """Return the body axis that stays most nearly level."""
    up = turned[:, 2]
    return np.linalg.eigh(up.T @ up)[1][:, 0]
