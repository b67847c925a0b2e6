"""Results of many sessions in one SQLite file: one writer, one transaction a session.

The tables are documented in ``docs/batch.md``. An older schema is not migrated: the results come from files that
are still there, so the tables are made anew and filled again.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from bikefit.conventions import STROKE_COLUMNS
from bikefit.errors import OutputError

SCHEMA_VERSION = 2
Status = Literal["ok", "undetermined", "failed"]

FOOT_COLUMNS = (
    "foot", "outcome", "wedges", "placement", "change", "fitted", "system",
    "excess_deg", "excess_lo_deg", "excess_hi_deg", "expected_deg",
    "rotation_deg", "standard_error_deg", "metric", "zero", "neutral_kind", "neutral_deg", "lower_bound", "zero_sd_deg",
    "strokes_found", "strokes_used", "cadence_rpm", "power_w", "reference", "quality", "reason", "curve",
)  # fmt: skip
SESSION_COLUMNS = (
    "id", "session", "file", "rider", "date", "condition", "notes", "status", "error", "retry", "fingerprint", "sha256",
    "format", "start", "duration_s", "sampling_rate_hz", "wedge_system", "report", "version", "document",
)  # fmt: skip
FINDING_COLUMNS = ("foot", "level", "code", "message", "details")
CSV_COLUMNS = (
    "session", "file", "rider", "date", "condition", "foot", "status", "error", "outcome", "wedges", "placement",
    "change", "excess_deg", "excess_lo_deg", "excess_hi_deg", "strokes_used", "report",
)  # fmt: skip

_TYPES = {
    "wedges": "INTEGER", "change": "INTEGER", "fitted": "INTEGER", "lower_bound": "INTEGER", "retry": "INTEGER",
    "strokes_found": "INTEGER", "strokes_used": "INTEGER", "stroke": "INTEGER", "spikes_repaired": "INTEGER",
    "used": "INTEGER",
}  # fmt: skip
_TEXTS = {
    "foot", "outcome", "placement", "system", "metric", "zero", "neutral_kind", "reference", "reason", "curve",
    "posture", "reject_reason", "level", "code", "message", "details",
}  # fmt: skip


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


@dataclass(frozen=True)
class SessionRows:
    """Everything that the store keeps of one session, as plain values in the order of the columns.

    Attributes
    ----------
    session : dict
        `SESSION_COLUMNS` -> value.
    feet : list of dict
        `FOOT_COLUMNS` -> value, one a foot.
    strokes : list of tuple
        Rows in the order of `bikefit.conventions.STROKE_COLUMNS`.
    findings : list of tuple
        Rows in the order of `FINDING_COLUMNS`; the foot is empty for the recording's own.
    """

    session: Mapping[str, Any]
    feet: Sequence[Mapping[str, Any]] = ()
    strokes: Sequence[tuple[Any, ...]] = field(default=(), repr=False)
    findings: Sequence[tuple[Any, ...]] = ()

    @property
    def id(self) -> str:
        """The session's id, which also names its page."""
        return str(self.session["id"])

    @property
    def status(self) -> Status:
        """Whether it was analysed, has no count for any foot, or failed."""
        status: Status = self.session["status"]
        return status


def _columns(names: Iterable[str]) -> str:
    def kind(name: str) -> str:
        return _TYPES.get(name, "TEXT" if name in _TEXTS else "REAL")

    return ", ".join(f'"{name}" {kind(name)}' for name in names)


def _schema() -> str:
    session_kinds = {
        "duration_s": "REAL",
        "sampling_rate_hz": "REAL",
        "retry": "INTEGER",
    }
    session = ", ".join(f'"{name}" {session_kinds.get(name, "TEXT")}' for name in SESSION_COLUMNS[1:])
    owner = "session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE"
    return f"""
        CREATE TABLE sessions (id TEXT PRIMARY KEY, position INTEGER, {session});
        CREATE TABLE feet ({owner}, {_columns(FOOT_COLUMNS)}, PRIMARY KEY (session_id, foot));
        CREATE TABLE strokes ({owner}, {_columns(STROKE_COLUMNS)});
        CREATE TABLE findings ({owner}, {_columns(FINDING_COLUMNS)});
        CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT);
        CREATE INDEX strokes_by_session ON strokes (session_id);
        CREATE INDEX sessions_by_rider ON sessions (rider);
        CREATE INDEX findings_by_session ON findings (session_id);
        PRAGMA user_version = {SCHEMA_VERSION};
    """


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
                self._db.executescript("BEGIN;" + _schema() + "COMMIT;")

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
            return _known(self._db)

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


def _known(database: sqlite3.Connection) -> dict[str, Known]:
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
        As from `Store.known`; empty where there is no file or its schema is another one.
    """
    if stored_version(path) != SCHEMA_VERSION:
        return {}
    with reading(path) as database:
        return _known(database)


def sessions_csv(sessions: Iterable[Mapping[str, Any]]) -> str:
    """Return ``sessions.csv``: a row a foot, in the order given; a failed session has one row without a foot.

    Parameters
    ----------
    sessions : iterable of mapping
        As from `Store.sessions`.

    Returns
    -------
    str
        CSV text, unrounded.
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, CSV_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for session in sessions:
        shared = {name: _spreadsheet_safe(session[name]) for name in CSV_COLUMNS if name in session}
        for foot in session["feet"] or [{}]:
            own_status = session["status"]
            if foot:
                own_status = "undetermined" if foot["outcome"] == "undetermined" else "ok"
            writer.writerow({**shared, **foot, "status": own_status})
    return stream.getvalue()


def _spreadsheet_safe(value: Any) -> Any:
    """Keep a name that begins like a formula from being run by a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
