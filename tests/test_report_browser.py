"""The page in a real Chromium: nothing runs, nothing is fetched, nothing scrolls sideways, one sheet for the client."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from helpers import report_sessions as sessions
from helpers.browsers import Watched, grave, load_axe, watched

from bikefit.comparison import ComparisonResult
from bikefit.model import SessionResult
from bikefit.report import write_report

HOSTILE = "<script>document.title='broken'</script>\"'><img src=x onerror=alert(1)> שלום مرحبا 🚲 {{ 7*7 }} #panic()"


def visit(browser: Any, path: Path, width: int = 1280, scheme: str = "light") -> Watched:
    seen = watched(browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme))
    seen.page.goto(path.as_uri())
    return seen


foot = sessions.make_foot
# between them every outcome, kind of change and missing piece; made only when a test asks for it
OUTCOMES: dict[str, Callable[[], SessionResult | ComparisonResult]] = {
    "two_wedges": sessions.two_wedges,
    "beyond_and_undetermined": lambda: sessions.make_session(
        foot("left", 9.5, stop_deg=10.0), foot("right", 3.0, neutral_deg=None)
    ),
    "keep_and_swap": lambda: sessions.make_session(
        foot("left", 0.3, fitted=2), foot("right", -2.6, fitted=1, neutral_deg=0.0), name="x" * 10_000
    ),
    "one_foot_bare": lambda: sessions.make_session(foot("right", -4.0, strokes=40, power=False)),
    "nothing": lambda: sessions.make_session(
        foot("left", 0.0), sessions.nothing_measured(foot("right", 0.0)), name=HOSTILE
    ),
    "comparison": lambda: sessions.before_after(HOSTILE + "y" * 300),
}


@pytest.fixture(scope="module", params=list(OUTCOMES))
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    return write_report(OUTCOMES[request.param](), path, title=HOSTILE, rider=HOSTILE * 120, fitter="Ann & Bob")


def test_the_page_is_quiet_and_fits_its_window(browser: Any, report: Path) -> None:
    seen = visit(browser, report)
    page = seen.page
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        over = "e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible'"
        assert page.evaluate(f"[...document.querySelectorAll('body *')].filter({over}).length") == 0
    assert seen.requests == [report.as_uri()]
    assert (seen.errors, seen.dialogs) == ([], [])
    assert page.title().startswith("<script>")
    page.close()


@pytest.mark.parametrize("report", ["keep_and_swap", "beyond_and_undetermined", "comparison"], indirect=True)
def test_axe_finds_nothing_serious(browser: Any, report: Path) -> None:
    page = visit(browser, report).page
    load_axe(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert grave(page) == [], scheme
    page.close()


def test_the_clients_page_prints_on_one_sheet(browser: Any, report: Path) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed (extra 'test')")
    page = visit(browser, report).page
    for sheet in ("A4", "Letter"):
        printed = pypdf.PdfReader(io.BytesIO(page.pdf(format=sheet))).pages
        first, second = (normalize("NFKC", printed[number].extract_text()) for number in (0, 1))
        assert "Before you ride" in first
        assert "For the fitter" not in first
        assert "For the fitter" in second
        assert "Before you ride" not in second
    page.close()


def test_values_can_be_read_by_hovering_and_by_keyboard(browser: Any, tmp_path: Path) -> None:
    path = write_report(sessions.two_wedges(), tmp_path / "r.html")
    page = visit(browser, path).page
    panel = page.locator("#over_crank .panel").first
    panel.locator("svg").hover(position={"x": 200, "y": 80})
    hovered = panel.locator("output").inner_text()
    assert "strokes ±" in hovered
    panel.locator("input").focus()
    page.keyboard.press("Home")
    words = json.loads(panel.locator("script").inner_text())["words"]
    first = panel.locator("output").inner_text()
    assert first.startswith(words[0])
    assert first != hovered
    assert re.search(r"; stroke \d+: [+-]?\d+\.\d°$", hovered)
    # both feet are read at the same place of the crank; the arrows choose another stroke
    other = page.locator("#over_crank .panel").nth(1).locator("output")
    assert other.inner_text() == json.loads(page.locator("#over_crank .panel script").nth(1).inner_text())["words"][0]
    page.keyboard.press("ArrowUp")
    chosen = panel.locator("output").inner_text()
    assert chosen.startswith(words[0])
    assert chosen.partition("; ")[2] not in ("", first.partition("; ")[2])
    assert panel.locator("path.chosen").count() == 1
    page.keyboard.press("ArrowRight")
    assert panel.locator("output").inner_text().startswith(words[1])
    page.close()


def test_the_page_is_complete_without_script(browser: Any, tmp_path: Path) -> None:
    path = write_report(sessions.two_wedges(), tmp_path / "r.html")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("svg.fig").count() >= 18
    assert page.locator(".headline").all_inner_texts() == ["No wedge needed", "Try 2\u00a0varus wedges"]
    context.close()


def test_the_strokes_can_be_downloaded(browser: Any, tmp_path: Path) -> None:
    import pandas as pd

    result = sessions.two_wedges()
    page = visit(browser, write_report(result, tmp_path / "r.html")).page
    with page.expect_download() as waiting:
        page.locator("a.download").click()
    name = waiting.value.suggested_filename
    waiting.value.save_as(tmp_path / name)
    table = pd.read_csv(tmp_path / name)
    assert len(table) == sum(len(foot.stroke_table) for foot in result.feet.values())
    right = result.feet["right"].stroke_table["mean_deg"].to_numpy()
    assert abs(table.loc[table.foot == "right", "mean_deg"].to_numpy() - right).max() <= 0.0051
    page.close()
