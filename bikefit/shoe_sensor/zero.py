"""The zero that a still pose gives: where the bike points in the pose, and whether that can be believed.

The pedalling shows where the bike points; the pose where the shoe did. Between the two lies the way from standing to
pedalling. It is believed only if the foot stood on the crank's circle and the bike did not turn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bikefit.conventions import Z95, Side
from bikefit.model import Array, Flags, Reason, reason
from bikefit.settings import Settings
from bikefit.shoe_sensor.circle import Circle, high_passed_path
from bikefit.shoe_sensor.mounting import likely, nearest_rotation
from bikefit.shoe_sensor.orientation import filtered
from bikefit.shoe_sensor.pose import Pose, last_still_s
from bikefit.shoe_sensor.quaternions import matrices
from bikefit.shoe_sensor.samples import Samples
from bikefit.shoe_sensor.vectors import applied, dots, lengths, plane_normal, swept
from bikefit.shoe_sensor.way import Way, follow_way

SHOWN_S, LONG_S = 30.0, 60.0
"""How much pedalling after the pose shows where the bike points; and how much, if it is there, tells a gyroscope's
bias from a bike that turns: a bike does not turn evenly for a minute."""
EVEN_SHARE = 0.5
"""What keeps to its line within this share of what is allowed, for that minute, is even."""
SHOWN_LEAST_S = 5.0
WAY_LONGEST_S = 15.0
PIECE_S = 3.0
BIAS_SD_DEG_S, BIAS_MOST_DEG_S = 0.1, 0.5
"""How wrong the bias from the pose may be, because a foot is never quite still."""
FLOAT_DEG, BEYOND_FLOAT = 6.0, 1.25
"""Float of most cleats: a foot that turned further between pose and pedalling was perhaps not clipped in. Each degree
beyond adds so much to the standard deviation, so that the interval holds a foot that stood ten degrees toe-out."""
SURE = 1.5
"""A turn is believed where it is so many standard deviations beyond what is allowed."""
DRAWN, POSSIBLE = 1.5, 2.3
"""One that is not may still be so many times what was seen, for noise draws that towards none, and so many standard
deviations more: with the crank upright in the pose, or a noisy sensor, a quick turn hardly shows on the way."""
FIRST_OFF_DEG, FIRST_OFF_TIMES = 0.3, 4.0
"""Furthest that the first piece may be off the line, where the others are quiet, or times what is usual of them."""


@dataclass(frozen=True)
class Zero:
    """The shoe's axes in the sensor's (columns) with the pose as zero, or why there are none.

    ``sd_deg`` is what the doubts about the pose add to the zero's standard deviation [deg].
    """

    shoe_axes: Array | None
    sd_deg: float = 0.0
    reasons: tuple[Reason, ...] = ()

    @classmethod
    def none(cls, code: str, side: Side, **values: Any) -> Zero:
        """Say why there is none."""
        return cls(None, reasons=(reason(code, side=side, **values),))


@dataclass(frozen=True)
class Ridden:
    """A stretch of readings with what was seen in it, sample by sample: pedalling in the saddle, a bike that turns."""

    samples: Samples
    pedalling: Flags
    turning: Flags

    def backwards(self) -> Ridden:
        """Return the same with time running backwards, for a pose behind the pedalling."""
        own = self.samples
        turned = replace(
            own,
            time_s=-own.time_s[::-1],
            gyr_rad_s=np.ascontiguousarray(-own.gyr_rad_s[::-1]),
            acc_m_s2=np.ascontiguousarray(own.acc_m_s2[::-1]),
            quaternion=None,
        )
        return Ridden(turned, self.pedalling[::-1], self.turning[::-1])


def zero_from_pose(
    ridden: list[Ridden],
    pose: Pose,
    spans: list[tuple[float, float]],
    circle: Circle,
    rough: Array,
    side: Side,
    settings: Settings,
) -> Zero:
    """Find the shoe's axes in the sensor's from a pose and the pedalling next to it.

    The gyroscope's bias is its mean in the pose. A short run from the pose into the pedalling with that bias held
    keeps one heading for both; gravity in the pose is up. A foot that turns a little in the pose spoils the bias: the
    bike's heading then drifts steadily while pedalling, and is followed back to the pose along that line. A heading
    that does not keep to a line, or a way from the pose that leaves the crank's circle or turns, leaves no zero.
    """
    span = min(spans, key=lambda one: max(one[0] - pose.end_s, pose.start_s - one[1], 0.0))
    start_s, end_s = min(span[0], pose.start_s) + 0.5, pose.end_s - 0.5
    holding = [one for one in ridden if one.samples.time_s[0] <= start_s and one.samples.time_s[-1] >= end_s]
    if not holding:
        return Zero.none("pose_apart", side)
    stretch, sense = holding[-1], 1.0
    if span[0] < pose.end_s:
        stretch, sense = stretch.backwards(), -1.0
        pose, span = Pose(-pose.end_s, -pose.start_s, pose.given), (-span[1], -span[0])
    course = _course(stretch, pose, span, circle, sense)
    if course is None:
        return Zero.none("pose_apart", side)
    doubts = _doubts(course, rough, side, settings)
    if doubts.reasons:
        return doubts
    axes = course.shoe_axes()
    if not likely(axes, rough, side, settings):
        return Zero.none("pose_otherwise", side)
    turned = course.foot_turned_deg(axes)
    if turned > settings.pose_turn_max_deg:
        return Zero.none("pose_turned_far", side, deg=turned, limit=settings.pose_turn_max_deg)
    return Zero(axes, math.hypot(doubts.sd_deg, BEYOND_FLOAT * max(0.0, turned - FLOAT_DEG)))


@dataclass(frozen=True)
class _Course:
    """Where the bike points, piece by piece, from the pose on."""

    stretch: Ridden
    pose: Pose
    circle: Circle
    sense: float  # -1 where time runs backwards
    samples: Samples  # From the pose on
    turned: Array  # The sensor's orientation with the pose's bias held
    resting: Flags
    riding: Flags  # Where the foot goes round
    line: tuple[float, float]  # Start and slope of the heading over time [rad, rad/s]
    off_deg: Array  # How far each piece lies off it in the first half minute
    long_off_deg: Array | None  # The same in the first minute, where there is one
    shown_s: float  # How long it was seen
    first_s: float  # When the foot first went round

    @property
    def bend_deg(self) -> float:
        """How far the furthest piece lies off the line [deg]."""
        return float(self.off_deg.max())

    @property
    def turns_at_first(self) -> bool:
        """Whether the first piece alone is off the line: then the bike still turned in it, and before it too."""
        return bool(self.off_deg[0] > max(FIRST_OFF_DEG, FIRST_OFF_TIMES * float(np.median(self.off_deg))))

    @property
    def drift_deg(self) -> float:
        """How far the heading went while it was seen [deg]."""
        return abs(math.degrees(self.line[1])) * self.shown_s

    def shoe_axes(self) -> Array:
        """Return the shoe's axes in the sensor's, with the pose as zero."""
        error = math.radians(BIAS_MOST_DEG_S)
        slope = self.line[1] if abs(self.line[1]) < error else 0.0
        heading = self.line[0] + slope * 0.5 * (self.pose.start_s + self.pose.end_s)
        forward = np.array([math.cos(heading), math.sin(heading), 0.0])
        bike = np.stack([forward, [-forward[1], forward[0], 0.0], [0.0, 0.0, 1.0]], axis=1)
        axes: Array = nearest_rotation(self.turned[self.resting].sum(axis=0)).T @ bike
        return axes

    def foot_turned_deg(self, shoe_axes: Array) -> float:
        """Return how far the foot pedals from where it stood in the pose, on average [deg]."""
        heading = self.line[0] + self.line[1] * self.samples.time_s[self.riding]
        left = np.stack([-np.sin(heading), np.cos(heading)], axis=1)
        pointing = applied(self.turned[self.riding], shoe_axes[:, 0])
        beside = dots(pointing[:, :2], left)
        return abs(math.degrees(float(np.arcsin(np.clip(beside, -1.0, 1.0)).mean())))


def _course(stretch: Ridden, pose: Pose, span: tuple[float, float], circle: Circle, sense: float) -> _Course | None:
    """Follow the bike's heading from the pose into the pedalling; None where too little pedalling is seen."""
    samples = stretch.samples
    after = (samples.time_s >= span[0]) & (samples.time_s <= span[1])
    bends = samples.time_s[after & stretch.turning & (samples.time_s > span[0] + SHOWN_S)]
    last = min(span[1], span[0] + LONG_S, float(bends[0]) if bends.size else math.inf)
    cut = slice(*np.searchsorted(samples.time_s, [pose.start_s, last]))
    section = samples.part(pose.start_s, last)
    resting = section.time_s < pose.end_s
    turned = matrices(filtered(section, section.gyr_rad_s[resting].mean(axis=0))[0])
    axle = high_passed_path(turned, section.acc_m_s2, section.step_s).axle(circle.lever_m)
    riding = stretch.pedalling[cut] & (section.time_s >= span[0])
    riding &= np.abs(lengths(axle) / circle.crank_m - 1.0) < 0.15
    if np.count_nonzero(riding) * section.step_s < SHOWN_LEAST_S:
        return None
    times, headings = _headings(axle, riding, section, sense)
    early = times < times[0] + SHOWN_S
    line, off_deg = _line(times[early], headings[early])
    long_off = _line(times, headings)[1] if times[-1] - times[0] > 0.75 * LONG_S else None
    return _Course(
        stretch=stretch,
        pose=pose,
        circle=circle,
        sense=sense,
        samples=section,
        turned=turned,
        resting=resting,
        riding=riding,
        line=line,
        off_deg=off_deg,
        long_off_deg=long_off,
        shown_s=float(np.ptp(times[early])),
        first_s=float(section.time_s[np.flatnonzero(riding)[0]]),
    )


def _headings(axle: Array, riding: Flags, section: Samples, sense: float) -> tuple[Array, Array]:
    """Return the bike's heading [rad] in pieces of three seconds of pedalling, and their times [s]."""
    leftward = sense * swept(axle)[riding[1:]].sum(axis=0)
    length = round(PIECE_S / section.step_s)
    starts = range(int(np.flatnonzero(riding)[0]), riding.size - length + 1, length)
    pieces = [slice(k, k + length) for k in starts if riding[k : k + length].mean() > 0.9]
    if len(pieces) < 2:
        pieces = [slice(*np.flatnonzero(riding)[[0, -1]])]
    times, headings = [], []
    for piece in pieces:
        times.append(float(section.time_s[piece].mean()))
        normal = plane_normal(axle[piece], leftward)
        headings.append(math.atan2(-normal[0], normal[1]))
    return np.array(times), np.unwrap(headings)


def _line(times: Array, headings: Array) -> tuple[tuple[float, float], Array]:
    """Fit a line to the heading: its value at time 0 and slope [rad, rad/s]; and how far each piece is off it [deg].

    A slope is blamed on the gyroscope's bias, and drawn towards none where it is unsure. What lies off is measured from
    the median line, which a few pieces that turned do not draw to themselves.
    """
    if times.size < 5:
        return (float(headings.mean()), 0.0), np.degrees(np.abs(headings - headings[-1]))
    first, second = np.triu_indices(times.size, 1)
    usual = float(np.median((headings[second] - headings[first]) / (times[second] - times[first])))
    off = headings - usual * times
    apart = np.degrees(np.abs(off - np.median(off)))
    since = times - times.mean()
    slope = float(since @ headings / (since @ since))
    left = headings - headings.mean() - slope * since
    error = float(np.sqrt(left @ left / (since.size - 2) / (since @ since)))
    prior = math.radians(BIAS_SD_DEG_S)
    slope *= prior**2 / (prior**2 + error**2)
    return (float(headings.mean()) - slope * float(times.mean()), slope), apart


def _doubts(course: _Course, rough: Array, side: Side, settings: Settings) -> Zero:
    """Tell what speaks against the pose, and what doubt it adds."""
    most, bend = settings.zero_turn_max_deg, settings.zero_bend_max_deg
    even = course.long_off_deg is not None and float(course.long_off_deg.max()) < EVEN_SHARE * bend
    drifted = 0.0 if even else course.drift_deg
    steep = abs(course.line[1]) > math.radians(BIAS_MOST_DEG_S)
    if course.bend_deg > bend or course.turns_at_first or drifted > most or steep:
        return Zero.none("bike_turned", side, deg=max(course.bend_deg, course.drift_deg))
    left_s = last_still_s(course.stretch.samples, course.pose, course.first_s, settings)
    if course.first_s - left_s > WAY_LONGEST_S:
        return Zero.none("pose_apart", side)
    way = _way(course, rough, left_s)
    if way.off_m > settings.zero_way_max_m:
        return Zero.none("pose_off_pedal", side, from_s=course.pose.start_s, to_s=course.pose.end_s)
    moved = _yaw_between_deg(course, left_s)
    turned = max(abs(moved), abs(way.turn_deg), abs(moved + way.turn_deg))
    if turned > most + SURE * way.turn_sd_deg:
        return Zero.none("bike_turned", side, deg=turned)
    furthest = (DRAWN * turned + POSSIBLE * way.turn_sd_deg) / Z95
    unseen = math.sqrt(max(0.0, furthest**2 - settings.zero_sd_shoe_sensor_deg**2))
    return Zero(None, sd_deg=math.hypot(unseen, course.bend_deg, 0.25 * drifted))


def _way(course: _Course, rough: Array, left_s: float) -> Way:
    """Follow the way from standing to pedalling."""
    samples, pose = course.stretch.samples, course.pose
    still = samples.part(pose.start_s, pose.end_s)
    # what the foot felt last tells better which way is up
    felt = samples.part(left_s - 0.5, left_s) if left_s > pose.end_s + 1.0 else still
    force = felt.acc_m_s2.mean(axis=0)
    return follow_way(samples, still, force, left_s, course.first_s, course.circle, rough, course.sense)


def _yaw_between_deg(course: _Course, left_s: float) -> float:
    """Return how far the shoe turned about the vertical between the pose and when it last stood still [deg]."""
    before = nearest_rotation(course.turned[course.resting].sum(axis=0))
    at = int(np.searchsorted(course.samples.time_s, left_s))
    change = course.turned[min(at, course.turned.shape[0] - 1)] @ before.T
    return math.degrees(math.atan2(change[1, 0] - change[0, 1], change[0, 0] + change[1, 1]))
