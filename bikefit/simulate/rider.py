"""A synthetic rider on a ride: both feet's traces with a known truth, the same for the same seed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bikefit.conventions import SIDES, Side, ZeroKind, crank_offset_deg
from bikefit.model import Array, Channel, ChannelInfo, FootTrace, Lap, Recording
from bikefit.simulate.motion import CrankMotion, autoregressive, crank_motion, overlaps
from bikefit.simulate.truth import FootTruth, SectionTruth, Truth, expected_clipped

CRANK_GRID = 200
"""Points of crank angle at which a stroke's exact mean is taken."""


@dataclass(frozen=True)
class Foot:
    """How one foot turns; angles are heel-out positive.

    Attributes
    ----------
    mean_deg : float
        Mean over the stroke without wedges [deg].
    first_deg, second_deg : float
        Amplitudes of the first and second harmonic of the stroke [deg].
    first_peak_deg, second_peak_deg : float
        Crank angles at which they peak [deg].
    stroke_sd_deg : float
        Standard deviation between strokes [deg].
    rho : float
        Correlation of neighbouring strokes.
    trend_deg_per_h : float
        Slow change over the ride [deg/h].
    float_stop_deg : (float, float), optional
        Ends of the cleat's float; either may be infinite [deg].
    response : float
        Degrees of heel-in per degree of varus cant.
    cant_deg : float
        Cant fitted throughout the ride [deg, varus positive].
    pitch_mean_deg, pitch_swing_deg : float
        Mean and amplitude of the shoe's pitch over the stroke [deg, toe down positive].
    pitch_peak_deg : float
        Crank angle at which the toe points down most [deg].
    """

    mean_deg: float = 0.0
    first_deg: float = 2.0
    first_peak_deg: float = 170.0
    second_deg: float = 0.5
    second_peak_deg: float = 60.0
    stroke_sd_deg: float = 0.3
    rho: float = 0.6
    trend_deg_per_h: float = 0.0
    float_stop_deg: tuple[float, float] | None = None
    response: float = 0.25
    cant_deg: float = 0.0
    pitch_mean_deg: float = 20.0
    pitch_swing_deg: float = 18.0
    pitch_peak_deg: float = 285.0

    def curve_deg(self, crank_deg: Array) -> Array:
        """Return the two harmonics at given crank angles of this foot [deg]."""
        first = self.first_deg * np.cos(np.deg2rad(crank_deg - self.first_peak_deg))
        curve: Array = first + self.second_deg * np.cos(2 * np.deg2rad(crank_deg - self.second_peak_deg))
        return curve


@dataclass(frozen=True)
class Rider:
    """A rider: two feet."""

    left: Foot = field(default_factory=Foot)
    right: Foot = field(default_factory=Foot)

    def foot(self, side: Side) -> Foot:
        """Return one foot."""
        return self.left if side == "left" else self.right


@dataclass(frozen=True)
class Section:
    """A stretch of the ride with its own wedges, written as a lap; it lasts until the next one starts.

    Attributes
    ----------
    start_s : float
        Where it begins [s].
    left_cant_deg, right_cant_deg : float
        Cant on top of the foot's own [deg, varus positive].
    """

    start_s: float
    left_cant_deg: float = 0.0
    right_cant_deg: float = 0.0

    def cant_deg(self, side: Side) -> float:
        """Return one foot's cant [deg]."""
        return self.left_cant_deg if side == "left" else self.right_cant_deg


@dataclass(frozen=True)
class Ride:
    """What is ridden and how it is recorded.

    Attributes
    ----------
    duration_s, rate_hz : float
        Length [s] and sampling rate [Hz].
    cadence_rpm : float or tuple of (time_s, rpm)
        Steady, or linear between points; 0 is rest, negative is backpedalling.
    cadence_wander_share, cadence_wander_s : float
        Size (a share of the cadence) and memory [s] of its wandering.
    dead_spot_share : float
        How much slower the crank turns at the dead spots, as a share of its speed.
    start_crank_deg : float
        Right crank's angle at the start [deg].
    coasts : tuple of (start_s, duration_s)
        Stretches without pedalling.
    sections : tuple of Section
        Laps, each with its wedges.
    feet : tuple of side
        Feet that are recorded.
    zero : {"rider", "bike", "none"}
        What the angles' zero means.
    noise_deg : float
        Standard deviation of each sample's noise [deg].
    spike_share, spike_deg : float, (float, float)
        Share of samples that are false, and the smallest and largest size of that [deg].
    gaps : tuple of (start_s, duration_s)
        Stretches without any rows.
    missing_share, missing_burst_s : float
        Share of a foot's samples missing, in bursts of this mean length [s].
    jitter_s : float
        Standard deviation of the time stamps' error [s]; stamps are put in order as a reader would.
    uneven_share : float
        How unevenly samples are really taken, as a share of the sampling period (0-1).
    crank, pitch, pitch_rate, tdc_pulses, cadence : bool
        Which channels are recorded beside the rotation.
    crank_noise_deg, pitch_noise_deg : float
        Their noise [deg].
    power_w : float, optional
        Mean power while pedalling [W]; None: no such channel.
    start : datetime, optional
        Start of the recording (UTC, aware).
    """

    duration_s: float = 300.0
    rate_hz: float = 100.0
    cadence_rpm: float | tuple[tuple[float, float], ...] = 88.0
    cadence_wander_share: float = 0.015
    cadence_wander_s: float = 20.0
    dead_spot_share: float = 0.02
    start_crank_deg: float = 40.0
    coasts: tuple[tuple[float, float], ...] = ()
    sections: tuple[Section, ...] = ()
    feet: tuple[Side, ...] = SIDES
    zero: ZeroKind = "rider"
    noise_deg: float = 0.15
    spike_share: float = 0.0
    spike_deg: tuple[float, float] = (30.0, 60.0)
    gaps: tuple[tuple[float, float], ...] = ()
    missing_share: float = 0.0
    missing_burst_s: float = 0.2
    jitter_s: float = 0.0
    uneven_share: float = 0.0
    crank: bool = True
    crank_noise_deg: float = 0.0
    pitch: bool = False
    pitch_noise_deg: float = 0.5
    pitch_rate: bool = False
    tdc_pulses: bool = False
    cadence: bool = True
    power_w: float | None = 200.0
    start: datetime | None = None


def simulate_ride(
    rider: Rider = Rider(),
    ride: Ride = Ride(),
    seed: int = 1,
) -> tuple[Recording, Truth]:
    """Simulate a ride of a rider.

    Parameters
    ----------
    rider : Rider
        How the feet turn.
    ride : Ride
        What is ridden and how it is recorded.
    seed : int
        Of all random numbers; each purpose draws from its own stream, so that more noise leaves the strokes alone.

    Returns
    -------
    recording : Recording
        As a reader would give it, ``format`` "simulated"; nothing is written.
    truth : Truth
        The strokes, their exact means and their expectation.

    Notes
    -----
    Heel-out = mean - response * cant + trend + two harmonics of the foot's crank angle + the stroke's own deviation,
    held within the float. The deviations are an AR(1) series with one value a stroke, linear in crank angle between
    the strokes' centres, so that strokes blend into each other.

    Examples
    --------
    >>> recording, truth = simulate_ride(Rider(right=Foot(mean_deg=3.0)), Ride(duration_s=20.0), seed=7)
    >>> sorted(recording.feet), truth.feet["right"].expected_deg
    (['left', 'right'], 3.0)
    """
    motion = crank_motion(
        ride.duration_s,
        ride.cadence_rpm,
        wander_share=ride.cadence_wander_share,
        wander_s=ride.cadence_wander_s,
        coasts=ride.coasts,
        start_deg=ride.start_crank_deg,
        dead_spot_share=ride.dead_spot_share,
        rng=_stream(seed, "cadence"),
    )
    taken_s, stamp_s = _sample_times(ride, _stream(seed, "time"))
    shift_s = float(stamp_s[0])
    laps = _laps(ride, shift_s, float(stamp_s[-1]))
    feet: dict[Side, FootTrace] = {}
    truths: dict[Side, FootTruth] = {}
    for side in ride.feet:
        process = _FootProcess(rider.foot(side), side, motion, ride.sections, _stream(seed, side))
        feet[side], spike_s = _record_foot(process, ride, taken_s, stamp_s, seed)
        truths[side] = _foot_truth(process, ride, shift_s, float(stamp_s[-1]), spike_s)
    spec = {"rider": asdict(rider), "ride": asdict(ride)}
    recording = Recording(
        name=f"synthetic rider, seed {seed}",
        format="simulated",
        sha256=hashlib.sha256(repr((rider, ride, seed)).encode()).hexdigest(),
        start=ride.start,
        from_s=0.0,
        to_s=float(stamp_s[-1]) - shift_s,
        feet=feet,
        companions=_companions(ride, motion, shift_s, float(stamp_s[-1]), _stream(seed, "power")),
        laps=laps,
    )
    return replace(recording, channels=tuple(_channels(recording))), Truth(seed, spec, truths)


class _FootProcess:
    """One foot's noiseless angle as a function of time and of its crank angle."""

    def __init__(
        self, foot: Foot, side: Side, motion: CrankMotion, sections: Sequence[Section], rng: Generator
    ) -> None:
        self.foot, self.side, self.motion = foot, side, motion
        self.offset_deg = crank_offset_deg(side)
        low, high = motion.reach_deg
        self._first = int(np.floor((low + self.offset_deg) / 360)) - 2
        count = int(np.ceil((high + self.offset_deg) / 360)) + 3 - self._first
        self._deviation = foot.stroke_sd_deg * autoregressive(count, foot.rho, rng)
        self._pitch_deviation = autoregressive(count, foot.rho, rng)
        self._section_s = np.array([section.start_s for section in sections])
        self._section_cant_deg = np.array([0.0, *(section.cant_deg(side) for section in sections)])

    @property
    def drifts(self) -> bool:
        """Whether the level depends on the time."""
        return bool(self.foot.trend_deg_per_h or self._section_s.size)

    def crank_deg(self, time_s: Array) -> Array:
        return self.motion.crank_deg(time_s) + self.offset_deg

    def time_s(self, crank_deg: Array) -> Array:
        return self.motion.time_s(crank_deg - self.offset_deg)

    def cant_deg(self, time_s: Array) -> Array:
        return self.foot.cant_deg + self._section_cant_deg[np.searchsorted(self._section_s, time_s, side="right")]

    def level_deg(self, time_s: Array) -> Array:
        """Mean over the stroke that the foot tends to at a time."""
        wedged = self.foot.mean_deg - self.foot.response * self.cant_deg(time_s)
        level: Array = wedged + self.foot.trend_deg_per_h * time_s / 3600
        return level

    def heel_out_deg(self, crank_deg: Array, time_s: Array) -> Array:
        free = self.level_deg(time_s) + self.foot.curve_deg(crank_deg) + self._blend(self._deviation, crank_deg)
        limits = self.foot.float_stop_deg
        return free if limits is None else np.clip(free, *limits)

    def pitch_deg(self, crank_deg: Array) -> Array:
        swing = self.foot.pitch_swing_deg * np.cos(np.deg2rad(crank_deg - self.foot.pitch_peak_deg))
        ripple = 0.1 * self.foot.pitch_swing_deg * np.cos(2 * np.deg2rad(crank_deg - 40))
        pitch: Array = self.foot.pitch_mean_deg + swing + ripple + self._blend(self._pitch_deviation, crank_deg)
        return pitch

    def expected_deg(self, time_s: Array) -> Array:
        """Expectation of the mean of a stroke in the middle of the ride's times."""
        level = self.level_deg(time_s)
        if self.foot.float_stop_deg is None:
            return level
        crank = _grid_deg()
        weight = np.abs(((crank / 360 - 0.5) + 0.5) % 1 - 0.5)  # distance from the nearest stroke's centre
        share = weight**2 + (1 - weight) ** 2 + 2 * self.foot.rho * weight * (1 - weight)
        free = level[:, None] + self.foot.curve_deg(crank)
        sd = self.foot.stroke_sd_deg * np.sqrt(share) + np.zeros_like(free)
        expected: Array = expected_clipped(free, sd, self.foot.float_stop_deg).mean(axis=1)
        return expected

    def _blend(self, values: Array, crank_deg: Array) -> Array:
        blended: Array = np.interp(crank_deg / 360 - 0.5, self._first + np.arange(values.size), values)
        return blended


def _foot_truth(process: _FootProcess, ride: Ride, shift_s: float, last_s: float, spike_s: Array) -> FootTruth:
    low, high = process.crank_deg(np.array([shift_s])), process.motion.reach_deg[1] + process.offset_deg
    tops = np.arange(np.ceil(low[0] / 360), np.floor(high / 360) + 1)
    top_s = process.time_s(360 * tops)
    recorded = top_s <= last_s + 1 / ride.rate_hz  # a sample stands for the time up to the next
    tops, top_s = tops[recorded], top_s[recorded]
    start_s, end_s = top_s[:-1], top_s[1:]
    crank = 360 * tops[:-1, None] + _grid_deg()
    heel_out = process.heel_out_deg(crank, process.time_s(crank) if process.drifts else np.zeros(1))
    gaps = np.array([(start, start + length) for start, length in ride.gaps]).reshape(-1, 2)
    spoilt = np.concatenate([process.motion.still_spans_s(), gaps])
    pedalled = ~overlaps(start_s, end_s, spoilt)
    middle_s = (start_s + end_s) / 2
    expected = process.expected_deg(middle_s)
    limits = process.foot.float_stop_deg
    at_stop = np.zeros_like(heel_out) if limits is None else (heel_out <= limits[0]) | (heel_out >= limits[1])
    sections = tuple(
        SectionTruth(
            lap.number,
            lap.start_s,
            lap.end_s,
            float(process.cant_deg(np.array([lap.start_s + shift_s]))[0]),
            _mean(expected[pedalled & (start_s - shift_s >= lap.start_s) & (end_s - shift_s <= lap.end_s)]),
        )
        for lap in _laps(ride, shift_s, last_s)
    )
    return FootTruth(
        start_s=start_s - shift_s,
        end_s=end_s - shift_s,
        mean_deg=heel_out.mean(axis=1),
        pedalled=pedalled,
        expected_deg=_mean(expected[pedalled]),
        response=process.foot.response,
        float_stop_deg=limits,
        at_stop_share=_mean(at_stop[pedalled].astype(float)),
        spike_s=spike_s,
        sections=sections,
    )


def _record_foot(
    process: _FootProcess, ride: Ride, taken_s: Array, stamp_s: Array, seed: int
) -> tuple[FootTrace, Array]:
    """Sample the foot as the ride's recorder would; return the trace and the times of its spikes."""
    side = process.side
    time_s = stamp_s - stamp_s[0]
    crank = process.crank_deg(taken_s)
    heel_out = process.heel_out_deg(crank, taken_s)
    heel_out = heel_out + ride.noise_deg * _stream(seed, side, "noise").standard_normal(time_s.size)
    rng = _stream(seed, side, "spikes")
    spiked = np.flatnonzero(rng.random(time_s.size) < ride.spike_share)
    heel_out[spiked] += rng.uniform(*ride.spike_deg, spiked.size) * rng.choice([-1.0, 1.0], spiked.size)
    missing = _bursts(time_s.size, ride, _stream(seed, side, "missing"))
    heel_out[missing] = np.nan
    pitch = pitch_rate = tdc_s = None
    if ride.pitch:
        noise = ride.pitch_noise_deg * _stream(seed, side, "pitch").standard_normal(time_s.size)
        pitch = np.where(missing, np.nan, process.pitch_deg(crank) + noise)
    if ride.pitch_rate:
        half_s = 1e-3
        before, after = (process.pitch_deg(process.crank_deg(taken_s + step)) for step in (-half_s, half_s))
        noise = _stream(seed, side, "pitch_rate").standard_normal(time_s.size)
        pitch_rate = np.where(missing, np.nan, (after - before) / (2 * half_s) + noise)
    if ride.tdc_pulses:
        low, high = crank.min() / 360, crank.max() / 360
        tdc_s = process.time_s(360 * np.arange(np.floor(low) + 1, np.floor(high) + 1)) - stamp_s[0]
    wrapped = None
    if ride.crank:
        noise = ride.crank_noise_deg * _stream(seed, "crank").standard_normal(time_s.size)
        wrapped = (crank + noise) % 360
    trace = FootTrace(
        side=side,
        time_s=time_s,
        heel_out_deg=heel_out,
        zero=ride.zero,
        crank_deg=wrapped,
        crank_source="crank_angle" if ride.crank else None,
        tdc_s=tdc_s,
        pitch_deg=pitch,
        pitch_rate_deg_s=pitch_rate,
    )
    return trace, time_s[spiked]


def _sample_times(ride: Ride, rng: Generator) -> tuple[Array, Array]:
    """Return when samples were taken, and what the recorder says about it."""
    even = np.arange(round(ride.duration_s * ride.rate_hz)) / ride.rate_hz
    taken: Array = even + ride.uneven_share / ride.rate_hz / 2 * rng.uniform(-1, 1, even.size)
    stamps: Array = taken + ride.jitter_s * rng.standard_normal(taken.size)
    kept = np.ones(taken.size, bool)
    for start, length in ride.gaps:
        kept &= (taken < start) | (taken >= start + length)
    order = np.argsort(stamps[kept], kind="stable")
    return taken[kept][order], stamps[kept][order]


def _bursts(count: int, ride: Ride, rng: Generator) -> NDArray[np.bool_]:
    """Draw which samples are missing, in bursts of geometric length."""
    missing = np.zeros(count, bool)
    mean_length = max(ride.missing_burst_s * ride.rate_hz, 1.0)
    bursts = round(ride.missing_share * count / mean_length)
    starts, lengths = rng.integers(0, count, bursts), rng.geometric(1 / mean_length, bursts)
    for start, length in zip(starts, lengths, strict=True):
        missing[start : start + length] = True
    return missing


def _companions(ride: Ride, motion: CrankMotion, shift_s: float, last_s: float, rng: Generator) -> dict[str, Channel]:
    """Cadence and power once a second: each value is about the second before it."""
    time_s = np.arange(np.floor(last_s - shift_s) + 1)
    turned = motion.crank_deg(time_s + shift_s) - motion.crank_deg(time_s + shift_s - 1)
    cadence = np.maximum(turned / 6, 0.0)
    channels = {}
    if ride.cadence:
        channels["cadence_rpm"] = Channel(time_s, cadence.round(1))
    if ride.power_w is not None:
        effort = 1 + 0.04 * autoregressive(time_s.size, 0.8, rng)
        usual = float(np.median(cadence[cadence > 0])) if (cadence > 0).any() else 1.0
        channels["power_w"] = Channel(time_s, (ride.power_w * effort * cadence / usual).round())
    return channels


def _laps(ride: Ride, shift_s: float, last_s: float) -> tuple[Lap, ...]:
    edges = [*(max(section.start_s - shift_s, 0.0) for section in ride.sections), last_s - shift_s]
    return tuple(Lap(number + 1, *edges[number : number + 2]) for number in range(len(ride.sections)))


def _channels(recording: Recording) -> Iterator[ChannelInfo]:
    for side, trace in recording.feet.items():
        given = np.isfinite(trace.heel_out_deg).sum()
        yield ChannelInfo(f"{side}_heel_rotation_deg", f"{side}_heel_rotation_deg", "deg", int(given), trace.rate_hz)
    for name, channel in recording.companions.items():
        yield ChannelInfo(name, name, name.rsplit("_", 1)[-1], channel.values.size, 1.0)


def _grid_deg() -> Array:
    return np.linspace(0.0, 360.0, CRANK_GRID, endpoint=False) + 180.0 / CRANK_GRID


def _mean(values: Array) -> float:
    return float(values.mean()) if values.size else float("nan")


def _stream(seed: int, *purpose: Any) -> Generator:
    digest = hashlib.sha256(repr(purpose).encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])
