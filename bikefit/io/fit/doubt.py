"""Doubting what a walk over a damaged FIT file led to: missing or changed bytes may pass for messages.

What no device can write is not a message. Nor is what is odd, such as a lone wild time stamp, where messages that hold
together begin within it; else it stays, for a tool may have written it so, and no checksum or a wrong one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from bikefit.io.fit.order import Message, are_steady, follows, habit_before, messages, walked_over
from bikefit.io.fit.resync import IN_A_ROW, Break, find_break
from bikefit.io.fit.walk import Walk

_DOUBTS_MAX: Final = 100
"""So many doubts of a part are looked into."""
_FALSE_MAX: Final = 8
"""What a file has more often than this its tool wrote on purpose."""
_SURE_WITHIN: Final = 8
"""Among so many messages enough in a row must have time stamps."""


def first_doubt(walk: Walk, since: int, stopped: int, clock: int | None) -> int | None:
    """Return the first message from a byte on that cannot be one, though the walk went on; None where all can."""
    seen = list(walked_over(walk, since, stopped, clock, habit_before(walk, stopped)))
    return next((message.start for message in _doubts(seen)), None)


def _doubts(seen: Iterable[Message]) -> Iterator[Message]:
    """Yield the messages that are odd, or whose time stamps do not follow those before."""
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


def find_overwritten(walk: Walk, since: int, stopped: int, end: int, clock: int | None) -> Break | None:
    """Find the first break that a walk led over to where it stopped, as it may where the checksum is wrong."""
    seen = list(walked_over(walk, since, stopped, clock, habit_before(walk, stopped)))
    borders = {message.start for message in seen}
    doubts = list(_doubts(seen))
    often = Counter(_way(message) for message in doubts if message.false)
    for message in doubts[:_DOUBTS_MAX]:
        found = find_break(walk, since, message.start, end, clock=clock, torn=False)
        if found.goes_on is None:
            continue
        false = message.false and often[_way(message)] <= _FALSE_MAX
        if false or not (found.goes_on in borders or _is_unsure(walk, found.kept, found.goes_on, end)):
            return found
    return None


def _way(message: Message) -> int:
    """Return in which way a message is false: the bits of its header that say what it is."""
    return message.header & (0x80 if message.header >= 0x80 else 0x50)


def _is_unsure(walk: Walk, kept: int, at: int, end: int) -> bool:
    """Tell whether too few time stamps follow each other where messages seem to go on."""
    if walk.data[at] >= 0x80:  # many of those have been looked at
        return False
    ahead = list(islice(messages(walk.data, at, end, walk.layouts_at(kept)), _SURE_WITHIN))
    after = ahead[-1].after if ahead else at
    if (len(ahead) < _SURE_WITHIN and after < end) or not all(message.sound for message in ahead):
        return True
    stamps = [message.stamp for message in ahead if message.stamp is not None]
    enough = len(stamps) >= IN_A_ROW or (after == end and len(stamps) > 0)
    return not (enough and are_steady(stamps))
