"""What a studio's riders have in common: simulated studios, the store's riders, and the file that any command takes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.studios import VISIT_DEG, Truth
from helpers.studios import studio as make_studio

from bikefit.analysis import analyze_recording
from bikefit.batch.experiments import learn_prior, rider_recordings
from bikefit.cli.main import main
from bikefit.conventions import SIDES
from bikefit.report.out.learn_text import prior_toml
from bikefit.report.pages.learn_view import learn_html
from bikefit.response import Assumptions, RiderRecordings, StudioPrior, learn_from, series
from bikefit.response.experiment import log_evidence
from bikefit.response.riders import NUMBERS, SDS_DEG, about_response, foot_sums, sums_of
from bikefit.response.riders import log_evidence as of_riders
from bikefit.sessions.session import Session
from bikefit.settings import Settings, load_settings
from bikefit.simulate import simulate_plain
from bikefit.store import SessionRow, SessionRows, Store, rows_of
from bikefit.words import ENGLISH


def studio(seed: int, count: int, truth: Truth) -> list[RiderRecordings]:
    """Riders who made the visit on both shoes, the same for a seed."""
    return make_studio(np.random.default_rng(seed), truth, count, mixed_from=15)


# ---- the numbers ---------------------------------------------------------------------------------------------


def test_the_sums_of_a_foot_say_what_the_model_of_one_rider_says() -> None:
    one = series([4.0, 2.9, 5.3, 3.8], [0.1, 0.2, 0.1, 0.3], VISIT_DEG)
    mean, sd, drift = 0.4, 0.3, 0.2
    bb, bg, gg, b, g, rest = foot_sums(one, SDS_DEG)
    firm = gg + drift**-2
    precision, pull = bb - bg**2 / firm, b - bg * g / firm
    told = rest + 0.5 * g**2 / firm - 0.5 * np.log(firm * drift**2)
    told += 0.5 * (pull + mean / sd**2) ** 2 / (precision + sd**-2) - 0.5 * mean**2 / sd**2
    told -= 0.5 * np.log(1.0 + precision * sd**2)
    assert told == pytest.approx(log_evidence(one, Assumptions(mean, sd, drift), SDS_DEG), abs=1e-9)


def test_the_evidence_of_two_feet_that_are_alike_is_that_of_slow_integration() -> None:
    feet = {
        side: series(values, 0.1, VISIT_DEG)
        for side, values in zip(SIDES, ([4, 3, 5, 4], [1, 0.5, 2, 1.2]), strict=True)
    }
    riders = [RiderRecordings("A", {"left_on": [feet]})]
    data = sums_of(riders, ["left_on"])
    common = np.array([[0.3, 0.4, 0.6, 0.25, 0.5, 0.4, 0.8, 0.25]])
    assert common.shape[1] == NUMBERS
    mean, spread, likeness, drift, log_sd, median = common[0, :6]
    precision, pull, rest = (own[0, 0] for own in about_response(data, np.array([drift])))
    grid = np.linspace(mean - 6 * spread, mean + 6 * spread, 401)
    left, right = np.meshgrid(grid, grid, indexing="ij")
    z_left, z_right = (left - mean) / spread, (right - mean) / spread
    prior = np.exp(-0.5 * (z_left**2 - 2 * likeness * z_left * z_right + z_right**2) / (1 - likeness**2))
    prior /= 2 * np.pi * spread**2 * np.sqrt(1 - likeness**2)
    weights = np.exp(-0.5 * (np.log(SDS_DEG / median) / log_sd) ** 2)
    weights /= weights.sum()
    slow = 0.0
    for k in range(SDS_DEG.size):
        log_density = sum(
            pull[at, k] * b - 0.5 * precision[at, k] * b**2 + rest[at, k] for at, b in enumerate((left, right))
        )
        slow += weights[k] * float((prior * np.exp(log_density)).sum()) * (grid[1] - grid[0]) ** 2
    assert of_riders(common, data)[0] == pytest.approx(np.log(slow), abs=1e-5)


@pytest.mark.parametrize(("riders", "within"), [(5, 0.5), (20, 0.25), (100, 0.1)])
def test_a_studio_is_recovered_closer_the_more_riders_it_has(riders: int, within: float) -> None:
    truth = Truth()
    prior = learn_from(studio(riders, riders, truth), points=500)
    assert prior.riders == riders
    assert prior.numbers["response_mean"].value == pytest.approx(truth.response_mean, abs=within)
    assert prior.numbers["response_sd"].value == pytest.approx(truth.response_sd, rel=1.5 * within)
    for name, one in prior.numbers.items():
        if one.enough:
            assert one.interval[0] < getattr(truth, name) < one.interval[1], name


@pytest.mark.parametrize("truth", [Truth(), Truth(-0.1, 0.25, 0.25, 1.3, 0.15, 0.35, 0.2)], ids=["usual", "odd"])
def test_intervals_cover_and_the_next_rider_is_where_expected(truth: Truth) -> None:
    held: list[bool] = []
    following: list[float] = []
    for seed in range(12):
        prior = learn_from(studio(1000 + seed, 20, truth), points=400)
        ends = {name: one.interval for name, one in prior.numbers.items()}
        held += [low <= getattr(truth, name) <= high for name, (low, high) in ends.items()]
        answers = truth.response_mean + truth.response_sd * np.random.default_rng(seed).standard_normal(500)
        away = abs(answers - prior.settings["response_mean"]) / prior.settings["response_sd"]
        following.append(float(np.mean(away < 1.96)))
    assert 0.89 <= np.mean(held) <= 0.995
    assert 0.92 <= np.mean(following) <= 0.98


def test_the_prior_of_the_next_rider_is_never_sharper_than_the_riders_or_the_doubt_about_them() -> None:
    prior = learn_from(studio(3, 12, Truth(response_sd=0.2)), points=800)
    numbers, settings = prior.numbers, prior.settings
    low, high = numbers["response_mean"].interval
    assert settings["response_sd"] > np.hypot(numbers["response_sd"].value, 0.2 * (high - low))
    assert settings["drift_sd_deg"] > numbers["drift_sd_deg"].value
    assert settings["between_log_sd"] >= Settings.between_log_sd  # two ways of recording were never met
    assert settings["between_laps_deg"] == Settings.between_laps_deg
    assert not prior.learned("between_laps_deg")


def test_fewer_than_five_riders_leave_the_built_in_prior() -> None:
    few = learn_from(studio(4, 4, Truth(response_mean=1.0)), points=300)
    assert not few.enough
    assert all(value == getattr(Settings, name) for name, value in few.settings.items())
    assert len(few.answers) == 8
    bare = [RiderRecordings(str(k), {"left_on": [{"left": series([1.0, 1.2, 0.9], 0.1, [0, 0, 0])}]}) for k in range(9)]
    repeats = learn_from(bare, points=300)
    assert (repeats.riders, repeats.answers, repeats.numbers["between_left_on_deg"].riders) == (0, (), 9)
    assert repeats.settings == few.settings
    assert learn_from([], points=300).settings == few.settings


def test_a_second_way_of_recording_a_rider_tells_how_it_repeats_not_how_wedges_act() -> None:
    riders = studio(6, 8, Truth())
    days = {"right": series([4.0, 6.5, 2.0], 0.1, [0, 0, 0])}
    more = [RiderRecordings(one.rider, {**one.sittings, "remounted": [days]}) for one in riders]
    alone, with_days = learn_from(riders, points=800), learn_from(more, points=800)
    assert with_days.numbers["between_remounted_deg"].value > 1.3 * alone.numbers["between_remounted_deg"].value
    before, after = (each.numbers["response_mean"] for each in (alone, with_days))
    assert after.value == pytest.approx(before.value, abs=0.05)
    assert len(with_days.answers) == len(alone.answers)


# ---- from the store ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ride() -> SessionRows:
    recording, _ = simulate_plain(duration_s=60, rate_hz=50, seed=1)
    return rows_of(SessionRow(id="", position=0, session="", file=""), analyze_recording(recording, Session(wedges=0)))


def recorded(ride: SessionRows, place: int, rider: str, right: float, fitted: int | None, **about: Any) -> SessionRows:
    """One session: the left foot stays, the right one reads this excess under this count."""
    told = {"sha256": f"{place:064x}", "from_s": 0.0, "to_s": 60.0, "is_section": False, "start": None, **about}
    session = replace(ride.session, id=str(place), position=place, session=f"s{place}", rider=rider, **told)
    feet = [
        replace(
            foot,
            excess_deg=right if foot.foot == "right" else 1.0,
            rotation_deg=right if foot.foot == "right" else 1.0,
            fitted=fitted if foot.foot == "right" else 0,
        )
        for foot in ride.feet
    ]
    return SessionRows(session, tuple(feet))


def results(folder: Path, sessions: list[SessionRows]) -> Path:
    folder.mkdir(exist_ok=True)
    with Store(folder / "results.sqlite") as store:
        for rows in sessions:
            store.save(rows)
    return folder


def visits(ride: SessionRows, riders: int) -> list[SessionRows]:
    """So many riders who made the visit on the right shoe."""
    rng = np.random.default_rng(8)
    made = []
    for number in range(riders):
        response, name = rng.normal(0.5, 0.2), f"<Zoë & {number}>"
        for at, count in enumerate((0, 2, -2, 0)):
            value = 4.0 - response * count + 0.2 * rng.standard_normal()
            made.append(recorded(ride, 10 * number + at, name, value, count, date="2026-03-01"))
    return made


def stored(folder: Path, sessions: list[SessionRows]) -> list[RiderRecordings]:
    with Store(results(folder, sessions) / "results.sqlite") as store:
        return rider_recordings(store.sessions())


def test_recordings_of_one_day_were_left_on_and_of_one_file_are_laps(ride: SessionRows, tmp_path: Path) -> None:
    day = {"date": "2026-03-01"}
    laps = {**day, "sha256": "f" * 64, "is_section": True}
    sessions = [
        *(recorded(ride, place, "Ann", 4.0 - count, count, **day) for place, count in enumerate((0, 2, -2, 0))),
        recorded(ride, 10, "Bob", 4.0, 0, **laps),
        recorded(ride, 11, "Bob", 3.0, 2, **{**laps, "from_s": 60.0, "to_s": 120.0}),
        recorded(ride, 12, "Bob", 9.0, 2, **{**laps, "to_s": 120.0, "is_section": False}),  # the whole ride again
        recorded(ride, 20, "", 4.0, 0, **day),
        recorded(ride, 21, "", 3.0, 2, **day),
        recorded(ride, 30, "Cid", 4.0, 0, **day),
        recorded(ride, 31, "Cid", 3.0, None, **day),
    ]
    ann, bob, cid = stored(tmp_path, sessions)
    assert (ann.rider, list(ann.sittings), ann.main) == ("Ann", ["left_on"], "left_on")
    right = ann.sittings["left_on"][0]["right"]
    assert right.value_deg.tolist() == [4.0, 2.0, 6.0, 4.0]
    assert right.cant_deg.tolist() == [0.0, 2.0, -2.0, 0.0]
    assert not ann.sittings["left_on"][0]["left"].tells_response
    assert (bob.rider, list(bob.sittings)) == ("Bob", ["laps"])
    assert bob.sittings["laps"][0]["right"].value_deg.tolist() == [4.0, 3.0]
    assert (cid.main, list(cid.sittings["left_on"][0])) == (None, ["left"])  # the right foot's count is not known


def test_over_days_sensors_count_as_remounted(ride: SessionRows, tmp_path: Path) -> None:
    sessions = [
        recorded(ride, 1, "Ann", 4.0, 0, date="2026-03-01"),
        recorded(ride, 2, "Ann", 3.0, 2, date="2026-03-08"),
        recorded(ride, 10, "Bob", 4.0, 0, date="1.3.2026"),
        recorded(ride, 11, "Bob", 3.0, 2, date="1.3.2026"),
        recorded(ride, 12, "Bob", 3.5, 2, date="2026-03-08"),
        recorded(ride, 20, "Cid", 4.0, 0, start="2026-03-01T10:00:00+00:00"),
        recorded(ride, 21, "Cid", 3.0, 2),  # of a day that is not known
    ]
    ann, bob, cid = stored(tmp_path, sessions)
    assert (list(ann.sittings), ann.main) == (["remounted"], "remounted")
    assert ann.sittings["remounted"][0]["right"].cant_deg.tolist() == [0.0, 2.0]
    assert bob.main == "left_on"
    assert bob.sittings["left_on"][0]["right"].value_deg.tolist() == [4.0, 3.0]
    assert bob.sittings["remounted"][0]["right"].value_deg.tolist() == [3.0, 3.5]  # the count that came again
    assert cid.main == "remounted"


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main([str(word) for word in arguments])
    printed = capsys.readouterr()
    return int(stopped.value.code or 0), printed.out, printed.err


def test_the_command_writes_settings_that_commands_take(
    ride: SessionRows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = results(tmp_path / "results", visits(ride, 6))
    before = (folder / "results.sqlite").read_bytes()
    out, page = tmp_path / "prior.toml", tmp_path / "riders.html"
    code, text, said = run(capsys, "learn", folder, "-o", out, "--report", page)
    assert (code, said) == (0, f"Wrote {out}\nWrote {page}\n")
    assert text.startswith("6 riders were recorded at two counts or more")
    assert f"--settings {out}" in text
    assert (folder / "results.sqlite").read_bytes() == before
    assert sorted(item.name for item in folder.iterdir()) == ["results.sqlite"]

    prior = learn_prior(folder / "results.sqlite")
    loaded = load_settings(out).to_dict()
    assert {name: loaded[name] for name in prior.settings} == pytest.approx(dict(prior.settings), abs=1e-4)
    assert loaded["response_mean"] == pytest.approx(0.5, abs=0.25)
    assert loaded["between_remounted_deg"] == Settings.between_remounted_deg
    assert run(capsys, "plan", "--settings", out)[0] == 0

    shown = page.read_text(encoding="utf-8")
    assert "&lt;Zoë &amp; 5&gt;, right" in shown
    assert "<Zoë" not in shown
    assert shown.count('class="whisker"') == 6

    code, text, said = run(capsys, "learn", folder, "--json")
    document = json.loads(text)
    assert (code, said, document["schema"], document["riders"], document["built_in"]) == (
        0,
        "",
        "bikefit.learn/1",
        6,
        False,
    )
    assert set(document["numbers"]) == set(document["settings"]) == set(prior.settings)
    assert [foot["side"] for foot in document["feet"]] == ["right"] * 6
    assert document["numbers"]["between_laps_deg"] == {"value": None, "interval": None, "riders": 0, "learned": False}


def test_too_few_riders_are_told_and_the_built_in_prior_is_written(
    ride: SessionRows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = results(tmp_path / "results", visits(ride, 1))
    out = tmp_path / "prior.toml"
    code, text, _ = run(capsys, "learn", folder, "-o", out)
    assert code == 0
    assert "Only 1 rider was recorded at two counts, and 5 are needed: the built-in prior stays in force." in text
    assert "--settings" not in text
    assert "the built-in prior stays in force" in out.read_text(encoding="utf-8")
    assert load_settings(out) == Settings()
    empty = results(tmp_path / "empty", [])
    code, text, _ = run(capsys, "learn", empty)
    assert code == 0
    assert text.startswith("No rider was recorded at two counts")


def test_what_is_no_batchs_results_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.sqlite").write_text("no database, " * 100)
    for source, says in (
        (tmp_path / "missing", "there are no results of a batch"),
        (tmp_path, "there are no results of a batch"),
        (tmp_path / "text.sqlite", "not a database of a batch"),
    ):
        code, text, said = run(capsys, "learn", source)
        assert (code, text) == (3, "")
        assert says in said
    assert not (tmp_path / "results.sqlite").exists()
    for flags, says in (
        (("-o", tmp_path / "prior.txt"), "written as .toml"),
        (("--report", tmp_path / "no" / "page.html"), "there is no folder"),
    ):
        code, _, said = run(capsys, "learn", tmp_path, *flags)
        assert code == 2
        assert says in said


def test_a_page_with_an_answer_far_out_stays_within_its_picture() -> None:
    base = learn_from(studio(5, 6, Truth()), points=300)
    odd = replace(
        base.answers[0], response=40.0, interval=(-60.0, 140.0), rider="a name that is far too long for a row"
    )
    prior: StudioPrior = replace(base, answers=(*base.answers, odd))
    page = learn_html(ENGLISH, prior)
    assert "a name that is far too …, left" in page
    assert 'class="arrow"' in page
    assert "nan" not in page
    assert "6 riders" in prior_toml(ENGLISH, prior)
