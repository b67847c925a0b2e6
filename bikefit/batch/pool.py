"""Doing tasks in parallel on this machine, by worker processes that may die or hang at any moment.

A generator: tasks go in, `Done` comes out as it is finished, and each worker holds one task at a time, so that
memory does not grow with their number. Each worker has a pipe of its own. In a pool whose workers share one, a worker
that is killed while it sends leaves half a message and a held lock to the others.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext

from bikefit.batch.work import Done, Task, absent, do_task
from bikefit.errors import UsageError

END_S = 0.2
"""How long a worker may take to end by itself."""
WATCH_S = 0.5
"""How often a worker looks whether its parent still lives."""
STARTS_MAX = 3
"""So many workers in a row that end by themselves before they are ready are no accident."""
KILLS_PER_START = 10
"""So many that were killed meanwhile count as one, for whoever kills them may stop."""


def available_cores() -> int:
    """Return how many processors this process may use, at least one."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_local(
    tasks: Iterable[Task], jobs: int, timeout_s: float | None, work: Callable[[Task], Done] = do_task
) -> Iterator[Done]:
    """Do tasks in worker processes of this machine; yields each as it is finished.

    A worker that dies, or takes longer than the time given, fails its own session only and is replaced.
    """
    # one worker a core: threads inside numpy would only get in each other's way
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    # a thread keeps the workers busy while the caller stores what they sent; it runs ahead by a few sessions only
    finished: queue.Queue[Done | BaseException | None] = queue.Queue(2 * jobs)
    stopped, stop = multiprocessing.Pipe(duplex=False)

    def manage() -> None:
        """Keep the workers busy, and hand over whatever comes of it."""
        try:
            for done in _managed(tasks, jobs, timeout_s, work, stopped):
                finished.put(done)
            finished.put(None)
        except BaseException as error:  # whatever it is, the caller has to know
            finished.put(error)

    manager = threading.Thread(target=manage, daemon=True, name="workers")
    manager.start()
    try:
        while (item := finished.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.close()
        while manager.is_alive():
            with contextlib.suppress(queue.Empty):
                finished.get(timeout=0.02)
        stopped.close()


def _managed(
    tasks: Iterable[Task], jobs: int, timeout_s: float | None, work: Callable[[Task], Done], stopped: Connection
) -> Iterator[Done]:
    """Do the tasks until they are done or ``stopped`` is closed at its other end."""
    context = multiprocessing.get_context("spawn")
    waiting, source = deque[Task](), iter(tasks)
    waiting.extend(task for task in (next(source, None),) if task is not None)
    workers: list[_Worker] = []
    false_starts = 0.0
    try:
        while (waiting or any(worker.task for worker in workers)) and not stopped.poll():
            while waiting and len(workers) < jobs:
                workers.append(_Worker(context, work))
            finished: list[Done] = []
            for worker in _stirring(workers, timeout_s, stopped):
                if worker.receive(finished):
                    false_starts = 0.0
                    continue
                workers.remove(worker)
                code = worker.end()
                if worker.task is not None:
                    finished.append(lost(worker.task, _fate(worker, code, timeout_s)))
                elif not worker.ready:
                    false_starts += 1.0 / KILLS_PER_START if code is not None and code < 0 else 1.0
            if false_starts >= STARTS_MAX:
                raise UsageError(
                    "the worker processes end before they begin. In a script, run the batch under "
                    "'if __name__ == \"__main__\":', for the workers import the script."
                )
            for worker in workers:
                if worker.ready and worker.task is None and waiting:
                    worker.give(waiting.popleft())
                    waiting.extend(task for task in (next(source, None),) if task is not None)
            yield from finished
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A worker process as its parent sees it.

    Attributes
    ----------
    ready : bool
        Whether it has begun to ask for tasks.
    task : Task or None
        What it is doing.
    """

    def __init__(self, context: SpawnContext, work: Callable[[Task], Done]) -> None:
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, work, os.getpid()), daemon=True)
        self.process.start()
        theirs.close()
        self.ready = False
        self.task: Task | None = None
        self.since_s = time.monotonic()

    def give(self, task: Task) -> None:
        """Send a task; where the worker has just died, the end of its pipe will tell."""
        self.task, self.since_s = task, time.monotonic()
        with contextlib.suppress(OSError):
            self.connection.send(task)

    def receive(self, finished: list[Done]) -> bool:
        """Take what the worker has sent; False where it is dead or has hung."""
        if not self.connection.poll():
            return False
        try:
            answer = self.connection.recv()
        except (EOFError, OSError, pickle.UnpicklingError):
            return False
        if self.ready:
            finished.append(answer)
        self.ready, self.task = True, None
        return True

    def left_s(self, timeout_s: float) -> float:
        """Time until its task has taken too long; endless where it has none."""
        return timeout_s - (time.monotonic() - self.since_s) if self.task is not None else float("inf")

    def end(self) -> int | None:
        """Kill it, for it writes nothing that could be left half done; returns the exit code that it had by itself."""
        self.connection.close()
        self.process.join(END_S)
        code = self.process.exitcode
        self.process.kill()
        self.process.join()
        self.process.close()
        return code


def _stirring(workers: list[_Worker], timeout_s: float | None, stopped: Connection) -> list[_Worker]:
    """Wait until a worker has sent something, has died, or has taken too long, or all is to stop; return those."""
    left_s = None if timeout_s is None else min(worker.left_s(timeout_s) for worker in workers)
    sent = wait([stopped, *(worker.connection for worker in workers)], left_s if left_s != float("inf") else None)
    return [
        worker
        for worker in workers
        if worker.connection in sent or (timeout_s is not None and worker.left_s(timeout_s) <= 0.0)
    ]


def _fate(worker: _Worker, code: int | None, timeout_s: float | None) -> str:
    """Say what became of a worker."""
    if timeout_s is not None and code is None and worker.left_s(timeout_s) <= 0.0:
        return f"took longer than {timeout_s:g} s and was stopped (--timeout)."
    return f"its worker process died (exit code {code})."


def lost(task: Task, message: str) -> Done:
    """Return the failure of a task whose worker gave no answer; the next run tries it again."""
    return absent(task.job, f"{task.job.file_names}: {message}")


def serve(connection: Connection, work: Callable[[Task], Done], parent: int) -> None:
    """Do what a worker process does: tasks come in, answers go out, until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
    threading.Thread(target=_end_with, args=(parent,), daemon=True, name="parent-watch").start()
    with contextlib.suppress(EOFError, OSError):
        connection.send("ready")
        while True:
            connection.send(work(connection.recv()))


def _end_with(parent: int) -> None:
    """End this process when its parent has, however that ended."""
    while os.getppid() == parent:
        time.sleep(WATCH_S)
    os._exit(1)
