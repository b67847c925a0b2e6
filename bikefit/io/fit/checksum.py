"""The checksum of FIT files, some lanes of the data at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray


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
    that the lanes are joined. Data shorter than the lanes are many, such as a header, is one lane.

    Examples
    --------
    >>> hex(crc16(b"123456789")), hex(crc16(b"123456789" * 99))
    ('0xbb3d', '0x4b45')
    """
    if len(data) < _LANES:
        state = 0
        for word in np.frombuffer(bytes(len(data) % 2) + data, "<u2").tolist():
            state = int(_TABLE[state ^ word])
        return state
    folded = np.zeros(_LANES * -(-min(len(data), _PERIOD) // _LANES // 2) * 2, np.uint8)
    content = np.frombuffer(data, np.uint8)
    head = len(data) % _PERIOD
    folded[folded.size - head :] = content[:head]
    if len(data) >= _PERIOD:
        folded[-_PERIOD:] ^= np.bitwise_xor.reduce(content[head:].reshape(-1, _PERIOD), axis=0)
    lanes = np.zeros(_LANES + 16, np.uint16)
    lanes[_LANES:] = 1 << np.arange(16)
    for words in folded.view("<u2").reshape(_LANES, -1).T:
        lanes[:_LANES] ^= words
        lanes = _TABLE[lanes]
    low, high = (_span(lanes[_LANES + first : _LANES + first + 8]).tolist() for first in (0, 8))
    joined = 0
    for lane in lanes[:_LANES].tolist():
        joined = low[joined & 0xFF] ^ high[joined >> 8] ^ lane
    return int(joined)
