"""A page as one self-contained HTML file: no request, no script but its own, which is named by its hash."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

from bikefit.report.draw import theme
from bikefit.report.draw.panel import Readout
from bikefit.report.pages.sheet import BrandView
from bikefit.report.pages.view import PageView
from bikefit.report.pages.visit_view import VisitPage
from bikefit.words import Words, unbroken


@cache
def environment() -> Environment:
    """Return the templates: everything is escaped but our own drawings, and an unknown name is an error."""
    made = Environment(
        loader=PackageLoader("bikefit.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.finalize = _unbroken
    made.filters["drawing"] = Markup  # drawings escape the words in them themselves
    made.filters["json"] = _json
    made.filters["breakable"] = _breakable
    return made


def _unbroken(said: Any) -> Any:
    """Keep numbers with their units on one line; drawings and what is not text stay as they are."""
    return unbroken(said) if type(said) is str else said


def _breakable(words: str, length: int = 20) -> Markup:
    """Let words longer than this break anywhere, and only those that have no soft hyphens of their own."""
    pieces = re.sub(rf"([^\s\u00ad]{{{length}}})(?=[^\s\u00ad])", "\\1\0", words).split("\0")
    return Markup("<wbr>").join(escape(piece) for piece in pieces)


def _json(readout: Readout) -> Markup:
    """Write a panel's values so that they are safe inside a script element."""
    return htmlsafe_json_dumps(vars(readout), default=vars, ensure_ascii=False, separators=(",", ":"))


@cache
def _asset(name: str) -> str:
    """Return a style sheet or script of the templates."""
    return files("bikefit.report").joinpath("templates", name).read_text(encoding="utf-8").strip()


def script_hash() -> str:
    """Name the one script of a page as a content security policy does."""
    digest = base64.b64encode(hashlib.sha256(_asset("page.js").encode()).digest()).decode()
    return f"sha256-{digest}"


def style_sheet() -> str:
    """Return the look of the pages, light and dark, for whatever stands beside them."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {theme.variables(theme.DARK)} }} }}"
    light = f":root {{ {theme.variables(theme.LIGHT)} }}"
    return "\n".join((light, dark, _asset("page.css"), theme.figure_css()))


def render_html(page: PageView) -> str:
    """Render a page."""
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            words=Words(page.language, "page").section("page"),
            sheet=Words(page.language, "page").section("sheet"),
            sheet_columns=Words(page.language, "page").columns("sheet.columns"),
            light=Markup(theme.variables(theme.LIGHT)),
            dark=Markup(theme.variables(theme.DARK)),
            page_css=Markup("\n".join((_asset("page.css"), *_own_css(page)))),
            figure_css=Markup(theme.figure_css()),
            script=Markup(_asset("page.js")),
            script_hash=script_hash(),
        )
    )


def _own_css(page: PageView | VisitPage) -> list[str]:
    """Return the style of the brand and the client's sheet, where a page has them."""
    sheet = page.sheet if isinstance(page, PageView) else None
    return brand_css(page.brand) or ([_asset("sheet.css")] if sheet else [])


def brand_css(brand: BrandView | None) -> list[str]:
    """Return the style of a brand, where there is one."""
    if brand is None:
        return []
    made = [_asset("sheet.css")]
    if brand.colour:
        dark = f"@media screen and (prefers-color-scheme: dark) {{ :root {{ --brand-ink: {brand.ink_dark}; }} }}"
        made.append(f":root {{ --brand: {brand.colour}; --brand-ink: {brand.ink}; }}\n{dark}")
    return made


def render_visit(page: VisitPage) -> str:
    """Render the page of a visit; it has no script."""
    words = Words(page.language, "page")
    return (
        environment()
        .get_template("visit.html.j2")
        .render(
            page=page,
            words=words.section("page"),
            visit=words.section("visit"),
            light=Markup(theme.variables(theme.LIGHT)),
            dark=Markup(theme.variables(theme.DARK)),
            css=Markup("\n".join((_asset("page.css"), theme.figure_css(), _asset("visit.css"), *_own_css(page)))),
        )
    )
