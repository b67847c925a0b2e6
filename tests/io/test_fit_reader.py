"""FIT files as recordings: rotation, sensors, companions, times, and what is said about the rest."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from helpers.fit_bytes import STAMP, T0, Part, pack
from hypothesis import given, settings
from hypothesis import strategies as st

from bikefit.errors import NoRotationError, RecordingError, UsageError
from bikefit.io import read_recording, require_usable
from bikefit.io.fit.fields import field_meaning
from bikefit.io.fit.placing import longest_rise, place_messages
from bikefit.io.fit.reader import read_fit
from bikefit.io.fit.records import array_times
from bikefit.io.options import ReadOptions

REAL = Path(os.environ["BIKEFIT_REAL_DATA"]) / "fit" if "BIKEFIT_REAL_DATA" in os.environ else None
needs_real = pytest.mark.skipif(REAL is None, reason="BIKEFIT_REAL_DATA is not set: no real FIT files to read")
START = datetime(2021, 9, 8, 1, 46, 40, tzinfo=UTC)  # T0


def read(tmp_path, part, name="ride.fit", **options):
    path = tmp_path / name
    path.write_bytes(part.bytes() if isinstance(part, Part) else part)
    return read_fit(path, ReadOptions(**options))


def codes(recording):
    return [item.code for item in recording.findings]


def info(recording, name):
    return next(item for item in recording.channels if item.name == name)


def heel_part(name=b"left_heel_rotation", units=b"deg", base=0x83, scale=100, width=4, rows=5, values=None):
    """Records once a second with an array of rotation: 0, 1, 2... hundredths."""
    part = Part().app().describe(0, base, name, units, scale=scale)
    part.define(1, 20, [STAMP], own=[(0, width * len(pack(base, 0)), 0)])
    for row in range(rows):
        own = range(row * width, (row + 1) * width) if values is None else values[row]
        part.data(1, pack(0x86, T0 + row) + pack(base, *own))
    return part


# ---- rotation


def test_an_array_spreads_over_its_second(tmp_path):
    recording = read(tmp_path, heel_part())
    trace = recording.feet["left"]
    np.testing.assert_allclose(trace.time_s, np.arange(20) / 4)
    np.testing.assert_allclose(trace.heel_out_deg, np.arange(20) / 100)
    assert (trace.zero, trace.rate_hz, recording.start) == ("rider", 4.0, START)
    channel = info(recording, "left_heel_rotation")
    assert (channel.meaning, channel.unit, channel.samples, channel.rate_hz) == ("left_heel_rotation_deg", "deg", 20, 4)
    assert b"0123456789abcdef".hex() in channel.note


def test_padding_and_holes(tmp_path):
    none = 0x7FFF
    values = [[1, 2, 3, 4], [5, none, 7, 8], [none] * 4, [9, 10, none, none]]
    trace = read(tmp_path, heel_part(rows=4, values=values)).feet["left"]
    np.testing.assert_allclose(trace.time_s, [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 3, 3.25])
    np.testing.assert_allclose(trace.heel_out_deg * 100, [1, 2, 3, 4, 5, np.nan, 7, 8, 9, 10])


@pytest.mark.parametrize(
    ("name", "units", "factor", "side"),
    [
        (b"left_heel_rotation", b"deg", 1, "left"),
        (b"Heel Rotation Right", b"degrees", 1, "right"),
        (b"RightHeelAngle", b"\xc2\xb0", 1, "right"),
        (b"heel_out_l", b"rad", np.degrees(1), "left"),
        (b"right toe out (deg)", b"", -1, "right"),
        (b"left_heel_rotation_rad", b"", np.degrees(1), "left"),
    ],
)
def test_names_sides_signs_and_units(tmp_path, name, units, factor, side):
    part = heel_part(name, units, base=0x88, scale=0xFF, values=[[0.5, 0.4, 0.3, 0.2]] * 5)
    trace = read(tmp_path, part).feet[side]
    np.testing.assert_allclose(trace.heel_out_deg[:4], np.array([0.5, 0.4, 0.3, 0.2]) * factor, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "units", "note"),
    [(b"left_foot_rotation", b"deg", "which way is positive"), (b"left_heel_rotation", b"%", "unit")],
)
def test_unclear_fields_are_listed_and_left(tmp_path, name, units, note):
    recording = read(tmp_path, heel_part(name, units))
    assert not recording.feet
    assert note in info(recording, name.decode()).note
    asked = read(tmp_path, heel_part(name, units), columns={"right_heel_rotation_deg": name.decode()})
    np.testing.assert_allclose(asked.feet["right"].heel_out_deg, np.arange(20) / 100)


def test_a_unit_that_is_not_given_is_told(tmp_path):
    recording = read(tmp_path, heel_part(units=b""))
    assert "fit_unit_assumed" in codes(recording)
    assert "left" in recording.feet


def test_one_unnamed_foot_needs_a_side(tmp_path):
    part = heel_part(b"heel_rotation")
    recording = read(tmp_path, part)
    assert not recording.feet
    with pytest.raises(NoRotationError, match="--side"):
        require_usable(recording)
    assert list(read(tmp_path, part, side="right").feet) == ["right"]
    assert list(read(tmp_path, part, name="2024-left.fit").feet) == ["left"]


def test_two_fields_for_one_foot(tmp_path):
    part = Part().app().describe(0, 0x83, b"left_heel_rotation", b"deg", scale=100)
    part.describe(1, 0x83, b"left_heel_angle", b"deg", scale=10)
    part.define(1, 20, [STAMP], own=[(0, 2, 0), (1, 8, 0)])
    for row in range(6):
        part.data(1, pack(0x86, T0 + row) + pack(0x83, 100, 1, 2, 3, 4))
    recording = read(tmp_path, part)
    assert recording.feet["left"].heel_out_deg.size == 24
    assert "fit_several_fields" in codes(recording)
    asked = read(tmp_path, part, columns={"left_heel_rotation_deg": "left_heel_rotation"})
    assert asked.feet["left"].heel_out_deg.tolist() == [1.0] * 6
    assert "names another field" in info(asked, "left_heel_angle").note


def test_a_field_that_is_not_there(tmp_path):
    with pytest.raises(RecordingError, match="left_heel_rotation"):
        read(tmp_path, heel_part(), columns={"left_heel_rotation_deg": "left_heal_rotation"})
    with pytest.raises(UsageError, match="left_heel_rotation_deg"):
        read(tmp_path, heel_part(), columns={"left_heal_rotation_deg": "left_heel_rotation"})


@pytest.mark.parametrize("crank_width", [4, 8])
def test_crank_angle_is_the_right_pedals(tmp_path, crank_width):
    part = Part().app().describe(0, 0x83, b"left_heel_rotation", b"deg", scale=100)
    part.describe(1, 0x84, b"crank_angle", b"deg", scale=100)
    part.define(1, 20, [STAMP], own=[(0, 8, 0), (1, 2 * crank_width, 0)])
    for row in range(5):
        times = row + np.arange(crank_width) / crank_width
        crank = (np.round((500 * times) % 360, 2) * 100).astype(int).tolist()
        part.data(1, pack(0x86, T0 + row) + pack(0x83, 1, 2, 3, 4) + pack(0x84, *crank))
    trace = read(tmp_path, part).feet["left"]
    turn = (trace.crank_deg - 180 - 500 * trace.time_s + 180) % 360 - 180
    assert np.nanmax(np.abs(turn)) < 0.02
    assert trace.crank_source == "crank_angle"


def test_several_scalar_records_a_second(tmp_path):
    part = Part().app().describe(0, 0x83, b"left_heel_rotation", b"deg", scale=100)
    part.define(1, 20, [STAMP], own=[(0, 2, 0)])
    seconds = [0] * 3 + [1] * 10 + [2] * 10 + [3] * 10 + [4] * 4
    for place, second in enumerate(seconds):
        part.data(1, pack(0x86, T0 + second) + pack(0x83, place))
    trace = read(tmp_path, part).feet["left"]
    np.testing.assert_allclose(trace.time_s, np.arange(37) / 10, atol=1e-6)


def test_a_field_with_the_fraction_of_the_stamp(tmp_path):
    part = Part().app().describe(0, 0x83, b"left_heel_rotation", b"deg", scale=100)
    part.describe(1, 0x84, b"timestamp_ms", b"ms")
    part.define(1, 20, [STAMP], own=[(0, 2, 0), (1, 2, 0)])
    ms = np.sort(np.random.default_rng(1).choice(5000, 200, replace=False))
    for value in ms.tolist():
        part.data(1, pack(0x86, T0 + value // 1000) + pack(0x83, 7) + pack(0x84, value % 1000))
    trace = read(tmp_path, part).feet["left"]
    np.testing.assert_allclose(trace.time_s, (ms - ms[0]) / 1e3, atol=1e-6)


# ---- times


def test_a_rounded_clock_does_not_double_a_second():
    placed = place_messages(np.array([10.0, 11, 11, 13, 14, 15, 16, 16, 18]))
    np.testing.assert_allclose(placed.start_s, np.arange(10, 19))
    assert placed.rows.size == 9


def test_wild_stamps_are_dropped_alone():
    stamps = np.arange(100, 120.0)
    stamps[7], stamps[12] = 4e9, 3.0
    placed = place_messages(stamps)
    assert placed.rows.tolist() == [row for row in range(20) if row not in (7, 12)]
    assert placed.disordered.tolist() == [7, 12]


def test_pauses_stay_pauses():
    placed = place_messages(np.array([0.0, 1, 2, 60, 61]))
    times = array_times(placed.start_s, placed.interval_s, np.full(5, 2))
    np.testing.assert_allclose(times, [0, 0.5, 1, 1.5, 2, 2.5, 60, 60.5, 61, 61.5])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 2**32 - 2) | st.integers(0, 12) | st.none(), max_size=40))
def test_record_times_rise_whatever_the_stamps(stamps):
    placed = place_messages(np.array([np.nan if stamp is None else stamp for stamp in stamps], float))
    assert (np.diff(placed.start_s) > 0).all()
    assert (placed.interval_s > 0).all()
    parts = [placed.rows, placed.disordered, placed.repeated, placed.crowded]
    assert sorted(np.concatenate(parts)) == [row for row, stamp in enumerate(stamps) if stamp is not None]
    assert (np.diff(array_times(placed.start_s, placed.interval_s, np.full(placed.rows.size, 3))) > 0).all()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 20), max_size=9))
def test_longest_rise_is_longest(values):
    kept = longest_rise(np.array(values, float))
    picked = [values[place] for place in kept]
    assert picked == sorted(picked)
    best = [1] * len(values)
    for place, value in enumerate(values):
        best[place] = 1 + max((best[k] for k in range(place) if values[k] <= value), default=0)
    assert len(kept) == max(best, default=0)


def test_system_time_becomes_utc(tmp_path):
    part = Part().define(1, 20, [STAMP, (4, 1, 2)])
    for row in range(5):
        part.data(1, pack(0x86, 40 + row) + bytes([90]))
    part.define(2, 162, [STAMP, (1, 4, 0x86), (4, 2, 0x84), (5, 2, 0x84)])
    part.data(2, pack(0x86, T0, 90) + pack(0x84, 250, 0))
    recording = read(tmp_path, part)
    assert recording.start == START - timedelta(seconds=50 - 0.25)
    assert recording.companions["cadence_rpm"].time_s.tolist() == [0, 1, 2, 3, 4]


# ---- companions


def test_companions_and_laps(tmp_path):
    fields = [STAMP, (4, 1, 2), (53, 1, 2), (7, 2, 0x84), (30, 1, 2), (67, 1, 1), (69, 2, 2), (6, 2, 0x84), (3, 1, 2)]
    part = Part().define(1, 20, fields)
    for row in range(10):
        cells = pack(0x86, T0 + row) + bytes([90, 64]) + pack(0x84, 200 if row else 0xFFFF) + bytes([0x80 | 52, 0xFE])
        part.data(1, cells + bytes([0, 128]) + pack(0x84, 9500) + bytes([140]))
    part.define(2, 19, [STAMP, (2, 4, 0x86), (7, 4, 0x86)])
    part.data(2, pack(0x86, T0 + 4, T0, 4000)).data(2, pack(0x86, T0 + 20, T0 + 4, 0xFFFFFFFF))
    recording = read(tmp_path, part)
    first = {name: channel.values[0] for name, channel in recording.companions.items()}
    assert first == {
        "cadence_rpm": 90.5, "power_w": 200, "speed_m_s": 9.5, "heart_rate_bpm": 140, "left_platform_offset_mm": -2,
        "left_power_phase_start_deg": 0, "left_power_phase_end_deg": pytest.approx(180), "right_balance_percent": 52,
    }  # fmt: skip
    assert recording.companions["power_w"].time_s.tolist() == list(range(1, 10))
    assert [(lap.number, lap.start_s, lap.end_s) for lap in recording.laps] == [(1, 0, 4), (2, 4, 9)]
    assert info(recording, "power").meaning == "power_w"


def test_a_side_that_balance_does_not_name_is_not_guessed(tmp_path):
    part = Part().define(1, 20, [STAMP, (30, 1, 2)])
    for row in range(3):
        part.data(1, pack(0x86, T0 + row) + bytes([48]))
    assert "right_balance_percent" not in read(tmp_path, part).companions


# ---- sensors


def sensor_part(kind="float", rows=6, width=25, side=None, shift=0):
    """Gyroscope and accelerometer messages of one sensor; gyro x counts up, the accelerometer feels 1 g on z."""
    part = Part()
    own = None
    if side is not None:
        part.app().describe(9, 0x07, b"side")
        own = [(9, 6, 0)]
    offsets = pack(0x84, *[40 * k for k in range(width)])
    base = {"float": 0x88, "counts": 0x84, "compressed": 0x83}[kind]
    gyro_first = {"float": 5, "counts": 2, "compressed": 5}[kind]
    accel_first = {"float": 5, "counts": 2, "compressed": 8}[kind]
    gyro_base = 0x88 if kind == "compressed" else base
    for local, number, first, own_base in ((2, 164, gyro_first, gyro_base), (3, 165, accel_first, base)):
        size = width * len(pack(own_base, 0))
        fields = [STAMP, (0, 2, 0x84), (1, 2 * width, 0x84), *((first + axis, size, own_base) for axis in range(3))]
        part.define(local, number, fields, own=own)
    tail = side.ljust(6, b"\0") if side is not None else b""
    for row in range(rows):
        head = pack(0x86, T0 + row) + pack(0x84, 100 + shift) + offsets
        ramp = [row * width + k for k in range(width)]
        zero, one = [0] * width, {"float": [1.0] * width, "counts": [2048] * width, "compressed": [1000] * width}[kind]
        if kind == "counts":
            ramp, zero, one = ([32768 + value for value in cells] for cells in (ramp, zero, one))
        gyro = pack(gyro_base, *ramp) + pack(gyro_base, *zero) * 2
        accel = pack(base, *zero) * 2 + pack(base, *one)
        part.data(2, head + gyro + tail).data(3, head + accel + tail)
    return part


def calibration(sensor, factor, divisor, offset=(0, 0, 0), matrix=(1, 0, 0, 0, 1, 0, 0, 0, 1)):
    part = Part()
    part.define(4, 167, [STAMP, (0, 1, 0), (1, 4, 0x86), (2, 4, 0x86), (3, 4, 0x86), (4, 12, 0x85), (5, 36, 0x85)])
    cells = pack(0x86, T0) + bytes([sensor]) + pack(0x86, factor, divisor, 32768)
    return part.data(4, cells + pack(0x85, *offset) + pack(0x85, *(65535 * item for item in matrix))).body


@pytest.mark.parametrize("kind", ["float", "compressed"])
def test_calibrated_sensor_messages(tmp_path, kind):
    recording = read(tmp_path, sensor_part(kind), side="left")
    sensor = recording.sensors["left"]
    np.testing.assert_allclose(sensor.gyr_deg_s[:, 0], np.arange(150))
    np.testing.assert_allclose(sensor.acc_m_s2[:, 2], 9.80665, rtol=1e-6)
    np.testing.assert_allclose(sensor.gyr_time_s, np.arange(150) * 0.04, atol=1e-9)
    assert recording.start.microsecond == 100_000
    assert info(recording, "gyroscope").meaning == "left_gyr_deg_s"


def test_counts_take_the_latest_calibration_before_them(tmp_path):
    part = sensor_part("counts", rows=4)
    begins = part.starts[0] - part.header
    middle = part.starts[4] - part.header  # before the third message of each kind
    swap = (0, 1, 0, 1, 0, 0, 0, 0, 1)
    part.body = (
        part.body[:begins]
        + calibration(1, 5, 10)
        + calibration(0, 1, 2048)
        + calibration(2, 1, 1)
        + part.body[begins:middle]
        + calibration(1, 5, 10, offset=(100, 0, 0), matrix=swap)
        + part.body[middle:]
    )
    sensor = read(tmp_path, part, side="right").sensors["right"]
    np.testing.assert_allclose(sensor.gyr_deg_s[:50, 0], np.arange(50) / 2)
    np.testing.assert_allclose(sensor.gyr_deg_s[50:, 1], (np.arange(50, 100) - 100) / 2)
    np.testing.assert_allclose(sensor.acc_m_s2[:, 2], 9.80665)


def test_counts_without_calibration_are_left_out(tmp_path):
    recording = read(tmp_path, sensor_part("counts"), side="right")
    assert not recording.sensors
    assert codes(recording).count("fit_sensor_uncalibrated") == 2


def test_a_sensor_without_a_side(tmp_path):
    recording = read(tmp_path, sensor_part())
    assert not recording.sensors
    assert "sensor_side_needed" in codes(recording)
    with pytest.raises(NoRotationError, match="--side"):
        require_usable(recording)
    assert list(read(tmp_path, sensor_part(), name="right shoe.fit").sensors) == ["right"]
    assert list(read(tmp_path, sensor_part(side=b"left"), name="right.fit").sensors) == ["left"]


def test_two_sensors_in_one_file(tmp_path):
    left, right = sensor_part(side=b"left"), sensor_part("compressed", side=b"right", shift=7)
    body = left.body + right.body
    part = Part()
    part.body = body
    sensors = read(tmp_path, part).sensors
    assert sorted(sensors) == ["left", "right"]
    assert sensors["left"].clock == sensors["right"].clock
    assert sensors["right"].gyr_time_s[0] - sensors["left"].gyr_time_s[0] == pytest.approx(0.007)
    part.body = body.replace(b"left\0\0", b"one\0\0\0").replace(b"right\0", b"two\0\0\0")
    unnamed = read(tmp_path, part, side="left")
    assert not unnamed.sensors
    assert "fit_sensors_unnamed" in codes(unnamed)
    with pytest.raises(NoRotationError, match="does not say on which shoe each sat"):
        require_usable(unnamed)


def test_high_rate_messages(tmp_path):
    part = Part()
    for local, number in ((2, 376), (3, 302)):
        fields = [STAMP, (0, 2, 0x84), (1, 2, 0x84), *((2 + axis, 20, 0x83) for axis in range(3))]
        part.define(local, number, fields)
    for row in range(3):
        head = pack(0x86, T0 + row) + pack(0x84, 0)
        part.data(2, head + pack(0x84, 1311) + pack(0x83, *[2857] * 10) + pack(0x83, *[0] * 20))
        part.data(3, head + pack(0x84, 40) + pack(0x83, *[0] * 20) + pack(0x83, *[1024] * 10))
    sensor = read(tmp_path, part, side="left").sensors["left"]
    np.testing.assert_allclose(sensor.gyr_deg_s[:, 0], 2857 / 28.57143)
    np.testing.assert_allclose(sensor.acc_m_s2[:, 2], 9.80665, rtol=1e-6)
    np.testing.assert_allclose(sensor.gyr_time_s[:10], np.arange(10) * 1311 / 32768, atol=1e-6)
    np.testing.assert_allclose(sensor.acc_time_s[:10], np.arange(10) * 0.04, atol=1e-6)


# ---- real files


@needs_real
def test_an_action_camera():
    recording = read_recording(REAL / "garmin-virb-ultra-30.fit", ReadOptions(side="right"))
    sensor = recording.sensors["right"]
    assert sensor.gyr_deg_s.shape == sensor.acc_m_s2.shape == (20_760, 3)
    gravity = np.linalg.norm(sensor.acc_m_s2, axis=1).mean() / 9.80665
    assert gravity == pytest.approx(1.02, abs=0.01)
    # system 69.109 s is 2017-06-28 02:34:13 UTC; the first record is at system 2 s
    expected = datetime(2017, 6, 28, 2, 34, 13, tzinfo=UTC).timestamp() - 69.109 + 2
    assert recording.start.timestamp() == pytest.approx(expected, abs=1e-3)
    assert sensor.gyr_time_s[0] == pytest.approx(1.018, abs=1e-6)
    assert recording.findings == ()


@needs_real
@pytest.mark.parametrize("name", sorted(path.name for path in REAL.glob("*.fit")) if REAL else [])
def test_no_real_file_holds_rotation_and_each_says_what_it_holds(name):
    recording = read_recording(REAL / name)
    assert not recording.feet
    assert not recording.sensors
    with pytest.raises(NoRotationError) as raised:
        require_usable(recording)
    if "virb" not in name:
        assert "no foot rotation" in str(raised.value)
        assert recording.channels[0].name in str(raised.value)


@needs_real
def test_damaged_real_files():
    kept = {"activity-filecrc": 0, "activity-unexpected-eof": 20, "activity-settings-corruptheader": 83}
    for name, lost in kept.items():
        recording = read_recording(REAL / f"{name}.fit")
        damage = [item for item in recording.findings if item.code == "fit_damaged"]
        assert [item.values["lost_bytes"] for item in damage] == [lost]
        assert recording.companions["speed_m_s"].values.size > 5
        with pytest.raises(RecordingError):
            read_recording(REAL / f"{name}.fit", ReadOptions(strict=True))


@pytest.mark.parametrize(
    "name", ["power", "Form Power", "leg_spring", "left_right_balance", "", "left right heel angle"]
)
def test_other_names_are_no_channel(name):
    assert field_meaning(name, "deg") is None
