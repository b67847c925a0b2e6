"""Walking over the messages of a FIT file, from border to border.

Messages carry no length of their own: a definition says how long the messages of its local type are. So the borders
must be walked one by one, with a table of sizes by header byte; nothing but where each message begins is noted.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Final

from bikefit.io.fit.layout import LOCALS, Layout, defines, definition_end, layout_of

_HEADERS: Final = [
    [header for header in range(256) if LOCALS[header] == local and not defines(header)] for local in range(16)
]
"""Headers of the data messages of each local type: bits 4 and 5 say nothing."""


class Walk:
    """What walking over the messages of a file collects, as compact arrays.

    These are the first byte of each data message and of each definition message, ascending, and which of the distinct
    ``layouts`` each definition is.
    """

    def __init__(self, data: bytes) -> None:
        """Start before the first part."""
        code = "I" if len(data) < 2**32 else "Q"
        self.data = data
        self.starts = array(code)
        self.definition_starts = array(code)
        self.definition_layouts = array("I")
        self.layouts: list[Layout] = []
        self._numbers: dict[bytes, int] = {}
        self.part(0)

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
            if not defines(header):
                return at, "undefined_message"
            after = definition_end(data, at, end)
            if not after:
                return at, "torn_definition"
            self._define(at, after)
            at = after
        if at > end:
            return self.starts.pop(), "torn_message"
        return at, ""

    def _define(self, at: int, after: int) -> None:
        """Enter a definition message."""
        body = self.data[at + 2 : after]
        number = self._numbers.setdefault(body, len(self.layouts))
        if number == len(self.layouts):
            self.layouts.append(layout_of(body))
        self.definition_starts.append(at)
        self.definition_layouts.append(number)
        self._enter(LOCALS[self.data[at]], self.layouts[number].size)

    def _enter(self, local: int, size: int) -> None:
        """Note the size of a local type's messages, by header byte."""
        if self._size_of[local] != size:
            for header in _HEADERS[local]:
                self._size_of[header] = size

    def layouts_at(self, byte: int) -> dict[int, Layout]:
        """Return what is defined at a byte of this part, by local type."""
        found: dict[int, Layout] = {}
        place = bisect_left(self.definition_starts, byte) - 1
        while place >= 0 and self.definition_starts[place] >= self._begin and len(found) < 16:
            local = LOCALS[self.data[self.definition_starts[place]]]
            found.setdefault(local, self.layouts[self.definition_layouts[place]])
            place -= 1
        return found

    def forget(self, byte: int) -> None:
        """Take back all messages from a byte of this part on."""
        del self.starts[bisect_left(self.starts, byte) :]
        kept = bisect_left(self.definition_starts, byte)
        del self.definition_starts[kept:]
        del self.definition_layouts[kept:]
        self._size_of = [0] * 256
        for local, layout in self.layouts_at(byte).items():
            self._enter(local, layout.size)
