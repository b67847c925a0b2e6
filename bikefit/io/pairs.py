"""One file a shoe, or two: an accelerometer's and a gyroscope's."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bikefit.conventions import SIDES, Side
from bikefit.errors import RecordingError, UsageError
from bikefit.io.archives import unpacked
from bikefit.io.formats import TEXT, format_of, read_file
from bikefit.io.options import ReadOptions
from bikefit.io.sides import TDC_CHANNEL
from bikefit.io.text.reader import TimedRecording, read_timed
from bikefit.model import Array, Channel, FootTrace, Recording, ShoeSensor

COMMON_CLOCK = "utc"
"""Clock of sensors whose time stamps count from 1970."""


def read_pair(left: Sequence[Path], right: Sequence[Path], options: ReadOptions) -> Recording:
    """Read the files of both shoes into one recording, before sides and signs are settled.

    Times count from the earliest sample where the clocks are common, else from each shoe's own first sample.
    """
    if not left and not right:
        raise UsageError("No file is given for either shoe.")
    if options.side is not None:
        raise UsageError("--side makes no sense with --left and --right: they say whose foot each file is.")
    files: dict[Side, Sequence[Path]] = {"left": left, "right": right}
    shoes: dict[Side, TimedRecording] = {}
    for side in SIDES:
        if files[side]:
            parts = [_one_side(_read(path, replace(options, side=side)), side) for path in files[side]]
            shoes[side] = _joined(parts, side)
    return _together(shoes, [item.recording.sha256 for item in shoes.values()])


def _read(path: Path, options: ReadOptions) -> TimedRecording:
    """Read one file with the time of its first sample on its own clock."""
    with unpacked(path) as inner:
        return _read_unpacked(inner, options)


def _read_unpacked(path: Path, options: ReadOptions) -> TimedRecording:
    """Read one file that is not an archive."""
    if format_of(path) is TEXT:
        return read_timed(path, options)
    recording = read_file(path, options)
    if recording.start is None:
        return TimedRecording(recording, 0.0, False)
    return TimedRecording(recording, recording.start.timestamp(), True)


def _one_side(timed: TimedRecording, side: Side) -> TimedRecording:
    """Keep the shoe that the file was given for."""
    recording = timed.recording
    there = set(recording.feet) | set(recording.sensors)
    if not there:
        raise RecordingError(
            f"{recording.name}: the file holds neither a foot's rotation nor a shoe sensor. See what it holds with "
            f"`bikefit inspect {recording.name}`."
        )
    if side not in there:
        raise RecordingError(f"{recording.name}: given as the {side} shoe's file, but it holds the other foot only.")
    return replace(
        timed,
        recording=replace(
            recording,
            feet={key: item for key, item in recording.feet.items() if key == side},
            sensors={key: item for key, item in recording.sensors.items() if key == side},
        ),
    )


def _joined(parts: Sequence[TimedRecording], side: Side) -> TimedRecording:
    """Put the files of one shoe together; they share the shoe's clock."""
    if len(parts) == 1:
        return parts[0]
    names = " and ".join(part.recording.name for part in parts)
    turning = [part for part in parts if (item := part.recording.sensors.get(side)) and item.gyr_time_s.size]
    pulling = [part for part in parts if (item := part.recording.sensors.get(side)) and item.acc_time_s.size]
    if len(parts) != 2 or len(turning) != 1 or len(pulling) != 1 or turning == pulling:
        raise RecordingError(
            f"{names}: the files of one shoe must be one accelerometer's and one gyroscope's (or one file with both)."
        )
    gyr, acc = turning[0], pulling[0]
    if gyr.absolute != acc.absolute:
        raise RecordingError(f"{names}: one counts from 1970 and the other does not, so their times cannot be matched.")
    origin_s = min(gyr.origin_s, acc.origin_s)
    turns, pulls = gyr.recording.sensors[side], acc.recording.sensors[side]
    later_gyr, later_acc = gyr.origin_s - origin_s, acc.origin_s - origin_s
    gyr_end, acc_end = gyr.recording.to_s + later_gyr, acc.recording.to_s + later_acc
    if min(gyr_end, acc_end) <= max(later_gyr, later_acc):
        raise RecordingError(f"{names}: the two do not overlap in time; are they from the same ride?")
    sensor = replace(
        turns,
        gyr_time_s=turns.gyr_time_s + later_gyr,
        acc_time_s=pulls.acc_time_s + later_acc,
        acc_m_s2=pulls.acc_m_s2,
    )
    first = gyr if later_gyr == 0.0 else acc
    joined = replace(
        first.recording,
        name=f"{gyr.recording.name} + {acc.recording.name}",
        sha256=_combined([part.recording.sha256 for part in parts]),
        to_s=max(gyr_end, acc_end),
        sensors={side: sensor},
        channels=(*gyr.recording.channels, *acc.recording.channels),
        findings=(*gyr.recording.findings, *acc.recording.findings),
    )
    return TimedRecording(joined, origin_s, gyr.absolute)


def _together(shoes: dict[Side, TimedRecording], hashes: Sequence[str]) -> Recording:
    """Put both shoes into one recording; on a common clock their times are brought to one origin."""
    common = all(item.absolute for item in shoes.values())
    origin_s = min(item.origin_s for item in shoes.values())
    feet: dict[Side, FootTrace] = {}
    sensors: dict[Side, ShoeSensor] = {}
    companions: dict[str, Channel] = {}
    ends: list[float] = []
    for timed in shoes.values():
        shift_s = timed.origin_s - origin_s if common else 0.0
        recording = timed.recording
        clock = COMMON_CLOCK if common else recording.name
        feet.update({key: _later(trace, shift_s) for key, trace in recording.feet.items()})
        sensors.update(
            {
                key: replace(
                    item, gyr_time_s=item.gyr_time_s + shift_s, acc_time_s=item.acc_time_s + shift_s, clock=clock
                )
                for key, item in recording.sensors.items()
            }
        )
        for name, channel in recording.companions.items():
            if name != TDC_CHANNEL:
                companions.setdefault(name, Channel(channel.time_s + shift_s, channel.values))
        ends.append(recording.to_s + shift_s)
    recordings = [item.recording for item in shoes.values()]
    if common and len(shoes) == 2:
        starts = [item.origin_s - origin_s for item in shoes.values()]
        if max(starts) >= min(ends):
            names = " and ".join(item.name for item in recordings)
            raise RecordingError(f"{names}: the two shoes do not overlap in time; are they from the same ride?")
    return Recording(
        name=" + ".join(item.name for item in recordings),
        format=recordings[0].format,
        sha256=hashes[0] if len(hashes) == 1 else _combined(hashes),
        start=min((item.start for item in recordings if item.start is not None), default=None),
        from_s=0.0,
        to_s=max(ends),
        feet=feet,
        sensors=sensors,
        companions=companions,
        laps=recordings[0].laps,
        channels=tuple(channel for item in recordings for channel in item.channels),
        findings=tuple(found for item in recordings for found in item.findings),
    )


def _later(trace: FootTrace, shift_s: float) -> FootTrace:
    """Return a trace whose times begin later."""

    def moved(times: Array | None) -> Array | None:
        """Return times that begin later."""
        return None if times is None else times + shift_s

    return replace(trace, time_s=trace.time_s + shift_s, tdc_s=moved(trace.tdc_s))


def _combined(hashes: Sequence[str]) -> str:
    """Hash of hashes, in order."""
    return hashlib.sha256("".join(hashes).encode("ascii")).hexdigest()
