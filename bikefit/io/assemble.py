"""From the columns of a table to traces, sensors, companions and laps."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import SIDES, Side, crank_offset_deg
from bikefit.io.finite import finite_span
from bikefit.io.names import meaning_of, shown
from bikefit.io.options import ReadOptions
from bikefit.io.plausible import checked_angle, continuous, crank_findings
from bikefit.io.sides import TDC_CHANNEL, pulse_times, tdc_for
from bikefit.io.text.channel_table import ChannelTable
from bikefit.io.text.columns import Column
from bikefit.io.timestamps import Order
from bikefit.model import Array, Channel, ChannelInfo, Finding, FootTrace, Lap, ShoeSensor, finding

_COMPANIONS: Final = {
    "cadence": "cadence_rpm",
    "power": "power_w",
    "speed": "speed_m_s",
    "heart_rate": "heart_rate_bpm",
}


_ONE_FOOT: Final = frozenset(
    {"heel_rotation", "pitch", *(f"{kind}_{axis}" for kind in ("gyr", "acc", "quat") for axis in "wxyz")}
)
"""Channels of a file of one foot that does not say which."""

_SENSOR_ENDS = ("gyr_x", "acc_x")


class Assembler:
    """Makes the parts of a recording from the columns of a table.

    Parameters
    ----------
    table : ChannelTable
        The columns.
    order : Order
        Their rows in order of time.
    options : ReadOptions
        Whose foot an unnamed one is.

    Attributes
    ----------
    findings : list of Finding
        What was seen in the columns asked for so far.
    """

    def __init__(self, table: ChannelTable, order: Order, options: ReadOptions) -> None:
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
            angle = self.order.apply(continuous(raw))
            heel_out_deg, seen = checked_angle(angle, side, shown(column.name), self.table.infinite(column.index))
            self.findings.extend(seen)
            pitch = self._pitch(side)
            rows = own_rows(heel_out_deg)
            offset_deg = crank_offset_deg(side)
            crank = crank_deg + offset_deg if crank_deg is not None and offset_deg else crank_deg
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
        crank = self.table.channel("crank_angle")
        if crank is not None and any(name.endswith(_SENSOR_ENDS) for name in self.table.columns):
            # beside a shoe sensor the recorded crank tells whether the sides are right
            values = self.order.apply(crank)
            rows = own_rows(values)
            found["crank_angle_deg"] = Channel(self.order.time_s[rows], values[rows])
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
    if finite_span(values)[2]:
        return slice(None)
    rows = np.flatnonzero(np.isfinite(values))
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


def describe_columns(table: ChannelTable, order: Order, options: ReadOptions) -> tuple[ChannelInfo, ...]:
    """Describe every column of a table.

    Parameters
    ----------
    table : ChannelTable
        The columns.
    order : Order
        Their rows in order of time; at least two.
    options : ReadOptions
        Whose foot an unnamed one is.

    Returns
    -------
    tuple of ChannelInfo
        In the order of the file; columns that are not used have no count of values.
    """
    used = {column.index: column for column in (*table.columns.values(), table.time_column)}
    row_rate_hz = 1.0 / order.period_s
    described = []
    for index, name in enumerate(table.layout.header):
        column = used.get(index)
        if column is None:
            meaning = meaning_of(name)
            note = "another time column is used" if meaning and meaning.channel == "time" else "not used"
            described.append(ChannelInfo(shown(name), unit=table.layout.units[index] or "", note=note))
            continue
        rows = order.time_s.size
        filled = rows if column is table.time_column else table.filled(index)
        rate_hz = min(filled / rows, 1.0) * row_rate_hz if filled else float("nan")
        described.append(
            ChannelInfo(shown(name), column.canonical, column.unit or "", filled, rate_hz, _note(column, options))
        )
    return tuple(described)


def _note(column: Column, options: ReadOptions) -> str:
    """Say how a column came to be used, and what is still to be said about it."""
    if column.channel in _ONE_FOOT:
        return f"read as the {options.side} foot" if options.side else "one foot, not said which: add --side"
    return "" if column.why == "name" else f"from {column.why}"
