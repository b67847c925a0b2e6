"""Pieces of work for the table: each prepares its files' names and imports, does the work, and says what it found.

    python benchmarks/parts.py PART READER FOLDER SECONDS

times one in this process and prints it as JSON: version, times by the clock and of the processor, by how much the peak
of the memory grew, and what was found. PYTHONPATH says which checkout's package that is. Readers of the same part must
find the same: how many numbers, and a figure made of them.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import fit_readers
import measuring
import numpy as np

Found = tuple[int, float]
"""How many numbers, and a figure made of them; NaN where there is no such figure."""
Work = tuple[Callable[[], Any], Callable[[Any], Found]]
NAN = float("nan")
MOST_RUNS = 25
BRIEF = "brief"
"""Folder of files of the same names that are read before the clock starts."""


def _sum_of(*columns: Any) -> Found:
    """Count the numbers of some columns and add them up."""
    return sum(len(column) for column in columns), float(sum(np.nansum(np.asarray(each, float)) for each in columns))


# ---- files to numbers


def csv_bikefit(folder: Path) -> Work:
    from bikefit.io import read_recording

    def found(recording: Any) -> Found:
        return _sum_of(*(recording.feet[side].heel_out_deg for side in ("left", "right")))

    return lambda: read_recording(folder / "hour.csv"), found


def csv_pandas(folder: Path) -> Work:
    import pandas as pd

    def found(table: Any) -> Found:
        return _sum_of(*(table[f"{side}_heel_rotation_deg"] for side in ("left", "right")))

    return lambda: pd.read_csv(folder / "hour.csv"), found


def fit_reader(name: str, kind: str) -> Callable[[Path], Work]:
    """Return a FIT reader's work on a file of `fit_readers`."""

    def prepared(folder: Path) -> Work:
        read, module = fit_readers.READERS[name]
        importlib.import_module(module)
        return lambda: read(folder / f"{kind}.fit", kind), lambda columns: _sum_of(*columns.values())

    return prepared


def _apart_mm(heel: Any, toe: Any) -> Found:
    """Count the coordinates of the right shoe's two markers, and say how far apart they are on average."""
    return 6 * len(heel), float(np.nanmean(np.linalg.norm(np.asarray(heel) - np.asarray(toe), axis=1)))


def markers_bikefit(suffix: str) -> Callable[[Path], Work]:
    """Return the reading of markers from a file of this kind."""

    def prepared(folder: Path) -> Work:
        from bikefit.io import read_recording

        def found(recording: Any) -> Found:
            seen = recording.markers.positions_mm
            return _apart_mm(seen["right_heel"], seen["right_toe"])

        return lambda: read_recording(folder / f"markers.{suffix}"), found

    return prepared


def c3d_kinetics_toolkit(folder: Path) -> Work:
    import kineticstoolkit as ktk

    def found(content: Any) -> Found:
        points = content["Points"].data
        return _apart_mm(*(1000.0 * points[name][:, :3] for name in ("right_heel", "right_toe")))

    return lambda: ktk.read_c3d(str(folder / "markers.c3d")), found


def c3d_ezc3d(folder: Path) -> Work:
    import ezc3d

    def found(content: Any) -> Found:
        names = [name.strip() for name in content["parameters"]["POINT"]["LABELS"]["value"]]
        points = content["data"]["points"]
        return _apart_mm(*(points[:3, names.index(name)].T for name in ("right_heel", "right_toe")))

    return lambda: ezc3d.c3d(str(folder / "markers.c3d")), found


def trc_pandas(folder: Path) -> Work:
    import pandas as pd

    path = folder / "markers.trc"
    names = path.read_text(encoding="utf-8").splitlines()[3].split("\t")

    def found(table: Any) -> Found:
        return _apart_mm(
            *(
                table.iloc[:, at : at + 3].to_numpy()
                for at in (names.index(name) for name in ("right_heel", "right_toe"))
            )
        )

    return lambda: pd.read_csv(path, sep="\t", skiprows=6, header=None), found


# ---- orientation


def _inclination(down: Any) -> Found:
    """Count the orientations, and say how far the sensor's z axis leans from the vertical on average [deg]."""
    return len(down), float(np.degrees(np.mean(np.arccos(np.clip(down, -1.0, 1.0)))))


def _sensor(folder: Path) -> tuple[Any, Any, Any]:
    with np.load(folder / "shoe.npz") as kept:
        return kept["time_s"], kept["gyr_deg_s"], kept["acc_m_s2"]


def orientation_bikefit(folder: Path) -> Work:
    from bikefit.shoe_sensor.orientation import filtered
    from bikefit.shoe_sensor.samples import Samples

    time_s, gyr_deg_s, acc_m_s2 = _sensor(folder)
    samples = Samples(time_s, np.radians(gyr_deg_s), acc_m_s2, None, float(time_s[1]))

    def found(answer: Any) -> Found:
        _, x, y, _ = np.moveaxis(answer[0], -1, 0)
        return _inclination(1.0 - 2.0 * (x * x + y * y))

    return lambda: filtered(samples), found


def orientation_vqf(folder: Path) -> Work:
    from vqf import offlineVQF

    time_s, gyr_deg_s, acc_m_s2 = _sensor(folder)
    gyr, acc = np.ascontiguousarray(np.radians(gyr_deg_s)), np.ascontiguousarray(acc_m_s2)

    def found(answer: Any) -> Found:
        _, x, y, _ = answer["quat6D"].T
        return _inclination(1.0 - 2.0 * (x * x + y * y))

    return lambda: offlineVQF(gyr, acc, None, float(time_s[1])), found


# ---- strokes, rotation, decision, reports


def _traced(path: Path) -> tuple[Any, Any, Any]:
    from bikefit.analysis.options import AnalyzeOptions
    from bikefit.io import read_recording

    recording = read_recording(path)
    return recording.feet["right"], recording, AnalyzeOptions()


def strokes_bikefit(name: str) -> Callable[[Path], Work]:
    """Return the finding of strokes in a ride."""

    def prepared(folder: Path) -> Work:
        from bikefit.analysis.foot import trace_strokes

        given = _traced(folder / name)
        return lambda: trace_strokes(*given), lambda traced: (len(traced.strokes.table), NAN)

    return prepared


def strokes_kinetics_toolkit(folder: Path) -> Work:
    import kineticstoolkit as ktk

    trace = _traced(folder / "short.csv")[0]
    series = ktk.TimeSeries(time=trace.time_s)
    series.data["heel_out"] = trace.heel_out_deg - np.mean(trace.heel_out_deg)

    def found(answer: Any) -> Found:
        return sum(event.name == "_" for event in answer.events), NAN

    return lambda: ktk.cycles.detect_cycles(series, "heel_out", thresholds=(1.0, -1.0)), found


def rotation_bikefit(folder: Path) -> Work:
    from bikefit.analysis.foot import trace_strokes
    from bikefit.rotation import summarise_rotation
    from bikefit.settings import Settings

    found = trace_strokes(*_traced(folder / "hour.csv")).strokes
    columns = getattr(found, "columns", None)
    columns = found.table if columns is None else columns
    return (
        lambda: summarise_rotation(columns, found.curves, "mean", Settings(), is_crank=True),
        lambda answer: (1, NAN),
    )


def decision_bikefit(folder: Path) -> Work:
    from bikefit.model import Excess, Response
    from bikefit.settings import Settings
    from bikefit.wedge_systems import load_system
    from bikefit.wedges import recommend

    by_ends = fields(Excess)[1].name == "interval_deg"  # version 0.1
    excess = Excess(2.5, (0.9, 4.1)) if by_ends else Excess(2.5, 0.2, 0.8)
    given = (excess, Response(0.25, 0.5), 0, load_system("bikefit-cleat"), Settings())
    return lambda: recommend(*given), lambda answer: (1, NAN)


def shoe_bikefit(folder: Path) -> Work:
    from bikefit.model import ShoeSensor
    from bikefit.settings import Settings
    from bikefit.shoe_sensor import trace_from_sensor

    time_s, gyr_deg_s, acc_m_s2 = _sensor(folder)
    sensor = ShoeSensor("right", time_s, gyr_deg_s, time_s, acc_m_s2)
    return lambda: trace_from_sensor(sensor, Settings()), lambda answer: (1, NAN)


def report_bikefit(suffix: str) -> Callable[[Path], Work]:
    """Return the writing of a report of this kind."""

    def prepared(folder: Path) -> Work:
        from bikefit.analysis import analyze
        from bikefit.report import write_report

        result, out = analyze(folder / "ten.csv"), folder / f"report.{suffix}"
        return lambda: write_report(result, out), lambda _: (1, NAN)

    return prepared


PARTS: dict[str, dict[str, Callable[[Path], Work]]] = {
    "csv": {"bikefit": csv_bikefit, "pandas": csv_pandas},
    **{
        f"fit {kind}": {
            name: fit_reader(name, kind) for name in ("bikefit", "fitfast", "fitdecode", "garmin-fit-sdk", "fitparse")
        }
        for kind in ("records", "sensors")
    },
    "c3d": {"bikefit": markers_bikefit("c3d"), "ezc3d": c3d_ezc3d, "kineticstoolkit": c3d_kinetics_toolkit},
    "trc": {"bikefit": markers_bikefit("trc"), "pandas": trc_pandas},
    "orientation": {"bikefit": orientation_bikefit, "vqf": orientation_vqf},
    "strokes": {"bikefit": strokes_bikefit("short.csv"), "kineticstoolkit": strokes_kinetics_toolkit},
    "strokes, 1 h": {"bikefit": strokes_bikefit("hour.csv")},
    "rotation": {"bikefit": rotation_bikefit},
    "decision": {"bikefit": decision_bikefit},
    "shoe": {"bikefit": shoe_bikefit},
    "html": {"bikefit": report_bikefit("html")},
    "pdf": {"bikefit": report_bikefit("pdf")},
}
"""What is timed, and by whose code."""


def timed(part: str, reader: str, folder: Path, seconds: float) -> dict[str, Any]:
    """Repeat a piece of work for so many seconds, at least once, after the same on the brief files of that folder."""
    PARTS[part][reader](folder / BRIEF)[0]()  # whatever is imported or built on first use
    work, found = PARTS[part][reader](folder)
    before_mb = fit_readers.peak_mb()
    clock_s: list[float] = []
    cpu_s: list[float] = []
    answer: Any = None
    until = time.perf_counter() + seconds
    while not clock_s or (len(clock_s) < MOST_RUNS and time.perf_counter() < until):
        answer = None  # its memory may be used again
        started, used = time.perf_counter(), time.process_time()
        answer = work()
        clock_s.append(time.perf_counter() - started)
        cpu_s.append(time.process_time() - used)
    peak_mb = fit_readers.peak_mb() - before_mb
    named = _version() if reader == "bikefit" else measuring.installed(reader)
    return {
        "version": named, "clock_s": clock_s, "cpu_s": cpu_s, "peak_mb": peak_mb, "found": found(answer),
    }  # fmt: skip


def _version() -> str:
    import bikefit

    return bikefit.__version__


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        measured = timed(sys.argv[1], sys.argv[2], Path(sys.argv[3]), float(sys.argv[4]))
    print(json.dumps(measured))
