"""Which sessions of a batch belong to a comparison, so that their own pages point to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from bikefit.batch.pages import rider_link
from bikefit.batch.plan import Job
from bikefit.conventions import SIDES, Side
from bikefit.store import Stored


def with_pointers(pairs: Sequence[tuple[Job, str]], stored: Stored, *, pruned: bool = False) -> list[tuple[Job, str]]:
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
    named = {name for job, earlier in pairs for name in (job.id, earlier)}
    for session_id, worn in () if pruned else stored.worn.items():
        if session_id not in named:
            for side, count in worn:
                counts[stored.sessions[session_id].rider, side].add(count)
    compared = {rider for (rider, _), own in counts.items() if rider and len(own) > 1}
    return [
        (replace(job, compared=rider_link(job.rider)) if job.rider in compared else job, earlier)
        for job, earlier in pairs
    ]
