"""A synthetic rider and what is ridden: plain frozen numbers, the same for every recorder that sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from bikefit.conventions import SIDES, Side, ZeroKind
from bikefit.model import Array


@dataclass(frozen=True)
class Harmonics:
    """An angle that repeats with the crank: mean + sum of amplitude_k * cos(k * crank - phase_k).

    Examples
    --------
    >>> import numpy as np
    >>> Harmonics(2.0, (1.0,), (90.0,)).at(np.radians([90.0, 270.0])).round(6).tolist()
    [3.0, 1.0]
    """

    mean_deg: float = 0.0  # Mean over the revolution [deg]
    # Of the first, second, ... harmonic [deg].
    amplitude_deg: tuple[float, ...] = ()
    phase_deg: tuple[float, ...] = ()

    def at(self, crank_rad: Array) -> Array:
        """Return the angle [deg] at crank angles of the same foot [rad]."""
        angle = np.full_like(crank_rad, self.mean_deg)
        for k, (amplitude, phase) in enumerate(zip(self.amplitude_deg, self.phase_deg, strict=True), start=1):
            angle += amplitude * np.cos(k * crank_rad - np.radians(phase))
        return angle


def swing(first_deg: float, second_deg: float = 0.5) -> Harmonics:
    """Return a usual foot's turn about its mean: two harmonics of given amplitudes."""
    return Harmonics(0.0, (first_deg, second_deg), (170.0, 120.0))


@dataclass(frozen=True)
class Foot:
    """How one foot moves; angles are heel-out positive, and change with this foot's crank angle."""

    mean_deg: float = 0.0  # Mean over the stroke without wedges, on top of the mean of ``heel_out`` [deg]
    # The foot's turn; pitch positive = toe down, roll positive = the left side up.
    heel_out: Harmonics = field(default=swing(2.0))
    pitch: Harmonics = Harmonics(20.0, (18.0, 1.8), (285.0, 80.0))
    roll: Harmonics = Harmonics(1.0, (1.0, 0.3), (120.0, 0.0))
    # Standard deviation of turn and pitch between strokes [deg].
    stroke_sd_deg: float = 0.3
    pitch_sd_deg: float = 1.0
    rho: float = 0.6  # Correlation of neighbouring strokes
    trend_deg_per_h: float = 0.0  # Slow change over the ride [deg/h]
    steps: tuple[tuple[float, float], ...] = ()  # (time_s, deg): Lasting changes of the heel-out angle
    float_stop_deg: tuple[float, float] | None = None  # Ends of the cleat's float; either may be infinite [deg]
    response: float = 0.25  # Degrees of heel-in per degree of varus cant
    cant_deg: float = 0.0  # Cant fitted throughout the ride [deg, varus positive]; it also rolls the shoe
    # The shoe at rest in the pose [deg].
    pose_heel_out_deg: float = 0.0
    pose_pitch_deg: float = 0.0
    pose_roll_deg: float = 0.0
    restless_deg: float = 0.0  # The foot sways about the sole's normal in the pose, amplitude, once in 20 s [deg]


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
    """A stretch of the ride with its own wedges, written as a lap; it lasts until the next one starts."""

    start_s: float  # Where it begins [s]
    # Cant on top of the foot's own [deg, varus positive].
    left_cant_deg: float = 0.0
    right_cant_deg: float = 0.0

    def cant_deg(self, side: Side) -> float:
        """Return one foot's cant [deg]."""
        return self.left_cant_deg if side == "left" else self.right_cant_deg


@dataclass(frozen=True)
class Ride:
    """What is ridden, for every recorder; and how a recorder of the angle records it."""

    duration_s: float = 300.0  # Length [s]
    # (time_s, rpm): Steady, or changing between points; 0 is rest, negative is backpedalling.
    cadence_rpm: float | tuple[tuple[float, float], ...] = 88.0
    # Size (a share of the cadence) and memory [s] of its wandering.
    cadence_wander_share: float = 0.015
    cadence_wander_s: float = 20.0
    dead_spot_share: float = 0.02  # How much slower the crank turns at the dead spots, as a share of its speed
    start_crank_deg: float = 40.0  # Right crank's angle at the start [deg]
    # Whether speed and strokes blend so smoothly that a sensor could feel them; else linearly, which is exact.
    smooth: bool = False
    # (start_s, duration_s): Stretches without pedalling; the crank slows down and speeds up inside them.
    coasts: tuple[tuple[float, float], ...] = ()
    sections: tuple[Section, ...] = ()  # Laps, each with its wedges
    # Time at rest, clipped in, before the pedalling [s]: the pose; and time over which the motion builds up [s].
    still_s: float = 0.0
    start_s: float = 3.0
    crank_m: float = 0.1725  # Crank length [m]
    # The bike leans by amplitude * cos(right crank - phase), positive = to the rider's left side going up [deg].
    rocking_deg: float = 0.0
    rocking_phase_deg: float = 270.0
    # (from_s, to_s): Stretches out of the saddle: the lean swings by ``standing_rocking_deg`` instead.
    standing: tuple[tuple[float, float], ...] = ()
    standing_rocking_deg: float = 8.0  # Amplitude of the lean out of the saddle [deg]
    # Constant lean (left side up) and climb of the bike [deg].
    lean_deg: float = 0.0
    grade_deg: float = 0.0
    # (from_s, to_s, deg_per_s): Bends, positive = to the left, joined smoothly over so long [s].
    turning: tuple[tuple[float, float, float], ...] = ()
    turning_edge_s: float = 1.0
    speed_m_s: float = 0.0  # Of the bike over the ground, which matters in bends [m/s]
    # (start_s, duration_s): Stretches without any samples; cameras see no marker.
    gaps: tuple[tuple[float, float], ...] = ()
    # Share of a foot's (a marker's) samples missing, in bursts of this mean length [s].
    missing_share: float = 0.0
    missing_burst_s: float = 0.2
    # Standard deviation of the time stamps' error [s]; stamps are put in order as a reader would. Cameras have
    # none.
    jitter_s: float = 0.0
    # How unevenly samples are really taken, as a share of the sampling period (0-1). Cameras: evenly.
    uneven_share: float = 0.0
    start: datetime | None = None  # Start of the recording (UTC, aware)
    rate_hz: float = 100.0  # Sampling rate of the angle [Hz]
    feet: tuple[Side, ...] = SIDES  # Feet whose angle is recorded
    zero: ZeroKind = "rider"  # What the angle's zero means
    # Standard deviation of each sample's noise [deg].
    noise_deg: float = 0.15
    crank_noise_deg: float = 0.0
    pitch_noise_deg: float = 0.5
    # Share of the angle's samples that are false, and the smallest and largest size of that [deg].
    spike_share: float = 0.0
    spike_deg: tuple[float, float] = (30.0, 60.0)
    # Which channels are recorded beside the angle.
    crank: bool = True
    pitch: bool = False
    pitch_rate: bool = False
    tdc_pulses: bool = False
    cadence: bool = True
    power_w: float | None = 200.0  # Mean power while pedalling [W]; None: no such channel
