"""``sessions.csv``, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from bikefit.store.schema import csv_columns

CSV_COLUMNS = csv_columns()


def sessions_csv(sessions: Iterable[Mapping[str, Any]]) -> str:
    """Return ``sessions.csv``: one row per foot, in the order given; a failed session has one row without a foot."""
    stream = io.StringIO()
    stream.write("\ufeff")
    writer = csv.DictWriter(stream, CSV_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for session in sessions:
        shared = {name: _spreadsheet_safe(session[name]) for name in CSV_COLUMNS if name in session}
        for foot in session["feet"] or [{}]:
            own_status = session["status"]
            if foot:
                own_status = "undetermined" if foot["outcome"] == "undetermined" else "ok"
            values = {**shared, **foot, "status": own_status}
            writer.writerow({name: _rounded(values.get(name)) for name in CSV_COLUMNS})
    return stream.getvalue()


def _rounded(value: Any) -> Any:
    """Round a number to three decimals; never to -0."""
    return round(value, 3) + 0.0 if isinstance(value, float) else value


def _spreadsheet_safe(value: Any) -> Any:
    """Keep a name that begins like a formula from being run by a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
