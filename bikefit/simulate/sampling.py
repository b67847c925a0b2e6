"""When samples are taken, which are lost, and the random numbers of it all."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bikefit.model import Array, Lap
from bikefit.simulate.rider import Ride


def stream(seed: int, *purpose: Any) -> Generator:
    """Return the random numbers of one purpose, so that more of one thing leaves all others alone."""
    digest = hashlib.sha256(repr(purpose).encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])


def autoregressive(count: int, rho: float, rng: Generator) -> Array:
    """Draw a stationary first-order autoregressive series of unit variance; -1 < rho < 1."""
    shocks = rng.standard_normal(count)
    shocks[1:] *= np.sqrt(1 - rho**2)
    series = []
    value = 0.0
    for shock in shocks.tolist():
        value = rho * value + shock
        series.append(value)
    return np.array(series)


def sample_times(ride: Ride, rate_hz: float, rng: Generator) -> tuple[Array, Array]:
    """Return when samples are taken, none in a gap, and what the recorder says about it, in its order."""
    even = np.arange(round(ride.duration_s * rate_hz)) / rate_hz
    taken: Array = even + ride.uneven_share / rate_hz / 2 * rng.uniform(-1, 1, even.size)
    stamps: Array = taken + ride.jitter_s * rng.standard_normal(taken.size)
    kept = ~in_gaps(taken, ride)
    order = np.argsort(stamps[kept], kind="stable")
    return taken[kept][order], stamps[kept][order]


def in_gaps(time_s: Array, ride: Ride) -> NDArray[np.bool_]:
    """Say which times lie in one of the ride's gaps."""
    inside = np.zeros(time_s.size, bool)
    for start, length in ride.gaps:
        inside |= (time_s >= start) & (time_s < start + length)
    return inside


def missing_samples(count: int, ride: Ride, rate_hz: float, rng: Generator) -> NDArray[np.bool_]:
    """Draw which samples are missing, in bursts of geometric length."""
    missing = np.zeros(count, bool)
    mean_length = max(ride.missing_burst_s * rate_hz, 1.0)
    bursts = round(ride.missing_share * count / mean_length)
    starts, lengths = rng.integers(0, count, bursts), rng.geometric(1 / mean_length, bursts)
    for start, length in zip(starts, lengths, strict=True):
        missing[start : start + length] = True
    return missing


def scatter(
    count: int, length_s: tuple[float, float], duration_s: float, rng: Generator
) -> tuple[tuple[float, float], ...]:
    """Spread stretches over a ride, one in each of as many equal parts."""
    part_s = duration_s / max(count, 1)
    lengths = np.minimum(rng.uniform(*length_s, count), 0.8 * part_s)
    starts = part_s * np.arange(count) + rng.uniform(0.1, 0.9, count) * (part_s - lengths)
    return tuple(zip(starts.tolist(), lengths.tolist(), strict=True))


def laps(ride: Ride, shift_s: float, last_s: float) -> tuple[Lap, ...]:
    """Return the ride's sections as laps of a recording that begins and ends at times of the ride."""
    edges = [*(max(section.start_s - shift_s, 0.0) for section in ride.sections), last_s - shift_s]
    return tuple(Lap(number + 1, *edges[number : number + 2]) for number in range(len(ride.sections)))
