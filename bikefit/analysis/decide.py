"""From excess and neutral to a recommendation, and what else at hand would turn it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bikefit.analysis.neutral import Still, at_hand, choose_neutral, excess_over, zero_sd_deg
from bikefit.conventions import METRICS, STROKE_ANGLES, Metric
from bikefit.model import (
    Excess,
    Finding,
    FootTrace,
    Neutral,
    Reason,
    Recommendation,
    Response,
    Rotation,
    WedgeSystem,
    finding,
    reason,
)
from bikefit.sessions.session import Session
from bikefit.wedges import recommend, undetermined


@dataclass(frozen=True)
class Asked:
    """What a decision about one foot depends on besides what was measured."""

    trace: FootTrace
    options: Session
    system: WedgeSystem
    still: Still

    def excess(self, rotation: Rotation, neutral: Neutral) -> Excess:
        """Return how far a rotation is from a neutral."""
        return excess_over(neutral, rotation, zero_sd_deg(self.trace, neutral, self.options, self.still))


def decide(
    asked: Asked, rotation: Rotation, neutral: Neutral, excess: Excess, obstacles: Sequence[Reason] = ()
) -> Recommendation:
    """Recommend a count, one wedge at most from the recovery phase, or say why none can be given."""
    options, system = asked.options, asked.system
    response = Response(options.settings.response_mean, options.settings.response_sd)
    if obstacles or math.isnan(excess.deg) or math.isnan(excess.total_sd_deg):
        return undetermined(system, obstacles, response)
    fitted, cap = options.fitted(asked.trace.side), system.cap
    near, why = None, []
    if neutral.kind == "recovery":
        near = [total for total in (fitted - 1, fitted, fitted + 1) if abs(total) <= cap]
        why = [reason("recovery_limit")]
    return recommend(
        excess, response, fitted, system, options.settings, near, why,
        cleat_float_deg=options.cleat_float_deg, at_float_stop=rotation.float_stop is not None,
    )  # fmt: skip


def metric_findings(asked: Asked, rotations: dict[Metric, Rotation], metric: Metric) -> tuple[Finding, ...]:
    """Say where the mean and the power phase, each from its own neutral, differ in whether or where a wedge goes.

    ``rotations`` has the foot's rotation by each of these metrics that is known.
    """
    if metric not in rotations:
        return ()
    totals: dict[Metric, int | None] = {}
    for other, rotation in rotations.items():
        neutral, _, obstacles = choose_neutral(asked.trace, rotation, asked.options, asked.still)
        totals[other] = decide(asked, rotation, neutral, asked.excess(rotation, neutral), obstacles).total
    if len({_way(total) for total in totals.values()}) < 2:
        return ()
    others = {code: total for code, total in totals.items() if code != metric}
    return (finding("metric_matters", metric=metric, chosen=totals[metric], others=others, totals=totals),)


MATTERS: tuple[Metric, ...] = tuple(row.code for row in STROKE_ANGLES if row.matters and row.code in METRICS)
"""Metrics that are held against each other."""


def neutral_findings(
    asked: Asked, rotation: Rotation, neutral: Neutral, excess: Excess, recommendation: Recommendation
) -> tuple[Finding, ...]:
    """Say where another neutral that is at hand would turn the foot the other way."""
    change = _way(recommendation.change)
    others: dict[str, float] = {}
    for other in at_hand(asked.trace, rotation, asked.still):
        if change and other.kind != neutral.kind:
            away = asked.excess(rotation, other)
            if _way(decide(asked, rotation, other, away).change) == -change:
                others[other.kind] = away.deg
    if not others:
        return ()
    side = asked.trace.side
    return (finding("neutral_matters", side=side, chosen=neutral.kind, excess=excess.deg, others=others),)


def _way(count: int | None) -> int:
    """Return the sign of a count of wedges."""
    return 0 if not count else 1 if count > 0 else -1
