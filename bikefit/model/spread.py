"""An angle from neutral with its interval, and the sentence that says it."""

from __future__ import annotations

from typing import Protocol

from bikefit.words import Interval, Words, known, rounded


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


def measured(words: Words, excess: Spread) -> str:
    """Say how far the heel is from neutral, with its interval; nothing where there is no figure."""
    if not known(excess.deg):
        return ""
    printed = rounded(excess.deg)
    way = "zero" if printed == 0 else "out" if printed > 0 else "in"
    angle, interval = words.degrees(abs(excess.deg)), words.heel_interval(excess.interval_deg)
    sentence = words.text(f"sure.measured_{way}", angle=angle, interval=interval)
    return f"{sentence} {words.text('sure.at_least')}" if excess.lower_bound else sentence
