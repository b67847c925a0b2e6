"""A synthetic ride from plain numbers, seen as an angle, by sensors on the shoes, or by cameras."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from bikefit.conventions import SIDES, Side
from bikefit.model import Recording
from bikefit.simulate import space
from bikefit.simulate.angle import simulate_ride
from bikefit.simulate.feet import FootMotion, foot_truth
from bikefit.simulate.markers import Cameras, simulate_markers
from bikefit.simulate.numbers import USUAL_NOISE_DEG, RiderNumbers
from bikefit.simulate.rider import Foot, Harmonics, Ride, Rider, swing
from bikefit.simulate.sampling import scatter
from bikefit.simulate.shoe import SensorModel, simulate_shoes
from bikefit.simulate.truth import Truth

COAST_S = (2.0, 15.0)
GAP_S = (0.5, 3.0)


def simulate_plain(numbers: RiderNumbers | None = None, **more: Any) -> tuple[Recording, Truth]:
    """Simulate a ride from plain numbers; every one has a default.

    Parameters
    ----------
    numbers : RiderNumbers, optional
        All of them at once.
    **more
        Single ones by name, such as ``duration_s=120`` or ``right_mean_deg=3.0``; ``seen_by`` says what records the
        ride. They are listed with units and limits in `bikefit.simulate.RiderNumbers`.

    Returns
    -------
    recording : Recording
        With ``feet``, or with ``sensors`` (after eight seconds of a still pose) or ``markers``.
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
    >>> recording, truth = simulate_plain(duration_s=20, right_mean_deg=3.0, side="right", seen_by="shoe-sensor")
    >>> list(recording.sensors), truth.feet["right"].expected_deg
    (['right'], 3.0)
    """
    numbers = replace(numbers or RiderNumbers(), **more)
    steady = numbers.end_cadence_rpm is None
    usual = space.Ride(still_s=numbers.recorder.still_s) if numbers.recorder.worn else Ride()
    built_up_s = usual.still_s + usual.start_s if usual.still_s else 0.0
    rng = np.random.default_rng(numbers.seed)
    ridden_s = numbers.duration_s - built_up_s
    coasts, gaps = (
        tuple((built_up_s + start, length) for start, length in scatter(count, length_s, ridden_s, rng))
        for count, length_s in ((numbers.coasts, COAST_S), (numbers.gaps, GAP_S))
    )
    ride = replace(
        usual,
        duration_s=numbers.duration_s,
        rate_hz=numbers.rate_hz,
        cadence_rpm=numbers.cadence_rpm
        if numbers.end_cadence_rpm is None
        else ((0.0, numbers.cadence_rpm), (numbers.duration_s, numbers.end_cadence_rpm)),
        cadence_wander_share=usual.cadence_wander_share if steady else 0.0,
        coasts=coasts,
        gaps=gaps,
        feet=SIDES if numbers.side is None else (numbers.side,),
        noise_deg=numbers.noise_deg,
        spike_share=numbers.spike_share,
        missing_share=numbers.missing_share,
        jitter_s=numbers.jitter_ms / 1000,
        uneven_share=numbers.uneven_share,
        crank=numbers.crank,
        pitch=numbers.pitch,
        power_w=numbers.power_w or None,
        start=numbers.start,
    )
    rider = Rider(_foot(numbers, "left"), _foot(numbers, "right"))
    if isinstance(ride, space.Ride):
        return _seen(numbers, rider, ride)
    return simulate_ride(rider, ride, numbers.seed)


def _foot(numbers: RiderNumbers, side: Side) -> Foot:
    """Return a foot of some numbers."""
    usual: Foot
    span_deg = numbers.foot("range_deg").of(side)
    if numbers.recorder.worn:
        # two harmonics whose sum spans about the range asked for
        usual, heel_out = space.Shoe(), Harmonics(0.0, (0.45 * span_deg, 0.12 * span_deg), (150.0, 40.0))
    else:
        usual, scale = Foot(), span_deg / float(np.ptp(Foot().heel_out.at(np.radians(np.arange(360.0)))))
        heel_out = swing(2.0 * scale, 0.5 * scale)
    return replace(
        usual,
        mean_deg=numbers.foot("mean_deg").of(side),
        heel_out=heel_out,
        stroke_sd_deg=numbers.stroke_sd_deg,
        rho=numbers.rho,
        trend_deg_per_h=numbers.trend_deg_per_h,
        float_stop_deg=_float_limits(numbers.float_stop_deg),
        response=numbers.response,
        cant_deg=numbers.foot("wedges").of(side) * numbers.wedge_cant_deg,
    )


def _seen(numbers: RiderNumbers, rider: Rider, ride: space.Ride) -> tuple[Recording, Truth]:
    """Let sensors or cameras see a ride; they are as noisy as the numbers are against their default."""
    shoes = {side: shoe for side in ride.feet if isinstance(shoe := rider.foot(side), space.Shoe)}
    loud = numbers.noise_deg / USUAL_NOISE_DEG
    if numbers.seen_by == "markers":
        cameras = Cameras(rate_hz=ride.rate_hz, noise_mm=loud * Cameras.noise_mm)
        recording, _ = simulate_markers(ride, shoes, cameras=cameras, seed=numbers.seed)
    else:
        sensor = SensorModel(
            rate_hz=ride.rate_hz,
            gyr_noise_deg_s=loud * SensorModel.gyr_noise_deg_s,
            acc_noise_m_s2=loud * SensorModel.acc_noise_m_s2,
        )
        recording, _ = simulate_shoes(ride, shoes, dict.fromkeys(shoes, sensor), numbers.seed)
    truths = {
        side: foot_truth(
            FootMotion(ride, shoe, side, numbers.seed),
            ride.rate_hz,
            0.0,
            ride.duration_s - 1 / ride.rate_hz,
            np.empty(0),
        )
        for side, shoe in shoes.items()
    }
    return recording, Truth(numbers.seed, numbers.seen_by, {"rider": asdict(rider), "ride": asdict(ride)}, truths)


def _float_limits(stop_deg: float | None) -> tuple[float, float] | None:
    """Return the ends of a float that ends on one side."""
    if stop_deg is None:
        return None
    return (-math.inf, stop_deg) if stop_deg > 0 else (stop_deg, math.inf)
