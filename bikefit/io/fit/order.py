"""Messages of a damaged FIT file one by one, and whether one can follow another.

Two things tell: time stamps, and where compressed headers have none, how those follow each other in the file.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from bikefit.io.fit.layout import LOCALS, Layout, defines, definition_end, is_sound, layout_of, stamp_of
from bikefit.io.fit.profile import NO_STAMP, SYSTEM_TIME_LIMIT, is_timed
from bikefit.io.fit.walk import Walk

LOOK_BACK: Final = 400
"""So many messages before a stop are looked at; wrong ones are few."""
FEW: Final = 20
"""Fewer messages than this do not tell what is usual."""
_COMPRESSED_SHARE: Final = 0.05
"""A smaller share of messages with compressed headers are none, where there are many messages."""
_COMPRESSED_STEP_S: Final = 8
"""One compressed header follows another by no more than this where nothing tells what is usual."""
_USUAL_SHARE: Final = 0.02
"""A way in which compressed headers follow each other is usual from this share on."""
_WAYS_MAX: Final = 3
"""More usual ways than this for one kind of message tell nothing."""
_NEAR_S: Final = ((3600, 7200), (86400, 86400))
"""One time stamp follows another if it is not so much earlier or later: since switching on, and of the calendar."""
STEADY_S: Final = 120
"""Where time stamps jump, the clock may have been set: then they must follow each other more closely."""


class Message(NamedTuple):
    """A message of a type's ``number``; what no device writes is not ``sound``, what none can write is ``false``."""

    start: int
    after: int
    header: int
    number: int
    stamp: int | None
    sound: bool = True
    false: bool = False

    @property
    def defines(self) -> bool:
        """Whether it is a definition."""
        return defines(self.header)


def messages(data: bytes, at: int, end: int, layouts: Mapping[int, Layout]) -> Iterator[Message]:
    """Yield messages from a byte on, each behind the one before, for as long as they are whole and of a defined type.

    ``layouts`` are those defined at that byte, by local type.
    """
    layouts = dict(layouts)
    while at < end:
        header = data[at]
        if defines(header):
            after = definition_end(data, at, end)
            if not after:
                return
            layout = layouts[LOCALS[header]] = layout_of(data[at + 2 : after])
            yield Message(at, after, header, layout.message, None, is_sound(data, at, after))
        else:
            known = layouts.get(LOCALS[header])
            if known is None or at + known.size > end:
                return
            after = at + known.size
            yield Message(at, after, header, known.message, stamp_of(data, at, known))
        at = after


class Habit(NamedTuple):
    """How messages with compressed headers follow each other in a file: kind upon kind, and by how many seconds.

    ``short`` is a file that has such messages. ``regular`` is one in which few ways of following are usual, so that
    another one tells of a break.
    """

    short: bool
    step_max: int
    usual: frozenset[tuple[int, int, int]]
    regular: bool

    def holds(self, before: int, header: int) -> bool:
        """Tell whether a header may follow another one."""
        step = header - before & 31
        return (before >> 5, header >> 5, step) in self.usual if self.regular else step <= self.step_max


def habit_before(walk: Walk, until: int) -> Habit:
    """Learn from the last messages how compressed headers follow each other: by twice the usual step at most."""
    count = bisect_left(walk.starts, until)
    starts = walk.starts[max(count - LOOK_BACK, 0) : count]
    headers = [walk.data[start] for start in starts if walk.data[start] >= 0x80]
    short = len(starts) < FEW or len(headers) >= _COMPRESSED_SHARE * len(starts)
    pairs = Counter((a >> 5, b >> 5, b - a & 31) for a, b in pairwise(headers))
    steps = sorted(step for _, _, step in pairs.elements())
    step_max = max(2, 2 * steps[len(steps) // 2]) if steps else _COMPRESSED_STEP_S
    usual = frozenset(pair for pair, count in pairs.items() if count >= max(2, _USUAL_SHARE * len(steps)))
    ways = Counter(first for first, _, _ in usual)
    regular = len(steps) >= FEW and max(ways.values(), default=_WAYS_MAX + 1) <= _WAYS_MAX
    return Habit(short, step_max, usual, regular)


def walked_over(walk: Walk, since: int, until: int, clock: int | None, habit: Habit) -> Iterator[Message]:
    """Yield the messages that were walked over from a byte on, with the stamps of compressed headers."""
    data = walk.data
    for message in messages(data, since, until, walk.layouts_at(since)):
        start, header, stamp, sound = message.start, message.header, message.stamp, message.sound
        if message.defines:
            false = data[start + 2] > 1 or (data[start + 1] > 0 and not sound)
        elif header >= 0x80:
            false = stamp is not None or not is_timed(message.number)
            sound = habit.short and not false
            if sound:
                clock = SYSTEM_TIME_LIMIT + (header & 31) if clock is None else clock
                step = header - clock & 31
                stamp = clock + step if step <= habit.step_max else None
        else:
            false = header & 0x10 > 0
            sound = stamp != 0 and not false
        clock = stamp if stamp is not None else clock
        yield message._replace(stamp=stamp, sound=sound, false=false)


def near(level: int | None) -> tuple[int, int]:
    """Return between which time stamps one is that comes after another."""
    if level is None:
        return 1, NO_STAMP - 1
    back_s, ahead_s = _NEAR_S[level >= SYSTEM_TIME_LIMIT]
    return level - back_s, level + ahead_s


def follows(stamp: int, level: int | None) -> bool:
    """Tell whether a time stamp can come after another."""
    first, last = near(level)
    return first <= stamp <= last


def are_steady(stamps: Sequence[int]) -> bool:
    """Tell whether time stamps follow each other closely."""
    return all(abs(b - a) <= STEADY_S for a, b in pairwise(stamps))
