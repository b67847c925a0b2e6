"""A rider's sessions of a batch, brought together again from the store: what did the wedges do?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bikefit.comparison import ComparisonResult, compare_readings
from bikefit.errors import BikefitError
from bikefit.sessions.values import iso_day
from bikefit.settings import Settings
from bikefit.store import StoredSession, stored_readings


def riders_with_two_counts(sessions: Iterable[StoredSession]) -> dict[str, list[StoredSession]]:
    """Return the sessions of each rider who rode with two counts on a foot, by date, start, place in the manifest."""
    by_rider: dict[str, list[StoredSession]] = {}
    for session in sessions:
        if session["rider"] and session["feet"]:
            by_rider.setdefault(session["rider"], []).append(session)
    return {
        rider: sorted(own, key=lambda session: (day_of(session), session["start"] or ""))
        for rider, own in by_rider.items()
        if _has_two_counts(own)
    }


def _has_two_counts(sessions: Sequence[StoredSession]) -> bool:
    """Whether a foot that gave an angle was recorded with two counts that are known."""
    counts: dict[str, set[int]] = {}
    for session in sessions:
        for foot in session["feet"]:
            if foot["rotation_deg"] is not None and foot["fitted"] is not None:
                counts.setdefault(foot["foot"], set()).add(foot["fitted"])
    return any(len(own) > 1 for own in counts.values())


def day_of(session: StoredSession) -> str:
    """Return the day of a session, such that days sort by their text: the manifest's, else the recording's, else empty.

    One that an older version has stored without its day has it from its date and start.

    Examples
    --------
    >>> day_of({"day": "2026-02-03"}), day_of({"day": "", "date": "3.2.2026", "start": None})
    ('2026-02-03', '2026-02-03')
    """
    return str(session["day"]) or iso_day(str(session["date"])) or (session["start"] or "")[:10]


def taken_off_between(sessions: Sequence[StoredSession]) -> bool:
    """Tell whether a rider's sessions are of different days, or of days not known: sensors then count as remounted."""
    days = {day_of(session) for session in sessions}
    return len(days) > 1 or days == {""}


def compare_rider(sessions: Sequence[StoredSession], settings: Settings) -> ComparisonResult | BikefitError:
    """Compare a rider's sessions, in the order of time, as ``bikefit compare`` does without curves; or say why not."""
    try:
        readings = [stored_readings(session) for session in sessions]
        return compare_readings(readings, remounted=taken_off_between(sessions), settings=settings)
    except BikefitError as error:
        return error
