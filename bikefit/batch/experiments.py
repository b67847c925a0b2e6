"""A studio's riders with recordings at known counts, from the store: what `bikefit.response.learn` learns from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bikefit.batch.folder import DATABASE
from bikefit.batch.riders import day_of
from bikefit.comparison.series import mounting_of, recording_order, values_deg
from bikefit.conventions import SIDES, Side
from bikefit.model import Reading, Readings
from bikefit.response import Mounting, RiderRecordings, Series, StudioPrior, learn_from, series
from bikefit.settings import Settings
from bikefit.store import StoredSession, client_of, stored_readings, stored_sessions


@dataclass(frozen=True)
class _Made:
    """One foot in one recording, and on which occasion."""

    occasion: str
    session: Readings
    foot: Reading

    @property
    def cant_deg(self) -> float:
        """Signed cant under the shoe."""
        return (self.foot.fitted_wedges or 0) * self.session.system.cant_deg

    @property
    def alike(self) -> tuple[object, ...]:
        """What recordings must share to be laid side by side."""
        foot, system = self.foot, self.session.system
        given = foot.neutral.deg if foot.neutral.kind == "number" else 0.0
        return (system.id, system.cant_deg, foot.metric, foot.zero, foot.neutral.kind, given)


def learn_prior(source: str | Path) -> StudioPrior:
    """Learn a prior for the next rider from the results of a batch, or from a studio's file of clients.

    Parameters
    ----------
    source : path-like
        The folder of a batch's results, its ``results.sqlite``, or a file of clients; it is only read.

    Returns
    -------
    StudioPrior
        What the riders have in common, or the built-in prior where there are fewer than five with an experiment.

    Raises
    ------
    RecordingError
        If there are no such results.
    """
    path = Path(source)
    return learn_from(rider_recordings(stored_sessions(path / DATABASE if path.is_dir() else path)))


def rider_recordings(sessions: Iterable[StoredSession]) -> list[RiderRecordings]:
    """Bring each named rider's recordings together that repeat a foot's angle on one occasion or over days.

    Recordings of one day and format were made with the sensors left on, or are laps where all are of one file. Over
    days, sensors count as remounted: then a rider's response comes from the days only where no single day shows it,
    else the days show only how well a count repeats.
    """
    by_rider: dict[str, list[StoredSession]] = {}
    for session in sessions:
        if client_of(session) and session["feet"]:
            by_rider.setdefault(client_of(session), []).append(session)
    found = []
    for own in by_rider.values():
        rider = own[0]["rider"] or client_of(own[0])
        sittings = _sittings(own)
        if sittings:
            found.append(RiderRecordings(rider, sittings))
    return found


def _sittings(sessions: Sequence[StoredSession]) -> dict[Mounting, list[dict[Side, Series]]]:
    """Sort one rider's recordings by how the sensors were carried over."""
    sessions = _apart(sessions)
    readings = [stored_readings(session) for session in sessions]
    occasions = [
        _occasion(session, read, place) for place, (session, read) in enumerate(zip(sessions, readings, strict=True))
    ]
    in_order = sorted(range(len(sessions)), key=lambda place: (day_of(sessions[place]), place))
    made: dict[Mounting, list[dict[Side, Series]]] = {}
    for occasion in dict.fromkeys(occasions[place] for place in in_order):
        here = [place for place in in_order if occasions[place] == occasion]
        own = [readings[place] for place in here]
        feet = _feet([(occasion, own[place]) for place in recording_order(own)])
        if feet:
            made.setdefault(mounting_of(own, remounted=False), []).append(feet)
    shown = any(one.tells_response for own in made.values() for feet in own for one in feet.values())
    days = _over_days([(occasions[place], readings[place]) for place in in_order], repeats_only=shown)
    if days:
        made["remounted"] = [days]
    return made


def _apart(sessions: Sequence[StoredSession]) -> list[StoredSession]:
    """Leave out what another section of the same file has given already; sections before whole files."""
    kept: list[StoredSession] = []
    for session in sorted(sessions, key=lambda one: not one["is_section"]):
        same = [one for one in kept if one["sha256"] and one["sha256"] == session["sha256"]]
        if not any(one["from_s"] < session["to_s"] and session["from_s"] < one["to_s"] for one in same):
            kept.append(session)
    return sorted(kept, key=lambda one: one["position"])


def _occasion(session: StoredSession, read: Readings, place: int) -> str:
    """Name the occasion of a recording: its day and format, or its file alone where the day is not known."""
    return f"{day_of(session) or read.recording.sha256 or place} {read.recording.format}"


def _usable(told: Iterable[tuple[str, Readings]], side: Side) -> list[_Made]:
    """Return the recordings of a foot that give an angle at a known count, of those alike that are most."""
    made = [_Made(occasion, read, read.feet[side]) for occasion, read in told if side in read.feet]
    made = [one for one in made if _tells(one.foot)]
    kinds = [one.alike for one in made]
    most = max(kinds, key=kinds.count, default=None)
    return [one for one in made if one.alike == most]


def _tells(foot: Reading) -> bool:
    """Whether a reading can enter the response; a foot at a float stop shows the cleat."""
    free = not foot.excess.lower_bound and not math.isfinite(foot.float_stop_deg)
    return free and foot.is_usable(Settings.strokes_min)


def _feet(told: Sequence[tuple[str, Readings]]) -> dict[Side, Series]:
    """Return each foot's recordings of one occasion, two or more, in order."""
    found = {side: _usable(told, side) for side in SIDES}
    places = {id(read): float(place) for place, (_, read) in enumerate(told)}
    return {side: _series(own, [places[id(one.session)] for one in own]) for side, own in found.items() if len(own) > 1}


def _over_days(told: Sequence[tuple[str, Readings]], *, repeats_only: bool) -> dict[Side, Series]:
    """Return each foot's recordings of several occasions: the first at each count, or at the count met most often."""
    found = {}
    occasions = list(dict.fromkeys(occasion for occasion, _ in told))
    for side in SIDES:
        own = [one for one in _usable(told, side) if one.foot.zero not in (None, "none")]
        first = list({(one.occasion, one.cant_deg): one for one in reversed(own)}.values())[::-1]
        if repeats_only:
            cants = [one.cant_deg for one in first]
            first = [one for one in first if one.cant_deg == max(cants, key=cants.count)]
        if len({one.occasion for one in first}) > 1:
            found[side] = _series(first, [float(occasions.index(one.occasion)) for one in first])
    return found


def _series(own: Sequence[_Made], order: Sequence[float]) -> Series:
    """Return one foot's recordings as the model takes them."""
    feet = [one.foot for one in own]
    errors = [foot.standard_error_deg for foot in feet]
    return series(values_deg(feet), errors, [one.cant_deg for one in own], order=order)
