"""One foot: from its recordings to what the wedges did, the next count and the next recording."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from bikefit.comparison import verdict
from bikefit.comparison.curves import compare_curves, seed_of, used_curves
from bikefit.comparison.guards import check_feet, check_turned_cleat
from bikefit.comparison.result import Change, ComparedRecording, CurveDifference, FootComparison, OwnResponse, PriorUsed
from bikefit.comparison.series import (
    FootSeries,
    build_series,
    half_width,
    measured_change,
    next_count,
    recording_order,
)
from bikefit.conventions import Side
from bikefit.model import FootResult, Reason, Response, SessionResult, WedgeSystem, finding
from bikefit.response import fit_response, has_repeat, minimal_detectable_change_deg, rank_next_recordings
from bikefit.settings import Settings
from bikefit.wedges import undetermined


def compare_foot(
    side: Side,
    sessions: Sequence[SessionResult],
    names: Sequence[str],
    turns_deg: Sequence[float],
    settings: Settings,
    *,
    remounted: bool,
    cleat_float_deg: float | None = None,
) -> FootComparison:
    """Compare one foot's recordings.

    Parameters
    ----------
    side : {"left", "right"}
        The foot.
    sessions : sequence of SessionResult
        The recordings, with the wedges that were on the shoe.
    names : sequence of str
        Their labels.
    turns_deg : sequence of float
        Turn of the cleat against the first recording [deg], heel-out positive.
    settings : Settings
        Priors and thresholds.
    remounted : bool
        Sensors or markers were taken off and on again in between.
    cleat_float_deg : float, optional
        The cleat's total float [deg]; 0 = none, so that its turn turns the foot.

    Returns
    -------
    FootComparison
        Outcomes with reasons where something is missing; never an exception for what was recorded.

    Raises
    ------
    UsageError
        If the recordings must not be compared (`bikefit.comparison.guards`).
    """
    order = recording_order(sessions)
    here = [i for i in order if side in sessions[i].feet]
    check_turned_cleat(
        side, [sessions[i].feet[side].fitted_wedges for i in here], [turns_deg[i] for i in here], cleat_float_deg
    )
    usable = [i for i in here if _usable(sessions[i].feet[side], settings)]
    compared = tuple(
        _compared(sessions[i].feet.get(side), names[i], turns_deg[i], i in usable) for i in range(len(sessions))
    )
    left_out = tuple(
        finding("compare_left_out", side=side, name=names[i]) for i in range(len(sessions)) if i not in usable
    )
    if not usable:
        fitted = sessions[here[-1]].feet[side].fitted_wedges if here else 0
        return _nothing_usable(side, compared, sessions[0].system, settings, fitted, remounted)
    seen = check_feet(side, [sessions[i].feet[side] for i in usable], [names[i] for i in usable])
    series = build_series(side, sessions, usable, turns_deg, no_float=cleat_float_deg == 0.0)
    foot = _judge(series, sessions[0].system, settings, remounted)
    return replace(foot, recordings=compared).with_findings(*left_out, *seen)


def _usable(foot: FootResult, settings: Settings) -> bool:
    rotation = foot.rotation
    known = math.isfinite(rotation.value_deg) and math.isfinite(rotation.standard_error_deg)
    return known and foot.strokes.used >= settings.strokes_min


def _compared(foot: FootResult | None, name: str, turn_deg: float, used: bool) -> ComparedRecording:
    if foot is None:
        return ComparedRecording(name, None, math.nan, math.nan, turn_deg, used=False)
    curves = used_curves(foot)
    some = len(curves) > 1
    return ComparedRecording(
        name=name,
        wedges=foot.fitted_wedges,
        value_deg=foot.excess.deg if used else math.nan,
        standard_error_deg=foot.rotation.standard_error_deg if used else math.nan,
        cleat_turn_deg=turn_deg,
        used=used,
        curve_deg=curves.mean(axis=0) if some else None,
        curve_sd_deg=curves.std(axis=0, ddof=1) if some else None,
    )


def _judge(series: FootSeries, system: WedgeSystem, settings: Settings, remounted: bool) -> FootComparison:
    side, trials = series.side, series.trials
    own = fit_response(trials, settings, cant_deg=system.cant_deg, zero_sd_deg=series.zero_sd_deg, remounted=remounted)
    change = measured_change(trials, system, settings, remounted)
    known_sd = settings.between_recording_sd_remounted_deg if remounted else settings.between_recording_sd_deg
    first_sd = math.hypot(known_sd, trials[0].standard_error_deg)
    mdc_before = minimal_detectable_change_deg(first_sd, first_sd)
    mdc = half_width(change.interval_deg) if change else mdc_before
    recommendation = next_count(series, own, system, settings, learnt=change is not None)
    ranked = rank_next_recordings(own, trials, cant_deg=system.cant_deg, cap=system.cap)

    told = verdict.judge(
        side, trials, own, change, mdc, ranked[0].gain_deg, system, settings, known_sd, series.neutral_known
    )
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
        curves=_curves(series, change, own.between_sd_deg) if change else None,
        findings=told,
    )


def _curves(series: FootSeries, change: Change, between_sd_deg: float) -> CurveDifference | None:
    here = series.trials[-1].setup
    groups: dict[int, list[FootResult]] = {change.from_wedges: [], change.to_wedges: []}
    turns: dict[int, list[float]] = {change.from_wedges: [], change.to_wedges: []}
    for foot, trial, turn in zip(series.feet, series.trials, series.turns_deg, strict=True):
        if trial.wedges in groups and trial.setup == here:
            groups[trial.wedges].append(foot)
            turns[trial.wedges].append(turn)
    if not all(groups.values()):
        return None
    before, after = (math.fsum(turns[total]) / len(turns[total]) for total in (change.from_wedges, change.to_wedges))
    return compare_curves(
        groups[change.from_wedges],
        groups[change.to_wedges],
        wedges=(change.from_wedges, change.to_wedges),
        between_sd_deg=between_sd_deg,
        seed=seed_of(series.hashes),
        turn_deg=after - before,
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
