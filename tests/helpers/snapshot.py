"""What the program says of the sample data, kept in tests/snapshots: one small file a case and kind of answer.

``python -m tests.helpers.snapshot`` shows what differs from what is kept; with ``--renew`` it keeps the new answers.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import bikefit
from bikefit.cli import main

from .schemas import validated
from .snapshot_cases import PAGES, ROOT, SAMPLES, Case, cases
from .snapshot_forms import (
    DEFAULTS,
    brief,
    csv_document,
    dump,
    json_differences,
    page_words,
    rounded,
    store_document,
    strokes_document,
    word_differences,
)

KEPT = ROOT / "tests" / "snapshots"


def run(arguments: list[str]) -> str:
    """Return what a command prints, then what it complains of and how it ends unless all is well."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
            code: Any = 0
        except SystemExit as end:
            code = end.code
    said, complained = (bytes(stream.buffer.getbuffer()).decode() for stream in (_flushed(out), _flushed(err)))
    return said if code == 0 else f"{said}{complained}exit code {code}\n"


def _flushed(stream: io.TextIOWrapper) -> Any:
    stream.flush()
    return stream


def settled(text: str, folder: str) -> str:
    """Return a text without what may differ from one run to the next: the version and where the output went."""
    return text.replace(folder, "OUT").replace(f"bikefit {bikefit.__version__}", "bikefit VERSION")


def placed(arguments: str) -> list[str]:
    """Return a case's arguments with sample_data/ before every name of a file there."""
    return [
        f"sample_data/{word}" if not word.startswith("-") and (SAMPLES / word.split("@")[0]).exists() else word
        for word in arguments.split()
    ]


def json_kept(said: str) -> str:
    """Return a command's JSON as it is kept; an error is kept as it is printed."""
    if not said.startswith(("{", "[")):
        return dump({"error": said.splitlines()}) + "\n"
    return dump(rounded(brief(validated(json.loads(said))))) + "\n"


def answers(case: Case) -> dict[str, str]:
    """Run a case and return its answers as they are kept, by the name of their file."""
    if case.command == "settings":
        return {"settings.json": dump(DEFAULTS) + "\n"}
    arguments = [case.command, *placed(case.arguments)]
    with tempfile.TemporaryDirectory() as folder, chdir(ROOT):
        if case.command == "batch":
            return dict(_batch_answers(arguments, case.kinds, Path(folder)))
        return dict(_answers(arguments, case.kinds, Path(folder)))


def _answers(arguments: list[str], kinds: tuple[str, ...], folder: Path) -> Iterator[tuple[str, str]]:
    strokes, page = folder / "strokes.csv", folder / "page.html"
    written = ["--strokes", str(strokes)] if "strokes" in kinds else []
    written += ["--report", str(page)] if "html" in kinds else []
    yield "text.txt", settled(run([*arguments, *written]), str(folder))
    yield "json.json", settled(json_kept(run([*arguments, "--json"])), str(folder))
    if strokes.exists():
        yield "strokes.json", dump(rounded(strokes_document(strokes.read_text(encoding="utf-8")))) + "\n"
    if page.exists():
        yield "html.txt", settled(page_words(page.read_text(encoding="utf-8")), str(folder))


def _batch_answers(arguments: list[str], kinds: tuple[str, ...], folder: Path) -> Iterator[tuple[str, str]]:
    yield "text.txt", settled(run([*arguments, "--jobs", "1", "--out", str(folder)]), str(folder))
    table = csv_document((folder / "sessions.csv").read_text(encoding="utf-8"))
    yield "sessions.json", dump(rounded(table)) + "\n"
    if "store" in kinds:
        yield "store.json", dump(rounded(store_document(folder / "results.sqlite"))) + "\n"
    if "pages" in kinds:
        for page in sorted(folder.rglob("*.html")):
            name = ".".join(page.relative_to(folder).with_suffix(".txt").parts)
            if name.startswith(PAGES):
                yield name, settled(page_words(page.read_text(encoding="utf-8")), str(folder))


def differences(name: str, kept: str, now: str) -> list[str]:
    """Return in which lines or values an answer differs from the kept one of that file's name."""
    return json_differences(kept, now) if name.endswith(".json") else word_differences(kept, now)


def kept_answers(case: str) -> dict[str, str]:
    """Return what is kept of a case, by the name of the file."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((KEPT / case).glob("*"))}


def changes(case: str, now: dict[str, str]) -> dict[str, list[str]]:
    """Return what differs in each file of a case; a file that came or went differs in one line."""
    kept = kept_answers(case)
    found = {name: ["(new answer)"] for name in now if name not in kept}
    found |= {name: ["(no such answer any more)"] for name in kept if name not in now}
    found |= {name: differences(name, kept[name], now[name]) for name in now if name in kept}
    return {name: lines for name, lines in found.items() if lines}


def renew(case: str, now: dict[str, str], changed: dict[str, list[str]]) -> None:
    """Keep the new answers of those files that changed, so that noise below the tolerance touches none."""
    folder = KEPT / case
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in now:
            (folder / name).write_text(now[name], encoding="utf-8", newline="\n")
        else:
            (folder / name).unlink()


def show(chosen: list[str], renewing: bool) -> int:
    """Print what differs from the kept answers, keep them if asked, and return how many files differ."""
    count = 0
    known = cases()
    gone = [path for path in KEPT.glob("*") if path.name not in known] if not chosen else []
    for name in chosen or known:
        now = answers(known[name])
        changed = changes(name, now)
        for file, lines in changed.items():
            print(f"\n== {name}/{file}", *lines, sep="\n")
        if renewing:
            renew(name, now, changed)
        count += len(changed)
    for folder in gone:
        print(f"\n== {folder.name}\n(no such case any more)")
        for path in folder.glob("*") if renewing else ():
            path.unlink()
        if renewing:
            folder.rmdir()
    print(f"\n{count + len(gone)} answers {'renewed' if renewing else 'differ'}.")
    return count + len(gone)


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", help="names of cases; all when left out")
    parser.add_argument("--renew", action="store_true", help="keep the new answers")
    asked = parser.parse_args()
    sys.exit(show(asked.case, asked.renew) > 0 and not asked.renew)
