"""What must not matter does not, from the file to the wedge count: sides, sign, zero, clock, rate, other rides."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bikefit.analysis import AnalyzeOptions, analyze
from bikefit.conventions import SIDES
from bikefit.io import ReadOptions
from bikefit.io.text.writer import write_csv
from bikefit.simulate import simulate_plain

HEELS = ["left_heel_rotation_deg", "right_heel_rotation_deg"]
few = settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def ride(seed: int, left: float, right: float, rpm: float, **numbers: Any) -> pd.DataFrame:
    """Return a synthetic ride as the table that a user would have."""
    plain = {"duration_s": 30, "rate_hz": 50, "coasts": 1, "power_w": 0}
    recording, _ = simulate_plain(
        seed=seed, left_mean_deg=left, right_mean_deg=right, cadence_rpm=rpm, **{**plain, **numbers}
    )
    with tempfile.TemporaryDirectory() as folder:
        write_csv(recording, Path(folder) / "ride.csv")
        return pd.read_csv(Path(folder) / "ride.csv", comment="#")


def answer(table: pd.DataFrame, section: str = "", **options: Any) -> dict[str, Any]:
    """Write the table, analyse the file and return the feet of the JSON document."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ride.csv"
        table.to_csv(path, index=False)
        feet: dict[str, Any] = analyze(f"{path}{section}", AnalyzeOptions(**options)).to_dict()["feet"]
    return feet


def total(foot: dict[str, Any]) -> int:
    advice = foot["recommendation"]
    count: int = advice["wedges"]
    return -count if advice["placement"] == "valgus" else count


tables = st.builds(ride, st.integers(0, 10_000), st.floats(-5, 5), st.floats(-5, 5), st.floats(60, 110))


@few
@given(table=tables)
def test_exchanged_columns_and_swap_sides_cancel(table: pd.DataFrame) -> None:
    exchanged = table.rename(columns=dict(zip(HEELS, reversed(HEELS), strict=True)))
    one, other = answer(table), answer(exchanged, read=ReadOptions(swap_sides=True))
    for side in SIDES:
        assert other[side]["strokes"]["rejected"] == one[side]["strokes"]["rejected"]
        assert other[side]["strokes"]["used"] == one[side]["strokes"]["used"]
        for name in ("value_deg", "standard_error_deg", "power_phase_deg", "peak_crank_deg"):
            assert other[side]["rotation"][name] == pytest.approx(one[side]["rotation"][name], abs=1e-9)
        assert total(other[side]) == total(one[side])


@few
@given(table=tables)
def test_a_turned_sign_and_positive_heel_in_cancel(table: pd.DataFrame) -> None:
    turned = table.assign(**{name: -table[name] for name in HEELS})
    assert answer(turned, read=ReadOptions(positive="heel-in")) == answer(table)


@few
@given(table=tables, fitted=st.integers(-3, 3))
def test_a_mirrored_rider_gets_the_mirrored_count(table: pd.DataFrame, fitted: int) -> None:
    mirrored = table.assign(**{name: -table[name] for name in HEELS})
    one = answer(table, left_wedges=fitted, right_wedges=fitted)
    other = answer(mirrored, left_wedges=-fitted, right_wedges=-fitted)
    for side in SIDES:
        assert other[side]["excess"]["deg"] == pytest.approx(-one[side]["excess"]["deg"], abs=1e-9)
        assert total(other[side]) == -total(one[side])
        assert other[side]["recommendation"]["outcome"] == one[side]["recommendation"]["outcome"]
        for name in ("chance_closer", "chance_worse"):
            assert other[side]["recommendation"][name] == pytest.approx(one[side]["recommendation"][name])


@few
@given(table=tables, offset=st.floats(-20, 20))
def test_another_zero_with_its_neutral_changes_no_count(table: pd.DataFrame, offset: float) -> None:
    moved = table.assign(**{name: table[name] + offset for name in HEELS})
    one, other = answer(table, neutral=0.0), answer(moved, neutral=offset)
    for side in SIDES:
        assert other[side]["rotation"]["value_deg"] == pytest.approx(one[side]["rotation"]["value_deg"] + offset)
        assert other[side]["excess"]["deg"] == pytest.approx(one[side]["excess"]["deg"], abs=1e-6)
        assert other[side]["strokes"] == {
            **one[side]["strokes"],
            "quality": pytest.approx(one[side]["strokes"]["quality"]),
        }
        assert total(other[side]) == total(one[side])


@few
@given(table=tables, late_s=st.integers(1, 100_000))
def test_a_clock_that_starts_later_changes_nothing(table: pd.DataFrame, late_s: int) -> None:
    late = answer(table.assign(time_s=table["time_s"] + late_s))
    for side, foot in answer(table).items():
        assert late[side]["strokes"]["rejected"] == foot["strokes"]["rejected"]
        assert late[side]["rotation"]["value_deg"] == pytest.approx(foot["rotation"]["value_deg"], abs=1e-6)
        assert total(late[side]) == total(foot)


@few
@given(seed=st.integers(0, 10_000), right=st.floats(-5, 5), rpm=st.floats(60, 110))
def test_twice_the_samples_are_the_same_ride(seed: int, right: float, rpm: float) -> None:
    fine = ride(seed, 0.0, right, rpm, rate_hz=100, noise_deg=0.0, coasts=0)
    one, other = answer(fine), answer(fine.iloc[::2])
    for side in SIDES:
        assert other[side]["rotation"]["value_deg"] == pytest.approx(one[side]["rotation"]["value_deg"], abs=0.02)
        assert abs(other[side]["strokes"]["used"] - one[side]["strokes"]["used"]) <= 1


@few
@given(first=tables, second=tables)
def test_a_ride_joined_with_another_is_found_again_as_its_section(first: pd.DataFrame, second: pd.DataFrame) -> None:
    begin_s = float(first["time_s"].iloc[-1]) + 5.0
    joined = pd.concat([first, second.assign(time_s=(second["time_s"] + begin_s).round(6))])
    for table, section in ((first, f"@0-{begin_s - 1}"), (second, f"@{begin_s - 1}-")):
        alone, within = answer(table), answer(joined, section)
        for side in SIDES:
            assert within[side]["strokes"]["rejected"] == alone[side]["strokes"]["rejected"]
            assert within[side]["strokes"]["used"] == alone[side]["strokes"]["used"]
            rotation = alone[side]["rotation"]
            assert within[side]["rotation"]["value_deg"] == pytest.approx(rotation["value_deg"], abs=1e-6)
            assert total(within[side]) == total(alone[side])
