"""How the crank turns: a speed that changes linearly between knots, or smoothly where it will be differentiated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, PchipInterpolator

from bikefit.model import Array
from bikefit.simulate.rider import Ride
from bikefit.simulate.sampling import autoregressive

STILL_RPM = 15.0
"""Below this the crank counts as not pedalled."""
FINE_S = 0.01
"""Step of the knots of a smooth motion."""


class CrankMotion:
    """Crank angle over time for a speed [rpm] that is linear between knots [s]; negative is backpedalling.

    The mean angle is the integral of the speed: a parabola between knots. The crank leads and lags it twice a
    revolution, ``crank = mean - share / 2 * sin(2 * mean)``, which is the same for both feet and leaves the dead
    spots where they are: at 0 and 180 deg it turns slower than on average by that share.

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
        """Integrate the speed from the first knot, where the crank is at ``start_deg``."""
        times, speeds = _with_crossings(np.asarray(knot_s, float), 6.0 * np.asarray(knot_rpm, float), 0.0)
        self.knot_s: Array = times
        self.knot_deg_s: Array = speeds
        steps = np.diff(times) * (speeds[1:] + speeds[:-1]) / 2
        self._share = dead_spot_share
        self._slope: Array = np.diff(speeds) / np.diff(times)
        start_mean_deg = self._mean_of_crank(np.array([start_deg]))
        self._mean_deg: Array = np.cumsum(np.concatenate([start_mean_deg, steps]))

    def crank_deg(self, time_s: Array) -> Array:
        """Return the unwrapped crank angle at times within the knots."""
        segment = np.clip(np.searchsorted(self.knot_s, time_s, side="right") - 1, 0, self.knot_s.size - 2)
        since = time_s - self.knot_s[segment]
        mean = self._mean_deg[segment] + since * (self.knot_deg_s[segment] + self._slope[segment] * since / 2)
        crank: Array = mean - np.rad2deg(self._share / 2 * np.sin(2 * np.deg2rad(mean)))
        return crank

    def crank_rad(self, time_s: Array) -> Array:
        """Return the same [rad]."""
        return np.deg2rad(self.crank_deg(time_s))

    def time_s(self, crank_deg: Array) -> Array:
        """Return when the crank first reaches unwrapped angles within `reach_deg` [s]."""
        mean = self._mean_of_crank(crank_deg)
        reached = np.maximum.accumulate(self._mean_deg)
        segment = np.clip(np.searchsorted(reached, mean, side="left") - 1, 0, self.knot_s.size - 2)
        ahead = np.maximum(mean - self._mean_deg[segment], 0.0)
        speed = self.knot_deg_s[segment]
        root = np.sqrt(np.maximum(speed**2 + 2 * self._slope[segment] * ahead, 0.0))
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
        """Return begin and end of each span in which the crank is slower than `STILL_RPM` or turns backwards."""
        times, speeds = _with_crossings(self.knot_s, self.knot_deg_s, 6.0 * STILL_RPM)
        slow = np.concatenate([[False], (speeds[1:] + speeds[:-1]) / 2 < 6.0 * STILL_RPM, [False]])
        edges = np.flatnonzero(slow[1:] != slow[:-1])
        return times[edges].reshape(-1, 2)

    def _mean_of_crank(self, crank_deg: Array) -> Array:
        """Return the mean angle at which the crank is somewhere."""
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


class SmoothMotion(CrankMotion):
    """The same for a speed [revolutions/s] on an even fine grid, joined by a spline: it can be differentiated twice."""

    def __init__(self, ride: Ride, fine_s: Array, speed: Array, start_deg: float) -> None:
        """Integrate the speed from time 0."""
        self._turns = CubicSpline(fine_s, speed).antiderivative()
        self._ride, self._start_deg = ride, start_deg
        run_up_deg = 360.0 * float(self._turns(0.0))
        super().__init__(fine_s, 60.0 * speed, start_deg - run_up_deg, ride.dead_spot_share)
        self.revolutions = int(abs(float(self._turns(ride.duration_s)))) + 8

    def crank_rad(self, time_s: Array) -> Array:
        """Return the unwrapped crank angle [rad]; the lead and lag of the dead spots fade in with the pedalling."""
        turn = 2.0 * np.pi * (self._turns(time_s) - self._turns(0.0))
        late = 2.0 * np.radians(self._ride.start_crank_deg - 90.0)  # a dead spot may come sooner than half a turn
        swing = self._share / 2 * active(self._ride, time_s) * (np.sin(2.0 * turn + late) - np.sin(late))
        angle: Array = np.radians(self._start_deg) + turn + swing
        return angle

    def crank_deg(self, time_s: Array) -> Array:
        """Return the same [deg]."""
        return np.degrees(self.crank_rad(time_s))

    def time_s(self, crank_deg: Array) -> Array:
        """Return when the crank is at unwrapped angles [s], while it is pedalled."""
        time = super().time_s(crank_deg)
        for _ in range(3):
            speed = np.maximum(np.interp(time, self.knot_s, self.knot_deg_s), 6.0 * STILL_RPM)
            time = time + np.clip((crank_deg - self.crank_deg(time)) / speed, -0.05, 0.05)
        return time


def crank_motion(ride: Ride, start_deg: float, rng: Generator) -> CrankMotion:
    """Build the motion of one foot's crank, which starts at an angle, from a little before the ride to after it."""
    points = ride.cadence_rpm if isinstance(ride.cadence_rpm, tuple) else ((0.0, float(ride.cadence_rpm)),)
    given_s, given_rpm = (np.array(values, float) for values in zip(*points, strict=True))
    margin_s = 1.0
    seconds = np.arange(-margin_s, np.ceil(ride.duration_s) + margin_s + 1)
    drift = np.zeros(seconds.size)
    if ride.cadence_wander_share:
        drift = autoregressive(seconds.size, float(np.exp(-1 / ride.cadence_wander_s)), rng)
    if ride.smooth:
        fine = np.arange(-0.1, ride.duration_s + 0.1, FINE_S)
        if given_s.size == 1:
            given_s, given_rpm = np.array([0.0, ride.duration_s + 1.0]), np.repeat(given_rpm, 2)
        speed = PchipInterpolator(given_s, given_rpm / 60.0, extrapolate=True)(fine) * active(ride, fine)
        if ride.cadence_wander_share:
            speed = speed * (1 + ride.cadence_wander_share * PchipInterpolator(seconds, np.clip(drift, -3, 3))(fine))
        for start, length in ride.coasts:
            ramp = _ramp_s(length)
            speed = speed * (1 - within(fine, start, start + length - ramp, ramp))
        return SmoothMotion(ride, fine, speed, start_deg)
    # the pose is a coast before the ride
    pose = [(-2.0, 2.0 + ride.still_s + ride.start_s)] if ride.still_s > 0 else []
    coasts = [*pose, *ride.coasts]
    edges = [edge for start, length in coasts for edge in (start, start + length)]
    knots = np.unique(np.concatenate([seconds, given_s[(given_s > seconds[0]) & (given_s < seconds[-1])], edges]))
    wander = 1 + ride.cadence_wander_share * np.clip(np.interp(knots, seconds, drift), -3, 3)
    rpm = np.interp(knots, given_s, given_rpm) * wander
    for start, length in coasts:
        ramp = _ramp_s(length)
        outside = (knots <= start) | (knots >= start + length)
        knots, rpm = knots[outside], rpm[outside]
        at = int(np.searchsorted(knots, start, side="right"))
        knots = np.insert(knots, at, [start + ramp, start + length - ramp])
        rpm = np.insert(rpm, at, [0.0, 0.0])
    run_up_deg = float(CrankMotion(knots, rpm).crank_deg(np.zeros(1))[0])
    return CrankMotion(knots, rpm, start_deg - run_up_deg, ride.dead_spot_share)


def active(ride: Ride, time_s: Array) -> Array:
    """Return 0 in the pose before the ride, 1 once the pedalling is under way."""
    if ride.still_s <= 0:
        return np.ones_like(time_s)
    return smooth_step((time_s - ride.still_s) / ride.start_s)


def smooth_step(x: Array) -> Array:
    """Rise from 0 to 1 with three continuous derivatives."""
    x = np.clip(x, 0.0, 1.0)
    rise: Array = x**4 * (35.0 - 84.0 * x + 70.0 * x**2 - 20.0 * x**3)
    return rise


def within(time_s: Array, start: float, end: float, edge_s: float = 1.0) -> Array:
    """Be 1 in a stretch and 0 outside, with smooth edges."""
    return smooth_step((time_s - start) / edge_s) - smooth_step((time_s - end) / edge_s)


def overlaps(start_s: Array, end_s: Array, spans_s: Array) -> NDArray[np.bool_]:
    """Say which intervals touch any of some spans."""
    touched = np.zeros(start_s.size, bool)
    for begin, end in spans_s:
        touched |= (start_s < end) & (end_s > begin)
    return touched


def _ramp_s(length_s: float) -> float:
    """Return how long the crank takes to slow down at the start of a coast, and to speed up at its end."""
    return min(0.5, 0.4 * length_s)


def _with_crossings(times: Array, speeds: Array, level: float) -> tuple[Array, Array]:
    """Add a knot wherever the speed passes a level between two knots."""
    above = speeds - level
    passes = np.flatnonzero(above[1:] * above[:-1] < 0)
    at = times[passes] + (times[passes + 1] - times[passes]) * above[passes] / (above[passes] - above[passes + 1])
    between = (at > times[passes]) & (at < times[passes + 1])  # not on a knot by rounding
    passes, at = passes[between], at[between]
    return np.insert(times, passes + 1, at), np.insert(speeds, passes + 1, level)
