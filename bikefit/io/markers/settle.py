"""Marker names, units and axes, settled from the data: what every reader of marker trajectories shares.

A file rarely says which of its axes points up or forward, and what it says of its unit is not always true. Both are
read off the markers themselves: a shoe has a shoe's length, the body is above the feet, the toes are in front.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bikefit.conventions import SIDES
from bikefit.errors import RecordingError, flagged
from bikefit.io.columns import listed
from bikefit.io.finite import rate_of
from bikefit.io.limits import FARTHEST, SHOE_MM
from bikefit.io.markers.axes import seen, settle_axes
from bikefit.io.markers.names import MARKER_NAMES, column_triples, name_markers, some_names
from bikefit.io.names import MARKER
from bikefit.io.options import ReadOptions
from bikefit.model import Array, ChannelInfo, Finding, Markers, finding

MM_PER: Final[Mapping[str, float]] = {"mm": 1.0, "cm": 10.0, "m": 1000.0}
ONE_CAMERA: Final = (
    "How far a heel turns about its sole cannot be read from that: docs/camera.md says why, and what can be had."
)


@dataclass(frozen=True)
class Settled:
    """Markers in the world frame and what was seen on the way."""

    markers: Markers | None
    findings: tuple[Finding, ...]
    channels: tuple[ChannelInfo, ...]


def settle_markers(
    time_s: Array,
    positions: Mapping[str, Array],
    unit: str,
    options: ReadOptions,
    source: str,
    pedals_mm: Mapping[str, Array] | None = None,
) -> Settled:
    """Bring trajectories as a file has them to settled names, millimetres and the world frame.

    Positions have the file's names, axes and unit, NaN (or all three 0) where hidden; ``unit`` is what it states, empty
    where nothing. ``options`` names markers where the usual names do not, and may swap sides; ``pedals_mm`` are points
    of a companion file in the same axes. RecordingError where heel and toe are not a shoe's length apart in any unit.
    """
    chosen = name_markers(positions, options.columns, source)
    visible = {name: _visible(values) for name, values in positions.items()}
    channels = _describe(time_s, visible, chosen, unit)
    if not _a_foot(chosen):
        return Settled(None, (finding("markers_without_feet", names=some_names(positions)),), channels)
    _refuse_flat(visible, source)
    raw_to_name = {raw: name for name, raw in chosen.items()}
    named = {raw_to_name.get(raw, raw): values for raw, values in visible.items()}
    factor, found = _settle_unit(named, unit, source)
    pedals = {name: np.where(np.abs(values) < FARTHEST, values, np.nan) for name, values in (pedals_mm or {}).items()}
    in_mm = {name: values * factor for name, values in named.items()} | pedals
    to_world, axes_found = settle_axes(in_mm, swap_sides=options.swap_sides)
    world = {name: values @ to_world.T for name, values in in_mm.items()}
    return Settled(Markers(time_s, world), (*found, *axes_found), channels)


def marker_columns(header: Sequence[str], options: ReadOptions, source: str) -> frozenset[str]:
    """Return which columns of a table are coordinates of markers; none unless a foot's heel and toe are among them.

    Examples
    --------
    >>> header = ["time_s"] + [f"L_{part}_{axis}_mm" for part in ("heel", "toe") for axis in "xyz"]
    >>> [len(marker_columns(header[:count], ReadOptions(), "ride.csv")) for count in (4, 7)]
    [0, 6]
    """
    triples = column_triples(header)
    for key, name in options.columns.items():
        if key in MARKER_NAMES and not triples:
            raise RecordingError(
                f"{source}: there is no marker '{name}' for {key}: three columns such as {name}_x_mm would hold it. "
                f"{listed(header)}"
            )
    if not _a_foot(name_markers(triples, options.columns, source)):
        return frozenset()
    return frozenset(column for columns, _ in triples.values() for column in columns)


def markers_from_columns(time_s: Array, table: Mapping[str, Array], options: ReadOptions, source: str) -> Settled:
    """Settle marker trajectories that are columns of a table, as `settle_markers`.

    Three of a marker are called NAME_x_mm, NAME_y_mm, NAME_z_mm (also ``_m``, ``_cm``, without unit, with blanks,
    points or brackets: ``RHEE X (mm)``). See `marker_columns`.

    Examples
    --------
    >>> table = {f"R_{part}_{axis}_mm": np.full(2, float(270 * (part == "toe") * (axis == "x") + len(part)))
    ...          for part in ("heel", "toe") for axis in "xyz"}
    >>> sorted(markers_from_columns(np.array([0.0, 0.01]), table, ReadOptions(), "ride.csv").markers.positions_mm)
    ['right_heel', 'right_toe']
    """
    triples = column_triples(table)
    if not triples:
        return Settled(None, (), ())
    positions = {name: np.column_stack([table[column] for column in columns]) for name, (columns, _) in triples.items()}
    units = {unit for _, unit in triples.values()}
    return settle_markers(time_s, positions, units.pop() if len(units) == 1 else "", options, source)


def _refuse_flat(positions: Mapping[str, Array], source: str) -> None:
    """Raise where one coordinate of no marker ever changes, as one camera gives them."""
    there: list[Array] = []
    for places in positions.values():
        there.append(places[np.isfinite(places).all(axis=1)])
        if len(there[-1]) and np.ptp(there[-1], axis=0).min() > 0:
            return  # one marker that moves in all directions tells
    if not any(map(len, there)):
        return
    moves = np.max([np.ptp(places, axis=0) for places in there if len(places)], axis=0)
    spans = np.ptp(np.concatenate(there), axis=0)
    if moves.max() > 0 and (spans.min() == 0.0 or moves.min() == 0.0):  # who stands still may have all at one height
        raise RecordingError(f"{source}: all its markers stay in one plane, as one camera sees them. {ONE_CAMERA}")


def _a_foot(chosen: Mapping[str, str]) -> bool:
    """Tell whether heel and toe of a foot are among the settled names."""
    return any({f"{side}_heel", f"{side}_toe"} <= chosen.keys() for side in SIDES)


def _describe(
    time_s: Array, positions: Mapping[str, Array], chosen: Mapping[str, str], unit: str
) -> tuple[ChannelInfo, ...]:
    """List the markers for ``inspect``."""
    meaning = {raw: name for name, raw in chosen.items()}
    rate_hz = rate_of(time_s)
    return tuple(
        ChannelInfo(name, meaning.get(name, ""), unit, int(np.isfinite(values).all(axis=1).sum()), rate_hz, (MARKER,))
        for name, values in positions.items()
    )


# ---- unit --------------------------------------------------------------------------------------------------


def _visible(values: Array) -> Array:
    """Return positions with NaN where a marker is hidden: written as three zeros, or as one number three times."""
    near = (np.abs(values) < FARTHEST).all(axis=1, keepdims=True)
    three = (values[:, :1] != values).any(axis=1, keepdims=True)
    clean: Array = np.where(near & three, values, np.nan)
    return clean


def _settle_unit(named: Mapping[str, Array], stated: str, source: str) -> tuple[float, tuple[Finding, ...]]:
    """Return millimetres per unit of the file, by the length of the shoes."""
    lengths = [
        float(np.nanmedian(np.linalg.norm(named[f"{side}_toe"] - named[f"{side}_heel"], axis=1)))
        for side in SIDES
        if seen(named, f"{side}_heel") and seen(named, f"{side}_toe")
    ]
    if not lengths:
        return MM_PER.get(stated, 1.0), ()
    length = float(np.median(lengths))
    fitting = [unit for unit, factor in MM_PER.items() if SHOE_MM[0] <= length * factor <= SHOE_MM[1]]
    if stated in fitting:
        return MM_PER[stated], ()
    if not fitting:
        raise RecordingError(
            f"{source}: heel and toe markers are {length:g} {stated or 'units'} apart, which is not a shoe's length "
            "in mm, cm or m. Name the right ones "
            + flagged("with --column right_heel=NAME --column right_toe=NAME", "right_heel and right_toe in the file")
            + "."
        )
    if not stated:
        return MM_PER[fitting[0]], ()
    return MM_PER[fitting[0]], (finding("marker_unit", stated=stated, used=fitting[0], apart=length),)
