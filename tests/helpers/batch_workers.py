"""What a worker does in the tests of the batch: the real thing, but for files named to misbehave."""

from __future__ import annotations

import os
import time

from bikefit.batch.work import Done, Task, do_task


def misbehave(task: Task) -> Done:
    """Die or hang where the session's name asks for it, else do the task."""
    if "dies" in task.job.name:
        os._exit(7)
    if "hangs" in task.job.name:
        time.sleep(600)
    return do_task(task)
