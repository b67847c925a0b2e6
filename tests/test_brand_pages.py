"""Brand and sheet on real pages: what a stranger typed stays words, logos of any shape fit, all of it on one page."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.browsers import grave, load_axe, watched
from helpers.report_sessions import before_after, two_wedges
from pypdf import PdfReader

from bikefit.batch.plan import Job
from bikefit.batch.work import result_rows
from bikefit.brand import Brand, Logo, load_brand
from bikefit.brand.svg import clean_svg
from bikefit.clients import client_page
from bikefit.report import Sheet, write_report
from bikefit.sessions.session import Session
from bikefit.store import ClientRow, Store
from bikefit.visit import plan_visit
from bikefit.words import Words, languages

CODE = "<script>alert(1)</script> <img src=x onerror=alert(1)> #panic() $x$ {{ 7*7 }} *b* @a \\"
SHEET = Sheet(
    notes=CODE + " " + "wants less pressure outside. " * 9,
    comfort=(3.0, 7.5),
    shoe=CODE,
    pedal="Keo Blade",
    cleat="3-bolt",
    cleat_float_deg=4.5,
    next_visit="2027-05-03",
)


def logo(width: float, height: float) -> Logo:
    """A logo of some shape."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">'
    clean = clean_svg(f'{head}<rect width="100%" height="100%"/></svg>'.encode())
    return Logo("svg", clean.text.encode(), clean.width / clean.height)


BRAND = Brand(
    name=CODE,
    logo=logo(240, 80),
    colour="#ffd400",
    address=("Lindwurmstraße 12", "80337 München", CODE[:90]),
    closing=CODE,
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session's, a comparison's and a visit's page, in every language."""
    out = tmp_path_factory.mktemp("pages")
    visit = plan_visit(Path(__file__).parents[1] / "sample_data" / "two_wedges.csv")
    for language in languages():
        for name, result in (("session", two_wedges()), ("comparison", before_after()), ("visit", visit)):
            write_report(
                result,
                out / f"{name}-{language}.html",
                rider="Anna",
                pages="client",
                language=language,
                brand=BRAND,
                sheet=SHEET,
            )
    return out


def test_pages_are_quiet_fit_every_window_and_show_code_as_words(browser: Any, written: Path) -> None:
    for path in sorted(written.iterdir()):
        page = browser.new_page()
        seen = watched(page)
        page.goto(path.as_uri())
        for width in (360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path.name, width)
        assert [url for url in seen.requests if not url.startswith("data:")] == [path.as_uri()]
        assert (seen.errors, seen.dialogs) == ([], [])
        assert CODE in page.locator(".brand-name").inner_text()
        assert CODE in page.locator(".closing").inner_text()
        if "visit" not in path.name:
            assert CODE in page.locator(".sheet dd").last.inner_text()
            assert page.locator(".boxes li").count() == 3
        page.close()


def test_axe_finds_nothing_on_them(browser: Any, written: Path) -> None:
    for path in sorted(written.iterdir()):
        page = browser.new_page(viewport={"width": 360, "height": 900})
        page.goto(path.as_uri())
        load_axe(page)
        for scheme, width in (("light", 360), ("dark", 1280)):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            assert grave(page) == [], (path.name, scheme)
        page.close()


@pytest.mark.parametrize("language", languages())
def test_printed_from_the_browser_it_is_one_page(browser: Any, tmp_path: Path, language: str) -> None:
    brand = replace(BRAND, name="Radlabor München Süd", address=BRAND.address[:2], closing="Bis bald im Radlabor!")
    sheet = replace(
        SHEET, notes="Left knee after two hours on long climbs; wants less pressure outside. " * 2, shoe="Wire 2"
    )
    for result in (two_wedges(), before_after()):
        path = write_report(
            result, tmp_path / "page.html", pages="client", language=language, brand=brand, sheet=sheet, rider="Anna"
        )
        page = browser.new_page()
        page.goto(path.as_uri())
        for paper in ("A4", "Letter"):
            # the colophon may stand alone on a second sheet; the client's page may not
            first = PdfReader(io.BytesIO(page.pdf(format=paper))).pages[0].extract_text()
            assert "Bis bald im Radlabor!" in first.replace("\u00a0", " "), paper
        page.close()


@pytest.mark.parametrize("shape", [(1, 400), (400, 1), (50, 50)], ids=["tall", "wide", "square"])
def test_a_logo_of_any_shape_stays_in_its_box(browser: Any, tmp_path: Path, shape: tuple[float, float]) -> None:
    brand = replace(BRAND, logo=logo(*shape))
    path = write_report(two_wedges(), tmp_path / "page.html", pages="client", brand=brand)
    page = browser.new_page(viewport={"width": 360, "height": 900})
    page.goto(path.as_uri())
    box = page.locator(".brand img").bounding_box()
    assert 5 <= box["width"] <= 221
    assert 5 <= box["height"] <= 61
    page.close()
    paper = write_report(two_wedges(), tmp_path / "page.pdf", pages="client", brand=brand)
    assert len(PdfReader(paper).pages) == 1


@pytest.mark.parametrize("language", languages())
def test_on_paper_code_is_words_and_the_clients_page_is_one(tmp_path: Path, language: str) -> None:
    visit = plan_visit(Path(__file__).parents[1] / "sample_data" / "two_wedges.csv")
    for result in (two_wedges(), before_after(), visit):
        path = write_report(
            result, tmp_path / "page.pdf", pages="client", language=language, brand=BRAND, sheet=SHEET, rider=CODE
        )
        pages = PdfReader(path).pages
        assert len(pages) == 1
        said = "".join(pages[0].extract_text().split()).replace("\u200b", "")
        for told in ("<script>alert(1)", "#panic()", "$x$", "{{7*7}}"):
            assert said.count(told) >= 2, told
    write_report(two_wedges(), tmp_path / "page.png", brand=BRAND, sheet=SHEET)
    assert (tmp_path / "page.png").stat().st_size > 50_000


@pytest.mark.parametrize("language", languages())
def test_a_clients_page_is_axe_clean_and_fits(browser: Any, tmp_path: Path, language: str) -> None:
    job = Job(
        "a", 0, CODE, Session(files=(Path("a.csv"),), notes=CODE, shoe=CODE, comfort=4.0, next_visit="2027-05-03")
    )
    with Store(tmp_path / "results.sqlite") as store:
        for number in range(2):
            store.save(result_rows(replace(job, id=str(number), position=number), two_wedges(), "", ""))
        sessions = list(store.sessions())
    path = tmp_path / "client.html"
    client = ClientRow("c1", CODE, "2026-03-01")
    path.write_text(client_page(Words(language), client, sessions), encoding="utf-8")
    page = browser.new_page()
    seen = watched(page)
    page.goto(path.as_uri())
    load_axe(page)
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert grave(page) == []
    assert (seen.errors, seen.dialogs) == ([], [])
    assert page.locator("h1").inner_text() == CODE
    assert CODE in page.locator("section").first.inner_text()
    page.close()


def test_what_is_not_said_is_not_drawn(tmp_path: Path) -> None:
    plain = write_report(two_wedges(), tmp_path / "a.html").read_text(encoding="utf-8")
    empty = write_report(two_wedges(), tmp_path / "b.html", brand=Brand(), sheet=Sheet()).read_text(encoding="utf-8")
    for text in (plain, empty):
        assert 'class="sheet"' not in text
        assert "<img" not in text
        assert 'class="brand' not in text
    some = write_report(two_wedges(), tmp_path / "c.html", sheet=Sheet(comfort=(4.0,))).read_text(encoding="utf-8")
    assert "4 of 10" in some.replace("\u00a0", " ")
    assert "Pedals" not in some
    assert "Next visit" not in some


def test_a_picture_for_a_logo(tmp_path: Path) -> None:
    write_report(two_wedges(), tmp_path / "logo.png", pages="client")
    (tmp_path / "studio.toml").write_text('logo = "logo.png"\n', encoding="utf-8")
    brand = load_brand(tmp_path / "studio.toml")
    assert brand.logo is not None
    page = write_report(two_wedges(), tmp_path / "page.html", brand=brand).read_text(encoding="utf-8")
    assert 'src="data:image/png;base64,' in page
    assert 'alt="Logo"' in page
    assert len(PdfReader(write_report(two_wedges(), tmp_path / "page.pdf", brand=brand, pages="client")).pages) == 1
