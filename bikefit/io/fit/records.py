"""When the samples of each field of ``record`` were taken.

Time goes by field: a record that lacks a field does not end it, and records of one stamp with different fields are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bikefit.io.finite import all_finite
from bikefit.io.fit.choice import Choice
from bikefit.io.fit.column import Column
from bikefit.io.fit.lasting import Arrays, intervals, stretches
from bikefit.io.fit.placing import LEFT_OUT, STAMP_STEP_S, Placed, place_messages, slots
from bikefit.io.names import shown
from bikefit.model import Array, Finding, finding


class RecordClock:
    """Gives the times of fields, and remembers which records have none.

    ``stamp_s`` is the time stamp of each record [FIT s], NaN where missing or no part of the ride.
    """

    def __init__(self, stamp_s: Array, fraction_s: Array) -> None:
        """Take the stamps of all records, and the part of a second beyond each where a field gives it."""
        self.stamp_s = stamp_s
        self._fraction_s = fraction_s
        self._placed: dict[bytes, Placed] = {}
        self._of: dict[Column, Placed] = {}

    def of(self, column: Column) -> Placed:
        """Return when the records that hold a field begin."""
        if column not in self._of:
            self._of[column] = self._place(column)
        return self._of[column]

    def _place(self, column: Column) -> Placed:
        """Find when the records that hold a field begin; fields that the same records hold share what is found."""
        taken = slots(self.stamp_s, column.widths > 0, column.filled)
        twice = self._twice(column, np.flatnonzero(taken))
        taken[twice] = False
        key = taken.tobytes()
        if key not in self._placed:
            rows = np.flatnonzero(taken)
            stamps = self.stamp_s
            if np.isfinite(self._fraction_s[rows]).any():
                stamps = stamps + np.nan_to_num(self._fraction_s)
            placed = place_messages(stamps, rows)
            self._placed[key] = replace(placed, repeated=np.union1d(placed.repeated, twice))
        return self._placed[key]

    def _twice(self, column: Column, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the records that hold the very array of the record before, under the same stamp."""
        same = np.flatnonzero(np.diff(self.stamp_s[rows]) == 0) if column.several else rows[:0]
        if not same.size:
            return rows[:0]
        looked_at = np.union1d(same, same + 1)
        values, widths = column.flat(rows[looked_at])
        held = dict(zip(looked_at.tolist(), np.split(values, np.cumsum(widths)[:-1]), strict=True))
        alike = [at + 1 for at in same.tolist() if held[at].size > 1 and np.array_equal(held[at], held[at + 1], True)]
        return rows[alike]

    def first_s(self) -> Iterator[float]:
        """Give the time of the first record: its stamp, or where a field that is read begins within that second."""
        known = self.stamp_s[np.isfinite(self.stamp_s)]
        if known.size:
            first = float(known.min())
            starts = [float(placed.start_s[0]) for placed in self._placed.values() if placed.start_s.size]
            yield min((start for start in starts if first <= start < first + STAMP_STEP_S), default=first)

    def last_s(self) -> Iterator[float]:
        """Give the time of the last record."""
        known = self.stamp_s[np.isfinite(self.stamp_s)]
        if known.size:
            yield float(known.max())

    def findings(self) -> Iterator[Finding]:
        """Tell which records were left out of any field that was asked for, and why."""
        for code, kind in LEFT_OUT:
            rows = [getattr(placed, kind) for placed in self._placed.values()]
            count = np.unique(np.concatenate(rows)).size if rows else 0
            if count:
                yield finding(code, count=count, kind="record")


def samples(choices: Iterable[Choice], clock: RecordClock) -> tuple[dict[str, tuple[Array, Array]], list[Finding]]:
    """Return the times [FIT s] and raw numbers of app's fields by their keys, and which could not be read.

    Fields that come in the same records last equally long.
    """
    found: dict[str, tuple[Array, Array]] = {}
    findings: list[Finding] = []
    groups: dict[int, list[tuple[Choice, Placed, Arrays]]] = {}
    for choice in choices:
        if not choice.column.is_numeric:
            continue
        placed = clock.of(choice.column)
        values, widths = choice.column.flat(placed.rows)
        held = Arrays(values, widths, circular="crank" in choice.meaning.channel and choice.meaning.factor == 1.0)
        groups.setdefault(id(placed), []).append((choice, placed, held))
    for group in groups.values():
        told = {stretches(placed, held) for _, placed, held in group} - {None}
        stretched = told.pop() if len(told) == 1 else None
        lasting: dict[bytes, tuple[Array, NDArray[np.bool_]]] = {}
        for choice, placed, held in group:
            some = _any_of_each(held)
            key = some.tobytes() + held.widths.tobytes()
            if key not in lasting:
                lasting[key] = _spread(placed, held.widths, some, stretched)
            time_s, values = _from_first_to_last(*lasting[key], held)
            if not values.size and np.isfinite(held.values).any():
                findings.append(finding("fit_array_time_unknown", field=shown(choice.name)))
            elif values.size:
                found[choice.key] = (time_s, values)
    return found, findings


def _spread(
    placed: Placed, widths: NDArray[np.intp], some: NDArray[np.bool_], stretched: bool | None
) -> tuple[Array, NDArray[np.bool_]]:
    """Return when each number of a field was taken, and of which messages: those that hold any and have a time."""
    lasts = intervals(placed, widths, stretched) if widths.max(initial=0) > 1 else placed.interval_s
    timed = some & np.isfinite(lasts)
    return array_times(placed.start_s, lasts, np.where(timed, widths, 0)), timed


def _from_first_to_last(time_s: Array, timed: NDArray[np.bool_], held: Arrays) -> tuple[Array, Array]:
    """Return times and numbers from the first number that is any to the last."""
    values = held.values if timed.all() else held.values[np.repeat(timed, held.widths)]
    if all_finite(values):
        return time_s, values
    filled = np.flatnonzero(np.isfinite(values))
    whole = slice(filled[0], filled[-1] + 1) if filled.size else slice(0, 0)
    return time_s[whole], values[whole]


def _any_of_each(held: Arrays) -> NDArray[np.bool_]:
    """Tell which messages hold any number."""
    if all_finite(held.values):
        return held.widths > 0
    owner = np.repeat(np.arange(held.widths.size), held.widths)
    return np.bincount(owner[np.isfinite(held.values)], minlength=held.widths.size) > 0


def array_times(start_s: Array, lasts_s: Array, widths: NDArray[np.intp]) -> Array:
    """Return when each number of an array field was taken: number k of n at k/n of what the array lasts.

    Examples
    --------
    >>> array_times(np.array([10.0, 11.0]), np.array([1.0, 1.0]), np.array([2, 4])).tolist()
    [10.0, 10.5, 11.0, 11.25, 11.5, 11.75]
    """
    step = lasts_s / np.maximum(widths, 1)
    if widths.size and (widths == widths[0]).all():
        return np.ravel(start_s[:, None] + np.arange(widths[0]) * step[:, None])
    place = np.arange(widths.sum()) - np.repeat(np.cumsum(widths) - widths, widths)
    spread: Array = np.repeat(start_s, widths) + place * np.repeat(step, widths)
    return spread
