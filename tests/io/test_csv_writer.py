"""The CSV writer: its columns, its dialects, and that nothing is written by halves."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace

import numpy as np
import pytest

from bikefit.errors import OutputError, RecordingError
from bikefit.io.text.writer import write_csv
from bikefit.model import Recording, ShoeSensor
from bikefit.simulate import Ride, Section, simulate_ride


@pytest.fixture(scope="module")
def recording():
    ride = Ride(duration_s=10.0, pitch=True, missing_share=0.05, sections=(Section(0.0), Section(5.0)))
    return simulate_ride(ride=ride)[0]


def rows_of(path, delimiter=","):
    text = path.read_text(encoding="utf-8")
    return list(csv.DictReader((line for line in text.splitlines() if line[:1] != "#"), delimiter=delimiter))


def numbers(rows, name):
    return np.array([float(row[name].replace(",", ".")) if row[name] else np.nan for row in rows])


@pytest.mark.parametrize(("delimiter", "decimal"), [(",", "."), (";", ","), ("\t", ".")])
def test_every_channel_comes_back_to_its_rounding(recording, tmp_path, delimiter, decimal):
    path = tmp_path / "ride.csv"
    write_csv(recording, path, delimiter=delimiter, decimal=decimal)
    rows = rows_of(path, delimiter)
    for side, trace in recording.feet.items():
        np.testing.assert_allclose(numbers(rows, "time_s"), trace.time_s, atol=1e-6)
        np.testing.assert_allclose(numbers(rows, f"{side}_heel_rotation_deg"), trace.heel_out_deg, atol=6e-4)
        np.testing.assert_allclose(numbers(rows, f"{side}_pitch_deg"), trace.pitch_deg, atol=6e-4)
    np.testing.assert_allclose(numbers(rows, "crank_angle_deg"), recording.feet["right"].crank_deg, atol=6e-4)
    np.testing.assert_array_equal(numbers(rows, "lap"), np.repeat([1, 2], 500))
    cadence = recording.companions["cadence_rpm"].values
    np.testing.assert_array_equal(numbers(rows, "cadence_rpm"), np.repeat(cadence, 100))


def test_crank_is_the_right_one_even_if_only_the_left_foot_is_there(recording, tmp_path):
    write_csv(replace(recording, feet={"left": recording.feet["left"]}), tmp_path / "left.csv")
    crank = numbers(rows_of(tmp_path / "left.csv"), "crank_angle_deg")
    np.testing.assert_allclose(crank, recording.feet["right"].crank_deg, atol=6e-4)


def test_synthetic_is_written_on_it_and_gzip_is_the_same_bytes_each_time(recording, tmp_path):
    for name in ("a.csv", "a.csv.gz", "b.csv.gz"):
        write_csv(recording, tmp_path / name)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").startswith("# synthetic")
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()) == (tmp_path / "a.csv").read_bytes()
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


def test_sensors_with_two_clocks_share_rows(tmp_path):
    sensor = ShoeSensor("left", np.array([0.0, 0.02]), np.ones((2, 3)), np.array([0.0, 0.01]), np.full((2, 3), 9.8))
    write_csv(Recording("s", "csv", "", None, 0.0, 0.02, sensors={"left": sensor}), tmp_path / "s.csv")
    rows = rows_of(tmp_path / "s.csv")
    assert [row["time_s"] for row in rows] == ["0.00", "0.01", "0.02"]
    assert [row["left_gyr_x_deg_s"] for row in rows] == ["1.000", "", "1.000"]
    assert [row["left_acc_z_m_s2"] for row in rows] == ["9.8000", "9.8000", ""]


def test_a_failure_leaves_the_old_file_and_no_litter(recording, tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        write_csv(recording, tmp_path / "no such folder" / "ride.csv")
    folder = tmp_path / "ride.csv"
    folder.mkdir()
    with pytest.raises(OutputError, match=r"ride\.csv"):
        write_csv(recording, folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_recording_of_nothing_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="no foot trace"):
        write_csv(Recording("empty", "csv", "", None, 0.0, 0.0), tmp_path / "empty.csv")
