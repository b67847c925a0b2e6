"""A database of another schema: it is put aside, never dropped, and its sessions are taken over."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from bikefit.errors import OutputError
from bikefit.store.opening import transaction
from bikefit.store.reading import stored_version
from bikefit.store.schema import SCHEMA_VERSION, TABLES


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

    Their fingerprint is left out, so that each is done again as soon as its recording is there. Where that fails, the
    old file is whole and beside: everything is then made anew.
    """
    database.execute("ATTACH DATABASE ? AS old", (str(aside),))
    numbered = {"number": "row_number() OVER (PARTITION BY session_id)"}
    try:
        there = {name: columns_there(database, name, "old") for name in TABLES}
        if not all(there[name] and not table.lacks(there[name], numbered) for name, table in TABLES.items()):
            return
        with transaction(database):
            for name, table in TABLES.items():
                shared = [column for column in there[name] if column in table.all_names and column != "fingerprint"]
                values = table.defaults | numbered
                added = {column: values[column] for column in table.all_names if column not in shared}
                copy_rows(database, f"old.{name}", name, shared, added)
            database.execute("INSERT OR IGNORE INTO pages SELECT report, NULL FROM main.sessions WHERE report <> ''")
            database.execute("INSERT OR IGNORE INTO pages VALUES ('index.html', NULL), ('sessions.csv', NULL)")
    finally:
        database.execute("DETACH DATABASE old")


def columns_there(database: sqlite3.Connection, table: str, file: str = "main") -> list[str]:
    """Return the columns of a table as the file has it; none where there is no such table."""
    return [row[1] for row in database.execute(f"PRAGMA {file}.table_info({table})")]


def copy_rows(
    database: sqlite3.Connection, source: str, table: str, shared: Sequence[str], added: Mapping[str, str]
) -> None:
    """Copy the rows of an older table: the columns that both have, and the values of those that were added since."""
    same = [f'"{name}"' for name in shared]
    names = ", ".join([*same, *(f'"{name}"' for name in added)])
    database.execute(f"INSERT INTO main.{table} ({names}) SELECT {', '.join([*same, *added.values()])} FROM {source}")
