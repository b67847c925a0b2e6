"""Files made to waste time and memory are refused, or read, within 500 MB; benchmarks/hostile_files.py times them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from helpers.hostile_files import FILES, costs


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the memory is counted as Linux does")
def test_hostile_files_cost_little_memory_and_are_told(tmp_path: Path) -> None:
    for name, (said, _, most_mb) in costs(tmp_path).items():
        assert FILES[name][1] in said, f"{name}: {said}"
        assert (name in said) == bool(said)
        assert most_mb < 500.0, f"{name}: {most_mb:.0f} MB"
