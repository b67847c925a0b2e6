"""Adding sessions to a studio's file of clients: one that was just analysed, or those of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from bikefit.batch.folder import DATABASE
from bikefit.batch.identity import named_id
from bikefit.batch.plan import printable
from bikefit.errors import first_of, how_many
from bikefit.model import SessionResult
from bikefit.report.out.write import report_bytes
from bikefit.report.pages.sheet import Sheet
from bikefit.report.pages.view import Given
from bikefit.sessions.session import Session
from bikefit.store import ClientFile, ClientRow, SessionRow, SessionRows, reading, row_about, rows_of
from bikefit.store.rows import FindingRow, FootRow
from bikefit.store.schema import FINDINGS, STROKES
from bikefit.store.sessions import sessions_of


def append_result(
    path: Path,
    client: ClientRow,
    result: SessionResult,
    session: Session,
    copies: Sequence[Path] = (),
    *,
    title: str = "",
    fitter: str = "",
) -> bool:
    """Add an analysed session to a client, with its page; returns whether it took an earlier one's place.

    ``copies`` are the reports that were written of it.
    """
    info = result.recording
    name = printable(info.name)
    section = (f"{info.from_s:.10g}", f"{info.to_s:.10g}") if result.is_section else ()
    about = row_about(session, id=named_id(name, info.sha256, *section), position=0, session=name, file=name)
    page = report_bytes(
        result,
        ".html",
        language=session.language,
        brand=session.brand,
        sheet=Sheet.of(session),
        given=Given(title, client.name, fitter),
    )
    with ClientFile(path) as file:
        return file.append(client, rows_of(about, result), [(f"{about.id}.html", page)], copies)


def append_batch(out: Path, path: Path) -> Iterator[str]:
    """Add the sessions of a batch to the clients whom their rows name; yields what has to be said.

    A row's client is found by id or name, else by the rider's name; an unknown rider becomes a client. Each
    session is stored by itself, so a run that is stopped is finished by the next one.
    """
    with ClientFile(path, make=True) as file, reading(out / DATABASE) as database:
        nobody, added, again, same = [], 0, 0, 0
        for stored in list(sessions_of(database)):
            if stored["status"] == "failed" or not stored["named"]:
                continue
            who = stored["client"] or stored["rider"]
            if not who:
                nobody.append(stored["session"])
                continue
            known = file.named(who)
            if not known and not stored["client"]:
                known = [file.add(who)]
                yield f"added client {known[0].id}: {known[0].name}."
            client = known[0] if len(known) == 1 else file.find(who)
            written = [out / stored[name] for name in ("report", "pdf") if stored[name]]
            found = [page for page in written if page.is_file()]
            pages = [(page.name, page.read_bytes()) for page in found]
            rows = _rows(database, stored)
            if file.holds(client, rows, pages, found):
                same += 1
                continue
            replaced = file.append(client, rows, pages, found)
            added, again = added + (not replaced), again + replaced
        if nobody:
            yield (
                f"{how_many(len(nobody), 'session')} with neither a client nor a rider "
                f"{'is' if len(nobody) == 1 else 'are'} not in {path} ({first_of(nobody)})."
            )
        yield f"{path}: {how_many(added, 'session')} added, {again} brought up to date, {same} unchanged."


def _rows(database: Any, stored: dict[str, Any]) -> SessionRows:
    """Return all that a batch holds of a session, as rows."""
    document = database.execute("SELECT document FROM sessions WHERE id = ?", (stored["id"],)).fetchone()[0]
    own = {item.name: stored[item.name] for item in fields(SessionRow) if item.name in stored}
    strokes, findings = (database.execute(table.of_one(), (stored["id"],)).fetchall() for table in (STROKES, FINDINGS))
    return SessionRows(
        replace(SessionRow(**own), document=document, report="", pdf=""),
        tuple(FootRow(**foot) for foot in stored["feet"]),
        strokes,
        tuple(FindingRow(*row) for row in findings),
    )
