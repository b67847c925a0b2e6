"""One foot's recordings in order, the change that they measured, and the next count from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bikefit.comparison.result import Change
from bikefit.conventions import Side
from bikefit.model import Excess, Reading, Readings, Reason, Recommendation, Response, WedgeSystem, reason
from bikefit.response import Posterior, Trial, allowed_totals, fit_response, tells_response
from bikefit.settings import Settings
from bikefit.wedges import recommend, undetermined


@dataclass(frozen=True)
class FootSeries:
    """One foot's recordings that gave a rotation, at least one, in the order in which they were made.

    Attributes
    ----------
    side : {"left", "right"}
        The foot.
    feet : tuple of Reading
        What was read.
    trials : tuple of Trial
        The same, as the response needs them: excesses, or bare angles where a neutral is not known.
    turns_deg : tuple of float
        Turn of the cleat against the last recording, where it turns the foot (no float), else 0 [deg].
    hashes : tuple of str
        What each was computed from.
    """

    side: Side
    feet: tuple[Reading, ...]
    trials: tuple[Trial, ...]
    turns_deg: tuple[float, ...]
    hashes: tuple[str, ...]

    @property
    def neutral_known(self) -> bool:
        """Whether the trials' values are excesses; else they are bare angles."""
        return _neutral_known(self.feet)

    @property
    def zero_sd_deg(self) -> float:
        """Error of the zero that the recordings share [deg]: what widens the excess beyond the rotation."""
        return max(foot.excess.zero_sd_deg for foot in self.feet) if self.neutral_known else 0.0


def _neutral_known(feet: Sequence[Reading]) -> bool:
    """Whether every recording gives an excess."""
    return all(math.isfinite(foot.excess.deg) for foot in feet)


def half_width(interval: tuple[float, float]) -> float:
    """Return half the width of an interval.

    Examples
    --------
    >>> half_width((1.0, 4.0))
    1.5
    """
    return 0.5 * (interval[1] - interval[0])


def recording_order(sessions: Sequence[Readings]) -> list[int]:
    """Return the recordings' indices in the order in which they were made, as far as that is known."""
    times = recording_times_h(sessions)
    return sorted(range(len(sessions)), key=lambda i: (times[i], i))


def recording_times_h(sessions: Sequence[Readings]) -> list[float]:
    """Return when the middle of each recording was [h], from any origin.

    By the clock where all recordings know it, by the place in the file where all are of one file, else by the given
    order.
    """
    told = [session.recording for session in sessions]
    middles_h = [(item.from_s + 0.5 * item.duration_s) / 3600.0 for item in told]
    starts = [item.start for item in told if item.start is not None]
    if len(starts) == len(told):
        origin = min(starts)
        hours = ((start - origin).total_seconds() / 3600.0 for start in starts)
        return [hour + middle for hour, middle in zip(hours, middles_h, strict=True)]
    if told[0].sha256 and len({item.sha256 for item in told}) == 1:
        return middles_h
    return [float(i) for i in range(len(told))]


def build_series(
    side: Side, sessions: Sequence[Readings], usable: Sequence[int], turns_deg: Sequence[float], *, no_float: bool
) -> FootSeries:
    """Bring one foot's usable recordings (their indices in order of time) into the form that the response needs.

    Notes
    -----
    A cleat without float turns the foot with it, 1:1: the turn is taken off, so that all recordings stand as the
    last. In a float the foot keeps its own angle; still, each position of the cleat gets a baseline of its own.
    """
    feet = tuple(sessions[i].feet[side] for i in usable)
    times = recording_times_h(sessions)
    excesses = _neutral_known(feet)
    last_turn = turns_deg[usable[-1]]
    setups = sorted({turns_deg[i] for i in usable})
    own_turns = [turns_deg[i] - last_turn if no_float else 0.0 for i in usable]
    trials = []
    for foot, turn, i in zip(feet, own_turns, usable, strict=True):
        assert foot.fitted_wedges is not None, "a recording whose count is not known tells nothing of a count"
        value_deg = (foot.excess.deg if excesses else foot.rotation_deg) - turn
        setup = 0 if no_float else setups.index(turns_deg[i])
        trials.append(Trial(foot.fitted_wedges, value_deg, foot.standard_error_deg, times[i], setup))
    told = [sessions[i].recording for i in usable]
    hashes = tuple(f"{item.sha256} {item.from_s!r} {item.to_s!r} {side}" for item in told)
    return FootSeries(side, feet, tuple(trials), tuple(own_turns), hashes)


def measured_change(trials: Sequence[Trial], system: WedgeSystem, settings: Settings, remounted: bool) -> Change | None:
    """Say how far the wedges turned the heel, by the recordings alone; None where they hold one count a setup.

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
    series: FootSeries,
    own: Posterior,
    system: WedgeSystem,
    settings: Settings,
    *,
    learnt: bool,
    cleat_float_deg: float | None = None,
) -> Recommendation:
    """Recommend the next count from the rider's own baseline and response, ``learnt`` or assumed.

    It starts from the wedges of the last recording; never more than one wedge beyond what was tried, no cant on a
    side that was never tried. Intervals are those of the posterior, also where it is no single normal distribution.
    """
    response = own.response
    source: Literal["own", "assumption"] = "own" if learnt else "assumption"
    if not series.neutral_known:
        reasons = tuple(reason for foot in series.feet for reason in foot.reasons)
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
        cleat_float_deg=cleat_float_deg,
        at_float_stop=math.isfinite(series.feet[-1].float_stop_deg),
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
