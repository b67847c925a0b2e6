"""Doing tasks on many machines: the same generator as `bikefit.batch.pool`, over a Dask scheduler."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from bikefit.batch.plan import Job
from bikefit.batch.pool import lost
from bikefit.batch.work import Done, Task, do_task
from bikefit.errors import BikefitError, OutputError, UsageError

CONNECT_S = 10.0
"""How long to look for a scheduler."""
ALONE_S = 60.0
"""How long a scheduler may be without any worker."""
LOOK_S = 5.0
"""How often to ask it for its workers while nothing is finished."""
POLL_S = 0.02
"""How often to look whether something is finished."""


def run_cluster(tasks: Iterable[Task], scheduler: str, timeout_s: float | None, *, ship_files: bool) -> Iterator[Done]:
    """Do tasks on the workers of a Dask scheduler; yields each as it is finished, one that hangs as failed.

    Each file's bytes are sent along where asked for; else the workers read the paths themselves.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise BikefitError("--scheduler needs one more package: pip install 'bikefit[dask]'.") from error
    try:
        client = Client(scheduler, timeout=CONNECT_S, set_as_default=False)
        client.wait_for_workers(1, timeout=60)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            f"--scheduler {scheduler}: no scheduler with workers answers there. Start them with 'dask scheduler' "
            "and 'dask worker'."
        ) from error
    gone = f"the scheduler {scheduler} is gone; what was finished is kept, so start it and run the same again."
    source, pending = iter(tasks), {}
    with _quiet(), client:

        def submit(task: Task) -> Any:
            """Send one task."""
            # the workers may have another working folder than this process
            sent = _with_files(task) if ship_files else replace(task, job=_moved(task.job, Path.absolute))
            future = client.submit(do_remotely, sent, timeout_s, pure=False)
            pending[future.key] = task
            return future

        try:
            width = 2 * sum(client.nthreads().values())
            queue = as_completed([submit(task) for task in islice(source, width)], loop=client.loop)
            while not queue.is_empty():
                _await_one(client, queue, scheduler)
                future = next(queue)
                task = pending.pop(future.key)
                if future.status == "finished":
                    yield future.result()
                elif future.status == "error":
                    yield lost(task, f"its worker failed ({type(future.exception()).__name__}).")
                else:
                    raise OutputError(gone)
                future.release()
                for following in islice(source, 1):
                    queue.add(submit(following))
        except (BikefitError, GeneratorExit):
            raise
        except Exception as error:
            if client.status == "running":
                raise
            raise OutputError(gone) from error


def _await_one(client: Any, queue: Any, scheduler: str) -> None:
    """Wait until a task is finished; without end only while there are workers that may do it."""
    without_since_s = looked_s = time.monotonic()
    while not queue.has_ready():
        time.sleep(POLL_S)
        now_s = time.monotonic()
        if now_s - looked_s >= min(LOOK_S, ALONE_S):
            looked_s = now_s
            if client.nthreads():
                without_since_s = now_s
            elif now_s - without_since_s >= ALONE_S:
                raise OutputError(
                    f"the scheduler {scheduler} has no workers any more; what was finished is kept, so start them and "
                    "run the same again."
                )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask from printing pages of traceback where a connection is lost: one sentence reports that."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]
    levels = {name: logging.getLogger(name).level for name in names}
    try:
        for name in names:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def do_remotely(task: Task, timeout_s: float | None) -> Done:
    """Do a task on a cluster's worker; a session that hangs is left behind in its thread."""
    with tempfile.TemporaryDirectory(prefix="bikefit-", ignore_cleanup_errors=True) as name:
        local = replace(task, job=_unpacked(task, Path(name)), shipped={})
        answer: list[Done] = []
        worker = threading.Thread(target=lambda: answer.append(do_task(local)), daemon=True)
        worker.start()
        worker.join(timeout_s)
        if answer:
            return answer[0]
        said = f"took longer than {timeout_s:g} s and was left (--timeout)." if worker.is_alive() else "gave no answer."
        return lost(task, said)


def _with_files(task: Task) -> Task:
    """The task with its files' bytes; one that cannot be read stays out and fails where it is missed."""
    shipped: dict[str, bytes] = {}
    for path in (*task.job.paths, *task.job.companions, *task.job.beside.values()):
        try:
            if path.is_file():
                shipped[str(path)] = path.read_bytes()
        except OSError:
            continue
    return replace(task, shipped=shipped)


def _unpacked(task: Task, folder: Path) -> Job:
    """The job with its files, under their own names, in a folder of the worker."""
    job = task.job
    if not task.shipped:
        return job
    places: dict[Path, Path] = {}
    for number, path in enumerate((*job.paths, *job.companions)):
        places[path] = folder / str(number) / path.name
        places[path].parent.mkdir()
        if str(path) in task.shipped:
            places[path].write_bytes(task.shipped[str(path)])
    # what else was shipped lies beside a marker file, and has to lie there again
    for name, content in task.shipped.items():
        for path in job.paths:
            if Path(name) not in places and Path(name).parent == path.parent:
                (places[path].parent / Path(name).name).write_bytes(content)
    return _moved(job, places.__getitem__)


def _moved(job: Job, place: Callable[[Path], Path]) -> Job:
    """The job with every path put elsewhere."""
    said = job.session
    own_system = said.system.endswith(".toml")
    moved = replace(
        said,
        files=tuple(place(path) for path in said.files),
        shoe_files=said.shoe_files.map(lambda paths: tuple(place(path) for path in paths)),
        static=place(said.static) if said.static is not None else None,
        system=str(place(Path(said.system))) if own_system else said.system,
    )
    return replace(job, session=moved)
