"""What needs a package that is not there says so in one line, with exit code 3."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("package", "flags", "extra"),
    [("distributed", ["--scheduler", "tcp://127.0.0.1:1"], "dask"), ("pyarrow", ["--parquet"], "parquet")],
)
def test_a_missing_extra_is_one_line(
    run: Run, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, flags: list[str], extra: str
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    told = run("batch", samples / "sessions" / "manifest.csv", "--out", tmp_path / "results", "--no-report", *flags)
    assert told.code == 3
    assert told.err == f"bikefit: {flags[0]} needs one more package: pip install 'bikefit[{extra}]'.\n"
