"""Which sessions there are, what each is called, and which of them have to be done."""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from bikefit import __version__
from bikefit.analysis import AnalyzeOptions
from bikefit.datatypes import to_json_value
from bikefit.errors import RecordingError
from bikefit.io.formats import SUFFIXES, TEXT_SUFFIXES

MANIFEST_NAME = "manifest.csv"
LONGEST_ID = 80
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d|index)$", re.IGNORECASE)

Doing = Literal["new", "changed", "again", "unchanged"]


@dataclass(frozen=True)
class Job:
    """One session to analyse.

    Attributes
    ----------
    id : str
        Names its page and its row; made of safe characters only.
    position : int
        Its place in the manifest.
    name : str
        The session's name as given, or the file's name.
    files : tuple of Path
        One file of both feet, when neither ``left`` nor ``right`` holds one.
    left, right : tuple of Path
        Files of one shoe each.
    options : AnalyzeOptions
        The batch's, with the manifest's row in their place.
    about : mapping
        ``rider``, ``date``, ``condition``, ``notes`` as the manifest has them.
    fault : str
        What is wrong with its row; then it fails without being read.
    """

    id: str
    position: int
    name: str
    files: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()
    right: tuple[Path, ...] = ()
    options: AnalyzeOptions = field(default_factory=AnalyzeOptions)
    about: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file of the session."""
        return (*self.files, *self.left, *self.right)

    @property
    def file_names(self) -> str:
        """The files' names without their folders, as pages show them."""
        return " + ".join(path.name for path in self.paths)


def find_recordings(folder: Path, out: Path) -> list[Path]:
    """Find every recording in a folder and those below it, in the order of their names.

    Parameters
    ----------
    folder : Path
        Where to look. Links to folders are not followed, hidden names are passed over.
    out : Path
        The batch's own folder, which is passed over.

    Returns
    -------
    list of Path
        Files whose suffix is one of a recording, whatever they turn out to hold.

    Raises
    ------
    RecordingError
        If the folder cannot be read or holds no recording.
    """
    suffixes = {*SUFFIXES, *TEXT_SUFFIXES}
    found: list[Path] = []
    own = out.resolve()

    def fail(error: OSError) -> None:
        raise RecordingError(f"{error.filename}: the folder cannot be read ({error.strerror}).")

    for place, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (Path(place) / name).resolve() != own
        )
        for name in names:
            plain = name.lower().removesuffix(".gz")
            if not name.startswith(".") and name != MANIFEST_NAME and Path(plain).suffix in suffixes:
                found.append(Path(place) / name)
    if not found:
        raise RecordingError(
            f"{folder}: no recordings found; expected files such as .fit or .csv. A manifest names files elsewhere."
        )
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def clean_id(name: str) -> str:
    """Make a name safe for a file on any system.

    Parameters
    ----------
    name : str
        Anything.

    Returns
    -------
    str
        Letters, digits, dash, underscore and dot only; never empty, hidden, reserved or too long.

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


def unique_ids(names: Sequence[str]) -> list[str]:
    """Make one safe id a name; names that come out alike, in any case of letters, get a hash of the whole name.

    Parameters
    ----------
    names : sequence of str
        All different.

    Returns
    -------
    list of str
        In the same order; an id does not depend on the order of the names.

    Examples
    --------
    >>> unique_ids(["a b", "c"])
    ['a-b', 'c']
    >>> len(set(unique_ids(["a b", "a-b", "A-B"])))
    3
    """
    cleaned = [clean_id(name) for name in names]
    counts = Counter(one.casefold() for one in cleaned)
    return [
        one if counts[one.casefold()] == 1 else f"{one}-{_short_hash(name)}"
        for one, name in zip(cleaned, names, strict=True)
    ]


def _short_hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def content_hash(paths: Sequence[Path]) -> str:
    """Hash the bytes of a session's files.

    Parameters
    ----------
    paths : sequence of Path
        Its files, in order.

    Returns
    -------
    str
        SHA-256 in hex; of one file it is the file's own.

    Raises
    ------
    OSError
        If a file cannot be read, or is no ordinary file.
    """
    hashes = []
    for path in paths:
        if not path.is_file():
            raise OSError(f"{path.name} is no file")
        with path.open("rb") as stream:
            hashes.append(hashlib.file_digest(stream, "sha256").hexdigest())
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def fingerprint(job: Job, content: str, page: Mapping[str, Any]) -> str:
    """Return what a session's result depends on, as one hash.

    Parameters
    ----------
    job : Job
        The session.
    content : str
        Hash of its files.
    page : mapping
        What its page shows beside the result, and whether there is one.

    Returns
    -------
    str
        SHA-256 in hex: content, options, settings, names on the page, and the version of the program.
    """
    options = to_json_value(replace(job.options, static=None))
    static = job.options.static
    parts = {
        "content": content,
        "options": options,
        "static": content_hash([static]) if static is not None else None,
        "system": _file_text(job.options.system),
        "name": job.name,
        "files": [path.name for path in job.paths],
        "sides": [len(job.files), len(job.left), len(job.right)],
        "about": dict(job.about),
        "page": dict(page),
        "fault": job.fault,
        "version": __version__,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode("utf-8", "surrogateescape")).hexdigest()


def _file_text(system: str) -> str | None:
    """Contents of a user's own wedge system: the result depends on them, not on the file's name."""
    return content_hash([Path(system)]) if system.endswith(".toml") and Path(system).is_file() else None


def what_to_do(job: Job, known: Mapping[str, str], finished: set[str], page: Mapping[str, Any]) -> Doing:
    """Tell whether a session has to be done, and why.

    Parameters
    ----------
    job : Job
        The session.
    known : mapping of str to str
        Id -> fingerprint of what is done and need not be tried again.
    finished : set of str
        Every id that the store holds.
    page : mapping
        As in `fingerprint`.

    Returns
    -------
    {"new", "changed", "again", "unchanged"}
        "again": it failed for a reason that may have passed.
    """
    if job.id not in finished:
        return "new"
    if job.id not in known:
        return "again"
    try:
        now = fingerprint(job, content_hash(job.paths), page)
    except OSError:
        return "again"
    return "unchanged" if known[job.id] == now else "changed"
