"""Bringing a file of clients of an older program up to date, inside one transaction."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bikefit import __version__
from bikefit.errors import OutputError
from bikefit.store.older import columns_there, copy_rows
from bikefit.store.schema import ALL_TABLES, CLIENTS_ID, statements

_KEPT = ("settings", "places", "pages")
"""Tables whose columns are not fields of rows, so they are the same in every version."""


def check_upgrade(database: sqlite3.Connection, path: Path) -> None:
    """Refuse a file of a newer program, or of one that is too old, before anything is written."""
    there = _tables(database)
    made_by = database.execute("SELECT value FROM settings WHERE name = 'version'").fetchone()
    version = str(made_by[0]) if made_by else "unknown"
    unknown = set(there) - set(ALL_TABLES) - set(_KEPT) or {
        column for name, table in ALL_TABLES.items() for column in set(there.get(name, ())) - set(table.all_names)
    }
    if unknown or _newer(version):
        raise OutputError(
            f"{path}: this file of clients was made by a newer program ({version}; this is {__version__}), so it is "
            "left as it is. Update bikefit."
        )
    for name, table in ALL_TABLES.items():
        if name in there and (lacking := table.lacks(there[name])):
            raise OutputError(
                f"{path}: this file of clients was made by a program that is too old ({version}), so it is left as it "
                f"is; {name} has no {', '.join(sorted(lacking))}."
            )


def _tables(database: sqlite3.Connection) -> dict[str, list[str]]:
    """Return the columns of each table that is there."""
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {table: columns_there(database, table) for (table,) in tables}


def upgrade(database: sqlite3.Connection) -> None:
    """Bring the tables of an older program up to date."""
    there = _tables(database)
    database.execute("PRAGMA legacy_alter_table = ON")
    for (index,) in database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall():
        database.execute(f'DROP INDEX "{index}"')
    for table in there:
        database.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    for statement in statements(CLIENTS_ID):
        database.execute(statement)
    for name, columns in there.items():
        defaults = ALL_TABLES[name].defaults if name in ALL_TABLES else {}
        added = {column: value for column, value in defaults.items() if column not in columns}
        copy_rows(database, f"old_{name}", name, columns, added)
        database.execute(f"DROP TABLE old_{name}")


def _newer(version: str) -> bool:
    """Whether a version is above this program's."""

    def parts(text: str) -> list[int]:
        return [int(part) for part in text.split(".") if part.isdigit()]

    return parts(version) > parts(__version__)
