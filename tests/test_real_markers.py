"""Markers of a real rider, out of the saddle at 70 rpm; skipped where BIKEFIT_REAL_DATA does not name the folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bikefit.conventions import SIDES, Side
from bikefit.io import read_recording
from bikefit.marker_geometry import static_heel_out_deg, traces_from_markers
from bikefit.marker_geometry.axle import axle_of
from bikefit.marker_geometry.bike import about_centre
from bikefit.model import Markers
from bikefit.phase import find_phase
from bikefit.settings import Settings
from bikefit.strokes import find_strokes

RIDE, STATIC = "subject01_standing_10_70.trc", "subject01_static.trc"
EXPECTED: dict[Side, tuple[int, float, float, float, float]] = {
    "right": (10, -3.20, 0.11, 1.96, 169.0),
    "left": (11, -0.54, 0.06, 1.11, 94.0),
}
"""Whole strokes, mean of the stroke means, SD between strokes, median range, peak at crank angle."""


@pytest.fixture
def folder(real_data: Path) -> Path:
    return real_data / "markers"


def markers(path: Path) -> Markers:
    found = read_recording(path).markers
    assert found is not None
    return found


def strokes(source: Markers, static: Markers | None = None) -> dict[Side, pd.DataFrame]:
    traces, _ = traces_from_markers(source, static)
    settings = Settings()
    return {side: find_strokes(trace, find_phase(trace, settings), settings).table for side, trace in traces.items()}


@pytest.mark.parametrize("pedals", [True, False])
def test_strokes_of_both_feet(folder: Path, pedals: bool) -> None:
    source = markers(folder / RIDE)
    kept = {name: place for name, place in source.positions_mm.items() if pedals or not name.endswith("pedal")}
    tables = strokes(Markers(source.time_s, kept))
    for side, (count, mean, sd, span, peak) in EXPECTED.items():
        table = tables[side]
        assert len(table) == count
        assert table["cadence_rpm"].mean() == pytest.approx(69.8, abs=0.3)
        assert table["mean_deg"].mean() == pytest.approx(mean, abs=0.05)
        assert table["mean_deg"].std() == pytest.approx(sd, abs=0.02)
        assert table["range_deg"].median() == pytest.approx(span, abs=0.1)
        # the published pedal points follow a marker, not the axle: see the circles below
        assert table["peak_crank_deg"].median() == pytest.approx(peak, abs=2.0 if pedals else 6.0)


def test_each_shoe_has_one_point_that_goes_round_a_true_circle(folder: Path) -> None:
    source = markers(folder / RIDE)
    for side in SIDES:
        axle, points = (
            axle_of(source.positions_mm[f"{side}_heel"], source.positions_mm[f"{side}_toe"]),
            source.positions_mm[f"{side}_pedal"],
        )
        assert axle is not None
        radii = [np.hypot(way[:, 0], way[:, 2]) for way in (about_centre(axle), about_centre(points))]
        assert radii[0].mean() == pytest.approx(175.0, abs=2.0)
        assert radii[0].std() < 1.0
        assert radii[1].std() > 5.0


def test_the_strokes_in_which_markers_flicker_are_not_used(folder: Path) -> None:
    table = strokes(markers(folder / RIDE))["left"]
    flagged = table[~table["used"]]
    assert list(flagged["reject_reason"]) == ["flicker", "flicker"]
    for when, (_, row) in zip((1.24, 8.10), flagged.iterrows(), strict=True):
        assert row["start_s"] <= when < row["end_s"]


@pytest.mark.parametrize("name", [STATIC, "subject01_static.c3d"])
def test_static_stance_from_either_format(folder: Path, name: str) -> None:
    assert static_heel_out_deg(markers(folder / name)) == pytest.approx({"right": -8.70, "left": -3.45}, abs=0.05)


def test_both_formats_hold_the_same_trial(folder: Path) -> None:
    trc, c3d = markers(folder / STATIC), markers(folder / "subject01_static.c3d")
    for side in SIDES:
        for part in ("heel", "toe", "forefoot"):
            one, other = (source.positions_mm[f"{side}_{part}"] for source in (trc, c3d))
            # the files differ by the floor's origin only
            np.testing.assert_allclose(one - one[0], other - other[0], atol=0.05)


def test_what_the_reader_says(folder: Path) -> None:
    read = read_recording(folder / RIDE)
    codes = [item.code for item in read.findings]
    assert codes == ["rate_mismatch", "companion_file", "marker_axes"]
    axes = read.findings[-1].values
    assert (axes["forward"], axes["left"], axes["up"]) == ("+x", "-z", "+y")


def test_analyze(folder: Path, run: Callable[..., Any]) -> None:
    alone = json.loads(run("analyze", folder / RIDE, "--json").out)
    right = alone["feet"]["right"]
    assert right["strokes"]["reference"] == "markers"
    assert right["rotation"]["mean_deg"] == pytest.approx(-3.20, abs=0.05)
    assert right["recommendation"]["outcome"] == "undetermined"
    assert [item["code"] for item in right["recommendation"]["reasons"]] == ["neutral_needed"]
    stood = json.loads(run("analyze", folder / RIDE, "--static", folder / STATIC, "--json").out)
    assert stood["feet"]["right"]["neutral"]["kind"] == "static"
    assert stood["feet"]["right"]["excess"]["deg"] == pytest.approx(5.5, abs=0.15)
    assert stood["feet"]["right"]["recommendation"]["outcome"] != "undetermined"
    matters = [item for item in stood["feet"]["right"]["findings"] if item["code"] == "neutral_matters"]
    assert matters[0]["values"]["others"]["zero"] < -3.0
