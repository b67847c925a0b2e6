"""A synthetic ride from plain numbers, as a command line has them."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np
from numpy.random import Generator

from bikefit.conventions import SIDES, Side
from bikefit.errors import UsageError
from bikefit.model import Recording
from bikefit.simulate.rider import Foot, Ride, Rider, simulate_ride
from bikefit.simulate.truth import Truth

COAST_S = (2.0, 15.0)
GAP_S = (0.5, 3.0)


def simulate_plain(
    *,
    seed: int = 1,
    duration_s: float = 300.0,
    rate_hz: float = 100.0,
    cadence_rpm: float = 88.0,
    end_cadence_rpm: float | None = None,
    left_mean_deg: float = 0.0,
    right_mean_deg: float = 0.0,
    left_range_deg: float = 4.0,
    right_range_deg: float = 4.0,
    stroke_sd_deg: float = 0.3,
    rho: float = 0.6,
    trend_deg_per_h: float = 0.0,
    float_stop_deg: float | None = None,
    left_wedges: int = 0,
    right_wedges: int = 0,
    wedge_cant_deg: float = 1.0,
    response: float = 0.25,
    noise_deg: float = 0.15,
    spike_share: float = 0.0,
    missing_share: float = 0.0,
    coasts: int = 0,
    gaps: int = 0,
    jitter_ms: float = 0.0,
    uneven_share: float = 0.0,
    power_w: float = 200.0,
    side: Side | None = None,
    crank: bool = True,
    pitch: bool = False,
    start: datetime | None = None,
) -> tuple[Recording, Truth]:
    """Simulate a ride from plain numbers; every one has a default.

    Parameters
    ----------
    seed : int
        Of all random numbers: the same seed gives the same ride.
    duration_s, rate_hz : float
        Length [s] and sampling rate [Hz].
    cadence_rpm, end_cadence_rpm : float
        Cadence at the start, and at the end where it changes evenly [rpm].
    left_mean_deg, right_mean_deg : float
        Mean heel-out angle without wedges [deg].
    left_range_deg, right_range_deg : float
        Range within a stroke [deg].
    stroke_sd_deg, rho : float
        Standard deviation between strokes [deg] and correlation of neighbours.
    trend_deg_per_h : float
        Slow change over the ride [deg/h].
    float_stop_deg : float, optional
        End of both cleats' float [deg heel-out]: above 0 the heel goes no further out, below 0 no further in.
    left_wedges, right_wedges : int
        Wedges fitted during the ride, varus positive.
    wedge_cant_deg : float
        Cant of one wedge [deg].
    response : float
        Degrees of heel-in per degree of varus cant.
    noise_deg : float
        Standard deviation of each sample's noise [deg].
    spike_share, missing_share : float
        Shares of samples that are false by 30-60 deg, and that are missing.
    coasts, gaps : int
        Number of stretches without pedalling (2-15 s), and without any samples (0.5-3 s).
    jitter_ms : float
        Standard deviation of the time stamps' error [ms].
    uneven_share : float
        How unevenly samples are really taken, as a share of the sampling period (0-1).
    power_w : float
        Mean power [W]; 0: no power channel.
    side : {"left", "right"}, optional
        Record this foot alone.
    crank, pitch : bool
        Record the crank angle, the shoes' pitch.
    start : datetime, optional
        Start of the recording (UTC, aware).

    Returns
    -------
    recording : Recording
        As `simulate_ride` gives it.
    truth : Truth
        What is true of it.

    Raises
    ------
    UsageError
        If a number makes no sense.

    Examples
    --------
    >>> recording, truth = simulate_plain(duration_s=20, right_mean_deg=3.0, right_wedges=2, response=0.5)
    >>> truth.feet["right"].expected_deg
    2.0
    """
    _check("seed", seed, 0, 2**32 - 1)
    _check("duration", duration_s, 1, 86400, "s")
    _check("rate", rate_hz, 1, 1000, "Hz")
    _check("cadence", cadence_rpm, 1, 200, "rpm")
    _check("end cadence", cadence_rpm if end_cadence_rpm is None else end_cadence_rpm, 1, 200, "rpm")
    for name, angle in (("left mean", left_mean_deg), ("right mean", right_mean_deg)):
        _check(name, angle, -60, 60, "deg")
    for name, size in (("left range", left_range_deg), ("right range", right_range_deg)):
        _check(name, size, 0, 60, "deg")
    _check("stroke SD", stroke_sd_deg, 0, 20, "deg")
    _check("rho", rho, -0.99, 0.99)
    _check("trend", trend_deg_per_h, -100, 100, "deg per hour")
    _check("float stop", 0.0 if float_stop_deg is None else float_stop_deg, -60, 60, "deg")
    for name, count in (("left wedges", left_wedges), ("right wedges", right_wedges)):
        _check(name, count, -10, 10)
    _check("cant of a wedge", wedge_cant_deg, 0, 10, "deg")
    _check("response", response, -10, 10, "deg per deg")
    _check("noise", noise_deg, 0, 60, "deg")
    _check("spikes", spike_share, 0, 0.5)
    _check("missing share", missing_share, 0, 0.9)
    _check("number of coasts", coasts, 0, duration_s / (COAST_S[1] + 5))
    _check("number of gaps", gaps, 0, duration_s / (GAP_S[1] + 5))
    _check("jitter", jitter_ms, 0, 1000, "ms")
    _check("unevenness", uneven_share, 0, 1)
    _check("power", power_w, 0, 3000, "W")

    def foot(mean_deg: float, range_deg: float, wedges: int) -> Foot:
        usual = Foot()
        scale = range_deg / float(np.ptp(usual.curve_deg(np.arange(360.0))))
        return Foot(
            mean_deg=mean_deg,
            first_deg=usual.first_deg * scale,
            second_deg=usual.second_deg * scale,
            stroke_sd_deg=stroke_sd_deg,
            rho=rho,
            trend_deg_per_h=trend_deg_per_h,
            float_stop_deg=_float_limits(float_stop_deg),
            response=response,
            cant_deg=wedges * wedge_cant_deg,
        )

    rng = np.random.default_rng(seed)
    steady = end_cadence_rpm is None
    ride = Ride(
        duration_s=duration_s,
        rate_hz=rate_hz,
        cadence_rpm=cadence_rpm if end_cadence_rpm is None else ((0.0, cadence_rpm), (duration_s, end_cadence_rpm)),
        cadence_wander_share=Ride.cadence_wander_share if steady else 0.0,
        coasts=scatter(coasts, COAST_S, duration_s, rng),
        gaps=scatter(gaps, GAP_S, duration_s, rng),
        feet=SIDES if side is None else (side,),
        noise_deg=noise_deg,
        spike_share=spike_share,
        missing_share=missing_share,
        jitter_s=jitter_ms / 1000,
        uneven_share=uneven_share,
        crank=crank,
        pitch=pitch,
        power_w=power_w or None,
        start=start,
    )
    rider = Rider(
        left=foot(left_mean_deg, left_range_deg, left_wedges),
        right=foot(right_mean_deg, right_range_deg, right_wedges),
    )
    return simulate_ride(rider, ride, seed)


def scatter(
    count: int, length_s: tuple[float, float], duration_s: float, rng: Generator
) -> tuple[tuple[float, float], ...]:
    """Spread stretches over a ride, one in each of as many equal parts.

    Parameters
    ----------
    count : int
        Number of stretches.
    length_s : (float, float)
        Shortest and longest [s]; no longer than 0.8 of a part.
    duration_s : float
        Length of the ride [s].
    rng : Generator
        Source of places and lengths.

    Returns
    -------
    tuple of (start_s, duration_s)
        In order, never touching.
    """
    part_s = duration_s / max(count, 1)
    lengths = np.minimum(rng.uniform(*length_s, count), 0.8 * part_s)
    starts = part_s * np.arange(count) + rng.uniform(0.1, 0.9, count) * (part_s - lengths)
    return tuple(zip(starts.tolist(), lengths.tolist(), strict=True))


def _float_limits(stop_deg: float | None) -> tuple[float, float] | None:
    if stop_deg is None:
        return None
    return (-math.inf, stop_deg) if stop_deg > 0 else (stop_deg, math.inf)


def _check(name: str, value: float, low: float, high: float, unit: str = "") -> None:
    if not low <= value <= high:
        raise UsageError(f"The {name} is {value:g}; expected {low:g} to {high:g} {unit}".rstrip() + ".")
