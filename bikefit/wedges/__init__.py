"""From an excess, a response and a wedge system to a count: the decision."""

from bikefit.wedges.belief import Belief, best_total, uncapped_total, whole_wedges
from bikefit.wedges.recommendation import (
    cleat_turn,
    describe,
    recommend,
    undetermined,
    visit_counts,
    why_near_neutral,
)

__all__ = [
    "Belief",
    "best_total",
    "cleat_turn",
    "describe",
    "recommend",
    "uncapped_total",
    "undetermined",
    "visit_counts",
    "whole_wedges",
    "why_near_neutral",
]
