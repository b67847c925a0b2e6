"""A few words of SVG: elements, paths and straight scales.

Drawings carry class names instead of colours; `bikefit.report.draw.theme` dresses them for screen and paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from markupsafe import escape
from numpy.typing import NDArray

from bikefit.model import Array

Point = tuple[float, float]


def number(value: float) -> str:
    """Write a coordinate with at most one decimal.

    Examples
    --------
    >>> number(3.04), number(2.55), number(-0.01)
    ('3', '2.5', '0')
    """
    return f"{tenths(value) + 0.0:g}"


def tenths(value: float) -> float:
    """Round to a tenth; a tie that sums missed in their last digits goes the same way on every processor.

    Examples
    --------
    >>> tenths(402.25 + 1e-12) == tenths(402.25 - 1e-12) == 402.2
    True
    """
    return round(round(float(value), 6), 1)


def element(name: str, *children: str, **attributes: str | float | None) -> str:
    """Write one element; ``class_`` stands for class, an underscore for a hyphen, None leaves an attribute out.

    Examples
    --------
    >>> element("line", x1=0, y1=0, x2=3.25, y2=1, class_="axis", stroke_width=2)
    '<line x1="0" y1="0" x2="3.2" y2="1" class="axis" stroke-width="2"/>'
    >>> element("text", "a<b")
    '<text>a<b</text>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(number(value) if isinstance(value, (int, float)) else value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def label(words: str, x: float, y: float, class_: str = "label", anchor: str = "start", turn: float = 0.0) -> str:
    """Write text at a point, escaped.

    Examples
    --------
    >>> label("a<b", 1, 2)
    '<text x="1" y="2" class="label">a&lt;b</text>'
    """
    return element(
        "text",
        str(escape(words)),
        x=x,
        y=y,
        class_=class_,
        text_anchor=None if anchor == "start" else anchor,
        transform=f"rotate({number(turn)} {number(x)} {number(y)})" if turn else None,
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    """Write a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, rx: float | None = None) -> str:
    """Write a rectangle; a negative size is turned over."""
    return element(
        "rect", x=min(x, x + width), y=min(y, y + height), width=abs(width), height=abs(height), rx=rx, class_=class_
    )


def path(points: Iterable[Point], class_: str, closed: bool = False) -> str:
    """Write a polyline as a path in relative steps, broken where a coordinate is not finite.

    Examples
    --------
    >>> path([(0, 0), (1.5, 2), (float("nan"), 0), (3, 3), (4, 3)], "curve")
    '<path d="M0 0l1.5 2M3 3l1 0" class="curve"/>'
    """
    there = np.array(list(points), dtype=np.float64).reshape(-1, 2)
    ok = np.isfinite(there).all(axis=1)
    if not ok.any():
        return ""
    pieces = []
    for run in np.split(there, np.flatnonzero(~ok)):
        x, y = _whole_tenths(run[np.isfinite(run).all(axis=1)]).T.tolist()
        if x:
            pieces.append(f"M{_written(x[0])} {_written(y[0])}")
            pieces += [
                f"l{_written(x1 - x0)} {_written(y1 - y0)}" for x0, x1, y0, y1 in zip(x, x[1:], y, y[1:], strict=False)
            ]
    return element("path", d="".join(pieces) + ("Z" if closed else ""), class_=class_)


def _whole_tenths(values: Array) -> NDArray[np.int64]:
    """Return `tenths` of many values as whole numbers of tenths."""
    millionths = np.rint(values * 1e6).astype(np.int64)
    whole = (millionths + 50_000) // 100_000
    for at in zip(*np.nonzero(millionths % 100_000 == 50_000), strict=True):
        whole[at] = round(10.0 * tenths(values[at]))
    return whole


@cache
def _written(whole: int) -> str:
    """Write a whole number of tenths as `number` does."""
    return number(whole / 10.0)


def band(x: Array, low: Array, high: Array, class_: str) -> str:
    """Write the area between two curves over the same x; points that are not finite are left out."""
    ok = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
    there = list(zip(x[ok], high[ok], strict=True))
    back = list(zip(x[ok][::-1], low[ok][::-1], strict=True))
    return path(there + back, class_, closed=True)


def arc(center: Point, radius: float, from_deg: float, to_deg: float, class_: str) -> str:
    """Write an arc about a centre; angles as `on_circle` has them."""
    x1, y1 = on_circle(center, radius, from_deg)
    x2, y2 = on_circle(center, radius, to_deg)
    size, sweep = number(radius), 1 if to_deg > from_deg else 0
    large = int(abs(to_deg - from_deg) > 180)
    d = f"M{number(x1)} {number(y1)}A{size} {size} 0 {large} {sweep} {number(x2)} {number(y2)}"
    return element("path", d=d, class_=class_)


def on_circle(center: Point, radius: float, angle_deg: float) -> Point:
    """Return the point at an angle, clockwise on the page, 0 = straight up.

    Examples
    --------
    >>> [round(value) for value in on_circle((50, 50), 10, 90)]
    [60, 50]
    """
    turn = math.radians(angle_deg)
    return center[0] + radius * math.sin(turn), center[1] - radius * math.cos(turn)


@dataclass(frozen=True)
class Scale:
    """A straight scale from values to places on the page."""

    # Ends of the values.
    low: float
    high: float
    # Their places.
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of one value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def array(self, values: Array) -> Array:
        """Return the places of many values."""
        places: Array = self.start + (values - self.low) / (self.high - self.low) * (self.end - self.start)
        return places


def nice_step(span: float, most: int) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that divides a span into at most so many parts.

    Examples
    --------
    >>> nice_step(9.0, 5), nice_step(0.7, 4), nice_step(1000, 5)
    (2.0, 0.2, 200.0)
    """
    raw = span / most
    power = 10.0 ** math.floor(math.log10(raw))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * (1 - 1e-9)))


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round values within a range.

    Examples
    --------
    >>> ticks(-1.2, 7.3, 5)
    [0.0, 2.0, 4.0, 6.0]
    """
    step = nice_step(high - low, most)
    return [round(index * step, 10) for index in range(math.ceil(low / step), math.floor(high / step) + 1)]


def of_foot(width: float, height: float, side: str, parts: Sequence[str], title: str) -> str:
    """Wrap parts as one picture in the colours of a foot."""
    return figure(width, height, [element("g", *parts, class_=f"foot-{side}")], title)


def figure(width: float, height: float, parts: Sequence[str], title: str, classes: str = "") -> str:
    """Wrap parts as one picture with its alternative text."""
    return element(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_label=title,
        class_=f"fig {classes}".strip(),
    )
