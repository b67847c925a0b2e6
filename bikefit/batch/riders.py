"""A rider's sessions of a batch, brought together again from the store: what did the wedges do?"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from bikefit.comparison import ComparisonResult, compare_sessions
from bikefit.conventions import CURVE_POINTS, STROKE_COLUMNS, Side
from bikefit.datatypes import (
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
from bikefit.errors import BikefitError

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
        rider: sorted(own, key=lambda session: (session["date"], session["start"] or ""))
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
    days = {session["date"] or (session["start"] or "")[:10] for session in sessions}
    return len(days) > 1 or days == {""}


def compare_rider(sessions: Sequence[Row], documents: Mapping[str, str]) -> ComparisonResult | str:
    """Compare a rider's sessions as ``bikefit compare`` does, without their single strokes.

    Parameters
    ----------
    sessions : sequence of mapping
        In the order of time.
    documents : mapping of str to str
        Session id -> its JSON.

    Returns
    -------
    ComparisonResult or str
        Or why they are not compared.
    """
    results = [_session(session, json.loads(documents[session["id"]])) for session in sessions]
    try:
        return compare_sessions(results, remounted=taken_off_between(sessions))
    except BikefitError as error:
        return str(error)


def _session(row: Row, document: Mapping[str, Any]) -> SessionResult:
    info = dict(document["recording"])
    info["start"] = datetime.fromisoformat(info["start"]) if info["start"] else None
    fitted = {foot["foot"]: foot["fitted"] for foot in row["feet"]}
    own = document["feet"]
    system_id = next(foot["recommendation"]["system"] for foot in own.values())
    return SessionResult(
        recording=RecordingInfo(**{**info, "sampling_rate_hz": _known(info["sampling_rate_hz"])}),
        settings=document["settings"],
        system=WedgeSystem(system_id, system_id, "", row["cant_deg"], row["cap"], "under_cleat", (), (), "", ""),
        asymmetry_deg=_known(document["asymmetry_deg"]),
        findings=(),
        feet={side: _foot(side, foot, fitted[side]) for side, foot in own.items()},
        version=document["version"],
    )


def _foot(side: Side, foot: Mapping[str, Any], fitted: int) -> FootResult:
    rotation: dict[str, Any] = {**foot["rotation"]}
    stop, interval, metric = rotation.pop("float_stop"), rotation.pop("interval_deg"), rotation.pop("metric")
    angles: dict[str, Any] = {name: _known(value) for name, value in rotation.items()}
    strokes, neutral, excess = foot["strokes"], foot["neutral"], foot["excess"]
    known = {name: _known(strokes[name]) for name in ("cadence_rpm", "quality")}
    return FootResult(
        side=side,
        strokes=StrokeSummary(**{**strokes, **known}),
        rotation=Rotation(
            metric=metric, interval_deg=_pair(interval), float_stop=FloatStop(**stop) if stop else None, **angles
        ),
        neutral=Neutral(neutral["kind"], _known(neutral["deg"])),
        excess=Excess(_known(excess["deg"]), _pair(excess["interval_deg"]), excess["lower_bound"]),
        recommendation=_recommendation(foot["recommendation"]),
        findings=(),
        fitted_wedges=fitted,
        stroke_table=pd.DataFrame(columns=list(STROKE_COLUMNS)).astype({"used": bool}),
        curves=StrokeCurves(np.empty((0, CURVE_POINTS))),
    )


def _recommendation(advised: Mapping[str, Any]) -> Recommendation:
    plain = {item.name: advised[item.name] for item in fields(Recommendation)}
    plain |= {"options": (), "reasons": (), "response": ResponseUsed(**advised["response"])}
    return Recommendation(**plain)


def _known(value: float | None) -> float:
    return math.nan if value is None else value


def _pair(values: Sequence[float | None]) -> tuple[float, float]:
    return (_known(values[0]), _known(values[1]))
