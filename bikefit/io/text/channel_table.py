"""The columns of a text table that are read, parsed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bikefit.errors import RecordingError
from bikefit.io.columns import Column
from bikefit.io.names import shown
from bikefit.io.text.layout import is_missing, is_number
from bikefit.io.text.text_file import TextFile
from bikefit.io.timestamps import Clock, clock_from_numbers, clock_from_texts
from bikefit.model import Array


class ChannelTable:
    """The numbers of one file.

    Parameters
    ----------
    file : TextFile
        The file.
    columns : collection of int
        The columns of numbers that are read, apart from those of time.
    time_column : Column
        The column of time that is followed.
    counter : float, optional
        The time column starts again at 0 when it reaches this.
    words : int, optional
        A column that is read as text.
    """

    def __init__(
        self,
        file: TextFile,
        columns: Collection[int],
        time_column: Column,
        counter: float | None = None,
        words: int | None = None,
    ) -> None:
        self.file, self.layout, self.where = file, file.layout, file.name
        self.time_column, self.counter = time_column, counter
        text = [] if self._is_numeric(time_column.index) else [time_column.index]
        text += [] if words is None else [words]
        numbers = {*columns, time_column.index} - set(text)
        self._values = file.columns(sorted(numbers), text)

    def _is_numeric(self, index: int) -> bool:
        """Tell whether a column's first cell is a number."""
        cell = self._first_cell(index)
        return cell is None or is_number(cell, self.layout.decimal)

    def _first_cell(self, index: int) -> str | None:
        """Return the first cell of a column that holds anything."""
        cells = (row[index] for row in self.layout.sample if index < len(row))
        return next((cell for cell in cells if not is_missing(cell)), None)

    def raw(self, index: int) -> Array:
        """Return a column's numbers as in the file."""
        return cast(Array, self._values[index])

    def texts(self, index: int) -> list[str | None]:
        """Return the cells of a column of words."""
        return list(self._values[index])

    def clock(
        self, times: Sequence[Column], rows: NDArray[np.intp] | slice = slice(None)
    ) -> tuple[Clock, datetime | None]:
        """Return the time of each of some rows, and when they began if any of the columns of time knows it."""
        clock = self._clock(self.time_column, rows)
        if not np.any(np.isfinite(clock.time_s)):
            raise RecordingError(f"{self.where}: the time column '{shown(self.time_column.name)}' holds no times.")
        starts = (self._start_from(column) for column in times)
        return clock, clock.start or next((start for start in starts if start is not None), None)

    def _clock(self, column: Column, rows: NDArray[np.intp] | slice) -> Clock:
        """Return the time of each of some rows by a column of numbers or of texts."""
        values = self._values[column.index][rows]
        if isinstance(values, np.ndarray):
            return clock_from_numbers(values, column.unit, self.counter)
        clock = clock_from_texts(values.reset_index(drop=True))
        if isinstance(clock, int):
            raise self.file.wrong_cell(
                clock if isinstance(rows, slice) else int(rows[clock]),
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
