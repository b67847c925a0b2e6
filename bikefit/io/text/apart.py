"""Rows of both feet, or of two sensors, in one table: which column tells them apart, and whose each row is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import SIDES, Side
from bikefit.errors import RecordingError
from bikefit.io.names import shown, side_in, words_of
from bikefit.io.text.layout import Layout
from bikefit.io.text.lines import is_missing, is_number
from bikefit.model import Finding, finding

ROW_KEYS: Final[Mapping[str, Side]] = {"left_foot": "left", "right_foot": "right"}
"""What ``--column`` calls the word by which a column tells a foot's rows."""
_WHAT: Final = frozenset({
    "foot", "side", "shoe", "leg", "limb", "pedal", "sensor", "device", "mac", "address", "serial", "node", "imu",
    "tag", "unit", "设备名称",
})  # fmt: skip
_BESIDE_WHAT: Final = frozenset({"id", "name", "no", "nr", "number", "num", "index", "mac", "address", "the", "of"})
_MOST: Final = 6
"""A column with more different cells than this tells no sensors apart."""


@dataclass(frozen=True)
class Whose:
    """Whose the rows of a table are."""

    of_side: Mapping[Side, NDArray[np.intp]] = field(default_factory=dict)
    """Rows of each foot; empty where all rows are of one."""
    side: Side | None = None
    """The one foot that all rows are of, where the column says it."""
    unsettled: bool = False
    """Rows of several sensors, and nothing tells whose each is."""
    findings: tuple[Finding, ...] = ()


def telling_column(layout: Layout, used: Collection[int]) -> int | None:
    """Return the column that may tell feet or sensors apart: by its cells, which all name a side, or by its name."""
    named: int | None = None
    for index, name in enumerate(layout.header):
        if index in used:
            continue
        cells = {cell for cell in layout.cells(index) if not is_missing(cell)}
        if not 0 < len(cells) <= _MOST:
            continue
        if all(side_in(cell) for cell in cells):
            return index
        words = words_of(name)
        measured = any(is_number(cell, layout.decimal) and "." in cell for cell in cells)
        if named is None and not measured and _WHAT & set(words) and set(words) <= _WHAT | _BESIDE_WHAT:
            named = index
    return named


def rows_apart(cells: Iterable[str | None], column: str, asked: Mapping[str, str], where: str) -> Whose:
    """Return whose each row is by the cells of the telling column; ``asked`` is the user's ``--column``.

    RecordingError if the user names a word that is not there.
    """
    plain = np.array(["" if cell is None or cell != cell else str(cell).strip() for cell in cells], dtype=object)
    there = [word for word in dict.fromkeys(plain.tolist()) if not is_missing(word)]
    said = {side: asked[key].strip() for key, side in ROW_KEYS.items() if key in asked}
    for word in said.values():
        if word not in there:
            raise RecordingError(
                f"{where}: the column '{shown(column)}' names no '{shown(word)}'; it holds {_listed(there)}."
            )
    words = {side: [word] for side, word in said.items()} if said else _named_sides(there)
    if words:
        if len(words) == 1 and not said:
            return Whose(side=next(iter(words)))
        rows = {side: np.flatnonzero(np.isin(plain, words[side])) for side in SIDES if side in words}
        counts = {f"{side}_rows": rows[side].size if side in rows else 0 for side in SIDES}
        return Whose(rows, findings=(finding("rows_of_both_feet", column=shown(column), **counts),))
    if not 1 < len(there) <= _MOST:
        return Whose()
    example = dict(zip(("first", "second"), map(shown, there), strict=False))
    told = finding("rows_of_several", column=shown(column), names=_listed(there), **example)
    return Whose(unsettled=True, findings=(told,))


def _named_sides(words: Sequence[str]) -> dict[Side, list[str]]:
    """Return which words are which side; nothing where any of them names none."""
    of_word = {word: side_in(word) for word in words}
    if not all(of_word.values()):
        return {}
    return {side: [word for word in words if of_word[word] == side] for side in SIDES if side in of_word.values()}


def _listed(words: Sequence[str]) -> str:
    """Return the words of a column for a message."""
    return ", ".join(f"'{shown(word, 30)}'" for word in words[:_MOST])
