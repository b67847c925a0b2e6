"""What a recording holds of each foot: source, rate, holes and samples a stroke."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from bikefit.conventions import Reference, Side
from bikefit.inspection.result import FootInspection, Gap
from bikefit.io.finite import rate_of
from bikefit.model import Array, Recording
from bikefit.settings import Settings

GAPS_SHOWN: Final = 20
USUAL_CADENCE_RPM: Final = 90.0
"""Assumed for samples a stroke where the file holds no cadence."""


def look_at_foot(recording: Recording, side: Side, cadence_rpm: float, settings: Settings) -> FootInspection | None:
    """Describe one foot; None where there is nothing to compute it from."""
    trace, sensor = recording.feet.get(side), recording.sensors.get(side)
    if trace is not None:
        known = trace.heel_out_deg[np.isfinite(trace.heel_out_deg)]
        span = (float(known.min()), float(known.max())) if known.size else None
        return _described("rotation", trace.references[0], trace.time_s, known.size, span, cadence_rpm, settings)
    if sensor is not None and sensor.is_whole:
        times = sensor.gyr_time_s
        return _described("shoe_sensor", "shoe_acceleration", times, times.size, None, cadence_rpm, settings)
    if recording.markers is not None and recording.markers.has_shoe(side):
        marked = recording.markers.positions_mm
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
    """Describe what a foot's angle comes from, and the holes in it."""
    steps = np.diff(time_s)
    rate_hz = rate_of(time_s)
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


def usual_cadence_rpm(recording: Recording) -> float:
    """Return the usual cadence while pedalling, as recorded, or what is usual anywhere."""
    channel = recording.companions.get("cadence_rpm")
    turning = channel.values[channel.values > 0] if channel is not None else np.empty(0)
    return float(np.median(turning)) if turning.size else USUAL_CADENCE_RPM
