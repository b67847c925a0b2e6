"""How the crank turns: a speed that changes linearly between knots, so that angle and time follow exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bikefit.model import Array

STILL_RPM = 15.0
"""Below this the crank counts as not pedalled."""


class CrankMotion:
    """Crank angle over time for a speed that is linear between knots.

    Parameters
    ----------
    knot_s : array_like, shape (n,)
        Times of the knots [s], strictly increasing.
    knot_rpm : array_like, shape (n,)
        Crank speed at the knots [rpm]; negative is backpedalling.
    start_deg : float
        Crank angle at the first knot [deg].
    dead_spot_share : float
        How much slower the crank turns at the dead spots (0 and 180 deg) than on average, as a share.

    Notes
    -----
    The mean angle is the integral of the speed: a parabola between knots. The crank leads and lags it twice a
    revolution, ``crank = mean - share / 2 * sin(2 * mean)``, which is the same for both feet and leaves the dead
    spots where they are.

    Examples
    --------
    >>> motion = CrankMotion([0.0, 10.0], [60.0, 60.0], start_deg=0.0)
    >>> float(motion.crank_deg(np.array([1.5]))[0])
    540.0
    >>> float(motion.time_s(np.array([540.0]))[0])
    1.5
    """

    def __init__(
        self,
        knot_s: Sequence[float] | Array,
        knot_rpm: Sequence[float] | Array,
        start_deg: float = 0.0,
        dead_spot_share: float = 0.0,
    ) -> None:
        """Integrate the speed."""
        times, speeds = _with_zero_crossings(np.asarray(knot_s, float), 6.0 * np.asarray(knot_rpm, float))
        self.knot_s: Array = times
        self.knot_deg_s: Array = speeds
        steps = np.diff(times) * (speeds[1:] + speeds[:-1]) / 2
        self._share = dead_spot_share
        start_mean_deg = self._mean_of_crank(np.array([start_deg]))
        self._mean_deg: Array = np.cumsum(np.concatenate([start_mean_deg, steps]))

    def crank_deg(self, time_s: Array) -> Array:
        """Return the unwrapped crank angle at given times.

        Parameters
        ----------
        time_s : ndarray
            Times within the knots [s].

        Returns
        -------
        ndarray
            Crank angle [deg].
        """
        segment = np.clip(np.searchsorted(self.knot_s, time_s, side="right") - 1, 0, self.knot_s.size - 2)
        since = time_s - self.knot_s[segment]
        speed = self.knot_deg_s[segment]
        mean = self._mean_deg[segment] + since * (speed + self._slope()[segment] * since / 2)
        crank: Array = mean - np.rad2deg(self._share / 2 * np.sin(2 * np.deg2rad(mean)))
        return crank

    def time_s(self, crank_deg: Array) -> Array:
        """Return when the crank first reaches given angles.

        Parameters
        ----------
        crank_deg : ndarray
            Unwrapped crank angles within `reach_deg` [deg].

        Returns
        -------
        ndarray
            Times [s].
        """
        mean = self._mean_of_crank(crank_deg)
        reached = np.maximum.accumulate(self._mean_deg)
        segment = np.clip(np.searchsorted(reached, mean, side="left") - 1, 0, self.knot_s.size - 2)
        ahead = np.maximum(mean - self._mean_deg[segment], 0.0)
        speed = self.knot_deg_s[segment]
        root = np.sqrt(np.maximum(speed**2 + 2 * self._slope()[segment] * ahead, 0.0))
        taken = np.divide(2 * ahead, speed + root, out=np.zeros_like(ahead), where=speed + root > 0)
        time: Array = self.knot_s[segment] + taken
        return time

    @property
    def reach_deg(self) -> tuple[float, float]:
        """Lowest and highest crank angle of the motion [deg]."""
        extremes = self._mean_deg[[self._mean_deg.argmin(), self._mean_deg.argmax()]]
        low, high = extremes - np.rad2deg(self._share / 2 * np.sin(2 * np.deg2rad(extremes)))
        return float(low), float(high)

    def still_spans_s(self) -> Array:
        """Return where the crank is not pedalled, slower than `STILL_RPM` or backwards.

        Returns
        -------
        ndarray, shape (spans, 2)
            Begin and end of each span [s].
        """
        times, speeds = _with_crossings(self.knot_s, self.knot_deg_s, 6.0 * STILL_RPM)
        slow = (speeds[1:] + speeds[:-1]) / 2 < 6.0 * STILL_RPM
        return np.column_stack([times[:-1][slow], times[1:][slow]])

    def _slope(self) -> Array:
        slope: Array = np.diff(self.knot_deg_s) / np.diff(self.knot_s)
        return slope

    def _mean_of_crank(self, crank_deg: Array) -> Array:
        if not self._share:
            return np.asarray(crank_deg, float)
        target = np.deg2rad(crank_deg)
        mean = target.copy()
        for _ in range(8):  # Newton; three rounds do for any share that legs have
            error = mean - self._share / 2 * np.sin(2 * mean) - target
            if np.abs(error).max(initial=0.0) < 1e-12 * max(1.0, float(np.abs(target).max(initial=0.0))):
                break
            mean -= error / (1 - self._share * np.cos(2 * mean))
        degrees: Array = np.rad2deg(mean)
        return degrees


def crank_motion(
    duration_s: float,
    cadence_rpm: float | Sequence[tuple[float, float]],
    *,
    wander_share: float,
    wander_s: float,
    coasts: Sequence[tuple[float, float]],
    start_deg: float,
    dead_spot_share: float,
    rng: Generator,
) -> CrankMotion:
    """Build the motion of a ride.

    Parameters
    ----------
    duration_s : float
        Length of the ride [s].
    cadence_rpm : float or sequence of (time_s, rpm)
        A steady cadence, or one that changes linearly between these points.
    wander_share : float
        Standard deviation of the cadence about that, as a share of it.
    wander_s : float
        Time over which the wandering forgets itself [s].
    coasts : sequence of (start_s, duration_s)
        Stretches without pedalling; the crank slows down and speeds up inside them.
    start_deg : float
        Right crank's angle at the start [deg].
    dead_spot_share : float
        As in `CrankMotion`.
    rng : Generator
        Source of the wandering.

    Returns
    -------
    CrankMotion
        From a little before the ride to a little after it, so that jittered samples stay inside.
    """
    margin_s = 1.0
    points = [(0.0, float(cadence_rpm))] if isinstance(cadence_rpm, (int, float)) else list(cadence_rpm)
    seconds = np.arange(-margin_s, np.ceil(duration_s) + margin_s + 1)
    given_s, given_rpm = (np.array(values, float) for values in zip(*points, strict=True))
    edges = [edge for start, length in coasts for edge in (start, start + length)]
    knots = np.unique(np.concatenate([seconds, given_s[(given_s > seconds[0]) & (given_s < seconds[-1])], edges]))
    drift = autoregressive(seconds.size, float(np.exp(-1 / wander_s)), rng)
    wander = 1 + wander_share * np.clip(np.interp(knots, seconds, drift), -3, 3)
    rpm = np.interp(knots, given_s, given_rpm) * wander
    for start, length in coasts:
        ramp = min(0.5, 0.4 * length)
        outside = (knots <= start) | (knots >= start + length)
        knots, rpm = knots[outside], rpm[outside]
        at = int(np.searchsorted(knots, start, side="right"))
        knots = np.insert(knots, at, [start + ramp, start + length - ramp])
        rpm = np.insert(rpm, at, [0.0, 0.0])
    run_up_deg = float(CrankMotion(knots, rpm).crank_deg(np.zeros(1))[0])
    return CrankMotion(knots, rpm, start_deg - run_up_deg, dead_spot_share)


def autoregressive(count: int, rho: float, rng: Generator) -> Array:
    """Draw a stationary first-order autoregressive series of unit variance.

    Parameters
    ----------
    count : int
        Length of the series.
    rho : float
        Correlation of neighbours, -1 < rho < 1.
    rng : Generator
        Source of the draws.

    Returns
    -------
    ndarray, shape (count,)
        The series.
    """
    shocks = rng.standard_normal(count)
    shocks[1:] *= np.sqrt(1 - rho**2)
    series = []
    value = 0.0
    for shock in shocks.tolist():
        value = rho * value + shock
        series.append(value)
    return np.array(series)


def overlaps(start_s: Array, end_s: Array, spans_s: Array) -> NDArray[np.bool_]:
    """Say which intervals touch any of some spans.

    Parameters
    ----------
    start_s, end_s : ndarray, shape (n,)
        The intervals [s].
    spans_s : ndarray, shape (spans, 2)
        Begin and end of each span [s].

    Returns
    -------
    ndarray of bool, shape (n,)
        True where an interval and a span share time.
    """
    touched = np.zeros(start_s.size, bool)
    for begin, end in spans_s:
        touched |= (start_s < end) & (end_s > begin)
    return touched


def _with_zero_crossings(times: Array, speeds: Array) -> tuple[Array, Array]:
    return _with_crossings(times, speeds, 0.0)


def _with_crossings(times: Array, speeds: Array, level: float) -> tuple[Array, Array]:
    """Add a knot wherever the speed passes a level between two knots."""
    above = speeds - level
    passes = np.flatnonzero(above[1:] * above[:-1] < 0)
    at = times[passes] + (times[passes + 1] - times[passes]) * above[passes] / (above[passes] - above[passes + 1])
    between = (at > times[passes]) & (at < times[passes + 1])  # not on a knot by rounding
    passes, at = passes[between], at[between]
    return np.insert(times, passes + 1, at), np.insert(speeds, passes + 1, level)
