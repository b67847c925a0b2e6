"""Whose file it is: a batch's own database, another program's, and who else is writing to it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from bikefit.errors import UsageError
from bikefit.store.reading import reading
from bikefit.store.schema import APPLICATION_ID

_UNMARKED = {APPLICATION_ID: {"sessions", "feet", "strokes", "findings", "settings"}}
"""By these tables a batch's file is known that was made before it was marked."""


def is_own(path: Path, mark: int = APPLICATION_ID) -> bool:
    """Tell whether a file is a batch's database, or one with another mark; an empty one was begun and killed."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(16)
    if head != b"SQLite format 3\0":
        return not head
    with reading(path) as database:
        found = database.execute("PRAGMA application_id").fetchone()[0]
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    unmarked = not tables or (mark in _UNMARKED and tables >= _UNMARKED[mark])
    return bool(found == mark or (found == 0 and unmarked))


def check_own(path: Path) -> None:
    """Refuse a file that is there and is not a batch's database."""
    if path.exists() and not is_own(path):
        raise UsageError(
            f"{path}: this is not a database of a batch, so it is left as it is. Choose another --out, or move the "
            "file."
        )


def why_not(error: sqlite3.Error, path: Path) -> str:
    """Say why the database refused, and who else holds it where the system tells."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return str(error)
    others = holders(path)
    who = f"{' and '.join(others)} holds it" if others else "another program is writing to it"
    return f"{error}: {who}; save or discard its changes there, such as in a database browser, and run the same again"


def holders(path: Path) -> list[str]:
    """Name the other processes that have a file open, where the system tells (Linux)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            opened = any(os.path.samefile(link, path) for link in (process / "fd").iterdir() if link.exists())
            if opened and int(process.name) != os.getpid():
                found.append(f"{(process / 'comm').read_text().strip()} (process {process.name})")
    return found
