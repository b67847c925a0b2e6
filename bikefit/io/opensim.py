"""OpenSim's tables: angles, body kinematics and forces in ``.mot`` and ``.sto`` files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from bikefit.conventions import ChannelKind, Side
from bikefit.errors import BikefitError
from bikefit.io.assemble import assemble
from bikefit.io.columns import NAMED, Column, assign, time_column
from bikefit.io.markers.recording import PedalPoints
from bikefit.io.markers.settle import marker_columns, markers_from_columns
from bikefit.io.opensim_angles import AngleUnit, are_rates, rates_named, settle_unit
from bikefit.io.options import ReadOptions
from bikefit.io.ordering import Order
from bikefit.io.series import Parts, Series
from bikefit.io.source import load
from bikefit.io.storage import Storage, parse_storage
from bikefit.io.tables import describe_table, order_rows, table_series
from bikefit.io.timestamps import clock_from_numbers
from bikefit.model import Array, Finding, Recording, finding

OF_FEET: Final[frozenset[ChannelKind]] = frozenset({"angle", "rate", "acceleration"})
"""Channels that hold a foot's rotation, or that it can be computed from."""
ANGLES: Final[frozenset[ChannelKind]] = frozenset({"angle", "crank"})
COMPANION_ENDINGS: Final = tuple(
    ending + suffix for suffix in (".mot", ".sto") for ending in ("_force_data_file", "_forces", "_grf", "_pedals", "")
)
"""What follows a marker file's stem in the name of its force file."""
_POINT: Final = re.compile(r"^(?:.*_)?(?P<side>[rl]|right|left)_p(?P<axis>[xyz])$", re.IGNORECASE)
_BODY: Final = re.compile(r"^calcn_(?P<side>[rl])_O(?P<axis>[xyz])$", re.IGNORECASE)


def read_opensim(path: Path, options: ReadOptions) -> Recording:
    """Read an OpenSim ``.mot`` or ``.sto`` file: columns under channels' names, else the heel bones, else markers.

    BodyKinematics gives body-fixed X-Y-Z angles of ``calcn_r`` and ``calcn_l`` in the ground frame (x forward, y up, z
    right); the lateral part of the heel bone's x axis is the angle about the sole's normal, with the bike's axis as
    zero.
    """
    source = load(path, strict=options.strict)
    storage = parse_storage(source)
    labels, values = list(storage.columns), list(storage.columns.values())
    columns, dropped = assign(labels, ["s", *(None for _ in labels[1:])], options.columns, source.name)
    followed = time_column(columns, labels, source.name)
    clock = clock_from_numbers(values[followed.index], followed.unit)
    order = order_rows(clock.time_s, source.name)
    read = [column for column in columns if column.meaning.kind != "time"]
    bodies = _by_side(storage.columns, _BODY)
    unit, found = _settled(storage, read, bodies)
    turned = {side: np.degrees(body) if unit == "rad" else body for side, body in bodies.items()}
    rates = rates_named(storage, source.name)
    if rates is None and are_rates(clock.time_s, list(turned.values())):
        rates = "rates"
    if rates is not None or unit is None:
        found = (finding("opensim_rates", what=rates),) if rates is not None else found
        read = [column for column in read if column.why != NAMED or column.meaning.kind not in ANGLES]
        turned = {}
    read = [_with_unit(column, unit) for column in read]
    series = [*table_series(read, values.__getitem__, order)]
    bones = [*_body_series(turned, order, {item.channel for item in series}, options.side)]
    of_feet = any(column.meaning.kind in OF_FEET for column in read) or bool(bones)
    marked = frozenset[str]() if of_feet else marker_columns(labels, options, source.name)
    places = {label: order.apply(storage.columns[label]) for label in labels if label in marked}
    given = _meanings(labels, bones)
    found = (*source.findings, *dropped, *clock.findings, *order.findings, *found)
    if not of_feet and not marked and rates is None and unit is not None:
        what = "pedal_points" if _points(storage.columns) else "no_angle"
        found = (*found, finding("opensim_without_feet", what=what))
    passed_over = {*marked, followed.name}
    infos = describe_table(labels, [None] * len(labels), read, values.__getitem__, order, passed_over, all_parsed=True)
    parts = Parts(
        name=source.name,
        format="opensim",
        sha256=source.sha256,
        series=(*series, *bones),
        start=clock.start,
        to_s=float(order.time_s[-1]),
        markers=markers_from_columns(order.time_s, places, options, source.name),
        channels=tuple(
            replace(info, meaning=given[info.name], notes=()) if info.name in given else info for info in infos
        ),
        findings=found,
    )
    return assemble(parts, options)


def _meanings(labels: Sequence[str], bones: Sequence[Series]) -> dict[str, str]:
    """Return what labels are read as that are not channels themselves: points of force, angles of a heel bone."""
    points = {label: f"{_side(match)}_pedal" for label in labels if (match := _POINT.match(label))}
    sides = {bone.channel.partition("_")[0] for bone in bones}
    angles = {label: _side(match) for label in labels if (match := _BODY.match(label))}
    return points | {label: f"{side}_heel_rotation_deg" for label, side in angles.items() if side in sides}


def _side(match: re.Match[str]) -> Side:
    """Return the side that a label names."""
    return "left" if match["side"][0] in "lL" else "right"


def _by_side(table: Mapping[str, Array], pattern: re.Pattern[str]) -> dict[Side, Array]:
    """Return the columns x, y and z whose labels follow a pattern, shape (n, 3), for each side that has all three."""
    found: dict[Side, dict[str, Array]] = {}
    for label, values in table.items():
        if match := pattern.match(label):
            found.setdefault(_side(match), {})[match["axis"].lower()] = values
    return {side: np.column_stack([axes[a] for a in "xyz"]) for side, axes in found.items() if len(axes) == 3}


# ---- pedal points ------------------------------------------------------------------------------------------


def pedal_points_beside(path: Path) -> PedalPoints | None:
    """Return the pedal points of the force file beside a marker file; None where there is none with both pedals."""
    stem = path.name.removesuffix(".gz").rpartition(".")[0]
    found = (
        _pedal_points(beside) for ending in COMPANION_ENDINGS if (beside := path.with_name(stem + ending)).is_file()
    )
    return next((points for points in found if points is not None), None)


def companion_of(path: Path) -> Path | None:
    """Return the force file beside a marker file that is read with it, and so is not a recording of its own."""
    points = pedal_points_beside(path)
    return None if points is None else path.with_name(points.name)


def _pedal_points(path: Path) -> PedalPoints | None:
    """Return the pedal points of a force file, None where it is none."""
    try:
        source = load(path)
        columns = parse_storage(source).columns
    except BikefitError:
        return None
    points = _points(columns)
    return PedalPoints(source.name, source.sha256, columns["time"], points) if len(points) == 2 else None


def _points(columns: Mapping[str, Array]) -> dict[str, Array]:
    """Return points of force in mm, NaN where there is none (three zeros); OpenSim's are in metres."""
    return {
        f"{side}_pedal": np.where((place_m == 0).all(axis=1, keepdims=True), np.nan, 1000.0 * place_m)
        for side, place_m in _by_side(columns, _POINT).items()
    }


# ---- angles ------------------------------------------------------------------------------------------------


def _settled(
    storage: Storage, columns: Sequence[Column], bodies: Mapping[Side, Array]
) -> tuple[AngleUnit | None, tuple[Finding, ...]]:
    """Return the unit of the angles whose labels state none; None, with the question, where nothing tells."""
    about_sole, others = [body[:, 1] for body in bodies.values()], [body[:, 2] for body in bodies.values()]
    for item in columns:
        if item.meaning.kind == "angle" and item.unit is None:
            like = about_sole if item.channel.endswith("heel_rotation") else others
            like.append(storage.columns[item.name])
    return settle_unit(storage, about_sole, others)


def _with_unit(column: Column, unit: AngleUnit | None) -> Column:
    """Return a column of an angle with the table's unit where its label states none."""
    if unit is None or column.unit is not None or column.meaning.kind not in ANGLES:
        return column
    return replace(column, meaning=replace(column.meaning, unit=unit))


def _body_series(
    bodies: Mapping[Side, Array], order: Order, taken: Collection[str], unnamed: Side | None
) -> Iterator[Series]:
    """Give the rotation and the pitch of the heel bones of feet whose rotation is not a column of its own."""
    for side, angles in bodies.items():
        if f"{side}_heel_rotation" in taken or (side == unnamed and "heel_rotation" in taken):
            continue
        forward = _heel_axis(np.column_stack([order.apply(angles[:, axis]) for axis in range(3)]))
        lateral = np.degrees(np.arcsin(np.clip(forward[:, 2], -1.0, 1.0)))
        heel_out = lateral if side == "left" else -lateral
        down = np.degrees(np.arctan2(-forward[:, 1], forward[:, 0]))
        name = f"calcn_{side[0]}"
        yield Series(f"{side}_heel_rotation", order.time_s, heel_out, name, zero="bike")
        if f"{side}_pitch" not in taken:
            yield Series(f"{side}_pitch", order.time_s, down, name)


def _heel_axis(angles_deg: Array) -> Array:
    """Return the body's x axis in ground: the first column of Rx(a) Ry(b) Rz(c)."""
    angles = np.radians(angles_deg)
    (sa, sb, sc), (ca, cb, cc) = np.sin(angles).T, np.cos(angles).T
    axis: Array = np.column_stack([cb * cc, ca * sc + sa * sb * cc, sa * sc - ca * sb * cc])
    return axis
