"""Doing tasks in parallel on this machine, by worker processes that may die or hang.

A generator: tasks go in, `Done` comes out as it is finished, and only a few tasks are under way at a time, so that
memory does not grow with their number. pebble's pool replaces a worker that died; the standard library's breaks.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, TimeoutError, wait
from itertools import islice
from typing import Any

from bikefit.batch.work import Done, Task, begin_worker, do_task, failed_rows

WAITING_PER_WORKER = 2


def available_cores() -> int:
    """Return how many processors this process may use.

    Returns
    -------
    int
        At least one.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_local(
    tasks: Iterable[Task], jobs: int, timeout_s: float | None, work: Callable[[Task], Done] = do_task
) -> Iterator[Done]:
    """Do tasks in worker processes of this machine.

    Parameters
    ----------
    tasks : iterable of Task
        Consumed as workers become free.
    jobs : int
        Number of workers.
    timeout_s : float, optional
        A session that takes longer fails and its worker is replaced.
    work : callable
        What a worker does; importable by name.

    Yields
    ------
    Done
        In the order of finishing. A worker that dies or hangs fails its own session only.
    """
    from pebble import ProcessExpired, ProcessPool

    # one worker a core: threads inside numpy would only get in each other's way
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    context = multiprocessing.get_context("spawn")
    pending: dict[Future[Any], Task] = {}
    source = iter(tasks)
    with ProcessPool(jobs, initializer=begin_worker, initargs=(os.getpid(),), context=context) as pool:
        try:
            while True:
                for task in islice(source, jobs * WAITING_PER_WORKER - len(pending)):
                    pending[pool.schedule(work, args=(task,), timeout=timeout_s)] = task
                if not pending:
                    return
                finished, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    task = pending.pop(future)
                    try:
                        yield future.result()
                    except TimeoutError:
                        yield lost(task, f"took longer than {timeout_s:g} s and was stopped (--timeout).")
                    except ProcessExpired as error:
                        yield lost(task, f"its worker process died (exit code {error.exitcode}).")
                    except Exception as error:
                        yield lost(task, f"its worker gave no answer ({type(error).__name__}: {error}).")
        finally:
            pool.stop()
            pool.join()


def lost(task: Task, message: str) -> Done:
    """Return the failure of a task whose worker gave no answer; the next run tries it again.

    Parameters
    ----------
    task : Task
        What was being done.
    message : str
        What became of the worker.

    Returns
    -------
    Done
        A failed session.
    """
    return Done(task.job.id, failed_rows(task.job, f"{task.job.file_names}: {message}", retry=True))
