"""The first recorder: a synthetic ride seen as an angle, with crank, pitch, cadence and power beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np
from numpy.random import Generator

from bikefit.conventions import Side
from bikefit.model import Array, Channel, ChannelInfo, FootTrace, Recording
from bikefit.simulate.feet import FootMotion, foot_truth
from bikefit.simulate.motion import CrankMotion
from bikefit.simulate.rider import Ride, Rider
from bikefit.simulate.sampling import autoregressive, laps, missing_samples, sample_times, stream
from bikefit.simulate.truth import FootTruth, Truth


def simulate_ride(
    rider: Rider | None = None,
    ride: Ride | None = None,
    seed: int = 1,
) -> tuple[Recording, Truth]:
    """Simulate a ride of a rider.

    Parameters
    ----------
    rider : Rider, optional
        How the feet turn.
    ride : Ride, optional
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
    >>> from bikefit.simulate import Foot
    >>> recording, truth = simulate_ride(Rider(right=Foot(mean_deg=3.0)), Ride(duration_s=20.0), seed=7)
    >>> sorted(recording.feet), truth.feet["right"].expected_deg
    (['left', 'right'], 3.0)
    """
    rider, ride = rider or Rider(), ride or Ride()
    taken_s, stamp_s = sample_times(ride, ride.rate_hz, stream(seed, "time"))
    shift_s, last_s = float(stamp_s[0]), float(stamp_s[-1])
    feet: dict[Side, FootTrace] = {}
    truths: dict[Side, FootTruth] = {}
    companions: dict[str, Channel] = {}
    for side in ride.feet:
        motion = FootMotion(ride, rider.foot(side), side, seed)
        feet[side], spike_s = _record_foot(motion, taken_s, stamp_s, seed)
        truths[side] = foot_truth(motion, ride.rate_hz, shift_s, last_s, spike_s)
        companions = companions or _companions(ride, motion.crank, shift_s, last_s, stream(seed, "power"))
    recording = Recording(
        name=f"synthetic rider, seed {seed}",
        format="simulated",
        sha256=hashlib.sha256(repr((rider, ride, seed)).encode()).hexdigest(),
        start=ride.start,
        from_s=0.0,
        to_s=last_s - shift_s,
        feet=feet,
        companions=companions,
        laps=laps(ride, shift_s, last_s),
    )
    spec = {"rider": asdict(rider), "ride": asdict(ride)}
    return replace(recording, channels=tuple(_channels(recording))), Truth(seed, "rotation", spec, truths)


def _record_foot(motion: FootMotion, taken_s: Array, stamp_s: Array, seed: int) -> tuple[FootTrace, Array]:
    """Sample the foot as the ride's recorder would; return the trace and the times of its spikes."""
    side, ride = motion.side, motion.ride
    time_s = stamp_s - stamp_s[0]
    crank = motion.crank_rad(taken_s)
    heel_out = motion.heel_out_deg(crank, taken_s)
    heel_out = heel_out + ride.noise_deg * stream(seed, side, "noise").standard_normal(time_s.size)
    rng = stream(seed, side, "spikes")
    spiked = np.flatnonzero(rng.random(time_s.size) < ride.spike_share)
    heel_out[spiked] += rng.uniform(*ride.spike_deg, spiked.size) * rng.choice([-1.0, 1.0], spiked.size)
    missing = missing_samples(time_s.size, ride, ride.rate_hz, stream(seed, side, "missing"))
    heel_out[missing] = np.nan
    pitch = pitch_rate = tdc_s = None
    if ride.pitch:
        noise = ride.pitch_noise_deg * stream(seed, side, "pitch").standard_normal(time_s.size)
        pitch = np.where(missing, np.nan, motion.pitch_deg(crank, taken_s) + noise)
    if ride.pitch_rate:
        half_s = 1e-3
        before, after = (motion.pitch_deg(motion.crank_rad(at), at) for at in (taken_s - half_s, taken_s + half_s))
        noise = stream(seed, side, "pitch_rate").standard_normal(time_s.size)
        pitch_rate = np.where(missing, np.nan, (after - before) / (2 * half_s) + noise)
    crank_deg = np.rad2deg(crank)
    if ride.tdc_pulses:
        low, high = crank_deg.min() / 360, crank_deg.max() / 360
        tdc_s = motion.crank.time_s(360 * np.arange(np.floor(low) + 1, np.floor(high) + 1)) - stamp_s[0]
    wrapped = None
    if ride.crank:
        noise = ride.crank_noise_deg * stream(seed, "crank").standard_normal(time_s.size)
        wrapped = (crank_deg + noise) % 360
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


def _companions(ride: Ride, crank: CrankMotion, shift_s: float, last_s: float, rng: Generator) -> dict[str, Channel]:
    """Cadence and power once a second: each value is about the second before it."""
    time_s = np.arange(np.floor(last_s - shift_s) + 1)
    turned = crank.crank_deg(time_s + shift_s) - crank.crank_deg(time_s + shift_s - 1)
    cadence = np.maximum(turned / 6, 0.0)
    channels = {}
    if ride.cadence:
        channels["cadence_rpm"] = Channel(time_s, cadence.round(1))
    if ride.power_w is not None:
        effort = 1 + 0.04 * autoregressive(time_s.size, 0.8, rng)
        usual = float(np.median(cadence[cadence > 0])) if (cadence > 0).any() else 1.0
        channels["power_w"] = Channel(time_s, (ride.power_w * effort * cadence / usual).round())
    return channels


def _channels(recording: Recording) -> Iterator[ChannelInfo]:
    """Describe the channels as a reader would."""
    for side, trace in recording.feet.items():
        given = np.isfinite(trace.heel_out_deg).sum()
        yield ChannelInfo(f"{side}_heel_rotation_deg", f"{side}_heel_rotation_deg", "deg", int(given), trace.rate_hz)
    for name, channel in recording.companions.items():
        yield ChannelInfo(name, name, name.rsplit("_", 1)[-1], channel.values.size, 1.0)
