"""Forgetting a client: the rows, the pages in the file, and the copies of them that can be reached."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bikefit.errors import how_many
from bikefit.store import ClientFile, ClientRow, PageRow


def forget_client(file: ClientFile, client: ClientRow) -> list[str]:
    """Forget a client; returns what was done, and what cannot be reached from here."""
    gone = file.forget(client)
    said = [
        f"{client.id} is forgotten: {how_many(gone.sessions, 'session')} with pages; no byte of them is left there."
    ]
    said += [_remove(page) for page in gone.copies]
    said += [
        f"{path}: this backup still knows {client.id}; make a new one and delete it."
        for path in gone.backups
        if Path(path).exists()
    ]
    return [
        *said,
        "Not reached: the recordings themselves, the tables, the index and the riders' pages of batches, copies made "
        "by hand, mail, and what the disk keeps of deleted files.",
    ]


def _remove(page: PageRow) -> str:
    """Remove a copy of a page as it was written, and say what became of it."""
    path = Path(page.name)
    try:
        if hashlib.sha256(path.read_bytes()).hexdigest() != page.sha256:
            return f"{path}: this page was changed since it was written, so it is left; delete it by hand."
        path.unlink()
    except FileNotFoundError:
        return f"{path}: this page is not there any more; if it was moved, delete it by hand."
    except OSError as error:
        return f"{path}: this page cannot be removed ({error.strerror or error}); delete it by hand."
    return f"{path}: removed."
