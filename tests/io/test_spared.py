"""Small tables are read without pandas, and hold the same numbers."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bikefit.io.text import pieces
from bikefit.io.text.pieces import read_pieces
from bikefit.io.text.regular import read_regular


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
    taken, found = pieces._read_small([(text.encode(),)], (0,), how())
    assert found is None
    assert b"".join(part for piece in taken for part in piece) == text.encode()
    assert not without


def test_large_tables_other_decimals_and_blanks_are_left_to_pandas(
    without: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    row, irregular = b"1,2,3\n", b"1,2,3\n4e5,6,7\n"
    for other in (how(decimal=","), how(sep=r"\s+"), {**how(), "usecols": [0]}):
        assert pieces._read_spared([(irregular,)], (0,), other)[1] is None
    monkeypatch.setattr(pieces, "SPARED_BYTES", 20)
    taken, found = pieces._read_small(iter([(row,)] * 5), (0,), how())
    assert found is None
    assert len(list(taken)) == 5
    assert pieces._read_small([(row,)], (0,), how())[1] is not None
    assert without == [6]


def regular_table(seed: int, mark: str, decimal: str) -> str:
    chance = random.Random(seed)
    end = chance.choice(["\n", "\r\n"])
    digits = [chance.randrange(7) for _ in range(3)]
    sizes = [10.0 ** chance.randrange(1, 8) for _ in range(3)]
    rows = [
        [
            f"{chance.uniform(-size, size):.{many}f}" if chance.random() > 0.1 else ""
            for many, size in zip(digits, sizes, strict=True)
        ]
        for _ in range(chance.randrange(1, 60))
    ]
    return end.join(mark.join(row).replace(".", decimal) for row in rows) + end


@pytest.mark.parametrize("seed", range(60))
def test_regular_tables_are_read_without_any_parser(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    mark, decimal = random.Random(seed).choice([(",", "."), (";", ","), ("\t", "."), ("|", ",")])
    data = regular_table(seed, mark, decimal).encode()
    ours = read_regular((data[:7], memoryview(data)[7:]), mark, decimal, 3, (0, 1, 2))
    monkeypatch.setattr(pieces, "_pandas_is_loaded", lambda: True)
    theirs = read_pieces([(data,)], (0, 1, 2), (), how(sep=mark, decimal=decimal))
    assert ours is not None
    for column in (0, 1, 2):
        np.testing.assert_array_max_ulp(ours[column], theirs[column], maxulp=1)


@pytest.mark.parametrize(
    "cell",
    ["1..5", ".", "-.", "-", "--1.5", "+1.5", "1,5", "1.5 ", "1e.5", "nan", "1/5", "1/5.0", "1:5.0", "1-5", "1.5.2",
     "é.5", "12.34567.89", "1234567.89.12", "1.23456789.1", "1234567890123456", "1234567890123456.5", "0x1.5", "1-2.5",
     "123456789012345678", "1.\x005", '"1.5"', "1.5\n", "1.5\n\n", "# 1.5", "1.5,2", "1e5", "inf"],
)  # fmt: skip
def test_a_cell_that_is_written_otherwise_is_left_to_others(cell: str) -> None:
    assert read_regular((b"1.5,2\n-31.5,2\n",), ",", ".", 2, (0, 1)) is not None
    assert read_regular((f"1.5,2\n{cell},2\n-3.5,2\n".encode(),), ",", ".", 2, (0, 1)) is None


def cells(decimal: str) -> st.SearchStrategy[str]:
    """Plain numbers of at most 15 digits, the point anywhere or nowhere, and empty cells."""
    digits = st.text("0123456789", min_size=1, max_size=15)

    def pointed(text: str, behind: int) -> str:
        return text[: max(len(text) - behind, 0)] + decimal + text[max(len(text) - behind, 0) :]

    numbers = digits | st.builds(pointed, digits, st.integers(0, 15))
    return st.just("") | st.builds("".join, st.tuples(st.sampled_from(["", "-"]), numbers))


@given(st.lists(st.tuples(cells(","), st.integers(0, 9), cells(",")), min_size=1, max_size=40))
@example([("1,5", 1, "-,5"), ("", 2, "-0"), ("123456789012,345", 3, "7,"), ("0,12345678901234", 4, "")])
def test_decimals_may_vary_from_cell_to_cell(rows: list[tuple[str, int, str]]) -> None:
    text = "".join(f"{first};{middle};{last}\n" for first, middle, last in rows)
    found = read_regular((text.encode(),), ";", ",", 3, (0, 1, 2))
    assert found is not None
    for column, values in found.items():
        expected = [float(str(row[column]).replace(",", ".") or "nan") for row in rows]
        assert values.tobytes() == np.array(expected).tobytes()


@pytest.mark.parametrize("cell", ["5e-06", "-1,25E+3", "1e5", "-0e0", "12,5e-7", "1e400"])
def test_a_few_powers_of_ten_are_read_one_by_one(cell: str) -> None:
    plain = "1,5;e;2\n" * 60
    found = read_regular((f"{plain}{cell};e;2\n-3,25;e;{cell}\n".encode(),), ";", ",", 3, (0, 2))
    assert found is not None
    value = float(cell.replace(",", "."))
    assert found[0].tobytes() == np.array([1.5] * 60 + [value, -3.25]).tobytes()
    assert found[2].tobytes() == np.array([2.0] * 61 + [value]).tobytes()
    assert read_regular((f"{plain}{cell};e;2\n{cell};e;2\n".encode(),), ";", ",", 3, (0,)) is None


@pytest.mark.parametrize("cell", ["e5", "1e", "1.5e5", "1e5e5", "1,e5", "1e5,5", "+1e5", "1e5 ", "one"])
def test_what_only_looks_like_a_power_of_ten_is_left_to_others(cell: str) -> None:
    assert read_regular(("1,5;2\n" * 60 + f"{cell};2\n").encode().splitlines(keepends=True), ";", ",", 2, (0,)) is None


def test_an_empty_line_is_no_empty_cell() -> None:
    assert read_regular((b"1.5\n\n2.5\n",), ",", ".", 1, (0,)) is None


def test_a_piece_that_is_not_regular_is_read_by_pandas(without: list[int]) -> None:
    odd = [(b"1.5,2,3\n" * 4,), (b"1.5,2,3\n1e1,2,3\n",), (b"2.5,2,3\n",)]
    assert read_pieces(odd, (0,), (), how())[0].tolist() == [1.5] * 5 + [10.0, 2.5]
    assert without
