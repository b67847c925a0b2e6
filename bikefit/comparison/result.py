"""What a comparison gives: per foot the recordings, what the wedges did, the next count and the next recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bikefit.conventions import Side
from bikefit.model import Array, Finding, Readings, Recommendation, WedgeSystem, sentences, to_json_value
from bikefit.model.notebook import as_html
from bikefit.response import Mixture, NextRecording
from bikefit.words import ENGLISH, Words


@dataclass(frozen=True)
class ComparedRecording:
    """One foot in one of the recordings.

    Attributes
    ----------
    name : str
        File name, with the section where one was given.
    wedges : int, optional
        Signed count on the shoe, varus positive; None where this recording does not hold the foot.
    value_deg, standard_error_deg : float
        Excess and the strokes' standard error [deg]; NaN where this recording does not give them.
    cleat_turn_deg : float
        Turn of the cleat against the first recording [deg], heel-out positive.
    used : bool
        Whether it entered the response.
    curve_deg, curve_sd_deg : ndarray, shape (100,), optional
        Mean over the used strokes and SD between them at each hundredth of the revolution [deg], heel-out positive.
    """

    name: str
    wedges: int | None
    value_deg: float
    standard_error_deg: float
    cleat_turn_deg: float = 0.0
    used: bool = True
    curve_deg: Array | None = None
    curve_sd_deg: Array | None = None


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
    """How far the wedges turned the heel, by the recordings alone.

    Attributes
    ----------
    from_wedges, to_wedges : int
        The two counts, varus positive: the one nearest to none, and the one farthest from it.
    deg : float
        Excess at ``to_wedges`` less excess at ``from_wedges`` [deg], heel-out positive.
    interval_deg : tuple of float
        95 % interval [deg].
    detected : bool
        Whether the interval leaves out zero.
    """

    from_wedges: int
    to_wedges: int
    deg: float
    interval_deg: tuple[float, float]
    detected: bool


@dataclass(frozen=True)
class CurveDifference:
    """Where in the stroke two counts differ.

    Attributes
    ----------
    phase_deg : ndarray, shape (100,)
        Crank angle (or phase) of the points [deg].
    is_crank : bool
        Whether 0 is the foot's top dead centre.
    from_wedges, to_wedges : int
        The two counts, varus positive.
    difference_deg : ndarray, shape (100,)
        Mean curve at ``to_wedges`` less that at ``from_wedges`` [deg].
    half_width_deg : ndarray, shape (100,)
        Of a band that holds the whole true difference with 95 % confidence [deg].
    differs : tuple of (float, float)
        Stretches of phase [deg] in which the band leaves out zero; one that ends before it begins passes 0.
    """

    phase_deg: Array
    is_crank: bool
    from_wedges: int
    to_wedges: int
    difference_deg: Array
    half_width_deg: Array
    differs: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class FootComparison:
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
        Standard deviation between two recordings at one count [deg]: assumed, or learnt from a repeat.
    between_recording_sd_learnt : bool
        Whether a count was repeated.
    minimal_detectable_change_before_deg : float
        Smallest change that one before and after with this set-up can show [deg], from the first recording alone.
    minimal_detectable_change_deg : float
        The same for the recordings that there are [deg].
    change : Change, optional
        None where only one count was recorded.
    recommendation : Recommendation
        The next count, as from `bikefit.wedges.recommend`.
    fitted_wedges : int
        Signed count in the last recording; the recommendation's ``change`` starts from it.
    next_recordings : tuple of NextRecording
        What each count that may be recorded next is worth, best first.
    next_recording : Finding, optional
        The advice on it in a sentence.
    verdict : Finding, optional
        What the trial showed, in a sentence; also first among ``findings``.
    response_belief : Mixture, optional
        The response's whole distribution; None where nothing was usable.
    curves : CurveDifference, optional
        None where the curves cannot be laid over each other.
    findings : tuple of Finding
        What the reader must know.
    """

    side: Side
    recordings: tuple[ComparedRecording, ...]
    response: OwnResponse
    between_recording_sd_deg: float
    between_recording_sd_learnt: bool
    minimal_detectable_change_before_deg: float
    minimal_detectable_change_deg: float
    change: Change | None
    recommendation: Recommendation
    fitted_wedges: int
    next_recordings: tuple[NextRecording, ...] = ()
    next_recording: Finding | None = None
    verdict: Finding | None = None
    response_belief: Mixture | None = None
    curves: CurveDifference | None = None
    findings: tuple[Finding, ...] = ()

    def rows(self, words: Words) -> list[tuple[str, str, str, str]]:
        """Return the recordings for a table, printed: name, wedges, from neutral, standard error."""
        shoe = words.shoe(self.side)
        return [
            (
                words.text("compared.recording_of", shoe=shoe, name=item.name),
                words.wedges(item.wedges),
                words.signed_degrees(item.value_deg),
                words.degrees(item.standard_error_deg, 2),
            )
            for item in self.recordings
        ]

    def with_findings(self, *more: Finding) -> FootComparison:
        """Return the same with findings added at the end."""
        return replace(self, findings=(*self.findings, *more))

    def to_dict(self) -> dict[str, Any]:
        """Return the foot as the JSON contract has it.

        Returns
        -------
        dict
            Plain values only; unknown is None.
        """
        change, advice = self.change, self.next_recording
        return {
            "recordings": [
                {name: to_json_value(getattr(item, name)) for name in ("name", "wedges", *_MEASURED)}
                for item in self.recordings
            ],
            "response": to_json_value(self.response),
            "between_recording_sd_deg": to_json_value(self.between_recording_sd_deg),
            "minimal_detectable_change_before_deg": to_json_value(self.minimal_detectable_change_before_deg),
            "minimal_detectable_change_deg": to_json_value(self.minimal_detectable_change_deg),
            "change_deg": to_json_value(change.deg) if change else None,
            "change_interval_deg": to_json_value(change.interval_deg) if change else None,
            "change_detected": change.detected if change else None,
            "recommendation": to_json_value(self.recommendation),
            "next_recording": str(advice) if advice else None,
            "next_recording_wedges": advice.values["wedges"] if advice else None,
            "findings": to_json_value(self.findings),
        }


_MEASURED = ("value_deg", "standard_error_deg")


@dataclass(frozen=True)
class ComparisonResult:
    """Several recordings of one rider, compared.

    Attributes
    ----------
    sessions : tuple of Readings
        The recordings, in the order in which they were given.
    system : WedgeSystem
        The wedges that were used.
    remounted : bool
        Whether sensors or markers were taken off and on again in between.
    feet : mapping of side to FootComparison
        The feet that were recorded.
    findings : tuple of Finding
        What concerns the recordings as a whole.
    settings : mapping
        The settings in force.
    version : str
        Of the package.
    """

    sessions: tuple[Readings, ...]
    system: WedgeSystem
    remounted: bool
    feet: Mapping[Side, FootComparison]
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]
    version: str
    schema: str = field(default="bikefit.comparison/1")

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as the JSON contract ``bikefit.comparison/1`` has it.

        Returns
        -------
        dict
            Plain values only; unknown is None.
        """
        return {
            "schema": self.schema,
            "version": self.version,
            "recordings": [to_json_value(session.recording) for session in self.sessions],
            "remounted": self.remounted,
            "settings": to_json_value(self.settings),
            "findings": to_json_value(self.findings),
            "feet": {side: foot.to_dict() for side, foot in self.feet.items()},
        }

    def answers(self, words: Words) -> list[str]:
        """Return what to do with each shoe and what the trial showed, two sentences each."""
        return [
            said
            for side, foot in self.feet.items()
            for said in (
                sentences.advice(words, side, foot.recommendation, self.system.cap),
                words.finding(foot.verdict) if foot.verdict else "",
            )
            if said
        ]

    def __str__(self) -> str:
        """Say what to do with each shoe and what the trial showed, in English."""
        return "\n".join(self.answers(ENGLISH))

    def _repr_html_(self) -> str:
        """Show a notebook the answers and the recordings, in English."""
        rows = [row for foot in self.feet.values() for row in foot.rows(ENGLISH)]
        return as_html(self.answers(ENGLISH), recording_columns(ENGLISH), rows)


def recording_columns(words: Words) -> list[str]:
    """Return the heads of the table of recordings."""
    return [words.text(f"compared.{name}") for name in ("recording", "wedges", "excess", "error")]
