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
from typing import Any, Final

from bikefit.conventions import SIDES, PerFoot, Side
from bikefit.errors import UsageError, how_many, near_matches
from bikefit.io.source import load
from bikefit.io.text.layout import to_utf8
from bikefit.sessions.session import KEYWORDS, NO_FILES, Said, Session, said
from bikefit.sessions.values import number

COLUMNS: Final = ("file", "session", *(keyword.name for keyword in KEYWORDS.values() if keyword.has_column))
"""Columns of a manifest; only ``file`` must be there."""
_DELIMITERS: Final = (",", ";", "\t")
_EMPTY: Final = frozenset({"NA", "<NA>", "N/A", "n/a", "nan", "NaN", "NULL", "null"})
"""What other programs write where there is nothing."""
_TOTALS: Final = frozenset({"total", "totals", "sum", "summe", "gesamt", "average", "mean", "mittelwert"})
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
"""A number that is another one where a point or comma parts thousands."""


@dataclass(frozen=True)
class ManifestSession:
    """One session as a manifest describes it.

    Attributes
    ----------
    name : str
        Its name as given, else the file as written; all names of a manifest differ.
    row : int
        Its first row, as a spreadsheet numbers it.
    said : mapping
        Its files and what its rows say of it, by field of `Session`.
    fault : str
        What is wrong with its rows; then ``said`` holds its files alone.
    given : bool
        Whether its rows give the name; else it is the file's.
    """

    name: str
    row: int
    said: Said
    fault: str = ""
    given: bool = True

    def session(self, common: Session | None = None) -> Session:
        """Return the session; what its rows do not say is as in the common options."""
        return (common or Session()).told(self.said)


def read_manifest(path: str | Path, *, keep_faults: bool = False) -> tuple[ManifestSession, ...]:
    """Read a manifest.

    Parameters
    ----------
    path : path-like
        Delimited text with a header row: comma, semicolon or tab, any usual encoding.
    keep_faults : bool
        Return a session whose rows make no sense with its ``fault`` instead of raising: a batch goes on without it.

    Returns
    -------
    tuple of ManifestSession
        In the order of the first row of each.

    Raises
    ------
    RecordingError
        If the file cannot be read.
    UsageError
        If it is not a manifest, a column is nearly one of its or there twice, or (without ``keep_faults``) a cell
        makes no sense; row and column are named.

    Notes
    -----
    Rows with the same ``session`` are joined, one file a shoe (or an accelerometer's and a gyroscope's); they must not
    contradict each other, and an empty cell agrees with any; ``NA`` and ``nan`` are empty. Other columns and rows of
    sums are passed over. Paths are relative to the manifest. Whether the files
    are there is not looked at.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "manifest.csv"
    >>> _ = path.write_text("file;rider;right_wedges\\nanna_1.fit;Anna;0\\nanna_2.fit;Anna;+2\\n")
    >>> [(one.name, one.session().wedges.right) for one in read_manifest(path)]
    [('anna_1.fit', 0), ('anna_2.fit', 2)]
    """
    return read_manifest_and_notes(path, keep_faults=keep_faults)[0]


def read_manifest_and_notes(
    path: str | Path, *, keep_faults: bool = False
) -> tuple[tuple[ManifestSession, ...], tuple[str, ...]]:
    """Read a manifest, with what has to be said about the table."""
    path = Path(path)
    read, unknown = _rows(_text(to_utf8(load(path).data)), path.name)
    rows = [row for row in read if not _total(row)]
    notes = [
        f"{path.name}, row {row.number}: '{total}' is not a recording; the row is passed over."
        for row in read
        if (total := _total(row))
    ]
    if unknown:
        shown = ", ".join(f"'{column[:40]}'" for column in unknown)
        notes.insert(0, f"{path.name}: columns that say nothing to the program are passed over: {shown}.")
    if not rows:
        raise UsageError(f"{path.name}: the manifest names no file: there is no row under its header.")
    odd = _odd_riders(rows, path.name)
    sessions: dict[str, list[_Row]] = {}
    for row in rows:
        key = row.cells["session"]
        sessions.setdefault(f"session {key}" if key else f"row {row.number}", []).append(row)
    return tuple(_distinct([_session(group, path, keep_faults, odd) for group in sessions.values()])), tuple(notes)


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


def _rows(text: str, name: str) -> tuple[list[_Row], list[str]]:
    """Take the table apart; returns its rows and the columns that a manifest does not have."""
    lines = io.StringIO(text.lstrip("\ufeff"), newline=None).readlines()
    head_at, delimiter, columns = _header(lines, name)
    reader = csv.reader(lines[head_at + 1 :], delimiter=delimiter, skipinitialspace=True)
    rows = []
    begin = head_at + 2
    for cells in reader:
        number, begin = begin, head_at + 2 + reader.line_num
        cells = ["" if cell.strip() in _EMPTY else cell.strip() for cell in cells]
        if not any(cells):
            continue
        if any(cells[len(columns) :]):
            wanted = how_many(len(columns), "column")
            raise UsageError(f"{name}, row {number}: there are {len(cells)} cells for {wanted}.")
        rows.append(_Row(number, dict.fromkeys(COLUMNS, "") | dict(zip(columns, cells, strict=False))))
    return rows, [column for column in columns if column and column not in COLUMNS]


def _total(row: _Row) -> str:
    """Return the word by which a row that sums up others and names no recording gives itself away, else nothing."""
    word = next((cell for cell in row.cells.values() if cell.casefold().rstrip(":") in _TOTALS), "")
    return word if row.cells["file"] in ("", word) else ""


def _odd_riders(rows: Sequence[_Row], name: str) -> dict[int, str]:
    """Ask about riders who differ from an earlier one by case or blanks only, by the number of the row."""
    first: dict[str, _Row] = {}
    odd = {}
    for row in rows:
        rider = row.cells["rider"]
        earlier = first.setdefault("".join(rider.casefold().split()), row)
        if earlier.cells["rider"] != rider:
            odd[row.number] = (
                f"{name}, row {row.number}, column rider: '{rider[:40]}' and '{earlier.cells['rider'][:40]}' of row "
                f"{earlier.number} differ by case or blanks only; write one name for one rider."
            )
    return odd


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
            near = "" if column in COLUMNS else near_matches(column, COLUMNS)
            if near:
                raise UsageError(f"{name}: the manifest has an unknown column '{column[:40]}'.{near}")
            if column in COLUMNS and columns.count(column) > 1:
                raise UsageError(f"{name}: the manifest has the column '{column}' twice.")
        if "file" not in columns:
            raise UsageError(f"{name}: the manifest has no column 'file'. Its columns may be: {', '.join(COLUMNS)}.")
        return at, delimiter, columns
    raise UsageError(f"{name}: the manifest is empty; a header row with the column 'file' was expected.")


def _plain(cell: str) -> str:
    """Return a column's name as the header has it, in small letters with underscores."""
    return re.sub(r"[\s-]+", "_", cell.strip().casefold())


def _session(rows: Sequence[_Row], manifest: Path, keep_faults: bool, odd: Mapping[int, str]) -> ManifestSession:
    """Join the rows of one session."""
    given = bool(rows[0].cells["session"])
    name = rows[0].cells["session"] or rows[0].cells["file"] or f"row {rows[0].number}"
    try:
        for row in rows:
            if row.number in odd:
                raise UsageError(odd[row.number])
        values = _agreed(rows, manifest)
        return ManifestSession(name, rows[0].number, said(values | _files(name, rows, manifest)), given=given)
    except UsageError as error:
        if not keep_faults:
            raise
        files = tuple(_path(row.cells["file"], manifest) for row in rows if row.cells["file"])
        return ManifestSession(name, rows[0].number, {"files": files}, str(error), given)


def _agreed(rows: Sequence[_Row], manifest: Path) -> dict[str, Any]:
    """Return by column what the rows say together, apart from files and sides."""
    values: dict[str, Any] = {}
    first_said: dict[str, _Row] = {}
    for row in rows:
        for column in COLUMNS:
            cell = row.cells[column]
            if not cell or column in ("file", "session", "side"):
                continue
            value = _value(column, cell, f"{manifest.name}, row {row.number}, column {column}", manifest)
            if column in values and values[column] != value:
                first = first_said[column]
                raise UsageError(
                    f"{manifest.name}, row {row.number}, column {column}: '{cell}' contradicts '{first.cells[column]}' "
                    f"of row {first.number}, which belongs to the same session '{row.cells['session']}'."
                )
            values.setdefault(column, value)
            first_said.setdefault(column, row)
    start, end = values.get("from_s", 0.0), values.get("to_s")
    if end is not None and end <= start:
        raise UsageError(
            f"{manifest.name}, row {first_said['to_s'].number}, column to_s: {end:g} does not come after {start:g}."
        )
    return values


def _value(column: str, cell: str, where: str, manifest: Path) -> Any:
    """Return a cell's value; ``where`` begins the message of what makes no sense."""
    described = KEYWORDS[column].option
    if described.kind.names_file(cell):
        cell = str(_path(cell, manifest))
    elif described.kind.grouped and _THOUSANDS.fullmatch(cell):
        short, long = f"{number(cell):g}", re.sub("[.,]", "", cell)
        raise UsageError(f"{where}: '{cell}' may mean {short} s or {long} s; write {short} or {long}.")
    return described.read(cell, where)


def _files(name: str, rows: Sequence[_Row], manifest: Path) -> dict[str, Any]:
    """Give each row's file to its shoe."""
    files: dict[Side | None, list[Path]] = {"left": [], "right": [], None: []}
    for row in rows:
        where = f"{manifest.name}, row {row.number}"
        if not row.cells["file"]:
            raise UsageError(f"{where}, column file: the row names no file.")
        named = row.cells["side"]
        side = KEYWORDS["side"].option.read(named, f"{where}, column side") if named else None
        if side is None and len(rows) > 1:
            raise UsageError(
                f"{where}, column side: the session '{name}' has {len(rows)} files, so each needs a side: "
                "left or right."
            )
        files[side].append(_path(row.cells["file"], manifest))
    if len(rows) > 1:
        return {"files": (), "shoe_files": PerFoot.each(lambda side: tuple(files[side]))}
    only = next(side for side in (*SIDES, None) if files[side])
    one = {"files": tuple(files[only]), "shoe_files": NO_FILES}
    return one if only is None else one | {"side": only}


def _path(cell: str, manifest: Path) -> Path:
    """Return a path as seen from here; a relative one written on Windows is understood elsewhere too."""
    if os.sep == "/" and "\\" in cell and not re.match(r"[A-Za-z]:|\\\\", cell):
        cell = cell.replace("\\", "/")
    return manifest.parent / cell


def _distinct(sessions: Sequence[ManifestSession]) -> Iterator[ManifestSession]:
    """Give sections or repeats of one file names of their own."""
    counts = Counter(one.name for one in sessions)
    taken: Counter[str] = Counter(name for name, count in counts.items() if count == 1)
    for one in sessions:
        name, from_s, to_s = one.name, one.said.get("from_s"), one.said.get("to_s")
        if counts[one.name] > 1 and (from_s is not None or to_s is not None):
            name = f"{name}@{from_s or 0:g}-{'end' if to_s is None else f'{to_s:g}'}"
        if counts[one.name] > 1:
            taken[name] += 1
            name = name if taken[name] == 1 else f"{name}#{taken[name]}"
        yield replace(one, name=name)
