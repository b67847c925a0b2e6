"""One foot: from its recordings to what the wedges did, the next count and the next recording."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bikefit.comparison import verdict
from bikefit.comparison.curves import CountedCurves, compare_curves, seed_of
from bikefit.comparison.guards import check_feet, check_turned_cleat
from bikefit.comparison.result import ComparedRecording, CurveDifference, FootComparison, OwnResponse, PriorUsed
from bikefit.comparison.series import (
    FootSeries,
    build_series,
    half_width,
    measured_change,
    next_count,
    recording_order,
)
from bikefit.conventions import Side
from bikefit.model import Array, Reading, Readings, Reason, Response, WedgeSystem, finding
from bikefit.response import fit_response, has_repeat, minimal_detectable_change_deg, rank_next_recordings
from bikefit.settings import Settings
from bikefit.wedges import undetermined

Curves = Mapping[Side, Array]
"""One recording's curves of the used strokes, shape (strokes, 100), for each foot [deg]."""


def compare_foot(
    side: Side,
    sessions: Sequence[Readings],
    names: Sequence[str],
    turns_deg: Sequence[float],
    settings: Settings,
    *,
    remounted: bool,
    cleat_float_deg: float | None = None,
    curves: Sequence[Curves] = (),
) -> FootComparison:
    """Compare one foot's recordings.

    Each comes with its label, the turn of its cleat against the first recording [deg] and, where they are at hand, its
    curves. What is missing is an outcome with reasons; what must not be compared (`bikefit.comparison.guards`) is a
    `UsageError`.
    """
    order = recording_order(sessions)
    here = [i for i in order if side in sessions[i].feet]
    check_turned_cleat(
        side, [sessions[i].feet[side].fitted_wedges for i in here], [turns_deg[i] for i in here], cleat_float_deg
    )
    usable = [i for i in here if _usable(sessions[i].feet[side], settings)]
    strokes = [each.get(side) for each in curves] if curves else [None] * len(sessions)
    compared = tuple(
        _compared(sessions[i].feet.get(side), strokes[i], names[i], turns_deg[i], i in usable)
        for i in range(len(sessions))
    )
    left_out = tuple(
        finding("compare_left_out", side=side, name=names[i]) for i in range(len(sessions)) if i not in usable
    )
    system = sessions[0].system
    if not usable:
        fitted = (sessions[here[-1]].feet[side].fitted_wedges or 0) if here else 0
        return _nothing_usable(side, compared, system, settings, fitted, remounted)
    seen = check_feet(side, [sessions[i].feet[side] for i in usable], [names[i] for i in usable])
    series = build_series(side, sessions, usable, turns_deg, no_float=cleat_float_deg == 0.0)
    foot = _judge(series, system, settings, remounted, cleat_float_deg)
    shape = _curves(series, [strokes[i] for i in usable], foot) if foot.change else None
    return replace(foot, recordings=compared, curves=shape).with_findings(*left_out, *seen)


def _usable(foot: Reading, settings: Settings) -> bool:
    """Whether a reading can enter the response."""
    known = math.isfinite(foot.rotation_deg) and math.isfinite(foot.standard_error_deg)
    return known and foot.fitted_wedges is not None and foot.strokes_used >= settings.strokes_min


def _compared(foot: Reading | None, strokes: Array | None, name: str, turn_deg: float, used: bool) -> ComparedRecording:
    """Return one recording as the comparison shows it."""
    if foot is None:
        return ComparedRecording(name, None, math.nan, math.nan, turn_deg, used=False)
    shown = strokes if strokes is not None and len(strokes) > 1 else None
    return ComparedRecording(
        name=name,
        wedges=foot.fitted_wedges,
        value_deg=foot.excess.deg if used else math.nan,
        standard_error_deg=foot.standard_error_deg if used else math.nan,
        cleat_turn_deg=turn_deg,
        used=used,
        curve_deg=None if shown is None else shown.mean(axis=0),
        curve_sd_deg=None if shown is None else shown.std(axis=0, ddof=1),
    )


def _judge(
    series: FootSeries, system: WedgeSystem, settings: Settings, remounted: bool, cleat_float_deg: float | None
) -> FootComparison:
    """Return what the recordings of one foot say together."""
    side, trials = series.side, series.trials
    own = fit_response(trials, settings, cant_deg=system.cant_deg, zero_sd_deg=series.zero_sd_deg, remounted=remounted)
    change = measured_change(trials, system, settings, remounted)
    known_sd = settings.between_recording_sd_remounted_deg if remounted else settings.between_recording_sd_deg
    first_sd = math.hypot(known_sd, trials[0].standard_error_deg)
    mdc_before = minimal_detectable_change_deg(first_sd, first_sd)
    mdc = half_width(change.interval_deg) if change else mdc_before
    recommendation = next_count(
        series, own, system, settings, learnt=change is not None, cleat_float_deg=cleat_float_deg
    )
    ranked = rank_next_recordings(own, trials, cant_deg=system.cant_deg, cap=system.cap)

    told = verdict.judge(
        side, trials, own, change, mdc, ranked[0].gain_deg, system, settings, known_sd, series.neutral_known,
        cleat_turns_foot=recommendation.cleat.reason != "inside_float",
    )  # fmt: skip
    advice = None
    if series.neutral_known:
        advice = verdict.advise_next(side, ranked, trials, recommendation.total or 0, told)
    response = own.response
    return FootComparison(
        side=side,
        recordings=(),
        response=OwnResponse(
            prior=PriorUsed(settings.response_mean, settings.response_sd),
            mean=response.mean,
            sd=response.sd,
            interval=response.interval(),
            probability_heel_in=own.probability_heel_in,
        ),
        between_recording_sd_deg=own.between_sd_deg,
        between_recording_sd_learnt=has_repeat(trials),
        minimal_detectable_change_before_deg=mdc_before,
        minimal_detectable_change_deg=mdc,
        change=change,
        recommendation=recommendation,
        fitted_wedges=trials[-1].wedges,
        next_recordings=ranked,
        next_recording=advice,
        verdict=told[0],
        response_belief=own.response,
        findings=told,
    )


def _curves(series: FootSeries, strokes: Sequence[Array | None], foot: FootComparison) -> CurveDifference | None:
    """Lay the curves of the change's two counts over each other, as far as the cleat stood as in the last recording."""
    change, here = foot.change, series.trials[-1].setup
    assert change is not None
    groups: dict[int, list[CountedCurves]] = {change.from_wedges: [], change.to_wedges: []}
    for read, trial, turn, curves in zip(series.feet, series.trials, series.turns_deg, strokes, strict=True):
        if trial.wedges in groups and trial.setup == here and curves is not None:
            groups[trial.wedges].append(CountedCurves(curves, read.reference, turn))
    return compare_curves(
        groups[change.from_wedges],
        groups[change.to_wedges],
        wedges=(change.from_wedges, change.to_wedges),
        between_sd_deg=foot.between_recording_sd_deg,
        seed=seed_of(series.hashes),
    )


def _nothing_usable(
    side: Side,
    compared: tuple[ComparedRecording, ...],
    system: WedgeSystem,
    settings: Settings,
    fitted: int,
    remounted: bool,
) -> FootComparison:
    prior = PriorUsed(settings.response_mean, settings.response_sd)
    verdict_ = finding("compare_nothing_usable", side=side)
    nan = math.nan
    return FootComparison(
        side=side,
        recordings=compared,
        response=OwnResponse(prior, nan, nan, (nan, nan), nan),
        between_recording_sd_deg=(
            settings.between_recording_sd_remounted_deg if remounted else settings.between_recording_sd_deg
        ),
        between_recording_sd_learnt=False,
        minimal_detectable_change_before_deg=nan,
        minimal_detectable_change_deg=nan,
        change=None,
        recommendation=undetermined(system, [Reason(verdict_.code, verdict_.values)], Response(prior.mean, prior.sd)),
        fitted_wedges=fitted,
        verdict=verdict_,
        findings=(verdict_,),
    )
