"""Whole processes beside pandas': start-up, a FIT file, ten minutes and four hours of CSV, help.

Run: ``python benchmarks/processes.py [FOLDER]``; FOLDER holds another checkout, measured in turn with this one.
Processor time counts (user and system), the least of several runs in turn: other work on the machine hardly moves it.
Time by the clock is shown beside it; with two cores and nothing else running it is what a person waits.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bikefit.io.text.writer import write_csv
from bikefit.simulate import simulate_plain

HERE = Path(__file__).parents[1]
RUNS = 3


def run(words: list[str], folder: Path) -> tuple[float, float]:
    """Run a Python process with a checkout in front; return its processor time and its time by the clock [s]."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(folder)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True, env=environment, cwd=folder)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ended - started


def least(processes: list[tuple[list[str], Path]]) -> list[tuple[float, float]]:
    """Run processes in turn, once uncounted, and return the least of each one's times."""
    times: list[list[tuple[float, float]]] = [[] for _ in processes]
    for counted in range(-1, RUNS):
        for own, (words, folder) in zip(times, processes, strict=True):
            took = run(words, folder)
            if counted >= 0:
                own.append(took)
    return [(min(cpu for cpu, _ in own), min(wall for _, wall in own)) for own in times]


def main() -> None:
    """Print the table."""
    checkouts = [HERE, *map(Path, sys.argv[1:2])]
    with tempfile.TemporaryDirectory() as name:
        rides = {"ten": 600.0, "four": 14400.0}
        for ride, seconds in rides.items():
            write_csv(simulate_plain(duration_s=seconds, seed=7, right_mean_deg=2.5)[0], Path(name) / f"{ride}.csv")
        ten, four = (str(Path(name) / f"{ride}.csv") for ride in rides)
        cases = {
            "analyze --json two_wedges.fit": (
                ["-m", "bikefit", "analyze", "--json", str(HERE / "sample_data" / "two_wedges.fit")],
                "import pandas",
            ),
            "analyze --json, CSV of 10 min": (
                ["-m", "bikefit", "analyze", "--json", ten],
                f"import pandas; pandas.read_csv({ten!r}, skiprows=1)",
            ),
            "analyze --json, CSV of 4 h": (
                ["-m", "bikefit", "analyze", "--json", four],
                f"import pandas; pandas.read_csv({four!r}, skiprows=1)",
            ),
            "--help": (["-m", "bikefit", "--help"], "import numpy"),
        }
        print("| process | beside | its times | " + " | ".join(f"{folder.name}, ratio" for folder in checkouts) + " |")
        print("|---|---|---|" + "---|" * len(checkouts))
        for case, (words, beside) in cases.items():
            peer, *own = least([(["-c", beside], HERE), *((words, folder) for folder in checkouts)])
            cells = [f"{cpu:.2f} s ({wall:.2f}), {cpu / peer[0]:.2f}" for cpu, wall in own]
            said = beside.split("(")[0].replace("; pandas.", ", ")
            print(f"| {case} | {said} | {peer[0]:.2f} s ({peer[1]:.2f}) | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
