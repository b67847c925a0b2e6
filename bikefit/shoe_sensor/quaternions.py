"""Rotations as unit quaternions, scalar first, many at a time."""

from __future__ import annotations

import numpy as np

from bikefit.model import Array
from bikefit.shoe_sensor.vectors import crossed, dots, lengths

BACK = np.array([1.0, -1.0, -1.0, -1.0])
"""Times this, a unit quaternion turns back."""
OPPOSITE = 1e-9
"""Below this, 1 + the cosine of two directions means that they point opposite ways."""


def matrices(quaternion: Array) -> Array:
    """Turn unit quaternions into rotation matrices.

    Examples
    --------
    >>> matrices(np.array([[0.5**0.5, 0.0, 0.0, 0.5**0.5]])).round(9)[0, 1, 0].item()
    1.0
    """
    w, x, y, z = np.ascontiguousarray(quaternion.T)
    out = np.empty((3, 3, quaternion.shape[0]))
    out[0, 0], out[0, 1], out[0, 2] = 1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)
    out[1, 0], out[1, 1], out[1, 2] = 2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)
    out[2, 0], out[2, 1], out[2, 2] = 2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)
    return out.transpose(2, 0, 1)


def multiply(first: Array, second: Array) -> Array:
    """Multiply quaternions row by row.

    Examples
    --------
    >>> half = np.array([[0.5**0.5, 0.0, 0.0, 0.5**0.5]])
    >>> multiply(half, half).round(9).tolist()
    [[0.0, 0.0, 0.0, 1.0]]
    """
    w1, x1, y1, z1 = first.T
    w2, x2, y2, z2 = second.T
    out = np.empty((4, first.shape[0]))
    out[0] = w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2
    out[1] = w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2
    out[2] = w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2
    out[3] = w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2
    return out.T


def unit(quaternion: Array) -> Array:
    """Return quaternions at length 1."""
    return quaternion / lengths(quaternion)[:, None]


def turn_by(rotation_vector: Array) -> Array:
    """Return the rotations about vectors by their lengths [rad]."""
    half = 0.5 * lengths(rotation_vector)
    out = np.empty((4, half.size))
    out[0] = np.cos(half)
    out[1:] = rotation_vector.T * np.divide(0.5 * np.sin(half), half, out=np.full(half.size, 0.5), where=half > 0.0)
    return out.T


def turned(quaternion: Array, vectors: Array) -> Array:
    """Return vectors turned, each by its own quaternion."""
    w, x, y, z = quaternion.T
    a, b, c = vectors.T
    p, q, r = 2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)
    out = np.empty((3, vectors.shape[0]))
    out[0] = a + w * p + y * r - z * q
    out[1] = b + w * q + z * p - x * r
    out[2] = c + w * r + x * q - y * p
    return out.T


def shortest_turn(start: Array, end: Array) -> Array:
    """Return the smallest rotations that take unit vectors onto others."""
    out = np.empty((4, start.shape[0]))
    out[0] = 1.0 + dots(start, end)
    out[1:] = crossed(start, end).T
    opposite = out[0] < OPPOSITE
    if opposite.any():  # half a turn about any axis across
        away = np.eye(3)[np.abs(start[opposite]).argmin(axis=1)]
        out[0, opposite], out[1:, opposite] = 0.0, crossed(start[opposite], away).T
    return unit(out.T)


def running_product(factors: Array) -> Array:
    """Return the products of the first one, two, three, ... quaternions, in logarithmically many passes.

    Neighbours are multiplied in pairs, and the running product of the pairs is half of the answer: it ends after each
    second factor. One further factor gives the other half. (R. E. Ladner, M. J. Fischer, Parallel prefix computation,
    Journal of the ACM 27 (1980) 831-838, https://doi.org/10.1145/322217.322232.)
    """
    count = factors.shape[0]
    if count < 2:
        return factors.copy()
    even = count - count % 2
    after_pairs = running_product(multiply(factors[0:even:2], factors[1:even:2]))
    out = np.empty((4, count)).T
    out[0] = factors[0]
    out[1::2] = after_pairs
    out[2::2] = multiply(after_pairs[: (count - 1) // 2], factors[2::2])
    return out
