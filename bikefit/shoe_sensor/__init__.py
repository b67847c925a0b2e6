"""Gyroscope and accelerometer on a shoe -> heel-out, pitch and crank angle, with pedalling as the reference."""

from bikefit.shoe_sensor.clocks import align_clocks, check_pair, check_sides
from bikefit.shoe_sensor.heading import foot_heading_deg
from bikefit.shoe_sensor.trace import trace_from_sensor

__all__ = ["align_clocks", "check_pair", "check_sides", "foot_heading_deg", "trace_from_sensor"]
