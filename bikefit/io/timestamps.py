"""From a column of times to seconds, in order and without repeats.

A column may hold seconds, milliseconds, microseconds or nanoseconds (as its name says), time since 1970, ISO 8601
date and time, or a clock time with or without a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from bikefit.errors import RecordingError
from bikefit.io.finite import finite_span
from bikefit.model import Array, Finding, finding

if TYPE_CHECKING:
    import pandas as pd

PER_SECOND: Final = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
DISORDER_MAX_PERIODS: Final = 3.0
RATE_CHANGE_RATIO: Final = 1.5
LONGEST_S: Final = 366 * 86400.0
"""No recording lasts longer: rows further from the rest than this have no time, as long as they are few."""
STRAY_SHARE: Final = 0.01
RATE_BLOCKS: Final = 20
"""The sampling rate is looked at in this many places of a recording."""
_EPOCH_RANGE_S: Final = (3e8, 2e10)
"""Seconds since 1970 that a recording may carry: from 1979 on. Less is a time since the start of something."""
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:?\d{2}.*)?")
_ZONE: Final = re.compile(r"(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})$", re.IGNORECASE)
_DATED: Final = re.compile(r"(\d{1,4})([./-])(\d{1,2})[./-](\d{1,4})[ ,T]+(.*)")
_CLOCK: Final = re.compile(r"(\d{1,4}:)?\d{1,2}:\d{2}([.,]\d+)?( ?[AaPp]\.?[Mm]\.?)?")


@dataclass(frozen=True)
class Clock:
    """The time of each row.

    Attributes
    ----------
    time_s : ndarray, shape (n,)
        Seconds since ``origin_s``; NaN where a row has no time.
    origin_s : float
        Time of the first row on the file's own clock [s].
    absolute : bool
        Whether that clock counts from 1970-01-01 UTC.
    findings : tuple of Finding
        What had to be assumed.
    """

    time_s: Array
    origin_s: float
    absolute: bool
    findings: tuple[Finding, ...] = ()

    @property
    def start(self) -> datetime | None:
        """Date and time of the origin in UTC, where the clock knows it."""
        return datetime.fromtimestamp(self.origin_s, UTC) if self.absolute else None


def clock_from_numbers(values: Array, unit: str | None, counter: float | None = None) -> Clock:
    """Return the time of each row from a column of numbers; ``counter`` is what it reaches before it starts again at 0.

    Large numbers are time since 1970. Without a unit it is told from the size of the numbers; one that had to be told
    from the step between rows is a finding.

    Examples
    --------
    >>> clock_from_numbers(np.array([5.0, 15.0]), "ms").time_s.tolist()
    [0.0, 0.01]
    """
    low, _, complete = finite_span(values)
    if np.isnan(low):
        return Clock(np.full(values.size, np.nan), 0.0, False)
    known = slice(None) if complete else np.isfinite(values)
    finite = values[known]
    if counter is not None:
        values = values.copy()
        values[known] = finite = finite + counter * np.cumsum(np.diff(finite, prepend=finite[0]) < -counter / 2)
    findings: tuple[Finding, ...] = ()
    if unit is None:
        unit, guessed = _unit_of_size(finite)
        if guessed:
            findings = (finding("time_unit_assumed", unit=unit),)
    origin = float(finite[0])
    with np.errstate(over="ignore", invalid="ignore"):
        time_s = values - origin if origin else values
        if PER_SECOND[unit] != 1.0:
            time_s = time_s / PER_SECOND[unit]
    origin_s = origin / PER_SECOND[unit]
    return Clock(time_s, origin_s, _EPOCH_RANGE_S[0] <= origin_s <= _EPOCH_RANGE_S[1], findings)


def _unit_of_size(finite: Array) -> tuple[str, bool]:
    """Return the unit that the size of the numbers says, and whether it is a guess worth telling."""
    size = float(np.median(finite))
    for unit in ("ns", "us", "ms", "s"):
        if _EPOCH_RANGE_S[0] <= size / PER_SECOND[unit] <= _EPOCH_RANGE_S[1]:
            return unit, False
    steps = np.diff(finite)
    step = float(np.median(steps[steps > 0])) if np.any(steps > 0) else 1.0
    for unit in ("s", "ms", "us", "ns"):
        if step / PER_SECOND[unit] <= 2.0:
            return unit, True
    return "s", True


def clock_from_texts(texts: pd.Series[str]) -> Clock | int:
    """Return the time of each row from dates or clock times, or the first row whose text is no time."""
    import pandas as pd

    texts = texts.str.strip()
    filled = texts.dropna()
    filled = filled[filled != ""]
    if filled.empty:
        return Clock(np.full(len(texts), np.nan), 0.0, False)
    first = str(filled.iloc[0])
    found: tuple[Finding, ...] = ()
    if _ISO.fullmatch(first):
        plain = texts.str.replace(",", ".", regex=False) if "," in first else texts
        moments = pd.to_datetime(plain, format="ISO8601", utc=True, errors="coerce")
        wrong = moments.isna() & texts.notna() & (texts != "")
        if wrong.any():
            return int(np.flatnonzero(wrong.to_numpy())[0])
        stamps = moments.dt.tz_localize(None).to_numpy().astype("datetime64[ns]")
        origin = stamps[~np.isnat(stamps)][0]
        time_s = (stamps - origin) / np.timedelta64(1, "s")
        if not _ZONE.search(first.partition(":")[2]):
            found = (finding("time_zone_unknown", start=first),)
        return Clock(time_s, float(origin.astype(np.int64)) / 1e9, True, found)
    dated = _DATED.fullmatch(first)
    clocks = texts.str.replace(r"^[\d./-]+[ ,T]+", "", regex=True) if dated else texts
    spans = _clock_seconds(clocks)
    wrong_row = np.flatnonzero(np.isnan(spans) & texts.notna().to_numpy() & (texts != "").to_numpy(dtype=bool))
    if wrong_row.size or not _CLOCK.fullmatch(str(clocks[filled.index[0]])):
        return int(wrong_row[0]) if wrong_row.size else int(filled.index[0])
    spans = _over_midnight(spans)
    origin_s = float(spans[np.isfinite(spans)][0])
    day = _day(dated) if dated else None
    if dated:
        found = (finding("time_zone_unknown", start=first) if day else finding("date_ambiguous", start=first),)
    if day is None:
        return Clock(spans - origin_s, origin_s, False, found)
    return Clock(spans - origin_s, day.timestamp() + origin_s, True, found)


def _clock_seconds(clocks: pd.Series[str]) -> Array:
    """Return seconds since midnight of ``[h:]m:s[.f]``, with or without am and pm; NaN where it is none."""
    import pandas as pd

    plain = clocks.str.replace(",", ".", regex=False)
    half = plain.str.extract(r"([AaPp])\.?[Mm]\.?$", expand=False).str.lower()
    if half.notna().any():
        plain = plain.str.replace(r"\s*[AaPp]\.?[Mm]\.?$", "", regex=True)
    short = plain.str.count(":") == 1
    plain = plain.where(~short, "00:" + plain)
    spans = pd.to_timedelta(plain, errors="coerce").dt.total_seconds().to_numpy(dtype=np.float64)
    afternoon, morning = (half == "p").to_numpy(dtype=bool), (half == "a").to_numpy(dtype=bool)
    spans = np.where(afternoon & (spans < 43200), spans + 43200, spans)
    return np.where(morning & (spans >= 43200), spans - 43200, spans)


def _over_midnight(spans: Array) -> Array:
    """Add a day each time the clock falls back by more than half a day."""
    known = np.flatnonzero(np.isfinite(spans))
    days = np.zeros(spans.size)
    days[known[1:]] = np.cumsum(np.diff(spans[known]) < -43200)
    return spans + 86400.0 * days


def _day(dated: re.Match[str]) -> datetime | None:
    """Return the date in front of a clock time; None where day and month cannot be told apart."""
    first, mark, second, third = int(dated[1]), dated[2], int(dated[3]), int(dated[4])
    if len(dated[1]) == 4:
        year, month, day = first, second, third
    elif mark == "." or first > 12:
        year, month, day = third, second, first
    elif second > 12:
        year, month, day = third, first, second
    else:
        return None
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


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

    DisorderError if a row is more than `DISORDER_MAX_PERIODS` sampling periods behind a row before it.

    Examples
    --------
    >>> put_in_order(np.array([0.0, 0.02, 0.01, 0.03])).time_s.tolist()
    [0.0, 0.01, 0.02, 0.03]
    """
    findings: list[Finding] = []
    rows: NDArray[np.intp] | None = None
    starts: NDArray[np.intp] | None = None
    low, high, complete = finite_span(time_s)
    if not complete or high - low > LONGEST_S:
        rows = _with_a_time(time_s)
    if rows is not None and rows.size < time_s.size:
        findings.append(finding("time_missing", rows=int(time_s.size - rows.size)))
        time_s = time_s[rows]
    steps = np.diff(time_s)
    if np.any(steps <= 0):
        forward = steps[steps > 0]
        period = float(np.median(forward)) if forward.size else 0.0
        behind = np.maximum.accumulate(time_s) - time_s
        worst = int(np.argmax(behind))
        if behind[worst] > DISORDER_MAX_PERIODS * period * (1 + 1e-9):
            first = int(np.flatnonzero(behind > DISORDER_MAX_PERIODS * period)[0])
            raise DisorderError(first if rows is None else int(rows[first]), float(behind[first]))
        late = int(np.count_nonzero(behind > 0))
        if late:
            order = np.argsort(time_s, kind="stable")
            rows = order if rows is None else rows[order]
            time_s = time_s[order]
            findings.append(finding("time_sorted", rows=late, back_s=float(behind[worst])))
        fresh = np.append(True, np.diff(time_s) > 0)
        if not fresh.all():
            starts = np.flatnonzero(fresh)
            repeats = int(time_s.size - starts.size)
            coarse = repeats > starts.size
            code = "time_too_coarse" if coarse else "duplicates_averaged"
            findings.append(finding(code, rows=repeats, samples=int(starts.size)))
            time_s = time_s[starts]
    if time_s.size and time_s[0]:
        time_s = time_s - time_s[0]
    periods = _periods(time_s)
    shortest, longest = float(periods.min()), float(periods.max())
    if longest > RATE_CHANGE_RATIO * shortest:
        findings.append(finding("rate_changes", lowest_hz=1 / longest, highest_hz=1 / shortest))
    return Order(time_s, rows, starts, float(np.median(periods)), tuple(findings))


def _with_a_time(time_s: Array) -> NDArray[np.intp]:
    """Return the rows that have a time; a few that lie years from the rest hold a mistake instead of one."""
    known = np.isfinite(time_s)
    near = np.abs(time_s - np.median(time_s[known])) <= LONGEST_S if known.any() else known
    return np.flatnonzero(near if near.sum() > (1.0 - STRAY_SHARE) * known.sum() else known)


def _periods(time_s: Array) -> Array:
    """Return the median step in several places of a recording [s]; they differ where the sampling rate changes."""
    blocks = min(RATE_BLOCKS, time_s.size // 200)
    if blocks < 2:
        return np.array([np.median(np.diff(time_s)) if time_s.size > 1 else np.nan])
    size = time_s.size // blocks
    stamps = time_s[: size * blocks].reshape(blocks, size)[:, :2000]
    usual: Array = np.median(np.diff(stamps, axis=1), axis=1)
    return usual
