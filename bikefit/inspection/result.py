"""What a recording holds: the types of an inspection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bikefit.conventions import Reference, Side
from bikefit.model import ChannelInfo, Finding, Lap, Recording
from bikefit.model.json_values import in_json
from bikefit.model.result import InJson
from bikefit.words import ENGLISH, Words


@dataclass(frozen=True)
class Gap:
    """A hole in the samples, ``[start_s, end_s)`` from the recording's first sample."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class Remark:
    """What can be done with a file, or is missing: a key of the words' section ``inspection``, and its values."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def told(self, words: Words) -> str:
        """Return its sentence."""
        return words.text(f"inspection.{self.key}", **self.values)

    def __str__(self) -> str:
        """Say it in English."""
        return self.told(ENGLISH)

    def to_dict(self) -> str:
        """Return it as JSON has it: its sentence in English."""
        return str(self)


@dataclass(frozen=True)
class FootInspection:
    """What is there of one foot.

    Attributes
    ----------
    source : {"rotation", "shoe_sensor", "markers"}
        What its angle is, or would be computed from.
    reference : str
        What strokes can be found from, best first of what the file holds.
    rate_hz : float
        Sampling rate [Hz].
    samples : int
        Samples that are not missing.
    missing_share : float
        Share of samples that are missing.
    range_deg : tuple of float, optional
        Smallest and largest angle [deg] of a rotation trace.
    samples_per_stroke : float
        At the recorded cadence, or at 90 rpm where none is recorded.
    gaps : int
        Holes longer than the settings' ``gap_max_s``.
    gap_s : float
        Their length together [s].
    longest_gaps : tuple of Gap
        The longest ones, in order of time.
    """

    source: str
    reference: Reference
    rate_hz: float
    samples: int
    missing_share: float
    range_deg: tuple[float, float] | None
    samples_per_stroke: float
    gaps: int
    gap_s: float
    longest_gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Inspection(InJson):
    """What a recording holds, as ``bikefit inspect`` shows it.

    Attributes
    ----------
    name, format, sha256, start, duration_s
        As of the `Recording`.
    feet : mapping of side to FootInspection
        The feet that can be analysed.
    channels : tuple of ChannelInfo
        All that the file holds.
    laps : tuple of Lap
        Its laps.
    can : tuple of Remark
        What can be analysed.
    missing : tuple of Remark
        What is not there, and what that means.
    advice : tuple of str
        Command lines that can be pasted, the most useful first.
    findings : tuple of Finding
        What the reader saw.
    recording : Recording
        What was inspected; not part of the dict.
    """

    schema: str = field(default="bikefit.inspection/1", kw_only=True)
    name: str
    format: str
    sha256: str
    start: datetime | None
    duration_s: float
    feet: Mapping[Side, FootInspection]
    channels: tuple[ChannelInfo, ...]
    laps: tuple[Lap, ...]
    can: tuple[Remark, ...]
    missing: tuple[Remark, ...]
    advice: tuple[str, ...]
    findings: tuple[Finding, ...]
    recording: Recording = field(repr=False, metadata=in_json())
