"""What the pages of a batch's sessions are called: by their id, or by a pattern of the studio's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from bikefit.batch.identity import clean_id
from bikefit.batch.plan import Job, Pairs, unnamed
from bikefit.errors import UsageError, how_many, near_matches
from bikefit.sessions.values import iso_day
from bikefit.store import Known

FIELDS: Final = ("date", "rider", "session", "client", "condition", "id")
_PLACE: Final = re.compile(r"\{(\w*)\}")


def check_pattern(pattern: str) -> None:
    """Refuse a pattern of names that names nothing, or nothing that is known."""
    found = _PLACE.findall(pattern)
    known = ", ".join(FIELDS)
    for name in found:
        if name not in FIELDS:
            raise UsageError(f"--name: there is no {{{name}}}.{near_matches(name, FIELDS)} Known: {known}.")
    if not found or set(_PLACE.sub("", pattern)) & set("{}"):
        raise UsageError(f"--name '{pattern[:60]}': expected such as {{date}}_{{rider}}_{{session}}; known: {known}.")


def with_stems(jobs: Sequence[Job], pattern: str, reserved: Iterable[str] = ()) -> tuple[list[Job], list[str]]:
    """Give each job the name of its pages; returns what has to be said: names that clash, missing dates.

    ``reserved`` are names of other sessions' pages.
    """
    if not pattern:
        return list(jobs), []
    check_pattern(pattern)
    taken = {stem.casefold(): "another session" for stem in reserved}
    named, clashes, undated = [], [], 0
    for job in jobs:
        undated += "{date}" in pattern and not iso_day(job.session.date)
        stem = _stem(job, pattern) or job.id
        if stem.casefold() in taken:
            other, stem = taken[stem.casefold()], f"{stem}-{job.id[-8:]}"
            clashes.append(f"{job.name} and {other} would have one name, so {job.name} has {stem}.")
        taken[stem.casefold()] = job.name
        named.append(replace(job, stem=stem))
    notes = [f"--name: {clash}" for clash in clashes[:5]]
    if len(clashes) > 5:
        notes.append(f"--name: {len(clashes) - 5} more clash; each ends in a part of its id.")
    if undated:
        notes.append(
            f"--name: the manifest gives no date of {how_many(undated, 'session')}, so there is none in the name."
        )
    return named, notes


def _stem(job: Job, pattern: str) -> str:
    """Return a job's name by a pattern, safe as a file's; what is not known leaves no gap."""
    session = job.session
    file_names = {path.name for path in job.paths}
    told = {
        "date": iso_day(session.date),
        "rider": session.rider,
        "session": Path(job.name.removesuffix(".gz")).stem if job.name in file_names else job.name,
        "client": session.client,
        "condition": session.condition,
        "id": job.id,
    }
    made = _PLACE.sub(lambda place: clean_id(told[place[1]]) if told[place[1]] else "", pattern)
    return clean_id(re.sub(r"([_\-. ])[_\-. ]+", r"\1", made).strip("_-. ")) if made.strip("_-. ") else ""


def named_pairs(pairs: Pairs, pattern: str, stored: Mapping[str, Known]) -> tuple[list[tuple[Job, str]], list[str]]:
    """Give the jobs of pairs the names of their pages, none that a session has which is not named any more."""
    others = unnamed(pairs, stored).values()
    reserved = [Path(page).stem for known in others for page in (known.report, known.pdf) if page]
    jobs, notes = with_stems([job for job, _ in pairs], pattern, reserved)
    return [(job, earlier) for job, (_, earlier) in zip(jobs, pairs, strict=True)], notes
