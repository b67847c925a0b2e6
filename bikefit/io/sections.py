"""Part of a recording: from one second to another, or one lap.

A section is a recording of its own: its times start at 0, and `Recording.from_s` says where it lies in the file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bikefit.errors import RecordingError, UsageError, flagged
from bikefit.io.finite import finite_span
from bikefit.model import Array, Channel, FootTrace, Lap, Markers, Recording, ShoeSensor


def section(recording: Recording, from_s: float | None = None, to_s: float | None = None) -> Recording:
    """Return the part of a recording in ``[from_s, to_s)``; times count from the section's first sample.

    ``from_s`` and ``to_s`` of the result say where in the file it lies. UsageError if the ends make no sense,
    RecordingError if there is nothing between them.
    """
    if from_s is None and to_s is None:
        return recording
    begin, end = (0.0 if from_s is None else from_s), (math.inf if to_s is None else to_s)
    if math.isnan(begin) or math.isnan(end) or begin < 0 or end <= begin:
        raise UsageError(
            f"The section {_span(from_s, to_s)} makes no sense: it must begin at 0 or later and end after."
        )
    first = min(
        (t[np.searchsorted(t, begin)] for t in _clocks(recording) if t.size and t[-1] >= begin), default=math.inf
    )
    if not first < end:
        raise RecordingError(
            f"{recording.name}: there is nothing in the section {_span(from_s, to_s)}; the recording lasts "
            f"{recording.duration_s:.1f} s."
        )
    cut = _Cut(begin, end, float(first))
    return replace(
        recording,
        from_s=recording.from_s + cut.origin_s,
        to_s=min(recording.to_s, recording.from_s + end),
        feet={side: cut.foot(trace) for side, trace in recording.feet.items()},
        sensors={side: cut.sensor(sensor) for side, sensor in recording.sensors.items()},
        markers=None if recording.markers is None else cut.markers(recording.markers),
        companions={name: cut.channel(channel) for name, channel in recording.companions.items()},
        laps=cut.laps(recording.laps),
    )


def lap(recording: Recording, number: int) -> Recording:
    """Return one lap of a recording as `section` does; RecordingError, naming those there are, if it is not there."""
    for item in recording.laps:
        if item.number == number:
            last = item.end_s >= recording.duration_s
            return section(recording, item.start_s, None if last else item.end_s)
    there = ", ".join(str(item.number) for item in recording.laps)
    raise RecordingError(
        f"{recording.name}: there is no lap {number}; "
        + (
            f"its laps are {there}."
            if there
            else "the file holds no laps." + flagged(" A section is given with --from and --to.")
        )
    )


class _Cut:
    """Half-open interval of time, applied to each kind of channel."""

    def __init__(self, begin_s: float, end_s: float, origin_s: float) -> None:
        self.begin_s, self.end_s, self.origin_s = begin_s, end_s, origin_s

    def rows(self, time_s: Array) -> slice:
        """Return which samples lie inside."""
        return slice(int(np.searchsorted(time_s, self.begin_s)), int(np.searchsorted(time_s, self.end_s)))

    def time(self, time_s: Array) -> Array:
        """Return the times inside, counted from the section's first sample."""
        inside: Array = time_s[self.rows(time_s)] - self.origin_s
        return inside

    def channel(self, channel: Channel) -> Channel:
        """Cut a shared channel."""
        return Channel(self.time(channel.time_s), channel.values[self.rows(channel.time_s)])

    def foot(self, trace: FootTrace) -> FootTrace:
        """Cut a foot's trace."""
        rows = self.rows(trace.time_s)
        unusable: Mapping[str, NDArray[np.bool_]] = {why: mask[rows] for why, mask in trace.unusable.items()}
        return replace(
            trace,
            time_s=self.time(trace.time_s),
            heel_out_deg=nearest_turn(trace.heel_out_deg[rows]),
            crank_deg=None if trace.crank_deg is None else trace.crank_deg[rows],
            tdc_s=None if trace.tdc_s is None else self.time(trace.tdc_s),
            pitch_deg=None if trace.pitch_deg is None else trace.pitch_deg[rows],
            pitch_rate_deg_s=None if trace.pitch_rate_deg_s is None else trace.pitch_rate_deg_s[rows],
            unusable=unusable,
        )

    def sensor(self, sensor: ShoeSensor) -> ShoeSensor:
        """Cut a shoe sensor's channels."""
        turns, pulls = self.rows(sensor.gyr_time_s), self.rows(sensor.acc_time_s)
        return replace(
            sensor,
            gyr_time_s=self.time(sensor.gyr_time_s),
            gyr_deg_s=sensor.gyr_deg_s[turns],
            acc_time_s=self.time(sensor.acc_time_s),
            acc_m_s2=sensor.acc_m_s2[pulls],
            quaternion=None if sensor.quaternion is None else sensor.quaternion[turns],
        )

    def markers(self, markers: Markers) -> Markers:
        """Cut marker trajectories."""
        rows = self.rows(markers.time_s)
        return Markers(self.time(markers.time_s), {name: place[rows] for name, place in markers.positions_mm.items()})

    def laps(self, laps: tuple[Lap, ...]) -> tuple[Lap, ...]:
        """Keep what of the laps lies inside."""
        inside = []
        for item in laps:
            start, end = max(item.start_s, self.begin_s), min(item.end_s, self.end_s)
            if start < end:
                inside.append(Lap(item.number, max(start - self.origin_s, 0.0), end - self.origin_s))
        return tuple(inside)


def nearest_turn(angle_deg: Array) -> Array:
    """Shift a continuous angle by whole turns so that its median lies in (-180, 180]; the same array where it does.

    Examples
    --------
    >>> nearest_turn(np.array([357.0, 358.0, 359.0])).tolist()
    [-3.0, -2.0, -1.0]
    """
    low, high, _ = finite_span(angle_deg)
    if math.isnan(low) or (low > -180.0 and high <= 180.0):
        return angle_deg
    turns = math.ceil((float(np.nanmedian(angle_deg)) - 180.0) / 360.0)
    return angle_deg - 360.0 * turns if turns else angle_deg


def _clocks(recording: Recording) -> list[Array]:
    """Return the time stamps of every channel that the section may begin with."""
    clocks = [trace.time_s for trace in recording.feet.values()]
    for sensor in recording.sensors.values():
        clocks += [sensor.gyr_time_s, sensor.acc_time_s]
    if recording.markers is not None:
        clocks.append(recording.markers.time_s)
    return clocks or [channel.time_s for channel in recording.companions.values()]


def _span(from_s: float | None, to_s: float | None) -> str:
    """Return a section's ends in words."""
    start = "the beginning" if from_s is None else f"{from_s:g} s"
    end = "the end" if to_s is None else f"{to_s:g} s"
    return f"from {start} to {end}"
