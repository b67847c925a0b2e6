"""The visit: which counts for which shoes, what stands on its page, and a line that compare takes as it is printed."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.snapshot_cases import SAMPLES

from bikefit.comparison.sources import as_sources
from bikefit.conventions import SIDES, PerFoot
from bikefit.errors import UsageError
from bikefit.io.fit.writer import write_fit
from bikefit.io.text.writer import write_csv
from bikefit.report.pages.view import Given
from bikefit.report.pages.visit_view import visit_page
from bikefit.sessions.reading import with_file
from bikefit.sessions.session import Session
from bikefit.simulate import simulate_plain, simulate_ride
from bikefit.simulate.rider import Foot, Ride, Rider, Section
from bikefit.visit import Visit, plan_visit, quoted
from bikefit.words import ENGLISH

Run = Callable[..., Any]
RIDE = SAMPLES / "two_wedges.csv"
RESPONSE = 0.6
VISIT_CANTS_DEG = (0.0, 2.0, -2.0, 0.0)


def compare_line(printed: str) -> list[str]:
    (line,) = [line for line in printed.splitlines() if line.strip().startswith("bikefit compare ")]
    return shlex.split(line)[1:]


def ridden(path: Path, mean_deg: float, seed: int) -> None:
    recording, _ = simulate_plain(duration_s=45, seed=seed, left_mean_deg=0.2, right_mean_deg=mean_deg)
    write_csv(recording, path)


def test_what_the_file_shows_is_what_is_planned() -> None:
    visit = plan_visit(RIDE)
    assert visit.sides == ("right",)
    assert [item.wedges.right for item in visit.recordings] == [0, 2, -2, 0]
    assert [item.wedges.left for item in visit.recordings] == [0, 0, 0, 0]
    assert [note.code for note in visit.notes] == ["near_neutral"]
    assert plan_visit(RIDE, SIDES).sides == ("left", "right")
    assert plan_visit().sides == ("left", "right")
    # two shoes take longer to change, one visit all the same
    assert plan_visit().minutes - plan_visit(RIDE).minutes == 15


def test_counts_are_those_of_the_wedge_system_in_use(tmp_path: Path) -> None:
    thin = tmp_path / "thin.toml"
    thin.write_text('[thin]\ncant_deg = 0.5\ncap = 3\ncleats = ["3-bolt"]\n', encoding="utf-8")
    for system, counts in (("bikefit-in-shoe", [0, 2, -2, 0]), (str(thin), [0, 3, -3, 0])):
        visit = plan_visit(sides=["left"], options=Session(system=system))
        assert [item.wedges.left for item in visit.recordings] == counts


def test_wedges_of_that_ride_come_off_and_the_other_shoe_keeps_its_own() -> None:
    visit = plan_visit(RIDE, ["right"], Session(left_wedges=1, right_wedges=-1))
    assert [item.wedges.left for item in visit.recordings] == [1, 1, 1, 1]
    assert [item.wedges.right for item in visit.recordings] == [0, 2, -2, 0]
    assert "take_off" in [note.code for note in visit.notes]


def test_laps_are_expected_to_repeat_better_than_files() -> None:
    files, laps = plan_visit(), plan_visit(laps=True)
    assert 0.3 < laps.smallest_change_deg < files.smallest_change_deg < 1.0
    assert [item.source for item in laps.recordings] == [f"visit.csv@lap{number}" for number in (1, 2, 3, 4)]


def test_a_shoe_at_its_float_stop_is_told_to_mend_that_first() -> None:
    visit = plan_visit(SAMPLES / "float_stop.csv")
    assert ("float_first", "right") in [(note.code, note.side) for note in visit.notes]


def test_nothing_to_change_is_no_visit(run: Run, tmp_path: Path) -> None:
    done = run("plan", SAMPLES / "sessions" / "emma_1.fit", "-o", tmp_path / "visit.html")
    assert done.code == 0
    assert "No visit is needed" in done.out
    assert "compare" not in done.out
    assert not (tmp_path / "visit.html").exists()
    document = json.loads(run("plan", SAMPLES / "sessions" / "emma_1.fit", "--json").out)
    assert (document["sides"], document["recordings"], document["compare"]) == ([], [], None)


def test_json_and_text_give_the_same_line(run: Run) -> None:
    arguments = ("plan", RIDE, "--metric", "power_phase", "--neutral", "-1", "--cleat-float", "4.5")
    document = json.loads(run(*arguments, "--json").out)
    assert list(document) == [
        "schema", "version", "system", "cant_deg", "file", "excess", "sides", "laps", "recordings", "minutes",
        "smallest_change_deg", "notes", "compare",
    ]  # fmt: skip
    assert document["schema"] == "bikefit.plan/1"
    words = shlex.split(document["compare"])[1:]
    assert compare_line(run(*arguments).out) == words
    for flag, value in (("--metric", "power_phase"), ("--neutral", "-1"), ("--cleat-float", "4.5")):
        assert words[words.index(flag) + 1] == value


@pytest.mark.parametrize("folder", ["visit", "a folder", "it's a folder"])
def test_the_line_runs_as_it_is_printed(run: Run, tmp_path: Path, folder: str) -> None:
    home = tmp_path / folder
    home.mkdir()
    ridden(home / "first.csv", 4.0, 1)
    words = compare_line(run("plan", home / "first.csv").out)
    for number, cant_deg in enumerate(VISIT_CANTS_DEG, start=1):
        ridden(home / f"first_visit_{number}.csv", 4.0 - RESPONSE * cant_deg, 10 + number)
    done = run(*words, "--json")
    assert done.code == 0, done.err
    feet = json.loads(done.out)["feet"]
    assert [item["wedges"] for item in feet["right"]["recordings"]] == [0, 2, -2, 0]
    assert feet["right"]["response"]["mean"] == pytest.approx(RESPONSE, abs=0.15)
    assert "compare_side_assumed" not in [item["code"] for item in feet["left"]["findings"]]


def test_the_line_of_laps_runs_as_it_is_printed(run: Run, tmp_path: Path) -> None:
    rider = Rider(left=Foot(mean_deg=0.1), right=Foot(mean_deg=4.0, response=RESPONSE))
    starts = (0.0, 50.0, 100.0, 150.0)
    sections = tuple(Section(at, right_cant_deg=cant) for at, cant in zip(starts, VISIT_CANTS_DEG, strict=True))
    ride = Ride(duration_s=200.0, rate_hz=50.0, sections=sections)
    ridden(tmp_path / "first.csv", 4.0, 1)
    words = compare_line(run("plan", tmp_path / "first.csv", "--laps").out)
    assert words[1].endswith("first_visit.csv@lap1")
    write_csv(simulate_ride(rider, ride, seed=3)[0], tmp_path / "first_visit.csv")
    done = run(*words, "--json")
    assert done.code == 0, done.err
    right = json.loads(done.out)["feet"]["right"]
    assert right["response"]["mean"] == pytest.approx(RESPONSE, abs=0.15)


def test_a_file_of_one_foot_keeps_its_side(run: Run, tmp_path: Path) -> None:
    recording, _ = simulate_plain(duration_s=45, seed=1, right_mean_deg=4.0)
    write_csv(recording, tmp_path / "both.csv")
    rows = [line.split(",") for line in (tmp_path / "both.csv").read_text().splitlines() if line[0] != "#"]
    left, right = (rows[0].index(f"{side}_heel_rotation_deg") for side in SIDES)
    rows[0][right] = "heel_rotation_deg"
    text = "\n".join(",".join(cell for at, cell in enumerate(row) if at != left) for row in rows)
    for name in ("one.csv", *(f"one_visit_{number}.csv" for number in (1, 2, 3, 4))):
        (tmp_path / name).write_text(text + "\n")
    words = compare_line(run("plan", tmp_path / "one.csv", "--side", "right").out)
    assert "--left-wedges" not in words
    assert words[-2:] == ["--side", "right"]
    assert run(*words).code == 0


def test_a_foot_that_is_not_there_is_no_shoe_to_change(run: Run) -> None:
    done = run("plan", SAMPLES / "shoe_sensor.fit", "--side", "left")
    assert done.code == 2
    assert "shoe_sensor.fit does not hold that foot" in done.err


def test_a_lap_is_part_of_a_file_name_only_where_there_is_such_a_file(tmp_path: Path) -> None:
    assert with_file(Session(), "ride.fit@lap2") == Session(files=(Path("ride.fit"),), lap=2)
    whole = tmp_path / "ride.csv@lap2"
    whole.touch()
    assert with_file(Session(), whole).lap is None
    with pytest.raises(UsageError, match="given twice"):
        with_file(Session(lap=1), "ride.fit@lap2")
    sources = as_sources(["ride.fit@lap1", "ride.fit@lap3"], PerFoot(None, [0, 2]), common=Session(from_s=5.0))
    assert [(one.session.lap, one.session.from_s) for one in sources] == [(1, None), (3, None)]


def test_a_lap_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    recording, _ = simulate_plain(duration_s=45, seed=1)
    write_fit(recording, tmp_path / "ride.fit")
    path = tmp_path / "ride.fit"
    done = run("compare", f"{path}@lap7", f"{path}@lap8", "--right-wedges", "0,2")
    assert done.code == 3
    assert "there is no lap 7" in done.err


@pytest.mark.parametrize("word", ["a b.csv", "it's.csv", 'say "x".csv', "$HOME.csv", "a`b`.csv", "ä.csv", "a\\b c"])
def test_a_shell_takes_a_quoted_word_as_one(word: str) -> None:
    assert shlex.split(quoted(word)) == [word]


# ---- the page ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("laps", [False, True])
@pytest.mark.parametrize("system", ["bikefit-cleat", "bikefit-in-shoe", "specialized-shim"])
def test_the_page_says_what_a_visit_needs(system: str, laps: bool) -> None:
    visit = plan_visit(RIDE, SIDES, Session(system=system), laps=laps)
    page = visit_page(ENGLISH, visit, Given(rider="<b>Anna"))
    assert [step.kind for step in page.steps] == ["ready", *["record", "change"] * 3, "record"]
    assert sum(int(step.minutes.split()[0]) for step in page.steps) == visit.minutes
    assert f"{2 * visit.count} wedges" in page.steps[0].detail
    for step, thick in ((page.steps[2], "toward the bike"), (page.steps[4], "away from the bike")):
        assert thick in step.detail
    bolts = " ".join(page.bolts)
    assert "release and heel clearance" in bolts
    if system == "bikefit-cleat":
        for word in ("longer", "torque", "outline", "recessed 2-bolt"):
            assert word in bolts
    same = " ".join(page.same)
    for word in ("Power", "gear", "Posture", "Sensors"):
        assert word in same
    assert len(page.drawings) == 4
    assert page.compare == visit.compare
    assert all(item.source in visit.compare for item in visit.recordings)


def test_html_and_pdf_carry_boxes_and_the_line(run: Run, tmp_path: Path) -> None:
    html, pdf = tmp_path / "visit.html", tmp_path / "visit.pdf"
    done = run("plan", RIDE, "-o", html, "-o", pdf, "--rider", "<script>Anna", "--paper", "letter")
    assert done.code == 0, done.err
    page = html.read_text(encoding="utf-8")
    assert page.count('<input type="checkbox">') == 8
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    line = " ".join(["bikefit", *compare_line(done.out)])
    assert f"<pre><code>{line}</code></pre>" in page
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", content)) == 1


def test_refusals(run: Run) -> None:
    for arguments, code, said in (
        (("plan", "nothing_here.csv"), 3, "no such file"),
        (("plan", RIDE, "-o", "visit.docx"), 2, ".html, .pdf or .png"),
        (("plan", "--side", "middle"), 2, "middle"),
        (("plan", "--system", "bikefit-cleats"), 2, "bikefit-cleat"),
        (("plan", SAMPLES / "sessions" / "emma_ride.fit"), 3, "emma_ride.fit"),
    ):
        done = run(*arguments)
        assert (done.code, said in done.err) == (code, True), done.err


def test_a_printed_visit_is_its_line() -> None:
    visit = plan_visit(sides=["right"])
    assert isinstance(visit, Visit)
    assert str(visit) == visit.compare
