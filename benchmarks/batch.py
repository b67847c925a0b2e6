"""Speed and memory of a batch: ten-minute sessions on one core and on two, with and without pages.

    python benchmarks/batch.py FOLDER --sessions 1000       # makes the sessions there, then measures; ten minutes
    python benchmarks/batch.py FOLDER --profile             # where a worker and the parent spend their time
    python benchmarks/batch.py FOLDER --index 5000          # size of the studio's page and time until it answers

Distinct rides are simulated once; each session is one of them, cut shorter by some rows, so that no two files are
alike. One core is ``--jobs 1`` with parent and worker on the same processor.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from make_rides import write_manifest, write_session

from bikefit.analysis import AnalyzeOptions
from bikefit.batch import BatchOptions, jobs_of, run_batch

DISTINCT, RIDERS, MINUTES = 40, 250, 10.0


def make_sessions(folder: Path, count: int) -> Path:
    """Write the sessions and their manifest."""
    rides = folder / "rides"
    rides.mkdir(parents=True, exist_ok=True)
    manifest = folder / f"manifest_{count}.csv"
    if manifest.exists():
        return manifest
    originals = [rides / f"s{number:05d}.csv" for number in range(DISTINCT)]
    for number, path in enumerate(originals):
        if not path.exists():
            write_session(rides, number, MINUTES, RIDERS, "csv")
    rows = []
    for number in range(count):
        path = rides / f"copy_{number:05d}.csv"
        if not path.exists():
            lines = originals[number % DISTINCT].read_bytes().splitlines(keepends=True)
            path.write_bytes(b"".join(lines[: len(lines) - number // DISTINCT]))
        counts = number // RIDERS % 3
        rows.append(
            {
                "file": f"rides/{path.name}",
                "session": path.stem,
                "rider": f"synthetic {number % RIDERS:04d}",
                "date": f"2026-{1 + number // RIDERS % 12:02d}-{1 + number % 28:02d}",
                "condition": f"{counts} wedges right",
                "left_wedges": 0,
                "right_wedges": counts,
            }
        )
    return write_manifest(folder, rows, manifest.name)


def memory_mb() -> float:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass
class Measured:
    """One run: seconds until the last session, until the pages of the group, processor seconds, parent's memory."""

    sessions: int
    last_s: float
    all_s: float
    parent_s: float
    workers_s: float
    memory_mb: dict[int, float]

    def line(self, name: str) -> str:
        memory = ", ".join(f"{count}: {mb:.0f}" for count, mb in self.memory_mb.items())
        return (
            f"{name}: {self.sessions / self.last_s:.2f} sessions/s ({self.sessions / self.all_s:.2f} with the group's "
            f"pages), CPU s a session: parent {self.parent_s / self.sessions:.3f}, "
            f"workers {self.workers_s / self.sessions:.3f}; parent MB at session {memory}"
        )


def measure(manifest: Path, out: Path, jobs: int, *, report: bool) -> Measured:
    """Run a batch in this process."""
    shutil.rmtree(out, ignore_errors=True)
    if jobs == 1:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    memory, begin, last, count = {}, time.perf_counter(), 0.0, 0
    for count, _ in enumerate(run_batch(manifest, out, batch=BatchOptions(jobs=jobs, report=report)), start=1):
        last = time.perf_counter()
        if count in (10, 100, 300, 600, 1000):
            memory[count] = memory_mb()
    ended = time.perf_counter()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Measured(count, last - begin, ended - begin, *(u.ru_utime + u.ru_stime for u in used), memory)


def profile(manifest: Path, folder: Path) -> None:
    """Print the top entries of a worker, then of the parent."""
    from bikefit.batch.work import Task, do_task

    jobs = jobs_of(manifest, folder / "out", AnalyzeOptions())
    tasks = [Task(job, link=f"sessions/{job.id}.html") for job in jobs[:20]]
    do_task(tasks[0])
    for title, order in (("a worker", "tottime"), ("a worker", "cumtime")):
        taken = cProfile.Profile()
        taken.enable()
        for task in tasks:
            do_task(task)
        taken.disable()
        print(f"== {title}, 20 sessions with pages, by {order}")
        pstats.Stats(taken).sort_stats(order).print_stats(25)
    shutil.rmtree(folder / "out", ignore_errors=True)
    taken = cProfile.Profile()
    taken.enable()
    for _ in run_batch(manifest, folder / "out", batch=BatchOptions(jobs=2)):
        pass
    taken.disable()
    print(f"== the parent, {len(jobs)} sessions with pages")
    pstats.Stats(taken).sort_stats("tottime").print_stats(25)
    pstats.Stats(taken).sort_stats("cumtime").print_stats(30)


def index_page(folder: Path, count: int) -> None:
    """Write a studio's page of many sessions and open it in Chromium."""
    from playwright.sync_api import sync_playwright

    from bikefit.batch.work import Task, do_task
    from bikefit.report.pages.studio import index_html
    from bikefit.words import ENGLISH

    some = [
        do_task(Task(job, link=f"sessions/{job.id}.html")).rows
        for job in jobs_of(make_sessions(folder, DISTINCT), folder / "out", AnalyzeOptions())
    ]
    sessions = [
        asdict(rows.session)
        | {
            "session": f"session {number}",
            "rider": f"rider {number % 900}",
            "feet": [asdict(foot) for foot in rows.feet],
        }
        for number in range(count)
        for rows in (some[number % len(some)],)
        if rows is not None
    ]
    begin = time.process_time()
    page = index_html(ENGLISH, sessions, {f"rider {number}": f"riders/{number}.html" for number in range(900)})
    spent_s = time.process_time() - begin
    print(f"{count} sessions: made in {spent_s:.2f} s of the processor, {len(page.encode()) / 1e6:.1f} MB")
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        view = browser.new_page()
        view.goto(path.resolve().as_uri())
        timing = view.evaluate("performance.getEntriesByType('navigation')[0].domInteractive")
        loaded = view.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        wait = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
        times = {}
        for name, act in (
            ("sort", "document.querySelector('#sessions thead button').click()"),
            (
                "filter",
                "w = document.getElementById('words'), w.value = 'rider 77', w.dispatchEvent(new Event('input'))",
            ),
        ):
            began = time.perf_counter()
            view.evaluate(f"async () => {{ {act}; await ({wait})(); }}")
            times[name] = time.perf_counter() - began
        browser.close()
    told = ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in times.items())
    print(f"Chromium: interactive after {timing:.0f} ms, loaded after {loaded:.0f} ms, {told}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--jobs", type=int, help="measure this number of workers alone")
    parser.add_argument("--report", action="store_true", help="with --jobs: with pages")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--index", type=int, help="so many sessions on the studio's page")
    given = parser.parse_args()
    if given.index:
        return index_page(given.folder, given.index)
    manifest = make_sessions(given.folder, given.sessions)
    if given.profile:
        return profile(make_sessions(given.folder, 100), given.folder)
    if given.jobs:
        name = f"{given.jobs} worker{'s' if given.jobs > 1 else ''}{', pages' if given.report else ''}"
        print(measure(manifest, given.folder / "out", given.jobs, report=given.report).line(name), flush=True)
        return None
    for flags in (["--jobs", "1"], ["--jobs", "2"], ["--jobs", "2", "--report"]):
        command = [sys.executable, __file__, str(given.folder), "--sessions", str(given.sessions), *flags]
        subprocess.run(command, check=True)
    return None


if __name__ == "__main__":
    main()
