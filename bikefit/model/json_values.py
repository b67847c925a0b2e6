"""Results as the plain values that JSON knows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

import numpy as np

SHOWN, KEYS = "json", "keys"
"""Names of a field's metadata: see `in_json`."""
SPREAD = "*"
"""Stands for the entries of a field that is a mapping: they take the field's place."""


def in_json(*names: str, keys: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a field's metadata: JSON shows these properties in its place, its own entries, or nothing."""
    return {SHOWN: names, KEYS: keys}


def to_json_value(value: Any) -> Any:
    """Turn a result into plain values that `json` can write: unknown numbers become None.

    Examples
    --------
    >>> to_json_value({"a": float("nan"), "b": (1, np.float64(2.5))})
    {'a': None, 'b': [1, 2.5]}
    """
    if is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "to_dict"):
            return value.to_dict()
        return shown(value)
    if isinstance(value, Mapping):
        return {str(key): to_json_value(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return to_json_value(value.tolist())
    if isinstance(value, (tuple, list)):
        return [to_json_value(item) for item in value]
    if isinstance(value, np.generic):
        return to_json_value(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value


def shown(value: Any) -> dict[str, Any]:
    """Return a dataclass's fields as plain values, by what JSON calls them."""
    return {name: to_json_value(member) for name, member in _members(value)}


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """List what a dataclass shows, by name."""
    for item in fields(value):
        for name in item.metadata.get(SHOWN, (item.name,)):
            if name == SPREAD:
                yield from getattr(value, item.name).items()
            else:
                yield name, getattr(value, name)
