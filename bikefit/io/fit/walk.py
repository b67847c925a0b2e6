"""Walking over the messages of a FIT file, from border to border.

Messages carry no length of their own: a definition says how long the messages of its local type are. So the borders
must be walked one by one, with a table of sizes by header byte; nothing but where each message begins is noted.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Final, NamedTuple

from bikefit.io.fit.profile import BASE_TYPES, TIMESTAMP

_STAMP_BASE: Final = 0x86


class Kind(NamedTuple):
    """What the messages of one definition are: type, bytes, where the time stamp is (-1 = none), its order."""

    message: int
    size: int
    stamp: int
    big: bool


def kind_of(body: bytes) -> Kind:
    """Read the kind of a definition's messages; ``body`` is the definition from its byte order on."""
    fields_end = 4 + 3 * body[3]
    at, stamp = 1, -1
    for place in range(4, fields_end, 3):
        number, size, base = body[place : place + 3]
        if number == TIMESTAMP and base == _STAMP_BASE and size >= 4 and stamp < 0:
            stamp = at
        at += size
    message = int.from_bytes(body[1:3], "big" if body[0] else "little")
    return Kind(message, at + sum(body[fields_end + 2 :: 3]), stamp, bool(body[0]))


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


def is_sound(data: bytes, at: int, after: int) -> bool:
    """Tell whether a definition message is one that a device would write: real types, whole sizes, no field twice.

    One without fields is for compressed headers.
    """
    if data[at + 1] or data[at + 2] > 1:
        return False
    if not data[at + 5]:  # nothing but a time stamp in the headers
        return after < len(data) and data[after] >= 0x80 and data[after] >> 5 & 3 == data[at] & 0xF
    numbers = set()
    for place in range(at + 6, at + 6 + 3 * data[at + 5], 3):
        number, size, base = data[place : place + 3]
        known = BASE_TYPES.get(base)
        if known is None or not size or size % known.size or number in numbers:
            return False
        numbers.add(number)
    return all(data[place] for place in range(at + 8 + 3 * data[at + 5], after, 3))


class Taken(NamedTuple):
    """Messages taken from a walk."""

    starts: array[int]
    definition_starts: array[int]
    definition_layouts: array[int]


class Walk:
    """What walking over the messages of a file collects, as compact arrays.

    Attributes
    ----------
    starts, definition_starts : array of int
        First byte of each data message and of each definition message, ascending.
    definition_layouts : array of int
        Which of ``layouts`` each definition is.
    layouts : dict of bytes to int
        Distinct definitions, numbered: byte order, global number, fields, developer fields, as in the file.
    """

    def __init__(self, data: bytes) -> None:
        """Start before the first part."""
        code = "I" if len(data) < 2**32 else "Q"
        self.data = data
        self.starts = array(code)
        self.definition_starts = array(code)
        self.definition_layouts = array("I")
        self.layouts: dict[bytes, int] = {}
        self._kinds: list[Kind] = []
        self._size_of = [0] * 256
        self._begin = 0

    def part(self, begin: int) -> None:
        """Begin a part of the file: definitions of another do not hold in it."""
        self._begin = begin
        self._size_of = [0] * 256

    def go(self, at: int, end: int) -> tuple[int, str]:
        """Walk on to the end; return where it stopped, and the code of why if that is before the end."""
        if at > end:
            return at, "torn_message"
        data, append, size_of = self.data, self.starts.append, self._size_of
        while at < end:
            header = data[at]
            size = size_of[header]
            if size:
                append(at)
                at += size
                continue
            if not 0x40 <= header < 0x80:
                return at, "undefined_message"
            after = self._definition(at, end)
            if not after:
                return at, "torn_definition"
            at = after
        if at > end:
            return self.starts.pop(), "torn_message"
        return at, ""

    def _definition(self, at: int, end: int) -> int:
        """Enter a definition message; return the byte after it, 0 if it is not whole."""
        after = definition_end(self.data, at, end)
        if after:
            body = self.data[at + 2 : after]
            layout = self.layouts.setdefault(body, len(self.layouts))
            if layout == len(self._kinds):
                self._kinds.append(kind_of(body))
            self.definition_starts.append(at)
            self.definition_layouts.append(layout)
            self._enter(self.data[at] & 0xF, self._kinds[layout].size)
        return after

    def _enter(self, local: int, size: int) -> None:
        """Note the size of a local type's messages, by header byte.

        Bits 4 and 5 of a data header say nothing; bit 7 marks a compressed time stamp with local types 0-3.
        """
        for bits in (0x00, 0x10, 0x20, 0x30):
            self._size_of[bits | local] = size
        if local < 4:
            first = 0x80 | local << 5
            self._size_of[first : first + 32] = [size] * 32

    def kinds_at(self, byte: int) -> dict[int, Kind]:
        """Return the kinds of messages that are defined at a byte of this part, by local type."""
        found: dict[int, Kind] = {}
        place = bisect_left(self.definition_starts, byte) - 1
        while place >= 0 and self.definition_starts[place] >= self._begin and len(found) < 16:
            local = self.data[self.definition_starts[place]] & 0xF
            found.setdefault(local, self._kinds[self.definition_layouts[place]])
            place -= 1
        return found

    def has(self, byte: int) -> bool:
        """Tell whether a message that was walked over begins at a byte."""
        for starts in (self.starts, self.definition_starts):
            place = bisect_left(starts, byte)
            if place < len(starts) and starts[place] == byte:
                return True
        return False

    def take(self, byte: int) -> Taken:
        """Take away all messages from a byte of this part on, to be given back."""
        first, defined = bisect_left(self.starts, byte), bisect_left(self.definition_starts, byte)
        taken = Taken(self.starts[first:], self.definition_starts[defined:], self.definition_layouts[defined:])
        self.forget(byte)
        return taken

    def give_back(self, taken: Taken) -> None:
        """Give back what was taken."""
        self.starts.extend(taken.starts)
        self.definition_starts.extend(taken.definition_starts)
        self.definition_layouts.extend(taken.definition_layouts)

    def forget(self, byte: int) -> None:
        """Take back all messages from a byte of this part on."""
        del self.starts[bisect_left(self.starts, byte) :]
        kept = bisect_left(self.definition_starts, byte)
        del self.definition_starts[kept:]
        del self.definition_layouts[kept:]
        self._size_of = [0] * 256
        for local, kind in self.kinds_at(byte).items():
            self._enter(local, kind.size)
