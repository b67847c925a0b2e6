"""Lengths, products and turns of many vectors, several times faster than numpy's general ones."""

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
    return np.asarray(np.sqrt(np.einsum("ni,ni->n", vectors, vectors)))


def crossed(first: Array, second: Array) -> Array:
    """Return the cross products of vectors, row by row."""
    a, b, c = first.T
    x, y, z = second.T
    out = np.empty((first.shape[0], 3))
    out[:, 0] = b * z - c * y
    out[:, 1] = c * x - a * z
    out[:, 2] = a * y - b * x
    return out


def swept(path: Array) -> Array:
    """Return the cross product of each point of a path with the next: twice the area swept.

    Examples
    --------
    >>> swept(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])).tolist()
    [[0.0, 0.0, 1.0]]
    """
    return crossed(path[:-1], path[1:])


def applied(matrices: Array, vector: Array) -> Array:
    """Multiply one vector by many matrices.

    Examples
    --------
    >>> applied(2.0 * np.eye(3)[None], np.array([1.0, 2.0, 3.0])).tolist()
    [[2.0, 4.0, 6.0]]
    """
    products: Array = (matrices.reshape(-1, 3) @ vector).reshape(-1, 3)
    return products
