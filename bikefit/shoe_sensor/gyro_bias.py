"""The gyroscope's bias over a whole recording, from rest and from the motion itself.

A bias turns the sensor's frame, and gravity has to level it again: over each second, the turn that levelled it is the
bias of that second seen in the level world, but for the noise of gravity's direction. While the sensor turns, the two
level axes see its axes by turns, and all three parts of the bias show. At rest the gyroscope reads it.

Least squares over the recording, with two states at each second: the tilt that the bias has caused so far, and the
bias, which wanders slowly. Each second is tied to the next only, so that the normal equations are a narrow band and
take linear time. It is what a Kalman filter with its smoother would give: H. E. Rauch, F. Tung, C. T. Striebel, Maximum
likelihood estimates of linear dynamic systems, AIAA Journal 3 (1965) 1445-1450, https://doi.org/10.2514/3.3166.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded

from bikefit.model import Array, Flags, Indices
from bikefit.shoe_sensor.quaternions import matrices
from bikefit.shoe_sensor.strapdown import levelled_with_turns, smoothed
from bikefit.shoe_sensor.vectors import dots

COARSE_HZ = 50.0
"""Samples are taken together until about so many a second are left."""
INTERVAL_S = 1.0
TILT_SD_RAD = np.radians(1.5)
"""Of the direction of smoothed acceleration against gravity's."""
TILT_WANDER_RAD = np.radians(0.2)
"""What else than the bias tilts the frame, per square root of a second."""
SCALE_ERROR = 0.003
"""Of the gyroscope: the faster it turns, the more tilt comes from elsewhere than the bias."""
BIAS_SD_RAD_S = np.radians(0.7)
"""Before anything was seen."""
BIAS_WANDER_RAD_S = np.radians(0.002)
"""Change of the bias per square root of a second."""
REST_SD_RAD_S = np.radians(0.2)
"""Of the bias read from one second of rest: a foot is never quite still."""
STILL_RAD_S, STILL_M_S2 = np.radians(1.0), 0.3
"""Largest spread of the readings, all axes together, over two seconds of rest."""
BIAS_MOST_RAD_S = np.radians(3.0)
"""A steady rate beyond this is not a bias."""


@dataclass(frozen=True)
class Intervals:
    """A recording cut into seconds."""

    edge: Indices  # shape (k + 1,): first sample of each, and the last sample of all

    @classmethod
    def of(cls, count: int, step_s: float) -> Intervals:
        """Cut ``count`` samples."""
        pieces = min(max(1, round((count - 1) * step_s / INTERVAL_S)), count - 1)
        return cls(np.linspace(0, count - 1, pieces + 1).astype(np.intp))

    def total(self, values: Array) -> Array:
        """Return the sum over each interval; the last sample counts to none."""
        return np.asarray(np.add.reduceat(values[: self.edge[-1]], self.edge[:-1], axis=0))

    def mean(self, values: Array) -> Array:
        """Return the mean of each interval."""
        return np.asarray(self.total(values) / np.diff(self.edge).reshape(-1, *[1] * (values.ndim - 1)))

    def joined(self, values: Array, sample: Array) -> Array:
        """Return values of the intervals, shape (k, m), at any (fractional) samples: straight lines between middles."""
        middle = 0.5 * (self.edge[1:] + self.edge[:-1])
        columns: Array = np.stack([np.interp(sample, middle, column) for column in values.T])
        return columns.T


def bias_over_time(rate_rad_s: Array, force_m_s2: Array, step_s: float) -> tuple[Array, bool]:
    """Return the bias at each sample [rad/s], shape (n, 3), and whether it was seen at rest.

    The recording is levelled as if there were none; what the levelling had to do tells the bias. Means of a few samples
    will do for this.
    """
    together = max(1, round(1.0 / (COARSE_HZ * step_s)))
    rate, force = _in_groups(rate_rad_s, together), _in_groups(force_m_s2, together)
    seconds = Intervals.of(rate.shape[0], step_s * together)
    rest = resting(rate, force, seconds)
    quaternion, levelling = levelled_with_turns(rate, force, step_s * together)
    bias = fitted_bias(quaternion, levelling, rate, rest, seconds, step_s * together)
    group = (np.arange(rate_rad_s.shape[0]) + 0.5) / together - 0.5
    return seconds.joined(bias, group), bool(rest.any())


def _in_groups(values: Array, together: int) -> Array:
    """Return the means of so many neighbours each; what is left over at the end is dropped."""
    if together == 1:
        return values
    groups = values.shape[0] // together
    return np.asarray(values[: groups * together].reshape(groups, together, -1).mean(axis=1))


def resting(rate_rad_s: Array, force_m_s2: Array, intervals: Intervals) -> Flags:
    """Tell which intervals belong to two in a row in which nothing moves."""
    quiet = np.ones(max(0, intervals.edge.size - 2), dtype=bool)
    for values, most in ((rate_rad_s, STILL_RAD_S), (force_m_s2, STILL_M_S2)):
        about = values - values.mean(axis=0)
        mean, square = intervals.mean(about), intervals.mean(about**2)
        both = 0.5 * (mean[1:] + mean[:-1])
        quiet &= (0.5 * (square[1:] + square[:-1]) - both**2).sum(axis=1) < most**2
    mean = intervals.mean(rate_rad_s)
    quiet &= np.linalg.norm(0.5 * (mean[1:] + mean[:-1]), axis=1) < BIAS_MOST_RAD_S
    rest = np.zeros(intervals.edge.size - 1, dtype=bool)
    rest[1:] |= quiet
    rest[:-1] |= quiet
    return rest


def fitted_bias(
    quaternion: Array,
    levelling: Array,
    rate_rad_s: Array,
    rest: Flags,
    intervals: Intervals,
    step_s: float,
) -> Array:
    """Return the bias at each interval [rad/s], shape (k, 3), from what `levelled_with_turns` gave with it still in."""
    length_s = np.diff(intervals.edge) * step_s
    count = length_s.size
    # the tilt that a bias of 1 rad/s on each axis has caused so far about the level axes, smoothed as gravity is
    caused = np.cumsum(matrices(quaternion)[:, :2].reshape(-1, 6) * step_s, axis=0)
    tilting = np.diff(smoothed(caused, step_s)[intervals.edge], axis=0).reshape(-1, 2, 3)
    seen = np.concatenate([np.zeros((1, 2)), np.cumsum(intervals.total(levelling), axis=0)])
    # from one second to the next: tilt' = tilt - tilting bias, and bias' = bias, each with its own uncertainty
    tie = np.zeros((count, 5, 10))
    tie[:, :2, :2], tie[:, :2, 2:5], tie[:, :2, 5:7] = -np.eye(2), tilting, np.eye(2)
    tie[:, 2:, 2:5], tie[:, 2:, 7:] = -np.eye(3), np.eye(3)
    turning = intervals.mean(dots(rate_rad_s, rate_rad_s))
    wander = np.sqrt(TILT_WANDER_RAD**2 + SCALE_ERROR**2 * turning)
    spread = np.sqrt(length_s)[:, None] * np.column_stack([wander, wander, np.full((count, 3), BIAS_WANDER_RAD_S)])
    tie /= spread[:, :, None]
    squares = tie.transpose(0, 2, 1) @ tie
    diagonal, right = np.zeros((count + 1, 5, 5)), np.zeros((count + 1, 5))
    diagonal[:-1] += squares[:, :5, :5]
    diagonal[1:] += squares[:, 5:, 5:]
    # what is seen: the tilt at each second, the bias at rest, and that no bias is large
    diagonal[:, [0, 1], [0, 1]] += TILT_SD_RAD**-2
    right[:, :2] += seen * TILT_SD_RAD**-2
    diagonal[:-1, 2:, 2:] += rest[:, None, None] * np.eye(3) * REST_SD_RAD_S**-2
    right[:-1, 2:] += rest[:, None] * intervals.mean(rate_rad_s) * REST_SD_RAD_S**-2
    diagonal[0, 2:, 2:] += np.eye(3) * BIAS_SD_RAD_S**-2
    return solve_chain(diagonal, squares[:, 5:, :5], right)[:-1, 2:]


def solve_chain(diagonal: Array, below: Array, right: Array) -> Array:
    """Solve symmetric positive equations whose blocks (k, m, m) touch their neighbours (k - 1, m, m) only."""
    count, size = right.shape
    band = np.zeros((2 * size, count, size))  # band[i, j] is the matrix's element (j + i, j)
    for column in range(size):
        for row in range(column, size):
            band[row - column, :, column] = diagonal[:, row, column]
        for row in range(size):
            band[size + row - column, :-1, column] = below[:, row, column]
    solution = solveh_banded(band.reshape(2 * size, -1), right.reshape(-1), lower=True, overwrite_ab=True)
    return np.asarray(solution).reshape(count, size)
