"""All that is known of one session; text, JSON and reports are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bikefit.conventions import Side, ZeroMeaning
from bikefit.model import sentences
from bikefit.model.decided import Excess, Neutral, Recommendation, Visible, WedgeSystem
from bikefit.model.findings import Finding
from bikefit.model.frames import curves_frame, feet_frame, strokes_frame
from bikefit.model.json_values import in_json
from bikefit.model.measured import Rotation, StrokeCurves, StrokeSummary
from bikefit.model.recorded import Channel
from bikefit.model.result import Result
from bikefit.model.stroke_columns import StrokeColumns
from bikefit.words import ENGLISH, Words, known

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
    fitted_wedges : int, optional
        Signed count on the shoe during the ride, varus positive; None where nobody said, and then none is assumed.
    columns : StrokeColumns
        One row a stroke, with the columns of `bikefit.conventions.STROKE_COLUMNS`; `stroke_table` is a DataFrame of it.
    curves : StrokeCurves
        Its curves, row by row.
    zero : str, optional
        What an angle of zero means in the recording; None = not known.
    visible : Visible
        What more recordings like this one can show.
    """

    side: Side = field(metadata=in_json())
    strokes: StrokeSummary
    rotation: Rotation
    neutral: Neutral
    excess: Excess
    recommendation: Recommendation
    findings: tuple[Finding, ...]
    fitted_wedges: int | None = field(metadata=in_json())
    columns: StrokeColumns = field(metadata=in_json())
    curves: StrokeCurves = field(metadata=in_json())
    zero: ZeroMeaning | None = field(default=None, metadata=in_json())
    visible: Visible = field(default_factory=Visible, metadata=in_json())

    @property
    def stroke_table(self) -> pd.DataFrame:
        """One row a stroke, as a DataFrame."""
        table: pd.DataFrame = self.columns.frame
        return table

    def fitted_in_words(self, words: Words) -> str:
        """Name the wedges on the shoe during the ride; an unknown count is not shown as none."""
        told = self.fitted_wedges is not None
        return words.wedges(self.fitted_wedges) if told else words.text("numbers.not_told")

    def figures(self, words: Words) -> dict[str, str]:
        """Return the numbers of the small table, printed, by their keys in the words' section ``terminal``."""
        advised, rpm, unknown = self.recommendation, self.strokes.cadence_rpm, words.text("words.unknown")
        return {
            "strokes": words.text("terminal.strokes_value", used=self.strokes.used, found=self.strokes.found),
            "cadence": words.text("terminal.cadence_value", rpm=words.fixed(rpm, 0)) if known(rpm) else unknown,
            "rotation": words.signed_degrees(self.rotation.value_deg),
            "neutral": words.signed_degrees(self.neutral.deg),
            "excess": words.signed_degrees(self.excess.deg),
            "interval": words.signed_interval(self.excess.interval_deg),
            "fitted": self.fitted_in_words(words),
            "target": sentences.advised_wedges(words, advised),
            "expected": unknown if advised.step == "compare" else words.signed_degrees(advised.expected_deg),
            "cleat": sentences.cleat_turn(words, advised.cleat),
        }

    def __str__(self) -> str:
        """Give the answer and how sure it is, in English."""
        sure = sentences.how_sure(ENGLISH, self.excess, self.recommendation)
        answer = f"{self.recommendation.headline(ENGLISH)}. {sure}"
        return ENGLISH.text("terminal.for_shoe", shoe=ENGLISH.shoe(self.side), message=answer)


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
class SessionResult(Result):
    """One session, analysed: text, JSON, HTML and PDF are all made from this object.

    Attributes
    ----------
    schema : str
        Of the JSON.
    version : str
        Of the package.
    recording : RecordingInfo
        Where the numbers come from.
    settings : mapping
        Every threshold and prior in force.
    asymmetry_deg : float
        Left less right rotation [deg]; NaN with one foot.
    findings : tuple of Finding
        What the reader must know of the recording as a whole.
    feet : mapping of side to FootResult
        The feet that were recorded.
    system : WedgeSystem
        The wedges.
    companions : mapping of str to Channel
        Shared channels, for the report.
    is_section : bool
        Whether it is part of a longer recording.
    lap : int, optional
        The number of the lap that it is, where a lap was named.
    """

    schema: str = field(default="bikefit.session/2", kw_only=True)
    version: str
    recording: RecordingInfo
    settings: Mapping[str, Any]
    asymmetry_deg: float
    findings: tuple[Finding, ...]
    feet: Mapping[Side, FootResult]
    system: WedgeSystem = field(metadata=in_json())
    companions: Mapping[str, Channel] = field(default_factory=dict, metadata=in_json())
    is_section: bool = field(default=False, metadata=in_json())
    lap: int | None = field(default=None, metadata=in_json())

    @property
    def strokes(self) -> pd.DataFrame:
        """Every stroke of every foot, one row each, with the columns of `bikefit.conventions.STROKE_COLUMNS`."""
        return strokes_frame(self.feet.values())

    @property
    def curves(self) -> pd.DataFrame:
        """Every stroke's curve: ``foot``, ``stroke``, ``used``, ``phase_deg``, ``heel_out_deg``, one row per point.

        Point k of 100 is the mean over the k-th hundredth of the revolution; NaN where the stroke has no samples.
        """
        return curves_frame(self.feet.values())

    def to_frame(self) -> pd.DataFrame:
        """Return one row per foot: every single value of the JSON contract, its keys joined by underscores.

        Returns
        -------
        DataFrame
            ``foot``, ``strokes_used``, ``rotation_value_deg``, ``excess_deg``, ``excess_interval_deg_low``,
            ``recommendation_outcome``, ``recommendation_wedges`` and so on; unknown is missing.
        """
        return feet_frame(self.to_dict()["feet"])

    def answers(self, words: Words) -> list[str]:
        """Return what to do with each shoe, a sentence each."""
        return [sentences.advice(words, side, foot.recommendation, self.system.cap) for side, foot in self.feet.items()]

    def table(self, words: Words) -> tuple[list[str], list[list[str]]]:
        """Return each shoe's numbers as a small table, printed."""
        figures = [foot.figures(words) for foot in self.feet.values()]
        rows = [
            [words.text(f"terminal.{key}").strip(), *(column[key] for column in figures)]
            for key in (figures[0] if figures else ())
        ]
        return ["", *map(words.shoe, self.feet)], rows
