"""What a worker does in the tests of the batch: the real thing, but for files named to misbehave."""

from __future__ import annotations

import os
import time

from bikefit.batch.pool import MEMORY_MAX_BYTES
from bikefit.batch.work import Done, Task, do_task


def misbehave(task: Task) -> Done:
    """Die or hang where the session's name asks for it, else do the task."""
    if "dies" in task.job.name:
        os._exit(7)
    if "stalls" in task.job.name:
        _send_half_an_answer()
    if "hangs" in task.job.name:
        time.sleep(600)
    if "greedy" in task.job.name:
        bytearray(MEMORY_MAX_BYTES)
    if "raises" in task.job.name:
        raise ZeroDivisionError("what the file holds")
    return do_task(task)


def _send_half_an_answer() -> None:
    """Announce a long answer on the worker's own pipe, send a few bytes of it, and stall."""
    import gc
    from multiprocessing.connection import Connection

    pipes = [one for one in gc.get_objects() if isinstance(one, Connection) and not one.closed and one.writable]
    for pipe in pipes:
        os.write(pipe.fileno(), (1_000_000).to_bytes(4, "big") + b"only so much")
    time.sleep(600)
