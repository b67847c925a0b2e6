"""How the sensor is turned in the world: gyroscope and accelerometer fused without a magnetometer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bikefit.model import Array
from bikefit.shoe_sensor.samples import Samples
from bikefit.shoe_sensor.vectors import applied, lengths

HEADING_SMOOTHING_S = 1.5
FINE_HZ = 75.0


@dataclass(frozen=True)
class Orientation:
    """Where the sensor points, in a level frame that follows the shoe's slow heading.

    Attributes
    ----------
    turned : ndarray, shape (n, 3, 3)
        Sensor axes -> frame with z up that turns slowly with the shoe.
    heading_rad : ndarray, shape (n,)
        Heading of that frame in the filter's world, unwrapped; the world itself drifts slowly.
    drifts : bool
        The gyroscope's bias was never seen at rest, so that the world may turn by some degrees a second.
    """

    turned: Array
    heading_rad: Array
    drifts: bool


def matrices(quaternion: Array) -> Array:
    """Turn unit quaternions into rotation matrices.

    Parameters
    ----------
    quaternion : ndarray, shape (n, 4)
        Scalar first.

    Returns
    -------
    ndarray, shape (n, 3, 3)
        Rotation matrices.

    Examples
    --------
    >>> matrices(np.array([[0.5**0.5, 0.0, 0.0, 0.5**0.5]])).round(9)[0, 1, 0].item()
    1.0
    """
    w, x, y, z = np.ascontiguousarray(quaternion.T)
    out = np.empty((quaternion.shape[0], 3, 3))
    out[:, 0, 0], out[:, 0, 1], out[:, 0, 2] = 1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)
    out[:, 1, 0], out[:, 1, 1], out[:, 1, 2] = 2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)
    out[:, 2, 0], out[:, 2, 1], out[:, 2, 2] = 2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)
    return out


def multiply(first: Array, second: Array) -> Array:
    """Multiply quaternions row by row.

    Parameters
    ----------
    first, second : ndarray, shape (n, 4)
        Scalar first.

    Returns
    -------
    ndarray, shape (n, 4)
        The rotation ``second`` followed by ``first``.

    Examples
    --------
    >>> half = np.array([[0.5**0.5, 0.0, 0.0, 0.5**0.5]])
    >>> multiply(half, half).round(9).tolist()
    [[0.0, 0.0, 0.0, 1.0]]
    """
    w1, x1, y1, z1 = first.T
    w2, x2, y2, z2 = second.T
    return np.stack(
        [
            w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
            w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
            w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
            w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
        ],
        axis=1,
    )


def _turn_by(rotation_vector: Array) -> Array:
    """Return unit quaternions of small rotations given as vectors [rad]."""
    small = np.concatenate([np.ones((rotation_vector.shape[0], 1)), 0.5 * rotation_vector], axis=1)
    unit: Array = small / lengths(small)[:, None]
    return unit


def filtered(samples: Samples, known_bias_rad_s: Array | None = None) -> tuple[Array, bool]:
    """Fuse gyroscope and accelerometer into quaternions at the samples' times.

    Parameters
    ----------
    samples : Samples
        Readings on an even grid.
    known_bias_rad_s : ndarray, shape (3,), optional
        Bias of the gyroscope where it was measured at rest; the filter then estimates none.

    Returns
    -------
    tuple of ndarray, shape (n, 4), and bool
        Sensor -> level world with an arbitrary and slowly drifting heading; and whether the bias was seen at rest.

    Notes
    -----
    The filter adds each angular rate over one whole step, so that its orientation belongs half a step later than the
    sample. It is given the accelerometer half a step later too, or the inclination would be off (0.5 deg at 100 Hz
    and 85 rpm), and its result is turned back by half a step. Slow recordings are brought to 75 Hz or more by a
    spline first, because turns do not add up over long steps.

    References
    ----------
    D. Laidig, T. Seel: VQF: Highly accurate IMU orientation estimation with bias estimation and magnetic disturbance
    rejection. Information Fusion 91 (2023) 187-204. https://doi.org/10.1016/j.inffus.2022.10.014
    """
    from vqf import offlineVQF

    finer = max(1, math.ceil(FINE_HZ * samples.step_s))
    rate, force = _finer(samples.gyr_rad_s, finer), _finer(samples.acc_m_s2, finer)
    step = samples.step_s / finer
    force[:-1] = 0.5 * (force[1:] + force[:-1])
    options = None
    if known_bias_rad_s is not None:
        rate -= known_bias_rad_s
        options = {"motionBiasEstEnabled": False, "restBiasEstEnabled": False}
    result = offlineVQF(rate, force, None, step, options)
    rested = known_bias_rad_s is not None or bool(np.count_nonzero(result["restDetected"]) * step > 1.0)
    left_over = rate if known_bias_rad_s is not None else rate - result["bias"]
    quaternion = multiply(result["quat6D"][::finer], _turn_by(-0.5 * step * left_over[::finer]))
    return quaternion, rested


def _finer(values: Array, times: int) -> Array:
    """Put ``times`` as many samples on the same grid, by a cubic spline; always a copy."""
    if times == 1:
        return np.array(values, order="C")
    from scipy.interpolate import CubicSpline

    position = np.arange(values.shape[0], dtype=float)
    fine = np.arange((values.shape[0] - 1) * times + 1) / times
    return np.ascontiguousarray(CubicSpline(position, values)(fine))


def recorded(samples: Samples) -> Array | None:
    """Return the recorder's own quaternions if they agree with its gyroscope and accelerometer.

    Parameters
    ----------
    samples : Samples
        Readings, perhaps with quaternions.

    Returns
    -------
    ndarray, shape (n, 4), or None
        Shifted onto the gyroscope's time, or None where there are none or they do not fit.

    Notes
    -----
    They fit if they turn gravity upright (within 8 deg on average) and if their own rate of turn is the gyroscope's
    (correlation 0.95). The lag between the two, up to three samples, is found by a parabola over the correlation.
    """
    if samples.quaternion is None:
        return None
    quaternion = samples.quaternion
    up = np.einsum("nij,nj->ni", matrices(quaternion), samples.acc_m_s2).mean(axis=0)
    if up[2] < np.cos(np.radians(8.0)) * np.linalg.norm(up):
        return None
    back = quaternion[:-1] * np.array([1.0, -1.0, -1.0, -1.0])
    step = multiply(back, quaternion[1:])
    rate = 2.0 * step[:, 1:] * np.sign(step[:, :1]) / samples.step_s
    between = 0.5 * (samples.gyr_rad_s[1:] + samples.gyr_rad_s[:-1])
    lags = np.arange(-3, 4)
    fit = np.array([_correlation(rate[3 + k : rate.shape[0] - 3 + k], between[3:-3]) for k in lags])
    best = int(np.argmax(fit))
    if fit[best] < 0.95 or best in (0, lags.size - 1):
        return None
    left, middle, right = fit[best - 1 : best + 2]
    lag = float(lags[best]) + 0.5 * (left - right) / (left - 2.0 * middle + right)
    moved = multiply(quaternion, _turn_by(lag * samples.step_s * samples.gyr_rad_s))
    return moved if abs(lag) > 0.02 else quaternion


def _correlation(first: Array, second: Array) -> float:
    """Return the correlation of two vector signals over all axes."""
    a, b = first - first.mean(axis=0), second - second.mean(axis=0)
    size = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / size if size > 0 else 0.0


def follow_heading(quaternion: Array, step_s: float, drifts: bool) -> Orientation:
    """Express orientations in a level frame that turns slowly with the shoe.

    Parameters
    ----------
    quaternion : ndarray, shape (n, 4)
        Sensor -> level world.
    step_s : float
        Time between samples [s].
    drifts : bool
        Passed on.

    Returns
    -------
    Orientation
        Free of the world's slow drift.

    Notes
    -----
    The heading is that of the body axis that stays most nearly level (for a pedalling shoe the transverse one),
    which exists however the sensor is mounted.
    """
    from scipy.ndimage import uniform_filter1d

    turned = matrices(quaternion)
    level = level_axis(turned)
    pointing = applied(turned, level)
    raw = np.unwrap(np.arctan2(pointing[:, 1], pointing[:, 0]))
    heading = raw
    for _ in range(3):  # three moving means are nearly a Gaussian of half their width
        heading = np.asarray(
            uniform_filter1d(heading, max(1, round(2.0 * HEADING_SMOOTHING_S / step_s)), mode="nearest")
        )
    cosine, sine = np.cos(heading)[:, None], np.sin(heading)[:, None]
    forward, aside = turned[:, 0].copy(), turned[:, 1].copy()
    turned[:, 0], turned[:, 1] = cosine * forward + sine * aside, cosine * aside - sine * forward
    return Orientation(turned, heading, drifts)


def level_axis(turned: Array) -> Array:
    """Return the body axis that stays most nearly level.

    Parameters
    ----------
    turned : ndarray, shape (n, 3, 3)
        Body -> level world.

    Returns
    -------
    ndarray, shape (3,)
        Unit vector in body axes.
    """
    up = turned[:, 2]
    axis: Array = np.linalg.eigh(up.T @ up)[1][:, 0]
    return axis
