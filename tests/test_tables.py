"""Results as tables: the strokes, the curves, a row a foot; as CSV and Parquet files and for pandas."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from bikefit import analyze
from bikefit.comparison import compare
from bikefit.conventions import STROKE_COLUMNS
from bikefit.simulate import simulate_plain


@pytest.fixture(scope="module")
def result():
    recording, _ = simulate_plain(duration_s=60.0, cadence_rpm=90.0)
    return analyze(recording)


def test_strokes_of_both_feet_stand_in_one_table(result):
    strokes = result.strokes
    assert tuple(strokes.columns) == STROKE_COLUMNS
    assert list(strokes["foot"].unique()) == ["left", "right"]
    used = strokes[strokes["used"]].groupby("foot")["mean_deg"].agg(["mean", "size"])
    for side, foot in result.feet.items():
        assert used.loc[side, "mean"] == pytest.approx(foot.rotation.mean_deg, abs=1e-9)
        assert used.loc[side, "size"] == foot.strokes.used


def test_curves_are_long_and_their_mean_over_a_stroke_is_the_strokes_mean(result):
    curves = result.curves
    assert list(curves.columns) == ["foot", "stroke", "used", "phase_deg", "heel_out_deg"]
    assert len(curves) == 100 * len(result.strokes)
    assert curves["phase_deg"].unique() == pytest.approx(np.arange(100) * 3.6 + 1.8)
    means = curves[curves["used"]].groupby(["foot", "stroke"])["heel_out_deg"].mean()
    strokes = result.strokes[result.strokes["used"]].set_index(["foot", "stroke"])["mean_deg"]
    assert np.abs(means - strokes).max() < 0.02


def test_a_row_a_foot_holds_the_numbers_of_the_json(result):
    frame, document = result.to_frame().set_index("foot"), result.to_dict()["feet"]
    for side, foot in document.items():
        row = frame.loc[side]
        assert row["excess_deg"] == foot["excess"]["deg"]
        assert [row["excess_interval_deg_low"], row["excess_interval_deg_high"]] == foot["excess"]["interval_deg"]
        assert (row["recommendation_outcome"], row["strokes_used"]) == (
            foot["recommendation"]["outcome"],
            foot["strokes"]["used"],
        )
        assert row["recommendation_next_step_action"] == foot["recommendation"]["next_step"]["action"]


def test_a_comparison_has_a_row_a_foot_and_recording(samples):
    found = compare([samples / f"wrong_way_{number}.csv" for number in (1, 2)], right_wedges=[0, 1])
    frame = found.to_frame()
    right = frame[frame["foot"] == "right"]
    assert right["wedges"].tolist() == [0, 1]
    assert right["value_deg"].tolist() == [item.value_deg for item in found.feet["right"].recordings]


def test_a_result_without_strokes_gives_empty_tables_with_their_columns(result):
    empty = type(result)(**{**vars(result), "feet": {}})
    assert (len(empty.strokes), tuple(empty.strokes.columns)) == (0, STROKE_COLUMNS)
    assert (len(empty.curves), len(empty.to_frame())) == (0, 0)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_files_hold_the_same_to_the_last_digit(run, samples, tmp_path, suffix):
    paths = {name: tmp_path / f"{name}{suffix}" for name in ("strokes", "curves")}
    done = run("analyze", samples / "two_wedges.csv", *(w for n, p in paths.items() for w in (f"--{n}", p)))
    assert done.code == 0, done.err
    direct = analyze(samples / "two_wedges.csv")
    for name, path in paths.items():
        read = pd.read_csv(path, dtype=str) if suffix == ".csv" else pd.read_parquet(path)
        wanted = getattr(direct, name)
        for column in wanted.select_dtypes("number").columns:
            assert np.array_equal(read[column].map(float), wanted[column].astype(float), equal_nan=True), column
        assert read["foot"].tolist() == wanted["foot"].tolist()


@pytest.mark.parametrize(
    ("path", "said"),
    [("a.xlsx", "ends in .csv or .parquet"), ("nowhere/a.csv", "does not exist"), (".csv", "ends in .csv or")],
)
def test_a_table_that_cannot_be_written_is_refused_before_the_work(run, samples, tmp_path, path, said):
    done = run("analyze", samples / "two_wedges.csv", "--curves", tmp_path / path)
    assert (done.code, said in done.err, done.out) == (3, True, "")


def test_parquet_without_its_package_is_one_line(run, samples, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = run("analyze", samples / "two_wedges.csv", "--strokes", tmp_path / "a.parquet")
    assert done.code == 3
    assert done.err.rstrip().endswith("a.parquet needs one more package: pip install 'bikefit[parquet]'.")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("analyze two_wedges.csv --report", "page.html"),
        ("analyze two_wedges.csv --report", "page.pdf"),
        ("analyze two_wedges.csv --report", "page.png"),
        ("plan -o", "visit.pdf"),
        ("inspect two_wedges.csv --plot", "look.png"),
    ],
)
def test_only_a_file_of_our_own_is_replaced(run, samples, tmp_path, command, name):
    words = [samples / word if word.endswith(".csv") else word for word in command.split()]
    path = tmp_path / name
    for _ in ("new", "of our own"):
        done = run(*words, path, "--quiet")
        assert done.code == 0, done.err
    foreign = path.read_bytes().replace(b"bikefit", b"another")
    path.write_bytes(foreign)
    done = run(*words, path)
    said = f"bikefit: {path}: there is a file of this name that bikefit did not write, so it stays. Name another.\n"
    assert (done.code, done.out, done.err, path.read_bytes()) == (3, "", said, foreign)
