"""The rows of a table in order of time, without repeats: what the time stamps say rules.

Slight disorder is sorted, rows of equal time are averaged, rows without a time are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from bikefit.errors import RecordingError
from bikefit.io.bursts import spread_bursts
from bikefit.io.finite import finite_span
from bikefit.model import Array, Finding, finding

DISORDER_MAX_PERIODS: Final = 3.0
RATE_CHANGE_RATIO: Final = 1.5
LONGEST_S: Final = 366 * 86400.0
"""No recording lasts longer: the stamps of rows further from the rest than this are a mistake, if they are few."""
STRAY_SHARE: Final = 0.01
WILD_ROWS_MIN: Final = 100
WILD_PERIODS: Final = 10.0
"""A stamp that is further off than this from the median of its neighbours' is a mistake."""
WILD_GAP_S: Final = 60.0
"""A single row that is this far from all others, and further than they last, was not recorded with them."""
RATE_BLOCKS: Final = 20
"""The sampling rate is looked at in this many places of a recording."""


@dataclass(frozen=True)
class Order:
    """How the rows of a table become samples with strictly increasing times.

    Attributes
    ----------
    time_s : ndarray, shape (m,)
        Seconds from the first sample, strictly increasing.
    rows : ndarray of int, shape (k,), optional
        Rows in order of time; None = all as they come.
    starts : ndarray of int, shape (m,), optional
        Where in ``rows`` each group of equal times begins; None = no two are equal.
    period_s : float
        The usual step [s]; NaN under two samples.
    findings : tuple of Finding
        What was put right.
    """

    time_s: Array
    rows: NDArray[np.intp] | None
    starts: NDArray[np.intp] | None
    period_s: float
    findings: tuple[Finding, ...]

    def apply(self, values: Array, how: Literal["mean", "angle", "last"] = "mean") -> Array:
        """Return a column's values, one for each sample; NaN where all rows of a sample are missing.

        ``how`` is what becomes of rows with equal times: their mean, their mean on the circle [deg], or the last of
        them.
        """
        ordered = values if self.rows is None else values[self.rows]
        if self.starts is None:
            return ordered
        sizes = np.diff(np.append(self.starts, ordered.size))
        first = ordered[self.starts]
        if how == "last":
            return ordered[self.starts + sizes - 1]
        if how == "angle":
            first = np.repeat(first, sizes)
            ordered = first + (ordered - first + 180.0) % 360.0 - 180.0
        known = np.isfinite(ordered)
        totals = np.add.reduceat(np.where(known, ordered, 0.0), self.starts)
        counts = np.add.reduceat(known.astype(np.float64), self.starts)
        means: Array = np.divide(totals, counts, out=np.full(totals.size, np.nan), where=counts > 0)
        return np.where(sizes == 1, ordered[self.starts], means)


class DisorderError(RecordingError):
    """Times go back by more than a few samples.

    Parameters
    ----------
    row : int
        The row that comes too late, from 0.
    back_s : float
        By how much [s].
    """

    def __init__(self, row: int, back_s: float) -> None:
        super().__init__(f"time goes back by {back_s:g} s")
        self.row = row
        self.back_s = back_s


def put_in_order(time_s: Array) -> Order:
    """Sort slightly disordered rows, join rows of equal time, drop rows without a time; times then count from 0.

    Stamps that came in bursts are spread evenly, and lone ones far from their neighbours are left out. DisorderError if
    a row is more than `DISORDER_MAX_PERIODS` sampling periods behind a row before it.

    Examples
    --------
    >>> put_in_order(np.array([0.0, 0.02, 0.01, 0.03])).time_s.tolist()
    [0.0, 0.01, 0.02, 0.03]
    """
    findings: list[Finding] = []
    rows: NDArray[np.intp] | None = None
    starts: NDArray[np.intp] | None = None
    low, high, complete = finite_span(time_s)
    if not complete:
        rows = np.flatnonzero(np.isfinite(time_s))
        if rows.size < time_s.size:
            findings.append(finding("time_missing", rows=int(time_s.size - rows.size)))
        time_s = time_s[rows]
    wild = _years_off(time_s) if high - low > LONGEST_S else np.empty(0, dtype=np.intp)
    if wild.size:
        near = np.delete(np.arange(time_s.size), wild)
        wild = np.sort(np.concatenate([wild, near[_wild(time_s[near])]]))
    else:
        wild = _wild(time_s)
    if wild.size:
        kept = np.delete(np.arange(time_s.size), wild)
        first = int(wild[0] if rows is None else rows[wild[0]])
        off_s = float(time_s[wild[0]] - time_s[kept[min(int(wild[0]), kept.size - 1)]])
        findings.append(finding("stamps_wild", rows=int(wild.size), row=first + 1, off_s=off_s))
        rows = kept if rows is None else rows[kept]
        time_s = time_s[kept]
    rises = time_s.size < 2 or float(np.diff(time_s).min()) > 0.0
    order, late_s = (None, np.empty(0)) if rises else _in_order(time_s, rows)
    if order is not None:
        findings.append(finding("time_sorted", rows=int(np.count_nonzero(late_s > 0)), back_s=float(late_s.max())))
        rows = order if rows is None else rows[order]
        time_s = time_s[order]
    spread = spread_bursts(time_s)
    if spread is not None:
        findings.append(finding("bursts_spread", size=spread.size, every_s=spread.every_s))
        time_s = spread.time_s
    fresh = np.ones(1, dtype=np.bool_) if rises and spread is None else np.append(True, np.diff(time_s) > 0)
    if time_s.size and not fresh.all():
        starts = np.flatnonzero(fresh)
        repeats = int(time_s.size - starts.size)
        code = "time_too_coarse" if repeats > starts.size else "duplicates_averaged"
        findings.append(finding(code, rows=repeats, samples=int(starts.size)))
        time_s = time_s[starts]
    if time_s.size and time_s[0]:
        time_s = time_s - time_s[0]
    periods = _periods(time_s)
    shortest, longest = float(periods.min()), float(periods.max())
    if longest > RATE_CHANGE_RATIO * shortest:
        findings.append(finding("rate_changes", lowest_hz=1 / longest, highest_hz=1 / shortest))
    return Order(time_s, rows, starts, float(np.median(periods)), tuple(findings))


def _in_order(time_s: Array, rows: NDArray[np.intp] | None) -> tuple[NDArray[np.intp] | None, Array]:
    """Return the order that sorts slightly late rows (None where none is late), and by how much each is late [s]."""
    behind = _behind(time_s)
    if behind is None:
        return None, np.empty(0)
    limit_s = DISORDER_MAX_PERIODS * _period(time_s)
    if behind.max() > limit_s * (1 + 1e-9):
        first = int(np.flatnonzero(behind > limit_s)[0])
        raise DisorderError(first if rows is None else int(rows[first]), float(behind[first]))
    return np.argsort(time_s, kind="stable"), behind


def _behind(time_s: Array) -> Array | None:
    """Return how far each row is behind the latest before it [s]; None where none is."""
    if time_s.size < 2 or float(np.diff(time_s).min()) >= 0.0:
        return None
    behind: Array = np.maximum.accumulate(time_s) - time_s
    return behind


def _period(time_s: Array) -> float:
    """Return the usual step forward [s]; 0 where there is none."""
    steps = np.diff(time_s)
    forward = steps[steps > 0]
    return float(np.median(forward)) if forward.size else 0.0


def _wild(time_s: Array) -> NDArray[np.intp]:
    """Return the few rows whose stamps are far from those of both neighbours, or far from all others at an end."""
    none = np.empty(0, dtype=np.intp)
    if time_s.size < WILD_ROWS_MIN:
        return none
    behind, found = _behind(time_s), list[int]()
    if behind is not None and behind.max() > DISORDER_MAX_PERIODS * _period(time_s) * (1 + 1e-9):
        padded = np.concatenate([time_s[2:0:-1], time_s, time_s[-2:-4:-1]])
        usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
        found = np.flatnonzero(np.abs(time_s - usual) > WILD_PERIODS * _period(time_s)).tolist()
        rest = np.delete(time_s, found)
        behind = _behind(rest)
        if behind is not None and behind.max() > DISORDER_MAX_PERIODS * _period(rest) * (1 + 1e-9):
            return none
    inner_s = float(time_s[-2] - time_s[1])
    for end, gap_s in ((0, time_s[1] - time_s[0]), (time_s.size - 1, time_s[-1] - time_s[-2])):
        if end not in found and gap_s > max(WILD_GAP_S, inner_s):
            found.append(end)
    return np.array(sorted(found), dtype=np.intp) if len(found) <= max(2, STRAY_SHARE * time_s.size) else none


def _years_off(time_s: Array) -> NDArray[np.intp]:
    """Return the few rows that lie years from the rest; their stamp is a mistake."""
    off = np.flatnonzero(np.abs(time_s - np.median(time_s)) > LONGEST_S)
    return off if off.size < STRAY_SHARE * time_s.size else np.empty(0, dtype=np.intp)


def _periods(time_s: Array) -> Array:
    """Return the median step in several places of a recording [s]; they differ where the sampling rate changes."""
    blocks = min(RATE_BLOCKS, time_s.size // 200)
    if blocks < 2:
        return np.array([np.median(np.diff(time_s)) if time_s.size > 1 else np.nan])
    size = time_s.size // blocks
    stamps = time_s[: size * blocks].reshape(blocks, size)[:, :2000]
    usual: Array = np.median(np.diff(stamps, axis=1), axis=1)
    return usual
