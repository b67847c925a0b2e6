"""Documents held against their JSON Schema, where for the tests no key may be there that the schema does not name."""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from bikefit.schemas import NAMES, json_schema


def closed(schema: Any) -> Any:
    """Return a schema in which an object has the keys that are named and no others."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **inner} if isinstance(inner.get("properties"), dict) else inner


@cache
def validator(title: str) -> Draft202012Validator:
    """Return the strict validator of a document by its schema's title."""
    schema = next(one for one in map(json_schema, NAMES) if one["title"] == title)
    return Draft202012Validator(closed(schema), format_checker=FormatChecker())


def validated(document: Any) -> Any:
    """Return a document that the command line printed, once it follows its schema to the last key."""
    errors = list(validator(document.get("schema", "bikefit.wedges")).iter_errors(document))
    assert not errors, [(error.json_path, error.message) for error in errors[:5]]
    return document
