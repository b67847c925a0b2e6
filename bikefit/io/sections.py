"""Part of a recording: from one second to another, or one lap.

A section is a recording of its own: its times start at 0, and `Recording.from_s` says where it lies in the file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

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
    part = _moved(recording, _Span(begin, end, float(first)))
    return replace(
        part,
        from_s=recording.from_s + float(first),
        to_s=min(recording.to_s, recording.from_s + end),
        feet={side: replace(trace, heel_out_deg=nearest_turn(trace.heel_out_deg)) for side, trace in part.feet.items()},
    )


def later(recording: Recording, by_s: float) -> Recording:
    """Return a recording whose samples come later."""
    return replace(_moved(recording, _Span(-math.inf, math.inf, -by_s)), to_s=recording.to_s + by_s)


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
            f"the file has lap{'s' if len(recording.laps) > 1 else ''} {there}."
            if there
            else "the file holds no laps." + flagged(" A section is given with --from and --to.")
        )
    )


@dataclass(frozen=True)
class _Span:
    """Half-open interval of time, and from when on its times count."""

    begin_s: float
    end_s: float
    origin_s: float

    def rows(self, time_s: Array) -> slice:
        """Return which samples lie inside."""
        return slice(int(np.searchsorted(time_s, self.begin_s)), int(np.searchsorted(time_s, self.end_s)))

    def time(self, time_s: Array) -> Array:
        """Return the times inside, counted from the origin."""
        inside: Array = time_s[self.rows(time_s)] - self.origin_s
        return inside


def _moved(recording: Recording, span: _Span) -> Recording:
    """Return what of a recording lies within a span; where it lies in the file is left to the caller."""
    markers = recording.markers
    if markers is not None:
        rows = span.rows(markers.time_s)
        places = {name: place[rows] for name, place in markers.positions_mm.items()}
        markers = Markers(span.time(markers.time_s), places)
    return replace(
        recording,
        feet={side: _foot(trace, span) for side, trace in recording.feet.items()},
        sensors={side: _sensor(sensor, span) for side, sensor in recording.sensors.items()},
        markers=markers,
        companions={
            name: Channel(span.time(channel.time_s), channel.values[span.rows(channel.time_s)])
            for name, channel in recording.companions.items()
        },
        laps=tuple(
            Lap(item.number, max(start - span.origin_s, 0.0), end - span.origin_s)
            for item in recording.laps
            if (start := max(item.start_s, span.begin_s)) < (end := min(item.end_s, span.end_s))
        ),
    )


def _foot(trace: FootTrace, span: _Span) -> FootTrace:
    """Return what of a foot's trace lies within a span."""
    rows = span.rows(trace.time_s)
    unusable: Mapping[str, NDArray[np.bool_]] = {why: mask[rows] for why, mask in trace.unusable.items()}
    return replace(
        trace,
        time_s=span.time(trace.time_s),
        heel_out_deg=trace.heel_out_deg[rows],
        crank_deg=None if trace.crank_deg is None else trace.crank_deg[rows],
        tdc_s=None if trace.tdc_s is None else span.time(trace.tdc_s),
        pitch_deg=None if trace.pitch_deg is None else trace.pitch_deg[rows],
        pitch_rate_deg_s=None if trace.pitch_rate_deg_s is None else trace.pitch_rate_deg_s[rows],
        unusable=unusable,
    )


def _sensor(sensor: ShoeSensor, span: _Span) -> ShoeSensor:
    """Return what of a shoe sensor's channels lies within a span."""
    turns, pulls = span.rows(sensor.gyr_time_s), span.rows(sensor.acc_time_s)
    return replace(
        sensor,
        gyr_time_s=span.time(sensor.gyr_time_s),
        gyr_deg_s=sensor.gyr_deg_s[turns],
        acc_time_s=span.time(sensor.acc_time_s),
        acc_m_s2=sensor.acc_m_s2[pulls],
        quaternion=None if sensor.quaternion is None else sensor.quaternion[turns],
    )


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
