"""One command, one table: each part of the program beside its peers and beside another version, in the same run.

    pip install '.[bench]'                              # the peers; one that is missing is a row that says so
    python benchmarks/table.py [--before FOLDER]        # FOLDER: a checkout of another version, such as 0.1

Every reader runs in processes of its own, in turn with the others. It writes docs/performance.md between the marks
there. Whole processes are timed from outside. Under 15 minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import fit_readers
import measuring
import numpy as np
from measuring import HERE, Runs, three
from parts import BRIEF, PARTS

from bikefit.io.markers.trc_writer import write_trc
from bikefit.io.text.writer import write_csv
from bikefit.model import Recording
from bikefit.simulate import simulate_plain
from bikefit.simulate.markers import simulate_markers
from bikefit.simulate.shoe import SensorModel, simulate_shoes
from bikefit.simulate.space import Ride
from bikefit.simulate.space import Ride as MarkerRide

TURNS, LONG_S = 3, 1.0
PACKAGES = (
    "pandas", "numpy", "scipy", "fitparse", "fitdecode", "garmin-fit-sdk", "fitfast", "ezc3d", "kineticstoolkit", "vqf",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A part's heading and what each reader does for it."""

    heading: str
    does: dict[str, str]


ABOUT = {
    "csv": Part("CSV, {hour}, 6 columns, to numbers", {
        "bikefit": "also SHA-256, units, order, gaps, signs", "pandas": "parses; `read_csv`",
    }),
    "fit records": Part("FIT, {fit}, one record a second with 22 fields, to columns", {
        "bikefit": "all messages and fields, checksum", "fitfast": "the records' columns, in Rust",
        "fitdecode": "records as objects, checksum", "garmin-fit-sdk": "all messages, checksum",
        "fitparse": "records as objects, checksum",
    }),
    "fit sensors": Part("FIT, {fit}, gyroscope and accelerometer at 100 Hz, to columns", {
        "bikefit": "all messages and fields, checksum", "fitfast": "all messages, in Rust",
        "fitdecode": "these messages as objects, checksum", "garmin-fit-sdk": "all messages, checksum",
        "fitparse": "these messages as objects, checksum",
    }),
    "c3d": Part("C3D, {ten}, 9 markers at 100 Hz, to positions", {
        "bikefit": "also SHA-256, names, axes and unit from the markers", "ezc3d": "points, analog, parameters, in C++",
        "kineticstoolkit": "points, analog, events, by ezc3d",
    }),
    "trc": Part("TRC, the same, to positions", {
        "bikefit": "the same", "pandas": "parses; kineticstoolkit reads no TRC",
    }),
    "orientation": Part("orientation of a shoe sensor, {ten} at 100 Hz", {
        "bikefit": "bias and quaternions", "vqf": "bias, rest and quaternions, offline, in C++",
    }),
    "strokes": Part("strokes of one foot, {short} at 100 Hz", {
        "bikefit": "by the crank: phase, measured, judged", "kineticstoolkit": "`detect_cycles`: events alone",
    }),
    "strokes, 1 h": Part("strokes of one foot, {hour} at 100 Hz", {"bikefit": "the same"}),
    "rotation": Part("rotation with its interval, {hour}", {"bikefit": ""}),
    "decision": Part("recommendation", {"bikefit": ""}),
    "shoe": Part("a shoe sensor's readings to the heel's angle, {ten}", {"bikefit": ""}),
    "html": Part("report as HTML, {ten}", {"bikefit": ""}),
    "pdf": Part("report as PDF, {ten}", {"bikefit": ""}),
}  # fmt: skip


# ---- the files


def write_files(folder: Path, share: float) -> dict[str, str]:
    """Write every file that a part reads, shorter by this share of the usual length; say how long they are."""
    folder.mkdir(exist_ok=True)
    lengths_s = {"hour": 3600.0, "ten": 600.0, "short": 120.0, "four": 14400.0, "fit": 1200.0}
    lengths_s = {name: max(round(share * length), 30) for name, length in lengths_s.items()}
    for name in ("hour", "ten", "short", "four"):
        path = folder / f"{name}.csv"
        write_csv(simulate_plain(duration_s=lengths_s[name], seed=7, right_mean_deg=2.5)[0], path)
        path.write_bytes(path.read_bytes().split(b"\n", 1)[1])  # without the comment, so that pandas sees its header
    fit_readers.write_files(folder, round(lengths_s["fit"]))
    trial = simulate_markers(MarkerRide(duration_s=lengths_s["ten"]))[0]
    write_trc(trial, folder / "markers.trc", axes="z-up")
    if measuring.installed("ezc3d"):
        write_c3d(trial, folder / "markers.c3d")
    sensor = simulate_shoes(Ride(duration_s=max(lengths_s["ten"], 60.0)), sensors={"right": SensorModel(rate_hz=100.0)})
    right = sensor[0].sensors["right"]
    np.savez(
        folder / "shoe.npz",
        time_s=np.arange(len(right.gyr_deg_s)) / 100.0,
        gyr_deg_s=right.gyr_deg_s,
        acc_m_s2=right.acc_m_s2[: len(right.gyr_deg_s)],
    )
    return {name: _length(length_s) for name, length_s in lengths_s.items()}


def _length(seconds: float) -> str:
    return f"{seconds / 3600:g} h" if seconds % 3600 == 0 else f"{seconds / 60:g} min"


def write_c3d(trial: Recording, path: Path) -> None:
    """Write a recording's markers with ezc3d."""
    import ezc3d

    assert trial.markers is not None
    made, seen = ezc3d.c3d(), trial.markers.positions_mm
    stack = np.stack(list(seen.values()), axis=1)
    made["parameters"]["POINT"]["RATE"]["value"] = [100.0]
    made["parameters"]["POINT"]["LABELS"]["value"] = list(seen)
    made["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    made["data"]["points"] = np.concatenate([stack, np.ones((*stack.shape[:2], 1))], axis=2).transpose(2, 1, 0)
    made.write(str(path))


# ---- parts


@dataclass(frozen=True)
class Measured:
    """What a reader took for a part, or why there is nothing: then only `why` is set."""

    why: str = ""
    version: str = ""
    clock_s: tuple[float, ...] = ()
    cpu_s: float = math.nan
    peak_mb: float = math.nan
    found: tuple[int, float] = (0, math.nan)


def measure_part(part: str, reader: str, folder: Path, checkout: Path, seconds: float) -> Measured:
    """Measure once in a process of its own."""
    command = [sys.executable, str(HERE / "benchmarks" / "parts.py"), part, reader, str(folder), str(seconds)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=measuring.environment(checkout), timeout=300, check=False
    )
    if done.returncode:
        return Measured(why=f"failed: {done.stderr.strip().splitlines()[-1][:90]}")
    got = json.loads(done.stdout)
    return Measured(
        "", got["version"], tuple(got["clock_s"]), min(got["cpu_s"]), got["peak_mb"], (got["found"][0], got["found"][1])
    )


def together(turns: list[Measured]) -> Measured:
    """Put the turns of one reader together."""
    failed = next((turn for turn in turns if turn.why), None)
    if failed:
        return failed
    return Measured(
        "", turns[0].version, tuple(took for turn in turns for took in turn.clock_s),
        min(turn.cpu_s for turn in turns), statistics.median(turn.peak_mb for turn in turns), turns[0].found,
    )  # fmt: skip


def measure(part: str, folder: Path, before: Path | None, turns: int, seconds: float) -> dict[str, Measured]:
    """Measure all readers of a part in turn; one that took the processor long is not asked again."""
    readers: list[tuple[str, str, Path]] = [("bikefit", "bikefit", HERE)]
    readers += [("before", "bikefit", before)] if before else []
    readers += [(name, name, HERE) for name in PARTS[part] if name != "bikefit"]
    found: dict[str, list[Measured]] = {}
    for turn in range(turns):
        for name, reader, checkout in readers:
            known = found.setdefault(name, [])
            if reader not in ("bikefit", "pandas") and not measuring.installed(reader):
                found[name] = [Measured(why="not installed")]
            elif turn == 0 or not (known[0].why or known[0].cpu_s > LONG_S):
                known.append(measure_part(part, reader, folder, checkout, seconds))
    return {name: together(own) for name, own in found.items()}


def agrees(own: tuple[int, float], other: tuple[int, float]) -> str:
    """Say whether two readers found the same."""
    if own[0] != other[0]:
        return f"{other[0]:,} beside {own[0]:,}"
    if math.isnan(own[1]) or math.isnan(other[1]):
        return f"{own[0]:,}, as many"
    same = math.isclose(own[1], other[1], rel_tol=1e-6)
    return f"{own[0]:,}, the same" if same else f"{own[0]:,}; {other[1]:.5g} beside {own[1]:.5g}"


def rows_of(part: str, lengths: dict[str, str], results: dict[str, Measured]) -> Iterable[str]:
    """Write a part's rows."""
    about, own = ABOUT[part], results["bikefit"]
    yield f"| **{about.heading.format(**lengths)}** | | | | | | |"
    for name, got in results.items():
        does = about.does.get("bikefit" if name == "before" else name, "")
        called = f"{'bikefit' if name == 'before' else name} {got.version}".strip()
        if got.why:
            yield f"| {called} | {does} | {got.why} | | | | |"
            continue
        clock = 1e3 * np.array(got.clock_s)
        spread = f"{three(float(np.median(clock)))} ({three(clock.min())} to {three(clock.max())} of {clock.size})"
        ratio = "1" if name == "bikefit" or own.why else f"{got.cpu_s / own.cpu_s:.3g}"
        numbers = agrees(own.found, got.found) if name != "bikefit" else f"{got.found[0]:,}"
        numbers = "" if own.found == (1, own.found[1]) and math.isnan(own.found[1]) else numbers
        yield (f"| {called} | {does} | {spread} | {three(1e3 * got.cpu_s)} | {got.peak_mb:.1f} | {ratio} | {numbers} |")


# ---- whole processes


def processes(folder: Path, lengths: dict[str, str], before: Path | None, turns: int) -> Iterable[str]:
    """Measure whole processes beside what only loads pandas or numpy, and write their rows."""
    ten, four = (str(folder / f"{name}.csv") for name in ("ten", "four"))
    sample = str(HERE / "sample_data" / "two_wedges.fit")
    read = "import pandas; pandas.read_csv({!r})"
    cases = {
        "`analyze --json` of a FIT file of 2 min": (["analyze", "--json", sample], "import pandas"),
        f"`analyze --json` of a CSV of {lengths['ten']}": (["analyze", "--json", ten], read.format(ten)),
        f"`analyze --json` of a CSV of {lengths['four']}": (["analyze", "--json", four], read.format(four)),
        f"`analyze --report` of a CSV of {lengths['ten']}": (
            ["analyze", ten, "--quiet", "--report", str(folder / "whole.html")], "import pandas",
        ),
        "`--help`": (["--help"], "import numpy"),
    }  # fmt: skip
    for heading, (words, beside) in cases.items():
        works = {"bikefit": partial(measuring.process, ["-m", "bikefit", *words])}
        if before:
            works["before"] = partial(measuring.process, ["-m", "bikefit", *words], before)
        said = f"`{beside.split('(')[0].replace('; pandas.', ', ')}`"
        works[said] = partial(measuring.process, ["-c", beside])
        results = measuring.in_turn(works, turns)
        yield f"| **{heading}** | | | | | |"
        for name, runs in results.items():
            yield process_row(name, runs, results["bikefit"], before)


def process_row(name: str, runs: Runs, own: Runs, before: Path | None) -> str:
    """Write the row of a whole process."""
    called = {"bikefit": "bikefit", "before": f"bikefit {version_of(before)}"}.get(name, name)
    low, high = runs.clock_range_s
    return (
        f"| {called} | {runs.clock_s:.2f} ({low:.2f} to {high:.2f} of {len(runs.runs)}) | {runs.cpu_s:.2f} "
        f"| {runs.peak_mb:.0f} | {own.clock_s / runs.clock_s:.2f} | {own.cpu_s / runs.cpu_s:.2f} |"
    )


def version_of(checkout: Path | None) -> str:
    """Return the version that a checkout says it is."""
    if checkout is None:
        return ""
    text = (checkout / "bikefit" / "__init__.py").read_text(encoding="utf-8")
    return next(line.split('"')[1] for line in text.splitlines() if line.startswith("__version__"))


# ---- the page


def table(folder: Path, before: Path | None, share: float, turns: int, seconds: float, only: list[str]) -> str:
    """Measure everything and return the text for the page."""
    where = measuring.machine()
    lengths = write_files(folder, share)
    write_files(folder / BRIEF, 0.0)
    packages = ", ".join(f"{name} {measuring.installed(name) or '(not installed)'}" for name in PACKAGES)
    lines = [
        f"Measured on: {where}; {packages}.",
        "",
        "| part, by | what it does | clock [ms]: median (least to most of n) | processor [ms], least "
        "| memory grows by [MB] | processor, times bikefit | numbers found |",
        "|---|---|---|---|---|---|---|",
    ]
    for part in only or PARTS:
        if part in PARTS:
            lines += rows_of(part, lengths, measure(part, folder, before, turns, seconds))
            print(f"{part}: done", file=sys.stderr, flush=True)
    if not only or "processes" in only:
        lines += [
            "",
            "| whole process, by | clock [s]: median (least to most of n) | processor [s], least | peak memory [MB] "
            "| bikefit takes, by the clock | of the processor |",
            "|---|---|---|---|---|---|",
            *processes(folder, lengths, before, turns),
        ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, help="checkout of another version, measured in turn with this one")
    parser.add_argument("--page", type=Path, default=measuring.PAGES / "performance.md", help="where to write it")
    parser.add_argument("--share", type=float, default=1.0, help="of the usual length of the files, to try it quickly")
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long to repeat a quick part in one process")
    parser.add_argument("--only", nargs="*", default=[], choices=[*PARTS, "processes"])
    given = parser.parse_args(arguments)
    before = given.before.resolve() if given.before else None
    with tempfile.TemporaryDirectory() as folder:
        text = table(Path(folder), before, given.share, given.turns, given.seconds, given.only)
    measuring.put_between(given.page, "table", text)


if __name__ == "__main__":
    main()
