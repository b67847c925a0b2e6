"""One foot: from its recordings to what the wedges did, the next count and the next recording."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bikefit.comparison import verdict
from bikefit.comparison.curves import compare_curves, seed_of, used_curves
from bikefit.comparison.guards import check_feet, check_turned_cleat
from bikefit.comparison.result import Change, ComparedRecording, CurveDifference, FootComparison, OwnResponse, PriorUsed
from bikefit.conventions import Side
from bikefit.datatypes import Excess, FootResult, Recommendation, Response, SessionResult, WedgeSystem
from bikefit.findings import Finding, Reason, finding, reason
from bikefit.response import (
    Posterior,
    Trial,
    allowed_totals,
    fit_response,
    has_repeat,
    minimal_detectable_change_deg,
    rank_next_recordings,
    tells_response,
)
from bikefit.settings import Settings
from bikefit.wedges import Z95, recommend, undetermined


@dataclass(frozen=True)
class FootSeries:
    """One foot's recordings that gave a rotation, in the order in which they were made.

    Attributes
    ----------
    side : {"left", "right"}
        The foot.
    feet : tuple of FootResult
        At least one.
    trials : tuple of Trial
        The same, as the response needs them.
    turns_deg : tuple of float
        Turn of the cleat against the first recording, where it turns the foot (no float), else 0 [deg].
    hashes : tuple of str
        What each was computed from.
    neutral_known : bool
        Whether the trials' values are excesses; else they are bare angles.
    """

    side: Side
    feet: tuple[FootResult, ...]
    trials: tuple[Trial, ...]
    turns_deg: tuple[float, ...]
    hashes: tuple[str, ...]
    neutral_known: bool

    @property
    def zero_sd_deg(self) -> float:
        """Error of the zero that the recordings share [deg]: what widens the excess beyond the rotation."""
        wider = [
            math.sqrt(max(_half(foot.excess.interval_deg) ** 2 - _half(foot.rotation.interval_deg) ** 2, 0.0)) / Z95
            for foot in self.feet
        ]
        return max(wider) if self.neutral_known else 0.0


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
    series = _series(side, sessions, usable, turns_deg, no_float=cleat_float_deg == 0.0)
    foot = _judge(series, sessions[0].system, settings, remounted)
    return replace(foot, recordings=compared).with_findings(*left_out, *seen)


def recording_order(sessions: Sequence[SessionResult]) -> list[int]:
    """Return the recordings' indices in the order in which they were made.

    Parameters
    ----------
    sessions : sequence of SessionResult
        The recordings.

    Returns
    -------
    list of int
        By the clock where all recordings know it, by the place in the file where all are of one file, else as given.
    """
    times = recording_times_h(sessions)
    return sorted(range(len(sessions)), key=lambda i: (times[i], i))


def recording_times_h(sessions: Sequence[SessionResult]) -> list[float]:
    """Return when each recording was made [h], from any origin; plain numbers in the given order if not known.

    Parameters
    ----------
    sessions : sequence of SessionResult
        The recordings.

    Returns
    -------
    list of float
        Times of the middle of each.
    """
    told = [session.recording for session in sessions]
    middles_h = [(item.from_s + 0.5 * item.duration_s) / 3600.0 for item in told]
    starts = [item.start for item in told]
    if all(start is not None for start in starts):
        origin = min(start for start in starts if start is not None)
        return [
            (start - origin).total_seconds() / 3600.0 + middle
            for start, middle in zip(starts, middles_h, strict=True)
            if start is not None
        ]
    if len({item.sha256 for item in told}) == 1:
        return middles_h
    return [float(i) for i in range(len(told))]


def _usable(foot: FootResult, settings: Settings) -> bool:
    rotation = foot.rotation
    known = math.isfinite(rotation.value_deg) and math.isfinite(rotation.standard_error_deg)
    return known and foot.strokes.used >= settings.strokes_min


def _half(interval: tuple[float, float]) -> float:
    return 0.5 * (interval[1] - interval[0])


def _compared(foot: FootResult | None, name: str, turn_deg: float, used: bool) -> ComparedRecording:
    if foot is None:
        return ComparedRecording(name, 0, math.nan, math.nan, turn_deg, used=False)
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


def _series(
    side: Side, sessions: Sequence[SessionResult], usable: Sequence[int], turns_deg: Sequence[float], *, no_float: bool
) -> FootSeries:
    """Bring one foot's usable recordings into the form that the response needs.

    A cleat without float turns the foot with it, 1:1: the turn is taken off, so that all recordings stand as the last.
    In a float the foot keeps its own angle; still, each position of the cleat gets a baseline of its own.
    """
    feet = tuple(sessions[i].feet[side] for i in usable)
    times = recording_times_h(sessions)
    neutral_known = all(math.isfinite(foot.excess.deg) for foot in feet)
    last_turn = turns_deg[usable[-1]]
    setups = sorted({turns_deg[i] for i in usable})
    own_turns = [turns_deg[i] - last_turn if no_float else 0.0 for i in usable]
    trials = tuple(
        Trial(
            wedges=foot.fitted_wedges,
            value_deg=(foot.excess.deg if neutral_known else foot.rotation.value_deg) - turn,
            standard_error_deg=foot.rotation.standard_error_deg,
            time_h=times[i],
            setup=0 if no_float else setups.index(turns_deg[i]),
        )
        for foot, turn, i in zip(feet, own_turns, usable, strict=True)
    )
    hashes = tuple(
        f"{session.recording.sha256} {session.recording.from_s!r} {session.recording.to_s!r} {side}"
        for session in (sessions[i] for i in usable)
    )
    return FootSeries(side, feet, trials, tuple(own_turns), hashes, neutral_known)


def _judge(series: FootSeries, system: WedgeSystem, settings: Settings, remounted: bool) -> FootComparison:
    side, trials = series.side, series.trials
    own = fit_response(trials, settings, cant_deg=system.cant_deg, zero_sd_deg=series.zero_sd_deg, remounted=remounted)
    change = measured_change(trials, system, settings, remounted)
    known_sd = settings.between_recording_sd_remounted_deg if remounted else settings.between_recording_sd_deg
    first_sd = math.hypot(known_sd, trials[0].standard_error_deg)
    mdc_before = minimal_detectable_change_deg(first_sd, first_sd)
    mdc = _half(change.interval_deg) if change else mdc_before
    recommendation = next_count(series, own, system, settings, learnt=change is not None)
    ranked = rank_next_recordings(own, trials, cant_deg=system.cant_deg, cap=system.cap)

    excess_before = own.excess_at(change.from_wedges * system.cant_deg).mean if change else math.nan
    said: list[Finding | None] = [
        verdict.judge_change(side, change, mdc, _measured(trials, change.from_wedges) if series.neutral_known else None)
        if change
        else verdict.judge_no_trial(side, trials),
        verdict.judge_repeats(side, trials, known_sd),
    ]
    blind = series.neutral_known and change is not None and not change.detected and abs(excess_before) < mdc
    worth_seeing = abs(excess_before) > settings.neutral_band_deg
    if blind and worth_seeing and not has_repeat(trials):
        said.append(finding("compare_repeat_baseline", side=side, excess=abs(excess_before), mdc=mdc))
    repeat = {item.code for item in said if item} & {"compare_repeat_differs", "compare_repeat_baseline"}
    helped = said[0] is not None and said[0].code == "compare_closer"
    if series.neutral_known and change and not repeat and not helped:
        said.append(verdict.judge_cleat(side, own, trials, system, settings))
    told = tuple(item for item in said if item is not None)
    baseline = min((trial.wedges for trial in trials), key=lambda total: (abs(total), total))
    advice = (
        verdict.advise_next(side, ranked, trials, recommendation.total or 0, baseline if repeat else None)
        if series.neutral_known
        else None
    )
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
        curves=_curves(series, change, own.between_sd_deg) if change else None,
        findings=told,
    )


def measured_change(trials: Sequence[Trial], system: WedgeSystem, settings: Settings, remounted: bool) -> Change | None:
    """Say how far the wedges turned the heel, by the recordings alone.

    Parameters
    ----------
    trials : sequence of Trial
        One foot's recordings.
    system : WedgeSystem
        For the cant of one wedge.
    settings : Settings
        For the standard deviations between recordings.
    remounted : bool
        Sensors or markers were taken off and on again in between.

    Returns
    -------
    Change or None
        From the count nearest to none to the one farthest from it; None where the recordings hold no two counts
        in one setup.

    Notes
    -----
    The posterior is that of the response without its prior: an assumption about wedges in general must not make a
    change "detected" that was not measured, nor hide one that was.
    """
    if not tells_response(trials):
        return None
    counts = sorted({trial.wedges for trial in trials})
    start = min(counts, key=lambda total: (abs(total), total))
    end = max(counts, key=lambda total: (abs(total - start), total))
    free = fit_response(
        trials, settings, cant_deg=system.cant_deg, zero_sd_deg=0.0, remounted=remounted, free_response=True
    )
    turned = free.change(start * system.cant_deg, end * system.cant_deg)
    low, high = turned.interval()
    return Change(start, end, turned.mean, (low, high), detected=not low <= 0.0 <= high)


def next_count(
    series: FootSeries, own: Posterior, system: WedgeSystem, settings: Settings, *, learnt: bool
) -> Recommendation:
    """Recommend the next count from the rider's own baseline and response.

    Parameters
    ----------
    series : FootSeries
        The recordings.
    own : Posterior
        What they say.
    system : WedgeSystem
        Cant and cap.
    settings : Settings
        The neutral band and the confidence that an excess needs.
    learnt : bool
        Whether the recordings say anything of the response.

    Returns
    -------
    Recommendation
        From the wedges of the last recording; never more than one wedge beyond what was tried, no cant on a side
        that was never tried. Intervals are those of the posterior, also where it is no single normal distribution.
    """
    response = own.response
    source = "own" if learnt else "assumption"
    if not series.neutral_known:
        reasons = tuple(reason for foot in series.feet for reason in foot.recommendation.reasons)
        return undetermined(
            system,
            tuple(dict.fromkeys(reasons)),
            Response(response.mean, response.sd, source),  # type: ignore[arg-type]
        )
    fitted = series.trials[-1].wedges
    fitted_cant = fitted * system.cant_deg
    excess = own.excess_at(fitted_cant)
    half = Z95 * excess.sd
    pinned = any(foot.excess.lower_bound for foot in series.feet)
    allowed = allowed_totals([trial.wedges for trial in series.trials], system.cap)
    why: list[Reason] = []
    if any(foot.neutral.kind == "recovery" for foot in series.feet):
        allowed = tuple(total for total in allowed if abs(total - fitted) <= 1)
        why.append(reason("recovery_limit"))
    recommendation = recommend(
        Excess(excess.mean, (excess.mean - half, excess.mean + half), pinned),
        Response(response.mean, response.sd, source, own.covariance_at(fitted_cant)),  # type: ignore[arg-type]
        fitted,
        system,
        settings,
        allowed,
        why,
    )
    if allowed == (0,):
        # nothing was tried: `recommend` would speak of a stack that is too small
        recommendation = replace(recommendation, outcome="no_wedge", reasons=(reason("compare_not_tried"),))
    options = tuple(
        replace(
            option,
            interval_deg=(after := own.excess_at(option.wedges * system.cant_deg)).interval(),
            chance_within_1deg=after.cdf(1.0) - after.cdf(-1.0),
        )
        for option in recommendation.options
    )
    total = recommendation.total or 0
    return replace(recommendation, options=options, interval_deg=own.excess_at(total * system.cant_deg).interval())


def _measured(trials: Sequence[Trial], total: int) -> float:
    """Mean value of the recordings at one count [deg]."""
    values = [trial.value_deg for trial in trials if trial.wedges == total]
    return math.fsum(values) / len(values)


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
        recommendation=undetermined(system, [Reason(verdict_.code, verdict_.message)], Response(prior.mean, prior.sd)),
        fitted_wedges=fitted,
        verdict=verdict_,
        findings=(verdict_,),
    )
