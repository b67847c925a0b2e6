"""What a person may type: a file alone, other spellings, clock times, and what is said where it makes no sense."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bikefit.cli.arguments import settled, torn_path

Run = Callable[..., Any]


def test_a_file_alone_is_inspected_and_analysed(run: Run, samples: Path) -> None:
    ride = samples / "two_wedges.csv"
    done = run(ride)
    assert (done.code, done.err) == (0, "")
    assert done.out.index("What can be done") < done.out.index("Right shoe: try 2 varus wedges")
    analysed = run("analyze", ride).out
    assert done.out.endswith(analysed)
    assert run(ride, "--json").out == run("analyze", ride, "--json").out
    assert "Left shoe" not in run(ride, "--side", "right").out.partition("What can be done")[2]
    assert run("--side", "right", ride).out == run(ride, "--side", "right").out
    assert run("--quiet", ride).out == ""


def test_a_file_alone_that_holds_no_rotation_is_told_once(run: Run, samples: Path) -> None:
    done = run(samples / "sessions" / "emma_ride.fit")
    assert (done.code, done.err) == (3, "")
    assert done.out.count("Strap a motion sensor") == 1


def test_two_shoes_alone(run: Run, samples: Path) -> None:
    done = run("--right", samples / "shoe_sensor.fit")
    assert done.code == 0
    assert done.out.index("What can be done") < done.out.index("Right shoe:")


def test_other_spellings(run: Run, samples: Path) -> None:
    ride = samples / "two_wedges.csv"
    assert run("analyse", ride).out == run("analyze", ride).out
    assert run("-v").out == run("--version").out != ""
    assert run("help").out == run("--help").out != ""
    assert run("help", "analyse").out == run("analyze", "--help").out != ""
    assert run("nonsense.csv").err == "bikefit: nonsense.csv: there is no such file.\n"


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        (["batch", "a.b"], ["batch", "a.b"]),
        (["--debug", "-q", "plan"], ["plan", "--debug", "-q"]),
        (["--lap", "2", "ride.fit"], ["analyze", "--inspect", "--lap", "2", "ride.fit"]),
        (["--help", "ride.fit"], ["--help", "ride.fit"]),
        (["ride.fit@lap2"], ["analyze", "--inspect", "ride.fit@lap2"]),
        (["help"], ["--help"]),
        ([], []),
        (["-q"], ["-q"]),
    ],
)
def test_words_before_they_are_parsed(typed: list[str], taken: list[str]) -> None:
    assert settled(typed) == taken


@pytest.mark.parametrize(("start", "end"), [("0:20", "1:40"), ("0:20,0", "100"), ("20", "0:01:40.0")])
def test_times_as_a_clock_shows_them(run: Run, samples: Path, start: str, end: str) -> None:
    ride = samples / "two_wedges.csv"
    seconds = run("analyze", ride, "--from", "20", "--to", "100", "--json").out
    assert run("analyze", ride, "--from", start, "--to", end, "--json").out == seconds
    assert run("analyze", f"{ride}@{start}-{end}", "--json").out == seconds
    assert json.loads(seconds)["recording"]["from_s"] == 20.0


def test_sections_and_laps_behind_the_files_name_in_compare(run: Run, samples: Path) -> None:
    ride = samples / "three_sections.csv"
    clock = run("compare", f"{ride}@0:00-1:27", f"{ride}@1:27-2:54", "--right-wedges", "0,1", "--json")
    laps = run("compare", f"{ride}@lap1", f"{ride}@lap2", "--right-wedges", "0,1", "--json")
    assert (clock.code, laps.code) == (0, 0)
    names = ("change_deg", "recordings")
    by_clock, by_lap = (json.loads(done.out)["feet"]["right"] for done in (clock, laps))
    assert [by_clock[name] for name in names] == [by_lap[name] for name in names]
    shown = run("compare", f"{ride}@lap1", f"{ride}@lap2", "--right-wedges", "0,1", "--details").out
    assert f"{ride.name}@lap2" in shown
    assert f"{ride.name}@87" not in shown
    assert json.loads(run("analyze", f"{ride}@lap2", "--json").out)["recording"]["from_s"] == 87.0


def test_a_pose_as_a_clock_shows_it(run: Run, samples: Path) -> None:
    ride = samples / "shoe_sensor.fit"
    one, other = (run("analyze", ride, "--side", "right", "--pose", pose, "--json") for pose in ("1-6", "0:01-0:06"))
    assert one.code == 0
    assert one.out == other.out


RIDE = "SAMPLE"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["analyze", RIDE, "--metric", "max"], "--metric: 'max' is none of mean, power_phase, peak."),
        (["analyze", RIDE, "--metric=means"], "Did you mean 'mean'?"),
        (["analyze", RIDE, "--paper", "a5"], "--paper: 'a5' is none of a4, letter."),
        (
            ["analyze", RIDE, "--right-wedges", "1.5"],
            "--right-wedges: '1.5' is not a count; a whole number was expected",
        ),
        (["analyze", RIDE, "--form", "3"], "there is no option --form. Did you mean '--from'? See"),
        (["analyze", RIDE, "--laps"], "there is no option --laps. Did you mean '--lap'? See"),
        (["analyze", RIDE, "--start", "3"], "there is no option --start. Did you mean '--from'? See"),
        (["batch", "x", "--workers", "4"], "there is no option --workers. Did you mean '--jobs'? See"),
        (["batch", "x", "--threads", "4"], "there is no option --threads. Did you mean '--jobs'? See"),
        (["clients", "lst"], "there is no command 'lst'. Did you mean 'list'? See 'bikefit clients --help'"),
        (["compare", RIDE, "--laps"], "there is no option --laps. Laps stand behind the file's name: ride.fit@lap1"),
        (["analyze", RIDE, "--metric"], "--metric: a value is missing behind it."),
        (["analyze", RIDE, "--json=1"], "--json is a switch and takes no value."),
        (["analyze", RIDE, RIDE], "was not expected there; a path with blanks in it needs quotes."),
        (["analyze", RIDE, "--from", "2:75"], "--from: '2:75' is not a time; seconds from the first sample, m:ss or"),
        (["analyze", RIDE, "--pose", "2:75-3"], "such as 2-6 or 1:05-1:15"),
        (["analyze", f"{RIDE}@60"], "such as ride.csv@1:00-2:00, and a lap FILE@lap2."),
        (["compare", f"{RIDE}@1:90-2:00", RIDE, "--right-wedges", "0,1"], "such as ride.csv@1:00-2:00"),
        (["compare", RIDE, RIDE, "--right-rotation", "2"], "--right-rotation: 1 number for 2 recordings;"),
        (["simulate"], "simulate: OUT.csv|.fit|.trc is missing."),
        (["simulate", "x.csv", "--seed", "1.5"], "--seed: '1.5' is not a whole number."),
        (["simulate", "x.csv", "--right-mean", "much"], "--right-mean: 'much' is not a number."),
        (["batch", "x", "--out", "y", "--jobs", "-1"], "--jobs: '-1' is too small; 0 or more was expected."),
        (["frobnicate"], "there is no command 'frobnicate', and no such file. The commands are: analyze,"),
    ],
)
def test_wrong_usage_in_the_houses_own_words(
    run: Run, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*(word.replace(RIDE, str(samples / "two_wedges.csv")) for word in arguments))
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_path_with_blanks_and_without_quotes(run: Run, samples: Path, tmp_path: Path) -> None:
    mine = tmp_path / "my ride of may.csv"
    mine.write_bytes((samples / "two_wedges.csv").read_bytes())
    words = str(mine).split(" ")
    for arguments in (
        ["analyze", *words],
        words,
        ["compare", *words, samples / "two_wedges.csv", "--right-wedges", "0,1"],
        ["inspect", "--strict", *words],
    ):
        done = run(*arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err == f'bikefit: put the path in quotes, as there are blanks in it: "{mine}".\n'
    assert torn_path(["analyze", str(mine), "--lap", "2"]) == ""
    assert run("analyze", mine).code == 0
