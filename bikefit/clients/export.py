"""All that is kept of a client, for the client: one JSON and the pages."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bikefit import __version__
from bikefit.errors import OutputError, UsageError
from bikefit.files import write_whole
from bikefit.store import ClientFile, ClientRow
from bikefit.store.schema import SESSIONS

SCHEMA = "bikefit.client/1"
_OF_A_BATCH = {column.name for column in SESSIONS.columns if not column.of_client}


def export_client(file: ClientFile, client: ClientRow, folder: Path) -> list[Path]:
    """Write everything that is kept of a client into a new or empty folder; returns the files."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder}: this folder is not empty and is left as it is; name a new one.")
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error}).") from error
    written = []
    visits = []
    for session in file.sessions(client):
        names = []
        for page in file.pages(session["id"]):
            if page.content is not None:
                written.append(_write(folder / Path(page.name).name, page.content))
                names.append(written[-1].name)
        visits.append({**_plain(file, session), "pages": names})
    document = {"schema": SCHEMA, "version": __version__, "client": asdict(client), "sessions": visits}
    text = json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    return [_write(folder / f"{client.id}.json", text.encode()), *written]


def _plain(file: ClientFile, session: dict[str, Any]) -> dict[str, Any]:
    """Return a session as JSON has it."""
    parsed = [{name: json.loads(foot[name]) for name in ("curve", "reasons")} for foot in session["feet"]]
    return {
        **{name: value for name, value in session.items() if name not in _OF_A_BATCH},
        "wedge_system": json.loads(session["wedge_system"] or "null"),
        "feet": [{**foot, **own} for foot, own in zip(session["feet"], parsed, strict=True)],
        "findings": file.rows_of("findings", session["id"]),
        "strokes": file.rows_of("strokes", session["id"]),
        "result": file.document(session["id"]),
    }


def _write(path: Path, content: bytes) -> Path:
    """Write a file that its owner alone may read."""
    write_whole(path, content)
    os.chmod(path, 0o600)
    return path
