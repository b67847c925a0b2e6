"""From a session's files to its recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from bikefit.conventions import PerFoot
from bikefit.errors import UsageError
from bikefit.io import ReadOptions, read_recording, read_sides
from bikefit.model import Recording
from bikefit.sessions.session import NO_FILES, Session
from bikefit.sessions.values import split_section


def read_options(session: Session) -> ReadOptions:
    """Return what a reader needs of a session."""
    return ReadOptions(**{item.name: getattr(session, item.name) for item in fields(ReadOptions)})


def read_session(session: Session) -> Recording:
    """Read the session's one file, or those of its shoes."""
    how = read_options(session)
    if session.files:
        return read_recording(session.files[0], how)
    return read_sides(session.shoe_files.left, session.shoe_files.right, how)


def with_shoes(session: Session, left: Sequence[Path], right: Sequence[Path]) -> Session:
    """Return the session with the files of each shoe."""
    return replace(session, files=(), shoe_files=PerFoot(tuple(left), tuple(right)))


def with_file(session: Session, source: str | Path) -> Session:
    """Return the session with its one file, given with or without a section as in ``ride.csv@60-180``, ``@lap2``."""
    path, part = split_section(str(source))
    if "lap" in part and session.is_section:
        raise UsageError(f"{source}: the section is given twice, behind the @ and with --lap or --from/--to.")
    if part and (session.from_s is not None or session.to_s is not None):
        raise UsageError(f"{source}: the section is given twice, behind the @ and with --from/--to.")
    return replace(session, files=(path,), shoe_files=NO_FILES, **part)
