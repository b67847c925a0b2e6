"""A local server of the page in a process of its own, for tests."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

STARTED = re.compile(r"http://127\.0\.0\.1:(\d+)/([\w-]+)/")


@dataclass
class App:
    """A running server."""

    process: subprocess.Popen[str]
    temp: Path
    port: int
    key: str
    said: str

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.key}/"

    def rooms(self) -> list[Path]:
        return sorted(self.temp.glob("bikefit-app-*/run-*"))

    def recordings(self) -> list[str]:
        return sorted(path.name for path in (self.rooms()[-1] / "recordings").iterdir())

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, *, whole: bool = False
    ) -> tuple[int, bytes]:
        """Send a request below the key, or to a whole path, and return status and body."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path if whole else f"/{self.key}/{path}", body, headers or {})
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def put(self, path: Path, name: str | None = None) -> str:
        status, said = self.send("PUT", f"api/files?name={name or path.name}", path.read_bytes())
        assert status == 200, said
        return str(json.loads(said)["name"])

    def lines(self, what: str, request: Any) -> list[Any]:
        """Ask and return every line of the answer."""
        status, said = self.send("POST", f"api/{what}", json.dumps(request))
        assert status == 200, said
        return [json.loads(line) for line in said.splitlines()]

    def ask(self, what: str, request: Any) -> Any:
        return self.lines(what, request)[-1]["answer"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(temp: Path, *words: str) -> App:
    """Start a server and wait until it says where it is."""
    environment = os.environ | {"TMPDIR": str(temp), "TEMP": str(temp)}
    command = [sys.executable, "-m", "bikefit", "app", "--no-open", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if found := STARTED.search(line):
            return App(process, temp, int(found[1]), found[2], said)
    raise AssertionError(said)


def end(app: App, how: signal.Signals = signal.SIGINT) -> int:
    """End a server and return its exit code."""
    app.process.send_signal(how)
    return app.process.wait(timeout=20)


@contextmanager
def running(temp: Path, *words: str) -> Iterator[App]:
    """Hold a running server."""
    app = start(temp, *(words or ("--port", str(free_port()))))
    try:
        yield app
    finally:
        if app.process.poll() is None:
            app.process.kill()
            app.process.wait()
