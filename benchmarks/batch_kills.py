"""Kill a batch and its workers at random moments; what comes out must be what an undisturbed run gives, byte for byte.

    python -m benchmarks.batch_kills FOLDER [--kills 100] [--seconds 900] [--sessions 16] [--seed 1]

Every other kill is of the parent, the others of one of its workers, all with SIGKILL (Linux). A killed batch is
started again at once, while workers of the last one may still be ending. When it has got to its end, what had failed
with a killed worker is done by one run more, then every row, page and table is compared, and all begins anew.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from bikefit.io.text.writer import write_csv
from bikefit.simulate import simulate_plain
from bikefit.store import Store
from tests.helpers.processes import workers_of

RIDERS = 5


def make_sessions(folder: Path, count: int) -> Path:
    """Write short rides of a few riders with two counts each, and their manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["file,rider,date,left_wedges,right_wedges"]
    for number in range(count):
        recording, _ = simulate_plain(duration_s=60, rate_hz=50, seed=number, right_mean_deg=number % 7 - 3.0)
        write_csv(recording, folder / f"ride_{number}.csv")
        lines.append(f"ride_{number}.csv,rider {number % RIDERS},2026-03-{1 + number:02d},0,{number // RIDERS % 3}")
    manifest = folder / "manifest.csv"
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return manifest


def command(manifest: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "bikefit", "batch", str(manifest), "--out", str(out), "--jobs", "2", "--quiet"]


def start(manifest: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(manifest, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def everything(out: Path) -> dict[str, bytes]:
    """Return every row and every file of the results but the database's own bytes."""
    with Store(out / "results.sqlite") as store:
        held = {"rows": store.dump().encode()}
    files = [
        path for path in out.rglob("*") if path.is_file() and not path.name.startswith(("results.sqlite", ".lock"))
    ]
    return held | {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def half_written(out: Path) -> int:
    """Count the pages under their final names that have no end."""
    pages = [path for path in out.rglob("*.html") if not path.name.startswith(".")]
    return sum(not path.read_bytes().rstrip().endswith(b"</html>") for path in pages)


def kill(process: subprocess.Popen[bytes], parent: bool, moments: random.Random) -> str:
    """Kill a batch or one of its workers at a random moment; says which, or that it had ended before."""
    until = time.monotonic() + moments.uniform(0.1, 4.0)
    while time.monotonic() < until and process.poll() is None:
        time.sleep(0.01)
    if process.poll() is not None:
        return ""
    if parent:
        process.kill()
        process.wait()
        return "parent"
    with contextlib.suppress(ProcessLookupError, IndexError):
        os.kill(moments.choice(workers_of(process.pid)), signal.SIGKILL)
        return "worker"
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=900.0)
    parser.add_argument("--sessions", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    moments = random.Random(given.seed)
    manifest, quiet, out = (
        make_sessions(given.folder / "rides", given.sessions),
        given.folder / "quiet",
        given.folder / "out",
    )
    for old in (quiet, out):
        shutil.rmtree(old, ignore_errors=True)
    subprocess.run(command(manifest, quiet), check=True, stdout=subprocess.DEVNULL)
    wanted = everything(quiet)
    told: Counter[str] = Counter()
    begin = time.monotonic()
    killed: list[int] = []
    process = start(manifest, out)
    while told["parent"] + told["worker"] < given.kills and time.monotonic() - begin < given.seconds:
        mine = workers_of(process.pid)
        done = kill(process, told["parent"] <= told["worker"], moments)
        told[done] += bool(done)
        told["half-written pages"] += half_written(out)
        if process.poll() is not None:
            killed += mine if done == "parent" else []
            if done != "parent":
                told["batches compared"] += 1
                told["batches that differ"] += not same(manifest, out, wanted)
                shutil.rmtree(out)
            process = start(manifest, out)
    process.kill()
    process.wait()
    told["batches compared"] += 1
    told["batches that differ"] += not same(manifest, out, wanted)
    time.sleep(2.0)
    told["workers that outlived their parent"] = sum(Path(f"/proc/{worker}").exists() for worker in killed)
    seconds = time.monotonic() - begin
    print(
        f"{given.sessions} sessions, {seconds:.0f} s: "
        + ", ".join(f"{what} {count}" for what, count in told.items() if what)
    )
    raise SystemExit(any(told[what] for what in ("half-written pages", "batches that differ")))


def same(manifest: Path, out: Path, wanted: dict[str, bytes]) -> bool:
    """Run a batch to its end, undisturbed, and compare what there is then."""
    subprocess.run(command(manifest, out), check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = everything(out)
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            print(f"differs: {name}", flush=True)
    return found == wanted


if __name__ == "__main__":
    main()
