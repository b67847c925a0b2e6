"""A client over the years: the visits, what was advised at each, what their recordings say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bikefit.batch.riders import compare_rider, day_of, riders_with_two_counts, taken_off_between
from bikefit.comparison import ComparisonResult, compare_readings
from bikefit.errors import BikefitError, UsageError
from bikefit.report.pages.client_history import VisitView, history_html
from bikefit.settings import Settings
from bikefit.store import ClientFile, ClientRow, StoredSession, stored_readings
from bikefit.words import Words


@dataclass(frozen=True)
class ClientVisit:
    """What was recorded on one day."""

    day: str  # YYYY-MM-DD; empty where it is not known
    sessions: Sequence[StoredSession]  # Stored sessions, in the order of time
    compared: ComparisonResult | None  # What they say together, where a foot was recorded with two counts


def in_order(sessions: Sequence[StoredSession]) -> list[StoredSession]:
    """Return sessions by their day and clock, those of no known day first."""
    return sorted(sessions, key=lambda one: (day_of(one), one["start"] or "", one["position"]))


def visits_of(sessions: Sequence[StoredSession], settings: Settings | None = None) -> list[ClientVisit]:
    """Return a client's visits: the sessions of each day."""
    found = []
    for day, own in groupby(in_order(sessions), key=day_of):
        made = list(own)
        compared = compare_rider(made, settings or Settings()) if riders_with_two_counts(made) else None
        found.append(ClientVisit(day, made, None if isinstance(compared, BikefitError) else compared))
    return found


def client_page(
    words: Words, client: ClientRow, sessions: Sequence[StoredSession], settings: Settings | None = None
) -> str:
    """Return the page of a client: the timeline of angles, counts and comfort, and each visit's verdict."""
    settings = settings or Settings()
    views = [VisitView(one.day, one.sessions, one.compared) for one in visits_of(sessions, settings)]
    return history_html(words, client.name, client.id, client.since, views, band_deg=settings.neutral_band_deg)


def compare_client(
    file: ClientFile, client: ClientRow, *, remounted: bool, settings: Settings, cleat_float_deg: float | None = None
) -> tuple[ComparisonResult, list[StoredSession]]:
    """Compare all stored recordings of a client, in the order of time; returns the sessions too."""
    sessions = in_order([one for one in file.sessions(client) if one["feet"]])
    if len(sessions) < 2:
        raise UsageError(f"{client.id}: compare needs two recordings or more; {file.path} has {len(sessions)}.")
    result = compare_readings(
        [stored_readings(one) for one in sessions],
        remounted=remounted or taken_off_between(sessions),
        cleat_float_deg=cleat_float_deg,
        settings=settings,
    )
    return result, sessions
