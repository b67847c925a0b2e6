"""How an answer is kept in few lines, and how two of them are compared: numbers to 1e-9, words exactly."""

from __future__ import annotations

import csv
import difflib
import io
import json
import math
import sqlite3
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path
from typing import Any

import bikefit
from bikefit.settings import Settings

DEFAULTS = Settings().to_dict()
TOLERANCE = 1e-9
DIGITS = 12
WIDTH = 118
BLOCK = 40

# ---- JSON ---------------------------------------------------------------------------------------------------


def brief(document: Any) -> Any:
    """Return a command's document without the version and the settings at their defaults, its long tables by column."""
    if isinstance(document, list):
        if len(document) > 2 and all(isinstance(row, dict) and row.keys() == document[0].keys() for row in document):
            return {"rows": len(document), **{key: [brief(row[key]) for row in document] for key in document[0]}}
        return [brief(item) for item in document]
    if not isinstance(document, dict):
        return document
    return {
        key: unusual(item)
        if key == "settings" and isinstance(item, dict)
        else "VERSION"
        if (key, item) == ("version", bikefit.__version__)
        else brief(item)
        for key, item in document.items()
    }


def unusual(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that are not at their defaults; those are kept once, as a case of their own."""
    return {name: value for name, value in settings.items() if DEFAULTS.get(name) != value}


def rounded(value: Any) -> Any:
    """Return a JSON value with its floats at the digits that are kept."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return value


def dump(value: Any, indent: int = 0) -> str:
    """Return JSON text that puts on one line whatever fits there."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or len(flat) + indent < WIDTH:
        return flat
    inner = " " * (indent + 1)
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key)}: {dump(item, indent + 1)}" for key, item in value.items()]
    elif not any(isinstance(item, dict | list) for item in value):
        return flat
    else:
        parts = [inner + dump(item, indent + 1) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return opening + "\n" + ",\n".join(parts) + "\n" + " " * indent + closing


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Return every plain value of a JSON document by where it stands."""
    if isinstance(value, dict) and value:
        pairs = [(f"{path}.{key}" if path else str(key), item) for key, item in value.items()]
    elif isinstance(value, list) and value:
        pairs = [(f"{path}[{index}]", item) for index, item in enumerate(value)]
    else:
        return {path: value}
    return {where: leaf for inner, item in pairs for where, leaf in leaves(item, inner).items()}


def same(kept: Any, now: Any) -> bool:
    """Tell whether two plain values agree: of one type, floats to 1e-9, all else exactly."""
    if type(kept) is not type(now):
        return False
    if isinstance(kept, float):
        return math.isclose(kept, now, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(kept == now)


def json_differences(kept: str, now: str) -> list[str]:
    """Return one line for every value that differs, came or went."""
    before, after = leaves(json.loads(kept)), leaves(json.loads(now))
    nothing = "(nothing)"
    found = []
    for where in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(where, nothing), after.get(where, nothing)
        if not same(old, new):
            by = f"   ({new - old:+.3g})" if isinstance(old, float) and isinstance(new, float) else ""
            found.append(f"{where}: {old!r} -> {new!r}{by}")
    return found


def word_differences(kept: str, now: str) -> list[str]:
    """Return the unified diff of two texts."""
    return list(difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "now", lineterm="", n=1))


# ---- tables ---------------------------------------------------------------------------------------------------


def number(cell: Any) -> float | None:
    """Return a cell as a number, or None where it is none."""
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def condensed(header: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    """Return a long table of strokes as words run by run and, for each foot and block of rows, mean and SD of numbers.

    A column of numbers also counts its empty cells in each block, so that nothing moves unseen; one stroke that
    moves by 1e-6 moves its block's mean by 2.5e-8.
    """
    columns: dict[str, Any] = {}
    for index, name in enumerate(header):
        cells = [row[index] for row in rows]
        filled = [cell for cell in cells if cell not in ("", None)]
        if filled and all(number(cell) is not None for cell in filled):
            blocks = [cells[start : start + BLOCK] for start in range(0, len(cells), BLOCK)]
            empty, means, sds = (list(part) for part in zip(*map(moments, blocks), strict=True))
            columns[name] = {"empty": empty} if any(empty) else {}
            columns[name] |= {"mean": means, "sd": sds}
        else:
            columns[name] = " ".join(f"{len(list(run))}*{cell}" for cell, run in groupby(cells))
    return {"rows": len(rows), "columns": columns}


def moments(cells: list[Any]) -> tuple[int, float | None, float | None]:
    """Return how many cells are empty, and mean and SD of the others."""
    values = [value for value in map(number, cells) if value is not None]
    if not values:
        return len(cells), None, None
    mean = math.fsum(values) / len(values)
    return len(cells) - len(values), mean, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


def csv_document(text: str) -> dict[str, Any]:
    """Return a short CSV table as a JSON document, its numbers as numbers."""
    header, *rows = csv.reader(io.StringIO(text))
    return {
        "columns": header,
        "rows": [[cell if number(cell) is None else float(cell) for cell in row] for row in rows],
    }


def strokes_document(text: str) -> dict[str, Any]:
    """Return a strokes CSV condensed."""
    header, *rows = csv.reader(io.StringIO(text))
    return condensed(header, rows)


VARYING = {"fingerprint", "version"}


def store_document(path: Path) -> dict[str, Any]:
    """Return every table of a store: strokes condensed a session, documents as a count and a sum, the rest in full."""
    found: dict[str, Any] = {}
    connection = sqlite3.connect(path)
    try:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY 1")
            if name not in ("places", "pages")  # where the files lay, and bytes of pages: another on every machine
        ]
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            header = [column[0] for column in cursor.description]
            rows = sorted((list(row) for row in cursor), key=lambda row: str(row[:1]))
            if table == "strokes":
                found[table] = {
                    session: condensed(header[1:], [row[1:] for row in of_session])
                    for session, of_session in groupby(rows, key=lambda row: row[0])
                }
            else:
                found[table] = {
                    "columns": header,
                    "rows": [list(map(cell_document, header, row)) for row in rows if row[0] != "version"],
                }
    finally:
        connection.close()
    return found


def cell_document(name: str, cell: Any) -> Any:
    """Return one cell of the store: what varies hidden, stored JSON opened, a whole result only weighed."""
    if name in VARYING and cell is not None:
        return "(varies)"
    if not isinstance(cell, str) or not cell.startswith(("{", "[")):
        return cell
    opened = json.loads(cell)
    if name == "document":
        plain = leaves(opened).values()
        sizes = [abs(value) for value in plain if isinstance(value, float)]
        return {"values": len(plain), "numbers": len(sizes), "sum": math.fsum(sizes)}
    return opened


# ---- HTML -----------------------------------------------------------------------------------------------------

HIDDEN = {"script", "style", "template"}
VOID = {"meta", "link", "br", "wbr", "img", "input", "hr", "path", "line", "circle", "rect", "use", "col"}
INLINE = {
    "wbr",
    "a",
    "abbr",
    "b",
    "code",
    "em",
    "i",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "th",
    "td",
    "kbd",
    "time",
}


class _Words(HTMLParser):
    """Gathers what a page says: its text, a block a line, and the titles and descriptions of its drawings."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.pieces.append(" | " if tag in ("td", "th") else "" if tag in INLINE else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass
        self.pieces.append("" if tag in INLINE else "\n")

    def handle_data(self, data: str) -> None:
        if HIDDEN.intersection(self.open):
            return
        if "svg" in self.open and not {"title", "desc"}.intersection(self.open):
            return
        self.pieces.append(data.replace("\n", " "))


def page_words(page: str) -> str:
    """Return the sentences and numbers of a page, without its markup, its drawings' marks and its table of settings."""
    words = _Words()
    words.feed(page)
    lines = (" ".join(line.split()) for line in "".join(words.pieces).split("\n"))
    kept = (line for line in lines if line.strip("| ") and line.strip("| ").split(" ")[0] not in DEFAULTS)
    return "\n".join(kept).replace(f"bikefit | {bikefit.__version__}", "bikefit | VERSION") + "\n"
