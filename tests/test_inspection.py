from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from helpers.disturbed_shoes import on_the_ground

from bikefit.analysis import AnalyzeOptions, analyze
from bikefit.inspection import inspect_recording
from bikefit.io import ReadOptions, read_recording, require_usable
from bikefit.settings import Settings
from bikefit.simulate.shoe import SensorModel, simulate_shoe
from bikefit.simulate.space import Ride, Shoe


def write(path: Path, header: str, rate_hz: float = 100.0, seconds: float = 20.0, scale: float = 1.0) -> Path:
    """A file of the given columns: time, then waves."""
    time_s = np.arange(0, seconds, 1 / rate_hz)
    count = header.count(",")
    waves = [scale * (number + np.sin(9.4 * time_s + number)) for number in range(count)]
    lines = [",".join(f"{value:.5f}" for value in row) for row in zip(time_s, *waves, strict=True)]
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path


def read_flags(line: str) -> tuple[str, ReadOptions]:
    """The file and the reading options of an advised command line."""
    words = shlex.split(line)
    assert words[:2] == ["bikefit", "analyze"]
    columns = dict(words[at + 1].split("=", 1) for at, word in enumerate(words) if word == "--column")
    side = words[words.index("--side") + 1] if "--side" in words else None
    return words[2], ReadOptions(side=side, columns=columns)  # type: ignore[arg-type]


def test_a_whole_recording(tmp_path):
    path = write(tmp_path / "my ride.csv", "time_s,left_heel_rotation_deg,right_heel_rotation_deg,crank_angle_deg,lap")
    seen = inspect_recording(path)
    assert list(seen.feet) == ["left", "right"]
    assert seen.feet["left"].reference == "crank_angle"
    assert seen.feet["left"].rate_hz == pytest.approx(100)
    assert seen.feet["left"].samples_per_stroke == pytest.approx(100 / 1.5)
    assert seen.advice[0] == f"bikefit analyze '{path}'"
    assert "crank angle" in str(seen.can[0])


def test_json_is_plain(tmp_path):
    path = write(tmp_path / "ride.csv", "time_s,left_heel_rotation_deg")
    text = json.dumps(inspect_recording(path).to_dict(), allow_nan=False)
    assert json.loads(text)["schema"] == "bikefit.inspection/1"
    assert "recording" not in json.loads(text)


@pytest.mark.parametrize(
    ("header", "scale", "expected"),
    [
        ("time_s,heel_rotation_deg", 1.0, "--side left"),
        ("time_s,power_w,Ferse rechts", 1.0, "--column 'right_heel_rotation_deg=Ferse rechts'"),
        ("time_s,left_heel_rotatoin", 1.0, "--column left_heel_rotation_deg=left_heel_rotatoin"),
        ("time_s,left_heel_rotation_deg", 0.1, "--column left_heel_rotation_rad=left_heel_rotation_deg"),
    ],
)
def test_the_advice_can_be_pasted(tmp_path, header, scale, expected):
    path = write(tmp_path / "ride.csv", header, scale=scale)
    seen = inspect_recording(path)
    assert expected in seen.advice[0]
    file, options = read_flags(seen.advice[0])
    assert Path(file) == path
    mended = read_recording(file, options)
    require_usable(mended)
    assert not {item.code for item in mended.findings} & {"radians_suspected", "time_step_odd"}


def test_a_ride_without_rotation_is_no_error(tmp_path):
    seen = inspect_recording(write(tmp_path / "ride.csv", "time_s,power_w,cadence_rpm"))
    assert not seen.feet
    assert "no foot rotation" in str(seen.missing[0])
    assert not seen.advice


def test_gaps_and_slow_sampling_are_told(tmp_path):
    path = tmp_path / "ride.csv"
    times = [t / 10 for t in range(100)] + [15 + t / 10 for t in range(100)]
    path.write_text("time_s,left_heel_rotation_deg\n" + "".join(f"{t},{t % 7}\n" for t in times), encoding="utf-8")
    foot = inspect_recording(path, settings=Settings()).feet["left"]
    assert foot.gaps == 1
    assert foot.longest_gaps[0].start_s == pytest.approx(9.9)
    assert foot.gap_s == pytest.approx(5.1)
    assert any("samples a stroke" in str(remark) for remark in inspect_recording(path).missing)


def test_half_a_shoe_sensor_names_its_other_file(tmp_path):
    gyr = write(tmp_path / "shoe_Gyroscope.csv", "Time (s),Gyroscope x (rad/s),Gyroscope y (rad/s),Gyroscope z (rad/s)")
    acc = write(
        tmp_path / "shoe_Accelerometer.csv",
        "Time (s),Acceleration x (m/s^2),Acceleration y (m/s^2),Acceleration z (m/s^2)",
    )
    seen = inspect_recording(gyr, ReadOptions(side="right"))
    assert "accelerometer" in str(seen.missing[0])
    assert seen.advice == (f"bikefit analyze --right {gyr} --right {acc}",)


def test_the_longest_lap_is_offered(tmp_path):
    path = tmp_path / "ride.csv"
    rows = [f"{t / 50},{t % 11},{1 if t < 300 else 2}" for t in range(2000)]
    path.write_text("time_s,left_heel_rotation_deg,lap\n" + "\n".join(rows), encoding="utf-8")
    assert inspect_recording(path).advice[1].endswith("--lap 2")


def written_shoe(path: Path, ride: Ride, shoe: Shoe, seed: int = 1) -> Path:
    """A right shoe's sensor as a table."""
    readings, _ = simulate_shoe(ride, shoe, "right", SensorModel(rate_hz=50.0), seed)
    table = np.column_stack([readings.gyr_time_s, readings.gyr_deg_s, readings.acc_m_s2])
    axes = [f"{kind}_{axis}_{unit}" for kind, unit in (("gyr", "deg_s"), ("acc", "m_s2")) for axis in "xyz"]
    np.savetxt(path, table, "%.4f", ",", header=",".join(["time_s", *axes]), comments="")
    return path


@pytest.mark.parametrize(("toe_out_deg", "known"), [(0.0, True), (18.0, False)])
def test_a_shoe_sensors_zero_is_what_an_analysis_finds(tmp_path, toe_out_deg, known):
    shoe = on_the_ground(Shoe(), toe_out_deg)
    path = written_shoe(tmp_path / "shoe.csv", Ride(duration_s=60.0), shoe)
    seen = inspect_recording(path, ReadOptions(side="right"))
    said = [remark.key for remark in (*seen.can, *seen.missing)]
    assert ("sensor_pose" in said, "sensor_zero" in said) == (known, not known)
    assert seen.advice[0] == f"bikefit analyze {path} --side right"
    assert (f"{seen.advice[0]} --neutral recovery" in seen.advice) == (not known)
    foot = analyze(path, AnalyzeOptions(read=ReadOptions(side="right"))).feet["right"]
    reasons = {reason.code for reason in foot.recommendation.reasons}
    assert (foot.neutral.kind == "zero") == known
    assert known or reasons <= {item.code for item in seen.findings}


def test_a_shoe_sensor_that_an_analysis_refuses_is_no_error(tmp_path):
    path = written_shoe(tmp_path / "shoe.csv", Ride(duration_s=20.0), Shoe())
    rows = path.read_text(encoding="utf-8").splitlines()
    still = [",".join([*row.split(",")[:4], "0.1", "0.2", "1.0"]) for row in rows[1:]]
    path.write_text("\n".join([rows[0], *still]), encoding="utf-8")
    seen = inspect_recording(path, ReadOptions(side="right"))
    assert "same reading throughout" in str(seen.missing[-1])


def test_a_single_frame_is_a_still_trial(tmp_path):
    header = "PathFileType\t4\t(X/Y/Z)\ta.trc\nDataRate\tUnits\n100\tmm\nFrame#\tTime\tRHEE\t\t\tRTOE\t\t\n"
    path = tmp_path / "stance.trc"
    path.write_text(header + "\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n1\t0.0\t0\t30\t0\t260\t30\t0\n")
    seen = inspect_recording(path)
    assert "still trial" in str(seen.can[0])
    assert [str(item) for item in seen.missing] == [
        "A single frame holds no pedalling; give the ride itself beside it."
    ]
    assert seen.advice == (f"bikefit analyze RIDE --static {path}",)
    json.dumps(seen.to_dict(), allow_nan=False)
