"""Pages in other languages in a real Chromium: longer words hold the layout, in every width and in print."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from helpers import report_sessions as sessions
from helpers.browsers import grave, load_axe
from test_languages import OTHERS, RESULTS
from test_other_language import stored_sessions

from bikefit.report import write_report
from bikefit.report.pages.studio import index_html, rider_html
from bikefit.words import Words

WIDTHS = (360, 768, 1280)
PAGES = ("stop_and_no_neutral", "keep_and_compare", "comparison", "visit", "index", "rider")
CUT = """() => [...document.querySelectorAll('svg.fig text')].filter(text => {
  const all = text.ownerSVGElement.getBoundingClientRect(), own = text.getBoundingClientRect();
  return own.width && (own.left < all.left - 1 || own.right > all.right + 1 || own.bottom > all.bottom + 1);
}).map(text => text.textContent)"""
OVER = """() => [...document.querySelectorAll('body *')].filter(e => e.scrollWidth > e.clientWidth + 1
  && getComputedStyle(e).overflowX !== 'visible' && !e.closest('.wide, svg')).map(e => e.outerHTML.slice(0, 200))"""
ONE_OVER_ANOTHER = """() => [...document.querySelectorAll('svg.fig')].flatMap(figure => {
  const boxes = [...figure.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
  return boxes.flatMap(([one, a], k) => boxes.slice(k + 1).filter(([, b]) => a.width && b.width
    && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4).map(([other]) => one + ' / ' + other));
})"""


def written(language: str, name: str, folder: Path) -> Path:
    """Write a page in a language."""
    path, words = folder / f"{name}.html", Words(language)
    if name == "index":
        path.write_text(index_html(words, stored_sessions(), {}), encoding="utf-8")
    elif name == "rider":
        page = rider_html(words, "9", stored_sessions(), sessions.before_after(), remounted=True)
        path.write_text(page, encoding="utf-8")
    else:
        write_report(RESULTS[name](), path, language=language, rider="Anna", fitter="Bob")
    return path


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", PAGES)
def test_longer_words_hold_the_layout(browser: Any, language: str, name: str, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(written(language, name, tmp_path).as_uri())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(OVER) == [], width
    assert page.evaluate(CUT) == []
    assert page.evaluate(ONE_OVER_ANOTHER) == []
    if name in ("comparison", "index"):
        load_axe(page)
        assert grave(page) == []
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})  # A4 less its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    page.close()


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", ["stop_and_no_neutral", "comparison"])
def test_the_clients_page_stays_one_sheet(browser: Any, language: str, name: str, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed (extra 'test')")
    path, words = written(language, name, tmp_path), Words(language)
    page = browser.new_page()
    page.goto(path.as_uri())
    printed = page.pdf(format="A4")
    page.close()
    own = write_report(RESULTS[name](), path.with_suffix(".pdf"), language=language, rider="Anna", fitter="Bob")
    for pdf in (io.BytesIO(printed), own):
        first, second = (
            " ".join(normalize("NFKC", each.extract_text()).split()) for each in pypdf.PdfReader(pdf).pages[:2]
        )
        assert words.text("page.cautions") in first
        assert words.text("page.fitter_pages") not in first
        assert words.text("page.fitter_pages") in second
