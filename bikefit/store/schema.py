"""The tables that keep the results of a batch, or a studio's clients, as their rows have them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from types import UnionType
from typing import Any, Final, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from bikefit.conventions import Column, StrokeRow
from bikefit.store.rows import ClientRow, FindingRow, FootRow, PageRow, SessionRow

_SQL = {str: "TEXT", int: "INTEGER", bool: "INTEGER", float: "REAL", bytes: "BLOB"}


class TableColumn(NamedTuple):
    """One column of a table: its name and SQL type, and what its `Column` says."""

    name: str
    kind: str
    meaning: str
    csv: int = 0
    listed: bool = True
    of_client: bool = True


def columns_of(row: type) -> tuple[TableColumn, ...]:
    """Return the columns of the table with such rows."""
    hints = get_type_hints(row, include_extras=True)
    found = []
    for item in fields(row):
        kind, told = get_args(hints[item.name])
        assert isinstance(told, Column)
        found.append(TableColumn(item.name, _sql(kind), told.meaning, told.csv, told.listed, told.of_client))
    return tuple(found)


def _sql(kind: Any) -> str:
    """Return the SQL type of a field's type; None beside it makes no difference."""
    if get_origin(kind) in (Union, UnionType):
        kind = next(option for option in get_args(kind) if option is not type(None))
    if get_origin(kind) is Literal:
        return "TEXT"
    return _SQL[kind]


@dataclass(frozen=True)
class Table:
    """A table: what a row of it is, and which columns tell a session's rows apart, or all rows, and put them in order.

    ``of_session``: whether each row belongs to a session, whose id is then its first column, before the row's own.
    """

    name: str
    row: type
    key: tuple[str, ...]
    of_session: bool = True
    ending: str = ""  # of the SQL that makes it

    @cached_property
    def columns(self) -> tuple[TableColumn, ...]:
        """The rows' own columns."""
        return columns_of(self.row)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the rows' own columns."""
        return tuple(column.name for column in self.columns)

    @property
    def all_names(self) -> tuple[str, ...]:
        """Names of the columns as the table has them."""
        return (*self._owner, *self.names)

    @property
    def listed(self) -> dict[str, str]:
        """SQL type of each column that lists of sessions and tables for other programs have."""
        return dict.fromkeys(self._owner, "TEXT") | {one.name: one.kind for one in self.columns if one.listed}

    @property
    def defaults(self) -> dict[str, str]:
        """Default of each column that has one, as SQL."""
        plain = {True: "1", False: "0", None: "NULL"}
        return {
            item.name: plain[item.default]
            if item.default in plain
            else "'" + str(item.default).replace("'", "''") + "'"
            for item in fields(self.row)
            if item.default is not MISSING
        }

    def lacks(self, there: Collection[str], filled: Collection[str] = ()) -> set[str]:
        """Return the rows' own columns that an older table has not, and that have no default and are not filled."""
        return set(self.names) - {*there, *self.defaults, *filled}

    @property
    def _owner(self) -> tuple[str, ...]:
        """The column with the session's id, where there is one."""
        return ("session_id",) if self.of_session else ()

    def made(self, columns: Sequence[TableColumn]) -> str:
        """Return the SQL that makes it with such columns of its rows."""
        owner = f"{_OWNER}, " if self.of_session else ""
        own = ", ".join(f'"{name}" {kind}' for name, kind, *_ in columns)
        key = ", ".join((*self._owner, *self.key))
        return f"CREATE TABLE {self.name} ({owner}{own}, PRIMARY KEY ({key})){self.ending}"

    def of_one(self) -> str:
        """Return the query of a session's rows, in order."""
        return f"SELECT {', '.join(self.names)} FROM {self.name} WHERE session_id = ? ORDER BY {', '.join(self.key)}"

    def in_order(self, columns: str = "own.*") -> str:
        """Return the query of all sessions' rows, called ``own``, in the manifest's order of the sessions."""
        whose = "session_id" if self.of_session else "id"
        order = ", ".join(("named.position", *(f"own.{name}" for name in self.key)))
        return f"SELECT {columns} FROM {self.name} own JOIN sessions named ON named.id = own.{whose} ORDER BY {order}"


_OWNER: Final = "session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE"
SESSIONS: Final = Table("sessions", SessionRow, ("id",), of_session=False)
FEET: Final = Table("feet", FootRow, ("foot",))
STROKES: Final = Table("strokes", StrokeRow, ("foot", "stroke"), ending=" WITHOUT ROWID")
FINDINGS: Final = Table("findings", FindingRow, ("number",))
CLIENTS: Final = Table("clients", ClientRow, ("id",), of_session=False)
CLIENT_PAGES: Final = Table("client_pages", PageRow, ("number",))
TABLES: Final = {table.name: table for table in (SESSIONS, FEET, STROKES, FINDINGS)}
"""The tables of every session."""
ALL_TABLES: Final = TABLES | {table.name: table for table in (CLIENTS, CLIENT_PAGES)}
"""With those that only a studio's file of clients has rows in."""
COLUMNS: Final = {name: table.columns for name, table in ALL_TABLES.items()}


def csv_columns() -> tuple[str, ...]:
    """Return the columns of ``sessions.csv``: those of sessions and feet that have a place there, by it."""
    shown = [column for table in (SESSIONS, FEET) for column in table.columns if column.csv]
    return tuple(column.name for column in sorted(shown, key=lambda column: column.csv))


def _made(columns: Mapping[str, Sequence[TableColumn]]) -> list[str]:
    """Return the SQL that makes the tables."""
    return [
        *(table.made(columns[name]) for name, table in ALL_TABLES.items()),
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT)",
        f"CREATE TABLE places (place TEXT PRIMARY KEY, {_OWNER}, confirmed TEXT NOT NULL)",
        "CREATE TABLE pages (path TEXT PRIMARY KEY, size INTEGER)",
        "CREATE INDEX sessions_by_rider ON sessions (rider)",
        "CREATE INDEX sessions_by_client ON sessions (client)",
        "CREATE INDEX places_by_session ON places (session_id)",
    ]


def version_of(columns: Mapping[str, Sequence[TableColumn]]) -> int:
    """Return the version of tables with such columns: another one with any other column or type."""
    # laid out as it has always been, or the version would be another one
    laid_out = "".join(f"\n        {statement};" for statement in _made(columns)) + "\n    "
    return int(hashlib.sha256(laid_out.encode()).hexdigest()[:7], 16)


SCHEMA_VERSION: Final = version_of(COLUMNS)
"""Of the tables as they are; a file of another version is not read."""


APPLICATION_ID: Final = 0x62696B65
"""Marks a file as a batch's own ("bike" in ASCII)."""
CLIENTS_ID: Final = 0x62696B63
"""Marks a file as a studio's file of clients ("bikc" in ASCII)."""


def statements(application_id: int = APPLICATION_ID) -> list[str]:
    """Return the SQL that makes the tables and marks whose file it is, with their version."""
    return [*_made(COLUMNS), f"PRAGMA application_id = {application_id}", f"PRAGMA user_version = {SCHEMA_VERSION}"]
