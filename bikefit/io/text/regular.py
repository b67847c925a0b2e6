"""Regular tables, read by numpy alone: each row has all its cells, and these hold plain numbers of at most 15 digits.

Nearly every recording is one. The delimiters tell where its cells end; the characters of all cells of a column are then
turned into numbers together, which is done before pandas would be loaded. The few that are written with a power of ten,
such as 5e-06, are read one by one. What is not regular is left to others.
"""

from __future__ import annotations

import re
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
POWERS_SHARE: Final = 0.02
"""A column of which more than this is written with a power of ten would take longer than with another's parser."""
_BEFORE: Final = b"0" * (2 * WORD - 1) + b"\n"
"""Stands before the first row, so that the last characters of a cell may be taken however few it has."""
_NEWLINE, _RETURN, _MINUS = b"\n\r-"
_ZEROS: Final = np.uint64(0x3030303030303030)
"""Eight times the character 0: "exclusive or" with it makes a digit of its character, and more than 9 of any other."""
_UP_TO_HIGH_BIT: Final = np.uint64(0x7676767676767676)
"""Added to eight bytes, it sets the highest bit of those beyond 9."""
_LOWEST_BITS: Final = np.uint64(0x0101010101010101)
_HIGH_BITS: Final = np.uint64(0x8080808080808080)
_BYTES_BEHIND: Final = np.uint64(sum((WORD - 1 - byte) << (8 * (WORD - 1 - byte) + 5) for byte in range(WORD)))
"""Times the lowest bit of a byte, it has in its three highest bits how many bytes follow that one."""
_BITS: Final = np.uint64(64)
_BITS_BUT_THREE: Final = np.uint64(61)
_NEIGHBOURS: Final = tuple(
    (np.uint64(1 + (10**width << 8 * width)), np.uint64(8 * width), np.uint64(kept))
    for width, kept in ((1, 0x00FF00FF00FF00FF), (2, 0x0000FFFF0000FFFF), (4, 0x00000000FFFFFFFF))
)
"""How two numbers that stand side by side become one: the first, 10, 100 or 10,000 times, is added to the second."""
_SIGN_BIT: Final = np.uint64(63)
_TENS: Final = 10.0 ** np.arange(2 * WORD)
_LOWER: Final = np.uint8(0x20)
"""What sets small letters apart from capitals."""
_NONE: Final = np.empty(0, dtype=np.intp)
_Indices = NDArray[np.intp]
_Words = NDArray[np.uint64]


class _IrregularError(Exception):
    """The table is not regular."""


@dataclass(frozen=True)
class _Text:
    """The characters of some lines: one by one, the eight from each on as one integer, and which are the letter E."""

    characters: NDArray[np.uint8]
    words: _Words
    powers: _Indices
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
    powers = np.flatnonzero((characters | _LOWER) == ord("e")) if b"e" in data or b"E" in data else _NONE
    text = _Text(characters, words, powers, decimal)
    try:
        begins, ends = _cells(data, characters, delimiter, width)
        return {column: _numbers(text, begins[column], ends[column], alone=width == 1) for column in numbers}
    except _IrregularError:
        return None


def _cells(
    data: bytes, characters: NDArray[np.uint8], delimiter: str, width: int
) -> tuple[list[_Indices], list[_Indices]]:
    """Return the first character of each cell and the one after it, column by column."""
    newlines = characters == _NEWLINE
    stops = np.flatnonzero(newlines | (characters == ord(delimiter)))
    rows, rest = divmod(stops.size - 1, width)
    if not rows or rest or np.count_nonzero(newlines) != rows + 1 or b'"' in data:
        raise _IrregularError
    ends = [*np.ascontiguousarray(stops[1:].reshape(rows, width).T)]
    begins = [np.append(stops[:1], ends[-1][:-1]) + 1, *(end + 1 for end in ends[:-1])]
    if not newlines[ends[-1]].all():
        raise _IrregularError
    if characters[ends[-1][0] - 1] == _RETURN and np.all(characters[ends[-1] - 1] == _RETURN):
        ends[-1] = ends[-1] - 1
    return begins, ends


def _numbers(text: _Text, begins: _Indices, ends: _Indices, *, alone: bool) -> Array:
    """Return the numbers of some cells of a column, NaN where empty; an empty cell ``alone`` in its row is no row."""
    if not text.powers.size:
        return _plain_numbers(text, begins, ends, alone=alone)
    rows = np.minimum(np.searchsorted(ends, text.powers, side="right"), ends.size - 1)
    rows = np.unique(rows[(begins[rows] <= text.powers) & (text.powers < ends[rows])])
    if rows.size > POWERS_SHARE * ends.size:
        raise _IrregularError
    begins = begins.copy()
    cells = [text.characters[begins[row] : ends[row]].tobytes() for row in rows.tolist()]
    begins[rows] = ends[rows]
    values = _plain_numbers(text, begins, ends, alone=alone)
    values[rows] = [_with_power(cell, text.decimal) for cell in cells]
    return values


def _with_power(cell: bytes, decimal: str) -> float:
    """Return a number that is written with a power of ten."""
    found = re.fullmatch(rb"(-?\d+)(?:(.)(\d+))?([eE][-+]?\d+)", cell)
    if found is None or found[2] not in (None, decimal.encode()):
        raise _IrregularError
    return float(b"%b.%b%b" % (found[1], found[3] or b"0", found[4]))


def _plain_numbers(text: _Text, begins: _Indices, ends: _Indices, *, alone: bool) -> Array:
    """Return the numbers of some cells of a column, NaN where empty; an empty cell ``alone`` in its row is no row."""
    negative = text.characters[begins] == _MINUS
    lengths = ends - begins
    empty = np.flatnonzero(lengths == 0) if lengths.min() == 0 else ()
    lengths -= negative
    longest = int(lengths.max())
    if longest > DIGITS_MOST + 1 or (alone and len(empty)):
        raise _IrregularError
    digits, points = _digits(text, ends - WORD, WORD - lengths)
    decimals, pointed = points * _BYTES_BEHIND >> _BITS_BUT_THREE, points != 0
    if longest > WORD:
        front, points = _digits(text, ends - 2 * WORD, 2 * WORD - lengths)
        if np.any(pointed & (points != 0)):
            raise _IrregularError
        # where a point was taken out, the last of the digits in front has its place
        room = np.multiply(pointed, np.uint64(8))
        digits |= front >> (_BITS - room)
        digits, front = digits, front << room
        decimals = decimals + (points * _BYTES_BEHIND >> _BITS_BUT_THREE) + np.multiply(points != 0, np.uint64(WORD))
        pointed = pointed | (points != 0)
        values = _joined(front) * 1e8 + _joined(digits)
    else:
        values = _joined(digits)
    lengths -= pointed
    if np.count_nonzero(lengths > 0) + len(empty) < lengths.size or lengths.max() > DIGITS_MOST:
        raise _IrregularError
    if decimals.any():
        values /= _TENS[decimals.astype(np.intp)]
    if negative.any():
        signed = values.view(np.uint64)
        signed ^= negative.astype(np.uint64) << _SIGN_BIT
    if len(empty):
        values[empty] = np.nan
    return values


def _digits(text: _Text, begins: _Indices, missing: _Indices) -> tuple[_Words, _Words]:
    """Return the digits that eight characters stand for, and 1 in the byte that held a decimal point.

    The digits in front of the point follow on to those behind it. The first characters are 0 that do not belong to the
    cell, of which so many are ``missing``. Where all points have one place, it is returned once.
    """
    bits = np.maximum(missing, 0).astype(np.uint64)
    bits *= np.uint64(8)
    digits = text.words[begins]
    digits ^= _ZEROS
    digits >>= bits
    digits <<= bits
    points = digits >> np.uint64(4)
    points &= _LOWEST_BITS
    if points.min() == points.max():
        points = points[:1]
    in_front = points - (points != 0)
    digits ^= points * np.uint64(ord(text.decimal) ^ ord("0"))
    # where a point was there must be 0 now, elsewhere at most 9
    highest = digits + (_UP_TO_HIGH_BIT + points * np.uint64(9))
    highest |= digits
    if np.bitwise_or.reduce(highest) & _HIGH_BITS or np.any(points & in_front):
        raise _IrregularError
    digits += (digits & in_front) * np.uint64(255)  # 256 times as much, which is a byte further, less where it was
    return digits, points


def _joined(digits: _Words) -> Array:
    """Return the whole numbers of eight digits each: neighbours become pairs, pairs fours, and fours the number."""
    numbers = digits.copy()
    for times, bits, kept in _NEIGHBOURS:
        numbers *= times
        numbers >>= bits
        numbers &= kept
    return numbers.view(np.int64).astype(np.float64)
