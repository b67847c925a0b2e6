"""What the definition messages of a FIT file say: the layout of every message and the meaning of every field.

A field's meaning is the profile's, or for developer fields that of the last description before the definition, or
the first after it where none is before (never of another chained part: descriptions, like definitions, end with it).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bikefit.io.fit.blocks import Block, Definition, DeveloperField, Field
from bikefit.io.fit.layout import LOCALS, Layout, is_whole
from bikefit.io.fit.profile import BASE_TYPES, BYTE, DEVELOPER_DATA_ID, FIELD_DESCRIPTION, FieldSpec, field_spec
from bikefit.io.fit.scan import Scan

_DESCRIBING: Final = (FIELD_DESCRIPTION, DEVELOPER_DATA_ID)
_BYTES: Final = 0x0D
"""Base type of a developer field that nothing describes."""


def _definition(layout: Layout, described: Sequence[DeveloperField | None]) -> Definition:
    """Give the fields of a layout their meaning; ``described`` goes with its developer fields.

    A field without a size is none; one whose base type is not known, or does not divide its size, is read as bytes.
    """
    rows: list[tuple[int, int, int, FieldSpec, str, DeveloperField | None]] = [
        (number, size, base, field_spec(layout.message, number), "", None) for number, size, base in layout.fields
    ]
    for (number, size, app), own in zip(layout.own, described, strict=True):
        base, spec = (own.base, own.spec) if own else (_BYTES, FieldSpec(f"unknown_{number}"))
        rows.append((number, size, base, spec, f"@{app}", own))
    fields, seen, offset = list[Field](), Counter[str](), 1
    for number, size, base, spec, of_app, own in rows:
        if size:
            key = spec.name + of_app
            seen[key] += 1
            unique = key if seen[key] == 1 else f"{key}#{seen[key]}"
            known = BASE_TYPES[base] if is_whole(size, base) else BYTE
            fields.append(Field(number, offset, size, known, spec, unique, own))
            offset += size
    return Definition(layout.message, ">" if layout.big else "<", offset, tuple(fields))


def definition_of_messages(data: NDArray[np.uint8], found: Scan) -> NDArray[np.intp]:
    """Return for each message the row of its definition: the last of its local type before it."""
    locals_of = np.frombuffer(LOCALS, np.uint8)
    local, defined = locals_of[data[found.starts]], locals_of[data[found.definition_starts]]
    row = np.zeros(len(found.starts), np.intp)
    for kind in np.flatnonzero(np.bincount(local)).tolist():
        mine, rows = np.flatnonzero(local == kind), np.flatnonzero(defined == kind)
        row[mine] = rows[np.searchsorted(found.definition_starts[rows], found.starts[mine]) - 1]
    return row


def describe(data: NDArray[np.uint8], found: Scan, rows: NDArray[np.intp]) -> tuple[DeveloperField, ...]:
    """Read the descriptions of developer fields in the file's order; an app that introduces itself later has no id.

    ``rows`` say which definition each message is of.
    """
    wanted = [number for number, layout in enumerate(found.layouts) if layout.message in _DESCRIBING]
    if not wanted:
        return ()
    layout_of_each = found.definition_layouts[rows]
    told: list[tuple[int, int, str | DeveloperField]] = []  # byte, app's index, and its id or one of its fields
    for number in wanted:
        layout = found.layouts[number]
        block = Block(data, _definition(layout._replace(own=()), ()), found.starts[layout_of_each == number])
        columns = {field.number: block.values(field).tolist() for field in block.definition.fields}
        for row, start in enumerate(block.starts.tolist()):
            cells = {field: values[row] for field, values in columns.items()}
            if layout.message == DEVELOPER_DATA_ID:
                told.append((start, _whole(cells.get(3), 0), _application(cells.get(1))))
            else:
                entry = _description(start, cells)
                told.append((start, entry.developer, entry))
    ids: dict[int, str] = {}
    described = []
    for _, app, item in sorted(told, key=lambda entry: entry[0]):
        if isinstance(item, str):
            ids[app] = item
        else:
            described.append(replace(item, application=ids.get(app, "")))
    return tuple(described)


def _whole(value: Any, missing: int) -> int:
    """Return a cell of a description as a whole number, the first of several."""
    number = value[0] if isinstance(value, list) else value
    return int(number) if isinstance(number, float) and isfinite(number) else missing


def _application(value: Any) -> str:
    """Return an app's id in hexadecimal digits; empty where it is not one."""
    digits = value if isinstance(value, list) else []
    usable = all(isinstance(digit, float) and 0 <= digit < 256 for digit in digits)
    return bytes(map(int, digits)).hex() if usable else ""


def _description(start: int, cells: dict[int, Any]) -> DeveloperField:
    """Return the developer field that a description message describes."""
    number = _whole(cells.get(1), 0xFF)
    texts = {index: cells[index] for index in (3, 8) if isinstance(cells.get(index), str)}
    spec = FieldSpec(
        name=texts.get(3, f"unnamed_dev_field_{number}"),
        unit=texts.get(8, ""),
        scale=float(_whole(cells.get(6), 1) or 1),
        offset=float(_whole(cells.get(7), 0)),
    )
    return DeveloperField(start, _whole(cells.get(0), 0), number, _whole(cells.get(2), _BYTES), spec, "")


def group(
    data: NDArray[np.uint8], found: Scan, rows: NDArray[np.intp], descriptions: Sequence[DeveloperField]
) -> list[Block]:
    """Gather messages that share a layout and the meaning of every field, by the first definition of each.

    ``rows`` say which definition each message is of.
    """
    by_field: dict[tuple[int, int, int], list[DeveloperField]] = {}
    for entry in descriptions:
        part = bisect_left(found.part_starts, entry.byte)
        by_field.setdefault((part, entry.developer, entry.number), []).append(entry)

    def said_of(start: int, developer: int, number: int) -> DeveloperField | None:
        """Return the last description before a definition in its part, or else the first one after it."""
        known = by_field.get((bisect_left(found.part_starts, start), developer, number))
        return known[max(bisect_left(known, start, key=lambda entry: entry.byte) - 1, 0)] if known else None

    variants: dict[tuple[object, ...], int] = {}
    described: list[tuple[int, list[DeveloperField | None]]] = []
    variant_of_row = np.zeros(len(found.definition_starts), np.intp)
    for row, (start, layout) in enumerate(
        zip(found.definition_starts.tolist(), found.definition_layouts.tolist(), strict=True)
    ):
        own = [said_of(start, developer, number) for number, _, developer in found.layouts[layout].own]
        key = (layout, *(entry.meaning if entry else None for entry in own))
        if key not in variants:
            variants[key] = len(variants)
            described.append((layout, own))
        variant_of_row[row] = variants[key]
    if not described:
        return []
    variant = variant_of_row[rows]
    order = np.argsort(variant, kind="stable")
    ends = np.cumsum(np.bincount(variant, minlength=len(described)))
    members = np.split(found.starts[order], ends[:-1])
    return [
        Block(data, _definition(found.layouts[layout], own), starts)
        for (layout, own), starts in zip(described, members, strict=True)
        if starts.size
    ]
