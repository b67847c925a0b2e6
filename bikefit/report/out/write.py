"""Writing a report: by its suffix as HTML, PDF or PNG, whole or not at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bikefit.brand.brand import Pages, Paper
from bikefit.files import REPORTS, check_output, write_whole
from bikefit.model import SessionResult
from bikefit.report.pages.view import NOTHING_GIVEN, Given, PageView, client_view
from bikefit.visit import Visit
from bikefit.words import Words

if TYPE_CHECKING:
    from bikefit.brand import Brand
    from bikefit.comparison import ComparisonResult
    from bikefit.report.pages.sheet import Sheet
    from bikefit.report.pages.visit_view import VisitPage

FORMATS = REPORTS


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
    check_output(path, "a report", FORMATS)
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
            given=Given(title, rider, fitter, date),
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
    given: Given = NOTHING_GIVEN,
) -> bytes:
    """Return the report as its suffix has it; the templates and drawings are imported only where one is wanted."""
    paper = paper or (brand.paper if brand else None) or "a4"
    words = Words(language or (brand.language if brand else None) or "en", "page")
    pages = pages or (brand.pages if brand else None) or "all"
    if suffix == ".png":
        pages = "client"  # one picture has room for no more
    page = _page(words, result, pages, brand, sheet, given, on_screen=suffix == ".html")
    if suffix == ".html":
        from bikefit.report.out.html import render_html

        return render_html(page).encode()
    from bikefit.report.out.paper import render_paper

    return render_paper(page, "pdf" if suffix == ".pdf" else "png", paper)


def _page(
    words: Words,
    result: SessionResult | ComparisonResult | Visit,
    pages: Pages,
    brand: Brand | None,
    sheet: Sheet | None,
    given: Given,
    *,
    on_screen: bool,
) -> PageView | VisitPage:
    """Make the page of a result, with what is the studio's own and the client's."""
    from bikefit.report.pages.sheet import branded, with_sheet

    if isinstance(result, Visit):
        from bikefit.report.pages.visit_view import visit_page

        return branded(visit_page(words, result, given), brand)
    page: PageView
    if not isinstance(result, SessionResult):
        from bikefit.report.pages.comparison_view import comparison_page

        page = comparison_page(words, result, given)
        page = replace(page, sections=()) if pages == "client" else page
    elif pages == "client":
        page = client_view(words, result, given)
    else:
        from bikefit.report.pages.fitter_view import session_view

        page = session_view(words, result, given, on_screen=on_screen)
    return branded(with_sheet(words, page, result, sheet), brand)
