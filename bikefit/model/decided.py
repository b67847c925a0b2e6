"""What is decided: excess, response, wedge systems and the recommendation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal

from bikefit.conventions import interval_95
from bikefit.model.findings import Reason
from bikefit.model.json_values import in_json, to_json_value
from bikefit.model.spread import measured
from bikefit.words import ENGLISH, Words

Outcome = Literal["fit_wedges", "keep", "no_wedge", "beyond_stack", "undetermined"]
Placement = Literal["varus", "valgus"]
NeutralKind = Literal["zero", "static", "recovery", "number", "none"]
CleatReason = Literal[
    "float_stop", "no_float", "float_unknown", "inside_float", "within_band", "interval_holds_neutral", "undetermined"
]  # fmt: skip
NEAR_NEUTRAL: Final[tuple[CleatReason, ...]] = ("within_band", "interval_holds_neutral")
"""Codes of the reasons that leave wedges and cleat as they are because the heel is near neutral."""
Action = Literal["test", "compare", "repeat", "ride", "take_off", "check", "record"]
Step = Literal["fit", "compare", "keep", "no_wedge", "beyond", "float_stop", "undetermined"]
"""What a first result comes to; every sentence and drawing of it follows."""


@dataclass(frozen=True)
class Neutral:
    """The angle that the foot is brought back toward [deg], and where it comes from."""

    kind: NeutralKind
    deg: float


@dataclass(frozen=True)
class Excess:
    """How far the foot is turned from neutral.

    Attributes
    ----------
    deg : float
        Rotation less neutral [deg], heel-out positive.
    sd_deg : float
        Standard deviation of the rotation by its strokes alone [deg], as in `Rotation`.
    zero_sd_deg : float
        Standard deviation of the zero that it is measured from [deg].
    lower_bound : bool
        Whether a float stop hides part of it.

    Examples
    --------
    >>> [round(end, 2) for end in Excess(2.5, 0.0, 0.8).interval_deg]
    [0.93, 4.07]
    """

    deg: float
    sd_deg: float = field(metadata=in_json("interval_deg"))
    zero_sd_deg: float = field(metadata=in_json())
    lower_bound: bool = False

    @property
    def total_sd_deg(self) -> float:
        """Standard deviation by strokes and zero together [deg]."""
        return math.hypot(self.sd_deg, self.zero_sd_deg)

    @property
    def interval_deg(self) -> tuple[float, float]:
        """95 % interval, with the zero's own uncertainty [deg]."""
        return interval_95(self.deg, self.total_sd_deg)

    def __str__(self) -> str:
        """Say it in English."""
        return measured(ENGLISH, self) or ENGLISH.text("words.unknown")


@dataclass(frozen=True)
class Response:
    """What one degree of varus cant does to the heel: degrees heel-in per degree, Normal(mean, sd)."""

    # Of the normal distribution [deg/deg].
    mean: float
    sd: float
    source: Literal["assumption", "own"] = "assumption"  # The prior, or the rider's own recordings
    covariance_deg: float = 0.0  # Covariance with the excess that it is applied to [deg * deg/deg]; 0 for the prior


@dataclass(frozen=True)
class ResponseUsed:
    """The response as the JSON contract shows it; NaN where nothing was decided."""

    mean: float
    sd: float
    source: Literal["assumption", "own"]


@dataclass(frozen=True)
class CleatTurn:
    """How far to turn the cleat instead of changing the wedges.

    Attributes
    ----------
    turn_deg : float
        The way that the foot turns with it, heel-out positive, as ``--left-rotation`` and ``--right-rotation`` take
        it [deg]; NaN where no turn is called for or none can be given.
    reason : str
        Where the foot turns with the cleat: "float_stop", "no_float"; where it may: "float_unknown". Why there is no
        turn: "inside_float", "within_band", "interval_holds_neutral", "undetermined".

    Examples
    --------
    >>> CleatTurn(-2.6, "no_float").heel
    'in'
    """

    turn_deg: float
    reason: CleatReason

    @property
    def heel(self) -> Literal["in", "out"]:
        """The way that the heel is to go."""
        return "out" if self.turn_deg > 0 else "in"

    @property
    def moves_foot(self) -> bool:
        """Whether the foot is known to turn with the cleat, and a turn is called for."""
        return self.reason in ("float_stop", "no_float")


NO_TURN = CleatTurn(math.nan, "undetermined")


@dataclass(frozen=True)
class NextStep:
    """The one thing to do next.

    Attributes
    ----------
    action : str
        "test": make the visit; "compare": record without the wedges that are on, and compare; "repeat": record a count
        once more before anything else; "record": record a count, or again where there is none; "ride": ride with a
        count; "take_off": take the wedges off; "check": look at cleat, float and neutral first.
    counts : tuple of int
        Signed counts: to record in this order, or the one to ride with.
    """

    action: Action
    counts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Visible:
    """The smallest change of the angle that more recordings like this one can show."""

    pair_deg: float = math.nan  # One with other wedges against this one [deg]
    visit_deg: float = math.nan  # The visit: without, one way, the other way, without [deg]


@dataclass(frozen=True)
class Option:
    """What a signed total of wedges would do.

    Attributes
    ----------
    wedges : int
        The total, varus positive.
    expected_deg : float
        Where the heel should come, from neutral [deg], heel-out positive.
    interval_deg : tuple of float
        95 % interval of that, with the excess's own error [deg].
    chance_closer, chance_within_1deg : float
        To come closer to neutral; to come within 1 deg of it.
    expected_loss_deg2 : float
        Expected squared excess, less the excess's own variance [deg^2]: what the count minimises.
    """

    wedges: int
    expected_deg: float
    interval_deg: tuple[float, float]
    chance_closer: float
    chance_within_1deg: float
    expected_loss_deg2: float


@dataclass(frozen=True)
class Recommendation:
    """How many wedges, and how sure; as in the JSON contract. Undetermined: every number is None or NaN.

    Attributes
    ----------
    outcome : {"fit_wedges", "keep", "no_wedge", "beyond_stack", "undetermined"}
        What to do.
    wedges : int, optional
        The target count, 0 or more; `total` has its sign.
    placement : {"varus", "valgus"}, optional
        Where the thick side goes; None at 0.
    change : int, optional
        Signed target less what was fitted during the ride.
    system : str
        Id of the wedge system.
    cant_deg : float
        Signed cant of the target [deg].
    expected_deg : float
        Where the heel should come, from neutral [deg], heel-out positive.
    interval_deg : tuple of float, optional
        95 % interval of that, with the excess's own error [deg].
    chance_closer, chance_worse : float
        Of the change; both 0 where nothing is changed.
    response : ResponseUsed
        What was believed of one degree of cant.
    cleat : CleatTurn
        Turn of the cleat that would answer for the excess instead of wedges; one or the other.
    options : tuple of Option
        Every total that was weighed.
    reasons : tuple of Reason
        Why it came out so.
    next_step : NextStep
        The one thing to do next.
    """

    outcome: Outcome
    wedges: int | None
    placement: Placement | None
    change: int | None
    system: str
    cant_deg: float
    expected_deg: float
    interval_deg: tuple[float, float] | None
    chance_closer: float
    chance_worse: float
    response: ResponseUsed
    cleat: CleatTurn
    options: tuple[Option, ...]
    reasons: tuple[Reason, ...]
    next_step: NextStep

    @property
    def total(self) -> int | None:
        """Signed total of wedges, varus positive."""
        if self.wedges is None:
            return None
        return -self.wedges if self.placement == "valgus" else self.wedges

    @property
    def named(self) -> int | None:
        """The total that words and pictures name as advised: none where a recording without the wedges comes first."""
        return None if self.next_step.action == "compare" else self.total

    @property
    def codes(self) -> frozenset[str]:
        """Codes of the reasons."""
        return frozenset(item.code for item in self.reasons)

    @property
    def near_neutral(self) -> bool:
        """Whether nothing is changed because the heel is near neutral."""
        return not self.codes.isdisjoint(NEAR_NEUTRAL)

    @property
    def is_held(self) -> bool:
        """Whether the float's end holds the heel, which may be further out or in by itself."""
        return "excess_is_lower_bound" in self.codes

    @property
    def fitted(self) -> int | None:
        """Signed count on the shoe during the ride, varus positive."""
        return None if self.total is None or self.change is None else self.total - self.change

    @property
    def step(self) -> Step:
        """What a first result comes to: with wedges on, a recording without them comes before any change."""
        if self.outcome == "undetermined" or self.total is None:
            return "undetermined"
        if self.cleat.reason == "float_stop":
            return "float_stop"
        if self.next_step.action == "compare":
            return "compare"
        if self.outcome == "beyond_stack":
            return "beyond"
        if self.outcome in ("no_wedge", "keep"):
            return "keep" if self.total else "no_wedge"
        return "fit"

    def headline(self, words: Words) -> str:
        """Give the answer in two to four words, such as "Try 2 varus wedges"."""
        return words.text(f"headline.{self.spoken}", target=self.total or 0)

    @property
    def spoken(self) -> str:
        """Name the words of the answer: a step, and where no count is given, or none is needed, what that rests on."""
        codes = self.codes
        if self.step == "undetermined":
            lacks_neutral = self.next_step.action == "check"
            return "implausible" if "angle_implausible" in codes else "no_neutral" if lacks_neutral else "undetermined"
        if self.step == "no_wedge" and ("within_band" not in codes or self.is_held):
            return "no_wedge_open"
        return self.step

    def __str__(self) -> str:
        """Give the answer in two to four words of English."""
        return self.headline(ENGLISH)


@dataclass(frozen=True)
class WedgeSystem:
    """A wedge product as it is used here.

    Attributes
    ----------
    id, name, maker : str
        What it is called.
    cant_deg : float
        Cant of one wedge [deg].
    cap : int
        Most wedges under one foot.
    placement : str
        "under_cleat" or "in_shoe".
    cleats : tuple of str
        Cleat types that it goes with: "3-bolt", "2-bolt", "speedplay".
    cautions : tuple of str
        What to check when fitting: keys of the words' section ``wedge_systems``, or a user's own sentences.
    source, date : str
        Where the facts come from, likewise, and when they were looked up.
    thickness_mm : float
        Where the maker states a thickness instead of an angle: over ``width_mm`` of sole [mm]; else NaN.
    width_mm : float
        The sole's width for that conversion [mm]; else NaN.
    """

    id: str
    name: str
    maker: str
    cant_deg: float
    cap: int
    placement: Literal["under_cleat", "in_shoe"]
    cleats: tuple[str, ...]
    cautions: tuple[str, ...]
    source: str
    date: str
    thickness_mm: float = math.nan
    width_mm: float = math.nan

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, its cautions and its source in English."""
        told = replace(
            self,
            cautions=tuple(map(ENGLISH.of_system, self.cautions)),
            source=ENGLISH.of_system(self.source),
        )
        return {item.name: to_json_value(getattr(told, item.name)) for item in fields(self)}
