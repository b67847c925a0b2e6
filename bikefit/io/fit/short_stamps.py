"""Time stamps of compressed headers: five bits each, counted on from the last whole stamp or back from the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.io.fit.blocks import FROM_HEADER, Block, Field
from bikefit.io.fit.profile import BASE_TYPES, NO_STAMP, TIMESTAMP, UINT32, field_spec
from bikefit.io.fit.scan import Scan

_STAMP_BASE: Final = BASE_TYPES[UINT32]
_RUN_MAX: Final = 4
"""So many overwritten short stamps in a row are found."""
_FAR_S: Final = 86400
"""A whole stamp that is further off than this is wrong itself."""

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Timed:
    """The messages of a file that have a time stamp, whole or of five bits, in its order.

    ``whole`` is -1 where the stamp is short; ``own`` messages are of a type that has short ones. ``stretch`` counts the
    breaks before each, ``begun`` those before its part.
    """

    whole: Whole
    residue: Whole
    own: Flags
    part: NDArray[np.intp]
    stretch: NDArray[np.intp]
    begun: NDArray[np.intp]

    @property
    def has_whole(self) -> Flags:
        """Which stamps are whole."""
        return self.whole >= 0

    @property
    def steps(self) -> Whole:
        """By how many seconds, modulo 32, each follows the one before."""
        return np.diff(self.residue, prepend=0) & 31


def unwrap_stamps(data: NDArray[np.uint8], found: Scan, blocks: Sequence[Block]) -> int:
    """Give messages with compressed headers their time stamps, a field of their blocks; return how many may be off.

    The header's five bits are the stamp modulo 32. From one stamp to the next, whole or compressed, the time
    advances by the difference modulo 32; the steps since the last whole stamp of the part add up. Behind bytes that
    are missing they are counted back from the next whole stamp. Where there is none on that side of the break either,
    a stamp may be off by a multiple of 32 s; without any whole stamp it means nothing.

    Of a damaged file short stamps that leap away and back are none, and where the next whole stamp shows that
    others did so unseen, those behind the last leap are counted back from it.
    """
    headers = data[found.starts]
    if not (headers >= 0x80).any():
        return 0
    timed, at = _timed(headers, found, blocks)
    false = _false_leaps(timed) if found.damage else np.zeros(at.size, bool)
    if false.any():
        kept = np.maximum.accumulate(np.where(false, 0, np.arange(at.size)))
        timed = replace(timed, residue=timed.residue[kept])
    steps = np.cumsum(np.where(timed.has_whole, 0, timed.steps))
    anchor = np.maximum.accumulate(np.where(timed.has_whole, np.arange(at.size), -1))
    known = (anchor >= 0) & (timed.part == timed.part[anchor])
    found_s = timed.whole[anchor] + steps - steps[anchor]
    unsure = np.zeros(at.size, bool)
    if found.damage:
        back, back_s, behind = _counted_back(timed)
        behind_break = timed.stretch > np.where(known, timed.stretch[anchor], timed.begun)
        changed = any(item.what in ("gap", "checksum_wrong") for item in found.damage)
        doubtful, settled = _contradicted(
            timed, anchor, behind, back_s - found_s, known & ~behind_break, back, false, changed=changed
        )
        unsure = (known & behind_break & ~back) | doubtful
        taken = (back & behind_break) | settled
        found_s, known = np.where(taken, back_s, found_s), known | (back & behind_break)
    known &= ~false & (found_s >= 0)
    stamps = np.full(len(found.starts), NO_STAMP, np.uint32)
    stamps[at[known]] = found_s[known]
    stamps[headers < 0x80] = NO_STAMP
    for block in blocks:
        short = data[block.starts] >= 0x80
        if short.any() and all(field.key != "timestamp" for field in block.definition.fields):
            block.stamps = stamps[np.searchsorted(found.starts, block.starts)]
            stamp = Field(TIMESTAMP, FROM_HEADER, 4, _STAMP_BASE, field_spec(20, TIMESTAMP), "timestamp")
            block.definition = replace(block.definition, fields=(*block.definition.fields, stamp))
    return int(np.count_nonzero(unsure))


def _timed(headers: NDArray[np.uint8], found: Scan, blocks: Sequence[Block]) -> tuple[_Timed, NDArray[np.intp]]:
    """Return the messages with a time stamp, and which of all messages they are."""
    whole, own = np.full(len(found.starts), -1, np.int64), np.zeros(len(found.starts), bool)
    rows_of = [np.searchsorted(found.starts, block.starts) for block in blocks]
    short = {
        block.definition.message for block, rows in zip(blocks, rows_of, strict=True) if (headers[rows] >= 0x80).any()
    }
    for block, rows in zip(blocks, rows_of, strict=True):
        own[rows] = block.definition.message in short
        for field in block.definition.fields:
            if (field.number, field.base, field.size) == (TIMESTAMP, _STAMP_BASE, 4) and "@" not in field.key:
                raw = block.raw(field).astype(np.int64)
                whole[rows] = np.where(raw == NO_STAMP, -1, raw)
    at = np.flatnonzero((headers >= 0x80) | (whole >= 0))
    starts, whole, part_starts = found.starts[at], whole[at], np.asarray(found.part_starts)
    part = np.searchsorted(part_starts, starts, side="right")
    gaps = np.array([item.byte for item in found.damage if item.what == "gap"], np.intp)
    stretch, begun = np.searchsorted(gaps, starts), np.searchsorted(gaps, part_starts[part - 1])
    residue = np.where(whole >= 0, whole, headers[at]).astype(np.int64) & 31
    return _Timed(whole, residue, own[at], part, stretch, begun), at


def _counted_back(timed: _Timed) -> tuple[Flags, Whole, NDArray[np.intp]]:
    """Return where there is a whole stamp before the next break, stamps counted back from it, and its place.

    A whole stamp of another type of message, such as a lap, may be a little earlier than the short ones before it.
    """
    count = timed.whole.size
    behind = np.minimum.accumulate(np.where(timed.has_whole, np.arange(count), count)[::-1])[::-1]
    nearest = np.minimum(behind, count - 1)
    earlier = timed.has_whole & ~timed.own & (timed.steps > 16)
    steps = np.cumsum(timed.steps - np.where(earlier, 32, 0))
    same = (timed.part == timed.part[nearest]) & (timed.stretch == timed.stretch[nearest])
    return (behind < count) & same, timed.whole[nearest] + steps - steps[nearest], nearest


def _contradicted(
    timed: _Timed,
    anchor: NDArray[np.intp],
    behind: NDArray[np.intp],
    off_s: Whole,
    known: Flags,
    back: Flags,
    false: Flags,
    *,
    changed: bool,
) -> tuple[Flags, Flags]:
    """Return which stamps may be off since a whole one contradicts them, and which it settles.

    ``off_s`` is by how much stamps counted back lie behind those counted on. Each leap that was none makes the count
    32 s too high. Without a whole stamp behind, what follows a leap is doubtful where bytes were ``changed``.
    ``false`` stamps have been found to be none.
    """
    leap = ~timed.has_whole & (timed.steps > _most(timed.steps))
    leap &= ~np.append(True, false[:-1])  # across some that were none the time goes as usual
    leaps = np.cumsum(leap)
    since: Whole = leaps - leaps[anchor]
    until: Whole = leaps[behind] - leaps
    between = (since + until) > 0
    wrong = known & back & (off_s != 0) & (np.abs(off_s) < _FAR_S)
    settled = wrong & between & (until == 0) & (off_s < 0) & (-off_s <= 32 * (since + until))
    open_end = known & ~back & (since > 0) & changed
    return (wrong & ~settled & ((since > 0) | ~between)) | open_end, settled


def _most(steps: Whole) -> int:
    """Return the longest step that is no leap."""
    return max(2, 2 * int(np.median(steps[1:]))) if steps.size > 1 else 2


def _false_leaps(timed: _Timed) -> Flags:
    """Tell which compressed stamps of a damaged file leap away, some in a row, while the next is near those before.

    Several in a row tell nothing but where the time would go a round of 32 s too far over them.
    """
    false = np.zeros(timed.residue.size, bool)
    steps, residue, short = timed.steps, timed.residue, ~timed.has_whole
    most, usual = _most(steps), int(np.median(steps[1:])) if steps.size > 1 else 0
    for run in range(1, min(_RUN_MAX, residue.size - 2) + 1):
        across = (residue[run + 1 :] - residue[: -run - 1]) & 31
        inner = np.lib.stride_tricks.sliding_window_view(steps[1:], run + 1)
        if run == 1:
            leaps = (inner[:, 0] > most) & (across <= most)
        else:
            leaps = (inner.max(axis=1) > most) & (inner.sum(axis=1) > across) & (across <= (run + 1) * max(usual, 1))
        free = np.lib.stride_tricks.sliding_window_view(short & ~false, run + 2)[:, 1:-1].all(axis=1)
        free &= ~false[: -run - 1] & ~false[run + 1 :]
        for first in (np.flatnonzero(leaps & free) + 1).tolist():
            if not false[first - 1 : first + run + 1].any():
                false[first : first + run] = True
    return false
