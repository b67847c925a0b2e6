"""A studio's file of clients: nothing confirmed is lost, nothing forgotten is left, nothing foreign is touched."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

from bikefit import __version__
from bikefit.clients import visits_of
from bikefit.comparison.sentences import answer
from bikefit.errors import OutputError, RecordingError, UsageError
from bikefit.store import ClientFile, SessionRow, SessionRows
from bikefit.store.rows import FootRow
from bikefit.words import ENGLISH

NAME = "Zdenka Přehnalová-Muster"
ROW = SessionRow(
    id="ride", position=0, session="ride.csv", file="ride.csv", status="ok", document="{}", day="2026-03-01"
)
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes and kill -9 are POSIX")


def rows(number: int = 1, **more: Any) -> SessionRows:
    """A session of a file of its own."""
    made = replace(ROW, id=f"ride-{number}", sha256=f"{number:064x}", notes=f"note {number}", **more)
    return SessionRows(made)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "studio.sqlite"


# ---- what it keeps ---------------------------------------------------------------------------------------------


@POSIX
def test_the_file_is_its_owners_alone(path: Path) -> None:
    path.touch(mode=0o666)
    with ClientFile(path, make=True) as file:
        file.add(NAME)
        assert {place.stat().st_mode & 0o777 for place in path.parent.iterdir()} == {0o600}


def test_a_client_is_found_by_id_or_by_a_name_that_only_one_has(path: Path) -> None:
    with ClientFile(path, make=True) as file:
        one, other = file.add("Anna"), file.add("anna ", "A-7")
        assert (one.id, other.id) == ("c1", "A-7")
        assert file.find("a-7") == other
        with pytest.raises(UsageError, match="2 clients have this name"):
            file.find("ANNA")
        with pytest.raises(UsageError, match=r"no such client.*Did you mean"):
            file.find("Annna")
        long = file.add("Carla (spring)", "L")
        with pytest.raises(UsageError, match=r"Did you mean 'Carla \(spring\)'"):
            file.find("carla")
        file.forget(long)
        with pytest.raises(UsageError, match="is taken"):
            file.add("Ben", "C1")
        file.forget(one)
        assert file.add("Ben").id == "c2"


def test_a_recording_is_one_session_of_one_client(path: Path) -> None:
    with ClientFile(path, make=True) as file:
        anna, ben = file.add("Anna"), file.add("Ben")
        assert file.append(anna, rows(1)) is False
        assert file.append(anna, rows(1, comfort=4.0), [("p.html", b"<p>")]) is True
        assert file.append(anna, rows(1, from_s=10.0, to_s=20.0)) is False
        with pytest.raises(UsageError, match="session of client c1"):
            file.append(ben, rows(1))
        own = file.sessions(anna)
        assert [(one["id"], one["comfort"], one["rider"]) for one in own] == [
            ("ride-1", 4.0, "Anna"), ("ride-1-2", None, "Anna"),
        ]  # fmt: skip
        assert [page.content for page in file.pages("ride-1")] == [b"<p>"]
        assert file.merge(anna, ben) == 2
        assert [one["rider"] for one in file.sessions(ben)] == ["Ben", "Ben"]
        assert [row.id for row in file.clients()] == ["c2"]


# ---- forgetting ------------------------------------------------------------------------------------------------


def held(folder: Path, *words: bytes) -> list[str]:
    """The files of a folder that hold any of some bytes, as they are or deflated."""
    return [
        place.name for place in sorted(folder.rglob("*")) if place.is_file()
        and any(word in place.read_bytes() for word in words)
    ]  # fmt: skip


def test_no_byte_of_a_forgotten_client_is_left(path: Path) -> None:
    page = path.with_name("report.html")
    secret = (NAME.encode(), NAME.encode("utf-16-le"), b"SECRETNOTE", b"secretfile")
    content = f"<p>{NAME} SECRETNOTE".encode()
    with ClientFile(path, make=True) as file:
        other = file.add("Ben")
        client = file.add(NAME)
        for number in range(1, 40):
            page.write_bytes(content)
            told = rows(number, session="secretfile.csv", error="")
            told = replace(told, session=replace(told.session, notes="SECRETNOTE" * 200, document='{"a":"SECRETNOTE"}'))
            file.append(client if number % 2 else other, told if number % 2 else rows(number), [("p", content)], [page])
        deflated = zlib.compress(content)
        assert "studio.sqlite-wal" in held(path.parent, secret[0])
        forgotten = file.forget(client)
        assert forgotten.sessions == 20
        assert {copy.name for copy in forgotten.copies} == {str(page)}
        assert held(path.parent, *secret[:3]) == ["report.html"]
        page.unlink()
        assert held(path.parent, *secret) == []
        assert len(file.sessions(other)) == 19
        for session in file.sessions(other):
            file.note_copies(other, [])
            assert file.pages(session["id"])[0].content == content
    assert held(path.parent, *secret) == []
    assert deflated in path.read_bytes()  # Ben's pages, and only his


def test_while_another_program_reads_forgetting_says_what_is_left_and_is_finished_later(path: Path) -> None:
    with ClientFile(path, make=True) as file:
        client = file.add(NAME)
        file.append(client, rows())
    with ClientFile(path) as file:
        reader = sqlite3.connect(path)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM clients").fetchall()
        file._db.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(OutputError, match=r"studio.sqlite-wal\. Close that program"):
            file.forget(file.find(NAME))
        reader.close()
    with ClientFile(path) as file:
        assert file.clients() == []
        assert held(path.parent, NAME.encode()) == []


def test_copies_are_removed_as_they_were_written_and_the_rest_is_said(path: Path, run: Callable[..., Any]) -> None:
    same, changed, gone = (path.with_name(f"{name}.html") for name in ("same", "changed", "gone"))
    with ClientFile(path, make=True) as file:
        client = file.add(NAME)
        for place in (same, changed, gone):
            place.write_text(NAME, encoding="utf-8")
        file.append(client, rows(), copies=[same, changed, gone])
        file.backup(path.with_name("old.sqlite"))
        file.add("Ben")
    changed.write_text(f"{NAME} and more", encoding="utf-8")
    gone.unlink()
    said = run("clients", "forget", NAME, "--yes", "--clients", str(path)).err
    assert f"{same}: removed." in said
    assert f"{changed}: this page was changed" in said
    assert f"{gone}: this page is not there" in said
    assert "old.sqlite: this backup still knows c1" in said
    assert "Not reached" in said
    assert not same.exists()
    assert held(path.parent, NAME.encode()) == ["changed.html", "old.sqlite"]


# ---- what is never overwritten ---------------------------------------------------------------------------------


def unchanged(path: Path, expected: type[Exception], match: str) -> None:
    """A file that is refused is left as it is, byte by byte."""
    before = path.read_bytes()
    for make in (False, True):
        with pytest.raises(expected, match=match):
            ClientFile(path, make=make)
    assert path.read_bytes() == before


def filled(path: Path) -> None:
    """A file with something in it, all of it in the one file."""
    with ClientFile(path, make=True) as file:
        for number in range(1, 30):
            client = file.add(f"client {number}")
            file.append(client, rows(number), [("p", os.urandom(3000))])


def test_a_damaged_or_foreign_file_is_left_as_it_is(path: Path, tmp_path: Path) -> None:
    filled(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    unchanged(path, OutputError, "damaged")
    path.write_bytes(whole[:4096] + bytes(4096) + whole[8192:])
    unchanged(path, OutputError, "damaged")
    path.write_text("a letter", encoding="utf-8")
    unchanged(path, UsageError, "not a file of clients")
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE songs (name)")
    unchanged(other, UsageError, "not a file of clients")
    with pytest.raises(RecordingError, match="no such file of clients"):
        ClientFile(tmp_path / "none.sqlite")


def test_a_newer_file_is_left_as_it_is(path: Path) -> None:
    filled(path)
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE sessions ADD COLUMN saddle_mm REAL")
        database.execute("PRAGMA user_version = 5")
        database.execute("PRAGMA journal_mode = DELETE")
    unchanged(path, OutputError, "newer program")


def test_an_older_file_is_brought_up_to_date_with_all_that_is_in_it(path: Path) -> None:
    filled(path)
    with ClientFile(path) as file:
        before = file.sessions()
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE sessions DROP COLUMN pedal")
        database.execute("ALTER TABLE sessions DROP COLUMN comfort")
        database.execute("PRAGMA user_version = 5")
    with ClientFile(path) as file:
        assert file.sessions() == before
        assert len(file.pages("ride-7")) == 1
        file.append(file.find("client 3"), rows(100, pedal="A"))
        file.forget(file.find("client 4"))
        kept = file._db.execute("SELECT count(*) FROM client_pages").fetchall()
        assert kept == [(28,)]
        assert file._db.execute("PRAGMA foreign_key_check").fetchall() == []
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE sessions DROP COLUMN pedal")
        database.execute("PRAGMA user_version = 5")
        database.execute("UPDATE settings SET value = '99.0' WHERE name = 'version'")
        database.execute("PRAGMA journal_mode = DELETE")
    unchanged(path, OutputError, f"newer program.*{__version__}")


def test_a_backup_is_whole_and_never_overwrites(path: Path, tmp_path: Path) -> None:
    filled(path)
    copy = tmp_path / "copy.sqlite"
    with ClientFile(path) as file:
        file.backup(copy)
        with pytest.raises(UsageError, match="there already"):
            file.backup(copy)
        with ClientFile(copy) as again:
            assert again.sessions() == file.sessions()


# ---- kill -9 ---------------------------------------------------------------------------------------------------

WORKER = """
import sys
from dataclasses import replace
from pathlib import Path
from bikefit.store import ClientFile, SessionRow, SessionRows
first = int(sys.argv[2])
with ClientFile(Path(sys.argv[1]), make=True) as file:
    for number in range(first, first + 100_000):
        client = file.add(f"client {number}")
        print("added", client.id, flush=True)
        row = SessionRow(id=f"r{number}", position=0, session="s", file="f", sha256=str(number), status="ok")
        file.append(client, SessionRows(row), [("p", b"x" * 5000)])
        print("appended", client.id, flush=True)
        if number % 5 == 0:
            file.forget(client)
            print("forgotten", client.id, flush=True)
        elif number % 5 == 1 and file.clients()[0] != client:
            file.merge(client, file.clients()[0])
            print("merged", client.id, flush=True)
"""


@POSIX
def test_whatever_was_confirmed_survives_kill_9(path: Path) -> None:
    said: dict[str, set[str]] = {"added": set(), "appended": set(), "forgotten": set(), "merged": set()}
    doubtful: set[str] = set()
    for turn, (confirmed, delay_s) in enumerate(
        ((1, 0.0), (4, 0.003), (10, 0.001), (13, 0.006), (19, 0.0), (25, 0.01))
    ):
        command = [sys.executable, "-c", WORKER, str(path), str(1000 * turn + 1)]
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert worker.stdout is not None
        lines = [worker.stdout.readline() for _ in range(confirmed)]
        time.sleep(delay_s)
        worker.send_signal(signal.SIGKILL)
        lines += worker.stdout.readlines()
        assert worker.wait() == -signal.SIGKILL  # it did not end by itself
        for line in lines:
            kind, _, client = line.strip().partition(" ")
            if line.endswith("\n"):
                said[kind].add(client)
        doubtful |= {lines[-1].split()[1]}  # what was being done with them may be done or not
        with ClientFile(path) as file:
            there = {row.id for row in file.clients()}
            assert said["added"] - said["forgotten"] - said["merged"] - there <= doubtful
            assert not there & (said["forgotten"] | said["merged"])
            sessions = {session["id"] for session in file.sessions()}
            assert len(sessions) >= len(said["appended"] - said["forgotten"] - doubtful)
            assert file._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert file._db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert len(said["appended"]) > 20
    assert len(said["forgotten"]) > 2


# ---- the commands ----------------------------------------------------------------------------------------------


def test_a_visit_is_kept_shown_compared_exported_and_forgotten(
    path: Path, run: Callable[..., Any], samples: Path, tmp_path: Path
) -> None:
    studio = ("--clients", str(path))
    assert run("clients", "add", NAME, *studio).out == f"c1  {NAME}\n"
    report = tmp_path / "report.html"
    for number, count in ((1, 0), (2, 2), (4, 0)):
        run(
            "analyze", samples / f"visit_helped_{number}.fit", f"--right-wedges={count}", "--left-wedges=0",
            "--client", NAME, *studio, "--comfort", str(number + 3), "--notes", "knee <b>ok</b>",
            "--next-visit", "3.5.2027", "--shoe", "S-9", "--report", str(report),
        )  # fmt: skip
    assert NAME in report.read_text(encoding="utf-8")
    listed = run("clients", "list", *studio).out
    assert listed == f"c1  {NAME}; 3 sessions; last 2024-01-01; next 2027-05-03\n"
    page = tmp_path / "anna.html"
    run("clients", "show", "c1", "-o", str(page), *studio)
    text = page.read_text(encoding="utf-8").replace("\u00a0", " ")
    with ClientFile(path) as file:
        (visit,) = visits_of(file.sessions(file.find("c1")))
    assert visit.compared is not None
    assert visit.compared.feet["right"].change is not None
    assert escape(answer(ENGLISH, visit.compared.feet["right"], visit.compared.system.cap)) in text
    assert "knee &lt;b&gt;ok&lt;/b&gt;" in text
    assert all(told in text for told in ("7 of 10", "S-9", "2027-05-03"))
    stored = json.loads(run("compare", "--client", "c1", "--json", *studio).out)
    files = [str(samples / f"visit_helped_{number}.fit") for number in (1, 2, 4)]
    direct = json.loads(run("compare", *files, "--right-wedges=0,2,0", "--json").out)
    assert stored["feet"]["right"]["change_deg"] == direct["feet"]["right"]["change_deg"] is not None
    run("clients", "export", "c1", "-o", str(tmp_path / "all"), *studio)
    document = json.loads((tmp_path / "all" / "c1.json").read_text(encoding="utf-8"))
    assert document["client"]["name"] == NAME
    first = document["sessions"][0]
    assert (first["comfort"], first["result"]["recording"]["name"]) == (4.0, "visit_helped_1.fit")
    assert len(first["strokes"]) > 100
    assert (tmp_path / "all" / first["pages"][0]).is_file()
    run("clients", "forget", "c1", "--yes", *studio)
    assert held(tmp_path, NAME.encode(), NAME.encode("unicode_escape")) == []


def test_a_batch_adds_its_sessions_to_the_clients(
    path: Path, run: Callable[..., Any], samples: Path, tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.csv"
    ride = samples / "two_wedges.csv"
    others = [samples / f"visit_helped_{number}.fit" for number in (1, 2)]
    manifest.write_text(
        f"file,rider,client,comfort,cleat,cleat_float_deg\n{ride},,c1,7,SPEEDPLAY,6\n{others[0]},Ben,,,,\n{others[1]},,,,,\n",
        encoding="utf-8",
    )
    with ClientFile(path, make=True) as file:
        file.add("Anna")
    for _ in range(2):
        done = run("batch", str(manifest), "--out", str(tmp_path / "out"), "--jobs", "1", "--clients", str(path))
    assert "0 sessions added, 0 brought up to date, 2 unchanged" in done.err
    assert "1 session with neither a client nor a rider is not in" in done.err
    with ClientFile(path) as file:
        assert [row.name for row in file.clients()] == ["Anna", "Ben"]
        kept = file.sessions(file.find("c1"))
        assert [(one["comfort"], one["cleat"], one["cleat_float_deg"], one["rider"]) for one in kept] == [
            (7.0, "speedplay", 6.0, "Anna")
        ]
        assert kept[0]["feet"][0].keys() >= set(FootRow.__dataclass_fields__)
        stored = file.pages(kept[0]["id"])
        assert hashlib.sha256(stored[0].content or b"").hexdigest() == stored[0].sha256 == stored[1].sha256
