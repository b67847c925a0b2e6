"""The gyroscope's dominant axis: a second, independent view of how the mean heel angle changes.

The shoe pitches about the pedal's axle, so the axis about which it turns most is the bike's, seen from the shoe. Where
it points in the shoe tells the mean heel angle up to a constant. It needs no lever arm, no gravity and no integration.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from bikefit.model import Array, Flags
from bikefit.shoe_sensor.plane import BLOCK_S, PLANE_SMOOTHING_S, block_length, in_blocks, scatter_in_blocks


def axis_heading_deg(gyr_rad_s: Array, shoe_axes: Array, used: Flags, step_s: float) -> Array:
    """Return where the dominant axis points in the shoe, block by block.

    Examples
    --------
    >>> swing = np.sin(np.linspace(0, 60, 1000))[:, None]
    >>> axis = np.array([np.sin(np.radians(5.0)), np.cos(np.radians(5.0)), 0.0])
    >>> axis_heading_deg(swing * axis, np.eye(3), np.ones(1000, bool), 0.01).round(6)[3].item()
    5.0
    """
    scatter = scatter_in_blocks(gyr_rad_s * used[:, None], block_length(step_s))
    axis = np.linalg.eigh(gaussian_filter1d(scatter, PLANE_SMOOTHING_S / BLOCK_S, axis=0))[1][:, :, 2] @ shoe_axes
    axis *= np.where(axis[:, 1] < 0, -1.0, 1.0)[:, None]
    return np.degrees(np.arctan2(axis[:, 0], axis[:, 1]))


def disagreement_deg(axis_deg: Array, plane_deg: Array, used: Flags, step_s: float) -> float:
    """Tell how differently the two references see the mean heel angle change."""
    length, width = block_length(step_s), PLANE_SMOOTHING_S / BLOCK_S
    known = in_blocks(used * 1.0, length)
    total = gaussian_filter1d(in_blocks(np.where(used, plane_deg, 0.0), length).sum(axis=1), width)
    weight = gaussian_filter1d(known.sum(axis=1), width)
    whole = known.mean(axis=1) > 0.99
    if np.count_nonzero(whole) < 20:
        return float("nan")
    return float(np.std(axis_deg[whole] - total[whole] / weight[whole]))
