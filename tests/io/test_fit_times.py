"""Times of FIT rides: every sample that is read is the truth at its time, however the device wrote its records."""

from itertools import pairwise

import numpy as np
import pytest
from helpers.fit_bytes import STAMP, T0, Part, pack
from helpers.fit_rides import Record, assert_true_times, ride_bytes, spread, truth
from hypothesis import given, settings
from hypothesis import strategies as st

from bikefit.io.fit.placing import place_messages
from bikefit.io.fit.reader import read_fit
from bikefit.io.fit.span import ride_span
from bikefit.io.fit.times import from_zero
from bikefit.io.options import ReadOptions

FEET = ("left_heel_rotation", "right_heel_rotation")
ALL = (*FEET, "crank_angle")
RIDE = {"power": 200, "cadence": 90}


def read(tmp_path, part, **options):
    path = tmp_path / "ride.fit"
    path.write_bytes(part.bytes() if isinstance(part, Part) else part)
    return read_fit(path, ReadOptions(**options))


def codes(recording):
    return [item.code for item in recording.findings]


def second(stamp, names=ALL, n=25, lasts_s=1.0, values=RIDE):
    return Record(stamp, {name: spread(stamp, lasts_s, n) for name in names}, dict(values))


def gps(stamp):
    return Record(stamp, {}, {"position_lat": 12345})


# ---- records of one stamp


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("first", [True, False])
def test_a_gps_record_of_the_same_stamp_ends_no_array(tmp_path, first, big):
    pairs = [(gps(s), second(s)) if first else (second(s), gps(s)) for s in range(60)]
    recording = read(tmp_path, ride_bytes([record for pair in pairs for record in pair], big=big))
    assert_true_times(recording, coverage=1500)
    assert codes(recording) == []


def test_left_then_right_then_the_crank(tmp_path):
    records = [second(s, (name,), values={}) for s in range(60) for name in ALL]
    assert_true_times(read(tmp_path, ride_bytes(records)), coverage=1500)


def test_gps_records_now_and_then_in_any_order(tmp_path):
    rng = np.random.default_rng(3)
    records = []
    for s in range(120):
        now = [second(s), *[gps(s) for _ in range(rng.integers(0, 4))]]
        records += [now[k] for k in rng.permutation(len(now))]
    recording = read(tmp_path, ride_bytes(records))
    assert_true_times(recording, coverage=3000)
    assert recording.companions["power_w"].values.size == 120


def test_records_of_one_definition_that_take_turns(tmp_path):
    # a device with one definition for all leaves the other fields invalid
    records = []
    for s in range(60):
        other = second(s)
        other.filled, other.values = False, {"power": 0xFFFF, "cadence": 0xFF}
        records += [second(s), other] if s % 3 else [other, second(s)]
    recording = read(tmp_path, ride_bytes(records))
    assert_true_times(recording, coverage=1500)
    assert recording.companions["power_w"].time_s.tolist() == list(range(60))


@pytest.mark.parametrize("n", [(20, 50, 127), (50, 20, 25)])
def test_fields_of_different_rates(tmp_path, n):
    records = [Record(s, {name: spread(s, 1.0, k) for name, k in zip(ALL, n, strict=True)}) for s in range(60)]
    recording = read(tmp_path, ride_bytes(records))
    assert_true_times(recording)
    assert [trace.time_s.size for trace in recording.feet.values()] == [60 * n[0], 60 * n[1]]


@pytest.mark.parametrize("several", [2, 4])
def test_several_arrays_a_second(tmp_path, several):
    records = []
    for s in range(60):
        for k in range(several):
            part_of = Record(s, {name: spread(s + k / several, 1 / several, 20) for name in ALL})
            records += [part_of, gps(s)] if k == 1 else [part_of]
    assert_true_times(read(tmp_path, ride_bytes(records)), coverage=60 * several * 20)


def test_scalars_ten_times_a_second_with_gps_between_and_some_missing(tmp_path):
    rng = np.random.default_rng(5)
    records = []
    for place in range(600):
        one = Record(place // 10, {name: np.array([place / 10]) for name in ALL}, {"power": 200})
        one.filled = bool(rng.random() > 0.1)
        records += [one, gps(place // 10)] if place % 10 == 4 else [one]
    recording = read(tmp_path, ride_bytes(records))
    for side, trace in recording.feet.items():
        known = np.isfinite(trace.heel_out_deg)
        true = truth(f"{side}_heel_rotation", trace.time_s[known])
        np.testing.assert_allclose(trace.heel_out_deg[known], true, atol=0.02)
        assert np.count_nonzero(known) > 500


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 12), st.integers(0, 10), st.integers(0, 11), st.integers(5, 20))
def test_a_recorder_of_any_steady_rate(rate, first, last, seconds):
    moments = np.arange(first % rate, rate * seconds - last % rate) / rate
    placed = place_messages(np.floor(moments + 1e-9))
    assert placed.rows.size == moments.size
    np.testing.assert_allclose(placed.start_s - placed.start_s[0], moments - moments[0], atol=1e-6)


def test_a_recorder_a_little_faster_than_its_clock(tmp_path):
    moments = np.arange(200) * 0.93
    records = [Record(int(m), {name: spread(m, 0.93) for name in ALL}) for m in moments]
    recording = read(tmp_path, ride_bytes(records))
    assert recording.feet["left"].time_s.size == 5000
    starts = recording.feet["left"].time_s[::25]
    np.testing.assert_allclose(starts, moments, atol=0.15)
    np.testing.assert_allclose(np.diff(starts), 0.93, atol=0.002)


# ---- repeated stamps


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, 79), max_size=40), st.sampled_from(["lap", "same", "fields"]))
def test_a_repeated_stamp_moves_only_itself(tmp_path_factory, at, kind):
    records = []
    for s in range(80):
        records.append(second(s))
        if s in at:
            extra = {"lap": Record(s, {}, {"heart_rate": 130}), "same": second(s), "fields": Record(s, {}, RIDE)}
            records.append(extra[kind])
    recording = read(tmp_path_factory.getbasetemp(), ride_bytes(records))
    assert_true_times(recording)
    assert recording.feet["left"].time_s.size == 2000
    if kind == "lap":
        assert codes(recording) == []
    elif len(at) > 1 and min(b - a for a, b in pairwise(sorted(at))) > 9:
        assert codes(recording) == ["fit_stamps_repeated"]
        assert recording.companions["power_w"].values.size == 80


def test_a_repeat_in_smart_recording_costs_itself(tmp_path):
    rng = np.random.default_rng(2)
    stamps = np.cumsum(rng.integers(1, 9, 200)).tolist()
    stamps.insert(100, stamps[100])
    recording = read(tmp_path, ride_bytes([Record(stamp, {}, RIDE) for stamp in stamps]))
    assert recording.companions["power_w"].values.size == 200
    assert np.diff(recording.companions["power_w"].time_s).tolist() == np.diff(np.unique(stamps)).tolist()


def test_a_repeat_beside_a_missing_second_takes_its_place():
    for stamps, starts in (
        ([7, 8, 9, 10, 10, 12, 13, 14], [7, 8, 9, 10, 11, 12, 13, 14]),
        ([7, 8, 9, 11, 11, 12, 13, 14], [7, 8, 9, 10, 11, 12, 13, 14]),
        ([7, 8, 9, 10, 10, 11, 12, 13], [7, 8, 9, 10, 11, 12, 13]),
        ([7, 8, 9, 10, 10, 10, 11, 12], [7, 8, 9, 10, 11, 12]),
    ):
        assert place_messages(np.array(stamps, float)).start_s.tolist() == starts


# ---- how long an array lasts


def gaps(rng, count=200):
    return np.cumsum(np.append(0, rng.integers(1, 9, count))).astype(float)


@pytest.mark.parametrize("names", [ALL, FEET])
def test_arrays_that_stretch_over_smart_recording(tmp_path, names):
    stamps = gaps(np.random.default_rng(1))
    records = [Record(s, {name: spread(s, after - s, 120) for name in names}, RIDE) for s, after in pairwise(stamps)]
    recording = read(tmp_path, ride_bytes(records))
    assert_true_times(recording)
    assert recording.feet["left"].time_s.size == 199 * 120  # nothing follows the last one


@pytest.mark.parametrize("names", [ALL, FEET])
def test_arrays_of_one_second_in_smart_recording(tmp_path, names):
    stamps = gaps(np.random.default_rng(1))
    recording = read(tmp_path, ride_bytes([second(s, names, n=50) for s in stamps]))
    assert_true_times(recording, coverage=201 * 50)


def test_arrays_as_long_as_their_time(tmp_path):
    stamps = np.cumsum(np.append(0, np.random.default_rng(1).integers(1, 5, 200))).astype(float)
    records = [
        Record(s, {name: spread(s, after - s, int(25 * (after - s))) for name in FEET}, RIDE)
        for s, after in pairwise(stamps)
    ]
    recording = read(tmp_path, ride_bytes(records))
    assert_true_times(recording)
    assert recording.feet["left"].time_s.size > 0.95 * 25 * stamps[-1]


def test_arrays_whose_time_nothing_tells_are_not_read(tmp_path):
    part = Part().app().describe(0, 0x83, b"left_heel_rotation", b"deg", scale=100)
    part.define(1, 20, [STAMP, (7, 2, 0x84)], own=[(0, 20, 0)])
    rng = np.random.default_rng(4)
    for stamp in gaps(rng, 60).astype(int).tolist():
        part.data(1, pack(0x86, T0 + stamp) + pack(0x84, 200) + pack(0x83, *rng.integers(-500, 500, 10).tolist()))
    recording = read(tmp_path, part)
    assert not recording.feet
    assert codes(recording) == ["fit_array_time_unknown"]
    assert recording.companions["power_w"].values.size == 61


@settings(max_examples=15, deadline=None)
@given(st.sets(st.integers(1, 98), max_size=30))
def test_lost_records_are_holes(tmp_path_factory, lost):
    records = [second(s) for s in range(100) if s not in lost]
    recording = read(tmp_path_factory.getbasetemp(), ride_bytes(records))
    assert_true_times(recording, coverage=25 * (100 - len(lost)))
    assert codes(recording) == []


def test_pauses_and_every_other_second(tmp_path):
    stamps = [*range(0, 60, 2), *range(200, 260, 2)]
    recording = read(tmp_path, ride_bytes([second(s, lasts_s=2.0, n=50) for s in stamps]))
    assert_true_times(recording, coverage=60 * 50)


# ---- parts of a second, wild stamps, clocks


def test_parts_of_a_second_beside_whole_seconds(tmp_path):
    part = Part().app().describe(0, 0x83, b"left_heel_rotation", b"deg", scale=100)
    part.describe(1, 0x84, b"timestamp_ms", b"ms")
    part.define(1, 20, [STAMP], own=[(0, 40, 0), (1, 2, 0)]).define(2, 20, [STAMP, (0, 4, 0x85)])
    for s in range(60):
        stored = np.round(100 * truth("left_heel_rotation", spread(s + 0.37, n=20))).astype(int).tolist()
        part.data(1, pack(0x86, T0 + s) + pack(0x83, *stored) + pack(0x84, 370)).data(2, pack(0x86, T0 + s) + bytes(4))
    recording = read(tmp_path, part)
    assert_true_times(recording, coverage=1200, from_s=0.37 - recording.feet["left"].time_s[0])


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("big", [False, True])
def test_compressed_headers(tmp_path, compressed, big):
    recording = read(tmp_path, ride_bytes([second(s) for s in range(100)], big=big, compressed=compressed))
    assert_true_times(recording, coverage=2500)


WILD = [0, 1, 7 * 86400, 2**31, 2**32 - 300 - T0, -T0 + 5, -400 * 86400]


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(st.sampled_from([0, 1, 2, 30, 31, 59, 98, 99]), st.sampled_from(WILD[2:]), max_size=4),
    st.booleans(),
)
def test_wild_stamps_anywhere(tmp_path_factory, wild, split):
    records = []
    for s in range(100):
        here = [second(s), gps(s)] if split else [second(s)]
        for record in here:
            record.stamp += wild.get(s, 0)
        records += here
    recording = read(tmp_path_factory.getbasetemp(), ride_bytes(records))
    first = min(s for s in range(100) if s not in wild)
    assert_true_times(recording, coverage=25 * (100 - len(wild)), from_s=first)
    assert recording.to_s <= 100
    assert (recording.start.timestamp() - 631065600 - T0) == first
    assert bool(wild) == bool({"fit_stamps_far", "fit_before_clock_set"} & set(codes(recording)))


@pytest.mark.parametrize("before_s", [T0 - 40, 20 * 365 * 86400, 2 * 86400, 3 * 3600])
@pytest.mark.parametrize("early", [1, 5, 40])
def test_a_clock_that_was_set_late(tmp_path, early, before_s):
    records = [second(s) for s in range(900)]
    for record in records[:early]:
        record.stamp -= before_s
    recording = read(tmp_path, ride_bytes(records))
    assert_true_times(recording, coverage=25 * (900 - early), from_s=early)
    assert codes(recording) == ["fit_before_clock_set"]
    assert recording.findings[0].values["count"] == early


def test_a_clock_that_was_set_back(tmp_path):
    records = [second(s) for s in range(200)]
    for record in records[:20]:
        record.stamp += 3600
    recording = read(tmp_path, ride_bytes(records))
    assert_true_times(recording, coverage=25 * 180, from_s=20)


def test_pauses_of_hours_are_no_wild_stamps():
    stamps = np.concatenate([np.arange(600.0), 5 * 3600 + np.arange(2000.0), 20 * 3600 + np.arange(300.0)])
    span = ride_span({"record": stamps})
    assert (span.from_s, span.to_s) == (0.0, 20 * 3600 + 299)


def test_sensors_and_records_agree_on_the_ride(tmp_path):
    part = Part().define(1, 20, [STAMP, (4, 1, 2)])
    width = 5
    for local, number in ((2, 164), (3, 165)):
        axes = [(5 + axis, 4 * width, 0x88) for axis in range(3)]
        part.define(local, number, [STAMP, (0, 2, 0x84), (1, 2 * width, 0x84), *axes])
    offsets = pack(0x84, *[200 * k for k in range(width)])
    for s in range(50):
        stamp = {3: 5, 20: 2**32 - 5, 49: T0 + 10**9}.get(s, T0 + s)
        part.data(1, pack(0x86, T0 + s if s else 77) + bytes([90]))
        for local in (2, 3):
            part.data(local, pack(0x86, stamp) + pack(0x84, 0) + offsets + pack(0x88, *[float(s)] * 15))
    recording = read(tmp_path, part, side="left")
    sensor = recording.sensors["left"]
    assert sensor.gyr_time_s.size == sensor.acc_time_s.size == 47 * width
    np.testing.assert_allclose(np.floor(sensor.gyr_time_s + 1e-6), sensor.gyr_deg_s[:, 0])
    assert recording.to_s < 51
    assert sorted(codes(recording)) == ["fit_before_clock_set"] + ["fit_stamps_far"] * 2


def test_sensor_messages_that_share_a_stamp(tmp_path):
    part, width = Part(), 25
    for local, number in ((2, 164), (3, 165)):
        part.define(local, number, [STAMP, *((5 + axis, 4 * width, 0x88) for axis in range(3))])
    for quarter in range(200):
        samples = pack(0x88, *[quarter / 4 + k / 100 for k in range(width)] * 3)
        for local in (2, 3):
            part.data(local, pack(0x86, T0 + quarter // 4) + samples)
    sensor = read(tmp_path, part, side="left").sensors["left"]
    np.testing.assert_allclose(sensor.gyr_deg_s[:, 0], sensor.gyr_time_s, atol=1e-4)
    assert sensor.gyr_time_s.size == 5000


def test_an_apps_own_time_that_starts_anew(tmp_path):
    part = Part().app().describe(0, 0x83, b"left_heel_rotation", b"deg", scale=100).describe(1, 0x86, b"clock", b"ms")
    part.define(1, 20, [STAMP], own=[(0, 2, 0), (1, 4, 0)])
    midnight = 86_400_000
    for place in range(400):
        ms = (midnight - 9_050 + 50 * place) % midnight
        stored = int(np.round(100 * truth("left_heel_rotation", place / 20)))
        part.data(1, pack(0x86, T0 + place // 20) + pack(0x83, stored) + pack(0x86, ms))
    recording = read(tmp_path, part, columns={"time_ms": "clock"})
    assert_true_times(recording, coverage=400)


# ---- values


def test_several_values_where_one_is_meant(tmp_path):
    part = Part().define(1, 20, [STAMP, (7, 4, 0x84), (4, 3, 2), (30, 2, 2), (7 + 60, 3, 1)])
    for s in range(20):
        part.data(
            1, pack(0x86, T0 + s) + pack(0x84, 200 + s, 0xFFFF) + bytes([90, 1, 2, 0x80 | 52, 9]) + bytes([2, 3, 4])
        )
    recording = read(tmp_path, part)
    assert recording.companions["power_w"].values.tolist() == [200 + s for s in range(20)]
    assert recording.companions["cadence_rpm"].values.tolist() == [90] * 20
    assert recording.companions["right_balance_percent"].values.tolist() == [52] * 20
    told = [item for item in recording.findings if item.code == "fit_first_of_several"]
    assert len(told) == 1
    assert "power" in str(told[0])


@pytest.mark.parametrize("factor", [1.0, 1000.0])
def test_acceleration_in_milli_g_is_told_by_its_size(tmp_path, factor):
    part, width = Part(), 5
    for local, number in ((2, 164), (3, 165)):
        part.define(local, number, [STAMP, *((5 + axis, 4 * width, 0x88) for axis in range(3))])
    for s in range(30):
        part.data(2, pack(0x86, T0 + s) + pack(0x88, *[1.0] * 3 * width))
        part.data(3, pack(0x86, T0 + s) + pack(0x88, *[0.6 * factor] * width, *[0.0] * width, *[0.8 * factor] * width))
    recording = read(tmp_path, part, side="right")
    size = np.linalg.norm(recording.sensors["right"].acc_m_s2, axis=1)
    np.testing.assert_allclose(size, 9.80665, rtol=1e-5)
    assert codes(recording) == ([] if factor == 1.0 else ["fit_milli_g"])


def test_a_calibration_that_divides_by_nothing(tmp_path):
    part = Part().define(
        4, 167, [STAMP, (0, 1, 0), (1, 4, 0x86), (2, 4, 0x86), (3, 4, 0x86), (4, 12, 0x85), (5, 36, 0x85)]
    )
    for sensor, factor, divisor in ((0, 0, 0), (1, 5, 0)):
        cells = pack(0x86, T0) + bytes([sensor]) + pack(0x86, factor, divisor, 0)
        part.data(4, cells + pack(0x85, *[0] * 3, *[65535, 0, 0, 0, 65535, 0, 0, 0, 65535]))
    for local, number in ((2, 164), (3, 165)):
        part.define(local, number, [STAMP, *((2 + axis, 10, 0x84) for axis in range(3))])
        for s in range(5):
            part.data(local, pack(0x86, T0 + s) + pack(0x84, *range(15)))
    recording = read(tmp_path, part, side="left")
    assert not recording.sensors
    assert codes(recording) == ["fit_sensor_uncalibrated"] * 2


def test_samples_closer_than_a_microsecond_do_not_share_a_time():
    times = np.array([100.0, 100.0 + 2e-7, 100.0 + 4e-7, 100.5, 100.5 + 1e-6])
    own_s, rows = from_zero(times, 100.0)
    values = np.arange(5.0)[rows]
    assert own_s.tolist() == [0.0, 0.5, 0.500001]
    assert values.tolist() == [0.0, 3.0, 4.0]
    whole, rows = from_zero(np.array([7.0, 8.5]), 7.0)
    assert (whole.tolist(), np.zeros((3, 2))[:, rows].shape) == ([0.0, 1.5], (3, 2))
    empty, rows = from_zero(np.zeros(0), 0.0)
    assert (empty.size, np.zeros((3, 0))[:, rows].shape) == (0, (3, 0))


def test_a_sensors_repeated_stamp_that_has_no_room_is_told(tmp_path):
    part = Part().define(0, 0, [(0, 1, 0), (4, 4, 0x86)]).data(0, bytes([4]) + pack(0x86, T0))
    part.define(1, 164, [STAMP, (5, 40, 0x88), (6, 40, 0x88), (7, 40, 0x88)])
    for number in range(60):
        stamp = T0 + number - (number in (30, 31))  # two late by a second: room for one
        part.data(1, pack(0x86, stamp) + pack(0x88, *[float(number)] * 30))
    recording = read(tmp_path, part, side="right")
    told = {item.code: item.values for item in recording.findings if item.code.startswith("fit_stamps")}
    assert told == {"fit_stamps_repeated": {"count": 1, "kind": "gyroscope"}}
    assert recording.sensors["right"].gyr_time_s.size == 10 * 59
