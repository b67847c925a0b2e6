"""What is known of a number before it is printed."""

from __future__ import annotations

import math
import re
from typing import TypeGuard

Interval = tuple[float, float]


def known(value: float | None) -> TypeGuard[float]:
    """Tell whether a number is there at all: not None, NaN or infinite."""
    return value is not None and math.isfinite(value)


def rounded(value: float, digits: int = 1) -> float:
    """Return a number as it will be printed; never -0.0.

    Examples
    --------
    >>> rounded(-0.04), rounded(4.25)
    (0.0, 4.2)
    """
    return float(f"{value:.{digits}f}") + 0.0


SENTENCE_END = re.compile(r"(?<=[.?!]) (?=[^a-zß-ÿ ])")
"""Between two sentences of a message; "3.5 deg" and "e.g. one" hold none."""


UNITS = "%|±|°|rpm|Hz|W|s|min|h|mm|ms|deg|varus|valgus|wedges?"
_BEFORE_UNIT = re.compile(rf"(?<=\d) (?=(?:{UNITS})(?!\w))")


def unbroken(message: str) -> str:
    """Put a no-break space between a number and its unit, for whatever wraps lines.

    Examples
    --------
    >>> unbroken("60 % at 90 rpm") == "60\u00a0% at 90\u00a0rpm"
    True
    """
    return _BEFORE_UNIT.sub("\u00a0", message) if " " in message else message


def degree_signs(message: str) -> str:
    """Write "deg" after a number as the degree sign, as everywhere but in JSON.

    Examples
    --------
    >>> degree_signs("within 1.0 deg of neutral")
    'within 1.0° of neutral'
    """
    return re.sub(r"(?<=\d) deg\b", "°", message)
