"""The studio's pages in a real Chromium: quiet, narrow enough, sortable, complete without script, names as text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from helpers.browsers import grave, load_axe, watched

from bikefit.analysis import analyze_recording
from bikefit.batch.identity import named_id
from bikefit.batch.pages import Look, rider_links, write_group, write_rider
from bikefit.batch.plan import Job
from bikefit.batch.work import failed_rows, result_rows
from bikefit.sessions.session import Session
from bikefit.settings import Settings
from bikefit.simulate import simulate_plain
from bikefit.store import Store

HOSTILE = "<script>document.title='broken'</script>\"'><img src=x onerror=alert(1)> שלום مرحبا 🚲 {{ 7*7 }}"
LONG = "y" * 10_000
DUE = ["plain 1"]
"""Of Ann's sessions the last, as her next visit was for a day long past."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of a few sessions with awkward names, made from rows as a batch makes them."""
    out = tmp_path_factory.mktemp("studio")
    told = [("Ann", "2026-03-01", 0), ("Ann", "2026-03-02", 2), (HOSTILE, "", 0), (HOSTILE, "", 1), (LONG, LONG, 0)]
    names = [f"plain {number}" for number in range(3)] + [HOSTILE, LONG]
    ids = [named_id(name) for name in names]
    jobs = [
        Job(
            id=made,
            position=number,
            name=name,
            session=Session(
                files=(Path(f"{name[:100]}.csv"),),
                right_wedges=wedges,
                rider=rider,
                date=date,
                condition=HOSTILE,
                next_visit="2026-03-09" if rider == "Ann" else "",
            ),
        )
        for number, (made, name, (rider, date, wedges)) in enumerate(zip(ids, names, told, strict=True))
    ]
    with Store(out / "results.sqlite") as store:
        for number, job in enumerate(jobs):
            recording, _ = simulate_plain(duration_s=60, rate_hz=50, seed=number, right_mean_deg=number - 1.0)
            result = analyze_recording(recording, job.session)
            store.save(result_rows(job, result, "", f"sessions/{job.id}.html"))
        bad = Job("bad", 9, "bad", Session(files=(Path("bad.csv"),)))
        store.save(failed_rows(bad, f"bad.csv: {HOSTILE} {LONG}"))
        (out / "riders").mkdir()
        for rider in rider_links(job.session.rider for job in jobs):
            write_rider(store, rider, out, Settings(), Look())
        write_group(store, out, Settings(), HOSTILE, pytest.fail, look=Look(), parquet=False)
    return out


def pages(studio: Path) -> list[Path]:
    found = [studio / "index.html", *sorted((studio / "riders").glob("*.html"))]
    assert len(found) == 3
    return found


def names_in(page: Any) -> list[str]:
    shown: list[str] = page.locator("#sessions tbody tr th").all_inner_texts()
    return shown


def test_the_pages_are_quiet_and_fit_their_window(browser: Any, studio: Path) -> None:
    for path in pages(studio):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        seen = watched(page)
        page.goto(path.as_uri())
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
            cells = page.evaluate("Math.max(...[...document.querySelectorAll('td, th')].map(e => e.offsetHeight))")
            assert path.name != "index.html" or cells < 4000  # the failure's words are there in full
        assert seen.requests == [path.as_uri()]
        assert (seen.errors, seen.dialogs) == ([], [])
        assert page.title() != "broken"
        page.close()


def test_axe_finds_nothing_serious(browser: Any, studio: Path) -> None:
    for path in pages(studio)[:2]:
        page = browser.new_page()
        page.goto(path.as_uri())
        load_axe(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert grave(page) == [], (path.name, scheme)
        page.close()


def test_rows_are_sorted_and_filtered(browser: Any, studio: Path) -> None:
    page = browser.new_page()
    page.goto((studio / "index.html").as_uri())
    everything = names_in(page)
    assert len(everything) == 6
    right = page.locator("#sessions thead th").nth(7)
    right.locator("button").click()
    assert right.get_attribute("aria-sort") == "ascending"

    def measured() -> list[float]:
        cells = page.locator("#sessions tbody tr td:nth-child(8)").all_inner_texts()
        return [abs(float(re.sub(r"[°+ ]", "", cell.split("°")[0]).replace("−", "-"))) for cell in cells if cell]

    assert measured() == sorted(measured())
    page.keyboard.press("Enter")
    assert right.get_attribute("aria-sort") == "descending"
    assert measured() == sorted(measured(), reverse=True)
    page.locator("#sessions thead button").first.click()
    assert names_in(page)[:4] == ["bad", "plain 0", "plain 1", "plain 2"] or names_in(page)[1:4] == [
        "bad", "plain 0", "plain 1",
    ]  # fmt: skip
    page.locator("#words").fill("ANN 03-02")
    assert names_in(page) == ["plain 1"]
    assert page.locator("#shown").inner_text().startswith("1 of 6")
    page.locator("#words").fill("")
    page.locator("#state").select_option("failed")
    assert names_in(page) == ["bad"]
    page.locator("#state").select_option("helps")
    assert names_in(page) == []
    page.locator("#state").select_option("due")
    assert names_in(page) == DUE
    page.locator("#state").select_option("attention")
    assert 0 < len(names_in(page)) < 6
    page.close()


def test_many_rows_come_piece_by_piece(browser: Any, studio: Path, tmp_path: Path) -> None:
    text = (studio / "index.html").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.lstrip().startswith("<tr data-states") and "plain 0" in line)
    (tmp_path / "index.html").write_text(text.replace(row, (row + "\n") * 500), encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    shown = [len(names_in(page))]
    while page.locator("#more").is_visible():
        page.locator("#more").click()
        shown.append(len(names_in(page)))
    assert shown == [200, 400, 505]
    page.close()


def test_the_pages_are_complete_without_script(browser: Any, studio: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((studio / "index.html").as_uri())
    assert len(names_in(page)) == 6
    assert not page.locator(".tools").is_visible()
    assert HOSTILE in names_in(page)
    assert page.locator("#failed").inner_text().count(HOSTILE) == 1
    assert page.locator("#sessions svg.fig").count() == 5
    context.close()


def test_links_lead_to_the_pages(browser: Any, studio: Path) -> None:
    page = browser.new_page()
    page.goto((studio / "index.html").as_uri())
    page.locator("#sessions td a", has_text="שלום").first.click()
    assert page.locator("h1").inner_text().endswith(HOSTILE)
    assert page.locator("section.answer h2").first.inner_text().startswith("Right shoe")  # where wedges were tried
    page.locator("header a").click()
    assert page.url.endswith("/index.html")
    page.close()
