"""Reading what a person typed on the command line or in a manifest's cell: numbers, times, neutrals, sections."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from bikefit.conventions import SIDES, Side
from bikefit.errors import UsageError
from bikefit.words import languages

NEUTRAL_WORDS: Final = ("zero", "static", "recovery")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_CLOCK: Final = re.compile(r"(?:(?P<h>\d+):(?=\d+:))?(?P<m>\d{1,4}):(?P<s>[0-5]\d(?:[.,]\d*)?)")
_SECTION: Final = re.compile(r"(?P<path>.+)@(?P<from>[^@/\\-]*)-(?P<to>[^@/\\-]*)")
_LAP: Final = re.compile(r"(?P<path>.+)@lap(?P<lap>\d{1,6})", re.IGNORECASE)
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{1,2}:\d{2}.*)?")
_EUROPEAN_DAY: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_ANY_DAY: Final = re.compile(r"(\d{1,2})\s?[./ -]\s?(\d{1,2})\s?[./ -]\s?(\d{2}|\d{4})")
_NO_DAY: Final = "is not a date; 2026-02-03 or 3.2.2026 was expected"
_MINUS: Final = str.maketrans({"\u2212": "-", "\u2013": "-"})


def number(text: str) -> float:
    """Read a number, written with point or comma and any minus; a ValueError where it is not one.

    Examples
    --------
    >>> number("-3,5"), number("+2")
    (-3.5, 2.0)
    """
    plain = text.strip().translate(_MINUS).replace(",", ".")
    value = float(plain) if _NUMBER.fullmatch(plain) else math.nan
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def whole_number(text: str) -> int:
    """Read a whole number; a ValueError where it is not one."""
    value = number(text)
    if value != round(value):
        raise ValueError(text)
    return round(value)


def time_s(text: str) -> float:
    """Read a time from the first sample, in seconds, as m:ss or as h:mm:ss; a ValueError where it is not one.

    Examples
    --------
    >>> time_s("90"), time_s("1:30.5"), time_s("1:02:00")
    (90.0, 90.5, 3720.0)
    """
    clock = _CLOCK.fullmatch(text.strip())
    if clock:
        hours, minutes = int(clock["h"] or 0), int(clock["m"])
        if clock["h"] and minutes > 59:
            raise ValueError(text)
        return 3600.0 * hours + 60.0 * minutes + number(clock["s"])
    value = number(text)
    if value < 0:
        raise ValueError(text)
    return value


def span_s(text: str) -> tuple[float, float]:
    """Read a stretch of time; a ValueError where it is not one.

    Examples
    --------
    >>> span_s("2-6.5"), span_s("0:50-1:10")
    ((2.0, 6.5), (50.0, 70.0))
    """
    start, _, end = text.partition("-")
    span = (time_s(start), time_s(end))
    if not span[0] < span[1]:
        raise ValueError(text)
    return span


def neutral(text: str) -> float | str:
    """Read a neutral, which is a word or an angle [deg]; a ValueError where it is neither.

    Examples
    --------
    >>> neutral("Static"), neutral("1.5")
    ('static', 1.5)
    """
    word = text.strip().casefold()
    return word if word in NEUTRAL_WORDS else number(text)


def iso_day(text: str) -> str:
    """Return the day of a date as YYYY-MM-DD; empty where it is not written in one of the two ways.

    Examples
    --------
    >>> iso_day("3.2.2026"), iso_day("2026-02-03 10:15"), iso_day("03/02/2026")
    ('2026-02-03', '2026-02-03', '')
    """
    european = _EUROPEAN_DAY.fullmatch(text.strip())
    iso = _ISO_DAY.fullmatch(text.strip())
    if european:
        day, month, year = (int(part) for part in european.groups())
    elif iso:
        year, month, day = (int(part) for part in iso.groups())
    else:
        return ""
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""


def day(text: str) -> str:
    """Check that a date is written as ISO or d.m.yyyy and return it as it is; a ValueError where it is not.

    The error names both days that it may mean where it may mean two.
    """
    if iso_day(text):
        return text
    found = _ANY_DAY.fullmatch(text.strip())
    if found:
        one, two, year = (int(part) for part in found.groups())
        year += 2000 if year < 100 else 0
        made = {iso_day(f"{day_}.{month}.{year}") for day_, month in ((one, two), (two, one))} - {""}
        if made:
            readings = " or ".join(sorted(made))
            raise ValueError(f"may mean {readings}; write the one that is meant")
    raise ValueError(_NO_DAY)


def one_day(text: str) -> str:
    """Read a date as YYYY-MM-DD; a ValueError where it is not one."""
    if not iso_day(text):
        raise ValueError(_NO_DAY)
    return iso_day(text)


def language(text: str) -> str:
    """Read the code of a language that there are words in; a ValueError where there are none."""
    code = text.strip().casefold()
    if code not in languages():
        raise ValueError(text)
    return code


def side(text: str) -> Side:
    """Read a side, by its word or its first letter; a ValueError where it is not one."""
    for known in SIDES:
        if text.strip().casefold() in (known, known[0]):
            return known
    raise ValueError(text)


def columns(values: Iterable[str]) -> dict[str, str]:
    """Read ``CHANNEL=NAME`` pairs.

    Examples
    --------
    >>> columns(["power_w=Watts"])
    {'power_w': 'Watts'}
    """
    found: dict[str, str] = {}
    for value in values:
        channel, equals, name = value.partition("=")
        if not (channel and equals and name):
            raise UsageError(f"--column '{value}': expected CHANNEL=NAME, such as left_heel_rotation_deg='Foot L'.")
        if channel in found:
            raise UsageError(f"--column: the channel '{channel}' is given twice.")
        found[channel] = name
    return found


def numbers(text: str | None, option: str) -> list[float] | None:
    """Read numbers with commas between them; None stays None.

    Examples
    --------
    >>> numbers("0,-2,0.5", "--left-rotation")
    [0.0, -2.0, 0.5]
    """
    if text is None:
        return None
    try:
        found = [number(part) for part in text.split(",")]
    except ValueError:
        found = [math.nan]
    if not all(abs(value) < 1000 for value in found):
        raise UsageError(f"{option} '{text}': expected numbers with commas between them, such as 0,2,0.")
    return found


def counts(text: str | None, option: str) -> list[int] | None:
    """Read counts of wedges with commas between them; None stays None.

    Examples
    --------
    >>> counts("0,2,0", "--right-wedges")
    [0, 2, 0]
    """
    found = numbers(text, option)
    if found is not None and any(value != round(value) for value in found):
        raise UsageError(f"{option} '{text}': wedges are counted in whole numbers, such as 0,2,0.")
    return None if found is None else [round(value) for value in found]


LISTS: Final = ("left-wedges", "right-wedges", "left-rotation", "right-rotation")
"""Flags of ``compare`` with a value for each recording."""


def lists(*typed: str | None) -> dict[str, Any]:
    """Read what was typed behind each of `LISTS`, by the keywords of `bikefit.compare`.

    Examples
    --------
    >>> lists(None, "0,2", None, "0,1.5")
    {'left_wedges': None, 'right_wedges': [0, 2], 'left_rotation': None, 'right_rotation': [0.0, 1.5]}
    """
    return {
        flag.replace("-", "_"): (counts if flag.endswith("wedges") else numbers)(text, f"--{flag}")
        for flag, text in zip(LISTS, typed, strict=True)
    }


def sides(typed: str | None) -> tuple[Side, ...] | None:
    """Read the shoes that ``--side`` of a plan names; None where it is not given.

    Examples
    --------
    >>> sides("both"), sides("left"), sides(None)
    (('left', 'right'), ('left',), None)
    """
    if not typed:
        return None
    found = tuple(side for side in SIDES if typed in (side, "both"))
    if not found:
        raise UsageError(f"--side '{typed}': expected left, right or both.")
    return found


def split_section(text: str) -> tuple[Path, dict[str, Any]]:
    """Take ``FILE@FROM-TO`` or ``FILE@lapN`` apart into the file and what is said of a session by it; else nothing.

    Examples
    --------
    >>> split_section("ride.csv@60-120.5")[1], split_section("ride.csv@1:00-")[1], split_section("ride.fit@lap2")[1]
    ({'from_s': 60.0, 'to_s': 120.5}, {'from_s': 60.0, 'to_s': None}, {'lap': 2})
    """
    if "@" not in text or Path(text).exists():
        return Path(text), {}
    if lap := _LAP.fullmatch(text):
        return Path(lap["path"]), {"lap": int(lap["lap"])}
    found = _SECTION.fullmatch(text)
    try:
        if not found:
            raise ValueError(text)
        from_s, to_s = (time_s(part) if part.strip() else None for part in (found["from"], found["to"]))
    except ValueError:
        if not found and not Path(text.rpartition("@")[0]).is_file():
            return Path(text), {}
        raise UsageError(
            f"{text}: a section is written FILE@FROM-TO, in seconds or as m:ss, such as ride.csv@1:00-2:00, and a lap "
            "FILE@lap2."
        ) from None
    none = from_s is None and to_s is None
    return Path(found["path"]), {} if none else {"from_s": from_s, "to_s": to_s}
