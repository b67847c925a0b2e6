"""A rider's sessions of a batch, brought together again from the store: what did the wedges do?"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from bikefit.comparison import ComparisonResult, compare_sessions
from bikefit.comparison.guards import check_same_zero, labels
from bikefit.conventions import CURVE_POINTS, SIDES, Z95, Side
from bikefit.errors import BikefitError
from bikefit.model import (
    Excess,
    FloatStop,
    FootResult,
    Neutral,
    Recommendation,
    RecordingInfo,
    ResponseUsed,
    Rotation,
    SessionResult,
    StrokeCurves,
    StrokeSummary,
    WedgeSystem,
)
from bikefit.settings import Settings
from bikefit.store import Store

Row = Mapping[str, Any]


def riders_with_two_counts(sessions: Iterable[Row]) -> dict[str, list[Row]]:
    """Group the analysed sessions of each rider who rode with two different counts on a foot.

    Parameters
    ----------
    sessions : iterable of mapping
        As from `bikefit.store.Store.sessions`.

    Returns
    -------
    dict
        Rider -> sessions in the order of time (date, start, place in the manifest).
    """
    by_rider: dict[str, list[Row]] = {}
    for session in sessions:
        if session["rider"] and session["feet"]:
            by_rider.setdefault(session["rider"], []).append(session)
    return {
        rider: sorted(own, key=lambda session: (day_of(session), session["start"] or ""))
        for rider, own in by_rider.items()
        if _has_two_counts(own)
    }


def _has_two_counts(sessions: Sequence[Row]) -> bool:
    counts: dict[str, set[int]] = {}
    for session in sessions:
        for foot in session["feet"]:
            if foot["rotation_deg"] is not None:
                counts.setdefault(foot["foot"], set()).add(foot["fitted"])
    return any(len(own) > 1 for own in counts.values())


def day_of(session: Row) -> str:
    """Return the day of a session, such that days sort by their text.

    Parameters
    ----------
    session : mapping
        With its ``date`` as the manifest has it and its ``start`` as the recording has it.

    Returns
    -------
    str
        The manifest's date, a European one turned round; else the recording's day; else empty.

    Examples
    --------
    >>> day_of({"date": "3.2.2026", "start": None}), day_of({"date": "", "start": "2026-02-03T10:00:00+00:00"})
    ('2026-02-03', '2026-02-03')
    """
    date = str(session["date"])
    european = re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", date)
    if european:
        day, month, year = european.groups()
        return f"{year}-{int(month):02d}-{int(day):02d}"
    return date or (session["start"] or "")[:10]


def taken_off_between(sessions: Sequence[Row]) -> bool:
    """Tell whether the sessions are of different days, so that sensors count as taken off and on again.

    Parameters
    ----------
    sessions : sequence of mapping
        Of one rider.

    Returns
    -------
    bool
        True also where the days are not known.
    """
    days = {day_of(session) for session in sessions}
    return len(days) > 1 or days == {""}


def compare_rider(sessions: Sequence[Row], store: Store, settings: Settings) -> ComparisonResult | str:
    """Compare a rider's sessions as ``bikefit compare`` does, without the curves of their strokes.

    Parameters
    ----------
    sessions : sequence of mapping
        In the order of time.
    store : Store
        That holds them.
    settings : Settings
        Priors and thresholds.

    Returns
    -------
    ComparisonResult or str
        Or why they are not compared.
    """
    documents = store.documents(session["id"] for session in sessions)
    results = [_session(session, json.loads(documents[session["id"]])) for session in sessions]
    names = labels(results)
    try:
        for side in SIDES:
            feet = [(name, _foot_row(session, side)) for name, session in zip(names, sessions, strict=True)]
            check_same_zero(side, {name: foot["zero"] for name, foot in feet if foot and foot["zero"]})
        return compare_sessions(results, remounted=taken_off_between(sessions), settings=settings)
    except BikefitError as error:
        return str(error)


def _foot_row(session: Row, side: Side) -> Row | None:
    return next((foot for foot in session["feet"] if foot["foot"] == side), None)


def _session(row: Row, document: Mapping[str, Any]) -> SessionResult:
    info = dict(document["recording"])
    info["start"] = datetime.fromisoformat(info["start"]) if info["start"] else None
    stored = {foot["foot"]: foot for foot in row["feet"]}
    own = document["feet"]
    system = json.loads(row["wedge_system"])
    system |= {name: tuple(system[name]) for name in ("cleats", "cautions")}
    system |= {name: _known(system[name]) for name in ("thickness_mm", "width_mm")}
    return SessionResult(
        recording=RecordingInfo(**{**info, "sampling_rate_hz": _known(info["sampling_rate_hz"])}),
        settings=document["settings"],
        system=WedgeSystem(**system),
        asymmetry_deg=_known(document["asymmetry_deg"]),
        findings=(),
        feet={side: _foot(side, foot, stored[side]) for side, foot in own.items()},
        version=document["version"],
    )


def _foot(side: Side, foot: Mapping[str, Any], row: Row) -> FootResult:
    """Rebuild a foot; one row without a curve stands for its strokes, with their mean power."""
    rotation: dict[str, Any] = {**foot["rotation"]}
    stop, interval, metric = rotation.pop("float_stop"), rotation.pop("interval_deg"), rotation.pop("metric")
    angles: dict[str, Any] = {name: _known(value) for name, value in rotation.items()}
    strokes, neutral, excess = foot["strokes"], foot["neutral"], foot["excess"]
    known = {name: _known(strokes[name]) for name in ("cadence_rpm", "quality")}
    return FootResult(
        side=side,
        strokes=StrokeSummary(**{**strokes, **known}),
        rotation=Rotation(
            metric=metric, sd_deg=_half(interval) / Z95, float_stop=FloatStop(**stop) if stop else None, **angles
        ),
        neutral=Neutral(neutral["kind"], _known(neutral["deg"])),
        excess=Excess(_known(excess["deg"]), _half(interval) / Z95, _known(row["zero_sd_deg"]), excess["lower_bound"]),
        recommendation=_recommendation(foot["recommendation"]),
        findings=(),
        fitted_wedges=row["fitted"],
        stroke_table=pd.DataFrame({"power_w": [_known(row["power_w"])], "used": [True]}),
        curves=StrokeCurves(np.full((1, CURVE_POINTS), np.nan)),
    )


def _recommendation(advised: Mapping[str, Any]) -> Recommendation:
    plain = {item.name: advised[item.name] for item in fields(Recommendation)}
    plain |= {"options": (), "reasons": (), "response": ResponseUsed(**advised["response"])}
    return Recommendation(**plain)


def _known(value: float | None) -> float:
    return math.nan if value is None else value


def _half(values: Sequence[float | None]) -> float:
    return (_known(values[1]) - _known(values[0])) / 2.0
