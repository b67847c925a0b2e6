"""Cells that hold no number, companions that cannot be read, footers: what costs nothing is left out and told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bikefit.errors import RecordingError
from bikefit.io import ReadOptions, read_recording
from bikefit.io.options import AS_THE_FILE_SAYS
from bikefit.model import Recording

TIME = np.arange(1000) / 100
ANGLE = 1.0 + np.sin(9.0 * TIME)
HEADER = ["time_s", "left_heel_rotation_deg", "power_w", "cadence_rpm", "lap"]


def cells() -> list[list[str]]:
    rows = zip(TIME, ANGLE, 200.0 + ANGLE, 80.0 + ANGLE, 1 + TIME // 5, strict=True)
    return [
        [f"{t:.2f}", f"{angle:.6f}", f"{power:.1f}", f"{rpm:.1f}", f"{lap:.0f}"] for t, angle, power, rpm, lap in rows
    ]


def read_rows(
    folder: Path,
    rows: list[list[str]],
    after: str = "",
    options: ReadOptions = AS_THE_FILE_SAYS,
    header: list[str] = HEADER,
    mark: str = ",",
) -> Recording:
    text = "\n".join(mark.join(row) for row in [header, *rows]) + "\n" + after
    (folder / "ride.csv").write_text(text, encoding="utf-8")
    return read_recording(folder / "ride.csv", options)


def codes(read: Recording) -> list[str]:
    return [item.code for item in read.findings]


WORDS = [
    "NA", "nan", "NaN", "#N/A", "-", "--", "null", "NULL", "None", "n/a", "#DIV/0!", "#VALUE!", "#WERT!", "#NV",
    "#REF!", " ", "   ", "missing", "?", ".", "####",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("column", [1, 2, 3])
def test_words_for_a_missing_value(tmp_path: Path, word: str, column: int) -> None:
    rows = cells()
    for at in range(100, 1000, 97):
        rows[at][column] = word
    read = read_rows(tmp_path, rows)
    trace = read.feet["left"]
    expected = np.where(np.isin(np.arange(1000), np.arange(100, 1000, 97)), np.nan, ANGLE) if column == 1 else ANGLE
    np.testing.assert_allclose(trace.heel_out_deg, expected, atol=1e-6)
    told = [item for item in read.findings if item.code == "cells_missing"]
    assert [item.values["count"] for item in told] in ([], [10])
    assert set(read.companions) == {"power_w", "cadence_rpm"}


def test_decimal_commas_among_words(tmp_path: Path) -> None:
    rows = [[cell.replace(".", ",") for cell in row] for row in cells()]
    rows[50][1] = "#WERT!"
    read = read_rows(tmp_path, rows, mark=";")
    np.testing.assert_allclose(np.delete(read.feet["left"].heel_out_deg, 50), np.delete(ANGLE, 50), atol=1e-6)
    assert "cells_missing" in codes(read)


def test_a_real_fault_names_line_and_column(tmp_path: Path) -> None:
    rows = cells()
    rows[30][1], rows[40][1] = "#DIV/0!", "1.2.3"
    with pytest.raises(RecordingError, match=r"line 42, column 'left_heel_rotation_deg': '1\.2\.3' is not a number"):
        read_rows(tmp_path, rows)


@pytest.mark.parametrize(("column", "name"), [(2, "power_w"), (3, "cadence_rpm"), (4, "lap")])
@pytest.mark.parametrize("rows_odd", [slice(None), slice(700, 701)])
def test_a_companion_that_is_no_number_is_left_out(tmp_path: Path, column: int, name: str, rows_odd: slice) -> None:
    rows = cells()
    for row in rows[rows_odd]:
        row[column] = "Auto"
    read = read_rows(tmp_path, rows)
    np.testing.assert_allclose(read.feet["left"].heel_out_deg, ANGLE, atol=1e-6)
    assert [item.values["column"] for item in read.findings if item.code == "companion_unread"] == [name]
    assert name not in read.companions
    assert bool(read.laps) == (name != "lap")
    with pytest.raises(RecordingError, match="'Auto' is not a number"):
        read_rows(tmp_path, rows, options=ReadOptions(columns={name: name}))


def test_two_columns_of_one_companion_are_left_out(tmp_path: Path) -> None:
    header = ["time_s", "left_heel_rotation_deg", "power_w", "Power (W)", "lap"]
    read = read_rows(tmp_path, cells(), header=header)
    np.testing.assert_allclose(read.feet["left"].heel_out_deg, ANGLE, atol=1e-6)
    assert "companion_twice" in codes(read)
    assert not read.companions
    said = read_rows(tmp_path, cells(), header=header, options=ReadOptions(columns={"power_w": "power_w"}))
    assert "companion_twice" not in codes(said)
    np.testing.assert_allclose(said.companions["power_w"].values, 200.0 + ANGLE, atol=0.06)


@pytest.mark.parametrize(
    "footer",
    [
        "Total,,,,\n", "Mean,1.0,200.0,80.0,\nMax,2.0,201.0,81.0,\n", "\nEnd of file\n", "; exported by the app\n",
        "Number of rows: 1000\n\nThank you, and goodbye\n", "summary,of,the,ride,and,more,cells\n",
    ],
)  # fmt: skip
def test_a_footer_is_cut_off(tmp_path: Path, footer: str) -> None:
    read = read_rows(tmp_path, cells(), footer)
    np.testing.assert_allclose(read.feet["left"].heel_out_deg, ANGLE, atol=1e-6)
    assert "footer_cut" in codes(read)
    with pytest.raises(RecordingError, match="not rows of the table"):
        read_rows(tmp_path, cells(), footer, ReadOptions(strict=True))


def test_a_footer_under_clock_times(tmp_path: Path) -> None:
    rows = cells()
    for at, row in enumerate(rows):
        row[0] = f"10:00:{at / 100:06.3f}"
    read = read_rows(tmp_path, rows, "Exported,by,the,app,\n")
    np.testing.assert_allclose(read.feet["left"].time_s, TIME, atol=1e-6)
    assert "footer_cut" in codes(read)


def test_a_header_that_comes_again_is_left_out(tmp_path: Path) -> None:
    rows = cells()
    read = read_rows(tmp_path, [*rows[:400], HEADER, *rows[400:700], HEADER, *rows[700:]])
    np.testing.assert_allclose(read.feet["left"].heel_out_deg, ANGLE, atol=1e-6)
    assert [item.values["times"] for item in read.findings if item.code == "header_repeated"] == [2]
