"""Which reader a file needs, told by what it holds; its suffix only where the content leaves it open."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final, cast

from bikefit.errors import RecordingError
from bikefit.io.options import ReadOptions
from bikefit.io.source import read_head
from bikefit.io.text.layout import to_utf8
from bikefit.model import Recording

Reader = Callable[[Path, ReadOptions], Recording]

_READERS: Final = {
    "text": ("bikefit.io.text.reader", "read_delimited"),
    "fit": ("bikefit.io.fit.reader", "read_fit"),
    "trc": ("bikefit.io.markers.trc", "read_trc"),
    "c3d": ("bikefit.io.markers.c3d", "read_c3d"),
    "opensim": ("bikefit.io.opensim", "read_opensim"),
}
SUFFIXES: Final = {".fit": "fit", ".trc": "trc", ".c3d": "c3d", ".mot": "opensim", ".sto": "opensim"}
TEXT_SUFFIXES: Final = (".csv", ".tsv", ".txt", ".dat", ".tab")
_HINTS: Final = {
    ".xlsx": "an Excel workbook; save the sheet as CSV",
    ".xls": "an Excel workbook; save the sheet as CSV",
    ".ods": "a spreadsheet; save the sheet as CSV",
    ".zip": "a ZIP archive; unpack it first",
    ".mat": "a MATLAB file; export the channels as CSV",
    ".h5": "an HDF5 file; export the channels as CSV",
    ".hdf5": "an HDF5 file; export the channels as CSV",
    ".parquet": "a Parquet file; export the channels as CSV",
    ".tcx": "a TCX ride, which cannot hold foot rotation; use the FIT file of the ride",
    ".gpx": "a GPX track, which cannot hold foot rotation; use the FIT file of the ride",
    ".json": "a JSON file; export the channels as CSV",
    ".mvn": "an Xsens MVN file; export the sensors as CSV",
    ".xdot": "a raw sensor file; export it as CSV with the maker's app",
    ".bvh": "a BVH skeleton; export the markers as TRC or C3D",
}
_MAGIC: Final = (
    (b"PK\x03\x04", ".zip"),
    (b"\xd0\xcf\x11\xe0", ".xls"),
    (b"\x89HDF", ".h5"),
    (b"MATLAB", ".mat"),
    (b"PAR1", ".parquet"),
)


def kind_of(path: Path) -> str:
    """Return which of the formats a file is in.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        "text", "fit", "trc", "c3d" or "opensim".

    Raises
    ------
    RecordingError
        If the file cannot be opened, or is known to be something that is not read.
    """
    head = read_head(path, 8192)
    suffixes = [suffix.casefold() for suffix in path.suffixes]
    suffix = next((item for item in reversed(suffixes) if item != ".gz"), "")
    if head[8:12] == b".FIT":
        return "fit"
    if head[1:2] == b"\x50" and head[:1] in b"\x02\x03\x04\x05" and b"\0" in head:
        return "c3d"
    text = to_utf8(head)
    if text.lstrip().startswith(b"PathFileType"):
        return "trc"
    if b"endheader" in text.lower():
        return "opensim"
    known = next((ending for magic, ending in _MAGIC if head.startswith(magic)), None)
    if known:
        known = suffix if known == ".zip" and suffix in (".xlsx", ".ods") else known
        raise RecordingError(f"{path}: this is {_HINTS[known]}.")
    if suffix in SUFFIXES and not (SUFFIXES[suffix] in ("fit", "c3d") and b"\0" not in text):
        return SUFFIXES[suffix]
    if suffix in _HINTS:
        raise RecordingError(f"{path}: this is {_HINTS[suffix]}.")
    return "text"


def reader_for(path: Path) -> Reader:
    """Return the function that reads a file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    callable
        Takes the path and `ReadOptions`, gives a `Recording`.

    Raises
    ------
    RecordingError
        As `kind_of`.
    """
    module, name = _READERS[kind_of(path)]
    return cast(Reader, getattr(import_module(module), name))
