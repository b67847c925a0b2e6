"""From the raw channels of one shoe sensor to the foot's trace."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from bikefit.conventions import TURN_SIGN
from bikefit.errors import UsageError
from bikefit.model import Array, Finding, Flags, FootTrace, Reason, ShoeSensor, finding, reason
from bikefit.settings import Settings
from bikefit.shoe_sensor.axis import axis_heading_deg, disagreement_deg
from bikefit.shoe_sensor.carried import Stretch, axle_path, carry, check_gravity, fit_stretches
from bikefit.shoe_sensor.circle import Circle
from bikefit.shoe_sensor.doubts import errors_of, obstacles_of, sign_unseen
from bikefit.shoe_sensor.joining import Mounted, Piece, join_pieces
from bikefit.shoe_sensor.lag import find_lag, shifted
from bikefit.shoe_sensor.mounting import likely
from bikefit.shoe_sensor.orientation import level_axis
from bikefit.shoe_sensor.plane import Plane, find_plane
from bikefit.shoe_sensor.pose import Pose, check_given, find_still
from bikefit.shoe_sensor.samples import Samples, even_stretches
from bikefit.shoe_sensor.vectors import applied, dots, heading_rad, lengths
from bikefit.shoe_sensor.zero import Ridden, zero_from_pose
from bikefit.signals import runs_of

PEDALLING_LEAST_S = 7.0
DOUBTED_DEG = 1.5
"""Doubts about a pose beyond this are reported."""


def _spans(samples: Samples, flags: Flags) -> list[tuple[float, float]]:
    """Return where a flag holds for at least seven seconds [s]."""
    spans = [(float(samples.time_s[a]), float(samples.time_s[b - 1])) for a, b in runs_of(flags)]
    return [(a, b) for a, b in spans if b - a >= PEDALLING_LEAST_S]


def _no_pedalling(
    sensor: ShoeSensor, stretches: list[Stretch], findings: list[Finding]
) -> tuple[FootTrace, tuple[Finding, ...]]:
    """Give what is left without pedalling: the foot's heading against its own slow mean, not to be trusted."""
    time = np.concatenate([stretch.samples.time_s for stretch in stretches])
    turned = [stretch.orientation.turned for stretch in stretches]
    heading = np.degrees(np.concatenate([heading_rad(applied(each, level_axis(each))) for each in turned]))
    trace = FootTrace(sensor.side, time, TURN_SIGN[sensor.side] * heading, zero="none", quality=0.0)
    return trace, (*findings, finding("shoe_no_pedalling", side=sensor.side))


def trace_from_sensor(
    sensor: ShoeSensor,
    settings: Settings,
    pose: tuple[float, float] | None = None,
    *,
    mounting: Array | None = None,
) -> tuple[FootTrace, tuple[Finding, ...]]:
    """Turn the readings of a shoe sensor into heel-out, pitch and crank angle.

    Parameters
    ----------
    sensor : ShoeSensor
        Gyroscope and accelerometer on one shoe.
    settings : Settings
        ``gap_max_s``, the plausible cadences, ``crank_length_m``, ``turning_max_deg_s``, ``rocking_max_deg`` and
        ``zero_sd_shoe_sensor_deg`` are used.
    pose : tuple of (start_s, end_s), optional
        A stretch in which the rider stands still, clipped in, the sole level, within 30 s of pedalling. Without it
        such a stretch is looked for before the first pedalling.
    mounting : ndarray, shape (3, 3), optional
        Columns: the shoe's axes (to the toe, to the rider's left, up from the sole) in the sensor's axes, where they
        are known. A pose then gives the zero alone.

    Returns
    -------
    tuple of FootTrace and tuple of Finding
        Zero ``rider`` with a pose, else ``none``; ``quality`` 0 where there is no pedalling; ``zero_sd_deg`` grows
        with what disturbs the absolute angle. Samples in bends and while rocking are marked ``unusable``.

    Raises
    ------
    RecordingError
        If a channel is missing, stuck or in a wrong unit, if nothing is long enough, or if a given pose is not a pose.
    UsageError
        If ``mounting`` is not a rotation.

    Notes
    -----
    1. Orientation by a filter without magnetometer, or the recorder's own quaternions where they fit.
    2. The sensor's path: specific force in the level frame, integrated twice, high-passed.
    3. Lever arm and crank length: those that make the pedal axle's path a circle in a plane.
    4. The bike's plane from the axle's path; the crank angle in it; heel-out is the asin of the part of the shoe's
       long axis beside this plane, so the filter's drifting heading does not matter.
    5. The shoe's axes from the pose; without one, from the mean orientation: then a shape without a zero.
    6. The gyroscope's dominant axis sees changes of the mean angle independently: the disagreement lowers the quality.

    Limits: a bike that leans in time with the crank (1.3 deg of error per degree), an upper that gives way, a pedal
    that slides on its axle (0.3 deg per mm) cannot be distinguished from a turned foot by one sensor.
    """
    if mounting is not None and not (
        mounting.shape == (3, 3) and np.allclose(mounting.T @ mounting, np.eye(3), atol=1e-6)
    ):
        raise UsageError("The mounting must be a rotation: three columns of length 1 at right angles.")
    readings = even_stretches(sensor, settings)
    stretches = [carry(part) for part in readings.stretches]
    check_gravity(stretches, sensor.side)
    findings = [*readings.findings]
    if any(stretch.turned_down for stretch in stretches):
        findings.append(finding("quaternion_unused", side=sensor.side))
    fitted = fit_stretches(stretches, settings)
    if fitted is None:
        return _no_pedalling(sensor, stretches, findings)
    lag_s = find_lag(stretches, fitted[1], settings)
    if lag_s != 0.0:
        stretches = [carry(shifted(part, lag_s)) for part in readings.stretches]
        fitted = fit_stretches(stretches, settings) or fitted
        findings.append(finding("sensor_lag", side=sensor.side, lag_ms=1000.0 * lag_s))
    rough, circle = fitted
    axles = [axle_path(stretch, circle) for stretch in stretches]
    planes = [
        find_plane(axle, stretch.orientation, circle.crank_m, stretch.samples.step_s, settings)
        for axle, stretch in zip(axles, stretches, strict=True)
    ]
    pairs = [(stretch.samples, plane) for stretch, plane in zip(stretches, planes, strict=True) if plane is not None]
    if not any(_spans(part, plane.pedalling) for part, plane in pairs):
        return _no_pedalling(sensor, stretches, findings)
    mounted, of_pose = _mounted(sensor, pairs, circle, rough, settings, pose, mounting)
    pieces = [
        _piece(sensor, stretch, axle, plane, mounted.shoe_axes, circle)
        for stretch, axle, plane in zip(stretches, axles, planes, strict=True)
    ]
    trace, of_pieces = join_pieces(sensor, pieces, mounted, errors_of(readings, lag_s, circle, settings), settings)
    findings += [*of_pose, *of_pieces]
    # a mounting that was declared, and goes with the pedalling, settles which way is up
    unsettled = mounted.shoe_axes if mounted.shoe_axes is not mounting else None
    if unsettled is not None and sign_unseen(unsettled, settings):
        findings.append(finding("accelerometer_sign_unseen", side=sensor.side))
    trace = replace(trace, obstacles=obstacles_of(readings, unsettled, sensor.side, settings))
    return trace, tuple(findings)


def _mounted(
    sensor: ShoeSensor,
    pairs: list[tuple[Samples, Plane]],
    circle: Circle,
    rough: Array,
    settings: Settings,
    given: tuple[float, float] | None,
    mounting: Array | None,
) -> tuple[Mounted, tuple[Finding, ...]]:
    """Settle the shoe's axes in the sensor's, the kind of zero and the heel-out angle to take off."""
    side, findings = sensor.side, list[Finding]()
    if mounting is not None and not likely(mounting, rough, side, settings):
        findings.append(finding("mounting_unlikely", side=side))
        mounting = None
    parts = [part for part, _ in pairs]
    ridden = [Ridden(part, plane.pedalling & ~plane.rocking, plane.turning) for part, plane in pairs]
    spans = [span for one in ridden for span in _spans(one.samples, one.pedalling)]
    found = check_given(given, parts, spans, settings) if given is not None else _found_pose(parts, spans, settings)
    missing: tuple[Reason, ...] = (reason("neutral_needed", side=side),)
    if found is not None:
        zero = zero_from_pose(ridden, found, spans, circle, rough, side, settings)
        limits = {"side": side, "from_s": found.start_s, "to_s": found.end_s}
        if zero.shoe_axes is not None:
            used = finding("pose_used", **limits, given=found.given)
            # a pose that was not named may be the wrong stretch
            findings.append(used if found.given else replace(used, level="warning"))
            if zero.sd_deg > DOUBTED_DEG:
                findings.append(finding("zero_doubted", side=side, sd_deg=zero.sd_deg))
            if mounting is None:
                return Mounted(zero.shoe_axes, "rider", 0.0, zero.sd_deg), tuple(findings)
            change = zero.shoe_axes.T @ mounting
            offset = TURN_SIGN[side] * math.degrees(math.asin(float(np.clip(change[1, 0], -1, 1))))
            return Mounted(mounting, "rider", offset, zero.sd_deg), tuple(findings)
        findings.append(finding("pose_unlikely", **limits))
        missing = zero.reasons
    if mounting is not None:
        return Mounted(mounting, "none", 0.0, 0.0), tuple(findings)
    return Mounted(rough, "none", 0.0, 0.0, missing), (*findings, finding("mounting_unknown", side=side))


def _found_pose(parts: list[Samples], spans: list[tuple[float, float]], settings: Settings) -> Pose | None:
    """Look for the last still stretch before the first pedalling."""
    if not spans:
        return None
    return find_still(next(part for part in parts if part.time_s[-1] >= spans[0][0]), spans[0][0], settings)


def _piece(
    sensor: ShoeSensor,
    stretch: Stretch,
    axle: Array,
    plane: Plane | None,
    shoe_axes: Array,
    circle: Circle,
) -> Piece:
    """Measure the angles of one stretch."""
    samples = stretch.samples
    count = samples.time_s.size
    rate = np.degrees(samples.gyr_rad_s @ shoe_axes[:, 1])
    if plane is None:
        unknown, never = np.full(count, np.nan), np.zeros(count, dtype=bool)
        return Piece(samples.time_s, unknown, unknown, unknown, rate, never, never, never, unknown, unknown, math.nan)
    long_axis = applied(stretch.orientation.turned, shoe_axes[:, 0])
    beside, ahead, above = (dots(long_axis, axis) for axis in (plane.normal, plane.forward, plane.up))
    heading = np.degrees(np.arcsin(np.clip(beside, -1.0, 1.0)))
    used = plane.steady
    axis = axis_heading_deg(samples.gyr_rad_s, shoe_axes, used, samples.step_s)
    return Piece(
        time_s=samples.time_s,
        heel_out_deg=TURN_SIGN[sensor.side] * heading,
        crank_deg=np.degrees(plane.crank_rad),
        pitch_deg=np.degrees(np.arctan2(-above, ahead)),
        pitch_rate_deg_s=rate,
        turning=plane.turning,
        rocking=plane.rocking,
        pedalling=plane.pedalling,
        rocking_deg=plane.rocking_deg,
        radius_error=np.abs(lengths(axle) / circle.crank_m - 1.0),
        disagreement_deg=disagreement_deg(axis, heading, used, samples.step_s),
    )
