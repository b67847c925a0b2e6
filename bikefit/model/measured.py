"""What is measured: phase, strokes, and the foot's rotation over them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from bikefit.conventions import CRANK_REFERENCES, STROKE_ANGLES, Metric, Reference, interval_95
from bikefit.model.arrays import Array
from bikefit.model.findings import Finding
from bikefit.model.json_values import SPREAD, in_json


@dataclass(frozen=True)
class Phase:
    """The continuous phase of the pedal stroke at each sample of a trace."""

    # shape (n,): unwrapped phase [deg] at the trace's samples, growing when pedalling forward; multiples of 360 are
    # stroke boundaries (TDC where ``is_crank``). NaN where unknown.
    phase_deg: Array
    reference: Reference  # What it was read from
    # Whether 0 is the foot's top dead centre, so that crank angles may be spoken of; never where the shoe contradicts
    # the crank.
    is_crank: bool
    quality: float  # 0-1: how regular the reference is (share of its power at the stroke's harmonics)
    # RMS disagreement with the next best reference where there is one [deg]; NaN otherwise.
    agreement_deg: float = math.nan
    findings: tuple[Finding, ...] = ()  # What was seen on the way

    @property
    def is_doubted(self) -> bool:
        """Whether it was read from a crank reference that the shoe contradicts."""
        return self.reference in CRANK_REFERENCES and not self.is_crank


@dataclass(frozen=True)
class StrokeCurves:
    """Heel-out over the phase for each row of a stroke table."""

    # shape (strokes, 100): mean over each hundredth of the revolution [deg]; NaN where the stroke has no samples.
    heel_out_deg: Array

    @property
    def phase_deg(self) -> Array:
        """Centres of the 100 bins [deg]."""
        return phase_centres_deg(self.heel_out_deg.shape[1])


def phase_centres_deg(points: int) -> Array:
    """Return the centres of so many equal parts of a revolution [deg]."""
    return (np.arange(points, dtype=np.float64) + 0.5) * (360.0 / points)


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
class LevelChange:
    """The foot did not keep its level over the ride."""

    kind: Literal["steps", "drift"]  # From one level to another, or straight from one end to the other
    # The lowest and the highest level, or the ends of the drift [deg].
    low_deg: float
    high_deg: float
    at_s: float  # When the foot first left its level; the beginning of a drift [s]
    error_deg: float  # Standard error of the levels [deg]

    @property
    def size_deg(self) -> float:
        """How far the levels are apart [deg]."""
        return self.high_deg - self.low_deg


@dataclass(frozen=True)
class Rotation:
    """The rotation of a foot over its used strokes, as in the JSON contract; angles heel-out positive [deg].

    Attributes
    ----------
    metric : str
        A code of `bikefit.conventions.METRICS`: what of each stroke ``value_deg`` is the mean of.
    value_deg : float
        The foot's rotation [deg].
    standard_error_deg : float
        Of it, with the likeness of neighbouring strokes taken into account [deg].
    sd_deg : float
        The same as the standard deviation of a normal distribution with the same 95 % interval [deg]: where strokes are
        few, wider (Student's t).
    angles_deg : mapping of str to float
        Mean over strokes [deg] of each of `bikefit.conventions.STROKE_ANGLES`, by the stroke table's column.
    peak_crank_deg : float
        Crank angle of the peak, circular mean [deg]; NaN without a crank reference.
    range_deg : float
        Largest less smallest angle within a stroke, mean over strokes [deg].
    stroke_sd_deg : float
        Standard deviation between strokes [deg].
    trend_deg_per_h : float
        Slope of the strokes' means over the recording [deg/h]; NaN where it is too short to speak of hours.
    float_stop : FloatStop, optional
        Where the trace rests against the end of the cleat's float.
    level_change : LevelChange, optional
        Where the foot did not keep its level; both levels lie inside the interval.
    """

    metric: Metric
    value_deg: float
    standard_error_deg: float
    sd_deg: float = field(metadata=in_json("interval_deg"))
    angles_deg: Mapping[str, float] = field(metadata=in_json(SPREAD, keys=tuple(row.column for row in STROKE_ANGLES)))
    peak_crank_deg: float
    range_deg: float
    stroke_sd_deg: float
    trend_deg_per_h: float
    float_stop: FloatStop | None
    level_change: LevelChange | None = field(default=None, metadata=in_json())

    @property
    def interval_deg(self) -> tuple[float, float]:
        """95 % interval by the strokes alone [deg]."""
        return interval_95(self.value_deg, self.sd_deg)

    @property
    def mean_deg(self) -> float:
        """Mean over the whole stroke [deg]."""
        return self.angles_deg["mean_deg"]

    @property
    def power_phase_deg(self) -> float:
        """Mean over the power phase [deg]; NaN without a crank reference."""
        return self.angles_deg["power_phase_deg"]

    @property
    def recovery_phase_deg(self) -> float:
        """Mean over the unloaded phase [deg]; NaN without a crank reference."""
        return self.angles_deg["recovery_phase_deg"]

    @property
    def peak_deg(self) -> float:
        """Highest angle of a stroke [deg]."""
        return self.angles_deg["peak_deg"]
