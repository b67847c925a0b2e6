"""The columns of a text table by the channels that they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import numpy as np

from bikefit.errors import RecordingError
from bikefit.io.finite import finite_span
from bikefit.io.names import shown
from bikefit.io.text.columns import Column
from bikefit.io.text.layout import is_missing, is_number
from bikefit.io.text.text_file import TextFile
from bikefit.io.timestamps import Clock, clock_from_numbers, clock_from_texts
from bikefit.model import Array


class ChannelTable:
    """The columns of one file, parsed.

    Parameters
    ----------
    file : TextFile
        The file.
    columns : sequence of Column
        The columns that are read, apart from those of time.
    time_column : Column
        The column of time that is followed.
    others : frozenset of int
        Further columns of numbers that are read: the coordinates of markers.
    counter : float, optional
        The time column starts again at 0 when it reaches this.
    """

    def __init__(
        self,
        file: TextFile,
        columns: Sequence[Column],
        time_column: Column,
        others: frozenset[int] = frozenset(),
        counter: float | None = None,
    ) -> None:
        self.file, self.layout, self.where = file, file.layout, file.name
        self.columns = {column.channel: column for column in columns}
        self.time_column, self.counter = time_column, counter
        text = [] if self._is_numeric(time_column.index) else [time_column.index]
        numbers = ({column.index for column in columns} | others) - set(text)
        if not text:
            numbers.add(time_column.index)
        self._values = file.columns(sorted(numbers), text)
        self._complete: dict[int, bool] = {}

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
        return np.where(np.isinf(values), np.nan, values) if self.infinite(column.index) else values

    def infinite(self, index: int) -> int:
        """Return how many of a column's values are infinite."""
        return 0 if self._is_complete(index) else int(np.count_nonzero(np.isinf(self.raw(index))))

    def filled(self, index: int) -> int:
        """Return how many of a column's values are finite."""
        values = self.raw(index)
        return values.size if self._is_complete(index) else int(np.count_nonzero(np.isfinite(values)))

    def _is_complete(self, index: int) -> bool:
        if index not in self._complete:
            self._complete[index] = finite_span(self.raw(index))[2]
        return self._complete[index]

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
            return clock_from_numbers(values, column.unit, self.counter)
        clock = clock_from_texts(values)
        if isinstance(clock, int):
            raise self.file.wrong_cell(
                clock,
                column.index,
                f"'{shown(str(values.iloc[clock]))}' is no time. Seconds, milliseconds, ISO dates "
                "(2026-05-01T10:00:00.000) and clock times (10:00:00.000) are.",
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
