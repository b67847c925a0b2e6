"""Batches: contract of the files, failures, resuming, killing, hostile names."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing import resource_tracker, spawn
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from helpers.bare_worker import do_bare
from helpers.batch_workers import misbehave
from helpers.processes import workers_of
from markupsafe import escape

from bikefit import analyze
from bikefit.analysis import AnalyzeOptions
from bikefit.batch import BatchOptions, cluster, jobs_of, pool, result_tables, run_batch, run_jobs
from bikefit.batch.folder import make_folder
from bikefit.batch.identity import clean_id, named_id
from bikefit.batch.pool import run_local
from bikefit.batch.riders import compare_rider, riders_with_two_counts
from bikefit.batch.work import Task
from bikefit.comparison import ComparisonResult, compare
from bikefit.comparison.sentences import at_length
from bikefit.errors import OutputError, RecordingError, UsageError
from bikefit.io.text.writer import write_csv
from bikefit.settings import Settings
from bikefit.simulate import simulate_plain
from bikefit.store import CSV_COLUMNS, Store, opening
from bikefit.words import ENGLISH

Run = Callable[..., Any]
RIDES = 6
OWN_SYSTEM = """
[own-wedge]
name = "Own"
maker = "Own"
cant_deg = 0.7
cap = 2
placement = "in_shoe"
cleats = ["3-bolt"]
cautions = []
source = "own"
date = "2026-11"
"""
ONE = BatchOptions(jobs=1, report=False)
TWO = BatchOptions(jobs=2, report=False)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see the workers")


def make_ride(path: Path, seed: int = 1, right_deg: float = 0.0) -> Path:
    recording, _ = simulate_plain(duration_s=40, rate_hz=50, seed=seed, right_mean_deg=right_deg, coasts=0)
    write_csv(recording, path)
    return path


@pytest.fixture(scope="module")
def rides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few short rides; nothing in the tests changes them."""
    folder = tmp_path_factory.mktemp("rides")
    for number in range(RIDES):
        make_ride(folder / f"ride_{number}.csv", number + 1, 1.6 * number - 4.0)
    return folder


@pytest.fixture(scope="module")
def done(rides: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the rides without pages; only to be read or copied."""
    out = tmp_path_factory.mktemp("done") / "out"
    assert {outcome.status for outcome in run_batch(rides, out, batch=TWO)} == {"ok"}
    return out


@pytest.fixture(scope="module")
def quiet(rides: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of an undisturbed run with pages; only to be read."""
    out = tmp_path_factory.mktemp("quiet") / "out"
    assert subprocess.run(command(rides, out), capture_output=True, check=False).returncode == 0
    return out


def command(source: Path, out: Path, *flags: str) -> list[str]:
    return [sys.executable, "-m", "bikefit", "batch", str(source), "--out", str(out), "--jobs", "2", *flags]


def dump_of(out: Path) -> str:
    with Store(out / "results.sqlite") as store:
        return store.dump()


def pages_of(out: Path) -> dict[str, bytes]:
    names = ("*.html", "sessions/*.html", "riders/*.html", "sessions.csv")
    return {path.relative_to(out).as_posix(): path.read_bytes() for name in names for path in out.glob(name)}


def table_of(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "sessions.csv", keep_default_na=False, encoding="utf-8-sig")


# ---- what is written -------------------------------------------------------------------------------------------


def test_the_table_follows_the_contract(done: Path) -> None:
    table = pd.read_csv(done / "sessions.csv")
    assert tuple(table.columns) == CSV_COLUMNS
    assert list(table["file"]) == [f"ride_{n}.csv" for n in range(RIDES) for _ in range(2)]
    assert list(table["foot"]) == ["left", "right"] * RIDES
    assert set(table["status"]) == {"ok"}
    right = table[table["foot"] == "right"].set_index("file")
    assert right.loc["ride_5.csv", "outcome"] in ("fit_wedges", "beyond_stack")
    assert right.loc["ride_0.csv", "placement"] == "valgus"


def test_the_batch_agrees_with_analyze(rides: Path, done: Path) -> None:
    with sqlite3.connect(done / "results.sqlite") as database:
        rows = database.execute("SELECT file, document FROM sessions").fetchall()
    assert len(rows) == RIDES
    for name, document in rows[:3]:
        assert json.loads(document) == json.loads(json.dumps(analyze(rides / name).to_dict()))


def test_tables_for_notebooks(done: Path, tmp_path: Path) -> None:
    tables = result_tables(done)
    assert len(tables["sessions"]) == RIDES
    assert len(tables["feet"]) == 2 * RIDES
    counted = tables["strokes"].groupby(["session_id", "foot"])["used"].sum()
    stored = tables["feet"].set_index(["session_id", "foot"])["strokes_used"]
    assert counted.to_dict() == stored.to_dict()
    with pytest.raises(RecordingError, match="no results"):
        result_tables(tmp_path)


def test_the_queries_of_the_docs_run(done: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "batch.md").read_text(encoding="utf-8")
    queries = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert len(queries) == 3
    with sqlite3.connect(done / "results.sqlite") as database:
        rows = [database.execute(query).fetchall() for query in queries]
    assert len(rows[0]) > 0
    assert rows[2] == []


def test_order_does_not_matter(rides: Path, done: Path, tmp_path: Path) -> None:
    jobs = jobs_of(rides, tmp_path, AnalyzeOptions())
    list(run_jobs(random.Random(3).sample(jobs, len(jobs)), tmp_path / "two", ONE))
    assert dump_of(tmp_path / "two") == dump_of(done)
    assert pages_of(tmp_path / "two") == pages_of(done)


def test_parquet_files_hold_the_tables(run: Run, rides: Path, done: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    out = tmp_path / "out"
    shutil.copytree(done, out)
    (out / "feet.parquet").write_text("mine")
    told = run("batch", rides, "--out", out, "--no-report", "--parquet")
    assert told.code == 2
    assert "feet.parquet: this file is none of this batch's" in told.err
    (out / "feet.parquet").unlink()
    assert run("batch", rides, "--out", out, "--no-report", "--parquet").code == 0
    written = {path.name: path.read_bytes() for path in out.glob("*.parquet")}
    for name, table in result_tables(out).items():
        read = parquet.read_table(out / f"{name}.parquet")
        assert read.column_names == list(table.columns)
        wanted = [
            [None if value is None or value != value else value for value in row] for row in table.values.tolist()
        ]
        assert [list(row.values()) for row in read.to_pylist()] == wanted
    assert set(written) == {"sessions.parquet", "feet.parquet", "strokes.parquet", "findings.parquet"}
    assert "those of an earlier run" in run("batch", rides, "--out", out, "--no-report").err
    assert {name: (out / name).read_bytes() for name in written} == written
    (out / "feet.parquet").write_bytes(b"")
    assert run("batch", rides, "--out", out, "--no-report", "--parquet").code == 0
    assert {name: (out / name).read_bytes() for name in written} == written
    assert dump_of(out) == dump_of(done)


def test_parquet_files_need_pyarrow(run: Run, rides: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    told = run("batch", rides, "--out", tmp_path / "out", "--parquet")
    assert told.code == 3
    assert told.err == "bikefit: --parquet needs one more package: pip install 'bikefit[parquet]'.\n"
    assert not (tmp_path / "out").exists()


# ---- doing only what is needed ---------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::UserWarning")  # what a run tells
def test_a_second_run_does_only_what_changed(run: Run, rides: Path, done: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "rides", tmp_path / "out"
    shutil.copytree(rides, folder)
    assert run("batch", folder, "--out", out, "--dry-run").out.count("new ") == RIDES
    assert not out.exists()
    shutil.copytree(done, out)
    assert {outcome.status for outcome in run_batch(folder, out, batch=ONE)} == {"unchanged"}
    assert dump_of(out) == dump_of(done)

    shutil.copy(folder / "ride_1.csv", folder / "ride_0.csv")
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    told = run("batch", folder, "--out", out, "--no-report", "--dry-run").out
    assert told.count("unchanged") == RIDES - 1
    assert "changed    ride_0.csv: what its files hold" in told
    told = run("batch", folder, "--out", out, "--no-report", "--metric", "peak", "--dry-run").out
    assert told.count("the options, the settings") == RIDES - 1
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("*")}

    (folder / "ride_2.csv").unlink()
    changed = {o.name: o.status for o in run_batch(folder, out, batch=ONE)}
    assert [name for name, status in changed.items() if status != "unchanged"] == ["ride_0.csv"]
    assert list(table_of(out)["file"]).count("ride_0.csv") == 2  # what its old content gave is gone
    assert "ride_2" in (out / "sessions.csv").read_text()
    list(run_batch(folder, out, batch=BatchOptions(jobs=1, report=False, prune=True)))
    assert "ride_2" not in (out / "sessions.csv").read_text()
    other = AnalyzeOptions(settings=Settings(neutral_band_deg=2.0))
    assert {outcome.status for outcome in run_batch(folder, out, other, ONE)} == {"ok"}


def test_a_lost_page_is_made_again(rides: Path, quiet: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(quiet, out)
    lost, cut = (next((out / "sessions").glob(f"ride_{n}.csv-*.html")) for n in (3, 4))
    lost.unlink()
    cut.write_bytes(b"")
    (out / "sessions" / "mine.html").write_text("of nobody's")
    made = [o.name for o in run_batch(rides, out, batch=BatchOptions(jobs=1)) if o.status != "unchanged"]
    assert sorted(made) == ["ride_3.csv", "ride_4.csv"]
    assert pages_of(out).pop("sessions/mine.html") == b"of nobody's"
    (out / "sessions" / "mine.html").unlink()
    assert pages_of(out) == pages_of(quiet)


def test_another_schema_is_kept_beside_and_taken_over(run: Run, rides: Path, done: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "rides", tmp_path / "out"
    shutil.copytree(rides, folder)
    shutil.copytree(done, out)
    with contextlib.closing(sqlite3.connect(out / "results.sqlite", isolation_level=None)) as database:
        database.execute("DROP TABLE places")
        database.execute("DROP TABLE pages")
        database.execute("ALTER TABLE sessions DROP COLUMN kept")
        database.execute("PRAGMA application_id = 0")
        database.execute("PRAGMA user_version = 77")
    (folder / "ride_0.csv").unlink()
    assert "kept beside" in run("batch", folder, "--out", out, "--dry-run").err
    told = run("batch", folder, "--out", out, "--no-report")
    assert told.code == 0
    assert "results.77.sqlite" in told.err
    with contextlib.closing(sqlite3.connect(out / "results.77.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM sessions").fetchone() == (RIDES,)
    table = table_of(out)
    assert sorted(set(table["file"])) == [f"ride_{n}.csv" for n in range(RIDES)]  # the one that is gone too
    assert len(table) == 2 * RIDES


@pytest.mark.filterwarnings("ignore::UserWarning")  # what a run tells
def test_tables_that_cannot_be_taken_over_are_kept_beside(rides: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with contextlib.closing(sqlite3.connect(out / "results.sqlite", isolation_level=None)) as database:
        for table in ("sessions", "feet", "strokes", "findings", "settings"):
            database.execute(f"CREATE TABLE {table} (id TEXT)")
        database.execute("INSERT INTO sessions VALUES ('of old')")
        database.execute("PRAGMA user_version = 5")
    assert {outcome.status for outcome in run_batch(rides, out, batch=TWO)} == {"ok"}
    with contextlib.closing(sqlite3.connect(out / "results.5.sqlite")) as database:
        assert database.execute("SELECT * FROM sessions").fetchall() == [("of old",)]


# ---- only its own files, and good results outlive ---------------------------------------------------------------


def refused(run: Run, *arguments: object) -> str:
    told = run("batch", *arguments)
    assert told.code == 2, told.err
    assert "Traceback" not in told.err
    return str(told.err)


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_only_its_own_files_are_touched(run: Run, rides: Path, done: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in (".bashrc", ".env", ".htaccess", "index.html", ".x.unfinished"):
        (home / name).write_text("mine")
    before = everything(home)
    for flags in ((), ("--dry-run",)):
        assert "index.html" in refused(run, rides, "--out", home, *flags)
    assert everything(home) == before

    out = tmp_path / "out"
    shutil.copytree(done, out)
    for name in (".bashrc", ".index.html.unfinished", ".notes.txt.abcdefgh.unfinished", "sessions/mine.html"):
        (out / name).write_text("mine")
    (out / ".index.html.abcd_123.unfinished").write_text("a killed batch's")
    assert {outcome.status for outcome in run_batch(rides, out, batch=ONE)} == {"unchanged"}
    left = everything(out)
    assert {name for name, held in left.items() if held == b"mine"} == {
        ".bashrc", ".index.html.unfinished", ".notes.txt.abcdefgh.unfinished", "sessions/mine.html",
    }  # fmt: skip
    assert ".index.html.abcd_123.unfinished" not in left


def test_what_is_no_batchs_is_refused(run: Run, rides: Path, done: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "studio" / "rides", tmp_path / "out"
    shutil.copytree(rides, source)
    for place in (source, source.parent):
        assert "results cannot lie where the recordings do" in refused(run, source, "--out", place)
    out.mkdir()
    with contextlib.closing(sqlite3.connect(out / "results.sqlite")) as database:
        database.execute("CREATE TABLE sessions (id TEXT)")
    before = everything(out)
    assert "not a database of a batch" in refused(run, source, "--out", out)
    assert everything(out) == before
    shutil.rmtree(out)
    shutil.copytree(done, out)
    with contextlib.closing(sqlite3.connect(out / "results.sqlite", isolation_level=None)) as database:
        database.execute("DELETE FROM pages WHERE path = 'index.html'")
    assert "index.html: this file is none of this batch's" in refused(run, source, "--out", out)
    # results inside the source are not recordings, whosever they are
    shutil.copytree(done, source / "results")
    shutil.copytree(done, source / "others")
    assert len(jobs_of(source, source / "results", AnalyzeOptions())) == RIDES


def test_an_unmounted_drive_costs_nothing(run: Run, rides: Path, tmp_path: Path) -> None:
    drive, out, manifest = tmp_path / "drive", tmp_path / "out", tmp_path / "manifest.csv"
    shutil.copytree(rides, drive)
    manifest.write_text("file\n" + "".join(f"drive/ride_{n}.csv\n" for n in range(RIDES)))
    assert run("batch", manifest, "--out", out).code == 0
    before = everything(out)
    drive.rename(tmp_path / "away")
    told = run("batch", manifest, "--out", out)
    assert told.code == 3
    assert f"{RIDES} of {RIDES} recordings are missing" in told.err
    assert "--force" in told.err
    same = {name: held for name, held in before.items() if "sqlite" not in name}
    assert {name: held for name, held in everything(out).items() if "sqlite" not in name} == same
    told = run("batch", manifest, "--out", out, "--force")
    assert told.code == 4
    assert "last confirmed" in told.err
    table = table_of(out)
    assert set(table["status"]) == {"ok"}
    assert all("no such file" in error for error in table["error"])
    assert len(list((out / "sessions").glob("*.html"))) == RIDES
    assert "last confirmed" in (out / "index.html").read_text(encoding="utf-8")
    (tmp_path / "away").rename(drive)
    assert run("batch", manifest, "--out", out).code == 0
    assert {name: held for name, held in everything(out).items() if "sqlite" not in name} == same


def test_a_worker_that_dies_does_not_cost_a_good_result(rides: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "rides", tmp_path / "out"
    folder.mkdir()
    for name in ("dies.csv", "hangs.csv"):
        shutil.copy(rides / "ride_0.csv", folder / name)
    assert {outcome.status for outcome in run_batch(folder, out, batch=TWO)} == {"ok"}
    other = AnalyzeOptions(metric="peak")
    how = BatchOptions(jobs=2, report=False, timeout_s=1)
    outcomes = list(run_jobs(jobs_of(folder, out, other), out, how, misbehave))
    assert {outcome.status for outcome in outcomes} == {"kept"}
    assert set(result_tables(out)["feet"]["metric"]) == {"mean"}
    assert {outcome.status for outcome in run_batch(folder, out, other, TWO)} == {"ok"}
    assert set(result_tables(out)["feet"]["metric"]) == {"peak"}


@pytest.mark.parametrize("when", ["before", "during", "in a transaction"])
def test_a_reader_never_fails_a_batch(rides: Path, done: Path, tmp_path: Path, when: str) -> None:
    out = tmp_path / "out"
    shutil.copytree(done, out)
    other = AnalyzeOptions(metric="peak")

    def connect() -> sqlite3.Connection:
        reader = sqlite3.connect(out / "results.sqlite", isolation_level=None)
        if when == "in a transaction":
            reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM sessions").fetchone() == (RIDES,)
        return reader

    reader = connect() if when != "during" else None
    run: Iterator[Any] = run_jobs(jobs_of(rides, out, other), out, ONE)
    first = next(run)
    reader = reader or connect()
    assert {first.status, *(outcome.status for outcome in run)} == {"ok"}
    assert reader.execute("SELECT count(*) FROM sessions").fetchone() == (RIDES,)
    reader.close()
    assert set(result_tables(out)["feet"]["metric"]) == {"peak"}
    assert not list(out.glob("*-wal"))


def test_another_writer_is_named(
    run: Run, rides: Path, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    shutil.copytree(done, out)
    monkeypatch.setattr(opening, "BUSY_S", 0.1)
    holder = "import sqlite3, sys; d = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    holder += "d.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(out / "results.sqlite")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        told = run("batch", rides, "--out", out, "--no-report")
        other.communicate()
    assert told.code == 3
    assert "save or discard its changes there" in told.err
    assert sys.platform != "linux" or f"process {other.pid}" in told.err
    assert run("batch", rides, "--out", out, "--no-report").code == 0


def test_a_table_that_a_spreadsheet_holds_is_a_warning(
    run: Run, rides: Path, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    shutil.copytree(done, out)
    (out / "index.html").write_text("old")
    replaced = os.replace

    def held(source: str, target: Path) -> None:
        if Path(target).name == "sessions.csv":
            raise PermissionError(13, "Permission denied")  # as Windows has it
        replaced(source, target)

    monkeypatch.setattr(os, "replace", held)
    told = run("batch", rides, "--out", out, "--no-report")
    assert told.code == 0
    assert "another program holds it" in told.err
    assert "</html>" in (out / "index.html").read_text(encoding="utf-8")
    assert not list(out.glob(".*.unfinished"))


@pytest.mark.filterwarnings("ignore::UserWarning")  # what a run tells
def test_two_folders_into_one(run: Run, rides: Path, done: Path, tmp_path: Path) -> None:
    second, out = tmp_path / "second", tmp_path / "out"
    second.mkdir()
    make_ride(second / "ride_0.csv", 77, 2.0)
    shutil.copytree(done, out)
    told = run("batch", second, "--out", out, "--no-report")
    assert told.code == 0
    assert f"{RIDES} sessions are not named any more and stay" in told.err
    assert len(table_of(out)) == 2 * (RIDES + 1)
    assert ENGLISH.text("studio.not_named") in (out / "index.html").read_text(encoding="utf-8")
    assert {outcome.status for outcome in run_batch(rides, out, batch=ONE)} == {"unchanged"}
    assert len(table_of(out)) == 2 * (RIDES + 1)
    dry = run("batch", rides, "--out", out, "--no-report", "--prune", "--dry-run").out
    assert dry.count("remove ") == 1
    assert "ride_0.csv: it is not named any more" in dry
    told = run("batch", second, "--out", out, "--no-report", "--prune")
    assert told.code == 3
    assert f"would remove {RIDES} of {RIDES + 1}" in told.err
    told = run("batch", rides, "--out", out, "--no-report", "--prune")
    assert "removed ride_0.csv" in told.err
    assert dump_of(out) == dump_of(done)


def test_neighbours_and_folders_do_not_change_an_id(rides: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Anna Secret"
    folder.mkdir()
    shutil.copy(rides / "ride_0.csv", folder / "a b.csv")
    alone = {job.name: job.id for job in jobs_of(folder, tmp_path / "out", AnalyzeOptions())}
    shutil.copy(rides / "ride_1.csv", folder / "a-b.csv")
    (folder / "more").mkdir()
    shutil.copy(rides / "ride_0.csv", folder / "more" / "a b.csv")
    jobs = jobs_of(folder, tmp_path / "out", AnalyzeOptions())
    assert len({job.id.casefold() for job in jobs}) == 3
    assert jobs[0].id == alone["a b.csv"]
    assert not any("more" in f"{job.id} {job.name}" for job in jobs)
    folder.rename(tmp_path / "other")
    assert [job.id for job in jobs_of(tmp_path / "other", tmp_path / "out", AnalyzeOptions())] == [j.id for j in jobs]


# ---- bad files, bad rows, bad names ----------------------------------------------------------------------------


def test_bad_files_fail_alone_and_are_told_at_the_end(run: Run, rides: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rides"
    folder.mkdir()
    shutil.copy(rides / "ride_0.csv", folder / "good.csv")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "junk.fit").write_bytes(random.Random(5).randbytes(400))
    (folder / "ordinary.csv").write_text("time_s,power_w\n" + "".join(f"{n},200\n" for n in range(100)))
    (folder / "folder.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "circle.csv").symlink_to("circle.csv")
    failing = ["circle.csv", "empty.csv", "junk.fit", "ordinary.csv", "pipe.csv"]
    with contextlib.suppress(OSError):  # a file system may insist on text
        shutil.copy(rides / "ride_0.csv", os.fsencode(folder) + b"/\xff not text.csv")
    first = run("batch", folder, "--out", tmp_path / "out", "--no-report", "--jobs", 2)
    assert first.code == 4
    table = table_of(tmp_path / "out")
    failed = table[table["status"] == "failed"]
    assert list(failed["file"]) == failing
    assert set(failed["foot"]) == {""}
    assert all(failed["error"])
    assert not any(str(folder) in error for error in failed["error"])
    told = [line.split(":")[0].strip() for line in first.err.splitlines()[1:]]
    assert told == failing
    assert "Traceback" not in first.err
    again = run("batch", folder, "--out", tmp_path / "out", "--no-report", "--jobs", 1)
    assert again.code == 4
    assert again.err == first.err
    assert "2 failed, 2 unchanged, 3 failed before." in again.out


def test_what_is_kept_never_quotes_a_strangers_file(run: Run, tmp_path: Path) -> None:
    folder, out = tmp_path / "mixed", tmp_path / "out"
    folder.mkdir()
    bank = "Holder Geheim;IBAN;Geheim total\nMaria Geheim;DE89;12,50\nMaria Geheim;DE90;99,10\n"
    for name, text in {
        "bank.csv": bank,
        "packed.csv": "time_s,left_heel_rotation_deg\n0,1\n0.01,Geheim\n0.02,3\n",
        "letter.csv": "To Mr Geheim, about the bill\nYours, Dr. Geheim\n",
        "note.txt": "Geheim\nGeheim\n",
        "weight.csv": "time_s,Geheim kg\n0,3\n0.1,4\n0.2,5\n",
        "force.mot": "Geheim\nversion=1\nnRows=2\nnColumns=2\nendheader\ntime\tGeheim\n0\tGeheim\n1\tGeheim\n",
        "bank.trc": "PathFileType\t4\tGeheim\nDataRate\tGeheim\n",
    }.items():
        (folder / name).write_text(text)
    told = run("batch", folder, "--out", out, "--jobs", 1)
    assert told.code == 4
    assert len(table_of(out)) == 7
    assert "Geheim" not in dump_of(out) + told.out + told.err
    assert not [name for name, held in everything(out).items() if b"Geheim" in held]
    # on the terminal the columns that may tell time are named, for whoever reads a file of his own
    assert "Its columns are: Geheim total." in run("analyze", folder / "bank.csv").err


@on_linux
def test_six_megabytes_of_gzip_that_swell_beyond_measure_are_refused(tmp_path: Path) -> None:
    member = gzip.compress(b"time_s,left_heel_rotation_deg\n" + b"1,1\n" * (10 << 20), 6)
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(member * (6_000_000 // len(member) + 1))  # 6 GB when unpacked
    with subprocess.Popen([sys.executable, "-m", "bikefit", "analyze", str(bomb)], stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        told = process.stderr.read().decode()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 3
    assert re.search(r"the packed file holds more than \d+ MiB, which no recording does", told)
    assert used.ru_maxrss < 1_000_000  # kB


def test_a_manifest_with_everything(run: Run, samples: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "studio", tmp_path / "out"
    folder.mkdir()
    outside = make_ride(tmp_path / "outside.csv", right_deg=3.0)
    make_ride(folder / "a.csv", right_deg=3.0)
    shoes = samples / "sessions"
    rows = [
        "file;session;rider;date;right_wedges;right_neutral;side",
        "a.csv;../../escape;;;;;",
        f"{outside};/etc/passwd;;;;;",
        "a.csv;same name;;;;;",
        "a.csv;same-name;;;2;;",
        "a.csv;Zoë <b> 🚲;;;;1,5;",
        f"a.csv;{'long' * 500};;;;;",
        "missing.csv;gone;;;;;",
        "a.csv;no count;;;many;;",
        f"{shoes / 'dario_1_left.csv'};shoes;;;;;left",
        f"{shoes / 'dario_1_right.csv'};shoes;;;;;right",
    ]
    (folder / "manifest.csv").write_text("\n".join(rows), encoding="utf-8")
    flags = ("--right-wedges", 1, "--right-neutral", 0.5, "--quiet")
    told = run("batch", folder / "manifest.csv", "--out", out, *flags)
    assert told.code == 4
    assert "gone: missing.csv: cannot be read" in told.err
    assert "row 9, column right_wedges: 'many'" in told.err
    assert {path.name for path in tmp_path.iterdir()} == {"studio", "out", "outside.csv"}
    feet = result_tables(out)["feet"]
    right = feet[feet["foot"] == "right"].set_index("session_id")
    with sqlite3.connect(out / "results.sqlite") as database:
        ids = dict(database.execute("SELECT session, id FROM sessions"))
    assert (right.loc[ids["same-name"], "fitted"], right.loc[ids["same name"], "fitted"]) == (2, 1)
    assert (right.loc[ids["Zoë <b> 🚲"], "neutral_deg"], right.loc[ids["same name"], "neutral_deg"]) == (1.5, 0.5)
    table = table_of(out)
    assert list(dict.fromkeys(table["session"]))[:2] == ["escape", "passwd"]
    assert list(table.loc[table["session"] == "shoes", "foot"]) == ["left", "right"]
    for page in table.loc[table["report"] != "", "report"]:
        assert (out / page).resolve().parent == (out / "sessions").resolve()
        assert "</html>" in (out / page).read_text(encoding="utf-8")[-20:]
        assert str(tmp_path) not in (out / page).read_text(encoding="utf-8")
    dry = run("batch", folder / "manifest.csv", "--out", out, *flags[:-1], "--dry-run").out
    assert dry.count("unchanged") == len(ids) - 1
    assert "again      gone: it failed for a reason that may have passed" in dry


def test_a_missing_still_trial_fails_each_session_and_stops_nothing(rides: Path, tmp_path: Path) -> None:
    options = AnalyzeOptions(static=tmp_path / "none.csv", neutral="static")
    outcomes = list(run_batch(rides, tmp_path / "out", options, ONE))
    assert {outcome.status for outcome in outcomes} == {"failed"}
    assert all("none.csv: cannot be read" in outcome.error for outcome in outcomes)


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


def test_ids_differ_wherever_names_do() -> None:
    names = ["a b", "a-b", "A b", "other", "x" * 200, "x" * 201]
    assert len({named_id(name).casefold() for name in names}) == len(names)
    assert named_id("other") != named_id("other", "content")


# ---- dying, hanging, killing -----------------------------------------------------------------------------------


def test_a_dying_and_a_hanging_worker_fail_alone(rides: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rides"
    shutil.copytree(rides, folder)
    names = ("dies", "hangs", "raises", *(("greedy",) if sys.platform == "linux" else ()))
    for name in names:
        shutil.copy(folder / "ride_0.csv", folder / f"{name}.csv")
    jobs = jobs_of(folder, tmp_path / "out", AnalyzeOptions())
    how = BatchOptions(jobs=2, report=False, timeout_s=15)
    outcomes = {outcome.name: outcome for outcome in run_jobs(jobs, tmp_path / "out", how, misbehave)}
    assert len(outcomes) == RIDES + len(names)
    assert {name for name, one in outcomes.items() if one.status == "failed"} == {f"{name}.csv" for name in names}
    assert "died (exit code 7)" in outcomes["dies.csv"].error
    assert outcomes["raises.csv"].error.endswith("its worker failed (ZeroDivisionError).")
    assert sys.platform != "linux" or "more memory than a worker may take" in outcomes["greedy.csv"].error
    assert "--timeout" in outcomes["hangs.csv"].error
    # such failures may pass: the next run tries them again
    mended = {outcome.name: outcome.status for outcome in run_jobs(jobs, tmp_path / "out", how)}
    assert {mended[f"{name}.csv"] for name in names} == {"ok"}
    assert mended["ride_0.csv"] == "unchanged"


@on_linux
def test_half_an_answer_holds_up_nothing_for_longer_than_the_time_limit(rides: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rides"
    folder.mkdir()
    for name in ("a_stalls", "raises_1", "raises_2", "raises_3", "raises_4"):  # what raises is done in no time
        shutil.copy(rides / "ride_0.csv", folder / f"{name}.csv")
    begin = time.monotonic()
    how = BatchOptions(jobs=2, report=False, timeout_s=2)
    outcomes = list(run_jobs(jobs_of(folder, tmp_path / "out", AnalyzeOptions()), tmp_path / "out", how, misbehave))
    assert time.monotonic() - begin < 90.0
    errors = {outcome.name: outcome.error for outcome in outcomes}
    assert "--timeout" in errors.pop("a_stalls.csv")
    assert len(errors) == 4
    assert all("(ZeroDivisionError)" in error for error in errors.values())


@on_linux
def test_an_early_ctrl_c_is_one_line_at_most(rides: Path, tmp_path: Path) -> None:
    # from the moment on that the program is its own: before, it is Python's
    program = "from bikefit.cli.main import main; print('on', flush=True); main()"
    for number, wait_s in enumerate((0.05, 0.2, 0.6, 1.0, 1.5, 2.2)):
        arguments = command(rides, tmp_path / f"out{number}")[3:]
        with subprocess.Popen(
            [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            assert process.stdout.readline() == "on\n"
            time.sleep(wait_s)
            os.killpg(process.pid, signal.SIGINT)
            _, told = process.communicate(timeout=60)
        assert (process.returncode, told) in ((130, "bikefit: interrupted.\n"), (130, ""), (130, "\n"), (0, "")), told


def start(source: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(source, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def assert_nothing_half_written(out: Path) -> None:
    for page in out.glob("**/*.html"):
        assert page.name.startswith(".") or page.read_text().rstrip().endswith("</html>")


@on_linux
def test_a_killed_batch_loses_nothing(rides: Path, quiet: Path, tmp_path: Path) -> None:
    out, moments = tmp_path / "out", random.Random(os.urandom(8))
    workers: list[int] = []
    for _ in range(3):
        process = start(rides, out)
        time.sleep(moments.uniform(0.4, 2.6))
        workers += workers_of(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert_nothing_half_written(out)
    # at once, while workers of the last run may still be ending
    assert subprocess.run(command(rides, out), capture_output=True, check=False).returncode == 0
    assert dump_of(out) == dump_of(quiet)
    assert pages_of(out) == pages_of(quiet)
    assert [path.name for path in out.rglob(".*")] == [".lock"]
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{worker}").exists() for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()], "workers outlived their parent"


@on_linux
def test_killed_workers_cost_at_most_their_own_sessions(rides: Path, quiet: Path, tmp_path: Path) -> None:
    out, moments = tmp_path / "out", random.Random(os.urandom(8))
    process = start(rides, out)
    killed = 0
    while killed < 3 and process.poll() is None:
        time.sleep(moments.uniform(0.2, 1.0))
        for worker in workers_of(process.pid)[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
                killed += 1
    assert process.wait(timeout=120) in (0, 4)
    assert (table_of(out)["status"] == "failed").sum() <= killed
    assert_nothing_half_written(out)
    list(run_batch(rides, out, batch=BatchOptions(jobs=1)))
    assert dump_of(out) == dump_of(quiet)
    assert pages_of(out) == pages_of(quiet)


@pytest.fixture
def task(rides: Path, tmp_path: Path) -> Task:
    """One session to do."""
    return Task(jobs_of(rides, tmp_path / "out", AnalyzeOptions())[0])


@on_linux
@pytest.mark.parametrize(
    ("does", "told"),
    [
        (
            "echo \"ModuleNotFoundError: No module named 'x'\" >&2; exit 1",
            r"exit code 1\): ModuleNotFoundError: No .*",
        ),
        ("kill -9 $$", r"killed by the system, mostly for want of memory"),
        ("sleep 60", r"took longer than 0.2 s"),
    ],
)
def test_why_workers_cannot_begin(
    task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, told: str
) -> None:
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\n{does}\n")
    stand_in.chmod(0o755)
    resource_tracker.ensure_running()  # which is not a worker
    monkeypatch.setattr(spawn, "_python_exe", os.fsencode(stand_in))
    monkeypatch.setattr(pool, "START_S", 0.2 if "sleep" in does else 60.0)
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    with pytest.raises(UsageError, match=rf"end before they begin .*{told}"):
        list(run_local([task], 1, None))


def test_a_system_without_a_process_to_give(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    started = SpawnProcess.start
    given = [2]

    def start(process: SpawnProcess) -> None:
        if given[0] <= 0:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        given[0] -= 1
        started(process)

    monkeypatch.setattr(SpawnProcess, "start", start)
    monkeypatch.setattr(pool, "START_AGAIN_S", 0.0)
    # of the four that were asked for, two may begin: they do it all
    assert [done.absent for done in run_local([task] * 5, 4, None)] == [False] * 5
    with pytest.raises(OutputError, match=r"no worker process can be started \(Resource temporarily unavailable\)"):
        list(run_local([task], 2, None))


def test_a_system_that_has_less_than_linux(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.name == "posix":
        resource_tracker.ensure_running()  # Python's own helper, which needs what is taken away here
    for module, name in ((os, "getppid"), (os, "sched_getaffinity"), (signal, "pthread_sigmask")):
        monkeypatch.delattr(module, name, raising=False)
    received, count = Connection.recv, [0]

    def recv(connection: Connection) -> Any:
        # as a pipe on Windows does whose other end has just gone; the first is only that the worker is ready
        got = received(connection)
        count[0] += 1
        if count[0] == 3:
            raise BrokenPipeError(109, "The pipe has been ended")
        return got

    monkeypatch.setattr(Connection, "recv", recv)
    monkeypatch.setenv("BARE_WORKER", "1")
    tasks = [replace(task, job=replace(task.job, id=str(number))) for number in range(4)]
    done = {one.id: one for one in run_local(tasks, 1, 60.0, do_bare)}
    assert [one.absent for one in done.values()] == [False, True, False, False]
    assert done["1"].rows is not None
    assert done["1"].rows.session.error == "ride_0.csv: the connection to its worker broke."


def test_workers_that_cannot_start_are_told(rides: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"import bikefit\nprint(len(list(bikefit.run_batch({str(rides)!r}, {str(tmp_path / 'o')!r}))))\n")
    told = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=120)
    assert told.returncode == 1
    assert "if __name__" in told.stderr.splitlines()[-1]


def test_two_batches_on_one_folder(rides: Path, tmp_path: Path) -> None:
    jobs = jobs_of(rides, tmp_path / "out", AnalyzeOptions())
    first: Iterator[Any] = run_jobs(jobs, tmp_path / "out", ONE)
    next(first)
    with pytest.raises(OutputError, match="another batch"):
        list(run_jobs(jobs, tmp_path / "out", ONE))
    assert len(result_tables(tmp_path / "out")["sessions"]) == 1  # looking meanwhile is fine
    first.close()


# ---- places that cannot be written or read ---------------------------------------------------------------------


def test_output_that_cannot_be_written(run: Run, rides: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = run("batch", rides, "--out", tmp_path / "file", "--no-report")
    assert told.code == 3
    assert "the folder cannot be made" in told.err
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "riders").write_text("")
    with pytest.raises(OutputError, match="out: the folder cannot be written to"):
        make_folder(tmp_path / "out")
    (tmp_path / "out" / "riders").unlink()
    (tmp_path / "out" / "results.sqlite").write_text("this is not a database, " * 100)
    for flag in ("--no-report", "--dry-run"):
        told = run("batch", rides, "--out", tmp_path / "out", flag)
        assert told.code == 2
        assert "results.sqlite" in told.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_only_be_read(run: Run, rides: Path, done: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(done, out)
    (out / "sessions.csv").unlink()
    out.chmod(0o500)
    told = run("batch", rides, "--out", out, "--no-report")
    assert told.code == 3
    assert "cannot be" in told.err
    assert run("batch", rides, "--out", out, "--no-report", "--dry-run").code == 0


@on_linux
def test_a_full_disk_is_told_and_loses_nothing(rides: Path, quiet: Path, tmp_path: Path) -> None:
    def small() -> None:
        # no file may grow beyond this, as where the disk is full; the pages are larger
        resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, 80_000))

    out = tmp_path / "out"
    told = subprocess.run(command(rides, out), capture_output=True, text=True, check=False, preexec_fn=small)
    assert told.returncode == 3
    assert "cannot be written" in told.stderr
    assert len(told.stderr.splitlines()) == 1
    assert_nothing_half_written(out)
    list(run_batch(rides, out, batch=BatchOptions(jobs=1)))
    assert dump_of(out) == dump_of(quiet)
    assert pages_of(out) == pages_of(quiet)


def test_a_source_that_is_not_there(run: Run, tmp_path: Path) -> None:
    assert run("batch", tmp_path / "none", "--out", tmp_path / "out").code == 3
    (tmp_path / "empty").mkdir()
    told = run("batch", tmp_path / "empty", "--out", tmp_path / "out")
    assert told.code == 3
    assert "no recordings" in told.err


# ---- riders ----------------------------------------------------------------------------------------------------


def studio(folder: Path, *rows: str) -> Path:
    """A manifest of rides with 0, 2 and 0 wedges under the right shoe."""
    folder.mkdir()
    for number, wedges in enumerate((0, 2, 0)):
        make_ride(folder / f"r{number}.csv", number + 1, 4.0 - 0.5 * wedges)
    lines = rows or ("r0.csv;Ann;1.2.2026;0;0;", "r1.csv;Ann;1.2.2026;0;2;", "r2.csv;Ann;12.1.2026;0;0;")
    manifest = folder / "manifest.csv"
    manifest.write_text("\n".join(["file;rider;date;left_wedges;right_wedges;system", *lines]), encoding="utf-8")
    return manifest


def test_a_riders_page_says_what_compare_says(tmp_path: Path) -> None:
    manifest, out = studio(tmp_path / "studio"), tmp_path / "out"
    options = AnalyzeOptions(settings=Settings(response_sd=0.8))
    list(run_batch(manifest, out, options, ONE))
    with Store(out / "results.sqlite") as store:
        own = riders_with_two_counts(store.sessions())["Ann"]
        stored = compare_rider(own, options.settings)
    assert isinstance(stored, ComparisonResult)
    assert [session["file"] for session in own] == ["r2.csv", "r0.csv", "r1.csv"]
    files = [manifest.parent / str(session["file"]) for session in own]
    direct = compare(files, [0, 0, 0], [0, 0, 2], remounted=True, options=options)
    assert stored.to_dict() == direct.to_dict()
    page = next((out / "riders").glob("Ann-*.html")).read_text(encoding="utf-8").replace("\u00a0", " ")
    said = at_length(ENGLISH, direct.feet["right"])
    assert said
    assert all(str(escape(sentence)) in page for sentence in said[:1])
    assert "Right shoe: no clear effect of the wedges was seen." in page


def test_sessions_that_cannot_be_compared_say_why(tmp_path: Path) -> None:
    rows = ("r0.csv;Ann;2026-01-02;0;0;", "r1.csv;Ann;2026-01-03;0;2;bikefit-in-shoe")
    list(run_batch(studio(tmp_path / "studio", *rows), tmp_path / "out", batch=ONE))
    page = next((tmp_path / "out" / "riders").glob("Ann-*.html")).read_text(encoding="utf-8")
    assert "do not share one wedge system" in page


# ---- a cluster -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A real scheduler with two worker processes on this machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as local:
        yield local.scheduler_address


@pytest.mark.parametrize("ship_files", [True, False])
def test_a_cluster_gives_what_one_machine_gives(
    scheduler: str, rides: Path, quiet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ship_files: bool
) -> None:
    there = BatchOptions(scheduler=scheduler, ship_files=ship_files)
    monkeypatch.chdir(rides.parent)  # the workers have another working folder
    source = Path(rides.name)
    assert {outcome.status for outcome in run_batch(source, tmp_path / "many", batch=there)} == {"ok"}
    assert dump_of(tmp_path / "many") == dump_of(quiet)
    assert pages_of(tmp_path / "many") == pages_of(quiet)
    assert {outcome.status for outcome in run_batch(rides, tmp_path / "many", batch=there)} == {"unchanged"}


def test_files_that_options_name_are_shipped_too(scheduler: str, samples: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rides"
    folder.mkdir()
    make_ride(folder / "a.csv", right_deg=5.0)
    (folder / "empty.csv").write_bytes(b"")
    (folder / "gone.csv").symlink_to(folder / "nowhere.csv")
    system = tmp_path / "own.toml"
    system.write_text(OWN_SYSTEM)
    still = make_ride(tmp_path / "still.csv", 9)
    options = AnalyzeOptions(system=str(system), static=still, neutral=0.25)
    list(run_batch(folder, tmp_path / "one", options, ONE))
    there = BatchOptions(scheduler=scheduler, ship_files=True, report=False)
    list(run_batch(folder, tmp_path / "many", options, there))
    assert dump_of(tmp_path / "many") == dump_of(tmp_path / "one")
    assert "own-wedge" in set(result_tables(tmp_path / "many")["feet"]["system"])


def test_no_scheduler_there(run: Run, rides: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    told = run("batch", rides, "--out", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9")
    assert told.code == 2
    assert "dask scheduler" in told.err


def test_a_clusters_workers_and_scheduler_may_be_killed(
    rides: Path, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "ALONE_S", 1.0)
    with contextlib.ExitStack() as stack:

        def begin(kind: str, *arguments: str) -> subprocess.Popen[bytes]:
            line = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *arguments]
            process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        told = tmp_path / "scheduler.json"
        head = begin("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told))
        worker = ("--scheduler-file", str(told), "--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path))
        workers = [begin("worker", *worker) for _ in range(2)]
        deadline = time.monotonic() + 60
        while not told.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        there = BatchOptions(scheduler=json.loads(told.read_text())["address"], report=False)

        def run_killing(out: Path, doomed: list[subprocess.Popen[bytes]]) -> set[str]:
            run: Iterator[Any] = run_batch(rides, out, batch=there)
            first = next(run)
            for process in doomed:
                process.kill()
            return {first.status, *(outcome.status for outcome in run)}

        # one worker: another does its sessions
        assert run_killing(tmp_path / "worker", workers[:1]) == {"ok"}
        # every worker: that is said, and what was finished is kept
        capfd.readouterr()
        with pytest.raises(OutputError, match=r"no workers any more; what was finished is kept"):
            run_killing(tmp_path / "workers", workers[1:])
        # the scheduler: that is said, in a sentence and without Dask's own pages
        begin("worker", *worker)
        with pytest.raises(OutputError, match=r"scheduler tcp://\S+ is gone; what was finished is kept"):
            run_killing(tmp_path / "scheduler", [head])
        assert capfd.readouterr().err == ""
    assert dump_of(tmp_path / "worker") == dump_of(done)
    for name in ("workers", "scheduler"):
        statuses = [outcome.status for outcome in run_batch(rides, tmp_path / name, batch=ONE)]
        assert statuses.count("unchanged") >= 1
        assert dump_of(tmp_path / name) == dump_of(tmp_path / "worker")


def test_a_force_file_is_read_with_its_markers_and_counts(real_data: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "lab", tmp_path / "out"
    folder.mkdir()
    for path in (real_data / "markers").glob("subject01_standing_10_70*"):
        shutil.copy(path, folder)
    jobs = jobs_of(folder, out, AnalyzeOptions())
    assert [job.name for job in jobs] == ["subject01_standing_10_70.trc"]
    assert [outcome.status for outcome in run_jobs(jobs, out, BatchOptions(jobs=1, report=False))] == ["undetermined"]
    assert [outcome.status for outcome in run_jobs(jobs, out, BatchOptions(jobs=1, report=False))] == ["unchanged"]
    force = next(folder.glob("*.mot"))
    force.write_text(force.read_text() + "\n")
    assert [outcome.status for outcome in run_jobs(jobs, out, BatchOptions(jobs=1, report=False))] == ["undetermined"]
