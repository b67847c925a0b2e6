"""What is compared: sessions or recordings, each with the wedges that were on the shoes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from bikefit.conventions import PerFoot
from bikefit.errors import UsageError, flagged, how_many
from bikefit.model import Recording
from bikefit.sessions.keywords import UNSAID
from bikefit.sessions.manifest import ManifestSession
from bikefit.sessions.reading import read_options, read_session
from bikefit.sessions.session import Session
from bikefit.sessions.values import split_section

Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Source:
    """One recording of a comparison."""

    session: Session  # Its files, the wedges on the shoes, and how it is analysed
    recording: Recording | None = None  # Where it is at hand and needs no file
    # Turn of each cleat against the first recording [deg], positive = the way that turns the heel out.
    turn_deg: PerFoot[float] = field(default=PerFoot(0.0, 0.0))


def read_sources(sources: Sequence[Source]) -> list[Recording]:
    """Read the recordings of a comparison, each file once; they are whole, one per source."""
    known: dict[object, Recording] = {}
    recordings = []
    for source in sources:
        session = source.session
        key = (session.files, session.shoe_files, str(read_options(session)))
        if source.recording is None and key not in known:
            known[key] = read_session(session)
        recordings.append(known[key] if source.recording is None else source.recording)
    return recordings


def as_sources(
    given: Sequence[str | Path | Recording | Session | ManifestSession],
    wedges: PerFoot[Sequence[int] | None] = UNSAID,
    rotation: PerFoot[Sequence[float] | None] = UNSAID,
    common: Session | None = None,
) -> tuple[Source, ...]:
    """Bring what is compared, the lists of counts and turns, and the common options together.

    A session, or a manifest's, brings its own counts, so no list may be given with it.

    Examples
    --------
    >>> [one.session.wedges.left for one in as_sources(["a.csv@0-60", "b.csv"], PerFoot([0, 2], None))]
    [0, 2]
    """
    if len(given) < 2:
        raise UsageError(too_few(given))
    common = replace(common or Session(), wedges=UNSAID)
    if any(isinstance(item, (Session, ManifestSession)) for item in given):
        return _described(given, common, listed=not (wedges.is_unsaid and rotation.is_unsaid))
    turns = PerFoot.each(lambda side: _turns(rotation.of(side), len(given), f"--{side}-rotation"))
    if wedges.is_unsaid:
        counts = "0,2,-2,0" if len(given) == 4 else ",".join("0" * (len(given) - 1)) + ",2"
        raise UsageError(
            "say how many wedges were on the shoes, one count for each recording"
            + flagged(f": --left-wedges {counts} and/or --right-wedges (varus positive, valgus negative)")
            + "."
        )
    counted = PerFoot.each(lambda side: _counts(wedges.of(side), len(given), f"--{side}-wedges"))
    return tuple(
        replace(_plain(item, common.told({"wedges": PerFoot(*counts)})), turn_deg=PerFoot(*turn))
        for item, counts, turn in zip(
            given,
            zip(counted.left, counted.right, strict=True),
            zip(turns.left, turns.right, strict=True),
            strict=True,
        )
    )


def too_few(given: Sequence[object]) -> str:
    """Say that more recordings are needed; of a whole file, how its laps or sections are named."""
    told = "compare needs two recordings or more: one before and one after a change of wedges."
    if len(given) != 1 or not isinstance(given[0], (str, Path)) or "@" in str(given[0]):
        return told
    file = given[0]
    return f"{told} Of one file name the laps, as in {file}@lap1 {file}@lap2, or sections, as in {file}@0:00-2:00."


def _described(
    given: Sequence[str | Path | Recording | Session | ManifestSession], common: Session, *, listed: bool
) -> tuple[Source, ...]:
    """Return sessions that say themselves what was on the shoes."""
    sessions = [
        item.session(common) if isinstance(item, ManifestSession) else item
        for item in given
        if isinstance(item, (Session, ManifestSession))
    ]
    if len(sessions) < len(given) or listed:
        raise UsageError("a manifest names the wedges itself; leave --left-wedges, --right-wedges and files out.")
    riders = dict.fromkeys(session.rider for session in sessions if session.rider)
    if len(riders) > 1:
        raise UsageError(
            f"the manifest names more than one rider ({', '.join(riders)}), but what a wedge does is each rider's "
            "own. Compare the recordings of one rider."
        )
    if all(session.wedges.is_unsaid for session in sessions):
        raise UsageError("the manifest names no wedges; it needs a column left_wedges or right_wedges.")
    return tuple(Source(session) for session in sessions)


def _plain(item: object, session: Session) -> Source:
    """Return a recording, or a file with or without a section or lap of its own."""
    if isinstance(item, Recording):
        return Source(session, item)
    path, part = split_section(str(item))
    return Source(session.told({"files": (path,), **part}))


def _matched(values: Sequence[Number], count: int, option: str) -> Sequence[Number]:
    """Refuse a list that has not one number a recording."""
    if len(values) != count:
        raise UsageError(
            f"{option}: {how_many(len(values), 'number')} for {how_many(count, 'recording')}; "
            "give one for each recording, in the same order."
        )
    return values


def _counts(values: Sequence[int] | None, count: int, option: str) -> Sequence[int | None]:
    """Return the counts on a shoe, nothing where none are given."""
    return [None] * count if values is None else _matched(values, count, option)


def _turns(values: Sequence[float] | None, count: int, option: str) -> Sequence[float]:
    """Return the turns of a cleat against the first recording [deg]."""
    if values is None:
        return [0.0] * count
    matched = _matched(values, count, option)
    return [value - matched[0] for value in matched]
