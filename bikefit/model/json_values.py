"""Results as the plain values that JSON knows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

import numpy as np

_SHOWN = "json"


def in_json(name: str | None) -> dict[str, Any]:
    """Return a field's metadata: JSON shows the property ``name`` in its place, or nothing."""
    return {_SHOWN: name}


def to_json_value(value: Any) -> Any:
    """Turn a result into plain values that `json` can write: unknown numbers become None.

    Parameters
    ----------
    value : object
        A dataclass, mapping, sequence, numpy value, time stamp or plain value. A dataclass that knows its own form
        (``to_dict``) is asked for it.

    Returns
    -------
    object
        Nested dicts, lists, strings, numbers, booleans and None.

    Examples
    --------
    >>> to_json_value({"a": float("nan"), "b": (1, np.float64(2.5))})
    {'a': None, 'b': [1, 2.5]}
    """
    if is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "to_dict"):
            return value.to_dict()
        shown = (item.metadata.get(_SHOWN, item.name) for item in fields(value))
        return {name: to_json_value(getattr(value, name)) for name in shown if name is not None}
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
