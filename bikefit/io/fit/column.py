"""One field over all messages of its type: joined over all definitions, in the order of the file.

Messages of one type may give a field different widths. ``raw``, ``valid`` and ``values`` are tables as wide as the
widest; `Column.element` and `Column.flat` take no more memory than there are numbers, whatever one message claims.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bikefit.io.fit.blocks import Block, Field, scaled, valid
from bikefit.io.fit.profile import BYTE, STRING
from bikefit.model import Array

Piece = tuple[NDArray[np.intp], Block, Field]
"""Rows of a column, the block that holds them, and the field in it."""

_CELLS_A_BYTE: Final = 3
"""A table has at most so many cells for each byte of the file: a wide field among many narrow ones is cut to that."""


class Column:
    """One field over all messages of its type, in the order of the file.

    Attributes
    ----------
    spec : FieldSpec
        Name, unit, scale and offset, as last defined in the file.
    base : BaseType
        Number type, as last defined in the file.
    developer : DeveloperField, optional
        Its description where an app defined it.
    """

    def __init__(self, length: int, pieces: list[Piece]) -> None:
        """Join pieces of a column."""
        self._length = length
        self._pieces = pieces
        field = pieces[-1][2]
        self.spec = field.spec
        self.base = field.base
        self.developer = field.developer

    @cached_property
    def raw(self) -> NDArray[Any]:
        """Numbers as stored, shape (n,) or (n, k); look at ``valid`` for which of them are any."""
        arrays = [block.raw(field) for _, block, field in self._pieces]
        return self._joined(arrays, np.result_type(*arrays), 0)

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """Whether each number is one, in the shape of ``raw``."""
        return self._joined([valid(block.raw(field), field.base) for _, block, field in self._pieces], np.bool_, False)

    @cached_property
    def values(self) -> NDArray[Any]:
        """Scaled numbers as float64 with NaN where invalid; text as objects with None where invalid."""
        arrays = [scaled(block.raw(field), field) for _, block, field in self._pieces]
        texts = any(array.dtype == object for array in arrays)
        return self._joined(arrays, object, None) if texts else self._joined(arrays, float, np.nan)

    @cached_property
    def widths(self) -> NDArray[np.intp]:
        """How many numbers each message holds, shape (n,); 0 where its definition lacks the field."""
        widths = np.zeros(self._length, np.intp)
        for rows, _, field in self._pieces:
            widths[rows] = field.size // field.base.size
        return widths

    @cached_property
    def _held(self) -> tuple[NDArray[np.bool_], int]:
        """Whether each message holds any number, and how many numbers there are in all."""
        filled, count = np.zeros(self._length, bool), 0
        for rows, block, field in self._pieces:
            some = valid(block.raw(field), field.base)
            filled[rows] = some if some.ndim == 1 else some.all() or some.any(axis=1)
            count += int(np.count_nonzero(some))
        return filled, count

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Whether each message holds any number, or text, in this field, shape (n,)."""
        return self._held[0]

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return self._held[1]

    @property
    def is_numeric(self) -> bool:
        """Whether any message gives it as numbers rather than as bytes or text."""
        return any(field.base not in (BYTE, STRING) for _, _, field in self._pieces)

    @property
    def several(self) -> bool:
        """Whether any message gives it several numbers."""
        return any(field.size > field.base.size for _, _, field in self._pieces if field.base not in (BYTE, STRING))

    def element(self, place: int) -> Array:
        """Return number ``place`` of each message, shape (n,); NaN where there is none, or bytes or text."""
        found = np.full(self._length, np.nan)
        for rows, block, field in self._pieces:
            if field.base in (BYTE, STRING) or field.size <= place * field.base.size:
                continue
            raw = block.raw(field)
            found[rows] = scaled(raw if raw.ndim == 1 else raw[:, place], field)
        return found

    def flat(self, rows: NDArray[np.intp]) -> tuple[Array, NDArray[np.intp]]:
        """Return the numbers of some messages one after the other, and how many each holds.

        ``rows`` ascend. Bytes and text are missing numbers.
        """
        widths = self.widths[rows]
        ends = np.cumsum(widths)
        found = np.full(int(ends[-1]) if ends.size else 0, np.nan)
        place = np.full(self._length, -1)
        place[rows] = np.arange(rows.size)
        for own, block, field in self._pieces:
            wanted = place[own]
            taken = wanted >= 0
            if field.base in (BYTE, STRING) or not taken.any():
                continue
            all_taken = bool(taken.all())
            raw = block.raw(field) if all_taken else block.raw(field)[taken]
            if len(raw) == rows.size:
                return scaled(raw, field).ravel(), widths
            raw = raw[:, None] if raw.ndim == 1 else raw
            last = ends[wanted[taken]]
            found[last[:, None] + np.arange(-raw.shape[1], 0)] = scaled(raw, field)
        return found, widths

    def _joined(self, arrays: list[NDArray[Any]], dtype: Any, missing: object) -> NDArray[Any]:
        """Put pieces together in a table as wide as the widest, within what the file's size allows."""
        if len(arrays) == 1 and len(arrays[0]) == self._length:
            return arrays[0]
        flat = all(array.ndim == 1 for array in arrays)
        width = max(array.shape[1] if array.ndim > 1 else 1 for array in arrays)
        width = max(1, min(width, _CELLS_A_BYTE * self._pieces[0][1].file_size // self._length))
        joined = np.full((self._length, width), missing, dtype)
        for (rows, _, _), array in zip(self._pieces, arrays, strict=True):
            wide = array[:, :width] if array.ndim > 1 else array[:, None]
            joined[rows, : wide.shape[1]] = wide
        return joined[:, 0] if flat else joined
