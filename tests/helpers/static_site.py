"""Pyodide for the tests of the static site, where it was fetched, and a stand-in where any files will do."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import os
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PINNED = tomllib.loads((ROOT / "bikefit/app/pyodide.toml").read_text(encoding="utf-8"))
VERSION = PINNED["version"]
NAMES = [name for part in PINNED["packages"].values() for name in part]


def pyodide_folder() -> Path:
    """Return where ``.ci/pyodide.py`` put Pyodide, or skip the test."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("BIKEFIT_PYODIDE") or cache / f"bikefit-pyodide@{VERSION}")
    if not (folder / "pyodide-lock.json").is_file():
        pytest.skip(f"Pyodide {VERSION} is not in {folder}; python .ci/pyodide.py fetches it")
    return folder


def stand_in(folder: Path) -> dict[str, Any]:
    """Write small files under the names that Pyodide has, and return what `pyodide.toml` says of them."""
    folder.mkdir()
    contents = {name: f"{name} of a stand-in".encode() for name in PINNED["interpreter"]}
    packages = {}
    for name in NAMES:
        file = f"{name}-1.0-py3-none-any.whl"
        contents[file] = f"the wheel of {name}".encode()
        packages[name] = {"name": name, "file_name": file, "sha256": sha256(contents[file]), "depends": []}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    lock = {"info": {"version": VERSION}, "packages": packages}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return PINNED | {"interpreter": {name: sha256(contents[name]) for name in PINNED["interpreter"]}}


def sha256(content: bytes) -> str:
    """Return the sha256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files and notes which, without a line for each."""

    def __init__(self, asked: list[str], *given: Any, **more: Any) -> None:
        self.asked = asked
        super().__init__(*given, **more)

    def do_GET(self) -> None:
        """Note what is asked for, and give it."""
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path, asked: list[str]) -> Iterator[str]:
    """Serve a folder as any static host does, and give its address; ``asked`` gathers what was asked for."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, asked, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
