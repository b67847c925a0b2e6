"""When the messages that hold a field were taken: whole-second stamps become the times of a steady recorder.

Stamps have a second's resolution. One message a second begins at its stamp. Where several share each second, they
are spread as the steadiest recorder that fits the stamps. A stamp that comes twice by itself moves only itself, or
costs its second message where there is no room.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.model import Array

STAMP_STEP_S: Final = 1.0
"""Resolution of a time stamp."""
_AROUND: Final = 4
"""How many a second are usual is looked up over so many stamps on either side."""
_STEADY: Final = 0.8
"""What so large a share of stamps agree on is the rule."""
_FULL: Final = 0.7
"""A second that holds less than this share of its usual messages leaves open where in it they were."""
_FASTER: Final = 1.02
"""From so many messages a stamp on, a recorder may be a little faster than its clock ticks..."""
_REPEATS_MIN: Final = 8
"""...if so many repeated stamps lie as they then must."""


@dataclass(frozen=True)
class Placed:
    """When each of the messages that hold a field begins: FIT seconds, strictly increasing.

    ``rows`` are the messages whose time is known, ascending; ``interval_s`` is the time to the next one, at most the
    usual one. Others are left out: ``disordered`` ones contradict the order of the stamps, ``repeated`` ones repeat a
    stamp, of ``crowded`` ones others of their second are missing.
    """

    rows: NDArray[np.intp]
    start_s: Array
    interval_s: Array
    disordered: NDArray[np.intp]
    repeated: NDArray[np.intp]
    crowded: NDArray[np.intp]


LEFT_OUT: Final = (
    ("fit_stamps_dropped", "disordered"),
    ("fit_stamps_repeated", "repeated"),
    ("fit_seconds_not_full", "crowded"),
)
"""Finding -> what of `Placed` it tells."""


def longest_rise(values: Array) -> NDArray[np.intp]:
    """Return the positions of the longest subsequence that never falls: what is left without single wild values.

    Examples
    --------
    >>> longest_rise(np.array([1.0, 2.0, 900.0, 3.0, 3.0, 1.0, 4.0])).tolist()
    [0, 1, 3, 4, 6]
    """
    if not (np.diff(values) < 0).any():
        return np.arange(len(values))
    ends, places, before = list[float](), list[int](), list[int]()
    for place, value in enumerate(values.tolist()):
        length = bisect_right(ends, value)
        before.append(places[length - 1] if length else -1)
        ends[length : length + 1] = [value]
        places[length : length + 1] = [place]
    kept, place = list[int](), places[-1]
    while place >= 0:
        kept.append(place)
        place = before[place]
    return np.array(kept[::-1], np.intp)


def slots(stamp_s: Array, has: NDArray[np.bool_], filled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which messages take a place in time for a field: those that hold it.

    A message that has the field but leaves it empty is another record of the same stamp where each stamp has a fixed
    number of filled ones; where each has a fixed number of messages instead, it is a sample that is missing.
    """
    known = np.isfinite(stamp_s)
    has, filled = has & known, filled & known
    if (has == filled).all() or not filled.any():
        return has
    stamps, place = np.unique(stamp_s[has], return_inverse=True)
    there = np.bincount(place, minlength=stamps.size)
    full = np.bincount(place, weights=filled[has], minlength=stamps.size)
    usual, some = np.median(full[full > 0]), full[full > 0]
    if np.mean(some == usual) < _STEADY <= np.mean(there == np.median(there)):
        return has
    by_filling = (full == usual) | (there != usual)
    taken = has.copy()
    taken[has] = np.where(by_filling[place], filled[has], True)
    return taken


def place_messages(stamp_s: Array, rows: NDArray[np.intp] | None = None) -> Placed:
    """Find when each message that holds a field begins."""
    known = np.flatnonzero(np.isfinite(stamp_s)) if rows is None else rows[np.isfinite(stamp_s[rows])]
    risen = known[longest_rise(stamp_s[known])]
    disordered = np.setdiff1d(known, risen, assume_unique=True)
    stamps = stamp_s[risen]
    fresh = np.append(True, np.diff(stamps) > 0)[: stamps.size]
    if fresh.all():
        return Placed(risen, stamps, _to_next(stamps, _usual(stamps)), disordered, risen[:0], risen[:0])
    firsts = np.flatnonzero(fresh)
    sizes = np.diff(np.append(firsts, risen.size))
    usual = _usual(stamps[firsts])
    start = np.full(risen.size, np.nan)
    interval = np.full(risen.size, np.nan)
    shared = np.zeros(risen.size, bool)
    many = _around(sizes) >= 2
    turns = np.append(0, np.flatnonzero(np.diff(many)) + 1)
    for first, last in zip(turns, np.append(turns[1:], firsts.size), strict=True):
        own = slice(firsts[first], firsts[last] if last < firsts.size else risen.size)
        own_sizes = sizes[first:last]
        even = None if many[first] else _faster_than_its_clock(stamps[own], own_sizes, usual)
        if even is not None:
            start[own], interval[own] = even
        elif many[first]:
            start[own], interval[own] = _shared_seconds(stamps[own], own_sizes, usual)
            shared[own] = True
        else:
            start[own] = _single_repeats(stamps[own], usual)
    highest = np.maximum.accumulate(np.where(np.isfinite(start), start, -np.inf))
    used = np.isfinite(start) & (start > np.append(-np.inf, highest[:-1]))
    start = start[used]
    given = np.where(np.isfinite(interval[used]), interval[used], usual)
    return Placed(
        rows=risen[used],
        start_s=start,
        interval_s=np.minimum(_to_next(start, usual), given),
        disordered=disordered,
        repeated=risen[~used & ~shared],
        crowded=risen[~used & shared],
    )


def _usual(stamps: Array) -> float:
    """Return the usual step between ascending stamps; a second where there is none."""
    return float(np.median(np.diff(stamps))) if stamps.size > 1 else STAMP_STEP_S


def _to_next(start: Array, usual: float) -> Array:
    """Return the time from each to the next one, at most the usual time; the last has the usual time."""
    to_next: Array = np.minimum(np.append(np.diff(start), usual)[: start.size], usual)
    return to_next


def _around(sizes: NDArray[np.intp]) -> Array:
    """Return the median of the numbers of messages around each stamp."""
    padded = np.pad(sizes, _AROUND, mode="reflect" if sizes.size > 1 else "edge")
    medians: Array = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1), axis=1)
    return medians


def _single_repeats(stamps: Array, usual: float) -> Array:
    """Return the starts of messages that come once a stamp as a rule; NaN for a repeat that has no room.

    Two of one stamp are a rounded clock where the second before or after has none: then one of them moves there.
    """
    start = stamps.astype(float)
    again = np.flatnonzero(np.diff(stamps) == 0) + 1
    start[again] = np.nan
    if usual > STAMP_STEP_S:
        return start
    pairs = again[(np.diff(again, prepend=-9) > 1) & (np.diff(again, append=stamps.size + 9) > 1)]
    before = np.where(pairs >= 2, stamps[pairs] - stamps[pairs - 2], 0.0)
    behind = np.where(pairs + 1 < stamps.size, stamps[np.minimum(pairs + 1, stamps.size - 1)] - stamps[pairs], 0.0)
    later = behind >= 1.5 * usual
    start[pairs[later]] = stamps[pairs[later]] + np.minimum(usual, behind[later] / 2)
    free = start[np.maximum(pairs - 2, 0)] == stamps[np.maximum(pairs - 2, 0)]
    earlier = ~later & (before >= 1.5 * usual) & free
    start[pairs[earlier]] = stamps[pairs[earlier]]
    start[pairs[earlier] - 1] = stamps[pairs[earlier]] - np.minimum(usual, before[earlier] / 2)
    return start


def _faster_than_its_clock(stamps: Array, sizes: NDArray[np.intp], usual: float) -> tuple[Array, Array] | None:
    """Return starts and intervals of a recorder a little faster than one per stamp; None where it is not."""
    if stamps.size - sizes.size < _REPEATS_MIN or sizes[1:-1].mean() < _FASTER:
        return None
    place = np.arange(stamps.size) - (stamps.size - 1) / 2
    rate = float((place**2).sum() / (place @ (stamps - stamps[0])))
    low, high = _when_first(stamps, 1.0 / rate, usual)
    if low > high + 0.1 * usual:
        return None
    return _begin(low, high) + np.arange(stamps.size) / rate, np.full(stamps.size, 1.0 / rate)


def _when_first(stamps: Array, step: float, usual: float) -> tuple[float, float]:
    """Return between which times the first of evenly spaced messages was, if each was within its stamp's second."""
    begin = stamps - step * np.arange(stamps.size)
    return float(begin.max()), float(begin.min() + usual)


def _shared_seconds(stamps: Array, sizes: NDArray[np.intp], usual: float) -> tuple[Array, Array]:
    """Return starts and intervals of messages that come several a second; NaN where a second lacks too many.

    They go on evenly for as long as each stays within its stamp's second; then they begin anew.
    """
    inner = sizes[1:-1] if sizes.size > 2 else sizes
    several = float(inner.mean())
    several = round(several) if abs(several - round(several)) < 0.05 * several else several
    several = max(several, float(sizes.max())) if sizes.size <= 2 else several
    step = usual / several
    unique = stamps[np.cumsum(sizes) - sizes]
    hole = np.diff(unique) > 1.5 * usual
    edge = np.append(True, hole) | np.append(hole, True)
    beside = np.maximum(np.append(0, sizes[:-1]), np.append(sizes[1:], 0))
    settled = edge | (sizes >= _FULL * several) | (sizes + beside >= 2 * several - 0.5)
    start = np.full(stamps.size, np.nan)
    rows = np.flatnonzero(np.repeat(settled, sizes))
    first, low, high, goes_on = 0, -np.inf, np.inf, stamps[rows].tolist()
    for place, stamp in enumerate(goes_on):
        begin = stamp - step * (place - first)
        if max(low, begin) > min(high, begin + usual) - 0.02 * step:
            start[rows[first:place]] = _begin(low, high) + step * np.arange(place - first)
            first, low, high, begin = place, -np.inf, np.inf, stamp
        low, high = max(low, begin), min(high, begin + usual)
    start[rows[first:]] = _begin(low, high) + step * np.arange(rows.size - first)
    return start, np.full(stamps.size, step)


def _begin(low: float, high: float) -> float:
    """Return when evenly spaced messages begin, given the earliest and the latest time."""
    return low if low <= high else (low + high) / 2
