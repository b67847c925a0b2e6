"""Which sessions there are, what each is called, and which of them have to be done."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from bikefit import __version__
from bikefit.batch.folder import DATABASE
from bikefit.digests import combined
from bikefit.errors import RecordingError
from bikefit.io.formats import recording_suffixes
from bikefit.io.opensim import companion_of
from bikefit.model import to_json_value
from bikefit.sessions.session import NO_FILES, Session
from bikefit.store import Known, is_own

MANIFEST_NAME = "manifest.csv"

Doing = Literal["new", "changed", "again", "missing", "unchanged"]


class Plan(NamedTuple):
    """What a batch would do with a session, and why."""

    doing: Doing
    why: str


@dataclass(frozen=True)
class Job:
    """One session to analyse."""

    id: str  # Names its page and its row; made of safe characters only
    position: int  # Its place in the manifest
    name: str  # The session's name as given, or the file's name
    session: Session  # Its files and how it is analysed: the batch's options, with the manifest's row in their place
    fault: str = ""  # What is wrong with its row; then it fails without being read
    place: str = ""  # Tells where it comes from, without saying it; empty where it is not known
    content: str = ""  # Hash of what its files held when it was planned
    missing: str = ""  # Why they could not be read then
    stem: str = ""  # What its pages are called; its id where it is empty
    compared: str = ""  # The page on which its rider's recordings are compared; empty where they are not

    @property
    def rider(self) -> str:
        """Who rode; empty where it is not known."""
        return self.session.rider

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file of the session."""
        return self.session.paths

    @property
    def companions(self) -> tuple[Path, ...]:
        """Files that its options name: a still trial, a wedge system of the user's own."""
        system = self.session.system
        own = self.session.static, Path(system) if system.endswith(".toml") else None
        return tuple(path for path in own if path is not None)

    @property
    def beside(self) -> dict[Path, Path]:
        """Force files that are read with the marker files beside which they lie."""
        return force_files(self.paths)

    @property
    def file_names(self) -> str:
        """The files' names without their folders, as pages show them."""
        return printable(" + ".join(path.name for path in self.paths))


Pairs = Sequence[tuple[Job, str]]
"""Jobs, each with the id of the stored session whose place it takes; empty where there is none."""


def unnamed(pairs: Pairs, sessions: Mapping[str, Known]) -> dict[str, Known]:
    """Return the stored sessions that no job is and that none takes the place of, by id."""
    named = {name for job, earlier in pairs for name in (job.id, earlier)}
    return {session_id: known for session_id, known in sessions.items() if session_id not in named}


def find_recordings(folder: Path, out: Path) -> list[Path]:
    """Find every recording in a folder and those below it, by name; not in hidden or linked ones or a batch's own."""
    suffixes = recording_suffixes()
    found: list[Path] = []
    own = out.resolve()

    def fail(error: OSError) -> None:
        """Say which folder cannot be read."""
        raise RecordingError(f"{error.filename}: the folder cannot be read ({error.strerror}).")

    for place, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (Path(place) / name).resolve() != own
        )
        if DATABASE in names and is_own(Path(place) / DATABASE):
            folders[:], names = [], []  # the results of another batch
        for name in names:
            plain = name.lower().removesuffix(".gz")
            if not name.startswith(".") and name != MANIFEST_NAME and Path(plain).suffix in suffixes:
                found.append(Path(place) / name)
    if not found:
        raise RecordingError(
            f"{folder}: no recordings found; expected files such as .fit or .csv. A manifest names files elsewhere."
        )
    found = sorted(found, key=lambda path: path.relative_to(folder).as_posix())
    read_along = set(force_files(found).values())
    return [path for path in found if path not in read_along]


def force_files(paths: Iterable[Path]) -> dict[Path, Path]:
    """Find the force files that belong to marker files and are not recordings of their own, by marker file."""
    markers = [path for path in paths if path.name.lower().removesuffix(".gz").endswith((".trc", ".c3d"))]
    beside = {path: companion_of(path) for path in markers}
    return {path: found for path, found in beside.items() if found is not None}


def printable(name: str) -> str:
    """Make a name of a file one that can be written: what is not text becomes a question mark.

    Examples
    --------
    >>> printable("anna.fit"), printable("\\udcff.fit")
    ('anna.fit', '?.fit')
    """
    return name.encode("utf-8", "replace").decode("utf-8")


def content_hash(paths: Sequence[Path]) -> str:
    """Hash the bytes of a session's files, in order; of one file it is the file's own SHA-256."""
    hashes = []
    for path in paths:
        if not path.is_file():
            # never open what may wait for ever, such as a pipe
            why = "it is not an ordinary file" if path.exists() else "there is no such file"
            raise OSError(errno.ENOENT, why, str(path))
        with path.open("rb") as stream:
            hashes.append(hashlib.file_digest(stream, "sha256").hexdigest())
    return combined(hashes)


def why_unreadable(error: OSError, job: Job) -> str:
    """Say which file of a job cannot be read and why, without its folder."""
    name = printable(Path(error.filename).name) if error.filename else job.file_names
    return f"{name}: cannot be read ({error.strerror or error})."


def fingerprint(job: Job, page: Mapping[str, Any], *, planned: bool = False) -> tuple[str, str]:
    """Return a hash of what its files hold (empty where its row has a fault), and one of all its result depends on.

    With ``planned`` the files are not read again.
    """
    content = "" if job.fault else job.content if planned else content_hash(job.paths)
    said = job.session
    parts = {
        "content": content,
        # files and companions count by what they hold, wherever they lie
        "session": to_json_value(
            replace(said, files=(), shoe_files=NO_FILES, static=None, system=Path(said.system).name, brand=None)
        ),
        "brand": said.brand.digest if said.brand else None,
        "companions": None if job.fault else [content_hash([path]) for path in job.companions],
        "beside": None if job.fault else [content_hash([path]) for path in job.beside.values()],
        "name": job.name,
        "files": [path.name for path in job.paths],
        "sides": [len(said.files), len(said.shoe_files.left), len(said.shoe_files.right)],
        "page": dict(page),
        "fault": job.fault,
        "stem": job.stem,
        "version": __version__,
    }
    if job.compared:
        parts["compared"] = job.compared
    text = json.dumps(parts, sort_keys=True, default=str)
    return content, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def plan_of(job: Job, known: Known | None, page: Mapping[str, Any], *, page_lost: bool) -> Plan:
    """Tell whether a session has to be done, and why; again where it may succeed now or its page is gone."""
    if known is None:
        return Plan("new", "it is not in the results yet")
    if known.retry:
        return Plan("again", f"it failed for a reason that may have passed: {known.error}")
    if job.missing:
        return Plan("missing", f"{job.missing} Its stored result is kept.")
    try:
        content, now = fingerprint(job, page, planned=True)
    except OSError as error:
        return Plan("missing", why_unreadable(error, job))
    if now != known.fingerprint:
        if known.version != __version__:
            return Plan("changed", f"it was made by version {known.version}, this is {__version__}")
        if content != known.sha256:
            return Plan("changed", "what its files hold has changed")
        return Plan("changed", "the options, the settings or its row of the manifest have changed")
    if page_lost:
        return Plan("again", "its page is gone")
    return Plan("unchanged", "nothing has changed since" if known.good else "it failed, and nothing has changed since")
