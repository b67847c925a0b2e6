"""What the bytes of a FIT file's messages say by themselves: the header byte, a definition message, a time stamp.

A message is either a definition (it says how long the messages of one of 16 local types are, and what they hold) or
data of a local type that was defined before.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from bikefit.io.fit.profile import BASE_TYPES, NO_STAMP, TIMESTAMP, UINT32

_TIES_CLOCKS: Final = 162
"""Messages of this type have a time stamp of another clock."""
LOCALS: Final = bytes(header >> 5 & 3 if header >= 0x80 else header & 0xF for header in range(256))
"""Local type by header byte: bit 7 marks a compressed time stamp, with the types 0 to 3."""

Triple = tuple[int, int, int]


def defines(header: int) -> bool:
    """Tell whether a header byte begins a definition message."""
    return 0x40 <= header < 0x80


class Layout(NamedTuple):
    """What a definition message says of the messages that it defines.

    ``fields`` are number, size and base type of each; ``own`` are number, size and app's index of the fields that apps
    defined. A message has ``size`` bytes, header included; its time stamp is at ``stamp`` (-1 = none).
    """

    message: int
    big: bool
    fields: tuple[Triple, ...]
    own: tuple[Triple, ...]
    size: int
    stamp: int


def layout_of(body: bytes) -> Layout:
    """Read a definition message; ``body`` is all of it from the byte order on."""
    own_at = 4 + 3 * body[3]
    fields, own = _triples(body[4:own_at]), _triples(body[own_at + 1 :])
    at, stamp = 1, -1
    for number, size, base in fields:
        if number == TIMESTAMP and base == UINT32 and size >= 4 and stamp < 0:
            stamp = at
        at += size
    message = int.from_bytes(body[1:3], "big" if body[0] else "little")
    return Layout(message, bool(body[0]), fields, own, at + sum(size for _, size, _ in own), stamp)


def _triples(entries: bytes) -> tuple[Triple, ...]:
    """Return a definition's entries, of three bytes each."""
    return tuple(zip(entries[::3], entries[1::3], entries[2::3], strict=True))


def definition_end(data: bytes, at: int, end: int) -> int:
    """Return the byte after a definition message; 0 if it is not whole."""
    after = at + 6
    if after > end:
        return 0
    after += 3 * data[at + 5]
    if data[at] & 0x20:
        if after >= end:
            return 0
        after += 1 + 3 * data[after]
    return after if after <= end else 0


def is_whole(size: int, base: int) -> bool:
    """Tell whether a field's size is that of some numbers of its base type, by that type's number."""
    known = BASE_TYPES.get(base)
    return known is not None and size > 0 and size % known.size == 0


def is_sound(data: bytes, at: int, after: int) -> bool:
    """Tell whether a definition message is one that a device would write: real types, whole sizes, no field twice.

    One without fields is for compressed headers.
    """
    if data[at + 1] or data[at + 2] > 1:
        return False
    if not data[at + 5]:  # nothing but a time stamp in the headers
        return after < len(data) and data[after] >= 0x80 and LOCALS[data[after]] == LOCALS[data[at]]
    own_at = at + 6 + 3 * data[at + 5]
    fields = _triples(data[at + 6 : own_at])
    once = len({number for number, _, _ in fields}) == len(fields)
    return once and all(is_whole(size, base) for _, size, base in fields) and all(data[own_at + 2 : after : 3])


def stamp_of(data: bytes, at: int, layout: Layout) -> int | None:
    """Return a message's time stamp; None where it has none."""
    if layout.stamp < 0 or layout.message == _TIES_CLOCKS:
        return None
    first = at + layout.stamp
    found = int.from_bytes(data[first : first + 4], "big" if layout.big else "little")
    return found if found != NO_STAMP else None
