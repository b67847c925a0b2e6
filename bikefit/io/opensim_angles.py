"""Are the numbers of an OpenSim table angles at all, and in which unit?

The header says ``inDegrees=yes`` or ``no`` and often a line of text says so again; files that were made by hand or by
other programs contradict themselves. What the numbers can be decides then, and where it does not, the user is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np

from bikefit.io.limits import (
    PITCH_MAX_DEG,
    PITCH_STILL_DEG,
    PITCH_SWING_MAX_DEG,
    ROTATION_MAX_DEG,
    ROTATION_STILL_DEG,
    TURN_RAD,
)
from bikefit.io.plausible import continuous
from bikefit.io.storage import Storage
from bikefit.model import Array, Finding, finding

AngleUnit = Literal["deg", "rad"]

SWING_BACK_DEG: Final = 90.0
"""What the rates of a pedalling foot add up to swings less than this."""
RATE_TOLD_S: Final = 8.0
"""Shorter recordings do not show it."""
_RATES: Final[Mapping[str, re.Pattern[str]]] = {
    "velocities": re.compile(r"(?<![a-z])(vel|velocity|velocities|speeds?)(?![a-z])"),
    "accelerations": re.compile(r"(?<![a-z])(acc|acceleration|accelerations)(?![a-z])"),
}


def rates_named(storage: Storage, file_name: str) -> str | None:
    """Return whether title, name or the file's name say "velocities" or "accelerations"; None where they do not."""
    told = (storage.title, storage.header.get("name", ""), file_name.casefold())
    return next((what for what, words in _RATES.items() if any(words.search(text) for text in told)), None)


def are_rates(time_s: Array, bones_deg: Sequence[Array]) -> bool:
    """Tell by their size whether the body-fixed angles of heel bones, each of shape (n, 3), are rather rates of change.

    What a rate adds up to stays within the swing of the angle behind it, however long the ride; an angle keeps its
    sign and adds up to more and more. Rates in deg/s also swing further than a pedalling foot is ever pitched.
    """
    if any(_swing(continuous(bone[:, 2])) > PITCH_SWING_MAX_DEG for bone in bones_deg):
        return True
    if not bones_deg or time_s.size < 3 or time_s[-1] - time_s[0] < RATE_TOLD_S:
        return False
    steps = np.diff(time_s)[:, np.newaxis]
    for bone in bones_deg:
        known = np.nan_to_num(bone[1:]) * steps
        summed = np.cumsum(known, axis=0)
        reach = np.ptp(summed, axis=0)
        if np.any(reach > SWING_BACK_DEG) or np.any(np.abs(known).sum(axis=0) < 4.0 * reach):
            return False
    return True


def settle_unit(
    storage: Storage, rotations: Sequence[Array], pitches: Sequence[Array]
) -> tuple[AngleUnit | None, tuple[Finding, ...]]:
    """Return the unit of the columns whose labels state none; None, with a finding, where the user must say it.

    ``rotations`` are such columns about the normal of a sole, ``pitches`` all others.
    """
    header = {"yes": "deg", "no": "rad"}.get(storage.header.get("indegrees", ""))
    if not rotations and not pitches:
        return ("deg" if header == "deg" else "rad"), ()
    text = _unit_of_text(storage.remarks)
    said: set[str] = {unit for unit in (header, text) if unit is not None}
    if said == {"deg"}:
        return "deg", ()
    size = _unit_of_size(rotations, pitches)
    if size == "deg":
        return "deg", (finding("opensim_unit_settled", used="deg"),)
    if said == {"rad"}:
        return "rad", ()
    if size == "rad" and text != "deg":
        return "rad", (finding("opensim_unit_settled", used="rad"),) if said else ()
    return None, (finding("opensim_unit_open"),)


def _unit_of_text(remarks: str) -> AngleUnit | None:
    """Return the unit that the remarks of a header name."""
    degrees, radians = ("degree" in remarks), ("radian" in remarks)
    return None if degrees == radians else "deg" if degrees else "rad"


def _unit_of_size(rotations: Sequence[Array], pitches: Sequence[Array]) -> AngleUnit | None:
    """Return the only unit in which the numbers can be a pedalling foot's angles; None where both can be."""
    if any(_largest(values) > TURN_RAD for values in (*rotations, *pitches)):
        return "deg"
    limits = (*((v, ROTATION_MAX_DEG) for v in rotations), *((v, PITCH_MAX_DEG) for v in pitches))
    if any(_largest(continuous(np.degrees(values))) > limit for values, limit in limits):
        return "deg"
    moved, still = (pitches, PITCH_STILL_DEG) if pitches else (rotations, ROTATION_STILL_DEG)
    swing = max(_swing(values) for values in moved)
    return "rad" if swing < still < np.degrees(swing) else None


def _largest(values: Array) -> float:
    """Return the size that all but a hundredth of the values stay under; 0 where there are none."""
    known = np.abs(values[np.isfinite(values)])
    return float(np.percentile(known, 99)) if known.size else 0.0


def _swing(values: Array) -> float:
    """Return how far all but a few values lie apart; 0 where there are none."""
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, (2, 98)) if known.size else (0.0, 0.0)
    return float(high - low)
