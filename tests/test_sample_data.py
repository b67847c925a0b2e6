"""The sample data: made by its documented commands, small, labelled, and with the answers that its README promises."""

from __future__ import annotations

import csv
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import bikefit
from bikefit.analysis import AnalyzeOptions
from bikefit.errors import NoRotationError, RecordingError
from bikefit.io import read_recording

FOLDER = Path(__file__).parents[1] / "sample_data"
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def load_make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_data_make", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE = load_make()
NAMES = [*MAKE.COMMANDS, *(name for name in MAKE.FUNCTIONS if name not in MAKE.COMMANDS)]
DATA = [path for path in FOLDER.rglob("*") if path.suffix in (".csv", ".fit", ".trc") and path.name != "manifest.csv"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample_data")
    MAKE.make(folder)
    return folder


def test_every_file_has_its_command_and_every_command_its_file(made):
    assert sorted(NAMES) == sorted(path.relative_to(FOLDER).as_posix() for path in DATA)
    assert sorted(NAMES) == sorted(path.relative_to(made).as_posix() for path in made.rglob("*.*"))
    block = re.search(r"<!-- commands -->\n```sh\n(.*?)```", README, re.DOTALL)
    assert block is not None
    assert block[1].splitlines() == [f"bikefit simulate {name} {options}" for name, options in MAKE.COMMANDS.items()]


def test_they_are_small_and_say_what_they_are():
    assert sum(path.stat().st_size for path in DATA) < 5_000_000
    assert "**synthetic**" in README
    for path in DATA:
        assert path.name in README or path.parent.name == "sessions"
        if path.suffix == ".csv":
            assert "simulate, no real rider" in path.read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize("name", NAMES)
def test_made_again_it_is_the_same(made, name):
    if name == "sessions/emma_ride.fit":  # holds no foot, so it is not a recording; made of whole numbers
        assert (made / name).read_bytes() == (FOLDER / name).read_bytes()
        return
    kept, again = read_recording(FOLDER / name), read_recording(made / name)
    assert kept.feet.keys() == again.feet.keys()
    assert kept.sensors.keys() == again.sensors.keys()
    assert kept.laps == again.laps
    for side, trace in kept.feet.items():
        np.testing.assert_allclose(trace.time_s, again.feet[side].time_s, atol=2e-6)
        np.testing.assert_allclose(trace.heel_out_deg, again.feet[side].heel_out_deg, atol=0.011)
    for side, sensor in kept.sensors.items():
        np.testing.assert_allclose(sensor.gyr_deg_s, again.sensors[side].gyr_deg_s, atol=0.011)
        np.testing.assert_allclose(sensor.acc_m_s2, again.sensors[side].acc_m_s2, atol=0.011)


# ---- the answers that the README promises ------------------------------------------------------------------

VARUS, VALGUS = "varus", "valgus"


@pytest.mark.parametrize(
    ("name", "side", "wedges", "placement", "true_deg"),
    [
        ("two_wedges.csv", "left", 0, None, 0.2),
        ("two_wedges.csv", "right", 2, VARUS, 2.5),
        ("two_wedges.fit", "left", 0, None, 0.2),
        ("two_wedges.fit", "right", 2, VARUS, 2.5),
        ("european.csv", "left", 1, VARUS, 1.4),
        ("european.csv", "right", 0, None, 0.5),
        ("no_crank.csv", "left", 2, VALGUS, -2.5),
        ("no_crank.csv", "right", 0, None, 0.4),
        ("sessions/emma_1.fit", "left", 0, None, 0.4),
        ("sessions/emma_1.fit", "right", 0, None, -0.5),
    ],
)
def test_count_of_wedges(name, side, wedges, placement, true_deg):
    foot = bikefit.analyze(FOLDER / name).feet[side]
    advice = foot.recommendation
    assert (advice.outcome, advice.wedges, advice.placement) == (
        "fit_wedges" if wedges else "no_wedge",
        wedges,
        placement,
    )
    low, high = foot.rotation.interval_deg
    assert foot.rotation.value_deg == pytest.approx(true_deg, abs=0.25)
    assert low - 0.1 < true_deg < high + 0.1


def test_the_crank_is_not_spoken_of_without_one():
    left = bikefit.analyze(FOLDER / "no_crank.csv").feet["left"]
    assert left.strokes.reference == "pitch"
    assert np.isnan(left.rotation.peak_crank_deg)


def test_float_stop_makes_the_excess_a_lower_bound():
    feet = bikefit.analyze(FOLDER / "float_stop.csv").feet
    stop = feet["right"].rotation.float_stop
    assert stop is not None
    assert stop.deg == pytest.approx(3.5, abs=0.2)
    assert 0.3 < stop.share < 0.6
    assert feet["right"].excess.lower_bound
    assert feet["left"].rotation.float_stop is None
    assert not feet["left"].excess.lower_bound


def test_three_sections_are_three_answers():
    path = FOLDER / "three_sections.csv"
    bare, wedged, again = (
        bikefit.analyze(path, AnalyzeOptions(lap=number, right_wedges=fitted)).feet["right"]
        for number, fitted in ((1, 0), (2, 2), (3, 0))
    )
    for foot, true_deg in ((bare, 3.6), (wedged, 2.6), (again, 3.6)):
        assert foot.rotation.value_deg == pytest.approx(true_deg, abs=0.25)
    assert wedged.rotation.value_deg < min(bare.rotation.value_deg, again.rotation.value_deg) - 0.6


def test_shoe_sensor_reads_the_angle_from_the_pose():
    feet = bikefit.analyze(FOLDER / "shoe_sensor.fit").feet
    assert list(feet) == ["right"]
    assert feet["right"].rotation.value_deg == pytest.approx(2.6, abs=0.4)
    assert feet["right"].recommendation.total == 2


def compared(names, right_wedges):
    result = bikefit.compare([FOLDER / name for name in names], right_wedges=right_wedges, left_wedges=[0] * len(names))
    return result.to_dict()["feet"]


def test_before_and_after_tells_the_response():
    feet = compared(["a_b_a_1.csv", "a_b_a_2.csv", "a_b_a_3.csv"], [0, 2, 0])
    right = feet["right"]
    assert right["response"]["mean"] == pytest.approx(0.9, abs=0.25)
    assert right["response"]["probability_heel_in"] > 0.9
    assert right["change_detected"]
    assert (right["recommendation"]["wedges"], right["recommendation"]["placement"]) == (2, VARUS)
    assert not feet["left"]["change_detected"]


def test_the_wrong_way_is_taken_off():
    right = compared(["wrong_way_1.csv", "wrong_way_2.csv"], [0, 2])["right"]
    assert right["response"]["mean"] < 0
    assert right["response"]["probability_heel_in"] < 0.2
    advice = right["recommendation"]
    assert advice["placement"] != VARUS or advice["wedges"] == 0


@pytest.mark.parametrize("laps", [False, True], ids=["files", "laps"])
@pytest.mark.parametrize(
    ("rider", "response", "placement"), [("helped", 0.9, VARUS), ("harmed", -0.9, VALGUS)], ids=["helped", "harmed"]
)
def test_the_visit_decides_which_way(rider, response, placement, laps):
    first = bikefit.analyze(FOLDER / f"visit_{rider}_1.fit").feet["right"].recommendation
    assert first.total == 2  # the first count rests on the assumption, for both riders alike
    names = [f"visit_{rider}_laps.fit@lap{n}" if laps else f"visit_{rider}_{n}.fit" for n in (1, 2, 3, 4)]
    feet = compared(names, [0, 2, -2, 0])
    right = feet["right"]
    assert right["response"]["mean"] == pytest.approx(response, abs=0.2)
    assert right["change_detected"]
    assert right["verdict"] == "helps"
    assert (right["recommendation"]["wedges"], right["recommendation"]["placement"]) == (2, placement)
    assert feet["left"]["verdict"] == "not_tried"


# ---- the small studio --------------------------------------------------------------------------------------


def manifest():
    with (FOLDER / "sessions" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_manifest_names_every_session_and_nothing_else():
    rows = manifest()
    assert sorted(row["file"] for row in rows) == sorted(path.name for path in DATA if path.parent.name == "sessions")
    assert len({row["session"] or row["file"] for row in rows}) == 12
    assert len({row["rider"] for row in rows}) == 5
    assert all("synthetic" in row["rider"] for row in rows)


@pytest.mark.parametrize(
    ("name", "side", "true_deg"),
    [
        ("anna_1.fit", "right", 4.6),
        ("anna_2.fit", "right", 3.1),
        ("anna_3.fit", "right", 4.8),
        ("ben_1.fit", "left", -3.4),
        ("ben_2.fit", "left", -2.45),
        ("ben_3.fit", "left", -3.3),
        ("carla_1.csv", "right", 3.0),
        ("carla_2.fit", "right", 3.4),
        ("dario_2.fit", "right", 3.6),
    ],
)
def test_sessions_hold_what_the_readme_says(name, side, true_deg):
    foot = bikefit.analyze(FOLDER / "sessions" / name).feet[side]
    assert foot.rotation.value_deg == pytest.approx(true_deg, abs=0.3)


def test_two_shoe_files_are_one_session():
    recordings = [read_recording(FOLDER / "sessions" / f"dario_1_{side}.csv") for side in ("left", "right")]
    assert [list(recording.sensors) for recording in recordings] == [["left"], ["right"]]


def test_damage_and_absence_are_said():
    cut = read_recording(FOLDER / "sessions" / "dario_2.fit")
    assert any(finding.level == "warning" for finding in cut.findings)
    with pytest.raises((NoRotationError, RecordingError), match="emma_ride"):
        bikefit.analyze(FOLDER / "sessions" / "emma_ride.fit")
