"""What all recordings together say of one foot, before anything is decided or put into words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bikefit.comparison.series import FootSeries
from bikefit.conventions import Side
from bikefit.model import Reason
from bikefit.response import (
    Assumptions,
    Effect,
    FootPosterior,
    Mixture,
    Verdict,
    between_sd_interval,
    counts_to_ride,
    effects,
    expected_loss_deg2,
    fit_feet,
    verdict_of,
)
from bikefit.settings import Settings
from bikefit.wedges import why_near_neutral
from bikefit.words import Interval


@dataclass(frozen=True)
class FootBelief:
    """One foot's recordings with what the model makes of them."""

    series: FootSeries
    assumptions: Assumptions  # What was assumed before
    own: FootPosterior  # Baseline, response and drift, with the response's prior
    effect: Effect | None  # What the wedges did by the recordings alone; None where they hold one count a setup
    between_sd_interval_deg: Interval  # 95 % interval of the SD between recordings, by both feet [deg]

    @property
    def verdict(self) -> Verdict | None:
        """What the wedges did for the heel; None where neutral is not known."""
        if not self.series.neutral_known:
            return None
        return verdict_of(self.effect, self.own, self.series.told.cant_deg.tolist())

    def moved(self, settings: Settings) -> bool:
        """Whether the recordings, and not the assumption alone, say what a wedge does to this foot."""
        if self.effect is None:
            return False
        prior, now = self.assumptions, self.own.response
        shift = abs(now.mean - prior.response_mean)
        narrower = now.sd <= settings.response_moved_sd_share * prior.response_sd
        return self.effect.detected or narrower or shift >= settings.response_moved_sds * prior.response_sd

    def excess_at(self, total: int) -> Mixture:
        """Return the belief about the excess with a count on the shoe, with the zero's error [deg]."""
        return self.own.excess_at(self.series.cant_deg(total), self.series.zero_sd_deg)

    def expected_miss_deg(self, total: int) -> float:
        """Return the root of the expected squared excess with a count on the shoe [deg]."""
        loss = expected_loss_deg2(self.own, [self.series.cant_deg(total)], self.series.zero_sd_deg)
        return math.sqrt(float(loss[0]))

    def measured_excess_deg(self, total: int) -> float:
        """Return the excess with a count on the shoe as the change that was measured has it [deg]."""
        assert self.effect is not None
        return self.effect.excess_deg(self.own, self.series.cant_deg(total))

    def why_near_neutral(self, total: int, settings: Settings) -> Reason | None:
        """Say why the heel counts as near neutral with a count on the shoe."""
        excess = self.excess_at(total)
        return why_near_neutral(excess.mean, lambda: excess.interval(settings.neutral_confidence), settings)

    def best_count(self, choices: Sequence[int]) -> int:
        """Return the count with the smallest expected loss, the smaller stack on a tie."""
        return int(counts_to_ride(self.own, choices, self.series.system.cant_deg))


def believe(feet: Mapping[Side, FootSeries], assumptions: Assumptions) -> dict[Side, FootBelief]:
    """Learn from all recordings of both feet at once: what recordings differ by is the same for them."""
    if not feet:
        return {}
    told = {side: one.told for side, one in feet.items()}
    own, seen = fit_feet(told, assumptions), effects(told, assumptions)
    interval = between_sd_interval(told, assumptions)
    return {side: FootBelief(one, assumptions, own[side], seen.get(side), interval) for side, one in feet.items()}
