"""Delimited text: the project's own CSV, its European cousins and other programs' tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bikefit.errors import RecordingError
from bikefit.io.assemble import Assembler, describe_columns
from bikefit.io.finite import finite_span
from bikefit.io.markers.names import MARKER_NAMES
from bikefit.io.markers.settle import marker_columns, markers_from_columns
from bikefit.io.names import meaning_of, shown
from bikefit.io.options import AS_THE_FILE_SAYS, ReadOptions
from bikefit.io.text.channel_table import ChannelTable
from bikefit.io.text.columns import Column, assign, find_preset, in_a_preset, listed, plain_name
from bikefit.io.text.layout import Layout
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
    asked = {plain_name(name) for name in options.columns.values()}
    file = TextFile(
        path,
        lambda cell: plain_name(cell) in asked or meaning_of(cell) is not None or in_a_preset(cell),
        strict=options.strict,
    )
    layout = file.layout
    preset = find_preset(layout.header, layout.preamble, where)
    asked_channels = {key: name for key, name in options.columns.items() if key not in MARKER_NAMES}
    columns = assign(layout.header, layout.units, asked_channels, preset, where)
    time_column = _time_column(columns, layout, where)
    marked = marker_columns(layout.header, options, where)
    coordinates = {name: index for index, name in enumerate(layout.header) if name in marked}
    channels = [column for column in columns if column.channel != "time"]
    counter = preset.counter if preset else None
    table = ChannelTable(file, channels, time_column, frozenset(coordinates.values()), counter)
    clock, start = table.clock(columns)
    try:
        order = put_in_order(clock.time_s)
    except DisorderError as error:
        raise file.wrong_cell(
            error.row,
            time_column.index,
            f"time goes back by {error.back_s:.6g} s. Cut the file where the clock was set back, or sort its rows.",
        ) from error
    if order.time_s.size < 2:
        raise RecordingError(f"{where}: only {order.time_s.size} row has a time; there is nothing to measure.")
    built = Assembler(table, order, options)
    places = {name: order.apply(table.raw(index)) for name, index in coordinates.items()}
    settled = markers_from_columns(order.time_s, places, options, where)
    recording = Recording(
        name=file.name,
        format=preset.id if preset else "csv",
        sha256=file.sha256,
        start=start,
        from_s=0.0,
        to_s=float(order.time_s[-1]),
        feet=built.feet(),
        sensors=built.sensors(),
        markers=settled.markers,
        companions=built.companions(),
        laps=built.laps(),
        channels=(
            *(channel for channel in describe_columns(table, order, options) if channel.name not in marked),
            *settled.channels,
        ),
        findings=(
            *file.findings,
            *clock.findings,
            *order.findings,
            *_odd_step(order, time_column),
            *built.findings,
            *settled.findings,
        ),
    )
    first_s, _, _ = finite_span(clock.time_s)
    return TimedRecording(recording, clock.origin_s + first_s, clock.absolute)


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
    odd = order.period_s >= ODD_STEP_S
    return [finding("time_step_odd", step_s=order.period_s, column=shown(column.name))] if odd else []
