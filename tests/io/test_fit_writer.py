"""Written FIT files: read back as they were, by this package and by others."""

import tracemalloc
from datetime import UTC, datetime

import numpy as np
import pytest
from helpers.fit_bytes import crc
from hypothesis import given, settings
from hypothesis import strategies as st

from bikefit.errors import OutputError, RecordingError
from bikefit.io.fit.decoder import decode_fit
from bikefit.io.fit.reader import read_fit
from bikefit.io.fit.writer import write_fit
from bikefit.io.options import ReadOptions
from bikefit.model import Channel, FootTrace, Lap, Recording, ShoeSensor


def ride(rate=100.0, seconds=12.37, sensors=True, start=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)):
    time_s = np.arange(0, seconds, 1 / rate)
    crank = (540 * time_s) % 360
    rng = np.random.default_rng(4)
    feet = {}
    for side, turn in (("left", 180.0), ("right", 0.0)):
        angle = 3 + 2 * np.sin(np.radians(crank + turn))
        angle[200:205] = np.nan
        feet[side] = FootTrace(
            side,
            time_s,
            angle,
            "rider",
            crank_deg=crank + turn,
            crank_source="crank_angle",
            pitch_deg=10 * np.sin(np.radians(crank)),
        )
    own = {
        side: ShoeSensor(
            side, time_s, rng.normal(0, 99, (time_s.size, 3)), time_s + 0.003, rng.normal(0, 9, (time_s.size, 3))
        )
        for side in feet
    }
    second = np.arange(12.0)
    companions = {"power_w": Channel(second, 200 + second), "cadence_rpm": Channel(second, np.full(12, 90.0))}
    laps = (Lap(1, 0, 5), Lap(2, 5, 12))
    return Recording(
        "ride",
        "simulated",
        "",
        start,
        0.0,
        seconds,
        feet=feet,
        sensors=own if sensors else {},
        companions=companions,
        laps=laps,
    )


def back(recording, tmp_path):
    path = tmp_path / "ride.fit"
    write_fit(recording, path)
    return read_fit(path, ReadOptions())


def test_what_is_written_is_read(tmp_path):
    before = ride()
    after = back(before, tmp_path)
    assert after.findings == ()
    assert (after.start, after.laps) == (before.start, before.laps)
    for side, trace in before.feet.items():
        own = after.feet[side]
        np.testing.assert_allclose(own.time_s, trace.time_s, atol=1e-9)
        np.testing.assert_allclose(own.heel_out_deg, trace.heel_out_deg, atol=0.00501)
        np.testing.assert_allclose(own.pitch_deg, trace.pitch_deg, atol=0.00501)
        assert np.abs((own.crank_deg - trace.crank_deg + 180) % 360 - 180).max() < 0.00501
        sensor, read = before.sensors[side], after.sensors[side]
        np.testing.assert_allclose(read.gyr_time_s, sensor.gyr_time_s, atol=1e-9)
        np.testing.assert_allclose(read.acc_time_s, sensor.acc_time_s, atol=1e-9)
        np.testing.assert_allclose(read.gyr_deg_s, sensor.gyr_deg_s, rtol=1e-6)
        np.testing.assert_allclose(read.acc_m_s2, sensor.acc_m_s2, rtol=1e-6)
    assert after.companions["power_w"].values.tolist() == before.companions["power_w"].values.tolist()


def test_the_layout_that_is_promised(tmp_path):
    write_fit(ride(), tmp_path / "ride.fit")
    record = decode_fit(tmp_path / "ride.fit")["record"]
    for name, base in (("left_heel_rotation", "sint16"), ("right_heel_rotation", "sint16"), ("crank_angle", "uint16")):
        column = record[name]
        assert (column.base.name, column.spec.unit, column.spec.scale, column.raw.shape) == (
            base,
            "deg",
            100,
            (13, 100),
        )
    last = record["left_heel_rotation"]
    assert last.valid[-1].sum() == 37
    assert (last.raw[-1, 37:] == 0x7FFF).all()
    assert record["crank_angle"].raw[record["crank_angle"].valid].max() <= 35_999
    assert np.diff(record["timestamp"].values).tolist() == [1.0] * 12


def test_sensor_messages_hold_25_samples(tmp_path):
    write_fit(ride(sensors=True), tmp_path / "ride.fit")
    gyro = decode_fit(tmp_path / "ride.fit")["gyroscope_data"]
    assert gyro["calibrated_gyro_x"].raw.shape[1] == 25
    assert set(gyro["side"].values) == {"left", "right"}


def test_checksums_and_other_readers(tmp_path):
    import fitparse

    path = tmp_path / "ride.fit"
    write_fit(ride(), path)
    content = path.read_bytes()
    assert crc(content) == 0
    assert crc(content[:14]) == 0
    messages = list(fitparse.FitFile(str(path), check_crc=True).get_messages())
    assert messages[0].name == "file_id"
    records = [message for message in messages if message.name == "record"]
    assert records[1].get_raw_value("left_heel_rotation")[:3] == (
        *(round(100 * (3 + 2 * np.sin(np.radians(180 + 540 * (1 + k / 100))))) for k in range(3)),
    )
    assert {"session", "lap", "activity", "event"} <= {message.name for message in messages}


def test_an_independent_reader_agrees(tmp_path):
    fit_file = pytest.importorskip("fit_tool.fit_file")
    write_fit(ride(), tmp_path / "ride.fit")
    parsed = fit_file.FitFile.from_file(str(tmp_path / "ride.fit"))
    names = [record.message.name for record in parsed.records if not record.is_definition]
    assert names.count("record") == 13
    assert names.count("gyroscope_data") == names.count("accelerometer_data") == 100


@settings(max_examples=40, deadline=None)
@given(st.floats(5, 300), st.floats(2.5, 9.0), st.floats(0, 0.9))
def test_any_rate_keeps_the_shape(tmp_path_factory, rate, seconds, first):
    time_s = first + np.arange(0, seconds, 1 / rate)
    angle = 3 * np.sin(2 * np.pi * 0.2 * time_s)
    trace = FootTrace("left", time_s, angle, "rider")
    path = tmp_path_factory.getbasetemp() / "rate.fit"
    write_fit(Recording("x", "simulated", "", None, 0.0, seconds, feet={"left": trace}), path)
    own = read_fit(path, ReadOptions()).feet["left"]
    expected = 3 * np.sin(2 * np.pi * 0.2 * own.time_s)
    np.testing.assert_allclose(own.heel_out_deg, expected, atol=0.006 + 0.2 / rate)


def test_what_has_no_place_is_refused(tmp_path):
    with pytest.raises(RecordingError):
        write_fit(Recording("x", "csv", "", None, 0.0, 1.0), tmp_path / "x.fit")
    with pytest.raises(OutputError):
        write_fit(ride(), tmp_path / "no folder" / "x.fit")


def test_memory_of_an_ordinary_file(tmp_path):
    path = tmp_path / "long.fit"
    write_fit(ride(seconds=180.0), path)
    decode_fit(path)
    tracemalloc.start()
    data = decode_fit(path)
    columns = [column.values for messages in data.values() for column in messages.values()]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(columns) > 20
    assert peak < 10 * path.stat().st_size
