"""What a wedge does to THIS rider, from recordings at known counts, and what to record next."""

from bikefit.response.choice import NextRecording, allowed_totals
from bikefit.response.mixture import Mixture
from bikefit.response.planning import rank_next_recordings, recordable_totals
from bikefit.response.posterior import (
    Posterior,
    Trial,
    fit_response,
    has_repeat,
    minimal_detectable_change_deg,
    tells_response,
)

__all__ = [
    "Mixture",
    "NextRecording",
    "Posterior",
    "Trial",
    "allowed_totals",
    "fit_response",
    "has_repeat",
    "minimal_detectable_change_deg",
    "rank_next_recordings",
    "recordable_totals",
    "tells_response",
]
