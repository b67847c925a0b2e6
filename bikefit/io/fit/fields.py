"""Which channel a developer field of a FIT file is, by its name and its unit.

Names are data: ``fields.toml``. An app's author chose name and sign, so a name that does not say which way is
positive is never taken unasked.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from bikefit.conventions import CHANNELS as ROWS
from bikefit.conventions import SIDES, Side, crank_offset_deg
from bikefit.io.names import CHANNELS, Meaning, unit_of
from bikefit.model import ChannelNote

_SIDE_WORDS: Final[Mapping[str, Side]] = {
    "left": "left", "l": "left", "lhs": "left", "right": "right", "r": "right", "rhs": "right",
}  # fmt: skip
_FIELDS: Final = {row.name: row.sided for row in ROWS if row.kind in ("angle", "crank")}
"""Channel that ``fields.toml`` may have names for -> whether it is one foot's."""
_SENSES: Final = {"same": 1.0, "opposite": -1.0, "unclear": 0.0}
_UNIT_ENDS: Final = ("deg", "degree", "degrees", "rad", "radian", "radians")


@dataclass(frozen=True)
class FieldMeaning:
    """What a field is read as: a channel such as "left_heel_rotation" or "heel_rotation" (an unnamed foot), and why.

    ``factor`` brings the field's numbers to degrees and to the project's sign, and is 0 where they cannot be used;
    ``turned_deg`` is added after that, for the left crank stands half a turn from the right one. ``unit_assumed`` tells
    that neither the name nor the unit says degrees or radians.
    """

    channel: str
    factor: float
    note: ChannelNote
    turned_deg: float = 0.0
    unit_assumed: bool = False


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    """Return the names of ``fields.toml``."""
    text = files("bikefit.io.fit").joinpath("fields.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _named() -> dict[str, tuple[str, float]]:
    """Return the channel that each plain name is, and its sign: 0 where the name does not say which way is positive."""
    return {
        name: (channel, sign)
        for channel in _FIELDS
        for sense, sign in _SENSES.items()
        for name in _table().get(channel, {}).get(sense, ())
    }


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case.

    Examples
    --------
    >>> words_of("LeftHeelAngle (deg)")
    ['left', 'heel', 'angle', 'deg']
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[\W_]+", apart.lower()) if word]


def side_of(name: str) -> Side | None:
    """Return the side that the words of a name give; None where there is none, or both.

    Examples
    --------
    >>> side_of("2024-05-01 left shoe"), side_of("ride")
    ('left', None)
    """
    found = {word for word in words_of(name) if word in SIDES}
    return None if len(found) != 1 else "left" if "left" in found else "right"


def is_named(name: str, kind: str) -> bool:
    """Tell whether a field's name is one of a kind: "side" (of a sensor) or "stamp_fraction".

    Examples
    --------
    >>> is_named("Sensor side", "side")
    True
    """
    return "_".join(words_of(name)) in _table()[kind]["same"]


def field_meaning(name: str, unit: str) -> FieldMeaning | None:
    """Decide what a developer field is by its description's name and unit; None where the name is not a channel's.

    Examples
    --------
    >>> field_meaning("left_heel_rotation", "deg").channel
    'left_heel_rotation'
    >>> field_meaning("toe out (right)", "degrees").factor
    -1.0
    >>> field_meaning("power", "watts") is None
    True
    """
    words = words_of(name)
    named_unit = unit_of(words.pop()) if words and words[-1] in _UNIT_ENDS else None
    sides = {_SIDE_WORDS[word] for word in words if word in _SIDE_WORDS}
    plain = "_".join(word for word in words if word not in _SIDE_WORDS)
    if plain not in _named() or len(sides) > 1:
        return None
    channel, sign = _named()[plain]
    sided, side = _FIELDS[channel], next(iter(sides), None)
    own = f"{side}_{channel}" if side and sided else channel
    if not sign:
        asked = f"{'left_' if sided else ''}{channel}_deg"
        return FieldMeaning(own, 0.0, ChannelNote("way_unsaid", {"asked": asked, "name": name}))
    turned = crank_offset_deg(side) if side and not sided else 0.0
    return _with_unit(own, sign, turned, unit, named_unit)


def _with_unit(channel: str, sign: float, turned_deg: float, unit: str, named_unit: str | None) -> FieldMeaning:
    """Complete a meaning by the field's unit, or by the one in its name."""
    known = unit_of(unit) if unit.strip() else named_unit
    factors = CHANNELS[channel]
    if not unit.strip() and known is None:
        return FieldMeaning(channel, sign, ChannelNote("unit_assumed"), turned_deg, unit_assumed=True)
    if known is None or known not in factors:
        return FieldMeaning(channel, 0.0, ChannelNote("unit_unknown", {"unit": unit}))
    return FieldMeaning(channel, sign * factors[known], ChannelNote("by_name_and_unit"), turned_deg)


def asked_meaning(asked: Meaning, unit: str) -> FieldMeaning:
    """Return how a field is read that ``--column`` names; ``unit`` is what the field's description says.

    A unit other than the channel's own, such as ``_rad``, is meant; else the description's counts where it fits.
    """
    factors = CHANNELS[asked.channel]
    own = next(iter(factors))
    stated = unit_of(unit) if unit.strip() else None
    meant = asked.unit if asked.unit not in (None, own) else stated if stated in factors else own
    return FieldMeaning(asked.channel, factors[meant or own], ChannelNote("asked"))
