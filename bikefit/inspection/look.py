"""Look at a recording without analysing it: what it holds, what can be made of it, and the command that would.

Inspection never fails where an analysis does: a ride without foot rotation, or with an unknown column, is
just what it is for.
"""

from __future__ import annotations

from pathlib import Path

from bikefit.conventions import SIDES
from bikefit.inspection.commands import advice
from bikefit.inspection.feet import look_at_foot, usual_cadence_rpm
from bikefit.inspection.remarks import what_can_be_done, what_is_missing
from bikefit.inspection.result import Inspection
from bikefit.inspection.sensor_zero import look_for_zero
from bikefit.io import ReadOptions, read_recording
from bikefit.model import Recording
from bikefit.settings import Settings


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
    cadence_rpm = usual_cadence_rpm(recording)
    feet = {side: foot for side in SIDES if (foot := look_at_foot(recording, side, cadence_rpm, settings)) is not None}
    zeros = tuple(
        look_for_zero(recording.sensors[side], settings) for side, foot in feet.items() if foot.source == "shoe_sensor"
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
        can=(*what_can_be_done(feet, recording), *(zero.remark for zero in zeros if zero.known)),
        missing=(*what_is_missing(feet, recording, settings), *(zero.remark for zero in zeros if not zero.known)),
        advice=tuple(dict.fromkeys(advice(recording, path, options, zeros))),
        findings=(*recording.findings, *(found for zero in zeros for found in zero.findings)),
        recording=recording,
    )
