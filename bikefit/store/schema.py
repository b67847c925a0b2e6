"""The tables that keep the results of a batch, or a studio's clients, as their rows have them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import UnionType
from typing import Any, Final, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from bikefit.conventions import Column
from bikefit.store.rows import CLIENT_TABLES, TABLES, FootRow, SessionRow

_SQL = {str: "TEXT", int: "INTEGER", bool: "INTEGER", float: "REAL", bytes: "BLOB"}


class TableColumn(NamedTuple):
    """One column of a table: its name, its SQL type, what it says, its place in ``sessions.csv`` (0 = not there)."""

    name: str
    kind: str
    meaning: str
    csv: int


def columns_of(row: type) -> tuple[TableColumn, ...]:
    """Return the columns of the table with such rows."""
    hints = get_type_hints(row, include_extras=True)
    found = []
    for item in fields(row):
        kind, told = get_args(hints[item.name])
        assert isinstance(told, Column)
        found.append(TableColumn(item.name, _sql(kind), told.meaning, told.csv))
    return tuple(found)


def _sql(kind: Any) -> str:
    """Return the SQL type of a field's type; None beside it makes no difference."""
    if get_origin(kind) in (Union, UnionType):
        kind = next(option for option in get_args(kind) if option is not type(None))
    if get_origin(kind) is Literal:
        return "TEXT"
    return _SQL[kind]


COLUMNS: Final = {table: columns_of(row) for table, row in {**TABLES, **CLIENT_TABLES}.items()}


def names_of(table: str) -> tuple[str, ...]:
    """Return the names of a table's own columns."""
    return tuple(column.name for column in COLUMNS[table])


def csv_columns() -> tuple[str, ...]:
    """Return the columns of ``sessions.csv``: those of sessions and feet that have a place there, by it."""
    shown = [column for row in (SessionRow, FootRow) for column in columns_of(row) if column.csv]
    return tuple(column.name for column in sorted(shown, key=lambda column: column.csv))


def _tables(tables: Mapping[str, Sequence[TableColumn]]) -> str:
    """Return the SQL that makes the tables."""
    own = {table: ", ".join(f'"{name}" {kind}' for name, kind, *_ in columns) for table, columns in tables.items()}
    owner = "session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE"
    return f"""
        CREATE TABLE sessions ({own["sessions"]}, PRIMARY KEY (id));
        CREATE TABLE feet ({owner}, {own["feet"]}, PRIMARY KEY (session_id, foot));
        CREATE TABLE strokes ({owner}, {own["strokes"]}, PRIMARY KEY (session_id, foot, stroke)) WITHOUT ROWID;
        CREATE TABLE findings ({owner}, {own["findings"]}, PRIMARY KEY (session_id, number));
        CREATE TABLE clients ({own["clients"]}, PRIMARY KEY (id));
        CREATE TABLE client_pages ({owner}, {own["client_pages"]}, PRIMARY KEY (session_id, number));
        CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT);
        CREATE TABLE places (place TEXT PRIMARY KEY, {owner}, confirmed TEXT NOT NULL);
        CREATE TABLE pages (path TEXT PRIMARY KEY, size INTEGER);
        CREATE INDEX sessions_by_rider ON sessions (rider);
        CREATE INDEX sessions_by_client ON sessions (client);
        CREATE INDEX places_by_session ON places (session_id);
    """


def version_of(tables: Mapping[str, Sequence[TableColumn]]) -> int:
    """Return the version of tables with such columns: another one with any other column or type."""
    return int(hashlib.sha256(_tables(tables).encode()).hexdigest()[:7], 16)


SCHEMA_VERSION: Final = version_of(COLUMNS)
"""Of the tables as they are; a file of another version is not read."""


APPLICATION_ID: Final = 0x62696B65
"""Marks a file as a batch's own ("bike" in ASCII)."""
CLIENTS_ID: Final = 0x62696B63
"""Marks a file as a studio's file of clients ("bikc" in ASCII)."""


def statements(application_id: int = APPLICATION_ID) -> list[str]:
    """Return the SQL that makes the tables and marks whose file it is, with their version."""
    marks = [f"PRAGMA application_id = {application_id}", f"PRAGMA user_version = {SCHEMA_VERSION}"]
    return [*(made.strip() for made in _tables(COLUMNS).split(";") if made.strip()), *marks]
