"""Raw channels of a shoe sensor, checked and brought onto one even time grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bikefit.errors import RecordingError
from bikefit.model import Array, Finding, ShoeSensor, finding
from bikefit.settings import Settings
from bikefit.shoe_sensor.vectors import lengths

GRAVITY_M_S2 = 9.80665
CLIPPED_SHARE = 0.001
"""A channel that sits at the end of its range for a larger share of the samples is called clipped."""
SHORTEST_STRETCH_S = 8.0
"""A stretch between two gaps must last this long for the orientation to settle."""


@dataclass(frozen=True)
class Samples:
    """One unbroken stretch of readings on an even grid.

    Attributes
    ----------
    time_s : ndarray, shape (n,)
        Even grid [s].
    gyr_rad_s, acc_m_s2 : ndarray, shape (n, 3)
        Angular rate and specific force in the sensor's axes.
    quaternion : ndarray, shape (n, 4), optional
        Sensor to world, scalar first, where the recorder gives one.
    step_s : float
        Spacing of the grid [s].
    """

    time_s: Array
    gyr_rad_s: Array
    acc_m_s2: Array
    quaternion: Array | None
    step_s: float

    def part(self, start_s: float, end_s: float) -> Samples:
        """Return the samples of ``[start_s, end_s)``.

        Parameters
        ----------
        start_s, end_s : float
            Limits [s].

        Returns
        -------
        Samples
            The same grid, cut.
        """
        cut = slice(*np.searchsorted(self.time_s, [start_s, end_s]))
        quaternion = None if self.quaternion is None else self.quaternion[cut]
        return Samples(self.time_s[cut], self.gyr_rad_s[cut], self.acc_m_s2[cut], quaternion, self.step_s)


def _finite(time_s: Array, values: Array) -> tuple[Array, Array]:
    """Drop the samples that are missing on any axis."""
    if np.isfinite(time_s).all() and np.isfinite(values).all():
        return time_s, values
    whole = np.isfinite(time_s) & np.isfinite(values).all(axis=1)
    return time_s[whole], values[whole]


def _thinned(values: Array, most: int = 20_000) -> Array:
    """Take every so many-th row: enough for a rough size."""
    return values[:: max(1, values.shape[0] // most)]


def check_units(sensor: ShoeSensor) -> None:
    """Refuse channels that are missing, stuck or plainly in another unit than their name says.

    Parameters
    ----------
    sensor : ShoeSensor
        Raw channels.

    Raises
    ------
    RecordingError
        In words that name the channel and what was expected.

    Examples
    --------
    >>> time = np.arange(1000) / 100.0
    >>> still = np.array([0.0, 0.0, 1.0]) + 0.001 * np.sin(time)[:, None]
    >>> try:
    ...     check_units(ShoeSensor("left", time, still, time, still))
    ... except RecordingError as error:
    ...     print(str(error)[:72])
    The left shoe's accelerometer reads 1.0 where gravity alone is 9.8 m/s^2
    """
    who = f"The {sensor.side} shoe's"
    for name, time_s, values in (
        ("gyroscope", sensor.gyr_time_s, sensor.gyr_deg_s),
        ("accelerometer", sensor.acc_time_s, sensor.acc_m_s2),
    ):
        kept, read = _finite(time_s, values)
        if kept.size < 2:
            raise RecordingError(
                f"{who} {name} holds no readings. Heel rotation from a shoe sensor needs both the gyroscope and the "
                f"accelerometer: record both, or name the columns with --column."
            )
        if bool(np.all(read == read[0])):
            raise RecordingError(f"{who} {name} gives the same reading throughout: it was stuck or switched off.")
    force = _thinned(_finite(sensor.acc_time_s, sensor.acc_m_s2)[1])
    rate = _thinned(_finite(sensor.gyr_time_s, sensor.gyr_deg_s)[1])
    typical = float(np.median(np.linalg.norm(force, axis=1)))
    if not 5.0 < typical < 45.0:
        hint = " It looks like g: name the column acc_x_g (or map it so with --column)." if 0.5 < typical < 4.0 else ""
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
            "It looks like rad/s: name the column gyr_x_rad_s (or map it so with --column)."
        )


def clipped_share(values: Array) -> float:
    """Tell how much of a channel sits at the end of the sensor's range.

    Parameters
    ----------
    values : ndarray, shape (n, 3)
        Readings.

    Returns
    -------
    float
        Share of samples, 0-1, at which some axis holds its very largest value; 0 where that value is not repeated
        in a row, as a peak that merely came close to the end would not be.

    Examples
    --------
    >>> wave = np.sin(np.linspace(0, 60, 1000))[:, None] * np.ones(3)
    >>> clipped_share(wave), clipped_share(np.clip(wave, -0.9, 0.9)) > 0.2
    (0.0, True)
    """
    size = np.abs(values)
    at_end = size >= size.max() * (1.0 - 1e-6)
    runs = at_end[1:] & at_end[:-1]
    if np.count_nonzero(runs) < 3:
        return 0.0
    return float(np.mean(at_end.any(axis=1)))


def unclipped(values: Array) -> Array:
    """Bridge the peaks that hit the end of the sensor's range by a cubic spline through their flanks.

    Parameters
    ----------
    values : ndarray, shape (n, 3)
        Evenly spaced readings of which some sit at the largest value.

    Returns
    -------
    ndarray, shape (n, 3)
        The same with the peaks bridged, never below the end of the range and never beyond twice it.

    Examples
    --------
    >>> wave = np.sin(np.linspace(0, 60, 1000))[:, None] * np.ones(3)
    >>> cut = np.clip(wave, -0.8, 0.8)
    >>> bool(np.abs(unclipped(cut) - wave).max() < 0.05)
    True
    """
    from scipy.interpolate import CubicSpline

    limit = float(np.abs(values).max())
    whole = values.copy()
    position = np.arange(values.shape[0], dtype=float)
    for axis in range(3):
        at_end = np.abs(values[:, axis]) >= limit * (1.0 - 1e-6)
        if not at_end.any() or at_end.mean() > 0.5:
            continue
        bridged = CubicSpline(position[~at_end], values[~at_end, axis])(position[at_end])
        sign = np.sign(values[at_end, axis])
        whole[at_end, axis] = sign * np.clip(sign * bridged, limit, 2.0 * limit)
    return whole


def _onto(grid: Array, time_s: Array, values: Array) -> Array:
    """Interpolate readings onto the grid; samples that already sit on it are taken as they are."""
    if time_s.size == grid.size and np.abs(time_s - grid).max() < 0.01 * (grid[1] - grid[0]):
        return values
    from scipy.interpolate import CubicSpline

    inside = np.clip(grid, time_s[0], time_s[-1])
    return np.asarray(CubicSpline(time_s, values)(inside))


def even_stretches(sensor: ShoeSensor, settings: Settings) -> tuple[list[Samples], tuple[Finding, ...]]:
    """Bring gyroscope and accelerometer onto one even grid, split where readings are missing.

    Parameters
    ----------
    sensor : ShoeSensor
        Raw channels; the two may have different rates.
    settings : Settings
        ``gap_max_s`` is the longest hole that is bridged.

    Returns
    -------
    tuple of list of Samples and tuple of Finding
        Unbroken stretches of at least eight seconds, and what was seen.

    Raises
    ------
    RecordingError
        If a channel is missing or in a wrong unit, if the two do not overlap, or if no stretch is long enough.

    Notes
    -----
    The grid is the gyroscope's own; the accelerometer follows by a cubic spline.
    """
    check_units(sensor)
    gyr_time, gyr = _finite(sensor.gyr_time_s, sensor.gyr_deg_s)
    acc_time, acc = _finite(sensor.acc_time_s, sensor.acc_m_s2)
    step = float(np.median(np.diff(gyr_time)))
    acc_step = float(np.median(np.diff(acc_time)))
    if min(gyr_time[-1], acc_time[-1]) - max(gyr_time[0], acc_time[0]) < SHORTEST_STRETCH_S:
        raise RecordingError(
            f"The {sensor.side} shoe's gyroscope ({gyr_time[0]:.0f}-{gyr_time[-1]:.0f} s) and accelerometer "
            f"({acc_time[0]:.0f}-{acc_time[-1]:.0f} s) share less than {SHORTEST_STRETCH_S:.0f} s. "
            "Give files of the same recording, a minute or longer."
        )
    findings: list[Finding] = []
    if abs(np.log(acc_step / step)) > 0.1:
        findings.append(finding("sensor_rates_differ", side=sensor.side, gyr_hz=1 / step, acc_hz=1 / acc_step))
    gyr = unclipped(gyr) if clipped_share(gyr) > CLIPPED_SHARE else gyr
    acc = unclipped(acc) if clipped_share(acc) > CLIPPED_SHARE else acc
    quaternion = _whole_quaternions(sensor, gyr_time)

    longest = max(settings.gap_max_s, 2.5 * step, 2.5 * acc_step)
    edges = _common_stretches(gyr_time, acc_time, longest)
    stretches: list[Samples] = []
    for start, end in edges:
        if end - start < SHORTEST_STRETCH_S:
            continue
        g, a = (slice(*np.searchsorted(t, [start - 1e-9, end + 1e-9])) for t in (gyr_time, acc_time))
        times = gyr_time[g]
        even = times.size > 1 and np.abs(np.diff(times) - step).max() < 0.02 * step
        grid = times if even else np.asarray(start + step * np.arange(int((end - start) / step) + 1), dtype=float)
        turned: Array | None = None
        if quaternion is not None:
            on_grid = _onto(grid, times, _continuous(quaternion[g]))
            turned = on_grid / lengths(on_grid)[:, None]
        stretches.append(
            Samples(grid, np.radians(_onto(grid, times, gyr[g])), _onto(grid, acc_time[a], acc[a]), turned, step)
        )
    if not stretches:
        raise RecordingError(
            f"The {sensor.side} shoe's readings break off every few seconds: no stretch of {SHORTEST_STRETCH_S:.0f} s "
            "is whole. Record at a lower rate, or let the sensor store the data itself instead of sending it."
        )
    lost = sum(end - start for start, end in edges) - sum(float(np.ptp(part.time_s)) for part in stretches)
    if len(edges) > 1:
        findings.append(finding("sensor_gaps", side=sensor.side, gaps=len(edges) - 1, lost_s=max(lost, 0.0)))
    return stretches, tuple(findings)


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
        wide: NDArray[np.intp] = np.flatnonzero(np.diff(times) > longest_s)
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
