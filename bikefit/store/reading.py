"""Looking into a batch's results without touching them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from bikefit.errors import OutputError
from bikefit.store.schema import SCHEMA_VERSION


class Known(NamedTuple):
    """What tells whether a stored session still holds.

    Attributes
    ----------
    fingerprint, sha256, version : str
        What it was made from, the hash of its files alone, and by which version of the program.
    retry : int
        Whether it failed for a reason that may have passed.
    error : str
        Why it failed.
    report : str
        Its page, empty where it has none.
    """

    fingerprint: str
    sha256: str
    version: str
    retry: int
    error: str
    report: str


def known_sessions(database: sqlite3.Connection) -> dict[str, Known]:
    """Return what each stored session was made from, by its id."""
    columns = ", ".join(Known._fields)
    return {row[0]: Known(*row[1:]) for row in database.execute(f"SELECT id, {columns} FROM sessions")}


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a batch's results for reading alone; a batch may be writing to them meanwhile.

    Parameters
    ----------
    path : Path
        The file.

    Yields
    ------
    sqlite3.Connection
        Closed at the end.

    Raises
    ------
    OutputError
        If it is no such file.
    """
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        try:
            database = sqlite3.connect(address, uri=True)
            database.execute("SELECT 1 FROM sqlite_master")
        except sqlite3.OperationalError:
            # in a folder that cannot be written, after a kill: what was written last is then left out
            database = sqlite3.connect(f"{address}&immutable=1", uri=True)
        with closing(database):
            yield database
    except sqlite3.Error as error:
        raise OutputError(f"{path}: the results cannot be read ({error}).") from error


def stored_version(path: Path) -> int | None:
    """Return the schema version of a batch's results.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    int or None
        None where there is no file or it is empty.
    """
    if not path.exists() or not path.stat().st_size:
        return None
    with reading(path) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


def look_up(path: Path) -> dict[str, Known]:
    """Return what the results hold of each session, without touching them.

    Parameters
    ----------
    path : Path
        The file; it need not be there.

    Returns
    -------
    dict
        As from `known_sessions`; empty where there is no file or its schema is another one.
    """
    if stored_version(path) != SCHEMA_VERSION:
        return {}
    with reading(path) as database:
        return known_sessions(database)
