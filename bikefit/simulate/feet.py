"""How one foot moves on its crank, as functions of crank angle and time, and what is true of its strokes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.interpolate import CubicSpline, make_interp_spline

from bikefit.conventions import SIDES, Side, crank_offset_deg
from bikefit.model import Array
from bikefit.simulate.motion import SmoothMotion, active, crank_motion, overlaps, smooth_step
from bikefit.simulate.rider import Foot, Ride
from bikefit.simulate.sampling import autoregressive, laps, stream
from bikefit.simulate.truth import FootTruth, SectionTruth, ShoeTruth, expected_clipped

CRANK_GRID = 200
"""Points of crank angle at which a stroke's exact mean is taken."""
STEP_S = 0.5
"""How long a step or a change of wedges takes in a smooth ride."""
SOFT_DEG = 0.1
"""Where the cleat's float ends in a smooth ride, the stop gives way over so much on either side."""


class FootMotion:
    """One foot's crank and noiseless angles.

    Heel-out = mean - response * cant + trend + harmonics of the foot's crank angle + the stroke's own deviation, held
    within the float. The deviations are an AR(1) series with one value a revolution; in between, linear (knots at the
    strokes' centres) or a spline. In the pose, and until the pedalling is under way, the foot rests.
    """

    def __init__(self, ride: Ride, foot: Foot, side: Side, seed: int) -> None:
        """Draw the deviations; ``rng`` goes on to a sensor's noise."""
        self.ride, self.foot, self.side = ride, foot, side
        self.sign = 1.0 if side == "right" else -1.0
        start_deg = ride.start_crank_deg + crank_offset_deg(side)
        self.start_rad = float(np.radians(start_deg))
        self.crank = crank_motion(ride, start_deg, stream(seed, "cadence"))
        # sensors and cameras keep the streams and the order of draws that their files in sample_data were made with
        self.rng = np.random.default_rng([seed, SIDES.index(side)]) if ride.smooth else stream(seed, side)
        if isinstance(self.crank, SmoothMotion):
            first, count = -2, self.crank.revolutions
        else:
            first = int(np.floor(self.crank.reach_deg[0] / 360)) - 2
            count = int(np.ceil(self.crank.reach_deg[1] / 360)) + 3 - first
        self._knots = first + np.arange(float(count))
        self._wander = self._blended(foot.stroke_sd_deg, count)
        self._pitch_wander = self._blended(foot.pitch_sd_deg, count) if foot.pitch_sd_deg else None
        cants = [0.0, *(section.cant_deg(side) for section in ride.sections)]
        starts = [section.start_s for section in ride.sections]
        self._cant_steps = list(zip(starts, np.diff(cants).tolist(), strict=True))

    @property
    def drifts(self) -> bool:
        """Whether the angle depends on the time, not on the crank alone."""
        return bool(self.foot.trend_deg_per_h or self.foot.steps or self._cant_steps or self.ride.still_s > 0)

    def active(self, time_s: Array) -> Array:
        """Return 0 in the pose, 1 once the pedalling is under way."""
        return active(self.ride, time_s)

    def crank_rad(self, time_s: Array) -> Array:
        """Return this foot's crank angle [rad], unwrapped."""
        return self.crank.crank_rad(time_s)

    def cant_deg(self, time_s: Array) -> Array:
        """Return the cant under the shoe [deg, varus positive]."""
        return self.foot.cant_deg + self._stepped(self._cant_steps, time_s)

    def level_deg(self, time_s: Array) -> Array:
        """Return what is added to the crank's harmonics: mean, wedges and trend."""
        foot = self.foot
        cant = self.cant_deg(time_s) if self._cant_steps else foot.cant_deg
        level: Array = foot.mean_deg - foot.response * cant + foot.trend_deg_per_h * time_s / 3600
        return level

    def heel_out_deg(self, crank_rad: Array, time_s: Array) -> Array:
        """Return the heel-out angle [deg]."""
        foot, wander = self.foot, self._wander(self._place(crank_rad))
        free = self.level_deg(time_s) + foot.heel_out.at(crank_rad)
        if self.ride.still_s > 0:
            moving = self.active(time_s)
            heel = _between(foot.pose_heel_out_deg, free, moving) + moving * wander
            heel += (1.0 - moving) * foot.restless_deg * np.sin(2.0 * np.pi * time_s / 20.0)
        else:
            heel = free + wander
        return self._held(heel + self._stepped(foot.steps, time_s) if foot.steps else heel)

    def pitch_deg(self, crank_rad: Array, time_s: Array) -> Array:
        """Return the pitch [deg], toe down positive."""
        moving = self.active(time_s)
        pitch = _between(self.foot.pose_pitch_deg, self.foot.pitch.at(crank_rad), moving)
        return pitch if self._pitch_wander is None else pitch + moving * self._pitch_wander(self._place(crank_rad))

    def roll_deg(self, crank_rad: Array, time_s: Array) -> Array:
        """Return the roll [deg], left side up positive."""
        roll = _between(self.foot.pose_roll_deg, self.foot.roll.at(crank_rad), self.active(time_s))
        return roll + self.sign * self.cant_deg(time_s)

    def truth_at(self, taken_s: Array, stamp_s: Array) -> ShoeTruth:
        """Return what the foot does at samples that are stamped otherwise."""
        crank = self.crank_rad(taken_s)
        heel, pitch = self.heel_out_deg(crank, taken_s), self.pitch_deg(crank, taken_s)
        return ShoeTruth(stamp_s, heel, np.degrees(crank), pitch, self.foot.pose_heel_out_deg)

    def expected_deg(self, time_s: Array) -> Array:
        """Return the expectation of the mean of a stroke in the middle of the ride's times; of a hard float stop."""
        level = self.level_deg(time_s) + self.foot.heel_out.mean_deg + self._stepped(self.foot.steps, time_s)
        if self.foot.float_stop_deg is None:
            return level
        crank_rad = np.deg2rad(grid_deg())
        knots = np.arange(16.0)
        between = make_interp_spline(knots, np.eye(16), k=3 if self.ride.smooth else 1)(7 + self._place(crank_rad) % 1)
        share = np.einsum("ni,ij,nj->n", between, self.foot.rho ** np.abs(knots[:, None] - knots), between)
        free = level[:, None] + self.foot.heel_out.at(crank_rad) - self.foot.heel_out.mean_deg
        sd = self.foot.stroke_sd_deg * np.sqrt(share) + np.zeros_like(free)
        expected: Array = expected_clipped(free, sd, self.foot.float_stop_deg).mean(axis=1)
        return expected

    def _place(self, crank_rad: Array) -> Array:
        """Return where in the series of deviations a crank angle is."""
        if self.ride.smooth:
            return (crank_rad - self.start_rad) / (2.0 * np.pi)
        return crank_rad / (2.0 * np.pi) - 0.5

    def _blended(self, sd_deg: float, count: int) -> Callable[[Array], Array]:
        """Draw the strokes' deviations and return them as a function of the place."""
        values = sd_deg * autoregressive(count, self.foot.rho, self.rng)
        if self.ride.smooth:
            spline = CubicSpline(self._knots, values)
            return lambda place: np.asarray(spline(place))
        return lambda place: np.interp(place, self._knots, values)

    def _stepped(self, steps: Sequence[tuple[float, float]], time_s: Array) -> Array:
        """Add up lasting changes, each of (time_s, deg)."""
        total = np.zeros_like(time_s)
        for when, size in steps:
            risen = smooth_step((time_s - when + STEP_S / 2) / STEP_S) if self.ride.smooth else time_s >= when
            total = total + size * risen
        return total

    def _held(self, heel_deg: Array) -> Array:
        """Hold an angle within the cleat's float."""
        if self.foot.float_stop_deg is None:
            return heel_deg
        low, high = self.foot.float_stop_deg
        if not self.ride.smooth:
            return np.clip(heel_deg, low, high)
        return heel_deg + _past(low - heel_deg) - _past(heel_deg - high)


def foot_truth(motion: FootMotion, rate_hz: float, shift_s: float, last_s: float, spike_s: Array) -> FootTruth:
    """Return what is true of a foot in a recording that begins and ends at times of the ride."""
    crank, ride = motion.crank, motion.ride
    low, high = crank.crank_deg(np.array([shift_s])), crank.reach_deg[1]
    tops = np.arange(np.ceil(low[0] / 360), np.floor(high / 360) + 1)
    top_s = crank.time_s(360 * tops)
    recorded = top_s <= last_s + 1 / rate_hz  # a sample stands for the time up to the next
    tops, top_s = tops[recorded], top_s[recorded]
    start_s, end_s = top_s[:-1], top_s[1:]
    angle_deg = 360 * tops[:-1, None] + grid_deg()
    when_s = crank.time_s(angle_deg) if motion.drifts else np.zeros(1)
    heel_out = motion.heel_out_deg(np.deg2rad(angle_deg), when_s)
    built_up = (0.0, ride.still_s + ride.start_s if ride.still_s > 0 else 0.0)
    other = np.array([built_up, *((start, start + length) for start, length in ride.gaps)])
    pedalled = ~overlaps(start_s, end_s, np.concatenate([crank.still_spans_s(), other]))
    expected = motion.expected_deg((start_s + end_s) / 2)
    limits = motion.foot.float_stop_deg
    near = 1e-9  # a soft stop ends on its limit but for rounding
    at_stop = (
        np.zeros_like(heel_out) if limits is None else (heel_out <= limits[0] + near) | (heel_out >= limits[1] - near)
    )
    sections = tuple(
        SectionTruth(
            lap.number,
            lap.start_s,
            lap.end_s,
            float(motion.cant_deg(np.array([(lap.start_s + lap.end_s) / 2 + shift_s]))[0]),
            _mean(expected[pedalled & (start_s - shift_s >= lap.start_s) & (end_s - shift_s <= lap.end_s)]),
        )
        for lap in laps(ride, shift_s, last_s)
    )
    return FootTruth(
        start_s=start_s - shift_s,
        end_s=end_s - shift_s,
        mean_deg=heel_out.mean(axis=1),
        pedalled=pedalled,
        expected_deg=_mean(expected[pedalled]),
        response=motion.foot.response,
        float_stop_deg=limits,
        at_stop_share=_mean(at_stop[pedalled].astype(float)),
        spike_s=spike_s,
        sections=sections,
    )


def grid_deg() -> Array:
    """Return the middles of equal parts of a revolution."""
    return np.linspace(0.0, 360.0, CRANK_GRID, endpoint=False) + 180.0 / CRANK_GRID


def _between(rest: float, moved: Array, moving: Array) -> Array:
    """Return an angle between the pose and the pedalling."""
    return rest + moving * (moved - rest)


def _past(over_deg: Array) -> Array:
    """Return how far an angle is beyond a soft stop: 0 well before it, all of it well after."""
    x = np.clip(over_deg / (2 * SOFT_DEG) + 0.5, 0.0, 1.0)
    soft = 2 * SOFT_DEG * x**5 * (7.0 - 14.0 * x + 10.0 * x**2 - 2.5 * x**3)
    return np.where(over_deg < SOFT_DEG, soft, over_deg)


def _mean(values: Array) -> float:
    """Return a mean, NaN of nothing."""
    return float(values.mean()) if values.size else float("nan")
