"""The bike: where the pedals are, the axis about which they go round, and the crank angle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from bikefit.conventions import SIDES, Side, crank_offset_deg
from bikefit.marker_geometry.axle import axle_of
from bikefit.model import Array, Finding, finding
from bikefit.settings import DEFAULTS, Settings
from bikefit.signals import usual_step

SLOW_S: Final = 4.0
"""What a bike does within two turns of the slowest pedalling is not distinguished from them."""


def in_bike_frame(
    positions: Mapping[str, Array], settings: Settings = DEFAULTS, telling: Sequence[Side] = SIDES
) -> tuple[dict[str, Array], dict[Side, Array], list[Finding]]:
    """Turn the markers so that y is the axis about which the telling feet go round, where it is known to differ."""
    part = "pedal" if all(f"{side}_pedal" in positions for side in telling) else "toe"
    ways = [place for side in telling if (place := positions.get(f"{side}_{part}")) is not None]
    rough = _turn_to_y(_normal(ways, settings))
    upright = {name: values @ rough.T for name, values in positions.items()}
    pedals = {side: place for side in telling if (place := _pedal(upright, side, settings)) is not None}
    normal = _normal([place @ rough for place in pedals.values()], settings)
    off = 0.0 if normal is None else float(np.degrees(np.arccos(min(1.0, normal[1]))))
    turn = np.eye(3)
    found: list[Finding] = []
    if settings.bike_axis_apart_min_deg < off < settings.bike_axis_apart_max_deg:
        turn = _turn_to_y(normal)
        found.append(finding("bike_axis_turned", degrees=off))
    final = {name: values @ turn.T for name, values in positions.items()}
    return final, {side: place @ rough @ turn.T for side, place in pedals.items()}, found


def crank_deg(pedals: Mapping[Side, Array], settings: Settings = DEFAULTS) -> dict[Side, Array]:
    """Return each foot's crank angle from the pedals.

    Examples
    --------
    >>> turn = np.radians([0.0, 90.0, 180.0, 270.0])
    >>> way = 170.0 * np.column_stack([np.sin(turn), np.zeros(4), np.cos(turn)])
    >>> crank_deg({"right": way, "left": -way})["left"].round(6).tolist()
    [180.0, 270.0, 360.0, 90.0]
    """
    arms = {side: about_centre(place) for side, place in pedals.items()}
    own = {side: angle for side, arm in arms.items() if (angle := _direction_deg(arm, settings)) is not None}
    if len(pedals) < 2:
        return own
    right = _direction_deg((pedals["right"] - pedals["left"]) / 2.0, settings)
    if right is None:
        return own
    both = {side: right + crank_offset_deg(side) for side in SIDES}
    return {side: np.where(np.isnan(both[side]), own.get(side, np.nan), both[side]) for side in SIDES}


def without_drift(positions: Mapping[str, Array], time_s: Array) -> dict[str, Array]:
    """Take the slow way of both feet off all markers: of a bike on rollers, or one that rides past."""
    toes = [place for side in SIDES if (place := positions.get(f"{side}_toe")) is not None]
    known = [place for place in toes if np.isfinite(place).all(axis=1).sum() > 2]
    if not known or time_s.size < 3:
        return dict(positions)
    drift = np.mean([_slow_way(place, time_s) for place in known], axis=0)
    return {name: place - drift for name, place in positions.items()}


def _slow_way(place: Array, time_s: Array) -> Array:
    """Return a way without what comes and goes within `SLOW_S`: a line, and what departs from it slowly."""
    seen = np.isfinite(place).all(axis=1)
    filled = np.column_stack([np.interp(time_s, time_s[seen], column[seen]) for column in place.T])
    from_middle_s = time_s - time_s.mean()
    slope = from_middle_s @ (filled - filled.mean(axis=0)) / max(float(from_middle_s @ from_middle_s), 1e-9)
    line: Array = filled.mean(axis=0) + np.outer(from_middle_s, slope)
    half = round(0.5 * SLOW_S / usual_step(time_s))
    if 2 * half + 1 > time_s.size:
        return line
    window = np.hanning(2 * half + 1)
    weight = np.convolve(np.ones(time_s.size), window, "same")
    rest = [np.convolve(column, window, "same") / weight for column in (filled - line).T]
    way: Array = line + np.column_stack(rest)
    return way


def _pedal(positions: Mapping[str, Array], side: Side, settings: Settings) -> Array | None:
    """Return where a pedal's axle is: its marker, else what goes round with the shoe, else None."""
    if f"{side}_pedal" in positions:
        return positions[f"{side}_pedal"]
    if {f"{side}_heel", f"{side}_toe"} <= positions.keys():
        heel, toe = positions[f"{side}_heel"], positions[f"{side}_toe"]
        return axle_of(heel, toe, positions.get(f"{side}_forefoot"), settings)
    return None


def _normal(ways: Sequence[Array], settings: Settings) -> Array | None:
    """Return the unit normal (to the left) of the plane in which the feet go round; None where they do not."""
    centred = [place[np.isfinite(place).all(axis=1)] for place in ways]
    centred = [place - place.mean(axis=0) for place in centred if len(place) > 3]
    if not centred:
        return None
    size, directions = np.linalg.eigh(np.mean([np.cov(place.T) for place in centred], axis=0))
    if size[1] < 0.2 * size[2] or size[0] > 0.05 * size[1] or size[2] < settings.crank_min_mm**2 / 2:
        return None
    normal: Array = directions[:, 0] * np.sign(directions[1, 0])
    return normal


def _turn_to_y(normal: Array | None) -> Array:
    """Return the smallest rotation that takes a unit vector to the y axis."""
    if normal is None:
        return np.eye(3)
    x, y, z = np.cross(normal, [0.0, 1.0, 0.0])
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn: Array = np.eye(3) + cross + cross @ cross / (1.0 + normal[1])
    return turn


def _direction_deg(arm: Array, settings: Settings) -> Array | None:
    """Return the crank angle of an arm, NaN off its circle; None where it is not a crank's."""
    radius = np.hypot(arm[:, 0], arm[:, 2])
    seen = np.isfinite(radius)
    if not seen.any():
        return None
    usual = float(np.median(radius[seen]))
    round_it = np.abs(radius - usual) < settings.pedal_circle_max_share * usual
    if not settings.crank_min_mm <= usual <= settings.crank_max_mm or round_it.sum() < 0.5 * seen.sum():
        return None
    angle: Array = np.where(round_it, np.degrees(np.arctan2(arm[:, 0], arm[:, 2])), np.nan)
    return angle


def about_centre(way: Array) -> Array:
    """Return a way about the centre of the circle that fits it best in the plane forward and up.

    Examples
    --------
    >>> about_centre(np.array([[1.0, 0, 7], [3, 0, 7], [2, 0, 8], [2, 0, 6]])).round(9).tolist()[0]
    [-1.0, 0.0, 0.0]
    """
    flat = way[:, [0, 2]]
    known = flat[np.isfinite(flat).all(axis=1)]
    if len(known) < 3:
        return np.full_like(way, np.nan)
    middle = known.mean(axis=0)
    offsets = known - middle
    system = np.column_stack([2.0 * offsets, np.ones(len(offsets))])
    centre = middle + np.linalg.lstsq(system, (offsets**2).sum(axis=1), rcond=None)[0][:2]
    about: Array = way - np.array([centre[0], 0.0, centre[1]])
    return about
