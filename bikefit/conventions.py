"""The one definition of sides, signs, planes, crank windows, units and column names.

Everything inside the package follows this page; the readers in `bikefit.io` bring every file to it, and
nothing after them changes a sign, a side or a unit.

**Angle.** ``heel_out_deg`` is the rotation of the shoe about the normal of its own sole, in degrees;
positive = the heel is away from the bike ("external rotation of the heel"), on BOTH feet. Seen from above
this turns the right foot counter-clockwise and the left foot clockwise.

**Crank.** Per foot, in degrees: 0 = this foot's pedal at top dead centre (TDC), 90 = pedal forward,
180 = bottom. The left foot's crank angle is the right foot's plus 180.

**Wedges.** Signed counts and cants are varus positive: the thick side is medial (big toe, bike side).

**World frame** (markers, simulated shoes): x forward, y to the rider's left, z up; millimetres or metres as named.

**Time** is in seconds from the first sample of the recording. Intervals are half-open, ``[start, end)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Final, Generic, Literal, TypeVar, get_args

Side = Literal["left", "right"]
SIDES: Final[tuple[Side, ...]] = ("left", "right")
TURN_SIGN: Final[dict[Side, float]] = {"left": -1.0, "right": 1.0}
"""Times this, a turn counter-clockwise as seen from above is the foot's heel-out angle."""

Value = TypeVar("Value")
Other = TypeVar("Other")


@dataclass(frozen=True)
class PerFoot(Generic[Value]):
    """One value for each foot: inside the package left and right are keys, never parts of a name.

    Attributes
    ----------
    left, right : object
        The values; what stands for "not known" is up to the kind of value.

    Examples
    --------
    >>> PerFoot(0, 2).of("right"), PerFoot.both(1), PerFoot(1, -2).map(abs)
    (2, PerFoot(left=1, right=1), PerFoot(left=1, right=2))
    """

    left: Value
    right: Value

    @property
    def is_unsaid(self) -> bool:
        """Whether there is a value of neither foot."""
        return self.left is None and self.right is None

    def of(self, side: Side) -> Value:
        """Return one foot's value."""
        return self.left if side == "left" else self.right

    def map(self, change: Callable[[Value], Other]) -> PerFoot[Other]:
        """Return what a function makes of each value."""
        return PerFoot(change(self.left), change(self.right))

    def over(self, below: PerFoot[Value]) -> PerFoot[Value]:
        """Return these values, and those from below where there is None."""
        return PerFoot(*(below.of(side) if self.of(side) is None else self.of(side) for side in SIDES))

    @classmethod
    def both(cls, value: Value) -> PerFoot[Value]:
        """Return the same value for each foot."""
        return cls(value, value)

    @classmethod
    def named(cls, name: str, given: Mapping[str, Value], unsaid: Value) -> PerFoot[Value]:
        """Return what is given by keyword for each foot, as ``left_wedges`` and ``right_wedges``."""
        return cls(*(given.get(f"{side}_{name}", unsaid) for side in SIDES))

    @classmethod
    def each(cls, make: Callable[[Side], Value]) -> PerFoot[Value]:
        """Return what a function makes for each side."""
        return cls(make("left"), make("right"))


ZeroKind = Literal["rider", "bike", "none"]
"""What an angle of zero means: the rider's own pose, the bike's axis, or nothing."""
ZeroMeaning = Literal["rider", "bike", "none", "shoe_sensor"]
"""The same of a recording, where a shoe sensor's own zero is a kind of its own."""

Reference = Literal["crank_angle", "tdc_pulse", "markers", "shoe_acceleration", "pitch", "gyroscope", "rotation"]
"""What the phase of the pedal stroke was read from, best first."""
REFERENCES: Final[tuple[Reference, ...]] = get_args(Reference)
CRANK_REFERENCES: Final[frozenset[str]] = frozenset({"crank_angle", "tdc_pulse", "markers", "shoe_acceleration"})
"""References that know where top dead centre is; with any other only "phase" is spoken of."""

POWER_PHASE_DEG: Final = (30.0, 150.0)
RECOVERY_PHASE_DEG: Final = (210.0, 330.0)
CONFIDENCE: Final = 0.95
"""Of every interval that says no other."""
Z95: Final = 1.9599639845400536
"""How many standard deviations a 95 % interval of a normal distribution reaches to each side."""
CURVE_POINTS: Final = 100
"""Points of phase in a stroke's curve; point k is the mean over the k-th hundredth of the revolution."""

Metric = str
"""Code of the angle of a stroke that stands for the foot's rotation: one of `METRICS`."""


@dataclass(frozen=True)
class StrokeAngle:
    """One angle that is read off each stroke."""

    code: str  # Its name in options, results and words; the stroke table's column adds ``_deg``
    window_deg: tuple[float, float] | None  # Crank angles over which it is the mean; None = the stroke's highest value
    is_metric: bool = True  # Whether it may stand for the foot's rotation
    matters: bool = False  # Whether it is asked if it would turn the answer, where another one stands for the rotation

    @property
    def column(self) -> str:
        """The column of the stroke table."""
        return f"{self.code}_deg"

    @property
    def is_whole(self) -> bool:
        """Whether it is over the whole turn, wherever that is cut."""
        return self.window_deg == (0.0, 360.0)

    @property
    def needs_crank(self) -> bool:
        """Whether it speaks of a part of the crank's turn."""
        return self.window_deg is not None and not self.is_whole


STROKE_ANGLES: Final[tuple[StrokeAngle, ...]] = (
    StrokeAngle("mean", (0.0, 360.0), matters=True),
    StrokeAngle("power_phase", POWER_PHASE_DEG, matters=True),
    StrokeAngle("recovery_phase", RECOVERY_PHASE_DEG, is_metric=False),
    StrokeAngle("peak", None),
)
"""The angles of a stroke. A new one is a row here, a field of `StrokeRow` and its words."""
METRICS: Final[dict[Metric, StrokeAngle]] = {row.code: row for row in STROKE_ANGLES if row.is_metric}
USUAL_METRIC: Final[Metric] = next(iter(METRICS))

CLEATS: Final = ("3-bolt", "2-bolt", "speedplay")
DEFAULT_SYSTEM: Final = "bikefit-cleat"
"""The wedge system that is meant where none is named."""

RejectReason = Literal[
    "coasting", "backpedalling", "cadence", "cadence_jump", "gap", "flicker", "shape", "ramp", "undersampled",
    "turning", "rocking", "posture",
]  # fmt: skip
"""Why a stroke stays in the table unused. ``coasting`` covers standing still, ``posture`` the one not asked for."""
REJECT_REASONS: Final[tuple[RejectReason, ...]] = get_args(RejectReason)
UNLIKE: Final[tuple[RejectReason, ...]] = ("flicker", "shape")
"""Of these, those of strokes that are left out because their curves are unlike the others'."""


Posture = Literal["seated", "standing"]
POSTURES: Final[tuple[Posture, ...]] = get_args(Posture)
PostureChoice = Literal["seated", "standing", "all"]
"""Which strokes carry the number."""
POSTURE_CHOICES: Final[tuple[PostureChoice, ...]] = get_args(PostureChoice)


@dataclass(frozen=True)
class Column:
    """What a column of a stored table says, and where else it is shown.

    ``csv`` is its place in ``sessions.csv``, 0 = it is not shown there; ``listed``: whether lists of sessions and
    tables for other programs have it; ``of_client``: whether it says something about who rode.
    """

    meaning: str
    csv: int = 0
    listed: bool = True
    of_client: bool = True


@dataclass(frozen=True)
class StrokeRow:
    """One stroke: the columns of the stroke table, in this order; angles are heel-out positive."""

    foot: Annotated[Side, Column("the foot")]
    stroke: Annotated[int, Column("number of the stroke, from 1")]
    start_s: Annotated[float, Column("its top dead centre (or phase 0), from the recording's first sample")]
    end_s: Annotated[float, Column("the next one; the stroke is `[start_s, end_s)`")]
    cadence_rpm: Annotated[float, Column("60 over its length")]
    mean_deg: Annotated[float, Column("mean angle over the whole stroke")]
    power_phase_deg: Annotated[float, Column("mean angle over 30-150 deg of the crank")]
    recovery_phase_deg: Annotated[float, Column("mean angle over 210-330 deg of the crank")]
    peak_deg: Annotated[float, Column("largest angle")]
    peak_crank_deg: Annotated[float, Column("crank angle of the largest angle")]
    range_deg: Annotated[float, Column("largest less smallest angle")]
    posture: Annotated[str, Column("`seated` or `standing`; empty where it is not known")]
    power_w: Annotated[float, Column("mean power; empty where it is not known")]
    spikes_repaired: Annotated[int, Column("single false samples that were put right")]
    quality: Annotated[float, Column("0-1: how like the median stroke its curve is (their correlation)")]
    used: Annotated[bool, Column("whether it counts")]
    reject_reason: Annotated[str, Column("why it does not count; empty where it does")]


STROKE_COLUMNS: Final[tuple[str, ...]] = tuple(item.name for item in fields(StrokeRow))
"""Columns of the stroke table, one row per stroke, in this order."""

ChannelKind = Literal[
    "time", "angle", "crank", "rate", "acceleration", "orientation", "pulse", "lap", "companion"
]  # fmt: skip
"""What is done with a channel: an ``angle``, ``rate`` (of turning), ``acceleration`` or ``orientation`` is a shoe's;
``crank`` goes round; a ``pulse`` rises at top dead centre; a ``companion`` only accompanies the rotation."""


@dataclass(frozen=True)
class CanonicalChannel:
    """One channel that a file may hold."""

    name: str  # Without side and unit
    unit: str  # That its values have inside the package, as at the end of a column's name; empty for a plain number
    kind: ChannelKind
    # Whether it hangs on a shoe: ``left_`` or ``right_`` stands before it, or the user says whose it is.
    sided: bool = False
    # Of one that each stroke has: the spread over a ride (5th to 95th percentile) that is worth a chart against it
    charted_from: float = 0.0

    @property
    def canonical(self) -> str:
        """The name with its unit, such as ``cadence_rpm``."""
        return f"{self.name}_{self.unit}" if self.unit else self.name


CHANNELS: Final[tuple[CanonicalChannel, ...]] = (
    CanonicalChannel("time", "s", "time"),
    CanonicalChannel("crank_angle", "deg", "crank"),
    CanonicalChannel("cadence", "rpm", "companion", charted_from=8.0),
    CanonicalChannel("power", "w", "companion", charted_from=30.0),
    CanonicalChannel("speed", "m_s", "companion"),
    CanonicalChannel("heart_rate", "bpm", "companion"),
    CanonicalChannel("lap", "", "lap"),
    CanonicalChannel("tdc_pulse", "", "pulse"),
    CanonicalChannel("heel_rotation", "deg", "angle", sided=True),
    CanonicalChannel("pitch", "deg", "angle", sided=True),
    *(CanonicalChannel(f"gyr_{axis}", "deg_s", "rate", sided=True) for axis in "xyz"),
    *(CanonicalChannel(f"acc_{axis}", "m_s2", "acceleration", sided=True) for axis in "xyz"),
    *(CanonicalChannel(f"quat_{axis}", "", "orientation", sided=True) for axis in "wxyz"),
    *(CanonicalChannel(f"{side}_torque_effectiveness", "percent", "companion") for side in SIDES),
    *(CanonicalChannel(f"{side}_pedal_smoothness", "percent", "companion") for side in SIDES),
    *(CanonicalChannel(f"{side}_platform_offset", "mm", "companion") for side in SIDES),
    *(
        CanonicalChannel(f"{side}_power_phase{part}_{end}", "deg", "companion")
        for side in SIDES for part in ("", "_peak") for end in ("start", "end")
    ),
    CanonicalChannel("right_balance", "percent", "companion"),
)  # fmt: skip
"""Every channel that a reader may find; the readers and ``--column`` know no others."""
COMPANIONS: Final[tuple[str, ...]] = tuple(row.canonical for row in CHANNELS if row.kind == "companion")
"""Channels that both feet share and that only accompany the rotation."""
STROKE_COMPANIONS: Final[tuple[CanonicalChannel, ...]] = tuple(row for row in CHANNELS if row.charted_from)
"""Those of them that the stroke table has a column of."""


def interval_95(mean: float, sd: float) -> tuple[float, float]:
    """Return the 95 % interval of a normal distribution.

    Examples
    --------
    >>> [round(end, 2) for end in interval_95(1.0, 0.5)]
    [0.02, 1.98]
    """
    return (mean - Z95 * sd, mean + Z95 * sd)


def other_side(side: Side) -> Side:
    """Return the other foot.

    Examples
    --------
    >>> other_side("left")
    'right'
    """
    return "right" if side == "left" else "left"


def crank_offset_deg(side: Side) -> float:
    """Return what to add to the RIGHT crank's angle to get this foot's crank angle.

    Examples
    --------
    >>> crank_offset_deg("left")
    180.0
    """
    return 180.0 if side == "left" else 0.0
