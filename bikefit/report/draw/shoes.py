"""Drawings of one shoe: from above with the heel's angle to scale, from behind with its wedges, its cleat from below.

Shapes are drawn for the right shoe (bike on the left of the page, as seen from above with the toe up, or from
behind) and mirrored for the left one, and once more from below; words are placed afterwards so that they read the
right way round.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from bikefit.conventions import Side
from bikefit.report.draw import svg
from bikefit.words import Words

WIDTH, HEIGHT = 220.0, 318.0
CLEAT = (110.0, 110.0)
RADIUS = 158.0
"""Of the degree scale about the cleat; one degree is 2.8 units, to scale."""
EXAGGERATION = 3.0
"""How much steeper than life a wedge is drawn; the caption says so."""

SOLE = (
    "M-8-78C14-81 33-60 37-31C41-4 31 28 27 60C24 84 27 102 25 116C22 133 8 138-1 138"
    "C-14 138-25 131-27 113C-29 90-20 64-24 34C-28 12-41 1-40-27C-39-56-27-76-8-78Z"
)
TOE_BOX = "M-33-30C-18-44 14-45 30-30"
STRAPS = ("M-25 8C-10 1 12 1 31 10", "M-23 32C-9 26 10 26 28 33")
OPENING = "M1 46C16 46 19 66 18 88C18 112 13 124 0 124C-13 124-19 112-20 88C-20 66-13 46 1 46Z"
CLEAT_OUTLINE = "M-14-16H12L17 14C8 20-10 20-17 14Z"


@dataclass(frozen=True)
class AboveView:
    """What the drawing from above shows, heel-out positive [deg]."""

    measured_deg: float  # The heel's angle in the recording's own zero
    interval_deg: tuple[float, float]  # Its 95 % interval, the zero's uncertainty included where a neutral is known
    neutral_deg: float | None  # The neutral angle; None where there is none
    value: str  # What is written at the heel
    stop_deg: float = math.nan  # Where the end of the cleat's float stopped the heel; NaN where it did not


def from_above(words: Words, side: Side, view: AboveView | None, title: str) -> str:
    """Draw a shoe from above, turned by the measured angle about its cleat."""
    mirror = 1.0 if side == "right" else -1.0
    turned = view.measured_deg if view else 0.0
    shapes = [svg.rect(-97, -70, 7, 250, "bike", rx=3)]
    if view:
        shapes += _scale_shapes(view)
    shoe = [
        svg.element("path", d=SOLE, class_="shoe"),
        svg.element("path", d=TOE_BOX, class_="shoe-part"),
        *(svg.element("path", d=strap, class_="shoe-part") for strap in STRAPS),
        svg.element("path", d=OPENING, class_="opening"),
        svg.element("path", d=CLEAT_OUTLINE, class_="cleat"),
    ]
    shapes.append(svg.element("g", *shoe, transform=f"rotate({-turned:.2f})"))
    if view:
        shapes += _axes(view)
    frame = f"translate({svg.number(CLEAT[0])} {svg.number(CLEAT[1])}) scale({svg.number(mirror)} 1)"
    parts = [svg.element("g", *shapes, transform=frame)]
    parts.append(svg.label(words.text("drawing.bike"), CLEAT[0] - mirror * 93.5, CLEAT[1] - 78, anchor="middle"))
    if view:
        parts += _scale_words(words, view, mirror)
    else:
        parts.append(svg.label("?", CLEAT[0], CLEAT[1] + RADIUS + 29, "value", "middle"))
    return svg.of_foot(WIDTH, HEIGHT, side, parts, title)


def _heel(radius: float, heel_out_deg: float) -> svg.Point:
    """Return a point behind the cleat in the right shoe's frame."""
    return svg.on_circle((0.0, 0.0), radius, 180.0 - heel_out_deg)


def _reach_deg(view: AboveView) -> float:
    """Return how far the degree scale goes to either side."""
    most = max(abs(view.measured_deg), *(abs(end) for end in view.interval_deg), abs(view.neutral_deg or 0.0))
    return min(max(10.0, 5.0 * math.ceil((most + 1.0) / 5.0)), 40.0)


def _scale_shapes(view: AboveView) -> list[str]:
    """Draw the degree scale, the interval on it and the sector between neutral and measured."""
    reach = _reach_deg(view)
    shapes = []
    if view.neutral_deg is not None:
        low, high = sorted((view.neutral_deg, view.measured_deg))
        steps = [low + (high - low) * step / 12 for step in range(13)]
        shapes.append(svg.path([(0.0, 0.0), *(_heel(RADIUS, angle) for angle in steps)], "sector", closed=True))
    shapes.append(svg.arc((0, 0), RADIUS, 180 - reach, 180 + reach, "axis"))
    for angle in range(-int(reach), int(reach) + 1):
        length = 6.0 if angle % 5 == 0 else 3.0
        shapes.append(svg.line(*_heel(RADIUS - length, angle), *_heel(RADIUS, angle), "axis"))
    ends = [min(max(end, -reach), reach) for end in view.interval_deg]
    shapes.append(svg.arc((0, 0), RADIUS + 7, 180 - ends[1], 180 - ends[0], "whisker"))
    return shapes


def _axes(view: AboveView) -> list[str]:
    """Draw the lines of neutral and of the measured angle over the shoe."""
    shapes = []
    if view.neutral_deg is not None:
        toe = svg.on_circle((0.0, 0.0), 88, -view.neutral_deg)
        shapes.append(svg.line(*toe, *_heel(RADIUS + 2, view.neutral_deg), "neutral-line"))
    if math.isfinite(view.stop_deg):
        shapes.append(svg.line(*_heel(40, view.stop_deg), *_heel(RADIUS + 14, view.stop_deg), "stop"))
    shapes.append(svg.line(0, 0, *_heel(RADIUS + 2, view.measured_deg), "thin"))
    x, y = _heel(RADIUS + 7, view.measured_deg)
    shapes.append(svg.element("circle", cx=x, cy=y, r=4.5, class_="dot"))
    shapes.append(svg.element("circle", cx=0, cy=0, r=3, class_="dot"))
    return shapes


def _scale_words(words: Words, view: AboveView, mirror: float) -> list[str]:
    """Write neutral, the value and which way is out."""
    reach = _reach_deg(view)
    out_x, out_y = _heel(RADIUS, reach)
    gap = min(out_x + 8.0, 52.0)
    parts = []
    for key, way in (("drawing.out", mirror), ("drawing.in", -mirror)):
        anchor = "start" if way > 0 else "end"
        parts.append(svg.label(words.text(key), CLEAT[0] + way * gap, CLEAT[1] + out_y + 4, anchor=anchor))
    x, y = _heel(RADIUS + 29, view.measured_deg)
    half = 5.2 * len(view.value)  # about half as wide as it is written
    at = min(max(CLEAT[0] + mirror * x, half), WIDTH - half)
    parts.append(svg.label(view.value, at, CLEAT[1] + y + 3, "value", "middle"))
    if view.neutral_deg is not None:
        x, y = svg.on_circle((0.0, 0.0), 93, -view.neutral_deg)
        parts.append(
            svg.label(words.text("drawing.neutral"), CLEAT[0] + mirror * x, CLEAT[1] + y, "neutral-text", "middle")
        )
    return parts


# ---- from behind --------------------------------------------------------------------------------------------

SOLE_HALF, SOLE_HIGH = 46.0, 11.0
PEDAL_TOP = 226.0
WEDGE_THIN = 1.5
LETTER = 9.0
"""As wide as a letter of a label on paper can be."""
ASIDE = 16.0
"""How far the shoe stands from the middle, away from the bike, to leave room for a word."""
HEEL_CUP = "M-42-10C-46-38-40-72-33-108C-20-116 20-116 33-108C40-72 46-38 42-10Z"
LEG = ("M-29-108C-27-130-31-150-36-184", "M29-108C27-130 31-150 36-184")
FOOT = (
    "M-36-184C-31-150-24-136-24-112C-25-80-37-50-37-14C-36-3-30 0-20 0"
    "H20C30 0 36-3 37-14C37-50 25-80 24-112C24-136 31-150 36-184"
)


@dataclass(frozen=True)
class BehindView:
    """What the drawing from behind shows; counts signed, varus positive."""

    kept: int  # Wedges that stay
    added: int  # Wedges to fit; of the same sign as ``kept`` or beside none
    taken: int  # Wedges to take off
    cant_deg: float  # Of one wedge [deg]
    placement: Literal["under_cleat", "in_shoe"]
    known: bool = True  # Whether a count could be given at all


def from_behind(words: Words, side: Side, view: BehindView, title: str) -> str:
    """Draw a shoe from behind on its pedal, with the wedges on their side and taken ones below."""
    mirror = 1.0 if side == "right" else -1.0
    total = view.kept + view.added
    thick = 1.0 if total >= 0 else -1.0  # varus: the thick side is the bike's
    drawn_cant = EXAGGERATION * view.cant_deg
    classes = ["wedge-kept"] * abs(view.kept) + ["wedge"] * abs(view.added)
    stack = [_wedge(index, drawn_cant, thick, class_) for index, class_ in enumerate(classes)]
    # the shoe stands on the stack: as high as the thin side, turned about it
    lift, tilt = len(classes) * WEDGE_THIN, len(classes) * drawn_cant * thick
    pivot = thick * SOLE_HALF
    stands = f"translate(0 {svg.number(-lift)}) rotate({tilt:.2f} {svg.number(pivot)} 0)"
    sole = svg.rect(-SOLE_HALF, -SOLE_HIGH, 2 * SOLE_HALF, SOLE_HIGH, "shoe", rx=3)
    cup = svg.element("path", d=HEEL_CUP, class_="shoe")
    if view.placement == "in_shoe":
        # cut open: the shoe stays level, the foot inside stands on the wedges
        foot = svg.element("g", svg.element("path", d=FOOT, class_="opening"), transform=stands)
        inside = f"translate(0 {svg.number(-SOLE_HIGH)}) scale(0.9 1)"
        shoe = [sole, cup, svg.element("g", foot, *stack, transform=inside)]
    else:
        leg = [svg.element("path", d=leg, class_="shoe-part") for leg in LEG]
        seam = svg.line(0, -112, 0, -14, "shoe-part")
        shoe = [*stack, svg.element("g", *leg, cup, seam, sole, transform=stands)]
    pedal = [
        svg.rect(-22, 0, 44, 6, "metal", rx=1.5),
        svg.rect(-50, 6, 100, 12, "metal", rx=4),
        svg.rect(-108, 9, 60, 6, "metal"),
        svg.rect(-118, -70, 11, 92, "bike", rx=5),
    ]
    ghosts = [
        svg.element("g", _wedge(0, drawn_cant, math.copysign(1.0, view.taken), "ghost"), transform=f"translate(0 {y})")
        for y in (44 + 15 * index for index in range(abs(view.taken)))
    ]
    frame = f"translate({svg.number(WIDTH / 2 + mirror * ASIDE)} {svg.number(PEDAL_TOP)}) scale({svg.number(mirror)} 1)"
    parts = [svg.element("g", *pedal, *shoe, *ghosts, transform=frame)]
    parts += _behind_words(words, view, mirror, thick, lift, tilt)
    return svg.of_foot(WIDTH, HEIGHT, side, parts, title)


def _wedge(index: int, cant_deg: float, thick: float, class_: str) -> str:
    """Draw wedge number ``index`` of a stack, its thick edge on the bike's side where ``thick`` is +1."""
    thin_x, thick_x = thick * SOLE_HALF, -thick * SOLE_HALF
    low, high = (math.tan(math.radians(cant_deg * step)) * 2 * SOLE_HALF for step in (index, index + 1))
    base, top = -WEDGE_THIN * index, -WEDGE_THIN * (index + 1)
    return svg.path([(thin_x, base), (thick_x, base - low), (thick_x, top - high), (thin_x, top)], class_, closed=True)


def _behind_words(words: Words, view: BehindView, mirror: float, thick: float, lift: float, tilt: float) -> list[str]:
    """Write which side is the bike's, which edge is thick and what comes off."""
    centre = WIDTH / 2 + mirror * ASIDE
    parts = [svg.label(words.text("drawing.bike"), centre - mirror * 111, PEDAL_TOP - 78, anchor="middle")]
    if view.kept + view.added:
        height = lift + math.tan(math.radians(abs(tilt))) * 2 * SOLE_HALF
        way = -mirror * thick
        x, y = centre + way * (SOLE_HALF + 5), PEDAL_TOP - height / 2
        if view.placement == "in_shoe":
            y -= SOLE_HIGH
        parts.append(svg.path([(x + way * 5, y - 4), (x, y), (x + way * 5, y + 4)], "arrow"))
        parts.append(_beside(words.text("drawing.thick"), x + way * 8, y + 4, way))
    if view.taken:
        parts.append(svg.label(words.text("drawing.take_off"), centre, PEDAL_TOP + 34, "strong", "middle"))
    if not view.known:
        parts.append(svg.label("?", centre, PEDAL_TOP - 44, "value", "middle"))
    return parts


def _beside(said: str, x: float, y: float, way: float) -> str:
    """Write a word on from a place, or under it where it would leave the picture."""
    room = (WIDTH - x if way > 0 else x) - 2.0
    if room >= LETTER * len(said):
        return svg.label(said, x, y, "strong", "start" if way > 0 else "end")
    return svg.label(said, WIDTH - 2.0 if way > 0 else 2.0, y + 18, "strong", "end" if way > 0 else "start")


# ---- from below: the cleat ----------------------------------------------------------------------------------

TURNED_MOST_DEG = 30.0
"""A turn is drawn larger than it is only up to here."""
NOSE = -52.0
"""Where the cleat's nose ends, ahead of its middle."""
CLEAT_SHAPE = "M-9-44L0-52L9-44L13-18L23 6C26 22 15 29 0 29C-15 29-26 22-23 6L-13-18Z"
BOLTS = ((0.0, -30.0), (-11.0, 12.0), (11.0, 12.0))


def drawn_times(turn_deg: float) -> int:
    """Return how many times as far as it is a cleat's turn is drawn.

    Examples
    --------
    >>> drawn_times(-2.6), drawn_times(14.0)
    (3, 1)
    """
    return int(EXAGGERATION) if abs(turn_deg) * EXAGGERATION <= TURNED_MOST_DEG else 1


def from_below(words: Words, side: Side, turn_deg: float, title: str) -> str:
    """Draw a sole from below, toe up, with its cleat as it is and turned.

    The pedal holds the cleat and the shoe turns against it: for the foot to turn by ``turn_deg``, heel-out positive,
    the cleat turns on the sole as far the other way. With its nose toward the bike the heel comes in.
    """
    mirror = -1.0 if side == "right" else 1.0  # a sole seen from below is the other foot's seen from above
    drawn = turn_deg * drawn_times(turn_deg)
    bolts = [svg.element("circle", cx=x, cy=y, r=3.5, class_="opening") for x, y in BOLTS]
    cleat = svg.element("path", d=CLEAT_SHAPE, class_="wedge")
    nose_x, nose_y = svg.on_circle((0.0, 0.0), -NOSE + 14, drawn)
    toward = math.copysign(1.0, turn_deg)  # the bike is where x is negative: so the nose goes and so the heel
    shapes = [
        svg.rect(-97, -70, 7, 250, "bike", rx=3),
        svg.element("path", d=SOLE, class_="shoe"),
        svg.element("g", cleat, *bolts, transform=f"rotate({drawn:.2f})"),
        svg.element("path", d=CLEAT_SHAPE, class_="ghost"),
        svg.arc((0.0, 0.0), -NOSE + 14, 0.0, drawn, "arrow"),
        _arrow_head(nose_x, nose_y, toward),
        svg.line(-toward * 14, 122, toward * 22, 122, "arrow"),
        _arrow_head(toward * 22, 122, toward),
    ]
    frame = f"translate({svg.number(CLEAT[0])} {svg.number(CLEAT[1])}) scale({svg.number(mirror)} 1)"
    heel = words.text("axes.heel_out" if turn_deg > 0 else "axes.heel_in")
    parts = [
        svg.element("g", *shapes, transform=frame),
        svg.label(words.text("drawing.bike"), CLEAT[0] - mirror * 93.5, CLEAT[1] - 78, anchor="middle"),
        svg.label(words.degrees(abs(turn_deg)), CLEAT[0], CLEAT[1] - 86, "value", "middle"),
        svg.label(heel, CLEAT[0], CLEAT[1] + 158, "strong", "middle"),
    ]
    return svg.of_foot(WIDTH, HEIGHT, side, parts, title)


def _arrow_head(x: float, y: float, toward: float) -> str:
    """Draw the point of an arrow that goes to the right, or to the left where ``toward`` is negative."""
    return svg.path([(x - toward * 6, y - 5), (x, y), (x - toward * 6, y + 5)], "arrow")
