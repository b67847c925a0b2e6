"""Draw the floors of the house (docs/img/floors.svg) from the import contract in pyproject.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
PICTURE = HERE / "img" / "floors.svg"
ABOUT = {
    "cli": "parse, call, print, exit code",
    "app": "the page without a terminal",
    "clients": "a studio's clients over the years",
    "batch": "many sessions: parallel, resumable",
    "report": "text, pages, figures · one SQLite file",
    "comparison": "several recordings · a look · a plan",
    "analysis": "one session, from recording to result",
    "sessions": "what is said of a session to analyse",
    "response": "what a wedge does to this rider",
    "wedges": "the decision · products as data",
    "signals": "numeric basics",
    "processes": "what strokes may be · Student's t",
    "model": "what flows · every threshold and prior",
    "digests": "the hash of a file, begun early",
    "words": "one catalogue a language · whole files",
    "conventions": "sides, signs, units, names",
}
"""What stands beside a floor, by the first name on it."""
LEFT, TOP, STEP, HEIGHT, GAP = 20.0, 64.0, 48.0, 40.0, 8.0
ROW, WIDE = 560.0, 860.0
STYLE = """text { font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1a1f26; }
.ground { fill: #f3f5f7; }
.box { fill: #e3f0f8; stroke: #0072b2; stroke-width: 1.2; }
.work { fill: #fcebdd; stroke: #d55e00; }
.name { font-size: 14px; font-weight: 600; }
.words { font-size: 13px; fill: #4f5964; }
.head { font-size: 17px; font-weight: 600; }"""


def floors() -> list[list[str]]:
    """Return the names on each floor, from the top, without the entry point."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    return [[name.strip() for name in layer.split("|")] for layer in layers if layer != "__main__"]


def row(names: list[str], y: float) -> Iterator[str]:
    """Draw one floor: a box a name, wider where the name is longer on a crowded floor, and what it does."""
    crowded = len(names) > 4
    shares = [len(name) + 5 if crowded else 1 for name in names]
    room = (WIDE if crowded else ROW) - GAP * (len(names) - 1)
    x = LEFT
    for name, share in zip(names, shares, strict=True):
        width = room * share / sum(shares)
        style = "box work" if crowded else "box"
        yield f'<rect class="{style}" x="{x:g}" y="{y:g}" width="{width:g}" height="{HEIGHT:g}" rx="6"/>'
        yield f'<text class="name" x="{x + width / 2:g}" y="{y + 24.5:g}" text-anchor="middle">{name}</text>'
        x += width + GAP
    if not crowded:
        yield f'<text class="words" x="{LEFT + ROW + 16:g}" y="{y + 24.5:g}">{ABOUT[names[0]]}</text>'


def picture() -> str:
    """Return the drawing."""
    rows = floors()
    height = TOP + STEP * len(rows) + 12
    size = f'viewBox="0 0 900 {height:g}" width="900" height="{height:g}"'
    alt = "The floors of the package. Each row may import only from the rows below it."
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{alt}">',
        f"<style>\n{STYLE}\n</style>",
        f'<rect class="ground" width="900" height="{height:g}" rx="10"/>',
        '<text class="head" x="20" y="32">A module imports only from the floors below it; neighbours do not know each '
        "other.</text>",
        '<text class="words" x="20" y="52">Below the reports nothing draws, prints or starts a process.</text>',
        *(part for place, names in enumerate(rows) for part in row(names, TOP + STEP * place)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
