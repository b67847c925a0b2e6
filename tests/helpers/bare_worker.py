"""A worker on a system that has less than Linux: no parent's id, no masks of signals, no limits, no affinity."""

from __future__ import annotations

import os
import signal
import sys

from bikefit.batch.work import Done, Task, do_task

if "BARE_WORKER" in os.environ:  # only in the worker, which loads this before it begins
    for module, name in ((os, "getppid"), (os, "sched_getaffinity"), (signal, "pthread_sigmask")):
        if hasattr(module, name):
            delattr(module, name)
    sys.modules["resource"] = None  # type: ignore[assignment]


def do_bare(task: Task) -> Done:
    """Do a task, where so much is missing."""
    assert not hasattr(os, "getppid")
    return do_task(task)
