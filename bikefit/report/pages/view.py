"""What the pages show, as plain strings and finished drawings: HTML, PDF and PNG are all made from this.

Digits are cut here and nowhere after; templates only place what they are given.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bikefit.conventions import Side
from bikefit.model import FootResult, Reading, Recommendation, SessionResult, WedgeSystem, reading_of, sentences
from bikefit.model.spread import Spread, measured
from bikefit.report.draw import decision_charts, shoes
from bikefit.report.draw.panel import Panel
from bikefit.words import Interval, Words, degree_signs, known, rounded

if TYPE_CHECKING:
    from bikefit.report.pages.sheet import BrandView, SheetView

SHORT, LONG, MESSAGE = 90, 400, 1000
"""Most characters of a rider's or file's name on the client's page, of one in the provenance, and of a message."""

# control characters, and the marks that would turn the direction of the text around them
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
SPACES = re.compile(r"[^\S\u00a0]+")
"""Space between words; but not the one that holds a number and its unit together."""


@dataclass(frozen=True)
class Given:
    """What is to stand at the head of a page; any text, and the day of the fitting instead of the recording's own."""

    title: str = ""
    rider: str = ""
    fitter: str = ""
    date: dt.date | None = None

    def head(self, words: Words, day: dt.date | None, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        """Return the head of the page as pairs of label and text; ``more`` of them by their key, what is empty not."""
        day = self.date or day
        said = (
            ("rider", clean(self.rider, SHORT)),
            ("fitter", clean(self.fitter, SHORT)),
            ("date", words.day(day.isoformat()) if day else ""),
            *more,
        )
        return tuple((words.text(f"page.{key}"), told) for key, told in said if told)


NOTHING_GIVEN = Given()


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
    cleat: str = ""
    cleat_caption: str = ""


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
    brand: BrandView | None = None
    sheet: SheetView | None = None
    compared: tuple[str, str] | None = None
    """That the rider's recordings are compared elsewhere, and the address."""


def clean(given: str, most: int) -> str:
    """Make a text fit for a page: one line, no control characters, no more than so long; what must not part stays so.

    Examples
    --------
    >>> clean("  Ann\\n\\x00 Lee ", 90), clean("abcdef", 4)
    ('Ann Lee', 'abc…')
    """
    whole = given.encode("utf-8", "replace").decode("utf-8")
    line = SPACES.sub(" ", UNPRINTABLE.sub(" ", whole)).strip()
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def client_view(words: Words, result: SessionResult, given: Given = NOTHING_GIVEN) -> PageView:
    """Make the client's page of a session; the fitter's sections are added by `bikefit.report.pages.fitter_view`."""
    feet = [foot for _, foot in sorted(result.feet.items())]
    band = float(result.settings["neutral_band_deg"])
    bars = [bar for foot in feet for bar in decision_charts.sure_bars(words, foot)]
    x_range = decision_charts.sure_range(bars, band)
    recording = result.recording
    return PageView(
        language=words.language,
        title=clean(given.title, SHORT) or words.text("page.title"),
        who=given.head(
            words,
            recording.start.date() if recording.start else None,
            ("recording", clean(recording.name, SHORT)),
            ("section", words.stretch(recording.from_s, recording.to_s) if result.is_section else ""),
            ("duration", words.clock(recording.duration_s)),
        ),
        shoes=tuple(_shoe(words, foot, result, x_range, band) for foot in feet),
        intro=words.text("page.intro"),
        sure_caption=words.text("page.sure_caption"),
        cautions=tuple(sentences.cautions_of(words, [foot.recommendation for foot in feet], result.system.placement)),
        system=system_line(words, result.system),
        colophon=words.text("page.colophon", version=result.version),
        sections=(),
    )


def system_line(words: Words, system: WedgeSystem) -> str:
    """Name the wedges that the counts are for."""
    return words.text(
        "page.system",
        name=clean(system.name, SHORT),
        cant=words.degrees(system.cant_deg),
        place=words.text(f"terminal.{system.placement}"),
        cap=system.cap,
    )


def _shoe(words: Words, foot: FootResult, result: SessionResult, x_range: Interval, band: float) -> ShoeView:
    """Make one shoe's part of the client's page."""
    advised, side = foot.recommendation, foot.side
    bars, said = decision_charts.sure_bars(words, foot), measured(words, foot.excess)
    about, held = said or words.text("sure.undetermined"), (foot.excess.lower_bound,)
    drawn = from_above(words, side, reading_of(foot), advised)
    drawn |= wedges_and_cleat(words, side, advised, foot.fitted_wedges or 0, result.system)
    if advised.step == "float_stop":
        drawn["behind"] = ""  # where the cleat comes first, the wedges are not drawn yet
    return ShoeView(
        side=side,
        name=words.shoe(side),
        headline=advised.headline(words),
        advice=plain_degrees(_card_advice(words, foot, result.system.cap)),
        measured=said,
        outlook=sentences.outlook(words, advised),
        next=sentences.what_next(words, advised, foot.visible),
        sure=decision_charts.how_sure(words, side, bars, x_range, band, about, at_least=held),
        **drawn,
    )


def _card_advice(words: Words, foot: FootResult, cap: int) -> str:
    """Say what the headline leaves open: which way the wedges go, or why there is no plain count."""
    advised = foot.recommendation
    if advised.step in ("fit", "keep"):
        return words.text("advice.thick_valgus" if (advised.total or 0) < 0 else "advice.thick_varus")
    return "" if advised.step == "no_wedge" else sentences.advice(words, foot.side, advised, cap)


def plain_degrees(message: str) -> str:
    """Make a message fit for a page, and write "deg" after a number as the degree sign, as everywhere there.

    Examples
    --------
    >>> plain_degrees("within 1.0 deg of neutral")
    'within 1.0° of neutral'
    """
    return degree_signs(clean(message, MESSAGE))


def from_above(
    words: Words, side: Side, foot: Reading, advised: Recommendation, believed: Spread | None = None
) -> dict[str, str]:
    """Return the drawing from above and its caption, by their names in a `ShoeView`.

    What is believed by several recordings together comes before the excess of one, where it is known.
    """
    together = believed is not None and known(believed.deg)
    excess: Spread = believed if believed is not None and together else foot.excess
    view, caption = None, ""
    if not together and any(reason.code == "angle_implausible" for reason in advised.reasons):
        told = words.text("drawing.above_implausible")
    elif known(excess.deg):
        neutral_deg, stop_deg = (0.0, math.nan) if together else (foot.neutral.deg, foot.float_stop_deg)
        view, told = (
            _angles(words, excess, neutral_deg, stop_deg),
            words.text("drawing.above", angle=words.heel(excess.deg)),
        )
        caption = words.text("drawing.above_stop" if known(stop_deg) else "drawing.above_short")
    elif known(foot.rotation_deg):
        view = shoes.AboveView(foot.rotation_deg, foot.interval_deg, None, words.signed_degrees(foot.rotation_deg))
        told = words.text("drawing.above_no_neutral", angle=words.heel(foot.rotation_deg))
    else:
        told = words.text("drawing.above_nothing")
    return {"above": shoes.from_above(words, side, view, told), "above_caption": caption or told}


def _angles(words: Words, excess: Spread, neutral_deg: float, stop_deg: float) -> shoes.AboveView:
    """Return the angles of the drawing from above where neutral is known."""
    low, high = (neutral_deg + end for end in excess.interval_deg)
    value = words.degrees(abs(excess.deg))
    if rounded(excess.deg) != 0:
        value = words.text(f"drawing.value_{'out' if excess.deg > 0 else 'in'}", angle=value)
    if excess.lower_bound:
        value = words.text("drawing.at_least", value=value)
    return shoes.AboveView(neutral_deg + excess.deg, (low, high), neutral_deg, value, stop_deg)


def behind_view(advised: Recommendation, fitted: int, system: WedgeSystem) -> shoes.BehindView:
    """Return the wedges of the drawing from behind."""
    target = advised.total
    if target is None:
        return shoes.BehindView(fitted, 0, 0, system.cant_deg, system.placement, known=False)
    if advised.named is None:
        return shoes.BehindView(fitted, 0, 0, system.cant_deg, system.placement)
    same_side = target * fitted > 0
    kept = (min if target > 0 else max)(target, fitted) if same_side else 0
    return shoes.BehindView(kept, target - kept, fitted - kept, system.cant_deg, system.placement)


def wedges_and_cleat(
    words: Words, side: Side, advised: Recommendation, fitted: int, system: WedgeSystem
) -> dict[str, str]:
    """Return the drawings of the wedges and of the cleat's turn with their captions, by their names in a `ShoeView`."""
    view, said = behind_view(advised, fitted, system), behind_words(words, advised, fitted)
    cleat, cleat_caption = _cleat_drawing(words, side, advised)
    return {
        "behind": shoes.from_behind(words, side, view, said),
        "behind_caption": _behind_caption(words, advised, fitted),
        "cleat": cleat,
        "cleat_caption": cleat_caption,
    }


def _cleat_drawing(words: Words, side: Side, advised: Recommendation) -> tuple[str, str]:
    """Return the drawing of the cleat's turn and its caption; both empty where the foot would not turn with it."""
    cleat = advised.cleat
    if not cleat.moves_foot:
        return "", ""
    times = shoes.drawn_times(cleat.turn_deg)
    key = "drawing.below" if cleat.reason == "float_stop" else "drawing.below_instead"
    caption = words.text(key, turn=words.degrees(abs(cleat.turn_deg)), heel=cleat.heel)
    if times > 1:
        caption += " " + words.text("drawing.below_times", times=times)
    return shoes.from_below(words, side, cleat.turn_deg, caption), caption


def _behind_caption(words: Words, advised: Recommendation, fitted: int) -> str:
    """Caption the drawing from behind; the wedges themselves are in the headline, or on the shoe already."""
    if advised.total is not None and (fitted if advised.named is None else advised.total):
        return words.text("drawing.behind_short", times=shoes.EXAGGERATION)
    return behind_words(words, advised, fitted)


def behind_words(words: Words, advised: Recommendation, fitted: int) -> str:
    """Say what the drawing from behind shows."""
    target = advised.total
    if target is None:
        return words.text("drawing.behind_unknown")
    if advised.named is None:
        target = fitted
    if target == 0:
        return words.text("drawing.behind_taken" if fitted else "drawing.behind_none")
    return words.text("drawing.behind", wedges=target, thick=words.thick_side(target), times=shoes.EXAGGERATION)
