"""The database of a studio's file of clients: opened, checked, brought up to date, backed up and cleaned.

Nothing in it can be made again, so it is never put aside: a file that cannot be read, or that a newer program has made,
is left as it is, and one of an older program is brought up to date in one transaction.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bikefit import __version__
from bikefit.errors import OutputError, RecordingError, UsageError
from bikefit.store.opening import Database
from bikefit.store.owner import is_own, why_not
from bikefit.store.schema import CLIENTS_ID, SCHEMA_VERSION
from bikefit.store.upgrade import check_upgrade, upgrade

OWNER_ONLY = 0o600
"""Mode of the file and of what SQLite keeps beside it."""


class ClientDatabase(Database):
    """A studio's file of clients, open; where it is missing, ``make`` makes it."""

    mark = CLIENTS_ID

    def __init__(self, path: Path, *, make: bool = False) -> None:
        if not path.exists() and not make:
            raise RecordingError(f"{path}: there is no such file of clients; 'bikefit clients add NAME' makes it.")
        _create_or_check(path)
        super().__init__(path)

    def _open(self) -> None:
        """Check the file before anything is written to it, then make or update its tables."""
        self._pragmas(temp_store="MEMORY", secure_delete="ON", foreign_keys="ON")
        fault = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if fault != "ok":
            raise sqlite3.DatabaseError(fault)
        older = self._is_made() and self._db.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION
        if older:
            check_upgrade(self._db, self.path)
        self._pragmas(journal_mode="WAL", synchronous="FULL")
        if older:
            self._pragmas(foreign_keys="OFF")
            with self._transaction():
                upgrade(self._db)
                self._set("version", __version__)
            self._pragmas(foreign_keys="ON")
        elif not self._is_made():
            self._make(version=__version__)
        if self._setting("unclean"):
            self._clean()

    def _error(self, error: sqlite3.Error) -> OutputError:
        """Return what is said of an error of the database."""
        if isinstance(error, sqlite3.OperationalError):
            return OutputError(f"{self.path}: cannot be used now ({why_not(error, self.path)}).")
        return _damaged(self.path, error)

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


def _create_or_check(path: Path) -> None:
    """Make a file readable by its owner alone; refuse one that is not a file of clients or cannot be read."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
        own = is_own(path, CLIENTS_ID)
        if own:
            os.chmod(path, OWNER_ONLY)
    except OSError as error:
        raise OutputError(f"{path}: cannot be opened ({error.strerror or error}).") from error
    except OutputError as error:
        raise _damaged(path, error.__cause__) from error
    if not own:
        raise UsageError(f"{path}: this is not a file of clients, so it is left as it is; name another.")


def _damaged(path: Path, why: object) -> OutputError:
    """Return the error of a file that cannot be trusted."""
    return OutputError(
        f"{path}: this file of clients is damaged and is left as it is ({why}). Go back to a backup of it."
    )
