"""The messages of a FIT file gathered by definition: a matrix of bytes whose columns are the fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bikefit.io.fit.profile import BYTE, STRING, BaseType, FieldSpec

FROM_HEADER: Final = -1
"""Offset of a field that no bytes of the message hold: a time stamp unwrapped from compressed headers."""


VIEW_MAX_BYTES: Final = (1 << 31) - 1
"""No view may be larger where an address has 32 bits, as in a browser."""


@dataclass(frozen=True)
class DeveloperField:
    """What a field description message, which begins at a byte, says about a field of an app's own.

    ``developer`` is the app's index in this file, ``base`` the number of the base type, ``application`` the app's id in
    hexadecimal digits, empty where the file does not give it.
    """

    byte: int
    developer: int
    number: int
    base: int
    spec: FieldSpec
    application: str

    @property
    def meaning(self) -> tuple[object, ...]:
        """What it says, wherever in the file it stands."""
        spec = self.spec
        return self.number, self.developer, self.base, spec.name, spec.unit, spec.scale, spec.offset, self.application


@dataclass(frozen=True, slots=True)
class Field:
    """A field of one definition: ``size`` bytes at ``offset`` in each of its messages."""

    number: int
    offset: int
    size: int
    base: BaseType
    spec: FieldSpec
    key: str
    developer: DeveloperField | None = None


@dataclass(frozen=True)
class Definition:
    """One layout of a message type: ``size`` bytes a message, header included, in byte order "<" or ">"."""

    message: int
    order: str
    size: int
    fields: tuple[Field, ...]

    @property
    def undescribed(self) -> bool:
        """Whether it has a developer field that no message describes."""
        return any(field.developer is None and "@" in field.key for field in self.fields)


class Block:
    """All messages of one definition; ``starts`` are the first byte of each in the file."""

    def __init__(self, data: NDArray[np.uint8], definition: Definition, starts: NDArray[np.intp]) -> None:
        """Take the messages at ``starts`` of the file's bytes."""
        self.definition = definition
        self.starts = starts
        self.stamps: NDArray[np.uint32] | None = None  # of compressed headers, where the block has any
        self._data = data

    @property
    def file_size(self) -> int:
        """Bytes of the whole file."""
        return self._data.size

    @cached_property
    def rows(self) -> NDArray[np.uint8]:
        """The bytes, shape (n, size)."""
        return rows_at(self._data, self.starts, self.definition.size)

    def raw(self, field: Field) -> NDArray[Any]:
        """Return a field's numbers as stored: shape (n,), or (n, k) for arrays and bytes; invalid ones included."""
        if field.offset == FROM_HEADER:
            assert self.stamps is not None
            return self.stamps
        part = self.rows[:, field.offset : field.offset + field.size]
        if field.base is STRING:
            return part.view(f"S{field.size}")[:, 0]
        numbers = part.view(np.dtype(self.definition.order + field.base.code))
        return numbers[:, 0] if numbers.shape[1] == 1 and field.base is not BYTE else numbers

    def values(self, field: Field) -> NDArray[Any]:
        """Return a field's scaled values: float64 with NaN, or text as objects with None, where there is none."""
        return scaled(self.raw(field), field)


def rows_at(
    data: NDArray[np.uint8], starts: NDArray[np.intp], size: int, most: int = VIEW_MAX_BYTES
) -> NDArray[np.uint8]:
    """Return ``size`` bytes from each start, which ascend; a view of more than ``most`` bytes is taken in parts.

    Examples
    --------
    >>> data, starts = np.arange(200, dtype=np.uint8), np.array([3, 49, 70, 198])
    >>> rows_at(data, starts, 2).tolist()
    [[3, 4], [49, 50], [70, 71], [198, 199]]
    >>> rows_at(data, starts, 2, most=100).tolist() == rows_at(data, starts, 2).tolist()
    True
    """
    windows = most // max(size, 1)
    if size <= len(data) <= windows:
        whole: NDArray[np.uint8] = sliding_window_view(data, size)[starts]
        return whole
    rows = np.empty((len(starts), size), np.uint8)
    for first in range(0, len(data), windows):
        within = slice(*np.searchsorted(starts, (first, first + windows)))
        if within.start < within.stop:
            part = data[first : first + windows + size - 1]
            rows[within] = sliding_window_view(part, size)[starts[within] - first]
    return rows


def valid(raw: NDArray[Any], base: BaseType) -> NDArray[np.bool_]:
    """Tell which raw values are valid: each base type has one number that means "none"; bytes are all of it."""
    if base is STRING:
        return np.array([text[:1] not in (b"", b"\0") for text in raw.tolist()], bool)
    if base is BYTE:
        some = np.asarray((raw != base.invalid).any(axis=1))
        return np.repeat(some[:, None], raw.shape[1], axis=1)
    if base.invalid is None:
        return np.asarray(~np.isnan(raw))
    return np.asarray(raw != base.invalid)


def _texts(raw: NDArray[Any]) -> NDArray[Any]:
    """Return bytes as texts, up to the first zero; None where there is none."""
    texts = np.empty(len(raw), object)
    stored = raw.tolist()
    known = {text: text.split(b"\0", 1)[0].decode("utf-8", "replace") or None for text in set(stored)}
    texts[:] = [known[text] for text in stored]
    return texts


def scaled(raw: NDArray[Any], field: Field) -> NDArray[Any]:
    """Return the values of a field, as ``raw``: float64 with NaN, or text with None, where there is none."""
    if field.base is STRING:
        return _texts(raw)
    with np.errstate(invalid="ignore"):  # a signalling NaN is one like any other
        values = raw.astype(float)
    if field.base.invalid is not None:
        values[~valid(raw, field.base)] = np.nan
    if field.spec.scale != 1.0:
        values /= field.spec.scale
    if field.spec.offset != 0.0:
        values -= field.spec.offset
    return values
