"""The SQLite file of a batch, open for writing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from bikefit.conventions import STROKE_COLUMNS
from bikefit.errors import OutputError
from bikefit.store.reading import Known, known_sessions
from bikefit.store.schema import FINDING_COLUMNS, FOOT_COLUMNS, SCHEMA_VERSION, SESSION_COLUMNS, SessionRows, schema


class Store:
    """The SQLite file of a batch, open for writing.

    Parameters
    ----------
    path : Path
        The file; made where it is missing, made anew where its schema is another one.

    Attributes
    ----------
    rebuilt_from : int or None
        The other schema version that was found and replaced.

    Raises
    ------
    OutputError
        If the file cannot be opened or written, or is no database.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rebuilt_from: int | None = None
        with self._told():
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            found = self._db.execute("PRAGMA user_version").fetchone()[0]
            tables = self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            if tables and found != SCHEMA_VERSION:
                self.rebuilt_from = found
                self._db.execute("PRAGMA foreign_keys = OFF")
                for (name,) in tables:
                    self._db.execute(f'DROP TABLE "{name}"')
                self._db.execute("PRAGMA foreign_keys = ON")
                tables = []
            if not tables:
                self._db.executescript("BEGIN;" + schema() + "COMMIT;")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise OutputError(f"{self.path}: the results cannot be written ({error}).") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._db.in_transaction:  # a full disk has rolled it back already
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Bring everything into the one file and close it."""
        with self._told():
            self._db.execute("PRAGMA journal_mode = DELETE")
            self._db.close()

    def __enter__(self) -> Store:
        """Return the open store."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close the store; after an error without a second one, such as on a full disk."""
        with suppress(OutputError) if kind is not None else nullcontext():
            self.close()

    def save(self, rows: SessionRows, position: int) -> None:
        """Write one session, in the place of what was there, in one transaction.

        Parameters
        ----------
        rows : SessionRows
            The session.
        position : int
            Its place in the manifest.
        """
        session_id = rows.id
        with self._transaction():
            self._db.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
            values = [rows.session.get(name) for name in SESSION_COLUMNS]
            names = ", ".join(f'"{name}"' for name in SESSION_COLUMNS)
            marks = ", ".join("?" * len(SESSION_COLUMNS))
            self._db.execute(f"INSERT INTO sessions ({names}, position) VALUES ({marks}, ?)", [*values, position])
            for table, columns, records in (
                ("feet", FOOT_COLUMNS, [tuple(foot.get(name) for name in FOOT_COLUMNS) for foot in rows.feet]),
                ("strokes", STROKE_COLUMNS, rows.strokes),
                ("findings", FINDING_COLUMNS, rows.findings),
            ):
                marks = ", ".join("?" * (len(columns) + 1))
                self._db.executemany(
                    f"INSERT INTO {table} VALUES ({marks})", ((session_id, *record) for record in records)
                )

    def known(self) -> dict[str, Known]:
        """Return what each stored session was made from.

        Returns
        -------
        dict
            Session id -> what tells whether it still holds.
        """
        with self._told():
            return known_sessions(self._db)

    def arrange(self, positions: Mapping[str, int]) -> list[str]:
        """Put the sessions in the manifest's order and drop those that it does not name.

        Parameters
        ----------
        positions : mapping of str to int
            Session id -> place.

        Returns
        -------
        list of str
            Ids that were dropped.
        """
        with self._transaction():
            kept = {name for (name,) in self._db.execute("SELECT id FROM sessions")}
            dropped = sorted(kept - set(positions))
            self._db.executemany("DELETE FROM sessions WHERE id = ?", [(name,) for name in dropped])
            self._db.executemany(
                "UPDATE sessions SET position = ? WHERE id = ?", [(place, name) for name, place in positions.items()]
            )
        return dropped

    def save_settings(self, settings: Mapping[str, Any]) -> None:
        """Write the settings and options of the batch.

        Parameters
        ----------
        settings : mapping
            Name -> value; written as JSON.
        """
        with self._transaction():
            self._db.execute("DELETE FROM settings")
            self._db.executemany(
                "INSERT INTO settings VALUES (?, ?)", [(name, json.dumps(value)) for name, value in settings.items()]
            )

    def sessions(self, rider: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield every session without its document, in the manifest's order, with its feet under ``feet``.

        Parameters
        ----------
        rider : str, optional
            Only this rider's.

        Yields
        ------
        dict
            `SESSION_COLUMNS` but ``document``, and ``feet``: a list of dicts of `FOOT_COLUMNS`.
        """
        names = [name for name in SESSION_COLUMNS if name != "document"]
        columns = ", ".join(f'"{name}"' for name in names)
        which, values = ("", ()) if rider is None else ("WHERE rider = ?", (rider,))
        with self._told():
            feet = self._db.execute(
                f"SELECT session_id, feet.* FROM feet JOIN sessions ON id = session_id {which} ORDER BY position, foot",
                values,
            )
            waiting = feet.fetchone()
            for row in self._db.execute(f"SELECT {columns} FROM sessions {which} ORDER BY position", values):
                session = dict(zip(names, row, strict=True))
                session["feet"] = []
                while waiting is not None and waiting[0] == session["id"]:
                    session["feet"].append(dict(zip(FOOT_COLUMNS, waiting[2:], strict=True)))
                    waiting = feet.fetchone()
                yield session

    def documents(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the JSON of some sessions.

        Parameters
        ----------
        ids : iterable of str
            Sessions that were analysed.

        Returns
        -------
        dict
            Session id -> JSON text.
        """
        query = "SELECT document FROM sessions WHERE id = ?"
        with self._told():
            return {name: self._db.execute(query, (name,)).fetchone()[0] for name in ids}

    def dump(self) -> str:
        """Return every row as text, in an order that does not depend on when it was written.

        Returns
        -------
        str
            For comparing two runs.
        """
        lines: list[str] = []
        orders = {
            "sessions": "position",
            "feet": "session_id, foot",
            "strokes": "session_id, foot, stroke",
            "findings": "session_id, foot, code, message, details",
            "settings": "name",
        }
        with self._told():
            for table, order in orders.items():
                lines += [repr(row) for row in self._db.execute(f"SELECT * FROM {table} ORDER BY {order}")]
        return "\n".join(lines)
