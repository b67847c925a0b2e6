"""JSON Schema of what ``--json`` prints, made from the package's types; the files beside this one are the result."""

from bikefit.schemas.build import NAMES, json_schema

__all__ = ["NAMES", "json_schema"]
