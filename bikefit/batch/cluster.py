"""Doing tasks on many machines: the same generator as `bikefit.batch.pool`, over a Dask scheduler."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from bikefit.batch.plan import Job
from bikefit.batch.pool import lost
from bikefit.batch.work import Done, Task, do_task
from bikefit.errors import UsageError


def run_cluster(tasks: Iterable[Task], scheduler: str, timeout_s: float | None, *, ship_files: bool) -> Iterator[Done]:
    """Do tasks on the workers of a Dask scheduler.

    Parameters
    ----------
    tasks : iterable of Task
        Consumed as workers become free.
    scheduler : str
        Such as ``tcp://host:8786``.
    timeout_s : float, optional
        A session that takes longer fails.
    ship_files : bool
        Send each file's bytes along; else the workers read the paths themselves.

    Yields
    ------
    Done
        In the order of finishing, each with its page's text.

    Raises
    ------
    UsageError
        If Dask is not installed or no scheduler answers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise UsageError("--scheduler needs Dask: pip install 'bikefit[dask]'.") from error
    try:
        client = Client(scheduler, timeout=10, set_as_default=False)
        client.wait_for_workers(1, timeout=60)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            f"--scheduler {scheduler}: no scheduler with workers answers there. Start them with 'dask scheduler' "
            "and 'dask worker'."
        ) from error
    source, pending = iter(tasks), {}
    with client:

        def submit(task: Task) -> Any:
            future = client.submit(do_remotely, _with_files(task) if ship_files else task, timeout_s, pure=False)
            pending[future.key] = task
            return future

        width = 2 * sum(client.nthreads().values())
        queue = as_completed([submit(task) for task in islice(source, width)], loop=client.loop)
        for future in queue:
            task = pending.pop(future.key)
            if future.status == "finished":
                yield future.result()
            else:
                yield lost(task, f"its worker failed ({type(future.exception()).__name__}).")
            future.release()
            for following in islice(source, 1):
                queue.add(submit(following))


def do_remotely(task: Task, timeout_s: float | None) -> Done:
    """Do a task on a cluster's worker: the page comes back as text, for the folder is elsewhere.

    Parameters
    ----------
    task : Task
        Perhaps with the files' bytes.
    timeout_s : float, optional
        Longest time [s]; a session that hangs is left behind in its thread.

    Returns
    -------
    Done
        With the page's text.
    """
    with tempfile.TemporaryDirectory(prefix="bikefit-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        page = folder / "page.html" if task.page is not None else None
        local = replace(task, job=_local_job(task, folder), page=page, shipped={})
        answer: list[Done] = []
        worker = threading.Thread(target=lambda: answer.append(do_task(local)), daemon=True)
        worker.start()
        worker.join(timeout_s)
        if not answer:
            said = "was left" if not worker.is_alive() else f"took longer than {timeout_s:g} s and was left"
            return lost(task, f"{said} (--timeout).")
        text = page.read_text(encoding="utf-8") if page is not None and page.exists() else None
        return replace(answer[0], page=text)


def _with_files(task: Task) -> Task:
    """The task with its files' bytes; one that cannot be read stays out and fails where it is missed."""
    shipped: dict[str, bytes] = {}
    for path in task.job.paths:
        try:
            if path.is_file():
                shipped[str(path)] = path.read_bytes()
        except OSError:
            continue
    return replace(task, shipped=shipped)


def _local_job(task: Task, folder: Path) -> Job:
    if not task.shipped:
        return task.job
    places = {}
    for number, path in enumerate(task.job.paths):
        place = folder / str(number)
        place.mkdir()
        places[path] = place / path.name
        if str(path) in task.shipped:
            places[path].write_bytes(task.shipped[str(path)])

    def moved(paths: tuple[Path, ...]) -> tuple[Path, ...]:
        return tuple(places[path] for path in paths)

    job = task.job
    return replace(job, files=moved(job.files), left=moved(job.left), right=moved(job.right))
