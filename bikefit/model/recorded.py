"""What is read from files: traces, sensors, markers, and the recording that holds them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import REFERENCES, Reference, Side, ZeroKind, ZeroMeaning
from bikefit.model.arrays import Array
from bikefit.model.findings import Finding, Reason
from bikefit.model.json_values import in_json
from bikefit.words import ENGLISH, Words


@dataclass(frozen=True)
class Channel:
    """A number over time that both feet share, such as cadence or power."""

    time_s: Array  # shape (n,): seconds from the recording's first sample, strictly increasing
    values: Array  # shape (n,): in the unit of the channel's name; NaN where missing

    def means_between(self, start_s: Array, end_s: Array) -> Array:
        """Return the mean over time of each stretch; NaN where the channel does not reach."""
        if self.integral is None:
            return np.full(start_s.size, np.nan)
        begin, end = (np.interp(at, *self.integral, left=np.nan, right=np.nan) for at in (start_s, end_s))
        mean: Array = 0.5 * (end - begin) / (end_s - start_s)
        return mean

    @cached_property
    def integral(self) -> tuple[Array, Array] | None:
        """Times of what is known, and twice the integral up to them; None under two. Both feet need it."""
        time, values, known = self.time_s, self.values, np.isfinite(self.values)
        if not known.all():
            time, values = time[known], values[known]
        if time.size < 2:
            return None
        running = np.zeros(time.size)
        pieces = running[1:]
        np.subtract(time[1:], time[:-1], out=pieces)
        pieces *= values[1:] + values[:-1]
        np.cumsum(pieces, out=pieces)
        return time, running


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
    no_zero : tuple of Reason
        Why the level of the angle means nothing, where the source knows that; a number given as neutral is none then.
    obstacles : tuple of Reason
        Faults of the source that leave no number at all.
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
    no_zero: tuple[Reason, ...] = ()
    obstacles: tuple[Reason, ...] = ()

    @cached_property
    def rate_hz(self) -> float:
        """Sampling rate from the median step of the time stamps [Hz]; NaN under two samples."""
        return 1.0 / float(np.median(np.diff(self.time_s))) if self.time_s.size > 1 else math.nan

    @property
    def signals(self) -> dict[Reference, Array]:
        """What each reference to the phase of the pedal stroke that it holds is read from, best first."""
        held = {
            self.crank_source or "crank_angle": self.crank_deg,
            "tdc_pulse": self.tdc_s,
            "pitch": self.pitch_deg,
            "gyroscope": self.pitch_rate_deg_s,
            "rotation": self.heel_out_deg,
        }
        return {name: signal for name in REFERENCES if (signal := held.get(name)) is not None}

    @property
    def references(self) -> tuple[Reference, ...]:
        """What the phase of the pedal stroke can be read from, best first.

        Examples
        --------
        >>> still = np.zeros(3)
        >>> FootTrace("left", np.arange(3.0), still, "rider", pitch_deg=still).references
        ('pitch', 'rotation')
        """
        return tuple(self.signals)


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

    @property
    def is_whole(self) -> bool:
        """Whether both of its halves are there."""
        return bool(self.gyr_time_s.size and self.acc_time_s.size)


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

    def has_shoe(self, side: Side) -> bool:
        """Tell whether a shoe's heel and toe are among them."""
        return {f"{side}_heel", f"{side}_toe"} <= self.positions_mm.keys()


@dataclass(frozen=True)
class Lap:
    """A named stretch of the recording, ``[start_s, end_s)`` from its first sample."""

    number: int
    start_s: float
    end_s: float


@dataclass(frozen=True)
class ChannelNote:
    """Why a channel was taken or left: a code, which has its words in the section ``channel_note``, and its values."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def told(self, words: Words) -> str:
        """Say it."""
        return words.text(f"channel_note.{self.code}", **self.values)


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
    notes : tuple of ChannelNote
        The same, without words.
    """

    name: str
    meaning: str = ""
    unit: str = ""
    samples: int = 0
    rate_hz: float = math.nan
    notes: tuple[ChannelNote, ...] = field(default=(), metadata=in_json("note"))

    @property
    def note(self) -> str:
        """What its notes say, in English."""
        return self.told(ENGLISH)

    def told(self, words: Words) -> str:
        """Say what its notes say."""
        return "; ".join(note.told(words) for note in self.notes)


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

    @property
    def is_one_frame(self) -> bool:
        """Whether it is a single look at markers."""
        return self.markers is not None and self.markers.time_s.size == 1

    def zero_of(self, side: Side) -> ZeroMeaning | None:
        """Return what an angle of zero means for a foot, None where it was not recorded."""
        if side in self.feet:
            return self.feet[side].zero
        if self.markers is not None:
            return "bike"
        return "shoe_sensor" if side in self.sensors else None

    def __str__(self) -> str:
        """Say in English how long it is and what of the feet it holds."""
        held = [ENGLISH.text("recording.rotation", side=side) for side in self.feet]
        held += [ENGLISH.text("recording.sensor", side=side) for side in self.sensors]
        held += [ENGLISH.text("recording.markers")] if self.markers is not None else []
        told = ENGLISH.listed(held or [ENGLISH.text("recording.nothing")])
        length = ENGLISH.clock(self.duration_s)
        return ENGLISH.text("recording.line", name=self.name, format=self.format, duration=length, held=told)
