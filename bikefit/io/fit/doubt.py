"""Doubting what a walk over a damaged FIT file led to: missing or changed bytes may pass for messages.

What no device can write is not a message. Nor is what is odd, such as a lone wild time stamp, where messages that hold
together begin within it; else it stays, for a tool may have written it so, and no checksum or a wrong one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from bikefit.io.fit.resync import IN_A_ROW, Break, Seen, are_steady, find_break, follows, messages_from, stamp_of
from bikefit.io.fit.walk import Kind, Walk, definition_end, is_sound, kind_of

_DOUBTS_MAX: Final = 100
"""So many doubts of a part are looked into."""
_FALSE_MAX: Final = 8
"""What a file has more often than this its tool wrote on purpose."""
_SURE_WITHIN: Final = 8
"""Among so many messages enough in a row must have time stamps."""


def first_doubt(walk: Walk, since: int, clock: int | None) -> int | None:
    """Return the first message from a byte on that cannot be one, though the walk went on; None where all can."""
    return next((message.start for message in _doubts(walk, since, clock)), None)


def _doubts(walk: Walk, since: int, clock: int | None) -> Iterator[Seen]:
    """Yield the messages from a byte on that are odd, or whose time stamps do not follow those before."""
    seen = list(messages_from(walk, since, clock))
    stamps = [message.stamp for message in seen if message.stamp]
    level, place = None, 0
    for message in seen:
        if not message.sound:
            yield message
        if message.stamp:
            ahead = stamps[place : place + IN_A_ROW]
            agreed = len(ahead) == IN_A_ROW and are_steady(ahead)
            if agreed or follows(message.stamp, level):
                level = message.stamp
            elif message.sound:
                yield message
            place += 1


def find_overwritten(walk: Walk, since: int, end: int, clock: int | None) -> Break | None:
    """Find the first break that a walk led over to the end, as it may where the checksum is wrong; None without any."""
    doubts = list(_doubts(walk, since, clock))
    often = Counter(_way(walk.data, message) for message in doubts if message.false)
    for message in doubts[:_DOUBTS_MAX]:
        taken = walk.take(message.start)
        found = find_break(walk, since, message.start, end, clock=clock, torn=False)
        kinds = walk.kinds_at(found.kept)
        walk.give_back(taken)
        if found.goes_on is None:
            continue
        false = message.false and often[_way(walk.data, message)] <= _FALSE_MAX
        if false or not (walk.has(found.goes_on) or _is_unsure(walk.data, found, end, kinds)):
            return found
    return None


def _way(data: bytes, message: Seen) -> int:
    """Return in which way a message is false: the bits of its header that say what it is."""
    return data[message.start] & (0x80 if data[message.start] >= 0x80 else 0x50)


def _is_unsure(data: bytes, found: Break, end: int, kinds: dict[int, Kind]) -> bool:
    """Tell whether too few time stamps follow each other where messages seem to go on."""
    at, stamps = found.goes_on or 0, list[int]()
    if data[at] >= 0x80:  # many of those have been looked at
        return False
    for _ in range(_SURE_WITHIN):
        if at >= end:
            break
        header = data[at]
        if 0x40 <= header < 0x80:
            after = definition_end(data, at, end)
            if not after or not is_sound(data, at, after):
                return True
            kinds[header & 0xF] = kind_of(data[at + 2 : after])
            at = after
            continue
        kind = kinds.get(header >> 5 & 3 if header >= 0x80 else header & 0xF)
        if kind is None or at + kind.size > end:
            return True
        stamp = stamp_of(data, at, kind)
        stamps += [] if stamp is None else [stamp]
        at += kind.size
    enough = len(stamps) >= IN_A_ROW or (at == end and len(stamps) > 0)
    return not (enough and are_steady(stamps))
