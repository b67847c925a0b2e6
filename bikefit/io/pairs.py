"""One file a shoe, or two: an accelerometer's and a gyroscope's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bikefit.conventions import SIDES, Side
from bikefit.digests import combined
from bikefit.errors import RecordingError, UsageError
from bikefit.io.archives import unpacked
from bikefit.io.formats import TEXT, format_of, read_file
from bikefit.io.options import ReadOptions
from bikefit.io.sections import later
from bikefit.io.sides import TDC_CHANNEL, only
from bikefit.io.text.reader import TimedRecording, read_timed
from bikefit.model import Channel, Recording

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
    shoes: list[TimedRecording] = []
    for side, files in zip(SIDES, (left, right), strict=True):
        parts = [_one_side(_read(path, replace(options, side=side)), side) for path in files]
        if parts:
            shoes.append(_joined(parts, side))
    return _together(shoes)


def _read(path: Path, options: ReadOptions) -> TimedRecording:
    """Read one file with the time of its first sample on its own clock."""
    with unpacked(path) as inner:
        if format_of(inner) is TEXT:
            return read_timed(inner, options)
        recording = read_file(inner, options)
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
            f"'bikefit inspect {recording.name}'."
        )
    if side not in there:
        raise RecordingError(f"{recording.name}: given as the {side} shoe's file, but it holds the other foot only.")
    return replace(timed, recording=only(recording, side))


def _joined(parts: Sequence[TimedRecording], side: Side) -> TimedRecording:
    """Put the files of one shoe together; they share the shoe's clock."""
    if len(parts) == 1:
        return parts[0]
    names = _names(parts)
    sensors = [part.recording.sensors.get(side) for part in parts]
    turning = [at for at, item in enumerate(sensors) if item and item.gyr_time_s.size]
    pulling = [at for at, item in enumerate(sensors) if item and item.acc_time_s.size]
    if len(parts) != 2 or len(turning) != 1 or pulling != [1 - turning[0]]:
        raise RecordingError(
            f"{names}: the files of one shoe must be one accelerometer's and one gyroscope's (or one file with both)."
        )
    if parts[0].absolute != parts[1].absolute:
        raise RecordingError(f"{names}: one counts from 1970 and the other does not, so their times cannot be matched.")
    moved = _from_one_origin(parts, "two")
    gyr, acc = moved[turning[0]], moved[pulling[0]]
    origin_s = min(part.origin_s for part in parts)
    first = gyr if parts[turning[0]].origin_s == origin_s else acc
    joined = replace(
        first,
        name=f"{gyr.name} + {acc.name}",
        sha256=combined([part.recording.sha256 for part in parts]),
        to_s=max(gyr.to_s, acc.to_s),
        sensors={
            side: replace(
                gyr.sensors[side], acc_time_s=acc.sensors[side].acc_time_s, acc_m_s2=acc.sensors[side].acc_m_s2
            )
        },
        channels=(*gyr.channels, *acc.channels),
        findings=(*gyr.findings, *acc.findings),
    )
    return TimedRecording(joined, origin_s, parts[0].absolute)


def _together(shoes: Sequence[TimedRecording]) -> Recording:
    """Put both shoes into one recording; on a common clock their times are brought to one origin."""
    common = all(item.absolute for item in shoes)
    recordings = _from_one_origin(shoes, "two shoes") if common else [item.recording for item in shoes]
    companions: dict[str, Channel] = {}
    for item in recordings:
        for name, channel in item.companions.items():
            if name != TDC_CHANNEL:
                companions.setdefault(name, channel)
    return Recording(
        name=" + ".join(item.name for item in recordings),
        format=recordings[0].format,
        sha256=combined([item.sha256 for item in recordings]),
        start=min((item.start for item in recordings if item.start is not None), default=None),
        from_s=0.0,
        to_s=max(item.to_s for item in recordings),
        feet={side: trace for item in recordings for side, trace in item.feet.items()},
        sensors={
            side: replace(sensor, clock=COMMON_CLOCK if common else item.name)
            for item in recordings
            for side, sensor in item.sensors.items()
        },
        companions=companions,
        laps=recordings[0].laps,
        channels=tuple(channel for item in recordings for channel in item.channels),
        findings=tuple(found for item in recordings for found in item.findings),
    )


def _names(timed: Sequence[TimedRecording]) -> str:
    """Name the files for a message."""
    return " and ".join(item.recording.name for item in timed)


def _from_one_origin(timed: Sequence[TimedRecording], what: str) -> list[Recording]:
    """Return recordings on one clock with times from the earliest sample; RecordingError where two do not overlap."""
    starts = [item.origin_s - min(item.origin_s for item in timed) for item in timed]
    moved = [later(item.recording, start_s) for item, start_s in zip(timed, starts, strict=True)]
    if len(moved) > 1 and max(starts) >= min(item.to_s for item in moved):
        raise RecordingError(f"{_names(timed)}: the {what} do not overlap in time; are they from the same ride?")
    return moved
