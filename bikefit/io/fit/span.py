"""Which time stamps of a FIT file belong to the ride: those that lie together.

A device writes wild stamps when its clock is not set yet, or when a byte is wrong. Stamps of all messages with samples
are looked at together, whatever their order, so records and sensors always agree on when the ride was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.model import Array, Finding, finding

_FAR_S: Final = 86400.0
"""Stamps further than this from the rest are not part of the ride: no pause is longer."""
_LONE: Final = ((3600.0, 0.05, 60), (600.0, 0.02, 3))
"""At either end, behind a hole of so many seconds, so small a share of the messages and so few stamps do not count."""


@dataclass(frozen=True)
class Span:
    """When the ride was, in FIT seconds, both ends included."""

    from_s: float
    to_s: float

    def holds(self, stamp_s: Array) -> NDArray[np.bool_]:
        """Tell which stamps lie within."""
        return np.asarray((stamp_s >= self.from_s) & (stamp_s <= self.to_s))

    def findings(self, stamps_s: Mapping[str, Array]) -> Iterator[Finding]:
        """Tell what lies outside, by the kind of message and by its cause; stamps are in the order of the file."""
        for kind, stamp_s in stamps_s.items():
            known = stamp_s[np.isfinite(stamp_s)]
            inside = self.holds(known)
            first = int(np.argmax(inside)) if inside.any() else 0
            early = first if (known[:first] < self.from_s).all() else 0
            wild = int(np.count_nonzero(~inside)) - early
            if early:
                yield finding("fit_before_clock_set", count=early, kind=kind)
            if wild:
                yield finding("fit_stamps_far", count=wild, kind=kind)


def ride_span(stamps_s: Mapping[str, Array]) -> Span:
    """Find when the ride was.

    Examples
    --------
    >>> stamps = np.append(np.arange(100.0), 4e9)
    >>> ride_span({"record": stamps})
    Span(from_s=0.0, to_s=99.0)
    """
    known = [stamp_s[np.isfinite(stamp_s)] for stamp_s in stamps_s.values()]
    stamps, counts = np.unique(np.concatenate([np.zeros(0), *known]), return_counts=True)
    if not stamps.size:
        return Span(0.0, 0.0)
    groups = _groups(stamps, _FAR_S)
    sums = [int(counts[group].sum()) for group in groups]
    most = groups[len(groups) - 1 - int(np.argmax(sums[::-1]))]
    stamps, counts = stamps[most], counts[most]
    for hole_s, share, several in _LONE:
        groups = _groups(stamps, hole_s)
        most_lost = share * counts.sum()
        first = _lone(groups, counts, several, most_lost)
        last = _lone(groups[::-1], counts, several, most_lost)
        if first + last < len(groups):
            kept = slice(groups[first].start, groups[len(groups) - 1 - last].stop)
            stamps, counts = stamps[kept], counts[kept]
    return Span(float(stamps[0]), float(stamps[-1]))


def _groups(stamps: Array, hole_s: float) -> list[slice]:
    """Cut ascending stamps wherever none comes for longer than a hole."""
    cuts = [0, *(np.flatnonzero(np.diff(stamps) > hole_s) + 1).tolist(), stamps.size]
    return [slice(a, b) for a, b in pairwise(cuts)]


def _lone(groups: list[slice], counts: NDArray[np.intp], several: int, most_lost: float) -> int:
    """Return how many groups from one end on are so small that they do not count, all together."""
    lost = 0
    for place, group in enumerate(groups):
        lost += int(counts[group].sum())
        if group.stop - group.start > several or lost > most_lost:
            return place
    return len(groups)
