"""The command lines that would get furthest with a recording."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from bikefit.conventions import SIDES
from bikefit.inspection.sensor_zero import SensorZero
from bikefit.io import ReadOptions
from bikefit.io.usable import (
    column_flags,
    half_sensor,
    has_rotation,
    is_of_one_foot,
    marker_flags,
    near_rotation,
    sensor_flags,
)
from bikefit.model import Recording

_CORRECTIONS: Final[Mapping[str, str]] = {
    "radians_suspected": "{side}_heel_rotation_rad={column}",
    "crank_radians_suspected": "crank_angle_rad={column}",
    "time_step_odd": "time_{unit}={column}",
}
"""Finding -> the ``--column`` that puts right what it tells."""


def advice(recording: Recording, path: Path, options: ReadOptions, zeros: Sequence[SensorZero]) -> Iterator[str]:
    """Give the commands that would get furthest; of shoe sensors first what an analysis without more would say."""
    file = shlex.quote(str(path))
    given = _flags(options)
    yield from (_command(file, *given, "--column", change) for change in _corrections(recording, options))
    if recording.is_one_frame and has_rotation(recording):
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
    half = half_sensor(recording)
    if half is not None:
        side, has, lacks = half
        partner = _partner(path, has[:3], lacks[:3])
        if partner is not None:
            yield f"bikefit analyze --{side} {file} --{side} {shlex.quote(str(partner))}"
        return
    markers, near, sensors = marker_flags(recording), near_rotation(recording), sensor_flags(recording)
    if markers:
        yield _command(file, *given, *column_flags(markers))
    elif near is not None:
        yield _command(file, *given, *near.flags)
    elif sensors:
        shoe = ["--side", "right"] if options.side is None else []
        yield _command(file, *given, *shoe, *column_flags(sensors))


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
    return flags + column_flags(options.columns)


def _corrections(recording: Recording, options: ReadOptions) -> Iterator[str]:
    """Give the ``--column`` that puts right what the reader found suspicious."""
    for found in recording.findings:
        said = _CORRECTIONS.get(found.code)
        if said is not None and found.values["column"] not in options.columns.values():
            yield said.format(**found.values)


def _neutral(recording: Recording) -> list[str]:
    """Return a neutral that needs nothing but the file, where it has no zero of the rider's."""
    return [] if recording.feet else ["--neutral", "recovery"]


def _partner(path: Path, has: str, lacks: str) -> Path | None:
    """Return the file beside this one that is the other half of its sensor, by "gyr" and "acc" in the names."""
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
