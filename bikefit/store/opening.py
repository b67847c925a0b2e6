"""A database of this program, open for writing, whichever it is: transactions, errors that name it, its own notes."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import ClassVar, Self

from bikefit.errors import OutputError
from bikefit.store.schema import statements

BUSY_S = 10.0
"""How long to wait for another program that is writing."""


class Database(ABC):
    """A database that is open for writing; what goes wrong with it is raised as an `OutputError` that names it."""

    mark: ClassVar[int]

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            self._db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_S)
            try:
                self._open()
            except BaseException:
                self._db.close()
                raise

    @abstractmethod
    def _open(self) -> None:
        """Say how it is written, and make what it lacks."""

    @abstractmethod
    def _error(self, error: sqlite3.Error) -> OutputError:
        """Return what is said of an error of the database."""

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise what the database says as an error of ours."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._error(error) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Do everything inside, or nothing."""
        with self._told(), transaction(self._db):
            yield

    def _pragmas(self, **values: str) -> None:
        """Say how it is read and written."""
        for name, value in values.items():
            self._db.execute(f"PRAGMA {name} = {value}")

    def _is_made(self) -> bool:
        """Whether it has its tables."""
        return self._db.execute("SELECT name FROM sqlite_master").fetchone() is not None

    def _make(self, **notes: str) -> None:
        """Make the tables, with what the file notes of itself, unless another program was faster."""
        with self._transaction():
            if not self._is_made():
                for statement in statements(self.mark):
                    self._db.execute(statement)
                for name, value in notes.items():
                    self._set(name, value)

    def _setting(self, name: str) -> str:
        """Return what the file notes of itself under a name, empty where there is nothing."""
        found = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def _set(self, name: str, value: str) -> None:
        """Note something of the file itself."""
        self._db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Close the file."""
        with self._told():
            self._db.close()

    def __enter__(self) -> Self:
        """Return the open file."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close the file; after an error without a second one, such as on a full disk."""
        with suppress(OutputError) if kind is not None else nullcontext():
            self.close()


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Keep what is done inside once it is done to the end, and nothing of it where it fails."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:  # a full disk has rolled it back already
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
