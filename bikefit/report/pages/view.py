"""What the pages show, as plain strings and finished drawings: HTML, PDF and PNG are all made from this.

Digits are cut here and nowhere after; templates only place what they are given.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from bikefit.conventions import Side
from bikefit.model import FootResult, Recommendation, SessionResult, WedgeSystem
from bikefit.report import numbers, sentences
from bikefit.report.draw import decision_charts, shoes
from bikefit.report.draw.panel import Panel
from bikefit.report.numbers import known
from bikefit.report.texts import text

SHORT, LONG, MESSAGE = 90, 400, 1000
"""Most characters of a rider's or file's name on the client's page, of one in the provenance, and of a message."""

# control characters, and the marks that would turn the direction of the text around them
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


@dataclass(frozen=True)
class ShoeView:
    """One shoe on the client's page; all words are ready to print."""

    side: Side
    name: str
    headline: str
    advice: str
    measured: str
    outlook: str
    next: str
    above: str
    above_caption: str
    behind: str
    behind_caption: str
    sure: str


@dataclass(frozen=True)
class FigureView:
    """A figure of the fitter's pages: panels side by side under one title."""

    id: str
    title: str
    caption: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class TableView:
    """A table of the fitter's pages; the first cell of a row is its heading."""

    id: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    numeric: bool = True


@dataclass(frozen=True)
class Download:
    """A file inside the page."""

    name: str
    href: str
    words: str


@dataclass(frozen=True)
class PageView:
    """One report."""

    language: str
    title: str
    who: tuple[tuple[str, str], ...]
    shoes: tuple[ShoeView, ...]
    intro: str
    sure_caption: str
    cautions: tuple[str, ...]
    system: str
    colophon: str
    sections: tuple[FigureView | TableView, ...]
    download: Download | None = None


def clean(given: str, most: int) -> str:
    """Make a user's text fit for a page: one line, no control characters, no more than so long.

    Parameters
    ----------
    given : str
        Anything: names, file names, notes.
    most : int
        Most characters.

    Returns
    -------
    str
        Shortened with an ellipsis where it was longer.

    Examples
    --------
    >>> clean("  Ann\\n\\x00 Lee ", 90), clean("abcdef", 4)
    ('Ann Lee', 'abc…')
    """
    whole = given.encode("utf-8", "replace").decode("utf-8")
    line = " ".join(UNPRINTABLE.sub(" ", whole).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def client_view(
    result: SessionResult, *, title: str = "", rider: str = "", fitter: str = "", date: dt.date | None = None
) -> PageView:
    """Make the client's page of a session; the fitter's sections are added by `bikefit.report.pages.fitter_view`.

    Parameters
    ----------
    result : SessionResult
        An analysed session.
    title, rider, fitter : str
        What the user wants on the page.
    date : datetime.date, optional
        Of the fitting; the ride's own where it is left out.

    Returns
    -------
    PageView
        Without sections.
    """
    feet = [foot for _, foot in sorted(result.feet.items())]
    band = float(result.settings["neutral_band_deg"])
    bars = [bar for foot in feet for bar in decision_charts.sure_bars(foot)]
    x_range = decision_charts.sure_range(bars, band)
    recommended = [foot.recommendation for foot in feet]
    return PageView(
        language="en",
        title=clean(title, SHORT) or text("page.title"),
        who=_who(result, rider, fitter, date),
        shoes=tuple(_shoe(foot, result, x_range, band) for foot in feet),
        intro=text("page.intro"),
        sure_caption=text("page.sure_caption"),
        cautions=tuple(sentences.cautions(any((each.change or 0) > 0 for each in recommended))),
        system=system_line(result.system),
        colophon=text("page.colophon", version=result.version),
        sections=(),
    )


def system_line(system: WedgeSystem) -> str:
    """Name the wedges that the counts are for.

    Parameters
    ----------
    system : WedgeSystem
        The product.

    Returns
    -------
    str
        Such as "Wedges: BikeFit Cleat Wedge, 1.0° each, under the cleat, at most 3 a shoe."
    """
    return text(
        "page.system",
        name=clean(system.name, SHORT),
        cant=numbers.degrees(system.cant_deg),
        place=text(f"terminal.{system.placement}"),
        cap=system.cap,
    )


def _who(result: SessionResult, rider: str, fitter: str, date: dt.date | None) -> tuple[tuple[str, str], ...]:
    """Return the head of the page as pairs of label and text."""
    recording = result.recording
    day = date or (recording.start.date() if recording.start else None)
    said = (
        ("rider", clean(rider, SHORT)),
        ("fitter", clean(fitter, SHORT)),
        ("date", day.isoformat() if day else ""),
        ("recording", clean(recording.name, SHORT)),
        ("section", section_words(result)),
        ("duration", numbers.clock(recording.duration_s)),
    )
    return tuple((text(f"page.{key}"), words) for key, words in said if words)


def section_words(result: SessionResult) -> str:
    """Name the stretch of a recording that was used, where that is not all of it.

    Parameters
    ----------
    result : SessionResult
        An analysed session.

    Returns
    -------
    str
        Such as "5:00 to 7:30"; empty for a whole recording.
    """
    if not result.is_section:
        return ""
    return text("words.to", low=numbers.clock(result.recording.from_s), high=numbers.clock(result.recording.to_s))


def _shoe(foot: FootResult, result: SessionResult, x_range: numbers.Interval, band: float) -> ShoeView:
    """Make one shoe's part of the client's page."""
    advised, side = foot.recommendation, foot.side
    bars = decision_charts.sure_bars(foot)
    above_caption, behind_caption = above_words(foot), behind_words(advised, foot.fitted_wedges)
    measured = sentences.measured(foot.excess)
    return ShoeView(
        side=side,
        name=text(f"advice.shoe_{side}"),
        headline=sentences.headline(advised, foot.fitted_wedges),
        advice=plain_degrees(sentences.advice_sentence(foot, result)),
        measured=measured,
        outlook=sentences.outlook(advised, foot.fitted_wedges),
        next=sentences.next_step(foot),
        above=shoes.from_above(side, above_view(foot), above_caption),
        above_caption=above_caption,
        behind=shoes.from_behind(side, behind_view(advised, foot.fitted_wedges, result.system), behind_caption),
        behind_caption=behind_caption,
        sure=decision_charts.how_sure(side, bars, x_range, band, measured) if bars else "",
    )


def plain_degrees(message: str) -> str:
    """Make a message fit for a page, and write "deg" after a number as the degree sign, as everywhere there.

    Examples
    --------
    >>> plain_degrees("within 1.0 deg of neutral")
    'within 1.0° of neutral'
    """
    return re.sub(r"(?<=\d) deg\b", "°", clean(message, MESSAGE))


def above_view(foot: FootResult) -> shoes.AboveView | None:
    """Return the angles of the drawing from above.

    Parameters
    ----------
    foot : FootResult
        The foot.

    Returns
    -------
    AboveView or None
        None where nothing was measured.
    """
    rotation = foot.rotation
    if not known(rotation.value_deg):
        return None
    if known(foot.excess.deg):
        return angle_view(foot.excess, foot.neutral.deg)
    return shoes.AboveView(rotation.value_deg, rotation.interval_deg, None, numbers.signed_degrees(rotation.value_deg))


def angle_view(excess: numbers.Spread, neutral_deg: float) -> shoes.AboveView | None:
    """Return the angles of the drawing from above where neutral is known.

    Parameters
    ----------
    excess : Spread
        Rotation minus neutral.
    neutral_deg : float
        The neutral angle [deg].

    Returns
    -------
    AboveView or None
        None without a figure.
    """
    if not known(excess.deg):
        return None
    low, high = (neutral_deg + end for end in excess.interval_deg)
    printed = numbers.degrees(abs(excess.deg))
    way = "out" if excess.deg > 0 else "in"
    value = printed if float(numbers.fixed(excess.deg)) == 0 else text(f"drawing.value_{way}", angle=printed)
    return shoes.AboveView(neutral_deg + excess.deg, (low, high), neutral_deg, value)


def above_words(foot: FootResult) -> str:
    """Say what the drawing from above shows."""
    if known(foot.rotation.value_deg) and not known(foot.excess.deg):
        return text("drawing.above_no_neutral", angle=numbers.heel(foot.rotation.value_deg))
    return angle_words(foot.excess.deg)


def angle_words(excess_deg: float) -> str:
    """Say what the drawing from above shows where neutral is known."""
    return text("drawing.above", angle=numbers.heel(excess_deg)) if known(excess_deg) else text("drawing.above_nothing")


def behind_view(advised: Recommendation, fitted: int, system: WedgeSystem) -> shoes.BehindView:
    """Return the wedges of the drawing from behind.

    Parameters
    ----------
    advised : Recommendation
        The target.
    fitted : int
        Signed count on the shoe now, varus positive.
    system : WedgeSystem
        Their cant and place.

    Returns
    -------
    BehindView
        What stays, what comes and what goes.
    """
    target = advised.total
    if target is None:
        return shoes.BehindView(fitted, 0, 0, system.cant_deg, system.placement, known=False)
    same_side = target * fitted > 0
    kept = (min if target > 0 else max)(target, fitted) if same_side else 0
    return shoes.BehindView(kept, target - kept, fitted - kept, system.cant_deg, system.placement)


def behind_words(advised: Recommendation, fitted: int) -> str:
    """Say what the drawing from behind shows."""
    target = advised.total
    if target is None:
        return text("drawing.behind_unknown")
    if target == 0:
        return text("drawing.behind_taken" if fitted else "drawing.behind_none")
    times = f"{shoes.EXAGGERATION:.0f}"
    return text("drawing.behind", wedges=sentences.wedges(target), thick=sentences.thick_side(target), times=times)
