"""FIT files with bytes missing, too many or changed in the middle: only messages near the break are lost."""

import numpy as np
import pytest
from helpers.fit_bytes import STAMP, T0, Part, pack
from helpers.fit_rides import Record, assert_true_times, ride_bytes, spread, truth
from hypothesis import given, settings
from hypothesis import strategies as st

from bikefit.io.fit.decoder import decode_bytes
from bikefit.io.fit.reader import read_fit
from bikefit.io.options import ReadOptions

ALL = ("left_heel_rotation", "right_heel_rotation", "crank_angle")
SECONDS = 200


def ride(kind):
    """Return a ride's bytes and where its messages begin."""
    records = []
    for s in range(SECONDS):
        whole = Record(s, {name: spread(s, 1.0, 25) for name in ALL}, {"power": 200, "cadence": 90})
        gps = Record(s, {}, {"position_lat": 123456 * s})
        records += [whole, gps] if kind != "plain" else [whole]
    part = ride_bytes(records, big=kind == "big", compressed=kind == "compressed")
    part.define(2, 19, [STAMP, (2, 4, 0x86), (7, 4, 0x86)])
    part.data(2, pack(0x86, T0 + SECONDS, T0, SECONDS * 1000))
    return part.bytes(), np.array(part.starts)


RIDES = {kind: ride(kind) for kind in ("plain", "split", "big", "compressed")}


def starts_of(data):
    return np.sort(np.concatenate([messages.starts for messages in data.values()]))


def break_at(content, at, kind, size, rng):
    """Return content with bytes missing, too many or changed at a place, and how many it has now."""
    if kind == "missing":
        return content[:at] + content[at + size :]
    if kind == "added":
        return content[:at] + rng.bytes(size) + content[at:]
    return content[:at] + rng.bytes(size) + content[at + size :]


def read(tmp_path, content):
    path = tmp_path / "ride.fit"
    path.write_bytes(content)
    return read_fit(path, ReadOptions())


@pytest.mark.parametrize("kind", RIDES)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.data())
def test_one_break_costs_messages_near_it(tmp_path_factory, kind, data):
    content, starts = RIDES[kind]
    at = data.draw(st.integers(int(starts[8]), int(starts[-3])))
    how = data.draw(st.sampled_from(["missing", "missing", "added"]))
    size = data.draw(st.sampled_from([1, 1, 2, 3, 7, 40, 300]))
    broken = break_at(content, at, how, size, np.random.default_rng(at))
    found = decode_bytes(broken, "x.fit")
    mine = starts_of(found)
    shift = len(broken) - len(content)
    before = starts[: np.searchsorted(starts, at, side="right") - 1]
    behind = starts[starts > at + size] + shift
    lost = np.setdiff1d(np.concatenate([before, behind]), mine)
    added = np.setdiff1d(mine, np.concatenate([starts, starts + shift]))
    assert lost.size <= (6 if kind == "compressed" else 3), (at, how, size)
    assert added.size == 0
    assert len(found.damage) == 1
    assert abs(found.damage[0].byte - at) < 600
    recording = read(tmp_path_factory.getbasetemp(), broken)
    assert_true_times(recording, from_s=0)
    assert recording.feet["left"].time_s.size >= 25 * (SECONDS - 14)


@pytest.mark.parametrize("kind", RIDES)
def test_several_breaks(tmp_path, kind):
    content, starts = RIDES[kind]
    rng = np.random.default_rng(7)
    for at in sorted(rng.choice(np.arange(starts[8], starts[-3]), 12, replace=False).tolist(), reverse=True):
        content = break_at(content, at, rng.choice(["missing", "added"]), int(rng.integers(1, 4)), rng)
    recording = read(tmp_path, content)
    assert_true_times(recording)
    assert recording.feet["left"].time_s.size >= 25 * (SECONDS - 40)
    told = [item for item in recording.findings if item.code in ("fit_damaged", "fit_more_damage")]
    assert sum(item.values.get("count", 1) for item in told) >= 8


def test_one_missing_byte_tells_its_cause_and_nothing_else(tmp_path):
    content, starts = RIDES["plain"]
    at = int(starts[50]) + 20
    recording = read(tmp_path, content[:at] + content[at + 1 :])
    damage = [item for item in recording.findings if item.code.startswith("fit_")]
    assert [(item.code, item.values["what"], item.values["byte"]) for item in damage] == [
        ("fit_damaged", "gap", starts[50])
    ]
    assert damage[0].values["lost_bytes"] == starts[51] - starts[50] - 1
    assert "bytes are missing or changed" in str(damage[0])


def test_a_break_and_a_cut_end_are_both_told(tmp_path):
    content, starts = RIDES["plain"]
    at = int(starts[50]) + 20
    data = decode_bytes(content[:at] + content[at + 1 : starts[150] + 30], "x.fit")
    assert [item.what for item in data.damage] == ["gap", "ends_early"]
    records = starts[-SECONDS - 1 : -1]
    assert data["record"].count == np.searchsorted(records, starts[150]) - 1


def test_a_break_in_one_part_leaves_the_next_alone():
    content, starts = RIDES["plain"]
    at = int(starts[50]) + 20
    data = decode_bytes(content[:at] + content[at + 1 :] + content, "x.fit")
    assert data["record"].count == 2 * SECONDS - 1
    assert [item.what for item in data.damage] == ["gap"]
    assert data["lap"].count == 2


def test_short_time_stamps_behind_a_break_are_counted_back_from_a_whole_one(tmp_path):
    content, starts = RIDES["compressed"]
    # 40 s are missing: more than five bits tell
    cut = content[: int(starts[60]) + 2] + content[int(starts[60 + 2 * 40]) :]
    recording = read(tmp_path, cut)
    assert_true_times(recording)
    assert "fit_times_behind_break" not in {item.code for item in recording.findings}


def test_short_time_stamps_between_breaks_are_told(tmp_path):
    content, starts = RIDES["compressed"]
    assert "fit_times_behind_break" not in {item.code for item in read(tmp_path, content).findings}
    for number in (160, 60):
        at = int(starts[number]) + 2
        content = content[:at] + content[at + 1 :]
    recording = read(tmp_path, content)
    told = [item for item in recording.findings if item.code == "fit_times_behind_break"]
    assert 0 < told[0].values["count"] <= 100
    assert_true_times(recording)


def test_a_lone_short_time_stamp_that_was_overwritten_moves_no_other(tmp_path):
    content, starts = RIDES["compressed"]
    at = next(int(start) for start in starts[60:] if content[start] >= 0x80)
    content = content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]
    recording = read(tmp_path, content)
    assert_true_times(recording)
    assert recording.feet["left"].time_s.size >= 25 * (SECONDS - 2)


@pytest.mark.parametrize("local", [0, 1])
def test_changed_bytes_that_look_like_a_definition_cost_messages_near_them(local):
    content, starts = RIDES["compressed"]
    for number in range(80, 120):
        at = int(starts[number])
        false = bytes([0x40 | local, 0, 0, 20, 0, 1, 3, 1, 2])  # a sound one, of messages that are shorter
        mine = starts_of(decode_bytes(content[:at] + false + content[at + len(false) :], "x.fit"))
        assert np.setdiff1d(starts, mine).size <= 8, number
        assert np.setdiff1d(mine, starts).size == 0, number


def test_a_break_at_the_very_end_of_a_small_file_is_read():
    found = bytes.fromhex(
        "0e206e08cd0000002e46495454c7400000000002000100040486000400ca9a3b4f0000cf000201100d0301020f3031323334"
        "3536373839616263646566004f0000ce00070001020101020201020313070601020701010804070f0000836c6566745f6865"
        "656c5f726f6174696f6e00647f64656700610000140003fd04"
    )
    assert decode_bytes(found, "x.fit").damage


def test_a_file_full_of_breaks_is_read():
    rng = np.random.default_rng(3)
    content = bytearray(RIDES["plain"][0] * 4)
    for at in rng.integers(14, len(content), 4000).tolist():
        content[at] = int(rng.integers(256))
    data = decode_bytes(bytes(content), "x.fit")
    assert data.damage


def overwritten(content, at, new):
    return content[:at] + new + content[at + len(new) :]


NO_DEVICE_WRITES = {
    "a definition of no byte order": bytes([0x44, 0x37, 0x21, 0x8C, 0xB2, 40]),
    "a short time stamp beside a whole one": bytes([0xA7]),
    "a short time stamp of a file's name": bytes([0x8A]),
    "a bit that is never set": bytes([0x10]),
}


@pytest.mark.parametrize("kind", ["plain", "split", "big"])
@pytest.mark.parametrize("new", NO_DEVICE_WRITES.values(), ids=NO_DEVICE_WRITES)
def test_overwritten_bytes_that_lead_on_cost_one_message_and_add_none(kind, new):
    content, starts = RIDES[kind]
    for number in range(60, 90):
        mine = starts_of(decode_bytes(overwritten(content, int(starts[number]), new), "x.fit"))
        assert np.setdiff1d(np.delete(starts, number), mine).size <= 1, number
        assert np.setdiff1d(mine, starts).size == 0, number


@pytest.mark.parametrize("kind", RIDES)
def test_overwritten_bytes_cost_messages_near_them(kind):
    content, starts = RIDES[kind]
    rng = np.random.default_rng(17)
    ends = np.append(starts[1:], len(content) - 2)
    for at in rng.integers(starts[8], starts[-3], 25).tolist():
        size = int(rng.choice([3, 7, 40, 300]))
        mine = starts_of(decode_bytes(overwritten(content, at, rng.bytes(size)), "x.fit"))
        assert np.setdiff1d(starts[(starts >= at + size) | (ends <= at)], mine).size <= 6, (at, size)
        assert np.setdiff1d(mine, starts).size == 0, (at, size)


def odd(kind):
    """Return a part as an odd tool may write it: nothing in it is damaged."""
    part = Part().define(0, 0, [(0, 1, 0), (4, 4, 0x86)]).data(0, bytes([4]) + pack(0x86, T0))
    sizes = [STAMP, (7, 3, 0x84), (4, 1, 0x55)] if kind == "sizes that are no multiple, unknown types" else [STAMP]
    for number in range(3):  # three kinds of message
        part.define(number + 1, 20 + number, sizes)
    rest = bytes(sum(size for _, size, _ in sizes[1:]))
    for second in range(40):
        stamp = {
            "a wild time stamp": 5 if second == 20 else second,
            "a clock that is set": second + 10**8 * (second > 20),
        }
        bits = 0x10 if kind == "a bit that is never set" else 0
        part.data(1 + second % 3, pack(0x86, T0 + stamp.get(kind, second)) + rest, bits=bits)
        if kind == "one of each kind" and second == 30:
            for local, message in ((4, 21), (5, 18), (6, 34), (7, 49)):
                part.define(local, message, [(1, 1, 2), (2, 1, 2)]).data(local, bytes([7, 8]))
    if kind == "few short time stamps":
        part.define(1, 20, [(4, 1, 2)]).compressed(1, (T0 + 40) % 32, bytes([90]))
    return part


@pytest.mark.parametrize(
    "kind",
    [
        "sizes that are no multiple, unknown types", "a wild time stamp", "a clock that is set",
        "a bit that is never set", "one of each kind", "few short time stamps",
    ],
)  # fmt: skip
@pytest.mark.parametrize("checksum", [0, 0x1234])
def test_a_checksum_that_no_tool_wrote_costs_nothing(kind, checksum):
    part = odd(kind)
    data = decode_bytes(part.bytes(checksum=checksum), "x.fit")
    assert starts_of(data).tolist() == part.starts
    assert [item.what for item in data.damage] == ["checksum_wrong"]


def test_a_message_pieced_together_of_two_ends_is_none():
    content, starts = RIDES["split"]
    for number in range(61, 91, 2):
        whole, gps = int(starts[number - 1]), int(starts[number + 20])
        if content[whole] != 1:
            whole, gps = int(starts[number]), int(starts[number + 21])
        assert (content[whole], content[gps]) == (1, 2)
        head = content[: whole + 40] + bytes([2, 0x34, 0x12])  # two bytes of a time stamp are others
        mine = starts_of(decode_bytes(head + content[gps + 3 :], "x.fit"))
        assert len(head) - 3 not in mine.tolist(), number
        assert np.setdiff1d(starts[starts < whole], mine).size == 0


def short_stamps_overwritten(first, values):
    """Return a ride in which the time stamps of some headers in a row are others."""
    content, starts = RIDES["compressed"]
    changed = bytearray(content)
    for number, value in enumerate(values, first):
        assert content[starts[number]] >= 0x80
        changed[starts[number]] = content[starts[number]] & 0xE0 | value
    return bytes(changed)


def test_short_time_stamps_overwritten_in_a_row_move_no_other(tmp_path):
    rng = np.random.default_rng(4)
    for size in (2, 3, 4):
        for _ in range(6):
            first = int(rng.integers(60, 300))
            recording = read(tmp_path, short_stamps_overwritten(first, rng.integers(0, 32, size).tolist()))
            assert_true_times_but(recording, wrong=25 * size)


def assert_true_times_but(recording, *, wrong):
    """Assert that of each foot no more samples than that are not the truth at their time."""
    for side, trace in recording.feet.items():
        off = np.abs(trace.heel_out_deg - truth(f"{side}_heel_rotation", trace.time_s))
        assert np.count_nonzero(off > 0.02) <= wrong


def test_what_follows_short_time_stamps_that_nothing_settles_is_told(tmp_path):
    starts = RIDES["compressed"][1]
    far = [20, 9, 28, 14, 30, 12, 27, 11]  # more in a row than are found
    changed = short_stamps_overwritten(100, far)
    recording = read(tmp_path, changed)
    assert_true_times_but(recording, wrong=25 * len(far))  # the lap's whole stamp settles what follows
    without = bytearray(changed)
    without[starts[-1] + 1 : starts[-1] + 5] = b"\xff" * 4
    told = [item for item in read(tmp_path, bytes(without)).findings if item.code == "fit_times_behind_break"]
    assert told[0].values["count"] >= 2 * SECONDS - 100 - len(far)


@pytest.mark.parametrize("cut", [1, 2, 3, 42, 1000])
def test_a_part_that_is_cut_leaves_the_one_joined_to_it_whole(cut):
    content, starts = RIDES["plain"]
    whole = np.count_nonzero(np.append(starts[1:], len(content) - 2) <= len(content) - cut)
    data = decode_bytes(content[:-cut] + content, "x.fit")
    mine = starts_of(data)
    assert set(starts + len(content) - cut) <= set(mine.tolist())
    assert 0 <= whole - (mine.size - starts.size) <= 1
    assert data.damage[0].what == ("checksum_missing" if cut == 2 else "ends_early")


def test_a_cut_part_before_a_broken_one():
    content, _ = RIDES["plain"]
    data = decode_bytes(content[:-1] + content[:5000] + content[5001:], "x.fit")
    assert data["record"].count >= 2 * SECONDS - 2
    assert [item.what for item in data.damage].count("gap") == 1
