"""TRC files: what they hold comes out in the world frame, whatever the lab's axes, unit, names and program."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bikefit.conventions import SIDES
from bikefit.errors import OutputError, RecordingError
from bikefit.io import ReadOptions, read_recording, require_usable
from bikefit.io.markers.axes import settle_axes
from bikefit.io.markers.trc_writer import write_trc
from bikefit.io.opensim import companion_of
from bikefit.marker_geometry import traces_from_markers
from bikefit.model import Array, Recording
from bikefit.simulate.markers import Cameras, MarkerPlaces, simulate_markers, simulate_stance
from bikefit.simulate.rider import Harmonics
from bikefit.simulate.space import Ride, Shoe

RIDE = Ride(duration_s=6.0, still_s=0.0)
HEAD = "PathFileType\t4\t(X/Y/Z)\tride.trc"


def codes(recording: Recording) -> list[str]:
    return [item.code for item in recording.findings]


def places(recording: Recording) -> dict[str, Array]:
    assert recording.markers is not None
    return dict(recording.markers.positions_mm)


def small(rows: Sequence[str], *, unit: str = "mm", rate: str = "100", names: str = "RHEE\t\t\tRTOE") -> str:
    keys = "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate"
    return "\n".join(
        [HEAD, keys, f"{rate}\t{rate}\t9\t2\t{unit}\t{rate}", f"Frame#\tTime\t{names}", "\t\tX1\tY1", *rows, ""]
    )


def rows(scale: float = 1.0, decimals: int = 2) -> list[str]:
    feet = (0.0, 40.0, 110.0, 262.0, 41.0, 120.0)
    cells = "\t".join(f"{scale * value:.{decimals}f}" for value in feet)
    return [f"{at + 1}\t{at / 100:.2f}\t{cells}" for at in range(5)]


def write(folder: Path, text: str, name: str = "ride.trc") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("axes", ["y-up", "z-up"])
def test_what_is_written_is_read_back_in_the_world_frame(tmp_path: Path, axes: str) -> None:
    made, _ = simulate_markers(RIDE)
    write_trc(made, tmp_path / "ride.trc", axes=axes)
    read = read_recording(tmp_path / "ride.trc")
    assert read.format == "trc"
    assert codes(read) == ["marker_axes"]
    assert set(places(read)) == set(places(made))
    for name, seen in places(made).items():
        np.testing.assert_allclose(places(read)[name], seen, atol=0.051)


def test_hidden_markers_are_empty_cells_or_one_number_three_times(tmp_path: Path) -> None:
    made, _ = simulate_markers(RIDE, cameras=Cameras(hidden=(("left_toe", 1.0, 2.0),)))
    write_trc(made, tmp_path / "ride.trc")
    assert np.isnan(places(read_recording(tmp_path / "ride.trc"))["left_toe"]).all(axis=1).sum() == 100
    zeros = [*rows(), "6\t0.05\t0.0\t0.0\t0.0\t262\t41\t120", "7\t0.06\t\t\t\t262\t41"]
    zeros.append("8\t0.07\t-9999\t-9999\t-9999\t262\t41\t120")
    heel = places(read_recording(write(tmp_path, small(zeros))))["right_heel"]
    assert np.isnan(heel).all(axis=1).tolist() == [False] * 5 + [True] * 3


@pytest.mark.parametrize(
    ("unit", "scale", "said"),
    [
        ("mm", 1, False),
        ("m", 1e-3, False),
        ("cm", 0.1, False),
        ("mm", 1e-3, True),
        ("m", 1, True),
        ("", 1e-3, False),
    ],
)
def test_the_shoes_length_settles_the_unit(tmp_path: Path, unit: str, scale: float, said: bool) -> None:
    read = read_recording(write(tmp_path, small(rows(scale, 5), unit=unit)))
    length = np.linalg.norm(places(read)["right_toe"] - places(read)["right_heel"], axis=1)
    assert length == pytest.approx(np.full(5, 262.19), abs=0.1)
    assert ("marker_unit" in codes(read)) is said


def test_markers_that_are_no_shoe_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="not a shoe's length"):
        read_recording(write(tmp_path, small(rows(0.2))))


def test_time_stamps_rule_over_the_headers_rate(tmp_path: Path) -> None:
    read = read_recording(write(tmp_path, small(rows(), rate="2000")))
    said = next(item for item in read.findings if item.code == "rate_mismatch")
    assert (said.values["claimed"], said.values["measured"]) == (2000.0, pytest.approx(100.0))
    assert read.markers is not None
    assert read.markers.time_s[-1] == pytest.approx(0.04)


@pytest.mark.parametrize(
    "names",
    [
        "RHEE\t\t\tRTOE",
        "rcal\t\t\trtoe\t\t\t",
        "Anna:R_Heel\t\t\tAnna:R_Toe",
        "Right Heel\t\t\tRight Toe",
        "heel.R\tToeTip.R",
        "R_FCC\t\t\tR_MT2",
        "r_calc_study\t\t\tr_toe_study",
        "r heel\t\t\tr met",
    ],
)
def test_usual_names(tmp_path: Path, names: str) -> None:
    assert {"right_heel", "right_toe"} <= set(places(read_recording(write(tmp_path, small(rows(), names=names)))))


def test_other_names_are_given_by_the_user(tmp_path: Path) -> None:
    path = write(tmp_path, small(rows(), names="back\t\t\tfront"))
    assert "markers_without_feet" in codes(read_recording(path))
    with pytest.raises(RecordingError, match="holds no foot rotation"):
        require_usable(read_recording(path))
    read = read_recording(path, ReadOptions(columns={"right_heel": "back", "right_toe": "front"}))
    assert set(places(read)) == {"right_heel", "right_toe"}
    with pytest.raises(RecordingError, match="Did you mean 'back'"):
        read_recording(path, ReadOptions(columns={"right_heel": "bakc"}))


def test_commas_blanks_and_a_byte_order_mark(tmp_path: Path) -> None:
    text = small(rows()).replace(".", ",").replace("(X/Y/Z)\tride,trc", "(X/Y/Z)\tride.trc")
    (tmp_path / "ride.trc").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert places(read_recording(tmp_path / "ride.trc"))["right_toe"].shape == (5, 3)
    blanks = small(rows(), names="RHEE RTOE").replace("\t", " ")
    assert places(read_recording(write(tmp_path, blanks, "blanks.trc")))["right_toe"].shape == (5, 3)


@pytest.mark.parametrize(("mark", "decimal"), [(",", "."), (";", ","), (";", "."), ("\t", ",")])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_file_that_a_spreadsheet_saved(tmp_path: Path, mark: str, decimal: str, quoted: bool) -> None:
    cells = [line.split("\t") for line in small(rows()).splitlines()]
    cells = [[*row, *[""] * (9 - len(row))] if row else row for row in cells]
    numbers = [[cell.replace(".", decimal) if at > 4 else cell for cell in row] for at, row in enumerate(cells)]
    lines = [mark.join(f'"{cell}"' if quoted and cell else cell for cell in row) for row in numbers]
    for name in ("ride.trc", "ride.csv"):
        read = read_recording(write(tmp_path, "\n".join(lines) + "\n", name))
        assert set(places(read)) == {"right_heel", "right_toe"}
        np.testing.assert_allclose(read.markers.time_s if read.markers else (), np.arange(5) / 100, atol=1e-9)


def test_frames_written_as_decimals_and_any_encoding(tmp_path: Path) -> None:
    frames = [line.replace("\t", ".0\t", 1) for line in rows()]
    for encoding in ("utf-8", "utf-16"):
        (tmp_path / "ride.trc").write_bytes(small(frames).encode(encoding))
        assert places(read_recording(tmp_path / "ride.trc"))["right_toe"].shape == (5, 3)


def test_a_marker_that_is_not_needed_may_stand_there_twice(tmp_path: Path) -> None:
    doubled = [line + "\t1\t2\t3\t4\t5\t6" for line in rows()]
    read = read_recording(write(tmp_path, small(doubled, names="RHEE\t\t\tRTOE\t\t\tC7\t\t\tC7")))
    assert {"right_heel", "right_toe"} <= set(places(read))
    again = [line + "\t" + "\t".join(line.split("\t")[2:5]) for line in rows()]
    same = read_recording(write(tmp_path, small(again, names="RHEE\t\t\tRTOE\t\t\tRHEE")))
    assert set(places(same)) == {"right_heel", "right_toe"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "\n1\t2\n", "no line that begins with 'Frame#"),
        (small([]), "holds 0 rows"),
        (small([*rows(), "6\t0.05\tx7\t1\t2"]), "frame 6: 'x7' is not a number"),
        (small(rows(), names="RHEE\t\t\tRHEE"), "'RHEE' twice, at different places"),
        (small([*rows(), "6\t-5\t1\t2\t3"]), "time goes back"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(RecordingError, match=words) as caught:
        read_recording(write(tmp_path, text))
    assert str(caught.value).startswith("ride.trc")


def test_pedal_points_come_from_the_force_file_beside(tmp_path: Path) -> None:
    made, truth = simulate_markers(RIDE, places=dict.fromkeys(SIDES, MarkerPlaces(pedal=True)))
    seen = places(made)
    points = np.column_stack([seen[f"{side}_pedal"][:, [0, 2, 1]] * [1e-3, 1e-3, -1e-3] for side in ("right", "left")])
    assert made.markers is not None
    table = np.column_stack([made.markers.time_s, points])
    labels = ["time", *(f"ground_force_{side}_p{axis}" for side in "rl" for axis in "xyz")]
    lines = [
        "Forces",
        "version=1",
        "endheader",
        "\t".join(labels),
        *("\t".join(f"{v:.6f}" for v in row) for row in table),
    ]
    write(tmp_path, "\n".join(lines), "ride_grf.mot")
    without = {name: place for name, place in seen.items() if not name.endswith("pedal")}
    write_trc(replace(made, markers=replace(made.markers, positions_mm=without)), tmp_path / "ride.trc")
    read = read_recording(tmp_path / "ride.trc")
    alone = write(tmp_path, (tmp_path / "ride.trc").read_text(), "alone.trc")
    assert "companion_file" in codes(read)
    assert companion_of(tmp_path / "ride.trc") == tmp_path / "ride_grf.mot"
    assert companion_of(alone) is None
    assert read.sha256 != read_recording(alone).sha256
    np.testing.assert_allclose(places(read)["left_pedal"], seen["left_pedal"], atol=0.01)
    assert read.markers is not None
    crank = traces_from_markers(read.markers)[0]["left"].crank_deg
    assert crank is not None
    error = (crank - truth["left"].crank_deg + 180.0) % 360.0 - 180.0
    assert np.abs(error).max() < 0.5


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    made, _ = simulate_markers(Ride(duration_s=1.0, still_s=0.0))
    with pytest.raises(OutputError, match=r"cannot be written"):
        write_trc(made, tmp_path / "no" / "ride.trc")


ROTATIONS = [
    np.eye(3)[list(order)] * np.array(signs)[:, np.newaxis]
    for order in itertools.permutations(range(3))
    for signs in itertools.product((1.0, -1.0), repeat=3)
]
PROPER = [turn for turn in ROTATIONS if np.linalg.det(turn) > 0]


@given(
    turn=st.sampled_from(PROPER),
    pitch=st.floats(-5.0, 45.0),
    yaw=st.floats(-35.0, 35.0),
    feet=st.sampled_from([("left", "right"), ("left",), ("right",)]),
    body=st.booleans(),
)
def test_any_lab_axes_are_found(turn: Array, pitch: float, yaw: float, feet: Sequence[str], body: bool) -> None:
    shoe = Shoe(pitch=Harmonics(pitch, (15.0,), (280.0,)))
    cameras = Cameras(rate_hz=50.0, yaw_deg=yaw)
    made, _ = simulate_markers(Ride(duration_s=3.0, still_s=0.0), dict.fromkeys(feet, shoe), cameras=cameras)
    seen = {name: place @ turn.T for name, place in places(made).items() if body or name != "C7"}
    to_world, found = settle_axes(seen)
    np.testing.assert_allclose(to_world @ turn, np.eye(3), atol=1e-12)
    assert not {"marker_sides", "marker_backwards"} & {item.code for item in found}


@given(turn=st.sampled_from(PROPER), feet=st.sampled_from([("left", "right"), ("left",), ("right",)]))
def test_any_lab_axes_are_found_in_a_stance(turn: Array, feet: Sequence[str]) -> None:
    made = simulate_stance(dict.fromkeys(feet, -7.0), cameras=Cameras(rate_hz=20.0))
    to_world, _ = settle_axes({name: place @ turn.T for name, place in places(made).items()})
    np.testing.assert_allclose(to_world @ turn, np.eye(3), atol=1e-12)


def exchanged(name: str) -> str:
    for one, other in (("left_", "right_"), ("right_", "left_")):
        if name.startswith(one):
            return other + name.removeprefix(one)
    return name


def test_exchanged_sides_are_found_and_can_be_put_right(tmp_path: Path) -> None:
    made, truth = simulate_markers(RIDE)
    wrong = {exchanged(name): place for name, place in places(made).items()}
    assert made.markers is not None
    write_trc(replace(made, markers=replace(made.markers, positions_mm=wrong)), tmp_path / "ride.trc")
    assert "marker_sides" in codes(read_recording(tmp_path / "ride.trc"))
    put_right = read_recording(tmp_path / "ride.trc", ReadOptions(swap_sides=True))
    assert "marker_sides" not in codes(put_right)
    assert put_right.markers is not None
    for side, trace in traces_from_markers(put_right.markers)[0].items():
        assert np.mean(trace.heel_out_deg - truth[side].heel_out_deg) == pytest.approx(0.0, abs=0.05)


def test_one_foot_of_two_can_be_chosen(tmp_path: Path) -> None:
    made, truth = simulate_markers(RIDE)
    write_trc(made, tmp_path / "ride.trc")
    one = read_recording(tmp_path / "ride.trc", ReadOptions(side="right"))
    assert one.markers is not None
    assert not any(name.startswith("left") for name in one.markers.positions_mm)
    traces, _ = traces_from_markers(one.markers)
    assert list(traces) == ["right"]
    assert np.mean(traces["right"].heel_out_deg - truth["right"].heel_out_deg) == pytest.approx(0.0, abs=0.05)
    write_trc(replace(made, markers=one.markers), tmp_path / "right.trc")
    with pytest.raises(RecordingError, match="the left foot is not in this file"):
        read_recording(tmp_path / "right.trc", ReadOptions(side="left"))


def test_pedalling_backwards_is_said() -> None:
    made, _ = simulate_markers(Ride(duration_s=6.0, still_s=0.0, cadence_rpm=-60.0))
    to_world, found = settle_axes(places(made))
    np.testing.assert_allclose(to_world, np.eye(3), atol=1e-12)
    assert "marker_backwards" in {item.code for item in found}
