"""A JSON Schema from a type: dataclasses and typed dictionaries, literals, tuples and mappings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from itertools import chain
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from bikefit.comparison import ComparisonResult
from bikefit.errors import UsageError, near_matches
from bikefit.inspection import Inspection
from bikefit.model import SessionResult
from bikefit.model.json_values import KEYS, SHOWN, SPREAD
from bikefit.response.learn import StudioPrior
from bikefit.schemas.documents import SHOWN_AS, WedgesDocument
from bikefit.visit import Visit

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ROOTS: Final[Mapping[str, Any]] = {
    "session": SessionResult,
    "comparison": ComparisonResult,
    "inspection": Inspection,
    "plan": Visit,
    "learn": StudioPrior,
    "wedges": WedgesDocument,
}
NAMES: Final = tuple(_ROOTS)
"""The documents that have a schema."""
_PLAIN: Final[Mapping[Any, Mapping[str, Any]]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": ["number", "null"]},
    str: {"type": "string"},
    NoneType: {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
    Any: {},
}


def json_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what a command prints with ``--json``.

    Parameters
    ----------
    name : str
        One of `NAMES`: "session" (analyze), "comparison" (compare), "inspection" (inspect), "plan", "learn", "wedges".

    Returns
    -------
    dict
        Every key that is promised is required; keys that it does not name may be there (a later minor version adds
        some). Unknown numbers are null.

    Raises
    ------
    UsageError
        If there is no such document.

    Examples
    --------
    >>> json_schema("session")["properties"]["schema"]
    {'const': 'bikefit.session/2'}
    """
    if name not in _ROOTS:
        raise UsageError(f"There is no document '{name}'. There are: {', '.join(NAMES)}.{near_matches(name, NAMES)}")
    root, definitions = _ROOTS[name], _Definitions({})
    told = definitions.schema_of(root)
    if "$ref" in told:
        told = definitions.known.pop(told["$ref"].rsplit("/", 1)[1])
    version = getattr(root, "schema", None)
    if version:
        told["properties"]["schema"] = {"const": version}
    title = version or f"bikefit.{name}"
    head = {"$schema": _DIALECT, "$id": f"urn:{title.replace('.', ':').replace('/', ':')}", "title": title}
    return {**head, **told, "$defs": dict(sorted(definitions.known.items()))}


@dataclass(frozen=True)
class _Definitions:
    """The named objects that were met on the way."""

    known: dict[str, dict[str, Any]]

    def schema_of(self, kind: Any) -> dict[str, Any]:
        """Return the schema of a type; an object becomes a named definition."""
        kind = SHOWN_AS.get(kind, kind) if isinstance(kind, type) else kind
        origin, inner = get_origin(kind), get_args(kind)
        if kind in _PLAIN:
            return dict(_PLAIN[kind])
        if is_typeddict(kind) or is_dataclass(kind):
            return self._object(kind)
        if origin is Literal:
            return {"enum": list(inner)}
        if origin in (Union, UnionType):
            return _either([self.schema_of(one) for one in inner])
        if origin is tuple:
            return self._array(inner)
        if origin is not None and issubclass(origin, Mapping):
            return self._mapping(*inner)
        raise TypeError(f"no JSON Schema is known for {kind}")

    def _array(self, inner: tuple[Any, ...]) -> dict[str, Any]:
        """Return the schema of a tuple, of any length or of the one that it has."""
        items = {"type": "array", "items": self.schema_of(inner[0])}
        return items if inner[1:] == (Ellipsis,) else {**items, "minItems": len(inner), "maxItems": len(inner)}

    def _mapping(self, key: Any, value: Any) -> dict[str, Any]:
        """Return the schema of a mapping; keys of a fixed set are named, and none need be there."""
        names, values = get_args(key), self.schema_of(value)
        if not names:
            return {"type": "object", "additionalProperties": values}
        return {"type": "object", "properties": dict.fromkeys(names, values), "additionalProperties": False}

    def _object(self, kind: Any) -> dict[str, Any]:
        """Define an object once, and return where it stands."""
        name = kind.__name__.removesuffix("Document").removesuffix("Result")
        if name not in self.known:
            self.known[name] = {}
            shown = get_type_hints(kind) if is_typeddict(kind) else _dataclass(kind)
            meanings = _meanings(kind.__doc__ or "")
            properties = {
                key: self.schema_of(hint) | ({"description": meanings[key]} if key in meanings else {})
                for key, hint in shown.items()
            }
            about = (kind.__doc__ or "").strip().splitlines()[0].replace("`", "")
            self.known[name] = {
                "description": about, "type": "object", "properties": properties, "required": list(properties),
            }  # fmt: skip
        return {"$ref": f"#/$defs/{name}"}


def _dataclass(kind: Any) -> dict[str, Any]:
    """Return what JSON shows of a dataclass: its fields, or what their metadata puts in their place."""
    hints = get_type_hints(kind)
    shown: dict[str, Any] = {}
    for item in fields(kind):
        for name in item.metadata.get(SHOWN, (item.name,)):
            if name == SPREAD:
                shown |= dict.fromkeys(item.metadata[KEYS], get_args(hints[item.name])[1])
            else:
                shown[name] = hints[name] if name in hints else get_type_hints(getattr(kind, name).fget)["return"]
    return shown


def _either(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the schema of one of several types; plain ones are one list of types."""
    if all(list(schema) == ["type"] for schema in schemas):
        listed = [[schema["type"]] if isinstance(schema["type"], str) else schema["type"] for schema in schemas]
        return {"type": list(dict.fromkeys(chain(*listed)))}
    return {"anyOf": schemas}


def _meanings(docstring: str) -> dict[str, str]:
    """Return what a docstring's section Attributes says of each name, in one line."""
    section = docstring.partition("Attributes\n")[2].partition("Examples\n")[0]
    entries = re.findall(r"^ *([\w, ]+) : [^\n]*\n((?: {8,}[^\n]*\n?)+)", section, re.M)
    return {
        name.strip(): re.sub(r"\b(NaN|None)\b", "null", " ".join(told.split())).replace("`", "")
        for names, told in entries
        for name in names.split(",")
    }
