"""OpenSim's tables: angles in the header's unit, the heel bone's orientation, marker columns, what is not an angle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation as Turn

from bikefit.errors import NoRotationError, RecordingError
from bikefit.io import ReadOptions, read_recording, require_usable
from bikefit.model import Array
from bikefit.simulate.markers import simulate_markers
from bikefit.simulate.space import Ride

TIME = np.arange(200) / 100
SWING = 3.0 + 2.0 * np.sin(2 * np.pi * 1.4 * TIME)


def write(folder: Path, columns: Mapping[str, Array], header: Sequence[str] = ("inDegrees=yes",)) -> Path:
    path = folder / "ride.sto"
    rows = ("\t".join(f"{value:.8f}" for value in row) for row in np.column_stack([TIME, *columns.values()]))
    lines = ["Coordinates", "version=1", *header, "endheader", "\t".join(["time", *columns]), *rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("label", "header", "factor"),
    [
        ("right_heel_rotation", "inDegrees=yes", 1.0),
        ("right_heel_rotation", "inDegrees=no", np.pi / 180),
        ("right_heel_rotation", "version=1", np.pi / 180),
        ("right_heel_rotation_deg", "inDegrees=no", 1.0),
        ("right_heel_rotation_rad", "inDegrees=yes", np.pi / 180),
    ],
)
def test_angles_are_in_the_headers_unit_unless_the_label_says_another(
    tmp_path: Path, label: str, header: str, factor: float
) -> None:
    read = read_recording(write(tmp_path, {label: SWING * factor}, [header]))
    assert read.format == "opensim"
    assert read.feet["right"].zero == "rider"
    np.testing.assert_allclose(read.feet["right"].heel_out_deg, SWING, atol=1e-5)


def test_a_column_that_the_user_names(tmp_path: Path) -> None:
    path = write(tmp_path, {"foot_yaw_r": SWING, "ankle_angle_r": SWING})
    with pytest.raises(NoRotationError, match="ankle_angle_r"):
        require_usable(read_recording(path))
    named = ReadOptions(columns={"right_heel_rotation_deg": "foot_yaw_r"})
    np.testing.assert_allclose(read_recording(path, named).feet["right"].heel_out_deg, SWING, atol=1e-6)
    with pytest.raises(RecordingError, match="Did you mean 'foot_yaw_r'"):
        read_recording(path, ReadOptions(columns={"right_heel_rotation_deg": "foot_yaw"}))


def test_one_unnamed_foot(tmp_path: Path) -> None:
    path = write(tmp_path, {"heel_rotation": SWING})
    np.testing.assert_allclose(
        read_recording(path, ReadOptions(side="left")).feet["left"].heel_out_deg, SWING, atol=1e-6
    )


def turned(axis: str, angle_deg: Array) -> Turn:
    return Turn.from_euler(axis, angle_deg[:, np.newaxis], degrees=True)


@pytest.mark.parametrize("degrees", [True, False])
def test_body_kinematics_give_the_angle_about_the_soles_normal(tmp_path: Path, degrees: bool) -> None:
    pitch = 20.0 + 15.0 * np.cos(2 * np.pi * 1.4 * TIME)
    columns: dict[str, Array] = {}
    for side, sign in (("r", 1.0), ("l", -1.0)):
        # ground: x forward, y up, z right. Toe down turns about -z, a heading to the left about +y.
        ground = turned("z", -pitch) * turned("y", sign * SWING)
        angles = (ground * turned("x", np.full(TIME.size, 4.0))).as_euler("XYZ", degrees=degrees)
        columns |= {f"calcn_{side}_O{axis}": angles[:, at] for at, axis in enumerate("xyz")}
    read = read_recording(write(tmp_path, columns, [f"inDegrees={'yes' if degrees else 'no'}"]))
    for trace in read.feet.values():
        assert trace.zero == "bike"
        assert f"{trace.side}_heel_rotation_deg" in {channel.meaning for channel in read.channels}
        assert trace.pitch_deg is not None
        np.testing.assert_allclose(trace.heel_out_deg, SWING, atol=1e-4)
        np.testing.assert_allclose(trace.pitch_deg, pitch, atol=1e-4)


LONG_S = np.arange(3000) / 100


def bones(degrees: bool = True, toe_down: float = 20.0) -> dict[str, Array]:
    """Body-fixed angles of both heel bones of a rider at 84 rpm, as BodyKinematics writes them."""
    turn = 2 * np.pi * 1.4 * LONG_S
    pitch, out, roll = toe_down + 15.0 * np.cos(turn), 3.0 + 2.0 * np.sin(turn), 1.0 + 0.5 * np.cos(turn)
    columns: dict[str, Array] = {}
    for side, sign in (("r", 1.0), ("l", -1.0)):
        ground = turned("z", -pitch) * turned("y", sign * out) * turned("x", roll)
        angles = ground.as_euler("XYZ", degrees=degrees)
        columns |= {f"calcn_{side}_O{axis}": angles[:, at] for at, axis in enumerate("xyz")}
    return columns


def written(
    folder: Path, columns: Mapping[str, Array], title: str, header: Sequence[str], name: str = "ride.sto"
) -> Path:
    rows = ("\t".join(f"{value:.8f}" for value in row) for row in np.column_stack([LONG_S, *columns.values()]))
    lines = [title, "version=1", *header, "endheader", "\t".join(["time", *columns]), *rows]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("degrees", [True, False])
@pytest.mark.parametrize("told", ["title", "file", "size"])
def test_velocities_and_accelerations_are_no_angles(tmp_path: Path, order: int, degrees: bool, told: str) -> None:
    rates = bones(degrees)
    for _ in range(order):
        rates = {label: np.gradient(values, LONG_S) for label, values in rates.items()}
    word = "Velocities" if order == 1 else "Accelerations"
    name = f"ride_BodyKinematics_{word[:3].lower()}_global.sto" if told == "file" else "ride.sto"
    header = [f"inDegrees={'yes' if degrees else 'no'}"]
    read = read_recording(written(tmp_path, rates, word if told == "title" else "BodyKinematics", header, name))
    assert not read.feet
    with pytest.raises(NoRotationError, match=word.lower()):
        require_usable(read)


@pytest.mark.parametrize("toe_down", [20.0, 2.0])
def test_angles_are_not_taken_for_rates(tmp_path: Path, toe_down: float) -> None:
    read = read_recording(written(tmp_path, bones(True, toe_down), "Coordinates", ["inDegrees=yes"]))
    np.testing.assert_allclose(read.feet["right"].heel_out_deg.mean(), 3.0, atol=0.1)


@pytest.mark.parametrize(
    ("degrees", "header", "finding"),
    [
        (True, ["inDegrees=yes", "Angles are in degrees."], None),
        (True, ["inDegrees=no", "Angles are in degrees."], "opensim_unit_settled"),
        (True, ["Angles are in degrees."], None),
        (True, ["inDegrees=no"], "opensim_unit_settled"),
        (True, ["Angles are in radians."], "opensim_unit_settled"),
        (True, [], "opensim_unit_settled"),
        (False, ["inDegrees=no", "Angles are in radians."], None),
        (False, ["inDegrees=yes", "Angles are in radians."], "opensim_unit_settled"),
        (False, ["inDegrees=no"], None),
        (False, [], None),
    ],
)
def test_degrees_and_radians_by_header_text_and_size(
    tmp_path: Path, degrees: bool, header: Sequence[str], finding: str | None
) -> None:
    read = read_recording(written(tmp_path, bones(degrees), "Positions", header))
    for trace in read.feet.values():
        np.testing.assert_allclose(trace.heel_out_deg.mean(), 3.0, atol=0.1)
    assert [item.code for item in read.findings] == ([finding] if finding else [])


def test_a_small_rotation_in_degrees_under_a_header_that_says_radians(tmp_path: Path) -> None:
    columns = {"right_heel_rotation": 4.0 + np.sin(2 * np.pi * 1.4 * LONG_S)}
    read = read_recording(written(tmp_path, columns, "Coordinates", ["inDegrees=no"]))
    np.testing.assert_allclose(read.feet["right"].heel_out_deg, columns["right_heel_rotation"], atol=1e-6)


@pytest.mark.parametrize("header", [["inDegrees=no", "Angles are in degrees."], []])
def test_a_unit_that_nothing_settles_is_asked(tmp_path: Path, header: Sequence[str]) -> None:
    columns = {"right_heel_rotation": 0.5 + 0.4 * np.sin(2 * np.pi * 1.4 * LONG_S)}
    path = written(tmp_path, columns, "Coordinates", header)
    with pytest.raises(NoRotationError, match="inDegrees"):
        require_usable(read_recording(path))
    told = ReadOptions(columns={"right_heel_rotation_deg": "right_heel_rotation"})
    np.testing.assert_allclose(
        read_recording(path, told).feet["right"].heel_out_deg, columns["right_heel_rotation"], atol=1e-6
    )


def test_wrapped_angles_and_a_spreadsheets_table(tmp_path: Path) -> None:
    swing = 1.0 + 3.0 * np.sin(2 * np.pi * 1.4 * LONG_S)
    path = written(tmp_path, {"left_heel_rotation": swing % 360.0}, "Coordinates", ["inDegrees=yes"], "ride.mot")
    np.testing.assert_allclose(read_recording(path).feet["left"].heel_out_deg, swing, atol=1e-6)
    for mark, decimal, encoding in ((",", ".", "utf-8"), (";", ",", "utf-8"), ("\t", ".", "utf-16")):
        text = path.read_text(encoding="utf-8").replace("endheader", f"endheader{mark}").replace(".", decimal)
        (tmp_path / "saved.mot").write_bytes(text.replace("\t", mark).encode(encoding))
        saved = read_recording(tmp_path / "saved.mot")
        np.testing.assert_allclose(saved.feet["left"].heel_out_deg, swing, atol=1e-6)


def test_marker_columns(tmp_path: Path) -> None:
    made, _ = simulate_markers(Ride(duration_s=2.0, still_s=0.0))
    assert made.markers is not None
    seen = made.markers.positions_mm
    columns = {f"{name}_{axis}": place[:, at] / 1000 for name, place in seen.items() for at, axis in enumerate("xyz")}
    read = read_recording(write(tmp_path, columns))
    assert read.markers is not None
    np.testing.assert_allclose(read.markers.positions_mm["right_toe"], seen["right_toe"], atol=1e-4)


def test_forces_alone_are_no_angle(tmp_path: Path) -> None:
    columns = {f"ground_force_{side}_p{axis}": TIME + 1.0 for side in "rl" for axis in "xyz"}
    read = read_recording(write(tmp_path, columns))
    said = next(item for item in read.findings if item.code == "opensim_without_feet")
    assert "pedal points" in str(said)
    assert {channel.meaning for channel in read.channels} == {"left_pedal", "right_pedal"}
    with pytest.raises(NoRotationError):
        require_usable(read)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Coordinates\nendheader\nangle\n1\n", "not an OpenSim table"),
        ("Coordinates\nendheader\ntime\ta\n0.0\tx\n", "row 1 holds something that is not a number"),
        ("Coordinates\nendheader\ntime\ta\n0\t1\n0.01\t1\n0.02\t1\n-1\t1\n", "time goes back"),
        ("Coordinates\nendheader\ntime\ta\nnan\t1\nnan\t1\n", "no row has a time"),
        ("Coordinates\nendheader\ntime\tcrank_angle_deg\tCrank angle (deg)\n0\t1\t1\n1\t1\t1\n", "both crank_angle"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "ride.mot").write_text(text)
    with pytest.raises(RecordingError, match=words):
        read_recording(tmp_path / "ride.mot")
