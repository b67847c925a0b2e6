"""What the page gets is what the command line gives: the same documents, the same bytes, the same sentences."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bikefit.app.engine import SAMPLES, Engine, place
from bikefit.words import languages

FILES = ("two_wedges.fit", "european.csv", "visit_helped_1.fit", "visit_helped_2.fit", "visit_helped_laps.fit")
ANALYSED = [
    ({"file": "two_wedges.fit"}, ("two_wedges.fit",)),
    (
        {"file": "european.csv", "options": {"left-wedges": "1", "neutral": "recovery", "cleat-float": "0"}},
        ("european.csv", "--left-wedges", "1", "--neutral", "recovery", "--cleat-float", "0"),
    ),
    ({"file": "visit_helped_laps.fit@lap2", "options": {"side": "", "right-wedges": 2}},
     ("visit_helped_laps.fit@lap2", "--right-wedges", "2")),
]  # fmt: skip
COMPARED = (
    {"files": ["visit_helped_1.fit", "visit_helped_2.fit"], "options": {"right-wedges": "0,2", "remounted": True}},
    ("visit_helped_1.fit", "visit_helped_2.fit", "--right-wedges", "0,2", "--remounted"),
)
PLANNED = (
    {"file": "two_wedges.fit", "options": {"metric": "power_phase", "side": "right", "laps": True}},
    ("two_wedges.fit", "--metric", "power_phase", "--side", "right", "--laps"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, module_samples: Path) -> Path:
    made = tmp_path_factory.mktemp("engine")
    for name in FILES:
        shutil.copyfile(module_samples / name, made / name)
    return made


@pytest.fixture(scope="module")
def module_samples() -> Path:
    return Path(__file__).parents[1] / "sample_data"


@pytest.fixture(scope="module")
def engine(folder: Path) -> Engine:
    return Engine(folder)


def printed(run: Callable[..., Any], *words: str) -> Any:
    return json.loads(run(*words, "--json").out)


@pytest.mark.parametrize(("request_", "words"), ANALYSED)
def test_an_analysis_and_its_report_are_the_command_lines(
    engine: Engine, run: Any, monkeypatch: pytest.MonkeyPatch, request_: Any, words: Any, tmp_path: Path
) -> None:
    monkeypatch.chdir(engine.folder)
    answer = engine.call("analyze", request_)
    assert isinstance(answer, dict)
    assert json.loads(json.dumps(answer["document"])) == printed(run, "analyze", *words)
    told = {"rider": "Ann", "title": "A & B", "pages": "client"}
    page = tmp_path / "page.html"
    run("analyze", *words, "--report", page, "--rider", "Ann", "--title", "A & B", "--pages", "client")
    asked = {"of": "analyze", "request": request_, "options": told}
    assert engine.call("report", asked | {"format": "html"}) == page.read_bytes()
    assert engine.call("report", asked | {"format": "json"}) == run("analyze", *words, "--json").out.encode()
    told = page.read_text(encoding="utf-8").replace("\u00a0", " ")
    assert answer["answer"]["shoes"][0]["headline"] in told


def test_a_studios_own_pages_in_another_language_are_the_command_lines(
    engine: Engine, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(engine.folder)
    (engine.folder / "studio.toml").write_text('name = "Radlabor"\ncolour = "#225577"\n', encoding="utf-8")
    own = {"language": "de", "brand": "studio.toml", "notes": "Sattel tiefer", "next-visit": "3.2.2026"}
    request = {"file": "two_wedges.fit", "options": own}
    answer = engine.call("analyze", request)
    assert isinstance(answer, dict)
    assert answer["answer"]["shoes"][1]["name"] == "Rechter Schuh"
    page = tmp_path / "page.html"
    typed = [word for name, value in own.items() for word in (f"--{name}", value)]
    run("analyze", "two_wedges.fit", *typed, "--report", page)
    assert engine.call("report", {"of": "analyze", "request": request}) == page.read_bytes()


def test_a_comparison_and_a_plan_are_the_command_lines(
    engine: Engine, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(engine.folder)
    for what, (request, words) in {"compare": COMPARED, "plan": PLANNED}.items():
        answer = engine.call(what, request)
        assert isinstance(answer, dict)
        assert json.loads(json.dumps(answer["document"])) == printed(run, what, *words)
        page = tmp_path / f"{what}.html"
        run(what, *words, "--report", page)
        assert engine.call("report", {"of": what, "request": request}) == page.read_bytes()


def test_an_inspection_is_the_command_lines(engine: Engine, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(engine.folder)
    answer = engine.call("inspect", {"file": "visit_helped_laps.fit"})
    assert isinstance(answer, dict)
    assert json.loads(json.dumps(answer["document"])) == printed(run, "inspect", "visit_helped_laps.fit")
    assert [lap["number"] for lap in answer["file"]["laps"]] == [1, 2, 3, 4]
    assert answer["answer"]["commands"]


@pytest.mark.parametrize(
    ("what", "request_", "words"),
    [
        ("analyze", {"file": "absent.csv"}, ("analyze", "absent.csv")),
        ("analyze", {"file": "two_wedges.fit@lap9"}, ("analyze", "two_wedges.fit@lap9")),
        ("analyze", {"file": "two_wedges.fit", "options": {"left-wedges": "x"}},
         ("analyze", "two_wedges.fit", "--left-wedges", "x")),
        ("compare", {"files": ["two_wedges.fit"], "options": {"left-wedges": "0"}},
         ("compare", "two_wedges.fit", "--left-wedges", "0")),
        ("compare", {"files": ["european.csv", "two_wedges.fit"]}, ("compare", "european.csv", "two_wedges.fit")),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_said_in_the_projects_sentence(
    engine: Engine, run: Any, monkeypatch: pytest.MonkeyPatch, what: str, request_: Any, words: Any
) -> None:
    monkeypatch.chdir(engine.folder)
    done = run(*words)
    error = engine.call(what, request_)
    assert isinstance(error, dict)
    said = error["error"]["message"]
    assert done.err.startswith(f"bikefit: {said.removesuffix('.')}")
    if "--" not in done.err or "options" in request_:
        assert f"bikefit: {said}\n" == done.err
    assert error["error"]["exit_code"] == done.code


def test_answers_and_errors_name_no_flags(engine: Engine, module_samples: Path) -> None:
    tables = {
        "no_time.csv": "left_heel_rotation_deg\n1.0\n2.0\n",
        "one_foot.csv": "time_s,heel_rotation_deg\n0.0,1.0\n0.02,2.0\n0.04,1.0\n",
        "power.csv": "time_s,power_w\n0.0,200\n1.0,210\n2.0,205\n",
        "near.csv": "time_s,heel_angle_left\n0.0,1.0\n0.02,2.0\n0.04,1.0\n",
        "half.csv": "time_s,gyr_x_deg_s,gyr_y_deg_s,gyr_z_deg_s\n0.0,1,2,3\n0.02,1,2,3\n0.04,1,2,3\n",
    }
    for name, text in tables.items():
        (engine.folder / name).write_text(text, encoding="utf-8")
    samples = ["float_stop.csv", "no_crank.csv", "markers.trc", "shoe_sensor.fit"]
    for name in samples:
        shutil.copyfile(module_samples / name, engine.folder / name)
    files = [*tables, *samples]
    typed = re.compile(r"(?<![\w-])--[a-z]|docs/|'bikefit ")
    for language in languages():
        asked: list[tuple[str, Any]] = [("compare", COMPARED[0]), ("plan", PLANNED[0])]
        asked += [(what, {"file": name}) for name in files for what in ("analyze", "inspect")]
        for what, request in asked:
            options = {**request.get("options", {}), "language": language}
            answer = engine.call(what, {**request, "options": options})
            assert isinstance(answer, dict)
            said = answer["error"] if "error" in answer else {**answer["answer"], "commands": []}
            assert not typed.search(json.dumps(said)), (what, request, said)


def test_the_page_can_tell_what_an_error_says_again_below_it(engine: Engine) -> None:
    (engine.folder / "power.csv").write_text("time_s,power_w\n0.0,200\n1.0,210\n2.0,205\n", encoding="utf-8")
    request = {"file": "power.csv", "options": {"language": "de"}}
    error, found = engine.call("analyze", request), engine.call("inspect", request)
    assert isinstance(error, dict)
    assert isinstance(found, dict)
    assert found["answer"]["missing"][1].startswith("Befestigen Sie")
    assert all(line in error["error"]["message"] for line in found["answer"]["missing_in_errors"][1:])


@pytest.mark.parametrize(
    "request_",
    [
        {"file": "../../etc/passwd"},
        {"file": "/etc/passwd"},
        {"file": "two_wedges.fit", "options": {"settings": "/etc/passwd"}},
        {"file": "two_wedges.fit", "options": {"static": "../x.csv"}},
        {"file": "two_wedges.fit", "options": {"system": "../x.toml"}},
        {"left": ["../x.csv"]},
        {"file": "two_wedges.fit", "options": {"metric": "nothing"}},
        {"file": "two_wedges.fit", "options": {"no-such": "1"}},
    ],
)
def test_nothing_outside_the_folder_is_named(engine: Engine, request_: Any) -> None:
    answer = engine.call("analyze", request_)
    assert isinstance(answer, dict)
    assert answer["error"]["exit_code"] == 2
    assert "root:" not in answer["error"]["message"]


def test_a_fault_of_the_program_is_told_without_its_traceback(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("bikefit.app.engine.known_systems", broken)
    answer = engine.call("about")
    assert isinstance(answer, dict)
    assert answer["error"]["exit_code"] == 1
    assert "Traceback" not in answer["error"]["message"]


@pytest.mark.parametrize(
    ("given", "placed"),
    [("a b.csv", "a b.csv"), ("../../x.csv", "x.csv"), ("C:\\d\\x.fit", "x.fit"), ("con.csv", "con_.csv"),
     ("..", "recording"), ("-rf.csv", "rf.csv"), ("x" * 300 + ".csv", "x" * 116 + ".csv"), ("a\n<b>.csv", "a__b_.csv")],
)  # fmt: skip
def test_a_name_is_made_harmless(tmp_path: Path, given: str, placed: str) -> None:
    assert place(tmp_path, given) == tmp_path / placed
    (tmp_path / placed).write_text("")
    assert place(tmp_path, given).name not in (placed, "")


def test_a_file_that_changed_is_read_again(engine: Engine, samples: Path) -> None:
    file = engine.folder / "changing.fit"
    shutil.copyfile(samples / "visit_helped_1.fit", file)
    first = engine.call("analyze", {"file": "changing.fit"})
    shutil.copyfile(samples / "visit_helped_2.fit", file)
    assert engine.call("analyze", {"file": "changing.fit"}) != first


def test_every_sample_gives_an_answer(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    for name in SAMPLES:
        made = engine.call("sample", {"name": name})
        assert isinstance(made, dict)
        for each in made["recordings"]:
            answer = engine.call("analyze", {"file": each["name"], "options": each["options"]})
            assert isinstance(answer, dict)
            assert answer["answer"]["shoes"], answer
