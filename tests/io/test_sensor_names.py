"""Gyroscope and accelerometer by any usual name and unit, in one table or two; what nobody knows is asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bikefit.errors import NoRotationError
from bikefit.io import ReadOptions, read_recording, read_sides, require_usable
from bikefit.model import Recording

TIME = np.arange(2000) / 100
TURN = 2 * np.pi * 1.5 * TIME
GYR_DEG_S = np.column_stack([20 * np.cos(TURN), 180 * np.sin(TURN), 30 * np.sin(2 * TURN)])
ACC_M_S2 = np.column_stack([8 * np.cos(TURN), 2 * np.sin(TURN), 9.8 + 8 * np.sin(TURN)])
GRAVITY = 9.80665
SCALES = {"deg_s": 1.0, "rad_s": np.pi / 180, "mdeg_s": 1e3, "m_s2": 1.0, "g": 1 / GRAVITY, "mg": 1e3 / GRAVITY}
RIGHT = ReadOptions(side="right")


def table(
    names: Sequence[str], gyr: str, acc: str, time: str = "time_s", units: Sequence[str] = (), mark: str = ","
) -> str:
    """A file with three columns of a gyroscope, then three of an accelerometer, in these units."""
    values = np.column_stack([TIME, SCALES[gyr] * GYR_DEG_S, SCALES[acc] * ACC_M_S2])
    rows = [mark.join(f"{value:.6f}" for value in row) for row in values]
    return "\n".join([mark.join([time, *names]), *([mark.join(units)] if units else []), *rows]) + "\n"


def read_text(folder: Path, text: str, options: ReadOptions = RIGHT, name: str = "ride.csv") -> Recording:
    (folder / name).write_text(text, encoding="utf-8")
    return read_recording(folder / name, options)


def codes(read: Recording) -> list[str]:
    return [item.code for item in read.findings]


def assert_sensor(read: Recording, side: str = "right", within: float = 1e-3) -> None:
    sensor = {str(key): item for key, item in read.sensors.items()}[side]
    np.testing.assert_allclose(sensor.gyr_deg_s, GYR_DEG_S, atol=within)
    np.testing.assert_allclose(sensor.acc_m_s2, ACC_M_S2, atol=within)


def axes(pattern: str, upper: bool = True) -> list[str]:
    return [pattern.replace("*", axis.upper() if upper else axis) for axis in "xyz"]


@pytest.mark.parametrize(
    ("gyr_name", "acc_name", "gyr", "acc"),
    [
        ("Gyroscope * (deg/s)", "Accelerometer * (g)", "deg_s", "g"),
        ("Gyroscope x (rad/s)", "Acceleration x (m/s^2)", "rad_s", "m_s2"),
        ("Gyroskop * (rad/s)", "Beschleunigung * (m/s²)", "rad_s", "m_s2"),
        ("gyro_*_dps", "accel_*_g", "deg_s", "g"),
        ("gyr_*_rad/s", "acc_*_m/s2", "rad_s", "m_s2"),
        ("g*_deg/s", "a*_m/s/s", "deg_s", "m_s2"),
        ("g*", "a*", "deg_s", "g"),
        ("G*", "A*", "rad_s", "m_s2"),
        ("w*", "a*", "rad_s", "m_s2"),
        ("As*(°/s)", "Acc*(g)", "deg_s", "g"),
        ("Angular velocity *(°/s)", "Acceleration *(g)", "deg_s", "g"),
        ("Gyr_*", "Acc_*", "rad_s", "m_s2"),
        ("gyroRotation*(rad/s)", "accelerometerAcceleration*(G)", "rad_s", "g"),
        ("motionRotationRate*(rad/s)", "accelerometerAcceleration*(G)", "rad_s", "g"),
        ("gyro* [mdps]", "acc* [mg]", "mdeg_s", "mg"),
        ("IMU Gyro * [deg/sec]", "IMU Accel * [mg]", "deg_s", "mg"),
        ("rotation rate *", "accel *", "deg_s", "mg"),
        ("gyro.*", "accelero.*", "deg_s", "m_s2"),
        ("*-axis (deg/s)", "*-axis (g)", "deg_s", "g"),
        ("* [dps]", "* [mg]", "deg_s", "mg"),
        ("Shimmer_8665_Gyro_*_CAL", "Shimmer_8665_Accel_LN_*_CAL", "deg_s", "m_s2"),
    ],
)
@pytest.mark.parametrize("mixed", [False, True])
def test_usual_names(tmp_path: Path, gyr_name: str, acc_name: str, gyr: str, acc: str, mixed: bool) -> None:
    text = table(
        [
            *axes(gyr_name.replace(" x ", " * "), "x " not in gyr_name),
            *axes(acc_name.replace(" x ", " * "), "x " not in acc_name),
        ],
        gyr,
        acc,
    )
    if mixed:
        order = [0, 1, 4, 2, 5, 3, 6]
        text = "\n".join(",".join(line.split(",")[at] for at in order) for line in text.splitlines()) + "\n"
    read = read_text(tmp_path, text)
    assert_sensor(read)
    require_usable(read)


def test_units_in_a_row(tmp_path: Path) -> None:
    units = ["s", *["rad/s"] * 3, *["g"] * 3]
    assert_sensor(read_text(tmp_path, table([*axes("Gyro *"), *axes("Accel *")], "rad_s", "g", units=units)))


@pytest.mark.parametrize("gyr", ["deg_s", "rad_s"])
@pytest.mark.parametrize("acc", ["m_s2", "g", "mg"])
def test_units_by_size(tmp_path: Path, gyr: str, acc: str) -> None:
    read = read_text(tmp_path, table([*axes("gyr_*", False), *axes("acc_*", False)], gyr, acc))
    assert_sensor(read)
    assert codes(read).count("sensor_unit_by_size") == 2


@pytest.mark.parametrize(("gyr", "acc"), [("deg_s", "m_s2"), ("deg_s", "mg"), ("rad_s", "g")])
def test_stated_units_that_cannot_be(tmp_path: Path, gyr: str, acc: str) -> None:
    stated = {"deg_s": "rad/s", "rad_s": "deg/s"}[gyr]
    text = table(
        [*axes(f"Gyroscope * ({stated})"), *axes(f"Accelerometer * ({'g' if acc != 'g' else 'm/s2'})")], gyr, acc
    )
    read = read_text(tmp_path, text)
    assert_sensor(read)
    assert codes(read).count("sensor_unit_contradicted") == 2


def test_raw_counts_are_told(tmp_path: Path) -> None:
    raw = table([*axes("a*", False), *axes("g*", False)], "deg_s", "m_s2")
    lines = [line.split(",") for line in raw.splitlines()]
    counts = [lines[0], *([row[0], *(f"{131 * float(cell) * 13:.0f}" for cell in row[1:])] for row in lines[1:])]
    with pytest.raises(NoRotationError, match="raw counts"):
        require_usable(read_text(tmp_path, "\n".join(map(",".join, counts)) + "\n"))


@pytest.mark.parametrize(
    "pattern",
    ["left {}_*", "L_{}_*", "{}_left_*", "LeftFoot_{}_*", "left_sensor {}_*", "{} * (left)", "Ferse links {} *"],
)
def test_sides_in_the_names(tmp_path: Path, pattern: str) -> None:
    text = table([*axes(pattern.format("gyro")), *axes(pattern.format("acc"))], "deg_s", "m_s2")
    read = read_text(tmp_path, text, ReadOptions())
    assert_sensor(read, "left")
    assert list(read.sensors) == ["left"]


def test_two_rows_of_header(tmp_path: Path) -> None:
    names = [*axes("gyr_*", False), *axes("acc_*", False)]
    one = table(names, "deg_s", "m_s2").splitlines()
    upper = ",".join(["", *["left_sensor"] * 6, *["right_sensor"] * 6])
    lower = ",".join(["", *names, *names])
    rows = [line + "," + line.partition(",")[2] for line in one[1:]]
    index = ",".join(["time", *[""] * 12])
    for lines in ([upper, lower, index, *rows], [upper, "time" + lower, *rows]):
        read = read_text(tmp_path, "\n".join(lines) + "\n", ReadOptions())
        assert_sensor(read, "left")
        assert_sensor(read, "right")


def test_a_clock_under_the_name_of_a_foot(tmp_path: Path) -> None:
    names = ["Time", *axes("Acc*"), *axes("Gyro*")]
    rows = np.column_stack([1000 * TIME, ACC_M_S2 / GRAVITY, GYR_DEG_S])
    lines = [",".join(["Right Foot", *[" "] * 6, "Left Foot", *[" "] * 6]), ",".join(names * 2)]
    lines += [",".join(f"{value:.6f}" for value in [*row, *row]) for row in rows]
    read = read_text(tmp_path, "\n".join(lines) + "\n", ReadOptions())
    for side in ("left", "right"):
        assert_sensor(read, side)
        np.testing.assert_allclose(read.sensors[side].gyr_time_s, TIME, atol=1e-6)  # type: ignore[index]


def test_without_gravity_or_in_the_worlds_axes_is_no_accelerometer(tmp_path: Path) -> None:
    for name in ("Linear Acceleration * (m/s^2)", "motionUserAcceleration*(G)", "FreeAcc_*", "GravityX acc *", "Mag *"):
        read = read_text(tmp_path, table([*axes("gyro *"), *axes(name)], "deg_s", "m_s2"))
        assert not read.sensors["right"].acc_time_s.size, name


def test_the_plainest_names_count(tmp_path: Path) -> None:
    text = table([*axes("gyr_*"), *axes("acc_*")], "deg_s", "m_s2").splitlines()
    more = [text[0] + ",acc_raw_X,acc_raw_Y,acc_raw_Z", *(line + ",1,2,3" for line in text[1:])]
    assert_sensor(read_text(tmp_path, "\n".join(more) + "\n"))


def test_two_tables_of_one_shoe(tmp_path: Path) -> None:
    lines = [
        line.split(",") for line in table(["x", "y", "z", "x", "y", "z"], "rad_s", "m_s2", "timestamp").splitlines()
    ]
    for name, first in (("MyPhone_Gyroscope.csv", 1), ("MyPhone_Accelerometer.csv", 4)):
        (tmp_path / name).write_text("\n".join(",".join([row[0], *row[first : first + 3]]) for row in lines) + "\n")
    read = read_sides([], [tmp_path / "MyPhone_Gyroscope.csv", tmp_path / "MyPhone_Accelerometer.csv"])
    assert_sensor(read)


def test_names_that_nobody_knows_are_asked(tmp_path: Path) -> None:
    text = table(["alpha", "beta", "gamma", "u", "v", "w"], "deg_s", "m_s2")
    assert not read_text(tmp_path, text).sensors
    columns = {f"{kind}_{axis}_{unit}": name for (kind, unit), names in (
        (("gyr", "deg_s"), ("alpha", "beta", "gamma")), (("acc", "m_s2"), ("u", "v", "w"))
    ) for axis, name in zip("xyz", names, strict=True)}  # fmt: skip
    assert_sensor(read_text(tmp_path, text, ReadOptions(side="right", columns=columns)))


PRESET = """
[my-logger]
program = "My own"
before = "My logger"
columns = { time_ms = "t?[0]", gyr_x_rad_s = "p *", gyr_y_rad_s = "q *", gyr_z_rad_s = "r *" }
optional = { acc_x_g = "fx", acc_y_g = "fy", acc_z_g = "fz" }
"""


def test_a_preset_of_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(PRESET)
    text = "My logger 1.0\n" + table(["p one", "q one", "r one", "fx", "fy", "fz"], "rad_s", "g", "t?[0]")
    options = ReadOptions(side="right", preset=tmp_path / "mine.toml")
    read = read_text(tmp_path, text, options)
    assert read.format == "my-logger"
    np.testing.assert_allclose(read.sensors["right"].gyr_deg_s, GYR_DEG_S, atol=1e-3)
    np.testing.assert_allclose(read.sensors["right"].acc_m_s2, ACC_M_S2, atol=1e-3)


def test_presets_add_up(tmp_path: Path) -> None:
    names = [*axes("Gyroscope * (rad/s)", False), *axes("Acceleration * (m/s^2)", False)]
    read = read_text(tmp_path, table(names, "rad_s", "m_s2", "Time (s)"))
    assert_sensor(read)
    assert read.format == "phyphox-gyroscope+phyphox-accelerometer"


LAYOUTS = {
    "x-IMU3": ("Timestamp (us)", axes("Gyroscope * (deg/s)"), axes("Accelerometer * (g)"), "deg_s", "g"),
    "Blue Trident": ("unix_timestamp_microsec", axes("g*_deg/s", False), axes("a*_m/s/s", False), "deg_s", "m_s2"),
    "WitMotion": ("time", axes("As*(°/s)"), axes("Acc*(g)"), "deg_s", "g"),
    "WitMotion, older": ("Chiptime", axes("w*(deg/s)", False), axes("a*(g)", False), "deg_s", "g"),
    "WitMotion, Chinese": ("时间", axes("角速度*(°/s)"), axes("加速度*(g)"), "deg_s", "g"),
    "Physics Toolbox": ("time", axes("w*", False), axes("gF*", False), "rad_s", "g"),
    "Axivity": ("Time", axes("Gyro-* (d/s)"), axes("Accel-* (g)"), "deg_s", "g"),
    "AndroSensor": (
        "Time since start in ms", axes("GYROSCOPE * (rad/s)"), axes("ACCELEROMETER * (m/s²)"), "rad_s", "m_s2",
    ),
    "Sensor Logger, one file": (
        "seconds_elapsed", axes("Gyroscope_*", False), axes("TotalAcceleration_*", False), "rad_s", "m_s2",
    ),
    "Apple Watch SensorLog": (
        "loggingTime(txt)", axes("motionRotationRate*(rad/s)"), axes("accelerometerAcceleration*(G)"), "rad_s", "g",
    ),
}  # fmt: skip
"""Headers that are public: x-io's and AndroSensor's exports, MATLAB and Python readers of WitMotion's, IMeasureU's and
SensorLog's files on GitHub; the numbers are ours."""
MORE = [
    "Accelerometer_x",
    "Accelerometer_y",
    "Accelerometer_z",
    "Magnetometer X (uT)",
    "AngleX(°)",
    "Gravity_x",
    "T(°)",
]


@pytest.mark.parametrize("program", LAYOUTS)
def test_layouts_of_programs(tmp_path: Path, program: str) -> None:
    time, gyr_names, acc_names, gyr, acc = LAYOUTS[program]
    start = pd.Timestamp("2026-05-01T08:30:00")
    stamps = {
        "time": [(start + pd.Timedelta(seconds=second)).isoformat(timespec="milliseconds") for second in TIME],
        "us": [f"{1e6 * (1.7776e9 + second):.0f}" for second in TIME],
        "ms": [f"{1e3 * second:.0f}" for second in TIME],
        "s": [f"{second:.2f}" for second in TIME],
    }
    unit = "us" if "us" in time or "micro" in time else "ms" if " ms" in time else "s" if "elapsed" in time else "time"
    lines = table([*gyr_names, *acc_names], gyr, acc, time).splitlines()
    rows = [
        ",".join([stamp, line.partition(",")[2], *["0.5"] * len(MORE)])
        for stamp, line in zip(stamps[unit], lines[1:], strict=True)
    ]
    if "Sensor Logger" not in program:
        read = read_text(tmp_path, "\n".join([",".join([lines[0], *["more"] * len(MORE)]), *rows]) + "\n")
    else:
        read = read_text(tmp_path, "\n".join([",".join([lines[0], *MORE]), *rows]) + "\n")
    assert_sensor(read)
    np.testing.assert_allclose(read.sensors["right"].gyr_time_s, TIME, atol=1e-3)


def test_several_sensors_without_sides_are_asked(tmp_path: Path) -> None:
    names = [f"imu{number}_{kind}{axis}" for number in (1, 2) for kind in "ga" for axis in "xyz"]
    lines = table(names[:6], "deg_s", "m_s2").splitlines()
    both = [",".join(["time_s", *names]), *(f"{line},{line.partition(',')[2]}" for line in lines[1:])]
    with pytest.raises(NoRotationError, match=r"gyr_x_deg_s=imu1_gx .*acc_z_m_s2=imu1_az"):
        require_usable(read_text(tmp_path, "\n".join(both) + "\n", ReadOptions()))


def test_polars_two_files_share_the_sensors_clock(tmp_path: Path) -> None:
    phone = [f"2026-05-01T08:30:{second // 1 + 0.5:06.3f}" for second in TIME]
    clock = [f"{1e9 * (8.31e8 + second):.0f}" for second in TIME]
    for kind, unit, values in (("GYRO", "dps", GYR_DEG_S), ("ACC", "mg", 1e3 * ACC_M_S2 / GRAVITY)):
        header = f"Phone timestamp;sensor timestamp [ns];X [{unit}];Y [{unit}];Z [{unit}] "
        rows = [
            ";".join([*stamps, *(f"{value:.4f}" for value in row)])
            for *stamps, row in zip(phone, clock, values, strict=True)
        ]
        (tmp_path / f"Polar_Sense_1A2B_{kind}.txt").write_text("\n".join([header, *rows]) + "\n")
    files = [tmp_path / f"Polar_Sense_1A2B_{kind}.txt" for kind in ("ACC", "GYRO")]
    read = read_sides([], files)
    assert_sensor(read)
    np.testing.assert_allclose(read.sensors["right"].acc_time_s, TIME, atol=1e-3)
    assert read.start is not None
    assert read.start.year == 2026
