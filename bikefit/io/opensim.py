"""OpenSim's tables: angles, body kinematics and forces in ``.mot`` and ``.sto`` files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bikefit.conventions import SIDES, Side
from bikefit.errors import BikefitError, RecordingError, near_matches
from bikefit.io.markers.settle import PedalPoints, marker_columns, markers_from_columns, rate_of
from bikefit.io.names import ANGLE, meaning_of
from bikefit.io.options import ReadOptions
from bikefit.io.source import Source, load
from bikefit.io.timestamps import DisorderError, put_in_order
from bikefit.model import Array, ChannelInfo, Finding, FootTrace, Recording, finding

COMPANION_ENDINGS: Final = tuple(
    ending + suffix for suffix in (".mot", ".sto") for ending in ("_force_data_file", "_forces", "_grf", "_pedals", "")
)
"""What follows a marker file's stem in the name of its force file."""
_POINT: Final = re.compile(r"^(?:.*_)?(?P<side>[rl]|right|left)_p(?P<axis>[xyz])$", re.IGNORECASE)
_BODY: Final = re.compile(r"^calcn_(?P<side>[rl])_O(?P<axis>[xyz])$", re.IGNORECASE)
_SIDE: Final[Mapping[str, Side]] = {"l": "left", "r": "right"}


@dataclass(frozen=True)
class Storage:
    """A table as OpenSim stores it.

    Attributes
    ----------
    degrees : bool
        Whether angles are in degrees, as the header says (radians where it is silent).
    columns : mapping of str to ndarray, shape (n,)
        By label, ``time`` among them.
    """

    degrees: bool
    columns: Mapping[str, Array]


def read_opensim(path: Path, options: ReadOptions) -> Recording:
    """Read a foot's angles from an OpenSim ``.mot`` or ``.sto`` file.

    Parameters
    ----------
    path : Path
        The file.
    options : ReadOptions
        ``columns`` maps a channel to a label, such as ``right_heel_rotation_deg`` to ``foot_yaw_r``.

    Returns
    -------
    Recording
        With ``feet`` from heel rotation columns or from the orientation of ``calcn_r`` and ``calcn_l`` that OpenSim's
        BodyKinematics writes, or with ``markers``; with none of these where the table holds something else.

    Raises
    ------
    RecordingError
        If it is no OpenSim table, has no time, or an option names a label that is not there.

    Notes
    -----
    BodyKinematics gives body-fixed X-Y-Z angles in the ground frame (x forward, y up, z right); the lateral part of
    the heel bone's x axis is the angle about the sole's normal, with the bike's axis as zero.
    """
    source = load(path, strict=options.strict)
    storage = parse_storage(source)
    try:
        order = put_in_order(storage.columns["time"])
    except DisorderError as error:
        raise RecordingError(f"{source.name}: time goes back by {error.back_s:g} s at row {error.row + 1}.") from error
    table = {name: order.apply(values) for name, values in storage.columns.items() if name != "time"}
    meanings = _channels(table, options, source.name)
    feet = _feet(order.time_s, table, meanings, storage.degrees)
    found: tuple[Finding, ...] = ()
    used = frozenset[str]() if feet else marker_columns(list(table), options, source.name)
    markers = markers_from_columns(order.time_s, {label: table[label] for label in used}, options, source.name)
    points = _points(table)
    meanings |= {label: f"{_SIDE[side[0]]}_pedal" for label in table if (side := _point_side(label))}
    channels = tuple(
        ChannelInfo(name, meanings.get(name, ""), "", int(np.isfinite(values).sum()), rate_of(order.time_s))
        for name, values in table.items()
        if name not in used
    )
    if not feet and not used:
        what = "pedal points and forces" if points else "no foot's angle"
        found = (finding("opensim_without_feet", what=what),)
    return Recording(
        name=source.name,
        format="opensim",
        sha256=source.sha256,
        start=None,
        from_s=0.0,
        to_s=float(order.time_s[-1]),
        feet=feet,
        markers=markers.markers,
        channels=(*channels, *markers.channels),
        findings=(*source.findings, *order.findings, *found, *markers.findings),
    )


def parse_storage(source: Source) -> Storage:
    """Take an OpenSim table apart.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    Storage
        Its columns.

    Raises
    ------
    RecordingError
        If the header does not end, there is no time, or a cell is no number.

    Examples
    --------
    >>> text = b"x\\nnRows=1\\ninDegrees=yes\\nendheader\\ntime a\\n0.0 1.5\\n"
    >>> parse_storage(Source("x.mot", text, "")).columns["a"].tolist()
    [1.5]
    """
    lines = source.data.decode("utf-8-sig", errors="replace").splitlines()
    end = next((at for at, line in enumerate(lines) if line.strip().lower() == "endheader"), None)
    table = [line.split() for line in lines[end + 1 :] if line.strip()] if end is not None else []
    if len(table) < 2 or table[0][0].lower() != "time":
        raise RecordingError(
            f"{source.name}: this is no OpenSim table: a line 'endheader', a row of labels that begins with 'time' and "
            "rows of numbers were expected."
        )
    settings = (line.partition("=") for line in lines[:end])
    header = {key.strip().lower(): value.strip().lower() for key, _, value in settings}
    labels, rows = table[0], table[1:]
    values = np.full((len(rows), len(labels)), np.nan)
    for at, row in enumerate(rows):
        try:
            values[at, : len(row)] = row[: len(labels)]
        except ValueError as error:
            raise RecordingError(f"{source.name}: row {at + 1} holds something that is no number.") from error
    return Storage(
        header.get("indegrees") == "yes", {"time": values[:, 0]} | dict(zip(labels[1:], values[:, 1:].T, strict=True))
    )


# ---- pedal points ------------------------------------------------------------------------------------------


def pedal_points_beside(path: Path) -> PedalPoints | None:
    """Find the force file of a marker file and return the pedal points that it holds.

    Parameters
    ----------
    path : Path
        The marker file.

    Returns
    -------
    PedalPoints or None
        None where there is no such file beside it, or none with the points of both pedals.
    """
    stem = path.name.removesuffix(".gz").rpartition(".")[0]
    found = (
        _pedal_points(beside) for ending in COMPANION_ENDINGS if (beside := path.with_name(stem + ending)).is_file()
    )
    return next((points for points in found if points is not None), None)


def companion_of(path: Path) -> Path | None:
    """Return the force file beside a marker file whose pedal points are read with it.

    Parameters
    ----------
    path : Path
        The marker file.

    Returns
    -------
    Path or None
        What belongs to the recording, and is no recording of its own.
    """
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


def _point_side(label: str) -> str:
    match = _POINT.match(label)
    return match["side"].lower() if match else ""


def _points(columns: Mapping[str, Array]) -> dict[str, Array]:
    """Return points of force in mm, NaN where there is none (three zeros); OpenSim's are in metres."""
    found: dict[str, dict[str, Array]] = {}
    for label, values in columns.items():
        match = _POINT.match(label)
        if match:
            found.setdefault(f"{_SIDE[match['side'][0].lower()]}_pedal", {})[match["axis"].lower()] = values
    points = {
        name: 1000.0 * np.column_stack([axes[a] for a in "xyz"]) for name, axes in found.items() if len(axes) == 3
    }
    return {name: np.where((values == 0).all(axis=1, keepdims=True), np.nan, values) for name, values in points.items()}


# ---- angles ------------------------------------------------------------------------------------------------


def _channels(table: Mapping[str, Array], options: ReadOptions, name: str) -> dict[str, str]:
    """Return label -> canonical channel with its unit where the label says it."""
    meanings: dict[str, str] = {}
    for label in table:
        meaning = meaning_of(label)
        if meaning:
            meanings[label] = f"{meaning.channel}_{meaning.unit}" if meaning.unit else meaning.channel
    for channel, label in options.columns.items():
        if meaning_of(channel) is None:
            continue
        if label not in table:
            raise RecordingError(
                f"{name}: there is no column '{label}' for {channel}.{near_matches(label, list(table))}"
            )
        meanings[label] = channel
    if options.side:
        unsided = {label: channel for label, channel in meanings.items() if channel.startswith("heel_rotation")}
        meanings |= {label: f"{options.side}_{channel}" for label, channel in unsided.items()}
    return meanings


def _feet(
    time_s: Array, table: Mapping[str, Array], meanings: Mapping[str, str], degrees: bool
) -> dict[Side, FootTrace]:
    by_channel = {channel: label for label, channel in meanings.items()}
    bodies = _body_angles(table, degrees)
    feet: dict[Side, FootTrace] = {}
    for side in SIDES:
        rotation = _angle(f"{side}_heel_rotation", table, by_channel, degrees)
        pitch = _angle(f"{side}_pitch", table, by_channel, degrees)
        if rotation is not None:
            feet[side] = FootTrace(side, time_s, rotation, "rider", pitch_deg=pitch)
        elif side in bodies:
            forward = _heel_axis(bodies[side])
            lateral = np.degrees(np.arcsin(np.clip(forward[:, 2], -1.0, 1.0)))
            heel_out = lateral if side == "left" else -lateral
            down = np.degrees(np.arctan2(-forward[:, 1], forward[:, 0]))
            feet[side] = FootTrace(side, time_s, heel_out, "bike", pitch_deg=down)
    return feet


def _angle(channel: str, table: Mapping[str, Array], by_channel: Mapping[str, str], degrees: bool) -> Array | None:
    """Return a channel in degrees: its own unit rules, else the header's."""
    for name, factor in (
        (channel, 1.0 if degrees else ANGLE["rad"]),
        *((f"{channel}_{unit}", f) for unit, f in ANGLE.items()),
    ):
        if name in by_channel:
            values: Array = table[by_channel[name]] * factor
            return values
    return None


def _body_angles(table: Mapping[str, Array], degrees: bool) -> dict[Side, Array]:
    """Return the heel bone's body-fixed X-Y-Z angles [rad] by side, shape (n, 3)."""
    found: dict[Side, dict[str, Array]] = {}
    for label, values in table.items():
        match = _BODY.match(label)
        if match:
            found.setdefault(_SIDE[match["side"].lower()], {})[match["axis"].lower()] = values
    factor = np.pi / 180.0 if degrees else 1.0
    return {side: factor * np.column_stack([axes[a] for a in "xyz"]) for side, axes in found.items() if len(axes) == 3}


def _heel_axis(angles: Array) -> Array:
    """Return the body's x axis in ground: the first column of Rx(a) Ry(b) Rz(c)."""
    (sa, sb, sc), (ca, cb, cc) = np.sin(angles).T, np.cos(angles).T
    axis: Array = np.column_stack([cb * cc, ca * sc + sa * sb * cc, sa * sc - ca * sb * cc])
    return axis
