"""The stroke table as plain arrays; a DataFrame is made of them when one is asked for: pandas loads slowly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import STROKE_COLUMNS
from bikefit.model.arrays import Array

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class StrokeColumns:
    """One row a stroke, the columns of `bikefit.conventions.STROKE_COLUMNS`."""

    columns: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, table: pd.DataFrame) -> StrokeColumns:
        """Take the columns of a DataFrame."""
        return cls({name: table[name].to_numpy() for name in STROKE_COLUMNS})

    def __len__(self) -> int:
        """How many strokes there are."""
        return len(self.columns["used"])

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column as it is."""
        return self.columns[name]

    def numbers(self, name: str) -> Array:
        """Return a column of numbers."""
        return np.asarray(self.columns[name], dtype=np.float64)

    @property
    def used(self) -> NDArray[np.bool_]:
        """Which strokes carry the number."""
        return np.asarray(self.columns["used"], dtype=np.bool_)

    def rows(self, chosen: NDArray[Any]) -> StrokeColumns:
        """Return some of the strokes."""
        return StrokeColumns({name: column[chosen] for name, column in self.columns.items()})

    def changed(self, **columns: NDArray[Any]) -> StrokeColumns:
        """Return the same strokes with other columns in the place of their own."""
        return StrokeColumns({**self.columns, **columns})

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table for people: a DataFrame."""
        import pandas as pd

        return pd.DataFrame(dict(self.columns))
