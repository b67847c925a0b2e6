"""What a file holds, what can be made of it, and the command that would do it.

Inspection never fails where an analysis does: a ride without foot rotation, or with a column that nobody knows, is
just what it is for.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from bikefit.conventions import SIDES, Reference, Side, other_side
from bikefit.errors import RecordingError
from bikefit.io import ReadOptions, read_recording
from bikefit.io.usable import (
    has_rotation,
    is_of_one_foot,
    marker_flags,
    nearest_rotation_column,
    sensor_flags,
)
from bikefit.model import Array, ChannelInfo, Finding, FootTrace, Lap, Recording, ShoeSensor, finding
from bikefit.model.json_values import in_json, shown
from bikefit.settings import Settings
from bikefit.words import ENGLISH, Words

GAPS_SHOWN: Final = 20
USUAL_CADENCE_RPM: Final = 90.0
"""Assumed for samples a stroke where the file holds no cadence."""


@dataclass(frozen=True)
class Gap:
    """A hole in the samples, ``[start_s, end_s)`` from the recording's first sample."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class Remark:
    """What can be done with a file, or is missing: a key of the words' section ``inspection``, and its values."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def told(self, words: Words) -> str:
        """Return its sentence."""
        return words.text(f"inspection.{self.key}", **self.values)

    def __str__(self) -> str:
        """Say it in English."""
        return self.told(ENGLISH)

    def to_dict(self) -> str:
        """Return it as JSON has it: its sentence in English."""
        return str(self)


@dataclass(frozen=True)
class FootInspection:
    """What is there of one foot.

    Attributes
    ----------
    source : {"rotation", "shoe_sensor", "markers"}
        What its angle is, or would be computed from.
    reference : str
        What strokes can be found from, best first of what the file holds.
    rate_hz : float
        Sampling rate [Hz].
    samples : int
        Samples that are not missing.
    missing_share : float
        Share of samples that are missing.
    range_deg : tuple of float, optional
        Smallest and largest angle [deg] of a rotation trace.
    samples_per_stroke : float
        At the recorded cadence, or at 90 rpm where none is recorded.
    gaps : int
        Holes longer than the settings' ``gap_max_s``.
    gap_s : float
        Their length together [s].
    longest_gaps : tuple of Gap
        The longest ones, in order of time.
    """

    source: str
    reference: Reference
    rate_hz: float
    samples: int
    missing_share: float
    range_deg: tuple[float, float] | None
    samples_per_stroke: float
    gaps: int
    gap_s: float
    longest_gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Inspection:
    """What a recording holds, as ``bikefit inspect`` shows it.

    Attributes
    ----------
    name, format, sha256, start, duration_s
        As of the `Recording`.
    feet : mapping of side to FootInspection
        The feet that can be analysed.
    channels : tuple of ChannelInfo
        All that the file holds.
    laps : tuple of Lap
        Its laps.
    can : tuple of Remark
        What can be analysed.
    missing : tuple of Remark
        What is not there, and what that means.
    advice : tuple of str
        Command lines that can be pasted, the most useful first.
    findings : tuple of Finding
        What the reader saw.
    recording : Recording
        What was inspected; not part of the dict.
    """

    schema: str = field(default="bikefit.inspection/1", kw_only=True)
    name: str
    format: str
    sha256: str
    start: datetime | None
    duration_s: float
    feet: Mapping[Side, FootInspection]
    channels: tuple[ChannelInfo, ...]
    laps: tuple[Lap, ...]
    can: tuple[Remark, ...]
    missing: tuple[Remark, ...]
    advice: tuple[str, ...]
    findings: tuple[Finding, ...]
    recording: Recording = field(repr=False, metadata=in_json(None))

    def to_dict(self) -> dict[str, Any]:
        """Return the inspection as plain values for JSON."""
        return shown(self)


def inspect_recording(
    source: str | Path | Recording,
    options: ReadOptions | None = None,
    settings: Settings | None = None,
) -> Inspection:
    """Look at a recording without analysing it.

    Parameters
    ----------
    source : path-like or Recording
        A file, or what was read from one.
    options : ReadOptions, optional
        How to read the file; they also go into the advice.
    settings : Settings, optional
        For the longest hole that is bridged and the fewest samples a stroke.

    Returns
    -------
    Inspection
        Also of a recording that holds no rotation.

    Raises
    ------
    RecordingError
        If the file cannot be read at all.
    UsageError
        If an option makes no sense.
    """
    options, settings = options or ReadOptions(), settings or Settings()
    recording = source if isinstance(source, Recording) else read_recording(source, options)
    path = Path(recording.name) if isinstance(source, Recording) else Path(source)
    cadence_rpm = _cadence_rpm(recording)
    feet = {side: foot for side in SIDES if (foot := _foot(recording, side, cadence_rpm, settings)) is not None}
    zeros = tuple(
        _zero(recording.sensors[side], settings) for side, foot in feet.items() if foot.source == "shoe_sensor"
    )
    return Inspection(
        name=recording.name,
        format=recording.format,
        sha256=recording.sha256,
        start=recording.start,
        duration_s=recording.duration_s,
        feet=feet,
        channels=recording.channels,
        laps=recording.laps,
        can=(*_what_can_be_done(feet, recording), *(zero.remark for zero in zeros if zero.known)),
        missing=(*_what_is_missing(feet, recording, settings), *(zero.remark for zero in zeros if not zero.known)),
        advice=tuple(dict.fromkeys(_advice(recording, path, options, zeros))),
        findings=(*recording.findings, *(found for zero in zeros for found in zero.findings)),
        recording=recording,
    )


# ---- one foot ----------------------------------------------------------------------------------------------


def _foot(recording: Recording, side: Side, cadence_rpm: float, settings: Settings) -> FootInspection | None:
    """Describe one foot; None where there is nothing to compute it from."""
    trace, sensor = recording.feet.get(side), recording.sensors.get(side)
    if trace is not None:
        known = trace.heel_out_deg[np.isfinite(trace.heel_out_deg)]
        span = (float(known.min()), float(known.max())) if known.size else None
        return _described("rotation", _reference(trace), trace.time_s, known.size, span, cadence_rpm, settings)
    if sensor is not None and _is_whole(sensor):
        times = sensor.gyr_time_s
        return _described("shoe_sensor", "shoe_acceleration", times, times.size, None, cadence_rpm, settings)
    marked = recording.markers.positions_mm if recording.markers else {}
    if recording.markers is not None and {f"{side}_heel", f"{side}_toe"} <= set(marked):
        places = np.concatenate([marked[f"{side}_heel"], marked[f"{side}_toe"]], axis=1)
        seen = int(np.count_nonzero(np.isfinite(places).all(axis=1)))
        return _described("markers", "markers", recording.markers.time_s, seen, None, cadence_rpm, settings)
    return None


def _described(
    source: str,
    reference: Reference,
    time_s: Array,
    samples: int,
    span: tuple[float, float] | None,
    cadence_rpm: float,
    settings: Settings,
) -> FootInspection:
    steps = np.diff(time_s)
    rate_hz = 1.0 / float(np.median(steps)) if steps.size else math.nan
    holes = np.flatnonzero(steps > max(settings.gap_max_s, 1.5 / rate_hz))
    longest = np.sort(holes[np.argsort(-steps[holes], kind="stable")[:GAPS_SHOWN]])
    return FootInspection(
        source=source,
        reference=reference,
        rate_hz=rate_hz,
        samples=samples,
        missing_share=1.0 - samples / time_s.size if time_s.size else math.nan,
        range_deg=span,
        samples_per_stroke=rate_hz * 60.0 / cadence_rpm,
        gaps=int(holes.size),
        gap_s=float(steps[holes].sum()),
        longest_gaps=tuple(Gap(float(time_s[at]), float(time_s[at + 1])) for at in longest),
    )


def _reference(trace: FootTrace) -> Reference:
    """Return the best of what a trace holds to find strokes by."""
    if trace.crank_deg is not None:
        return trace.crank_source or "crank_angle"
    if trace.tdc_s is not None:
        return "tdc_pulse"
    if trace.pitch_deg is not None:
        return "pitch"
    return "gyroscope" if trace.pitch_rate_deg_s is not None else "rotation"


def _is_whole(sensor: ShoeSensor) -> bool:
    """Tell whether a sensor has both of its halves."""
    return bool(sensor.gyr_time_s.size and sensor.acc_time_s.size)


def _cadence_rpm(recording: Recording) -> float:
    """Return the usual cadence while pedalling, as recorded, or what is usual anywhere."""
    channel = recording.companions.get("cadence_rpm")
    turning = channel.values[channel.values > 0] if channel is not None else np.empty(0)
    return float(np.median(turning)) if turning.size else USUAL_CADENCE_RPM


@dataclass(frozen=True)
class _Zero:
    """What an analysis will make of a shoe sensor's still pose: whether it gives a zero, and what is to be said."""

    known: bool
    remark: Remark
    findings: tuple[Finding, ...] = ()


def _zero(sensor: ShoeSensor, settings: Settings) -> _Zero:
    """Look for a shoe sensor's pose and zero as an analysis does."""
    from bikefit.shoe_sensor import trace_from_sensor

    try:
        trace, findings = trace_from_sensor(sensor, settings)
    except RecordingError as error:
        return _Zero(False, Remark("sensor_refused", {"why": str(error)}))
    used = next((item for item in findings if item.code == "pose_used"), None)
    if used is not None and not trace.obstacles:
        limits = {name: used.values[name] for name in ("from_s", "to_s")}
        return _Zero(True, Remark("sensor_pose", {"side": sensor.side, **limits}), findings)
    why = tuple(finding(reason.code, **reason.values) for reason in (*trace.obstacles, *trace.no_zero))
    return _Zero(False, Remark("sensor_zero", {"side": sensor.side}), (*findings, *why))


# ---- remarks -----------------------------------------------------------------------------------------------


def _what_can_be_done(feet: Mapping[Side, FootInspection], recording: Recording) -> Iterator[Remark]:
    """Say what each foot's angle and strokes come from."""
    if _is_one_frame(recording):
        yield Remark("one_frame")
        return
    for side, foot in feet.items():
        yield Remark("foot", {"side": side, "source": foot.source, "reference": foot.reference})
    if len(recording.laps) > 1 and feet:
        first, second = (f"{recording.name}@lap{lap.number}" for lap in recording.laps[:2])
        yield Remark("laps", {"count": len(recording.laps), "first": first, "second": second})


def _what_is_missing(feet: Mapping[Side, FootInspection], recording: Recording, settings: Settings) -> Iterator[Remark]:
    """Say what is not there that an analysis would want."""
    if not feet:
        why = _why_not(recording)
        yield why
        if why.key == "nothing" and nearest_rotation_column(recording) is None:
            yield from (Remark("ride_strap"), Remark("ride_read"))
        return
    if _is_one_frame(recording):
        yield Remark("one_frame_ride")
        return
    if len(feet) == 1:
        yield Remark("other_foot", {"side": other_side(next(iter(feet)))})
    for side, foot in feet.items():
        if not foot.samples_per_stroke >= settings.samples_per_stroke_min:
            seen = {"samples": foot.samples_per_stroke, "needed": settings.samples_per_stroke_min}
            yield Remark("samples", {"side": side, **seen, "needed_hz": _needed_hz(foot, settings)})
    if all(
        foot.source == "rotation" and foot.reference in ("pitch", "gyroscope", "rotation") for foot in feet.values()
    ):
        yield Remark("crank")
    if any(foot.source == "markers" for foot in feet.values()):
        yield Remark("marker_zero")


def _is_one_frame(recording: Recording) -> bool:
    """Tell whether a recording of markers is a single look at them."""
    return recording.markers is not None and recording.markers.time_s.size == 1


def _needed_hz(foot: FootInspection, settings: Settings) -> float:
    """Return the rate that gives enough samples a stroke [Hz]."""
    return math.ceil(foot.rate_hz / foot.samples_per_stroke * settings.samples_per_stroke_min)


def _why_not(recording: Recording) -> Remark:
    """Say why no foot can be analysed."""
    if is_of_one_foot(recording):
        return Remark("side_unknown")
    for side, sensor in recording.sensors.items():
        if not _is_whole(sensor):
            has, lacks = ("gyroscope", "accelerometer") if sensor.gyr_time_s.size else ("accelerometer", "gyroscope")
            return Remark("half_sensor", {"side": side, "has": has, "lacks": lacks})
    if marker_flags(recording) or recording.markers is not None:
        return Remark("markers_unnamed")
    return Remark("sensor_unnamed" if sensor_flags(recording) else "nothing")


# ---- command lines -----------------------------------------------------------------------------------------


def _advice(recording: Recording, path: Path, options: ReadOptions, zeros: Sequence[_Zero]) -> Iterator[str]:
    """Give the commands that would get furthest; of shoe sensors first what an analysis without more would say."""
    file = shlex.quote(str(path))
    given = _flags(options)
    yield from (_command(file, *given, "--column", change) for change in _corrections(recording, options))
    if _is_one_frame(recording) and has_rotation(recording):
        yield _command("RIDE", *given, "--static", str(path))
        return
    if has_rotation(recording):
        neutral = [] if zeros else _neutral(recording)
        yield _command(file, *given, *neutral)
        if len(recording.laps) > 1:
            longest = max(recording.laps, key=lambda lap: lap.end_s - lap.start_s)
            yield _command(file, *given, *neutral, "--lap", str(longest.number))
        if not all(zero.known for zero in zeros):
            yield _command(file, *given, "--neutral", "recovery")
        return
    if is_of_one_foot(recording):
        yield from (_command(file, *given, "--side", side) for side in SIDES)
        return
    for side, sensor in recording.sensors.items():
        partner = _partner(path, has_gyroscope=bool(sensor.gyr_time_s.size))
        if partner is not None:
            yield f"bikefit analyze --{side} {file} --{side} {shlex.quote(str(partner))}"
        return
    named = marker_flags(recording) or sensor_flags(recording)
    near = nearest_rotation_column(recording)
    if named and not (near is not None and not marker_flags(recording)):
        shoe = ["--side", "right"] if "right_heel" not in named and options.side is None else []
        columns = [word for key, name in named.items() for word in ("--column", f"{key}={name}")]
        yield _command(file, *given, *shoe, *columns)
    elif near is not None:
        yield _command(file, *given, "--column", f"{_side_in(near)}_heel_rotation_deg={near}")


def _command(file: str, *flags: str) -> str:
    """Return one command line."""
    return " ".join(["bikefit analyze", file, *map(shlex.quote, flags)])


def _flags(options: ReadOptions) -> list[str]:
    """Return the options as they are typed."""
    flags = ["--side", options.side] if options.side else []
    if options.swap_sides:
        flags.append("--swap-sides")
    if options.positive != "heel-out":
        flags += ["--positive", options.positive]
    if options.rate_hz is not None:
        flags += ["--rate", f"{options.rate_hz:g}"]
    if options.preset is not None:
        flags += ["--preset", str(options.preset)]
    for channel, name in options.columns.items():
        flags += ["--column", f"{channel}={name}"]
    return flags


def _corrections(recording: Recording, options: ReadOptions) -> Iterator[str]:
    """Give the ``--column`` that puts right what the reader found suspicious."""
    taken = set(options.columns.values())
    for found in recording.findings:
        column = found.values.get("column")
        if column is None or column in taken:
            continue
        if found.code == "radians_suspected":
            yield f"{found.values['side']}_heel_rotation_rad={column}"
        elif found.code == "crank_radians_suspected":
            yield f"crank_angle_rad={column}"
        elif found.code == "time_step_odd":
            yield f"time_ms={column}"


def _neutral(recording: Recording) -> list[str]:
    """Return a neutral that needs nothing but the file, where it has no zero of the rider's."""
    return [] if recording.feet else ["--neutral", "recovery"]


def _partner(path: Path, *, has_gyroscope: bool) -> Path | None:
    """Return the file beside this one that is its accelerometer, or its gyroscope."""
    has, lacks = ("gyr", "acc") if has_gyroscope else ("acc", "gyr")
    if not path.is_file() or has not in path.name.casefold():
        return None
    stem = _before(path.name, has)
    beside = sorted(
        item
        for item in path.parent.iterdir()
        if lacks in item.name.casefold() and _before(item.name, lacks) == stem and item.suffix == path.suffix
    )
    return beside[0] if beside else None


def _before(name: str, word: str) -> str:
    """Return what stands before a word in a name."""
    return re.split(f"total{word}|{word}", name.casefold(), maxsplit=1)[0]


def _side_in(name: str) -> Side:
    """Return the side that a name speaks of; left where it does not."""
    words = re.split(r"[\W_]+", name.casefold())
    return "right" if any(word in ("right", "r", "rechts", "droite", "droit") for word in words) else "left"
