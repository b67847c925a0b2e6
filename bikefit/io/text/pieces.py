"""The numbers of a text table: pandas' C parser over its pieces, on all processors; numpy's where it is small.

Pandas' parser lets go of the interpreter while it works, so threads are enough. Rows do not depend on each other: the
numbers are the same, however the table is cut.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bikefit.threads import side_by_side

if TYPE_CHECKING:
    import pandas as pd

PIECE_BYTES: Final = 8 << 20
EXTRA_MISSING: Final = ["-", "--", "NAN", "none", "NONE"]
"""What also stands for a missing value, besides what pandas takes for one."""
WIDER: Final = "rows have more cells than the header"
SPARED_BYTES: Final = 24 << 20
"""More than this in one process is worth loading pandas for."""
Piece = Sequence[bytes | memoryview]


def read_pieces(
    pieces: Iterable[Piece], numbers: Sequence[int], texts: Sequence[int], how: Mapping[str, Any]
) -> dict[int, Any]:
    """Read columns of a text table without header and comments: column -> array of numbers or Series of text.

    Each piece holds whole lines, as the parts that make it up. ValueError as pandas raises it, with the line counted
    from the piece's first.
    """
    if not texts:
        pieces, found = _spared(pieces, numbers, how)
        if found is not None:
            return found
    import pandas as pd

    reader = _Reader({**dict.fromkeys(numbers, np.float64), **dict.fromkeys(texts, str)}, how)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # columns that are not used may hold anything
        warnings.simplefilter("error", pd.errors.ParserWarning)  # of cells that it would leave out
        parts = side_by_side(reader, pieces)
    joined: dict[int, Any] = {column: np.concatenate([part.pop(column) for part in parts]) for column in numbers}
    return joined | {column: pd.concat([part[column] for part in parts], ignore_index=True) for column in texts}


# ---- without pandas, which takes as long to load as a ride of hours to read ------------------------------------

_spared_bytes: list[int] = []


def _pandas_is_loaded() -> bool:
    """Tell whether pandas costs nothing more."""
    return "pandas" in sys.modules


def _spared(
    pieces: Iterable[Piece], numbers: Sequence[int], how: Mapping[str, Any]
) -> tuple[Iterable[Piece], dict[int, Any] | None]:
    """Read a small table of numbers alone with numpy, as long as pandas is not loaded; the same numbers.

    Returns the pieces too, for pandas, where the table is large or not that plain.
    """
    if _pandas_is_loaded() or how["decimal"] != "." or len(how["sep"]) != 1 or how["usecols"] is not None:
        return pieces, None
    taken: list[Piece] = []
    size = sum(_spared_bytes)
    rest = iter(pieces)
    for piece in rest:
        taken.append(piece)
        size += sum(map(len, piece))
        if size > SPARED_BYTES:
            return chain(taken, rest), None
    try:
        text = b"".join(part for piece in taken for part in piece).decode("ascii")
        values = np.loadtxt(io.StringIO(text), delimiter=how["sep"], comments=None, ndmin=2) if text.strip() else None
    except ValueError:
        return taken, None
    if values is None or values.shape[1] != len(how["names"]):
        return taken, None
    _spared_bytes.append(len(text))
    return taken, {column: np.ascontiguousarray(values[:, column]) for column in numbers}


# ---- with pandas -----------------------------------------------------------------------------------------------


class _Reader:
    """Reads pieces; looks for missing values only once a piece turns out to have some, which is faster."""

    def __init__(self, kinds: Mapping[int, Any], how: Mapping[str, Any]) -> None:
        self.kinds, self.how = dict(kinds), dict(how)
        self.complete = all(kind is np.float64 for kind in kinds.values())

    def __call__(self, piece: Piece) -> dict[int, Any]:
        """Return the columns of one piece."""
        if self.complete:
            try:
                return self._read(piece, na_filter=False)
            except ValueError:
                self.complete = False
        return self._read(piece, na_filter=True)

    def _read(self, piece: Piece, *, na_filter: bool) -> dict[int, Any]:
        """Let pandas read one piece."""
        import pandas as pd

        source: Any = _Bytes(piece)
        missing = EXTRA_MISSING if na_filter else None
        try:
            frame: pd.DataFrame = pd.read_csv(
                source, dtype=self.kinds, na_filter=na_filter, na_values=missing, **self.how
            )
        except pd.errors.ParserWarning:
            raise ValueError(WIDER) from None
        return {
            column: frame[column].to_numpy() if kind is np.float64 else frame[column]
            for column, kind in self.kinds.items()
        }


class _Bytes:
    """Bytes as pandas' parser wants them; a `BytesIO` it would decode to text and encode again."""

    def __init__(self, piece: Piece) -> None:
        self.parts = [memoryview(part) for part in piece if len(part)]

    def read(self, size: int) -> bytes:
        """Return the next bytes: at most ``size`` of them, and none only at the end."""
        if not self.parts:
            return b""
        part = self.parts[0]
        if len(part) > size:
            self.parts[0] = part[size:]
        else:
            del self.parts[0]
        return bytes(part[:size])

    def __iter__(self) -> Iterator[bytes]:
        """Give what there is; pandas only asks whether it could."""
        return iter(map(bytes, self.parts))
