"""The data that flows through the package, in the order in which it comes to be.

One of a kind is a frozen dataclass; many of a kind is a DataFrame with the columns of `bikefit.conventions`.
An unknown number is NaN inside and ``null`` in JSON. The result classes carry the names and the nesting of the
JSON contract, so that `to_json_value` is all that is needed to write it.
"""

from bikefit.conventions import PerFoot
from bikefit.model.arrays import Array, Flags, Indices
from bikefit.model.decided import (
    NEAR_NEUTRAL,
    NO_TURN,
    Action,
    CleatTurn,
    Excess,
    Neutral,
    NeutralKind,
    NextStep,
    Option,
    Outcome,
    Placement,
    Recommendation,
    Response,
    ResponseUsed,
    Visible,
    WedgeSystem,
)
from bikefit.model.findings import Finding, Level, Reason, finding, reason
from bikefit.model.json_values import to_json_value
from bikefit.model.measured import FloatStop, LevelChange, Phase, Rotation, StrokeCurves, StrokeSummary
from bikefit.model.reading import Reading, Readings, reading_of, readings_of
from bikefit.model.recorded import Channel, ChannelInfo, ChannelNote, FootTrace, Lap, Markers, Recording, ShoeSensor
from bikefit.model.session import FootResult, RecordingInfo, SessionResult
from bikefit.model.stroke_columns import StrokeColumns

__all__ = [
    "NEAR_NEUTRAL",
    "NO_TURN",
    "Action",
    "Array",
    "Channel",
    "ChannelInfo",
    "ChannelNote",
    "CleatTurn",
    "Excess",
    "Finding",
    "Flags",
    "FloatStop",
    "FootResult",
    "FootTrace",
    "Indices",
    "Lap",
    "Level",
    "LevelChange",
    "Markers",
    "Neutral",
    "NeutralKind",
    "NextStep",
    "Option",
    "Outcome",
    "PerFoot",
    "Phase",
    "Placement",
    "Reading",
    "Readings",
    "Reason",
    "Recommendation",
    "Recording",
    "RecordingInfo",
    "Response",
    "ResponseUsed",
    "Rotation",
    "SessionResult",
    "ShoeSensor",
    "StrokeColumns",
    "StrokeCurves",
    "StrokeSummary",
    "Visible",
    "WedgeSystem",
    "finding",
    "reading_of",
    "readings_of",
    "reason",
    "to_json_value",
]
