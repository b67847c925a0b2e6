"""Writing a report: by its suffix as HTML, PDF or PNG, whole or not at all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bikefit.errors import OutputError, near_matches
from bikefit.files import write_whole
from bikefit.model import SessionResult
from bikefit.words import Words

if TYPE_CHECKING:
    from bikefit.comparison import ComparisonResult
    from bikefit.report.pages.view import PageView

FORMATS = (".html", ".pdf", ".png")


def write_report(
    result: SessionResult | ComparisonResult,
    path: str | Path,
    *,
    title: str = "",
    rider: str = "",
    fitter: str = "",
    date: dt.date | None = None,
    paper: Literal["a4", "letter"] = "a4",
    language: str = "en",
) -> Path:
    """Write the report of a result.

    Parameters
    ----------
    result : SessionResult or ComparisonResult
        What was analysed.
    path : path-like
        Where to; its suffix says as what: ``.html`` (all pages, self-contained), ``.pdf`` (all pages) or ``.png``
        (the client's page as one picture).
    title, rider, fitter : str
        What is to stand on the page; any text.
    date : datetime.date, optional
        Of the fitting; the recording's own where it is left out.
    paper : {"a4", "letter"}
        Size of the sheet of a PDF, and proportions of a PNG; a HTML page prints on either.
    language : str
        Two-letter code of the language of the page.

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
    # the templates and drawings are imported only where a report is wanted
    page = _page(Words(language), result, title=title, rider=rider, fitter=fitter, date=date)
    if path.suffix.lower() == ".html":
        from bikefit.report.out.html import render_html

        content = render_html(page).encode()
    else:
        from bikefit.report.out.paper import render_pdf, render_png

        content = (render_pdf if path.suffix.lower() == ".pdf" else render_png)(page, paper)
    write_whole(path, content)
    return path


def _page(words: Words, result: SessionResult | ComparisonResult, **given: Any) -> PageView:
    """Make the page of a session or of a comparison."""
    if isinstance(result, SessionResult):
        from bikefit.report.pages.fitter_view import session_view

        return session_view(words, result, **given)
    from bikefit.report.pages.comparison_view import comparison_page

    return comparison_page(words, result, **given)


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
