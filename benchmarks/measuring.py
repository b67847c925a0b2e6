"""What the benchmarks share: a process measured from outside, runs in turn, the machine's name, tables between marks.

Nothing but the standard library is loaded, so that a process started from here owes no memory to this one:
``python measuring.py WORDS ...`` runs Python with the words and prints what it took as JSON.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
PAGES = HERE / "docs"


@dataclass(frozen=True)
class Run:
    """One run: seconds by the clock and of the processor, and the peak of the memory."""

    clock_s: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True)
class Runs:
    """Several runs of the same."""

    runs: tuple[Run, ...]

    @property
    def clock_s(self) -> float:
        """The median by the clock."""
        return statistics.median(run.clock_s for run in self.runs)

    @property
    def clock_range_s(self) -> tuple[float, float]:
        """The least and the most by the clock."""
        times = [run.clock_s for run in self.runs]
        return min(times), max(times)

    @property
    def cpu_s(self) -> float:
        """The least of the processor's times, which other work on the machine hardly moves."""
        return min(run.cpu_s for run in self.runs)

    @property
    def peak_mb(self) -> float:
        """The median of the peaks of the memory."""
        return statistics.median(run.peak_mb for run in self.runs)


# ---- processes


def environment(folder: Path) -> dict[str, str]:
    """Return the environment in which a checkout's own package comes first; compiled files are kept, as always."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(folder)}


def process(words: Sequence[str], folder: Path = HERE) -> Run:
    """Run Python with these words in a small process's child and return what it took; raises where it fails."""
    command = [sys.executable, __file__, *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment(folder))
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)[:200]}: {done.stderr.strip()[-500:]}")
    return Run(*json.loads(done.stdout.splitlines()[-1]))


def _measured(words: Sequence[str]) -> None:
    """Run Python as a child of this process and print clock, processor and peak memory; its output is dropped."""
    started = time.perf_counter()
    child = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    clock_s = time.perf_counter() - started
    if status:
        raise SystemExit(f"the process ended with status {status}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    print(json.dumps([clock_s, used.ru_utime + used.ru_stime, used.ru_maxrss / unit]))


def in_turn(works: Mapping[str, Callable[[], Run]], times: int) -> dict[str, Runs]:
    """Run pieces of work in turn, each so many times after one that is not counted."""
    found: dict[str, list[Run]] = {name: [] for name in works}
    for counted in range(-1 if times > 1 else 0, times):
        for name, work in works.items():
            run = work()
            if counted >= 0:
                found[name].append(run)
    return {name: Runs(tuple(runs)) for name, runs in found.items()}


# ---- what is said of a machine


def machine() -> str:
    """Say on what was measured: processor, how many, memory, system, Python, and the load while it began."""
    model = platform.processor() or platform.machine()
    memory = ""
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
        total = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
        memory = f", {int(total.split()[1]) / 2**20:.0f} GB"
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{model}, {cores} processors{memory}, {platform.system()}, Python {platform.python_version()}{load}"


def installed(package: str) -> str:
    """Return a package's version, empty where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


# ---- numbers and pages


def three(value: float) -> str:
    """Write a number with three figures and without an exponent."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f}"


def put_between(page: Path, name: str, text: str) -> None:
    """Set a text between the marks of this name on a page, for what stood there."""
    before, after = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    whole = page.read_text(encoding="utf-8")
    head, found, rest = whole.partition(before)
    _, ended, tail = rest.partition(after)
    if not (found and ended):
        raise SystemExit(f"{page}: there are no marks {before.strip()} and {after.strip()}.")
    page.write_text(f"{head}{before}\n{text.strip()}\n\n{after}{tail}", encoding="utf-8")


if __name__ == "__main__":
    _measured(sys.argv[1:])
