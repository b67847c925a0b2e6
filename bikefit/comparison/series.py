"""One foot's recordings in order, the change that they measured, and the next count from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bikefit.comparison.result import Change
from bikefit.conventions import Side
from bikefit.model import Excess, FootResult, Reason, Recommendation, Response, SessionResult, WedgeSystem, reason
from bikefit.response import Posterior, Trial, allowed_totals, fit_response, tells_response
from bikefit.settings import Settings
from bikefit.wedges import recommend, undetermined


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
        return max(foot.excess.zero_sd_deg for foot in self.feet) if self.neutral_known else 0.0


def half_width(interval: tuple[float, float]) -> float:
    """Return half the width of an interval.

    Examples
    --------
    >>> half_width((1.0, 4.0))
    1.5
    """
    return 0.5 * (interval[1] - interval[0])


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
    if told[0].sha256 and len({item.sha256 for item in told}) == 1:
        return middles_h
    return [float(i) for i in range(len(told))]


def build_series(
    side: Side, sessions: Sequence[SessionResult], usable: Sequence[int], turns_deg: Sequence[float], *, no_float: bool
) -> FootSeries:
    """Bring one foot's usable recordings into the form that the response needs.

    Parameters
    ----------
    side : {"left", "right"}
        The foot.
    sessions : sequence of SessionResult
        All recordings.
    usable : sequence of int
        Indices of those that give this foot's angle, in the order in which they were made.
    turns_deg : sequence of float
        Turn of the cleat against the first recording [deg], heel-out positive, one a recording.
    no_float : bool
        Whether the cleat's turn turns the foot.

    Returns
    -------
    FootSeries
        With excesses, or bare angles where a neutral is not known.

    Notes
    -----
    A cleat without float turns the foot with it, 1:1: the turn is taken off, so that all recordings stand as the
    last. In a float the foot keeps its own angle; still, each position of the cleat gets a baseline of its own.
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
    source: Literal["own", "assumption"] = "own" if learnt else "assumption"
    if not series.neutral_known:
        reasons = tuple(reason for foot in series.feet for reason in foot.recommendation.reasons)
        return undetermined(
            system,
            tuple(dict.fromkeys(reasons)),
            Response(response.mean, response.sd, source),
        )
    fitted = series.trials[-1].wedges
    fitted_cant = fitted * system.cant_deg
    excess = own.excess_at(fitted_cant)
    pinned = any(foot.excess.lower_bound for foot in series.feet)
    allowed = allowed_totals([trial.wedges for trial in series.trials], system.cap)
    why: list[Reason] = []
    if any(foot.neutral.kind == "recovery" for foot in series.feet):
        allowed = tuple(total for total in allowed if abs(total - fitted) <= 1)
        why.append(reason("recovery_limit"))
    recommendation = recommend(
        Excess(excess.mean, excess.sd, 0.0, pinned),
        Response(response.mean, response.sd, source, own.covariance_at(fitted_cant)),
        fitted,
        system,
        settings,
        allowed,
        why,
    )
    near = {"within_band", "interval_holds_neutral"} & {given.code for given in recommendation.reasons}
    if allowed == (0,) and not near:
        # nothing was tried: `recommend` would speak of a stack that is too small, or of no need
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
