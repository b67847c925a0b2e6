"""A studio's file of clients: the tables of a batch's results, with the client of each session and its pages."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from bikefit.errors import UsageError, near_matches
from bikefit.store.client_database import ClientDatabase
from bikefit.store.rows import ClientRow, PageRow, SessionRow, SessionRows
from bikefit.store.schema import CLIENT_PAGES, CLIENTS, SESSIONS, TABLES
from bikefit.store.sessions import sessions_of
from bikefit.store.writing import insert, insert_session, values_of


@dataclass(frozen=True)
class Forgotten:
    """What was known of a client who is forgotten now, as far as it lies outside the file."""

    sessions: int  # How many were removed
    copies: tuple[PageRow, ...]  # Pages that were written as files of their own
    backups: tuple[str, ...]  # Copies of the whole file


class ClientFile(ClientDatabase):
    """A studio's file of clients, open: who they are, their sessions and the pages of each."""

    # ---- clients ------------------------------------------------------------------------------------------------

    def add(self, name: str, client_id: str = "") -> ClientRow:
        """Add a client, under an id of their own or the next free number; ids are never given twice."""
        name, client_id = " ".join(name.split()), client_id.strip()
        if not name:
            raise UsageError("clients add: a name was expected.")
        with self._transaction():
            taken = {row.id.casefold() for row in self.clients()}
            if client_id.casefold() in taken:
                raise UsageError(f"--id {client_id}: this id is taken; 'bikefit clients list' shows whose it is.")
            number = int(self._setting("next_client") or 1)
            while not client_id:
                client_id = f"c{number}" if f"c{number}" not in taken else ""
                number += 1
            self._set("next_client", str(number))
            row = ClientRow(client_id, name, date.today().isoformat())
            insert(self._db, CLIENTS, [values_of(CLIENTS, row)])
        return row

    def clients(self) -> list[ClientRow]:
        """Return all clients, by name."""
        with self._told():
            found = [ClientRow(*row) for row in self._db.execute(f"SELECT {', '.join(CLIENTS.names)} FROM clients")]
        return sorted(found, key=lambda row: (row.name.casefold(), row.id))

    def find(self, who: str) -> ClientRow:
        """Return the client of an id, or of a name that only one has."""
        found = self.named(who)
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(row.id for row in found)
            raise UsageError(f"'{who[:60]}': {len(found)} clients have this name; name one by its id: {ids}.")
        rows = self.clients()
        plain = " ".join(who.split()).casefold()
        part = [row.name for row in rows if plain and plain in row.name.casefold()][:3]
        near = near_matches(who, [*(row.id for row in rows), *(row.name for row in rows)])
        if part:
            near = f" Did you mean {' or '.join(map(repr, part))}?"
        raise UsageError(
            f"'{who[:60]}': there is no such client in {self.path}.{near} 'bikefit clients list' names them."
        )

    def named(self, who: str) -> list[ClientRow]:
        """Return the clients of an id, else of a name."""
        rows, plain = self.clients(), " ".join(who.split()).casefold()
        return [row for row in rows if row.id.casefold() == plain] or [
            row for row in rows if row.name.casefold() == plain
        ]

    # ---- their sessions -----------------------------------------------------------------------------------------

    def sessions(self, client: ClientRow | None = None) -> list[dict[str, Any]]:
        """Return the sessions of a client, or all, in the order in which they were added, without their documents."""
        with self._told():
            return list(sessions_of(self._db, client=None if client is None else client.id))

    def append(
        self, client: ClientRow, rows: SessionRows, pages: Sequence[tuple[str, bytes]] = (), copies: Sequence[Path] = ()
    ) -> bool:
        """Add a session to a client, in the place of the same recording's earlier one; returns whether there was one.

        ``pages`` are kept in the file; ``copies`` are files with a page, which `forget` has to find again.
        """
        session = rows.session
        with self._transaction():
            same = self._same(session)
            if same is not None and same.client != client.id:
                raise UsageError(
                    f"{session.file}: this recording is there already, as a session of client {same.client}."
                )
            kept: list[PageRow] = []
            if same is not None:
                kept = [row for row in self._pages(same.id) if row.content is None]
                self._db.execute("DELETE FROM sessions WHERE id = ?", (same.id,))
            last = self._db.execute("SELECT max(position) FROM sessions").fetchone()[0]
            position = same.position if same is not None else (last or 0) + 1
            own = replace(session, id=self._free_id(session.id), position=position, client=client.id, rider=client.name)
            insert_session(self._db, replace(rows, session=own))
            written = {str(path.resolve()): _sha256(path.read_bytes()) for path in copies}
            told: list[tuple[str, str, bytes | None]] = [
                *((name, _sha256(content), zlib.compress(content)) for name, content in pages),
                *((row.name, row.sha256, None) for row in kept if row.name not in written),
                *((name, digest, None) for name, digest in written.items()),
            ]
            insert(self._db, CLIENT_PAGES, [(own.id, number, *page) for number, page in enumerate(told, start=1)])
        return same is not None

    def holds(
        self, client: ClientRow, rows: SessionRows, pages: Sequence[tuple[str, bytes]], copies: Sequence[Path]
    ) -> bool:
        """Whether a session is there already with just these values and pages: `append` would change nothing."""
        with self._told():
            same = self._same(rows.session)
            if same is None:
                return False
            own = replace(rows.session, id=same.id, position=same.position, client=client.id, rider=client.name)
            held = {(row.name, row.sha256, row.content is None) for row in self._pages(same.id)}
        wanted = {(name, _sha256(content), False) for name, content in pages}
        wanted |= {(str(path.resolve()), _sha256(path.read_bytes()), True) for path in copies}
        inside = {row for row in held if not row[2]}
        return own == same and wanted <= held and inside <= wanted

    def _same(self, session: SessionRow) -> SessionRow | None:
        """Return the stored session of the same recording or section, if there is one."""
        found = self._db.execute(
            f"SELECT {', '.join(SESSIONS.names)} FROM sessions "
            "WHERE sha256 = ? AND sha256 <> '' AND from_s IS ? AND to_s IS ?",
            (session.sha256, session.from_s, session.to_s),
        ).fetchone()
        return SessionRow(*found) if found else None

    def note_copies(self, client: ClientRow, paths: Sequence[Path]) -> None:
        """Note files with what is known of a client, such as their page, for `forget` to find."""
        with self._transaction():
            last = self._db.execute(
                "SELECT id FROM sessions WHERE client = ? ORDER BY position DESC", (client.id,)
            ).fetchone()
            if last is None:
                return
            kept = self._pages(last[0])
            for number, path in enumerate(paths, start=1 + max((row.number for row in kept), default=0)):
                name = str(path.resolve())
                self._db.execute("DELETE FROM client_pages WHERE name = ? AND content IS NULL", (name,))
                row = PageRow(number, name, _sha256(path.read_bytes()))
                insert(self._db, CLIENT_PAGES, [(last[0], *values_of(CLIENT_PAGES, row))])

    def _free_id(self, wanted: str) -> str:
        """Return an id of a session that is not taken, such as by another section of the file."""
        taken = {row[0] for row in self._db.execute("SELECT id FROM sessions WHERE id LIKE ?", (f"{wanted[:8]}%",))}
        names = (wanted, *(f"{wanted}-{number}" for number in range(2, 10_000)))
        return next(name for name in names if name not in taken)

    def pages(self, session_id: str) -> list[PageRow]:
        """Return a session's pages, with their bytes where they are in the file."""
        with self._told():
            return [
                replace(row, content=None if row.content is None else zlib.decompress(row.content))
                for row in self._pages(session_id)
            ]

    def _pages(self, session_id: str) -> list[PageRow]:
        """Return a session's pages as they are stored."""
        return [PageRow(*row) for row in self._db.execute(CLIENT_PAGES.of_one(), (session_id,))]

    def rows_of(self, table: str, session_id: str) -> list[dict[str, Any]]:
        """Return a session's rows of a table, by column."""
        own = TABLES[table]
        with self._told():
            found = self._db.execute(own.of_one(), (session_id,)).fetchall()
        return [dict(zip(own.names, row, strict=True)) for row in found]

    def document(self, session_id: str) -> Any:
        """Return the whole result of a session as it was stored."""
        with self._told():
            found = self._db.execute("SELECT document FROM sessions WHERE id = ?", (session_id,)).fetchone()
        return json.loads(found[0]) if found and found[0] else None

    # ---- the whole ----------------------------------------------------------------------------------------------

    def merge(self, source: ClientRow, target: ClientRow) -> int:
        """Give one client's sessions to another and remove the first; returns how many there were."""
        if source.id == target.id:
            raise UsageError(f"clients merge: {source.id} and {target.id} are one client.")
        with self._transaction():
            moved = self._db.execute(
                "UPDATE sessions SET client = ?, rider = ? WHERE client = ?", (target.id, target.name, source.id)
            ).rowcount
            self._db.execute("DELETE FROM clients WHERE id = ?", (source.id,))
        return moved

    def forget(self, client: ClientRow) -> Forgotten:
        """Remove a client and every byte of their rows and pages; what lies outside the file is returned.

        A run that is killed in between is finished by the next one that opens the file.
        """
        with self._transaction():
            own = [row[0] for row in self._db.execute("SELECT id FROM sessions WHERE client = ?", (client.id,))]
            copies = tuple(page for session_id in own for page in self._pages(session_id) if page.content is None)
            self._db.execute("DELETE FROM sessions WHERE client = ?", (client.id,))
            self._db.execute("DELETE FROM clients WHERE id = ?", (client.id,))
            self._set("unclean", "1")
        with self._told():
            self._clean()
        return Forgotten(len(own), copies, tuple(json.loads(self._setting("backups") or "[]")))


def _sha256(content: bytes) -> str:
    """Hash bytes."""
    return hashlib.sha256(content).hexdigest()


def client_of(row: Mapping[str, Any]) -> str:
    """Return whose session a stored one is: the client's id, else the rider's name."""
    return str(row.get("client") or row["rider"])
