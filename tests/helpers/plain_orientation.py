"""Orientation from sample to sample, in plain Python: slow, easy to follow. The package does all at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

Vector = Sequence[float]


def product(p: Vector, q: Vector) -> list[float]:
    """Multiply two quaternions by Hamilton's table."""
    scalar = p[0] * q[0] - sum(p[k] * q[k] for k in (1, 2, 3))
    vector = cross(p[1:], q[1:])
    return [scalar, *(p[0] * q[k + 1] + q[0] * p[k + 1] + vector[k] for k in range(3))]


def cross(a: Vector, b: Vector) -> list[float]:
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def unit(values: Vector) -> list[float]:
    size = math.sqrt(sum(value * value for value in values))
    return [value / size for value in values]


def about(vector: Vector) -> list[float]:
    """Return the rotation about a vector by its length."""
    size = math.sqrt(sum(value * value for value in vector))
    if size == 0.0:
        return [1.0, 0.0, 0.0, 0.0]
    return [math.cos(size / 2), *(math.sin(size / 2) * value / size for value in vector)]


def turned(q: Vector, vector: Vector) -> list[float]:
    """Return q v q*."""
    return product(product(q, [0.0, *vector]), [q[0], -q[1], -q[2], -q[3]])[1:]


def strapdown(steps: Sequence[Vector]) -> list[list[float]]:
    """Add up rotation vectors, from no rotation."""
    path = [[1.0, 0.0, 0.0, 0.0]]
    for step in steps:
        path.append(unit(product(path[-1], about(step))))
    return path


def levelled(path: Sequence[Vector], up: Sequence[Vector]) -> list[list[float]]:
    """Turn each orientation by the shortest way to where its upward direction points up, one correction on the last."""
    correction, result = [1.0, 0.0, 0.0, 0.0], []
    for orientation, direction in zip(path, up, strict=True):
        seen = turned(correction, unit(direction))
        axis = cross(seen, [0.0, 0.0, 1.0])
        sine = math.sqrt(sum(value * value for value in axis))
        if sine > 0.0:
            angle = math.atan2(sine, seen[2])
            correction = unit(product(about([angle * value / sine for value in axis]), correction))
        result.append(product(correction, orientation))
    return result
