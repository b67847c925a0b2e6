"""The stretches joined to one trace, with how far it may be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bikefit.conventions import ZeroKind
from bikefit.model import Array, Finding, Flags, FootTrace, Reason, ShoeSensor, finding
from bikefit.settings import Settings
from bikefit.signals import runs_of


@dataclass(frozen=True)
class Mounted:
    """How the sensor sits on the shoe, and what an angle of zero then means."""

    shoe_axes: Array  # shape (3, 3): columns: the shoe's axes in the sensor's
    zero: ZeroKind  # What an angle of zero means
    offset_deg: float  # Taken off the heel-out angle [deg]
    zero_sd_deg: float  # What doubts about the pose add to the zero's standard deviation [deg]
    no_zero: tuple[Reason, ...] = ()  # Why the level of the angle means nothing; empty where it does


@dataclass(frozen=True)
class Piece:
    """What is measured in one stretch, sample by sample."""

    # shape (n,): as in `bikefit.model.FootTrace`
    time_s: Array
    heel_out_deg: Array
    crank_deg: Array
    pitch_deg: Array
    pitch_rate_deg_s: Array
    # shape (n,): as in `bikefit.shoe_sensor.plane.Plane`
    turning: Flags
    rocking: Flags
    pedalling: Flags
    rocking_deg: Array  # shape (n,): amplitude of the bike's lean [deg]
    radius_error: Array  # shape (n,): relative error of the circle's radius
    disagreement_deg: float  # Between the two references [deg]


def join_pieces(
    sensor: ShoeSensor,
    pieces: list[Piece],
    mounted: Mounted,
    doubts_deg: list[float],
    settings: Settings,
) -> tuple[FootTrace, tuple[Finding, ...]]:
    """Join the stretches and say how far the whole may be trusted.

    Quality is 1 less ten times the median error of the radius, lowered where the two references disagree. The zero's
    standard deviation is the root of the sum of squares of the settings' value, the doubts about the pose and the
    readings, and what the bike's lean, the disagreement and stuck channels may do.
    """

    def join(name: str) -> Array:
        return np.concatenate([getattr(piece, name) for piece in pieces])

    time, pedalling = join("time_s"), join("pedalling").astype(bool)
    turning, rocking = join("turning").astype(bool), join("rocking").astype(bool)
    used = pedalling & ~turning & ~rocking
    step = float(np.median(np.diff(time)))
    findings = [
        finding(
            code,
            side=sensor.side,
            seconds=float(dropped.sum() * step),
            share_percent=100.0 * float(dropped.sum() / pedalling.sum()),
            windows=len(runs_of(dropped)),
        )
        for code, dropped in (("turning_dropped", turning), ("rocking_dropped", rocking))
        if dropped.any()
    ]
    differences = [piece.disagreement_deg for piece in pieces if not math.isnan(piece.disagreement_deg)]
    disagreement = max(differences, default=math.nan)
    lean = float(np.median(join("rocking_deg")[used][::10])) if used.any() else math.inf
    quality = max(0.0, 1.0 - float(np.median(join("radius_error")[pedalling][::10])) / 0.1)
    errors = [settings.zero_sd_shoe_sensor_deg, mounted.zero_sd_deg, *doubts_deg]
    if math.isfinite(lean):
        errors.append(settings.rocking_sd_share * lean)
    if not math.isnan(disagreement):
        quality /= 1.0 + disagreement**2
        errors.append(disagreement)
        if disagreement > settings.references_apart_warn_deg:
            findings.append(finding("references_disagree", side=sensor.side, deg=disagreement))
    for channel, values in (("gyroscope", sensor.gyr_deg_s), ("accelerometer", sensor.acc_m_s2)):
        if bool(np.all(values == values[0], axis=0).any()):
            findings.append(finding("sensor_axis_stuck", side=sensor.side, channel=channel))
            errors.append(settings.stuck_sd_deg)
    trace = FootTrace(
        side=sensor.side,
        time_s=time,
        heel_out_deg=join("heel_out_deg") - mounted.offset_deg,
        zero=mounted.zero,
        crank_deg=join("crank_deg"),
        crank_source="shoe_acceleration",
        pitch_deg=join("pitch_deg"),
        pitch_rate_deg_s=join("pitch_rate_deg_s"),
        unusable={"turning": turning, "rocking": rocking},
        zero_sd_deg=math.hypot(*errors),
        quality=quality,
        no_zero=mounted.no_zero,
    )
    return trace, tuple(findings)
