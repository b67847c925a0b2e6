"""A page on paper: PDF and PNG by typst, from the same view and drawings as the HTML.

All text reaches typst as data; nothing of it is ever read as markup.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import typst

from bikefit.brand.brand import Paper
from bikefit.files import png_of_ours
from bikefit.report.draw.theme import LIGHT, dress
from bikefit.report.pages.view import FigureView, PageView, TableView, clean
from bikefit.report.pages.visit_view import VisitPage
from bikefit.words import Words, unbroken

PIXELS_PER_INCH = 160.0
SHOE_LABEL = 15.0
"""Size of the words in a drawing of a shoe, which is placed small: 7 pt there."""
FOOT = 140
"""Most characters in the foot of a page."""
PAPERS: dict[Paper, str] = {"a4": "a4", "letter": "us-letter"}
"""Sheet -> its name in typst."""


def render_paper(page: PageView | VisitPage, kind: Literal["pdf", "png"], paper: Paper = "a4") -> bytes:
    """Render a page as PDF, tagged and drawn in vectors, or as one picture, without the fitter's sections."""
    words = Words(page.language, "page")
    look = {"paper": PAPERS[paper], "palette": LIGHT}
    if isinstance(page, VisitPage):
        data = asdict(page) | look | {"words": words.section("visit")}
        for drawing in data["drawings"]:
            drawing["picture"] = dress(drawing["picture"], SHOE_LABEL)
        return _typeset("visit.typ", data, kind)
    data = asdict(replace(page, sections=(), download=None)) | look
    data |= {
        "whole": kind == "pdf",
        "foot": _foot(page),
        "words": words.section("page"),
        "sheet_words": words.section("sheet"),
        "sheet_columns": words.columns("sheet.columns"),
        "sections": [vars(section) | {"panels": _on_paper(section)} for section in page.sections],
    }
    for shoe in data["shoes"]:
        for drawing in ("above", "behind", "cleat", "sure"):
            label = 13.0 if drawing == "sure" else SHOE_LABEL
            shoe[drawing] = dress(shoe[drawing], label) if shoe[drawing] else ""
    return _typeset("page.typ", data, kind)


def _on_paper(section: FigureView | TableView) -> list[dict[str, str]]:
    """Return the panels of a figure without what is read off a screen; none of a table."""
    panels = section.panels if isinstance(section, FigureView) else ()
    return [{"picture": dress(panel.picture), "alt": panel.alt} for panel in panels]


def _typeset(template: str, data: dict[str, Any], kind: Literal["pdf", "png"]) -> bytes:
    """Hand data to a template of typst."""
    inputs = {"page": json.dumps(_unbroken(data))}
    made = typst.compile(_template(template), format=kind, sys_inputs=inputs, ppi=PIXELS_PER_INCH, font_paths=_fonts())
    return png_of_ours(bytes(made)) if kind == "png" else bytes(made)


def _unbroken(data: Any) -> Any:
    """Keep numbers with their units on one line, in all that is text and no drawing."""
    if isinstance(data, dict):
        return {key: _unbroken(item) for key, item in data.items()}
    if isinstance(data, (list, tuple)):
        return [_unbroken(item) for item in data]
    return unbroken(data) if isinstance(data, str) and not data.startswith("<svg") else data


def _foot(page: PageView) -> str:
    """Return what the foot of the fitter's pages names: whose they are."""
    words = Words(page.language, "page")
    named = " · ".join(words.text("page.foot", label=label, words=told) for label, told in page.who)
    return clean(named, FOOT)


@cache
def _template(name: str) -> bytes:
    """Return a typst template, behind the head that all have."""
    templates = files("bikefit.report").joinpath("templates")
    return templates.joinpath("head.typ").read_bytes() + templates.joinpath(name).read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """Return the sans serif that comes with matplotlib, typst's own fonts, and the system's for other scripts."""
    found = find_spec("matplotlib")
    ours = [Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"] if found and found.origin else []
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=[*map(str, ours)])
