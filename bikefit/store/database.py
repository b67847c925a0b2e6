"""The SQLite file of a batch, open for writing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from operator import attrgetter
from pathlib import Path
from typing import Any

from bikefit.errors import OutputError
from bikefit.store.reading import Known, known_sessions
from bikefit.store.rows import SessionRows
from bikefit.store.schema import SCHEMA_VERSION, names_of, schema

_ORDERS = {
    "sessions": "position",
    "feet": "session_id, foot",
    "strokes": "session_id, foot, stroke",
    "findings": "session_id, foot, code, message, details",
    "settings": "name",
}
"""Orders of the tables' rows that do not depend on when they were written."""


class Store:
    """The SQLite file of a batch, open for writing; what goes wrong is told as an `OutputError` that names it.

    Parameters
    ----------
    path : Path
        The file; made where it is missing, made anew where its schema is another one.

    Attributes
    ----------
    rebuilt_from : int or None
        The other schema version that was found and replaced.
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
        """Tell what the database says as an error of ours."""
        try:
            yield
        except sqlite3.Error as error:
            raise OutputError(f"{self.path}: the results cannot be written ({error}).") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Do everything inside, or nothing."""
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

    def save(self, rows: SessionRows) -> None:
        """Write one session, in the place of what was there, in one transaction."""
        tables: tuple[tuple[str, Sequence[object]], ...] = (("feet", rows.feet), ("findings", rows.findings))
        with self._transaction():
            self._db.execute("DELETE FROM sessions WHERE id = ?", (rows.id,))
            self._insert("sessions", [_values("sessions", rows.session)])
            for table, records in tables:
                self._insert(table, [(rows.id, *_values(table, record)) for record in records])
            self._insert("strokes", [(rows.id, *record) for record in rows.strokes])

    def _insert(self, table: str, records: Sequence[tuple[Any, ...]]) -> None:
        """Write rows, each with all columns of the table."""
        if records:
            marks = ", ".join("?" * len(records[0]))
            self._db.executemany(f"INSERT INTO {table} VALUES ({marks})", records)

    def known(self) -> dict[str, Known]:
        """Return what each stored session was made from, by its id."""
        with self._told():
            return known_sessions(self._db)

    def arrange(self, positions: Mapping[str, int]) -> list[str]:
        """Put the sessions in the manifest's order, drop those that it does not name, and return their ids."""
        with self._transaction():
            kept = {name for (name,) in self._db.execute("SELECT id FROM sessions")}
            dropped = sorted(kept - set(positions))
            self._db.executemany("DELETE FROM sessions WHERE id = ?", [(name,) for name in dropped])
            self._db.executemany(
                "UPDATE sessions SET position = ? WHERE id = ?", [(place, name) for name, place in positions.items()]
            )
        return dropped

    def save_settings(self, settings: Mapping[str, Any]) -> None:
        """Write the settings and options of the batch, as JSON."""
        with self._transaction():
            self._db.execute("DELETE FROM settings")
            self._db.executemany(
                "INSERT INTO settings VALUES (?, ?)", [(name, json.dumps(value)) for name, value in settings.items()]
            )

    def sessions(self, rider: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield each session, in the manifest's order: its columns but the document, and its feet under ``feet``."""
        names = [name for name in names_of("sessions") if name != "document"]
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
                    session["feet"].append(dict(zip(names_of("feet"), waiting[2:], strict=True)))
                    waiting = feet.fetchone()
                yield session

    def dump(self) -> str:
        """Return every row as text, in an order that does not depend on when it was written."""
        lines: list[str] = []
        with self._told():
            for table, order in _ORDERS.items():
                lines += [repr(row) for row in self._db.execute(f"SELECT * FROM {table} ORDER BY {order}")]
        return "\n".join(lines)


def _values(table: str, row: object) -> tuple[Any, ...]:
    """Return a row's values in the order of the columns."""
    values: tuple[Any, ...] = attrgetter(*names_of(table))(row)
    return values
