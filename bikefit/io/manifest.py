"""Manifests: a table that names the recordings of a batch or a comparison and what is known of each."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from bikefit.conventions import SIDES, Side
from bikefit.errors import UsageError, near_matches
from bikefit.io.source import load
from bikefit.io.text.layout import to_utf8

COLUMNS: Final = (
    "file", "session", "rider", "date", "condition", "system", "side", "left_wedges", "right_wedges", "left_neutral",
    "right_neutral", "from_s", "to_s", "notes",
)  # fmt: skip
"""Columns of a manifest; only ``file`` must be there."""
NEUTRAL_WORDS: Final = ("zero", "static", "recovery")
NeutralCell = float | Literal["zero", "static", "recovery"]
_DELIMITERS: Final = (",", ";", "\t")


@dataclass(frozen=True)
class SessionSpec:
    """One session as a manifest describes it; None or empty = the manifest says nothing.

    Attributes
    ----------
    session : str
        Its name as given, else the file as written; all names of a manifest differ.
    row : int
        Its first row, as a spreadsheet numbers it.
    files : tuple of Path
        The one file of both feet (or of the foot named by ``side``), where ``left`` and ``right`` are empty.
    left, right : tuple of Path
        Files of each shoe, where the session has several rows.
    side : {"left", "right"}, optional
        Whose foot a single file of one foot is.
    rider, date, condition, notes : str
        As written.
    system : str, optional
        A wedge system's id, or the path of its TOML file.
    left_wedges, right_wedges : int, optional
        Signed counts on the shoes during the ride, varus positive.
    left_neutral, right_neutral : float or str, optional
        An angle [deg heel-out], "zero", "static" or "recovery".
    from_s, to_s : float, optional
        The section to use [s].
    fault : str
        What is wrong with its rows; the other values are then not to be used.
    """

    session: str
    row: int
    files: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()
    right: tuple[Path, ...] = ()
    side: Side | None = None
    rider: str = ""
    date: str = ""
    condition: str = ""
    notes: str = ""
    system: str | None = None
    left_wedges: int | None = None
    right_wedges: int | None = None
    left_neutral: NeutralCell | None = None
    right_neutral: NeutralCell | None = None
    from_s: float | None = None
    to_s: float | None = None
    fault: str = ""

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file of the session."""
        return (*self.files, *self.left, *self.right)


def read_manifest(path: str | Path, *, keep_faults: bool = False) -> tuple[SessionSpec, ...]:
    """Read a manifest.

    Parameters
    ----------
    path : path-like
        Delimited text with a header row: comma, semicolon or tab, any usual encoding.
    keep_faults : bool
        Return a session whose rows make no sense with its ``fault`` instead of raising: a batch goes on without it.

    Returns
    -------
    tuple of SessionSpec
        In the order of the first row of each.

    Raises
    ------
    RecordingError
        If the file cannot be read.
    UsageError
        If it is no manifest, a column is unknown or there twice, or (without ``keep_faults``) a cell makes no sense;
        row and column are named.

    Notes
    -----
    Rows with the same ``session`` are joined, one file a shoe (or an accelerometer's and a gyroscope's); they must not
    contradict each other, and an empty cell agrees with any. Paths are relative to the manifest. Whether the files
    are there is not looked at.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "manifest.csv"
    >>> _ = path.write_text("file;rider;right_wedges\\nanna_1.fit;Anna;0\\nanna_2.fit;Anna;+2\\n")
    >>> [(spec.session, spec.right_wedges) for spec in read_manifest(path)]
    [('anna_1.fit', 0), ('anna_2.fit', 2)]
    """
    path = Path(path)
    rows = _rows(_text(to_utf8(load(path).data)), path.name)
    sessions: dict[str, list[_Row]] = {}
    for row in rows:
        key = row.cells["session"]
        sessions.setdefault(f"session {key}" if key else f"row {row.number}", []).append(row)
    specs = [_session(group, path, keep_faults) for group in sessions.values()]
    return tuple(_distinct(specs))


@dataclass(frozen=True)
class _Row:
    """Cells of a row by column, empty where there are none."""

    number: int
    cells: Mapping[str, str]


def _text(data: bytes) -> str:
    """Decode as UTF-8, else as spreadsheets write it on a Western Windows."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _rows(text: str, name: str) -> list[_Row]:
    """Take the table apart."""
    lines = io.StringIO(text.lstrip("\ufeff"), newline=None).readlines()
    head_at, delimiter, columns = _header(lines, name)
    reader = csv.reader(lines[head_at + 1 :], delimiter=delimiter, skipinitialspace=True)
    rows = []
    begin = head_at + 2
    for cells in reader:
        number, begin = begin, head_at + 2 + reader.line_num
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue
        if any(cells[len(columns) :]):
            raise UsageError(f"{name}, row {number}: there are {len(cells)} cells for {len(columns)} columns.")
        rows.append(_Row(number, dict.fromkeys(COLUMNS, "") | dict(zip(columns, cells, strict=False))))
    if not rows:
        raise UsageError(f"{name}: the manifest names no file: there is no row under its header.")
    return rows


def _header(lines: Sequence[str], name: str) -> tuple[int, str, list[str]]:
    """Return where the header is, what separates its cells, and the columns in order."""
    for at, line in enumerate(lines):
        if not line.strip() or line.startswith("#") or re.fullmatch(r"sep=.\s*", line, re.IGNORECASE):
            continue
        splits = {mark: [_plain(cell) for cell in next(csv.reader([line], delimiter=mark))] for mark in _DELIMITERS}
        delimiter = max(
            _DELIMITERS, key=lambda mark: (sum(cell in COLUMNS for cell in splits[mark]), len(splits[mark]))
        )
        columns = splits[delimiter]
        while columns and not columns[-1]:
            columns.pop()
        for column in columns:
            if column not in COLUMNS:
                near = near_matches(column, COLUMNS) or f" Its columns may be: {', '.join(COLUMNS)}."
                raise UsageError(f"{name}: the manifest has an unknown column '{column[:40]}'.{near}")
            if columns.count(column) > 1:
                raise UsageError(f"{name}: the manifest has the column '{column}' twice.")
        if "file" not in columns:
            raise UsageError(f"{name}: the manifest has no column 'file'.")
        return at, delimiter, columns
    raise UsageError(f"{name}: the manifest is empty; a header row with the column 'file' was expected.")


def _plain(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().casefold())


def _session(rows: Sequence[_Row], manifest: Path, keep_faults: bool) -> SessionSpec:
    """Join the rows of one session."""
    name = rows[0].cells["session"] or rows[0].cells["file"] or f"row {rows[0].number}"
    try:
        values = _agreed(rows, manifest)
        return _with_files(SessionSpec(name, rows[0].number, **values), rows, manifest)
    except UsageError as error:
        if not keep_faults:
            raise
        files = tuple(_path(row.cells["file"], manifest) for row in rows if row.cells["file"])
        return SessionSpec(name, rows[0].number, files=files, fault=str(error))


def _agreed(rows: Sequence[_Row], manifest: Path) -> dict[str, Any]:
    """Return what the rows say together, apart from files and sides."""
    values: dict[str, Any] = {}
    said: dict[str, _Row] = {}
    for row in rows:
        for column in COLUMNS:
            cell = row.cells[column]
            if not cell or column in ("file", "session", "side"):
                continue
            value = _value(column, cell, f"{manifest.name}, row {row.number}, column {column}", manifest)
            if column in values and values[column] != value:
                first = said[column]
                raise UsageError(
                    f"{manifest.name}, row {row.number}, column {column}: '{cell}' contradicts '{first.cells[column]}' "
                    f"of row {first.number}, which belongs to the same session '{row.cells['session']}'."
                )
            values.setdefault(column, value)
            said.setdefault(column, row)
    start, end = values.get("from_s", 0.0), values.get("to_s")
    if end is not None and end <= start:
        raise UsageError(
            f"{manifest.name}, row {said['to_s'].number}, column to_s: {end:g} does not come after {start:g}."
        )
    return values


def _value(column: str, cell: str, where: str, manifest: Path) -> Any:
    """Return a cell's value; ``where`` begins the message of what makes no sense."""
    if column in ("left_wedges", "right_wedges"):
        number = _number(cell)
        if number is None or number != round(number) or abs(number) > 20:
            raise UsageError(f"{where}: '{cell[:40]}' is no count; a whole number was expected, varus +, valgus -.")
        return round(number)
    if column in ("left_neutral", "right_neutral"):
        if cell.casefold() in NEUTRAL_WORDS:
            return cell.casefold()
        number = _number(cell)
        if number is None or abs(number) > 90:
            words = ", ".join(NEUTRAL_WORDS)
            raise UsageError(
                f"{where}: '{cell[:40]}' is no neutral; degrees (heel-out +) or one of {words} was expected."
            )
        return number
    if column in ("from_s", "to_s"):
        number = _number(cell)
        if number is None or number < 0:
            raise UsageError(f"{where}: '{cell[:40]}' is no time; seconds from the first sample were expected.")
        return number
    return str(_path(cell, manifest)) if column == "system" and cell.endswith(".toml") else cell


def _number(cell: str) -> float | None:
    """Return a number, written with point or comma and any minus; None where it is none."""
    plain = cell.replace("\u2212", "-").replace("\u2013", "-").replace(",", ".")
    return float(plain) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", plain) else None


def _with_files(spec: SessionSpec, rows: Sequence[_Row], manifest: Path) -> SessionSpec:
    """Give each row's file to its shoe."""
    files: dict[Side | None, list[Path]] = {"left": [], "right": [], None: []}
    for row in rows:
        where = f"{manifest.name}, row {row.number}"
        if not row.cells["file"]:
            raise UsageError(f"{where}, column file: the row names no file.")
        side = _side(row.cells["side"], where)
        if side is None and len(rows) > 1:
            raise UsageError(
                f"{where}, column side: the session '{spec.session}' has {len(rows)} files, so each needs a side: "
                "left or right."
            )
        files[side].append(_path(row.cells["file"], manifest))
    if len(rows) == 1:
        only = next(side for side in (*SIDES, None) if files[side])
        return replace(spec, files=tuple(files[only]), side=only)
    return replace(spec, left=tuple(files["left"]), right=tuple(files["right"]))


def _side(cell: str, where: str) -> Side | None:
    plain = cell.casefold()
    for side in SIDES:
        if plain in (side, side[0]):
            return side
    if plain:
        raise UsageError(f"{where}, column side: '{cell[:40]}' is no side; left or right was expected, or nothing.")
    return None


def _path(cell: str, manifest: Path) -> Path:
    """Return a path as seen from here; a relative one written on Windows is understood elsewhere too."""
    if os.sep == "/" and "\\" in cell and not re.match(r"[A-Za-z]:|\\\\", cell):
        cell = cell.replace("\\", "/")
    return manifest.parent / cell


def _distinct(specs: Sequence[SessionSpec]) -> Iterator[SessionSpec]:
    """Give sections or repeats of one file names of their own."""
    counts = Counter(spec.session for spec in specs)
    taken: Counter[str] = Counter(name for name, count in counts.items() if count == 1)
    for spec in specs:
        name = spec.session
        if counts[name] > 1 and (spec.from_s is not None or spec.to_s is not None):
            end = "end" if spec.to_s is None else f"{spec.to_s:g}"
            name = f"{name}@{spec.from_s or 0:g}-{end}"
        if counts[spec.session] > 1:
            taken[name] += 1
            name = name if taken[name] == 1 else f"{name}#{taken[name]}"
        yield replace(spec, session=name)
