"""Work side by side where the platform has threads, one piece after another where it has none."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from itertools import chain, islice
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST: Final = 4
"""More threads than this gain little: what they do is soon bound by the memory."""


AHEAD: Final = 2
"""Items a thread that are taken before they are needed: more would only fill the memory."""

LONG: Final = 200_000
"""Work on fewer samples than this is done before a thread for it has begun."""


def worth(samples: int) -> int:
    """Return how many threads work on arrays of so many samples is worth."""
    return MOST if samples >= LONG else 1


def processors() -> int:
    """Return how many processors this process may use, at least one."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def exist() -> bool:
    """Tell whether this platform has threads: a Python in a browser has none."""
    return sys.platform not in ("emscripten", "wasi")


def usable(most: int = MOST) -> int:
    """Return how many threads may run at once: as many as there are processors; 1 where there are no threads."""
    return max(min(processors(), most), 1) if exist() else 1


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item], most: int = MOST) -> list[Result]:
    """Return the results in the order of the items, which are taken as they come; the first fault ends it."""
    threads, rest = usable(most), iter(items)
    first = list(islice(rest, 2)) if threads > 1 else []
    items = chain(first, rest)
    if len(first) < 2:
        return [work(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        try:
            running = []
            for item in items:
                running.append(pool.submit(work, item))
                if len(running) > AHEAD * threads:
                    running[-AHEAD * threads].result()
            return [future.result() for future in running]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def begin(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begin a piece of work beside what follows; what is returned waits for its result.

    Without threads the work is done when the result is asked for.
    """
    if usable() == 1:
        return work
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future.result
