"""Marker trajectories in C3D files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bikefit.errors import RecordingError
from bikefit.io.markers.c3d_content import C3dContent, parse_c3d
from bikefit.io.markers.recording import recording_of_markers
from bikefit.io.opensim import pedal_points_beside
from bikefit.io.options import ReadOptions
from bikefit.io.source import load
from bikefit.model import Array, Recording


def read_c3d(path: Path, options: ReadOptions) -> Recording:
    """Read marker trajectories from a C3D file.

    A C3D file has no time stamps, only a rate. What it says of the screen's axes is often a program's default, so
    the axes are read off the markers.
    """
    source = load(path, strict=options.strict)
    if source.data[1:2] != b"\x50":
        raise RecordingError(f"{source.name}: this is not a C3D file (its second byte is not 50 hex).")
    content = parse_c3d(source.data, source.name)
    names = _labels(content)
    if not names:
        raise RecordingError(f"{source.name}: the C3D file names no markers.")
    time_s: Array = (np.arange(len(content.points)) + (content.first_frame - 1)) / content.rate_hz
    positions = {name: content.points[:, at] for at, name in enumerate(names)}
    unit = next(iter(content.texts("POINT:UNITS")), "").strip()
    pedals = pedal_points_beside(path)
    return recording_of_markers(source, "c3d", time_s, positions, unit, options, pedals=pedals)


def _labels(content: C3dContent) -> list[str]:
    """Return the markers' names, at most one per point; beyond 255 they go on in LABELS2, LABELS3 ..."""
    names: list[str] = []
    for key in ("LABELS", *(f"LABELS{number}" for number in range(2, 9))):
        names.extend(label.strip() for label in content.texts(f"POINT:{key}"))
    names = names[: content.points.shape[1]]
    seen: dict[str, int] = {}
    return [name if seen.setdefault(name, at) == at else f"{name}#{at + 1}" for at, name in enumerate(names)]
