"""Draw heel-out (from above) and a varus wedge (from behind) for both feet, with the drawings of the reports.

Run from the project's folder: ``python docs/img/make.py``.
"""

from __future__ import annotations

from pathlib import Path

from bikefit.report.draw import shoes, svg, theme
from bikefit.report.draw.shoes import AboveView, BehindView
from bikefit.words import ENGLISH

GAP = 20.0
HERE = Path(__file__).parent


def pair(left: str, right: str, heading: str, below: str, alt: str) -> str:
    """Set the left shoe left of the right one, as the rider sees them, with a heading and a line below."""
    width, height = 2 * shoes.WIDTH + GAP, shoes.HEIGHT + 92
    placed = [
        picture.replace("<svg ", f'<svg x="{x:g}" y="40" width="{shoes.WIDTH:g}" height="{shoes.HEIGHT:g}" ', 1)
        for picture, x in ((left, 0.0), (right, shoes.WIDTH + GAP))
    ]
    words = [
        svg.label(heading, width / 2, 26, "strong big", "middle"),
        svg.label("left shoe", shoes.WIDTH / 2, height - 34, "strong", "middle"),
        svg.label("right shoe", width - shoes.WIDTH / 2, height - 34, "strong", "middle"),
        svg.label(below, width / 2, height - 12, anchor="middle"),
    ]
    ground = f'<rect width="{width:g}" height="{height:g}" rx="10" fill="{theme.LIGHT["paper"]}"/>'
    return theme.dress(svg.figure(width, height, [ground, *placed, *words], alt)) + "\n"


def main() -> None:
    """Write both drawings beside this file."""
    turned = AboveView(6.0, (5.0, 7.0), 0.0, "6° out")
    heel_out = pair(
        *(shoes.from_above(ENGLISH, side, turned, f"{side} shoe from above") for side in ("left", "right")),
        heading="Heel out (external): from above, toes up",
        below="Each heel is turned away from the bike: positive on both feet.",
        alt="Both shoes from above, the bike between them. Each heel points 6 degrees away from the bike: "
        "the left shoe is turned clockwise, the right one counter-clockwise.",
    )
    wedges = BehindView(kept=0, added=2, taken=0, cant_deg=1.0, placement="under_cleat")
    varus = pair(
        *(shoes.from_behind(ENGLISH, side, wedges, f"{side} shoe from behind") for side in ("left", "right")),
        heading="Varus wedges: from behind",
        below="Thick side toward the bike (big toe); drawn 3 times as steep.",
        alt="Both shoes from behind on their pedals, the bike between them. Two wedges under each cleat have their "
        "thick side toward the bike, so that each shoe tilts away from it.",
    )
    (HERE / "heel_out.svg").write_text(heel_out, encoding="utf-8")
    (HERE / "varus_wedge.svg").write_text(varus, encoding="utf-8")


if __name__ == "__main__":
    main()
