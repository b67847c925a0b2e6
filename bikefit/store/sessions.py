"""The sessions that a batch's results hold, each with its feet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bikefit.errors import RecordingError
from bikefit.store.owner import is_own
from bikefit.store.reading import reading, stored_version
from bikefit.store.schema import CLIENTS_ID, FEET, SCHEMA_VERSION, SESSIONS

StoredSession = Mapping[str, Any]
"""A session by column, but its document, and its feet under ``feet``."""


def sessions_of(
    database: sqlite3.Connection, rider: str | None = None, client: str | None = None
) -> Iterator[dict[str, Any]]:
    """Yield each session, in the manifest's order: its columns but the document, and its feet under ``feet``.

    Those of one rider, or of one client, where that is asked for.
    """
    names = SESSIONS.listed
    columns = ", ".join(f'"{name}"' for name in names)
    asked = {"rider": rider, "client": client}
    whose = {name: value for name, value in asked.items() if value is not None}
    which = "WHERE " + " AND ".join(f"{name} = ?" for name in whose) if whose else ""
    values = tuple(whose.values())
    feet = database.execute(
        f"SELECT session_id, feet.* FROM feet JOIN sessions ON id = session_id {which} ORDER BY position, foot", values
    )
    waiting = feet.fetchone()
    for row in database.execute(f"SELECT {columns} FROM sessions {which} ORDER BY position", values):
        session = dict(zip(names, row, strict=True))
        session["feet"] = []
        while waiting is not None and waiting[0] == session["id"]:
            session["feet"].append(dict(zip(FEET.names, waiting[2:], strict=True)))
            waiting = feet.fetchone()
        yield session


def stored_sessions(path: Path) -> list[dict[str, Any]]:
    """Return all sessions of a batch's results or a file of clients, without touching it; no such file is an error."""
    if not path.is_file():
        raise RecordingError(f"{path}: there are no results of a batch. Make them with 'bikefit batch' first.")
    if not is_own(path) and not is_own(path, CLIENTS_ID):
        raise RecordingError(f"{path}: this is not a database of a batch; expected its results.sqlite.")
    if stored_version(path) != SCHEMA_VERSION:
        raise RecordingError(
            f"{path}: these results are of another version of bikefit. Run 'bikefit batch' on their recordings again."
        )
    with reading(path) as database:
        return list(sessions_of(database))
