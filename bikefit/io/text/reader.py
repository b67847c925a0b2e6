"""Delimited text: the project's own CSV, its European cousins and other programs' tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bikefit.errors import RecordingError
from bikefit.io.assemble import assemble
from bikefit.io.columns import Column, assign, plain_name, time_column
from bikefit.io.finite import finite_span
from bikefit.io.markers.settle import marker_columns, markers_from_columns
from bikefit.io.names import meaning_of, shown
from bikefit.io.options import AS_THE_FILE_SAYS, ReadOptions
from bikefit.io.series import Parts
from bikefit.io.tables import describe_table, table_series
from bikefit.io.text.channel_table import ChannelTable
from bikefit.io.text.presets import find_preset, in_a_preset
from bikefit.io.text.text_file import TextFile
from bikefit.io.timestamps import DisorderError, Order, put_in_order
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
    columns = assign(header, units, options.columns, where, *laid_out)
    times = [column for column in columns if column.meaning.kind == "time"]
    followed = time_column(times, header, where)
    read = [column for column in columns if column not in times]
    marked = marker_columns(header, options, where)
    coordinates = {name: index for index, name in enumerate(header) if name in marked}
    places = {column.index for column in read} | set(coordinates.values())
    table = ChannelTable(file, places, followed, preset.counter if preset else None)
    clock, start = table.clock(times)
    try:
        order = put_in_order(clock.time_s)
    except DisorderError as error:
        raise file.wrong_cell(
            error.row,
            followed.index,
            f"time goes back by {error.back_s:.6g} s. Cut the file where the clock was set back, or sort its rows.",
        ) from error
    if order.time_s.size < 2:
        raise RecordingError(f"{where}: only {order.time_s.size} row has a time; there is nothing to measure.")
    at_places = {name: order.apply(table.raw(index)) for name, index in coordinates.items()}
    parts = Parts(
        name=file.name,
        format=preset.id if preset else "csv",
        sha256=file.sha256,
        series=tuple(table_series(read, table.raw, order)),
        start=start,
        to_s=float(order.time_s[-1]),
        markers=markers_from_columns(order.time_s, at_places, options, where),
        channels=tuple(describe_table(header, units, [*read, followed], table.raw, order, marked)),
        findings=(*file.findings, *clock.findings, *order.findings, *_odd_step(order, followed)),
    )
    first_s, _, _ = finite_span(clock.time_s)
    return TimedRecording(assemble(parts, options), clock.origin_s + first_s, clock.absolute)


def _odd_step(order: Order, column: Column) -> list[Finding]:
    """Tell where the rows are seconds apart that are probably milliseconds."""
    odd = order.period_s >= ODD_STEP_S
    return [finding("time_step_odd", step_s=order.period_s, column=shown(column.name))] if odd else []
