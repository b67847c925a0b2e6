"""The rows of a table as samples: all together, or each foot's rows by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import Side
from bikefit.errors import RecordingError
from bikefit.io.columns import Column
from bikefit.io.finite import finite_span
from bikefit.io.names import is_unsided
from bikefit.io.series import Series
from bikefit.io.tables import describe_table, table_series
from bikefit.io.text.apart import Rows
from bikefit.io.text.channel_table import ChannelTable
from bikefit.io.timestamps import Clock, DisorderError, Order, put_in_order
from bikefit.model import Array, ChannelInfo, Finding


@dataclass(frozen=True)
class Group:
    """Rows that are one series of samples.

    Attributes
    ----------
    table : ChannelTable
        Where they stand.
    side : {"left", "right"}, optional
        Whose they are, where the table holds rows of both feet.
    rows : ndarray of int or slice
        Which they are.
    clock : Clock
        Their times.
    order : Order
        How they become samples; its times count from the first sample of all groups.
    start : datetime, optional
        Of their first row, UTC.
    """

    table: ChannelTable
    side: Side | None
    rows: NDArray[np.intp] | slice
    clock: Clock
    order: Order
    start: datetime | None

    def raw(self, index: int) -> Array:
        """Return a column's numbers in the group's rows, as in the file."""
        return self.table.raw(index)[self.rows]

    def own(self, column: Column) -> Column:
        """Return a column with the side of the group, where it hangs on a shoe."""
        if self.side is None or not is_unsided(column.meaning.canonical):
            return column
        return replace(column, meaning=replace(column.meaning, channel=f"{self.side}_{column.channel}"))


def groups_of(table: ChannelTable, times: Sequence[Column], whose: Rows) -> list[Group]:
    """Return the groups of a table's rows: one, or one for each foot.

    RecordingError, naming the line, where the rows of a group are not in order of time, or none has a time.
    """
    if not whose.of_side:
        return [_group(table, times, None, slice(None))]
    groups = [_group(table, times, side, rows) for side, rows in whose.of_side.items() if rows.size]
    firsts = [first_s(group) for group in groups]
    return [
        replace(group, order=replace(group.order, time_s=group.order.time_s + (own - min(firsts))))
        for group, own in zip(groups, firsts, strict=True)
    ]


def first_s(group: Group) -> float:
    """Return the time of a group's first sample on the file's clock [s]."""
    return group.clock.origin_s + finite_span(group.clock.time_s)[0]


def _group(table: ChannelTable, times: Sequence[Column], side: Side | None, rows: NDArray[np.intp] | slice) -> Group:
    """Return a group with its rows in order."""
    clock, start = table.clock(times, rows)
    try:
        order = put_in_order(clock.time_s)
    except DisorderError as error:
        raise table.file.wrong_cell(
            error.row if isinstance(rows, slice) else int(rows[error.row]),
            table.time_column.index,
            f"time goes back by {error.back_s:.6g} s. Cut the file where the clock was set back, or sort its rows.",
        ) from error
    if order.time_s.size < 2:
        whose = f" of the {side} foot" if side else ""
        raise RecordingError(
            f"{table.where}: only {order.time_s.size} row{whose} has a time; there is nothing to measure."
        )
    return Group(table, side, rows, clock, order, start)


def series_of(groups: Sequence[Group], columns: Sequence[Column]) -> Iterator[Series]:
    """Give the series of all groups; what both feet share comes from one that holds it."""
    for at, group in enumerate(groups):
        own = [group.own(column) for column in columns if is_shoes(column) or _holder(groups, column) == at]
        yield from table_series(own, group.raw, group.order)


def is_shoes(column: Column) -> bool:
    """Tell whether a column hangs on a shoe and its name does not say on which."""
    return is_unsided(column.meaning.canonical)


def _holder(groups: Sequence[Group], column: Column) -> int:
    """Return which group a column that both feet share is taken from: the right foot's, whose crank is counted."""
    if len(groups) == 1:
        return 0
    return next((at for at in (1, 0) if np.isfinite(groups[at].raw(column.index)).any()), 0)


def infos_of(
    groups: Sequence[Group],
    header: Sequence[str],
    units: Sequence[str | None],
    columns: Sequence[Column],
    passed_over: frozenset[str],
    telling: int | None,
) -> Iterator[ChannelInfo]:
    """Describe the columns in the order of the file, those that hang on a shoe once for each foot.

    ``telling`` is the column that tells the feet's rows apart.
    """
    shoes = {column.index for column in columns if is_shoes(column)}
    kept = [index for index, name in enumerate(header) if name not in passed_over]
    each = [
        describe_table(header, units, [group.own(column) for column in columns], group.raw, group.order, passed_over)
        for group in groups
    ]
    for index, infos in zip(kept, zip(*each, strict=True), strict=True):
        if index == telling and len(groups) > 1:
            yield replace(
                infos[0], samples=sum(group.order.time_s.size for group in groups), note="tells the feet apart"
            )
        else:
            yield from infos if index in shoes else infos[:1]


def findings_of(groups: Sequence[Group]) -> list[Finding]:
    """Return what was seen in the times of all groups, each thing once."""
    seen: list[Finding] = []
    for group in groups:
        seen += [item for item in (*group.clock.findings, *group.order.findings) if item not in seen]
    return seen
