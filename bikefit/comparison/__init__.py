"""Before and after: several recordings of one rider, and what they say together."""

from bikefit.comparison.guards import labels
from bikefit.comparison.refusal import NotComparableError
from bikefit.comparison.result import (
    Change,
    ComparedRecording,
    ComparisonResult,
    CurveDifference,
    FootComparison,
    OwnResponse,
)
from bikefit.comparison.session import compare, compare_readings, compare_sessions

__all__ = [
    "Change",
    "ComparedRecording",
    "ComparisonResult",
    "CurveDifference",
    "FootComparison",
    "NotComparableError",
    "OwnResponse",
    "compare",
    "compare_readings",
    "compare_sessions",
    "labels",
]
