"""Where the messages of a FIT file begin, and what of the file is whole.

A FIT file is one or more parts: a header (size of the data, signature), messages, a checksum. `scan` walks over the
messages of each part; where bytes are missing or changed, it goes on where messages hold together again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.errors import RecordingError
from bikefit.io.fit.checksum import crc16
from bikefit.io.fit.doubt import find_overwritten, first_doubt
from bikefit.io.fit.layout import Layout, defines
from bikefit.io.fit.resync import find_break
from bikefit.io.fit.walk import Walk

_SIGNATURE: Final = b".FIT"
_SHORTEST_HEADER: Final = 12
_BREAKS_MAX: Final = 500
"""A part with more breaks than this is none to be read."""


@dataclass(frozen=True)
class Damage:
    """One fault of a file: where it was seen, and its code, worded in the words' section ``fit_damage``.

    ``lost`` bytes could not be read because of it, those that are missing included.
    """

    byte: int
    what: str
    lost: int = 0


@dataclass(frozen=True)
class Scan:
    """The borders of the messages of a file: the first byte of each data and each definition message, ascending.

    ``definition_layouts`` say which of the distinct ``layouts`` each definition is, ``part_starts`` where each chained
    part begins, ``damage`` what is not whole, in the order of the file.
    """

    starts: NDArray[np.intp]
    definition_starts: NDArray[np.intp]
    definition_layouts: NDArray[np.intp]
    layouts: tuple[Layout, ...]
    part_starts: tuple[int, ...]
    damage: tuple[Damage, ...]


# ---- parts -------------------------------------------------------------------------------------------------


def _is_header(data: bytes, start: int) -> bool:
    """Tell whether a part of a file begins here."""
    return data[start + 8 : start + 12] == _SIGNATURE


def _is_sure_header(data: bytes, start: int) -> bool:
    """Tell whether what looks like a part's header is one: its length is usual, and a checksum of its own agrees."""
    length = data[start]
    return length == 12 or (length == 14 and crc16(memoryview(data)[start : start + 14]) == 0)


def _next_header(data: bytes, after: int) -> int:
    """Return where the next part begins; the file's end where there is none."""
    found = data.find(_SIGNATURE, after + 8)
    return found - 8 if found >= 0 else len(data)


@dataclass(frozen=True)
class _Part:
    """Where a part's messages begin and end, where the next part may begin, and what is wrong with its frame."""

    begin: int
    end: int
    following: int
    damage: tuple[Damage, ...] = ()


def _part(data: bytes, start: int) -> _Part:
    """Read the header of a part; the next part may begin after a cut file's end.

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
            return _Part(start + stated, end, end + 2)

    # A header's size that leads to anything but a definition is wrong.
    begins = [start + length for length in (stated, 14, 12) if length >= _SHORTEST_HEADER]
    begin = next((at for at in begins if at < len(data) and defines(data[at])), begins[0])
    end = begin + size
    begin = min(begin, len(data))
    following = _next_header(data, begin)
    whole_file = following == len(data) and len(data) - 2 >= begin and crc16(view[start:]) == 0
    if size == 0 and begin + 2 >= len(data):
        return _Part(begin, begin, len(data))
    if header_ok and size and begin <= following < min(end + 2, len(data)) and _is_sure_header(data, following):
        # the next part of a joined file begins where this one should still go on
        missing = Damage(following, "ends_early", end + 2 - following)
        if following == end:
            missing = Damage(end, "checksum_missing")
        return _Part(begin, following, following, (missing,))
    if size == 0 or not header_ok or (whole_file and end != len(data) - 2):
        damage = Damage(start, "size_zero" if size == 0 else "header_damaged")
        end = following if following < len(data) else len(data) - 2 if whole_file or size else len(data)
        return _Part(begin, max(begin, end), max(begin, following), (damage,))
    if end + 2 <= len(data):
        return _Part(begin, end, end + 2, (Damage(end, "checksum_wrong"),))
    if end <= len(data):
        return _Part(begin, end, len(data), (Damage(len(data), "checksum_missing"),))
    return _Part(begin, len(data), end + 2)


# ---- messages ----------------------------------------------------------------------------------------------


def _walk_to(walk: Walk, since: int, ends: Sequence[int]) -> tuple[int, str]:
    """Walk to the first end that messages lead to, else to the last; return what `Walk.go` does."""
    for end in ends:
        walk.forget(since)
        stopped, why = walk.go(since, end)
        if not why:
            break
    return stopped, why


def _read_part(walk: Walk, part: _Part) -> tuple[int, tuple[Damage, ...]]:
    """Walk over the messages of a part, over breaks too; return where the next part may begin, and the damage.

    Behind a break the end that the header names may be wrong by the bytes that are missing.
    """
    size, data = len(walk.data), walk.data
    walk.part(part.begin)
    gaps, since = list[Damage](), part.begin
    ends: Sequence[int] = (part.end,)
    # Bytes are missing or too many where the header's size leads to no end.
    shifted = part.following > size or (part.following < size and not _is_header(data, part.following))
    shifted |= any(item.what == "checksum_missing" for item in part.damage) and part.following == size
    changed = not shifted and any(item.what == "checksum_wrong" for item in part.damage)
    clock = None
    while True:
        stopped, why = _walk_to(walk, since, ends)
        next_part = _next_header(data, part.begin) if why or shifted or changed else size
        own_end = max(part.begin, next_part - 2)
        doubt = first_doubt(walk, since, stopped, clock) if shifted else None
        if doubt is not None:
            walk.forget(doubt)
            stopped, why = doubt, "undefined_message"
        found = find_overwritten(walk, since, stopped, own_end if why else stopped, clock) if changed else None
        if not (why or found) or len(gaps) == _BREAKS_MAX:
            break
        if found is None:
            found = find_break(walk, since, stopped, own_end, clock=clock, torn=why.startswith("torn"))
        walk.forget(found.kept)
        if found.goes_on is None:
            stopped = found.kept
            break
        gaps.append(Damage(found.kept, "gap", found.goes_on - found.kept))
        clock = found.stamp
        since, ends = found.goes_on, (min(part.end, own_end), own_end)
    if not gaps:
        if part.following > size:
            return part.following, (*part.damage, Damage(stopped, "ends_early", part.following - stopped))
        return part.following, (*part.damage, *((Damage(stopped, why, part.end - stopped),) if why else ()))
    frame = tuple(item for item in part.damage if item.what in ("size_zero", "header_damaged"))
    if why and next_part == size:
        return size, (*frame, *gaps, Damage(stopped, "ends_early", max(part.following, size) - stopped))
    if why:
        return next_part, (*frame, *gaps, Damage(stopped, why, next_part - stopped))
    return stopped + 2, (*frame, *gaps)


def scan(data: bytes, name: str) -> Scan:
    """Find where the messages of a FIT file begin, and what is damaged; ``name`` is what to call it in an error.

    A walk stops at the first byte that cannot begin a message, and goes on where messages hold together again. The
    position only ever grows, so the walk ends for any input.
    """
    if not data:
        raise RecordingError(f"{name}: the file is empty (0 bytes). Copy it from the device again.")
    if not _is_header(data, 0):
        raise RecordingError(f"{name}: this is not a FIT file (its signature '.FIT' is missing).")
    walk, damage, part_starts, at = Walk(data), list[Damage](), list[int](), 0
    while at < len(data):
        if not _is_header(data, at):
            following = _next_header(data, at)
            damage.append(Damage(at, "stray_bytes", following - at))
            at = following
            continue
        part_starts.append(at)
        following, found = _read_part(walk, _part(data, at))
        damage.extend(found)
        at = max(following, at + 1)
    return Scan(
        starts=np.array(walk.starts, np.intp),
        definition_starts=np.array(walk.definition_starts, np.intp),
        definition_layouts=np.array(walk.definition_layouts, np.intp),
        layouts=tuple(walk.layouts),
        part_starts=tuple(part_starts),
        damage=tuple(damage),
    )
