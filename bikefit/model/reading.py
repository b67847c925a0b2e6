"""Readings: one foot in one recording, with just what a comparison needs of it; from a result, or from a store."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from bikefit.conventions import Metric, Reference, Side, ZeroMeaning, interval_95
from bikefit.model.decided import Excess, Neutral, WedgeSystem
from bikefit.model.findings import Finding, Reason
from bikefit.model.pedal import NO_PEDAL, PedalMeasures, pedal_measures
from bikefit.model.session import FootResult, RecordingInfo, SessionResult


@dataclass(frozen=True)
class Reading:
    """One foot in one recording."""

    side: Side  # The foot
    rotation_deg: float  # Mean over the used strokes [deg], heel-out positive; NaN where the recording does not give it
    standard_error_deg: float  # Of it, by the strokes alone [deg]
    metric: Metric  # A code of `bikefit.conventions.METRICS`: what of each stroke it is the mean of
    neutral: Neutral  # The angle to come back to
    # Rotation less neutral, with its standard deviations; it tells whether a float stop hides part of it.
    excess: Excess
    zero: ZeroMeaning | None  # What an angle of zero means; None = not known
    fitted_wedges: int | None  # Signed count on the shoe, varus positive; None = not known
    strokes_used: int  # Strokes behind it
    # How it was ridden; NaN where unknown.
    cadence_rpm: float = math.nan
    power_w: float = math.nan
    reference: Reference | None = None  # What the strokes were cut by
    float_stop_deg: float = math.nan  # Where the foot rests against an end of its float [deg]; NaN where it does not
    recovery_phase_deg: float = math.nan  # Mean angle in the unloaded phase [deg]
    reasons: tuple[Reason, ...] = ()  # Why the recording alone came out as it did
    pedal: PedalMeasures = NO_PEDAL  # What a power pedal measured beside it; not kept in a store

    @property
    def interval_deg(self) -> tuple[float, float]:
        """95 % interval of the rotation by the strokes alone [deg]."""
        return interval_95(self.rotation_deg, self.excess.sd_deg)

    def is_usable(self, strokes_min: int) -> bool:
        """Whether it gives an angle at a known count, from strokes enough: then recordings may be learnt from it."""
        known = math.isfinite(self.rotation_deg) and math.isfinite(self.standard_error_deg)
        return known and self.fitted_wedges is not None and self.strokes_used >= strokes_min


@dataclass(frozen=True)
class Readings:
    """One recording of a rider: where it comes from, and what it says of each foot."""

    recording: RecordingInfo  # Name, format, bytes, and when it was made
    system: WedgeSystem  # The wedges that it was analysed with
    feet: Mapping[Side, Reading]  # The feet that were recorded
    is_section: bool = False  # Whether it is part of a longer recording
    findings: tuple[Finding, ...] = ()  # What must be known of the recording as a whole
    lap: int | None = None  # The number of the lap that it is, where a lap was named


def reading_of(foot: FootResult) -> Reading:
    """Return what a comparison needs of one foot's result."""
    rotation = foot.rotation
    power = foot.columns.numbers("power_w")[foot.columns.used]
    known = power[np.isfinite(power)]
    return Reading(
        side=foot.side,
        rotation_deg=rotation.value_deg,
        standard_error_deg=rotation.standard_error_deg,
        metric=rotation.metric,
        neutral=foot.neutral,
        excess=foot.excess,
        zero=foot.zero,
        fitted_wedges=foot.fitted_wedges,
        strokes_used=foot.strokes.used,
        cadence_rpm=foot.strokes.cadence_rpm,
        power_w=float(known.mean()) if known.size else math.nan,
        reference=foot.strokes.reference,
        float_stop_deg=rotation.float_stop.deg if rotation.float_stop else math.nan,
        recovery_phase_deg=rotation.recovery_phase_deg,
        reasons=foot.recommendation.reasons,
    )


def readings_of(session: SessionResult) -> Readings:
    """Return what a comparison needs of one session."""
    return Readings(
        recording=session.recording,
        system=session.system,
        feet={
            side: replace(reading_of(foot), pedal=pedal_measures(session.companions, side))
            for side, foot in session.feet.items()
        },
        is_section=session.is_section,
        findings=session.findings,
        lap=session.lap,
    )
