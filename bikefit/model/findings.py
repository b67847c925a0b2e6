"""Findings: what a reader of a result must know, as data with a code.

The words live in ``findings.toml``, one entry a code: its level and its message, with named places for the
values. Code that has something to say names the code and the values; a translation is one more file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One thing that the reader of a result must know.

    Attributes
    ----------
    level : {"info", "warning", "error"}
        How much it matters: to know, to act on, or what keeps a number from being given.
    code : str
        Its name in the documented list.
    message : str
        One or two plain sentences: what was seen and what to do.
    values : mapping
        The numbers and names in the message, unrounded.
    """

    level: Level
    code: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """Why a recommendation came out as it did: a code of the same list and its sentence."""

    code: str
    message: str


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return every code with its ``level`` and ``message`` template.

    Returns
    -------
    dict
        Code -> entry of ``findings.toml``; read once.
    """
    text = files("bikefit.model").joinpath("findings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def finding(code: str, **values: Any) -> Finding:
    """Make a finding from its code.

    Parameters
    ----------
    code : str
        A code of the catalogue.
    **values
        What the message has places for, and what else a program may want to read.

    Returns
    -------
    Finding
        With the catalogue's level and the message filled in.

    Raises
    ------
    KeyError
        If the code is not in the catalogue, or a value is missing: a mistake of ours, not of the user's.

    Examples
    --------
    >>> finding("few_strokes", used=12, side="left").level
    'warning'
    """
    entry = catalogue()[code]
    level = entry["level"]
    assert level in ("info", "warning", "error")
    return Finding(level, code, entry["message"].format_map(values), values)  # type: ignore[arg-type]


def reason(code: str, **values: Any) -> Reason:
    """Make a reason from its code, as `finding` does.

    Parameters
    ----------
    code : str
        A code of the catalogue.
    **values
        What the message has places for.

    Returns
    -------
    Reason
        The code and its sentence.

    Examples
    --------
    >>> reason("within_band", band=1.0).code
    'within_band'
    """
    return Reason(code, catalogue()[code]["message"].format_map(values))
