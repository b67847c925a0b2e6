"""Picture the local page for its docs, in a real Chromium: ``python docs/img/make_app.py`` (needs the extra 'test')."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "sample_data"
CHROMIUM = "/usr/bin/chromium"
COLOURS = 96


@contextmanager
def served() -> Iterator[str]:
    """Hold the page's address while it is served."""
    command = [sys.executable, "-m", "bikefit", "app", "--no-open"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        said = iter(server.stderr or ())
        yield next(found[0] for line in said if (found := re.search(r"http://\S+", line)))
    finally:
        server.terminate()
        server.wait()


def keep(name: str, taken: bytes) -> None:
    """Keep a picture, small."""
    picture = Image.open(io.BytesIO(taken)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(HERE / name, optimize=True)


def settled(page: Page) -> None:
    """Wait until the page has nothing more to do."""
    page.wait_for_selector("main[aria-busy=false]")


def opened(browser: Any, address: str, width: int, height: int) -> Page:
    """Open the page in a window of its own."""
    page: Page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    return page


def main() -> None:
    """Take all pictures."""
    with served() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = opened(browser, address, 1000, 420)
        keep("app_empty.png", page.screenshot())
        page.set_viewport_size({"width": 1000, "height": 720})
        page.set_input_files("#files", str(SAMPLES / "two_wedges.fit"))
        page.wait_for_selector(".card")
        settled(page)
        keep("app_answer.png", page.screenshot())
        page.get_by_role("button", name="Plan the visit", exact=True).click()
        page.locator("#visit .ask").get_by_role("button", name="No", exact=True).click()
        page.get_by_label("Get ready").check()
        for number in (1, 2):
            page.set_input_files("#files", str(SAMPLES / f"visit_helped_{number}.fit"))
            page.wait_for_selector(f"#visit >> text=recorded: visit_helped_{number}.fit")
        settled(page)
        keep("app_visit.png", page.locator("#visit").screenshot())
        phone = opened(browser, address, 390, 780)
        phone.get_by_role("button", name="Try the sample", exact=True).click()
        phone.wait_for_selector(".card")
        settled(phone)
        phone.evaluate("document.getElementById('answer').scrollIntoView()")
        keep("app_phone.png", phone.screenshot())
        browser.close()


if __name__ == "__main__":
    main()
