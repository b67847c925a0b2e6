"""Results as tidy tables: one row per stroke, point of a curve or foot; for pandas and what reads its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bikefit.conventions import CURVE_POINTS, STROKE_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

    from bikefit.model.session import FootResult

CURVE_COLUMNS = ("foot", "stroke", "used", "phase_deg", "heel_out_deg")


def strokes_frame(feet: Iterable[FootResult]) -> pd.DataFrame:
    """Return every stroke of the feet, with the columns of the stroke table."""
    import pandas as pd

    tables = [foot.stroke_table for foot in feet if len(foot.stroke_table)]
    if not tables:
        return pd.DataFrame(columns=list(STROKE_COLUMNS))
    return pd.concat(tables, ignore_index=True)[list(STROKE_COLUMNS)]


def curves_frame(feet: Iterable[FootResult]) -> pd.DataFrame:
    """Return every stroke's curve, one row per point."""
    import numpy as np
    import pandas as pd

    tables = [
        pd.DataFrame(
            {
                **{name: np.repeat(foot.stroke_table[name].to_numpy(), CURVE_POINTS) for name in CURVE_COLUMNS[:3]},
                "phase_deg": np.tile(foot.curves.phase_deg, len(foot.stroke_table)),
                "heel_out_deg": foot.curves.heel_out_deg.ravel(),
            }
        )
        for foot in feet
        if len(foot.stroke_table)
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(CURVE_COLUMNS))


def feet_frame(feet: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row per foot of the feet of a JSON document: every single value, its keys joined by underscores."""
    import pandas as pd

    return pd.DataFrame([{"foot": side, **dict(_single(foot))} for side, foot in feet.items()])


def _single(document: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """List a document's single values by their joined keys; of an interval both ends, of other lists none."""
    for key, value in document.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from _single(value, f"{name}_")
        elif "interval" in key:
            low, high = value or (None, None)
            yield f"{name}_low", low
            yield f"{name}_high", high
        elif not isinstance(value, list):
            yield name, value
