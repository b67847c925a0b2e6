"""Dialects, times, units and sides of text tables: the same table gives the same arrays, however it is written."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bikefit.errors import RecordingError
from bikefit.io import ReadOptions, lap, read_recording, section
from bikefit.io.options import AS_THE_FILE_SAYS
from bikefit.io.text import pieces
from bikefit.model import Recording
from bikefit.sessions.values import split_section

NAMES = ("time_s", "left_heel_rotation_deg", "right_heel_rotation_deg", "crank_angle_deg", "power_w")
QUIET = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def table(count: int = 400, rate_hz: float = 100.0, seed: int = 0) -> list[list[str]]:
    """Cells of an ordinary recording, decimals with points."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(count) / rate_hz
    crank = time_s * 540
    left = 2 + np.sin(np.radians(crank)) + rng.normal(0, 0.1, count)
    right = -1 + np.cos(np.radians(crank)) + rng.normal(0, 0.1, count)
    power = 200 + rng.normal(0, 5, count)
    columns = [(time_s, 3), (left, 4), (right, 4), (crank % 360, 2), (power, 1)]
    return [[f"{values[row]:.{digits}f}" for values, digits in columns] for row in range(count)]


def written(cells: list[list[str]], header: tuple[str, ...] = NAMES, delimiter: str = ",", decimal: str = ".") -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[cell.replace(".", decimal) for cell in row] for row in cells])
    return out.getvalue()


def read_text(
    folder: Path, text: str | bytes, options: ReadOptions = AS_THE_FILE_SAYS, name: str = "ride.csv"
) -> Recording:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_recording(path, options)


def arrays(recording: Recording) -> dict[str, np.ndarray]:
    """Every number of a recording."""
    found = {}
    for side, trace in recording.feet.items():
        found |= {f"{side} time": trace.time_s, f"{side} angle": trace.heel_out_deg}
        if trace.crank_deg is not None:
            found[f"{side} crank"] = trace.crank_deg
        if trace.tdc_s is not None:
            found[f"{side} tdc"] = trace.tdc_s
    for side, sensor in recording.sensors.items():
        found |= {f"{side} gyr": sensor.gyr_deg_s, f"{side} acc": sensor.acc_m_s2}
        found |= {f"{side} gyr time": sensor.gyr_time_s, f"{side} acc time": sensor.acc_time_s}
    for name, channel in recording.companions.items():
        found |= {f"{name} time": channel.time_s, name: channel.values}
    return found


def assert_same(one: Recording, other: Recording, within: float = 0.0) -> None:
    ours, theirs = arrays(one), arrays(other)
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        if within:
            np.testing.assert_allclose(values, theirs[name], rtol=0, atol=within, err_msg=name)
        else:
            np.testing.assert_array_equal(values, theirs[name], err_msg=name)


# ---- dialects ----------------------------------------------------------------------------------------------


def test_the_plain_table(tmp_path):
    cells = table()
    seen = read_text(tmp_path, written(cells))
    np.testing.assert_array_equal(seen.feet["left"].heel_out_deg, [float(row[1]) for row in cells])
    np.testing.assert_array_equal(seen.feet["right"].crank_deg, [float(row[3]) for row in cells])
    np.testing.assert_array_equal(seen.feet["left"].crank_deg, [float(row[3]) + 180 for row in cells])
    np.testing.assert_array_equal(seen.companions["power_w"].values, [float(row[4]) for row in cells])
    assert seen.feet["left"].zero == "rider"
    assert seen.format == "csv"
    assert seen.duration_s == pytest.approx(3.99)
    assert not seen.findings


@QUIET
@given(
    dialect=st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), (",", ",")]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    packed=st.booleans(),
    comments=st.sampled_from(["", "# made by a trainer\n", "// a\n% b\n\n", "sep=?\n"]),
    units=st.booleans(),
    trailing=st.booleans(),
    order=st.permutations(range(5)),
    last_end=st.booleans(),
)
def test_any_dialect_gives_the_same_numbers(
    tmp_path, dialect, encoding, line_end, packed, comments, units, trailing, order, last_end
):
    cells = table(80)
    plain = read_text(tmp_path, written(cells), name="plain.csv")
    delimiter, decimal = dialect
    rows = [[row[at] for at in order] for row in cells]
    lines = written(rows, tuple(NAMES[at] for at in order), delimiter, decimal).splitlines()
    if units:
        lines.insert(1, delimiter.join(("s", "deg", "deg", "deg", "W")[at] for at in order))
    if trailing:
        lines = [line + delimiter for line in lines]
    text = comments.replace("?", delimiter) + "\n".join(lines) + ("\n" if last_end else "")
    data = text.replace("\n", line_end).encode(encoding)
    odd = read_text(tmp_path, gzip.compress(data) if packed else data, name="odd.csv")
    assert_same(plain, odd)


@QUIET
@given(at=st.lists(st.integers(1, 79), min_size=1, max_size=5))
def test_comments_between_the_rows_are_left_out(tmp_path, at):
    lines = written(table(80)).splitlines()
    plain = read_text(tmp_path, "\n".join(lines), name="plain.csv")
    for row in at:
        lines.insert(row, "# lap, by hand")
    assert_same(plain, read_text(tmp_path, "\n".join(lines)))


def test_a_table_in_pieces_equals_its_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE_BYTES", 2000)
    cells = table(1000)
    assert len(written(cells)) > 10 * pieces.PIECE_BYTES
    seen = read_text(tmp_path, written(cells))
    np.testing.assert_array_equal(seen.feet["left"].heel_out_deg, [float(row[1]) for row in cells])
    cells[-7][1] = ""
    seen = read_text(tmp_path, written(cells))
    assert np.flatnonzero(np.isnan(seen.feet["left"].heel_out_deg)).tolist() == [len(cells) - 7]
    cells[-7][1] = "x"
    with pytest.raises(RecordingError, match=f"line {len(cells) - 5}, column 'left_heel_rotation_deg'"):
        read_text(tmp_path, written(cells))


def test_lines_before_the_header_may_name_a_channel(tmp_path):
    cells = table()
    text = "Time,2026-05-01\nPower,yes\n\n" + written(cells)
    assert_same(read_text(tmp_path, written(cells)), read_text(tmp_path, text))


def test_a_column_that_is_not_used_may_hold_anything(tmp_path, recwarn):
    cells = [[*row, "7" if at < 30_000 else "über"] for at, row in enumerate(table(40_000))]
    seen = read_text(tmp_path, written(cells, (*NAMES, "note")))
    assert seen.channels[-1].note == "not used"
    assert not recwarn.list


def test_missing_values_stay_missing(tmp_path):
    cells = table()
    for row, word in enumerate(["", "NaN", "nan", "NA", "null", "-", "--", "None", "N/A"]):
        cells[row + 10][1] = word
    seen = read_text(tmp_path, written(cells)).feet["left"]
    assert np.flatnonzero(np.isnan(seen.heel_out_deg)).tolist() == list(range(10, 19))


def test_a_column_of_every_other_row_keeps_its_own_times(tmp_path):
    cells = table()
    for row in range(0, len(cells), 2):
        cells[row][1] = ""
    seen = read_text(tmp_path, written(cells))
    assert seen.feet["left"].rate_hz == pytest.approx(50)
    assert seen.feet["right"].rate_hz == pytest.approx(100)


# ---- units and names ---------------------------------------------------------------------------------------


def test_radians_become_degrees(tmp_path):
    cells = table()
    header = tuple(name.replace("rotation_deg", "rotation_rad") for name in NAMES)
    radians = [[row[0], *(f"{np.radians(float(cell)):.9f}" for cell in row[1:3]), *row[3:]] for row in cells]
    assert_same(read_text(tmp_path, written(cells)), read_text(tmp_path, written(radians, header)), within=1e-6)


def test_units_in_brackets_and_any_case(tmp_path):
    header = ("Time (ms)", "Left Heel Rotation [°]", "RIGHT_HEEL_ROTATION (deg)", "Crank angle [deg]", "Power (W)")
    cells = table()
    milliseconds = [[f"{float(row[0]) * 1000:.0f}", *row[1:]] for row in cells]
    assert_same(read_text(tmp_path, written(cells)), read_text(tmp_path, written(milliseconds, header)))


def test_column_maps_any_name(tmp_path):
    cells = table()
    header = ("Zeit", "Ferse, links", "Ferse rechts", "Kurbel", "Leistung")
    columns = dict(zip(("time_s", *NAMES[1:]), header, strict=True))
    assert_same(
        read_text(tmp_path, written(cells)), read_text(tmp_path, written(cells, header), ReadOptions(columns=columns))
    )


def test_column_comes_before_the_files_own_name(tmp_path):
    cells = table()
    options = ReadOptions(columns={"left_heel_rotation_deg": "right_heel_rotation_deg"})
    seen = read_text(tmp_path, written(cells), options)
    np.testing.assert_array_equal(seen.feet["left"].heel_out_deg, [float(row[2]) for row in cells])


def test_unstated_unit_is_a_finding(tmp_path):
    seen = read_text(tmp_path, written(table(), ("time", "left_heel_rotation", *NAMES[2:])))
    assert {"unit_assumed", "time_unit_assumed"} == {item.code for item in seen.findings}


@QUIET
@given(offset=st.floats(-720, 720), wrap_at=st.sampled_from([180.0, 360.0]))
def test_a_wrapped_angle_is_the_same_angle(tmp_path, offset, wrap_at):
    angle = 5 * np.sin(np.arange(300) / 7)
    wrapped = (angle + offset - wrap_at) % 360 - 360 + wrap_at
    text = "time_s,left_heel_rotation_deg\n" + "".join(f"{t / 100},{a!r}\n" for t, a in enumerate(wrapped.tolist()))
    seen = read_text(tmp_path, text).feet["left"].heel_out_deg
    np.testing.assert_allclose(np.diff(seen), np.diff(angle), atol=1e-9)
    assert -180 < np.median(seen) <= 180


# ---- times -------------------------------------------------------------------------------------------------

START = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)


def clock(text: str) -> str:
    return datetime.fromtimestamp(START.timestamp() + float(text), UTC).strftime("%H:%M:%S.%f")


@pytest.mark.parametrize(
    ("name", "cell", "starts"),
    [
        ("time_ms", lambda t: f"{float(t) * 1000:.0f}", False),
        ("time_us", lambda t: f"{float(t) * 1e6:.0f}", False),
        ("timestamp", lambda t: f"{START.timestamp() + float(t):.3f}", True),
        ("timestamp", lambda t: f"{(START.timestamp() + float(t)) * 1000:.0f}", True),
        ("timestamp", lambda t: f"{round((START.timestamp() + float(t)) * 1000) * 1000}", True),
        ("time_s", lambda t: f"{START.timestamp() + float(t):.3f}", True),
        ("timestamp", lambda t: f"2026-05-01T{clock(t)}Z", True),
        ("timestamp", lambda t: f"2026-05-01T{clock(t)[:12]}+00:00", True),
        ("Timestamp", lambda t: f"2026-05-01 {clock(t)}", True),
        ("time", lambda t: f"01.05.2026 {clock(t)[:12]}", True),
        ("time", lambda t: f"2026/05/01 {clock(t)[:12]}", True),
        ("time", lambda t: f"05/01/2026 {clock(t)[1:12]} AM", False),
        ("time", lambda t: f"5/13/2026 {clock(t)[1:12]} AM", True),
        ("time", clock, False),
        ("time", lambda t: f"{clock(t)[1:12]} AM", False),
        ("elapsed time", lambda t: f"{clock(t)[3:12]}", False),
    ],
)
def test_times_of_every_kind(tmp_path, name, cell, starts):
    cells = table()
    plain = read_text(tmp_path, written(cells))
    odd = read_text(tmp_path, written([[cell(row[0]), *row[1:]] for row in cells], (name, *NAMES[1:])))
    assert_same(plain, odd, within=1e-6)
    if not starts:
        assert odd.start is None
    elif "5/13" in cell("0"):
        assert odd.start == START.replace(day=13)
    else:
        assert odd.start == START


def test_decimal_commas_in_clock_times(tmp_path):
    cells = [[f"2026-05-01 {clock(row[0])[:12].replace('.', ',')}", *row[1:]] for row in table()]
    text = written(cells, ("timestamp", *NAMES[1:]), ";", ",")
    assert_same(read_text(tmp_path, written(table())), read_text(tmp_path, text), within=1e-6)


def test_the_clock_passes_midnight(tmp_path):
    seconds = [(86390 + tenth // 10, tenth % 10) for tenth in range(200)]
    times = [f"{s // 3600 % 24:02d}:{s // 60 % 60:02d}:{s % 60:02d}.{tenth}" for s, tenth in seconds]
    text = "clock,left_heel_rotation_deg\n" + "".join(f"{time},{at % 9}\n" for at, time in enumerate(times))
    np.testing.assert_allclose(read_text(tmp_path, text).feet["left"].time_s, np.arange(200) / 10, atol=1e-9)


def test_another_time_column_gives_the_start(tmp_path):
    cells = [[row[0], *row[1:], f"2026-05-01T{clock(row[0])}Z"] for row in table()]
    assert read_text(tmp_path, written(cells, (*NAMES, "timestamp"))).start == START


@QUIET
@given(
    moves=st.lists(st.tuples(st.integers(0, 390), st.integers(1, 3)), max_size=4),
    repeats=st.lists(st.integers(0, 399), max_size=4),
)
def test_slight_disorder_and_repeats_change_nothing(tmp_path, moves, repeats):
    cells = table()
    plain = read_text(tmp_path, written(cells), name="plain.csv")
    mixed = list(cells)
    last = -10
    for row, by in sorted(moves):
        if row > last + 8:  # apart, so that no row is moved twice
            mixed.insert(row + by, mixed.pop(row))
            last = row
    for row in sorted(repeats, reverse=True):
        mixed.insert(row, mixed[row])
    odd = read_text(tmp_path, written(mixed))
    assert_same(plain, odd, within=1e-9)
    assert ("duplicates_averaged" in {item.code for item in odd.findings}) == bool(repeats)


def test_repeated_rows_are_averaged(tmp_path):
    text = "time_s,left_heel_rotation_deg,crank_angle_deg\n0,1,350\n0.01,2,355\n0.01,4,5\n0.02,3,10\n"
    seen = read_text(tmp_path, text).feet["left"]
    assert seen.heel_out_deg.tolist() == [1, 3, 3]
    assert seen.crank_deg is not None
    np.testing.assert_allclose(seen.crank_deg % 360, [170, 180, 190])


def test_gaps_stay(tmp_path):
    cells = table()
    del cells[100:250]
    seen = read_text(tmp_path, written(cells)).feet["left"]
    assert np.diff(seen.time_s).max() == pytest.approx(1.51)


# ---- sides and signs ---------------------------------------------------------------------------------------


def mirrored(cells: list[list[str]]) -> list[list[str]]:
    """The same ride with the feet exchanged: the other foot's columns, the crank half a turn on."""
    return [[t, right, left, f"{(float(crank) + 180) % 360:.2f}", power] for t, left, right, crank, power in cells]


def test_mirrored_files_give_mirrored_results(tmp_path):
    cells = table()
    one, other = read_text(tmp_path, written(cells)), read_text(tmp_path, written(mirrored(cells)))
    for side, opposite in (("left", "right"), ("right", "left")):
        np.testing.assert_array_equal(one.feet[side].heel_out_deg, other.feet[opposite].heel_out_deg)
        ours, theirs = one.feet[side].crank_deg, other.feet[opposite].crank_deg
        assert ours is not None
        assert theirs is not None
        np.testing.assert_allclose((ours - theirs + 180) % 360, 180, atol=1e-9)


@pytest.mark.parametrize("extra", [False, True])
def test_swapped_columns_and_swap_sides_cancel(tmp_path, extra):
    cells = [[*row, str(int(float(row[3]) < 5.4))] for row in table()]
    names = (*NAMES, "tdc_pulse") if extra else NAMES
    swapped = (names[0], names[2], names[1], *names[3:])
    cells = cells if extra else [row[:-1] for row in cells]
    plain = read_text(tmp_path, written(cells, names))
    other = read_text(tmp_path, written(cells, swapped), ReadOptions(swap_sides=True))
    assert arrays(plain).keys() == arrays(other).keys()
    for name, values in arrays(plain).items():
        difference = arrays(other)[name] - values
        if "crank" in name:
            difference = (difference + 180) % 360 - 180
        np.testing.assert_allclose(difference, 0, atol=1e-9, err_msg=name)


def test_positive_heel_in_turns_the_sign(tmp_path):
    text = written(table())
    plain, turned = read_text(tmp_path, text), read_text(tmp_path, text, ReadOptions(positive="heel-in"))
    np.testing.assert_array_equal(plain.feet["left"].heel_out_deg, -turned.feet["left"].heel_out_deg)


@pytest.mark.parametrize("swap", [False, True])
def test_one_unnamed_foot_is_whose_the_user_says(tmp_path, swap):
    text = written(table(), ("time_s", "heel_rotation_deg", *NAMES[2:]))
    text = text.replace("right_heel_rotation_deg", "other")
    seen = read_text(tmp_path, text, ReadOptions(side="right", swap_sides=swap))
    assert list(seen.feet) == ["right"]
    assert seen.feet["right"].side == "right"


# ---- sections ----------------------------------------------------------------------------------------------


@QUIET
@given(begin=st.integers(0, 350), length=st.integers(2, 400))
def test_a_section_equals_the_ride_cut_by_hand(tmp_path, begin, length):
    cells = table()
    whole = read_text(tmp_path, written(cells), name="whole.csv")
    by_hand = read_text(tmp_path, written(cells[begin : begin + length]), name="part.csv")
    part = section(whole, begin / 100 - 1e-6 if begin else 0.0, (begin + length) / 100 - 1e-6)
    assert_same(by_hand, part, within=1e-9)
    assert part.from_s == pytest.approx(begin / 100)


def test_laps_of_a_column(tmp_path):
    cells = [[*row, str(1 + at // 150)] for at, row in enumerate(table())]
    whole = read_text(tmp_path, written(cells, (*NAMES, "lap")))
    assert [item.number for item in whole.laps] == [1, 2, 3]
    second, third = lap(whole, 2), lap(whole, 3)
    np.testing.assert_array_equal(second.feet["left"].heel_out_deg, whole.feet["left"].heel_out_deg[150:300])
    np.testing.assert_array_equal(third.feet["left"].heel_out_deg, whole.feet["left"].heel_out_deg[300:])
    with pytest.raises(RecordingError, match="laps 1, 2, 3"):
        lap(whole, 7)


def test_a_section_beyond_the_end_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="lasts 4"):
        section(read_text(tmp_path, written(table())), 100, 200)


def test_a_file_with_an_at_sign_keeps_its_name(tmp_path):
    path = tmp_path / "me@1-2.csv"
    path.write_text(written(table()))
    assert split_section(str(path)) == (path, {})
    assert split_section(f"{path}@1.5-2") == (path, {"from_s": 1.5, "to_s": 2.0})
