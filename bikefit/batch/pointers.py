"""Which sessions of a batch belong to a comparison, so that their own pages point to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from bikefit.batch.pages import rider_link
from bikefit.batch.plan import Job, Pairs, unnamed
from bikefit.conventions import SIDES, Side
from bikefit.store import Stored


def with_pointers(pairs: Pairs, stored: Stored, *, pruned: bool = False) -> list[tuple[Job, str]]:
    """Give each job the page on which its rider's recordings are compared, where there will be one.

    That is where a shoe was ridden with two counts, in this batch or in what is stored of sessions not named now,
    unless those are pruned.
    """
    counts: defaultdict[tuple[str, Side], set[int]] = defaultdict(set)
    for job, _ in pairs:
        for side in SIDES:
            count = job.session.wedges.of(side)
            if count is not None:
                counts[job.rider, side].add(count)
    left = {} if pruned else unnamed(pairs, stored.sessions)
    for session_id, known in left.items():
        for side, count in stored.worn.get(session_id, ()):
            counts[known.rider, side].add(count)
    compared = {rider for (rider, _), own in counts.items() if rider and len(own) > 1}
    return [
        (replace(job, compared=rider_link(job.rider)) if job.rider in compared else job, earlier)
        for job, earlier in pairs
    ]
