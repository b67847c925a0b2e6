"""Other programs' tables. Each text below has the layout of the public sample that it cites; the numbers are ours."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import numpy as np
import pytest

from bikefit.errors import NoRotationError, RecordingError, UsageError
from bikefit.io import ReadOptions, read_recording, read_sides, require_usable
from bikefit.io.names import STANDARD_GRAVITY_M_S2, meaning_of
from bikefit.io.text.presets import presets

# github.com/Allwillcome/XsensDot2Mtw4OpenSense, bei_D4CA6EF17860_20210830_170505.csv: lines before the header, time in
# microseconds of a 32-bit counter, at rest |acceleration| 9.65 m/s^2 and a gyroscope of a few tenths (deg/s).
MOVELLA_DOT = """sep=,
DeviceTag:,shoe
FirmwareVersion:,1.6.0
AppVersion:,2021.0
StartTime: ,2021-08-30_17:05:05_000 GMT+8
© Xsens Technologies B. V. 2005-2021

PacketCounter,SampleTimeFine,Euler_X,Euler_Y,Euler_Z,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z
0,4294957296,1.0,2.0,3.0,0.5,0.25,-9.75,10.0,20.0,30.0
1,4294965629,1.0,2.0,3.0,0.5,0.25,-9.75,10.0,20.0,30.0
2,6666,1.0,2.0,3.0,0.5,0.25,-9.75,11.0,21.0,31.0
"""

# github.com/hpi-dhc/devicely, tests/Shimmer_test_data/read_test_data.csv: a quoted sep line, the device's name in every
# column, a row of units, a semicolon at the end of every line, time in milliseconds since 1970 with an exponent.
SHIMMER = """"sep=;"
S_40AC_Timestamp_Unix_CAL;S_40AC_Accel_LN_X_CAL;S_40AC_Accel_LN_Y_CAL;S_40AC_Accel_LN_Z_CAL;S_40AC_Accel_WR_X_CAL;S_40AC_Accel_WR_Y_CAL;S_40AC_Accel_WR_Z_CAL;S_40AC_Battery_CAL;S_40AC_Gyro_X_CAL;S_40AC_Gyro_Y_CAL;S_40AC_Gyro_Z_CAL;
ms;m/(s^2);m/(s^2);m/(s^2);m/(s^2);m/(s^2);m/(s^2);mV;deg/s;deg/s;deg/s;
1.595933810034E12;-1.5;10.0;0.5;-3.75;8.5;-1.5;4139.2;10.0;20.0;30.0;
1.595933810057E12;-1.5;10.0;0.5;-3.75;8.5;-1.5;4137.7;10.0;20.0;30.0;
1.595933810074E12;-1.5;10.0;0.5;-3.75;8.5;-1.5;4111.4;11.0;21.0;31.0;
"""

# MetaMotion recordings of the data set Tracking Barbell Exercises (D. Ebbelaar, VU Amsterdam): one file
# for each sensor, rates of their own, time in milliseconds since 1970, the zone in a column's name.
METABASE_GYR = """epoch (ms),time (01:00),elapsed (s),x-axis (deg/s),y-axis (deg/s),z-axis (deg/s)
1547471969200,2019-01-14T14:19:29.200,0.000,10.0,20.0,30.0
1547471969240,2019-01-14T14:19:29.240,0.040,11.0,21.0,31.0
1547471969280,2019-01-14T14:19:29.280,0.080,12.0,22.0,32.0
"""
METABASE_ACC = """epoch (ms),time (01:00),elapsed (s),x-axis (g),y-axis (g),z-axis (g)
1547471969220,2019-01-14T14:19:29.220,0.000,0.5,0.25,-1.0
1547471969300,2019-01-14T14:19:29.300,0.080,0.5,0.25,-1.0
"""

# github.com/wld-16/Digital-Identity, studies/data_science/res/phybox_data/Gyroscope.csv and
# data_science/res/phybox_data/Accelerometer.csv: quoted names, semicolons, exponents, no date.
PHYPHOX_GYR = """"Time (s)";"Gyroscope x (rad/s)";"Gyroscope y (rad/s)";"Gyroscope z (rad/s)"
4.680921900E-2;1.000000000E0;2.000000000E0;3.000000000E0
5.173338500E-2;1.000000000E0;2.000000000E0;3.000000000E0
"""
PHYPHOX_ACC = """"Time (s)";"Acceleration x (m/s^2)";"Acceleration y (m/s^2)";"Acceleration z (m/s^2)"
4.180921900E-2;5.000000000E-1;2.500000000E-1;9.750000000E0
5.173338500E-2;5.000000000E-1;2.500000000E-1;9.750000000E0
"""

# github.com/Santollan/ML-Project---Driving, TotalAcceleration.csv (beside a Gyroscope.csv of the same columns): time in
# nanoseconds since 1970, axes in the order z, y, x; at rest the length is 9.8 m/s^2.
SENSOR_LOGGER = """time,seconds_elapsed,z,y,x
1707663900776307500,0.488308,3.0,2.0,1.0
1707663900793153300,0.505153,3.0,2.0,1.0
"""


def write(folder, text, name="shoe.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_movella_dot(tmp_path):
    seen = read_recording(write(tmp_path, MOVELLA_DOT), ReadOptions(side="left"))
    assert seen.format == "movella-dot"
    sensor = seen.sensors["left"]
    np.testing.assert_allclose(sensor.gyr_time_s, [0, 0.008333, 0.016666], atol=1e-9)
    np.testing.assert_array_equal(sensor.gyr_deg_s[2], [11, 21, 31])
    np.testing.assert_array_equal(sensor.acc_m_s2[0], [0.5, 0.25, -9.75])
    require_usable(seen)


def test_the_same_columns_without_the_apps_preamble_are_no_dot(tmp_path):
    text = MOVELLA_DOT[MOVELLA_DOT.index("PacketCounter") :]
    with pytest.raises(RecordingError, match="no time column"):
        read_recording(write(tmp_path, text), ReadOptions(side="left"))


def test_shimmer_consensys(tmp_path):
    seen = read_recording(write(tmp_path, SHIMMER), ReadOptions(side="right"))
    assert seen.format == "shimmer-consensys"
    assert seen.start == datetime(2020, 7, 28, 10, 56, 50, 34000, UTC)
    np.testing.assert_array_equal(seen.sensors["right"].acc_m_s2[0], [-3.75, 8.5, -1.5])
    np.testing.assert_allclose(seen.sensors["right"].gyr_time_s, [0, 0.023, 0.040], atol=1e-9)
    low_noise = SHIMMER.replace("Accel_WR", "Accel_XX")
    seen = read_recording(write(tmp_path, low_noise), ReadOptions(side="right"))
    assert seen.format == "shimmer-consensys-low-noise"
    np.testing.assert_array_equal(seen.sensors["right"].acc_m_s2[0], [-1.5, 10, 0.5])


def test_metabase_pair_keeps_the_files_common_clock(tmp_path):
    gyr, acc = write(tmp_path, METABASE_GYR, "a_gyr.csv"), write(tmp_path, METABASE_ACC, "a_acc.csv")
    for pair in ([gyr, acc], [acc, gyr]):
        seen = read_sides(pair, [])
        sensor = seen.sensors["left"]
        np.testing.assert_allclose(sensor.gyr_time_s, [0, 0.04, 0.08], atol=1e-7)
        np.testing.assert_allclose(sensor.acc_time_s, [0.02, 0.10], atol=1e-7)
        np.testing.assert_allclose(sensor.acc_m_s2[0], np.array([0.5, 0.25, -1]) * STANDARD_GRAVITY_M_S2)
        assert seen.start == datetime(2019, 1, 14, 13, 19, 29, 200000, UTC)
        require_usable(seen)


def test_half_a_sensor_is_not_usable(tmp_path):
    seen = read_recording(write(tmp_path, METABASE_GYR), ReadOptions(side="left"))
    with pytest.raises(NoRotationError, match="gyroscope alone"):
        require_usable(seen)
    with pytest.raises(NoRotationError, match="--side left or --side right"):
        require_usable(read_recording(write(tmp_path, METABASE_GYR)))


def test_phyphox_pair_without_a_date(tmp_path):
    gyr, acc = write(tmp_path, PHYPHOX_GYR, "gyr.csv"), write(tmp_path, PHYPHOX_ACC, "acc.csv")
    sensor = read_sides([], [gyr, acc]).sensors["right"]
    np.testing.assert_allclose(sensor.gyr_deg_s[0], np.degrees([1, 2, 3]))
    assert sensor.gyr_time_s[0] - sensor.acc_time_s[0] == pytest.approx(0.005)


def test_sensor_logger_is_told_by_the_files_names(tmp_path):
    gyr = write(tmp_path, SENSOR_LOGGER, "Gyroscope.csv")
    acc = write(tmp_path, SENSOR_LOGGER, "TotalAcceleration.csv")
    sensor = read_sides([gyr, acc], []).sensors["left"]
    np.testing.assert_array_equal(sensor.acc_m_s2[0], [1, 2, 3])
    np.testing.assert_allclose(sensor.gyr_deg_s[0], np.degrees([1, 2, 3]))
    np.testing.assert_allclose(sensor.gyr_time_s, [0, 0.0168458], atol=1e-6)


def test_two_shoes_on_one_clock_and_on_two(tmp_path):
    later = METABASE_GYR.replace("15474719692", "15474719702").replace("time (01:00)", "gyr_note")
    both = [write(tmp_path, METABASE_GYR, "l.csv")], [write(tmp_path, later.replace("69280", "70280"), "r.csv")]
    with pytest.raises(RecordingError, match="do not overlap"):
        read_sides(*both)
    near = METABASE_GYR.replace("969200", "969210").replace("969240", "969250").replace("969280", "969290")
    seen = read_sides([tmp_path / "l.csv"], [write(tmp_path, near, "n.csv")])
    assert seen.sensors["right"].gyr_time_s[0] == pytest.approx(0.01)
    assert seen.sensors["left"].clock == seen.sensors["right"].clock
    assert len(seen.sha256) == 64
    seen = read_sides([write(tmp_path, PHYPHOX_GYR, "pl.csv")], [write(tmp_path, PHYPHOX_GYR, "pr.csv")])
    assert seen.sensors["left"].clock != seen.sensors["right"].clock


def test_files_that_do_not_go_together(tmp_path):
    gyr = write(tmp_path, METABASE_GYR, "gyr.csv")
    with pytest.raises(RecordingError, match="one accelerometer's and one gyroscope's"):
        read_sides([gyr, gyr], [])
    with pytest.raises(RecordingError, match="counts from 1970"):
        read_sides([gyr, write(tmp_path, PHYPHOX_ACC, "acc.csv")], [])
    with pytest.raises(UsageError):
        read_sides([], [])
    with pytest.raises(UsageError):
        read_sides([gyr], [], ReadOptions(side="left"))


def test_every_preset_is_understood_and_cited():
    assert presets()
    for preset in presets():
        assert "github.com" in preset.source or "data set" in preset.source or "as " in preset.source
        for name in (*preset.columns, *preset.optional):
            meaning = meaning_of(name)
            assert meaning is not None
            assert meaning.canonical == name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[a\n", "not a TOML file"),
        ("", "names no preset"),
        ("[a]\nprogram = 'x'\n", "has no columns"),
        ("[a]\ncolumns = { gyr_x_degs = 'x' }\n", "'gyr_x_degs' is not a channel. Did you mean 'gyr_x_deg_s'"),
        ("[a]\ncolumns = { time_s = 3 }\n", "the name of the column for time_s is not text"),
        ("[a]\ncolumn = {}\ncolumns = { time_s = 't' }\n", "'column' is not known. Did you mean 'columns'"),
        ("[a]\ncounter = 'x'\ncolumns = { time_s = 't' }\n", "'counter' makes no sense"),
    ],
)
def test_a_users_preset_that_makes_no_sense(tmp_path, text, says):
    (tmp_path / "mine.toml").write_text(text)
    write(tmp_path, "time_s,left_heel_rotation_deg\n0,1\n1,2\n", "ride.csv")
    with pytest.raises(UsageError, match=re.escape(says)):
        read_recording(tmp_path / "ride.csv", ReadOptions(preset=tmp_path / "mine.toml"))


def test_a_users_preset_that_is_not_there(tmp_path):
    write(tmp_path, "time_s,left_heel_rotation_deg\n0,1\n1,2\n", "ride.csv")
    with pytest.raises(UsageError, match=r"--preset .*mine\.toml: the file cannot be read"):
        read_recording(tmp_path / "ride.csv", ReadOptions(preset=tmp_path / "mine.toml"))


OWN = """[my-logger]
columns = {{ time = "t", left_heel_rotation_deg = "{name}" }}
"""


def test_presets_of_the_users_folder_are_used_after_those_of_the_flag(own_folder, tmp_path):
    ride = tmp_path / "ride.csv"
    ride.write_text("t,qx,qy\n0.0,1.0,4.0\n0.01,2.0,5.0\n0.02,3.0,6.0\n")
    with pytest.raises(NoRotationError):
        require_usable(read_recording(ride))
    (own_folder / "presets.toml").write_text(OWN.format(name="qx"))
    read = read_recording(ride)
    assert (read.format, read.feet["left"].heel_out_deg.tolist()) == ("my-logger", [1.0, 2.0, 3.0])
    other = tmp_path / "other.toml"
    other.write_text(OWN.format(name="qy"))
    assert read_recording(ride, ReadOptions(preset=other)).feet["left"].heel_out_deg.tolist() == [4.0, 5.0, 6.0]


@pytest.mark.parametrize("table", ["t,qx\n0.0,1.0\n0.01,2.0\n", "speed\n7\n", "time_s,power_w\n0.0,200\n0.01,210\n"])
def test_a_fault_in_the_users_folder_is_raised_where_its_file_is_needed(own_folder, tmp_path, table):
    ride = tmp_path / "ride.csv"
    ride.write_text(table)
    (own_folder / "presets.toml").write_text("[a]\ncolums = {}\n")
    with pytest.raises(UsageError, match=r"bikefit.presets\.toml: \[a\] has no columns"):
        read_recording(ride)


def test_a_fault_in_the_users_folder_is_told_where_its_file_is_not_needed(own_folder, tmp_path):
    ride = tmp_path / "ride.csv"
    ride.write_text("time_s,left_heel_rotation_deg\n0.0,1.0\n0.01,2.0\n")
    (own_folder / "presets.toml").write_text("[a]\ncolums = {}\n")
    told = [item for item in read_recording(ride).findings if item.code == "own_presets_faulty"]
    assert len(told) == 1
    assert re.search(r"over\. bikefit.presets\.toml: \[a\] has no columns", str(told[0]))
