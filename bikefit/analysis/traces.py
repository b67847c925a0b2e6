"""From what was recorded to each foot's angle over time."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from bikefit.analysis.alike import are_alike, with_obstacle
from bikefit.analysis.neutral import Still
from bikefit.conventions import SIDES, Side
from bikefit.errors import NoRotationError, UsageError, flagged
from bikefit.io import lap as take_lap
from bikefit.io import require_usable, section, unread_foot
from bikefit.model import Array, Finding, FootTrace, Recording
from bikefit.sessions.reading import read_session
from bikefit.sessions.session import Session
from bikefit.threads import side_by_side, worth

SWING_MEAN_S: Final = 0.25
"""Means over this hold a pedalling foot's turning and leave a sensor's noise out."""


def with_traces(recording: Recording, options: Session, static: Recording | None) -> Recording:
    """Compute each foot's trace where a recording holds only sensor channels or markers; it is whole, with its pose."""
    require_usable(recording)
    traced = _traced(recording, options, static)
    return with_obstacle(traced) if are_alike(recording) else traced


def _traced(recording: Recording, options: Session, static: Recording | None) -> Recording:
    """Return a recording with its feet's traces."""
    if recording.feet:
        asked_for_one = options.side is not None
        unread = () if asked_for_one else unread_foot(recording)
        return replace(recording, findings=(*recording.findings, *unread)) if unread else recording
    if recording.markers is not None:
        from bikefit.marker_geometry import traces_from_markers

        traces, found = traces_from_markers(recording.markers, static.markers if static else None, options.settings)
    else:
        traces, found = _traces_from_sensors(recording, options)
    return replace(recording, feet=traces, sensors={}, markers=None, findings=(*recording.findings, *found))


def _traces_from_sensors(recording: Recording, options: Session) -> tuple[dict[Side, FootTrace], tuple[Finding, ...]]:
    """Compute each foot's trace from its shoe sensor, on one clock."""
    from bikefit.shoe_sensor import align_clocks, check_pair, check_sides, trace_from_sensor

    traces: dict[Side, FootTrace] = {}
    found: list[Finding] = []
    crank = recording.companions.get("crank_angle_deg")
    longest = max((sensor.gyr_time_s.size for sensor in recording.sensors.values()), default=0)
    traced = side_by_side(
        lambda sensor: trace_from_sensor(sensor, options.settings, options.pose),
        recording.sensors.values(),
        worth(longest),
    )
    for side, (trace, own) in zip(recording.sensors, traced, strict=True):
        traces[side] = trace
        found.extend(own)
        if crank is not None:
            found.extend(check_sides(traces[side], crank))
    if len(traces) == 2 and recording.sensors["left"].clock != recording.sensors["right"].clock:
        traces["right"], own = align_clocks(traces["left"], traces["right"])
        found.extend(own)
    elif len(traces) == 2:
        found.extend(check_pair(traces["left"], traces["right"]))
    return traces, tuple(found)


def refuse_idle_sensor(recording: Recording, session: Session) -> None:
    """Refuse a sensor that never went round with a pedal before asking whose foot it was on."""
    if recording.sensors or "sensor_side_needed" not in [item.code for item in recording.findings]:
        return
    from bikefit.shoe_sensor import trace_from_sensor

    for sensor in read_session(replace(session, side="left")).sensors.values():
        if "shoe_no_pedalling" in [item.code for item in trace_from_sensor(sensor, session.settings)[1]]:
            raise NoRotationError(
                f"{recording.name}: the file's sensor was not carried round by a pedal, so there is no heel angle to "
                "give; nor does the file say on which shoe it sat. Record a few minutes of steady seated pedalling "
                "with it, and " + flagged("add --side left or --side right.", "say which shoe it was.")
            )


def check_static(recording: Recording, static: Recording) -> None:
    """Refuse a still trial whose angles do not start from the recording's zero or come from other equipment."""
    both = [side for side in SIDES if None not in (recording.zero_of(side), static.zero_of(side))]
    zeros_differ = any(recording.zero_of(side) != static.zero_of(side) for side in both)
    made = {"simulated", _equipment(recording), _equipment(static)}
    if zeros_differ or len(made) > 2:
        raise UsageError(
            f"{flagged('--static ')}{static.name}: its angles ({_described(static)}) and those of {recording.name} "
            f"({_described(recording)}) do not start from the same zero, so one cannot be the other's neutral. Give a "
            "still trial made with the same equipment as the ride, or the neutral angle itself"
            f"{flagged(' (--neutral DEG)')}."
        )


def _equipment(recording: Recording) -> str:
    """Return what a recording was made with, as far as its file tells."""
    return "markers" if recording.markers is not None else recording.format


def _described(recording: Recording) -> str:
    """Say what a recording's angles come from."""
    zero = next((zero for side in SIDES if (zero := recording.zero_of(side)) is not None), None)
    meant = {"rider": "the rider's own zero", "bike": "from the bike's axis", "shoe_sensor": "a shoe sensor"}
    return f"{_equipment(recording)}, {meant.get(str(zero), 'no zero')}"


def stills_of(recording: Recording, options: Session, static: Recording | None) -> dict[Side, Still]:
    """Return what each foot did in the still trial, else in the pose; a foot without one is absent."""
    if static is not None and static.markers is not None:
        from bikefit.marker_geometry import static_heel_out_deg

        return {side: Still(deg) for side, deg in static_heel_out_deg(static.markers, options.settings).items()}
    if static is not None:
        return _stills(static, 0.0, math.inf)
    return _stills(recording, *options.pose) if options.pose is not None else {}


def _stills(recording: Recording, start_s: float, end_s: float) -> dict[Side, Still]:
    """Return each foot's median angle in a stretch of time, and how far it went to and fro."""
    stills: dict[Side, Still] = {}
    for side, trace in recording.feet.items():
        inside = (trace.time_s >= start_s) & (trace.time_s < end_s) & np.isfinite(trace.heel_out_deg)
        if inside.any():
            angle_deg = trace.heel_out_deg[inside]
            stills[side] = Still(float(np.median(angle_deg)), _swing_deg(trace.time_s[inside], angle_deg))
    return stills


def _swing_deg(time_s: Array, angle_deg: Array) -> float:
    """Return how far an angle goes to and fro [deg]: the 10-90 % range of its means over quarters of a second."""
    place = np.floor((time_s - time_s[0]) / SWING_MEAN_S).astype(np.intp)
    count = np.bincount(place)
    means = np.bincount(place, weights=angle_deg)[count > 0] / count[count > 0]
    low, high = np.quantile(means, [0.1, 0.9])
    return float(high - low)


def cut_section(recording: Recording, options: Session) -> Recording:
    """Return the part of a recording that the options name, or all of it."""
    if options.lap is not None:
        return take_lap(recording, options.lap)
    return section(recording, options.from_s, options.to_s)
