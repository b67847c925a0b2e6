"""Writing rows into a table, whichever file it lies in."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from bikefit.store.rows import SessionRows
from bikefit.store.schema import FEET, FINDINGS, SESSIONS, STROKES, Table


def insert(database: sqlite3.Connection, table: Table, records: Sequence[tuple[Any, ...]]) -> None:
    """Write rows, each with all columns of the table."""
    marks = ", ".join("?" * len(table.all_names))
    database.executemany(f"INSERT INTO {table.name} VALUES ({marks})", records)


def values_of(table: Table, row: object) -> tuple[Any, ...]:
    """Return a row's values in the order of the columns."""
    values: tuple[Any, ...] = attrgetter(*table.names)(row)
    return values


def insert_session(database: sqlite3.Connection, rows: SessionRows) -> None:
    """Write one session with all that belongs to it, inside the transaction that is open."""
    insert(database, SESSIONS, [values_of(SESSIONS, rows.session)])
    for table, records in ((FEET, rows.feet), (FINDINGS, rows.findings)):
        insert(database, table, [(rows.id, *values_of(table, record)) for record in records])
    insert(database, STROKES, [(rows.id, *record) for record in rows.strokes])
