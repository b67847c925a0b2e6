"""Whether words in a colour can be read, by the contrast of WCAG 2, and the nearest shade that can."""

from __future__ import annotations

import re
from typing import Final

READABLE: Final = 4.5
"""Contrast that words need on their ground."""
LIGHT_GROUND: Final = "#f3f5f7"
DARK_GROUND: Final = "#1b2027"
"""The lightest that words stand on by day is darker than white, by night lighter than black: as the pages have them."""
_HEX: Final = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


def hex_colour(text: str) -> str:
    """Return a colour as #rrggbb; a ValueError where it is not one.

    Examples
    --------
    >>> hex_colour("#0A5")
    '#00aa55'
    """
    if not _HEX.fullmatch(text.strip()):
        raise ValueError(text)
    digits = text.strip()[1:].lower()
    return "#" + ("".join(2 * digit for digit in digits) if len(digits) == 3 else digits)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff")), round(contrast("#ffd400", "#ffffff"), 1)
    (21, 1.4)
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(colour: str, ground: str) -> str:
    """Return a colour, moved toward black or white just so far that words in it can be read on a ground.

    Examples
    --------
    >>> readable("#005a8e", "#ffffff"), readable("#ffd400", "#ffffff")
    ('#005a8e', '#8c7500')
    """
    toward = 0 if _luminance(ground) > 0.5 else 255
    for share in range(101):
        moved = _mixed(colour, toward, share / 100.0)
        if contrast(moved, ground) >= READABLE:
            return moved
    return "#000000" if toward == 0 else "#ffffff"


def _parts(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mixed(colour: str, toward: int, share: float) -> str:
    """Return a colour moved toward a grey."""
    return "#" + "".join(f"{round(part + share * (toward - part)):02x}" for part in _parts(colour))


def _luminance(colour: str) -> float:
    """Return the relative luminance, 0 to 1."""
    linear = [part / 3294.6 if part <= 10 else ((part / 255.0 + 0.055) / 1.055) ** 2.4 for part in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
