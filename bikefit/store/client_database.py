"""The database of a studio's file of clients: opened, checked, brought up to date, backed up and cleaned.

Nothing in it can be made again, so it is never put aside: a file that cannot be read, or that a newer program has made,
is left as it is, and one of an older program is brought up to date in one transaction.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Self

from bikefit import __version__
from bikefit.errors import OutputError, RecordingError, UsageError
from bikefit.store.owner import is_own, why_not
from bikefit.store.schema import CLIENTS_ID, SCHEMA_VERSION, statements
from bikefit.store.transaction import transaction
from bikefit.store.upgrade import check_upgrade, upgrade

BUSY_S = 10.0
"""How long to wait for another program that is writing."""
OWNER_ONLY = 0o600
"""Mode of the file and of what SQLite keeps beside it."""


class ClientDatabase:
    """A studio's file of clients, open; what goes wrong is raised as an error that names it.

    Parameters
    ----------
    path : Path
        The file.
    make : bool
        Make it where it is missing.
    """

    def __init__(self, path: Path, *, make: bool = False) -> None:
        self.path = path
        if not path.exists() and not make:
            raise RecordingError(f"{path}: there is no such file of clients; 'bikefit clients add NAME' makes it.")
        self._create_or_check()
        with self._told():
            self._db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_S)
            try:
                self._open()
            except BaseException:
                self._db.close()
                raise

    def _create_or_check(self) -> None:
        """Make the file readable by its owner alone; refuse one that is not a file of clients or cannot be read."""
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
            own = is_own(self.path, CLIENTS_ID)
            if own:
                os.chmod(self.path, OWNER_ONLY)
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be opened ({error.strerror or error}).") from error
        except OutputError as error:
            raise self._damaged(error.__cause__) from error
        if not own:
            raise UsageError(f"{self.path}: this is not a file of clients, so it is left as it is; name another.")

    def _open(self) -> None:
        """Check the file before anything is written to it, then make or update its tables."""
        for pragma in ("temp_store = MEMORY", "secure_delete = ON", "foreign_keys = ON"):
            self._db.execute(f"PRAGMA {pragma}")
        fault = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if fault != "ok":
            raise sqlite3.DatabaseError(fault)
        made = bool(self._db.execute("SELECT name FROM sqlite_master").fetchall())
        if made and self._version() != SCHEMA_VERSION:
            check_upgrade(self._db, self.path)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        if not made:
            self._make()
        elif self._version() != SCHEMA_VERSION:
            self._db.execute("PRAGMA foreign_keys = OFF")
            with self._transaction():
                upgrade(self._db)
                self._set("version", __version__)
            self._db.execute("PRAGMA foreign_keys = ON")
        if self._setting("unclean"):
            self._clean()

    def _version(self) -> int:
        """Return the version of the tables."""
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def _make(self) -> None:
        """Make the tables, unless another program was faster."""
        with self._transaction():
            if not self._db.execute("SELECT name FROM sqlite_master").fetchall():
                for statement in statements(CLIENTS_ID):
                    self._db.execute(statement)
                self._set("version", __version__)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise what the database says as an error of ours."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OutputError(f"{self.path}: cannot be used now ({why_not(error, self.path)}).") from error
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def _damaged(self, why: object) -> OutputError:
        """Return the error of a file that cannot be trusted."""
        return OutputError(
            f"{self.path}: this file of clients is damaged and is left as it is ({why}). Go back to a backup of it."
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Do everything inside, or nothing."""
        with self._told(), transaction(self._db):
            yield

    def close(self) -> None:
        """Close the file."""
        with suppress(sqlite3.Error):
            self._db.close()

    def __enter__(self) -> Self:
        """Return the open file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def _clean(self) -> None:
        """Write the file anew without what was removed, and empty the write-ahead log."""
        self._db.execute("VACUUM")
        busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise OutputError(
                f"{self.path}: what was removed is gone from the tables, but another program has the file open, so "
                f"bytes of it are left in {self.path.name}-wal. Close that program, then run any 'bikefit clients' "
                "command."
            )
        self._db.execute("DELETE FROM settings WHERE name = 'unclean'")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def backup(self, path: Path) -> None:
        """Copy the whole file, as SQLite does it while others may write; an existing file is never overwritten."""
        if path.exists():
            raise UsageError(f"{path}: this file is there already and is left as it is; name a new one.")
        with self._transaction():
            # noted first, for these copies have to be named even if this is killed
            known = json.loads(self._setting("backups") or "[]")
            self._set("backups", json.dumps(sorted({*known, str(path.resolve())})))
        part = path.with_name(f".{path.name}.unfinished")
        try:
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
            with self._told(), closing(sqlite3.connect(part)) as copy:
                self._db.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            os.rename(part, path)
        except OSError as error:
            raise OutputError(f"{path}: cannot be written ({error.strerror or error}).") from error

    def _setting(self, name: str) -> str:
        """Return what the file notes of itself."""
        found = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def _set(self, name: str, value: str) -> None:
        """Note something of the file itself."""
        self._db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))
