"""The command line as its users meet it: answers, exit codes, messages, and what it does not import."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bikefit.conventions import STROKE_COLUMNS

Run = Callable[..., Any]


def as_process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "bikefit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env={**os.environ, **environment}, check=False)


def test_the_founding_case(run: Run, samples: Path) -> None:
    done = run("analyze", samples / "two_wedges.csv", "--details")
    assert done.code == 0
    assert done.err == ""
    assert "Right shoe: try 2 varus wedges, thick side toward the bike." in done.out
    assert "Left shoe: no wedge needed." in done.out
    assert done.out.index("Right shoe: try") < done.out.index("Strokes used") < done.out.index("Remarks")
    assert "clinician" in done.out


def test_fit_and_csv_of_the_same_ride_agree(run: Run, samples: Path) -> None:
    csv = json.loads(run("analyze", samples / "two_wedges.csv", "--json").out)
    fit = json.loads(run("analyze", samples / "two_wedges.fit", "--json").out)
    for side in ("left", "right"):
        one, two = csv["feet"][side], fit["feet"][side]
        assert one["recommendation"]["wedges"] == two["recommendation"]["wedges"]
        assert one["rotation"]["value_deg"] == pytest.approx(two["rotation"]["value_deg"], abs=0.02)
        assert one["strokes"]["used"] == pytest.approx(two["strokes"]["used"], abs=2)


def test_json_follows_the_contract(run: Run, samples: Path) -> None:
    done = run("analyze", samples / "two_wedges.csv", "--json")
    document = json.loads(done.out)
    assert list(document) == ["schema", "version", "recording", "settings", "asymmetry_deg", "findings", "feet"]
    assert document["schema"] == "bikefit.session/2"
    assert list(document["recording"]) == [
        "name", "sha256", "format", "start", "from_s", "to_s", "duration_s", "sampling_rate_hz",
    ]  # fmt: skip
    for foot in document["feet"].values():
        assert list(foot) == ["strokes", "rotation", "neutral", "excess", "recommendation", "findings"]
        assert list(foot["strokes"]) == ["found", "used", "rejected", "cadence_rpm", "reference", "quality"]
        assert list(foot["rotation"]) == [
            "metric", "value_deg", "standard_error_deg", "interval_deg", "mean_deg", "power_phase_deg",
            "recovery_phase_deg", "peak_deg", "peak_crank_deg", "range_deg", "stroke_sd_deg", "trend_deg_per_h",
            "float_stop",
        ]  # fmt: skip
        assert list(foot["recommendation"]) == [
            "outcome", "wedges", "placement", "change", "system", "cant_deg", "expected_deg", "interval_deg",
            "chance_closer", "chance_worse", "response", "cleat", "options", "reasons",
            "next_step",
        ]  # fmt: skip
        assert list(foot["excess"]) == ["deg", "interval_deg", "lower_bound"]
        for option in foot["recommendation"]["options"]:
            assert list(option) == [
                "wedges", "expected_deg", "interval_deg", "chance_closer", "chance_within_1deg", "expected_loss_deg2",
            ]  # fmt: skip
    assert "NaN" not in done.out


def test_undetermined_has_no_number(run: Run, samples: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.csv"
    short.write_text("".join((samples / "two_wedges.csv").read_text().splitlines(keepends=True)[:260]))
    done = run("analyze", short, "--json")
    assert done.code == 0
    advice = json.loads(done.out)["feet"]["right"]["recommendation"]
    assert advice["outcome"] == "undetermined"
    assert advice["reasons"]
    assert advice["options"] == []

    def numbers(value: object) -> list[object]:
        if isinstance(value, dict):
            return [item for name, child in value.items() if name != "reasons" for item in numbers(child)]
        if isinstance(value, list):
            return [item for child in value for item in numbers(child)]
        return [value] if isinstance(value, (int, float)) else []

    assert numbers(advice) == []


def test_stroke_table(run: Run, samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "strokes.csv"
    document = json.loads(run("analyze", samples / "two_wedges.csv", "--strokes", out, "--json").out)
    table = pd.read_csv(out)
    assert tuple(table.columns) == STROKE_COLUMNS
    for side, foot in document["feet"].items():
        own = table[table["foot"] == side]
        assert len(own) == foot["strokes"]["found"]
        assert int(own["used"].sum()) == foot["strokes"]["used"]
        assert own.loc[own["used"], "mean_deg"].mean() == pytest.approx(foot["rotation"]["mean_deg"])


def test_json_and_text_say_the_same(run: Run, samples: Path) -> None:
    text = run("analyze", samples / "two_wedges.csv", "--details").out
    foot = json.loads(run("analyze", samples / "two_wedges.csv", "--json").out)["feet"]["right"]
    row = re.search(r"Heel-out rotation\s+\S+\s+\+(\d+\.\d)", text)
    assert row is not None
    assert row[1] == f"{foot['rotation']['value_deg']:.1f}"
    assert f"{100 * foot['recommendation']['chance_closer']:.0f} %" in text


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["analyze", "missing.csv"], 3, "missing.csv"),
        (["analyze", "."], 3, "folder"),
        (["analyze", "empty.csv"], 3, "empty"),
        (["analyze", "header.csv"], 3, "header.csv"),
        (["analyze", "no_time.csv"], 3, "time"),
        (["analyze", "no_rotation.csv"], 3, "left_heel_rot"),
        (["analyze"], 2, "FILE"),
        (["analyze", "SAMPLE", "--left", "SAMPLE"], 2, "FILE"),
        (["analyze", "SAMPLE", "--side", "middle"], 2, "middle"),
        (["analyze", "SAMPLE", "--metric", "median"], 2, "median"),
        (["analyze", "SAMPLE", "--neutral", "nought"], 2, "nought"),
        (["analyze", "SAMPLE", "--neutral", "nan"], 2, "nan"),
        (["analyze", "SAMPLE", "--neutral", "400"], 2, "400"),
        (["analyze", "SAMPLE", "--neutral", "static"], 2, "--static"),
        (["analyze", "SAMPLE", "--left-wedges", "9"], 2, "--left-wedges 9"),
        (["analyze", "SAMPLE", "--left-wedges", "two"], 2, "--left-wedges"),
        (["analyze", "SAMPLE", "--system", "bikefit-cleats"], 2, "bikefit-cleat"),
        (["analyze", "SAMPLE", "--system", "missing.toml"], 2, "missing.toml"),
        (["analyze", "SAMPLE", "--cleat-float", "-1"], 2, "--cleat-float"),
        (["analyze", "SAMPLE", "--cleat", "4-bolt"], 2, "4-bolt"),
        (["analyze", "SAMPLE", "--sole-width-mm", "7"], 2, "7 mm"),
        (["analyze", "SAMPLE", "--settings", "missing.toml"], 2, "missing.toml"),
        (["analyze", "SAMPLE", "--pose", "6-2"], 2, "6-2"),
        (["analyze", "SAMPLE", "--lap", "1", "--from", "3"], 2, "--lap"),
        (["analyze", "SAMPLE", "--column", "nonsense"], 2, "CHANNEL=NAME"),
        (["analyze", "SAMPLE", "--open"], 2, "--report"),
        (["analyze", "SAMPLE", "--report", "out.docx"], 2, "out.docx"),
        (["analyze", "SAMPLE", "--strokes", "nowhere/out.csv"], 3, "nowhere"),
        (["analise", "SAMPLE"], 2, "analyze"),
        (["simulate", "ride.txt"], 2, ".csv or .fit"),
        (["simulate", "ride.csv", "--duration", "-1"], 2, "duration"),
    ],
)
def test_errors_are_one_or_two_plain_lines(
    run: Run, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.csv").write_text("")
    Path("header.csv").write_text("time_s,left_heel_rotation_deg\n")
    Path("no_time.csv").write_text("left_heel_rotation_deg\n1\n2\n")
    Path("no_rotation.csv").write_text("time_s,left_heel_rot,power_w\n0,1,100\n1,2,110\n")
    before = sorted(os.listdir())
    done = run(*(str(samples / "two_wedges.csv") if word == "SAMPLE" else word for word in arguments))
    assert done.code == code
    assert said in done.err
    assert done.out == ""
    assert 1 <= len(done.err.strip().splitlines()) <= 2
    assert "Traceback" not in done.err
    assert sorted(os.listdir()) == before


def test_debug_shows_the_traceback(run: Run) -> None:
    assert "Traceback" in run("analyze", "missing.csv", "--debug").err


def test_quiet_prints_nothing(run: Run, samples: Path) -> None:
    done = run("analyze", samples / "two_wedges.csv", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize("words", [["--to", "100"], ["--from", "20", "--to", "100"], ["--from", "20"]])
def test_a_section_is_named(run: Run, samples: Path, words: list[str]) -> None:
    heading = run("analyze", samples / "two_wedges.csv", *words).out.splitlines()[0]
    assert f"from {'0:20' if '--from' in words else '0:00'} to {'1:40' if '--to' in words else '2:30'}" in heading
    assert " to " not in run("analyze", samples / "two_wedges.csv").out.splitlines()[0]


def test_compare_of_one_recording_asks_for_two_before_it_speaks_of_a_manifest(run: Run, samples: Path) -> None:
    for name in ("visit_helped_laps.fit", "two_wedges.csv"):
        done = run("compare", samples / name)
        first, second = done.err.splitlines()
        assert (done.code, done.out) == (2, "")
        assert "needs two recordings" in first
        assert f"{name}@lap1" in first
        assert second.startswith("If it is a manifest")


def test_a_lap_is_named(run: Run, samples: Path) -> None:
    assert "from 1:27 to 2:54" in run("analyze", samples / "three_sections.csv", "--lap", "2").out.splitlines()[0]


def test_a_section_behind_the_files_name(run: Run, samples: Path) -> None:
    ride = samples / "two_wedges.csv"
    one = json.loads(run("analyze", f"{ride}@20-100", "--json").out)
    other = json.loads(run("analyze", ride, "--from", "20", "--to", "100", "--json").out)
    assert one == other
    assert (one["recording"]["from_s"], one["recording"]["to_s"]) == (20.0, 100.0)
    twice = run("analyze", f"{ride}@20-100", "--from", "30")
    assert (twice.code, "twice" in twice.err) == (2, True)
    assert run("analyze", f"{ride}@20-x").code == 2


def test_quiet_and_debug_before_the_command(run: Run, samples: Path) -> None:
    assert run("--quiet", "analyze", samples / "two_wedges.csv") == (0, "", "")
    assert "Traceback" in run("--debug", "analyze", "missing.csv").err


def test_a_sensor_that_never_pedalled_is_told_before_its_side_is_asked(run: Run, real_data: Path) -> None:
    done = run("analyze", real_data / "fit" / "garmin-virb-ultra-30.fit")
    assert done.code == 3
    assert "not carried round by a pedal" in done.err
    assert "--side left or --side right" in done.err
    assert done.out == ""


def test_a_foot_under_another_name_is_not_passed_over_in_silence(run: Run, samples: Path, tmp_path: Path) -> None:
    table = (samples / "two_wedges.csv").read_text()
    renamed = tmp_path / "renamed.csv"
    renamed.write_text(table.replace("right_heel_rotation_deg", "Foot R"))
    assert "--column right_heel_rotation_deg='Foot R'" in run("analyze", renamed).out.replace("\n  ", " ")
    for words in (["--side", "left"], ["--column", "right_heel_rotation_deg=Foot R"]):
        document = json.loads(run("analyze", renamed, *words, "--json").out)
        assert "other_foot_unread" not in [item["code"] for item in document["findings"]]
    alone = tmp_path / "alone.csv"
    alone.write_text(table.replace("right_heel_rotation_deg", "altitude_m"))
    assert json.loads(run("analyze", alone, "--json").out)["findings"] == []


def test_whether_a_file_can_be_read_is_found_by_reading_it(
    run: Run, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    for command in ("analyze", "inspect"):
        assert run(command, samples / "two_wedges.csv", "--json").code == 0
    monkeypatch.setattr(Path, "open", raise_no_permission)
    for command in ("analyze", "inspect"):
        done = run(command, samples / "two_wedges.csv", "--json")
        assert (done.code, "cannot be read" in done.err) == (3, True)


def raise_no_permission(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_version(run: Run) -> None:
    from bikefit import __version__

    assert run("--version").out == f"bikefit {__version__}\n"


def test_wedges_lists_the_systems(run: Run) -> None:
    done = run("wedges")
    for name in ("bikefit-cleat", "bikefit-in-shoe", "specialized-shim"):
        assert name in done.out
    assert set(json.loads(run("wedges", "--json").out)) == {"bikefit-cleat", "bikefit-in-shoe", "specialized-shim"}


def test_simulate_then_analyze(run: Run, tmp_path: Path) -> None:
    for name in ("ride.csv", "ride.fit"):
        done = run("simulate", tmp_path / name, "--duration", "60", "--left-mean", "-2.6", "--seed", "4")
        assert done.code == 0
        truth = json.loads((tmp_path / name).with_suffix(".truth.json").read_text())
        assert truth
        foot = json.loads(run("analyze", tmp_path / name, "--json").out)["feet"]["left"]
        assert foot["recommendation"]["placement"] == "valgus"
        assert foot["rotation"]["value_deg"] == pytest.approx(-2.6, abs=0.3)


def test_a_user_who_knows_the_wedges_on_the_shoe(run: Run, samples: Path) -> None:
    done = run("analyze", samples / "two_wedges.csv", "--right-wedges", "1", "--json")
    advice = json.loads(done.out)["feet"]["right"]["recommendation"]
    assert (advice["wedges"], advice["change"]) == (3, 2)


def test_ascii_terminals_get_ascii(samples: Path) -> None:
    done = as_process("analyze", samples / "two_wedges.csv", "--details", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    printed = done.stdout.decode("ascii")
    assert "?" not in printed
    assert "2.6 deg" in printed
    table = [line for line in printed.splitlines() if line.startswith(("|", "+"))]
    assert len(table) > 10
    assert len({len(line) for line in table}) == 1


def test_a_narrow_terminal_still_shows_whole_names(samples: Path) -> None:
    import io

    from rich.console import Console

    from bikefit.report.out.text import systems_text
    from bikefit.wedge_systems import known_systems
    from bikefit.words import ENGLISH

    page = io.StringIO()
    Console(file=page, width=60).print(systems_text(ENGLISH, known_systems()))
    assert "…" not in page.getvalue()


def test_the_gravest_is_said_first(run: Run, tmp_path: Path) -> None:
    lines = ["time_s,left_heel_rotation_deg,crank_angle_deg"]
    lines += [f"{k / 100:.2f},3.5,{(k * 5.4) % 360:.2f}" for k in range(3000)]
    (tmp_path / "still.csv").write_text("\n".join(lines) + "\n")
    done = run("analyze", tmp_path / "still.csv")
    assert "Left shoe: cannot tell from this recording." in done.out
    assert done.out.index("never changes") < done.out.index("taken as neutral")


def test_piped_output_has_no_colour(samples: Path) -> None:
    assert b"\x1b" not in as_process("analyze", samples / "two_wedges.csv").stdout


def test_a_reader_that_leaves_is_no_error(samples: Path) -> None:
    command = f"{sys.executable} -m bikefit analyze {samples / 'two_wedges.csv'} --json | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, check=False)
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], ["scipy", "pandas", "matplotlib", "numpy"]),
        (["analyze", "--help"], ["scipy", "pandas", "matplotlib"]),
        (["analyze", "SAMPLE", "--json"], ["scipy.signal", "scipy.stats", "matplotlib", "jinja2", "fitparse"]),
        (["analyze", "SAMPLE"], ["scipy.signal", "scipy.stats", "matplotlib", "jinja2", "fitparse"]),
    ],
)
def test_what_a_command_does_not_import(samples: Path, arguments: list[str], absent: list[str]) -> None:
    words = [str(samples / "two_wedges.csv") if word == "SAMPLE" else word for word in arguments]
    code = (
        "import sys\nfrom bikefit.cli import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('\\nIMPORTED', [name for name in {absent!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "IMPORTED []"


def test_inspect_gives_a_line_to_paste(run: Run, samples: Path) -> None:
    done = run("inspect", samples / "three_sections.csv")
    assert done.code == 0
    assert "50 Hz" in done.out
    assert f"bikefit analyze {samples / 'three_sections.csv'}" in done.out
    document = json.loads(run("inspect", samples / "three_sections.csv", "--json").out)
    assert len(document["laps"]) == 3


def test_inspect_does_not_fail_on_an_ordinary_ride(run: Run, samples: Path) -> None:
    ride = samples / "sessions" / "emma_ride.fit"
    done = run("inspect", ride)
    assert done.code == 0
    assert "power" in done.out
    assert run("analyze", ride).code == 3


def test_inspect_draws_the_strokes(run: Run, samples: Path, tmp_path: Path) -> None:
    done = run("inspect", samples / "two_wedges.csv", "--plot", tmp_path / "look.png")
    assert done.code == 0
    assert (tmp_path / "look.png").read_bytes().startswith(b"\x89PNG")
    assert run("inspect", samples / "two_wedges.csv", "--plot", tmp_path / "look.jpg").code == 2


def test_compare_the_series_of_the_readme(run: Run, samples: Path) -> None:
    files = [samples / f"a_b_a_{number}.csv" for number in (1, 2, 3)]
    done = run("compare", *files, "--right-wedges", "0,2,0")
    assert done.code == 0
    assert "Right shoe: 2 varus wedges help. Ride with 2 varus wedges" in done.out
    document = json.loads(run("compare", *files, "--right-wedges", "0,2,0", "--json").out)
    assert document["schema"] == "bikefit.comparison/2"
    foot = document["feet"]["right"]
    assert [item["wedges"] for item in foot["recordings"]] == [0, 2, 0]
    assert foot["change_detected"] is True
    for name in (
        "response",
        "between_recording_sd_deg",
        "minimal_detectable_change_deg",
        "change_deg",
        "next_recording",
    ):
        assert foot[name] is not None
    assert set(foot["response"]) == {"prior", "mean", "sd", "interval", "probability_heel_in"}


def test_compare_sections_of_one_ride(run: Run, samples: Path) -> None:
    ride = samples / "three_sections.csv"
    done = run("compare", f"{ride}@0-87", f"{ride}@87-174", "--right-wedges", "0,1", "--json")
    assert done.code == 0
    assert len(json.loads(done.out)["feet"]["right"]["recordings"]) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["SAMPLE", "SAMPLE", "--right-wedges", "0"], "--right-wedges"),
        (["SAMPLE", "SAMPLE", "--right-wedges", "0,x"], "0,x"),
        (["SAMPLE", "SAMPLE", "--right-wedges", "0,0.5"], "whole numbers"),
        (["SAMPLE"], "manifest"),
    ],
)
def test_compare_refuses_what_makes_no_sense(run: Run, samples: Path, arguments: list[str], said: str) -> None:
    done = run("compare", *(samples / "two_wedges.csv" if word == "SAMPLE" else word for word in arguments))
    assert done.code == 2
    assert said in done.err


def test_demo_runs_on_its_own_samples(run: Run, tmp_path: Path) -> None:
    done = run("demo", tmp_path / "demo")
    assert done.code == 0
    assert "Right shoe: try 2 varus wedges" in done.out
    assert (tmp_path / "demo" / "two_wedges.html").exists()
    assert (tmp_path / "demo" / "sessions" / "manifest.csv").exists()


def test_demo_never_overwrites_a_file_that_is_not_its_own(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "demo" / "european.csv"
    mine.parent.mkdir()
    mine.write_text("my own ride")
    done = run("demo", tmp_path / "demo")
    assert done.code == 3
    assert "european.csv is there already" in done.err
    assert mine.read_text() == "my own ride"
    assert [path.name for path in mine.parent.iterdir()] == ["european.csv"]


@pytest.mark.parametrize(
    ("name", "seen_by"), [("r.fit", "shoe-sensor"), ("r.csv", "shoe-sensor"), ("r.trc", "markers")]
)
def test_simulated_sensors_and_markers_are_analysed(run: Run, tmp_path: Path, name: str, seen_by: str) -> None:
    ride = ["--duration", 80, "--right-mean", 3, "--coasts", 1, "--gaps", 1, "--trend", 60, "--noise", 0.3]
    made = run("simulate", tmp_path / name, "--seen-by", seen_by, *ride)
    assert made.code == 0
    truth = json.loads((tmp_path / name).with_suffix(".truth.json").read_text(encoding="utf-8"))["feet"]["right"]
    done = run("analyze", tmp_path / name, "--neutral", 0, "--json")
    foot = json.loads(done.out)["feet"]["right"]
    assert truth["expected_deg"] == pytest.approx(3.8, abs=0.2)
    assert foot["rotation"]["value_deg"] == pytest.approx(truth["expected_deg"], abs=0.4)
    assert 0.8 * sum(truth["pedalled"]) < foot["strokes"]["used"] <= sum(truth["pedalled"]) + 3


def test_simulate_refuses_what_does_not_go_together(run: Run, tmp_path: Path) -> None:
    assert "--pitch" in run("simulate", tmp_path / "r.fit", "--seen-by", "shoe-sensor", "--pitch").err
    assert ".trc" in run("simulate", tmp_path / "r.fit", "--seen-by", "markers").err
    assert run("simulate", tmp_path / "r.fit", "--seen-by", "markers").code == 2


@pytest.mark.parametrize(
    ("command", "name", "content", "code"),
    [
        ("analyze {ride} --strokes {out}", "other.csv", "time_s,left_heel_rotation_deg\n0,1\n", 3),
        ("analyze {ride} --curves {out}", "other.parquet", "not ours", 3),
        ("analyze {ride} --report {out}", "letter.html", "<p>Dear client", 3),
        ("simulate {out}", "ride.csv", "time_s,left_heel_rotation_deg\n0,1\n", 3),
        ("learn {ride} -o {out}", "settings.toml", "zero_sd_deg = 0.5\n", 3),
    ],
)
def test_a_file_that_is_not_the_programs_own_is_never_replaced(run, samples, tmp_path, command, name, content, code):
    out = tmp_path / name
    out.write_text(content)
    done = run(*command.format(ride=samples / "two_wedges.csv", out=out).split())
    assert (done.code, out.read_text()) == (code, content)
    assert f"{name}: there is a file of this name" in done.err


def test_what_the_program_wrote_it_replaces(run, samples, tmp_path):
    ride, page, strokes = samples / "two_wedges.csv", tmp_path / "a.html", tmp_path / "s.csv"
    for _ in range(2):
        assert run("analyze", ride, "--report", page, "--strokes", strokes).code == 0
        assert run("simulate", tmp_path / "r.csv", "--duration", "20").code == 0


@pytest.mark.parametrize(
    "command",
    ["", "analyze", "compare", "inspect", "plan", "batch", "learn", "simulate", "wedges", "demo", "app", "clients"],
)
def test_help_has_no_words_of_a_programmer(run: Run, command: str) -> None:
    said = run(*command.split(), "--help").out
    assert "Usage: bikefit" in said
    assert not re.findall(r"<(?:str|int|float|bool|path|text|list)\b|\b(?:TEXT|INTEGER|FLOAT|BOOLEAN|PATH)\b", said)


def test_an_interrupt_that_python_wraps_is_an_interrupt(run, monkeypatch):
    def interrupted(arguments):
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            raise RuntimeError("Error calling __set_name__") from error

    monkeypatch.setattr(sys.modules["bikefit.cli.main"], "_run", interrupted)
    done = run("wedges")
    assert (done.code, done.err) == (130, "bikefit: interrupted.\n")
