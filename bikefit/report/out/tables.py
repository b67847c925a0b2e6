"""Tables for other programs: the strokes as CSV."""

from __future__ import annotations

import pandas as pd

from bikefit.conventions import STROKE_COLUMNS
from bikefit.model import SessionResult


def stroke_csv(result: SessionResult) -> str:
    """Return every stroke of a session as CSV text, unrounded."""
    tables = [foot.stroke_table for foot in result.feet.values() if len(foot.columns)]
    whole = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(STROKE_COLUMNS))
    csv: str = whole.to_csv(index=False, columns=list(STROKE_COLUMNS), lineterminator="\n")
    return csv
