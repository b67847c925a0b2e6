"""The static site: what an export writes and refuses; and the site in Chromium, under a sub-path, offline too."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import static_site
from helpers.browsers import chromium
from helpers.static_site import ROOT, pyodide_folder, served, sha256

from bikefit.analysis import analyze
from bikefit.app import answers, pure_wheels
from bikefit.app.site import FILE_LIST, LIST_OPENING, export_site
from bikefit.cli import main
from bikefit.comparison import compare
from bikefit.model import SessionResult
from bikefit.report import write_report
from bikefit.words import ENGLISH

SAMPLES = ROOT / "sample_data"
VISIT = [SAMPLES / f"visit_helped_{number}.fit" for number in (1, 2, 3, 4)]
SLOW_MS = 90_000


def listed(site: Path) -> dict[str, Any]:
    """Return what the site's list says."""
    text = (site / FILE_LIST).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text.removeprefix(LIST_OPENING).rstrip(";\n"))
    return found


# ---- what an export writes and refuses ---------------------------------------------------------------------


@pytest.fixture
def pyodide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "pyodide"
    pinned = static_site.stand_in(folder)
    monkeypatch.setattr("bikefit.app.site._pinned", lambda: pinned)
    return folder


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["app", *map(str, words)])
    return int(ended.value.code or 0), capsys.readouterr().err


def test_a_site_is_listed_to_the_last_file(pyodide: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "new" / "site"
    code, said = run(capsys, "--export", site, "--pyodide", pyodide)
    assert code == 0
    assert f"Wrote {site}" in said
    assert "MB" in said
    files = {each["path"]: each for each in listed(site)["files"]}
    there = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert there == {*files, FILE_LIST}
    for path, each in files.items():
        content = (site / path).read_bytes()
        assert (each["sha256"], each["bytes"]) == (sha256(content), len(content))
    later = {path for path, each in files.items() if each["part"] == "scipy"}
    assert later == {"engine/scipy-1.0-py3-none-any.whl", "engine/openblas-1.0-py3-none-any.whl"}
    lock = json.loads((site / "engine/pyodide-lock.json").read_text(encoding="utf-8"))
    for entry in lock["packages"].values():
        assert entry["sha256"] == files[f"engine/{entry['file_name']}"]["sha256"]
    assert not set(lock["packages"]["bikefit"]["depends"]) & {"scipy", "openblas", "matplotlib"}


def test_the_same_is_exported_again_and_other_files_stay(pyodide: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    export_site(site, pyodide)
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    (site / "CNAME").write_text("fit.example.org")
    (site / "old.js").write_text("of an earlier version")
    about = listed(site)
    about["files"].append({"path": "old.js", "sha256": "", "bytes": 1, "part": "first"})
    (site / FILE_LIST).write_text(f"{LIST_OPENING}{json.dumps(about)};\n")
    export_site(site, pyodide)
    assert {path: path.read_bytes() for path in before} == before
    assert (site / "CNAME").read_text() == "fit.example.org"
    assert not (site / "old.js").exists()


def test_a_site_speaks_the_language_that_is_asked_for(pyodide: Path, tmp_path: Path) -> None:
    export_site(tmp_path / "site", pyodide, "de")
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in page
    assert '"engine": "browser"' in page


def spoil_list(site: Path) -> None:
    export = {"files": [{"path": "../pyodide/pyodide.js"}]}
    (site / FILE_LIST).write_text(f"{LIST_OPENING}{json.dumps(export)};\n")


@pytest.mark.parametrize(
    "foreign",
    [
        lambda site: (site / "holiday.jpg").write_bytes(b"x"),
        lambda site: (site / FILE_LIST).write_text("x"),
        spoil_list,
    ],
    ids=["files", "no list", "list that leads out"],
)
def test_a_folder_of_somebody_else_is_refused(
    pyodide: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], foreign: Callable[[Path], object]
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    foreign(site)
    before = sorted(site.iterdir())
    code, said = run(capsys, "--export", site, "--pyodide", pyodide)
    assert code == 2
    assert f"--export {site}" in said
    assert "Name an empty folder" in said
    assert sorted(site.iterdir()) == before
    assert (pyodide / "pyodide.js").exists()


def edit_lock(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def edit(pyodide: Path) -> None:
        lock = json.loads((pyodide / "pyodide-lock.json").read_text())
        change(lock)
        (pyodide / "pyodide-lock.json").write_text(json.dumps(lock))

    return edit


FAULTS: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "no lock": (lambda folder: (folder / "pyodide-lock.json").unlink(), 2, "there is no pyodide-lock.json in it"),
    "no lock file": (
        lambda folder: (folder / "pyodide-lock.json").write_text("[1, 2]"),
        3,
        "not a lock file of Pyodide",
    ),
    "another version": (edit_lock(lambda lock: lock["info"].update(version="0.29.0")), 3, "this is Pyodide 0.29.0"),
    "a part of the lock": (edit_lock(lambda lock: lock["packages"].pop("pandas")), 3, "it does not know pandas"),
    "missing": (
        lambda folder: (folder / "numpy-1.0-py3-none-any.whl").unlink(),
        3,
        "numpy-1.0-py3-none-any.whl: this file",
    ),
    "damaged": (lambda folder: (folder / "six-1.0-py3-none-any.whl").write_bytes(b"x"), 3, "its sha256 is not that of"),
    "interpreter": (lambda folder: (folder / "pyodide.asm.wasm").write_bytes(b"x"), 3, "pyodide.asm.wasm: its sha256"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_pyodide_that_is_not_whole_is_refused(
    pyodide: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    spoil, wanted, words = FAULTS[fault]
    spoil(pyodide)
    code, said = run(capsys, "--export", tmp_path / "site", "--pyodide", pyodide)
    assert code == wanted
    assert words in said
    assert "Traceback" not in said
    assert not (tmp_path / "site").exists()


def test_both_flags_belong_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--export", tmp_path / "site"), ("--pyodide", tmp_path)):
        code, said = run(capsys, *words)
        assert code == 2
        assert "belong together" in said


def test_a_wheel_is_what_was_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, content = pure_wheels.installed_wheel("markupsafe")
    wheel = tmp_path / name
    wheel.write_bytes(content)
    inside = zipfile.ZipFile(wheel).namelist()
    assert not [path for path in inside if path.endswith((".so", ".pyd", ".c"))]
    assert any("licen" in path.lower() for path in inside)
    code = "import sys; sys.path.insert(0, sys.argv[1]); import markupsafe as m; print(m.__file__, m.escape('<'))"
    done = subprocess.run([sys.executable, "-S", "-c", code, str(wheel)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [f"{wheel}/markupsafe/__init__.py", "&lt;"]
    monkeypatch.setattr(pure_wheels, "_digest", lambda _: "another")
    with pytest.raises(pure_wheels.RecordingError, match="is not what was installed"):
        pure_wheels.installed_wheel("markupsafe")


# ---- the site in a browser ---------------------------------------------------------------------------------


class Opened:
    """The page of the site in a browser, and what was asked for over the network."""

    def __init__(self, context: Any, address: str, served: list[str]) -> None:
        self.context, self.address, self.served = context, address, served
        self.requests: list[tuple[str, str]] = []
        self.errors: list[str] = []
        context.on("request", lambda asked: self.requests.append((asked.method, asked.url)))
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.open()

    def open(self) -> None:
        """Load the page anew and wait until Python is there."""
        self.page.goto(self.address)
        self.page.wait_for_selector("body[data-ready]", timeout=SLOW_MS)

    def forget(self) -> None:
        """Take all recordings away."""
        self.page.locator("#forget").click()
        self.page.wait_for_selector("#rows > li", state="detached")

    def headlines(self, shoes: int) -> list[str]:
        """Wait for an answer about so many shoes and its report, and return its headlines."""
        found = self.page.locator("#answer-body .headline")
        found.nth(shoes - 1).wait_for(timeout=SLOW_MS)
        self.page.wait_for_selector("#frame iframe", timeout=SLOW_MS)
        return [str(words) for words in found.all_inner_texts()]

    def documents(self) -> list[Any]:
        """Return the answers as the page holds them."""
        told = "import('./session.js').then(({session}) => session.recordings.map((one) => one.document))"
        found: list[Any] = self.page.evaluate(told)
        return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("host") / "shop" / "wedges"
    export_site(folder, pyodide_folder())
    return folder


@pytest.fixture(scope="module")
def opened(site: Path) -> Iterator[Opened]:
    asked: list[str] = []
    with chromium() as browser, served(site.parents[1], asked) as address:
        yield Opened(browser.new_context(), f"{address}shop/wedges/", asked)


def alike(ours: Any, theirs: Any) -> bool:
    """Tell whether two documents are the same but for the last digits of their numbers, which the processor decides."""
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(alike(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(alike, ours, theirs))
    if isinstance(ours, float):
        return bool(ours == pytest.approx(theirs, rel=1e-9, abs=1e-9))
    return bool(ours == theirs)


def headlines(result: SessionResult) -> list[str]:
    """Return what the page says of each shoe at once."""
    return [shoe["headline"] for shoe in answers.of_session(ENGLISH, result)["shoes"]]


def assert_same_report(opened: Opened, result: SessionResult, folder: Path) -> None:
    """Download the report that is shown, and hold it to the one that is written without a browser."""
    with opened.page.expect_download(timeout=SLOW_MS) as waiting:
        opened.page.locator("#downloads button", has_text="HTML").click()
    waiting.value.save_as(folder / "browser.html")
    write_report(result, folder / "native.html")
    assert (folder / "browser.html").read_bytes() == (folder / "native.html").read_bytes()


def test_the_sample_is_answered_as_by_the_command_line(opened: Opened, tmp_path: Path) -> None:
    opened.page.locator("#sample").click()
    result = analyze(SAMPLES / "two_wedges.fit")
    assert opened.headlines(2) == headlines(result)
    assert alike(json.loads(json.dumps(result.to_dict())), opened.documents()[0])
    assert_same_report(opened, result, tmp_path)
    assert opened.page.locator("#downloads button", has_text="PDF").count() == 0
    opened.forget()


def test_a_dropped_file_is_analysed_and_a_wrong_one_refused_in_words(opened: Opened) -> None:
    ride = base64.b64encode((SAMPLES / "no_crank.csv").read_bytes()).decode()
    drop = """([ride]) => {
        const data = new DataTransfer();
        const bytes = Uint8Array.from(atob(ride), (each) => each.charCodeAt(0));
        data.items.add(new File([bytes], "my ride.csv"));
        data.items.add(new File(["Dear diary"], "notes.txt"));
        const how = { dataTransfer: data, bubbles: true, cancelable: true };
        for (const kind of ["dragenter", "dragover", "drop"]) {
            document.getElementById("drop").dispatchEvent(new DragEvent(kind, how));
        }
    }"""
    opened.page.evaluate(drop, [ride])
    trouble = opened.page.locator("#rows .trouble")
    trouble.wait_for(timeout=SLOW_MS)
    assert "notes.txt: this is not a table with a time column" in trouble.inner_text()
    assert "Traceback" not in trouble.inner_text()
    result = analyze(SAMPLES / "no_crank.csv").to_dict()
    found = opened.documents()[0]
    assert found["recording"].pop("name") == "my ride.csv"
    result["recording"].pop("name")
    assert alike(json.loads(json.dumps(result)), found)
    opened.forget()


def test_a_visit_is_compared(opened: Opened) -> None:
    opened.page.locator("#sample-visit").click()
    opened.page.wait_for_selector(".headline:has-text('2 varus wedges help')", timeout=SLOW_MS)
    found = opened.page.evaluate("import('./session.js').then(({session}) => session.comparison.document)")
    native = compare(VISIT, [0, 0, 0, 0], [0, 2, -2, 0])
    assert alike(json.loads(json.dumps(native.to_dict())), found)
    opened.forget()


def test_scipy_comes_only_with_a_shoe_sensor(opened: Opened, tmp_path: Path) -> None:
    assert not [url for _, url in opened.requests if "scipy" in url]
    opened.page.locator("#files").set_input_files(SAMPLES / "shoe_sensor.fit")
    result = analyze(SAMPLES / "shoe_sensor.fit")
    assert opened.headlines(1) == headlines(result)
    assert [url for _, url in opened.requests if "scipy" in url]
    assert alike(json.loads(json.dumps(result.to_dict())), opened.documents()[0])
    assert_same_report(opened, result, tmp_path)
    opened.forget()


def test_it_works_offline_and_nothing_left_the_browser(opened: Opened) -> None:
    before = len(opened.served)
    opened.context.set_offline(True)
    opened.page.goto(opened.address)
    opened.page.locator("#sample").click()  # while Python is still loading: a hand in a hurry
    assert opened.headlines(2) == headlines(analyze(SAMPLES / "two_wedges.fit"))
    opened.context.set_offline(False)
    # the browser itself looks for a newer service worker; everything else comes from what was kept
    assert {path.rsplit("/", 1)[-1] for path in opened.served[before:]} <= {"service_worker.js", FILE_LIST}
    assert {method for method, _ in opened.requests} == {"GET"}
    elsewhere = [url for _, url in opened.requests if not url.startswith((opened.address, "blob:", "data:"))]
    assert elsewhere == []
    assert opened.errors == []
