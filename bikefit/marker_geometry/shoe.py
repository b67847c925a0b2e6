"""The shoe: its long axis, level with the sole, from the markers on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bikefit.conventions import SIDES, Side
from bikefit.model import Array, Finding, finding
from bikefit.settings import Settings


@dataclass(frozen=True)
class Stance:
    """A shoe standing flat and still: mean positions [mm]."""

    heel: Array
    toe: Array
    forefoot: Array | None

    @property
    def level(self) -> Array:
        """Direction of heel to toe in the sole's plane."""
        along: Array = (self.toe - self.heel) * [1.0, 1.0, 0.0]
        return unit(along)

    @property
    def rise_mm(self) -> float:
        """How much higher above the sole the toe marker sits than the heel marker."""
        return float(self.toe[2] - self.heel[2])


def seen_sides(positions: Mapping[str, Array]) -> list[Side]:
    """Return the feet whose heel and toe are seen together at least once."""
    return [
        side
        for side in SIDES
        if {f"{side}_heel", f"{side}_toe"} <= positions.keys()
        and np.isfinite(positions[f"{side}_toe"] - positions[f"{side}_heel"]).all(axis=1).any()
    ]


def stance_of(positions: Mapping[str, Array], side: Side, settings: Settings) -> Stance | None:
    """Return where a shoe stands in a still trial."""
    points = {part: positions.get(f"{side}_{part}") for part in ("heel", "toe", "forefoot")}
    seen = {part: values[np.isfinite(values).all(axis=1)] for part, values in points.items() if values is not None}
    seen = {part: values for part, values in seen.items() if len(values)}
    if (
        not {"heel", "toe"} <= seen.keys()
        or max(float(values.std(axis=0).max()) for values in seen.values()) > settings.stance_still_mm
    ):
        return None
    means = {part: np.asarray(np.median(values, axis=0)) for part, values in seen.items()}
    stance = Stance(means["heel"], means["toe"], means.get("forefoot"))
    pitch = float(angles_deg(unit(stance.toe - stance.heel), side)[1])
    return stance if abs(pitch) <= settings.stance_flat_deg else None


def long_axis(
    positions: Mapping[str, Array], side: Side, static: Mapping[str, Array] | None, settings: Settings
) -> tuple[Array, list[Finding]]:
    """Return the shoe's long axis, level with the sole as far as that is known.

    The still trial gives the direction that is level with the sole in a frame fixed to three markers of the shoe; the
    same frame in the ride carries it along. The difference to the direct line is interpolated where the forefoot
    marker is hidden.
    """
    heel, toe = positions[f"{side}_heel"], positions[f"{side}_toe"]
    between = toe - heel
    length = np.linalg.norm(between, axis=1, keepdims=True)
    direct: Array = between / length
    if static is None:
        return direct, []
    stance = stance_of(static, side, settings)
    if stance is None:
        return direct, [finding("static_unusable", side=side)]
    if abs(stance.rise_mm) <= settings.marker_level_mm:
        return direct, []
    forefoot = positions.get(f"{side}_forefoot")
    if stance.forefoot is None or forefoot is None or not np.isfinite(forefoot).all(axis=1).any():
        error = abs(stance.rise_mm) / float(np.nanmedian(length))
        return direct, [
            finding("marker_heights_uncorrected", side=side, difference_mm=abs(stance.rise_mm), error_deg=error)
        ]
    in_shoe = shoe_frame(stance.heel, stance.toe, stance.forefoot).T @ stance.level
    level = shoe_frame(heel, toe, forefoot) @ in_shoe
    return direct + _over_gaps(level - direct), []


def shoe_frame(heel: Array, toe: Array, forefoot: Array) -> Array:
    """Return a frame that is fixed to the shoe."""
    along = unit(toe - heel)
    aside = forefoot - heel
    aside = unit(aside - (aside * along).sum(axis=-1, keepdims=True) * along)
    return np.stack([along, aside, np.cross(along, aside)], axis=-1)


def _over_gaps(values: Array) -> Array:
    """Return rows with the missing ones interpolated; the correction is small and slow."""
    known = np.isfinite(values).all(axis=1)
    at = np.arange(len(values))
    filled: Array = np.column_stack([np.interp(at, at[known], column[known]) for column in values.T])
    return filled if known.any() else np.zeros_like(values)


def angles_deg(axis: Array, side: Side) -> tuple[Array, Array]:
    """Return the angles of a shoe's long axis.

    Examples
    --------
    >>> heel_out, pitch = angles_deg(np.array([0.8, 0.0, -0.6]), "left")
    >>> round(float(pitch), 2)
    36.87
    """
    heading = np.degrees(np.arcsin(np.clip(axis[..., 1], -1.0, 1.0)))
    pitch: Array = np.degrees(np.arctan2(-axis[..., 2], axis[..., 0]))
    return heading if side == "right" else -heading, pitch


def unit(vectors: Array) -> Array:
    """Return vectors of length one."""
    units: Array = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return units
