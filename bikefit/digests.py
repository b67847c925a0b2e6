"""Hashes of files: of several together, and of a large table, begun while the program is still being loaded.

A second processor has nothing to do then.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bikefit.threads import begin, usable

LEAST_BYTES, MOST_BYTES = 8 << 20, 512 << 20
"""A smaller file is hashed in no time; a larger one would keep a program that has failed from ending."""
BLOCK_BYTES: Final = 4 << 20
"""Large, for after each block the thread waits until what is being loaded lets it go on."""
SUFFIXES: Final = (".csv", ".tsv", ".txt")
_Identity = tuple[int, int, int, int]
_begun: dict[_Identity, Callable[[], str]] = {}


def begin_digest(path: Path) -> None:
    """Begin to hash a large table; nothing is said of a file that cannot be read."""
    identity = _identity(path)
    if identity is None or path.suffix.lower() not in SUFFIXES or usable() == 1:
        return
    if LEAST_BYTES <= identity[2] <= MOST_BYTES:
        _begun[identity] = begin(lambda: _digest(path))


def digest_begun(path: Path) -> Callable[[], str] | None:
    """Return what waits for the hash that was begun; it is empty where the file is another by then. None: not begun."""
    identity = _identity(path)
    wait = None if identity is None else _begun.pop(identity, None)
    return None if wait is None else lambda: wait() if _identity(path) == identity else ""


def combined(hashes: Sequence[str]) -> str:
    """Return one hash for the files of a session, in order: the hash of their hashes, of one file its own."""
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def _identity(path: Path) -> _Identity | None:
    """Return what changes with a file's content; None where there is no file."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file; empty where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as stream:
            block = memoryview(bytearray(BLOCK_BYTES))
            while size := stream.readinto(block):
                digest.update(block[:size])
    except OSError:
        return ""
    return digest.hexdigest()
