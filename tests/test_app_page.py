"""The local page in a real Chromium: dropped, chosen and sample recordings, by hand and by keyboard, on a phone too."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.browsers import grave, load_axe, watched
from helpers.local_app import App, running

from bikefit.io.text.writer import write_csv
from bikefit.simulate import simulate_plain
from bikefit.words.catalogue import catalogue

SAMPLES = Path(__file__).parents[1] / "sample_data"
FRONT = Path(__file__).parents[1] / "bikefit" / "app" / "front"
VISIT = [SAMPLES / f"visit_helped_{number}.fit" for number in (1, 2, 3, 4)]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(tmp_path_factory.mktemp("app")) as started:
        yield started


@pytest.fixture
def page(app: App, browser: Any) -> Iterator[Any]:
    """Open the page with nothing remembered; afterwards it must have been quiet and asked nobody else."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    seen = watched(context.new_page())
    seen.page.goto(app.address)
    seen.page.wait_for_selector("body[data-ready]")
    yield seen.page
    context.close()
    assert (seen.errors, seen.dialogs) == ([], [])
    assert [url for url in seen.requests if not url.startswith((app.address, "data:", "blob:", "about:"))] == []


def drop(page: Any, *paths: Path) -> None:
    """Drop files on the page, as a hand does."""
    held = [[path.name, base64.b64encode(path.read_bytes()).decode()] for path in paths]
    page.evaluate(
        """held => {
          const carried = new DataTransfer();
          for (const [name, text] of held) {
            carried.items.add(new File([Uint8Array.from(atob(text), (each) => each.charCodeAt(0))], name));
          }
          for (const type of ["dragenter", "dragover", "drop"]) {
            const told = {dataTransfer: carried, bubbles: true, cancelable: true};
            document.getElementById("drop").dispatchEvent(new DragEvent(type, told));
          }
        }""",
        held,
    )


def choose(page: Any, *paths: Path) -> None:
    page.set_input_files("#files", [str(path) for path in paths])


def settled(page: Any) -> None:
    """Wait until the page has nothing more to do."""
    page.wait_for_selector("main[aria-busy=false]")


def compared(page: Any) -> None:
    """Wait for the comparison, and see that it is of the wedges."""
    page.wait_for_selector("#choices >> text=All together", state="attached")
    assert "2 varus wedges" in headlines(page)[1]


def headlines(page: Any) -> list[str]:
    page.wait_for_selector(".card")
    settled(page)
    return [str(text) for text in page.locator(".headline").all_inner_texts()]


def download(page: Any, button: str) -> bytes:
    page.wait_for_selector("#frame iframe")
    with page.expect_download() as begun:
        page.get_by_role("button", name=button, exact=True).click()
    return Path(begun.value.path()).read_bytes()


# ---- what comes in ------------------------------------------------------------------------------------------


def test_a_chosen_file_gives_the_command_lines_answer_and_report(
    page: Any, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(SAMPLES)
    choose(page, SAMPLES / "two_wedges.fit")
    assert "2 varus wedges" in headlines(page)[1]
    report = tmp_path / "report.html"
    document = run("analyze", "two_wedges.fit", "--report", report, "--json").out
    assert download(page, "Page (HTML)") == report.read_bytes()
    assert download(page, "Data (JSON)").decode() == document
    assert download(page, "PDF").startswith(b"%PDF")
    frame = page.frame_locator("#frame iframe")
    assert frame.locator("h1").inner_text() == "Cleat and wedge report"
    assert page.locator("#frame iframe").get_attribute("sandbox") == "allow-scripts allow-downloads"
    # what the fitter says is taken as the command line takes it
    page.get_by_label("Wedges right").select_option("1")
    settled(page)
    again = run("analyze", "two_wedges.fit", "--right-wedges", "1", "--json").out
    assert download(page, "Data (JSON)").decode() == again


def test_dropped_recordings_become_a_comparison(page: Any, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLES)
    drop(page, *VISIT[:2])
    page.wait_for_selector("text=To compare them, say")
    page.get_by_label("Wedges right").nth(0).select_option("0")
    page.get_by_label("Wedges right").nth(1).select_option("2")
    compared(page)
    words = ("compare", *(path.name for path in VISIT[:2]), "--right-wedges", "0,2", "--json")
    assert download(page, "Data (JSON)").decode() == run(*words).out


def test_the_sample_needs_one_press(page: Any) -> None:
    page.get_by_role("button", name="Try the sample", exact=True).click()
    assert "2 varus wedges" in headlines(page)[1]


def test_the_laps_of_a_recording_are_choices(page: Any) -> None:
    choose(page, SAMPLES / "visit_helped_laps.fit")
    headlines(page)
    page.get_by_label("Part").select_option("every")
    page.wait_for_selector(".row:nth-child(4)")
    for place, count in enumerate(("0", "2", "-2", "0")):
        page.get_by_label("Wedges right").nth(place).select_option(count)
    compared(page)
    assert page.locator(".row .name").all_inner_texts()[3].startswith("visit_helped_laps.fit@lap4")


def test_a_file_of_one_foot_is_asked_whose_it_is(page: Any, tmp_path: Path) -> None:
    rows = [line.split(",") for line in (SAMPLES / "two_wedges.csv").read_text().splitlines()]
    head = next(number for number, row in enumerate(rows) if row[0] == "time_s")
    names = [rows[head].index(name) for name in ("time_s", "right_heel_rotation_deg")]
    one = tmp_path / "shoe.csv"
    lines = ["time_s,heel_rotation_deg", *(",".join(row[at] for at in names) for row in rows[head + 1 :])]
    one.write_text("\n".join(lines))
    choose(page, one)
    page.wait_for_selector("text=Say which shoe this is.")
    page.locator("select[data-key$=side]").select_option("right")
    assert "2 varus wedges" in headlines(page)[0]
    assert page.locator(".trouble").count() == 0


def test_a_wrong_file_gets_the_projects_sentence_and_what_to_do(page: Any, run: Any, tmp_path: Path) -> None:
    letter, ride = tmp_path / "letter.fit", tmp_path / "ride.csv"
    letter.write_text("Dear Ann,\n")
    ride.write_text("time_s,power_w\n" + "\n".join(f"{second},{200 + second % 7}" for second in range(120)))
    choose(page, letter, ride)
    page.wait_for_selector(".row:nth-child(2) .trouble li")
    said = page.locator(".trouble").all_inner_texts()
    assert run("analyze", letter).err.removeprefix("bikefit: ").strip() in said[0]
    assert "ride.csv: the file holds no foot rotation" in said[1]
    assert "What is missing, and what to do" in said[1]
    assert "Strap a motion sensor on each shoe" in said[1]
    assert "Traceback" not in page.content()


def test_the_sensors_of_two_shoes_are_joined_to_one_ride(page: Any, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLES / "sessions")
    choose(page, Path("dario_1_left.csv"), Path("dario_1_right.csv"))
    page.get_by_role("button", name="One ride: join").click()
    page.wait_for_selector(".card.shoe-right")
    assert len(headlines(page)) == 2
    words = ("analyze", "--left", "dario_1_left.csv", "--right", "dario_1_right.csv", "--json")
    assert download(page, "Data (JSON)").decode() == run(*words).out


def test_a_long_analysis_is_stopped_by_its_button(page: Any, tmp_path: Path) -> None:
    long = tmp_path / "long_0.csv"
    write_csv(simulate_plain(duration_s=900, seed=1)[0], long)
    many = [long, *(tmp_path / f"long_{number}.csv" for number in range(1, 9))]
    for path in many[1:]:
        path.write_bytes(long.read_bytes() + f"# {path.name}\n".encode())
    choose(page, *many)
    page.wait_for_selector(".row")
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("text=Stopped.")
    settled(page)
    choose(page, SAMPLES / "two_wedges.fit")
    last = page.locator(".row:last-child", has_text="two_wedges.fit")
    last.wait_for()
    settled(page)  # a card alone may be that of a recording that was done before the others were stopped
    assert last.locator(".trouble").count() == 0
    page.get_by_role("button", name="Try again").first.wait_for()


def test_a_chosen_folder_runs_as_a_batch(page: Any, app: App, tmp_path: Path) -> None:
    rides = tmp_path / "rides"
    (rides / "june").mkdir(parents=True)
    for path, place in ((VISIT[0], rides), (VISIT[1], rides / "june")):
        (place / path.name).write_bytes(path.read_bytes())
    (rides / ".hidden").write_text("x")
    page.set_input_files("#folder", str(rides))
    page.wait_for_selector("text=“rides” holds 2 files.")
    page.get_by_role("button", name="sessions of many riders").click()
    page.wait_for_selector("text=2 sessions: 2 with an answer.")
    status, packed = app.send("GET", page.get_by_role("link", name="Download them").get_attribute("href"))
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert (status, "index.html" in names, len([name for name in names if name.startswith("sessions/")])) == (
        200,
        True,
        2,
    )
    with page.context.expect_page() as shown:
        page.get_by_role("link", name="Open the results").click()
    assert "visit_helped_2" in shown.value.content()


def test_the_answer_says_what_to_ride(page: Any, app: App) -> None:
    choose(page, SAMPLES / "two_wedges.fit")
    headlines(page)
    shoes = app.ask("analyze", {"file": "two_wedges.fit"})["answer"]["shoes"]
    told = [shoe["advice"] for shoe in shoes if shoe["advice"]]
    assert told
    assert page.locator(".card .headline + .advice").all_inner_texts() == told


# ---- the visit ----------------------------------------------------------------------------------------------


def test_the_visit_ticks_itself_as_recordings_come_in(page: Any) -> None:
    page.get_by_role("button", name="Try the sample", exact=True).click()
    page.get_by_role("button", name="Plan the visit", exact=True).click()
    page.get_by_label("Get ready").check()
    page.wait_for_selector("#visit >> text=Next: Recording 1: bare.")
    for place, path in enumerate(VISIT):
        drop(page, path)
        page.wait_for_selector(f"#visit >> text=recorded: {path.name}")
        assert page.locator("#visit .tick").count() == place + 1
        if place == 0:
            page.wait_for_selector("#visit >> text=Next: Change on the right shoe: fit 2 varus wedges.")
    page.wait_for_selector("#visit >> text=All four are in.")
    compared(page)
    with page.expect_download() as begun:
        page.get_by_role("button", name="Sheet to print").click()
    assert Path(begun.value.path()).read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("first", [VISIT[:1], VISIT])
def test_recordings_from_before_the_plan_are_asked_about(
    page: Any, run: Any, monkeypatch: pytest.MonkeyPatch, first: list[Path]
) -> None:
    monkeypatch.chdir(SAMPLES)
    drop(page, *reversed(first))
    page.wait_for_selector(f".row:nth-child({len(first)})")
    headlines(page)
    page.get_by_role("button", name="Plan the visit", exact=True).click()
    page.wait_for_selector("#visit .ask")
    if len(first) == 1:
        drop(page, *VISIT[3:0:-1])
        page.wait_for_selector(".row:nth-child(4)")
        settled(page)
    # nothing is compared, and no wedges are written down, before the answer
    assert page.locator("#choices >> text=All together").count() == 0
    rights = page.get_by_label("Wedges right")
    assert [rights.nth(row).input_value() for row in range(4)] == [""] * 4
    page.get_by_role("button", name="Yes", exact=True).click()
    compared(page)
    titles = page.locator("#visit .record .source").all_inner_texts()
    assert titles == [f"recorded: {path.name}" for path in VISIT]
    told = ("--left-wedges", "0,0,0,0", "--right-wedges", "0,2,-2,0")
    assert download(page, "Data (JSON)").decode() == run("compare", *(path.name for path in VISIT), *told, "--json").out


def test_the_place_of_a_recording_is_chosen_by_hand_and_one_left_out_is_taken_when_dropped_again(page: Any) -> None:
    drop(page, VISIT[0])
    headlines(page)
    page.get_by_role("button", name="Plan the visit", exact=True).click()
    page.get_by_role("button", name="No", exact=True).click()
    page.wait_for_selector("#visit .ask", state="detached")
    settled(page)
    places = page.get_by_label("In the visit")
    places.nth(0).select_option("0")
    settled(page)
    assert page.get_by_label("Wedges right").nth(0).input_value() == "0"
    drop(page, VISIT[1])
    page.wait_for_selector(f"#visit >> text=recorded: {VISIT[1].name}")
    settled(page)
    assert page.get_by_label("Wedges right").nth(1).input_value() == "2"
    places.nth(1).select_option("-1")
    settled(page)
    assert page.get_by_label("Wedges right").nth(1).input_value() == ""
    drop(page, VISIT[1])
    page.wait_for_selector(f"#visit >> text=recorded: {VISIT[1].name}")
    settled(page)
    assert (places.nth(1).input_value(), page.get_by_label("Wedges right").nth(1).input_value()) == ("1", "2")


# ---- whoever uses it ----------------------------------------------------------------------------------------


def test_the_keyboard_alone_is_enough(page: Any) -> None:
    def reach(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            told = page.evaluate("(document.activeElement.ariaLabel ?? document.activeElement.innerText ?? '').trim()")
            if told == name:
                return
        raise AssertionError(f"{name} cannot be reached")

    reach("Try the sample")
    page.keyboard.press("Enter")
    headlines(page)
    reach("Plan the visit")
    page.keyboard.press("Enter")
    page.wait_for_selector("#visit .steps")
    page.focus("#visit .steps input")
    page.keyboard.press("Space")
    page.wait_for_selector("#visit li.done")
    page.focus("#recordings select")
    page.keyboard.press("ArrowDown")
    settled(page)
    assert page.locator("#recordings select").first.input_value() == "0"
    reach("For the fitter")
    page.keyboard.press("Enter")
    page.get_by_label("Cleat float").wait_for()
    page.focus("#recordings .does button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#recordings", state="hidden")
    assert page.evaluate("document.activeElement.id") == "files"


@pytest.mark.parametrize("width", [1280, 360])
def test_it_fits_its_window_and_axe_finds_nothing_serious(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})

    def look() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert grave(page, "resultTypes: ['violations'], iframes: false") == [], scheme

    load_axe(page)
    look()
    page.get_by_role("button", name="Try the sample", exact=True).click()
    page.get_by_role("button", name="Plan the visit", exact=True).click()
    page.wait_for_selector("#visit .steps")
    page.get_by_role("button", name="Try a sample visit", exact=True).click()
    page.wait_for_selector("#visit >> text=All four are in.")
    settled(page)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    page.get_by_label("Neutral --neutral").select_option("angle")
    settled(page)
    look()


# ---- the session --------------------------------------------------------------------------------------------


def test_the_last_session_is_remembered_exported_and_forgotten(page: Any, app: App, tmp_path: Path) -> None:
    choose(page, VISIT[0], VISIT[1])
    page.get_by_label("Wedges right").nth(1).wait_for()
    page.get_by_label("Wedges right").nth(1).select_option("2")
    compared(page)
    page.get_by_text("For the fitter").click()
    page.get_by_label("Rider").fill("Ann")
    page.get_by_label("Rider").press("Tab")
    settled(page)
    with page.expect_download() as begun:
        page.get_by_role("button", name="Export it").click()
    exported = tmp_path / begun.value.suggested_filename
    begun.value.save_as(exported)
    told = json.loads(exported.read_text())
    assert [one["name"] for one in told["recordings"]] == [path.name for path in VISIT[:2]]
    assert told["settings"]["rider"] == "Ann"
    assert told["comparison"]["schema"] == "bikefit.comparison/2"

    page.reload()
    page.get_by_role("button", name="Go on with it").click()
    compared(page)
    assert page.get_by_label("Rider").input_value() == "Ann"
    settled(page)
    page.get_by_role("button", name="Forget it").click()
    page.wait_for_selector("text=Forgotten")
    assert set(app.recordings()).isdisjoint(path.name for path in VISIT[:2])
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.get_by_role("button", name="Go on with it").count() == 0
    choose(page, exported)
    compared(page)


# ---- its words ----------------------------------------------------------------------------------------------


def test_every_word_of_the_page_is_in_the_catalogue_and_used() -> None:
    said = catalogue("en")["app"]
    whole = "".join(path.read_text(encoding="utf-8") for path in FRONT.iterdir() if path.suffix in (".js", ".j2"))
    template = (FRONT / "index.html.j2").read_text(encoding="utf-8")
    asked = set(re.findall(r'\b(?:say|named|list|details)\("(\w+)"', whole)) | set(
        re.findall(r"words\.(\w+)", template)
    )
    counted = set(re.findall(r'\bcount\((?:n > 0 \? )?"(\w+)"(?: : "(\w+)")?', whole))
    for one, other in counted:
        asked |= {f"{name}_{many}" for name in (one, other) if name for many in ("one", "many")}
    patterns = [re.sub(r"\$\{\w+\}", r"\\w+", key) for key in re.findall(r"say\(`([\w${}]+)`", whole)]
    patterns += [re.sub(r"\$\{\w+\}", r"\\w+", key) for key in re.findall(r"named\(`([\w${}]+)`", whole)]
    quoted = set(re.findall(r'"(\w+)"', whole))
    unused = [key for key in said if key not in asked | quoted and not any(re.fullmatch(p, key) for p in patterns)]
    assert unused == ["next_test"]  # the engine's own
    assert asked - {f"total_{form}" for form in catalogue("en")["total"]} <= set(said)
