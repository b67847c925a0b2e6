"""How long reports take and how large they are: ``python benchmarks/report.py``.

A ride of ten minutes (cold: a new process from file to report; warm: analysis and report in one and in two
processes) and one of four hours, simulated at 100 Hz with both feet, cadence and power.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bikefit.analysis import AnalyzeOptions, analyze_recording
from bikefit.io.text.writer import write_csv
from bikefit.report import write_report
from bikefit.simulate import simulate_plain

WARM = 12


def warm(folder: str, seed: int, suffix: str, count: int) -> tuple[float, float, int]:
    """Return the processor's seconds for one analysis of a ten-minute ride and for one report of it, and its bytes."""
    recording, _ = simulate_plain(duration_s=600, seed=seed, right_mean_deg=4.0)
    result = analyze_recording(recording, AnalyzeOptions())
    path = Path(folder) / f"{seed}{suffix}"
    write_report(result, path)
    start = time.process_time()
    for _ in range(count):
        write_report(result, path)
    report_s = (time.process_time() - start) / count
    start = time.process_time()
    analyze_recording(recording, AnalyzeOptions())
    return time.process_time() - start, report_s, path.stat().st_size


def both(folder: str, seed: int, count: int) -> None:
    """Analyse a ten-minute ride and write its report, so many times."""
    recording, _ = simulate_plain(duration_s=600, seed=seed, right_mean_deg=4.0)
    for _ in range(count):
        write_report(analyze_recording(recording, AnalyzeOptions()), Path(folder) / f"{seed}.html")


def cold(folder: str, ride: Path, suffix: str) -> float:
    """Time a new process from the file to its report."""
    start = time.perf_counter()
    report = str(Path(folder) / f"cold{suffix}")
    subprocess.run([sys.executable, "-m", "bikefit", "analyze", str(ride), "--report", report, "--quiet"], check=True)
    return time.perf_counter() - start


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder:
        recording, _ = simulate_plain(duration_s=600, seed=1, right_mean_deg=4.0)
        ride = Path(folder) / "ride.csv"
        write_csv(recording, ride)
        for suffix in (".html", ".pdf", ".png"):
            best = min(cold(folder, ride, suffix) for _ in range(3))
            analysis_s, report_s, size = warm(folder, 1, suffix, WARM)
            print(
                f"10 min {suffix}: cold {best:.2f} s; warm {report_s:.3f} s of the processor a report, "
                f"{analysis_s + report_s:.3f} s with its analysis; {size / 1e3:.0f} kB"
            )
        with ProcessPoolExecutor(2) as pool:
            list(pool.map(both, [folder] * 2, (2, 3), (1, 1)))
            start = time.perf_counter()
            list(pool.map(both, [folder] * 2, (2, 3), (WARM, WARM)))
            print(f"10 min .html, two processes: {2 * WARM / (time.perf_counter() - start):.1f} rides a second")

        recording, _ = simulate_plain(duration_s=4 * 3600, seed=4, right_mean_deg=4.0)
        result = analyze_recording(recording, AnalyzeOptions())
        for suffix in (".html", ".pdf", ".png"):
            path = Path(folder) / f"long{suffix}"
            start = time.perf_counter()
            write_report(result, path)
            print(f"4 h {suffix}: {time.perf_counter() - start:.2f} s, {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
