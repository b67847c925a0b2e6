"""A text table on disk: looked at from its head, then read once.

A plain table, which nearly all are, is read, hashed and parsed at the same time, piece by piece. Whatever is not
plain (packed, UTF-16, with quotes, comments or damage) is first loaded as a whole; so is a file in which something is
wrong, to name the line.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from bikefit.digests import digest_begun
from bikefit.errors import RecordingError
from bikefit.io.names import shown
from bikefit.io.source import GZIP_MAGIC, load, read_head, unreadable
from bikefit.io.text import pieces
from bikefit.io.text.layout import check_text, find_layout, to_utf8
from bikefit.io.text.lines import HEAD_BYTES
from bikefit.io.text.pieces import Piece, read_pieces
from bikefit.io.text.table import Wanted, how_to_read, line_of, parse
from bikefit.model import Finding, finding


class TextFile:
    """A delimited text table: its dialect and header; RecordingError where it cannot be read or is no table.

    ``known`` tells whether a cell of the header names a channel; ``strict`` refuses a damaged file instead of reading
    what is whole. ``sha256`` is of the bytes as stored, known once the columns are read.
    """

    def __init__(self, path: Path, known: Callable[[str], bool], *, strict: bool = False) -> None:
        self.path, self.name, self.strict = path, path.name, strict
        self.sha256 = ""
        self._of_file: list[Finding] = []
        self._of_cells: list[Finding] = []
        head = read_head(path, HEAD_BYTES)
        text = to_utf8(head)
        check_text(text, self.name)
        self.layout = find_layout(text, known, self.name)
        self._plain = text is head

    def columns(self, wanted: Wanted) -> dict[int, Any]:
        """Read columns of numbers and of text; `CellError`, with line and column, if a cell makes no sense."""
        numbers = wanted.numbers
        if self._plain and not wanted.texts:
            digest, begun = hashlib.sha256(), digest_begun(self.path)
            also: Callable[[bytes], object] = digest.update if begun is None else len
            with contextlib.suppress(ValueError):
                found = read_pieces(self._lines(also), numbers, (), how_to_read(self.layout, numbers))
                self.sha256 = digest.hexdigest() if begun is None else begun()
                if self.sha256:
                    return found
        values, told = parse(self._whole, self.layout, wanted, self.name)
        if self.strict and any(item.code == "footer_cut" for item in told):
            raise RecordingError(f"{self.name}: the last lines are not rows of the table ({told[0].values['first']}).")
        self._of_cells = told
        return values

    @property
    def findings(self) -> list[Finding]:
        """What was lost or put right on the way."""
        return [*self._of_file, *self._of_cells]

    def wrong_cell(self, row: int, column: int, what: str) -> RecordingError:
        """Return the error that names a row's line and a column; ``what`` is the end of the sentence."""
        line = line_of(self._whole, self.layout, row)
        return RecordingError(f"{self.name}, line {line}, column '{shown(self.layout.header[column])}': {what}")

    def _lines(self, also: Callable[[bytes], object]) -> Iterator[Piece]:
        """Give the numbers of a plain file in pieces of whole lines, and all that is read to ``also``.

        ValueError where it turns out to need the thorough way.
        """
        mark = self.layout.delimiter.encode()
        try:
            with self.path.open("rb", buffering=0) as stream:
                begin = stream.read(self.layout.first_byte)
                if begin.startswith(GZIP_MAGIC):
                    raise ValueError("packed")
                also(begin)
                rest: list[memoryview] = []
                while block := stream.read(pieces.PIECE_BYTES):
                    if b'"' in block or b"\0" in block:
                        raise ValueError("quotes or zero bytes")
                    cut, view = block.rfind(b"\n") + 1, memoryview(block)
                    if cut:
                        yield [*rest, view[:cut]]
                        rest = []
                    rest.append(view[cut:])
                    also(block)  # while the piece is being parsed
        except OSError as error:
            raise unreadable(self.path, error) from error
        last = b"".join(rest)
        if last:
            if last.count(mark) < len(self.layout.header) - 1 or b"\r" in last[:-1]:
                raise ValueError("a line that breaks off, or ends of lines of another kind")
            yield [last]

    @cached_property
    def _whole(self) -> bytes:
        """The whole text, without what is broken at its end; its hash and findings go to the file's."""
        source = load(self.path, strict=self.strict)
        self.sha256 = source.sha256
        self._of_file.extend(source.findings)
        return self._without_torn_line(self._without_zeros(to_utf8(source.data)))

    def _without_zeros(self, data: bytes) -> bytes:
        """Cut off the zero bytes that a crashed recorder leaves at the end; refuse them anywhere else."""
        at = data.find(b"\0")
        if at < 0:
            return data
        kept = data.rstrip(b"\0\r\n\t ")
        if self.strict or b"\0" in kept:
            raise RecordingError(
                f"{self.name}: the file holds zero bytes (first at byte {at}); it is damaged or no text."
            )
        self._of_file.append(finding("text_cut_off", byte=at))
        return kept[: max(kept.rfind(b"\n"), kept.rfind(b"\r")) + 1]

    def _without_torn_line(self, data: bytes) -> bytes:
        """Leave out a last line that breaks off: without a line end, and with fewer cells than the header."""
        if data.endswith((b"\n", b"\r")):
            return data
        begin = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        mark = self.layout.delimiter.encode()
        if begin <= self.layout.first_byte or data.count(mark, begin) >= len(self.layout.header) - 1:
            return data
        if self.strict:
            raise RecordingError(f"{self.name}: the last line breaks off; the recording is incomplete.")
        self._of_file.append(finding("last_line_torn"))
        return data[:begin]
