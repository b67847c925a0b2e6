"""Marker trajectories in TRC files, as OpenSim and most motion-capture programs write them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bikefit.errors import RecordingError
from bikefit.io.markers.recording import recording_of_markers
from bikefit.io.opensim import pedal_points_beside
from bikefit.io.options import ReadOptions
from bikefit.io.source import load
from bikefit.model import Array, Recording


def read_trc(path: Path, options: ReadOptions) -> Recording:
    """Read marker trajectories from a TRC file.

    The Time column rules over the header's rates. Pedal points of an OpenSim force file of the same name beside it
    (``ride.trc`` and ``ride_force_data_file.mot``) become pedal markers, with a finding that names the file.
    """
    source = load(path, strict=options.strict)
    lines = source.data.decode("utf-8-sig", errors="replace").splitlines()
    header, names, rows = split_trc(lines, source.name)
    table = _read_fast(rows, 2 + 3 * len(names))
    if table is None:
        table = _read_cells(rows, 2 + 3 * len(names), source.name)
    positions = {name: table[:, 2 + 3 * at : 5 + 3 * at] for at, name in enumerate(names)}
    return recording_of_markers(
        source, "trc", table[:, 1], positions, header.get("Units", ""), options,
        claimed_hz=_rate(header), pedals=pedal_points_beside(path),
    )  # fmt: skip


def split_trc(lines: Sequence[str], name: str) -> tuple[Mapping[str, str], list[str], Sequence[str]]:
    """Take a TRC file's lines apart: header (such as ``DataRate``), markers' names, lines from the first frame on.

    Examples
    --------
    >>> text = "DataRate Units|100 mm|Frame# Time RHEE|X1 Y1 Z1|1 0 1 2 3"
    >>> split_trc(text.split("|"), "a.trc")
    ({'DataRate': '100', 'Units': 'mm'}, ['RHEE'], ['1 0 1 2 3'])
    """
    head = next((at for at, line in enumerate(lines) if line.lstrip().lower().startswith("frame")), None)
    if head is None:
        raise RecordingError(f"{name}: this is no TRC file: it has no line that begins with 'Frame#  Time'.")
    names = [cell.strip() for cell in _cells(lines[head])[2:] if cell.strip()]
    first = next((at for at in range(head + 1, len(lines)) if _is_frame(lines[at])), len(lines))
    if not names or first == len(lines):
        rows = len(lines) - first
        raise RecordingError(f"{name}: the TRC file names {len(names)} markers and holds {rows} rows.")
    if len(set(names)) < len(names):
        twice = next(marker for marker in names if names.count(marker) > 1)
        raise RecordingError(f"{name}: the TRC file names the marker '{twice}' twice.")
    keys_at = next((at for at in range(head - 1) if lines[at].lstrip().startswith("DataRate")), None)
    stated = (_cells(lines[keys_at]), _cells(lines[keys_at + 1])) if keys_at is not None else ([], [])
    header = {key.strip(): value.strip() for key, value in zip(*stated, strict=False)}
    return header, names, lines[first:]


def _cells(line: str) -> list[str]:
    """Split at tabs; some programs write blanks instead."""
    return line.split("\t") if "\t" in line else line.split()


def _is_frame(line: str) -> bool:
    """Tell whether a line begins with the number of a frame."""
    cells = _cells(line)
    return bool(cells) and cells[0].strip().isdigit()


def _read_fast(rows: Sequence[str], width: int) -> Array | None:
    """Return the rows as numbers, NaN where empty, by pandas' parser; None where they are not plain enough for it."""
    import pandas as pd

    if "\t" not in rows[0]:
        return None
    text = io.StringIO("\n".join(rows))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.ParserWarning)  # a tab at the end of each row
        try:
            table = pd.read_csv(
                text, sep="\t", header=None, names=list(range(width)), index_col=False, dtype=np.float64, quoting=3
            )
        except ValueError:
            return None
    return table.to_numpy()


def _read_cells(rows: Sequence[str], width: int, name: str) -> Array:
    """Return the rows as numbers, NaN where empty, cell by cell, and name what is no number."""
    table = []
    for line in filter(_is_frame, rows):
        cells = [cell.strip().replace(",", ".") or "nan" for cell in _cells(line)[:width]]
        wrong = next((cell for cell in cells if not _is_number(cell)), None)
        if wrong is not None:
            raise RecordingError(f"{name}: frame {cells[0]}: '{wrong[:30]}' is no number.")
        table.append([float(cell) for cell in cells] + [np.nan] * (width - len(cells)))
    return np.array(table)


def _is_number(cell: str) -> bool:
    """Tell whether a cell is a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _rate(header: Mapping[str, str]) -> float:
    """Return the rate that the header claims [Hz]; NaN where none."""
    text = header.get("DataRate", "").replace(",", ".")
    return float(text) if _is_number(text) else float("nan")
