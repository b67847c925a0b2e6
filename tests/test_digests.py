"""The hash of a table may be begun before its reader is loaded; it is that of the bytes which are read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from bikefit import digests
from bikefit.digests import begin_digest, digest_begun
from bikefit.io import read_recording

TABLE = "time_s,left_heel_rotation_deg\n" + "".join(f"{row / 10},{row % 7}.5\n" for row in range(200))


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(digests, "LEAST_BYTES", 1)
    monkeypatch.setattr(digests, "BLOCK_BYTES", 100)
    monkeypatch.setattr(digests, "usable", lambda: 2)
    path = tmp_path / "ride.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_a_hash_that_was_begun_is_taken_once(table: Path) -> None:
    begin_digest(table)
    assert read_recording(table).sha256 == hashlib.sha256(TABLE.encode()).hexdigest()
    assert digest_begun(table) is None


def test_a_file_that_changes_meanwhile_is_hashed_as_it_is_read(table: Path) -> None:
    begin_digest(table)
    wait = digest_begun(table)
    assert wait is not None
    table.write_text(TABLE + "20,1.5\n", encoding="utf-8")
    assert wait() == ""
    begin_digest(table)
    table.write_text(TABLE, encoding="utf-8")
    os.utime(table, ns=(1, 1))
    assert digest_begun(table) is None
    assert read_recording(table).sha256 == hashlib.sha256(TABLE.encode()).hexdigest()


def test_only_large_tables_are_hashed_ahead(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = table.with_suffix(".fit")
    other.write_bytes(b"0" * 20)
    for path in (other, table.parent / "absent.csv", table.parent / "ride.csv@10-20"):
        begin_digest(path)
        assert digest_begun(path) is None
    monkeypatch.setattr(digests, "LEAST_BYTES", 1 << 20)
    begin_digest(table)
    assert digest_begun(table) is None
