"""What is said where a file holds no rotation: what is missing, what to strap on, or the flags ready to paste."""

from __future__ import annotations

import io
import shlex
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bikefit import analyze
from bikefit.errors import NoRotationError, RecordingError, UsageError
from bikefit.inspection import inspect_recording
from bikefit.io import ReadOptions, read_recording, read_sides, require_usable, unread_foot


def write(folder: Path, header: str, name: str = "ride.csv", rows: int = 300) -> Path:
    count = header.count(",")
    lines = [",".join([f"{at / 100:.2f}", *(f"{at % 7 + column}.5" for column in range(count))]) for at in range(rows)]
    (folder / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return folder / name


def said(path: Path, options: ReadOptions | None = None) -> str:
    with pytest.raises(NoRotationError) as caught:
        require_usable(read_recording(path, options or ReadOptions()))
    return str(caught.value)


@pytest.mark.parametrize("header", ["time_s,power_w,cadence_rpm", "time_s,heart_rate_bpm,altitude,temperature"])
def test_an_ordinary_ride_gets_three_lines(tmp_path: Path, header: str) -> None:
    path = write(tmp_path, header)
    missing = [str(item) for item in inspect_recording(path).missing]
    assert len(missing) == 3
    for line, words in zip(missing, ("no foot rotation", "Strap a motion sensor", "docs/record.md"), strict=True):
        assert words in line
    assert inspect_recording(path).advice == ()
    assert "--column" not in said(path)
    assert "Strap a motion sensor" in said(path)


@pytest.mark.parametrize("name", ["torsion [deg]", "swing_deg", "u (rad)"])
def test_a_unit_of_an_angle_is_worth_a_hint(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, f"time_s,power_w,{name}")
    assert f"left_heel_rotation_deg={name.split()[0]}".split("=")[1] in said(path)
    assert any("--column" in line for line in inspect_recording(path).advice)


@pytest.mark.parametrize(
    ("names", "flags"),
    [
        ("left_toe_out_deg", "left_heel_rotation_deg=left_toe_out_deg (and --positive heel-in"),
        ("left_toe_in_deg", "left_heel_rotation_deg=left_toe_in_deg."),
        ("right_internal_rotation_deg", "right_heel_rotation_deg=right_internal_rotation_deg (and --positive heel-in"),
        ("right_external_rotation", "right_heel_rotation_deg=right_external_rotation."),
    ],
)
def test_the_nearest_column_keeps_its_side_and_its_sense(tmp_path: Path, names: str, flags: str) -> None:
    assert flags in said(write(tmp_path, f"time_s,{names}"))


@pytest.mark.parametrize(
    "name", ["left_heel_rotation_deg_per_s", "left_heel_rotation (deg/s)", "left_heel_rotation_velocity"]
)
def test_a_speed_is_never_offered_as_an_angle(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, f"time_s,{name}")
    assert "not an angle" in said(path)
    assert "--column" not in said(path)
    assert inspect_recording(path).advice == ()


@pytest.mark.parametrize(
    "header",
    [
        "time_s,alpha,beta,gamma,u,v,w",
        "time_s,p (deg/s),q (deg/s),r (deg/s),u (g),v (g),w (g)",
        "time_s,one_x,one_y,one_z,two_x,two_y,two_z",
    ],
)
def test_six_flags_of_a_sensor_whose_names_are_unknown(tmp_path: Path, header: str) -> None:
    path = write(tmp_path, header)
    message = said(path)
    assert message.count("--column") == 6
    assert "left_heel_rotation" not in message
    words = shlex.split(inspect_recording(path).advice[0])
    columns = dict(words[at + 1].split("=", 1) for at, word in enumerate(words) if word == "--column")
    assert list(columns) == [
        f"{kind}_{axis}_{unit}" for kind, unit in (("gyr", "deg_s"), ("acc", "m_s2")) for axis in "xyz"
    ]
    read = read_recording(path, ReadOptions(side="right", columns=columns))
    require_usable(read)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("time,pelvis_tilt,hip_flexion_r,hip_rotation_r,knee_angle_r,ankle_angle_r", "angles of joints"),
        ("time_s,PacketCounter,Euler_X,Euler_Y,Euler_Z,FreeAcc_X,FreeAcc_Y,FreeAcc_Z,Status", "Strap a motion"),
        ("Time (ms),Heel/X,Heel/Y,Toe/X,Toe/Y", "what one camera sees"),
        ("t,right_heel_x,right_heel_y,right_toe_x,right_toe_y,bike_x,bike_y", "docs/camera.md"),
        ("time_s," + ",".join(f"box:mark{name} {axis}" for name in "123456" for axis in "XYZ"), "right_heel=NAME"),
    ],
)
def test_what_is_neither_a_rotation_nor_a_sensor_is_not_offered_as_one(tmp_path: Path, header: str, words: str) -> None:
    path = write(tmp_path, header)
    message = said(path)
    assert words in message
    assert "heel_rotation" not in message
    assert "gyr_x" not in message
    assert not any("rotation" in line or "gyr_x" in line for line in inspect_recording(path).advice)


@pytest.mark.parametrize("flat", [0, 2])
@pytest.mark.parametrize("apart", [0.0, 0.1])
def test_markers_of_one_camera_are_refused(tmp_path: Path, flat: int, apart: float) -> None:
    header = "PathFileType\t4\t(X/Y/Z)\ta.trc\nDataRate\tUnits\n100\tm\nFrame#\tTime\tRHeel\t\t\tRBigToe\t\t\n"
    places = np.random.default_rng(1).normal(0.2, 0.1, (300, 6))
    places[:, flat::3] = [0.0, apart]
    rows = "".join(
        f"{at + 1}\t{at / 100}\t" + "\t".join(f"{x:.5f}" for x in row) + "\n" for at, row in enumerate(places)
    )
    (tmp_path / "side.trc").write_text(header + "\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n" + rows)
    with pytest.raises(RecordingError, match=r"side\.trc: all its markers stay in one plane.*docs/camera\.md"):
        read_recording(tmp_path / "side.trc")


def test_two_flags_of_markers_whose_names_are_unknown(tmp_path: Path) -> None:
    header = "PathFileType\t4\t(X/Y/Z)\ta.trc\nDataRate\tUnits\n100\tmm\nFrame#\tTime\tback\t\t\tfront\t\t\n"
    rows = "".join(f"{at + 1}\t{at / 100}\t0\t30\t0\t260\t30\t0\n" for at in range(5))
    (tmp_path / "ride.trc").write_text(header + "\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n" + rows)
    assert said(tmp_path / "ride.trc").count("--column") == 2
    assert (
        inspect_recording(tmp_path / "ride.trc").advice[0].endswith("--column right_heel=NAME --column right_toe=NAME")
    )


def test_a_marker_named_in_a_table_without_any_lists_the_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "time_s,left_heel_rotation_deg")
    with pytest.raises(
        RecordingError, match=r"no marker 'foo' for left_heel.*columns are: time_s, left_heel_rotation_deg"
    ):
        read_recording(path, ReadOptions(columns={"left_heel": "foo"}))


# ---- archives and web pages ------------------------------------------------------------------------------------


def archive(folder: Path, files: dict[str, bytes], name: str = "ride.zip") -> Path:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as opened:
        for inner, content in files.items():
            opened.writestr(inner, content)
    (folder / name).write_bytes(data.getvalue())
    return folder / name


def test_the_one_file_of_an_archive_is_read(tmp_path: Path) -> None:
    plain = write(tmp_path, "time_s,left_heel_rotation_deg")
    packed = archive(tmp_path, {"export/ride.csv": plain.read_bytes(), "__MACOSX/._ride.csv": b"x"})
    read = read_recording(packed)
    assert read.name == "ride.csv"
    np.testing.assert_array_equal(read.feet["left"].heel_out_deg, read_recording(plain).feet["left"].heel_out_deg)
    assert list(read_sides([packed], []).feet) == ["left"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.fit": b"1", "b.csv": b"2"}, "unzip it: it holds a.fit, b.csv"),
        ({}, "it holds nothing"),
        ({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}, "an Excel workbook; save the sheet as CSV"),
        ({"ride.csv": bytes(200 << 20)}, "not credible"),
    ],
)
def test_other_archives_are_told(tmp_path: Path, files: dict[str, bytes], words: str) -> None:
    with pytest.raises(RecordingError, match=words):
        read_recording(archive(tmp_path, files))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("ride.csv", b"", r"^mine\.zip \(ride\.csv\): the file is empty"),
        ("ride.csv", b"time_s,left_heel_rotation_deg\n0,1\n1,x\n", r"^mine\.zip \(ride\.csv\), line 3, column 'left_"),
        ("ride.xls", b"<html><table></table></html>", r"^mine\.zip \(ride\.xls\): this is a web page"),
        ("inner.zip", b"PK\x05\x06" + bytes(18), "holds another one; unzip it: it holds inner.zip"),
    ],
)
def test_what_is_wrong_in_an_archive_names_the_users_file(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    packed = archive(tmp_path, {name: data})
    with pytest.raises(RecordingError, match=words) as error:
        read_recording(packed.rename(tmp_path / "mine.zip"))
    assert "/tmp" not in str(error.value).replace(str(tmp_path), "")


def test_a_page_says_of_an_archived_file_what_it_says_of_the_file(tmp_path: Path) -> None:
    rows = "".join(f"{row}.5,{row % 7}\n" for row in range(9))
    said = []
    for name in ("ride.csv", "ride.zip"):
        path = archive(tmp_path, {"ride.csv": f"secret,left_heel_rotation_deg\n{rows}".encode()})
        if name == "ride.csv":
            path = tmp_path / name
            path.write_text(f"secret,left_heel_rotation_deg\n{rows}")
        with pytest.raises(RecordingError, match=r"no time column.*secret.*--rate HZ") as error:
            read_recording(path)
        said.append([error.value.on_page, error.value.unquoted])
    assert [text.replace("ride.zip (ride.csv)", "ride.csv") for text in said[1]] == said[0]
    assert "--" not in said[1][0]
    assert "secret" not in said[1][1]


def test_a_marker_named_in_a_fit_file_lists_its_fields(samples: Path) -> None:
    options = ReadOptions(columns={"left_heel": "foo"})
    with pytest.raises(RecordingError, match=r"no marker 'foo' for left_heel.*left_heel_rotation, crank_angle"):
        read_recording(samples / "two_wedges.fit", options)


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    whole = archive(tmp_path, {"ride.csv": b"1,2\n" * 1000}).read_bytes()
    (tmp_path / "half.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecordingError, match="ZIP archive that cannot be unpacked"):
        read_recording(tmp_path / "half.zip")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<html><body><table><tr><td>1</td></tr></table></body></html>", "a web page"),
        ("  <!DOCTYPE html>\n<html></html>", "a web page"),
        ("\ufeff<!DOCTYPE HTML>\n", "a web page"),
        ("<?xml version='1.0'?><Workbook></Workbook>", "Excel workbook written as XML"),
        ("<?xml version='1.0'?><gpx></gpx>", "GPX"),
    ],
)
@pytest.mark.parametrize("name", ["ride.xls", "ride.csv", "ride"])
def test_a_web_page_under_another_name(tmp_path: Path, text: str, words: str, name: str) -> None:
    for encoding in ("utf-8", "utf-16"):
        (tmp_path / name).write_text(text, encoding=encoding)
        with pytest.raises(RecordingError, match=words):
            read_recording(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("right_heel_rotatoin", ["other_foot_unread"]),
        ("right_heel_in_deg", ["other_foot_turned"]),
        ("left_heel_yaw_deg", []),
    ],
)
def test_the_other_foot_is_neither_this_one_nor_turned_round(tmp_path: Path, name: str, codes: list[str]) -> None:
    read = read_recording(write(tmp_path, f"time_s,left_heel_rotation_deg,{name}"))
    assert [item.code for item in unread_foot(read)] == codes


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_one_trace_for_both_feet_gives_no_count(tmp_path: Path, sign: float) -> None:
    time_s = np.arange(6000) / 100
    angle = 3.0 + 4.0 * np.sin(2 * np.pi * 1.5 * time_s) + np.random.default_rng(3).normal(0.0, 0.1, time_s.size)
    table = np.column_stack([time_s, angle, sign * angle])
    path = tmp_path / "twice.csv"
    header = "time_s,left_heel_rotation_deg,right_heel_rotation_deg"
    np.savetxt(path, table, delimiter=",", fmt="%.4f", header=header, comments="")
    for foot in analyze(path).feet.values():
        assert [item.code for item in foot.recommendation.reasons] == ["feet_alike"]
        assert foot.recommendation.outcome == "undetermined"


def test_names_alike_for_both_feet_are_offered_together(tmp_path: Path) -> None:
    path = write(tmp_path, "time_s,Foot R,Foot L,power_w")
    both = ["--column", "left_heel_rotation_deg=Foot L", "--column", "right_heel_rotation_deg=Foot R"]
    assert "the heels' rotation, say so: --column left_heel_rotation_deg='Foot L' --column" in said(path)
    assert shlex.split(inspect_recording(path).advice[0])[3:] == both


def test_a_column_and_its_channel_turned_round(tmp_path: Path) -> None:
    path = write(tmp_path, "time_s,Foot R")
    with pytest.raises(UsageError, match="the channel comes first: --column right_heel_rotation_deg='Foot R'"):
        read_recording(path, ReadOptions(columns={"Foot R": "right_heel_rotation_deg"}))
    with pytest.raises(UsageError, match=r"'knee' is not a channel\. Usual ones are time_s,"):
        read_recording(path, ReadOptions(columns={"knee": "Foot R"}))


def test_one_file_given_for_both_shoes_gives_no_count(tmp_path: Path) -> None:
    time_s = np.arange(6000) / 100
    angle = 3.0 + 4.0 * np.sin(2 * np.pi * 1.5 * time_s) + np.random.default_rng(3).normal(0.0, 0.1, time_s.size)
    path = tmp_path / "one.csv"
    header = "time_s,heel_rotation_deg"
    np.savetxt(path, np.column_stack([time_s, angle]), delimiter=",", fmt="%.4f", header=header, comments="")
    for foot in analyze(read_sides([path], [path])).feet.values():
        assert [item.code for item in foot.recommendation.reasons] == ["feet_alike"]
