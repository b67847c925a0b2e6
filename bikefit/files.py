"""Writing files whole or not at all, and where a user keeps files of their own for every run."""

from __future__ import annotations

import os
import struct
import sys
import tempfile
import tomllib
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from bikefit.errors import OutputError, RecordingError, UsageError, either, near_matches, toml_place


@contextmanager
def sample_folder() -> Iterator[Path]:
    """Hold the folder of the sample data: in a wheel it lies in the package, in a checkout beside it."""
    with as_file(files("bikefit")) as package:
        places = (package / "sample_data", package.parent / "sample_data")
        found = next((place for place in places if place.is_dir()), None)
        if found is None:
            raise RecordingError("the sample data did not come with this installation.")
        yield found


def read_toml(path: str | Path, called: str, kind: str, where: str = "") -> dict[str, Any]:
    """Read a TOML file of a user's; the errors begin with ``where``, else its path, and name what it was to hold."""
    where = where or str(path)
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{where}: {called} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{where}: this is not a TOML file{kind} ({toml_place(error)}).") from error


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file under a temporary name and put it in place in one step.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> write_whole(target, "whole")
    >>> target.read_text()
    'whole'
    """
    with whole_file(path) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file under a temporary name; it is put in place in one step when it is closed without an error."""
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".unfinished", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # or a power cut may leave the new name with nothing under it
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
        temporary = ""
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error}).") from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


REPORTS = (".html", ".pdf", ".png")
"""What a report ends in."""
MARKS = {
    ".html": b'content="bikefit"', ".pdf": b"/Author(bikefit)", ".png": b"tEXtSoftware\0bikefit", ".toml": b"bikefit",
}  # fmt: skip
"""What makes a page, a picture or a prior known as the program's own, by its suffix."""
_BEGINNING, _END = 4096, 1 << 20
"""How much of a file is looked through for its mark [bytes]; a PDF has it near its end, before a list of its parts."""


def check_replaceable(path: Path, mark: bytes | None = None) -> None:
    """Refuse to replace a file that is not the program's own: one without ``mark``, or that of its suffix (`MARKS`)."""
    mark = MARKS[path.suffix.lower()] if mark is None else mark
    try:
        with path.open("rb") as file:
            own = mark in file.read(_BEGINNING)
            if not own and path.suffix.lower() == ".pdf":
                file.seek(max(0, file.seek(0, os.SEEK_END) - _END))
                own = mark in file.read()
    except OSError:
        return  # nothing is there; or it cannot be read, and writing will say why
    if not own:
        raise OutputError(
            f"{path}: there is a file of this name that bikefit did not write, so it stays. Name another."
        )


def check_output(path: Path, what: str, suffixes: Sequence[str], mark: bytes | None = None) -> None:
    """Refuse a file that could not be written, before the work is done; ``mark`` as `check_replaceable` has it.

    Examples
    --------
    >>> check_output(Path("strokes.xlsx"), "a table", (".csv", ".parquet"))
    Traceback (most recent call last):
    bikefit.errors.OutputError: strokes.xlsx: a table ends in .csv or .parquet.
    """
    suffix = path.suffix.lower()
    if suffix not in suffixes:
        raise OutputError(f"{path}: {what} ends in {either(suffixes)}.{near_matches(suffix, suffixes)}")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: the folder '{path.parent}' does not exist. Make it first, or choose another.")
    if path.is_dir():
        raise OutputError(f"{path}: this is a folder. Name a file in it.")
    check_replaceable(path, mark)


def png_of_ours(png: bytes) -> bytes:
    """Return a PNG with the program's name in it, by which it is known again (a chunk ``tEXt`` behind its head)."""
    head, chunk = 33, b"tEXtSoftware\0bikefit"  # signature of 8 bytes and IHDR of 25
    return b"".join(
        (png[:head], struct.pack(">I", len(chunk) - 4), chunk, struct.pack(">I", zlib.crc32(chunk)), png[head:])
    )


def require_parquet(what: str) -> None:
    """Refuse to write Parquet where pyarrow is missing, before anything is done; ``what`` the user asked for."""
    if find_spec("pyarrow") is None:
        raise OutputError(f"{what} needs one more package: pip install 'bikefit[parquet]'.")


def own_file(name: str) -> Path | None:
    """Return a file of the user's folder of settings for this program, where there is one.

    The folder is ``bikefit`` in ``$XDG_CONFIG_HOME``, or in ``~/.config``; on Windows in ``%APPDATA%``.
    """
    told = os.environ.get("APPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME")
    try:
        folder = Path(told) if told else Path.home() / ".config"
        path = folder / "bikefit" / name
        return path if path.is_file() else None
    except (OSError, RuntimeError):  # no home, or a folder that may not be looked into
        return None


def _umask() -> int:
    """Return the mask for new files; the system gives it only while setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
