"""One continuous phase of the pedal stroke, from the best reference that a trace holds."""

from bikefit.phase.find import find_phase

__all__ = ["find_phase"]
