"""Delimited text: the project's own CSV, its European cousins and other programs' tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bikefit.errors import RecordingError
from bikefit.io.assemble import assemble
from bikefit.io.columns import Column, assign, plain_name, time_column
from bikefit.io.markers.settle import marker_columns, markers_from_columns
from bikefit.io.names import meaning_of, shown
from bikefit.io.options import AS_THE_FILE_SAYS, ReadOptions
from bikefit.io.series import Parts
from bikefit.io.text.apart import ROW_KEYS, Rows, rows_apart, telling_column
from bikefit.io.text.channel_table import ChannelTable
from bikefit.io.text.groups import findings_of, first_s, groups_of, infos_of, is_shoes, series_of
from bikefit.io.text.presets import find_preset, in_a_preset
from bikefit.io.text.text_file import TextFile
from bikefit.io.timestamps import Order
from bikefit.model import Finding, Recording, finding

ODD_STEP_S: Final = 2.0
"""Rows further apart than this, by a column of seconds, are no recording of pedalling."""


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

    1. Dialect and header are taken from the first lines, the numbers from pandas' C parser.
    2. Time stamps rule: slight disorder is sorted, equal stamps are averaged, gaps stay.
    3. Angles are brought to degrees and made continuous; infinite and impossible values become missing.
    """
    return read_timed(path, options).recording


def read_timed(path: Path, options: ReadOptions = AS_THE_FILE_SAYS) -> TimedRecording:
    """Read a delimited text table and keep the time of its first sample, for files that share a clock."""
    where = path.name
    asked = {plain_name(name) for name in options.columns.values()}
    file = TextFile(
        path,
        lambda cell: plain_name(cell) in asked or meaning_of(cell) is not None or in_a_preset(cell),
        strict=options.strict,
    )
    header, units = file.layout.header, file.layout.units
    preset = find_preset(header, file.layout.preamble, where)
    laid_out = (preset.found(header), preset.id) if preset else ((), "")
    of_channels = {key: name for key, name in options.columns.items() if key not in ROW_KEYS}
    columns = assign(header, units, of_channels, where, *laid_out)
    times = [column for column in columns if column.meaning.kind == "time"]
    followed = time_column(times, header, where)
    read = [column for column in columns if column not in times]
    marked = marker_columns(header, options, where)
    coordinates = {name: index for index, name in enumerate(header) if name in marked}
    apart = None if coordinates or not any(map(is_shoes, read)) else _telling(file, columns, options)
    places = {column.index for column in read} | set(coordinates.values())
    table = ChannelTable(file, places, followed, preset.counter if preset else None, apart)
    whose = Rows() if apart is None else rows_apart(table.texts(apart), header[apart], options.columns, where)
    if whose.unsettled:
        read = [column for column in read if not is_shoes(column)]
    groups = groups_of(table, times, whose)
    whole = groups[0]
    at_places = {name: whole.order.apply(table.raw(index)) for name, index in coordinates.items()}
    end_s = max(float(group.order.time_s[-1]) for group in groups)
    parts = Parts(
        name=file.name,
        format=preset.id if preset else "csv",
        sha256=file.sha256,
        series=tuple(series_of(groups, read)),
        start=min((group.start for group in groups if group.start), default=None),
        to_s=end_s,
        side=whose.side,
        markers=markers_from_columns(whole.order.time_s, at_places, options, where),
        channels=tuple(infos_of(groups, header, units, [*read, followed], marked, apart)),
        findings=(*file.findings, *whose.findings, *findings_of(groups), *_odd_step(whole.order, followed)),
    )
    first = min(groups, key=first_s)
    return TimedRecording(assemble(parts, options), first_s(first), first.clock.absolute)


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


def _odd_step(order: Order, column: Column) -> list[Finding]:
    """Tell where the rows are seconds apart that are probably milliseconds."""
    odd = order.period_s >= ODD_STEP_S
    return [finding("time_step_odd", step_s=order.period_s, column=shown(column.name))] if odd else []
