"""The page of what a studio's riders have in common: the numbers, and each foot's own answer beside the pooled one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from markupsafe import Markup

from bikefit import __version__
from bikefit.conventions import interval_95
from bikefit.report.draw import svg
from bikefit.report.out.html import render_studio
from bikefit.response import RIDERS_MIN, OwnAnswer, StudioPrior
from bikefit.settings import Settings
from bikefit.words import Words

_WIDTH, _NAMES, _ROW, _TOP, _BOTTOM = 720.0, 190.0, 18.0, 30.0, 44.0
_NAME_LETTERS = 24
_REACH = 3.0
"""Furthest response that is drawn; an interval that goes on ends in an arrow."""


@dataclass(frozen=True)
class NumberRow:
    """One number that riders have in common, in words."""

    name: str
    studio: str
    riders: str
    built_in: str
    following: str


def headline(words: Words, prior: StudioPrior) -> str:
    """Say whether there are riders enough."""
    if prior.enough:
        return words.text("learn.own", riders=prior.riders)
    return words.counted("learn.too_few", prior.riders, needed=RIDERS_MIN)


def about(words: Words, prior: StudioPrior) -> tuple[str, ...]:
    """Say what that means, and what would help."""
    if not prior.enough:
        return (words.text("learn.experiment"),)
    next_rider = NormalDist(prior.settings["response_mean"], prior.settings["response_sd"])
    told = [words.text("learn.way_in", chance=words.percent(1.0 - next_rider.cdf(0.0)))]
    kept = [words.text(f"learn_numbers.{name}") for name in prior.numbers if not prior.learned(name)]
    if kept:
        told.append(words.text("learn.kept", needed=RIDERS_MIN, names=kept))
    return (*told, words.text("learn.doubt"))


def number_rows(words: Words, prior: StudioPrior) -> list[NumberRow]:
    """Return the table of the numbers."""
    rows = []
    for name, one in prior.numbers.items():
        low, high = (words.fixed(end, 2) for end in one.interval)
        value = words.text("learn.value", value=words.fixed(one.value, 2), low=low, high=high)
        following = words.fixed(prior.settings[name], 2)
        rows.append(
            NumberRow(
                words.text(f"learn_numbers.{name}"),
                value if one.riders else words.text("words.unknown"),
                words.number(one.riders),
                words.fixed(getattr(Settings, name), 2),
                following if prior.learned(name) else words.text("learn.next_built_in", value=following),
            )
        )
    return rows


def learn_html(words: Words, prior: StudioPrior) -> str:
    """Render the page."""
    words = words.on_page
    return render_studio(
        words,
        "learn.html.j2",
        title=words.text("learn.title"),
        intro=headline(words, prior),
        about=about(words, prior),
        columns=words.columns("learn.columns"),
        rows=number_rows(words, prior),
        chart=Markup(_answers(words, prior)) if prior.answers else "",
        colophon=words.text("learn.colophon", version=__version__),
    )


def _answers(words: Words, prior: StudioPrior) -> str:
    """Draw each foot's answer with its interval, the smallest at the bottom, over the pooled one."""
    answers = sorted(prior.answers, key=lambda one: -one.response)
    mean, sd = prior.settings["response_mean"], prior.settings["response_sd"]
    following = interval_95(mean, sd)
    ends = [end for one in answers for end in one.interval] + list(following)
    low, high = max(min(ends), -_REACH), min(max(ends), _REACH)
    x = svg.Scale(min(low, -0.5), max(high, 0.5), _NAMES, _WIDTH - 14.0)
    height = _TOP + _ROW * len(answers) + _BOTTOM
    base = height - _BOTTOM
    parts = [_upright(x, *following, base, "neutral-band")]
    if prior.enough:
        parts.append(_upright(x, *prior.numbers["response_mean"].interval, base, "neutral-band"))
    parts += [svg.line(x(tick), _TOP, x(tick), base, "grid") for tick in svg.ticks(x.low, x.high, 8)]
    parts += [
        svg.line(x(0.0), _TOP, x(0.0), base, "axis"),
        svg.line(x(mean), _TOP, x(mean), base, "neutral-line"),
        svg.label(words.text("learn.next_rider"), x(mean), _TOP - 8.0, "neutral-text", "middle"),
        *(_answer(words, x, one, _TOP + (place + 0.5) * _ROW) for place, one in enumerate(answers)),
        svg.line(x.start, base, x.end, base, "axis"),
        *(svg.label(words.signed(tick), x(tick), base + 17.0, anchor="middle") for tick in svg.ticks(x.low, x.high, 8)),
        svg.label(words.text("axes.response"), x.end, base + 36.0, anchor="end"),
    ]
    alt = words.text(
        "learn.answers_alt",
        feet=len(answers),
        low=words.signed(answers[-1].response),
        high=words.signed(answers[0].response),
        mean=words.signed(mean, 2),
        next_low=words.signed(following[0], 2),
        next_high=words.signed(following[1], 2),
    )
    return svg.figure(_WIDTH, height, parts, alt)


def _upright(x: svg.Scale, low: float, high: float, base: float, class_: str) -> str:
    """Fill a range over the whole height, cut to the picture."""
    low, high = max(low, x.low), min(high, x.high)
    return svg.rect(x(low), _TOP, x(high) - x(low), base - _TOP, class_)


def _answer(words: Words, x: svg.Scale, one: OwnAnswer, y: float) -> str:
    """Draw one foot's answer in its row."""
    name = one.rider if len(one.rider) <= _NAME_LETTERS else f"{one.rider[: _NAME_LETTERS - 1]}…"
    low, high = max(one.interval[0], x.low), min(one.interval[1], x.high)
    parts = [svg.label(words.text("learn.foot", rider=name, side=one.side), _NAMES - 8.0, y + 4.0, anchor="end")]
    if low < high:
        parts.append(svg.line(x(low), y, x(high), y, "whisker"))
    if one.interval[0] < x.low:
        parts.append(_arrow(x.start, y, 1.0))
    if one.interval[1] > x.high:
        parts.append(_arrow(x.end, y, -1.0))
    if math.isfinite(one.response) and x.low <= one.response <= x.high:
        parts.append(svg.element("circle", cx=x(one.response), cy=y, r=4, class_="dot"))
    return svg.element("g", *parts, class_=f"foot-{one.side}")


def _arrow(x: float, y: float, way: float) -> str:
    """Draw the end of an interval that goes on; ``way`` points back into the picture."""
    return svg.path([(x + 6.0 * way, y - 4.0), (x, y), (x + 6.0 * way, y + 4.0)], "arrow")
