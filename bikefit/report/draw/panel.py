"""A panel: axes on which the charts draw, with heel out and heel in written on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bikefit.model import Array
from bikefit.report.draw import svg
from bikefit.words import Words

WIDTH, HEIGHT = 440.0, 264.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 12.0, 26.0, 42.0


@dataclass(frozen=True)
class Fan:
    """Single strokes that can be read off beside the mean."""

    strokes: list[int]  # Their numbers
    # Their angles at each of the readout's places [0.1 deg]; None where a stroke has none.
    tenths: list[list[int | None]]
    # Where zero lies on the page, and how far a degree goes.
    level: float
    per_deg: float
    # What is said of one, with places {n} and {a}, and the signs of its numbers.
    said: str
    decimal: str
    minus: str


@dataclass(frozen=True)
class Readout:
    """What hovering, tapping or sliding over a panel reads."""

    x: list[float]  # Places on the page, rising
    words: list[str]  # What is said at each
    # Where the cursor's line goes.
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM
    fan: Fan | None = None  # Single strokes; panels of one figure that have them are read together


@dataclass(frozen=True)
class Panel:
    """One picture, what it shows in words and, where it can be read off, its values."""

    picture: str
    alt: str
    readout: Readout | None = None


@dataclass
class Frame:
    """Axes in the making; charts add parts and then take the picture."""

    words: Words  # In whose language the axes are written
    # From values to places.
    x: svg.Scale
    y: svg.Scale
    parts: list[str] = field(default_factory=list)  # What is drawn, back to front
    height: float = HEIGHT  # Of the picture

    def add(self, *parts: str) -> None:
        """Put parts in front of what is there."""
        self.parts.extend(parts)

    def curve(self, x: Array, y: Array, class_: str) -> None:
        """Draw values over x as a line."""
        self.add(svg.path(zip(self.x.array(x), self.y.array(y), strict=True), class_))

    def band(self, x: Array, low: Array, high: Array, class_: str) -> None:
        """Fill between two curves."""
        self.add(svg.band(self.x.array(x), self.y.array(low), self.y.array(high), class_))

    def across(self, low: float, high: float, class_: str) -> None:
        """Fill a range of y over the whole width, cut to the panel."""
        low, high = max(low, self.y.low), min(high, self.y.high)
        if high > low:
            self.add(svg.rect(self.x.start, self.y(low), self.x.end - self.x.start, self.y(high) - self.y(low), class_))

    def upright(self, low: float, high: float, class_: str) -> None:
        """Fill a range of x over the whole height."""
        self.add(svg.rect(self.x(low), self.y.end, self.x(high) - self.x(low), self.y.start - self.y.end, class_))

    def level(self, y: float, class_: str) -> None:
        """Draw a line at one y where it lies within the panel."""
        if self.y.low <= y <= self.y.high:
            self.add(svg.line(self.x.start, self.y(y), self.x.end, self.y(y), class_))

    def degrees_axis(self) -> None:
        """Write the degrees up the side, with a faint line each, and which way is out."""
        for tick in svg.ticks(self.y.low, self.y.high, 7):
            self.level(tick, "grid")
            self.add(svg.label(self.words.tick(tick), self.x.start - 6, self.y(tick) + 4, anchor="end"))
        self.add(*ways_beside(self.words, self.x.start, self.y.end - 8, self.y.start + 34))

    def x_axis(self, places: Sequence[float], words: Sequence[str], title: str = "") -> None:
        """Draw the line below with its ticks and a title to the right under them."""
        base = self.y.start
        self.add(svg.line(self.x.start, base, self.x.end, base, "axis"))
        for place, word in zip(places, words, strict=True):
            at = self.x(place)
            near_end = at > self.x.end - 14
            self.add(svg.line(at, base, at, base + 4, "axis"))
            self.add(
                svg.label(
                    word, at, base + 17, anchor="end" if near_end and len(word) > 4 - word.isalpha() else "middle"
                )
            )
        if title:
            self.add(svg.label(title, self.x.end, base + 34, anchor="end"))

    def stroke_axis(self, is_crank: bool) -> None:
        """Write the quarters of the stroke below."""
        quarters, words = (0, 90, 180, 270, 360), self.words
        named = [words.text(f"axes.crank_{quarter % 360}") if is_crank else f"{quarter}°" for quarter in quarters]
        self.x_axis(quarters, named, words.text("axes.crank" if is_crank else "axes.phase"))

    def read_at(self, x: Array, said: list[str], **more: Any) -> Readout:
        """Return what is read off at values of x."""
        return Readout([round(float(place), 1) for place in self.x.array(x)], said, **more)

    def legend(self, class_: str, words: str) -> None:
        """Say above the panel what its bars hold, behind a piece of one."""
        at, y = 0.5 * (self.x.start + self.x.end), self.y.end - 8
        self.add(svg.label(words, at, y, anchor="middle"))
        half = 3.2 * len(words) + 8  # about as wide as the words are
        self.add(svg.line(at - half, y - 10, at - half, y + 2, class_))

    def name(self, words: str) -> None:
        """Write the panel's name at its top right."""
        self.add(svg.label(words, self.x.end, self.y.end - 8, "name strong", "end"))

    def panel(self, alt: str, classes: str = "", readout: Readout | None = None) -> Panel:
        """Return the finished panel, the class on its inner group."""
        picture = svg.figure(WIDTH, self.height, [svg.element("g", *self.parts, class_=classes or None)], alt)
        return Panel(picture, alt, readout)


def ways_beside(words: Words, x: float, above: float, below: float) -> tuple[str, str]:
    """Write at the ends of an upright axis which way is heel out and which heel in."""
    out, inward = f"↑ {words.text('axes.heel_out')}", f"↓ {words.text('axes.heel_in')}"
    return svg.label(out, x, above, "strong"), svg.label(inward, x, below, "strong")


def ways_below(words: Words, x: svg.Scale, y: float) -> tuple[str, str]:
    """Write at the ends of a level axis which way is heel in and which heel out."""
    inward, out = f"← {words.text('axes.heel_in')}", f"{words.text('axes.heel_out')} →"
    return svg.label(inward, x.start, y, "strong"), svg.label(out, x.end, y, "strong", "end")


def degrees_frame(
    words: Words, x_low: float, x_high: float, y_range: tuple[float, float], height: float = HEIGHT
) -> Frame:
    """Open a panel of angles over something."""
    return Frame(
        words,
        svg.Scale(x_low, x_high, LEFT, WIDTH - RIGHT),
        svg.Scale(*y_range, height - BOTTOM, TOP),
        height=height,
    )


def padded(values: Sequence[float], least: float = 2.0, share: float = 0.06) -> tuple[float, float]:
    """Return a range around values with some air, at least so wide; values that are not finite are left out.

    Examples
    --------
    >>> padded([0.0, 10.0], share=0.1)
    (-1.0, 11.0)
    >>> padded([float("nan")])
    (-1.0, 1.0)
    """
    finite = [value for value in values if np.isfinite(value)] or [0.0]
    low, high = float(min(finite)), float(max(finite))
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
        return low, high
    air = share * (high - low)
    return low - air, high + air
