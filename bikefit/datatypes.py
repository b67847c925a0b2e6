"""The data that flows through the package, in the order in which it comes to be.

One of a kind is a frozen dataclass; many of a kind is a DataFrame with the columns of `bikefit.conventions`.
An unknown number is NaN inside and ``null`` in JSON. The result classes carry the names and the nesting of the
JSON contract, so that `to_json_value` is all that is needed to write it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import Metric, Reference, Side, ZeroKind
from bikefit.findings import Finding, Reason

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Outcome = Literal["fit_wedges", "keep", "no_wedge", "beyond_stack", "undetermined"]
Placement = Literal["varus", "valgus"]
NeutralKind = Literal["zero", "static", "recovery", "number", "none"]


# ---- what is read ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Channel:
    """A number over time that both feet share, such as cadence or power.

    Attributes
    ----------
    time_s : ndarray, shape (n,)
        Seconds from the recording's first sample, strictly increasing.
    values : ndarray, shape (n,)
        In the unit of the channel's name; NaN where missing.
    """

    time_s: Array
    values: Array


@dataclass(frozen=True)
class FootTrace:
    """How one foot turned, sample by sample.

    Attributes
    ----------
    side : {"left", "right"}
        The foot.
    time_s : ndarray, shape (n,)
        Seconds from the recording's first sample, strictly increasing.
    heel_out_deg : ndarray, shape (n,)
        Rotation about the sole's normal [deg], positive = heel away from the bike, continuous; NaN where missing.
    zero : {"rider", "bike", "none"}
        What an angle of zero means.
    crank_deg : ndarray, shape (n,), optional
        THIS foot's crank angle [deg], 0 = its pedal at TDC, as recorded (wrapped or not); NaN where missing.
    crank_source : str, optional
        Which reference ``crank_deg`` comes from: "crank_angle", "markers" or "shoe_acceleration".
    tdc_s : ndarray, shape (m,), optional
        Times at which this foot's pedal passes TDC.
    pitch_deg : ndarray, shape (n,), optional
        Pitch of the shoe [deg], positive = toe down.
    pitch_rate_deg_s : ndarray, shape (n,), optional
        Angular rate about the shoe's transverse axis [deg/s], positive = toe going down.
    unusable : mapping of str to ndarray of bool, shape (n,)
        Samples that must not be used, by reject reason (such as "turning", "rocking").
    zero_sd_deg : float
        Standard deviation of the zero itself where the source knows it [deg]; NaN = the settings' default.
    quality : float
        How far the source trusts the trace, 0-1; NaN = nothing to say.
    """

    side: Side
    time_s: Array
    heel_out_deg: Array
    zero: ZeroKind
    crank_deg: Array | None = None
    crank_source: Reference | None = None
    tdc_s: Array | None = None
    pitch_deg: Array | None = None
    pitch_rate_deg_s: Array | None = None
    unusable: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    zero_sd_deg: float = math.nan
    quality: float = math.nan

    @cached_property
    def rate_hz(self) -> float:
        """Sampling rate from the median step of the time stamps [Hz]; NaN under two samples."""
        return 1.0 / float(np.median(np.diff(self.time_s))) if self.time_s.size > 1 else math.nan


@dataclass(frozen=True)
class ShoeSensor:
    """Raw channels of an inertial sensor on one shoe, in the sensor's own axes.

    Attributes
    ----------
    side : {"left", "right"}
        The shoe that it sits on.
    gyr_time_s, acc_time_s : ndarray, shapes (n,), (m,)
        Seconds from the recording's first sample, strictly increasing; the two may differ.
    gyr_deg_s : ndarray, shape (n, 3)
        Angular rate [deg/s], right-handed.
    acc_m_s2 : ndarray, shape (m, 3)
        Specific force [m/s^2]: at rest it points up with 9.81.
    quaternion : ndarray, shape (n, 4), optional
        Sensor to world (z up), scalar first, at ``gyr_time_s``, where the recorder gives one.
    clock : str
        Name of the clock of the time stamps; two sensors with different clocks are aligned by the pedalling.
    """

    side: Side
    gyr_time_s: Array
    gyr_deg_s: Array
    acc_time_s: Array
    acc_m_s2: Array
    quaternion: Array | None = None
    clock: str = ""


@dataclass(frozen=True)
class Markers:
    """Trajectories of motion-capture markers.

    Attributes
    ----------
    time_s : ndarray, shape (n,)
        Seconds from the recording's first sample, strictly increasing.
    positions_mm : mapping of str to ndarray, shape (n, 3)
        World frame: x forward, y to the rider's left, z up [mm]; NaN where hidden. Names are settled by the
        reader: ``left_heel``, ``left_toe``, ``left_forefoot``, ``left_ankle``, ``left_pedal`` and the same for
        the right; other markers keep the file's names.
    """

    time_s: Array
    positions_mm: Mapping[str, Array]


@dataclass(frozen=True)
class Lap:
    """A named stretch of the recording, ``[start_s, end_s)`` from its first sample."""

    number: int
    start_s: float
    end_s: float


@dataclass(frozen=True)
class ChannelInfo:
    """What one column, field or message of a file holds, for ``inspect``.

    Attributes
    ----------
    name : str
        As in the file.
    meaning : str
        The canonical channel that it was read as; empty where it was not used.
    unit : str
        As the file has it; empty where it says nothing.
    samples : int
        Values that are not missing.
    rate_hz : float
        Median rate [Hz]; NaN where it has none.
    note : str
        Why it was taken or left, and for FIT developer fields which app wrote it.
    """

    name: str
    meaning: str = ""
    unit: str = ""
    samples: int = 0
    rate_hz: float = math.nan
    note: str = ""


@dataclass(frozen=True)
class Recording:
    """One file (or the files of one session), read and brought to the conventions.

    Attributes
    ----------
    name : str
        File name without folders.
    format : str
        "csv", "fit", "trc", "c3d", "opensim", or a preset's id; "simulated" for one that was never a file.
    sha256 : str
        Of the file's bytes as stored; of several files, of their hashes in order.
    start : datetime, optional
        UTC, aware; None where the file does not say.
    from_s, to_s : float
        Where in the file this recording begins and ends, in seconds from the file's first sample.
    duration_s : float
        ``to_s - from_s``.
    feet : mapping of side to FootTrace
        Rotation traces that the file holds.
    sensors : mapping of side to ShoeSensor
        Raw sensor channels that the file holds.
    markers : Markers, optional
        Marker trajectories that the file holds.
    companions : mapping of str to Channel
        Shared channels by their canonical name (`bikefit.conventions.COMPANIONS`), and others under their own.
    laps : tuple of Lap
        Laps of the file.
    channels : tuple of ChannelInfo
        All that the file holds, used or not.
    findings : tuple of Finding
        What the reader saw.
    """

    name: str
    format: str
    sha256: str
    start: datetime | None
    from_s: float
    to_s: float
    feet: Mapping[Side, FootTrace] = field(default_factory=dict)
    sensors: Mapping[Side, ShoeSensor] = field(default_factory=dict)
    markers: Markers | None = None
    companions: Mapping[str, Channel] = field(default_factory=dict)
    laps: tuple[Lap, ...] = ()
    channels: tuple[ChannelInfo, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length of the recording [s]."""
        return self.to_s - self.from_s


# ---- what is measured --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Phase:
    """The continuous phase of the pedal stroke at each sample of a trace.

    Attributes
    ----------
    phase_deg : ndarray, shape (n,)
        Unwrapped phase [deg] at the trace's samples, growing when pedalling forward; multiples of 360 are stroke
        boundaries (TDC where ``is_crank``). NaN where unknown.
    reference : str
        What it was read from.
    is_crank : bool
        Whether 0 is the foot's top dead centre, so that crank angles may be spoken of.
    quality : float
        0-1: how regular the reference is (share of its power at the stroke's harmonics).
    agreement_deg : float
        RMS disagreement with the next best reference where there is one [deg]; NaN otherwise.
    findings : tuple of Finding
        What was seen on the way.
    """

    phase_deg: Array
    reference: Reference
    is_crank: bool
    quality: float
    agreement_deg: float = math.nan
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class StrokeCurves:
    """Heel-out over the phase for each row of a stroke table.

    Attributes
    ----------
    heel_out_deg : ndarray, shape (strokes, 100)
        Mean over each hundredth of the revolution [deg]; NaN where the stroke has no samples.
    """

    heel_out_deg: Array

    @property
    def phase_deg(self) -> Array:
        """Centres of the 100 bins [deg]."""
        points = self.heel_out_deg.shape[1]
        centres: Array = (np.arange(points) + 0.5) * (360.0 / points)
        return centres


@dataclass(frozen=True)
class StrokeSummary:
    """How many strokes were found and used, as in the JSON contract."""

    found: int
    used: int
    rejected: Mapping[str, int]
    cadence_rpm: float
    reference: Reference | None
    quality: float


@dataclass(frozen=True)
class FloatStop:
    """The trace rests against the end of the cleat's float.

    Attributes
    ----------
    share : float
        Share of the used strokes' time spent at the stop, 0-1.
    deg : float
        Heel-out angle of the stop [deg].
    """

    share: float
    deg: float


@dataclass(frozen=True)
class Rotation:
    """The rotation of a foot over its used strokes, as in the JSON contract; angles heel-out positive [deg].

    Attributes
    ----------
    metric : {"mean", "power_phase", "peak"}
        What of each stroke ``value_deg`` is the mean of.
    value_deg : float
        The foot's rotation [deg].
    standard_error_deg : float
        Of it, with the likeness of neighbouring strokes taken into account [deg].
    interval_deg : tuple of float
        95 % interval by the strokes alone [deg].
    mean_deg, power_phase_deg, recovery_phase_deg, peak_deg : float
        The metrics, and the unloaded phase; means over strokes [deg].
    peak_crank_deg : float
        Crank angle of the peak, circular mean [deg]; NaN without a crank reference.
    range_deg : float
        Largest less smallest angle within a stroke, mean over strokes [deg].
    stroke_sd_deg : float
        Standard deviation between strokes [deg].
    trend_deg_per_h : float
        Slope of the strokes' means over the recording [deg/h].
    float_stop : FloatStop, optional
        Where the trace rests against the end of the cleat's float.
    """

    metric: Metric
    value_deg: float
    standard_error_deg: float
    interval_deg: tuple[float, float]
    mean_deg: float
    power_phase_deg: float
    recovery_phase_deg: float
    peak_deg: float
    peak_crank_deg: float
    range_deg: float
    stroke_sd_deg: float
    trend_deg_per_h: float
    float_stop: FloatStop | None


# ---- what is decided ---------------------------------------------------------------------------------------


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
    interval_deg : tuple of float
        95 % interval, with the zero's own uncertainty [deg].
    lower_bound : bool
        Whether a float stop hides part of it.
    """

    deg: float
    interval_deg: tuple[float, float]
    lower_bound: bool = False


@dataclass(frozen=True)
class Response:
    """What one degree of varus cant does to the heel: degrees heel-in per degree, Normal(mean, sd).

    Attributes
    ----------
    mean, sd : float
        Of the normal distribution [deg/deg].
    source : {"assumption", "own"}
        The prior, or the rider's own recordings.
    covariance_deg : float
        Covariance with the excess that it is applied to [deg * deg/deg]; 0 for the prior.
    """

    mean: float
    sd: float
    source: Literal["assumption", "own"] = "assumption"
    covariance_deg: float = 0.0


@dataclass(frozen=True)
class ResponseUsed:
    """The response as the JSON contract shows it; NaN where nothing was decided."""

    mean: float
    sd: float
    source: Literal["assumption", "own"]


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
    cleat_alone_deg : float
        Turn of the cleat that would answer for the whole excess instead [deg].
    cleat_after_wedges_deg : float
        What would be left for the cleat after the wedges [deg]; one or the other.
    options : tuple of Option
        Every total that was weighed.
    reasons : tuple of Reason
        Why it came out so.
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
    cleat_alone_deg: float
    cleat_after_wedges_deg: float
    options: tuple[Option, ...]
    reasons: tuple[Reason, ...]

    @property
    def total(self) -> int | None:
        """Signed total of wedges, varus positive."""
        if self.wedges is None:
            return None
        return -self.wedges if self.placement == "valgus" else self.wedges


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
        What to check when fitting.
    source, date : str
        Where the facts come from and when they were looked up.
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


def to_json_value(value: Any) -> Any:
    """Turn a result into plain values that `json` can write: unknown numbers become None.

    Parameters
    ----------
    value : object
        A dataclass, mapping, sequence, numpy value, time stamp or plain value.

    Returns
    -------
    object
        Nested dicts, lists, strings, numbers, booleans and None.

    Examples
    --------
    >>> to_json_value({"a": float("nan"), "b": (1, np.float64(2.5))})
    {'a': None, 'b': [1, 2.5]}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_json_value(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json_value(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return to_json_value(value.tolist())
    if isinstance(value, (tuple, list)):
        return [to_json_value(item) for item in value]
    if isinstance(value, np.generic):
        return to_json_value(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value
