"""Lengths, products and turns of many vectors, several times faster than numpy's general ones.

What comes out keeps each component together in memory: arrays of shape (n, 3) or (n, 3, 3), but n varies fastest.
"""

from __future__ import annotations

import numpy as np

from bikefit.model import Array


def lengths(vectors: Array) -> Array:
    """Return the length of each row.

    Examples
    --------
    >>> lengths(np.array([[3.0, 0.0, 4.0]])).tolist()
    [5.0]
    """
    return np.asarray(np.sqrt(dots(vectors, vectors)))


def dots(first: Array, second: Array) -> Array:
    """Return the scalar products of vectors, row by row."""
    return np.asarray(np.einsum("ni,ni->n", first, second))


def crossed(first: Array, second: Array) -> Array:
    """Return the cross products of vectors, row by row."""
    a, b, c = first.T
    x, y, z = second.T
    out = np.empty((3, first.shape[0]))
    out[0] = b * z - c * y
    out[1] = c * x - a * z
    out[2] = a * y - b * x
    return out.T


def swept(path: Array) -> Array:
    """Return the cross product of each point of a path with the next: twice the area swept.

    Examples
    --------
    >>> swept(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])).tolist()
    [[0.0, 0.0, 1.0]]
    """
    return crossed(path[:-1], path[1:])


def plane_normal(path: Array, leftward: Array) -> Array:
    """Return the direction in which a path spreads least, to the side of the vector given.

    Examples
    --------
    >>> (plane_normal(np.diag([3.0, 1.0, 2.0]), np.array([0.0, -1.0, 0.0])) + 0.0).tolist()  # no -0.0
    [0.0, -1.0, 0.0]
    """
    normal: Array = np.linalg.eigh(path.T @ path)[1][:, 0]
    return normal if normal @ leftward > 0 else -normal


def heading_rad(pointing: Array) -> Array:
    """Return where vectors point, seen from above, counter-clockwise from the first axis."""
    return np.asarray(np.arctan2(pointing[:, 1], pointing[:, 0]))


def applied(matrices: Array, vector: Array) -> Array:
    """Multiply one vector by many matrices.

    Examples
    --------
    >>> applied(2.0 * np.eye(3)[None], np.array([1.0, 2.0, 3.0])).tolist()
    [[2.0, 4.0, 6.0]]
    """
    first, second, third = vector
    products: Array = matrices[:, :, 0] * first
    products += matrices[:, :, 1] * second
    products += matrices[:, :, 2] * third
    return products


def each_applied(matrices: Array, vectors: Array) -> Array:
    """Multiply many vectors, each by its own matrix.

    Examples
    --------
    >>> each_applied(2.0 * np.eye(3)[None], np.array([[1.0, 2.0, 3.0]])).tolist()
    [[2.0, 4.0, 6.0]]
    """
    first, second, third = vectors.T
    columns = matrices.transpose(2, 1, 0)
    products: Array = columns[0] * first
    products += columns[1] * second
    products += columns[2] * third
    return products.T
