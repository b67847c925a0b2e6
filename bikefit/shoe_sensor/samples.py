"""Raw channels of a shoe sensor, checked and brought onto one even time grid."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bikefit.conventions import Side
from bikefit.errors import RecordingError, flagged
from bikefit.model import Array, Finding, Indices, ShoeSensor, finding
from bikefit.settings import Settings
from bikefit.shoe_sensor.clipping import clipped_share, unclipped
from bikefit.shoe_sensor.held import released
from bikefit.shoe_sensor.lone import bridged, lone, stuck
from bikefit.shoe_sensor.quaternions import unit
from bikefit.shoe_sensor.stamps import evened
from bikefit.shoe_sensor.vectors import lengths
from bikefit.signals import runs

GRAVITY_M_S2 = 9.80665
MAPPED = flagged(" (or map it so with --column)")
"""How else a column is given its unit."""
BREAK_S = 1.0
"""Stamps further apart than this belong to different stretches, whose clocks may have started anew."""
READING_MOST = 1e6
"""No sensor reads more, in deg/s or m/s^2, nor would it in another unit."""
STEP_LEAST_S = 2e-4
"""No sensor's samples are closer together."""
SHORTEST_STRETCH_S = 8.0
"""A stretch between two gaps must last this long for the orientation to settle."""


@dataclass(frozen=True)
class Samples:
    """One unbroken stretch of readings on an even grid."""

    time_s: Array  # shape (n,): even grid [s]
    # shape (n, 3): angular rate and specific force in the sensor's axes
    gyr_rad_s: Array
    acc_m_s2: Array
    quaternion: Array | None  # shape (n, 4): sensor to world, scalar first, where the recorder gives one
    step_s: float  # Spacing of the grid [s]

    def part(self, start_s: float, end_s: float) -> Samples:
        """Return the samples of ``[start_s, end_s)``."""
        cut = slice(*np.searchsorted(self.time_s, [start_s, end_s]))
        quaternion = None if self.quaternion is None else self.quaternion[cut]
        return Samples(self.time_s[cut], self.gyr_rad_s[cut], self.acc_m_s2[cut], quaternion, self.step_s)


@dataclass(frozen=True)
class Condition:
    """What was wrong with a channel's readings."""

    held_rows: float  # That each was held for
    clipped: float  # Share of the motion at the end of the range
    jitter_s: float  # Of its stamps
    false: int  # Readings that were replaced
    stuck_s: float  # Time in which an axis stood still while others moved

    @property
    def mended(self) -> bool:
        """Whether stamps or rows were changed."""
        return self.held_rows > 1.0 or self.jitter_s > 0.0


@dataclass(frozen=True)
class _Channel:
    """One channel with its readings in their true places."""

    time_s: Array
    values: Array
    condition: Condition

    @property
    def step_s(self) -> float:
        """Usual time between samples [s]."""
        return float(np.median(np.diff(self.time_s)))


def _true_readings(time_s: Array, values: Array, least: float) -> _Channel:
    """Drop what is missing, repeated or beyond any sensor, bridge lone readings that are false by at least so much."""
    time_s, values, held = released(*_finite(time_s, values))
    false = lone(time_s, values, least)
    values = bridged(values, false)
    kept = (np.abs(values) < READING_MOST).all(axis=1)
    beyond = int(np.count_nonzero(~kept))
    if 2 * beyond > kept.size:
        beyond = 0  # of most readings it is the unit that is false, which is refused with what they read
    if beyond:
        time_s, values = time_s[kept], values[kept]
    stands = stuck(time_s, values, 0.3 * least)
    stuck_s = float(np.count_nonzero(stands) * np.median(np.diff(time_s))) if stands.any() else 0.0
    if stuck_s:
        time_s, values = time_s[~stands], values[~stands]
    return _Channel(time_s, values, Condition(held, 0.0, 0.0, int(np.count_nonzero(false)) + beyond, stuck_s))


def _mended(channel: _Channel, settings: Settings) -> _Channel:
    """Put the stamps in even places where they jitter, bridge clipped peaks."""
    time_s, values = channel.time_s, channel.values
    pieces = [evened(time_s[a:b], values[a:b]) for a, b in zip(*runs(np.diff(time_s) > BREAK_S), strict=True)]
    jitter = max(spread for _, spread in pieces)
    clipped = clipped_share(values)
    if clipped > settings.clipped_min_share:
        values = unclipped(values)
    places = np.concatenate([even_s for even_s, _ in pieces])
    return _Channel(places, values, replace(channel.condition, clipped=clipped, jitter_s=jitter))


def _finite(time_s: Array, values: Array) -> tuple[Array, Array]:
    """Drop the samples that are missing on any axis."""
    if np.isfinite(time_s).all() and np.isfinite(values).all():
        return time_s, values
    whole = np.isfinite(time_s) & np.isfinite(values).all(axis=1)
    return time_s[whole], values[whole]


def _thinned(values: Array, most: int = 20_000) -> Array:
    """Take every so many-th row: enough for a rough size."""
    return values[:: max(1, values.shape[0] // most)]


def check_there(sensor: ShoeSensor) -> None:
    """Refuse channels that are missing, stuck or sampled faster than any sensor is."""
    who = f"The {sensor.side} shoe's"
    for name, time_s, values in (
        ("gyroscope", sensor.gyr_time_s, sensor.gyr_deg_s),
        ("accelerometer", sensor.acc_time_s, sensor.acc_m_s2),
    ):
        kept, read = _finite(time_s, values)
        if kept.size < 2:
            raise RecordingError(
                f"{who} {name} holds no readings. Heel rotation from a shoe sensor needs both the gyroscope and the "
                f"accelerometer: record both, or name the columns{flagged(' with --column')}."
            )
        if bool(np.all(read == read[0])):
            raise RecordingError(f"{who} {name} gives the same reading throughout: it was stuck or switched off.")
        step_s = float(np.median(np.diff(kept)))
        if step_s < STEP_LEAST_S:
            raise RecordingError(
                f"{who} {name} has samples {step_s:g} s apart by their times, and no sensor is so fast. Where they "
                "came in packets, spread their times evenly."
            )


def check_units(gyr_deg_s: Array, acc_m_s2: Array, side: Side) -> None:
    """Refuse readings, shape (n, 3), that are plainly in another unit than their name says.

    Examples
    --------
    >>> still = np.array([0.0, 0.0, 1.0]) + 0.001 * np.sin(np.arange(1000) / 100.0)[:, None]
    >>> try:
    ...     check_units(still, still, "left")
    ... except RecordingError as error:
    ...     print(str(error)[:72])
    The left shoe's accelerometer reads 1.0 where gravity alone is 9.8 m/s^2
    """
    who = f"The {side} shoe's"
    force, rate = _thinned(acc_m_s2), _thinned(gyr_deg_s)
    typical = float(np.median(np.linalg.norm(force, axis=1)))
    if not 5.0 < typical < 45.0:
        hint = f" It looks like g: name the column acc_x_g{MAPPED}." if 0.5 < typical < 4.0 else ""
        raise RecordingError(
            f"{who} accelerometer reads {typical:.1f} where gravity alone is 9.8 m/s^2: "
            f"its unit is not what its column says.{hint}"
        )
    turning, shaking = float(np.sqrt(np.mean(np.sum(rate**2, axis=1)))), float(np.sqrt(np.sum(np.var(force, axis=0))))
    if turning > 3500.0 or float(np.percentile(np.abs(rate), 99)) > 4500.0:
        raise RecordingError(
            f"{who} gyroscope reads {turning:.0f} deg/s on average: no foot turns so fast. "
            "Its unit is not what its column says (deg/s named as rad/s?)."
        )
    if turning < 6.0 and shaking > 3.0:
        raise RecordingError(
            f"{who} gyroscope reads {turning:.1f} deg/s on average while the accelerometer shows a moving foot. "
            f"It looks like rad/s: name the column gyr_x_rad_s{MAPPED}."
        )


def _onto(grid: Array, time_s: Array, values: Array) -> Array:
    """Interpolate readings onto the grid; samples that already sit on it are taken as they are."""
    if time_s.size == grid.size and np.abs(time_s - grid).max() < 0.01 * (grid[1] - grid[0]):
        return values
    from scipy.interpolate import CubicSpline

    inside = np.clip(grid, time_s[0], time_s[-1])
    return np.asarray(CubicSpline(time_s, values)(inside))


@dataclass(frozen=True)
class Readings:
    """A sensor's readings on even grids, what was wrong with each channel, and what must be reported."""

    stretches: list[Samples]  # Unbroken, at least eight seconds each
    # Of the two channels as they were recorded
    gyroscope: Condition
    accelerometer: Condition
    findings: tuple[Finding, ...]  # What was seen


def even_stretches(sensor: ShoeSensor, settings: Settings) -> Readings:
    """Bring gyroscope and accelerometer onto one even grid, split where readings are missing.

    The grid is the gyroscope's own; the accelerometer follows by a cubic spline. Held values, false readings, jittering
    stamps and clipped peaks are put right first. Raises RecordingError if a channel is missing or in a wrong unit, if
    the two do not overlap, or if no stretch is long enough.
    """
    check_there(sensor)
    gyr = _true_readings(sensor.gyr_time_s, sensor.gyr_deg_s, settings.lone_reading_deg_s)
    acc = _true_readings(sensor.acc_time_s, sensor.acc_m_s2, settings.lone_reading_m_s2)
    check_units(gyr.values, acc.values, sensor.side)
    gyr, acc = _mended(gyr, settings), _mended(acc, settings)
    step = gyr.step_s
    first, last = (gyr.time_s[0], gyr.time_s[-1]), (acc.time_s[0], acc.time_s[-1])
    if min(first[1], last[1]) - max(first[0], last[0]) < SHORTEST_STRETCH_S:
        raise RecordingError(
            f"The {sensor.side} shoe's gyroscope ({first[0]:.0f}-{first[1]:.0f} s) and accelerometer "
            f"({last[0]:.0f}-{last[1]:.0f} s) share less than {SHORTEST_STRETCH_S:.0f} s. "
            "Give files of the same recording, a minute or longer."
        )
    quaternion = None if gyr.condition.mended else _whole_quaternions(sensor, gyr.time_s)
    edges = _common_stretches(gyr.time_s, acc.time_s, max(settings.gap_max_s, 2.5 * step, 2.5 * acc.step_s))
    stretches: list[Samples] = []
    for start, end in edges:
        if end - start < SHORTEST_STRETCH_S:
            continue
        g, a = (slice(*np.searchsorted(t, [start - 1e-9, end + 1e-9])) for t in (gyr.time_s, acc.time_s))
        times = gyr.time_s[g]
        even = times.size > 1 and np.abs(np.diff(times) - step).max() < 0.02 * step
        grid = times if even else np.asarray(start + step * np.arange(int((end - start) / step) + 1), dtype=float)
        turned: Array | None = None
        if quaternion is not None:
            turned = unit(_onto(grid, times, _continuous(quaternion[g])))
        rate, force = _onto(grid, times, gyr.values[g]), _onto(grid, acc.time_s[a], acc.values[a])
        stretches.append(Samples(grid, np.radians(np.asfortranarray(rate)), np.asfortranarray(force), turned, step))
    if not stretches:
        raise RecordingError(
            f"The {sensor.side} shoe's readings break off every few seconds: no stretch of {SHORTEST_STRETCH_S:.0f} s "
            "is whole. Record at a lower rate, or let the sensor store the data itself instead of sending it."
        )
    lost = sum(end - start for start, end in edges) - sum(float(np.ptp(part.time_s)) for part in stretches)
    findings = _told(sensor, gyr, acc, settings)
    if len(edges) > 1:
        findings.append(finding("sensor_gaps", side=sensor.side, gaps=len(edges) - 1, lost_s=max(lost, 0.0)))
    return Readings(stretches, gyr.condition, acc.condition, tuple(findings))


def _told(sensor: ShoeSensor, gyr: _Channel, acc: _Channel, settings: Settings) -> list[Finding]:
    """Say what was put right, or is uneven, in the two channels."""
    side, told = sensor.side, []
    for channel, name, clipped in (
        (gyr, "gyroscope", "gyroscope_clipped"),
        (acc, "accelerometer", "accelerometer_clipped"),
    ):
        seen = channel.condition
        if seen.held_rows > 1.0:
            hz = 1.0 / channel.step_s
            told.append(finding("samples_held", side=side, channel=name, rows=seen.held_rows, rate_hz=hz))
        if seen.false:
            told.append(finding("false_readings", side=side, channel=name, count=seen.false))
        if seen.stuck_s:
            told.append(finding("readings_stuck", side=side, channel=name, seconds=seen.stuck_s))
        if seen.jitter_s > 0.0:
            told.append(finding("stamps_jitter", side=side, channel=name, jitter_ms=1000.0 * seen.jitter_s))
        if seen.clipped > settings.clipped_min_share:
            told.append(finding(clipped, side=side, share_percent=100.0 * seen.clipped))
    if abs(np.log(acc.step_s / gyr.step_s)) > 0.1:
        told.append(finding("sensor_rates_differ", side=side, gyr_hz=1 / gyr.step_s, acc_hz=1 / acc.step_s))
    return told


def _whole_quaternions(sensor: ShoeSensor, time_s: Array) -> Array | None:
    """Return the recorder's quaternions at ``time_s`` if at least nine in ten are there and of length 1."""
    if sensor.quaternion is None:
        return None
    kept = np.isfinite(sensor.quaternion).all(axis=1) & np.isfinite(sensor.gyr_time_s)
    kept[kept] = np.abs(lengths(sensor.quaternion[kept]) - 1.0) < 0.1
    if kept.sum() < 0.9 * time_s.size or kept.sum() < 2:
        return None
    given = _continuous(sensor.quaternion[kept])
    columns = [np.interp(time_s, sensor.gyr_time_s[kept], column) for column in given.T]
    return np.stack(columns, axis=1)


def _continuous(quaternion: Array) -> Array:
    """Choose between q and -q so that neighbours agree."""
    flips = np.sign(np.sum(quaternion[1:] * quaternion[:-1], axis=1))
    signs = np.concatenate([[1.0], np.cumprod(np.where(flips == 0, 1.0, flips))])
    continuous: Array = quaternion * signs[:, None]
    return continuous


def _common_stretches(first: Array, second: Array, longest_s: float) -> list[tuple[float, float]]:
    """Return the spans in which both channels have readings without a hole longer than ``longest_s``."""
    holes: list[tuple[float, float]] = []
    for times in (first, second):
        wide: Indices = np.flatnonzero(np.diff(times) > longest_s)
        holes.extend((float(times[k]), float(times[k + 1])) for k in wide)
    start, end = max(first[0], second[0]), min(first[-1], second[-1])
    spans: list[tuple[float, float]] = []
    for hole_start, hole_end in sorted(holes):
        if hole_start > start:
            spans.append((float(start), min(hole_start, float(end))))
        start = max(start, hole_end)
    if end > start:
        spans.append((float(start), float(end)))
    return spans
