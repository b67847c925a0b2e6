"""Delimited text: the project's own CSV, its European cousins and other programs' tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from bikefit.errors import BikefitError, RecordingError
from bikefit.io.assemble import assemble
from bikefit.io.columns import USUAL, Column, assign, column_of, plain_name, times_among
from bikefit.io.markers.settle import marker_columns, markers_from_columns
from bikefit.io.names import Meaning, meaning_of, shown
from bikefit.io.options import AS_THE_FILE_SAYS, ReadOptions
from bikefit.io.series import Parts
from bikefit.io.text.apart import ROW_KEYS, Whose, rows_apart, telling_column
from bikefit.io.text.channel_table import ChannelTable
from bikefit.io.text.groups import findings_of, first_s, groups_of, infos_of, is_shoes, series_of
from bikefit.io.text.layout import Layout
from bikefit.io.text.lines import is_number, number_in
from bikefit.io.text.presets import Preset, in_a_preset, laid_out, passed_over, user_presets
from bikefit.io.text.row_times import Rate
from bikefit.io.text.sensor_units import settle_sensor_units
from bikefit.io.text.text_file import TextFile
from bikefit.io.text.usual_names import is_counter, is_usual, usual_sensors, usual_time
from bikefit.io.usable import has_rotation
from bikefit.model import Recording, finding

_RATE: Final = re.compile(
    r"(?:rate|frequency|freq|hz|fs)\b[^\d\n]{0,24}?(?P<hz>\d+(?:[.,]\d+)?)|(?P<hz_before>\d+(?:[.,]\d+)?) ?hz",
    re.IGNORECASE,
)
_LONE_RATE: Final = re.compile(
    r"(?mi)^\W*(?:trajectories|joints|model outputs|segments|devices)\W*\n\W*(?P<hz>\d+(?:[.,]\d+)?)\W*$"
)


@dataclass(frozen=True)
class TimedRecording:
    """A recording with the time that its first sample has on the file's own clock."""

    recording: Recording
    origin_s: float
    absolute: bool
    """Whether that counts from 1970-01-01 UTC."""


def read_delimited(path: Path, options: ReadOptions = AS_THE_FILE_SAYS) -> Recording:
    """Read a delimited text table.

    1. Dialect and header are taken from the first lines, the numbers from pandas' C parser.
    2. Time stamps rule: slight disorder is sorted, equal stamps are averaged, gaps stay.
    3. Angles are brought to degrees and made continuous; infinite and impossible values become missing.
    """
    return read_timed(path, options).recording


def read_timed(path: Path, options: ReadOptions = AS_THE_FILE_SAYS) -> TimedRecording:
    """Read a delimited text table and keep the time of its first sample, for files that share a clock."""
    own, fault = user_presets(options.preset)
    if fault is None:
        return _read(path, options, own)
    try:
        timed = _read(path, options, own)
    except BikefitError:
        raise fault from None
    if not has_rotation(timed.recording):
        raise fault
    told = (*timed.recording.findings, passed_over(fault))
    return replace(timed, recording=replace(timed.recording, findings=told))


def _read(path: Path, options: ReadOptions, own: Sequence[Preset]) -> TimedRecording:
    """Read a table with the user's own presets before those that are known."""
    where = path.name
    asked = {plain_name(name) for name in options.columns.values()}
    file = TextFile(
        path,
        lambda cell: (
            plain_name(cell) in asked or meaning_of(cell) is not None or in_a_preset(cell, own) or is_usual(cell)
        ),
        strict=options.strict,
    )
    layout = file.layout
    header, units = layout.header, layout.units
    preset = laid_out(header, layout.preamble, where, own)
    of_channels = {key: name for key, name in options.columns.items() if key not in ROW_KEYS}
    columns, dropped = assign(header, units, of_channels, where, preset.columns, preset.id)
    columns = [*columns, *_usual(layout, columns, where)]
    times = times_among(columns) or _unnamed_time(layout, options)
    read = [column for column in columns if column.meaning.kind != "time"]
    marked = marker_columns(header, options, where)
    coordinates = {name: index for index, name in enumerate(header) if name in marked}
    rate = _rate(layout, options, {column.index for column in columns})
    apart = None if coordinates or not any(map(is_shoes, read)) else _telling(file, columns, options)
    also = {*coordinates.values(), *([rate.counter] if rate and rate.counter is not None else [])}
    table = ChannelTable(file, read, also, times, apart, one_row=bool(coordinates))
    whose = Whose() if apart is None else rows_apart(table.cells(apart), header[apart], options.columns, where)
    read = [column for column in table.kept if not (whose.unsettled and is_shoes(column))]
    read, settled = settle_sensor_units(read, table.raw)
    groups = groups_of(table, whose, rate, preset.counter)
    whole = groups[0]
    at_places = {name: whole.order.apply(table.raw(index)) for name, index in coordinates.items()}
    still = (finding("markers_one_frame"),) if whole.order.time_s.size == 1 else ()
    followed = [item for item in [whole.times.followed] if item is not None]
    parts = Parts(
        name=file.name,
        format=preset.id or "csv",
        sha256=file.sha256,
        series=tuple(series_of(groups, read)),
        start=min((group.times.start for group in groups if group.times.start), default=None),
        to_s=max(float(group.order.time_s[-1]) for group in groups),
        side=whose.side,
        markers=markers_from_columns(whole.order.time_s, at_places, options, where),
        channels=tuple(infos_of(groups, header, units, [*read, *followed], marked, apart)),
        findings=(*file.findings, *dropped, *table.findings, *whose.findings, *settled, *findings_of(groups), *still),
    )
    origin_s, absolute = min((first_s(group), group.times.clock.absolute) for group in groups)
    return TimedRecording(assemble(parts, options), origin_s, absolute)


def _usual(layout: Layout, columns: Sequence[Column], file_name: str) -> list[Column]:
    """Return the columns whose names are none of the project's own, but tell by their words what they are."""
    used = {column.index for column in columns}
    header, units = layout.header, layout.units
    found = [
        column_of(index, header, units, meaning, USUAL)
        for index, name in enumerate(header)
        if index not in used and (meaning := usual_time(name)) is not None
    ]
    if any(column.meaning.kind == "angle" and "heel_rotation" in column.channel for column in columns):
        return found
    taken = {column.channel for column in columns}
    for axes in usual_sensors(header, units, used | {item.index for item in found}, file_name):
        if not taken & {meaning.channel for _, meaning in axes}:
            found += [Column(index, header[index], meaning, USUAL) for index, meaning in axes]
    return found


def _unnamed_time(layout: Layout, options: ReadOptions) -> list[Column]:
    """Return a first column without a name whose numbers go forward by fractions: times, as pandas writes them."""
    cells = layout.cells(0)
    if options.rate_hz is not None or layout.header[0] or len(cells) < 3:
        return []
    if not all(is_number(cell, layout.decimal) for cell in cells):
        return []
    steps = np.diff([number_in(cell, layout.decimal) for cell in cells])
    goes_on = steps.min() > 0 and steps.max() < 1.0
    return [Column(0, "", Meaning("time", None), USUAL)] if goes_on else []


def _telling(file: TextFile, columns: Sequence[Column], options: ReadOptions) -> int | None:
    """Return the column that may tell the feet's rows apart; RecordingError where the user counts on one in vain."""
    found = telling_column(file.layout, {column.index for column in columns})
    asked = next((key for key in ROW_KEYS if key in options.columns), None)
    if found is None and asked is not None:
        raise RecordingError(
            f"{file.name}: --column {asked}={shown(options.columns[asked])} names rows, but no column "
            "tells the rows of both feet apart."
        )
    return found


def _rate(layout: Layout, options: ReadOptions, used: Collection[int]) -> Rate | None:
    """Return how often rows come, by the user's word or by the lines before the header; None where neither says it."""
    free = (index for index, name in enumerate(layout.header) if index not in used and is_counter(name))
    counter = next(free, None)
    if options.rate_hz is not None:
        return Rate(options.rate_hz, counter, asked=True)
    found = _LONE_RATE.search(layout.preamble) or _RATE.search(layout.preamble)
    text = next((item for item in found.groupdict().values() if item), None) if found else None
    hz = float(text.replace(",", ".")) if text else 0.0
    return Rate(hz, counter, asked=False) if hz > 0 else None
