"""The SQLite file of a batch, open for writing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bikefit.errors import OutputError
from bikefit.store.older import put_aside, take_over
from bikefit.store.opening import Database
from bikefit.store.owner import check_own, why_not
from bikefit.store.reading import Known, Stored, known_sessions, pages_of, stored_in
from bikefit.store.rows import SessionRows
from bikefit.store.schema import APPLICATION_ID, TABLES
from bikefit.store.sessions import sessions_of
from bikefit.store.writing import insert_session


def today() -> str:
    """Return the day, by which what was confirmed is marked."""
    return date.today().isoformat()


class Store(Database):
    """The SQLite file of a batch, open for writing.

    It is made where it is missing. One of another schema is put aside, to where `put_aside` says, and its sessions are
    taken over.
    """

    mark = APPLICATION_ID

    def __init__(self, path: Path) -> None:
        check_own(path)
        self.put_aside = put_aside(path)
        super().__init__(path)

    def _open(self) -> None:
        """Say how it is written, make its tables, and take over the sessions of another schema."""
        # the journal stays so: going back would need the file alone, and a reader may be connected for days
        self._pragmas(foreign_keys="ON", journal_mode="WAL", synchronous="NORMAL")
        if not self._is_made():
            self._make()
        if self.put_aside is not None:
            take_over(self._db, self.put_aside)

    def _error(self, error: sqlite3.Error) -> OutputError:
        """Return what is said of an error of the database."""
        return OutputError(f"{self.path}: the results cannot be written ({why_not(error, self.path)}).")

    def close(self) -> None:
        """Bring what is not in the one file yet into it, unless somebody is reading it, and close it."""
        with self._told():
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._db.close()

    def save(
        self,
        rows: SessionRows,
        place: str = "",
        replaces: str = "",
        sizes: Mapping[str, int] | None = None,
        stale: Iterable[str] = (),
    ) -> None:
        """Write one session, in the place of what was there, in one transaction.

        ``place`` is where its recording was found, ``replaces`` the session that was made of what lay there before,
        ``sizes`` how many bytes its pages have, ``stale`` the other pages that have to be made anew for it.
        """
        with self._transaction():
            self._db.executemany("DELETE FROM sessions WHERE id = ?", [(rows.id,), (replaces,)])
            insert_session(self._db, rows)
            if place:
                self._db.execute("INSERT OR REPLACE INTO places VALUES (?, ?, ?)", (place, rows.id, today()))
            self._db.executemany("INSERT OR REPLACE INTO pages VALUES (?, ?)", list((sizes or {}).items()))
            self._db.executemany("UPDATE pages SET size = NULL WHERE path = ?", [(path,) for path in stale])

    def keep(self, session_id: str, why: str) -> str:
        """Keep a result whose recording gave none this time; returns the day on which it was last confirmed."""
        with self._transaction():
            found = self._db.execute(
                "SELECT max(confirmed) FROM places WHERE session_id = ?", (session_id,)
            ).fetchone()[0]
            day = str(found or "unknown")
            self._db.execute("UPDATE sessions SET kept = ?, error = ? WHERE id = ?", (day, why, session_id))
        return day

    def confirm(self, places: Mapping[str, str]) -> None:
        """Note that the files of sessions are what they were; by place, the session."""
        told = [(place, session_id, today()) for place, session_id in places.items()]
        with self._transaction():
            self._db.executemany("INSERT OR REPLACE INTO places VALUES (?, ?, ?)", told)
            self._db.executemany(
                "UPDATE sessions SET kept = '', error = '' WHERE id = ? AND kept <> ''",
                [(session_id,) for session_id in places.values()],
            )

    def pages(self) -> dict[str, int | None]:
        """Return the files that are this batch's own, each with its size where that is known."""
        with self._told():
            return pages_of(self._db)

    def claim(self, paths: Iterable[str]) -> None:
        """Note that files are this batch's own, before they are written; the note outlives a power cut."""
        with self._told():
            self._pragmas(synchronous="FULL")
            with self._transaction():
                self._db.executemany("INSERT OR IGNORE INTO pages VALUES (?, NULL)", [(path,) for path in paths])
            self._pragmas(synchronous="NORMAL")

    def set_sizes(self, sizes: Mapping[str, int]) -> None:
        """Note how many bytes files have that are whole."""
        with self._transaction():
            self._db.executemany("INSERT OR REPLACE INTO pages VALUES (?, ?)", list(sizes.items()))

    def disown(self, paths: Iterable[str]) -> None:
        """Forget files that are gone."""
        with self._transaction():
            self._db.executemany("DELETE FROM pages WHERE path = ?", [(path,) for path in paths])

    def stored(self) -> Stored:
        """Return all that tells what still holds."""
        with self._told():
            return stored_in(self._db)

    def known(self) -> dict[str, Known]:
        """Return what each stored session was made from, by its id."""
        with self._told():
            return known_sessions(self._db)

    def arrange(self, positions: Mapping[str, int]) -> list[str]:
        """Put the sessions in the manifest's order, mark those that it does not name, and return their names.

        They come after the others, in the order that they had.
        """
        with self._transaction():
            stored = self._db.execute("SELECT id, session FROM sessions ORDER BY position, id").fetchall()
            others = [(session_id, name) for session_id, name in stored if session_id not in positions]
            self._db.executemany(
                "UPDATE sessions SET position = ?, named = 1 WHERE id = ?",
                [(place, session_id) for session_id, place in positions.items()],
            )
            self._db.executemany(
                "UPDATE sessions SET position = ?, named = 0 WHERE id = ?",
                [(place, session_id) for place, (session_id, _) in enumerate(others, start=len(positions))],
            )
        return [name for _, name in others]

    def prune(self) -> list[str]:
        """Remove the sessions that are not named any more; returns their names."""
        with self._transaction():
            gone = self._db.execute("SELECT session FROM sessions WHERE NOT named ORDER BY position").fetchall()
            self._db.execute("DELETE FROM sessions WHERE NOT named")
            self._db.execute("UPDATE pages SET size = NULL WHERE path LIKE 'riders/%'")
        return [name for (name,) in gone]

    def save_settings(self, settings: Mapping[str, Any]) -> None:
        """Write the settings and options of the batch, as JSON."""
        with self._transaction():
            self._db.execute("DELETE FROM settings WHERE name NOT IN ('verdicts', 'pooled')")
            self._db.executemany(
                "INSERT INTO settings VALUES (?, ?)", [(name, json.dumps(value)) for name, value in settings.items()]
            )

    def verdicts(self) -> dict[str, dict[str, str]]:
        """Return by rider what the wedges did to each foot."""
        return dict(self._noted("verdicts") or {})

    def set_verdicts(self, rider: str, found: Mapping[str, str]) -> None:
        """Note what the wedges did to a rider's feet."""
        self._note("verdicts", self.verdicts() | {rider: dict(found)})

    def keep_verdicts(self, riders: Collection[str]) -> dict[str, dict[str, str]]:
        """Forget the verdicts of all but some riders; returns theirs."""
        known = self.verdicts()
        kept = {rider: found for rider, found in known.items() if rider in riders}
        if kept != known:
            self._note("verdicts", kept)
        return kept

    def pooled(self, key: str) -> list[float] | None:
        """Return what was worked out of all riders together, None where it is of others or not there."""
        noted = self._noted("pooled") or {}
        return list(noted["found"]) if noted.get("key") == key else None

    def set_pooled(self, key: str, found: list[float]) -> None:
        """Note what was worked out of all riders together."""
        self._note("pooled", {"key": key, "found": found})

    def _noted(self, name: str) -> Any:
        """Return what the file notes under a name."""
        with self._told():
            return json.loads(self._setting(name) or "null")

    def _note(self, name: str, value: Any) -> None:
        """Note something about the whole batch."""
        with self._transaction():
            self._set(name, json.dumps(value, sort_keys=True))

    def sessions(self, rider: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield each session, in the manifest's order: its columns but the document, and its feet under ``feet``."""
        with self._told():
            yield from sessions_of(self._db, rider)

    def dump(self) -> str:
        """Return every row as text, in an order that does not depend on when it was written."""
        lines: list[str] = []
        with self._told():
            for query in (*(table.in_order() for table in TABLES.values()), "SELECT * FROM settings ORDER BY name"):
                lines += map(repr, self._db.execute(query))
        return "\n".join(lines)
