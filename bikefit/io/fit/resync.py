"""Finding the messages again behind a break, where bytes of a FIT file are missing or changed.

Walking on over a break reads messages at wrong places until one cannot be any. So two things are looked for: back from
there, the last messages that hold together, and ahead, where three in a row do again. Messages hold together when each
begins where the one before ends, is of a kind that is defined, and their time stamps follow each other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from heapq import merge
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bikefit.io.fit.profile import BASE_TYPES, SYSTEM_TIME_LIMIT, is_timed
from bikefit.io.fit.walk import Kind, Walk, definition_end, is_sound, kind_of

_LOOK_BACK: Final = 400
"""So many messages before a stop are looked at; wrong ones are few."""
IN_A_ROW: Final = 3
_COMPRESSED_IN_A_ROW: Final = 8
"""Compressed headers say less than time stamps, so more of them must follow each other..."""
_COMPRESSED_STEP_S: Final = 8
"""...by no more than this where nothing tells what is usual."""
_USUAL_SHARE: Final = 0.02
"""A way in which compressed headers follow each other is usual from this share on."""
_WAYS_MAX: Final = 3
"""More usual ways than this for one kind of message tell nothing."""
_COMPRESSED_SHARE: Final = 0.05
"""A smaller share of messages with compressed headers are none..."""
_FEW: Final = 20
"""...where there are so many messages."""
_NEAR_S: Final = ((3600, 7200), (86400, 86400))
"""One time stamp follows another if it is not so much earlier or later: since switching on, and of the calendar."""
_STEADY_S: Final = 120
"""Where time stamps jump, the clock may have been set: then they must follow each other more closely."""
_TIES_CLOCKS: Final = 162
"""Messages of this type have a time stamp of another clock."""
_NO_STAMP: Final = 0xFFFFFFFF
_FIRST_BYTES: Final = 256
_MOST_BYTES: Final = 1 << 16
"""How much of the file is searched at a time: more from step to step."""


class Break(NamedTuple):
    """Where a file breaks: after the last message that is kept, where messages go on (None = nowhere), the time."""

    kept: int
    goes_on: int | None
    stamp: int | None = None


class Seen(NamedTuple):
    """A message that was walked over; one that no device writes is not ``sound``, one that none can write ``false``."""

    start: int
    after: int
    stamp: int | None
    sound: bool
    defines: bool
    false: bool


def find_break(walk: Walk, since: int, stopped: int, end: int, *, clock: int | None, torn: bool) -> Break:
    """Find the break before which a walk stopped."""
    habit = habit_of(walk.data, walk.starts[-_LOOK_BACK:])
    seen = list(messages_from(walk, since, clock, _LOOK_BACK))
    if habit.regular:
        stopped, seen = _before_odd_ones(walk.data, seen, habit, stopped)
    trusted, level = _trusted(seen)
    doubtful = next((at for at in range(trusted + 1, len(seen)) if _is_doubtful(seen[at], level)), len(seen))
    limit = seen[doubtful].start if doubtful < len(seen) else stopped
    checked = next((at for at in range(doubtful - 1, -1, -1) if seen[at].defines or seen[at].stamp is not None), 0)
    short = any(walk.data[message.start] >= 0x80 and message.sound for message in seen[-_FEW:])
    if short:
        checked = max(checked - IN_A_ROW, 0)
    low = max(seen[checked].start if seen and checked < doubtful else limit, since)
    kinds, known = walk.kinds_at(limit), {message.start for message in seen[:doubtful]}
    goes_on = _search(walk.data, low + 1, end, kinds, level, known, habit)
    if goes_on is None and level is not None and not torn:
        goes_on = _search(walk.data, low + 1, end, kinds, None, known, habit)  # the clock may have been set
    for at in [at for at in range(max(doubtful - _FEW, 0), doubtful) if seen[at].defines]:
        # changed bytes may have looked like a definition: then messages go on sooner as they were defined before it
        before = walk.kinds_at(seen[at].start)
        sooner = _search(walk.data, low + 1, end if goes_on is None else goes_on, before, level, known, habit)
        if sooner is not None:
            goes_on, kinds, doubtful = sooner, before, at
            break
    behind = end if goes_on is None else goes_on
    whole = [message for message in seen[:doubtful] if goes_on is None or message.after <= goes_on]
    cut = seen[len(whole)] if len(whole) < doubtful else None  # reaches over the place where messages go on
    overlaps = cut is not None and cut.stamp is not None and not short
    untold = goes_on is None and torn
    if whole and not (overlaps or untold or _is_intact(walk.data, whole[-1], behind, kinds, level)):
        del whole[_last_sure(whole) :]
        for _ in range(1 if habit.regular else IN_A_ROW):  # wrong ones may have looked like the next
            if short and whole and not whole[-1].defines:
                whole.pop()
    return Break(whole[-1].after if whole else low, goes_on, clock if level is None else level)


def _last_sure(seen: list[Seen]) -> int:
    """Return the place of the last message that is not sure to be whole: the one before those without a time stamp."""
    place = len(seen) - 1
    while place > 0 and seen[place].stamp is None and not seen[place].defines:
        place -= 1
    return len(seen) - 1 if seen[place].defines else place


def _is_intact(data: bytes, before: Seen, behind: int, kinds: Mapping[int, Kind], level: int | None) -> bool:
    """Tell whether the last message before a break is whole: no bytes are missing in it or too many.

    It is if messages go on right behind it, or if what is between is one message with a byte or two changed.
    """
    start = before.after
    if before.defines or start == behind:
        return True
    for kind in kinds.values():
        if kind.size == behind - start:
            stamp = stamp_of(data, start, kind)
            if before.stamp is None if stamp is None else follows(stamp, level):
                return True
    if behind - start <= 8:
        return False
    wrong = (data[start + 1] != 0) + (data[start + 2] > 1) + (definition_end(data, start, len(data)) != behind)
    wrong += not 0x40 <= data[start] < 0x80
    for place in range(start + 6, behind - 2, 3):
        base = BASE_TYPES.get(data[place + 2])
        wrong += base is None or not data[place + 1] or data[place + 1] % base.size != 0
    return wrong <= 1


def messages_from(walk: Walk, since: int, clock: int | None, last: int | None = None) -> Iterator[Seen]:
    """Yield the messages that were walked over from a byte on, or so many last ones."""
    starts, defined = walk.starts, walk.definition_starts
    first, first_defined = bisect_left(starts, since), bisect_left(defined, since)
    if last is not None:
        if len(starts) - first > last:
            since = starts[-last]
        if len(defined) - first_defined > last:
            since = max(since, defined[-last])
        first, first_defined = bisect_left(starts, since), bisect_left(defined, since)
    data, kinds = walk.data, walk.kinds_at(since)
    usual = starts[-_LOOK_BACK:]
    step_max = habit_of(data, usual).step_max
    short = len(usual) < _FEW or sum(data[start] >= 0x80 for start in usual) >= _COMPRESSED_SHARE * len(usual)
    for start in merge(starts[first:], defined[first_defined:]):
        header = data[start]
        if 0x40 <= header < 0x80:
            after = definition_end(data, start, len(data))
            kinds[header & 0xF] = kind_of(data[start + 2 : after])
            sound = is_sound(data, start, after)
            false = data[start + 2] > 1 or (data[start + 1] > 0 and not sound)
            yield Seen(start, after, None, sound, defines=True, false=false)
        else:
            kind = kinds[_local(header)]
            stamp = stamp_of(data, start, kind)
            if header >= 0x80:
                false = stamp is not None or not is_timed(kind.message)
                sound = short and not false
            else:
                false = header & 0x10 > 0
                sound = stamp != 0 and not false
            if header >= 0x80 and sound:
                clock = SYSTEM_TIME_LIMIT + (header & 31) if clock is None else clock
                step = header - clock & 31
                stamp = clock + step if step <= step_max else None
            clock = stamp if stamp is not None else clock
            yield Seen(start, start + kind.size, stamp, sound, defines=False, false=false)


class Habit(NamedTuple):
    """How messages with compressed headers follow each other in a file: kind upon kind, and by how many seconds.

    ``regular`` is a file in which few ways of following are usual, so that another one tells of a break.
    """

    step_max: int
    usual: frozenset[tuple[int, int, int]]
    regular: bool

    def holds(self, before: int, header: int) -> bool:
        """Tell whether a header may follow another one."""
        step = header - before & 31
        return (before >> 5, header >> 5, step) in self.usual if self.regular else step <= self.step_max


def habit_of(data: bytes, starts: Sequence[int]) -> Habit:
    """Learn how compressed headers follow each other: by twice the usual step at most, and in which ways."""
    headers = [data[start] for start in starts if data[start] >= 0x80]
    pairs = Counter((a >> 5, b >> 5, b - a & 31) for a, b in pairwise(headers))
    steps = sorted(pairs.elements(), key=lambda pair: pair[2])
    step_max = max(2, 2 * steps[len(steps) // 2][2]) if steps else _COMPRESSED_STEP_S
    usual = frozenset(pair for pair, count in pairs.items() if count >= max(2, _USUAL_SHARE * len(steps)))
    ways = Counter(first for first, _, _ in usual)
    return Habit(step_max, usual, len(steps) >= _FEW and max(ways.values(), default=_WAYS_MAX + 1) <= _WAYS_MAX)


def _before_odd_ones(data: bytes, seen: list[Seen], habit: Habit, stopped: int) -> tuple[int, list[Seen]]:
    """Leave out what was walked over behind the last messages that follow each other as usual."""
    row, last = 0, None
    for at, (before, message) in enumerate(pairwise(seen), 1):
        short = data[before.start] >= 0x80 and data[message.start] >= 0x80
        row = row + 1 if short and habit.holds(data[before.start], data[message.start]) else 0
        if row >= IN_A_ROW:
            last = at
    behind = [] if last is None else seen[last + 1 :]
    whole = (message.defines or (data[message.start] < 0x80 and message.stamp is not None) for message in behind)
    if last is None or not behind or any(whole):
        return stopped, seen
    return seen[last + 1].start, seen[: last + 1]


def _local(header: int) -> int:
    """Return the local type of a data message."""
    return header >> 5 & 3 if header >= 0x80 else header & 0xF


def stamp_of(data: bytes, at: int, kind: Kind) -> int | None:
    """Return a message's time stamp; None where it has none."""
    if kind.stamp < 0 or kind.message == _TIES_CLOCKS:
        return None
    found = int.from_bytes(data[at + kind.stamp : at + kind.stamp + 4], "big" if kind.big else "little")
    return found if found != _NO_STAMP else None


def _near(level: int | None) -> tuple[int, int]:
    """Return between which time stamps one is that comes after another."""
    if level is None:
        return 1, _NO_STAMP - 1
    back_s, ahead_s = _NEAR_S[level >= SYSTEM_TIME_LIMIT]
    return level - back_s, level + ahead_s


def follows(stamp: int, level: int | None) -> bool:
    """Tell whether a time stamp can come after another."""
    first, last = _near(level)
    return first <= stamp <= last


def are_steady(stamps: Sequence[int]) -> bool:
    """Tell whether time stamps follow each other closely."""
    return all(abs(b - a) <= _STEADY_S for a, b in pairwise(stamps))


def _trusted(seen: list[Seen]) -> tuple[int, int | None]:
    """Return the last message of a run whose time stamps follow each other, and its stamp; -1 and None without any.

    Small numbers follow each other easily, so seconds since switching on count only in the longest run.
    """
    stamped = [(at, message.stamp) for at, message in enumerate(seen) if message.stamp and message.sound]
    cuts = [0, *(n for n, ((_, a), (_, b)) in enumerate(pairwise(stamped), 1) if not follows(b, a)), len(stamped)]
    runs = [stamped[a:b] for a, b in pairwise(cuts) if b - a >= min(IN_A_ROW, len(stamped))]
    runs = [run for run in runs if are_steady([stamp for _, stamp in run[-IN_A_ROW:]]) or len(run) > len(stamped) / 2]
    if not stamped or not runs:
        return -1, None
    longest = max(runs, key=len)
    last = next((run for run in reversed(runs) if run is longest or run[-1][1] >= SYSTEM_TIME_LIMIT), longest)
    return last[-1]


def _is_doubtful(message: Seen, level: int | None) -> bool:
    """Tell whether a message after the trusted ones cannot be one."""
    strays = message.stamp is not None and level is not None and not follows(message.stamp, level)
    return strays or not message.sound


def _search(
    data: bytes, low: int, end: int, kinds: Mapping[int, Kind], level: int | None, known: Set[int], habit: Habit
) -> int | None:
    """Return the first byte from which messages hold together; known ones lead to the break."""
    content = np.frombuffer(data, np.uint8)
    size = _FIRST_BYTES
    while low < end:
        high = min(low + size, end)
        for at in _candidates(content, low, high, kinds, level):
            if at in known:
                continue
            if data[at] >= 0x80:
                sure = _sure_from(data, at, end, kinds, known, habit)
                if sure is not None:
                    return sure
            elif _holds(data, at, end, kinds, level):
                return at
        low, size = high, min(2 * size, _MOST_BYTES)
    return None


def _candidates(
    content: NDArray[np.uint8], low: int, high: int, kinds: Mapping[int, Kind], level: int | None
) -> Iterator[int]:
    """Yield, ascending, where a message with a fitting time stamp, a definition or a compressed header may begin."""
    headers = content[low:high]
    found = []
    for local, kind in kinds.items():
        at = np.flatnonzero(headers == local) + low
        at = at[at + kind.size <= content.size]
        if kind.stamp >= 0 and at.size:
            places = range(kind.stamp, kind.stamp + 4)
            weights = (24, 16, 8, 0) if kind.big else (0, 8, 16, 24)
            stamp = sum(
                content[at + place].astype(np.int64) << bits for place, bits in zip(places, weights, strict=True)
            )
            first, last = _near(level)
            found.append(at[(stamp >= first) & (stamp <= last)])
    at = np.flatnonzero((headers >= 0x40) & (headers < 0x80)) + low
    at = at[at + 6 <= content.size]
    found.append(at[(content[at + 1] == 0) & (content[at + 2] <= 1)])
    short = np.array([local in kinds and kinds[local].stamp < 0 for local in range(4)])
    found.append(_followed(content, np.flatnonzero((headers >= 0x80) & short[headers >> 5 & 3]) + low, kinds))
    yield from np.sort(np.concatenate(found)).tolist()


def _followed(content: NDArray[np.uint8], at: NDArray[np.intp], kinds: Mapping[int, Kind]) -> NDArray[np.intp]:
    """Keep the compressed headers that two more seem to follow: `_sure_from` takes no others, and looks one by one."""
    sizes = np.array([kinds[local].size if local in kinds else content.size for local in range(4)])
    behind = at + sizes[content[at] >> 5 & 3]
    inside = behind < content.size
    at, behind = at[inside], behind[inside]
    compressed = content[behind] >= 0x80
    at, behind = at[compressed], behind[compressed]
    third = behind + sizes[content[behind] >> 5 & 3]
    kept: NDArray[np.intp] = at[(third >= content.size) | (content[np.minimum(third, content.size - 1)] >= 0x80)]
    return kept


def _holds(data: bytes, at: int, end: int, kinds: Mapping[int, Kind], level: int | None) -> bool:
    """Tell whether messages hold together from a byte on: enough in a row, or all to the end."""
    defined, before, stamps = 0x40 <= data[at] < 0x80, level, list[int]()
    for number in range(IN_A_ROW):
        header = data[at]
        if 0x40 <= header < 0x80:
            after = definition_end(data, at, end)
            if not after or not is_sound(data, at, after):
                return False
            kinds = {**kinds, header & 0xF: kind_of(data[at + 2 : after])}
        else:
            kind = kinds.get(_local(header))
            if kind is None or 0x10 <= header < 0x40 or at + kind.size > end:
                return False
            stamp = stamp_of(data, at, kind)
            if stamp is not None:
                if not follows(stamp, level):
                    return False
                level = stamp
                stamps.append(stamp)
            after = at + kind.size
        at = after
        if at == end and number + 1 < IN_A_ROW:
            return before is not None and len(stamps) > 0
    if before is None:
        return are_steady(stamps) and (defined or len(stamps) > 1)
    return len(stamps) < 2 or _is_between(before, stamps[0], stamps[1])


def _is_between(before: int, stamp: int, behind: int) -> bool:
    """Tell whether a time stamp lies between two others, or near one: one that was pieced together may only follow."""
    return min(before, behind) - _STEADY_S <= stamp <= max(before, behind) + _STEADY_S


def _sure_from(data: bytes, at: int, end: int, kinds: Mapping[int, Kind], known: Set[int], habit: Habit) -> int | None:
    """Return from where on messages with compressed headers surely follow each other; None if they do not.

    Bytes that are none may lead to the first ones by chance.
    """
    before, starts = data[at], list[int]()
    while len(starts) < _COMPRESSED_IN_A_ROW and at < end:
        header = data[at]
        kind = kinds.get(_local(header))
        if header < 0x80 and len(starts) >= IN_A_ROW and _begins_definition(data, at, end):
            break
        if header < 0x80 or kind is None or at + kind.size > end or at in known:
            return None
        if starts and not habit.holds(before, header):
            return None
        starts.append(at)
        before, at = header, at + kind.size
    sure = 1 if habit.regular else 2
    return starts[sure] if len(starts) > sure else None


def _begins_definition(data: bytes, at: int, end: int) -> bool:
    """Tell whether a sound definition begins at a byte."""
    after = definition_end(data, at, end)
    return 0x40 <= data[at] < 0x80 and after > 0 and is_sound(data, at, after)
