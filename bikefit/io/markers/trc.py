"""Marker trajectories in TRC files, as OpenSim and most motion-capture programs write them."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bikefit.errors import RecordingError, how_many
from bikefit.io.markers.names import name_markers
from bikefit.io.markers.recording import recording_of_markers
from bikefit.io.opensim import pedal_points_beside
from bikefit.io.options import ReadOptions
from bikefit.io.source import load
from bikefit.io.text.layout import COLUMNS_MAX, text_lines
from bikefit.io.text.lines import HEAD_BYTES, LARGE_BYTES, is_missing
from bikefit.model import Array, Recording

_FRAME: Final = re.compile(r"\d+([.,]0*)?")


def read_trc(path: Path, options: ReadOptions) -> Recording:
    """Read marker trajectories from a TRC file.

    The Time column rules over the header's rates. Pedal points of an OpenSim force file of the same name beside it
    (``ride.trc`` and ``ride_force_data_file.mot``) become pedal markers, with a finding that names the file.
    """
    source = load(path, strict=options.strict)
    if len(source.data) > LARGE_BYTES:  # what is none is refused before all of it is taken apart
        split_trc(text_lines(source.data[:HEAD_BYTES]), source.name)
    header, names, rows = split_trc(text_lines(source.data), source.name)
    mark = _mark(rows[0])
    table = _read_fast(rows, 2 + 3 * len(names)) if mark == "\t" else None
    if table is None:
        table = _read_cells(rows, 2 + 3 * len(names), source.name)
    positions = _told_apart(
        {at: table[:, 2 + 3 * at : 5 + 3 * at] for at in range(len(names))}, names, options, source.name
    )
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
    head = next((at for at, line in enumerate(lines) if line.lstrip(' "').lower().startswith("frame")), None)
    if head is None:
        raise RecordingError(f"{name}: this is not a TRC file: it has no line that begins with 'Frame#  Time'.")
    names = [cell for cell in _cells(lines[head])[2:] if cell]
    if 3 * len(names) > COLUMNS_MAX:
        raise RecordingError(f"{name}: the TRC file names {len(names)} markers; no recording has so many.")
    first = next((at for at in range(head + 1, len(lines)) if _is_frame(lines[at])), len(lines))
    if not names or first == len(lines):
        named, rows = how_many(len(names), "marker"), how_many(len(lines) - first, "row")
        raise RecordingError(f"{name}: the TRC file names {named} and holds {rows}.")
    keys_at = next((at for at in range(head - 1) if lines[at].lstrip(' "').startswith("DataRate")), None)
    stated = (_cells(lines[keys_at]), _cells(lines[keys_at + 1])) if keys_at is not None else ([], [])
    header = dict(zip(*stated, strict=False))
    return header, names, lines[first:]


def _told_apart(
    of_place: Mapping[int, Array], names: Sequence[str], options: ReadOptions, where: str
) -> dict[str, Array]:
    """Return trajectories by name; of a name that stands there again the first counts, unless it is needed and differs.

    RecordingError where a marker of a foot stands there twice with other places.
    """
    if len(set(names)) == len(names):
        return {name: of_place[at] for at, name in enumerate(names)}
    needed = set(name_markers(dict.fromkeys(names), options.columns, where).values())
    places: dict[str, Array] = {}
    for at, name in enumerate(names):
        if name not in places:
            places[name] = of_place[at]
        elif name in needed and not np.array_equal(places[name], of_place[at], equal_nan=True):
            raise RecordingError(f"{where}: the TRC file names the marker '{name}' twice, at different places.")
    return places


def _mark(line: str) -> str | None:
    """Return what stands between the cells of a line: a tab, or what a spreadsheet writes instead; None = blanks."""
    if "\t" in line:
        return "\t"
    # a comma may also be a decimal's: then the cells stand apart by blanks
    return next((mark for mark in ";," if line.count(mark) > max(1, len(line.split()) - 1)), None)


def _cells(line: str) -> list[str]:
    """Return the cells of a line, without blanks and quotes around them."""
    mark = _mark(line)
    return line.split() if mark is None else [cell.strip(' "') for cell in line.split(mark)]


def _is_frame(line: str) -> bool:
    """Tell whether a line begins with the number of a frame, which some programs write as 1.0."""
    cells = _cells(line)
    return bool(cells) and _FRAME.fullmatch(cells[0].strip()) is not None


def _read_fast(rows: Sequence[str], width: int) -> Array | None:
    """Return the rows as numbers, NaN where empty, by pandas' parser; None where they are not plain enough for it."""
    import pandas as pd

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
    """Return the rows as numbers, NaN where empty, cell by cell, and name what is not a number."""
    table = []
    for line in filter(_is_frame, rows):
        cells = ["nan" if is_missing(cell) else cell.replace(",", ".") for cell in _cells(line)[:width]]
        wrong = next((cell for cell in cells if not _is_number(cell)), None)
        if wrong is not None:
            quoted = f"'{wrong[:30]}'"
            raise RecordingError(
                f"{name}: frame {cells[0]}: {quoted} is not a number.", quoted=quoted, instead="a cell"
            )
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
