"""All that is known of one session; text, JSON and reports are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bikefit.conventions import Side, ZeroMeaning
from bikefit.model.decided import Excess, Neutral, Recommendation, WedgeSystem
from bikefit.model.findings import Finding
from bikefit.model.json_values import to_json_value
from bikefit.model.measured import Rotation, StrokeCurves, StrokeSummary
from bikefit.model.recorded import Channel

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class FootResult:
    """All that is known of one foot in one session.

    Attributes
    ----------
    side : {"left", "right"}
        The foot.
    strokes : StrokeSummary
        How many were found and used, and by what they were cut.
    rotation : Rotation
        What was measured.
    neutral : Neutral
        The angle to come back to.
    excess : Excess
        Rotation less neutral.
    recommendation : Recommendation
        What was decided.
    findings : tuple of Finding
        What the reader must know of this foot.
    fitted_wedges : int
        Signed count on the shoe during the ride, varus positive.
    stroke_table : DataFrame
        One row a stroke, with the columns of `bikefit.conventions.STROKE_COLUMNS`.
    curves : StrokeCurves
        Its curves, row by row.
    zero : str, optional
        What an angle of zero means in the recording; None = not known.
    """

    side: Side
    strokes: StrokeSummary
    rotation: Rotation
    neutral: Neutral
    excess: Excess
    recommendation: Recommendation
    findings: tuple[Finding, ...]
    fitted_wedges: int
    stroke_table: pd.DataFrame
    curves: StrokeCurves
    zero: ZeroMeaning | None = None


@dataclass(frozen=True)
class RecordingInfo:
    """Where the numbers come from, as in the JSON contract."""

    name: str
    sha256: str
    format: str
    start: datetime | None
    from_s: float
    to_s: float
    duration_s: float
    sampling_rate_hz: float


@dataclass(frozen=True)
class SessionResult:
    """One session, analysed: text, JSON, HTML and PDF are all made from this object.

    Attributes
    ----------
    recording : RecordingInfo
        Where the numbers come from.
    settings : mapping
        Every threshold and prior in force.
    system : WedgeSystem
        The wedges.
    asymmetry_deg : float
        Left less right rotation [deg]; NaN with one foot.
    findings : tuple of Finding
        What the reader must know of the recording as a whole.
    feet : mapping of side to FootResult
        The feet that were recorded.
    version : str
        Of the package.
    companions : mapping of str to Channel
        Shared channels, for the report.
    schema : str
        Of the JSON.
    is_section : bool
        Whether it is part of a longer recording.
    """

    recording: RecordingInfo
    settings: Mapping[str, Any]
    system: WedgeSystem
    asymmetry_deg: float
    findings: tuple[Finding, ...]
    feet: Mapping[Side, FootResult]
    version: str
    companions: Mapping[str, Channel] = field(default_factory=dict)
    schema: str = "bikefit.session/1"
    is_section: bool = False  # of a longer recording

    def to_dict(self) -> dict[str, Any]:
        """Return the session as the JSON contract ``bikefit.session/1`` has it.

        Returns
        -------
        dict
            Plain values only; unknown is None.
        """
        own = ("strokes", "rotation", "neutral", "excess", "recommendation", "findings")
        return {
            "schema": self.schema,
            "version": self.version,
            "recording": to_json_value(self.recording),
            "settings": to_json_value(self.settings),
            "asymmetry_deg": to_json_value(self.asymmetry_deg),
            "findings": to_json_value(self.findings),
            "feet": {
                side: {name: to_json_value(getattr(foot, name)) for name in own} for side, foot in self.feet.items()
            },
        }
