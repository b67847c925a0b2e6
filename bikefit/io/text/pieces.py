"""The numbers of a text table, read piece by piece on all processors.

While pandas is not loaded a regular table is read by numpy alone, and a small one of plain numbers by numpy's parser;
any other by pandas' C parser. They let go of the interpreter while they work, so threads are enough. Rows do not depend
on each other: the numbers are the same, however the table is cut.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bikefit.io.text.regular import read_regular
from bikefit.model import Array
from bikefit.threads import side_by_side, worth

if TYPE_CHECKING:
    import pandas as pd

PIECE_BYTES: Final = 3 << 20
FREED_BYTES: Final = 31 << 20
EXTRA_MISSING: Final = ["-", "--", "NAN", "none", "NONE"]
"""What also stands for a missing value, besides what pandas takes for one."""
WIDER: Final = "rows have more cells than the header"
Piece = Sequence[bytes | memoryview]
Part = dict[int, Any]
"""The columns of a piece."""


def read_pieces(
    pieces: Iterable[Piece], numbers: Sequence[int], texts: Sequence[int], how: Mapping[str, Any]
) -> dict[int, Any]:
    """Read columns of a text table without header and comments: column -> array of numbers or Series of text.

    Each piece holds whole lines, as the parts that make it up. ValueError as pandas raises it, with the line counted
    from the piece's first.
    """
    _keep_freed_memory()
    parts: list[Part] | None = None
    if not texts and not _pandas_is_loaded():
        pieces, parts = _read_spared(pieces, numbers, how)
    return _joined(_read_by_pandas(pieces, numbers, texts, how) if parts is None else parts, numbers, texts)


@cache
def _keep_freed_memory() -> None:
    """Let memory that a piece frees be used for the next, as fresh memory takes a third of the time of parsing.

    Linux' C library gives back what is freed at the end of its heap beyond twice the largest block that was freed so
    far, if that was under 32 MB; the pages of this one are never touched.
    """
    if sys.platform == "linux":
        np.empty(FREED_BYTES, dtype=np.uint8)


def _joined(parts: Sequence[Part], numbers: Sequence[int], texts: Sequence[int]) -> dict[int, Any]:
    """Return the columns of all pieces together; the parts are emptied, which spares memory."""

    def together(column: int) -> Array:
        """Return one column of all pieces."""
        return np.concatenate([part.pop(column) for part in parts])

    rows = sum(len(part[column]) for part in parts for column in numbers[:1])
    joined: dict[int, Any] = dict(zip(numbers, side_by_side(together, numbers, worth(rows)), strict=True))
    if texts:
        import pandas as pd

        joined |= {column: pd.concat([part[column] for part in parts], ignore_index=True) for column in texts}
    return joined


# ---- without pandas, which takes as long to load as a ride of hours to read ------------------------------------

REGULAR_BYTES, SPARED_BYTES = 128 << 20, 24 << 20
"""More than this in one process is worth loading pandas for: of regular tables, and of others."""
SAMPLE_BYTES: Final = 1 << 14
"""So much of a table tells whether all of it is likely to be regular."""
_spared_bytes: list[int] = []


def _pandas_is_loaded() -> bool:
    """Tell whether pandas costs nothing more."""
    return "pandas" in sys.modules


def _read_spared(
    pieces: Iterable[Piece], numbers: Sequence[int], how: Mapping[str, Any]
) -> tuple[Iterable[Piece], list[Part] | None]:
    """Read a table of numbers alone with numpy; the same numbers.

    Returns the pieces too, for pandas, where the table is large or not that plain.
    """
    if len(how["sep"]) != 1 or not numbers:
        return pieces, None
    regular = partial(
        read_regular, delimiter=how["sep"], decimal=how["decimal"], width=len(how["names"]), numbers=numbers
    )
    rest = iter(pieces)
    head = list(islice(rest, 1))
    pieces = chain(head, rest)
    begin = bytes(head[0][0][:SAMPLE_BYTES]) if head else b""
    if head and regular((begin[: begin.rfind(b"\n") + 1] or begin,)) is not None:
        return (), _read_regular(pieces, regular, numbers, how)
    if how["decimal"] != "." or how["usecols"] is not None:
        return pieces, None
    return _read_small(pieces, numbers, how)


def _read_regular(
    pieces: Iterable[Piece], regular: Callable[[Piece], Part | None], numbers: Sequence[int], how: Mapping[str, Any]
) -> list[Part]:
    """Read a table that begins as a regular one; what of it is none, or is too much, is left to pandas."""
    size, most = 0, REGULAR_BYTES - sum(_spared_bytes)

    def read(piece: Piece) -> Part | Piece:
        """Return the columns of one piece, or the piece itself."""
        nonlocal size
        if size > most:
            return piece
        size += sum(map(len, piece))
        return regular(piece) or piece

    found = side_by_side(read, pieces)
    _spared_bytes.append(size)
    left = [item for item in found if not isinstance(item, dict)]
    others = iter(_read_by_pandas(left, numbers, (), how) if left else ())
    return [item if isinstance(item, dict) else next(others) for item in found]


def _read_small(
    pieces: Iterable[Piece], numbers: Sequence[int], how: Mapping[str, Any]
) -> tuple[Iterable[Piece], list[Part] | None]:
    """Read a small table of plain numbers, however they are written; else return its pieces."""
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
    return taken, [{column: np.ascontiguousarray(values[:, column]) for column in numbers}]


# ---- with pandas -----------------------------------------------------------------------------------------------


def _read_by_pandas(
    pieces: Iterable[Piece], numbers: Sequence[int], texts: Sequence[int], how: Mapping[str, Any]
) -> list[Part]:
    """Read the columns of each piece with pandas.

    Missing values are looked for only once a piece turns out to have some, which is faster.
    """
    import pandas as pd

    kinds: dict[int, Any] = {**dict.fromkeys(numbers, np.float64), **dict.fromkeys(texts, str)}
    complete = not texts

    def parsed(piece: Piece, **missing: Any) -> Part:
        """Let pandas read one piece."""
        source: Any = _Bytes(piece)
        try:
            frame: pd.DataFrame = pd.read_csv(source, dtype=kinds, **missing, **how)
        except pd.errors.ParserWarning:
            raise ValueError(WIDER) from None
        return {
            **{column: frame[column].to_numpy() for column in numbers},
            **{column: frame[column] for column in texts},
        }

    def read(piece: Piece) -> Part:
        """Return the columns of one piece."""
        nonlocal complete
        if complete:
            try:
                return parsed(piece, na_filter=False)
            except ValueError:
                complete = False
        return parsed(piece, na_values=EXTRA_MISSING)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # columns that are not used may hold anything
        warnings.simplefilter("error", pd.errors.ParserWarning)  # of cells that it would leave out
        return side_by_side(read, pieces)


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
