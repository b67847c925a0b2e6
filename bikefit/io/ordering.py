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
from bikefit.io.finite import finite_span, least_step, step_forward
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
_NO_ROWS: Final = np.empty(0, dtype=np.intp)
_NO_TIMES: Final = np.empty(0)


@dataclass(frozen=True)
class Order:
    """How the rows of a table become samples with strictly increasing times."""

    time_s: Array  # From the first sample
    rows: NDArray[np.intp] | None  # In order of time; None = all as they come
    starts: NDArray[np.intp] | None  # Where in them each group of equal times begins; None = no two are equal
    period_s: float  # The usual step; NaN under two samples
    findings: tuple[Finding, ...]  # What was put right

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
    """Times go back by more than a few samples, by so much at a row, counted from 0."""

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
    wild = _mistaken(time_s, high - low)
    if wild.size:
        kept = np.delete(np.arange(time_s.size), wild)
        first = int(_of(rows, wild)[0])
        off_s = float(time_s[wild[0]] - time_s[kept[min(int(wild[0]), kept.size - 1)]])
        findings.append(finding("stamps_wild", rows=int(wild.size), row=first + 1, off_s=off_s))
        rows, time_s = _of(rows, kept), time_s[kept]
    rises = least_step(time_s) > 0.0
    behind_s, late = (_NO_TIMES, _NO_ROWS) if rises else _behind(time_s)
    if late.size:
        raise DisorderError(int(_of(rows, late)[0]), float(behind_s[late[0]]))
    if behind_s.size:
        findings.append(finding("time_sorted", rows=int(np.count_nonzero(behind_s > 0)), back_s=float(behind_s.max())))
        order = np.argsort(time_s, kind="stable")
        rows, time_s = _of(rows, order), time_s[order]
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


def _of(rows: NDArray[np.intp] | None, chosen: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return which rows of the table the chosen ones of some rows are; None = all."""
    return chosen if rows is None else rows[chosen]


def _behind(time_s: Array) -> tuple[Array, NDArray[np.intp]]:
    """Return how far each row is behind the latest before it [s], empty where none is, and those too late to sort."""
    if least_step(time_s) >= 0.0:
        return _NO_TIMES, _NO_ROWS
    behind: Array = np.maximum.accumulate(time_s) - time_s
    limit_s = DISORDER_MAX_PERIODS * step_forward(time_s, 0.0)
    return behind, np.flatnonzero(behind > limit_s) if behind.max() > limit_s * (1 + 1e-9) else _NO_ROWS


def _mistaken(time_s: Array, span_s: float) -> NDArray[np.intp]:
    """Return the few rows whose stamps are a mistake: years from the rest, or far from their neighbours'."""
    off = np.flatnonzero(np.abs(time_s - np.median(time_s)) > LONGEST_S) if span_s > LONGEST_S else _NO_ROWS
    if not 0 < off.size < STRAY_SHARE * time_s.size:
        return _wild(time_s)
    near = np.delete(np.arange(time_s.size), off)
    return np.sort(np.concatenate([off, near[_wild(time_s[near])]]))


def _wild(time_s: Array) -> NDArray[np.intp]:
    """Return the few rows whose stamps are far from those of both neighbours, or far from all others at an end."""
    if time_s.size < WILD_ROWS_MIN:
        return _NO_ROWS
    found = list[int]()
    if _behind(time_s)[1].size:
        padded = np.concatenate([time_s[2:0:-1], time_s, time_s[-2:-4:-1]])
        usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
        found = np.flatnonzero(np.abs(time_s - usual) > WILD_PERIODS * step_forward(time_s, 0.0)).tolist()
        if _behind(np.delete(time_s, found))[1].size:
            return _NO_ROWS
    inner_s = float(time_s[-2] - time_s[1])
    for end, gap_s in ((0, time_s[1] - time_s[0]), (time_s.size - 1, time_s[-1] - time_s[-2])):
        if end not in found and gap_s > max(WILD_GAP_S, inner_s):
            found.append(end)
    return np.array(sorted(found), dtype=np.intp) if len(found) <= max(2, STRAY_SHARE * time_s.size) else _NO_ROWS


def _periods(time_s: Array) -> Array:
    """Return the median step in several places of a recording [s]; they differ where the sampling rate changes."""
    blocks = min(RATE_BLOCKS, time_s.size // 200)
    if blocks < 2:
        return np.array([np.median(np.diff(time_s)) if time_s.size > 1 else np.nan])
    size = time_s.size // blocks
    stamps = time_s[: size * blocks].reshape(blocks, size)[:, :2000]
    usual: Array = np.median(np.diff(stamps, axis=1), axis=1)
    return usual
