"""Writing a report: by its suffix as HTML, PDF or PNG, whole or not at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bikefit.brand.brand import Pages, Paper
from bikefit.errors import OutputError, near_matches
from bikefit.files import check_replaceable, write_whole
from bikefit.model import SessionResult
from bikefit.visit import Visit
from bikefit.words import Words

if TYPE_CHECKING:
    from bikefit.brand import Brand
    from bikefit.comparison import ComparisonResult
    from bikefit.report.pages.sheet import Sheet
    from bikefit.report.pages.view import PageView

FORMATS = (".html", ".pdf", ".png")


def write_report(
    result: SessionResult | ComparisonResult | Visit,
    path: str | Path,
    *,
    title: str = "",
    rider: str = "",
    fitter: str = "",
    date: dt.date | None = None,
    paper: Paper | None = None,
    language: str | None = None,
    pages: Pages | None = None,
    brand: Brand | None = None,
    sheet: Sheet | None = None,
) -> Path:
    """Write the report of a result.

    Parameters
    ----------
    result : SessionResult, ComparisonResult or Visit
        What was analysed, or is planned.
    path : path-like
        Where to; its suffix says as what: ``.html`` (all pages, self-contained), ``.pdf`` (all pages) or ``.png``
        (the client's page as one picture).
    title, rider, fitter : str
        What is to stand on the page; any text.
    date : datetime.date, optional
        Of the fitting; the recording's own where it is left out.
    paper : {"a4", "letter"}, optional
        Size of the sheet of a PDF, and proportions of a PNG; a HTML page prints on either. A4 where neither this nor
        the brand says it.
    language : str, optional
        Two-letter code of the language of the page; English where neither this nor the brand says it.
    pages : {"client", "all"}, optional
        The client's page alone, or the fitter's too; all where neither this nor the brand says it.
    brand : Brand, optional
        What the pages carry of the studio's own; `bikefit.brand.load_brand` reads it.
    sheet : Sheet, optional
        What a fitter says for the client's page beyond the recording.

    Returns
    -------
    Path
        Where the report is.

    Raises
    ------
    OutputError
        If the suffix is unknown, the folder is missing or the file cannot be written.
    UsageError
        If there are no words in the language.
    """
    path = Path(path)
    check_path(path)
    write_whole(
        path,
        report_bytes(
            result,
            path.suffix.lower(),
            paper=paper,
            language=language,
            pages=pages,
            brand=brand,
            sheet=sheet,
            title=title,
            rider=rider,
            fitter=fitter,
            date=date,
        ),
    )
    return path


def report_bytes(
    result: SessionResult | ComparisonResult | Visit,
    suffix: str,
    *,
    paper: Paper | None = None,
    language: str | None = None,
    pages: Pages | None = None,
    brand: Brand | None = None,
    sheet: Sheet | None = None,
    **given: Any,
) -> bytes:
    """Return the report as its suffix has it; the templates and drawings are imported only where one is wanted."""
    paper = paper or (brand.paper if brand else None) or "a4"
    words = Words(language or (brand.language if brand else None) or "en", "page")
    pages = pages or (brand.pages if brand else None) or "all"
    if isinstance(result, Visit):
        return _visit_content(result, suffix, paper, words, brand, **given)
    from bikefit.report.pages.sheet import branded, with_sheet

    page = branded(with_sheet(words, _page(words, result, pages, **given), result, sheet), brand)
    if suffix == ".html":
        from bikefit.report.out.html import render_html

        return render_html(page).encode()
    from bikefit.report.out.paper import render_pdf, render_png

    return (render_pdf if suffix == ".pdf" else render_png)(page, paper)


def _visit_content(visit: Visit, suffix: str, paper: Paper, words: Words, brand: Brand | None, **given: Any) -> bytes:
    """Return the page of a visit as its suffix has it."""
    from bikefit.report.pages.sheet import branded
    from bikefit.report.pages.visit_view import visit_page

    page = branded(visit_page(words, visit, **given), brand)
    if suffix == ".html":
        from bikefit.report.out.html import render_visit

        return render_visit(page).encode()
    from bikefit.report.out.paper import render_visit as render_sheet

    return render_sheet(page, "pdf" if suffix == ".pdf" else "png", paper)


def _page(words: Words, result: SessionResult | ComparisonResult, pages: Pages, **given: Any) -> PageView:
    """Make the page of a session or of a comparison."""
    if isinstance(result, SessionResult) and pages == "client":
        from bikefit.report.pages.view import client_view

        return client_view(words, result, **given)
    if isinstance(result, SessionResult):
        from bikefit.report.pages.fitter_view import session_view

        return session_view(words, result, **given)
    from bikefit.report.pages.comparison_view import comparison_page

    page = comparison_page(words, result, **given)
    return replace(page, sections=()) if pages == "client" else page


def check_path(path: Path) -> None:
    """Refuse a report that could not be written, before the work is done.

    Examples
    --------
    >>> check_path(Path("report.docx"))
    Traceback (most recent call last):
    bikefit.errors.OutputError: report.docx: a report ends in .html, .pdf or .png.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise OutputError(f"{path}: a report ends in .html, .pdf or .png.{near_matches(suffix, FORMATS)}")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: the folder '{path.parent}' does not exist. Make it first, or choose another.")
    if path.is_dir():
        raise OutputError(f"{path}: this is a folder. Name a file in it.")
    check_replaceable(path)
