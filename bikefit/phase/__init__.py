"""One continuous phase of the pedal stroke, from the best reference that a trace holds."""

from bikefit.phase.find import available_references, find_phase

__all__ = ["available_references", "find_phase"]
