"""The commands behind the pages of figures, on small files: they find what their peers find and write the pages."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import bikefit

ROOT = Path(__file__).parents[1]
Load = Callable[[str], ModuleType]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are timed by os.wait4")


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Return what loads a benchmark by its name; benchmarks import each other by name too."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module


def page(folder: Path, name: str) -> Path:
    """Write a page with marks of this name and words around them."""
    path = folder / "page.md"
    path.write_text(f"before\n<!-- {name} -->\nold\n<!-- end of {name} -->\nafter\n", encoding="utf-8")
    return path


def test_every_part_finds_what_its_peers_find(load: Load, tmp_path: Path) -> None:
    parts, table = load("parts"), load("table")
    table.write_files(tmp_path, 0.02)
    (tmp_path / parts.BRIEF).symlink_to(tmp_path)
    agreeing = {"csv": "pandas", "trc": "pandas", "fit records": "fitparse", "fit sensors": "fitparse", "c3d": "ezc3d"}
    for part, readers in parts.PARTS.items():
        if part == "pdf" or (part == "c3d" and not load("measuring").installed("ezc3d")):
            continue
        own = parts.timed(part, "bikefit", tmp_path, 0.0)
        assert own["found"][0] > 0
        assert own["version"] == bikefit.__version__
        if part in agreeing:
            found = parts.timed(part, agreeing[part], tmp_path, 0.0)["found"]
            assert table.agrees(own["found"], found) == f"{own['found'][0]:,}, the same"
        assert readers.keys() == table.ABOUT[part].does.keys()


def test_the_table_is_written_between_its_marks_with_a_row_for_a_missing_peer(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = load("table")
    monkeypatch.setattr(table.measuring, "installed", lambda _package: "")
    path = page(tmp_path, "table")
    table.main(["--share", "0.01", "--turns", "1", "--seconds", "0", "--only", "fit records", "--page", str(path)])
    text = path.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- table -->\n")
    assert text.endswith("<!-- end of table -->\nafter\n")
    assert "old" not in text
    assert re.search(r"^\| bikefit \d+\.\d+\.\d+ \| .* \| 630 \|$", text, re.M)
    assert "| fitdecode | records as objects, checksum | not installed | | | | |" in text


def test_a_process_is_measured_and_its_failure_told(load: Load) -> None:
    process = load("measuring").process
    run = process(["-c", "sum(range(3_000_000)); print('dropped')"])
    assert run.cpu_s > 0.0
    assert run.peak_mb > 5
    with pytest.raises(RuntimeError, match="status"):
        process(["-c", "raise SystemExit(3)"])


def test_the_scaling_is_drawn_and_told(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process is made up: what it took grows in proportion, and so it is told."""
    scaling = load("scaling")
    taken = iter(range(1, 1000))
    monkeypatch.setattr(scaling.measuring, "process", lambda _words: scaling.Run(float(next(taken)), 2.0, 50.0))
    path, drawn = page(tmp_path, "scaling"), tmp_path / "scaling.svg"
    scaling.main(["--tiny", "--page", str(path), "--figure", str(drawn)])
    text = path.read_text(encoding="utf-8")
    assert "the last doubling of the length multiplies the processor's time by 1.00 (exponent 0.00)" in text
    assert "| CSV, 30 s | 1.00 | 2.00 | 50 |" in text
    assert drawn.read_text(encoding="utf-8").count("<svg") == 1
    line = scaling.Line.through([1.0, 2.0, 4.0], [1.5, 2.5, 4.5])
    assert (line.at_zero, line.each) == pytest.approx((0.5, 1.0))


def test_the_stages_of_a_run_add_up_to_it(load: Load, tmp_path: Path) -> None:
    where = load("where_time_goes")
    sample = ROOT / "sample_data" / "two_wedges.csv"
    words = ("analyze", "--json", "--report", str(tmp_path / "out.html"), str(sample))
    profile = where.measure(where.Case(words, (sample,)), 1)
    begun = {stage for stage, spent_s in profile.spent_s.items() if spent_s > 0.0}
    assert begun >= {stage for stage, functions in where.STAGES.items() if functions} - {where.SENSORS}
    assert profile.spent_s[where.IMPORTS] > 0.1 * profile.total_s
    assert profile.clock_s > 0.5 * profile.total_s
    assert profile.limit.startswith("start and imports: ")
    assert list(where.table("here", {"a ride": profile}))[1] == "| processor [s] (share) | a ride |"


@pytest.mark.parametrize(
    ("name", "at"), [("table", "performance.md"), ("scaling", "performance.md"), ("profile", "profile.md")]
)
def test_the_pages_have_the_marks_and_something_between_them(name: str, at: str) -> None:
    text = (ROOT / "docs" / at).read_text(encoding="utf-8")
    between = re.search(rf"<!-- {name} -->\n(.*)<!-- end of {name} -->", text, re.S)
    assert between
    assert "Measured on: " in between[1]
