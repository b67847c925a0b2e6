"""Whether a shoe sensor's still pose will give the analysis a zero."""

from __future__ import annotations

from dataclasses import dataclass

from bikefit.errors import RecordingError
from bikefit.inspection.result import Remark
from bikefit.model import Finding, ShoeSensor, finding
from bikefit.settings import Settings


@dataclass(frozen=True)
class SensorZero:
    """What an analysis will make of a shoe sensor's still pose: whether it gives a zero, and what is to be said."""

    known: bool
    remark: Remark
    findings: tuple[Finding, ...] = ()


def look_for_zero(sensor: ShoeSensor, settings: Settings) -> SensorZero:
    """Look for a shoe sensor's pose and zero as an analysis does."""
    from bikefit.shoe_sensor import trace_from_sensor

    try:
        trace, findings = trace_from_sensor(sensor, settings)
    except RecordingError as error:
        return SensorZero(False, Remark("sensor_refused", {"why": str(error)}))
    used = next((item for item in findings if item.code == "pose_used"), None)
    if used is not None and not trace.obstacles:
        limits = {name: used.values[name] for name in ("from_s", "to_s")}
        return SensorZero(True, Remark("sensor_pose", {"side": sensor.side, **limits}), findings)
    why = tuple(finding(reason.code, **reason.values) for reason in (*trace.obstacles, *trace.no_zero))
    return SensorZero(False, Remark("sensor_zero", {"side": sensor.side}), (*findings, *why))
