"""What a comparison gives: per foot the recordings, what the wedges did, the next count and the next recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bikefit.comparison import sentences
from bikefit.conventions import Side
from bikefit.model import Array, Finding, Readings, Recommendation, RecordingInfo, WedgeSystem
from bikefit.model.json_values import in_json
from bikefit.model.pedal import NO_PEDAL, PedalMeasures
from bikefit.model.result import InJson, Result
from bikefit.response import Mixture, Mounting, NextRecording, Verdict
from bikefit.words import Words

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ComparedRecording:
    """One foot in one of the recordings.

    Attributes
    ----------
    name : str
        File name, with the section in seconds where one was given.
    wedges : int, optional
        Signed count on the shoe, varus positive; None where this recording does not hold the foot.
    value_deg, standard_error_deg : float
        Excess and the strokes' standard error [deg]; NaN where this recording does not give them.
    cleat_turn_deg : float
        Turn of the cleat against the first recording [deg], heel-out positive.
    used : bool
        Whether it entered the response.
    pedal : PedalMeasures
        What a power pedal measured beside it.
    curve_deg, curve_sd_deg : ndarray, shape (100,), optional
        Mean over the used strokes and SD between them at each hundredth of the revolution [deg], heel-out positive.
    label : str
        The name as a reader sees it: a lap by its number.
    """

    name: str
    wedges: int | None
    value_deg: float
    standard_error_deg: float
    cleat_turn_deg: float = field(default=0.0, metadata=in_json())
    used: bool = field(default=True, metadata=in_json())
    pedal: PedalMeasures = field(default=NO_PEDAL, metadata=in_json())
    curve_deg: Array | None = field(default=None, metadata=in_json())
    curve_sd_deg: Array | None = field(default=None, metadata=in_json())
    label: str = field(default="", metadata=in_json())


@dataclass(frozen=True)
class PriorUsed:
    """What was assumed of the response before the recordings [deg/deg]."""

    mean: float
    sd: float


@dataclass(frozen=True)
class OwnResponse:
    """The rider's response after the recordings: degrees heel-in per degree of varus cant, as in the JSON contract."""

    prior: PriorUsed
    mean: float
    sd: float
    interval: tuple[float, float]
    probability_heel_in: float


@dataclass(frozen=True)
class Change:
    """How far the wedges turned the heel, by the recordings alone."""

    # The two counts, varus positive: the one nearest to none, and the one farthest from it.
    from_wedges: int
    to_wedges: int
    deg: float  # Excess at ``to_wedges`` less excess at ``from_wedges`` [deg], heel-out positive
    interval_deg: tuple[float, float]  # 95 % interval [deg]
    detected: bool  # Whether the interval leaves out zero


@dataclass(frozen=True)
class CurveDifference:
    """Where in the stroke two counts differ."""

    phase_deg: Array  # shape (100,): crank angle (or phase) of the points [deg]
    is_crank: bool  # Whether 0 is the foot's top dead centre
    # The two counts, varus positive.
    from_wedges: int
    to_wedges: int
    # shape (100,): mean curve at ``to_wedges`` less that at ``from_wedges``, each without its mean over the stroke
    # [deg].
    difference_deg: Array
    half_width_deg: Array  # shape (100,): of a band that holds the whole true difference with 95 % confidence [deg]
    # Stretches of phase [deg] in which the band leaves out zero; one that ends before it begins passes 0.
    differs: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class FootComparison(InJson):
    """All that the recordings say of one foot together.

    Attributes
    ----------
    side : {"left", "right"}
        The foot.
    recordings : tuple of ComparedRecording
        In the order in which they were given.
    response : OwnResponse
        The prior again where the recordings say nothing of it.
    between_recording_sd_deg : float
        Expected standard deviation between two recordings at one count [deg].
    between_recording_sd_interval_deg : (float, float)
        95 % interval of it [deg].
    drift_deg_per_recording : float
        Expected drift from one recording to the next [deg], heel-out positive.
    minimal_detectable_change_before_deg : float
        Smallest change that one before and after with this set-up can show [deg], from the first recording alone.
    minimal_detectable_change_deg : float
        The same for the recordings that there are [deg].
    change : Change, optional
        None where only one count was recorded.
    verdict : {"helps", "harms", "too_much", "no_effect_seen", "not_tried"}, optional
        What the wedges did for the heel; None where neutral is not known or nothing was usable.
    recommendation : Recommendation
        The count to ride with, and the next step.
    fitted_wedges : int
        Signed count in the last recording; the recommendation's ``change`` starts from it.
    measured : Finding
        What was measured, in a sentence; also first among ``findings``.
    next_recordings : tuple of NextRecording
        What each count that may be recorded next is worth, best first.
    advice : Finding, optional
        What to record next.
    response_belief : Mixture, optional
        The response's whole distribution; None where nothing was usable.
    curves : CurveDifference, optional
        None where the curves cannot be laid over each other.
    findings : tuple of Finding
        What the reader must know.
    """

    side: Side = field(metadata=in_json())
    recordings: tuple[ComparedRecording, ...]
    response: OwnResponse
    between_recording_sd_deg: float
    between_recording_sd_interval_deg: tuple[float, float]
    drift_deg_per_recording: float
    minimal_detectable_change_before_deg: float
    minimal_detectable_change_deg: float
    change: Change | None = field(metadata=in_json("change_deg", "change_interval_deg", "change_detected"))
    verdict: Verdict | None
    recommendation: Recommendation = field(metadata=in_json("keep", "recommendation"))
    fitted_wedges: int = field(metadata=in_json())
    measured: Finding = field(metadata=in_json())
    next_recordings: tuple[NextRecording, ...] = field(default=(), metadata=in_json())
    advice: Finding | None = field(default=None, metadata=in_json("next_recording", "next_recording_wedges"))
    response_belief: Mixture | None = field(default=None, metadata=in_json())
    curves: CurveDifference | None = field(default=None, metadata=in_json())
    findings: tuple[Finding, ...] = ()

    @property
    def change_deg(self) -> float | None:
        """How far the wedges turned the heel [deg]; None where only one count was recorded."""
        return self.change.deg if self.change else None

    @property
    def change_interval_deg(self) -> tuple[float, float] | None:
        """95 % interval of the change [deg]."""
        return self.change.interval_deg if self.change else None

    @property
    def change_detected(self) -> bool | None:
        """Whether that interval leaves out zero."""
        return self.change.detected if self.change else None

    @property
    def next_recording(self) -> str | None:
        """The next recording in a sentence, in English; None where none is needed."""
        return str(self.advice) if self.advice else None

    @property
    def next_recording_wedges(self) -> int | None:
        """Signed count to record next."""
        return self.advice.values["wedges"] if self.advice else None

    @property
    def keep(self) -> int | None:
        """Signed count to ride with; None where it is not known."""
        return self.recommendation.total

    @property
    def untouched(self) -> bool:
        """Whether neither its wedges nor its cleat were changed between the recordings."""
        counts = {item.wedges for item in self.recordings if item.wedges is not None}
        return len(counts) == 1 and not any(item.cleat_turn_deg for item in self.recordings)

    @property
    def is_pair(self) -> bool:
        """Whether all that is known comes from one recording before and one after."""
        return sum(item.used for item in self.recordings) == 2

    @property
    def tried_both_ways(self) -> bool:
        """Whether varus and valgus were both recorded, as in the visit."""
        counts = [item.wedges for item in self.recordings if item.used and item.wedges is not None]
        return bool(counts) and min(counts) < 0 < max(counts)

    def rows(self, words: Words) -> list[tuple[str, str, str, str]]:
        """Return the recordings for a table, printed: name, wedges, from neutral, standard error."""
        shoe = words.shoe(self.side)
        return [
            (
                words.text("compared.recording_of", shoe=shoe, name=item.label),
                words.wedges(item.wedges),
                words.signed_degrees(item.value_deg),
                words.degrees(item.standard_error_deg, 2),
            )
            for item in self.recordings
        ]

    def with_findings(self, *more: Finding) -> FootComparison:
        """Return the same with findings added at the end."""
        return replace(self, findings=(*self.findings, *more))


@dataclass(frozen=True)
class ComparisonResult(Result):
    """Several recordings of one rider, compared.

    Attributes
    ----------
    schema : str
        Of the JSON.
    version : str
        Of the package.
    sessions : tuple of Readings
        The recordings, in the order in which they were given.
    mounting : {"left_on", "remounted", "laps"}
        Whether sensors or markers stayed on, were taken off and on again, or the recordings are laps of one file.
    settings : mapping
        The settings in force.
    findings : tuple of Finding
        What concerns the recordings as a whole.
    feet : mapping of side to FootComparison
        The feet that were recorded.
    system : WedgeSystem
        The wedges that were used.
    """

    schema: str = field(default="bikefit.comparison/2", kw_only=True)
    version: str
    sessions: tuple[Readings, ...] = field(metadata=in_json("recordings"))
    mounting: Mounting = field(metadata=in_json("remounted"))
    settings: Mapping[str, Any]
    findings: tuple[Finding, ...]
    feet: Mapping[Side, FootComparison]
    system: WedgeSystem = field(metadata=in_json())

    @property
    def recordings(self) -> tuple[RecordingInfo, ...]:
        """Where the numbers come from."""
        return tuple(session.recording for session in self.sessions)

    @property
    def remounted(self) -> bool:
        """Whether sensors or markers were taken off and on again in between."""
        return self.mounting == "remounted"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per foot and recording.

        Returns
        -------
        DataFrame
            ``foot``, ``name``, ``wedges`` (signed, varus positive), ``value_deg`` (excess, heel-out positive),
            ``standard_error_deg``, ``cleat_turn_deg``, ``used``.
        """
        import pandas as pd

        names = ("name", "wedges", "value_deg", "standard_error_deg", "cleat_turn_deg", "used")
        rows = [(side, item) for side, foot in self.feet.items() for item in foot.recordings]
        return pd.DataFrame(
            [{"foot": side, **{name: getattr(item, name) for name in names}} for side, item in rows],
            columns=["foot", *names],
        )

    def answers(self, words: Words) -> list[str]:
        """Return the verdict, what to keep and what was measured for each shoe."""
        return [
            said
            for foot in self.feet.values()
            for said in (sentences.answer(words, foot, self.system.cap), sentences.measured(words, foot))
        ]

    def table(self, words: Words) -> tuple[list[str], list[tuple[str, str, str, str]]]:
        """Return the recordings as a small table, printed."""
        return recording_columns(words), [row for foot in self.feet.values() for row in foot.rows(words)]


def recording_columns(words: Words) -> list[str]:
    """Return the heads of the table of recordings."""
    return [words.text(f"compared.{name}") for name in ("recording", "wedges", "excess", "error")]
