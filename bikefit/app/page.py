"""The front end as files: the page with its words and configuration, one style sheet in the report's look, scripts."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from jinja2.utils import htmlsafe_json_dumps

from bikefit import __version__
from bikefit.report.out.html import script_hash, style_sheet, templates
from bikefit.words import Words

MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}


def front(config: Mapping[str, Any], language: str = "en") -> dict[str, bytes]:
    """Return the files of the page by name; ``config`` says which engine it has (``front/engine.js``)."""
    scripts = [path for path in files("bikefit.app").joinpath("front").iterdir() if path.name.endswith(".js")]
    own = files("bikefit.app").joinpath("front", "app.css").read_text(encoding="utf-8")
    return {
        "index.html": _index(config, Words(language, "page")).encode(),
        "style.css": f"{style_sheet()}\n{own}".encode(),
        **{path.name: path.read_bytes() for path in sorted(scripts, key=lambda path: path.name)},
    }


def policy(*, in_browser: bool) -> str:
    """Return the content security policy of the page, which the reports in its frames have to fit into as well."""
    wasm = " 'wasm-unsafe-eval'" if in_browser else ""
    return (
        f"default-src 'none'; script-src 'self' '{script_hash()}'{wasm}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; frame-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'none'"
    )


def _index(config: Mapping[str, Any], words: Words) -> str:
    """Fill the page's words and configuration in."""
    said = words.section("app")
    counts = {f"total_{form}": told for form, told in words.section("total").items()}
    return (
        templates("bikefit.app", "front")
        .get_template("index.html.j2")
        .render(
            words=said,
            language=words.language,
            version=__version__,
            local=config["engine"] == "local",
            policy=policy(in_browser=config["engine"] != "local"),
            config=htmlsafe_json_dumps({"language": words.language} | dict(config)),
            words_json=htmlsafe_json_dumps({**said, **counts}, ensure_ascii=False),
        )
    )
