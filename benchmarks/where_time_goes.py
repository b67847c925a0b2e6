"""Where the time goes: start, imports, reading and parsing, strokes, rotation, report; and what the limit is.

    python benchmarks/where_time_goes.py

Usual runs, each in processes of its own. Named functions are wrapped as their modules are loaded; each stage gets the
processor's time of the thread that does it, less that of the stages within it. It writes docs/profile.md between the
marks there.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib._bootstrap  # type: ignore[import-not-found]
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STAGES = {
    "Python's start": (),
    "imports": (),
    "reading, SHA-256, parsing, units, checks": ("bikefit.io.formats.read_file", "bikefit.batch.plan.fingerprint"),
    "shoe sensors and markers to angles": ("bikefit.analysis.traces.with_traces",),
    "phase and strokes": ("bikefit.phase.find.find_phase", "bikefit.analysis.foot.trace_strokes"),
    "rotation, intervals, decision": ("bikefit.analysis.session.analyze_recording",),
    "report": ("bikefit.report.out.write.write_report", "bikefit.report.out.write.report_bytes"),
    "the rest: command line, JSON, tables": (),
}
"""What is told, and the functions that begin each stage."""
OF = {function: stage for stage, functions in STAGES.items() for function in functions}
START, IMPORTS, READING, SENSORS = list(STAGES)[:4]
REST = list(STAGES)[-1]
BATCH_STORE = "the batch: workers' start, store, index"
TIMES = 3


# ---- one run in this process: it loads nothing but the standard library before the clock starts


class Watch:
    """The processor's time of each stage, less that of stages within it."""

    def __init__(self) -> None:
        self.spent_s = dict.fromkeys(STAGES, 0.0)
        self.own = threading.local()
        self.lock = threading.Lock()

    def current(self) -> str:
        """The stage that this thread is in."""
        stack: list[str] = getattr(self.own, "stack", [REST])
        return stack[-1]

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what this thread does as this stage."""
        stack = self.own.__dict__.setdefault("stack", [])
        self._book()
        stack.append(name)
        try:
            yield
        finally:
            self._book()
            stack.pop()

    def _book(self) -> None:
        """Give the time since this thread's last change of stage to the stage that it was in."""
        now = time.thread_time()
        since = self.own.__dict__.setdefault("since", 0.0)
        stack = self.own.stack
        if stack:
            with self.lock:
                self.spent_s[stack[-1]] += now - since
        self.own.since = now

    def wrapped(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        """Return the function as the beginning of a stage."""

        @functools.wraps(function)
        def watched(*args: Any, **more: Any) -> Any:
            with self.stage(name):
                return function(*args, **more)

        return watched

    def handed_on(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that hands work to threads so that they count it for the caller's stage."""

        @functools.wraps(function)
        def handing(work: Callable[..., Any], *args: Any, **more: Any) -> Any:
            return function(self.wrapped(work, self.current()), *args, **more)

        return handing

    def watch_imports(self) -> None:
        """Count imports as such, and wrap the functions that begin stages as soon as their modules are there."""
        find = importlib._bootstrap._find_and_load

        def watched(name: str, import_: Any) -> Any:
            with self.stage(IMPORTS):
                module = find(name, import_)
            for function, stage in OF.items():
                home, _, own = function.rpartition(".")
                if home == name and not hasattr(getattr(module, own), "__wrapped__"):
                    setattr(module, own, self.wrapped(getattr(module, own), stage))
            if name == "bikefit.threads" and not hasattr(module.begin, "__wrapped__"):
                module.begin, module.side_by_side = map(self.handed_on, (module.begin, module.side_by_side))
            return module

        importlib._bootstrap._find_and_load = watched


def one(words: list[str]) -> None:
    """Run a command line, or a batch's sessions one after another, and print what each stage took."""
    start_s = time.process_time()
    began = time.perf_counter()
    watch = Watch()
    watch.watch_imports()
    told = io.StringIO()
    with watch.stage(REST), contextlib.redirect_stdout(told):
        watch.own.since = time.thread_time()
        if words[0] == "sessions":
            _sessions(Path(words[1]), Path(words[2]))
        else:
            from bikefit.cli import main as command_line

            with contextlib.suppress(SystemExit):
                command_line(words)
    clock_s = time.perf_counter() - began
    watch.spent_s[START] = start_s
    # what threads of libraries did is no stage's
    watch.spent_s[REST] += max(time.process_time() - sum(watch.spent_s.values()), 0.0)
    print(json.dumps({"spent_s": watch.spent_s, "clock_s": clock_s + start_s, "said": told.getvalue()[:200]}))


def _sessions(manifest: Path, out: Path) -> None:
    """Do what a worker does with each session of a batch."""
    from bikefit.analysis import AnalyzeOptions
    from bikefit.batch import jobs_of
    from bikefit.batch.work import Task, do_task

    for job in jobs_of(manifest, out, AnalyzeOptions()):
        do_task(Task(job, link=f"sessions/{job.id}.html"))


# ---- all runs


@dataclass(frozen=True)
class Case:
    """A usual run: its command line, the files that it reads, and how long the whole takes where that is more."""

    words: tuple[str, ...]
    files: tuple[Path, ...]
    whole: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profile:
    """What a run took: processor's time by stage, by the clock, and to read its files from the disk."""

    spent_s: dict[str, float]
    clock_s: float
    disk_s: float
    size_mb: float

    @property
    def total_s(self) -> float:
        """The processor's time of all."""
        return sum(self.spent_s.values())

    @property
    def limit(self) -> str:
        """Name what bounds the run: the disk, or what most of the processor's time goes into."""
        name, most_s = max(self.groups().items(), key=lambda item: item[1])
        if self.disk_s > most_s:
            return "the disk"
        return f"{name}: {100 * most_s / self.total_s:.0f} %"

    def groups(self) -> dict[str, float]:
        """Return the stages as the few things that can bound a run."""
        grouped = {
            "start and imports": (START, IMPORTS),
            "reading and parsing": (READING,),
            "computing": tuple(STAGES)[3:6],
            "report": ("report",),
            "the batch's own work": (BATCH_STORE,),
            "the rest": (REST,),
        }
        return {name: sum(self.spent_s.get(stage, 0.0) for stage in stages) for name, stages in grouped.items()}


def make_cases(folder: Path, share: float) -> dict[str, Case]:
    """Write the files of the usual runs, shorter by this share, and return their command lines."""
    from scaling import make_sessions

    from bikefit.io.fit.writer import write_fit
    from bikefit.io.text.writer import write_csv
    from bikefit.simulate import simulate_plain
    from bikefit.simulate.shoe import SensorModel, simulate_shoes
    from bikefit.simulate.space import Ride

    cases = {}
    for name, length_s in (("CSV, 10 min", 600.0), ("CSV, 4 h", 14400.0)):
        path = folder / f"{length_s:.0f}.csv"
        write_csv(simulate_plain(duration_s=max(share * length_s, 30.0), seed=7, right_mean_deg=2.5)[0], path)
        cases[name] = Case(("analyze", "--json", "--report", str(folder / "out.html"), str(path)), (path,))
    sensors = {side: SensorModel(rate_hz=100.0) for side in ("left", "right")}
    for name, length_s in (("FIT with both shoes' sensors, 10 min", 600.0), ("the same, 1 h", 3600.0)):
        path = folder / f"{length_s:.0f}.fit"
        write_fit(simulate_shoes(Ride(duration_s=max(share * length_s, 60.0)), sensors=sensors)[0], path)
        cases[name] = Case(("analyze", "--json", "--report", str(folder / "out.html"), str(path)), (path,))
    count = max(round(100 * share), 2)
    manifest = make_sessions(folder / "batch", count, max(share * 600.0, 30.0))
    out = folder / "results"
    cases[f"batch of {count}, 10 min each"] = Case(
        ("sessions", str(manifest), str(out)),
        tuple(sorted(manifest.parent.glob("s*.csv"))),
        ("-m", "bikefit", "batch", str(manifest), "--out", str(out), "--quiet"),
    )
    return cases


def from_disk_s(paths: Iterable[Path]) -> float:
    """Time the reading of files that the system was asked to forget; NaN where it cannot be asked."""
    if not hasattr(os, "posix_fadvise"):
        return float("nan")
    seconds = 0.0
    for path in paths:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        started = time.perf_counter()
        path.read_bytes()
        seconds += time.perf_counter() - started
    return seconds


def measure(case: Case, times: int) -> Profile:
    """Run a case several times and keep the run with the least of the processor's time."""
    import measuring

    runs = []
    for _ in range(times):
        done = subprocess.run(
            [sys.executable, __file__, "--one", *case.words],
            capture_output=True, text=True, check=True, env=measuring.environment(measuring.HERE),
        )  # fmt: skip
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    best = min(runs, key=lambda run: sum(run["spent_s"].values()))
    spent_s, clock_s = best["spent_s"], min(run["clock_s"] for run in runs)
    if case.whole:
        whole = measuring.process(case.whole)
        spent_s[BATCH_STORE] = max(whole.cpu_s - sum(spent_s.values()), 0.0)
        clock_s = whole.clock_s
    size_mb = sum(path.stat().st_size for path in case.files) / 1e6
    return Profile(spent_s, clock_s, from_disk_s(case.files), size_mb)


def table(where: str, profiles: dict[str, Profile]) -> Iterable[str]:
    """Write the table of stages and runs."""
    from measuring import three

    yield f"Measured on: {where}.\n"
    yield f"| processor [s] (share) | {' | '.join(profiles)} |"
    yield "|---|" + "---|" * len(profiles)
    for stage in (*STAGES, BATCH_STORE):
        cells = []
        for profile in profiles.values():
            spent_s = profile.spent_s.get(stage, 0.0)
            share = 100.0 * spent_s / profile.total_s
            cells.append(f"{three(spent_s)} ({share:.0f} %)" if share >= 0.5 else "")
        if any(cells):
            yield f"| {stage} | {' | '.join(cells)} |"
    rows: dict[str, Callable[[Profile], str]] = {
        "**all**": lambda profile: f"**{three(profile.total_s)}**",
        "by the clock": lambda profile: three(profile.clock_s),
        "its files [MB]": lambda profile: f"{profile.size_mb:.1f}",
        "to read them from the disk, not from the cache": lambda profile: three(profile.disk_s),
        "**the limit**": lambda profile: f"**{profile.limit}**",
    }
    for name, cell in rows.items():
        yield f"| {name} | {' | '.join(map(cell, profiles.values()))} |"


def main(arguments: list[str] | None = None) -> None:
    import measuring

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", type=Path, default=measuring.PAGES / "profile.md", help="where to write it")
    parser.add_argument("--share", type=float, default=1.0, help="of the usual length of the files, to try it quickly")
    parser.add_argument("--times", type=int, default=TIMES)
    given = parser.parse_args(arguments)
    where = measuring.machine()
    with tempfile.TemporaryDirectory() as name:
        cases = make_cases(Path(name), given.share)
        profiles = {}
        for heading, case in cases.items():
            profiles[heading] = measure(case, given.times)
            print(f"{heading}: done", file=sys.stderr, flush=True)
    measuring.put_between(given.page, "profile", "\n".join(table(where, profiles)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2:])
    else:
        main()
