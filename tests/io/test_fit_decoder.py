"""The columnar decoder: equal to fitparse's raw values, and right where fitparse is not."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from helpers.fit_bytes import CODES, INVALID, STAMP, T0, Part, crc, pack, small_ride
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bikefit.errors import RecordingError
from bikefit.io.fit.blocks import valid
from bikefit.io.fit.checksum import crc16
from bikefit.io.fit.decoder import decode_bytes, decode_fit
from bikefit.io.fit.profile import BYTE, STRING
from bikefit.io.fit.reader import read_fit
from bikefit.io.options import ReadOptions

REAL = Path(os.environ["BIKEFIT_REAL_DATA"]) / "fit" if "BIKEFIT_REAL_DATA" in os.environ else None
needs_real = pytest.mark.skipif(REAL is None, reason="BIKEFIT_REAL_DATA is not set: no real FIT files to read")


def decode(part, name="x.fit"):
    return decode_bytes(part.bytes() if isinstance(part, Part) else part, name)


# ---- the oracle


def own_messages(data):
    """Every message in file order as (global number, [(field number, app, raw)]), the way fitparse counts."""
    found = []
    for messages in data.values():
        for block in messages.blocks:
            cells = []
            for field in block.definition.fields:
                raw = block.raw(field)
                known = valid(raw, field.base)
                cells.append((field, plain(raw, known, field.base)))
            for row, start in enumerate(block.starts.tolist()):
                values = [
                    (field.number, "@" in field.key, column[row])
                    for field, column in cells
                    if field.offset >= 0 or column[row] is not None  # a stamp from a header that is not compressed
                ]
                found.append((start, block.definition.message, values))
    return [(number, values) for _, number, values in sorted(found, key=lambda item: item[0])]


def plain(raw, known, base):
    if base is STRING:
        return [text.split(b"\0", 1)[0].decode("utf-8", "replace") or None for text in raw.tolist()]
    if base is BYTE:
        return [tuple(row) if ok[0] else None for row, ok in zip(raw.tolist(), known, strict=True)]
    if raw.ndim == 1:
        return [value if ok else None for value, ok in zip(raw.tolist(), known, strict=True)]
    return [
        tuple(value if ok else None for value, ok in zip(row, oks, strict=True))
        for row, oks in zip(raw.tolist(), known, strict=True)
    ]


def fitparse_messages(data):
    """The same from fitparse, up to its first error; components are left out."""
    import fitparse
    from fitparse.records import DEV_TYPES

    DEV_TYPES.clear()  # a module global of fitparse: descriptions leak from one file into the next
    found = []
    error = None
    try:
        reader = fitparse.FitFile(data, check_crc=False)
        for message in reader.get_messages():
            values = []
            for item in message.fields:
                if item.field_def is not None:
                    own = hasattr(item.field_def, "dev_data_index")
                    values.append((item.field_def.def_num, own, item.raw_value))
                elif item.field is not None and item.field.def_num == 253 and message.header.time_offset is not None:
                    values.append((253, False, item.raw_value))
            found.append((message.mesg_num, values))
    except (fitparse.FitParseError, KeyError, ValueError) as problem:
        error = problem
    return found, error


def assert_equal_to_fitparse(data, *, whole=True):
    theirs, error = fitparse_messages(data)
    ours = own_messages(decode(data))
    assert theirs
    if whole:
        assert error is None
        assert len(ours) == len(theirs)
    for (number, mine), (their_number, their) in zip(ours, theirs, strict=False):
        assert number == their_number
        assert mine == their
    return len(theirs)


@needs_real
@pytest.mark.parametrize(
    "name",
    sorted(path.name for path in REAL.glob("*.fit")) if REAL else [],
)
def test_every_real_file_equals_fitparse(name):
    # fitparse ends with an error in these two, whose ends are damaged; it is compared up to there.
    damaged = {"activity-settings-corruptheader.fit", "activity-unexpected-eof.fit"}
    assert assert_equal_to_fitparse((REAL / name).read_bytes(), whole=name not in damaged) > 5


SIZES = {base: struct.calcsize(code) for base, code in CODES.items()}
PLAIN_BASES = [base for base in CODES if base != 0x07]


def base_values(base):
    if base in (0x88, 0x89):
        return st.floats(width=32 if base == 0x88 else 64, allow_nan=False)
    size = {"b": 8, "B": 8, "h": 16, "H": 16, "i": 32, "I": 32, "q": 64, "Q": 64}[CODES[base]]
    low, high = (-(2 ** (size - 1)), 2 ** (size - 1) - 1) if CODES[base] in "bhiq" else (0, 2**size - 1)
    known = [INVALID[base]] if base in INVALID else [0xFF]
    return st.integers(low, high) | st.sampled_from(known)


@st.composite
def files(draw):
    """Files of random definitions and values, in parts, with everything that fitparse can read."""
    whole = b""
    for _ in range(draw(st.integers(1, 3))):
        part = Part(header=draw(st.sampled_from([12, 14, 16])))
        part.define(14, 20, [STAMP, (4, 1, 2)]).data(14, pack(0x86, draw(st.integers(0, 2**31))) + b"\x5a")
        own = draw(st.booleans())
        described = {}
        if own:
            part.app()
        layouts = {}
        for _ in range(draw(st.integers(1, 12))):
            action = draw(st.sampled_from(["define", "data", "data", "data", "describe"]))
            if action == "describe" and own:
                number, base = draw(st.integers(0, 3)), draw(st.sampled_from(PLAIN_BASES))
                part.describe(number, base, b"field%d" % number, b"deg", scale=draw(st.integers(1, 100)))
                described[number] = base
            elif action == "define" or not layouts:
                local, big = draw(st.integers(0, 13)), draw(st.booleans())
                bases = draw(st.lists(st.sampled_from(list(CODES)), max_size=5))
                widths = [draw(st.integers(1, 4)) for _ in bases]
                fields = [(n, w * SIZES[b], b) for n, (b, w) in enumerate(zip(bases, widths, strict=True))]
                extra = [(n, 2 * SIZES[b], 0) for n, b in described.items()] if own and draw(st.booleans()) else []
                message = 0xFF00 + draw(st.integers(0, 3))
                part.define(local, message, fields, own=extra if own else None, big=big)
                spec = [*zip(bases, widths, strict=True), *((described[n], 2) for n, _, _ in extra)]
                layouts[local] = (spec, big)
            else:
                local = draw(st.sampled_from(sorted(layouts)))
                spec, big = layouts[local]
                payload = b""
                for base, width in spec:
                    if base == 0x07:
                        payload += draw(st.binary(min_size=width, max_size=width))
                    else:
                        payload += pack(base, *[draw(base_values(base)) for _ in range(width)], big=big)
                if local < 4 and draw(st.booleans()):
                    part.compressed(local, draw(st.integers(0, 31)), payload)
                else:
                    part.data(local, payload, bits=draw(st.sampled_from([0, 0x10, 0x20])))
        whole += part.bytes()
    return whole


STAMP_OF_ZERO = bytes.fromhex(
    "0c206e08250000002e4649544e0000140002fd04860401020e000000005a40000000ff0040000000ff0040000000ff00809f91"
)
"""A compressed stamp behind a whole one of 0 s."""


@settings(max_examples=150, deadline=None)
@example(STAMP_OF_ZERO)
@given(files())
def test_generated_files_equal_fitparse(data):
    assert_equal_to_fitparse(data)
    assert decode(data).damage == ()


# ---- where fitparse is wrong, or stops


def test_developer_scale_and_offset_are_the_descriptions_own():
    part = Part().app().describe(0, 0x83, b"angle", b"deg", scale=100, offset=-5)
    part.define(1, 20, [STAMP], own=[(0, 4, 0)]).data(1, pack(0x86, T0) + pack(0x83, 250, 0x7FFF))
    column = decode(part)["record"]["angle"]
    np.testing.assert_array_equal(column.values, [[2.5 + 5, np.nan]])
    assert column.spec.unit == "deg"
    assert column.developer.application == b"0123456789abcdef".hex()
    raw, error = fitparse_messages(part.bytes())
    assert error is None
    assert raw[-1][1][-1][2] == (250, None)  # the same raw values


def test_descriptions_end_with_their_part():
    first = small_ride(2)
    second = Part().define(1, 20, [STAMP], own=[(0, 2, 0)]).data(1, pack(0x86, T0 + 9) + b"\x01\x02")
    record = decode(first.bytes() + second.bytes())["record"]
    assert record["left_heel_rotation@0"].values.shape == (3, 5)
    assert np.isnan(record["left_heel_rotation@0"].values[2]).all()
    np.testing.assert_array_equal(record["unknown_0@0"].values[2], [1, 2])  # bytes


def test_a_description_holds_from_its_place_on():
    part = Part().app().describe(0, 0x84, b"angle", b"deg", scale=10)
    part.define(1, 20, [STAMP], own=[(0, 2, 0)]).data(1, pack(0x86, T0) + pack(0x84, 50))
    part.describe(0, 0x84, b"angle", b"deg", scale=100)
    part.data(1, pack(0x86, T0 + 1) + pack(0x84, 50))  # still under the old definition
    part.define(1, 20, [STAMP], own=[(0, 2, 0)]).data(1, pack(0x86, T0 + 2) + pack(0x84, 50))
    np.testing.assert_allclose(decode(part)["record"]["angle"].values, [5, 5, 0.5])


def test_a_description_may_follow_its_definition():
    part = Part().app().define(1, 20, [STAMP], own=[(0, 2, 0), (1, 2, 0)])
    part.describe(1, 0x84, b"crank", b"deg", scale=100)
    part.data(1, pack(0x86, T0) + pack(0x84, 50, 60))
    part.describe(0, 0x84, b"angle", b"deg", scale=10)
    part.data(1, pack(0x86, T0 + 1) + pack(0x84, 70, 80))
    later = small_ride(2)
    data = decode(part.bytes() + Part().define(1, 20, [STAMP], own=[(0, 2, 0)]).bytes() + later.bytes())
    assert data.undescribed == 0
    np.testing.assert_allclose(data["record"]["angle"].values[:2], [5, 7])
    np.testing.assert_allclose(data["record"]["crank"].values[:2], [0.6, 0.8])


def test_a_description_of_another_part_does_not_reach_back():
    part = Part().define(1, 20, [STAMP], own=[(0, 2, 0)]).data(1, pack(0x86, T0) + b"\x01\x02")
    assert decode(part.bytes() + small_ride(2).bytes()).undescribed == 1


def test_descriptions_and_definitions_sent_again_and_again_are_one_block():
    part = Part()
    for row in range(300):
        part.app().describe(0, 0x84, b"angle", b"deg", scale=10).define(1, 20, [STAMP], own=[(0, 2, 0)])
        part.data(1, pack(0x86, T0 + row) + pack(0x84, row))
    record = decode(part)["record"]
    assert len(record.blocks) == 1
    np.testing.assert_allclose(record["angle"].values, np.arange(300) / 10)


@pytest.mark.parametrize("app", [True, False])
def test_fields_of_an_app_that_never_introduced_itself(app):
    part = Part()
    if app:
        part.app(index=3)
    part.describe(0, 0x84, b"angle", b"deg", scale=10)
    part.define(1, 20, [STAMP], own=[(0, 2, 0)]).data(1, pack(0x86, T0) + pack(0x84, 50))
    data = decode(part)
    assert data["record"]["angle"].values.tolist() == [5.0]
    assert data.undescribed == 0
    assert data.damage == ()


def test_fields_that_nothing_describes_are_bytes():
    part = Part().define(1, 20, [STAMP], own=[(7, 3, 2)]).data(1, pack(0x86, T0) + b"\x01\x02\x03")
    data = decode(part)
    assert data.undescribed == 1
    assert data["record"]["unknown_7@2"].raw.tolist() == [[1, 2, 3]]
    assert fitparse_messages(part.bytes())[1] is not None


def test_sizes_that_do_not_divide_are_bytes_and_no_size_is_no_field():
    part = Part().define(1, 20, [STAMP, (7, 3, 0x84), (4, 0, 2), (3, 1, 2)])
    part.data(1, pack(0x86, T0) + b"\x01\x02\x03" + b"\x63")
    record = decode(part)["record"]
    assert record["power"].raw.tolist() == [[1, 2, 3]]
    assert "cadence" not in record
    assert record["heart_rate"].values.tolist() == [99.0]


def test_compressed_stamps_go_on_from_the_last_whole_one():
    part = Part().define(0, 20, [STAMP, (4, 1, 2)]).define(1, 20, [(4, 1, 2)])
    part.compressed(1, 7, b"\x01")  # nothing before it: no stamp
    start = T0 - T0 % 32 + 30
    part.data(0, pack(0x86, start) + b"\x02")
    for offset in (31, 0, 0, 5, 4):
        part.compressed(1, offset, b"\x03")
    part.data(0, pack(0x86, start + 100) + b"\x04").compressed(1, (start + 101) % 32, b"\x05")
    values = decode(part)["record"]["timestamp"].values - start
    np.testing.assert_array_equal(values, [np.nan, 0, 1, 2, 2, 7, 38, 100, 101])


def test_same_name_of_app_and_profile():
    part = (
        Part()
        .app()
        .app(index=1)
        .describe(0, 2, b"power", b"W")
        .describe(0, 2, b"twin")
        .describe(0, 2, b"twin", index=1)
    )
    part.describe(1, 2, b"power", b"W")
    part.define(1, 20, [(7, 2, 0x84), (7, 2, 0x84)], own=[(1, 1, 0), (0, 1, 0), (0, 1, 1)])
    part.data(1, pack(0x84, 300, 301) + bytes([30, 3, 4]))
    record = decode(part)["record"]
    assert record["power"].values.tolist() == [300]
    assert record["power#2"].values.tolist() == [301]
    assert record["power@0"].values.tolist() == [30]
    assert [record["twin@0"].values.tolist(), record["twin@1"].values.tolist()] == [[3], [4]]
    with pytest.raises(KeyError):
        record["twin"]


def test_both_byte_orders_and_widths_join_in_file_order():
    part = Part().define(1, 20, [STAMP, (7, 2, 0x84)]).define(2, 20, [STAMP, (7, 4, 0x84)], big=True)
    part.data(1, pack(0x86, T0) + pack(0x84, 1)).data(2, pack(0x86, T0 + 1, big=True) + pack(0x84, 2, 3, big=True))
    part.data(1, pack(0x86, T0 + 2) + pack(0x84, 0xFFFF))
    power = decode(part)["record"]["power"]
    np.testing.assert_array_equal(power.values, [[1, np.nan], [2, 3], [np.nan, np.nan]])
    np.testing.assert_array_equal(power.valid, [[True, False], [True, True], [False, False]])
    assert power.widths.tolist() == [1, 2, 1]


def test_large_numbers_stay_exact_when_raw():
    part = Part().define(1, 0xFF00, [(0, 8, 0x8F), (1, 8, 0x8E)]).data(1, pack(0x8F, 2**64 - 2) + pack(0x8E, -(2**63)))
    messages = decode(part)["unknown_65280"]
    assert int(messages["unknown_0"].raw[0]) == 2**64 - 2
    assert int(messages["unknown_1"].raw[0]) == -(2**63)


def test_tables_name_enumerations_and_times():
    frame = decode(small_ride(3))["record"].to_frame()
    assert list(frame.columns) == ["timestamp", "cadence", "power", *(f"left_heel_rotation@0_{k}" for k in range(5))]
    assert str(frame["timestamp"][0]) == "2021-09-08 01:46:40+00:00"
    assert decode(small_ride(3))["file_id"].to_frame()["type"].tolist() == ["activity"]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 31, 32, 33, 4097, 65535, 300_001])
def test_checksum(size):
    data = np.random.default_rng(size).bytes(size)
    assert crc16(data) == crc(data)
    assert crc16(data + crc(data).to_bytes(2, "little")) == 0


def test_what_is_no_fit_file_is_refused(tmp_path):
    for content in (b"", b"\x0e", b"time_s,left_heel_rotation_deg\n0,1\n", bytes(500)):
        with pytest.raises(RecordingError):
            decode_bytes(content, "x.fit")
    with pytest.raises(RecordingError):
        decode_fit(tmp_path / "none.fit")


def test_a_field_of_two_types_still_joins(tmp_path):
    # as a file with a flipped bit may have it: every pair of types, one or several wide
    for first in CODES:
        for second in CODES:
            part = Part()
            for local, base, width in ((1, first, 1), (2, second, 3)):
                size = width * SIZES[base]
                part.define(local, 20, [STAMP, (30, size, base)]).define(local + 2, 164, [STAMP, (1, size, base)])
                part.data(local, pack(0x86, T0 + local) + b"A" * size)
                part.data(local + 2, pack(0x86, T0 + local) + b"A" * size)
            data = decode(part)
            for name, field in (("record", "left_right_balance"), ("gyroscope_data", "sample_time_offset")):
                column = data[name][field]
                assert len(column.raw) == len(column.valid) == len(column.values) == 2
                data[name].to_frame()
            path = tmp_path / "two.fit"
            path.write_bytes(part.bytes())
            assert read_fit(path, ReadOptions(side="left")).feet == {}
