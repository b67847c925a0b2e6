"""One foot: from its recordings to what the wedges did, the count to ride with and the next step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bikefit.comparison import verdict
from bikefit.comparison.belief import FootBelief
from bikefit.comparison.curves import CountedCurves, compare_curves, seed_of
from bikefit.comparison.decision import count_to_ride
from bikefit.comparison.guards import check_feet, check_turned_cleat, turned_cleat
from bikefit.comparison.next_step import next_step
from bikefit.comparison.result import (
    Change,
    ComparedRecording,
    CurveDifference,
    FootComparison,
    OwnResponse,
    PriorUsed,
)
from bikefit.comparison.series import FootSeries, Taken, build_series
from bikefit.conventions import Side
from bikefit.model import Finding, Reason, Response, WedgeSystem, finding
from bikefit.response import Assumptions, planned_minimal_detectable_deg, rank_recordings
from bikefit.settings import Settings
from bikefit.wedges import undetermined


@dataclass(frozen=True)
class FootRecordings:
    """One foot's recordings as they were given, and those of them that can be used."""

    side: Side
    compared: tuple[ComparedRecording, ...]  # All, as the comparison shows them
    series: FootSeries | None  # The usable ones; None where there is none
    fitted: int  # Signed count in the last recording of this foot
    findings: tuple[Finding, ...]  # What must be known of them


def gather_foot(
    side: Side, taken: Sequence[Taken], settings: Settings, cleat_float_deg: float | None = None
) -> FootRecordings:
    """Bring one foot's recordings together.

    What is missing is an outcome with reasons; what must not be compared (`bikefit.comparison.guards`) is a
    `UsageError`.
    """
    here = sorted((one for one in taken if side in one.readings.feet), key=lambda one: one.order)
    counts = [one.readings.feet[side].fitted_wedges for one in here]
    check_turned_cleat(side, counts, [one.turn_deg.of(side) for one in here], cleat_float_deg)
    usable = _plausible(side, [one for one in here if one.readings.feet[side].is_usable(settings.strokes_min)])
    uncounted = [one for one, count in zip(here, counts, strict=True) if count is None]
    found = [
        finding("compare_count_unknown" if one in uncounted else "compare_left_out", side=side, name=one.label)
        for one in taken
        if one not in usable
    ]
    if usable:
        own = [one.readings.feet[side] for one in usable]
        found += check_feet(side, own, [one.label for one in usable], settings)
        found += turned_cleat(side, own, [one.turn_deg.of(side) for one in usable])
    return FootRecordings(
        side,
        tuple(_compared(side, one, used=one in usable) for one in taken),
        build_series(side, usable, no_float=cleat_float_deg == 0.0) if usable else None,
        counts[-1] or 0,
        tuple(found),
    )


def _plausible(side: Side, taken: list[Taken]) -> list[Taken]:
    """Leave out what cannot be a foot's angle beside what can: its zero, unit or column is another one."""
    sound = [
        one for one in taken if all(reason.code != "angle_implausible" for reason in one.readings.feet[side].reasons)
    ]
    return sound or taken


def _compared(side: Side, one: Taken, *, used: bool) -> ComparedRecording:
    """Return one recording as the comparison shows it."""
    foot, turn_deg = one.readings.feet.get(side), one.turn_deg.of(side)
    if foot is None:
        return ComparedRecording(one.name, None, math.nan, math.nan, turn_deg, used=False, label=one.label)
    strokes = one.curves.get(side)
    shown = strokes if strokes is not None and len(strokes) > 1 else None
    return ComparedRecording(
        name=one.name,
        wedges=foot.fitted_wedges,
        value_deg=foot.excess.deg if used else math.nan,
        standard_error_deg=foot.standard_error_deg if used else math.nan,
        cleat_turn_deg=turn_deg,
        used=used,
        pedal=foot.pedal,
        curve_deg=None if shown is None else shown.mean(axis=0),
        curve_sd_deg=None if shown is None else shown.std(axis=0, ddof=1),
        label=one.label,
    )


def judge_foot(
    gathered: FootRecordings, foot: FootBelief, settings: Settings, cleat_float_deg: float | None = None
) -> FootComparison:
    """Say what one foot's recordings, as the model has them, come to."""
    series, system, own = foot.series, foot.series.system, foot.own
    before_deg, reached_deg = _visible_deg(foot)
    told = foot.verdict
    measured, doubts = verdict.measured(foot, told, reached_deg), verdict.doubts(foot, settings)
    ranked = rank_recordings(
        own, series.told, series.counts, cant_deg=system.cant_deg, cap=system.cap, zero_sd_deg=series.zero_sd_deg
    )
    advised = count_to_ride(foot, told, settings, cleat_float_deg)
    step, advice = next_step(foot, told, advised, ranked, doubts, settings)
    findings = [measured, *doubts]
    if advice is not None and advice.code == "next_recording_cleat":
        cleat = verdict.turn_cleat(foot, advised, settings)
        findings += [cleat] if cleat else []
    response = own.response
    return FootComparison(
        side=series.side,
        recordings=gathered.compared,
        response=OwnResponse(
            prior=PriorUsed(settings.response_mean, settings.response_sd),
            mean=response.mean,
            sd=response.sd,
            interval=response.interval(),
            probability_heel_in=own.probability_heel_in,
        ),
        between_recording_sd_deg=own.between_sd_deg,
        between_recording_sd_interval_deg=foot.between_sd_interval_deg,
        drift_deg_per_recording=own.drift.mean,
        minimal_detectable_change_before_deg=before_deg,
        minimal_detectable_change_deg=reached_deg,
        change=_change(foot),
        verdict=told,
        recommendation=replace(advised, next_step=step),
        fitted_wedges=series.fitted,
        measured=measured,
        next_recordings=ranked if series.neutral_known else (),
        advice=advice,
        response_belief=response,
        curves=_curves(series, foot),
        findings=(*findings, *gathered.findings),
    )


def _visible_deg(foot: FootBelief) -> tuple[float, float]:
    """Return the smallest change [deg] that one before and after can show, and that these recordings can."""
    before = planned_minimal_detectable_deg(
        [0.0, foot.series.system.cant_deg], foot.assumptions, float(foot.series.told.standard_error_deg[0])
    )
    return before, foot.effect.minimal_detectable_deg if foot.effect else before


def _change(foot: FootBelief) -> Change | None:
    """Return the change that was measured, between counts."""
    effect, cant = foot.effect, foot.series.system.cant_deg
    if effect is None:
        return None
    start, end = round(effect.from_cant_deg / cant), round(effect.to_cant_deg / cant)
    return Change(start, end, effect.deg, effect.interval_deg, effect.detected)


def _curves(series: FootSeries, foot: FootBelief) -> CurveDifference | None:
    """Lay the curves of the change's two counts over each other, as far as the cleat stood as in the last recording."""
    change, setups = _change(foot), series.told.setup
    if change is None:
        return None
    groups: dict[int, list[CountedCurves]] = {change.from_wedges: [], change.to_wedges: []}
    for one, total, setup in zip(series.taken, series.counts, setups, strict=True):
        curves = one.curves.get(series.side)
        if total in groups and setup == setups[-1] and curves is not None:
            groups[total].append(CountedCurves(curves, one.readings.feet[series.side].reference))
    return compare_curves(
        groups[change.from_wedges],
        groups[change.to_wedges],
        wedges=(change.from_wedges, change.to_wedges),
        seed=seed_of(series.hashes),
    )


def nothing_usable(
    gathered: FootRecordings, system: WedgeSystem, assumptions: Assumptions, settings: Settings
) -> FootComparison:
    """Return a foot of which no recording can be used."""
    prior = PriorUsed(settings.response_mean, settings.response_sd)
    told = finding("compare_nothing_usable", side=gathered.side)
    nan = math.nan
    return FootComparison(
        side=gathered.side,
        recordings=gathered.compared,
        response=OwnResponse(prior, nan, nan, (nan, nan), nan),
        between_recording_sd_deg=assumptions.between_median_deg,
        between_recording_sd_interval_deg=(nan, nan),
        drift_deg_per_recording=nan,
        minimal_detectable_change_before_deg=nan,
        minimal_detectable_change_deg=nan,
        change=None,
        verdict=None,
        recommendation=undetermined(system, [Reason(told.code, told.values)], Response(prior.mean, prior.sd)),
        fitted_wedges=gathered.fitted,
        measured=told,
        findings=(told, *gathered.findings),
    )
