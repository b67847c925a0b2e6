"""What is stored: the contract of its columns, their docs, and that a reading comes back as it was kept."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import fields, make_dataclass, replace
from pathlib import Path
from typing import Annotated

import pytest

from bikefit.analysis import analyze_recording
from bikefit.comparison import compare_readings, compare_sessions
from bikefit.conventions import STROKE_COLUMNS, Column
from bikefit.errors import UsageError
from bikefit.model import Reading, SessionResult, readings_of
from bikefit.sessions.session import Session
from bikefit.settings import Settings
from bikefit.simulate import simulate_plain
from bikefit.store import COLUMNS, CSV_COLUMNS, SCHEMA_VERSION, SessionRow, Store, rows_of, stored_readings
from bikefit.store.schema import TableColumn, columns_of, version_of

CSV = (
    "session", "file", "rider", "date", "condition", "foot", "status", "error", "outcome", "wedges", "placement",
    "change", "excess_deg", "excess_lo_deg", "excess_hi_deg", "strokes_used", "report", "id", "day", "fitted",
)  # fmt: skip
TABLES = {
    "sessions": """
        id TEXT, position INTEGER, session TEXT, file TEXT, rider TEXT, date TEXT, condition TEXT, notes TEXT,
        status TEXT, error TEXT, retry INTEGER, fingerprint TEXT, sha256 TEXT, format TEXT, start TEXT,
        duration_s REAL, sampling_rate_hz REAL, wedge_system TEXT, report TEXT, version TEXT, document TEXT,
        from_s REAL, to_s REAL, is_section INTEGER, day TEXT, named INTEGER, kept TEXT,
        pdf TEXT, client TEXT, comfort REAL, shoe TEXT, pedal TEXT, cleat TEXT, cleat_float_deg REAL,
        next_visit TEXT""",
    "feet": """
        foot TEXT, outcome TEXT, wedges INTEGER, placement TEXT, change INTEGER, fitted INTEGER, system TEXT,
        excess_deg REAL, excess_lo_deg REAL, excess_hi_deg REAL, expected_deg REAL, rotation_deg REAL,
        standard_error_deg REAL, metric TEXT, zero TEXT, neutral_kind TEXT, neutral_deg REAL, lower_bound INTEGER,
        zero_sd_deg REAL, strokes_found INTEGER, strokes_used INTEGER, cadence_rpm REAL, power_w REAL, reference TEXT,
        quality REAL, reason TEXT, curve TEXT, strokes_sd_deg REAL, recovery_phase_deg REAL, float_stop_deg REAL,
        reasons TEXT""",
    "strokes": """
        foot TEXT, stroke INTEGER, start_s REAL, end_s REAL, cadence_rpm REAL, mean_deg REAL, power_phase_deg REAL,
        recovery_phase_deg REAL, peak_deg REAL, peak_crank_deg REAL, range_deg REAL, posture TEXT, power_w REAL,
        spikes_repaired INTEGER, quality REAL, used INTEGER, reject_reason TEXT""",
    "findings": "number INTEGER, foot TEXT, level TEXT, code TEXT, message TEXT, details TEXT",
    "clients": "id TEXT, name TEXT, since TEXT",
    "client_pages": "number INTEGER, name TEXT, sha256 TEXT, content BLOB",
}
"""The contract: a column that is forgotten, added, renamed or of another type fails here until it is written down."""


def session(seed: int, excess_deg: float, wedges: int = 0, **more: object) -> SessionResult:
    """A short ride; the left foot without a neutral."""
    recording, _ = simulate_plain(duration_s=60, rate_hz=50, seed=seed, right_mean_deg=excess_deg)
    left = replace(recording.feet["left"], zero="none")
    recording = replace(recording, name=f"ride{seed}.csv", sha256=f"{seed:064x}", feet={**recording.feet, "left": left})
    return analyze_recording(recording, Session(left_wedges=0, right_wedges=wedges, **more))  # type: ignore[arg-type]


def kept(results: list[SessionResult], folder: Path) -> list[dict[str, object]]:
    """The results as a store gives them back."""
    with Store(folder / "results.sqlite") as store:
        for number, result in enumerate(results):
            name = result.recording.name
            store.save(rows_of(SessionRow(id=str(number), position=number, session=name, file=name), result))
        return list(store.sessions())


def test_the_columns_are_those_of_the_contract(tmp_path: Path) -> None:
    contract = {table: " ".join(told.split()) for table, told in TABLES.items()}
    assert {table: ", ".join(f"{c.name} {c.kind}" for c in columns) for table, columns in COLUMNS.items()} == contract
    assert CSV_COLUMNS == CSV
    with Store(tmp_path / "results.sqlite"):
        pass
    with sqlite3.connect(tmp_path / "results.sqlite") as database:
        assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        for table, told in contract.items():
            made = [f"{name} {kind}" for _, name, kind, *_ in database.execute(f"PRAGMA table_info({table})")]
            assert ", ".join(made).removeprefix("session_id TEXT, ") == told


def test_every_column_says_what_it_means_and_has_a_place_of_its_own() -> None:
    columns = [column for own in COLUMNS.values() for column in own]
    assert all(len(column.meaning) > 5 for column in columns)
    assert sorted(column.csv for column in columns if column.csv) == list(range(1, len(CSV) + 1))
    assert tuple(column.name for column in COLUMNS["strokes"]) == STROKE_COLUMNS


def test_the_version_follows_from_the_columns() -> None:
    assert version_of(COLUMNS) == SCHEMA_VERSION
    added = {**COLUMNS, "feet": (*COLUMNS["feet"], TableColumn("height", "REAL", "of the foot", 0))}
    retyped = {**COLUMNS, "feet": (COLUMNS["feet"][0]._replace(kind="REAL"), *COLUMNS["feet"][1:])}
    reworded = {**COLUMNS, "feet": (COLUMNS["feet"][0]._replace(meaning="left or right"), *COLUMNS["feet"][1:])}
    assert len({SCHEMA_VERSION, version_of(added), version_of(retyped)}) == 3
    assert version_of(reworded) == SCHEMA_VERSION


def test_a_type_that_sql_does_not_know_is_refused() -> None:
    odd = make_dataclass("Odd", [("one", Annotated[dict, Column("anything")])])
    with pytest.raises(KeyError):
        columns_of(odd)


def test_readings_come_back_as_they_were_kept(tmp_path: Path) -> None:
    results = [session(1, 5.0), session(2, 3.0, 2), session(3, 3.0, 1, neutral="recovery", metric="peak")]
    results[2] = replace(results[2], is_section=True)
    for result, stored in zip(results, kept(results, tmp_path), strict=True):
        direct, back = readings_of(result), stored_readings(stored)
        assert back.recording == direct.recording
        assert (back.system.id, back.is_section) == (direct.system.id, direct.is_section)
        assert set(back.feet) == {"left", "right"}
        for side, foot in direct.feet.items():
            for item in fields(Reading):
                assert same(getattr(back.feet[side], item.name), getattr(foot, item.name)), item.name


def test_a_count_that_nobody_told_stays_unknown(tmp_path: Path) -> None:
    recording, _ = simulate_plain(duration_s=60, rate_hz=50)
    result = analyze_recording(recording, Session(right_wedges=0))
    assert [result.feet[side].fitted_wedges for side in ("left", "right")] == [None, 0]
    stored = stored_readings(kept([result], tmp_path)[0])
    assert [stored.feet[side].fitted_wedges for side in ("left", "right")] == [None, 0]


def same(one: object, other: object) -> bool:
    """Equal, or both not known."""
    return repr(one) == repr(other)


def test_a_comparison_needs_no_more_than_readings(tmp_path: Path) -> None:
    results = [session(1, 5.0), session(2, 3.0, 2), session(3, 4.8)]
    stored = compare_readings([stored_readings(one) for one in kept(results, tmp_path)], settings=Settings())
    direct = compare_sessions(results)
    assert stored.feet["right"].to_dict() == direct.feet["right"].to_dict()
    assert stored.feet["right"].curves is None
    assert direct.feet["right"].curves is not None


def test_a_count_that_is_not_known_is_left_out() -> None:
    readings = [readings_of(session(n, 5.0 - n, n)) for n in (1, 2)]
    unknown = replace(readings[1].feet["right"], fitted_wedges=None)
    readings.append(replace(readings[1], feet={"right": unknown}))
    foot = compare_readings(readings, settings=Settings()).feet["right"]
    assert [item.used for item in foot.recordings] == [True, True, False]
    assert foot.recordings[2].wedges is None
    assert math.isnan(foot.recordings[2].value_deg)


def test_zeros_of_other_meaning_are_not_compared() -> None:
    one, other = readings_of(session(1, 5.0)), readings_of(session(2, 3.0, 2))
    sensor = replace(other.feet["right"], zero="shoe_sensor")
    with pytest.raises(UsageError, match="do not start from the same zero"):
        compare_readings([one, replace(other, feet={"right": sensor})], settings=Settings())
    silent = replace(other.feet["right"], zero=None)
    assert compare_readings([one, replace(other, feet={"right": silent})], settings=Settings()).feet["right"].change
