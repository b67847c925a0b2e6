"""Damaged FIT files: what is whole is read, what is lost is told, and nothing else happens."""

import tracemalloc

import numpy as np
import pytest
from helpers.fit_bytes import STAMP, T0, Part, pack, small_ride
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bikefit.errors import RecordingError
from bikefit.io.fit.decoder import decode_bytes
from bikefit.io.fit.reader import read_fit
from bikefit.io.options import ReadOptions

RIDE = small_ride()
WHOLE = RIDE.bytes()
STARTS = np.array(RIDE.starts)
END_OF = {
    int(start): int(start) + block.definition.size
    for messages in decode_bytes(WHOLE, "ride").values()
    for block in messages.blocks
    for start in block.starts
}
"""First byte after each message."""


def starts_of(data):
    return np.sort(np.concatenate([messages.starts for messages in data.values()] or [np.zeros(0, int)]))


def touch(data):
    """Decode every column, as a user of the file might."""
    for messages in data.values():
        for column in messages.values():
            assert len(column.raw) == len(column.valid) == len(column.values) == messages.count
        messages.to_frame()


def read(tmp_path, content, **options):
    path = tmp_path / "ride.fit"
    path.write_bytes(content)
    return read_fit(path, ReadOptions(side="left", **options))


def codes(recording):
    return [item.code for item in recording.findings]


def test_cut_at_every_byte():
    for cut in range(len(WHOLE)):
        if cut < 12:
            with pytest.raises(RecordingError):
                decode_bytes(WHOLE[:cut], "x.fit")
            continue
        data = decode_bytes(WHOLE[:cut], "x.fit")
        np.testing.assert_array_equal(starts_of(data), [start for start in STARTS if END_OF[start] <= cut])
        assert len(data.damage) == 1
        assert data.damage[0].byte <= cut
        assert data.damage[0].byte + data.damage[0].lost == (len(WHOLE) if cut < len(WHOLE) - 2 else cut)
    assert decode_bytes(WHOLE, "x.fit").damage == ()


def test_a_cut_ride_is_read_up_to_the_cut(tmp_path):
    whole = read(tmp_path, WHOLE)
    cut = read(tmp_path, WHOLE[: STARTS[8] + 3])
    kept = cut.feet["left"].heel_out_deg
    assert 0 < kept.size < whole.feet["left"].heel_out_deg.size
    np.testing.assert_array_equal(kept, whole.feet["left"].heel_out_deg[: kept.size])
    damage = next(item for item in cut.findings if item.code == "fit_damaged")
    assert damage.values["byte"] == STARTS[8]
    assert 0.3 < damage.values["share"] < 0.9
    with pytest.raises(RecordingError, match="damaged at byte"):
        read(tmp_path, WHOLE[: STARTS[8] + 3], strict=True)
    assert "fit_damaged" not in codes(read(tmp_path, WHOLE, strict=True))


def test_thousands_of_flipped_bytes():
    rng = np.random.default_rng(5)
    for _ in range(3000):
        at = int(rng.integers(len(WHOLE)))
        content = bytearray(WHOLE)
        content[at] ^= int(rng.integers(1, 256))
        try:
            data = decode_bytes(bytes(content), "x.fit")
        except RecordingError:
            assert 8 <= at < 12  # the signature
            continue
        if not 0 < at < 14:
            before = [start for start in STARTS if start < at and END_OF[start] <= at]
            lost = set(before) - set(starts_of(data).tolist())
            assert lost <= set(before[-1:])  # where the border behind it is gone, it may not be whole
        if at >= 14:
            assert data.damage


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(12, 2 * len(WHOLE) - 1), st.sampled_from([0, 0, 0, 1, 5, 40]), st.binary(max_size=6)),
        min_size=1,
        max_size=4,
    ),
    st.data(),
)
def test_readers_survive_changed_missing_and_added_bytes(tmp_path_factory, changes, data):
    content = bytearray(WHOLE * 2)
    for at, missing, added in changes:
        content[at : at + (missing or len(added))] = added
    cut = data.draw(st.integers(12, len(content)) | st.just(len(content)))
    path = tmp_path_factory.getbasetemp() / "changed.fit"
    path.write_bytes(content[:cut])
    try:
        touch(decode_bytes(bytes(content[:cut]), "x.fit"))
        recording = read_fit(path, ReadOptions(side="left"))
    except RecordingError:
        return
    for trace in recording.feet.values():
        assert (np.diff(trace.time_s) > 0).all()
    for channel in recording.companions.values():
        assert (np.diff(channel.time_s) > 0).all()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600))
@example(b"")
@example(bytes([0x40, 0, 0, 20, 0, 0]) + bytes(500))
def test_any_bytes_after_a_header(tmp_path_factory, body):
    path = tmp_path_factory.getbasetemp() / "any.fit"
    part = Part()
    part.body = body
    path.write_bytes(part.bytes())
    touch(decode_bytes(path.read_bytes(), "x.fit"))
    read_fit(path, ReadOptions())


def test_wrong_checksum(tmp_path):
    recording = read(tmp_path, RIDE.bytes(checksum=1))
    assert recording.feet["left"].heel_out_deg.size == 60
    assert codes(recording).count("fit_damaged") == 1
    with pytest.raises(RecordingError):
        read(tmp_path, RIDE.bytes(checksum=1), strict=True)


@pytest.mark.parametrize("tail", [b"", None])
def test_no_size_in_the_header(tmp_path, tail):
    content = RIDE.bytes(size=0)
    recording = read(tmp_path, content if tail is None else content[:-2])
    assert recording.feet["left"].heel_out_deg.size == 60
    assert "fit_damaged" in codes(recording)


@pytest.mark.parametrize("size", [100, 10**9, 2**32 - 1])
def test_wrong_size_in_the_header(tmp_path, size):
    recording = read(tmp_path, RIDE.bytes(size=size))
    assert recording.feet["left"].heel_out_deg.size == 60  # the checksum of the whole file agrees
    assert "fit_damaged" in codes(recording)


def test_damaged_header(tmp_path):
    for at in (0, 1, 4, 5, 7, 12, 13):
        content = bytearray(WHOLE)
        content[at] ^= 0x10
        recording = read(tmp_path, bytes(content))
        assert recording.feet["left"].heel_out_deg.size == 60, at
        assert "fit_damaged" in codes(recording), at


def test_trailing_bytes_and_parts(tmp_path):
    recording = read(tmp_path, WHOLE + b"\0" * 40)
    assert recording.feet["left"].heel_out_deg.size == 60
    damage = next(item for item in recording.findings if item.code == "fit_damaged")
    assert (damage.values["byte"], damage.values["lost_bytes"]) == (len(WHOLE), 40)
    both = decode_bytes(WHOLE + b"garbage" + WHOLE, "x.fit")
    assert both["record"].count == 24
    assert [item.lost for item in both.damage] == [7]


def test_a_fault_in_one_part_leaves_the_next_alone():
    broken = bytearray(WHOLE)
    broken[STARTS[6]] = 0x0C  # a local type that nothing defines
    data = decode_bytes(bytes(broken) + WHOLE, "x.fit")
    assert data["record"].count == 11 + 12
    assert [(item.byte, item.what, item.lost) for item in data.damage] == [(STARTS[6], "gap", 18)]


def test_missing_descriptions(tmp_path):
    part = Part().define(1, 20, [STAMP, (7, 2, 0x84)], own=[(0, 10, 0)])
    for second in range(20):
        part.data(1, pack(0x86, T0 + second) + pack(0x84, 200) + bytes(10))
    recording = read(tmp_path, part.bytes())
    assert not recording.feet
    assert "fit_undescribed_fields" in codes(recording)
    assert recording.companions["power_w"].values.size == 20


def test_memory_stays_a_small_multiple():
    wide = Part().define(1, 0xFF00, [(n, 255, 0x02) for n in range(255)], own=[(n, 255, 0) for n in range(255)])
    for _ in range(8):
        wide.data(1, bytes(255 * 510))
    empty = Part().define(1, 0xFF00, [])
    empty.body += bytes([1]) * 300_000
    claims = Part().define(1, 0xFF00, [(n, 255, 0x8F) for n in range(255)])
    claims.body += bytes(50_000)
    for part in (wide, empty, claims):
        content = part.bytes(size=2**32 - 1)
        tracemalloc.start()
        data = decode_bytes(content, "x.fit")
        for messages in data.values():
            for column in messages.values():
                assert len(column.raw) == messages.count
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 40 * len(content) + 2_000_000


def test_one_lying_width_costs_no_more_than_it_holds(tmp_path):
    part = Part().define(1, 20, [STAMP, (3, 1, 2)]).define(2, 20, [STAMP, (3, 255, 2)])
    for second in range(20_000):
        part.data(1, pack(0x86, T0 + second) + bytes([140]))
    part.data(2, pack(0x86, T0 + 20_000) + bytes([150]) * 255)
    content = part.bytes()
    path = tmp_path / "wide.fit"
    path.write_bytes(content)
    tracemalloc.start()
    recording = read_fit(path, ReadOptions())
    peak = tracemalloc.get_traced_memory()[1]
    data = decode_bytes(content, "x.fit")
    assert [column.values.shape[0] for column in data["record"].values()] == [20_001] * 2
    peak = max(peak, tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peak < 60 * len(content)
    assert recording.companions["heart_rate_bpm"].values[-2:].tolist() == [140, 150]
    values, widths = data["record"]["heart_rate"].flat(np.arange(19_999, 20_001))
    assert values.tolist() == [140] + [150] * 255
    assert widths.tolist() == [1, 255]


def test_many_broken_parts_end():
    header = bytearray(Part().bytes(size=10**5)[:14])
    header[12] ^= 1
    data = decode_bytes(bytes(header) * 2_000, "x.fit")
    assert len(data.damage) >= 2_000
