"""What can be done with a recording, and what it lacks for more."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from bikefit.conventions import Side, other_side
from bikefit.inspection.result import FootInspection, Remark
from bikefit.io.usable import half_sensor, is_of_one_foot, marker_flags, near_rotation, sensor_flags
from bikefit.model import Recording
from bikefit.settings import Settings


def what_can_be_done(feet: Mapping[Side, FootInspection], recording: Recording) -> Iterator[Remark]:
    """Say what each foot's angle and strokes come from."""
    if recording.is_one_frame:
        yield Remark("one_frame")
        return
    for side, foot in feet.items():
        yield Remark("foot", {"side": side, "source": foot.source, "reference": foot.reference})
    if len(recording.laps) > 1 and feet:
        first, second = (f"{recording.name}@lap{lap.number}" for lap in recording.laps[:2])
        yield Remark("laps", {"count": len(recording.laps), "first": first, "second": second})


def what_is_missing(feet: Mapping[Side, FootInspection], recording: Recording, settings: Settings) -> Iterator[Remark]:
    """Say what is not there that an analysis would want."""
    if not feet:
        why = _why_not(recording)
        yield why
        if why.key == "nothing" and near_rotation(recording) is None:
            yield from (Remark("ride_strap"), Remark("ride_read"))
        return
    if recording.is_one_frame:
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


def _needed_hz(foot: FootInspection, settings: Settings) -> float:
    """Return the rate that gives enough samples a stroke [Hz]."""
    return math.ceil(foot.rate_hz / foot.samples_per_stroke * settings.samples_per_stroke_min)


def _why_not(recording: Recording) -> Remark:
    """Say why no foot can be analysed."""
    if is_of_one_foot(recording):
        return Remark("side_unknown")
    if half := half_sensor(recording):
        return Remark("half_sensor", dict(zip(("side", "has", "lacks"), half, strict=True)))
    if marker_flags(recording) or recording.markers is not None:
        return Remark("markers_unnamed")
    return Remark("sensor_unnamed" if sensor_flags(recording) else "nothing")
