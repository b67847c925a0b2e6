"""What a wedge does to THIS rider, from recordings at known counts, and what to record next."""

from bikefit.response.choice import (
    NextRecording,
    allowed_totals,
    counts_to_ride,
    expected_loss_deg2,
    planned_minimal_detectable_deg,
    rank_recordings,
)
from bikefit.response.effect import Effect, Verdict, effects, order_confounded, straightness, verdict_of
from bikefit.response.experiment import (
    Assumptions,
    FootPosterior,
    Mounting,
    Series,
    between_sd_interval,
    fit_feet,
    fit_foot,
    series,
)
from bikefit.response.mixture import Mixture

__all__ = [
    "Assumptions",
    "Effect",
    "FootPosterior",
    "Mixture",
    "Mounting",
    "NextRecording",
    "Series",
    "Verdict",
    "allowed_totals",
    "between_sd_interval",
    "counts_to_ride",
    "effects",
    "expected_loss_deg2",
    "fit_feet",
    "fit_foot",
    "order_confounded",
    "planned_minimal_detectable_deg",
    "rank_recordings",
    "series",
    "straightness",
    "verdict_of",
]
