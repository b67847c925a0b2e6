"""Doing tasks in parallel on this machine, by worker processes that may die or hang at any moment.

A generator: tasks go in, `Done` comes out as it is finished, and each worker holds one task at a time, so that
memory does not grow with their number. Each worker has a pipe of its own, and a thread that listens to it. In a pool
whose workers share one, a worker that is killed while it sends leaves half a message and a held lock to the others.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from multiprocessing import resource_tracker, spawn
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from typing import Any

from bikefit.batch.work import Done, Task, absent, do_task
from bikefit.errors import OutputError, UsageError

END_S = 0.2
"""How long a worker may take to end by itself."""
MEMORY_MAX_BYTES = 3 << 30
"""A worker that asks for more is refused it, where the system can: its session fails, not the machine."""
START_S = 300.0
"""How long a worker may take to begin."""
START_AGAIN_S = 1.0
"""How long to wait where the system has no process to give."""
STARTS_MAX = 3
"""So many workers in a row that end by themselves before they are ready are not an accident."""
KILLS_PER_START = 10
"""So many that were killed meanwhile count as one, for whoever kills them may stop."""


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
    inbox: queue.Queue[_Letter] = queue.Queue()
    stop = threading.Event()

    def manage() -> None:
        """Keep the workers busy, and hand over whatever comes of it."""
        try:
            _block_interrupts()
            for done in _managed(tasks, jobs, timeout_s, work, inbox, stop):
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
        stop.set()
        inbox.put((None, None))
        while manager.is_alive():
            with contextlib.suppress(queue.Empty):
                finished.get(timeout=0.02)


def _managed(
    tasks: Iterable[Task],
    jobs: int,
    timeout_s: float | None,
    work: Callable[[Task], Done],
    inbox: queue.Queue[_Letter],
    stop: threading.Event,
) -> Iterator[Done]:
    """Do the tasks until they are done, or until ``stop`` is set, which an empty message announces."""
    context = multiprocessing.get_context("spawn")
    source = iter(tasks)
    waiting = deque(islice(source, 1))
    workers: list[_Worker] = []
    false_starts = 0.0
    try:
        while (waiting or any(worker.task for worker in workers)) and not stop.is_set():
            while waiting and len(workers) < jobs:
                try:
                    workers.append(_Worker(context, work, inbox))
                except (OSError, RuntimeError) as error:
                    # no more processes, files or threads for now: then with fewer workers
                    if not workers:
                        false_starts += 1.0
                        if false_starts >= STARTS_MAX:
                            raise OutputError(_why_not_made(error)) from error
                        stop.wait(START_AGAIN_S)
                    break
            if not workers:
                continue
            finished: list[Done] = []
            sender, answer = _next_letter(inbox, workers, timeout_s)
            gone = [worker for worker in workers if worker is not sender and worker.left_s(timeout_s) <= 0.0]
            if sender is not None and sender in workers:
                if answer is None:
                    gone.append(sender)
                else:
                    false_starts = 0.0
                    finished += sender.take(answer)
            for worker in gone:
                workers.remove(worker)
                hung = worker is not sender
                code = worker.end()
                if worker.task is not None:
                    finished.append(lost(worker.task, _fate(code, timeout_s if hung else None)))
                elif not worker.ready:
                    false_starts += 1.0 / KILLS_PER_START if code is not None and code < 0 else 1.0
                    if false_starts >= STARTS_MAX:
                        raise UsageError(_why_no_start(None if hung else code))
            for worker in workers:
                if worker.ready and worker.task is None and waiting:
                    worker.give(waiting.popleft())
                    waiting.extend(islice(source, 1))
            yield from finished
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A worker process as its parent sees it.

    Its answers come through a thread of their own, for a worker may stall in the middle of one: then the thread waits,
    not the batch, until the worker is killed.
    """

    def __init__(self, context: SpawnContext, work: Callable[[Task], Done], inbox: queue.Queue[_Letter]) -> None:
        self.ready = False  # whether it has begun to ask for tasks
        self.task: Task | None = None  # what it is doing
        self.since_s = time.monotonic()
        self.connection, theirs = context.Pipe()
        with theirs:
            self.process = context.Process(target=serve, args=(theirs, work), daemon=True)
            self.ear = threading.Thread(target=self._listen, args=(inbox,), daemon=True, name="worker's answers")
            try:
                self.process.start()
                self.ear.start()
            except BaseException:
                if self.process.pid is not None:
                    self.process.kill()
                self.connection.close()
                raise

    def _listen(self, inbox: queue.Queue[_Letter]) -> None:
        """Pass on what the worker sends; None once it is dead or what it sends makes no sense."""
        try:
            while True:
                inbox.put((self, self.connection.recv()))
        except Exception:  # whatever the bytes of a dying worker make of it
            inbox.put((self, None))

    def give(self, task: Task) -> None:
        """Send a task; where the worker has just died, the end of its pipe will tell."""
        self.task, self.since_s = task, time.monotonic()
        with contextlib.suppress(OSError):
            self.connection.send(task)

    def take(self, answer: Any) -> list[Done]:
        """Return what the worker has done, of which nothing is in its first letter: that says only that it is ready."""
        done = [answer] if self.ready else []
        self.ready, self.task = True, None
        return done

    def left_s(self, timeout_s: float | None) -> float:
        """Time until its task or its start has taken too long; endless where it has no task, or no limit."""
        limit_s = START_S if not self.ready else timeout_s if self.task is not None else None
        return float("inf") if limit_s is None else limit_s - (time.monotonic() - self.since_s)

    def end(self) -> int | None:
        """Kill it, for it writes nothing that could be left half done; returns the exit code that it had by itself."""
        if not self.ear.is_alive():
            self.process.join(END_S)  # its pipe has ended, so it is about to end
        code = self.process.exitcode
        self.process.kill()
        self.process.join()
        self.ear.join(END_S)
        self.connection.close()
        self.process.close()
        return code


_Letter = tuple[_Worker | None, Any]
"""What came from a worker; None: its end. An empty message: look whether to stop."""


def _next_letter(inbox: queue.Queue[_Letter], workers: list[_Worker], timeout_s: float | None) -> _Letter:
    """Wait until a worker has sent something, has died or has taken too long, or all is to stop."""
    left_s = min(worker.left_s(timeout_s) for worker in workers)
    try:
        return inbox.get(timeout=None if left_s == float("inf") else max(left_s, 0.0))
    except queue.Empty:
        return None, None


def _fate(code: int | None, timeout_s: float | None) -> str:
    """Say what became of a worker; ``timeout_s`` where it was stopped for taking longer."""
    if timeout_s is not None:
        return f"took longer than {timeout_s:g} s and was stopped (--timeout)."
    if code is None:
        return "the connection to its worker broke."
    return f"its worker process died ({_code(code)})."


def _code(code: int | None) -> str:
    """Say how a process ended."""
    if code == -9:
        return "killed by the system, mostly for want of memory: fewer --jobs need less"
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def _why_no_start(code: int | None) -> str:
    """Say why the workers end before they begin, as far as it can be known; no code: they do not begin at all."""
    how = _code(code) if code is not None else f"they took longer than {START_S:g} s"
    said = f"the worker processes end before they begin ({how})"
    main = sys.modules["__main__"]
    if getattr(main, "__spec__", None) is None and getattr(main, "__file__", None):
        guard = "'if __name__ == \"__main__\":'"
        return f"{said}. In a script, run the batch under {guard}, for the workers import the script."
    return f"{said}: {_why_not_loaded() or 'what they printed says why.'}"


def _why_not_loaded() -> str:
    """Return the last words of a process that only loads what a worker is; empty where it can."""
    line = [os.fsdecode(spawn.get_executable()), "-c", f"import {__name__}"]
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        tried = subprocess.run(
            line, env=told, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=START_S,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        return f"{type(error).__name__}."
    words = tried.stderr.strip().splitlines()
    return "" if tried.returncode == 0 else (words[-1] if words else f"{_code(tried.returncode)}.")


def _why_not_made(error: Exception) -> str:
    """Say that the system gives no process, with its own words."""
    words = getattr(error, "strerror", None) or str(error)
    what = "Close other programs or allow more processes; what was finished is kept."
    return f"no worker process can be started ({words}). {what}"


def _block_interrupts() -> None:
    """Keep Ctrl+C from this thread and the processes that it starts, which would answer with pages of traceback."""
    if hasattr(signal, "pthread_sigmask"):
        resource_tracker.ensure_running()  # first, for it lets the signal through again at its end
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def lost(task: Task, message: str) -> Done:
    """Return the failure of a task whose worker gave no answer; the next run tries it again."""
    return absent(task.job, f"{task.job.file_names}: {message}")


def serve(connection: Connection, work: Callable[[Task], Done]) -> None:
    """Do what a worker process does: tasks come in, answers go out, until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
    threading.Thread(target=_end_with_parent, daemon=True, name="parent-watch").start()
    _limit_memory()
    with contextlib.suppress(EOFError, OSError):
        connection.send("ready")
        while True:
            connection.send(_answer(connection.recv(), work))


def _answer(task: Task, work: Callable[[Task], Done]) -> Done:
    """Do a task; whatever it raises is a failure of its own session."""
    try:
        return work(task)
    except MemoryError:
        return lost(task, "it needs more memory than a worker may take.")
    except Exception as error:
        return lost(task, f"its worker failed ({type(error).__name__}).")


def _end_with_parent() -> None:
    """End this process when its parent has, however that ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
    os._exit(1)


def _limit_memory() -> None:
    """Refuse this process more memory than a session may take, where the system has and keeps such a limit (Linux)."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        soft = MEMORY_MAX_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_MAX_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
