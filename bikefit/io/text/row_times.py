"""When each row of a table was recorded: which of its columns of time is followed, or which rate and counter.

A table may have several columns of time: one that is empty, one that only counts, a clock in whole seconds beside its
milliseconds. All are looked at, and the first is followed that tells the rows apart and goes forward.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from bikefit.errors import RecordingError, flagged
from bikefit.io.clock_texts import clock_from_texts
from bikefit.io.columns import ASKED, EXPORT_A_TABLE, NAME_THE_TIME, Column, listed
from bikefit.io.finite import count_finite, finite_span
from bikefit.io.names import shown
from bikefit.io.ordering import DisorderError, Order, put_in_order
from bikefit.io.text.channel_table import ChannelTable
from bikefit.io.text.lines import is_number, number_in
from bikefit.io.text.usual_names import is_counter
from bikefit.io.time_units import PER_SECOND, SANE_STEP_S, unit_that_suits
from bikefit.io.timestamps import Clock, clock_from_numbers
from bikefit.io.wraps import COUNTER_PERIODS, unwrapped
from bikefit.model import Array, finding

Rows = NDArray[np.intp] | slice


@dataclass(frozen=True)
class Rate:
    """How many rows come in a second, where no column tells their time."""

    hz: float
    counter: int | None
    """The column that counts the samples."""
    asked: bool
    """Whether the user says so; else the file's header does."""


@dataclass(frozen=True)
class RowTimes:
    """The times of some rows of a table: the time of each row, and how the rows become samples."""

    clock: Clock
    order: Order
    followed: Column | None
    """The column that tells; None where a rate does."""
    start: datetime | None
    """Of the first row, UTC."""


def row_times(table: ChannelTable, rows: Rows, rate: Rate | None, counter: float | None) -> RowTimes:
    """Return the times of some rows of a table.

    A good column of time rules, then the user's rate, then a lesser column, then the rate of the file's header.
    ``counter`` is what a preset's column of time reaches before it starts again at 0. RecordingError, naming line and
    column, where no column tells and there is no rate.
    """
    if not table.times:
        if rate is None:
            raise _no_time(table)
        return _by_rate(table, rows, rate)
    look = cache(partial(_looked_at, table, rows, counter))
    if rate is not None and rate.asked:
        table.read_all_times()
        if min(look(column).use for column in table.times) > _GOOD:
            return _by_rate(table, rows, rate)
    first = table.times[0]
    if rate is not None and len(table.times) == 1 and table.layout.first_cell(first.index) is None:
        return _by_rate(table, rows, rate)
    if len(table.times) == 1 or first.why == ASKED:
        return _by_column(table, rows, first, counter)
    likeliest = look(first)
    if likeliest.use == _GOOD and likeliest.clock is not None and not _is_whole(likeliest.clock.time_s):
        return _timed(table, rows, likeliest.clock, first, likeliest.order)
    table.read_all_times()
    looked = [look(column) for column in table.times]
    best = min(looked, key=lambda item: item.use)
    if best.use == _USELESS and rate is not None:
        return _by_rate(table, rows, rate)
    joined = _with_fraction(table, rows, looked)
    if joined is not None and (best.use > _GOOD or best.clock is None or _is_whole(best.clock.time_s)):
        return _timed(table, rows, joined, best.column)
    return _by_column(table, rows, best.column, counter)


def _no_time(table: ChannelTable) -> RecordingError:
    """Return the error that a table has no column of time."""
    names = table.layout.header
    cells = [table.layout.first_cell(index) for index in range(len(names))]
    header = [name for name, cell in zip(names, cells, strict=True) if _may_be_time(cell)]
    told = listed(header)
    quoted = told if header else ""
    counter = next((name for name in header if is_counter(name)), None)
    if counter is not None:
        said = f"there is no time column: '{shown(counter)}' only counts the rows."
        remedy = flagged("Say how many rows come in a second with --rate HZ, or export", "Export") + " the time too."
        return RecordingError(f"{table.where}: {said} {remedy} {told}", quoted=quoted)
    if not any(cell is not None and _may_be_time(cell) for cell in cells):
        said = "there is no time column, and no column begins with a number"
        return RecordingError(f"{table.where}: {said}. {EXPORT_A_TABLE}")
    return RecordingError(
        f"{table.where}: there is no time column. {told} {NAME_THE_TIME}"
        + flagged(
            ", or say which it is with --column time_s=NAME; where the rows come at an even rate, say it with --rate HZ"
        )
        + ".",
        quoted=quoted,
    )


def _may_be_time(cell: str | None) -> bool:
    """Tell whether a column may tell time or numbers by its first cell; others are not named in an error."""
    return cell is None or re.match(r"[-+.,]?\d", cell.strip()) is not None


# ---- one column ------------------------------------------------------------------------------------------------


def _by_column(table: ChannelTable, rows: Rows, column: Column, counter: float | None) -> RowTimes:
    """Return the times of the rows by one column."""
    return _timed(table, rows, _clock(table, rows, column, counter), column)


def _timed(table: ChannelTable, rows: Rows, clock: Clock, column: Column, order: Order | None = None) -> RowTimes:
    """Return times with their order, where it is not known yet."""
    timed = count_finite(clock.time_s)
    if not timed:
        raise RecordingError(f"{table.where}: the time column '{shown(column.name)}' holds no times.")
    try:
        order = put_in_order(clock.time_s) if order is None else order
    except DisorderError as error:
        raise table.file.wrong_cell(
            _row(rows, error.row),
            column.index,
            f"time goes back by {error.back_s:.6g} s. Cut the file where the clock was set back, or sort its rows.",
        ) from error
    if order.time_s.size < 2 and (timed > 1 or table.rows_min > 1):
        said = f"all {timed} rows have one time" if timed > 1 else f"only {timed} row has a time"
        remedy = flagged(" Name another column with --column time_s=NAME, or give --rate HZ.") if timed > 1 else ""
        raise RecordingError(
            f"{table.where}: {said} (column '{shown(column.name)}'); there is nothing to measure.{remedy}"
        )
    least, most = SANE_STEP_S
    if order.period_s <= least or order.period_s >= most:
        odd = finding(
            "time_step_odd", step_s=order.period_s, column=shown(column.name), unit=unit_that_suits(order.period_s)
        )
        order = replace(order, findings=(*order.findings, odd))
    return RowTimes(clock, order, column, clock.start or _start(table, column, clock))


def _clock(table: ChannelTable, rows: Rows, column: Column, counter: float | None) -> Clock:
    """Return the time of each of some rows by a column of numbers or of texts."""
    values = table.cells(column.index)
    values = values[rows]
    if isinstance(values, np.ndarray):
        return clock_from_numbers(values, column.unit, counter)
    clock = clock_from_texts(values.reset_index(drop=True))
    if isinstance(clock, int):
        raise table.file.wrong_cell(
            _row(rows, clock),
            column.index,
            f"'{shown(str(values.iloc[clock]))}' is not a time. Seconds, milliseconds, ISO dates "
            "(2026-05-01T10:00:00.000) and clock times (10:00:00.000) are.",
        )
    return clock


def _row(rows: Rows, at: int) -> int:
    """Return which row of the table is the one at a place among some."""
    return at if isinstance(rows, slice) else int(rows[at])


def _start(table: ChannelTable, followed: Column | None, clock: Clock) -> datetime | None:
    """Return the moment of the first row as another column of time gives it; a date goes with a clock time."""
    starts = (_start_from(table, item) for item in table.times)
    moment = next((item for item in starts if item is not None), None)
    is_clock = followed is not None and not isinstance(table.cells(followed.index), np.ndarray)
    if moment is not None and is_clock and moment.timetz().replace(tzinfo=None) == time.min:
        return moment + timedelta(seconds=clock.origin_s)
    return moment


def _start_from(table: ChannelTable, column: Column) -> datetime | None:
    """Return the moment that a column of time gives for the first row."""
    cell = table.layout.first_cell(column.index)
    if cell is None:
        return None
    if is_number(cell, table.layout.decimal):
        return clock_from_numbers(np.array([number_in(cell, table.layout.decimal)]), column.unit).start
    import pandas as pd

    clock = clock_from_texts(pd.Series([cell], dtype=str))
    return None if isinstance(clock, int) else clock.start


# ---- several columns -------------------------------------------------------------------------------------------

_GOOD, _COUNTS, _COARSE, _USELESS = range(4)


@dataclass(frozen=True)
class _Looked:
    """What a column of time is good for: the smaller ``use``, the better."""

    column: Column
    use: int
    clock: Clock | None = None
    order: Order | None = None


def _looked_at(table: ChannelTable, rows: Rows, counter: float | None, column: Column) -> _Looked:
    """Return what a column of time is good for."""
    try:
        clock = _clock(table, rows, column, counter)
    except RecordingError:
        return _Looked(column, _USELESS)
    known = clock.time_s[np.isfinite(clock.time_s)]
    if known.size < max(2, 0.5 * clock.time_s.size) or known.min() == known.max():
        return _Looked(column, _USELESS, clock)
    try:
        order = put_in_order(clock.time_s)
    except DisorderError:
        return _Looked(column, _USELESS, clock)
    if 2 * order.time_s.size < known.size:
        return _Looked(column, _COARSE, clock, order)
    cells = table.cells(column.index)
    if column.unit is None and isinstance(cells, np.ndarray) and not clock.absolute:
        steps = np.diff(cells[rows][np.isfinite(cells[rows])])
        if np.mean(steps == 1.0) > 0.9:
            return _Looked(column, _COUNTS, clock, order)
    return _Looked(column, _GOOD, clock, order)


def _with_fraction(table: ChannelTable, rows: Rows, looked: Sequence[_Looked]) -> Clock | None:
    """Return a clock in whole seconds with the fractions that another column holds; None where there are no two."""
    for item in looked:
        cells = table.cells(item.column.index)
        if not isinstance(cells, np.ndarray) or item.column.unit not in ("ms", "us", "ns"):
            continue
        per_second = PER_SECOND[item.column.unit]
        fraction = cells[rows]
        low, high, _ = finite_span(fraction)
        if not 0 <= low < high < per_second:
            continue
        for whole in looked:
            if whole is not item and whole.clock is not None and _is_whole(whole.clock.time_s):
                return _joined(whole.clock, fraction / per_second)
    return None


def _joined(whole: Clock, fraction_s: Array) -> Clock:
    """Return a clock of whole seconds with fractions of them."""
    time_s = whole.time_s + fraction_s
    first = float(time_s[np.isfinite(time_s)][0])
    return replace(whole, time_s=time_s - first, origin_s=whole.origin_s + first)


def _is_whole(time_s: Array) -> bool:
    """Tell whether times are whole seconds that move on."""
    known = time_s[np.isfinite(time_s)]
    return known.size > 0 and known.max() > known.min() and bool(np.all(known == np.round(known)))


# ---- a rate ----------------------------------------------------------------------------------------------------


def _by_rate(table: ChannelTable, rows: Rows, rate: Rate) -> RowTimes:
    """Return the times of rows that come at an even rate; a counter of samples keeps the gaps."""
    values = None if rate.counter is None else table.raw(rate.counter)[rows]
    count = table.size if isinstance(rows, slice) else rows.size
    numbers = np.arange(count, dtype=np.float64)
    if values is not None and np.isfinite(values).all():
        gone_on, _ = unwrapped(values, COUNTER_PERIODS)
        steps = np.diff(gone_on)
        if steps.size and steps.min() > 0 and float(np.median(steps)) == 1.0:
            numbers = gone_on - gone_on[0]
    clock = Clock(numbers / rate.hz, 0.0, False)
    order = put_in_order(clock.time_s)
    if order.time_s.size < table.rows_min:
        raise RecordingError(f"{table.where}: only {order.time_s.size} row; there is nothing to measure.")
    told = finding("time_from_rate" if rate.asked else "time_from_header", rate_hz=rate.hz)
    return RowTimes(clock, replace(order, findings=(told, *order.findings)), None, _start(table, None, clock))
