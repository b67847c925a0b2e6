"""Small tables are read without pandas, and hold the same numbers."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bikefit.io.text import pieces
from bikefit.io.text.pieces import read_pieces


def how(width: int = 3, sep: str = ",", decimal: str = ".") -> dict[str, object]:
    return {
        "sep": sep, "decimal": decimal, "header": None, "names": list(range(width)), "index_col": False,
        "usecols": None, "encoding_errors": "replace",
    }  # fmt: skip


def random_table(seed: int) -> str:
    chance = random.Random(seed)
    kinds = [
        lambda: f"{chance.uniform(-400, 400):.{chance.randrange(6)}f}",
        lambda: repr(chance.uniform(-1, 1) * 10.0 ** chance.randrange(-12, 12)),
        lambda: str(chance.randrange(-10_000, 10_000)),
        lambda: chance.choice(["0", "-0.0", "1e3", "+2.5", ".5", "7.", "nan", "NaN", "inf", " 1.5", "2.5 "]),
    ]
    end = chance.choice(["\n", "\r\n"])
    rows = [",".join(chance.choice(kinds)() for _ in range(3)) for _ in range(chance.randrange(1, 60))]
    return end.join(rows) + chance.choice(["", end, end + end])


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Pretend that pandas is not loaded; the sizes of what was read without it are listed."""
    read: list[int] = []
    monkeypatch.setattr(pieces, "_pandas_is_loaded", lambda: False)
    monkeypatch.setattr(pieces, "_spared_bytes", read)
    return read


@pytest.mark.parametrize("seed", range(60))
def test_both_ways_give_the_same_numbers(seed: int, without: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    data = random_table(seed).encode()
    cut = data.rfind(b"\n", 0, len(data) // 2) + 1
    ours = read_pieces(iter([(data[:cut],), (data[cut:],)]), (0, 2), (), how())
    assert without
    monkeypatch.setattr(pieces, "_pandas_is_loaded", lambda: True)
    theirs = read_pieces([(data,)], (0, 2), (), how())
    for column in (0, 2):
        np.testing.assert_array_max_ulp(ours[column], theirs[column], maxulp=1)


@pytest.mark.parametrize(
    "text",
    ["1,,3\n", "1,2,3\n4,5\n", "1,2,3\n# a remark\n4,5,6\n", "1,null,3\n", "1,two,3\n", "1,2,3,\n4,5,6,\n", "\n"],
)
def test_what_is_not_plain_is_left_to_pandas(text: str, without: list[int]) -> None:
    taken, found = pieces._spared([(text.encode(),)], (0,), how())
    assert found is None
    assert b"".join(part for piece in taken for part in piece) == text.encode()
    assert not without


def test_large_tables_other_decimals_and_blanks_are_left_to_pandas(
    without: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = b"1,2,3\n"
    for other in (how(decimal=","), how(sep=r"\s+"), {**how(), "usecols": [0]}):
        assert pieces._spared([(row,)], (0,), other)[1] is None
    monkeypatch.setattr(pieces, "SPARED_BYTES", 20)
    taken, found = pieces._spared(iter([(row,)] * 5), (0,), how())
    assert found is None
    assert len(list(taken)) == 5
    assert pieces._spared([(row,)], (0,), how())[1] is not None
    assert without == [6]
