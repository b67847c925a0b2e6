"""One command, one table of ratios: each part of the program beside a peer, in the same run.

Run: ``python benchmarks/table.py``. Parts are timed as the median of several runs; on a busy machine only the ratios
carry over. The long benchmarks beside this one measure each part at length.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import fit_readers
import numpy as np
import strokes as stroke_benchmark

from bikefit.analysis import analyze
from bikefit.analysis.foot import trace_strokes
from bikefit.analysis.options import AnalyzeOptions
from bikefit.io import read_recording
from bikefit.io.text.writer import write_csv
from bikefit.model import Excess, Response
from bikefit.report import write_report
from bikefit.rotation import summarise_rotation
from bikefit.settings import Settings
from bikefit.shoe_sensor import trace_from_sensor
from bikefit.simulate import simulate_plain
from bikefit.simulate.shoe import Ride, SensorModel, simulate_shoes
from bikefit.wedge_systems import load_system
from bikefit.wedges import recommend

Row = tuple[str, float, str, float]


def median_s(work: Callable[[], object], times: int = 5) -> float:
    """Median time of a piece of work after one run that is not counted."""
    work()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def process_s(*words: str, times: int = 5) -> float:
    """Median time of a whole Python process."""
    return median_s(lambda: subprocess.run([sys.executable, *words], check=True, capture_output=True), times)


def rows(folder: Path) -> list[Row]:
    """Measure everything; a row is part, seconds, peer, the peer's seconds (NaN where there is none)."""
    import pandas as pd

    nan = float("nan")
    hour = simulate_plain(duration_s=3600, seed=1, right_mean_deg=2.5)[0]
    write_csv(hour, folder / "hour.csv")
    ten = simulate_plain(duration_s=600, seed=2, right_mean_deg=2.5)[0]
    write_csv(ten, folder / "ten.csv")
    plain = (folder / "hour.csv").read_text().split("\n", 1)[1]
    (folder / "plain.csv").write_text(plain)
    table: list[Row] = [
        (
            "load a 1-hour CSV", median_s(lambda: read_recording(folder / "plain.csv")),
            "pandas.read_csv", median_s(lambda: pd.read_csv(folder / "plain.csv")),
        )
    ]  # fmt: skip
    for kind, path in fit_readers.write_files(folder, 1200).items():
        ours = median_s(lambda path=path, kind=kind: fit_readers.read_bikefit(path, kind))
        peer = median_s(lambda path=path, kind=kind: fit_readers.read_fitparse(path, kind), 1)
        table.append((f"read FIT {kind}, 20 min", ours, "fitparse", peer))
    options, settings = AnalyzeOptions(), Settings()
    short = stroke_benchmark.ride(2.0 / 60.0, 100.0)
    own = median_s(lambda: trace_strokes(short, ten, options))
    try:
        peer, _ = stroke_benchmark.kinetics_toolkit_s(short)
    except ImportError:
        peer = nan
    table.append(("phase and strokes, 2 min", own, "kineticstoolkit detect_cycles", peer))
    traced = trace_strokes(hour.feet["right"], hour, options)
    found = traced.strokes
    table.append(
        ("phase and strokes, 1 h", median_s(lambda: trace_strokes(hour.feet["right"], hour, options)), "", nan)
    )
    table.append((
        "rotation with its interval, 1 h",
        median_s(lambda: summarise_rotation(found.table, found.curves, "mean", settings, is_crank=True)), "", nan,
    ))  # fmt: skip
    system = load_system("bikefit-cleat")
    excess, response = Excess(2.5, 0.2, 0.8), Response(0.25, 0.5)
    table.append(("recommendation", median_s(lambda: recommend(excess, response, 0, system, settings), 50), "", nan))
    table.append(_shoe_row(settings))
    result = analyze(ten)
    for suffix in ("html", "pdf"):
        out = folder / f"r.{suffix}"
        table.append(
            (f"report as {suffix.upper()}, 10 min", median_s(lambda out=out: write_report(result, out)), "", nan)
        )
    read_it = f"import pandas; pandas.read_csv({str(folder / 'ten.csv')!r}, skiprows=1)"
    own = process_s("-m", "bikefit", "analyze", str(folder / "ten.csv"), "--quiet")
    table.append(("analyze a 10-minute CSV, process", own, "import pandas, read_csv", process_s("-c", read_it)))
    table.append(
        (
            "bikefit --help, process",
            process_s("-m", "bikefit", "--help"),
            "import numpy",
            process_s("-c", "import numpy"),
        )
    )
    return table


def _shoe_row(settings: Settings) -> Row:
    from vqf import offlineVQF

    sensor = simulate_shoes(Ride(duration_s=600.0), sensors={"right": SensorModel(rate_hz=100.0)})[0].sensors["right"]
    gyr = np.ascontiguousarray(np.radians(sensor.gyr_deg_s))
    acc = np.ascontiguousarray(sensor.acc_m_s2)
    own = median_s(lambda: trace_from_sensor(sensor, settings), 3)
    return ("shoe sensor, 10 min", own, "VQF alone", median_s(lambda: offlineVQF(gyr, acc, None, 0.01), 3))


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        table = rows(Path(name))
    print("| part | bikefit | beside | its time | ratio |\n|---|---|---|---|---|")
    for part, own, peer, other in table:
        beside = (peer, f"{other * 1e3:.3g} ms", f"{own / other:.3g}") if other == other else ("", "", "")
        print(f"| {part} | {own * 1e3:.3g} ms | {' | '.join(beside)} |")


if __name__ == "__main__":
    main()
