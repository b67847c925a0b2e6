"""Regular tables, read by numpy alone: each row has all its cells, and a column's numbers are written the same way.

Nearly every recording is one. The delimiters tell where its cells end; the characters of all cells of a column are then
turned into numbers together, which is done before pandas would be loaded. What is not regular is left to others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.model import Array

WORD: Final = 8
"""Characters that one integer holds, the first in its lowest byte: they are worked on as one."""
DIGITS_MOST: Final = 15
"""Whole numbers of so many digits are exact in a float: divided by a power of ten they are rounded only once."""
_BEFORE: Final = b"0" * (2 * WORD - 1) + b"\n"
"""Stands before the first row, so that the last characters of a cell may be taken however few it has."""
_NEWLINE, _RETURN, _MINUS = b"\n\r-"
_ZEROS: Final = np.uint64(0x3030303030303030)
"""Eight times the character 0: "exclusive or" with it makes a digit of its character, and more than 9 of any other."""
_UP_TO_HIGH_BIT: Final = np.uint64(0x7676767676767676)
"""Added to eight bytes, it sets the highest bit of those beyond 9."""
_HIGH_BITS: Final = np.uint64(0x8080808080808080)
_Indices = NDArray[np.intp]
_Words = NDArray[np.uint64]


class _IrregularError(Exception):
    """The table is not regular."""


@dataclass(frozen=True)
class _Text:
    """The characters of some lines: one by one, and the eight from each on as one integer."""

    characters: NDArray[np.uint8]
    words: _Words
    decimal: str


def read_regular(
    parts: Sequence[bytes | memoryview], delimiter: str, decimal: str, width: int, numbers: Sequence[int]
) -> dict[int, Array] | None:
    """Return the wanted columns of some whole lines of a table of so many columns; None if it is not regular.

    An empty cell is NaN. Columns that are not wanted may hold anything.
    """
    data = b"".join((_BEFORE, *parts))
    data = data if data.endswith(b"\n") else data + b"\n"
    characters = np.frombuffer(data, dtype=np.uint8)
    words = np.ndarray((characters.size - WORD + 1,), np.dtype("<u8"), data, strides=(1,))
    text = _Text(characters, words, decimal)
    try:
        before, ends = _cells(data, characters, delimiter, width)
        return {column: _numbers(text, before[:, column] + 1, ends[:, column], alone=width == 1) for column in numbers}
    except _IrregularError:
        return None


def _cells(data: bytes, characters: NDArray[np.uint8], delimiter: str, width: int) -> tuple[_Indices, _Indices]:
    """Return the character before and the one after each cell, row by row."""
    newlines = characters == _NEWLINE
    stops = np.flatnonzero(newlines | (characters == ord(delimiter)))
    rows, rest = divmod(stops.size - 1, width)
    if not rows or rest or np.count_nonzero(newlines) != rows + 1 or b'"' in data:
        raise _IrregularError
    before, ends = stops[:-1].reshape(rows, width), stops[1:].reshape(rows, width)
    if not newlines[ends[:, -1]].all():
        raise _IrregularError
    if np.all(characters[ends[:, -1] - 1] == _RETURN):
        ends = ends.copy()
        ends[:, -1] -= 1
    return before, ends


def _numbers(text: _Text, begins: _Indices, ends: _Indices, *, alone: bool) -> Array:
    """Return the numbers of some cells of a column, NaN where empty; an empty cell ``alone`` in its row is no row."""
    lengths = ends - begins
    if lengths.min() > 0:
        return _filled_numbers(text, begins, ends, lengths)
    if alone:
        raise _IrregularError
    values = np.full(begins.size, np.nan)
    filled = np.flatnonzero(lengths)
    if filled.size:
        values[filled] = _filled_numbers(text, begins[filled], ends[filled], lengths[filled])
    return values


def _filled_numbers(text: _Text, begins: _Indices, ends: _Indices, lengths: _Indices) -> Array:
    """Return the numbers of some cells of a column, all with as many decimals as the first."""
    _, point, decimals = bytes(text.characters[begins[0] : ends[0]]).decode("latin-1").partition(text.decimal)
    negative = text.characters[begins] == _MINUS
    lengths = lengths - negative
    longest = int(lengths.max())
    if lengths.min() < 1 + len(point) or longest > DIGITS_MOST + len(point):
        raise _IrregularError
    values: Array | None = None
    for behind in range(0, longest, WORD):  # characters of a cell behind the eight that are looked at
        digits = _digits(text.words[ends - (behind + WORD)], lengths, behind)
        place = len(decimals) - behind if point else -1
        if 0 <= place < WORD:
            digits = _without_point(digits, place, text.decimal)
        _require_digits(digits)
        whole = _joined(digits).astype(np.float64)
        if values is None:
            values = whole
        else:
            values += whole * 10.0 ** (behind - len(point) if place < 0 else behind)
    assert values is not None
    if decimals:
        values /= 10.0 ** len(decimals)
    return np.where(negative, -values, values) if negative.any() else values


def _digits(words: _Words, lengths: _Indices, behind: int) -> _Words:
    """Return the digits that characters stand for; 0 for those that are not the cell's own."""
    missing = (WORD + behind) - lengths
    if behind or missing.min() < 0:
        np.clip(missing, 0, WORD, out=missing)
    missing *= 8
    bits = missing.astype(np.uint64)
    words ^= _ZEROS
    words >>= bits
    words <<= bits
    return words


def _without_point(digits: _Words, place: int, decimal: str) -> _Words:
    """Take out a decimal point with so many digits behind it; one that is elsewhere stays, and is no digit."""
    at = 8 * (WORD - 1 - place)
    digits ^= np.uint64((ord(decimal) ^ ord("0")) << at)
    behind = digits >> np.uint64(at) << np.uint64(at)
    digits ^= behind
    digits <<= np.uint64(8)
    digits |= behind
    return digits


def _require_digits(digits: _Words) -> None:
    """Raise where a byte is more than 9."""
    if np.bitwise_or.reduce((digits + _UP_TO_HIGH_BIT) | digits) & _HIGH_BITS:
        raise _IrregularError


def _joined(digits: _Words) -> _Words:
    """Return the whole numbers of eight digits each: neighbours become pairs, pairs fours, and fours the number."""
    digits = (digits & _EACH_SECOND) * np.uint64(10) + (digits >> np.uint64(8) & _EACH_SECOND)
    digits = (digits & _EACH_FOURTH) * np.uint64(100) + (digits >> np.uint64(16) & _EACH_FOURTH)
    return (digits & _LOWER_HALF) * np.uint64(10_000) + (digits >> np.uint64(32))


_EACH_SECOND: Final = np.uint64(0x00FF00FF00FF00FF)
_EACH_FOURTH: Final = np.uint64(0x0000FFFF0000FFFF)
_LOWER_HALF: Final = np.uint64(0x00000000FFFFFFFF)
