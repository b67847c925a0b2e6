"""The local server: this computer alone, this run alone; what is too much, broken or gone is survived in words."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import signal
import socket
import stat
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from helpers.local_app import App, end, free_port, running, start
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bikefit.app import server
from bikefit.app.page import front
from bikefit.app.room import Room
from bikefit.simulate import simulate_plain

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "sample_data"
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and modes of files as POSIX has them")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(tmp_path_factory.mktemp("app")) as started:
        yield started


# ---- who may ask --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Host": "evil.example"}, "for the computer that it runs on"),
        ({"Host": "evil.example:{port}"}, "for the computer that it runs on"),
        ({"Origin": "https://evil.example"}, "Another site"),
        ({"Origin": "null"}, "Another site"),
        ({"Origin": "http://127.0.0.1:1"}, "Another site"),
        ({"Sec-Fetch-Site": "cross-site"}, "Another site"),
    ],
)
def test_another_site_is_refused(app: App, headers: dict[str, str], said: str) -> None:
    told = {name: value.replace("{port}", str(app.port)) for name, value in headers.items()}
    for method, path in (("GET", ""), ("POST", "api/about"), ("PUT", "api/files?name=x.csv")):
        status, body = app.send(method, path, b"{}" if method != "GET" else None, told)
        assert (status, said in body.decode()) == (403, True)


@pytest.mark.parametrize("path", ["/", "/api/about", "/wrong-key/", "/wrong-key/api/about", "/favicon.ico"])
def test_without_the_key_nothing_is_told(app: App, path: str) -> None:
    status, body = app.send("GET", path, whole=True)
    assert (status, "key in this address is missing" in body.decode()) == (403, True)


@pytest.mark.parametrize(
    "path",
    ["../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc/passwd", "results/x/../../../etc/passwd", "nothing",
     "main.js/../../engine.py", "api/secrets", "results/none.zip"],
)  # fmt: skip
def test_no_path_leads_out_of_the_page(app: App, path: str) -> None:
    status, body = app.send("GET", path)
    assert status in (403, 404, 405)
    assert b"root:" not in body


def test_an_uploads_name_leads_nowhere_else(app: App) -> None:
    for name in ("..%2F..%2Fescaped.csv", "%2Fetc%2Fescaped.csv", "C%3A%5Cescaped.csv"):
        status, said = app.send("PUT", f"api/files?name={name}", b"time_s,left_heel_rotation_deg\n0,1\n")
        assert (status, json.loads(said)["name"]) == (200, "escaped.csv")
    status, _ = app.send("PUT", "api/files?name=x.csv&folder=..%2F..&path=..%2F..%2Fdeep.csv", b"1,2\n")
    assert status == 200
    found = [path for path in app.temp.rglob("*") if path.name in ("escaped.csv", "deep.csv")]
    assert len(found) == 2
    assert all(app.rooms()[-1] in path.parents for path in found)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the sockets of a process are told by /proc alone")
def test_it_listens_to_this_computer_alone(app: App) -> None:
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:] + Path("/proc/net/tcp6").read_text().splitlines()[1:]
    listening = [line.split()[1] for line in lines if line.split()[3] == "0A"]
    assert [where for where in listening if int(where.split(":")[1], 16) == app.port] == [f"0100007F:{app.port:04X}"]


def test_what_is_no_request_of_the_page_is_refused_in_words(app: App) -> None:
    for body in (b"not json", b"[1]", b"\xff\xfe"):
        status, said = app.send("POST", "api/analyze", body)
        assert (status, "JSON object" in said.decode()) == (400, True)
    status, said = app.send("POST", "api/analyze", b"{" + b" " * (5 << 20))
    assert (status, "longer" in said.decode()) == (413, True)


def test_the_files_for_start_menus_start_it() -> None:
    kept = {path.suffix: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "start").iterdir()}
    assert set(kept) == {".desktop", ".command", ".cmd"}
    assert "\nExec=bikefit app\n" in kept[".desktop"]
    assert kept[".command"].endswith("exec bikefit app\n")
    assert "\nbikefit app\n" in kept[".cmd"]


def test_the_page_is_in_german_where_that_is_asked_for() -> None:
    page = front({"engine": "local"}, "de")["index.html"].decode()
    assert '<html lang="de">' in page
    assert "Aufnahmen hierher ziehen" in page


# ---- answers ------------------------------------------------------------------------------------------------


def test_answers_and_reports_are_the_command_lines(
    app: App, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(SAMPLES)
    assert app.put(SAMPLES / "two_wedges.fit") == "two_wedges.fit"
    assert app.put(SAMPLES / "two_wedges.fit") == "two_wedges.fit"
    request = {"file": "two_wedges.fit", "options": {"right-wedges": "1"}}
    *stages, last = app.lines("analyze", request)
    assert [each["stage"] for each in stages] == ["reading", "analysing"]
    words = ("analyze", "two_wedges.fit", "--right-wedges", "1")
    assert last["answer"]["document"] == json.loads(run(*words, "--json").out)
    for suffix in ("html", "png"):
        page = tmp_path / f"page.{suffix}"
        run(*words, "--report", page)
        asked = {"of": "analyze", "request": request, "format": suffix}
        status, said = app.send("POST", "api/report", json.dumps(asked))
        assert (status, said == page.read_bytes()) == (200, True)


def test_an_answer_that_cannot_be_is_a_sentence(app: App) -> None:
    app.send("PUT", "api/files?name=letter.fit", b"Dear Ann,\n")
    for what in ("analyze", "inspect"):
        error = app.ask(what, {"file": "letter.fit"})["error"]
        assert error["exit_code"] == 3
        assert error["message"].startswith("letter.fit: ")
        assert "Traceback" not in error["message"]
    status, said = app.send("POST", "api/report", json.dumps({"of": "analyze", "request": {"file": "letter.fit"}}))
    assert status == 200
    assert json.loads(said)["error"]["message"].startswith("letter.fit: ")


# ---- too much, at once, broken off --------------------------------------------------------------------------


def test_two_gigabytes_are_refused_before_they_are_sent(app: App) -> None:
    with socket.create_connection(("127.0.0.1", app.port), timeout=10) as line:
        line.sendall(
            f"PUT /{app.key}/api/files?name=huge.csv HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\n"
            "Content-Length: 2000000000\r\n\r\n".encode()
        )
        said = ""
        while "\r\n\r\n" not in said or said.endswith("\r\n\r\n"):
            said += line.recv(4096).decode()
    assert said.startswith("HTTP/1.1 413")
    assert "huge.csv: this is 2.0 GB" in said


def test_a_stream_that_does_not_tell_its_length_is_refused_when_it_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "FILE_MAX_BYTES", 1000)
    room = Room(tmp_path / "base")
    desk = server.Desk(room, server.Bench(room.recordings), lambda: None)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"x" * 300, "more_body": True}

    scope = {"type": "http", "method": "PUT", "headers": [], "query_string": b"name=endless.csv", "path": "/"}
    with pytest.raises(HTTPException) as refused:
        asyncio.run(server.receive_file(desk, Request(scope, receive)))
    assert refused.value.status_code == 413
    assert "endless.csv" in refused.value.detail
    assert not list(room.recordings.iterdir())
    assert not list(room.path.glob("arriving-*"))
    room.clear()
    assert not room.path.exists()


def test_what_is_asked_right_after_a_stop_is_not_stopped_too(tmp_path: Path) -> None:
    """Whoever is cut off is cancelled more than once, also while the next worker is being made ready."""
    shutil.copy(ROOT / "sample_data" / "two_wedges.fit", tmp_path)

    async def last_said(bench: server.Bench) -> Any:
        said: Any = None
        async for each in bench.ask("analyze", {"file": "two_wedges.fit"}):
            said = each
        return said

    async def stopped_and_asked() -> list[Any]:
        bench = server.Bench(tmp_path)
        await bench.start()
        answers = []
        for wait_s in (0.02, 0.1):
            stopped = asyncio.create_task(last_said(bench))
            await asyncio.sleep(wait_s)
            for _ in range(3):
                stopped.cancel()
                await asyncio.sleep(0)
            answers.append(await last_said(bench))
        await bench.stop()
        return answers

    for said in asyncio.run(stopped_and_asked()):
        assert "document" in said["answer"]


def test_twenty_uploads_at_once_all_arrive(app: App) -> None:
    bodies = [f"time_s,left_heel_rotation_deg\n0,{number}\n".encode() * 5000 for number in range(20)]

    def put(body: bytes) -> str:
        return str(json.loads(app.send("PUT", "api/files?name=many.csv", body)[1])["name"])

    with ThreadPoolExecutor(20) as pool:
        names = list(pool.map(put, bodies))
    assert len(set(names)) == 20
    room = app.rooms()[-1] / "recordings"
    assert sorted((room / name).read_bytes() for name in names) == sorted(bodies)


def test_an_upload_that_breaks_off_leaves_nothing(app: App) -> None:
    before = app.recordings()
    with socket.create_connection(("127.0.0.1", app.port)) as line:
        line.sendall(
            f"PUT /{app.key}/api/files?name=half.csv HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\n"
            "Content-Length: 100000\r\n\r\nhalf".encode()
        )
        time.sleep(0.2)
    assert wait_for(lambda: not list(app.rooms()[-1].glob("arriving-*")))
    assert app.recordings() == before
    assert app.ask("about", {})["version"]


def test_an_analysis_that_nobody_waits_for_is_ended_and_the_next_is_answered(app: App, long_ride: Path) -> None:
    name = app.put(long_ride)
    body = json.dumps({"files": [name] * 20, "options": {"left-wedges": ",".join(["0", "2"] * 10)}})
    with socket.create_connection(("127.0.0.1", app.port)) as line:
        line.sendall(
            f"POST /{app.key}/api/compare HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        line.recv(200)  # it has begun
        worker = children(app)
    assert wait_for(lambda: children(app) and children(app) != worker)
    app.put(SAMPLES / "two_wedges.fit")
    assert app.ask("analyze", {"file": "two_wedges.fit"})["answer"]["shoes"]


@pytest.fixture(scope="module")
def long_ride(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from bikefit.io.text.writer import write_csv

    path = tmp_path_factory.mktemp("long") / "long.csv"
    write_csv(simulate_plain(duration_s=1500, seed=1)[0], path)
    return path


def wait_for(holds: Any, longest_s: float = 10.0) -> bool:
    """Return whether something comes to hold within a time."""
    until = time.monotonic() + longest_s
    while not (held := bool(holds())) and time.monotonic() < until:
        time.sleep(0.05)
    return held


def children(app: App) -> list[str]:
    """Return the processes that a server has started."""
    return Path(f"/proc/{app.process.pid}/task/{app.process.pid}/children").read_text().split()


# ---- a folder -----------------------------------------------------------------------------------------------


def test_a_folder_that_is_typed_runs_as_a_batch_with_its_progress(app: App, tmp_path: Path) -> None:
    rides = tmp_path / "rides"
    rides.mkdir()
    for name in ("visit_helped_1.fit", "visit_helped_2.fit"):
        shutil.copyfile(SAMPLES / name, rides / name)
    (rides / "letter.csv").write_text("Dear Ann,\n")
    *stages, last = app.lines("batch", {"source": str(rides)})
    answer = last["answer"]
    assert [(each["done"], each["total"]) for each in stages] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert answer["counts"] == {"ok": 2, "failed": 1}
    assert [each["name"] for each in answer["failed"]] == ["letter.csv"]
    assert Path(answer["out"]) == tmp_path / "rides-bikefit-results"
    status, page = app.send("GET", answer["pages"])
    assert (status, b"visit_helped_1" in page) == (200, True)
    status, packed = app.send("GET", answer["packed"])
    assert {"index.html", "sessions.csv"} <= set(zipfile.ZipFile(io.BytesIO(packed)).namelist())
    for path in ("..%2f..%2frides/letter.csv", "../../rides/letter.csv"):
        assert app.send("GET", answer["pages"] + path)[0] in (403, 404)


@pytest.mark.parametrize("source", ["", "rides", "/no/such/folder"])
def test_a_folder_that_is_not_there_is_told(app: App, source: str) -> None:
    last = app.lines("batch", {"source": source})[-1]
    assert last.get("answer", last)["error"]["message"]


# ---- the end ------------------------------------------------------------------------------------------------


@posix
def test_it_is_private_and_gone_at_the_end_and_the_next_start_clears_what_was_killed(tmp_path: Path) -> None:
    with running(tmp_path) as killed:
        killed.put(SAMPLES / "two_wedges.fit")
        room = killed.rooms()[0]
        assert stat.S_IMODE(room.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(room.stat().st_mode) == 0o700
        worker = Path(f"/proc/{children(killed)[0]}") if Path("/proc/self").exists() else None
        end(killed, signal.SIGKILL)
    assert worker is None or wait_for(lambda: not worker.exists())
    assert (room / "recordings" / "two_wedges.fit").exists()
    with running(tmp_path) as first:
        assert not room.exists()
        second_port = free_port()
        with running(tmp_path, "--port", str(second_port)) as second:
            assert len(second.rooms()) == 2  # one that is in use is left alone
            assert first.ask("about", {}) == second.ask("about", {})
            assert second.send("POST", "api/quit")[0] == 200
            assert second.process.wait(timeout=20) == 0
        assert end(first) == 0
    assert not list(tmp_path.glob("bikefit-app-*"))


def test_a_port_that_is_taken_is_told_where_it_was_asked_for_and_left_where_not(
    app: App, run: Any, tmp_path: Path
) -> None:
    done = run("app", "--no-open", "--port", str(app.port))
    assert (done.code, f"--port {app.port}: cannot be had" in done.err) == (2, True)
    with socket.socket() as usual:
        try:
            usual.bind(("127.0.0.1", 8017))
            usual.listen()
        except OSError:
            pass  # somebody else has it, which will do
        other = start(tmp_path, "--language", "de")
        try:
            assert other.port not in (8017, app.port)
            assert "Port 8017 ist belegt" in other.said
            assert f"Die Seite: {other.address}" in other.said
        finally:
            other.process.kill()
            other.process.wait()
