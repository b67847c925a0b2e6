"""A database of another schema: it is put aside, never dropped, and its sessions are taken over."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import MISSING, fields
from pathlib import Path

from bikefit.errors import OutputError
from bikefit.store.reading import stored_version
from bikefit.store.rows import CLIENT_TABLES, TABLES
from bikefit.store.schema import SCHEMA_VERSION, names_of


def put_aside(path: Path) -> Path | None:
    """Rename a database of another schema, and return its new name; None where there is nothing to put aside."""
    version = stored_version(path)
    if version in (None, SCHEMA_VERSION):
        return None
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            if not database.execute("SELECT 1 FROM sqlite_master").fetchall():
                return None
            database.execute("PRAGMA journal_mode = DELETE")  # all of it into the one file that is renamed
        aside = free_name(path, version)
        os.rename(path, aside)
    except (OSError, sqlite3.Error) as error:
        raise OutputError(
            f"{path}: the results of another version cannot be put aside ({error}); close other programs that "
            "have it open."
        ) from error
    return aside


def free_name(path: Path, version: int | None) -> Path:
    """Return a name beside a file that is not taken."""
    names = (
        path.with_name(f"{path.stem}.{version}{more}{path.suffix}") for more in ("", *map("-{}".format, range(2, 999)))
    )
    return next(name for name in names if not name.exists())


def take_over(database: sqlite3.Connection, aside: Path) -> None:
    """Copy the sessions of another schema as far as every column that they lack has a default.

    Their fingerprint is left out, so that each is done again as soon as its recording is there.
    """
    database.execute("ATTACH DATABASE ? AS old", (str(aside),))
    try:
        there = {table: _columns(database, table) for table in TABLES}
        if not all(_bridged(table, there[table]) for table in TABLES):
            return
        database.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            own = (() if table == "sessions" else ("session_id",)) + names_of(table)
            shared = [name for name in own if name in there[table] and name != "fingerprint"]
            values = defaults_of(table) | {"number": "row_number() OVER (PARTITION BY session_id)", "fingerprint": "''"}
            added = [name for name in own if name not in shared]
            names = ", ".join(f'"{name}"' for name in (*shared, *added))
            select = ", ".join([*(f'"{name}"' for name in shared), *(values[name] for name in added)])
            database.execute(f"INSERT INTO main.{table} ({names}) SELECT {select} FROM old.{table}")
        pages = database.execute("SELECT report FROM main.sessions WHERE report <> ''").fetchall()
        _own(database, [*(page for (page,) in pages), "index.html", "sessions.csv"])
        database.execute("COMMIT")
    except sqlite3.Error:
        # the old file is whole and beside: everything is then made anew
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
    finally:
        database.execute("DETACH DATABASE old")


def _own(database: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Note the files that the old results name."""
    database.executemany("INSERT OR IGNORE INTO pages VALUES (?, NULL)", [(path,) for path in paths])


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    """Return the columns of an old table."""
    return {row[1] for row in database.execute(f"PRAGMA old.table_info({table})")}


def _bridged(table: str, there: set[str]) -> bool:
    """Whether every column that an old table lacks has a value all the same."""
    return bool(there) and set(names_of(table)) - there <= {*defaults_of(table), "number"}


def defaults_of(table: str) -> dict[str, str]:
    """Return the default of each column that has one, as SQL."""
    plain = {True: "1", False: "0", None: "NULL"}
    return {
        item.name: plain[item.default] if item.default in plain else "'" + str(item.default).replace("'", "''") + "'"
        for item in fields({**TABLES, **CLIENT_TABLES}[table])
        if item.default is not MISSING
    }
