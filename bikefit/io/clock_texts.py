"""Times written as text: ISO 8601, other dates with a clock time, and clock times alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from bikefit.io.timestamps import Clock
from bikefit.model import Array, Finding, finding

if TYPE_CHECKING:
    import pandas as pd

_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:?\d{2}.*)?")
_ZONE: Final = re.compile(r"(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})$", re.IGNORECASE)
_DATED: Final = re.compile(r"(\d{1,4})([./-])(\d{1,2})[./-](\d{1,4})[ ,T]+(.*)")
_CLOCK: Final = re.compile(r"(\d{1,4}:)?\d{1,2}:\d{2}([.,]\d+)?( ?[AaPp]\.?[Mm]\.?)?")


def clock_from_texts(texts: pd.Series[str]) -> Clock | int:
    """Return the time of each row from dates or clock times, or the first row whose text is not a time."""
    import pandas as pd

    texts = texts.str.strip()
    filled = (texts.notna() & (texts != "")).to_numpy(dtype=bool)
    if not filled.any():
        return Clock(np.full(len(texts), np.nan), 0.0, False)
    begin = int(filled.argmax())
    first = str(texts.iloc[begin])
    found: tuple[Finding, ...] = ()
    if _ISO.fullmatch(first):
        plain = texts.str.replace(",", ".", regex=False) if "," in first else texts
        moments = pd.to_datetime(plain, format="ISO8601", utc=True, errors="coerce")
        wrong = np.flatnonzero(moments.isna().to_numpy() & filled)
        if wrong.size:
            return int(wrong[0])
        stamps = moments.dt.tz_localize(None).to_numpy().astype("datetime64[ns]")
        origin = stamps[~np.isnat(stamps)][0]
        time_s = (stamps - origin) / np.timedelta64(1, "s")
        if not _ZONE.search(first.partition(":")[2]):
            found = (finding("time_zone_unknown", start=first),)
        return Clock(time_s, float(origin.astype(np.int64)) / 1e9, True, found)
    dated = _DATED.fullmatch(first)
    clocks = texts.str.replace(r"^[\d./-]+[ ,T]+", "", regex=True) if dated else texts
    spans = _clock_seconds(clocks)
    wrong = np.flatnonzero(np.isnan(spans) & filled)
    if wrong.size or not _CLOCK.fullmatch(str(clocks.iloc[begin])):
        return int(wrong[0]) if wrong.size else begin
    spans = _over_midnight(spans)
    origin_s = float(spans[np.isfinite(spans)][0])
    day = _day(dated) if dated else None
    if dated:
        found = (finding("time_zone_unknown", start=first) if day else finding("date_ambiguous", start=first),)
    if day is None:
        return Clock(spans - origin_s, origin_s, False, found)
    return Clock(spans - origin_s, day.timestamp() + origin_s, True, found)


def _clock_seconds(clocks: pd.Series[str]) -> Array:
    """Return seconds since midnight of ``[h:]m:s[.f]``, with or without am and pm; NaN where it is not one."""
    import pandas as pd

    plain = clocks.str.replace(",", ".", regex=False)
    half = plain.str.extract(r"([AaPp])\.?[Mm]\.?$", expand=False).str.lower()
    if half.notna().any():
        plain = plain.str.replace(r"\s*[AaPp]\.?[Mm]\.?$", "", regex=True)
    short = plain.str.count(":") == 1
    plain = plain.where(~short, "00:" + plain)
    spans = pd.to_timedelta(plain, errors="coerce").dt.total_seconds().to_numpy(dtype=np.float64)
    afternoon, morning = (half == "p").to_numpy(dtype=bool), (half == "a").to_numpy(dtype=bool)
    spans = np.where(afternoon & (spans < 43200), spans + 43200, spans)
    return np.where(morning & (spans >= 43200), spans - 43200, spans)


def _over_midnight(spans: Array) -> Array:
    """Add a day each time the clock falls back by more than half a day."""
    known = np.flatnonzero(np.isfinite(spans))
    days = np.zeros(spans.size)
    days[known[1:]] = np.cumsum(np.diff(spans[known]) < -43200)
    return spans + 86400.0 * days


def _day(dated: re.Match[str]) -> datetime | None:
    """Return the date in front of a clock time; None where day and month cannot be distinguished."""
    first, mark, second, third = int(dated[1]), dated[2], int(dated[3]), int(dated[4])
    if len(dated[1]) == 4:
        year, month, day = first, second, third
    elif mark == "." or first > 12:
        year, month, day = third, second, first
    elif second > 12:
        year, month, day = third, first, second
    else:
        return None
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
