"""How time and memory grow: over the length of a ride (CSV and FIT), the sessions of a batch, and its workers.

    python benchmarks/scaling.py

Whole processes, timed from outside. It draws docs/img/scaling.svg and writes the figures into docs/performance.md
between the marks there. Under 10 minutes on two cores.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import measuring
import numpy as np
from make_rides import write_manifest
from measuring import Run, Runs, three

from bikefit.io.fit.writer import write_fit
from bikefit.io.text.writer import write_csv
from bikefit.report.draw.theme import LIGHT
from bikefit.simulate import simulate_plain

HOURS = (1 / 6, 0.5, 1.0, 2.0, 4.0, 8.0)
SESSIONS = (10, 30, 100, 300, 1000)
SHORT_S = 40.0
WORKERS = (1, 2, 4)
PER_WORKERS = 60
WORKER_RIDE_S = 600.0
DISTINCT = 10


@dataclass(frozen=True)
class Line:
    """A straight line through measurements: what there is at nothing, and what each one more adds."""

    at_zero: float
    each: float

    @staticmethod
    def through(x: Sequence[float], y: Sequence[float]) -> Line:
        """Fit by least squares of the relative errors, so that short runs count as much as long ones."""
        each, at_zero = np.polyfit(x, y, 1, w=1.0 / np.asarray(y))
        return Line(float(at_zero), float(each))


def exponent(x: Sequence[float], y: Sequence[float]) -> float:
    """Return the power of the length with which the last two of the measurements grow: 1 is proportional."""
    return float(np.log(y[-1] / y[-2]) / np.log(x[-1] / x[-2]))


# ---- measuring


def rides(folder: Path, hours: Sequence[float], times: int) -> dict[str, list[Runs]]:
    """Measure an analysis over the ride's length, for each format."""
    found: dict[str, list[Runs]] = {"CSV": [], "FIT": []}
    for length_h in hours:
        recording = simulate_plain(duration_s=round(3600 * length_h), seed=7, right_mean_deg=2.5)[0]
        paths = {"CSV": folder / "ride.csv", "FIT": folder / "ride.fit"}
        write_csv(recording, paths["CSV"])
        write_fit(recording, paths["FIT"])
        del recording
        works = {
            kind: partial(measuring.process, ["-m", "bikefit", "analyze", "--json", str(path)])
            for kind, path in paths.items()
        }
        for kind, runs in measuring.in_turn(works, times if length_h < 4.0 else min(times, 2)).items():
            found[kind].append(runs)
        print(f"{length_h:.2g} h: done", file=sys.stderr, flush=True)
    return found


def make_sessions(folder: Path, count: int, seconds: float) -> Path:
    """Write so many distinct rides, which are a few ones cut shorter by some rows, and their manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    originals = []
    for number in range(min(DISTINCT, count)):
        write_csv(simulate_plain(duration_s=seconds, seed=number, right_mean_deg=number - 4.0)[0], folder / "one.csv")
        originals.append((folder / "one.csv").read_bytes().splitlines(keepends=True))
    rows: list[dict[str, object]] = []
    for number in range(count):
        lines, turn = originals[number % len(originals)], number // len(originals)
        (folder / f"s{number:04d}.csv").write_bytes(b"".join(lines[: len(lines) - turn]))
        rows.append({
            "file": f"s{number:04d}.csv", "session": f"s{number:04d}", "rider": f"rider {number // 4}",
            "date": f"2026-{1 + number % 4:02d}-{1 + number % 28:02d}", "condition": f"{number % 4 % 3} wedges right",
            "left_wedges": 0, "right_wedges": number % 4 % 3,
        })  # fmt: skip
    (folder / "one.csv").unlink()
    return write_manifest(folder, rows)


def batch(manifest: Path, out: Path, jobs: int, flags: Sequence[str] = ()) -> Run:
    """Measure one batch from nothing."""
    shutil.rmtree(out, ignore_errors=True)
    words = ["-m", "bikefit", "batch", str(manifest), "--out", str(out), "--jobs", str(jobs), "--quiet", *flags]
    return measuring.process(words)


def sessions(folder: Path, counts: Sequence[int]) -> list[Runs]:
    """Measure batches of many short rides without pages, two workers; each once."""
    found = []
    for count in counts:
        manifest = make_sessions(folder / f"short_{count}", count, SHORT_S)
        found.append(Runs((batch(manifest, folder / "out", 2, ["--no-report"]),)))
        print(f"{count} sessions: done", file=sys.stderr, flush=True)
    return found


def workers(folder: Path, counts: Sequence[int], per: int, seconds: float, times: int) -> list[Runs]:
    """Measure the same batch with pages by one, two and four workers, in turn."""
    manifest = make_sessions(folder / "long", per, seconds)
    works = {f"{count}": partial(batch, manifest, folder / "out", count) for count in counts}
    return list(measuring.in_turn(works, times).values())


# ---- telling


def hours_text(length_h: float) -> str:
    """Write a length as a person says it."""
    if length_h < 1 / 60:
        return f"{3600 * length_h:.0f} s"
    return f"{60 * length_h:.0f} min" if length_h < 1 else f"{length_h:g} h"


def text(
    where: str, given: Sizes, ridden: dict[str, list[Runs]], batches: list[Runs], by_workers: list[Runs]
) -> Iterable[str]:
    """Write the figures and the tables."""
    yield "![Time and memory over the length of a ride, over sessions and over workers](img/scaling.svg)\n"
    for kind, runs in ridden.items():
        cpu = [run.cpu_s for run in runs]
        line = Line.through(given.hours, cpu)
        memory = Line.through(given.hours, [run.peak_mb for run in runs])
        clock = Line.through(given.hours, [run.clock_s for run in runs])
        yield (
            f"**{kind}**: {three(line.at_zero)} s of processor and {three(line.each)} s more an hour of riding "
            f"({three(clock.at_zero)} and {three(clock.each)} s by the clock), {memory.at_zero:.0f} MB and "
            f"{memory.each:.0f} MB more an hour; the last doubling of the length multiplies the processor's time by "
            f"{cpu[-1] / cpu[-2]:.2f} (exponent {exponent(given.hours, cpu):.2f}).\n"
        )
    line = Line.through(given.sessions, [run.cpu_s for run in batches])
    clock = Line.through(given.sessions, [run.clock_s for run in batches])
    yield (
        f"**A batch** of rides of {SHORT_S:.0f} s without pages, two workers: {three(line.at_zero)} s of processor and "
        f"{1e3 * line.each:.0f} ms more a session ({three(clock.at_zero)} s and {1e3 * clock.each:.0f} ms by the "
        f"clock); the largest process holds {batches[0].peak_mb:.0f} MB at {given.sessions[0]} sessions and "
        f"{batches[-1].peak_mb:.0f} MB at {given.sessions[-1]:,}.\n"
    )
    speeds = [by_workers[0].clock_s / runs.clock_s for runs in by_workers]
    more = ", ".join(
        f"{count} workers {speed:.2f} times" for count, speed in zip(given.workers[1:], speeds[1:], strict=True)
    )
    yield (
        f"**Workers**, {given.per_workers} rides of {given.worker_ride_s / 60:g} min with pages: one does them in "
        f"{by_workers[0].clock_s:.1f} s; as fast: {more}. Beyond the number of processors more workers only cost."
    )
    yield f"\nMeasured on: {where}.\n"
    yield "| `analyze --json` of | clock, median [s] | processor, least [s] | peak memory [MB] |\n|---|---|---|---|"
    for kind, runs in ridden.items():
        for length_h, run in zip(given.hours, runs, strict=True):
            yield f"| {kind}, {hours_text(length_h)} | {run.clock_s:.2f} | {run.cpu_s:.2f} | {run.peak_mb:.0f} |"
    yield "\n| `batch` of | clock, median [s] | processor, least [s] | largest process [MB] |\n|---|---|---|---|"
    for count, run in zip(given.sessions, batches, strict=True):
        yield f"| {count:,} short rides, 2 workers | {run.clock_s:.1f} | {run.cpu_s:.1f} | {run.peak_mb:.0f} |"
    for count, run in zip(given.workers, by_workers, strict=True):
        named = f"{given.per_workers} rides with pages, {count} worker{'s' if count > 1 else ''}"
        yield f"| {named} | {run.clock_s:.1f} | {run.cpu_s:.1f} | {run.peak_mb:.0f} |"


def draw(path: Path, given: Sizes, ridden: dict[str, list[Runs]], batches: list[Runs], by_workers: list[Runs]) -> None:
    """Draw all of it in one figure of four panels."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import NullFormatter

    matplotlib.rcParams.update({
        "svg.hashsalt": "bikefit", "font.family": "DejaVu Sans", "font.size": 9, "text.color": LIGHT["ink"],
        "axes.labelcolor": LIGHT["ink"], "axes.edgecolor": LIGHT["rule"], "xtick.color": LIGHT["soft"],
        "ytick.color": LIGHT["soft"], "axes.grid": True, "grid.color": LIGHT["shade"], "axes.spines.top": False,
        "axes.spines.right": False, "figure.facecolor": LIGHT["paper"], "axes.titlelocation": "left",
        "axes.titlesize": 10, "legend.frameon": False,
    })  # fmt: skip
    figure, panels = plt.subplots(2, 2, figsize=(8.6, 6.4), layout="constrained")
    time, memory, many, side_by_side = panels.flat
    for (kind, runs), colour, dashes in zip(ridden.items(), (LIGHT["left"], LIGHT["right"]), ("-", "--"), strict=True):
        for panel, values, unit in (
            (time, [run.cpu_s for run in runs], "s"), (memory, [run.peak_mb for run in runs], "MB"),
        ):  # fmt: skip
            line = Line.through(given.hours, values)
            said = f"{kind}: {three(line.at_zero)} {unit} + {three(line.each)} {unit}/h"
            panel.plot(given.hours, values, "o", color=colour, markersize=4)
            panel.plot(
                given.hours, [line.at_zero + line.each * h for h in given.hours], dashes, color=colour, label=said
            )
    time.set(title="analyze: processor time", xlabel="ride [h]", ylabel="s", ylim=(0, None))
    memory.set(title="analyze: peak memory", xlabel="ride [h]", ylabel="MB", ylim=(0, None))
    line = Line.through(given.sessions, [run.cpu_s for run in batches])
    many.plot(given.sessions, [run.cpu_s for run in batches], "o", color=LIGHT["left"], markersize=4)
    many.plot(
        given.sessions, [line.at_zero + line.each * n for n in given.sessions], color=LIGHT["left"],
        label=f"processor: {three(line.at_zero)} s + {1e3 * line.each:.0f} ms a session",
    )  # fmt: skip
    many.plot(
        given.sessions, [run.peak_mb for run in batches], "s--", color=LIGHT["right"], markersize=4,
        label="largest process, MB",
    )  # fmt: skip
    many.set(title="batch: short rides, two workers", xlabel="sessions", ylabel="s, MB", xscale="log", yscale="log")
    for axis in (many.xaxis, many.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.set_minor_formatter(NullFormatter())
    speeds = [given.per_workers / run.clock_s for run in by_workers]
    side_by_side.plot(given.workers, speeds, "o-", color=LIGHT["left"], markersize=4, label="measured, by the clock")
    side_by_side.plot(
        given.workers, [speeds[0] * count for count in given.workers], ":", color=LIGHT["faint"], label="as many times"
    )
    side_by_side.set(
        title="batch: rides of 10 min with pages", xlabel="workers", ylabel="sessions a second", ylim=(0, None),
        xticks=list(given.workers),
    )  # fmt: skip
    for panel in panels.flat:
        panel.legend(loc="best", fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


@dataclass(frozen=True)
class Sizes:
    """What is measured."""

    hours: tuple[float, ...] = HOURS
    sessions: tuple[int, ...] = SESSIONS
    workers: tuple[int, ...] = WORKERS
    per_workers: int = PER_WORKERS
    worker_ride_s: float = WORKER_RIDE_S
    times: int = 3


TINY = Sizes((1 / 120, 1 / 60), (2, 3), (1, 2), 2, 30.0, 1)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", type=Path, default=measuring.PAGES / "performance.md", help="where to write it")
    parser.add_argument("--figure", type=Path, default=measuring.PAGES / "img" / "scaling.svg")
    parser.add_argument("--tiny", action="store_true", help="sizes of seconds, to try it")
    given = parser.parse_args(arguments)
    sizes, where = TINY if given.tiny else Sizes(), measuring.machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ridden = rides(folder, sizes.hours, sizes.times)
        batches = sessions(folder, sizes.sessions)
        by_workers = workers(folder, sizes.workers, sizes.per_workers, sizes.worker_ride_s, min(sizes.times, 2))
    draw(given.figure, sizes, ridden, batches, by_workers)
    measuring.put_between(given.page, "scaling", "\n".join(text(where, sizes, ridden, batches, by_workers)))


if __name__ == "__main__":
    main()
