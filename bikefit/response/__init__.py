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
    BETWEEN,
    MOUNTINGS,
    Assumptions,
    FootPosterior,
    Mounting,
    Series,
    between_sd_interval,
    fit_feet,
    fit_foot,
    series,
)
from bikefit.response.learn import RIDERS_MIN, Learned, OwnAnswer, StudioPrior, learn_from
from bikefit.response.mixture import Mixture
from bikefit.response.riders import RiderRecordings

__all__ = [
    "BETWEEN",
    "MOUNTINGS",
    "RIDERS_MIN",
    "Assumptions",
    "Effect",
    "FootPosterior",
    "Learned",
    "Mixture",
    "Mounting",
    "NextRecording",
    "OwnAnswer",
    "RiderRecordings",
    "Series",
    "StudioPrior",
    "Verdict",
    "allowed_totals",
    "between_sd_interval",
    "counts_to_ride",
    "effects",
    "expected_loss_deg2",
    "fit_feet",
    "fit_foot",
    "learn_from",
    "order_confounded",
    "planned_minimal_detectable_deg",
    "rank_recordings",
    "series",
    "straightness",
    "verdict_of",
]
