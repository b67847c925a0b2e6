"""What a caller may say about a file that the file itself does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bikefit.conventions import Side


@dataclass(frozen=True)
class ReadOptions:
    """How to read a recording.

    Attributes
    ----------
    side : {"left", "right"}, optional
        Whose foot a file of one unnamed foot is.
    swap_sides : bool
        The file's left is the rider's right.
    positive : {"heel-out", "heel-in"}
        What a positive rotation means in the file.
    columns : mapping of str to str
        Canonical channel -> the file's own column or field name.
    strict : bool
        Refuse a damaged file instead of reading what is whole.
    rate_hz : float, optional
        How often the rows of a text table come, where no column tells their time.
    preset : path, optional
        A file of the user's own layouts of tables, as ``presets.toml``.
    """

    side: Side | None = None
    swap_sides: bool = False
    positive: Literal["heel-out", "heel-in"] = "heel-out"
    columns: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    rate_hz: float | None = None
    preset: Path | None = None


AS_THE_FILE_SAYS = ReadOptions()
"""Nothing to add."""
