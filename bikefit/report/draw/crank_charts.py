"""Charts over the stroke: each foot over the crank, both together, and round a clock face."""

from __future__ import annotations

import math

import numpy as np

from bikefit.conventions import POWER_PHASE_DEG, RECOVERY_PHASE_DEG
from bikefit.model import Array
from bikefit.report.draw import svg
from bikefit.report.draw.foot_curves import FootCurves, draw_neutral
from bikefit.report.draw.panel import HEIGHT, WIDTH, Fan, Frame, Panel, degrees_frame
from bikefit.words import Words

PHASES = ((POWER_PHASE_DEG, "axes.power_phase"), (RECOVERY_PHASE_DEG, "axes.recovery_phase"))


def _ground(words: Words, frame: Frame, is_crank: bool) -> None:
    """Shade power and recovery phase, where the crank is known, and draw the degrees over them."""
    if not is_crank:
        frame.degrees_axis()
        return
    for (low, high), _ in PHASES:
        frame.upright(low, high, "shade")
    frame.degrees_axis()
    for (low, high), key in PHASES:
        frame.add(svg.label(words.text(key), frame.x((low + high) / 2), frame.y.end + 13, "on-shade", "middle"))


def over_crank(words: Words, each: FootCurves, y_range: tuple[float, float]) -> Panel:
    """Draw heel-out over the stroke: mean, standard deviation, single strokes, neutral, phases, float stop."""
    frame = degrees_frame(words, 0.0, 360.0, y_range)
    _ground(words, frame, each.is_crank)
    draw_neutral(frame, each)
    for stroke in each.single:
        frame.curve(each.phase, stroke, "single")
    frame.band(each.phase, each.mean - each.sd, each.mean + each.sd, "area")
    frame.curve(each.phase, each.mean, "curve")
    stop = each.foot.rotation.float_stop
    if stop is not None:
        frame.level(stop.deg, "stop")
        frame.add(svg.label(words.text("axes.float_stop"), frame.x.end, frame.y(stop.deg) + 15, "halo", "end"))
    frame.stroke_axis(each.is_crank)
    frame.name(each.name)
    said = [
        words.text("read.curve", at=words.degrees(phase, 0), mean=words.signed_degrees(mean), sd=words.fixed(sd))
        for phase, mean, sd in zip(each.phase, each.mean, each.sd, strict=True)
    ]
    title = words.text(
        "alt.over_crank",
        shoe=each.name,
        low=words.signed_degrees(float(np.nanmin(each.mean))),
        high=words.signed_degrees(float(np.nanmax(each.mean))),
    )
    readout = frame.read_at(each.phase, said, fan=_fan(words, each, frame.y))
    return frame.panel(title, f"foot-{each.side}", readout)


def _fan(words: Words, each: FootCurves, y: svg.Scale) -> Fan:
    """Return the single strokes for the cursor that reads them."""
    tenths = [
        [None if not math.isfinite(value) else round(10.0 * float(value)) for value in stroke] for stroke in each.single
    ]
    signs = words.section("language")
    said = words.text("read.stroke", number="{n}", angle="{a}")
    level, one = y(0.0), y(1.0)
    return Fan(
        list(each.numbers), tenths, round(level, 2), round(one - level, 3), said, signs["decimal"], signs["minus"]
    )


def both_feet(words: Words, feet: list[FootCurves], y_range: tuple[float, float]) -> Panel:
    """Draw both feet's mean curves on one scale, each over its own crank; the right one dashed."""
    frame = degrees_frame(words, 0.0, 360.0, y_range)
    is_crank = all(each.is_crank for each in feet)
    _ground(words, frame, is_crank)
    if len({each.neutral_deg for each in feet}) == 1:
        draw_neutral(frame, feet[0])
    for each in feet:
        dash = " dashed" if each.side == "right" else ""
        points = zip(frame.x.array(each.phase), frame.y.array(each.mean), strict=True)
        frame.add(svg.element("g", svg.path(points, f"curve{dash}"), class_=f"foot-{each.side}"))
    frame.stroke_axis(is_crank)
    at = frame.x.end
    for each in reversed(feet):
        dash = " dashed" if each.side == "right" else ""
        side = words.text(f"side.{each.side}")
        name, beside = svg.label(side, at, frame.y.end - 8, "name strong", "end"), at - max(42, 8 * len(side))
        sample = svg.line(beside - 34, frame.y.end - 12, beside, frame.y.end - 12, f"curve{dash}")
        frame.add(svg.element("g", name, sample, class_=f"foot-{each.side}"))
        at -= 94
    said = [
        words.text(
            "read.both", at=words.degrees(phase, 0), left=words.signed_degrees(left), right=words.signed_degrees(right)
        )
        for phase, left, right in zip(feet[0].phase, feet[0].mean, feet[-1].mean, strict=True)
    ]
    return frame.panel(words.text("alt.both_feet"), readout=frame.read_at(feet[0].phase, said))


def clock_face(words: Words, each: FootCurves, y_range: tuple[float, float]) -> Panel:
    """Draw heel-out round the crank circle, top of the stroke up, turning clockwise; further out = heel out."""
    size, centre, inner, outer = HEIGHT, (WIDTH / 2, HEIGHT / 2), 30.0, 108.0
    radius = svg.Scale(*y_range, inner, outer)
    parts = []
    for low, high in (POWER_PHASE_DEG, RECOVERY_PHASE_DEG) if each.is_crank else ():
        steps = np.linspace(low, high, 25)
        ring = [svg.on_circle(centre, outer, angle) for angle in steps]
        ring += [svg.on_circle(centre, inner, angle) for angle in steps[::-1]]
        parts.append(svg.path(ring, "shade", closed=True))
    cx, cy = centre
    parts += [svg.element("circle", cx=cx, cy=cy, r=radius(tick), class_="grid") for tick in svg.ticks(*y_range, 5)]
    if each.neutral_deg is not None:
        at = radius(each.neutral_deg)
        parts.append(svg.element("circle", cx=cx, cy=cy, r=at, class_="neutral-line"))

    def round_face(values: Array) -> list[svg.Point]:
        """Return the places of values round the circle."""
        places = radius.array(values)
        points = [svg.on_circle(centre, float(r), float(angle)) for r, angle in zip(places, each.phase, strict=True)]
        return [point for point in points if math.isfinite(point[0])]

    ring = round_face(each.mean + each.sd) + round_face(each.mean - each.sd)[::-1]
    parts.append(svg.path(ring, "area", closed=True))
    parts.append(svg.path(round_face(each.mean), "curve", closed=True))
    for tick in (tick for tick in svg.ticks(*y_range, 5) if radius(tick) < outer - 12):
        x, y = svg.on_circle(centre, radius(tick), 0)
        parts.append(svg.label(words.tick(tick), x, y + 4, "halo", "middle"))
    for angle, anchor in ((0, "middle"), (90, "start"), (180, "middle"), (270, "end")):
        x, y = svg.on_circle(centre, outer + 7, angle)
        named = words.text(f"axes.crank_{angle}") if each.is_crank else f"{angle}°"
        parts.append(svg.label(named, x, y + (10 if angle == 180 else 4 if angle else 0), anchor=anchor))
    parts.append(svg.label(each.name, WIDTH - 12, 18, "name strong", "end"))
    parts.append(svg.label(words.text("axes.outward"), 8, size - 24))
    parts.append(svg.label(words.text("axes.inward"), 8, size - 8))
    title = words.text("alt.clock_face", shoe=each.name)
    return Panel(svg.of_foot(WIDTH, size, each.side, parts, title), title)
