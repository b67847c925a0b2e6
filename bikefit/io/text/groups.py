"""The rows of a table as samples: all together, or each foot's rows by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bikefit.conventions import Side
from bikefit.io.columns import Column
from bikefit.io.finite import finite_span
from bikefit.io.names import TELLS_FEET_APART, is_unsided
from bikefit.io.ordering import Order
from bikefit.io.series import Series
from bikefit.io.tables import describe_table, table_series
from bikefit.io.text.apart import Whose
from bikefit.io.text.channel_table import ChannelTable
from bikefit.io.text.row_times import Rate, Rows, RowTimes, row_times
from bikefit.model import Array, ChannelInfo, Finding


@dataclass(frozen=True)
class Group:
    """Rows of a table that are one series of samples."""

    table: ChannelTable
    side: Side | None
    """Whose they are, where the table holds rows of both feet."""
    rows: Rows
    times: RowTimes
    """When they were recorded; the order's times count from the first sample of all groups."""

    @property
    def order(self) -> Order:
        """How the rows become samples."""
        return self.times.order

    def raw(self, index: int) -> Array:
        """Return a column's numbers in the group's rows, as in the file."""
        return self.table.raw(index)[self.rows]

    def own(self, column: Column) -> Column:
        """Return a column with the side of the group, where it hangs on a shoe."""
        if self.side is None or not is_shoes(column):
            return column
        return replace(column, meaning=replace(column.meaning, channel=f"{self.side}_{column.channel}"))


def groups_of(table: ChannelTable, whose: Whose, rate: Rate | None, counter: float | None) -> list[Group]:
    """Return the groups of a table's rows: one, or one for each foot; the rest as for `row_times`."""
    if not whose.of_side:
        return [Group(table, None, slice(None), row_times(table, slice(None), rate, counter))]
    groups = [
        Group(table, side, rows, row_times(table, rows, rate, counter))
        for side, rows in whose.of_side.items()
        if rows.size
    ]
    firsts = [first_s(group) for group in groups]
    return [_later(group, own - min(firsts)) for group, own in zip(groups, firsts, strict=True)]


def first_s(group: Group) -> float:
    """Return the time of a group's first sample on the file's clock [s]."""
    return group.times.clock.origin_s + finite_span(group.times.clock.time_s)[0]


def _later(group: Group, shift_s: float) -> Group:
    """Return a group whose times begin later."""
    order = replace(group.order, time_s=group.order.time_s + shift_s)
    return replace(group, times=replace(group.times, order=order))


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
            yield replace(infos[0], samples=sum(group.order.time_s.size for group in groups), notes=(TELLS_FEET_APART,))
        else:
            yield from infos if index in shoes else infos[:1]


def findings_of(groups: Sequence[Group]) -> list[Finding]:
    """Return what was seen in the times of all groups, each thing once."""
    seen: list[Finding] = []
    for group in groups:
        seen += [item for item in (*group.times.clock.findings, *group.order.findings) if item not in seen]
    return seen
