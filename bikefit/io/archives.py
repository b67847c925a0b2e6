"""ZIP archives, as apps export them: one file in it is read, where it holds several, the message lists them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bikefit.errors import BikefitError, RecordingError
from bikefit.io.names import first_of, shown
from bikefit.io.source import UNPACKED_FREE_BYTES, UNPACKED_MAX_RATIO

ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")
"""Of an archive, and of an empty one."""
_SHOWN_MAX: Final = 8
_SPREADSHEETS: Final = {"[Content_Types].xml": "an Excel workbook", "content.xml": "a spreadsheet"}


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give a path to what a ZIP archive holds, for as long as it is needed; any other file as it is.

    RecordingError where it holds anything but one file.
    """
    if not _is_zip(path):
        yield path
        return
    with TemporaryDirectory() as folder:
        inner = _only_file(path, Path(folder))
        try:
            yield inner
        except BikefitError as error:
            error.args = (_of_archive(error.args[0], path, inner),)
            if isinstance(error, RecordingError):
                error.unquoted = _of_archive(error.unquoted, path, inner)
            raise


def _of_archive(said: str, path: Path, inner: Path) -> str:
    """Return what is said of an unpacked file as said of the archive that the user named."""
    said, named = said.replace(str(inner), inner.name), f"{path.name} ({inner.name})"
    return said.replace(inner.name, named, 1) if said.startswith(inner.name) else f"{named}: {said}"


def _is_zip(path: Path) -> bool:
    """Tell whether a file is a ZIP archive; whatever cannot be opened is left to the readers."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            return stream.read(4) in ZIP_MAGICS
    except (OSError, ValueError):
        return False


def _only_file(path: Path, folder: Path) -> Path:
    """Unpack the one file of an archive into a folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            inside = archive.namelist()
            spreadsheet = next((what for name, what in _SPREADSHEETS.items() if name in inside), None)
            if spreadsheet is not None:
                raise RecordingError(f"{path}: this is {spreadsheet}; save the sheet as CSV.")
            files = [item for item in archive.infolist() if not item.is_dir() and not _is_hidden(item.filename)]
            names = first_of([shown(item.filename, 40) for item in files], _SHOWN_MAX) or "nothing"
            if len(files) != 1:
                raise RecordingError(f"{path}: this is a ZIP archive; unzip it: it holds {names}.")
            if files[0].filename.casefold().endswith(".zip"):
                raise RecordingError(f"{path}: this ZIP archive holds another one; unzip it: it holds {names}.")
            packed, size = path.stat().st_size, files[0].file_size
            if size > max(UNPACKED_FREE_BYTES, UNPACKED_MAX_RATIO * packed):
                raise RecordingError(f"{path}: the archive claims to hold {size >> 20} MB, which is not credible.")
            inner = folder / Path(files[0].filename.replace("\\", "/")).name
            inner.write_bytes(archive.read(files[0]))
            return inner
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        what = "an Excel workbook; save the sheet as CSV" if path.suffix.casefold() in (".xlsx", ".xlsm") else None
        remedy = "unzip it by hand, or export the recording again"
        what = what or f"a ZIP archive that cannot be unpacked ({shown(str(error), 80)}); {remedy}"
        raise RecordingError(f"{path}: this is {what}.") from error


def _is_hidden(name: str) -> bool:
    """Tell whether a file in an archive is the system's own."""
    return name.startswith("__MACOSX/") or Path(name).name.startswith(".")
