"""The still pose before the pedalling: found, or named by the user and checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from bikefit.errors import RecordingError
from bikefit.model import Array, Flags
from bikefit.settings import Settings
from bikefit.shoe_sensor.samples import Samples
from bikefit.shoe_sensor.vectors import lengths
from bikefit.signals import runs_of

POSE_SHORTEST_S, POSE_LONGEST_S = 2.0, 20.0
LEAVING_S = 0.3
"""So much before the middle of the last quiet window the foot surely had not set off."""
ONSET_S, ONSET_DEG_S, ONSET_M_S2 = 0.2, 0.4, 0.05
"""A foot that still stands sets off where it turns faster, or feels more, than this over so short a time."""
QUIET_S = 1.0
"""Window in which a foot must be quiet; half of it is left out of a pose before the foot slowly sets off."""


@dataclass(frozen=True)
class Pose:
    """A stretch in which foot and bike stand still, clipped in: its limits [s], and whether the user named it."""

    start_s: float
    end_s: float
    given: bool


def _moving_spread(values: Array, length: int) -> Array:
    """Return the standard deviation within a moving window, over all axes together."""
    centred = values - values.mean(axis=0)
    mean = uniform_filter1d(centred, length, axis=0, mode="nearest")
    square = uniform_filter1d(centred**2, length, axis=0, mode="nearest")
    spread: Array = np.sqrt(np.maximum(square - mean**2, 0.0).sum(axis=1))
    return spread


def _quiet(samples: Samples, settings: Settings) -> Flags:
    """Tell where neither gyroscope nor accelerometer varies within a second around the sample."""
    length = max(2, round(QUIET_S / samples.step_s))
    turning = np.degrees(_moving_spread(samples.gyr_rad_s, length))
    shaking = _moving_spread(samples.acc_m_s2, length)
    return (turning < settings.pose_still_deg_s) & (shaking < settings.pose_still_m_s2)


def find_still(samples: Samples, pedalling_start_s: float, settings: Settings) -> Pose | None:
    """Find the last still stretch before the pedalling of one unbroken stretch.

    None where nothing is still for two seconds within the settings' time before the pedalling.
    """
    before = samples.part(samples.time_s[0], pedalling_start_s)
    length = round(QUIET_S / samples.step_s)
    if before.time_s.size < 2 * length:
        return None
    spans = [(a, b - length // 2) for a, b in runs_of(_quiet(before, settings))]
    spans = [(a, b) for a, b in spans if (b - a) * samples.step_s >= POSE_SHORTEST_S]
    if not spans:
        return None
    first, last = spans[-1]
    start, end = float(before.time_s[first]), float(before.time_s[last - 1])
    if pedalling_start_s - end > settings.pose_to_pedalling_max_s:
        return None
    return Pose(max(start, end - POSE_LONGEST_S), end, given=False)


def last_still_s(samples: Samples, pose: Pose, until_s: float, settings: Settings) -> float:
    """Return when the foot surely still stood for the last time, in the pose or after it [s].

    Quiet is not enough there, for a foot that sets off slowly turns evenly at first: it must not turn at all.
    """
    between = samples.part(pose.start_s, until_s)
    bias = samples.part(pose.start_s, pose.end_s).gyr_rad_s.mean(axis=0)
    length = max(2, round(QUIET_S / samples.step_s))
    turning = np.degrees(lengths(uniform_filter1d(between.gyr_rad_s - bias, length, axis=0, mode="nearest")))
    quiet = between.time_s[_quiet(between, settings) & (turning < settings.pose_still_deg_s)]
    if not quiet.size:
        return pose.end_s
    surely_s = max(pose.start_s + QUIET_S, float(quiet[-1]) - LEAVING_S)
    return max(pose.start_s + QUIET_S, _setting_off_s(between, bias, surely_s))


def _setting_off_s(samples: Samples, bias_rad_s: Array, surely_s: float) -> float:
    """Return when a foot that stood until about a given time began to move [s]: closely, for a way of its own length.

    Where the foot is restless, or already on its way, the last moment of rest before that time is as near as it gets.
    """
    about = samples.part(surely_s - QUIET_S, samples.time_s[-1])
    length = max(2, round(ONSET_S / samples.step_s))
    rate, force = (
        uniform_filter1d(values, length, axis=0, mode="nearest")
        for values in (about.gyr_rad_s - bias_rad_s, about.acc_m_s2)
    )
    before = about.time_s < surely_s - LEAVING_S
    felt = lengths(force - force[before].mean(axis=0)) if before.any() else np.zeros(about.time_s.size)
    moves = (np.degrees(lengths(rate)) > ONSET_DEG_S) | (felt > ONSET_M_S2)
    later = about.time_s[moves & (about.time_s >= surely_s)]
    end_s = float(later[0]) if later.size else surely_s
    rests = about.time_s[~moves & (about.time_s < end_s)]
    return float(rests[-1]) - 0.5 * ONSET_S if rests.size else surely_s


def check_given(
    pose: tuple[float, float], stretches: list[Samples], spans: list[tuple[float, float]], settings: Settings
) -> Pose:
    """Return a pose that the user named, known to be usable.

    Raises RecordingError if it lies outside the readings, is shorter than two seconds, is not still, or has no
    pedalling near it.
    """
    start, end = pose
    name = f"--pose {start:g}-{end:g}"
    inside = [part for part in stretches if part.time_s[0] <= start + 0.5 and part.time_s[-1] >= end - 0.5]
    if not inside or end - start < POSE_SHORTEST_S:
        first, last = stretches[0].time_s[0], stretches[-1].time_s[-1]
        raise RecordingError(
            f"{name}: a pose is a stretch of {POSE_SHORTEST_S:.0f} s or more without gaps inside the recording "
            f"({first:.0f}-{last:.0f} s)."
        )
    still = inside[0].part(start, end)
    moved = float(np.degrees(np.sqrt(np.var(still.gyr_rad_s, axis=0).sum())))
    if moved > settings.pose_moved_deg_s:
        raise RecordingError(
            f"{name}: the foot moves there ({moved:.0f} deg/s). Name a stretch in which you stand still, clipped in, "
            "just before you pedal off."
        )
    gap = min((max(a - end, start - b, 0.0) for a, b in spans), default=np.inf)
    if gap > settings.pose_to_pedalling_max_s:
        raise RecordingError(
            f"{name}: no pedalling within {settings.pose_to_pedalling_max_s:.0f} s of it. The sensor's heading drifts; "
            "pedal off right after the pose."
        )
    return Pose(start, end, given=True)
