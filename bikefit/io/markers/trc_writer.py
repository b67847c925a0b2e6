"""Write marker trajectories as a TRC file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from bikefit.errors import RecordingError
from bikefit.files import write_whole
from bikefit.io.finite import rate_of
from bikefit.model import Recording

LAB_AXES: Final = {"z-up": np.eye(3), "y-up": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])}
"""How to turn the world frame into a lab's: z up as it is, or x forward, y up, z to the right."""


def write_trc(recording: Recording, path: str | Path, *, axes: str = "y-up") -> None:
    """Write a recording's markers as a TRC file in millimetres, in a lab's axes of `LAB_AXES`.

    Positions are rounded to 0.1 mm; a marker that is not seen leaves its cells empty.

    Examples
    --------
    >>> import tempfile
    >>> from bikefit.model import Markers
    >>> markers = Markers(np.array([0.0, 0.01]), {"right_heel": np.array([[1.0, 2.0, 3.0], [1.0, 2.0, np.nan]])})
    >>> path = Path(tempfile.mkdtemp()) / "a.trc"
    >>> write_trc(Recording("a", "simulated", "", None, 0.0, 0.01, markers=markers), path)
    >>> path.read_text(encoding="utf-8").splitlines()[-2:]
    ['1\\t0.0000\\t1.0\\t3.0\\t-2.0', '2\\t0.0100\\t\\t\\t']
    """
    if recording.markers is None:
        raise RecordingError(f"{recording.name}: no markers to write as TRC.")
    time_s, positions = recording.markers.time_s, recording.markers.positions_mm
    rate = f"{rate_of(time_s):g}"
    count = str(len(positions))
    rows = [
        f"PathFileType\t4\t(X/Y/Z)\t{Path(path).name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        "\t".join([rate, rate, str(time_s.size), count, "mm", rate, "1", str(time_s.size)]),
        "\t".join(["Frame#", "Time", *(f"{name}\t\t" for name in positions)]),
        "\t".join(["", "", *(f"X{at}\tY{at}\tZ{at}" for at in range(1, len(positions) + 1))]),
        "",
    ]
    table = np.stack([places @ LAB_AXES[axes].T for places in positions.values()], axis=1)
    for frame, (time, places) in enumerate(zip(time_s.tolist(), table, strict=True), start=1):
        cells = (f"{value:.1f}" if np.isfinite(value) else "" for value in places.ravel().tolist())
        rows.append("\t".join([str(frame), f"{time:.4f}", *cells]))
    write_whole(Path(path), "\n".join([*rows, ""]))
