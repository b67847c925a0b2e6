"""The columns of a text table that are read, parsed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, cast

from bikefit.conventions import ChannelKind
from bikefit.io.columns import ASKED, Column
from bikefit.io.names import shown
from bikefit.io.text.table import CellError, Wanted
from bikefit.io.text.text_file import TextFile
from bikefit.model import Array, Finding, finding

DROPPED: Final[frozenset[ChannelKind]] = frozenset({"companion", "lap"})
"""Channels without which the rotation is as good: one that cannot be read costs nothing but itself."""


class ChannelTable:
    """The numbers of one file: ``columns`` that are read, ``also`` further ones of numbers, and ``times``.

    ``times`` are the columns of time, the likeliest first; ``words`` is a column that is read as text. A single row is
    enough where ``one_row`` says so, as for a look at markers. ``kept`` are those of ``columns`` that could be read.
    """

    def __init__(
        self,
        file: TextFile,
        columns: Sequence[Column],
        also: Collection[int],
        times: Sequence[Column],
        words: int | None = None,
        *,
        one_row: bool = False,
    ) -> None:
        self.file, self.layout, self.where = file, file.layout, file.name
        self.kept, self.times = list(columns), list(times)
        self.findings: list[Finding] = []
        self._also, self._words = also, words
        self._read_times = self.times[:1]
        self.rows_min = 1 if one_row else 2
        self._values: Mapping[int, Any] = self._read()

    def _read(self) -> dict[int, Any]:
        """Parse the columns; a companion that is none, and a second column of time, is dropped with a finding."""
        while True:
            texts = {column.index for column in self._read_times if not self.layout.is_numeric(column.index)}
            texts |= set() if self._words is None else {self._words}
            numbers = {column.index for column in (*self.kept, *self._read_times)} | set(self._also)
            time = self._read_times[0].index if self._read_times else min(numbers, default=0)
            try:
                return self.file.columns(Wanted(tuple(sorted(numbers - texts)), tuple(sorted(texts)), time))
            except CellError as error:
                self._drop(error)

    def _drop(self, error: CellError) -> None:
        """Do without the column at fault, or raise where it is needed."""
        column = next((item for item in self.kept if item.index == error.column), None)
        if column is not None and column.meaning.kind in DROPPED and column.why != ASKED:
            self.kept.remove(column)
            cell = next(iter(self.layout.cells(column.index)), "")
            values = {"column": shown(column.name), "cell": shown(cell, 20), "why": str(error)}
            self.findings.append(finding("companion_unread", **values))
            return
        time = next((item for item in self.times[1:] if item.index == error.column), None)
        if time is None:
            raise error
        self.times.remove(time)
        self._read_times.remove(time)

    def read_all_times(self) -> None:
        """Parse the other columns of time too, which are needed only where the likeliest does not tell."""
        if len(self._read_times) < len(self.times):
            self._read_times = list(self.times)
            self._values = self._read()

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(next(iter(self._values.values())))

    def raw(self, index: int) -> Array:
        """Return a column's numbers as in the file."""
        return cast(Array, self._values[index])

    def cells(self, index: int) -> Any:
        """Return a column as it was read: numbers, or a Series of text."""
        return self._values[index]
