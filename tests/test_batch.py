"""Batches: contract of the files, failures, resuming, killing, hostile names."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from batch_workers import misbehave

from bikefit.analysis import AnalyzeOptions
from bikefit.batch import BatchOptions, jobs_of, result_tables, run_batch, run_jobs
from bikefit.batch.plan import clean_id, unique_ids
from bikefit.errors import OutputError, RecordingError
from bikefit.io.csv_writer import write_csv
from bikefit.settings import Settings
from bikefit.simulate import simulate_plain
from bikefit.store import CSV_COLUMNS, SCHEMA_VERSION, Store

Run = Callable[..., Any]
PLAIN = BatchOptions(jobs=2, report=False)


@pytest.fixture(scope="module")
def rides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight short rides; nothing in the tests changes them."""
    folder = tmp_path_factory.mktemp("rides")
    for number in range(8):
        recording, _ = simulate_plain(duration_s=40, rate_hz=50, seed=number + 1, right_mean_deg=number - 3.5, coasts=0)
        write_csv(recording, folder / f"ride_{number}.csv")
    return folder


def dump_of(out: Path) -> str:
    with Store(out / "results.sqlite") as store:
        return store.dump()


def pages_of(out: Path) -> dict[str, bytes]:
    names = ("*.html", "sessions/*.html", "riders/*.html", "sessions.csv")
    return {path.relative_to(out).as_posix(): path.read_bytes() for name in names for path in out.glob(name)}


def test_the_table_follows_the_contract(run: Run, rides: Path, tmp_path: Path) -> None:
    done = run("batch", rides, "--out", tmp_path / "out", "--no-report", "--jobs", 2)
    assert done.code == 0
    table = pd.read_csv(tmp_path / "out" / "sessions.csv")
    assert tuple(table.columns) == CSV_COLUMNS
    assert list(table["file"]) == [f"ride_{n}.csv" for n in range(8) for _ in range(2)]
    assert list(table["foot"]) == ["left", "right"] * 8
    assert set(table["status"]) == {"ok"}
    right = table[table["foot"] == "right"].set_index("file")
    assert right.loc["ride_7.csv", "outcome"] == "fit_wedges"
    assert right.loc["ride_0.csv", "placement"] == "valgus"


def test_the_batch_agrees_with_analyze(rides: Path, tmp_path: Path) -> None:
    import json

    from bikefit import analyze

    list(run_batch(rides, tmp_path / "out", batch=PLAIN))
    with sqlite3.connect(tmp_path / "out" / "results.sqlite") as database:
        rows = database.execute("SELECT file, document FROM sessions").fetchall()
    assert len(rows) == 8
    for name, document in rows:
        assert json.loads(document) == json.loads(json.dumps(analyze(rides / name).to_dict()))


def test_tables_for_notebooks(rides: Path, tmp_path: Path) -> None:
    outcomes = list(run_batch(rides, tmp_path / "out", batch=PLAIN))
    assert {outcome.status for outcome in outcomes} == {"ok"}
    tables = result_tables(tmp_path / "out")
    assert len(tables["sessions"]) == 8
    assert len(tables["feet"]) == 16
    counted = tables["strokes"].groupby(["session_id", "foot"])["used"].sum()
    stored = tables["feet"].set_index(["session_id", "foot"])["strokes_used"]
    assert counted.to_dict() == stored.to_dict()
    with pytest.raises(RecordingError, match="no results"):
        result_tables(tmp_path)


def test_a_second_run_does_only_what_changed(rides: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "rides", tmp_path / "out"
    shutil.copytree(rides, folder)
    list(run_batch(folder, out, batch=PLAIN))
    before = dump_of(out)
    assert {outcome.status for outcome in run_batch(folder, out, batch=PLAIN)} == {"unchanged"}
    assert dump_of(out) == before
    shutil.copy(folder / "ride_1.csv", folder / "ride_0.csv")
    changed = {o.name: o.status for o in run_batch(folder, out, batch=PLAIN)}
    assert [name for name, status in changed.items() if status != "unchanged"] == ["ride_0.csv"]
    other = AnalyzeOptions(settings=Settings(neutral_band_deg=2.0))
    assert {outcome.status for outcome in run_batch(folder, out, other, PLAIN)} == {"ok"}
    (folder / "ride_2.csv").unlink()
    list(run_batch(folder, out, other, PLAIN))
    assert "ride_2" not in (out / "sessions.csv").read_text()


def test_order_does_not_matter(rides: Path, tmp_path: Path) -> None:
    jobs = jobs_of(rides, tmp_path, AnalyzeOptions())
    shuffled = random.Random(3).sample(jobs, len(jobs))
    list(run_jobs(jobs, tmp_path / "one", BatchOptions(jobs=1, report=False)))
    list(run_jobs(shuffled, tmp_path / "two", PLAIN))
    assert dump_of(tmp_path / "one") == dump_of(tmp_path / "two")
    assert pages_of(tmp_path / "one") == pages_of(tmp_path / "two")


def test_dry_run_tells_why_and_does_nothing(run: Run, rides: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "rides", tmp_path / "out"
    shutil.copytree(rides, folder)
    assert run("batch", folder, "--out", out, "--dry-run").out.count("new ") == 8
    assert not out.exists()
    list(run_batch(folder, out, batch=PLAIN))
    shutil.copy(folder / "ride_1.csv", folder / "ride_0.csv")
    told = run("batch", folder, "--out", out, "--no-report", "--dry-run").out
    assert told.count("unchanged") == 7
    assert "changed    ride_0.csv" in told


def test_bad_files_fail_alone_and_are_told_at_the_end(run: Run, rides: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rides"
    shutil.copytree(rides, folder)
    (folder / "empty.csv").write_bytes(b"")
    (folder / "junk.fit").write_bytes(os.urandom(400))
    (folder / "ordinary.csv").write_text("time_s,power_w\n" + "".join(f"{n},200\n" for n in range(100)))
    (folder / "folder.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    done = run("batch", folder, "--out", tmp_path / "out", "--no-report", "--jobs", 2)
    assert done.code == 4
    table = pd.read_csv(tmp_path / "out" / "sessions.csv", keep_default_na=False)
    failed = table[table["status"] == "failed"]
    assert sorted(failed["file"]) == ["empty.csv", "junk.fit", "ordinary.csv", "pipe.csv"]
    assert set(failed["foot"]) == {""}
    assert all(failed["error"])
    for name in failed["file"]:
        assert name in done.err
    assert "Traceback" not in done.err
    again = run("batch", folder, "--out", tmp_path / "out", "--no-report", "--jobs", 2)
    assert again.code == 4
    assert "empty.csv" in again.err


def test_a_dying_and_a_hanging_worker_fail_alone(rides: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rides"
    shutil.copytree(rides, folder)
    shutil.copy(folder / "ride_0.csv", folder / "dies.csv")
    shutil.copy(folder / "ride_0.csv", folder / "hangs.csv")
    jobs = jobs_of(folder, tmp_path / "out", AnalyzeOptions())
    how = BatchOptions(jobs=2, report=False, timeout_s=8)
    outcomes = {outcome.name: outcome for outcome in run_jobs(jobs, tmp_path / "out", how, misbehave)}
    assert len(outcomes) == 10
    assert {name for name, outcome in outcomes.items() if outcome.status == "failed"} == {"dies.csv", "hangs.csv"}
    assert "died" in outcomes["dies.csv"].error
    assert "--timeout" in outcomes["hangs.csv"].error
    # such failures may pass: the next run tries them again
    mended = {outcome.name: outcome.status for outcome in run_jobs(jobs, tmp_path / "out", how)}
    assert mended["dies.csv"] == mended["hangs.csv"] == "ok"
    assert mended["ride_0.csv"] == "unchanged"


def children_of(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(status.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(status.parent.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see the workers end")
def test_a_killed_batch_loses_nothing(rides: Path, tmp_path: Path) -> None:
    quiet, killed = tmp_path / "quiet", tmp_path / "killed"
    command = [sys.executable, "-m", "bikefit", "batch", str(rides), "--jobs", "2", "--out"]
    assert subprocess.run([*command, str(quiet)], capture_output=True, check=False).returncode == 0
    moments = random.Random(11)
    for _ in range(3):
        process = subprocess.Popen([*command, str(killed)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.8, 4.0))
        workers = children_of(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
        deadline = time.monotonic() + 20
        while any(Path(f"/proc/{worker}").exists() for worker in workers) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers), "workers outlived their parent"
        for page in killed.glob("**/*.html"):
            assert page.name.startswith(".") or page.read_text().rstrip().endswith("</html>")
    assert subprocess.run([*command, str(killed)], capture_output=True, check=False).returncode == 0
    assert dump_of(killed) == dump_of(quiet)
    assert pages_of(killed) == pages_of(quiet)
    assert not [path for path in killed.rglob(".*") if path.name != ".lock"]


def test_two_batches_on_one_folder(rides: Path, tmp_path: Path) -> None:
    jobs = jobs_of(rides, tmp_path / "out", AnalyzeOptions())
    first: Iterator[Any] = run_jobs(jobs, tmp_path / "out", PLAIN)
    next(first)
    with pytest.raises(OutputError, match="another batch"):
        list(run_jobs(jobs, tmp_path / "out", PLAIN))
    assert len(list(first)) == 7


def test_an_older_schema_is_made_anew(rides: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with sqlite3.connect(out / "results.sqlite") as database:
        database.execute("CREATE TABLE sessions (id TEXT)")
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 7}")
    assert len(list(run_batch(rides, out, batch=PLAIN))) == 8
    assert len(result_tables(out)["sessions"]) == 8


def test_output_that_cannot_be_written(run: Run, rides: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("batch", rides, "--out", tmp_path / "file", "--no-report")
    assert done.code == 3
    assert "cannot be made" in done.err
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.sqlite").write_text("this is no database, " * 100)
    done = run("batch", rides, "--out", tmp_path / "out", "--no-report")
    assert done.code == 3
    assert "results.sqlite" in done.err


def test_a_source_that_is_not_there(run: Run, tmp_path: Path) -> None:
    assert run("batch", tmp_path / "none", "--out", tmp_path / "out").code == 3
    (tmp_path / "empty").mkdir()
    done = run("batch", tmp_path / "empty", "--out", tmp_path / "out")
    assert done.code == 3
    assert "no recordings" in done.err


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..",
        ".hidden",
        "a/b",
        "CON",
        "nul.csv",
        "x" * 300,
        "",
        "<script>alert(1)</script>",
        "名前🚲",
        "a\0b",
    ],
)
def test_ids_are_safe_file_names(name: str) -> None:
    made = clean_id(name)
    assert made
    assert "/" not in made
    assert "\0" not in made
    assert not made.startswith(".")
    assert ".." not in made
    assert len(made.encode()) <= 81


def test_ids_that_collide_are_told_apart_in_any_order() -> None:
    names = ["a b", "a-b", "A b", "other", "x" * 200, "x" * 201]
    ids = dict(zip(names, unique_ids(names), strict=True))
    assert len({made.casefold() for made in ids.values()}) == len(names)
    assert ids == dict(zip(reversed(names), unique_ids(list(reversed(names))), strict=True))
    assert ids["other"] == "other"


def test_the_queries_of_the_docs_run(rides: Path, tmp_path: Path) -> None:
    import re

    page = (Path(__file__).parents[1] / "docs" / "batch.md").read_text(encoding="utf-8")
    queries = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert len(queries) == 3
    list(run_batch(rides, tmp_path / "out", batch=PLAIN))
    with sqlite3.connect(tmp_path / "out" / "results.sqlite") as database:
        rows = [database.execute(query).fetchall() for query in queries]
    assert len(rows[0]) > 0
    assert rows[2] == []


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A real scheduler with two worker processes on this machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as local:
        yield local.scheduler_address


@pytest.mark.parametrize("ship_files", [True, False])
def test_a_cluster_gives_what_one_machine_gives(cluster: str, rides: Path, tmp_path: Path, ship_files: bool) -> None:
    folder = tmp_path / "rides"
    shutil.copytree(rides, folder)
    (folder / "empty.csv").write_bytes(b"")
    list(run_batch(folder, tmp_path / "one", batch=BatchOptions(jobs=2)))
    there = BatchOptions(scheduler=cluster, ship_files=ship_files)
    outcomes = list(run_batch(folder, tmp_path / "many", batch=there))
    assert len(outcomes) == 9
    assert dump_of(tmp_path / "many") == dump_of(tmp_path / "one")
    assert pages_of(tmp_path / "many") == pages_of(tmp_path / "one")


def test_no_scheduler_there(run: Run, rides: Path, tmp_path: Path) -> None:
    done = run("batch", rides, "--out", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9")
    assert done.code == 2
    assert "dask scheduler" in done.err
