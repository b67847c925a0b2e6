"""How numbers are printed: the one place where digits are cut, for text, HTML, PDF and PNG alike."""

from __future__ import annotations

import math
from typing import Protocol

from bikefit.report.texts import text

Interval = tuple[float, float]


class Spread(Protocol):
    """An angle from neutral with its 95 % interval: an excess that was measured, or one that is believed."""

    @property
    def deg(self) -> float:
        """The angle [deg], heel-out positive."""

    @property
    def interval_deg(self) -> Interval:
        """95 % interval [deg]."""

    @property
    def lower_bound(self) -> bool:
        """Whether a float stop hides part of it."""


def known(value: float | None) -> bool:
    """Tell whether a number is there at all.

    Parameters
    ----------
    value : float or None
        A number, NaN or None.

    Returns
    -------
    bool
        False for None, NaN and infinity.
    """
    return value is not None and math.isfinite(value)


def fixed(value: float | None, digits: int = 1) -> str:
    """Print a number with fixed decimals; never "-0.0".

    Parameters
    ----------
    value : float or None
        A number; unknown prints as a dash.
    digits : int
        Decimals.

    Returns
    -------
    str
        Such as ``"4.2"``.

    Examples
    --------
    >>> fixed(-0.04), fixed(4.25), fixed(float("nan"))
    ('0.0', '4.2', '–')
    """
    if value is None or not math.isfinite(value):
        return text("words.unknown")
    printed = f"{value:.{digits}f}"
    return printed.lstrip("-") if float(printed) == 0.0 else printed


def signed(value: float | None, digits: int = 1) -> str:
    """Print a number with its sign, plus included.

    Parameters
    ----------
    value : float or None
        A number; unknown prints as a dash.
    digits : int
        Decimals.

    Returns
    -------
    str
        Such as ``"+4.2"``; zero has no sign.

    Examples
    --------
    >>> signed(4.25), signed(-1.0, 0), signed(0.01)
    ('+4.2', '-1', '0.0')
    """
    printed = fixed(value, digits)
    return f"+{printed}" if known(value) and float(printed) > 0.0 else printed


def degrees(value: float | None, digits: int = 1) -> str:
    """Print an angle's size with the degree sign.

    Examples
    --------
    >>> degrees(4.25)
    '4.2°'
    """
    return f"{fixed(value, digits)}°" if known(value) else fixed(value)


def signed_degrees(value: float | None, digits: int = 1) -> str:
    """Print an angle with sign and degree sign.

    Examples
    --------
    >>> signed_degrees(4.25)
    '+4.2°'
    """
    return f"{signed(value, digits)}°" if known(value) else fixed(value)


def heel(value: float | None) -> str:
    """Print a heel angle in words instead of a sign.

    Parameters
    ----------
    value : float or None
        Heel-out positive [deg].

    Returns
    -------
    str
        Such as ``"4.2° heel out"``.

    Examples
    --------
    >>> heel(4.25), heel(-1.0), heel(0.0)
    ('4.2° heel out', '1.0° heel in', '0.0°')
    """
    if value is None or not math.isfinite(value):
        return fixed(value)
    size = degrees(abs(value))
    if float(fixed(value)) == 0.0:
        return size
    return text("words.heel_out" if value > 0 else "words.heel_in", angle=size)


def heel_interval(interval: Interval | None) -> str:
    """Print an interval of heel angles in words.

    Parameters
    ----------
    interval : pair of float or None
        Heel-out positive [deg].

    Returns
    -------
    str
        Such as ``"2.6° to 5.8° heel out"``.

    Examples
    --------
    >>> heel_interval((2.6, 5.8)), heel_interval((-1.0, 2.0)), heel_interval((-3.0, -1.0))
    ('2.6° to 5.8° heel out', '1.0° heel in to 2.0° heel out', '1.0° to 3.0° heel in')
    """
    if interval is None or not (known(interval[0]) and known(interval[1])):
        return text("words.unknown")
    low, high = (float(fixed(end)) for end in interval)
    if low >= 0 and high > 0:
        return text("words.to", low=degrees(low), high=heel(high))
    if low < 0 and high <= 0:
        return text("words.to", low=degrees(-high), high=heel(low))
    return text("words.to", low=heel(low), high=heel(high))


def signed_interval(interval: Interval | None, digits: int = 1) -> str:
    """Print an interval of angles with signs, as tables have it.

    Examples
    --------
    >>> signed_interval((-0.5, 4.25))
    '-0.5 to +4.2'
    """
    if interval is None or not (known(interval[0]) and known(interval[1])):
        return text("words.unknown")
    return text("words.to", low=signed(interval[0], digits), high=signed(interval[1], digits))


def percent(share: float | None) -> str:
    """Print a share as a whole percentage; 0 and 100 only where they are exact.

    Examples
    --------
    >>> percent(0.694), percent(0.999), percent(0.001), percent(1.0)
    ('69 %', 'over 99 %', 'under 1 %', '100 %')
    """
    if share is None or not math.isfinite(share):
        return text("words.unknown")
    whole = round(100.0 * share)
    if whole == 100 and share < 1.0:
        return text("words.over", percent=99)
    if whole == 0 and share > 0.0:
        return text("words.under", percent=1)
    return text("words.percent", percent=whole)


def clock(seconds: float | None) -> str:
    """Print a time of the ride as h:mm:ss or m:ss.

    Examples
    --------
    >>> clock(75.4), clock(3675)
    ('1:15', '1:01:15')
    """
    if seconds is None or not math.isfinite(seconds):
        return text("words.unknown")
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
