"""Which column tells the time, in which unit, and what becomes of counters, bursts and stamps that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bikefit.errors import RecordingError
from bikefit.io import ReadOptions, read_recording
from bikefit.io.options import AS_THE_FILE_SAYS
from bikefit.model import Array, Recording

COUNT = 3000
TIME = np.arange(COUNT) / 100
ANGLE = 1.0 + 2.0 * np.sin(2 * np.pi * 1.5 * TIME)
START = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
EPOCH_S = START.timestamp()


def read_columns(
    folder: Path,
    columns: dict[str, Sequence[str]],
    options: ReadOptions = AS_THE_FILE_SAYS,
    before: str = "",
    angle: Array = ANGLE,
) -> Recording:
    rows = zip(*columns.values(), (f"{value:.6f}" for value in angle), strict=True)
    lines = [",".join([*columns, "left_heel_rotation_deg"]), *(",".join(row) for row in rows)]
    (folder / "ride.csv").write_text(before + "\n".join(lines) + "\n", encoding="utf-8")
    return read_recording(folder / "ride.csv", options)


def numbers(values: Array, form: str = ".6f") -> list[str]:
    return [f"{value:{form}}" for value in values]


def codes(read: Recording) -> list[str]:
    return [item.code for item in read.findings]


def assert_timed(read: Recording, within: float = 1e-4) -> None:
    trace = read.feet["left"]
    np.testing.assert_allclose(trace.time_s, TIME, atol=within)
    np.testing.assert_allclose(trace.heel_out_deg, ANGLE, atol=1e-5)


# ---- several columns of time -----------------------------------------------------------------------------------

STAMPS = {
    "timestamp": numbers(1e3 * (EPOCH_S + TIME), ".0f"),
    "time_s": numbers(TIME),
    "Sensor timestamp [ns]": numbers(1e9 * TIME, ".0f"),
    "Host time (ms)": numbers(1e3 * TIME, ".0f"),
    "datetime": [(START + timedelta(seconds=float(value))).isoformat() for value in TIME],
}
USELESS = {
    "time": numbers(np.arange(COUNT), ".0f"),
    "elapsed": [""] * COUNT,
    "clock": ["08:30"] * COUNT,
    "epoch": numbers(np.full(COUNT, EPOCH_S), ".0f"),
    "Time": numbers(np.arange(COUNT) + 1.0, ".0f"),
    "utc": ["none"] * COUNT,
}


@pytest.mark.parametrize("good", STAMPS)
@pytest.mark.parametrize("useless", USELESS)
@pytest.mark.parametrize("first", [True, False])
def test_the_column_that_tells_the_time_is_followed(tmp_path: Path, good: str, useless: str, first: bool) -> None:
    names = [useless, good] if first else [good, useless]
    assert_timed(read_columns(tmp_path, {name: {**STAMPS, **USELESS}[name] for name in names}))


def whole(form: str) -> list[str]:
    return [(START + timedelta(seconds=int(value))).strftime(form) for value in TIME]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Time", whole("%H:%M:%S")),
        ("timestamp", whole("%Y-%m-%d %H:%M:%S")),
        ("time", numbers(EPOCH_S + np.floor(TIME), ".0f")),
        ("Uhrzeit", whole("%d.%m.%Y %H:%M:%S")),
    ],
)
@pytest.mark.parametrize(
    ("fraction", "scale"), [("Milliseconds", 1e3), ("ms", 1e3), ("millis", 1e3), ("us", 1e6), ("Time (ms)", 1e3)]
)
@pytest.mark.parametrize("begin_s", [0.0, 0.37])
def test_a_clock_beside_its_fractions(
    tmp_path: Path, name: str, cells: list[str], fraction: str, scale: float, begin_s: float
) -> None:
    moved = TIME + begin_s
    shift = np.floor(moved + 1e-9) - np.floor(TIME)
    cells = [cells[int(min(at + 100 * step, COUNT - 1))] for at, step in enumerate(shift)]
    kept = np.floor(moved + 1e-9) < 29
    parts = numbers(np.round(scale * (moved % 1.0)) % scale, ".0f")
    columns = {
        name: [c for c, k in zip(cells, kept, strict=True) if k],
        fraction: [p for p, k in zip(parts, kept, strict=True) if k],
    }
    read = read_columns(tmp_path, columns, angle=ANGLE[kept])
    np.testing.assert_allclose(read.feet["left"].time_s, TIME[kept], atol=1e-4)


def test_the_users_column_is_followed_whatever_else_there_is(tmp_path: Path) -> None:
    columns = {"time_s": numbers(2.0 * TIME), "tick": numbers(1e3 * TIME, ".0f")}
    assert_timed(read_columns(tmp_path, columns, ReadOptions(columns={"time_ms": "tick"})))


def test_the_date_stands_beside_the_time(tmp_path: Path) -> None:
    clock = [(START + timedelta(seconds=float(value))).strftime("%H:%M:%S.%f") for value in TIME]
    read = read_columns(tmp_path, {"Date": ["2026-05-01"] * COUNT, "Time": clock})
    assert_timed(read)
    assert read.start == START


# ---- counters and rates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("counter", ["Frame", "Sample", "PacketCounter", "Packet number", "#", "idx"])
@pytest.mark.parametrize(
    "before",
    [
        "Update Rate: 100.0Hz\n",
        "// Start Time: Unknown\n// Update Rate: 100.0Hz\n",
        "Sampling frequency;100\n",
        "fs=100 Hz\n",
    ],
)
def test_a_counter_with_the_rate_before_the_header(tmp_path: Path, counter: str, before: str) -> None:
    read = read_columns(tmp_path, {counter: numbers(7.0 + np.arange(COUNT), ".0f")}, before=before)
    assert_timed(read)
    assert "time_from_header" in codes(read)


def test_a_counter_with_the_users_rate_keeps_its_gaps(tmp_path: Path) -> None:
    kept = np.delete(np.arange(COUNT), np.arange(1000, 1040))
    columns = {"sample": numbers(kept, ".0f")}
    read = read_columns(tmp_path, columns, ReadOptions(rate_hz=100.0), angle=ANGLE[kept])
    np.testing.assert_allclose(read.feet["left"].time_s, TIME[kept])
    assert "time_from_rate" in codes(read)


@pytest.mark.parametrize("bits", [8, 16])
def test_a_counter_of_samples_that_starts_again(tmp_path: Path, bits: int) -> None:
    counts = (2**bits - 100 + np.arange(COUNT)) % 2**bits
    read = read_columns(tmp_path, {"PacketCounter": numbers(counts, ".0f")}, ReadOptions(rate_hz=100.0))
    assert_timed(read)


def test_rows_without_counter_or_time_need_the_users_rate(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"no time column.*--rate HZ"):
        read_columns(tmp_path, {"noise": numbers(ANGLE)})
    assert_timed(read_columns(tmp_path, {"noise": numbers(ANGLE)}, ReadOptions(rate_hz=100.0)))
    with pytest.raises(RecordingError, match=r"'Frame' only counts the rows.*--rate HZ"):
        read_columns(tmp_path, {"Frame": numbers(np.arange(COUNT), ".0f")})


@pytest.mark.parametrize("rate_hz", [50.0, 100.0])
def test_a_column_of_time_rules_over_a_rate(tmp_path: Path, rate_hz: float) -> None:
    read = read_columns(tmp_path, {"time_s": numbers(TIME, ".2f")}, ReadOptions(rate_hz=rate_hz))
    assert_timed(read)
    assert "rate_not_used" in codes(read)


# ---- units -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values", "form", "starts"),
    [
        ("time", 1e3 * (EPOCH_S + TIME), ".0f", True),
        ("time", 1e6 * (EPOCH_S + TIME), ".0f", True),
        ("time_s", 1e3 * (EPOCH_S + TIME), ".0f", True),
        ("time_ms", EPOCH_S + TIME, ".3f", True),
        ("timestamp_ms", 1e6 * (EPOCH_S + TIME), ".0f", True),
        ("time", 25569 + (EPOCH_S + TIME) / 86400, ".10f", True),
        ("Timestamp", 719529 + (EPOCH_S + TIME) / 86400, ".10f", True),
        ("time", 0.3541666 + TIME / 86400, ".11f", False),
        ("time", 1e7 * (EPOCH_S + 62135596800 + TIME), ".0f", True),
        ("time", 1e7 * (EPOCH_S + 11644473600 + TIME), ".0f", True),
        ("time", 1e3 * TIME, ".0f", False),
    ],
)
def test_the_unit_of_times_of_any_kind(tmp_path: Path, name: str, values: Array, form: str, starts: bool) -> None:
    read = read_columns(tmp_path, {name: numbers(values, form)})
    assert_timed(read, 2e-3)
    assert read.start is None if not starts else abs(read.start - START) < timedelta(milliseconds=10)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "scale", "wraps_at"),
    [
        ("time_us", 1e6, 2.0**32), ("micros", 1e6, 2.0**32), ("millis", 1e3, 2.0**32), ("time_ms", 1e3, 2.0**16),
        ("time_s", 1.0, 86400.0), ("time_s", 1.0, 2.0**32 / 1e6), ("ms", 1e3, 2.0**32 / 1e3),
        ("ticks_us", 1e6, 2.0**24),
    ],
)  # fmt: skip
def test_counters_of_time_that_start_again(tmp_path: Path, name: str, scale: float, wraps_at: float) -> None:
    values = (scale * TIME + wraps_at - 11.0 * scale) % wraps_at
    options = ReadOptions(columns={"time_us": name}) if name == "ticks_us" else AS_THE_FILE_SAYS
    read = read_columns(tmp_path, {name: numbers(values, ".4f")}, options)
    assert_timed(read)
    assert "counter_wrapped" in codes(read)


def test_a_clock_that_was_set_back_is_no_wrap(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"line 2002.*goes back"):
        read_columns(tmp_path, {"time_s": numbers(np.where(TIME < 20, TIME, TIME - 15))})


# ---- bursts, wild stamps, one time -----------------------------------------------------------------------------


def burst_of_ten(step_s: float) -> Callable[[Array], Array]:
    return lambda rows: rows // 10 / 10 + rows % 10 * step_s


@pytest.mark.parametrize("step_s", [0.0, 0.001, 0.002])
def test_bursts_are_spread(tmp_path: Path, step_s: float) -> None:
    read = read_columns(tmp_path, {"time_s": numbers(burst_of_ten(step_s)(np.arange(COUNT)))})
    assert_timed(read)
    assert codes(read) == ["bursts_spread"]


def test_bursts_that_come_late_and_uneven(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    sizes = rng.integers(6, 11, 500)
    burst = np.repeat(np.arange(500), sizes)[:COUNT]
    arrived = TIME[np.flatnonzero(np.diff(burst, prepend=-1))] + rng.uniform(0.0, 0.03, burst[-1] + 1)
    place = np.arange(COUNT) - np.flatnonzero(np.diff(burst, prepend=-1))[burst]
    read = read_columns(tmp_path, {"time_s": numbers(arrived[burst] + 0.0005 * place)})
    times = read.feet["left"].time_s
    assert np.abs(times - TIME - np.median(times - TIME)).max() < 0.004


def test_a_lost_stretch_of_bursts_stays_a_gap(tmp_path: Path) -> None:
    kept = np.delete(np.arange(COUNT), np.arange(1500, 1600))
    read = read_columns(tmp_path, {"time_s": numbers(burst_of_ten(0.001)(kept))}, angle=ANGLE[kept])
    np.testing.assert_allclose(read.feet["left"].time_s, TIME[kept], atol=1e-4)


def test_stamps_in_whole_seconds(tmp_path: Path) -> None:
    assert_timed(read_columns(tmp_path, {"time_s": numbers(np.floor(TIME))}), 0.01)


def test_uneven_sampling_is_no_burst(tmp_path: Path) -> None:
    steps = np.random.default_rng(5).choice([0.005, 0.01, 0.015], COUNT)
    stamps = np.cumsum(steps) - steps[0]
    read = read_columns(tmp_path, {"time_s": numbers(stamps)})
    np.testing.assert_allclose(read.feet["left"].time_s, stamps, atol=1e-6)
    assert codes(read) == []


@pytest.mark.parametrize("row", [0, 700, 1500, COUNT - 1])
@pytest.mark.parametrize("off_s", [5000.0, -5000.0, 1e9])
def test_a_wild_stamp_moves_only_itself(tmp_path: Path, row: int, off_s: float) -> None:
    stamps = TIME + 10_000.0
    stamps[row] += off_s
    if (row, off_s > 0) in ((0, True), (COUNT - 1, False)):
        stamps[row] += 1e-6
    read = read_columns(tmp_path, {"time_s": numbers(stamps)})
    kept = np.delete(np.arange(COUNT), row)
    times = read.feet["left"].time_s
    np.testing.assert_allclose(times - times[0], TIME[kept] - TIME[kept[0]], atol=1e-6)
    told = next(item for item in read.findings if item.code == "stamps_wild")
    assert told.values["row"] == row + 1
    assert told.values["off_s"] == pytest.approx(off_s, abs=0.1)
    assert "time_missing" not in codes(read)


def test_rows_of_one_time_are_named_so(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="all 3000 rows have one time"):
        read_columns(tmp_path, {"time_s": ["12.5"] * COUNT})


@pytest.mark.parametrize(("period_s", "unit"), [(0.01 / 3600, "h"), (0.01 / 60, "min"), (10.0, "ms")])
def test_an_absurd_step_is_reported_with_the_unit_that_it_fits(tmp_path: Path, period_s: float, unit: str) -> None:
    read = read_columns(tmp_path, {"time_s": numbers(100 * period_s * TIME, ".9f")})
    assert [item.values["unit"] for item in read.findings if item.code == "time_step_odd"] == [unit]


@pytest.mark.parametrize(
    ("name", "per_second"), [("time_min", 1 / 60), ("Time (min)", 1 / 60), ("Zeit [h]", 1 / 3600), ("time_h", 1 / 3600)]
)
def test_minutes_and_hours(tmp_path: Path, name: str, per_second: float) -> None:
    assert_timed(read_columns(tmp_path, {name: numbers(TIME * per_second, ".9f")}))


def test_an_index_of_times_without_a_name(tmp_path: Path) -> None:
    assert_timed(read_columns(tmp_path, {"": numbers(TIME)}))
    with pytest.raises(RecordingError, match="no time column"):
        read_columns(tmp_path, {"": numbers(np.arange(COUNT), ".0f")})


def test_an_empty_column_of_time_beside_a_counter_and_the_headers_rate(tmp_path: Path) -> None:
    columns = {"PacketCounter": numbers(472 + np.arange(COUNT), "05.0f"), "UTC_Second": [""] * COUNT}
    read = read_columns(tmp_path, columns, before="// Update Rate: 100.0Hz\n")
    assert_timed(read)
    assert codes(read) == ["time_from_header"]
