"""Columns of a table, text or OpenSim's, as series and as lines of ``inspect``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final, Literal

from bikefit.conventions import ChannelKind
from bikefit.errors import RecordingError
from bikefit.io.columns import BY_NAME, Column
from bikefit.io.finite import count_finite
from bikefit.io.names import ANOTHER_TIME, meaning_of, shown
from bikefit.io.ordering import DisorderError, Order, put_in_order
from bikefit.io.plausible import continuous
from bikefit.io.series import Series
from bikefit.model import Array, ChannelInfo, ChannelNote

_JOINED: Final[Mapping[ChannelKind, Literal["angle", "last"]]] = {"crank": "angle", "pulse": "last", "lap": "last"}
"""What becomes of rows with equal times; of all other kinds the mean."""


def table_series(columns: Sequence[Column], raw: Callable[[int], Array], order: Order) -> Iterator[Series]:
    """Give the series of a table's columns in the channels' own units; ``raw`` has the numbers as in the file."""
    for column in columns:
        meaning = column.meaning
        if meaning.kind == "time":
            continue
        values = raw(column.index)
        if meaning.factor != 1.0:
            values = values * meaning.factor
        if meaning.kind == "angle" and order.starts is not None:
            values = continuous(values)  # before rows of equal time are averaged
        values = order.apply(values, _JOINED.get(meaning.kind, "mean"))
        yield Series(column.channel, order.time_s, values, column.name, unit_stated=column.unit is not None)


def order_rows(time_s: Array, where: str) -> Order:
    """Return how rows become samples, as `put_in_order`; what is wrong names the file and the row."""
    try:
        order = put_in_order(time_s)
    except DisorderError as error:
        raise RecordingError(f"{where}: time goes back by {error.back_s:g} s at row {error.row + 1}.") from error
    if not order.time_s.size:
        raise RecordingError(f"{where}: no row has a time.")
    return order


def describe_table(
    header: Sequence[str],
    units: Sequence[str | None],
    columns: Sequence[Column],
    raw: Callable[[int], Array],
    order: Order,
    passed_over: Collection[str] = (),
    *,
    all_parsed: bool = False,
) -> Iterator[ChannelInfo]:
    """Describe the columns of a table in the order of the file, but for those ``passed_over``.

    ``columns`` are those that are read, with the column of time that is followed. ``all_parsed`` tells whether ``raw``
    has the numbers of all columns; those that are not used are then counted too.
    """
    rows = order.time_s.size
    used = {column.index: column for column in columns}
    for index, name in enumerate(header):
        column = used.get(index)
        if name in passed_over:
            continue
        counted = column is not None or all_parsed
        timed = column is not None and column.meaning.kind == "time"
        filled = rows if timed else count_finite(raw(index)) if counted else 0
        rate_hz = min(filled / rows, 1.0) / order.period_s if filled else float("nan")
        if column is None:
            meaning = meaning_of(name)
            note = ANOTHER_TIME if meaning and meaning.kind == "time" else ChannelNote("not_used")
            yield ChannelInfo(shown(name), "", units[index] or "", filled, rate_hz, (note,))
        else:
            notes = () if column.why in BY_NAME else (ChannelNote("said_by", {"by": column.why}),)
            yield ChannelInfo(shown(name), column.meaning.canonical, column.unit or "", filled, rate_hz, notes)
