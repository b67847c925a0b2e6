"""What the client's page carries besides the result: the studio's brand, notes, comfort, the set-up, boxes to tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bikefit.brand import Brand
from bikefit.comparison import ComparisonResult
from bikefit.conventions import SIDES
from bikefit.model import SessionResult
from bikefit.report.pages.view import LONG, SHORT, PageView, clean
from bikefit.report.pages.visit_view import VisitPage
from bikefit.sessions.session import Session
from bikefit.words import Words

LOGO_WIDTH, LOGO_HEIGHT, LOGO_LEAST = 220.0, 60.0, 6.0
"""The box that a logo is fitted into [px], and the least that it is shown at."""
Page = TypeVar("Page", PageView, VisitPage)


@dataclass(frozen=True)
class Sheet:
    """What a fitter says for the client's page beyond the recording; whatever is not said is not drawn.

    Attributes
    ----------
    notes : str
        Any words.
    comfort : tuple of float
        How it feels, 0 to 10: now, or before and after.
    shoe, pedal, cleat : str
        What was ridden; ``cleat`` as `bikefit.conventions.CLEATS` has it.
    cleat_float_deg : float, optional
        The cleat's total float [deg].
    next_visit : str
        Its day, as YYYY-MM-DD.
    compared : tuple of str
        Where this rider's recordings are compared: the rider, and the page's address beside the sheet's own folder.
    """

    notes: str = ""
    comfort: tuple[float, ...] = ()
    shoe: str = ""
    pedal: str = ""
    cleat: str = ""
    cleat_float_deg: float | None = None
    next_visit: str = ""
    compared: tuple[str, str] | tuple[()] = ()

    @classmethod
    def of(cls, session: Session, comfort: Sequence[float | None] = ()) -> Sheet:
        """Return what a session says; ``comfort`` of several recordings comes before its own."""
        told = [one for one in comfort if one is not None]
        now = () if session.comfort is None else (session.comfort,)
        return cls(
            session.notes,
            (told[0], told[-1]) if len(told) > 1 else tuple(told) or now,
            session.shoe,
            session.pedal,
            session.cleat or "",
            session.cleat_float_deg,
            session.next_visit,
        )


@dataclass(frozen=True)
class SheetView:
    """The client's sheet; all words are ready to print, and what is empty is not drawn."""

    setup: tuple[tuple[str, str, str], ...]
    comfort: tuple[str, str] | None
    next_visit: tuple[str, str] | None
    notes: tuple[str, str] | None
    boxes: tuple[str, ...]


@dataclass(frozen=True)
class BrandView:
    """The head and the last words of a studio's own; the logo as an address, and as what typst draws."""

    name: str
    address: tuple[str, ...]
    closing: str
    colour: str
    ink: str
    ink_dark: str
    logo: str
    logo_width: float
    logo_height: float
    logo_svg: str
    logo_png: tuple[int, ...]


def brand_view(brand: Brand | None) -> BrandView | None:
    """Return what a page shows of a studio's brand; nothing where there is nothing of it."""
    if brand is None or not (brand.name or brand.logo or brand.address or brand.closing):
        return None
    logo = brand.logo
    width = min(LOGO_WIDTH, LOGO_HEIGHT * logo.ratio) if logo else 0.0
    return BrandView(
        name=clean(brand.name, SHORT),
        address=tuple(clean(line, SHORT) for line in brand.address),
        closing=clean(brand.closing, LONG),
        colour=brand.colour,
        ink=brand.ink,
        ink_dark=brand.ink_dark,
        logo=logo.address if logo else "",
        logo_width=max(width, LOGO_LEAST),
        logo_height=max(width / logo.ratio, LOGO_LEAST) if logo else 0.0,
        logo_svg=logo.content.decode() if logo and logo.kind == "svg" else "",
        logo_png=tuple(logo.content) if logo and logo.kind == "png" else (),
    )


def branded(page: Page, brand: Brand | None) -> Page:
    """Return a page with a studio's brand."""
    view = brand_view(brand)
    return page if view is None else replace(page, brand=view)


def with_sheet(words: Words, page: PageView, result: SessionResult | ComparisonResult, sheet: Sheet | None) -> PageView:
    """Return a page with the client's sheet, where anything was said for it."""
    if sheet is None:
        return page
    if sheet.compared:
        rider, address = sheet.compared
        title = words.text("rider.title", rider=clean(rider, SHORT))
        page = replace(page, compared=(words.text("page.compared", title=title, page=address), f"../{address}"))
    empty = replace(sheet, compared=()) == Sheet()
    return page if empty else replace(page, sheet=sheet_view(words, result, sheet))


def sheet_view(words: Words, result: SessionResult | ComparisonResult, sheet: Sheet) -> SheetView:
    """Return the client's sheet of a result."""
    points = [words.number(value, "g") for value in sheet.comfort]
    comfort = None
    if len(points) > 1:
        comfort = (
            words.text("sheet.comfort"),
            words.text("sheet.comfort_before_after", before=points[0], after=points[-1]),
        )
    elif points:
        comfort = (words.text("sheet.comfort"), words.text("sheet.comfort_now", now=points[0]))
    return SheetView(
        setup=tuple(_setup(words, result, sheet)),
        comfort=comfort,
        next_visit=(words.text("sheet.next_visit"), words.day(sheet.next_visit)) if sheet.next_visit else None,
        notes=(words.text("sheet.notes"), clean(sheet.notes, LONG)) if clean(sheet.notes, LONG) else None,
        boxes=(words.text("sheet.bolts"), words.text("sheet.release"), words.text("sheet.clearance")),
    )


def _setup(words: Words, result: SessionResult | ComparisonResult, sheet: Sheet) -> list[tuple[str, str, str]]:
    """Return the rows of the set-up: what it is, now, next; what stays is named once."""
    cleat = [words.text(f"cleat_type.{sheet.cleat.replace('-', '_')}")] if sheet.cleat else []
    if sheet.cleat_float_deg is not None:
        key = "float" if sheet.cleat_float_deg else "no_float"
        cleat.append(words.text(f"sheet.{key}", deg=words.degrees(sheet.cleat_float_deg)))
    rows = [
        (words.text("sheet.shoe"), clean(sheet.shoe, SHORT), ""),
        (words.text("sheet.pedal"), clean(sheet.pedal, SHORT), ""),
        (words.text("sheet.cleat"), words.listed(cleat), ""),
        (words.text("sheet.system"), clean(result.system.name, SHORT), ""),
    ]
    for side in SIDES:
        foot = result.feet.get(side)
        if foot is None:
            continue
        now = words.text("sheet.not_told") if foot.fitted_wedges is None else words.wedges(foot.fitted_wedges)
        total = foot.recommendation.total
        rows.append((words.shoe(side), now, words.text("words.unknown") if total is None else words.wedges(total)))
    return [row for row in rows if row[1] or row[2]]
