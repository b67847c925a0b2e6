"""Every odd file of the table through the command line: exit code, one or two plain lines, nothing written."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.malformed_cases import CASES, HEADER, Case, rows, text

from bikefit.io.text import text_file
from bikefit.model.findings import codes

OUTCOMES = {"two strokes": "too_few_strokes", "1 Hz": "undersampled"}
"""Files that can be read but carry no count, with the reason that must be given."""


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_odd_file(case: Case, run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if case.name == "unreadable" and hasattr(os, "geteuid") and os.geteuid() == 0:
        pytest.skip("the super-user may read everything")
    if case.name in ("pipe", "unreadable") and sys.platform == "win32":
        pytest.skip("there are no such files on Windows")
    path = case.write(tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    done = run("analyze", path, *case.flags, "--json", "--strokes", "strokes.csv", "--report", "report.html")
    assert done.code == case.exit_code
    assert "Traceback" not in done.err
    if case.exit_code != 0:
        assert done.out == ""
        assert 1 <= len(done.err.strip().splitlines()) <= 2
        assert len(done.err) < 1500
        assert all(part in done.err for part in case.says)
        assert list(empty.iterdir()) == []
        return
    document = json.loads(done.out, parse_constant=refuse_constant)
    feet = document["feet"].values()
    told = {item["code"] for part in (document, *feet) for item in part["findings"]}
    assert set(case.findings) <= told <= set(codes())
    assert sorted(os.listdir()) == ["report.html", "strokes.csv"]
    for foot in feet:
        advice = foot["recommendation"]
        assert advice["reasons"]
        if advice["outcome"] == "undetermined":
            assert advice["wedges"] is None
        if case.name in OUTCOMES:
            assert OUTCOMES[case.name] in [reason["code"] for reason in advice["reasons"]]


@pytest.mark.parametrize("left_bytes", [None, 0, 30, len(HEADER) + 1, len(HEADER) + 1000, len(HEADER) + 40_000])
def test_a_file_that_shrinks_while_it_is_read(
    left_bytes: int | None, run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = text(*rows())(tmp_path)
    look = text_file.read_head

    def look_and_shrink(looked_at: Path, size: int) -> bytes:
        head = look(looked_at, size)
        if left_bytes is None:
            looked_at.unlink()
        else:
            os.truncate(looked_at, left_bytes)
        return head

    monkeypatch.setattr(text_file, "read_head", look_and_shrink)
    done = run("analyze", path, "--json")
    assert "Traceback" not in done.err
    if left_bytes is None or left_bytes < len(HEADER) + 100:
        assert done.code == 3
        assert 1 <= len(done.err.strip().splitlines()) <= 2
    else:
        assert done.code == 0
        assert json.loads(done.out, parse_constant=refuse_constant)["feet"]
