"""What the trial showed and what to record next, as findings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bikefit.comparison.result import Change
from bikefit.conventions import Side
from bikefit.model import Finding, WedgeSystem, finding
from bikefit.response import NextRecording, Posterior, Trial, has_repeat, minimal_detectable_change_deg
from bikefit.settings import Settings

WORTHWHILE_DEG = 0.15
"""A recording that brings the final choice less than this closer to neutral is not asked for."""


def judge(
    side: Side,
    trials: Sequence[Trial],
    own: Posterior,
    change: Change | None,
    mdc_deg: float,
    best_gain_deg: float,
    system: WedgeSystem,
    settings: Settings,
    between_sd_deg: float,
    neutral_known: bool,
    *,
    cleat_turns_foot: bool = True,
) -> tuple[Finding, ...]:
    """Say what the trial showed: the verdict first, then a baseline to repeat, or the cleat to turn."""
    if change is None:
        repeats = judge_repeats(side, trials, between_sd_deg)
        return (judge_no_trial(side, trials), *([repeats] if repeats else []))
    before = own.excess_at(change.from_wedges * system.cant_deg).mean if neutral_known else None
    said = [judge_change(side, change, mdc_deg, before)]
    repeats = judge_repeats(side, trials, between_sd_deg)
    if repeats:
        said.append(repeats)
        return tuple(said)
    if before is None or said[0].code == "compare_closer":
        return tuple(said)
    blind = not change.detected and settings.neutral_band_deg < abs(before) < mdc_deg
    if blind and not has_repeat(trials):
        said.append(finding("compare_repeat_baseline", side=side, excess=abs(before), mdc=mdc_deg))
    elif cleat_turns_foot and best_gain_deg < WORTHWHILE_DEG:
        cleat = judge_cleat(side, own, trials, system, settings)
        said += [cleat] if cleat else []
    return tuple(said)


def judge_change(side: Side, change: Change, mdc_deg: float, excess_before_deg: float | None) -> Finding:
    """Say what the wedges did: nothing to be seen, closer, the wrong way, past neutral, or moved (no neutral)."""
    # an interval that holds zero reaches so far in and so far out; any other is named by its sizes alone
    least, most = sorted(map(abs, change.interval_deg)) if change.detected else map(abs, change.interval_deg)
    values = {
        "side": side,
        "count": change.to_wedges,
        "before": change.from_wedges,
        "deg": change.deg,
        "size": abs(change.deg),
        "way": "out" if change.deg > 0 else "in",
        "low": change.interval_deg[0],
        "high": change.interval_deg[1],
        "least": least,
        "most": most,
        "mdc": mdc_deg,
    }
    if not change.detected:
        return finding("compare_no_effect", **values)
    if excess_before_deg is None:
        return finding("compare_moved", **values)
    if abs(excess_before_deg + change.deg) < abs(excess_before_deg):
        return finding("compare_closer", **values)
    same_way = excess_before_deg * change.deg > 0
    return finding("compare_wrong_way" if same_way else "compare_past_neutral", **values)


def judge_no_trial(side: Side, trials: Sequence[Trial]) -> Finding:
    """Say why nothing tells what a wedge does: one count, or never two of them with the cleat at one angle."""
    counts = {trial.wedges for trial in trials}
    if len(counts) > 1:
        return finding("compare_no_common_setup", side=side)
    return finding("compare_one_count", side=side, count=counts.pop())


def judge_repeats(side: Side, trials: Sequence[Trial], between_sd_deg: float) -> Finding | None:
    """Name the count whose recordings lie farthest apart, where that is more than it should be."""
    worst: Finding | None = None
    ordered = sorted(trials, key=_setting)
    for _, group in groupby(ordered, key=_setting):
        same = sorted(group, key=lambda trial: trial.value_deg)
        low, high = same[0], same[-1]
        spread = high.value_deg - low.value_deg
        limit = minimal_detectable_change_deg(
            (between_sd_deg**2 + low.standard_error_deg**2) ** 0.5,
            (between_sd_deg**2 + high.standard_error_deg**2) ** 0.5,
        )
        if spread > limit and (worst is None or spread > worst.values["spread"]):
            worst = finding("compare_repeat_differs", side=side, count=low.wedges, spread=spread, limit=limit)
    return worst


def _setting(trial: Trial) -> tuple[int, int]:
    return trial.setup, trial.wedges


def judge_cleat(
    side: Side,
    posterior: Posterior,
    trials: Sequence[Trial],
    system: WedgeSystem,
    settings: Settings,
) -> Finding | None:
    """Say where to turn the cleat instead.

    That is where the excess without wedges is real and even a full stack on a side that was tried, at the favourable
    end of the response's interval, would not bring the heel into the neutral band.
    """
    bare = posterior.excess_at(0.0)
    low, high = bare.interval(settings.neutral_confidence)
    if abs(bare.mean) <= settings.neutral_band_deg or low <= 0.0 <= high:
        return None
    weakest, strongest = posterior.response.interval(settings.neutral_confidence)
    toward = 1.0 if bare.mean > 0 else -1.0
    reach = 0.0
    for tried in {(trial.wedges > 0) - (trial.wedges < 0) for trial in trials} - {0}:
        favourable = strongest if tried == toward else -weakest
        reach = max(reach, favourable * system.cap * system.cant_deg)
    if abs(bare.mean) - reach <= settings.neutral_band_deg:
        return None
    way = "in" if bare.mean > 0 else "out"
    return finding("compare_turn_cleat", side=side, cap=system.cap, turn=abs(bare.mean), way=way, deg=bare.mean)


def advise_next(
    side: Side,
    ranked: Sequence[NextRecording],
    trials: Sequence[Trial],
    recommended: int,
    said: Sequence[Finding],
) -> Finding:
    """Say which count to record next; ``values["wedges"]`` is it with its sign, None where no recording is needed."""
    best = ranked[0]
    tried = {trial.wedges for trial in trials}

    def told(code: str, wedges: int | None, named: int) -> Finding:
        return finding(
            code,
            side=side,
            wedges=wedges,
            count=named,
            now=best.miss_now_deg,
            after=best.expected_miss_deg,
        )

    codes = {item.code for item in said}
    if codes & {"compare_repeat_differs", "compare_repeat_baseline"}:
        baseline = min(tried, key=lambda total: (abs(total), total))
        return told("next_recording_baseline", baseline, baseline)
    if best.gain_deg >= WORTHWHILE_DEG:
        code = "next_recording_again" if best.wedges in tried else "next_recording_new"
        return told(code, best.wedges, best.wedges)
    if "compare_turn_cleat" in codes:
        return told("next_recording_cleat", 0, 0)
    if recommended not in tried:
        return told("next_recording_check", recommended, recommended)
    return told("next_recording_enough", None, recommended)
