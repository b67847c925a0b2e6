"""Which marker is heel, toe, forefoot, ankle or pedal of which side, by its name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from bikefit.conventions import SIDES
from bikefit.errors import RecordingError, near_matches
from bikefit.io.names import first_of

PARTS: Final = ("heel", "toe", "forefoot", "ankle", "pedal")
MARKER_NAMES: Final[tuple[str, ...]] = tuple(f"{side}_{part}" for side in SIDES for part in PARTS)
"""Names that a marker may be given with ``--column NAME=MARKER``."""

_COLUMN: Final = re.compile(
    r"^(?P<name>.+?)[\s_.:/-]*[\[(]?(?<![a-z])(?P<axis>[xyz])[\])]?(?:[\s_.\[(/]*(?P<unit>mm|cm|m)[\])]?)?$",
    re.IGNORECASE,
)


def column_triples(names: Iterable[str]) -> dict[str, tuple[tuple[str, str, str], str]]:
    """Group columns that are the x, y and z of one point: its name -> the columns and their unit, "" if unsaid.

    Examples
    --------
    >>> column_triples(["time_s", "RTOE_x_mm", "RTOE_y_mm", "RTOE_z_mm", "power_w"])
    {'RTOE': (('RTOE_x_mm', 'RTOE_y_mm', 'RTOE_z_mm'), 'mm')}
    """
    points: dict[tuple[str, str], dict[str, str]] = {}
    for column in names:
        match = _COLUMN.match(column.strip())
        if match:
            key = (match["name"], (match["unit"] or "").lower())
            points.setdefault(key, {})[match["axis"].lower()] = column
    return {name: ((axes["x"], axes["y"], axes["z"]), unit) for (name, unit), axes in points.items() if len(axes) == 3}


def name_markers(names: Iterable[str], columns: Mapping[str, str], source: str) -> dict[str, str]:
    """Return which of a file's markers are heel, toe, forefoot, ankle and pedal: settled name -> the file's.

    ``columns`` (settled name -> the file's own) rules over the usual names; RecordingError where it names none that is
    there.

    Examples
    --------
    >>> name_markers(["Anna:RHEE", "Anna:RTOE", "lcal", "C7"], {}, "ride.trc")
    {'right_heel': 'Anna:RHEE', 'right_toe': 'Anna:RTOE', 'left_heel': 'lcal'}
    """
    listed = list(names)
    best: dict[str, tuple[int, str]] = {}
    for raw in listed:
        known = _usual_names().get(_plain(raw))
        if known and (known[0] not in best or known[1] < best[known[0]][0]):
            best[known[0]] = (known[1], raw)
    chosen = {name: raw for name, (_, raw) in best.items()}
    for name, raw in columns.items():
        if name not in MARKER_NAMES:
            continue
        if raw not in listed:
            raise RecordingError(
                f"{source}: there is no marker '{raw}' for {name}.{near_matches(raw, listed)} "
                f"It holds {some_names(listed)}."
            )
        chosen = {other: taken for other, taken in chosen.items() if taken != raw} | {name: raw}
    return chosen


@cache
def _usual_names() -> dict[str, tuple[str, int]]:
    """Every usual way to write a marker -> its settled name and how good a name it is, 0 = best."""
    data = tomllib.loads(files("bikefit.io.markers").joinpath("names.toml").read_text(encoding="utf-8"))
    usual: dict[str, tuple[str, int]] = {}
    for side, marks in data["side"].items():
        for part, bases in data["part"].items():
            for rank, base in enumerate(bases):
                for mark in marks:
                    usual.setdefault(mark + base, (f"{side}_{part}", rank))
                    usual.setdefault(base + mark, (f"{side}_{part}", rank))
    return usual


def _plain(raw: str) -> str:
    """Return a marker's name without subject, case, punctuation and the ending that OpenCap gives its video markers."""
    return re.sub(r"[\W_]+", "", raw.rpartition(":")[2].casefold().removesuffix("_study"))


def some_names(names: Iterable[str]) -> str:
    """Return the first names of markers for a message."""
    return first_of([name[:24] for name in names], 12)
