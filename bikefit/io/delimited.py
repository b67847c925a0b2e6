"""Delimited text: the project's own CSV, its European cousins and other programs' tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import SIDES, Side, crank_offset_deg
from bikefit.datatypes import Array, Channel, ChannelInfo, FootTrace, Lap, Recording, ShoeSensor
from bikefit.errors import RecordingError
from bikefit.findings import Finding, finding
from bikefit.io.columns import Column, assign, find_preset, listed
from bikefit.io.names import meaning_of, shown
from bikefit.io.options import AS_THE_FILE_SAYS, ReadOptions
from bikefit.io.plausible import checked_angle, continuous, crank_findings
from bikefit.io.sides import TDC_CHANNEL, pulse_times, tdc_for
from bikefit.io.source import load, read_head
from bikefit.io.table import (
    HEAD_BYTES,
    Layout,
    check_text,
    find_layout,
    is_missing,
    is_number,
    line_of,
    parse,
    to_utf8,
)
from bikefit.io.timestamps import Clock, DisorderError, Order, clock_from_numbers, clock_from_texts, put_in_order

if TYPE_CHECKING:
    pass

ODD_STEP_S: Final = 2.0
"""Rows further apart than this, by a column of seconds, are no recording of pedalling."""
_COMPANIONS: Final = {
    "cadence": "cadence_rpm",
    "power": "power_w",
    "speed": "speed_m_s",
    "heart_rate": "heart_rate_bpm",
}


@dataclass(frozen=True)
class TimedRecording:
    """A recording with the time that its first sample has on the file's own clock.

    Attributes
    ----------
    recording : Recording
        What was read.
    origin_s : float
        Time of the first sample [s].
    absolute : bool
        Whether that counts from 1970-01-01 UTC.
    """

    recording: Recording
    origin_s: float
    absolute: bool


def read_delimited(path: Path, options: ReadOptions = AS_THE_FILE_SAYS) -> Recording:
    """Read a delimited text table.

    Parameters
    ----------
    path : Path
        A text file, packed with gzip or not.
    options : ReadOptions
        Whose foot an unnamed rotation is, and which columns are meant.

    Returns
    -------
    Recording
        Whatever channels the table holds; it may hold no rotation.

    Raises
    ------
    RecordingError
        If the file is no table with a time column, or a cell or time stamp makes no sense.
    UsageError
        If an option names no channel.

    Notes
    -----
    1. Dialect and header are taken from the first lines, the numbers from pandas' C parser.
    2. Time stamps rule: slight disorder is sorted, equal stamps are averaged, gaps stay.
    3. Angles are brought to degrees and made continuous; infinite and impossible values become missing.
    """
    return read_timed(path, options).recording


def read_timed(path: Path, options: ReadOptions = AS_THE_FILE_SAYS) -> TimedRecording:
    """Read a delimited text table, and keep the time of its first sample.

    Parameters
    ----------
    path : Path
        As for `read_delimited`.
    options : ReadOptions
        As for `read_delimited`.

    Returns
    -------
    TimedRecording
        For files that share a clock and are to be put together.

    Raises
    ------
    RecordingError, UsageError
        As for `read_delimited`.
    """
    where = path.name
    check_text(to_utf8(read_head(path, HEAD_BYTES)), where)
    source = load(path, strict=options.strict)
    data, findings = _whole_text(to_utf8(source.data), where, options.strict)
    asked = {" ".join(name.casefold().split()) for name in options.columns.values()}
    layout = find_layout(
        data[:HEAD_BYTES],
        lambda cell: meaning_of(cell) is not None or " ".join(cell.casefold().split()) in asked,
        where,
    )
    preset = find_preset(layout.header)
    columns = assign(layout.header, layout.units, options.columns, preset, where)
    time_column = _time_column(columns, layout, where)
    table = _Table(data, layout, [column for column in columns if column.channel != "time"], time_column, where)
    clock, start = table.clock(columns)
    try:
        order = put_in_order(clock.time_s)
    except DisorderError as error:
        raise RecordingError(
            f"{where}, line {line_of(data, layout, error.row)}, column '{shown(time_column.name)}': time goes back by "
            f"{error.back_s:.6g} s. Cut the file where the clock was set back, or sort its rows."
        ) from error
    if order.time_s.size < 2:
        raise RecordingError(f"{where}: only {order.time_s.size} row has a time; there is nothing to measure.")
    built = _Builder(table, order, options)
    recording = Recording(
        name=source.name,
        format=preset.id if preset else "csv",
        sha256=source.sha256,
        start=start,
        from_s=0.0,
        to_s=float(order.time_s[-1]),
        feet=built.feet(),
        sensors=built.sensors(),
        companions=built.companions(),
        laps=built.laps(),
        channels=_channel_list(table, order, options),
        findings=(
            *source.findings,
            *findings,
            *clock.findings,
            *order.findings,
            *_odd_step(order, time_column),
            *built.findings,
        ),
    )
    first = clock.time_s[np.isfinite(clock.time_s)].min()
    return TimedRecording(recording, clock.origin_s + float(first), clock.absolute)


def _whole_text(data: bytes, where: str, strict: bool) -> tuple[bytes, tuple[Finding, ...]]:
    """Cut off the zero bytes that a crashed recorder leaves at the end; refuse them anywhere else."""
    at = data.find(b"\0")
    if at < 0:
        return data, ()
    kept = data.rstrip(b"\0\r\n\t ")
    if strict or b"\0" in kept:
        raise RecordingError(f"{where}: the file holds zero bytes (first at byte {at}); it is damaged or no text.")
    whole = kept[: max(kept.rfind(b"\n"), kept.rfind(b"\r")) + 1]
    return whole, (finding("text_cut_off", byte=at),)


def _time_column(columns: Sequence[Column], layout: Layout, where: str) -> Column:
    """Choose among the columns of time: the user's, then one in a stated unit, then one that varies."""
    times = [column for column in columns if column.channel == "time"]
    if not times:
        raise RecordingError(
            f"{where}: there is no time column. {listed(layout.header)} Name it time_s (seconds), or say which it is "
            "with --column time_s=NAME."
        )
    return min(times, key=lambda column: (column.why == "name", column.unit is None))


def _odd_step(order: Order, column: Column) -> list[Finding]:
    """Tell where the rows are seconds apart that are probably milliseconds."""
    step_s = float(np.median(np.diff(order.time_s)))
    return [finding("time_step_odd", step_s=step_s, column=shown(column.name))] if step_s >= ODD_STEP_S else []


class _Table:
    """The parsed columns of a file."""

    def __init__(self, data: bytes, layout: Layout, columns: Sequence[Column], time_column: Column, where: str) -> None:
        self.data, self.layout, self.where = data, layout, where
        self.columns = {column.channel: column for column in columns}
        self.time_column = time_column
        text = [] if self._is_numeric(time_column.index) else [time_column.index]
        numbers = {column.index for column in columns} - set(text)
        if not text:
            numbers.add(time_column.index)
        self._values = parse(data, layout, sorted(numbers), text, where)

    def _is_numeric(self, index: int) -> bool:
        cell = self._first_cell(index)
        return cell is None or is_number(cell, self.layout.decimal)

    def _first_cell(self, index: int) -> str | None:
        cells = (row[index] for row in self.layout.sample if index < len(row))
        return next((cell for cell in cells if not is_missing(cell)), None)

    def raw(self, index: int) -> Array:
        """Return a column's numbers as in the file."""
        return cast(Array, self._values[index])

    def channel(self, name: str) -> Array | None:
        """Return a channel in its first unit, infinite values as missing; None where the file has it not."""
        column = self.columns.get(name)
        if column is None:
            return None
        values = self.raw(column.index)
        if column.factor != 1.0:
            values = values * column.factor
        return values if np.all(np.isfinite(values) | np.isnan(values)) else np.where(np.isinf(values), np.nan, values)

    def clock(self, columns: Sequence[Column]) -> tuple[Clock, datetime | None]:
        """Return the time of each row, and when the recording began if any column of time knows it."""
        clock = self._clock(self.time_column)
        if not np.any(np.isfinite(clock.time_s)):
            raise RecordingError(f"{self.where}: the time column '{shown(self.time_column.name)}' holds no times.")
        start = clock.start
        for column in columns:
            if start is None and column.channel == "time":
                start = self._start_from(column)
        return clock, start

    def _clock(self, column: Column) -> Clock:
        values = self._values[column.index]
        if isinstance(values, np.ndarray):
            return clock_from_numbers(values, column.unit)
        clock = clock_from_texts(values)
        if isinstance(clock, int):
            line = line_of(self.data, self.layout, clock)
            raise RecordingError(
                f"{self.where}, line {line}, column '{shown(column.name)}': '{shown(str(values.iloc[clock]))}' is no "
                "time. Seconds, milliseconds, ISO dates (2026-05-01T10:00:00.000) and clock times (10:00:00.000) are."
            )
        return clock

    def _start_from(self, column: Column) -> datetime | None:
        """Return the moment that another column of time gives for the first row."""
        cell = self._first_cell(column.index)
        if cell is None:
            return None
        if is_number(cell, self.layout.decimal):
            number = float(cell.replace(self.layout.decimal, "."))
            return clock_from_numbers(np.array([number]), column.unit).start
        import pandas as pd

        clock = clock_from_texts(pd.Series([cell], dtype=str))
        return None if isinstance(clock, int) else clock.start


class _Builder:
    """From columns to the parts of a recording."""

    def __init__(self, table: _Table, order: Order, options: ReadOptions) -> None:
        self.table, self.order, self.options = table, order, options
        self.findings: list[Finding] = []
        self.tdc = self._tdc()

    def feet(self) -> dict[Side, FootTrace]:
        """Return the rotation traces that the table holds."""
        feet: dict[Side, FootTrace] = {}
        crank_deg = self._crank()
        for side in SIDES:
            name = self._name(side, "heel_rotation")
            raw = None if name is None else self.table.channel(name)
            if name is None or raw is None:
                continue
            column = self.table.columns[name]
            if column.unit is None:
                self.findings.append(finding("unit_assumed", column=shown(column.name), unit="deg"))
            wild = int(np.count_nonzero(np.isinf(self.table.raw(column.index))))
            angle = self.order.apply(continuous(raw))
            heel_out_deg, seen = checked_angle(angle, side, shown(column.name), wild)
            self.findings.extend(seen)
            pitch = self._pitch(side)
            rows = own_rows(heel_out_deg)
            crank = None if crank_deg is None else crank_deg + crank_offset_deg(side)
            feet[side] = FootTrace(
                side,
                self.order.time_s[rows],
                heel_out_deg[rows],
                "rider",
                crank_deg=None if crank is None else crank[rows],
                crank_source=None if crank is None else "crank_angle",
                tdc_s=None if self.tdc is None else tdc_for(side, self.tdc.time_s),
                pitch_deg=None if pitch is None else pitch[rows],
            )
        return feet

    def sensors(self) -> dict[Side, ShoeSensor]:
        """Return the shoe sensors that the table holds: both a gyroscope and an accelerometer, or one of them."""
        found: dict[Side, ShoeSensor] = {}
        for side in SIDES:
            turns, pulls = self._axes(side, "gyr", "xyz"), self._axes(side, "acc", "xyz")
            if turns is None and pulls is None:
                continue
            time_s = self.order.time_s
            gyr_rows, acc_rows = complete_rows(turns), complete_rows(pulls)
            quaternion = self._axes(side, "quat", "wxyz")
            found[side] = ShoeSensor(
                side,
                time_s[gyr_rows],
                turns[gyr_rows] if turns is not None else np.empty((0, 3)),
                time_s[acc_rows],
                pulls[acc_rows] if pulls is not None else np.empty((0, 3)),
                quaternion=None if quaternion is None or turns is None else quaternion[gyr_rows],
                clock=self.table.where,
            )
        return found

    def companions(self) -> dict[str, Channel]:
        """Return the channels that both feet share."""
        found: dict[str, Channel] = {}
        for channel, name in _COMPANIONS.items():
            values = self.table.channel(channel)
            if values is not None:
                values = self.order.apply(values)
                rows = own_rows(values)
                found[name] = Channel(self.order.time_s[rows], values[rows])
        if self.tdc is not None:
            found[TDC_CHANNEL] = self.tdc
        return found

    def laps(self) -> tuple[Lap, ...]:
        """Return the stretches of equal numbers in the lap column."""
        values = self.table.channel("lap")
        if values is None:
            return ()
        return laps_of(self.order.time_s, self.order.apply(values, "last"))

    def _name(self, side: Side, channel: str) -> str | None:
        """Return the channel's name for a side: with the side in it, or without where the user says whose it is."""
        if f"{side}_{channel}" in self.table.columns:
            return f"{side}_{channel}"
        return channel if channel in self.table.columns and self.options.side == side else None

    def _crank(self) -> Array | None:
        values = self.table.channel("crank_angle")
        if values is None:
            return None
        column = self.table.columns["crank_angle"]
        self.findings.extend(crank_findings(values, shown(column.name)))
        return self.order.apply(values, "angle")

    def _pitch(self, side: Side) -> Array | None:
        name = self._name(side, "pitch")
        values = None if name is None else self.table.channel(name)
        return None if values is None else self.order.apply(values)

    def _axes(self, side: Side, kind: str, axes: str) -> Array | None:
        names = [self._name(side, f"{kind}_{axis}") for axis in axes]
        columns = [self.table.channel(name) for name in names if name is not None]
        there = [values for values in columns if values is not None]
        if len(there) < len(axes):
            return None
        return np.stack([self.order.apply(values) for values in there], axis=1)

    def _tdc(self) -> Channel | None:
        values = self.table.channel("tdc_pulse")
        if values is None:
            return None
        return pulse_times(self.order.time_s, self.order.apply(values, "last"))


def own_rows(values: Array) -> slice | NDArray[np.intp]:
    """Return the rows that a column has samples in, where it is filled only every few rows; else all of them.

    Parameters
    ----------
    values : ndarray, shape (n,)
        A column; NaN where missing.

    Returns
    -------
    slice or ndarray of int
        All rows, with their missing values, unless most steps from one value to the next skip rows.

    Examples
    --------
    >>> own_rows(np.array([1.0, np.nan, 2.0, np.nan, 3.0])).tolist()
    [0, 2, 4]
    """
    filled = np.isfinite(values)
    if filled.all():
        return slice(None)
    rows = np.flatnonzero(filled)
    return rows if rows.size > 1 and np.median(np.diff(rows)) > 1 else slice(None)


def complete_rows(values: Array | None) -> slice | NDArray[np.intp]:
    """Return the rows in which no axis is missing; none where there are no values."""
    return slice(0, 0) if values is None else np.flatnonzero(np.isfinite(values).all(axis=1))


def laps_of(time_s: Array, numbers: Array) -> tuple[Lap, ...]:
    """Return laps from a column of lap numbers.

    Parameters
    ----------
    time_s : ndarray, shape (n,)
        Seconds.
    numbers : ndarray, shape (n,)
        Lap number of each sample; NaN where missing (the lap goes on).

    Returns
    -------
    tuple of Lap
        The last one ends with the last sample. Numbers are the column's where each stands for one stretch; else the
        stretches are counted from 1.
    """
    known = np.flatnonzero(np.isfinite(numbers))
    if known.size == 0:
        return ()
    values = numbers[known]
    firsts = np.append(0, np.flatnonzero(np.diff(values) != 0) + 1)
    ends = np.append(time_s[known[firsts[1:]]], time_s[-1])
    named = values[firsts]
    unique = np.unique(named).size == named.size and bool(
        np.all(named == np.round(named)) and np.abs(named).max() < 1e9
    )
    return tuple(
        Lap(int(named[at]) if unique else at + 1, float(time_s[known[first]]), float(ends[at]))
        for at, first in enumerate(firsts)
    )


def _channel_list(table: _Table, order: Order, options: ReadOptions) -> tuple[ChannelInfo, ...]:
    """Describe every column of the table."""
    used = {column.index: column for column in (*table.columns.values(), table.time_column)}
    return tuple(
        _describe(index, name, used.get(index), table, order, options) for index, name in enumerate(table.layout.header)
    )


def _describe(
    index: int, name: str, column: Column | None, table: _Table, order: Order, options: ReadOptions
) -> ChannelInfo:
    if column is None:
        meaning = meaning_of(name)
        note = "another time column is used" if meaning and meaning.channel == "time" else "not used"
        return ChannelInfo(shown(name), unit=table.layout.units[index] or "", note=note)
    unit = column.unit or ""
    canonical = f"{column.channel}_{unit}" if unit else column.channel
    if column is table.time_column:
        return ChannelInfo(shown(name), canonical, unit, order.time_s.size, _rate(order.time_s.size, order.time_s))
    filled = int(np.count_nonzero(np.isfinite(table.raw(index))))
    note = "" if column.why == "name" else f"from {column.why}"
    if column.channel in ("heel_rotation", "pitch") or column.channel[:4] in ("gyr_", "acc_"):
        note = f"read as the {options.side} foot" if options.side else "one foot, not said which: add --side"
    return ChannelInfo(shown(name), canonical, unit, filled, _rate(filled, order.time_s), note)


def _rate(samples: int, time_s: Array) -> float:
    """Return samples a second, from the table's median step and the share of rows that are filled."""
    if time_s.size < 2 or samples == 0:
        return float("nan")
    return samples / time_s.size / float(np.median(np.diff(time_s)))
