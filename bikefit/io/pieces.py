"""pandas' C parser over the pieces of a text table, on all processors.

The parser lets go of the interpreter while it works, so threads are enough. Rows do not depend on each other: the
numbers are the same, however the table is cut.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

PIECE_BYTES: Final = 4 << 20
THREADS_MAX: Final = 4


def read_pieces(data: bytes, first_byte: int, kinds: Mapping[int, Any], how: Mapping[str, Any]) -> dict[int, Any]:
    """Read columns of a text table without comments.

    Parameters
    ----------
    data : bytes
        The whole file.
    first_byte : int
        Where the first row of numbers begins.
    kinds : mapping of int to type
        Column -> ``float64`` or ``str``.
    how : mapping
        Further arguments of `pandas.read_csv`.

    Returns
    -------
    dict
        Column -> array of numbers or Series of text.

    Raises
    ------
    ValueError
        As pandas does, with the line counted from ``first_byte``.
    """
    import pandas as pd

    cuts = _cuts(data, first_byte)
    reader = _Reader(kinds, how)
    view = memoryview(data)
    pieces = [view[begin:end] for begin, end in pairwise(cuts)]
    with ThreadPoolExecutor(_threads()) as pool:
        try:
            frames = list(pool.map(reader, pieces))
        except ValueError:
            pool.shutdown(cancel_futures=True)
            frames = [reader(view[first_byte:])]  # the whole at once, for an error that counts lines from the top
    return {
        column: np.concatenate([frame[column].to_numpy() for frame in frames])
        if kind is np.float64
        else pd.concat([frame[column] for frame in frames], ignore_index=True)
        for column, kind in kinds.items()
    }


class _Reader:
    """Reads pieces; looks for missing values only once a piece turns out to have some, which is faster."""

    def __init__(self, kinds: Mapping[int, Any], how: Mapping[str, Any]) -> None:
        self.kinds, self.how = dict(kinds), dict(how)
        self.complete = all(kind is np.float64 for kind in kinds.values())

    def __call__(self, piece: memoryview) -> pd.DataFrame:
        if self.complete:
            try:
                return self._read(piece, na_filter=False)
            except ValueError:
                self.complete = False
        return self._read(piece, na_filter=True)

    def _read(self, piece: memoryview, *, na_filter: bool) -> pd.DataFrame:
        import pandas as pd

        frame: pd.DataFrame = pd.read_csv(io.BytesIO(piece), dtype=self.kinds, na_filter=na_filter, **self.how)
        return frame


def _cuts(data: bytes, first_byte: int) -> list[int]:
    """Return where pieces begin, at the beginning of lines, and the end; one piece where lines may be in quotes."""
    cuts = [first_byte]
    if data.find(b'"', first_byte) < 0:
        while (line_end := data.find(b"\n", cuts[-1] + PIECE_BYTES)) >= 0:
            cuts.append(line_end + 1)
    return [*cuts, len(data)] if cuts[-1] < len(data) else cuts


def _threads() -> int:
    """Return how many processors this process may use, within reason."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, THREADS_MAX)
