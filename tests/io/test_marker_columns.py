"""Markers as columns of a plain table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bikefit.errors import RecordingError
from bikefit.io import ReadOptions, read_recording
from bikefit.simulate.markers import simulate_markers
from bikefit.simulate.space import Ride

MADE, _ = simulate_markers(Ride(duration_s=3.0, still_s=0.0))


def write(path: Path, form: str, *, scale: float = 1.0, mark: str = ",", decimal: str = ".") -> Path:
    assert MADE.markers is not None
    table = {"time_s": MADE.markers.time_s}
    for name, place in MADE.markers.positions_mm.items():
        table |= {form.format(name=name, axis=axis): scale * place[:, at] for at, axis in enumerate("xyz")}
    pd.DataFrame(table).to_csv(path, index=False, sep=mark, decimal=decimal)
    return path


@pytest.mark.parametrize(
    ("form", "scale", "mark", "decimal"),
    [
        ("{name}_{axis}_mm", 1.0, ",", "."),
        ("{name}_{axis}_m", 1e-3, ";", ","),
        ("{name} {axis} (cm)", 0.1, "\t", "."),
        ("{name}:{axis}", 1.0, ",", "."),
        ("{name}.{axis}", 1e-3, ";", "."),
    ],
)
def test_three_columns_are_a_marker(tmp_path: Path, form: str, scale: float, mark: str, decimal: str) -> None:
    read = read_recording(write(tmp_path / "ride.csv", form, scale=scale, mark=mark, decimal=decimal))
    assert MADE.markers is not None
    assert read.markers is not None
    assert read.format == "csv"
    assert set(read.markers.positions_mm) == set(MADE.markers.positions_mm)
    for name, place in MADE.markers.positions_mm.items():
        np.testing.assert_allclose(read.markers.positions_mm[name], place, atol=1e-6)
    assert {"left_heel", "right_toe"} <= {channel.meaning for channel in read.channels}


def test_other_names_are_given_by_the_user(tmp_path: Path) -> None:
    path = write(tmp_path / "ride.csv", "{name}_{axis}_mm")
    text = path.read_text().replace("left_heel", "bench").replace("right_heel", "rear")
    path.write_text(text)
    assert read_recording(path).markers is None
    read = read_recording(path, ReadOptions(columns={"left_heel": "bench"}))
    assert read.markers is not None
    assert "left_heel" in read.markers.positions_mm
    with pytest.raises(RecordingError, match="Did you mean 'bench'"):
        read_recording(path, ReadOptions(columns={"left_heel": "bensh"}))


def test_a_table_of_something_else_has_no_markers(tmp_path: Path) -> None:
    (tmp_path / "ride.csv").write_text("time_s,acc_x,acc_y,acc_z,left_heel_rotation_deg\n0,1,2,3,4\n0.01,1,2,3,4\n")
    read = read_recording(tmp_path / "ride.csv")
    assert read.markers is None
    assert "left" in read.feet
