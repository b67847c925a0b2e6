"""Marker trajectories in TRC files, as OpenSim and most motion-capture programs write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bikefit.datatypes import Array, Recording
from bikefit.errors import RecordingError
from bikefit.io.markers import recording_of_markers
from bikefit.io.opensim import pedal_points_beside
from bikefit.io.options import ReadOptions
from bikefit.io.source import load


def read_trc(path: Path, options: ReadOptions) -> Recording:
    """Read marker trajectories from a TRC file.

    Parameters
    ----------
    path : Path
        The file.
    options : ReadOptions
        ``columns`` names markers where the usual names do not.

    Returns
    -------
    Recording
        With ``markers`` in the world frame; None where no foot has both heel and toe.

    Raises
    ------
    RecordingError
        If it is no TRC file, or a cell is no number.

    Notes
    -----
    The Time column rules over the header's rates. Pedal points of an OpenSim force file of the same name beside it
    (``ride.trc`` and ``ride_force_data_file.mot``) become pedal markers, with a finding that names the file.
    """
    source = load(path, strict=options.strict)
    lines = source.data.decode("utf-8-sig", errors="replace").splitlines()
    header, names, rows = split_trc(lines, source.name)
    table = _numbers(rows, 2 + 3 * len(names), source.name)
    positions = {name: table[:, 2 + 3 * at : 5 + 3 * at] for at, name in enumerate(names)}
    return recording_of_markers(
        source, "trc", table[:, 1], positions, header.get("Units", ""), options,
        claimed_hz=_rate(header), pedals=pedal_points_beside(path),
    )  # fmt: skip


def split_trc(lines: Sequence[str], name: str) -> tuple[Mapping[str, str], list[str], list[list[str]]]:
    """Take a TRC file's lines apart.

    Parameters
    ----------
    lines : sequence of str
        Of the whole file.
    name : str
        The file's name, for messages.

    Returns
    -------
    header : mapping of str to str
        Such as ``DataRate`` and ``Units``.
    names : list of str
        Of the markers, in order.
    rows : list of list of str
        Cells of each row of data.

    Raises
    ------
    RecordingError
        If the table's head or its rows are missing.

    Examples
    --------
    >>> text = "DataRate Units|100 mm|Frame# Time RHEE|X1 Y1 Z1|1 0 1 2 3"
    >>> split_trc(text.split("|"), "a.trc")
    ({'DataRate': '100', 'Units': 'mm'}, ['RHEE'], [['1', '0', '1', '2', '3']])
    """
    cells = [_cells(line) for line in lines]
    head = next((at for at, row in enumerate(cells) if row and row[0].strip().lower().startswith("frame")), None)
    if head is None:
        raise RecordingError(f"{name}: this is no TRC file: it has no line that begins with 'Frame#  Time'.")
    names = [cell.strip() for cell in cells[head][2:] if cell.strip()]
    rows = [row for row in cells[head + 1 :] if row and row[0].strip().isdigit()]
    if not names or not rows:
        raise RecordingError(
            f"{name}: the TRC file names {len(names)} markers and holds {len(rows)} rows; nothing to read."
        )
    if len(set(names)) < len(names):
        twice = next(marker for marker in names if names.count(marker) > 1)
        raise RecordingError(f"{name}: the TRC file names the marker '{twice}' twice.")
    keys_at = next((at for at in range(head) if cells[at] and cells[at][0].strip() == "DataRate"), None)
    stated = (cells[keys_at], cells[keys_at + 1]) if keys_at is not None else ([], [])
    header = {key.strip(): value.strip() for key, value in zip(*stated, strict=False)}
    return header, names, rows


def _cells(line: str) -> list[str]:
    """Split at tabs; some programs write blanks instead."""
    return line.split("\t") if "\t" in line else line.split()


def _numbers(rows: Sequence[Sequence[str]], width: int, name: str) -> Array:
    """Return the cells as numbers, NaN where empty."""
    table = np.full((len(rows), width), np.nan)
    for at, row in enumerate(rows):
        cells = [cell.strip().replace(",", ".") or "nan" for cell in row[:width]]
        try:
            table[at, : len(cells)] = cells
        except ValueError:
            wrong = next(cell for cell in cells if not _is_number(cell))
            raise RecordingError(f"{name}: frame {row[0].strip()}: '{wrong[:30]}' is no number.") from None
    return table


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _rate(header: Mapping[str, str]) -> float:
    text = header.get("DataRate", "").replace(",", ".")
    return float(text) if _is_number(text) else float("nan")
