"""One foot's recordings in the order in which they were made, as the model of the response needs them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bikefit.comparison.guards import formats_of
from bikefit.conventions import PerFoot, Side
from bikefit.model import Array, Reading, Readings, WedgeSystem
from bikefit.response import Mounting, Series, series


@dataclass(frozen=True, eq=False)
class Taken:
    """One recording as a comparison takes it: what was read, and what is known beside it."""

    readings: Readings
    order: int  # Its place in time among all, from 0
    label: str  # Its name as a reader sees it
    name: str  # Its name as the JSON contract has it
    turn_deg: PerFoot[float]  # Turn of each cleat against the first recording [deg], heel-out positive
    curves: Mapping[Side, Array]  # Curves of the used strokes where they are at hand, shape (strokes, 100) [deg]


@dataclass(frozen=True)
class FootSeries:
    """One foot's recordings that gave a rotation, at least one, in the order in which they were made."""

    side: Side
    taken: tuple[Taken, ...]
    counts: tuple[int, ...]  # Signed wedges on the shoe, varus positive
    told: Series  # The same for the model: excesses, or bare angles where a neutral is not known
    system: WedgeSystem

    @property
    def feet(self) -> tuple[Reading, ...]:
        """What was read."""
        return tuple(one.readings.feet[self.side] for one in self.taken)

    @property
    def hashes(self) -> tuple[str, ...]:
        """What each was computed from."""
        infos = [one.readings.recording for one in self.taken]
        return tuple(f"{item.sha256} {item.from_s!r} {item.to_s!r} {self.side}" for item in infos)

    @property
    def neutral_known(self) -> bool:
        """Whether the values are excesses; else they are bare angles."""
        return _neutral_known(self.feet)

    @property
    def zero_sd_deg(self) -> float:
        """Error of the zero that the recordings share [deg]: what widens the excess beyond the rotation."""
        return max(foot.excess.zero_sd_deg for foot in self.feet) if self.neutral_known else 0.0

    @property
    def fitted(self) -> int:
        """Signed count in the last recording."""
        return self.counts[-1]

    @property
    def baseline(self) -> int:
        """The count that was recorded nearest to none."""
        return min(self.counts, key=lambda total: (abs(total), -total))

    def cant_deg(self, total: int) -> float:
        """Return the signed cant of a count [deg]."""
        return total * self.system.cant_deg


def _neutral_known(feet: Sequence[Reading]) -> bool:
    """Whether every recording gives an excess."""
    return all(math.isfinite(foot.excess.deg) for foot in feet)


def values_deg(feet: Sequence[Reading]) -> list[float]:
    """Return what the model is told of a foot's recordings: excesses, or bare angles where a neutral is not known."""
    return [foot.excess.deg if _neutral_known(feet) else foot.rotation_deg for foot in feet]


def mounting_of(sessions: Sequence[Readings], *, remounted: bool) -> Mounting:
    """Say how the sensors were carried over from one recording to the next: laps are parts of one file."""
    if remounted or len(formats_of(sessions)) > 1:
        return "remounted"
    files = {session.recording.sha256 for session in sessions}
    return "laps" if len(files) == 1 and files != {""} else "left_on"


def recording_order(sessions: Sequence[Readings]) -> list[int]:
    """Return the recordings' indices in the order in which they were made, as far as that is known."""
    times = _recording_times_h(sessions)
    return sorted(range(len(sessions)), key=lambda i: (times[i], i))


def _recording_times_h(sessions: Sequence[Readings]) -> list[float]:
    """Return when the middle of each recording was [h], from any origin.

    By the place in the file where all are of one file, by the clock where all recordings know it and it is believable,
    else by the given order.
    """
    told = [session.recording for session in sessions]
    middles_h = [(item.from_s + 0.5 * item.duration_s) / 3600.0 for item in told]
    if told[0].sha256 and len({item.sha256 for item in told}) == 1:
        return middles_h
    starts = [item.start for item in told if item.start is not None]
    if len(starts) == len(told):
        origin = min(starts)
        hours = [(start - origin).total_seconds() / 3600.0 for start in starts]
        times = [hour + middle for hour, middle in zip(hours, middles_h, strict=True)]
        if not _overlap(times, [item.duration_s / 3600.0 for item in told]):
            return times
    return [float(i) for i in range(len(told))]


def _overlap(middles_h: Sequence[float], lengths_h: Sequence[float]) -> bool:
    """Whether two recordings lie mostly at the same time, which no rider can do: the clocks are wrong."""
    placed = sorted(zip(middles_h, lengths_h, strict=True))
    return any(later - earlier < 0.25 * (a + b) for (earlier, a), (later, b) in pairwise(placed))


def build_series(side: Side, taken: Sequence[Taken], *, no_float: bool) -> FootSeries:
    """Bring one foot's usable recordings, in the order of time, into the form that the response needs.

    Notes
    -----
    A cleat without float turns the foot with it, 1:1: the turn is taken off, so that all recordings stand as the
    last. In a float the foot keeps its own angle; still, each position of the cleat gets a baseline of its own.
    """
    feet = [one.readings.feet[side] for one in taken]
    turns = [one.turn_deg.of(side) for one in taken]
    counts = tuple(foot.fitted_wedges for foot in feet if foot.fitted_wedges is not None)
    assert len(counts) == len(feet), "a recording whose count is not known says nothing about a count"
    system = taken[0].readings.system
    positions = sorted(set(turns))
    told = series(
        [value - (turn - turns[-1] if no_float else 0.0) for value, turn in zip(values_deg(feet), turns, strict=True)],
        [foot.standard_error_deg for foot in feet],
        [total * system.cant_deg for total in counts],
        order=[float(one.order) for one in taken],
        setup=[0 if no_float else positions.index(turn) for turn in turns],
    )
    return FootSeries(side, tuple(taken), counts, told, system)
