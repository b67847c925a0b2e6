"""Heel-out, pitch and crank angle from markers on the shoes.

The angle is that of the shoe's long axis against the bike's, about the normal of the sole: the lateral part of the
way from heel to toe, over its length. Its zero is the bike's axis, never the floor's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from bikefit.conventions import SIDES, Side, crank_offset_deg
from bikefit.datatypes import Array, FootTrace, Markers
from bikefit.errors import NoRotationError, RecordingError
from bikefit.findings import Finding, finding

LEVEL_MM: Final = 3.0
"""Heel and toe markers up to this apart in height count as level: 0.01 deg for each degree of roll."""
FLAT_DEG: Final = 15.0
"""A standing shoe's heel and toe markers are level within this; more is no flat stance."""
STILL_MM: Final = 10.0
"""A standing shoe moves less than this (standard deviation)."""
AXIS_TOLERANCE_DEG: Final[Mapping[str, float]] = {"pedal": 1.0, "forefoot": 1.5, "toe": 3.0}
"""How well the plane of these circles is known; within it the file's own axes stand for the bike's."""
CRANK_MM: Final = (80.0, 220.0)
"""Radius of a circle that can be a crank's; markers on the shoe are carried round a little differently."""
CIRCLE_TOLERANCE: Final = 0.2
"""A sample further than this share of the radius from the circle is not pedalling."""
LENGTH_TOLERANCE: Final = 0.1
"""A shoe longer or shorter than its median by this share has a mistaken marker."""


def traces_from_markers(
    markers: Markers, static: Markers | None = None
) -> tuple[dict[Side, FootTrace], tuple[Finding, ...]]:
    """Compute each foot's angles from the markers on its shoe.

    Parameters
    ----------
    markers : Markers
        Pedalling; ``left_heel`` and ``left_toe``, or the same of the right, at least.
    static : Markers, optional
        The same markers on the rider standing still on a level floor. It tells how much higher one marker sits above
        the sole than the other, and with a forefoot marker in both recordings the angle is corrected for it.

    Returns
    -------
    traces : dict of side to FootTrace
        ``heel_out_deg`` and ``pitch_deg`` with the bike's axis as zero; ``crank_deg`` where the markers show it.
    findings : tuple of Finding
        What was assumed or corrected.

    Raises
    ------
    NoRotationError
        If no foot has both heel and toe.
    RecordingError
        If the toes point backwards: heel and toe are exchanged.

    Notes
    -----
    1. The pedals' plane (pedal markers, else the forefeet's way round) tells the bike's transverse axis; where it
       lies off the file's by more than its own uncertainty, the markers are turned into the bike's frame.
    2. With d the shoe's long axis, level with the sole: ``heel_out = asin(d . lateral)``, ``pitch = atan2`` of its
       downward and forward parts. Without a static trial d is the direction from heel to toe marker.
    3. The crank is the direction from the left pedal (forefoot) to the right one, or from the circle's centre where
       only one foot was seen.

    A shoe that rolls about its long axis moves a heel marker sitting h above the toe marker to the side:
    the reading errs by h / length degrees for each degree of roll unless corrected.

    Examples
    --------
    >>> heel, toe = np.zeros((3, 3)), np.full((3, 3), [245.0, 25.75, 0.0])
    >>> traces, _ = traces_from_markers(Markers(np.arange(3) / 100, {"right_heel": heel, "right_toe": toe}))
    >>> traces["right"].heel_out_deg.round(2).tolist()
    [6.0, 6.0, 6.0]
    """
    sides = [side for side in SIDES if {f"{side}_heel", f"{side}_toe"} <= markers.positions_mm.keys()]
    if not sides:
        raise NoRotationError("The markers hold no foot with both heel and toe.")
    positions, found = _in_bike_frame(markers.positions_mm)
    if static is None:
        found.append(finding("marker_heights"))
    cranks = _crank_deg(positions)
    if not cranks:
        found.append(finding("markers_without_crank"))
    traces: dict[Side, FootTrace] = {}
    for side in sides:
        axis, own = _long_axis(positions, side, static.positions_mm if static else None)
        found.extend(own)
        heel_out, pitch = _angles_deg(axis, side)
        if abs(float(np.nanmedian(pitch))) > 90.0:
            raise RecordingError(
                f"The {side} foot's toe marker lies behind its heel marker. Name them with --column {side}_heel=NAME "
                f"--column {side}_toe=NAME."
            )
        crank = cranks.get(side)
        traces[side] = FootTrace(
            side, markers.time_s, heel_out, "bike",
            crank_deg=crank, crank_source="markers" if crank is not None else None, pitch_deg=pitch,
        )  # fmt: skip
    return traces, tuple(found)


def static_heel_out_deg(static: Markers) -> dict[Side, float]:
    """Return each foot's heel-out angle in a still trial.

    Parameters
    ----------
    static : Markers
        The rider standing still, facing forward.

    Returns
    -------
    dict of side to float
        Heel-out against the forward axis [deg]; a foot that is missing, moves or does not stand flat is absent.

    Examples
    --------
    >>> heel, toe = np.zeros((3, 3)), np.full((3, 3), [245.0, 25.75, 0.0])
    >>> round(static_heel_out_deg(Markers(np.arange(3) / 100, {"left_heel": heel, "left_toe": toe}))["left"], 2)
    -6.0
    """
    stances = {side: _stance(static.positions_mm, side) for side in SIDES}
    return {side: float(_angles_deg(stance.level, side)[0]) for side, stance in stances.items() if stance is not None}


# ---- the shoe ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stance:
    """A shoe standing flat and still: mean positions [mm]."""

    heel: Array
    toe: Array
    forefoot: Array | None

    @property
    def level(self) -> Array:
        """Direction of heel to toe in the sole's plane."""
        along: Array = (self.toe - self.heel) * [1.0, 1.0, 0.0]
        return _unit(along)

    @property
    def rise_mm(self) -> float:
        """How much higher above the sole the toe marker sits than the heel marker."""
        return float(self.toe[2] - self.heel[2])


def _stance(positions: Mapping[str, Array], side: Side) -> _Stance | None:
    """Return where a shoe stands in a still trial; None where it is missing, moves or is not flat."""
    points = {part: positions.get(f"{side}_{part}") for part in ("heel", "toe", "forefoot")}
    seen = {part: values[np.isfinite(values).all(axis=1)] for part, values in points.items() if values is not None}
    seen = {part: values for part, values in seen.items() if len(values)}
    if (
        not {"heel", "toe"} <= seen.keys()
        or max(float(values.std(axis=0).max()) for values in seen.values()) > STILL_MM
    ):
        return None
    means = {part: np.asarray(np.median(values, axis=0)) for part, values in seen.items()}
    stance = _Stance(means["heel"], means["toe"], means.get("forefoot"))
    pitch = float(_angles_deg(_unit(stance.toe - stance.heel), side)[1])
    return stance if abs(pitch) <= FLAT_DEG else None


def _long_axis(
    positions: Mapping[str, Array], side: Side, static: Mapping[str, Array] | None
) -> tuple[Array, list[Finding]]:
    """Return the shoe's long axis, level with the sole as far as that is known."""
    heel, toe = positions[f"{side}_heel"], positions[f"{side}_toe"]
    between = toe - heel
    length = np.linalg.norm(between, axis=1, keepdims=True)
    length[np.abs(length / np.nanmedian(length) - 1.0) > LENGTH_TOLERANCE] = np.nan
    direct: Array = between / length
    if static is None:
        return direct, []
    stance = _stance(static, side)
    if stance is None:
        return direct, [finding("static_unusable", side=side)]
    if abs(stance.rise_mm) <= LEVEL_MM:
        return direct, []
    forefoot = positions.get(f"{side}_forefoot")
    if stance.forefoot is None or forefoot is None or not np.isfinite(forefoot).all(axis=1).any():
        error = abs(stance.rise_mm) / float(np.nanmedian(length))
        return direct, [
            finding("marker_heights_uncorrected", side=side, difference_mm=abs(stance.rise_mm), error_deg=error)
        ]
    in_shoe = _shoe_frame(stance.heel, stance.toe, stance.forefoot).T @ stance.level
    level = _shoe_frame(heel, toe, forefoot) @ in_shoe
    return direct + _over_gaps(level - direct), []


def _shoe_frame(heel: Array, toe: Array, forefoot: Array) -> Array:
    """Return a frame fixed to the shoe, as columns: along heel to toe, toward the forefoot marker, and across both."""
    along = _unit(toe - heel)
    aside = forefoot - heel
    aside = _unit(aside - (aside * along).sum(axis=-1, keepdims=True) * along)
    return np.stack([along, aside, np.cross(along, aside)], axis=-1)


def _over_gaps(values: Array) -> Array:
    """Return rows with the missing ones interpolated; the correction is small and slow."""
    known = np.isfinite(values).all(axis=1)
    at = np.arange(len(values))
    filled: Array = np.column_stack([np.interp(at, at[known], column[known]) for column in values.T])
    return filled if known.any() else np.zeros_like(values)


def _angles_deg(axis: Array, side: Side) -> tuple[Array, Array]:
    """Return heel-out and pitch (toe down positive) of a unit vector along the shoe."""
    heading = np.degrees(np.arcsin(np.clip(axis[..., 1], -1.0, 1.0)))
    pitch: Array = np.degrees(np.arctan2(-axis[..., 2], axis[..., 0]))
    return heading if side == "right" else -heading, pitch


def _unit(vectors: Array) -> Array:
    units: Array = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return units


# ---- the bike ----------------------------------------------------------------------------------------------


def _circling(positions: Mapping[str, Array], part: str) -> Array | None:
    """Return the way from the left to the right pedal (or forefoot), or one foot's own way about its middle."""
    ways = {side: positions[f"{side}_{part}"] for side in SIDES if f"{side}_{part}" in positions}
    if len(ways) == 2:
        return ways["right"] - ways["left"]
    return next(iter(ways.values()), None)


def _in_bike_frame(positions: Mapping[str, Array]) -> tuple[dict[str, Array], list[Finding]]:
    """Turn the markers so that y is the axis about which the pedals go round, where it is known to differ."""
    for part, tolerance in AXIS_TOLERANCE_DEG.items():
        way = _circling(positions, part)
        if way is None:
            continue
        way = way[np.isfinite(way).all(axis=1)]
        if len(way) < 4:
            continue
        size, directions = np.linalg.eigh(np.cov(way.T))
        if size[1] < 0.2 * size[2] or size[0] > 0.05 * size[1] or size[2] < CRANK_MM[0] ** 2 / 2:
            continue  # not carried round
        normal = directions[:, 0] * np.sign(directions[1, 0])
        off = float(np.degrees(np.arccos(min(1.0, normal[1]))))
        if off <= tolerance or off > 50.0:
            break
        turn = _turn_between(normal, np.array([0.0, 1.0, 0.0]))
        return {name: values @ turn.T for name, values in positions.items()}, [finding("bike_axis_turned", degrees=off)]
    return dict(positions), []


def _turn_between(start: Array, end: Array) -> Array:
    """Return the smallest rotation that takes one unit vector to another."""
    x, y, z = np.cross(start, end)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn: Array = np.eye(3) + cross + cross @ cross / (1.0 + start @ end)
    return turn


def _crank_deg(positions: Mapping[str, Array]) -> dict[Side, Array]:
    """Return each foot's crank angle [deg] from pedals or feet; empty where nothing goes round like a crank."""
    for part in ("pedal", "forefoot", "toe"):
        names = {side: f"{side}_{part}" for side in SIDES if f"{side}_{part}" in positions}
        if len(names) == 2:
            right = _direction_deg((positions[names["right"]] - positions[names["left"]]) / 2.0)
            if right is not None:
                return {side: right + crank_offset_deg(side) for side in SIDES}
        single = {side: _direction_deg(_about_centre(positions[name])) for side, name in names.items()}
        turning = {side: crank for side, crank in single.items() if crank is not None}
        if turning:
            return turning
    return {}


def _direction_deg(arm: Array) -> Array | None:
    """Return the crank angle of an arm, NaN off its circle; None where it is no crank's."""
    radius = np.hypot(arm[:, 0], arm[:, 2])
    if not np.isfinite(radius).any():
        return None
    usual = float(np.nanmedian(radius))
    round_it = np.abs(radius - usual) < CIRCLE_TOLERANCE * usual
    if not CRANK_MM[0] <= usual <= CRANK_MM[1] or round_it.sum() < 0.5 * np.isfinite(radius).sum():
        return None
    crank: Array = np.where(round_it, np.degrees(np.arctan2(arm[:, 0], arm[:, 2])), np.nan)
    return crank


def _about_centre(way: Array) -> Array:
    """Return a way about the centre of the circle that fits it best in the plane forward and up."""
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
