"""Bringing a file of clients of an older program up to date, inside one transaction."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bikefit import __version__
from bikefit.errors import OutputError
from bikefit.store.older import defaults_of
from bikefit.store.rows import CLIENT_TABLES, TABLES
from bikefit.store.schema import CLIENTS_ID, names_of, statements

_KEPT = ("settings", "places", "pages")
"""Tables whose columns are not fields of rows, so they are the same in every version."""


def check_upgrade(database: sqlite3.Connection, path: Path) -> None:
    """Refuse a file of a newer program, or of one that is too old, before anything is written."""
    there, own = _tables(database), _own()
    made_by = database.execute("SELECT value FROM settings WHERE name = 'version'").fetchone()
    version = str(made_by[0]) if made_by else "unknown"
    unknown = set(there) - set(own) - set(_KEPT) or {
        name for table in own for name in set(there.get(table, [])) - set(own[table])
    }
    if unknown or _newer(version):
        raise OutputError(
            f"{path}: this file of clients was made by a newer program ({version}; this is {__version__}), so it is "
            "left as it is. Update bikefit."
        )
    for table, names in own.items():
        lacking = set(names) - set(there.get(table, names)) - set(defaults_of(table))
        if lacking:
            raise OutputError(
                f"{path}: this file of clients was made by a program that is too old ({version}), so it is left as it "
                f"is; {table} has no {', '.join(sorted(lacking))}."
            )


def _tables(database: sqlite3.Connection) -> dict[str, list[str]]:
    """Return the columns of each table that is there."""
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {table: [row[1] for row in database.execute(f"PRAGMA table_info({table})")] for (table,) in tables}


def _own() -> dict[str, tuple[str, ...]]:
    """Return the columns of each table of rows as this program has them."""
    return {
        table: (*(() if table in ("sessions", "clients") else ("session_id",)), *names_of(table))
        for table in {**TABLES, **CLIENT_TABLES}
    }


def upgrade(database: sqlite3.Connection) -> None:
    """Bring the tables of an older program up to date."""
    there, own = _tables(database), _own()
    database.execute("PRAGMA legacy_alter_table = ON")
    for (index,) in database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall():
        database.execute(f'DROP INDEX "{index}"')
    for table in there:
        database.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    for statement in statements(CLIENTS_ID):
        database.execute(statement)
    for table, columns in there.items():
        shared = ", ".join(f'"{name}"' for name in columns)
        added = {name: defaults_of(table)[name] for name in own.get(table, ()) if name not in columns}
        names, values = [shared, *(f'"{name}"' for name in added)], [shared, *added.values()]
        database.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM old_{table}")
        database.execute(f"DROP TABLE old_{table}")


def _newer(version: str) -> bool:
    """Whether a version is above this program's."""

    def parts(text: str) -> list[int]:
        return [int(part) for part in text.split(".") if part.isdigit()]

    return parts(version) > parts(__version__)
