"""The third recorder: cameras that see markers on both shoes.

A ride and feet as `bikefit.simulate.shoe` takes them give the same motion, seen by cameras instead of sensors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import SIDES, Side
from bikefit.model import Array, Markers, Recording
from bikefit.simulate.feet import FootMotion
from bikefit.simulate.sampling import in_gaps, laps, missing_samples, stream
from bikefit.simulate.space import Ride, Shoe, ShoeInSpace, rotation_about
from bikefit.simulate.truth import ShoeTruth

Place = tuple[float, float, float]
AT_ONCE = Ride(still_s=0.0)
"""A ride that is under way when the cameras start."""


@dataclass(frozen=True)
class MarkerPlaces:
    """Where the markers sit on a shoe, from the pedal axle: to the toe, to the outside, up [mm]."""

    # None = no such marker. A pair of heel and toe that differs in its second number is misplaced: it turns the
    # zero; one that differs in its third reads a roll of the shoe as a turn.
    heel: Place | None = (-175.0, 0.0, 45.0)
    toe: Place | None = (85.0, 0.0, 45.0)
    forefoot: Place | None = (-15.0, 52.0, 32.0)
    ankle: Place | None = (-120.0, 45.0, 110.0)
    pedal: bool = False  # Whether the axle's end carries a marker
    sole_mm: float = 12.0  # Height of the sole's underside above the axle


@dataclass(frozen=True)
class Cameras:
    """What the cameras add to the truth."""

    rate_hz: float = 100.0  # Frames a second [Hz]
    noise_mm: float = 0.2  # White noise of each coordinate
    # (marker, time_s, size_mm): A marker jumps aside for five frames.
    flicker: tuple[tuple[str, float, float], ...] = ()
    # (marker, from_s, to_s): Stretches in which a marker is not seen.
    hidden: tuple[tuple[str, float, float], ...] = ()
    yaw_deg: float = 0.0  # How far the bike stands turned to the left in the lab's axes [deg]


def simulate_markers(
    ride: Ride = AT_ONCE,
    shoes: Mapping[Side, Shoe] | None = None,
    places: Mapping[Side, MarkerPlaces] | None = None,
    cameras: Cameras = Cameras(),
    seed: int = 0,
) -> tuple[Recording, dict[Side, ShoeTruth]]:
    """Simulate a ride with markers on the shoes.

    Parameters
    ----------
    ride : Ride
        What is ridden; nothing is seen in its gaps, single markers are hidden for the share that is missing.
    shoes : mapping of side to Shoe, optional
        How the feet move; without it both move alike.
    places : mapping of side to MarkerPlaces, optional
        Where the markers sit; without it heel and toe are level and straight.
    cameras : Cameras
        Rate, noise and faults.
    seed : int
        Of the random numbers.

    Returns
    -------
    tuple of Recording and dict of side to ShoeTruth
        A recording with ``markers`` and what really happened.

    Notes
    -----
    A marker between the shoulders is there too, as in most labs: it tells what is up.

    Examples
    --------
    >>> recording, truth = simulate_markers(Ride(duration_s=5.0, still_s=0.0))
    >>> sorted(recording.markers.positions_mm)[:3], truth["left"].heel_out_deg.shape
    (['C7', 'left_ankle', 'left_forefoot'], (500,))
    """
    feet: Mapping[Side, Shoe] = shoes if shoes is not None else {"left": Shoe(), "right": Shoe()}
    time_s = np.arange(round(ride.duration_s * cameras.rate_hz)) / cameras.rate_hz
    positions: dict[str, Array] = {"C7": np.tile(np.array([-150.0, 0.0, 1450.0]), (time_s.size, 1))}
    truths: dict[Side, ShoeTruth] = {}
    for side in (side for side in SIDES if side in feet):
        shoe = replace(feet[side], lever_m=(0.0, 0.0, 0.0), mounting_deg=(0.0, 0.0, 0.0), flex_deg=0.0)
        motion = FootMotion(replace(ride, smooth=True), shoe, side, seed)
        turned, axle_m = ShoeInSpace(motion, shoe).pose(time_s)
        positions |= _on_shoe(side, 1000.0 * axle_m, turned, (places or {}).get(side, MarkerPlaces()))
        truths[side] = motion.truth_at(time_s, time_s)
    gone = {
        marker: in_gaps(time_s, ride)
        | missing_samples(time_s.size, ride, cameras.rate_hz, stream(seed, marker, "missing"))
        for marker in positions
    }
    recording = _recording("simulated markers", time_s, positions, cameras, seed, gone)
    return replace(recording, start=ride.start, laps=laps(ride, 0.0, ride.duration_s)), truths


def simulate_stance(
    heel_out_deg: Mapping[Side, float],
    places: Mapping[Side, MarkerPlaces] | None = None,
    cameras: Cameras = Cameras(),
    duration_s: float = 2.0,
    seed: int = 0,
) -> Recording:
    """Simulate the still trial: the rider stands on a level floor, facing forward, each foot turned by an angle.

    Examples
    --------
    >>> simulate_stance({"right": -7.0}).duration_s
    2.0
    """
    time_s = np.arange(round(duration_s * cameras.rate_hz)) / cameras.rate_hz
    positions: dict[str, Array] = {"C7": np.tile(np.array([0.0, 0.0, 1500.0]), (time_s.size, 1))}
    for side, angle in heel_out_deg.items():
        sign = 1.0 if side == "right" else -1.0
        where = (places or {}).get(side, MarkerPlaces(pedal=False))
        on_floor = np.array([0.0, -sign * 110.0, -where.sole_mm])
        turned = np.broadcast_to(rotation_about(2, sign * math.radians(angle)), (time_s.size, 3, 3))
        positions |= _on_shoe(side, np.tile(on_floor, (time_s.size, 1)), turned, replace(where, pedal=False))
    return _recording("simulated stance", time_s, positions, cameras, seed)


def _on_shoe(side: Side, axle_mm: Array, turned: Array, places: MarkerPlaces) -> dict[str, Array]:
    """Return where the markers of a shoe are."""
    outside = -1.0 if side == "right" else 1.0
    found: dict[str, Array] = {}
    for part in ("heel", "toe", "forefoot", "ankle"):
        place = getattr(places, part)
        if place is not None:
            found[f"{side}_{part}"] = axle_mm + turned @ (np.array(place) * [1.0, outside, 1.0])
    if places.pedal:
        found[f"{side}_pedal"] = axle_mm
    return found


def _recording(
    name: str,
    time_s: Array,
    positions: Mapping[str, Array],
    cameras: Cameras,
    seed: int,
    gone: Mapping[str, NDArray[np.bool_]] | None = None,
) -> Recording:
    """Let the cameras look."""
    rng = np.random.default_rng([seed, 7])
    yaw = rotation_about(2, math.radians(cameras.yaw_deg))
    seen = {
        marker: place @ yaw.T + cameras.noise_mm * rng.standard_normal(place.shape)
        for marker, place in positions.items()
    }
    for marker, when, size in cameras.flicker:
        first = int(np.searchsorted(time_s, when))
        seen[marker][first : first + 5, 1] += size
    for marker, start, end in cameras.hidden:
        seen[marker][(time_s >= start) & (time_s < end)] = np.nan
    for marker, lost in (gone or {}).items():
        seen[marker][lost] = np.nan
    return Recording(
        name=name,
        format="simulated",
        sha256="",
        start=None,
        from_s=0.0,
        to_s=float(time_s.size / cameras.rate_hz),
        markers=Markers(time_s, seen),
    )
