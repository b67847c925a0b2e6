"""Looking into a batch's results without touching them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from bikefit.conventions import Side
from bikefit.errors import OutputError
from bikefit.store.schema import SCHEMA_VERSION


class Known(NamedTuple):
    """What tells whether a stored session still holds: columns of `bikefit.store.rows.SessionRow`."""

    fingerprint: str
    sha256: str
    version: str
    retry: int
    error: str
    report: str
    session: str
    status: str
    rider: str
    pdf: str

    @property
    def good(self) -> bool:
        """Whether it was analysed."""
        return self.status != "failed"


def known_sessions(database: sqlite3.Connection) -> dict[str, Known]:
    """Return what each stored session was made from, by its id."""
    columns = ", ".join(Known._fields)
    return {row[0]: Known(*row[1:]) for row in database.execute(f"SELECT id, {columns} FROM sessions")}


def pages_of(database: sqlite3.Connection) -> dict[str, int | None]:
    """Return the files that are the batch's own, each with its size where that is known."""
    return dict(database.execute("SELECT path, size FROM pages").fetchall())


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a batch's results for reading alone; a batch may be writing to them meanwhile."""
    address = f"file:{quote(str(path.absolute()))}?mode="
    try:
        try:
            # not "ro": such a connection would leave SQLite's own two files behind
            database = sqlite3.connect(f"{address}rw", uri=True)
            database.execute("PRAGMA query_only = ON")
            database.execute("SELECT 1 FROM sqlite_master")
        except sqlite3.OperationalError:
            # in a folder that cannot be written: what a killed batch wrote last is then left out
            database = sqlite3.connect(f"{address}ro&immutable=1", uri=True)
        with closing(database):
            yield database
    except sqlite3.Error as error:
        raise OutputError(f"{path}: the results cannot be read ({error}).") from error


def stored_version(path: Path) -> int | None:
    """Return the schema version of a batch's results."""
    if not path.exists() or not path.stat().st_size:
        return None
    with reading(path) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


def worn_in(database: sqlite3.Connection) -> dict[str, list[tuple[Side, int]]]:
    """Return `Stored.worn`."""
    query = "SELECT session_id, foot, fitted FROM feet WHERE rotation_deg IS NOT NULL AND fitted IS NOT NULL"
    worn: dict[str, list[tuple[Side, int]]] = {}
    for session_id, foot, fitted in database.execute(query):
        worn.setdefault(session_id, []).append((foot, fitted))
    return worn


class Stored(NamedTuple):
    """What a batch's results hold."""

    sessions: Mapping[str, Known]  # By id
    places: Mapping[str, str]  # The session of each place where a recording was found
    pages: Mapping[str, int | None]  # Its own files and their sizes, where those are known
    # By session, foot and count of wedges of each foot that gave an angle, where the count is known.
    worn: Mapping[str, Collection[tuple[Side, int]]]


def stored_in(database: sqlite3.Connection) -> Stored:
    """Return what an open database holds."""
    places = dict(database.execute("SELECT place, session_id FROM places").fetchall())
    return Stored(known_sessions(database), places, pages_of(database), worn_in(database))


def look_up(path: Path) -> Stored:
    """Return what the results hold, without touching them."""
    if stored_version(path) != SCHEMA_VERSION:
        return Stored({}, {}, {}, {})
    with reading(path) as database:
        return stored_in(database)
