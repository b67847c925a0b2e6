"""Writing rows into a table, whichever file it lies in."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from bikefit.store.rows import SessionRows
from bikefit.store.schema import names_of


def insert(database: sqlite3.Connection, table: str, records: Sequence[tuple[Any, ...]]) -> None:
    """Write rows, each with all columns of the table."""
    if records:
        marks = ", ".join("?" * len(records[0]))
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", records)


def values_of(table: str, row: object) -> tuple[Any, ...]:
    """Return a row's values in the order of the columns."""
    values: tuple[Any, ...] = attrgetter(*names_of(table))(row)
    return values


def insert_session(database: sqlite3.Connection, rows: SessionRows) -> None:
    """Write one session with all that belongs to it, inside the transaction that is open."""
    insert(database, "sessions", [values_of("sessions", rows.session)])
    for table, records in (("feet", rows.feet), ("findings", rows.findings)):
        insert(database, table, [(rows.id, *values_of(table, record)) for record in records])
    insert(database, "strokes", [(rows.id, *record) for record in rows.strokes])
