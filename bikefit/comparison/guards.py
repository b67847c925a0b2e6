"""What keeps recordings from being compared, or must be said when they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from bikefit.analysis.options import metric_chosen
from bikefit.comparison.refusal import not_comparable
from bikefit.conventions import METRICS, SIDES, Side
from bikefit.model import Array, Finding, Reading, Readings, finding
from bikefit.settings import Settings

SAME_STROKES_DEG = 0.05
"""Digits that a file was written with move a stroke's curve by less; no two strokes are ridden so alike."""


def labels(sessions: Sequence[Readings]) -> tuple[str, ...]:
    """Name each recording as a reader would: laps by their number, other sections of a file by where they lie in it."""
    return tuple(
        place if session.lap is None else f"{session.recording.name}@lap{session.lap}"
        for session, place in zip(sessions, places(sessions), strict=True)
    )


def places(sessions: Sequence[Readings]) -> tuple[str, ...]:
    """Name each recording; laps and other sections of a file by where they lie in it, as the JSON contract has it."""
    count = Counter(session.recording.name for session in sessions)
    return tuple(
        f"{item.name}@{item.from_s:g}-{item.to_s:g}" if session.is_section or count[item.name] > 1 else item.name
        for session in sessions
        for item in (session.recording,)
    )


def check_sessions(
    sessions: Sequence[Readings],
    names: Sequence[str],
    settings: Settings,
    curves: Sequence[Mapping[Side, Array]] = (),
    *,
    remounted: bool,
) -> tuple[Finding, ...]:
    """Refuse recordings that cannot be compared, and say what is odd about the others."""
    systems = [(session.system.id, session.system.cant_deg) for session in sessions]
    _same("wedge_system", systems, names, "--system", [name for name, _ in systems])
    found: list[Finding] = []
    formats = formats_of(sessions)
    if len(formats) > 1:
        found.append(finding("compare_formats_differ", formats=sorted(formats)))
    starts = [session.recording.start for session in sessions if session.recording.start is not None]
    hours = (max(starts) - min(starts)).total_seconds() / 3600.0 if starts else 0.0
    if hours > settings.compare_other_day_h and not remounted:
        apart, unit = (hours / 24.0, "d") if hours >= 48.0 else (hours, "h")
        found.append(finding("compare_other_day", hours=hours, apart=apart, unit=unit))
    stretches = [(s.recording.sha256, s.recording.from_s, s.recording.to_s) for s in sessions]
    for i, (sha256, from_s, to_s) in enumerate(stretches):
        for j, (other, other_from_s, other_to_s) in enumerate(stretches[:i]):
            shared = sha256 and sha256 == other and from_s < other_to_s and other_from_s < to_s
            if shared or (curves and _same_strokes(curves[i], curves[j])):
                found.append(finding("compare_same_stretch", first=names[j], second=names[i]))
    return tuple(found)


def _same_strokes(first: Mapping[Side, Array], second: Mapping[Side, Array]) -> bool:
    """Tell whether all strokes are the same one by one, as in a file that was written anew in another form."""
    shared = [(first[side], second[side]) for side in SIDES if side in first and side in second]
    return bool(shared) and all(
        own.shape == other.shape and len(own) > 1 and np.allclose(own, other, rtol=0.0, atol=SAME_STROKES_DEG)
        for own, other in shared
    )


def formats_of(sessions: Sequence[Readings]) -> set[str]:
    """Return the files' formats; where there are several, the sensors were put on anew."""
    return {session.recording.format for session in sessions}


def check_zeros(sessions: Sequence[Readings], names: Sequence[str]) -> None:
    """Refuse recordings of a foot whose zeros mean different things; a zero that is not known is taken as alike."""
    for side in SIDES:
        read = [
            (name, session.feet[side]) for name, session in zip(names, sessions, strict=True) if side in session.feet
        ]
        zeros = {name: foot.zero for name, foot in read if foot.zero is not None}
        if len(set(zeros.values())) > 1:
            raise not_comparable("zeros", side=side, zeros=zeros)


def check_feet(side: Side, feet: Sequence[Reading], names: Sequence[str], settings: Settings) -> tuple[Finding, ...]:
    """Refuse what makes one foot's recordings that gave a rotation incomparable, and say what is odd about them."""
    flag = f"--{side}-neutral"
    _same("metric", [foot.metric for foot in feet], names, "--metric")
    _same("neutral", [foot.neutral.kind for foot in feet], names, flag)
    _same("neutral_angle", [foot.neutral.deg if foot.neutral.kind == "number" else 0.0 for foot in feet], names, flag)
    found = [*metric_chosen(feet[0].metric)]
    references = [foot.reference or "none" for foot in feet]
    if len(set(references)) > 1:
        if not METRICS[feet[0].metric].is_whole:
            _same("reference", references, names, "--metric mean, or --reference")
        found.append(finding("compare_references_differ", side=side, references=_by_value(references, names)))
    for code, values, ratio in (
        ("compare_cadence_differs", [foot.cadence_rpm for foot in feet], settings.compare_cadence_ratio),
        ("compare_power_differs", [foot.power_w for foot in feet], settings.compare_power_ratio),
    ):
        low, high = _range(values)
        if low > 0 and high > ratio * low:
            found.append(finding(code, side=side, low=low, high=high))
    pinned = [name for name, foot in zip(names, feet, strict=True) if np.isfinite(foot.float_stop_deg)]
    if pinned:
        found.append(finding("compare_float_stop", side=side, names=pinned))
    if any(foot.neutral.kind == "recovery" for foot in feet):
        found.append(finding("compare_recovery_moves", side=side))
    return tuple(found)


def check_turned_cleat(
    side: Side, wedges: Sequence[int | None], turns_deg: Sequence[float], cleat_float_deg: float | None
) -> None:
    """Refuse a cleat that was turned in the same step as the wedges were changed, unless it has no float.

    Examples
    --------
    >>> check_turned_cleat("left", [0, 2], [0.0, 3.0], 0.0)
    """
    if cleat_float_deg == 0.0:
        return
    for (before, after), (turn_before, turn_after) in zip(pairwise(wedges), pairwise(turns_deg), strict=True):
        if before != after and turn_before != turn_after:
            raise not_comparable("turned_cleat", side=side)


def turned_cleat(side: Side, feet: Sequence[Reading], turns_deg: Sequence[float]) -> tuple[Finding, ...]:
    """Say how far the heel turned where the cleat alone was turned from one recording to the next, the last time."""
    found: tuple[Finding, ...] = ()
    for (before, after), (first, second) in zip(pairwise(feet), pairwise(turns_deg), strict=True):
        if first != second and before.fitted_wedges == after.fitted_wedges:
            moved = after.rotation_deg - before.rotation_deg
            found = (finding("compare_cleat_turned", side=side, turn=second - first, moved=moved),)
    return found


def _same(
    what: str, values: Sequence[Any], names: Sequence[str], flag: str, shown: Sequence[str] | None = None
) -> None:
    """Refuse recordings that differ in what they must share (the words' section ``shared``), ``shown`` in its place."""
    if len(set(values)) > 1:
        told = list(map(str, values)) if shown is None else shown
        raise not_comparable("differ", what=what, flag=flag, values=_by_value(told, names))


def _by_value(values: Sequence[str], names: Sequence[str]) -> dict[str, list[str]]:
    """Return each value with the names of those that have it."""
    by_value: dict[str, list[str]] = {}
    for value, name in zip(values, names, strict=True):
        by_value.setdefault(value, []).append(name)
    return by_value


def _range(values: Sequence[float]) -> tuple[float, float]:
    known = [value for value in values if np.isfinite(value)]
    return (min(known), max(known)) if known else (0.0, 0.0)
