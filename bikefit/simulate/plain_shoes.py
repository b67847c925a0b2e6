"""A ride seen by shoe sensors or by cameras, from the same plain numbers as `simulate_plain`."""

from __future__ import annotations

from typing import Any, Literal

from bikefit.conventions import SIDES, Side
from bikefit.errors import UsageError
from bikefit.model import Recording
from bikefit.simulate.markers import Cameras, simulate_markers
from bikefit.simulate.shoe import Harmonics, Ride, SensorModel, Shoe, simulate_shoes

LONGEST_S = 3600.0


def simulate_plain_shoes(
    seen_by: Literal["shoe-sensor", "markers"],
    *,
    seed: int = 1,
    duration_s: float = 300.0,
    rate_hz: float = 100.0,
    cadence_rpm: float = 88.0,
    left_mean_deg: float = 0.0,
    right_mean_deg: float = 0.0,
    left_range_deg: float = 4.0,
    right_range_deg: float = 4.0,
    stroke_sd_deg: float = 0.3,
    rho: float = 0.6,
    left_wedges: int = 0,
    right_wedges: int = 0,
    wedge_cant_deg: float = 1.0,
    response: float = 0.25,
    side: Side | None = None,
) -> tuple[Recording, dict[str, Any]]:
    """Simulate a ride as sensors on the shoes, or cameras, record it.

    Parameters
    ----------
    seen_by : {"shoe-sensor", "markers"}
        What records it.
    seed : int
        Of all random numbers.
    duration_s, rate_hz : float
        Length [s] and sampling rate [Hz].
    cadence_rpm : float
        Cadence [rpm].
    left_mean_deg, right_mean_deg : float
        Mean heel-out angle without wedges [deg], from the pose or, for markers, from the bike's axis.
    left_range_deg, right_range_deg : float
        Range within a stroke [deg].
    stroke_sd_deg, rho : float
        Standard deviation between strokes [deg] and correlation of neighbours.
    left_wedges, right_wedges : int
        Wedges fitted during the ride, varus positive; they also roll the shoe.
    wedge_cant_deg : float
        Cant of one wedge [deg].
    response : float
        Degrees of heel-in per degree of varus cant.
    side : {"left", "right"}, optional
        Record this foot alone.

    Returns
    -------
    recording : Recording
        With ``sensors`` (after eight seconds of a still pose) or ``markers``.
    truth : dict
        Per foot its expected mean angle and what led to it, for JSON.

    Raises
    ------
    UsageError
        If a number makes no sense.

    Examples
    --------
    >>> recording, truth = simulate_plain_shoes("shoe-sensor", duration_s=20, right_mean_deg=3.0, side="right")
    >>> list(recording.sensors), truth["feet"]["right"]["expected_deg"]
    (['right'], 3.0)
    """
    for name, value, low, high in (
        ("duration", duration_s, 15.0, LONGEST_S),
        ("rate", rate_hz, 20.0, 500.0),
        ("cadence", cadence_rpm, 30.0, 160.0),
    ):
        if not low <= value <= high:
            raise UsageError(f"--{name} {value:g}: expected {low:g} to {high:g} for a ride seen by {seen_by}.")
    means: dict[Side, float] = {"left": left_mean_deg, "right": right_mean_deg}
    ranges: dict[Side, float] = {"left": left_range_deg, "right": right_range_deg}
    cants: dict[Side, float] = {"left": left_wedges * wedge_cant_deg, "right": right_wedges * wedge_cant_deg}
    shoes: dict[Side, Shoe] = {}
    truth: dict[str, Any] = {}
    for own in SIDES if side is None else (side,):
        expected = means[own] - response * cants[own]
        # two harmonics whose sum spans the range asked for
        swing = (0.45 * ranges[own], 0.12 * ranges[own])
        shoes[own] = Shoe(
            heel_out=Harmonics(expected, swing, (150.0, 40.0)),
            stroke_sd_deg=stroke_sd_deg,
            stroke_rho=rho,
            wedge_deg=cants[own],
        )
        truth[own] = {"expected_deg": expected, "response": response, "cant_deg": cants[own]}
    if seen_by == "markers":
        ride = Ride(duration_s=duration_s, cadence_rpm=cadence_rpm, still_s=0.0)
        recording, _ = simulate_markers(ride, shoes, cameras=Cameras(rate_hz=rate_hz), seed=seed)
    else:
        ride = Ride(duration_s=duration_s, cadence_rpm=cadence_rpm)
        recording, _ = simulate_shoes(ride, shoes, {own: SensorModel(rate_hz=rate_hz) for own in shoes}, seed=seed)
    return recording, {"seed": seed, "seen_by": seen_by, "feet": truth}
