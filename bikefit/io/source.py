"""The bytes of a file, read once: checked, hashed and unpacked.

Every message about a file that cannot be opened is made here, so that all readers say the same.
"""

from __future__ import annotations

import hashlib
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bikefit.errors import RecordingError
from bikefit.model import Finding, finding

GZIP_MAGIC: Final = b"\x1f\x8b"
UNPACKED_MAX_BYTES: Final = 4 << 30
"""More than this out of one packed file is refused: no ride is that long."""
UNPACKED_MAX_RATIO: Final = 50
"""More than this many times its own size is refused too: recordings do not pack that well, bombs do."""
UNPACKED_FREE_BYTES: Final = 64 << 20
"""So much may come out whatever the ratio."""

_SLICE_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class Source:
    """A file's content."""

    name: str  # Without folders
    data: bytes  # Unpacked if it was gzip
    sha256: str  # Of the bytes as stored
    findings: tuple[Finding, ...] = ()  # What was lost on the way


def check_file(path: Path) -> None:
    """Raise a clear error unless the path is an ordinary file with something in it."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise RecordingError(f"{path}: there is no such file.") from None
    except (OSError, ValueError) as error:
        raise RecordingError(f"{path}: the file cannot be opened ({_why(error)}).") from error
    if stat.S_ISDIR(status.st_mode):
        raise RecordingError(
            f"{path}: this is a folder; name a recording in it, or use 'bikefit batch' for the folder."
        )
    if not stat.S_ISREG(status.st_mode):
        raise RecordingError(
            f"{path}: this is not an ordinary file (a pipe or a device); save the recording to a file first."
        )
    if status.st_size == 0:
        raise RecordingError(f"{path}: the file is empty. Copy or export it again.")


def read_stored(path: Path, size: int = -1) -> bytes:
    """Return the bytes of a file as stored, ``size`` at most."""
    check_file(path)
    try:
        with path.open("rb") as stream:
            return stream.read(size)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> RecordingError:
    """Return the error for a file that cannot be read."""
    return RecordingError(f"{path}: the file cannot be read ({_why(error)}).")


def read_head(path: Path, size: int) -> bytes:
    """Return the first bytes of a file, ``size`` at most, unpacked if it is gzip."""
    head = read_stored(path, size)
    if head[:2] == GZIP_MAGIC:
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, size)
        except zlib.error as error:
            raise RecordingError(f"{path}: nothing could be unpacked from this gzip file.") from error
    return head


def load(path: Path, *, strict: bool = False) -> Source:
    """Read a whole file once, packed with gzip or not; ``strict`` refuses a damaged gzip file."""
    stored = read_stored(path)
    if not stored:
        raise RecordingError(f"{path}: the file is empty. Copy or export it again.")
    digest = hashlib.sha256(stored).hexdigest()
    if stored[:2] != GZIP_MAGIC:
        return Source(path.name, stored, digest)
    data, whole = _unpack(stored, path)
    if not data:
        raise RecordingError(f"{path}: nothing could be unpacked from this gzip file.")
    if not whole and strict:
        raise RecordingError(f"{path}: the gzip file is damaged or incomplete.")
    return Source(path.name, data, digest, () if whole else (finding("gzip_damaged", bytes=len(data)),))


def _unpack(stored: bytes, path: Path) -> tuple[bytes, bool]:
    """Unpack all members of a gzip file; return what came out and whether it was whole.

    It is unpacked by slices: one that packs too well is refused before much has come out.
    """
    parts: list[bytes] = []
    size, at, view = 0, 0, memoryview(stored)
    while stored[at : at + 2] == GZIP_MAGIC:
        unpacker = zlib.decompressobj(wbits=31)
        while not unpacker.eof:
            block = unpacker.unconsumed_tail or view[at : at + _SLICE_BYTES]
            at += 0 if unpacker.unconsumed_tail else len(block)
            if not len(block):
                return b"".join(parts), False
            try:
                parts.append(unpacker.decompress(block, _SLICE_BYTES))
            except zlib.error:
                return b"".join(parts), False
            size += len(parts[-1])
            most = max(UNPACKED_FREE_BYTES, min(UNPACKED_MAX_BYTES, UNPACKED_MAX_RATIO * at))
            if size > most:
                raise RecordingError(
                    f"{path}: the packed file holds more than {most >> 20} MiB, which no recording does."
                )
        at -= len(unpacker.unused_data)
    return b"".join(parts), True


def _why(error: Exception) -> str:
    """Return the operating system's own words for an error."""
    return getattr(error, "strerror", None) or str(error)
