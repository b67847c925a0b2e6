"""Lengths, products and turns of many vectors, several times faster than numpy's general ones."""

from __future__ import annotations

import numpy as np

from bikefit.model import Array


def lengths(vectors: Array) -> Array:
    """Return the length of each row.

    Parameters
    ----------
    vectors : ndarray, shape (n, k)
        Vectors.

    Returns
    -------
    ndarray, shape (n,)
        Their lengths.

    Examples
    --------
    >>> lengths(np.array([[3.0, 0.0, 4.0]])).tolist()
    [5.0]
    """
    return np.asarray(np.sqrt(np.einsum("ni,ni->n", vectors, vectors)))


def swept(path: Array) -> Array:
    """Return the cross product of each point of a path with the next: twice the area swept.

    Parameters
    ----------
    path : ndarray, shape (n, 3)
        Points.

    Returns
    -------
    ndarray, shape (n - 1, 3)
        Normal to the sweep, right-handed.

    Examples
    --------
    >>> swept(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])).tolist()
    [[0.0, 0.0, 1.0]]
    """
    x, y, z = path.T
    out = np.empty((path.shape[0] - 1, 3))
    out[:, 0] = y[:-1] * z[1:] - z[:-1] * y[1:]
    out[:, 1] = z[:-1] * x[1:] - x[:-1] * z[1:]
    out[:, 2] = x[:-1] * y[1:] - y[:-1] * x[1:]
    return out


def applied(matrices: Array, vector: Array) -> Array:
    """Multiply one vector by many matrices.

    Parameters
    ----------
    matrices : ndarray, shape (n, 3, 3)
        Matrices.
    vector : ndarray, shape (3,)
        A vector.

    Returns
    -------
    ndarray, shape (n, 3)
        The products.

    Examples
    --------
    >>> applied(2.0 * np.eye(3)[None], np.array([1.0, 2.0, 3.0])).tolist()
    [[2.0, 4.0, 6.0]]
    """
    products: Array = (matrices.reshape(-1, 3) @ vector).reshape(-1, 3)
    return products
