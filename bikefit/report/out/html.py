"""A page as one self-contained HTML file: no request, no script but its own, which is named by its hash."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

from bikefit import __version__
from bikefit.brand import Brand
from bikefit.report.draw import theme
from bikefit.report.draw.panel import Readout
from bikefit.report.pages.sheet import BrandView, brand_view
from bikefit.report.pages.view import PageView
from bikefit.report.pages.visit_view import VisitPage
from bikefit.words import Words, unbroken


def templates(package: str, folder: str) -> Environment:
    """Return a folder of templates: everything is escaped but our own drawings, and an unknown name is an error."""
    return Environment(
        loader=PackageLoader(package, folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _pages() -> Environment:
    """Return the templates of the pages."""
    made = templates("bikefit.report", "templates")
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


def _hash(script: str) -> str:
    """Name a script as a content security policy does."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def script_hash() -> str:
    """Name the one script of a report as a content security policy does."""
    return _hash(_asset("page.js"))


def style_sheet() -> str:
    """Return the look of the pages, light and dark, for whatever stands beside them."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {theme.variables(theme.DARK)} }} }}"
    light = f":root {{ {theme.variables(theme.LIGHT)} }}"
    return "\n".join((light, dark, _asset("page.css"), theme.figure_css()))


def _render(template: str, css: Iterable[str], script: str | None, **values: Any) -> str:
    """Render a template with its styles and its one script, where it has any."""
    return (
        _pages()
        .get_template(template)
        .render(
            **values,
            light=Markup(theme.variables(theme.LIGHT)),
            dark=Markup(theme.variables(theme.DARK)),
            css=Markup("\n".join(css)),
            script=Markup(script or ""),
            script_hash=None if script is None else _hash(script),
        )
    )


def render_html(page: PageView | VisitPage) -> str:
    """Render a report; the page of a visit has no script."""
    words = Words(page.language, "page")
    shown = {"page": page, "title": page.title, "language": page.language, "words": words.section("page")}
    brand, look, drawings = _brand_css(page.brand), _asset("page.css"), theme.figure_css()
    if isinstance(page, VisitPage):
        css = (look, drawings, _asset("visit.css"), *brand)
        return _render("visit.html.j2", css, None, visit=words.section("visit"), **shown)
    sheet = words.section("sheet")
    css = (look, *(brand or ([_asset("sheet.css")] if page.sheet else [])), drawings)
    columns = words.columns("sheet.columns")
    return _render("page.html.j2", css, _asset("page.js"), sheet=sheet, sheet_columns=columns, **shown)


def render_studio(words: Words, template: str, brand: Brand | None = None, script: str = "", **values: Any) -> str:
    """Render a page of a studio: with its brand, and the name of its script where it has one."""
    view = brand_view(brand)
    css = (_asset("page.css") + _asset("studio.css") + theme.figure_css(), *_brand_css(view))
    shown: dict[str, Any] = {name: words.section(name) for name in ("studio", "rider", "client", "page", "learn")}
    shown |= {"language": words.language, "colophon": words.text("studio.colophon", version=__version__)}
    return _render(template, css, _asset(script) if script else "", brand=view, **(shown | values))


def _brand_css(brand: BrandView | None) -> list[str]:
    """Return the style of a brand, where there is one."""
    if brand is None:
        return []
    made = [_asset("sheet.css")]
    if brand.colour:
        dark = f"@media screen and (prefers-color-scheme: dark) {{ :root {{ --brand-ink: {brand.ink_dark}; }} }}"
        made.append(f":root {{ --brand: {brand.colour}; --brand-ink: {brand.ink}; }}\n{dark}")
    return made
