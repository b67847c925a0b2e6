"""Both feet, or two sensors, in the rows of one table: a column tells them apart, and nothing is mixed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bikefit.errors import NoRotationError, RecordingError
from bikefit.inspection import inspect_recording
from bikefit.io import ReadOptions, read_recording, require_usable
from bikefit.io.options import AS_THE_FILE_SAYS
from bikefit.model import Recording

TIME = np.arange(600) / 100
CRANK = 540.0 * TIME % 360.0
LEFT = 1.0 + np.sin(np.radians(CRANK))
RIGHT = 4.0 + np.cos(np.radians(CRANK))
Row = tuple[float, float, float, str]


def both(left: str, right: str, later_s: float = 0.0, right_crank: Callable[..., float] = lambda deg: deg) -> list[Row]:
    rows = []
    for at, time in enumerate(TIME):
        rows.append((time, LEFT[at], CRANK[at], left))
        rows.append((time + later_s, RIGHT[at], right_crank(CRANK[at]), right))
    return rows


def read_rows(
    folder: Path, rows: list[Row], column: str = "foot", options: ReadOptions = AS_THE_FILE_SAYS
) -> Recording:
    path = folder / "ride.csv"
    cells = "".join(f"{time:.3f},{angle:.6f},{crank:.4f},{word}\n" for time, angle, crank, word in rows)
    path.write_text(f"time_s,heel_rotation_deg,crank_angle_deg,{column}\n{cells}", encoding="utf-8")
    return read_recording(path, options)


def assert_apart(read: Recording) -> None:
    np.testing.assert_allclose(read.feet["left"].heel_out_deg, LEFT, atol=1e-5)
    np.testing.assert_allclose(read.feet["right"].heel_out_deg, RIGHT, atol=1e-5)
    assert "rows_of_both_feet" in [item.code for item in read.findings]


@pytest.mark.parametrize("later_s", [0.0, 0.005, 0.004])
@pytest.mark.parametrize(
    ("column", "left", "right"),
    [
        ("foot", "left", "right"),
        ("side", "L", "R"),
        ("Fuss", "links", "rechts"),
        ("what", "LEFT_SHOE", "RightShoe"),
        ("device name", "imu-l", "imu-r"),
    ],
)
def test_rows_of_both_feet_are_split(tmp_path: Path, column: str, left: str, right: str, later_s: float) -> None:
    read = read_rows(tmp_path, both(left, right, later_s), column)
    assert_apart(read)
    assert read.feet["left"].time_s[0] == 0.0
    assert read.feet["right"].time_s[0] == pytest.approx(later_s)
    assert read.feet["right"].crank_deg is not None
    np.testing.assert_allclose(read.feet["right"].crank_deg, CRANK, atol=1e-3)


def test_one_foot_after_the_other(tmp_path: Path) -> None:
    rows = sorted(both("left", "right"), key=lambda row: row[3])
    assert_apart(read_rows(tmp_path, rows))


def test_the_right_rows_have_the_right_crank(tmp_path: Path) -> None:
    rows = both("left", "right", right_crank=lambda deg: (deg + 180.0) % 360.0)
    read = read_rows(tmp_path, rows)
    assert read.feet["left"].crank_deg is not None
    np.testing.assert_allclose(read.feet["left"].crank_deg % 360.0, CRANK, atol=1e-3)


def test_inspect_says_so(tmp_path: Path) -> None:
    read_rows(tmp_path, both("left", "right"))
    seen = inspect_recording(tmp_path / "ride.csv")
    assert list(seen.feet) == ["left", "right"]
    assert any("rows of both feet" in str(item) for item in seen.findings)
    assert [item.note for item in seen.channels if item.name == "foot"] == ["tells the feet apart"]
    assert not any("--side" in line for line in seen.advice)


def test_two_devices_without_sides_are_asked(tmp_path: Path) -> None:
    rows = both("AA:01", "BB:02")
    with pytest.raises(NoRotationError, match="--column left_foot='AA:01' --column right_foot='BB:02'"):
        require_usable(read_rows(tmp_path, rows, "mac"))
    told = ReadOptions(columns={"left_foot": "AA:01", "right_foot": "BB:02"})
    assert_apart(read_rows(tmp_path, rows, "mac", told))
    one = read_rows(tmp_path, rows, "mac", ReadOptions(columns={"right_foot": "BB:02"}))
    assert list(one.feet) == ["right"]
    with pytest.raises(RecordingError, match="it holds 'AA:01', 'BB:02'"):
        read_rows(tmp_path, rows, "mac", ReadOptions(columns={"left_foot": "CC"}))


def test_numbered_sensors(tmp_path: Path) -> None:
    told = ReadOptions(columns={"left_foot": "0", "right_foot": "1"})
    assert_apart(read_rows(tmp_path, both("0", "1"), "sensor_id", told))


def test_a_column_that_names_one_foot_says_whose_it_is(tmp_path: Path) -> None:
    rows = [row for row in both("left", "right") if row[3] == "right"]
    read = read_rows(tmp_path, rows)
    assert list(read.feet) == ["right"]


def test_rows_that_no_column_tells_apart(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no column tells the rows of both feet apart"):
        read_rows(tmp_path, both("1.25", "2.5"), "weight", ReadOptions(columns={"left_foot": "x"}))


def test_two_shoe_sensors(tmp_path: Path) -> None:
    names = [f"{kind}_{axis}_{unit}" for kind, unit in (("gyr", "deg_s"), ("acc", "m_s2")) for axis in "xyz"]
    lines = [",".join(["time_ms", *names, "device"])]
    for at in range(200):
        for number, word in enumerate(("shoe_left", "shoe_right")):
            values = [10.0 * at + number + 0.1 * axis for axis in range(6)]
            lines.append(",".join([str(10 * at), *(f"{value:.1f}" for value in values), word]))
    (tmp_path / "ride.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    read = read_recording(tmp_path / "ride.csv")
    for number, sensor in enumerate(read.sensors.values()):
        np.testing.assert_allclose(sensor.gyr_deg_s[:, 0], 10.0 * np.arange(200) + number)
        np.testing.assert_allclose(sensor.acc_m_s2[:, 2], 10.0 * np.arange(200) + number + 0.5)
    assert list(read.sensors) == ["left", "right"]
    assert "sensor_side_needed" not in [item.code for item in read.findings]
