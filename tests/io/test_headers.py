"""Headers of several rows, delimiters of any kind, names of rows: tables as other programs write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from bikefit.errors import RecordingError
from bikefit.io import ReadOptions, read_recording
from bikefit.io.options import AS_THE_FILE_SAYS
from bikefit.model import Array, Recording
from bikefit.simulate.markers import simulate_markers
from bikefit.simulate.space import Ride

MADE, _ = simulate_markers(Ride(duration_s=3.0, still_s=0.0))
assert MADE.markers is not None
PLACES: Mapping[str, Array] = {
    name: MADE.markers.positions_mm[name]
    for name in ("left_heel", "left_toe", "left_forefoot", "right_heel", "right_toe", "right_forefoot")
}
TIME = MADE.markers.time_s
RATE_HZ = 1.0 / float(np.median(np.diff(TIME)))
NAMES = ["S1:LHEE", "S1:LTOE", "S1:LMT5", "S1:RHEE", "S1:RTOE", "S1:RMT5"]
XYZ = ["X", "Y", "Z"]


def rows_of(first: Sequence[Array], scale: float = 1.0) -> list[list[str]]:
    table = np.column_stack([*first, *(scale * place for place in PLACES.values())])
    return [[f"{value:.5f}".rstrip("0").rstrip(".") for value in row] for row in table]


def frames() -> Array:
    return np.arange(TIME.size) + 1.0


def over_xyz(names: Sequence[str], blank: bool) -> list[str]:
    return [cell for name in names for cell in ((name, "", "") if blank else (name, name, name))]


def qualisys(mark: str, names_row: bool = True) -> list[list[str]]:
    head = [
        ["NO_OF_FRAMES", str(TIME.size)], ["NO_OF_CAMERAS", "10"], ["NO_OF_MARKERS", "6"],
        ["FREQUENCY", f"{RATE_HZ:g}"],
        ["NO_OF_ANALOG", "0"], ["DESCRIPTION", "--"], ["TIME_STAMP", "2026-01-19, 10:19:43.755", "2063631.9"],
        ["DATA_INCLUDED", "3D"], ["MARKER_NAMES", *PLACES],
    ]  # fmt: skip
    if not names_row:
        return head + rows_of([])
    header = ["Frame", "Time", *(f"{name} {axis}" for name in PLACES for axis in XYZ)]
    return [*head, header, *rows_of([frames(), TIME])]


def vicon(mark: str) -> list[list[str]]:
    return [
        ["Trajectories"], [f"{RATE_HZ:g}"], ["", "", *over_xyz(NAMES, blank=True)], ["Frame", "Sub Frame", *XYZ * 6],
        ["", "", *["mm"] * 18], *rows_of([frames(), 0 * TIME]),
    ]  # fmt: skip


def visual3d(mark: str) -> list[list[str]]:
    return [
        ["", *["ride.c3d"] * 18], ["", *over_xyz(list(PLACES), blank=False)], ["", *["TARGET"] * 18],
        ["", *["ORIGINAL"] * 18], ["ITEM", *XYZ * 6], *rows_of([frames()]),
    ]  # fmt: skip


def motive(mark: str) -> list[list[str]]:
    ids = [f"0F3A{number:04X}9ABCDEF0" for number in range(6)]
    return [
        ["Format Version", "1.23", "Take Name", "ride", "Capture Frame Rate", f"{RATE_HZ:g}", "Length Units", "Meters"],
        [], ["", "Type", *["Marker"] * 18], ["", "Name", *over_xyz([f"Rider:{name}" for name in PLACES], blank=False)],
        ["", "ID", *over_xyz(ids, blank=False)], ["", "", *["Position"] * 18], ["Frame", "Time (Seconds)", *XYZ * 6],
        *rows_of([frames(), TIME], 1e-3),
    ]  # fmt: skip


def read_lines(
    folder: Path, lines: list[list[str]], mark: str, options: ReadOptions = AS_THE_FILE_SAYS, name: str = "ride.csv"
) -> Recording:
    (folder / name).write_text("\n".join(mark.join(line) for line in lines) + "\n", encoding="utf-8")
    return read_recording(folder / name, options)


def assert_markers(read: Recording) -> None:
    assert read.markers is not None
    np.testing.assert_allclose(read.markers.time_s, TIME - TIME[0], atol=2e-4)
    for name, place in PLACES.items():
        seen = read.markers.positions_mm[name]
        np.testing.assert_allclose(np.linalg.norm(seen, axis=1), np.linalg.norm(place, axis=1), atol=0.01)


@pytest.mark.parametrize("mark", ["\t", ",", ";"])
@pytest.mark.parametrize("layout", [qualisys, vicon, motive])
def test_motion_capture_tables(tmp_path: Path, layout: Callable[[str], list[list[str]]], mark: str) -> None:
    lines = layout(mark)
    if mark == ",":
        lines = [[cell.replace(", ", " ") for cell in line] for line in lines]
    assert_markers(read_lines(tmp_path, lines, mark))


@pytest.mark.parametrize("layout", [qualisys, vicon, motive])
def test_a_single_frame_is_a_still_trial(tmp_path: Path, layout: Callable[[str], list[list[str]]]) -> None:
    lines = layout("\t")
    read = read_lines(tmp_path, lines[: len(lines) - TIME.size + 1], "\t")
    assert read.markers is not None
    assert read.markers.time_s.size == 1
    assert "markers_one_frame" in [item.code for item in read.findings]


def test_qualisys_without_a_row_of_names(tmp_path: Path) -> None:
    assert_markers(read_lines(tmp_path, qualisys("\t", names_row=False), "\t", name="ride.tsv"))


def test_vicon_saved_by_a_spreadsheet_keeps_its_rate(tmp_path: Path) -> None:
    plain, padded = vicon(","), vicon(",")
    width = max(map(len, padded))
    for row in padded:
        row += [""] * (width - len(row))
    times = []
    for name, table in (("plain.csv", plain), ("padded.csv", padded)):
        (tmp_path / name).write_text("\n".join(",".join(row) for row in table) + "\n")
        read = read_recording(tmp_path / name)
        assert read.markers is not None
        times.append(read.markers.time_s)
    np.testing.assert_array_equal(*times)
    np.testing.assert_allclose(times[0], TIME, atol=1e-6)


def test_visual3d_needs_the_rate(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"'ITEM' only counts the rows.*--rate HZ"):
        read_lines(tmp_path, visual3d("\t"), "\t", name="ride.txt")
    assert_markers(read_lines(tmp_path, visual3d("\t"), "\t", ReadOptions(rate_hz=RATE_HZ), "ride.txt"))


def test_vicon_with_a_second_section_below(tmp_path: Path) -> None:
    lines = [
        *vicon(","),
        [],
        ["Model Outputs"],
        ["100"],
        ["", "", "S1:LAnkleAngles", "", ""],
        ["Frame", "Sub Frame", *XYZ],
    ]
    read = read_lines(tmp_path, [*lines, *([str(row), "0", "1.5", "2.5", "3.5"] for row in range(TIME.size))], ",")
    assert_markers(read)
    assert "footer_cut" in [item.code for item in read.findings]


ANGLE = 1.0 + np.sin(9.0 * np.arange(300) / 100)


def plain_rows(mark: str, decimal: str = ".", quoted: bool = False) -> list[list[str]]:
    header = ["time_s", "left_heel_rotation_deg", "power_w"]
    rows = [[f"{at / 100:.2f}", f"{angle:.6f}", f"{200 + angle:.2f}"] for at, angle in enumerate(ANGLE)]
    cells = [header, *([cell.replace(".", decimal) for cell in row] for row in rows)]
    return [[f'"{cell}"' for cell in cells[0]], *cells[1:]] if quoted else cells


@pytest.mark.parametrize(
    ("mark", "decimal"), [("|", "."), (" | ", "."), ("|", ","), (" ", "."), ("    ", "."), ("   ", ","), (" ; ", ",")]
)
@pytest.mark.parametrize("quoted", [False, True])
def test_any_delimiter(tmp_path: Path, mark: str, decimal: str, quoted: bool) -> None:
    read = read_lines(tmp_path, plain_rows(mark, decimal, quoted), mark)
    np.testing.assert_allclose(read.feet["left"].heel_out_deg, ANGLE, atol=1e-6)
    np.testing.assert_allclose(read.companions["power_w"].values, 200 + ANGLE, atol=0.01)


def test_columns_lined_up_by_blanks(tmp_path: Path) -> None:
    lines = ["".join(f"{cell:>26}" for cell in row) for row in plain_rows(" ")]
    (tmp_path / "ride.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    np.testing.assert_allclose(read_recording(tmp_path / "ride.txt").feet["left"].heel_out_deg, ANGLE, atol=1e-6)


def test_a_header_behind_a_number_sign(tmp_path: Path) -> None:
    lines = [" ".join(row) for row in plain_rows(" ")]
    (tmp_path / "ride.txt").write_text("# " + "\n".join(lines) + "\n", encoding="utf-8")
    np.testing.assert_allclose(read_recording(tmp_path / "ride.txt").feet["left"].heel_out_deg, ANGLE, atol=1e-6)


@pytest.mark.parametrize("mark", [",", "\t", " ", ";"])
@pytest.mark.parametrize("name", ['"{row}"', "r{row}", "{row}"])
def test_names_of_rows_that_the_header_does_not_count(tmp_path: Path, mark: str, name: str) -> None:
    header, *rows = plain_rows(mark)
    named = [[name.format(row=number), *row] for number, row in enumerate(rows, 1)]
    read = read_lines(tmp_path, [header, *named], mark)
    np.testing.assert_allclose(read.feet["left"].heel_out_deg, ANGLE, atol=1e-6)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "cp1252"])
def test_any_encoding(tmp_path: Path, encoding: str) -> None:
    header, *rows = plain_rows("\t")
    text = "\n".join("\t".join(row) for row in [[*header[:2], "Leistung größer"], *rows]) + "\n"
    (tmp_path / "ride.txt").write_bytes(text.encode(encoding))
    np.testing.assert_allclose(read_recording(tmp_path / "ride.txt").feet["left"].heel_out_deg, ANGLE, atol=1e-6)


def test_an_empty_line_before_a_header_that_no_row_fits(tmp_path):
    path = tmp_path / "ride.txt"
    path.write_text("\ntime_s,left_heel_rotation_deg\n0,1,2,3\n1,1,2,3\n")
    with pytest.raises(RecordingError, match=r"ride\.txt: there is a header row but no numbers under it"):
        read_recording(path)
