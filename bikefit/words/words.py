"""The renderer: everything that is said or printed of a result, in one language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from bikefit.conventions import Side
from bikefit.words.numbers import Interval, known, rounded
from bikefit.words.templates import Templates

ISO_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)(?:-(?P<day>\d\d))?")


def _is_known(interval: Interval | None) -> TypeGuard[Interval]:
    """Tell whether both ends of an interval are there."""
    return interval is not None and all(map(known, interval))


@dataclass(frozen=True)
class Words(Templates):
    """The words of one language: texts by their key, findings by their code, numbers with the language's signs.

    The one place where digits are cut, for text, HTML, PDF and PNG alike. Functions that say something take it as
    their first argument; the program has no language of its own.

    Attributes
    ----------
    language : str
        Two-letter code of a file of this package.
    audience : {"terminal", "page"}
        A page names no flags.

    Examples
    --------
    >>> words = Words("en")
    >>> words.text("axes.heel_out"), words.wedges(2), words.degrees(4.25)
    ('heel out', '2 varus wedges', '4.2°')
    """

    @property
    def on_page(self) -> Words:
        """The same language as a page has it: without flags, commands and paths."""
        return replace(self, audience="page")

    def wedges(self, total: int | None) -> str:
        """Name a signed total of wedges; a dash where it is not known.

        Examples
        --------
        >>> [ENGLISH.wedges(total) for total in (2, -1, 0, None)]
        ['2 varus wedges', '1 valgus wedge', 'no wedge', '–']
        """
        return self.word("wedges", total)

    def shoe(self, side: Side) -> str:
        """Name a shoe at the head of a sentence."""
        return self.text(f"advice.shoe_{side}")

    def of_system(self, told: str) -> str:
        """Return a caution or source of a wedge system: by its key, or as the user's own file has it."""
        return self.section("wedge_systems").get(told, told)

    def listed(self, told: Sequence[str]) -> str:
        """Return several words as one list."""
        return self.words_for("join.comma", told)

    def columns(self, key: str) -> tuple[str, ...]:
        """Return the heads of a table's columns."""
        return tuple(self.text(key).split("|"))

    def thick_side(self, total: int) -> str:
        """Say which side of a signed total of wedges is the thick one.

        Examples
        --------
        >>> ENGLISH.thick_side(2), ENGLISH.thick_side(-1)
        ('thick side toward the bike', 'thick side away from the bike')
        """
        return self.text("words.thick_valgus" if total < 0 else "words.thick_varus")

    def fixed(self, value: float | None, digits: int = 1) -> str:
        """Print a number with fixed decimals; never "-0.0", and unknown as a dash.

        Examples
        --------
        >>> ENGLISH.fixed(-0.0), ENGLISH.fixed(-0.04), ENGLISH.fixed(4.25), ENGLISH.fixed(float("nan"))
        ('0.0', '0.0', '4.2', '–')
        """
        if not known(value):
            return self.text("words.unknown")
        printed = f"{value:.{digits}f}"
        return self.in_signs(printed[1:] if printed[0] == "-" and float(printed) == 0.0 else printed)

    def signed(self, value: float | None, digits: int = 1) -> str:
        """Print a number with its sign, plus included; zero has none.

        Examples
        --------
        >>> ENGLISH.signed(4.25), ENGLISH.signed(-1.0, 0), ENGLISH.signed(0.01)
        ('+4.2', '-1', '0.0')
        """
        printed = self.fixed(value, digits)
        return f"+{printed}" if known(value) and value > 0.0 and rounded(value, digits) else printed

    def degrees(self, value: float | None, digits: int = 1) -> str:
        """Print an angle's size with the degree sign.

        Examples
        --------
        >>> ENGLISH.degrees(4.25)
        '4.2°'
        """
        return f"{self.fixed(value, digits)}°" if known(value) else self.fixed(value)

    def signed_degrees(self, value: float | None, digits: int = 1) -> str:
        """Print an angle with sign and degree sign.

        Examples
        --------
        >>> ENGLISH.signed_degrees(4.25)
        '+4.2°'
        """
        return f"{self.signed(value, digits)}°" if known(value) else self.fixed(value)

    def tick(self, value: float) -> str:
        """Print an angle at an axis, as short as it can be.

        Examples
        --------
        >>> ENGLISH.tick(0.0), ENGLISH.tick(2.0), ENGLISH.tick(-0.5)
        ('0°', '+2°', '-0.5°')
        """
        return self.signed_degrees(value, 0 if float(value).is_integer() else 1)

    def heel(self, value: float | None) -> str:
        """Print a heel angle in words instead of a sign.

        Examples
        --------
        >>> ENGLISH.heel(4.25), ENGLISH.heel(-1.0), ENGLISH.heel(0.0)
        ('4.2° heel out', '1.0° heel in', '0.0°')
        """
        if not known(value):
            return self.fixed(value)
        size = self.degrees(abs(value))
        if rounded(value) == 0.0:
            return size
        return self.text("words.heel_out" if value > 0 else "words.heel_in", angle=size)

    def heel_interval(self, interval: Interval | None) -> str:
        """Print an interval of heel angles in words.

        Examples
        --------
        >>> ENGLISH.heel_interval((2.6, 5.8)), ENGLISH.heel_interval((-1.0, 2.0)), ENGLISH.heel_interval((-3.0, -1.0))
        ('2.6° to 5.8° heel out', '1.0° heel in to 2.0° heel out', '1.0° to 3.0° heel in')
        """
        if not _is_known(interval):
            return self.text("words.unknown")
        low, high = map(rounded, interval)
        if low < 0 < high:
            return self.text("words.to", low=self.heel(low), high=self.heel(high))
        near, far = (-high, low) if low < 0 else (low, high)
        return self.text("words.to", low=self.degrees(near), high=self.heel(far))

    def interval(self, interval: Interval | None, digits: int = 1) -> str:
        """Print an interval of sizes, without signs.

        Examples
        --------
        >>> ENGLISH.interval((0.156, 0.4), 2)
        '0.16° to 0.40°'
        """
        if not _is_known(interval):
            return self.text("words.unknown")
        return self.text("words.to", low=self.degrees(interval[0], digits), high=self.degrees(interval[1], digits))

    def signed_interval(self, interval: Interval | None, digits: int = 1) -> str:
        """Print an interval of angles with signs, as tables have it.

        Examples
        --------
        >>> ENGLISH.signed_interval((-0.5, 4.25))
        '-0.5 to +4.2'
        """
        if not _is_known(interval):
            return self.text("words.unknown")
        return self.text("words.to", low=self.signed(interval[0], digits), high=self.signed(interval[1], digits))

    def percent(self, share: float | None) -> str:
        """Print a share as a whole percentage; 0 and 100 only where they are exact.

        Examples
        --------
        >>> [ENGLISH.percent(share) for share in (0.694, 0.999, 0.001, 1.0)]
        ['69 %', 'over 99 %', 'under 1 %', '100 %']
        """
        if not known(share):
            return self.text("words.unknown")
        whole = round(100.0 * share)
        if whole == 100 and share < 1.0:
            return self.text("words.over", percent=99)
        if whole == 0 and share > 0.0:
            return self.text("words.under", percent=1)
        return self.text("words.percent", percent=whole)

    def day(self, iso: str) -> str:
        """Print a date, whole or without its day, as the language writes it; anything else stays as it is.

        Examples
        --------
        >>> ENGLISH.day("2026-01-02"), ENGLISH.day("2026-11"), ENGLISH.day("last autumn")
        ('2026-01-02', '2026-11', 'last autumn')
        """
        found = ISO_DATE.fullmatch(iso)
        if not found:
            return iso
        told = {name: int(value) for name, value in found.groupdict().items() if value}
        return self.text("language.date" if "day" in told else "language.month", **told)

    def moment(self, time: dt.datetime) -> str:
        """Print a date with its time of day and zone.

        Examples
        --------
        >>> ENGLISH.moment(dt.datetime(2026, 1, 2, 8, 30, tzinfo=dt.UTC))
        '2026-01-02 08:30:00 UTC'
        """
        return f"{self.day(time.date().isoformat())} {time:%H:%M:%S %Z}".strip()

    def clock(self, seconds: float | None) -> str:
        """Print a time of the ride as h:mm:ss or m:ss.

        Examples
        --------
        >>> ENGLISH.clock(75.4), ENGLISH.clock(3675)
        ('1:15', '1:01:15')
        """
        if not known(seconds):
            return self.text("words.unknown")
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"

    def stretch(self, from_s: float, to_s: float) -> str:
        """Print a stretch of the ride.

        Examples
        --------
        >>> ENGLISH.stretch(0.0, 75.4)
        '0:00 to 1:15'
        """
        return self.text("words.to", low=self.clock(from_s), high=self.clock(to_s))


ENGLISH = Words("en")
"""JSON, the store and ``print`` speak English whatever a page speaks."""
