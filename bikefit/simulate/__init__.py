"""Synthetic riders with a known truth; nothing here reads or writes a file."""

from bikefit.simulate.plain import scatter, simulate_plain
from bikefit.simulate.plain_shoes import simulate_plain_shoes
from bikefit.simulate.rider import Foot, Ride, Rider, Section, simulate_ride
from bikefit.simulate.stress import stress_ride
from bikefit.simulate.truth import FootTruth, SectionTruth, Truth

__all__ = [
    "Foot",
    "FootTruth",
    "Ride",
    "Rider",
    "Section",
    "SectionTruth",
    "Truth",
    "scatter",
    "simulate_plain",
    "simulate_plain_shoes",
    "simulate_ride",
    "stress_ride",
]
