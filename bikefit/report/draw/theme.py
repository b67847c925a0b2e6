"""Colours: one palette for screen (light and dark) and paper, safe for colour blindness, left and right fixed.

Blue and vermillion are Okabe and Ito's; where both feet share a panel the right one is also dashed, for grey print.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

LIGHT = {
    "ink": "#1a1f26",
    "soft": "#4f5964",
    "faint": "#8a949e",
    "rule": "#d5dae0",
    "paper": "#ffffff",
    "ground": "#f3f5f7",
    "shade": "#eef1f4",
    "left": "#0072b2",
    "left-text": "#005a8e",
    "left-tint": "#e3f0f8",
    "right": "#d55e00",
    "right-text": "#a04300",
    "right-tint": "#fcebdd",
    "neutral": "#009e73",
    "neutral-text": "#00694c",
    "shoe": "#e7eaee",
    "shoe-line": "#7b8590",
    "warn": "#8a5a00",
    "warn-tint": "#fff4d6",
}
PAPER_FONT = '"DejaVu Sans", sans-serif'
"""Comes with matplotlib, so that a page on paper is the same on every machine."""
DARK = {
    "ink": "#e9edf1",
    "soft": "#b3bcc6",
    "faint": "#7f8a95",
    "rule": "#3a424c",
    "paper": "#1b2027",
    "ground": "#12161b",
    "shade": "#252c35",
    "left": "#56b4e9",
    "left-text": "#7cc6f0",
    "left-tint": "#16303f",
    "right": "#ff9347",
    "right-text": "#ffb27a",
    "right-tint": "#422812",
    "neutral": "#2fc79a",
    "neutral-text": "#5fdcb5",
    "shoe": "#2f3741",
    "shoe-line": "#8d98a4",
    "warn": "#ffd479",
    "warn-tint": "#3a2f12",
}


def variables(palette: dict[str, str]) -> str:
    """Write a palette as CSS custom properties.

    Examples
    --------
    >>> variables({"ink": "#000"})
    '--ink:#000;'
    """
    return "".join(f"--{name}:{colour};" for name, colour in palette.items())


@cache
def figure_css() -> str:
    """Return the style of all drawings, with colours as custom properties."""
    return files("bikefit.report").joinpath("templates", "figure.css").read_text(encoding="utf-8")


@cache
def paper_css(label: float) -> str:
    """Return the style of all drawings with the light colours put in, for renderers without custom properties."""
    css = figure_css().replace("font-size: 12.5px", f"font-size: {label:g}px")
    css = re.sub(r"font-family:[^;]*;", f"font-family: {PAPER_FONT};", css)
    return re.sub(r"var\(--([a-z-]+)\)", lambda match: LIGHT[match[1]], css)


def dress(svg: str, label: float = 13.0) -> str:
    """Give a drawing its own style, so that it can stand alone on paper or as a file; its labels have a size.

    Examples
    --------
    >>> dress('<svg class="fig"><g/></svg>')[:30]
    '<svg class="fig"><style>.fig t'
    """
    head, _, rest = svg.partition(">")
    return f"{head}><style>{paper_css(label)}</style>{rest}"
