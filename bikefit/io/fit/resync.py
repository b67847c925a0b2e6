"""Finding the messages again behind a break, where bytes of a FIT file are missing or changed.

Walking on over a break reads messages at wrong places until one cannot be any. So two things are looked for: back from
there, the last messages that hold together, and ahead, where three in a row do again. Messages hold together when each
begins where the one before ends, is of a kind that is defined, and their time stamps follow each other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Set
from itertools import islice, pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bikefit.io.fit.layout import Layout, defines, definition_end, is_whole, stamp_of
from bikefit.io.fit.order import (
    FEW,
    LOOK_BACK,
    STEADY_S,
    Habit,
    Message,
    are_steady,
    follows,
    habit_before,
    messages,
    near,
    walked_over,
)
from bikefit.io.fit.profile import SYSTEM_TIME_LIMIT
from bikefit.io.fit.walk import Walk

IN_A_ROW: Final = 3
_COMPRESSED_IN_A_ROW: Final = 8
"""Compressed headers say less than time stamps, so more of them must follow each other."""
_FIRST_BYTES: Final = 256
_MOST_BYTES: Final = 1 << 16
"""How much of the file is searched at a time: more from step to step."""


class Break(NamedTuple):
    """Where a file breaks: after the last message that is kept, where messages go on (None = nowhere), the time."""

    kept: int
    goes_on: int | None
    stamp: int | None = None


def find_break(walk: Walk, since: int, stopped: int, end: int, *, clock: int | None, torn: bool) -> Break:
    """Find the break before which a walk stopped."""
    data, habit = walk.data, habit_before(walk, stopped)
    seen = list(walked_over(walk, _look_back(walk, since, stopped), stopped, clock, habit))
    if habit.regular:
        stopped, seen = _before_odd_ones(seen, habit, stopped)
    trusted, level = _trusted(seen)
    doubtful = next((at for at in range(trusted + 1, len(seen)) if _is_doubtful(seen[at], level)), len(seen))
    limit = seen[doubtful].start if doubtful < len(seen) else stopped
    checked = next((at for at in range(doubtful - 1, -1, -1) if seen[at].defines or seen[at].stamp is not None), 0)
    short = any(message.header >= 0x80 and message.sound for message in seen[-FEW:])
    if short:
        checked = max(checked - IN_A_ROW, 0)
    low = max(seen[checked].start if seen and checked < doubtful else limit, since)
    layouts, known = walk.layouts_at(limit), {message.start for message in seen[:doubtful]}
    goes_on = _search(data, low + 1, end, layouts, level, known, habit)
    if goes_on is None and level is not None and not torn:
        goes_on = _search(data, low + 1, end, layouts, None, known, habit)  # the clock may have been set
    for at in [at for at in range(max(doubtful - FEW, 0), doubtful) if seen[at].defines]:
        # changed bytes may have looked like a definition: then messages go on sooner as they were defined before it
        before = walk.layouts_at(seen[at].start)
        sooner = _search(data, low + 1, end if goes_on is None else goes_on, before, level, known, habit)
        if sooner is not None:
            goes_on, layouts, doubtful = sooner, before, at
            break
    behind = end if goes_on is None else goes_on
    whole = [message for message in seen[:doubtful] if goes_on is None or message.after <= goes_on]
    cut = seen[len(whole)] if len(whole) < doubtful else None  # reaches over the place where messages go on
    overlaps = cut is not None and cut.stamp is not None and not short
    untold = goes_on is None and torn
    if whole and not (overlaps or untold or _is_intact(data, whole[-1], behind, layouts, level)):
        del whole[_last_sure(whole) :]
        for _ in range(1 if habit.regular else IN_A_ROW):  # wrong ones may have looked like the next
            if short and whole and not whole[-1].defines:
                whole.pop()
    return Break(whole[-1].after if whole else low, goes_on, clock if level is None else level)


# ---- back: the messages before the break -------------------------------------------------------------------


def _look_back(walk: Walk, since: int, until: int) -> int:
    """Return where the last messages begin that are looked at."""
    begins = [since]
    for starts in (walk.starts, walk.definition_starts):
        count = bisect_left(starts, until)
        if count - bisect_left(starts, since) > LOOK_BACK:
            begins.append(starts[count - LOOK_BACK])
    return max(begins)


def _before_odd_ones(seen: list[Message], habit: Habit, stopped: int) -> tuple[int, list[Message]]:
    """Leave out what was walked over behind the last messages that follow each other as usual."""
    row, last = 0, None
    for at, (before, message) in enumerate(pairwise(seen), 1):
        short = before.header >= 0x80 and message.header >= 0x80
        row = row + 1 if short and habit.holds(before.header, message.header) else 0
        if row >= IN_A_ROW:
            last = at
    behind = [] if last is None else seen[last + 1 :]
    whole = (message.defines or (message.header < 0x80 and message.stamp is not None) for message in behind)
    if last is None or not behind or any(whole):
        return stopped, seen
    return behind[0].start, seen[: last + 1]


def _trusted(seen: list[Message]) -> tuple[int, int | None]:
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


def _is_doubtful(message: Message, level: int | None) -> bool:
    """Tell whether a message after the trusted ones cannot be one."""
    strays = message.stamp is not None and level is not None and not follows(message.stamp, level)
    return strays or not message.sound


def _last_sure(seen: list[Message]) -> int:
    """Return the place of the last message that is not sure to be whole: the one before those without a time stamp."""
    place = len(seen) - 1
    while place > 0 and seen[place].stamp is None and not seen[place].defines:
        place -= 1
    return len(seen) - 1 if seen[place].defines else place


def _is_intact(data: bytes, before: Message, behind: int, layouts: Mapping[int, Layout], level: int | None) -> bool:
    """Tell whether the last message before a break is whole: no bytes are missing in it or too many.

    It is if messages go on right behind it, or if what is between is one message with a byte or two changed.
    """
    start = before.after
    if before.defines or start == behind:
        return True
    for layout in layouts.values():
        if layout.size == behind - start:
            stamp = stamp_of(data, start, layout)
            if before.stamp is None if stamp is None else follows(stamp, level):
                return True
    if behind - start <= 8:
        return False
    wrong = (data[start + 1] != 0) + (data[start + 2] > 1) + (definition_end(data, start, len(data)) != behind)
    wrong += not defines(data[start])
    wrong += sum(not is_whole(data[place + 1], data[place + 2]) for place in range(start + 6, behind - 2, 3))
    return wrong <= 1


# ---- ahead: where messages hold together again -------------------------------------------------------------


def _search(
    data: bytes, low: int, end: int, layouts: Mapping[int, Layout], level: int | None, known: Set[int], habit: Habit
) -> int | None:
    """Return the first byte from which messages hold together; known ones lead to the break."""
    content = np.frombuffer(data, np.uint8)
    size = _FIRST_BYTES
    while low < end:
        high = min(low + size, end)
        for at in _candidates(content, low, high, layouts, level):
            if at in known:
                continue
            if data[at] >= 0x80:
                sure = _sure_from(data, at, end, layouts, known, habit)
                if sure is not None:
                    return sure
            elif _holds(data, at, end, layouts, level):
                return at
        low, size = high, min(2 * size, _MOST_BYTES)
    return None


def _candidates(
    content: NDArray[np.uint8], low: int, high: int, layouts: Mapping[int, Layout], level: int | None
) -> Iterator[int]:
    """Yield, ascending, where a message with a fitting time stamp, a definition or a compressed header may begin."""
    headers = content[low:high]
    found = []
    for local, layout in layouts.items():
        at = np.flatnonzero(headers == local) + low
        at = at[at + layout.size <= content.size]
        if layout.stamp >= 0 and at.size:
            bytes_of = content[at[:, None] + np.arange(layout.stamp, layout.stamp + 4)]
            stamp = bytes_of.view(">u4" if layout.big else "<u4")[:, 0].astype(np.int64)
            first, last = near(level)
            found.append(at[(stamp >= first) & (stamp <= last)])
    at = np.flatnonzero((headers >= 0x40) & (headers < 0x80)) + low
    at = at[at + 6 <= content.size]
    found.append(at[(content[at + 1] == 0) & (content[at + 2] <= 1)])
    short = np.array([local in layouts and layouts[local].stamp < 0 for local in range(4)])
    found.append(_followed(content, np.flatnonzero((headers >= 0x80) & short[headers >> 5 & 3]) + low, layouts))
    yield from np.sort(np.concatenate(found)).tolist()


def _followed(content: NDArray[np.uint8], at: NDArray[np.intp], layouts: Mapping[int, Layout]) -> NDArray[np.intp]:
    """Keep the compressed headers that two more seem to follow: `_sure_from` takes no others, and looks one by one."""
    sizes = np.array([layouts[local].size if local in layouts else content.size for local in range(4)])
    behind = at + sizes[content[at] >> 5 & 3]
    inside = behind < content.size
    at, behind = at[inside], behind[inside]
    compressed = content[behind] >= 0x80
    at, behind = at[compressed], behind[compressed]
    third = behind + sizes[content[behind] >> 5 & 3]
    kept: NDArray[np.intp] = at[(third >= content.size) | (content[np.minimum(third, content.size - 1)] >= 0x80)]
    return kept


def _holds(data: bytes, at: int, end: int, layouts: Mapping[int, Layout], level: int | None) -> bool:
    """Tell whether messages hold together from a byte on: enough in a row, or all to the end."""
    defined, before, stamps, count = defines(data[at]), level, list[int](), 0
    for message in islice(messages(data, at, end, layouts), IN_A_ROW):
        if not message.sound or 0x10 <= message.header < 0x40:
            return False
        if message.stamp is not None:
            if not follows(message.stamp, level):
                return False
            level = message.stamp
            stamps.append(level)
        at, count = message.after, count + 1
    if count < IN_A_ROW:
        return at == end and before is not None and len(stamps) > 0
    if before is None:
        return are_steady(stamps) and (defined or len(stamps) > 1)
    return len(stamps) < 2 or _is_between(before, stamps[0], stamps[1])


def _is_between(before: int, stamp: int, behind: int) -> bool:
    """Tell whether a time stamp lies between two others, or near one: one that was pieced together may only follow."""
    return min(before, behind) - STEADY_S <= stamp <= max(before, behind) + STEADY_S


def _sure_from(
    data: bytes, at: int, end: int, layouts: Mapping[int, Layout], known: Set[int], habit: Habit
) -> int | None:
    """Return from where on messages with compressed headers surely follow each other; None if they do not.

    Bytes that are none may lead to the first ones by chance.
    """
    seen = list[Message]()
    for message in islice(messages(data, at, end, layouts), _COMPRESSED_IN_A_ROW):
        if message.defines and message.sound and len(seen) >= IN_A_ROW:
            break
        if message.header < 0x80 or message.start in known:
            return None
        if seen and not habit.holds(seen[-1].header, message.header):
            return None
        seen.append(message)
        at = message.after
    else:
        if len(seen) < _COMPRESSED_IN_A_ROW and at < end:
            return None
    sure = 1 if habit.regular else 2
    return seen[sure].start if len(seen) > sure else None
