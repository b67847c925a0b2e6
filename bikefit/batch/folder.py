"""The folder of a batch's results: what in it is the batch's own, and nothing else is ever touched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from bikefit.errors import OutputError, UsageError, first_of
from bikefit.store import check_own

DATABASE, PAGES, RIDERS = "results.sqlite", "sessions", "riders"
TABLE, INDEX = "sessions.csv", "index.html"
LOCK = ".lock"
_BESIDE = {LOCK, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal", ".DS_Store", "Thumbs.db"}
_UNFINISHED = re.compile(r"(\..+\.)[a-z0-9_]{8}\.unfinished")
_PAGE = re.compile(rf"({PAGES}|{RIDERS})/[^/\\]+\.(html|pdf)")


def check_folder(out: Path, source: Path | None = None) -> None:
    """Refuse a folder for the results that holds other things, or that is or holds the source."""
    if not out.exists():
        return
    if source is not None and source.exists() and any(_same(place, out) for place in (source, *source.parents)):
        raise UsageError(
            f"{out}: the results cannot lie where the recordings do. Choose another folder, such as "
            f"--out {out / 'results'}."
        )
    if not out.is_dir():
        return
    database = out / DATABASE
    if database.exists():
        check_own(database)
        if database.stat().st_size:
            return
    foreign = sorted(
        (path.name for path in out.iterdir() if not _begun(path)), key=lambda name: (name.startswith("."), name)
    )
    if foreign:
        raise UsageError(
            f"{out}: this folder holds no results of a batch but other files ({first_of(foreign, most=3)}), which are "
            f"left as they are. Choose an empty or new folder, such as --out {out / 'results'}."
        )


def _same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one folder."""
    try:
        return one.absolute().samefile(other)
    except OSError:
        return False


def _begun(path: Path) -> bool:
    """Whether an entry is what a batch leaves that is killed at its very beginning, or a system puts everywhere."""
    return path.name in _BESIDE or (path.name in (PAGES, RIDERS) and path.is_dir() and not any(path.iterdir()))


def make_folder(out: Path) -> None:
    """Make the folder of the results and those of the pages."""
    try:
        for folder in (out, out / PAGES, out / RIDERS):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        done = "written to" if out.is_dir() else "made"
        raise OutputError(f"{out}: the folder cannot be {done} ({error.strerror or error}).") from error


def check_foreign(out: Path, wanted: Iterable[str], own: Iterable[str]) -> None:
    """Refuse to write over a file that this batch has not written."""
    for path in sorted(set(wanted) - set(own)):
        if (out / path).is_symlink() or (out / path).exists():
            raise UsageError(
                f"{out / path}: this file is none of this batch's, so it is left as it is. Move it, or choose "
                "another --out."
            )


def clear_unfinished(out: Path, own: Iterable[str]) -> None:
    """Remove what a killed batch had not renamed yet; under the lock nobody else is writing."""
    begun: dict[Path, set[str]] = {}
    for path in own:
        place = out / path
        begun.setdefault(place.parent, set()).add(f".{place.name[:40]}.")
    for folder, heads in begun.items():
        for left in folder.glob(".*.unfinished") if folder.is_dir() else ():
            found = _UNFINISHED.fullmatch(left.name)
            if found and found[1] in heads and left.is_file() and not left.is_symlink():
                left.unlink()


def is_page(path: str) -> bool:
    """Whether a path that the database names is one that a batch's page may have."""
    return bool(_PAGE.fullmatch(path))


def page_lost(out: Path, path: str, size: int | None) -> bool:
    """Whether a page is gone, cut or of another size than was written."""
    try:
        return size is None or (out / path).stat().st_size != size
    except OSError:
        return True
