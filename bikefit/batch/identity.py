"""What a session is called, whatever lies beside it, and which stored result is an earlier one of it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PureWindowsPath

from bikefit.batch.plan import Job, content_hash, why_unreadable
from bikefit.store import Stored
from bikefit.threads import side_by_side

LONGEST_ID = 80
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d|index)$", re.IGNORECASE)


def clean_id(name: str) -> str:
    """Make a name safe for a file on any system.

    Examples
    --------
    >>> clean_id("../../etc/passwd"), clean_id("Zoë & Bob"), clean_id("CON")
    ('etc-passwd', 'Zoë-Bob', 'CON_')
    """
    kept = "".join(char if char.isalnum() or char in "-_." else "-" for char in unicodedata.normalize("NFC", name))
    kept = re.sub(r"\.{2,}", ".", re.sub(r"-{2,}", "-", kept)).strip("-._")
    while len(kept.encode("utf-8")) > LONGEST_ID:
        kept = kept[:-1].rstrip("-._")
    stem = kept.split(".")[0]
    return f"{kept}_" if not kept or _RESERVED.match(stem) else kept


def named_id(name: str, *facts: str) -> str:
    """Return an id that begins with a name and tells apart whatever differs in name or facts.

    Examples
    --------
    >>> named_id("Zoë & Bob"), named_id("zoë & Bob")
    ('Zoë-Bob-30694f71', 'zoë-Bob-d26f4419')
    """
    return f"{clean_id(name)}-{hash_of(name, *facts)[:8]}"


def hash_of(*texts: str) -> str:
    """Hash texts, even such as are not text."""
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


def leaf(name: str) -> str:
    """Return a name without the folders before it, however they are written.

    Examples
    --------
    >>> leaf("week 3/anna.fit"), leaf("C:\\\\studio\\\\anna.fit"), leaf("..")
    ('anna.fit', 'anna.fit', 'session')
    """
    made = PureWindowsPath(name).name
    return made if made.strip(". ") else "session"


def with_ids(jobs: Sequence[Job], source: Path, names: Sequence[str], threads: int) -> list[Job]:
    """Give each job its id, made of its name and what its files hold, and its place in the source by ``names``.

    Neighbours do not matter: only of copies that are alike in name and content, the later ones get their place into
    the id. Folders are nowhere, not even as letters; the place is a hash.
    """
    held = side_by_side(_held, jobs, threads)
    root = str(source.resolve())
    taken: Counter[str] = Counter()
    named = []
    for job, name, (content, missing) in zip(jobs, names, held, strict=True):
        place = hash_of(root, name)[:32]
        made = named_id(job.name, content)
        if taken[made.casefold()]:
            made = named_id(job.name, content, name)
        taken[made.casefold()] += 1
        named.append(replace(job, id=made, place=place, content=content, missing=missing))
    return named


def _held(job: Job) -> tuple[str, str]:
    """Return the hash of what a job's files hold, or why they cannot be read."""
    try:
        return content_hash(job.paths), ""
    except OSError as error:
        return "", why_unreadable(error, job)


def settled(jobs: Iterable[Job], stored: Stored) -> list[tuple[Job, str]]:
    """Return each job with the stored session that an earlier recording at its place gave, empty where there is none.

    A recording that cannot be read now goes under the id that it had.
    """
    jobs = list(jobs)
    taken, older = {job.id for job in jobs}, _older(stored)
    found = []
    for job in jobs:
        earlier = stored.places.get(job.place) or older.get((job.name, job.content)) or older.get((job.name, ""), "")
        earlier = "" if earlier in taken or earlier not in stored.sessions else earlier
        if earlier and job.missing:
            job, earlier = replace(job, id=earlier), ""
        found.append((job, earlier))
        taken.add(job.id)
    return found


def _older(stored: Stored) -> Mapping[tuple[str, str], str]:
    """Return stored sessions without a place, from an older version, by name and by content too."""
    placed = set(stored.places.values())
    found: dict[tuple[str, str], str] = {}
    for session_id, known in stored.sessions.items():
        if session_id not in placed:
            found[(leaf(known.session), known.sha256)] = found[(leaf(known.session), "")] = session_id
    return found
