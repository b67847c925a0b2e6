"""False places of markers: one that stands still while the foot moves, one that is not where it sits on the shoe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from bikefit.conventions import Side
from bikefit.model import Array, Finding, Flags, Reason, finding, reason
from bikefit.settings import Settings
from bikefit.signals import runs_of

PARTS: Final = ("heel", "toe", "forefoot", "pedal")
STILL_FRAMES: Final = 10
STILL_S: Final = 0.25
"""A marker with the very same place for so long is not seen: noise alone would change it."""
MOVED_MM: Final = 20.0
"""The others moved meanwhile by this much."""


def without_false_places(
    positions: Mapping[str, Array], time_s: Array, sides: Iterable[Side], settings: Settings
) -> tuple[dict[str, Array], dict[Side, Reason], list[Finding]]:
    """Return the markers with false places missing, and why a shoe's markers cannot be told apart, where that is so.

    Examples
    --------
    >>> way = 170.0 * np.sin(np.arange(200.0))[:, None] * np.ones(3)
    >>> toe = way + [250.0, 0.0, 0.0]
    >>> toe[30] = 0.0
    >>> both = {"left_heel": way, "left_toe": toe}
    >>> clean, against, found = without_false_places(both, np.arange(200) / 100, ["left"], Settings())
    >>> int(np.isnan(clean["left_toe"]).any(axis=1).sum()), against, found[0].values["count"]
    (1, {}, 1)
    """
    clean, against, found = dict(positions), dict[Side, Reason](), list[Finding]()
    frozen = _frozen(positions, time_s)
    for side in sides:
        heel, toe, forefoot = (f"{side}_{part}" for part in PARTS[:3])
        own = {name: _without(positions[name], frozen[name]) for name in frozen if side in name}
        seen = _all_three(np.isfinite(positions[heel] - positions[toe]))
        apart = _apart(own[heel], own[toe], settings) | _backward(own[toe] - own[heel])
        own[heel], own[toe] = (_without(own[name], apart) for name in (heel, toe))
        if forefoot in own:
            off = apart | _apart(own[heel], own[forefoot], settings) | _apart(own[toe], own[forefoot], settings)
            own[forefoot] = _without(own[forefoot], off)
        stood = seen & (frozen[heel] | frozen[toe])
        false = stood | apart
        count, percent = int(false.sum()), 100.0 * float(false[seen].mean())
        judged = int((seen & ~stood).sum())
        if not judged or apart.sum() > settings.shoe_apart_max_share * judged:
            against[side] = reason("markers_not_on_shoe", side=side, percent=percent)
            continue
        clean |= own
        if count:
            found.append(finding("marker_places_false", side=side, count=count, percent=percent))
    return clean, against, found


def _all_three(flags: Flags) -> Flags:
    """Say where a flag holds in all three directions; far quicker than `all` along so short an axis."""
    together: Flags = flags[:, 0] & flags[:, 1] & flags[:, 2]
    return together


def _without(place: Array, false: Flags) -> Array:
    """Return a marker's way with some frames missing."""
    return np.where(false[:, None], np.nan, place) if false.any() else place


def _frozen(positions: Mapping[str, Array], time_s: Array) -> dict[str, Flags]:
    """Say of the feet's markers in which frames each stands still while another one moves."""
    feet = {name: place for name, place in positions.items() if name.partition("_")[2] in PARTS}
    flags = {name: np.zeros(time_s.size, dtype=np.bool_) for name in feet}
    for name, place in feet.items():
        same = _all_three(place[1:] == place[:-1])
        for first, end in runs_of(same) if same.any() else ():
            if end - first < STILL_FRAMES or time_s[end] - time_s[first] < STILL_S:
                continue
            if any(_moved(other[first : end + 1]) for key, other in feet.items() if key != name):
                flags[name][first : end + 1] = True
    return flags


def _moved(place: Array) -> bool:
    """Say whether a marker moved."""
    known = place[np.isfinite(place).all(axis=1)]
    return len(known) > 1 and float(np.ptp(known, axis=0).max()) > MOVED_MM


def _backward(along: Array) -> Flags:
    """Say in which frames heel and toe have changed places: the shoe points the other way than it does usually."""
    known = along[_all_three(np.isfinite(along))]
    if not len(known):
        return np.zeros(len(along), dtype=np.bool_)
    with np.errstate(over="ignore", invalid="ignore"):
        back: Flags = along @ np.median(known[:: 1 + len(known) // 1000], axis=0) < 0.0
    return back


def _apart(one: Array, other: Array, settings: Settings) -> Flags:
    """Say in which frames two markers of a shoe are not as far from each other as they usually are."""
    with np.errstate(over="ignore", invalid="ignore"):
        between = other - one
        length = np.sqrt(np.einsum("ij,ij->i", between, between))
    known = length[np.isfinite(length)]
    if not known.size:
        return np.zeros(length.size, dtype=np.bool_)
    middle = (known.size - 1) // 2
    usual = np.partition(known, middle)[middle]
    apart: Flags = (np.abs(length - usual) > settings.shoe_length_max_share * usual) | np.isinf(length)
    return apart
