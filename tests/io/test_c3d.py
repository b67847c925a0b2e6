"""C3D files, and what is said without the package that reads them."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from bikefit.errors import RecordingError
from bikefit.io import ReadOptions, read_recording
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


def test_without_the_package_it_is_named(trial: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ezc3d", None)
    with pytest.raises(RecordingError, match=r"pip install 'bikefit\[c3d\]'"):
        read_recording(trial)


def test_a_damaged_file_is_refused(trial: Path) -> None:
    pytest.importorskip("ezc3d")
    trial.write_bytes(trial.read_bytes()[:700])
    with pytest.raises(RecordingError, match=r"stance\.c3d"):
        read_recording(trial)


def test_another_file_by_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ride.c3d").write_bytes(b"\x01\x02no C3D at all\0" * 100)
    with pytest.raises(RecordingError, match="no C3D file"):
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
