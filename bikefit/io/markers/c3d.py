"""Marker trajectories in C3D files; needs the extra package ezc3d."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bikefit.errors import RecordingError
from bikefit.io.markers.c3d_bounds import check_bounds
from bikefit.io.markers.recording import recording_of_markers
from bikefit.io.opensim import pedal_points_beside
from bikefit.io.options import ReadOptions
from bikefit.io.source import Source, load
from bikefit.model import Array, Recording


def read_c3d(path: Path, options: ReadOptions) -> Recording:
    """Read marker trajectories from a C3D file.

    A C3D file has no time stamps, only a rate. What it says of the screen's axes is often a program's default, so
    the axes are read off the markers.
    """
    source = load(path, strict=options.strict)
    if source.data[1:2] != b"\x50":
        raise RecordingError(f"{source.name}: this is no C3D file (its second byte is not 50 hex).")
    check_bounds(source.data, source.name)
    content = _open(source)
    parameters = content["parameters"]["POINT"]
    points = np.asarray(content["data"]["points"], dtype=np.float64)
    rate_hz = float(content["header"]["points"]["frame_rate"])
    names = _labels(parameters)[: points.shape[1]]
    if not names or not points.shape[2] or not rate_hz > 0:
        raise RecordingError(f"{source.name}: the C3D file holds no marker with a rate.")
    time_s: Array = (np.arange(points.shape[2]) + content["header"]["points"]["first_frame"]) / rate_hz
    positions = {name: points[:3, at, :].T for at, name in enumerate(names)}
    unit = (parameters.get("UNITS", {}).get("value") or [""])[0].strip()
    pedals = pedal_points_beside(path)
    return recording_of_markers(source, "c3d", time_s, positions, unit, options, pedals=pedals)


def _open(source: Source) -> Any:
    """Let ezc3d read the content; it wants a file of its own, since the source may have been packed."""
    try:
        import ezc3d
    except ImportError:
        raise RecordingError(
            f"{source.name}: reading C3D files needs one more package: pip install 'bikefit[c3d]'. "
            "Or export the trial as TRC."
        ) from None
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "trial.c3d")
        plain.write_bytes(source.data)
        try:
            return ezc3d.c3d(str(plain))
        except Exception as error:  # ezc3d raises whatever its C++ side throws
            raise RecordingError(
                f"{source.name}: this C3D file cannot be read ({str(error)[:100]}). Export it as TRC."
            ) from error


def _labels(parameters: Any) -> list[str]:
    """Return the markers' names; beyond 255 they go on in LABELS2, LABELS3 ..."""
    names: list[str] = []
    for key in ("LABELS", *(f"LABELS{number}" for number in range(2, 9))):
        names.extend(label.strip() for label in parameters.get(key, {}).get("value", []))
    return [name if names.index(name) == at else f"{name}#{at + 1}" for at, name in enumerate(names)]
