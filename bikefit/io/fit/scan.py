"""Where the messages of a FIT file begin, and what of the file is whole.

A FIT file is one or more parts: a header (size of the data, signature), messages, a checksum. A message is
either a definition (it says how long the messages of one of 16 local types are, and what they hold) or data of
a local type defined before. Messages carry no length of their own, so their borders must be walked one by one:
`scan` does that with a table of sizes by header byte, and notes nothing but where each message begins.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.errors import RecordingError

_SIGNATURE: Final = b".FIT"
_SHORTEST_HEADER: Final = 12


@dataclass(frozen=True)
class Damage:
    """One fault of a file.

    Attributes
    ----------
    byte : int
        Where it was seen.
    what : str
        Its code, worded in the words' section ``fit_damage``.
    lost : int
        Bytes that could not be read because of it (those that are missing included).
    """

    byte: int
    what: str
    lost: int = 0


@dataclass(frozen=True)
class Scan:
    """The borders of the messages of a file.

    Attributes
    ----------
    starts : ndarray of int, shape (n,)
        First byte of each data message, ascending.
    definition_starts : ndarray of int, shape (m,)
        First byte of each definition message, ascending.
    definition_layouts : ndarray of int, shape (m,)
        Which of ``layouts`` each definition is.
    layouts : tuple of bytes
        Distinct definitions: byte order, global number, fields, developer fields, as in the file.
    part_starts : tuple of int
        First byte of each chained part.
    damage : tuple of Damage
        What is not whole, in the order of the file.
    """

    starts: NDArray[np.int64]
    definition_starts: NDArray[np.int64]
    definition_layouts: NDArray[np.int64]
    layouts: tuple[bytes, ...]
    part_starts: tuple[int, ...]
    damage: tuple[Damage, ...]


# ---- the checksum ------------------------------------------------------------------------------------------


def _span(images: Sequence[int] | NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Tabulate a linear map of bits from what it does to each single bit: every bit doubles the table."""
    table = np.zeros(1 << len(images), np.uint16)
    for bit, image in enumerate(images):
        table[1 << bit : 2 << bit] = table[: 1 << bit] ^ np.uint16(image)
    return table


def _after_two_zeros(state: int) -> int:
    """Return the checksum's state after two zero bytes."""
    for _ in range(16):
        state = (state >> 1) ^ (0xA001 if state & 1 else 0)
    return state


_PERIOD: Final = 32767
_LANES: Final = 256
_TABLE: Final = _span([_after_two_zeros(1 << bit) for bit in range(16)])


def crc16(data: bytes | memoryview) -> int:
    """Compute the checksum of FIT files (CRC-16, polynomial 0xA001, from 0); over data and its own checksum it is 0.

    A checksum is the remainder of a division by a polynomial over bits, here (x + 1)(x^15 + x + 1), which divides
    x^32767 - 1: the remainder does not change when bytes 32,767 apart are added up without carry. So the data is
    first folded to 32,767 bytes. These are cut into lanes of equal length that advance together, two bytes a step
    through a table of 65,536 entries; leading zeros change nothing, so the first lane is padded. 16 more lanes start
    from single bits and see zeros: by linearity they tell what the length of one lane does to any state, and with
    that the lanes are joined.

    Examples
    --------
    >>> hex(crc16(b"123456789"))
    '0xbb3d'
    """
    if not len(data):
        return 0
    folded = np.zeros(_LANES * -(-min(len(data), _PERIOD) // _LANES // 2) * 2, np.uint8)
    content = np.frombuffer(data, np.uint8)
    head = len(data) % _PERIOD
    folded[folded.size - head :] = content[:head]
    if len(data) >= _PERIOD:
        folded[-_PERIOD:] ^= np.bitwise_xor.reduce(content[head:].reshape(-1, _PERIOD), axis=0)
    state = np.zeros(_LANES + 16, np.uint16)
    state[_LANES:] = 1 << np.arange(16)
    for words in folded.view("<u2").reshape(_LANES, -1).T:
        state[:_LANES] ^= words
        state = _TABLE[state]
    low, high = (_span(state[_LANES + first : _LANES + first + 8]).tolist() for first in (0, 8))
    joined = 0
    for lane in state[:_LANES].tolist():
        joined = low[joined & 0xFF] ^ high[joined >> 8] ^ lane
    return int(joined)


# ---- parts -------------------------------------------------------------------------------------------------


def _is_header(data: bytes, start: int) -> bool:
    """Tell whether a part of a file begins here."""
    return data[start + 8 : start + 12] == _SIGNATURE


def _next_header(data: bytes, after: int) -> int:
    """Return where the next part begins; the file's end where there is none."""
    found = data.find(_SIGNATURE, after + 8)
    return found - 8 if found >= 0 else len(data)


def _part(data: bytes, start: int, damage: list[Damage]) -> tuple[int, int, int]:
    """Return where a part's messages begin and end and where the next part may begin: after a cut file's end.

    The header's word counts as long as the checksum at the end that it names agrees. Where it does not, the file
    was cut or changed: then the header's own checksum decides whether its size is still to be trusted.
    """
    view = memoryview(data)
    size = int.from_bytes(data[start + 4 : start + 8], "little")
    stated = data[start]
    header_crc = data[start + 12 : start + 14] if stated >= 14 else b""
    header_ok = len(header_crc) < 2 or header_crc == b"\0\0" or crc16(view[start : start + 14]) == 0
    if header_ok and stated >= _SHORTEST_HEADER and size:
        end = start + stated + size
        if end + 2 <= len(data) and crc16(view[start : end + 2]) == 0:
            return start + stated, end, end + 2

    # A header's size that leads to anything but a definition is wrong.
    begins = [start + length for length in (stated, 14, 12) if length >= _SHORTEST_HEADER]
    begin = next((at for at in begins if at < len(data) and 0x40 <= data[at] < 0x80), begins[0])
    end = begin + size
    begin = min(begin, len(data))
    following = _next_header(data, begin)
    whole_file = following == len(data) and len(data) - 2 >= begin and crc16(view[start:]) == 0
    if size == 0 and begin + 2 >= len(data):
        return begin, begin, len(data)
    if size == 0 or not header_ok or (whole_file and end != len(data) - 2):
        damage.append(Damage(start, "size_zero" if size == 0 else "header_damaged"))
        end = following if following < len(data) else len(data) - 2 if whole_file or size else len(data)
        return begin, max(begin, end), max(begin, following)
    if end + 2 <= len(data):
        damage.append(Damage(end, "checksum_wrong"))
        return begin, end, end + 2
    if end <= len(data):
        damage.append(Damage(len(data), "checksum_missing"))
        return begin, end, len(data)
    return begin, len(data), end + 2


# ---- messages ----------------------------------------------------------------------------------------------


class _Walk:
    """What walking over the messages collects, as compact arrays."""

    def __init__(self, data: bytes) -> None:
        code = "I" if len(data) < 2**32 else "Q"
        self.data = data
        self.starts = array(code)
        self.definition_starts = array(code)
        self.definition_layouts = array("I")
        self.layouts: dict[bytes, int] = {}
        self.sizes: list[int] = []

    def part(self, at: int, end: int) -> tuple[int, str]:
        """Walk from ``at`` to ``end``; return where it stopped, and why if that is before the end."""
        data, append = self.data, self.starts.append
        size_of = [0] * 256
        while at < end:
            header = data[at]
            size = size_of[header]
            if size:
                append(at)
                at += size
                continue
            if not 0x40 <= header < 0x80:
                return at, "undefined_message"
            after = self._definition(at, end, size_of)
            if not after:
                return at, "torn_definition"
            at = after
        if at > end:
            return self.starts.pop(), "torn_message"
        return at, ""

    def _definition(self, at: int, end: int, size_of: list[int]) -> int:
        """Enter a definition message; return the byte after it, 0 if it is not whole."""
        data = self.data
        after = at + 6
        if after > end:
            return 0
        after += 3 * data[at + 5]
        if data[at] & 0x20:
            if after >= end:
                return 0
            after += 1 + 3 * data[after]
        if after > end:
            return 0
        body = data[at + 2 : after]
        layout = self.layouts.setdefault(body, len(self.layouts))
        if layout == len(self.sizes):
            fields_end = 4 + 3 * body[3]
            self.sizes.append(1 + sum(body[5:fields_end:3]) + sum(body[fields_end + 2 :: 3]))
        self.definition_starts.append(at)
        self.definition_layouts.append(layout)
        # Bits 4 and 5 of a data header say nothing; bit 7 marks a compressed time stamp with local types 0-3.
        local, size = data[at] & 0xF, self.sizes[layout]
        for bits in (0x00, 0x10, 0x20, 0x30):
            size_of[bits | local] = size
        if local < 4:
            first = 0x80 | local << 5
            size_of[first : first + 32] = [size] * 32
        return after


def scan(data: bytes, name: str) -> Scan:
    """Find where the messages of a FIT file begin, and what is damaged; ``name`` is what to call it in an error.

    A walk stops at the first byte that cannot begin a message; the next chained part is read again. The position
    only ever grows, so the walk ends for any input.
    """
    if not data:
        raise RecordingError(f"{name}: the file is empty (0 bytes). Copy it from the device again.")
    if not _is_header(data, 0):
        raise RecordingError(f"{name}: this is no FIT file (its signature '.FIT' is missing).")
    walk, damage, part_starts, at = _Walk(data), list[Damage](), list[int](), 0
    while at < len(data):
        if not _is_header(data, at):
            following = _next_header(data, at)
            damage.append(Damage(at, "stray_bytes", following - at))
            at = following
            continue
        part_starts.append(at)
        begin, end, following = _part(data, at, damage)
        stopped, why = walk.part(begin, end)
        if following > len(data):
            damage.append(Damage(stopped, "ends_early", following - stopped))
        elif why:
            damage.append(Damage(stopped, why, end - stopped))
        at = max(following, at + 1)
    return Scan(
        starts=np.array(walk.starts, np.int64),
        definition_starts=np.array(walk.definition_starts, np.int64),
        definition_layouts=np.array(walk.definition_layouts, np.int64),
        layouts=tuple(walk.layouts),
        part_starts=tuple(part_starts),
        damage=tuple(damage),
    )
