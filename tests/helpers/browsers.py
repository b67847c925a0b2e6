"""A real Chromium for the tests of pages, what goes on while a page is open, and what axe says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
GRAVE = ("serious", "critical")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
QUIET += ["--disable-sync", "--no-first-run"]


@contextmanager
def chromium() -> Iterator[Any]:
    """Open a browser; the test is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra 'test')")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield opened
        opened.close()


@dataclass
class Watched:
    """A page, and what goes on while it is open."""

    page: Any
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


def watched(page: Any) -> Watched:
    """Note what a page asks for, complains of and opens from now on."""
    seen = Watched(page)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
    return seen


def load_axe(page: Any) -> None:
    """Load axe into a page; the test is skipped where it is not installed."""
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed (extra 'test')")
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))


def grave(page: Any, options: str = "resultTypes: ['violations']") -> list[tuple[str, str]]:
    """Return what axe finds that is serious, each with a piece of where."""
    violations = page.evaluate(f"axe.run({{{options}}})")["violations"]
    return [(each["id"], each["nodes"][0]["html"][:200]) for each in violations if each["impact"] in GRAVE]
