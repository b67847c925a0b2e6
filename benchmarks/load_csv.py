"""How much longer loading a 4-hour CSV takes than `pandas.read_csv` of it.

Run: ``python benchmarks/load_csv.py``. It writes a CSV of 1.44 million rows and 5 columns to a temporary folder and
times both in fresh processes, in turn, as the median of several runs. Imports are not counted.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROWS = 1_440_000
RUNS = 7
_TIMED = """
import json, sys, time
import resource
import pandas
from bikefit.io import read_recording
import bikefit.io.text.reader
path, which = sys.argv[1:]
started = time.perf_counter()
table = pandas.read_csv(path) if which == "pandas" else read_recording(path)
seconds = time.perf_counter() - started
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def write_ride(path: Path) -> None:
    """Write four hours at 100 Hz: time, both feet, crank angle, power; about 66 MB."""
    rng = np.random.default_rng(1)
    time_s = np.arange(ROWS) / 100
    crank_deg = time_s * 540
    columns = {
        "time_s": (time_s, "%.4f"),
        "left_heel_rotation_deg": (2 * np.sin(np.radians(crank_deg)) + rng.normal(0, 0.15, ROWS), "%.5f"),
        "right_heel_rotation_deg": (4 + 2 * np.cos(np.radians(crank_deg)) + rng.normal(0, 0.15, ROWS), "%.5f"),
        "crank_angle_deg": (crank_deg % 360, "%.4f"),
        "power_w": (200 + rng.normal(0, 5, ROWS), "%.6f"),
    }
    table = np.column_stack([values for values, _ in columns.values()])
    formats = [form for _, form in columns.values()]
    np.savetxt(path, table, fmt=formats, delimiter=",", header=",".join(columns), comments="")


def timed(path: Path, which: str) -> tuple[float, float]:
    """Return seconds and peak memory [MB] of one load in a process of its own."""
    done = subprocess.run([sys.executable, "-c", _TIMED, str(path), which], capture_output=True, check=True, text=True)
    seconds, peak_mb = json.loads(done.stdout)
    return float(seconds), float(peak_mb)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ride.csv"
        write_ride(path)
        print(f"{ROWS} rows, {path.stat().st_size / 1e6:.1f} MB")
        runs: dict[str, list[tuple[float, float]]] = {"pandas": [], "bikefit": []}
        for _ in range(RUNS):
            for which, results in runs.items():
                results.append(timed(path, which))
        medians = {which: statistics.median(seconds for seconds, _ in results) for which, results in runs.items()}
        for which, results in runs.items():
            print(f"{which}: {medians[which]:.3f} s, peak {max(peak for _, peak in results):.0f} MB")
        print(f"ratio {medians['bikefit'] / medians['pandas']:.2f}")


if __name__ == "__main__":
    main()
