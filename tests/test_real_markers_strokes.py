"""Strokes of a real rider, standing, from marker data that is not part of the project."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bikefit.conventions import Side
from bikefit.model import FootTrace
from bikefit.phase import find_phase
from bikefit.settings import Settings
from bikefit.strokes import Strokes, find_strokes

DATA = os.environ.get("BIKEFIT_REAL_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="BIKEFIT_REAL_DATA is not set: no real recordings to read")
SETTINGS = Settings()
EXPECTED = {"right": (10, -3.20, 1.96), "left": (11, -0.54, 1.11)}
FLICKER_S = (1.24, 8.105)


def folder() -> Path:
    assert DATA is not None
    return Path(DATA)


def markers() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Time and positions of the TRC file: x forward, y up, z right; rates from the Time column."""
    lines = (folder() / "markers/subject01_standing_10_70.trc").read_text().splitlines()
    names = [name for name in lines[3].split("\t")[2:] if name.strip()]
    rows = [line.split("\t")[: 2 + 3 * len(names)] for line in lines[5:] if line.strip()]
    values = np.array([[float(cell) if cell.strip() else np.nan for cell in row] for row in rows])
    return values[:, 1], {name: values[:, 2 + 3 * k : 5 + 3 * k] for k, name in enumerate(names)}


def right_crank_deg() -> np.ndarray:
    """From the pedal points, right minus left: 0 up, 90 forward."""
    lines = (folder() / "markers/subject01_standing_10_70_force_data_file.mot").read_text().splitlines()
    head = next(k for k, line in enumerate(lines) if line.startswith("endheader"))
    names = lines[head + 1].split()
    values = np.array([[float(cell) for cell in line.split()] for line in lines[head + 2 :] if line.strip()])
    column = {name: values[:, k] for k, name in enumerate(names)}
    forward = column["Force_r_px"] - column["Force_l_px"]
    up = column["Force_r_py"] - column["Force_l_py"]
    return np.degrees(np.arctan2(forward, up))


@pytest.fixture(scope="module")
def traces() -> dict[Side, FootTrace]:
    time, position = markers()
    crank = right_crank_deg()
    made: dict[Side, FootTrace] = {}
    for side, letter, sign, ahead in (("right", "r", -1.0, 0.0), ("left", "l", 1.0, 180.0)):
        shoe = position[f"{letter}toe"] - position[f"{letter}cal"]
        length = np.linalg.norm(shoe, axis=1)
        made[side] = FootTrace(  # type: ignore[index]
            side,  # type: ignore[arg-type]
            time,
            sign * np.degrees(np.arcsin(shoe[:, 2] / length)),
            "bike",
            crank_deg=(crank + ahead) % 360.0,
            crank_source="markers",
            pitch_deg=-np.degrees(np.arcsin(shoe[:, 1] / length)),
        )
    return made


def strokes_of(trace: FootTrace) -> Strokes:
    return find_strokes(trace, find_phase(trace, SETTINGS), SETTINGS)


@pytest.mark.parametrize("side", ["right", "left"])
def test_whole_strokes_with_the_crank(traces: dict[Side, FootTrace], side: Side) -> None:
    count, mean_deg, range_deg = EXPECTED[side]
    strokes = strokes_of(traces[side])
    table = strokes.table
    assert len(table) == count
    assert table["cadence_rpm"].mean() == pytest.approx(69.8, abs=0.1)
    for rows in (table, table[table["used"]]):
        assert rows["mean_deg"].mean() == pytest.approx(mean_deg, abs=0.05)
        assert rows["range_deg"].median() == pytest.approx(range_deg, abs=0.1)
    assert strokes.quality > 0.9


def test_the_two_flickers_are_flagged(traces: dict[Side, FootTrace]) -> None:
    table = strokes_of(traces["left"]).table
    flagged = table[table["reject_reason"] == "flicker"]
    assert len(flagged) == len(table[~table["used"]]) == 2
    for at, (_, stroke) in zip(FLICKER_S, flagged.iterrows(), strict=True):
        assert stroke["start_s"] <= at < stroke["end_s"]
    assert strokes_of(traces["right"]).table["used"].all()


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("reference", ["pitch", "gyroscope", "rotation"])
def test_with_the_crank_withheld(traces: dict[Side, FootTrace], side: Side, reference: str) -> None:
    trace = replace(traces[side], crank_deg=None)
    if reference != "pitch":
        rate = np.gradient(trace.pitch_deg, trace.time_s)
        trace = replace(trace, pitch_deg=None, pitch_rate_deg_s=rate if reference == "gyroscope" else None)
    phase = find_phase(trace, SETTINGS)
    strokes = find_strokes(trace, phase, SETTINGS)
    assert phase.reference == reference
    assert not phase.is_crank
    assert abs(len(strokes.table) - 11) <= 1
    assert strokes.quality >= SETTINGS.quality_min
    used = strokes.table[strokes.table["used"]]
    assert used["mean_deg"].mean() == pytest.approx(EXPECTED[side][1], abs=0.05)


def test_crank_and_pitch_agree(traces: dict[Side, FootTrace]) -> None:
    for trace in traces.values():
        phase = find_phase(trace, SETTINGS)
        assert phase.agreement_deg < 8.0
        assert phase.findings == ()


def walking() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    lines = (folder() / "imu/imu_sample.csv").read_text().splitlines()
    names = [f"{a}:{b}" for a, b in zip(lines[0].split(","), lines[1].split(","), strict=True)]
    values = np.array([[float(cell) for cell in line.split(",")] for line in lines[2:]])
    return values[:, 0] / 204.8, {name: values[:, k] for k, name in enumerate(names) if "gyr" in name}


@pytest.mark.parametrize("seen_as", ["rotation", "rotation rate", "gyroscope", "pitch"])
def test_walking_is_no_pedalling(seen_as: str) -> None:
    time, gyroscope = walking()
    for rate in gyroscope.values():
        angle = np.cumsum(rate - rate.mean()) / 204.8
        trace = FootTrace("left", time, rate if seen_as == "rotation rate" else angle, "none")
        if seen_as == "gyroscope":
            trace = replace(trace, pitch_rate_deg_s=rate)
        elif seen_as == "pitch":
            trace = replace(trace, pitch_deg=angle)
        assert strokes_of(trace).quality < SETTINGS.quality_min


def test_standing_still_is_no_pedalling() -> None:
    lines = (folder() / "markers/subject01_static.trc").read_text().splitlines()
    names = [name for name in lines[3].split("\t")[2:] if name.strip()]
    heel, toe = (2 + 3 * names.index(name) for name in ("rcal", "rtoe"))
    cells = [line.split("\t") for line in lines[5:] if line.strip()]
    shoe = np.array([[float(row[toe + k]) - float(row[heel + k]) for k in range(3)] for row in cells])
    angle = -np.degrees(np.arcsin(shoe[:, 2] / np.linalg.norm(shoe, axis=1)))
    strokes = strokes_of(FootTrace("right", np.arange(angle.size) / 100.0, angle, "bike"))
    assert strokes.quality < SETTINGS.quality_min
    assert not strokes.table["used"].any()
