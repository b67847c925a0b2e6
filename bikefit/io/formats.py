"""Which reader a file needs, judged by what it holds; its suffix only where the content leaves it open.

A format is one entry of `FORMATS`, or a `Format` that another package names in the entry point group
``bikefit.readers``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final, cast

from bikefit.errors import BikefitError, RecordingError
from bikefit.io.archives import unpacked
from bikefit.io.names import shown
from bikefit.io.options import ReadOptions
from bikefit.io.plugins import load_declared
from bikefit.io.source import read_head
from bikefit.io.text.layout import to_utf8
from bikefit.model import Finding, Recording, finding

Reader = Callable[[Path, ReadOptions], Recording]
HEAD_BYTES: Final = 8192


@dataclass(frozen=True)
class Format:
    """One format of files.

    ``recognises`` takes the first `HEAD_BYTES` of a file, unpacked, and its suffix; it tells whether the file is surely
    of this format.
    """

    name: str
    suffixes: tuple[str, ...]  # In lower case with the point
    recognises: Callable[[bytes, str], bool]
    read: Reader
    binary: bool = False  # Its files hold zero bytes; one without, whatever its suffix, is a text


def _lazily(module: str, name: str) -> Reader:
    """Return a reader whose module is loaded when it is called."""
    return lambda path, options: cast(Reader, getattr(import_module(module), name))(path, options)


def _is_c3d(head: bytes, _suffix: str) -> bool:
    """Tell a C3D file by its second byte and the place of its parameters."""
    return head[1:2] == b"\x50" and head[:1] in b"\x02\x03\x04\x05" and b"\0" in head


FORMATS: Final = (
    Format(
        "fit",
        (".fit",),
        lambda head, _: head[8:12] == b".FIT",
        _lazily("bikefit.io.fit.reader", "read_fit"),
        binary=True,
    ),
    Format("c3d", (".c3d",), _is_c3d, _lazily("bikefit.io.markers.c3d", "read_c3d"), binary=True),
    Format(
        "trc",
        (".trc",),
        lambda head, _: to_utf8(head).lstrip(b' "\t\r\n').startswith(b"PathFileType"),
        _lazily("bikefit.io.markers.trc", "read_trc"),
    ),
    Format(
        "opensim",
        (".mot", ".sto"),
        lambda head, _: b"endheader" in to_utf8(head).lower(),
        _lazily("bikefit.io.opensim", "read_opensim"),
    ),
)
TEXT: Final = Format(
    "text",
    (".csv", ".tsv", ".txt", ".dat", ".tab"),
    lambda _head, _suffix: False,
    _lazily("bikefit.io.text.reader", "read_delimited"),
)
"""What is left when no other format knows the file."""

_HINTS: Final = {
    ".xlsx": "an Excel workbook; save the sheet as CSV",
    ".xls": "an Excel workbook; save the sheet as CSV",
    ".ods": "a spreadsheet; save the sheet as CSV",
    ".mat": "a MATLAB file; export the channels as CSV",
    ".h5": "an HDF5 file; export the channels as CSV",
    ".hdf5": "an HDF5 file; export the channels as CSV",
    ".parquet": "a Parquet file; export the channels as CSV",
    ".tcx": "a TCX ride, which cannot hold foot rotation; use the FIT file of the ride",
    ".gpx": "a GPX track, which cannot hold foot rotation; use the FIT file of the ride",
    ".json": "a JSON file; export the channels as CSV",
    ".jsonl": "a JSON file; export the channels as CSV",
    ".ndjson": "a JSON file; export the channels as CSV",
    ".mvn": "an Xsens MVN file; export the sensors as CSV",
    ".xdot": "a raw sensor file; export it as CSV with the maker's app",
    ".bvh": "a BVH skeleton; export the markers as TRC or C3D",
}
_MAGIC: Final = (
    (b"\xd0\xcf\x11\xe0", ".xls"),
    (b"\x89HDF", ".h5"),
    (b"MATLAB", ".mat"),
    (b"PAR1", ".parquet"),
)


_WEB_PAGE: Final = "a web page (HTML), whatever its name says; open it in a spreadsheet and save the sheet as CSV"
_MARKUP: Final = (
    (b"<gpx", _HINTS[".gpx"]),
    (b"<trainingcenterdatabase", _HINTS[".tcx"]),
    *((mark, _WEB_PAGE) for mark in (b"<table", b"<html", b"<!doctype html")),
    (b"<workbook", "an Excel workbook written as XML; open it and save the sheet as CSV"),
    (b"<", "an XML or HTML file; export the channels as CSV"),
)


def format_of(path: Path) -> Format:
    """Return which format a file is in; RecordingError if it cannot be opened or is something that is not read."""
    return _told(path)[0]


def read_file(path: Path, options: ReadOptions) -> Recording:
    """Read a file by the reader of its format; one of another package that fails is reported and passed over.

    Of a ZIP archive the one file in it is read.
    """
    with unpacked(path) as inner:
        return _read_file(inner, options)


def _read_file(path: Path, options: ReadOptions) -> Recording:
    """Read a file that is not an archive."""
    chosen, findings = _told(path)
    if chosen in FORMATS or chosen is TEXT:
        recording = chosen.read(path, options)
    else:
        try:
            recording = chosen.read(path, options)
            if not isinstance(recording, Recording):
                raise TypeError(f"it gives no Recording but {type(recording).__name__}")
        except BikefitError:
            raise
        except Exception as error:  # whatever another package's code raises
            recording, findings = _read_without(path, options, chosen, error), (*findings, _broken(chosen.name, error))
    return replace(recording, findings=(*findings, *recording.findings)) if findings else recording


def _told(path: Path) -> tuple[Format, tuple[Finding, ...]]:
    """Return which format a file is in, and what is wrong with readers of other packages that were asked."""
    head, suffix = _head(path)
    for item in FORMATS:
        if item.recognises(head, suffix):
            return item, ()
    added, findings = added_formats()
    for item in added:
        try:
            if item.recognises(head, suffix):
                return item, findings
        except Exception as error:  # whatever another package's code raises
            findings = (*findings, _broken(item.name, error))
    return _left_open(path, head, suffix, added), findings


def _head(path: Path) -> tuple[bytes, str]:
    """Return the first bytes of a file, and its suffix without that of packing."""
    suffixes = [suffix.casefold() for suffix in path.suffixes]
    return read_head(path, HEAD_BYTES), next((item for item in reversed(suffixes) if item != ".gz"), "")


def _left_open(path: Path, head: bytes, suffix: str, added: Sequence[Format]) -> Format:
    """Return the format of a file whose content does not tell; raise where it is something that is not read."""
    known = next((ending for magic, ending in _MAGIC if head.startswith(magic)), None)
    if known:
        raise RecordingError(f"{path}: this is {_HINTS[known]}.")
    text = to_utf8(head).lstrip(b"\xef\xbb\xbf \t\r\n")
    if text[:1] == b"<":
        lower = text.lower()
        raise RecordingError(f"{path}: this is {next(what for mark, what in _MARKUP if mark in lower)}.")
    for item in (*FORMATS, *added):
        if suffix in item.suffixes and suffix not in TEXT.suffixes and not (item.binary and b"\0" not in text):
            return item
    if suffix in _HINTS:
        raise RecordingError(f"{path}: this is {_HINTS[suffix]}.")
    return TEXT


def _read_without(path: Path, options: ReadOptions, failed: Format, error: Exception) -> Recording:
    """Read a file that another package's reader claimed and failed on; if nobody else can, say why it failed."""
    try:
        return _left_open(path, *_head(path), ()).read(path, options)
    except RecordingError as own:
        raise RecordingError(
            f"{own} The reader '{shown(failed.name)}' of another package failed on it: {error!r}"
        ) from error


# ---- formats of other packages -----------------------------------------------------------------------------------


def added_formats() -> tuple[tuple[Format, ...], tuple[Finding, ...]]:
    """Return the formats that other packages add, and a finding for each that cannot be used."""
    return _added(*sys.path)


@cache
def _added(*_import_path: str) -> tuple[tuple[Format, ...], tuple[Finding, ...]]:
    """Return the added formats; looked for once for an import path."""
    formats, findings = [], []
    for name, loaded in load_declared("bikefit.readers"):
        if isinstance(loaded, Format):
            formats.append(loaded)
        else:
            wrong = loaded if isinstance(loaded, Exception) else TypeError("it names no bikefit.io.formats.Format")
            findings.append(_broken(name, wrong))
    return tuple(formats), tuple(findings)


def _broken(name: str, error: Exception) -> Finding:
    """Return the finding about a reader of another package."""
    return finding("reader_plugin_broken", name=shown(name), why=shown(f"{type(error).__name__}: {error}", 120))


def recording_suffixes() -> frozenset[str]:
    """Return the suffixes that a recording may have, those of other packages' formats among them."""
    return frozenset(suffix for item in (*FORMATS, TEXT, *added_formats()[0]) for suffix in item.suffixes)
