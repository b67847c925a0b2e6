"""The one builder of recordings: from named series to traces, sensors, companions and laps.

Every reader ends here, so a channel means the same in every format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import CHANNELS, SIDES, Side, crank_offset_deg
from bikefit.io.finite import all_finite, count_finite, rate_of
from bikefit.io.names import is_unsided, shown
from bikefit.io.options import ReadOptions
from bikefit.io.plausible import checked_angle, continuous, crank_findings
from bikefit.io.series import Parts, Series
from bikefit.io.sides import TDC_CHANNEL, pulse_times, tdc_for
from bikefit.model import (
    Array,
    Channel,
    ChannelInfo,
    ChannelNote,
    Finding,
    FootTrace,
    Lap,
    Recording,
    ShoeSensor,
    finding,
)

Held = Mapping[str, Series]
Rows = slice | NDArray[np.intp]

_OF_A_SHOE: Final = tuple(row for row in CHANNELS if row.sided)
_OF_A_SENSOR: Final = frozenset(row.name for row in _OF_A_SHOE if row.kind in ("rate", "acceleration"))
_INTERPOLATED_STEPS: Final = 2.5
"""Between samples that are further apart than this many usual steps a channel is not known."""


def assemble(parts: Parts, options: ReadOptions) -> Recording:
    """Make a recording of what a file holds.

    1. Infinite values are missing. A column that is filled only every few rows keeps the rows that it has.
    2. Rotations are made continuous; what cannot be one is set aside with a finding.
    3. Crank and pitch are brought to the times of each foot's rotation.
    """
    unnamed = options.side or parts.side
    cleaned = {series.channel: _cleaned(series) for series in parts.series}
    held = {channel: series for channel, (series, _) in cleaned.items()}
    infinite = {channel: count for channel, (_, count) in cleaned.items()}
    of_side = {side: _of_side(held, side, unnamed) for side in SIDES}
    pulse = held.get("tdc_pulse")
    tdc = None if pulse is None else pulse_times(pulse.time_s, pulse.values)
    feet, found = _feet(of_side, held.get("crank_angle"), tdc, infinite)
    clock = parts.clock or parts.name
    sensors = {side: sensor for side in SIDES if (sensor := _sensor(of_side[side], side, clock)) is not None}
    if unnamed is None and not feet and held.keys() & _OF_A_SENSOR:
        found = (*found, finding("sensor_side_needed"))
    laps = laps_of(held["lap"].time_s, held["lap"].values) if "lap" in held else parts.laps
    marked = parts.markers
    told = parts.channels or (() if marked else tuple(map(_channel_of, parts.series)))  # a reader may say nothing
    return Recording(
        name=parts.name,
        format=parts.format,
        sha256=parts.sha256,
        start=parts.start,
        from_s=0.0,
        to_s=max([parts.to_s, *(float(series.time_s[-1]) for series in held.values() if series.time_s.size)]),
        feet=feet,
        sensors=sensors,
        markers=marked.markers if marked else None,
        companions=_companions(held, of_side, tdc),
        laps=laps,
        channels=(*(_sided(info, unnamed) for info in told), *(marked.channels if marked else ())),
        findings=(*parts.findings, *found, *(marked.findings if marked else ())),
    )


def _cleaned(series: Series) -> tuple[Series, int]:
    """Return a series with infinite values missing, and how many those were."""
    count = 0 if all_finite(series.values) else int(np.count_nonzero(np.isinf(series.values)))
    values = np.where(np.isinf(series.values), np.nan, series.values) if count else series.values
    return replace(series, values=values), count


def _of_side(held: Held, side: Side, unnamed: Side | None) -> dict[str, Series]:
    """Return what hangs on one shoe by its channel without the side; a name with the side comes before one without."""
    there = {}
    for row in _OF_A_SHOE:
        series = held.get(f"{side}_{row.name}") or (held.get(row.name) if side == unnamed else None)
        if series is not None:
            there[row.name] = series
    return there


def _feet(
    of_side: Mapping[Side, Held], crank: Series | None, tdc: Channel | None, infinite: Mapping[str, int]
) -> tuple[dict[Side, FootTrace], tuple[Finding, ...]]:
    """Return the rotation traces, and what is odd about them."""
    found: list[Finding] = [] if crank is None else crank_findings(crank.values, shown(crank.name))
    feet: dict[Side, FootTrace] = {}
    for side in SIDES:
        heel, pitch = of_side[side].get("heel_rotation"), of_side[side].get("pitch")
        if heel is None:
            continue
        if not heel.unit_stated:
            found.append(finding("unit_assumed", column=shown(heel.name), unit="deg"))
        angle, seen = checked_angle(continuous(heel.values), side, shown(heel.name), infinite[heel.channel])
        found.extend(seen)
        rows = own_rows(angle)
        crank_deg = None if crank is None else _beside(crank, heel, rows, wrapped=True)
        if crank_deg is not None and side == "left":
            crank_deg = crank_deg + crank_offset_deg(side)
        feet[side] = FootTrace(
            side,
            heel.time_s[rows],
            angle[rows],
            heel.zero,
            crank_deg=crank_deg,
            crank_source=None if crank is None else "crank_angle",
            tdc_s=None if tdc is None else tdc_for(side, tdc.time_s),
            pitch_deg=None if pitch is None else _beside(pitch, heel, rows, wrapped=False),
        )
    return feet, tuple(found)


def _sensor(there: Held, side: Side, clock: str) -> ShoeSensor | None:
    """Return a shoe's sensor: a gyroscope and an accelerometer, or one of them."""
    gyr_s, turns = _axes(there, "gyr", "xyz")
    acc_s, pulls = _axes(there, "acc", "xyz")
    if not turns.size and not pulls.size:
        return None
    gyr_rows, acc_rows = complete_rows(turns), complete_rows(pulls)
    quat = _axes(there, "quat", "wxyz", gyr_s)[1]
    return ShoeSensor(
        side,
        gyr_s[gyr_rows],
        turns[gyr_rows],
        acc_s[acc_rows],
        pulls[acc_rows],
        quaternion=quat[gyr_rows] if quat.size else None,
        clock=clock,
    )


def _axes(there: Held, kind: str, axes: str, at_s: Array | None = None) -> tuple[Array, Array]:
    """Return times and values of all axes of a kind, at the first one's times or at others; none where one lacks."""
    series = [there[name] for axis in axes if (name := f"{kind}_{axis}") in there]
    if len(series) < len(axes):
        return np.empty(0), np.empty((0, len(axes)))
    first = series[0] if at_s is None else replace(series[0], time_s=at_s)
    whole = [_beside(item, first, slice(None), wrapped=False) for item in series]
    return first.time_s, np.stack(whole, axis=1)


def _companions(held: Held, of_side: Mapping[Side, Held], tdc: Channel | None) -> dict[str, Channel]:
    """Return the channels that both feet share."""
    taken = [row for row in CHANNELS if row.kind == "companion"]
    if any(_OF_A_SENSOR & there.keys() for there in of_side.values()):
        # beside a shoe sensor the recorded crank tells whether the sides are right
        taken += [row for row in CHANNELS if row.kind == "crank"]
    found = {}
    for row in taken:
        series = held.get(row.name)
        if series is not None:
            rows = own_rows(series.values)
            found[row.canonical] = Channel(series.time_s[rows], series.values[rows])
    return found if tdc is None else {**found, TDC_CHANNEL: tdc}


def _channel_of(series: Series) -> ChannelInfo:
    """Describe a series as a channel of the file."""
    units = {row.name: row.unit for row in CHANNELS}
    plain = series.channel if series.channel in units else series.channel.partition("_")[2]
    unit = units.get(plain, "")
    return ChannelInfo(
        name=series.name,
        meaning=f"{series.channel}_{unit}" if unit else series.channel,
        unit=unit,
        samples=count_finite(series.values),
        rate_hz=rate_of(series.time_s),
    )


def _sided(info: ChannelInfo, unnamed: Side | None) -> ChannelInfo:
    """Say whose foot an unnamed channel is read as, or that the file does not say."""
    if not is_unsided(info.meaning):
        return info
    named = info.meaning if unnamed is None else f"{unnamed}_{info.meaning}"
    note = ChannelNote("read_as", {"side": unnamed}) if unnamed else ChannelNote("side_unsaid")
    return replace(info, meaning=named, notes=(*info.notes, note))


# ---- rows and times --------------------------------------------------------------------------------------------


def own_rows(values: Array) -> Rows:
    """Return the rows that a column has samples in, where it is filled only every few rows; else all of them.

    Examples
    --------
    >>> own_rows(np.array([1.0, np.nan, 2.0, np.nan, 3.0])).tolist()
    [0, 2, 4]
    """
    if all_finite(values):
        return slice(None)
    rows = np.flatnonzero(np.isfinite(values))
    return rows if rows.size > 1 and np.median(np.diff(rows)) > 1 else slice(None)


def complete_rows(values: Array) -> Rows:
    """Return the rows in which no axis is missing."""
    if all_finite(values):
        return slice(None)
    return np.flatnonzero(np.isfinite(values).all(axis=1))


def _beside(series: Series, main: Series, rows: Rows, *, wrapped: bool) -> Array:
    """Return a series at the times of some rows of another: the same rows of a table, else in between its samples."""
    if series.time_s is main.time_s or np.array_equal(series.time_s, main.time_s):
        values = series.values[rows]
        if isinstance(rows, slice) or np.isfinite(values).any():
            return values
    return _between(series, main.time_s[rows], wrapped=wrapped)


def _between(series: Series, time_s: Array, *, wrapped: bool) -> Array:
    """Return a series at other times; NaN where no two neighbours enclose them closely."""
    known = np.isfinite(series.values)
    own_s, values = series.time_s[known], series.values[known]
    if own_s.size < 2:
        return np.full(time_s.size, np.nan)
    smooth = np.unwrap(values, period=360.0) if wrapped else values
    after = np.clip(np.searchsorted(own_s, time_s), 1, own_s.size - 1)
    near = own_s[after] - own_s[after - 1] <= _INTERPOLATED_STEPS * np.median(np.diff(own_s))
    inside = (time_s >= own_s[0]) & (time_s <= own_s[-1])
    return np.where(near & inside, np.interp(time_s, own_s, smooth), np.nan)


def laps_of(time_s: Array, numbers: Array) -> tuple[Lap, ...]:
    """Return the stretches of equal numbers in a column of lap numbers; a missing number means that the lap goes on.

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
