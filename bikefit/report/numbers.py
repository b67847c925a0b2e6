"""How numbers are printed."""

from __future__ import annotations

from typing import Protocol

from bikefit.words import ENGLISH, Interval, known

__all__ = [
    "Interval",
    "Spread",
    "clock",
    "degrees",
    "fixed",
    "heel",
    "heel_interval",
    "known",
    "percent",
    "signed",
    "signed_degrees",
    "signed_interval",
]
fixed, signed, degrees, signed_degrees = ENGLISH.fixed, ENGLISH.signed, ENGLISH.degrees, ENGLISH.signed_degrees
heel, heel_interval, signed_interval = ENGLISH.heel, ENGLISH.heel_interval, ENGLISH.signed_interval
percent, clock = ENGLISH.percent, ENGLISH.clock


class Spread(Protocol):
    """An angle from neutral with its 95 % interval: an excess that was measured, or one that is believed."""

    @property
    def deg(self) -> float:
        """The angle [deg], heel-out positive."""

    @property
    def interval_deg(self) -> Interval:
        """95 % interval [deg]."""

    @property
    def lower_bound(self) -> bool:
        """Whether a float stop hides part of it."""
