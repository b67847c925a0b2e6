"""What a reader hands to the assembler: named series of numbers, and what else the file holds.

A reader knows its format and nothing of feet: it says which channel each series is (by the file's own names, a preset
or ``--column``), brings its numbers to the channel's unit and gives their times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bikefit.conventions import Side, ZeroKind
from bikefit.io.markers.settle import Settled
from bikefit.model import Array, ChannelInfo, Finding, Lap


@dataclass(frozen=True)
class Series:
    """One channel over time."""

    channel: str
    """A channel of `bikefit.io.names.CHANNELS`: ``left_heel_rotation``; ``heel_rotation`` where the file does not say
    whose foot it is."""
    time_s: Array
    """From the recording's first sample, strictly increasing. Series of one table share one array."""
    values: Array
    """In the channel's unit of `bikefit.conventions.CHANNELS`; NaN where missing."""
    name: str
    """As in the file, for messages."""
    unit_stated: bool = True
    """Whether file or user say the unit; where not, the channel's own was taken."""
    zero: ZeroKind = "rider"
    """What an angle of zero means, of a foot's rotation."""


@dataclass(frozen=True)
class Parts:
    """What one file holds; name, format, hash and start as of `bikefit.model.Recording`."""

    name: str
    format: str
    sha256: str
    series: tuple[Series, ...] = ()
    """At most one per channel, apart from times, which are not series."""
    start: datetime | None = None
    to_s: float = 0.0
    """End of the file; series that last longer extend it."""
    side: Side | None = None
    """Whose foot an unnamed one is, where the file's name or place says it; the user's word comes before it."""
    clock: str = ""
    """Name of the clock of shoe sensors; empty = the file's name."""
    markers: Settled | None = None
    """Trajectories, already named and in the world frame."""
    laps: tuple[Lap, ...] = ()
    """Where the file has them; a series ``lap`` comes before them."""
    channels: tuple[ChannelInfo, ...] = ()
    """All that the file holds but markers. A meaning without a side, such as ``heel_rotation_deg``, gets the user's."""
    findings: tuple[Finding, ...] = ()
    """What the reader saw."""
