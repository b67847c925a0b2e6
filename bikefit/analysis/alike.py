"""One recording given for both shoes: at least one of them is then not its own foot's."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from bikefit.conventions import SIDES
from bikefit.model import Array, Recording, reason

_TELLS_APART: Final = 1000
"""Samples that are compared before all are: feet that differ do so from the start."""


def are_alike(recording: Recording) -> bool:
    """Tell whether both feet's traces, or both shoes' gyroscopes, hold the same moving values, or mirrored ones."""
    for held in (
        [foot.heel_out_deg for foot in recording.feet.values()],
        [sensor.gyr_deg_s for sensor in recording.sensors.values()],
    ):
        if len(held) == len(SIDES):
            left, right = held
            begin = slice(_TELLS_APART)
            return _mirrored(left[begin], right[begin]) and _mirrored(left, right) and _varies(left)
    return False


def with_obstacle(recording: Recording) -> Recording:
    """Return a recording whose feet give no count, because they are alike."""
    why = reason("feet_alike")
    feet = {side: replace(foot, obstacles=(*foot.obstacles, why)) for side, foot in recording.feet.items()}
    return replace(recording, feet=feet)


def _mirrored(left: Array, right: Array) -> bool:
    """Tell whether two series are alike but for the sign."""
    return bool(np.array_equal(np.abs(left), np.abs(right), equal_nan=True))


def _varies(values: Array) -> bool:
    """Tell whether a series holds more than one value, missing ones apart."""
    known = values[np.isfinite(values)]
    return bool(known.size and known.max() > known.min())
