"""Random command lines: exit codes 0, 2, 3 and 4 only, never a traceback, and --json prints JSON alone.

    python benchmarks/fuzz_commands.py [--count 1000] [--seconds 600] [--seed 1]

Commands and options are taken from the program itself, values partly sensible and partly not, files from the sample
data and some that are not a recording. Every line runs in this process, in a folder of its own; failures are printed as
it can be pasted. No recording may be changed: the lines work on a copy of the sample data.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shlex
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import typer.main

from bikefit.cli import clients, commands, demo, page, studio  # noqa: F401  (they add themselves to the program)
from bikefit.cli.declared import app
from bikefit.cli.main import main
from bikefit.cli.parser import typer_app

ROOT = Path(__file__).parents[1]
CODES = (0, 2, 3, 4)
VALUES = (
    "0", "1", "2", "-1", "3.5", "-0.5", "1e99", "nan", "inf", "", " ", "abc", "left", "right", "both", "2:00",
    "0:10-0:30", "lap1", "999", "0,2", "0,2,-2,0", "varus", "mean", "peak", "power_phase", "max", "recovery",
    "zero", "none", "seated", "bikefit-cleat", "no-such-system", "3-bolt", "a=b", "left_heel=Time", "time_s=time_s",
    "{date}_{rider}", "../up", "out.html", "out.pdf", "out.png", "out.csv", "out.parquet", "nowhere/out.html",
    "out", ".", "2026-11-29", "29.11.2026", "ü ß", "-5", "--", "0-5", "50", "100", "4", "10", "de", "en", "xx",
    "a4", "letter", "client", "all",
)  # fmt: skip
LEFT_OUT = {"app"}
"""Opens a server."""
NOT_ASKED = {"--jobs", "--scheduler", "--duration", "--debug", "--open", "--help"}
"""Options that start other programs, make hours of a ride, or show a traceback because that is what they are for."""
PLAIN = ("1", "2", "0:10", "mean", "left", "varus", "bikefit-cleat", "out.html", "out.csv", "0,2", "0")
"""What makes sense to many options."""


def known_commands() -> dict[str, list[Any]]:
    """Return every command's options, those of commands in a group by both names."""
    found: dict[str, list[Any]] = {}
    group: Any = typer.main.get_command(typer_app(app))
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        for one, own in (inner or {"": command}).items():
            found[f"{name} {one}".strip()] = list(own.params)
    return {name: own for name, own in found.items() if name.split()[0] not in LEFT_OUT}


def files(folder: Path, copy: Path) -> list[str]:
    """Return paths that a line may name: recordings, what is none, folders, and what is not there."""
    samples = [str(path) for path in sorted(copy.iterdir()) if path.suffix in (".csv", ".fit", ".trc")]
    (folder / "empty.csv").write_bytes(b"")
    (folder / "words.txt").write_text("no table at all\n")
    (folder / "noise.fit").write_bytes(np.random.default_rng(0).bytes(5000))
    (folder / "a b.csv").write_bytes(Path(samples[0]).read_bytes())
    own = [str(folder / name) for name in ("empty.csv", "words.txt", "noise.fit", "a b.csv", "missing.csv")]
    sections = [f"{path}@{part}" for path in samples[:4] for part in ("lap1", "0:10-1:00", "5-2", "x")]
    return samples * 3 + own + sections + [str(folder), "ride.xyz"]


def line(rng: np.random.Generator, known: dict[str, list[Any]], paths: list[str]) -> list[str]:
    """Return one command line."""
    name = str(rng.choice(list(known)))
    words = name.split()
    if rng.random() < 0.05:
        words[0] = str(rng.choice(["analyse", "analyzee", "help", "", paths[0]]))
    options = [one for one in known[name] if one.param_type_name == "option" and not NOT_ASKED & set(one.opts)]
    wild = rng.random() < 0.5
    for _ in range(rng.integers(0, 4) if wild else 2 if name == "compare" else 1):
        words.append(str(rng.choice(paths if wild else paths[:40])))
    for _ in range(rng.integers(0, 5) if wild else rng.integers(0, 3)):
        if options:
            option = options[rng.integers(len(options))]
            words.append(str(rng.choice(option.opts)))
            if option.is_flag:
                continue
            if rng.random() < 0.03:
                return words
            words.append(str(rng.choice(paths if rng.random() < 0.1 else VALUES if wild else PLAIN)))
    if rng.random() < 0.3:
        words.append("--json")
    if rng.random() < 0.03:
        words.append(str(rng.choice(["--no-such", "-z", "--wedge", "--left-wedge", "-"])))
    return words


def ran(words: list[str]) -> tuple[Any, str, str]:
    """Run a line; return its exit code (or the exception that got out), what it printed and what it complained of."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    code: Any = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(words)
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            code = traceback.format_exc()
    said = []
    for stream in (out, err):
        stream.flush()
        said.append(bytes(stream.buffer.getbuffer()).decode("utf-8", "replace"))  # type: ignore[attr-defined]
    return code, said[0], said[1]


def wrong(words: list[str], code: Any, out: str, err: str) -> str:
    """Return what is wrong with an answer; empty where nothing is."""
    if code not in CODES:
        return f"exit code {code}"
    if "Traceback" in out + err or "Error:" in err.replace("bikefit: ", ""):
        return f"a traceback or another's words: {err[-400:]}"
    if code == 0 and "--json" in words and "--help" not in words:
        try:
            json.loads(out)
        except ValueError:
            return f"no JSON: {out[:200]!r}"
    if code and not (err.strip() or out.strip()):
        return "a fault without a word"
    return ""


def contents(folder: Path) -> dict[str, bytes]:
    """Return every recording of a folder by its name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".csv", ".fit", ".trc")}


def run() -> int:
    """Run lines until the count or the time is reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    known, began = known_commands(), time.monotonic()
    codes, failures, slowest = Counter[Any](), 0, 0.0
    copy = Path(tempfile.mkdtemp()) / "data"
    shutil.copytree(ROOT / "sample_data", copy)
    before = contents(copy)
    os.environ.setdefault("NO_COLOR", "1")
    done = 0
    for number in range(asked.count):
        if time.monotonic() - began > asked.seconds:
            break
        rng = np.random.default_rng([asked.seed, number])
        with tempfile.TemporaryDirectory() as folder, chdir(folder):
            words = line(rng, known, files(Path(folder), copy))
            start = time.monotonic()
            code, out, err = ran(words)
            slowest = max(slowest, time.monotonic() - start)
        done += 1
        fault = wrong(words, code, out, err)
        codes[code if code in CODES else "other"] += 1
        if fault:
            failures += 1
            print(f"{number}: bikefit {shlex.join(words)}\n  {fault}", flush=True)
    after = contents(copy)
    same = all(after.get(name) == content for name, content in before.items())
    shutil.rmtree(copy.parent)
    kept = "as before" if same else "CHANGED"
    print(f"{done} lines, exit codes {dict(codes)}, {failures} faults, slowest {slowest:.1f} s, recordings {kept}")
    return int(failures > 0 or not same)


if __name__ == "__main__":
    sys.exit(run())
