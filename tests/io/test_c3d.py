"""C3D files: what other programs write, every byte order, and files that claim what they do not hold."""

from __future__ import annotations

import random
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from bikefit.errors import RecordingError
from bikefit.io import ReadOptions, read_recording
from bikefit.io.markers.c3d_content import parse_c3d
from bikefit.model import Array
from bikefit.simulate.markers import simulate_stance

STANCE = simulate_stance({"left": -5.0, "right": -8.0})


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """Write the stance as a C3D file with y up, as another program would."""
    ezc3d = pytest.importorskip("ezc3d", reason="the extra package ezc3d is not installed")
    assert STANCE.markers is not None
    made = ezc3d.c3d()
    seen = STANCE.markers.positions_mm
    stack = np.stack([place[:, [0, 2, 1]] * [1.0, 1.0, -1.0] for place in seen.values()], axis=1)
    made["parameters"]["POINT"]["RATE"]["value"] = [100.0]
    made["parameters"]["POINT"]["LABELS"]["value"] = list(seen)
    made["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    made["data"]["points"] = np.concatenate([stack, np.ones((*stack.shape[:2], 1))], axis=2).transpose(2, 1, 0)
    made.write(str(tmp_path / "stance.c3d"))
    return tmp_path / "stance.c3d"


def test_what_another_program_wrote_is_read_in_the_world_frame(trial: Path) -> None:
    read = read_recording(trial)
    assert read.format == "c3d"
    assert [item.code for item in read.findings] == ["marker_axes"]
    assert read.markers is not None
    assert STANCE.markers is not None
    assert read.markers.time_s == pytest.approx(STANCE.markers.time_s)
    for name, place in STANCE.markers.positions_mm.items():
        np.testing.assert_allclose(read.markers.positions_mm[name], place, atol=1e-3)


def test_names_can_be_given(trial: Path) -> None:
    read = read_recording(trial, ReadOptions(columns={"left_heel": "left_ankle"}))
    assert read.markers is not None
    assert STANCE.markers is not None
    expected = STANCE.markers.positions_mm["left_ankle"]
    np.testing.assert_allclose(read.markers.positions_mm["left_heel"], expected, atol=1e-3)


def made_c3d(
    points: Array, names: list[str], order: str, scale: float, analog: int = 0, rate_hz: float = 120.0
) -> bytes:
    """Write points (frames, points, 3; NaN where hidden) as a C3D file of a byte order: intel, dec or mips."""
    end = ">" if order == "mips" else "<"

    def floats(values: Array) -> bytes:
        if order != "dec":
            return values.astype(f"{end}f4").tobytes()
        halves = np.frombuffer((values * 4.0).astype("<f4").tobytes(), "<u2").reshape(-1, 2)
        return halves[:, ::-1].tobytes()

    def parameter(name: str, kind: int, lengths: list[int], data: bytes) -> bytes:
        body = struct.pack("2B", kind % 256, len(lengths)) + bytes(lengths) + data + b"\0"
        return struct.pack("2b", len(name), 1) + name.encode() + struct.pack(f"{end}H", len(body) + 2) + body

    width = max(map(len, names))
    entries = struct.pack("2b", 5, -1) + b"POINT" + struct.pack(f"{end}H", 3) + b"\0"
    entries += parameter("LABELS", -1, [width, len(names)], "".join(name.ljust(width) for name in names).encode())
    entries += parameter("UNITS", -1, [2], b"mm") + parameter("RATE", 4, [], floats(np.array([rate_hz])))
    processor = {"intel": 84, "dec": 85, "mips": 86}[order]
    section = (bytes([1, 0x50, 2, processor]) + entries).ljust(1024, b"\0")
    frames = len(points)
    four = np.concatenate([points / (1.0 if scale < 0 else scale), np.zeros((*points.shape[:2], 1))], axis=2)
    four[np.isnan(four).any(axis=2)] = [0.0, 0.0, 0.0, -1.0]
    rows = np.concatenate([four.reshape(frames, -1), np.full((frames, analog), 7.0)], axis=1)
    stored = floats(rows.ravel()) if scale < 0 else np.round(rows).astype(f"{end}i2").tobytes()
    header = bytes([2, 0x50]) + struct.pack(f"{end}5H", points.shape[1], analog, 1, frames, 10)
    header += floats(np.array([scale])) + struct.pack(f"{end}2H", 4, 0) + floats(np.array([rate_hz]))
    return header.ljust(512, b"\0") + section + stored


@pytest.mark.parametrize("order", ["intel", "dec", "mips"])
@pytest.mark.parametrize("scale", [-1.0, 0.1])
def test_every_byte_order_with_whole_numbers_or_floats(order: str, scale: float) -> None:
    points = np.random.default_rng(3).uniform(-900.0, 900.0, (7, 3, 3))
    points[2, 1] = np.nan
    read = parse_c3d(made_c3d(points, ["RHEE", "RTOE", "x"], order, scale, analog=5), "trial.c3d")
    assert (read.rate_hz, read.first_frame, read.texts("POINT:LABELS")) == (120.0, 1, ("RHEE", "RTOE", "x"))
    np.testing.assert_allclose(read.points, points, atol=1e-3 if scale < 0 else scale)


def test_the_same_numbers_as_another_reader(trial: Path) -> None:
    ezc3d = pytest.importorskip("ezc3d", reason="the oracle ezc3d is not installed")
    theirs = ezc3d.c3d(str(trial))
    ours = parse_c3d(trial.read_bytes(), trial.name)
    np.testing.assert_array_equal(ours.points, np.asarray(theirs["data"]["points"])[:3].transpose(2, 1, 0))
    assert list(ours.texts("POINT:LABELS")) == theirs["parameters"]["POINT"]["LABELS"]["value"]
    assert ours.rate_hz == theirs["header"]["points"]["frame_rate"]


def test_mutated_files_are_read_or_refused_within_their_size() -> None:
    points = np.random.default_rng(5).normal(0.0, 100.0, (60, 4, 3))
    whole, dice = made_c3d(points, ["RHEE", "RTOE", "LHEE", "LTOE"], "intel", -1.0, analog=2), random.Random(7)
    refused, places = 0, [*range(24), *range(512, 640)]
    tracemalloc.start()
    for _ in range(600):
        broken = bytearray(whole)
        for _ in range(dice.choice((1, 3, 10))):
            broken[dice.choice(places)] = dice.randrange(256)
        try:
            parse_c3d(bytes(broken), "broken.c3d")
        except RecordingError:
            refused += 1
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused > 50
    assert most < 50 * len(whole)


def test_a_damaged_file_is_refused(trial: Path) -> None:
    trial.write_bytes(trial.read_bytes()[:700])
    with pytest.raises(RecordingError, match=r"stance\.c3d"):
        read_recording(trial)


def test_another_file_by_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ride.c3d").write_bytes(b"\x01\x02no C3D at all\0" * 100)
    with pytest.raises(RecordingError, match="not a C3D file"):
        read_recording(tmp_path / "ride.c3d")


def damaged(whole: bytes, at: int, value: bytes) -> bytes:
    return whole[:at] + value + whole[at + len(value) :]


@pytest.mark.parametrize("what", ["frames", "points", "parameter", "header"])
def test_a_file_that_claims_more_than_it_holds_is_refused_at_once(trial: Path, what: str) -> None:
    whole = trial.read_bytes()
    label = whole.index(b"LABELS")
    broken = {
        "frames": damaged(whole, 8, b"\xf0\xff"),
        "points": damaged(whole, 2, b"\xf0\xff"),
        "parameter": damaged(whole, label + 6 + 3, b"\x04\xff\xff\xff\xff"),
        "header": whole[:600],
    }[what]
    (trial.parent / "broken.c3d").write_bytes(broken)
    with pytest.raises(RecordingError, match=r"broken\.c3d: the C3D file (is damaged|breaks off)"):
        read_recording(trial.parent / "broken.c3d")
