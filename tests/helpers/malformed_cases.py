"""Odd and broken files, with what must be said about each: one table for the library and for the command line.

``write`` makes the file in a folder and returns its path. ``exit_code`` is that of ``bikefit analyze``: 0 where the
file can be read and used (``findings`` then names what must be told), 2 or 3 where ``says`` must be in the message.
``flags`` are the options as on the command line, ``options`` the same for the library.
"""

from __future__ import annotations

import gzip
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bikefit.io.options import AS_THE_FILE_SAYS, ReadOptions

HEADER = "time_s,left_heel_rotation_deg,right_heel_rotation_deg,crank_angle_deg"


@dataclass(frozen=True)
class Case:
    name: str
    write: Callable[[Path], Path]
    exit_code: int
    says: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    options: ReadOptions = AS_THE_FILE_SAYS


def rows(count: int = 2000, rate_hz: float = 100.0) -> list[str]:
    """Lines of an ordinary recording, 90 rpm."""
    time_s = np.arange(count) / rate_hz
    crank = np.radians(time_s * 540)
    left, right = 2 + np.sin(crank), -1 + np.cos(crank)
    table = zip(time_s, left, right, np.degrees(crank) % 360, strict=True)
    return [f"{t:.4f},{a:.4f},{b:.4f},{c:.3f}" for t, a, b, c in table]


def text(*lines: str, header: str | None = HEADER, name: str = "ride.csv", end: str = "\n") -> Callable[[Path], Path]:
    """A writer of a text file of these lines."""
    return raw(end.join([*([header] if header is not None else []), *lines, ""]).encode(), name)


def raw(data: bytes, name: str = "ride.csv") -> Callable[[Path], Path]:
    """A writer of these bytes."""

    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return write


def changed(row: int, column: int, cell: str, count: int = 2000) -> Callable[[Path], Path]:
    """An ordinary recording with one cell changed."""
    lines = [line.split(",") for line in rows(count)]
    lines[row][column] = cell
    return text(*map(",".join, lines))


def column(index: int, cell: str) -> Callable[[Path], Path]:
    """An ordinary recording with one column filled with one cell."""
    lines = [line.split(",") for line in rows()]
    for line in lines:
        line[index] = cell
    return text(*map(",".join, lines))


def _missing(folder: Path) -> Path:
    return folder / "not_there.csv"


def _folder(folder: Path) -> Path:
    path = folder / "rides"
    path.mkdir()
    return path


def _pipe(folder: Path) -> Path:
    path = folder / "pipe.csv"
    os.mkfifo(path)
    return path


def _unreadable(folder: Path) -> Path:
    path = text(*rows())(folder)
    path.chmod(0)
    return path


def _long_line(folder: Path) -> Path:
    path = folder / "line.csv"
    with path.open("wb") as stream:
        for _ in range(200):
            stream.write(b"7" * 1_000_000)
    return path


def _long_first_line_of_text(folder: Path) -> Path:
    return raw(b'time_s,"' + b"x" * 3_000_000 + b'",left_heel_rotation_deg\n' + b"0,1,2\n" * 5)(folder)


def _wide(folder: Path) -> Path:
    header = HEADER + "," + ",".join(f"extra_{number}" for number in range(10_000))
    filling = ",0" * 10_000
    return text(*(line + filling for line in rows(300)), header=header)(folder)


def _scaled(column_index: int, factor: float) -> Callable[[Path], Path]:
    lines = [line.split(",") for line in rows()]
    for line in lines:
        line[column_index] = f"{float(line[column_index]) * factor:.6f}"
    return text(*map(",".join, lines))


def _swapped_pairs() -> Callable[[Path], Path]:
    lines = rows()
    lines[100:102] = reversed(lines[100:102])
    return text(*lines)


def _repeated() -> Callable[[Path], Path]:
    lines = rows()
    lines[500:500] = [lines[500]] * 3
    return text(*lines)


def _clock_set_back() -> Callable[[Path], Path]:
    lines = rows()
    return text(*lines[:1000], *lines[500:])


def _halves(first_hz: float, second_hz: float) -> Callable[[Path], Path]:
    first, second = rows(2000, first_hz), rows(2000, second_hz)
    offset = 2000 / first_hz
    moved = [f"{float(line.partition(',')[0]) + offset:.4f},{line.partition(',')[2]}" for line in second]
    return text(*first, *moved)


def _coarse(step_s: float) -> Callable[[Path], Path]:
    lines = rows()
    return text(*(f"{step_s * (float(line.partition(',')[0]) // step_s)},{line.partition(',')[2]}" for line in lines))


def _packed_and_cut(folder: Path) -> Path:
    packed = gzip.compress(text(*rows())(folder).read_bytes())
    return raw(packed[: len(packed) // 2], "ride.csv.gz")(folder)


def _fit_named_csv(folder: Path) -> Path:
    return raw(struct.pack("<BBHI4sH", 14, 0x20, 2100, 0, b".FIT", 0) + b"\0\0")(folder)


CASES = [
    Case("ordinary", text(*rows()), 0),
    # -- not a file that can be read
    Case("missing", _missing, 3, ("no such file",)),
    Case("folder", _folder, 3, ("folder",)),
    Case("pipe", _pipe, 3, ("not an ordinary file",)),
    Case("unreadable", _unreadable, 3, ("cannot be read", "ermission")),
    Case("empty", raw(b""), 3, ("empty",)),
    Case("only line breaks", raw(b"\n\n\n\n"), 3, ("no header row",)),
    Case("binary junk", raw(np.random.default_rng(5).bytes(5000)), 3, ("binary",)),
    Case("a picture", raw(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "ride.csv"), 3, ("binary",)),
    Case("Excel workbook", raw(b"PK\x03\x04" + bytes(100), "ride.xlsx"), 3, ("Excel", "CSV")),
    Case("GPX track", raw(b"<?xml version='1.0'?><gpx></gpx>", "ride.gpx"), 3, ("GPX", "FIT")),
    Case("prose", text("It rained.", "So, we stayed.", header=None), 3, ("not a table with a time column",)),
    Case("200 MB in one line", _long_line, 3, ("longer than 1 MB",)),
    Case("3 MB of header", _long_first_line_of_text, 3, ("longer than 1 MB",)),
    Case("gzip that is none", raw(b"\x1f\x8b" + b"nonsense" * 20, "ride.csv.gz"), 3, ("gzip",)),
    Case("gzip cut off", _packed_and_cut, 0, findings=("gzip_damaged",)),
    Case("FIT named csv", _fit_named_csv, 3),
    Case("CSV named fit", text(*rows(), name="ride.fit"), 0),
    Case("CSV without suffix", text(*rows(), name="ride"), 0),
    # -- a table without what is needed
    Case("header only", text(), 3, ("no numbers",)),
    Case("no header", text(*rows(), header=None), 3, ("no header row",)),
    Case("no time column", text(*rows(), header="x,left_heel_rotation_deg,b,c"), 3, ("no time column", "left_heel")),
    Case("a text", raw(b"Hello, this is a list.\nmilk\neggs\n"), 3, ("no column begins with a number",)),
    Case("no rotation", text(*rows(), header="time_s,power_w,cadence_rpm,x"), 3, ("no foot rotation", "power_w")),
    Case(
        "rotation misspelt",
        text(*rows(), header="time_s,left_heel_rotatoin_deg,b,c"),
        3,
        ("no foot rotation", "left_heel_rotatoin_deg", "--column"),
    ),
    Case("one foot, not said which", text(*rows(), header="time_s,heel_rotation_deg,b,c"), 3, ("--side",)),
    Case(
        "one foot",
        text(*rows(), header="time_s,heel_rotation_deg,b,c"),
        0,
        flags=("--side", "left"),
        options=ReadOptions(side="left"),
    ),
    Case(
        "a side that is not there",
        text(*rows(), header="time_s,right_heel_rotation_deg,b,c"),
        3,
        ("left foot is not in this file", "--side right"),
        flags=("--side", "left"),
        options=ReadOptions(side="left"),
    ),
    Case(
        "unknown channel",
        text(*rows()),
        2,
        ("not a channel", "left_heel_rotation_deg"),
        flags=("--column", "left_heal_rotation_deg=x"),
        options=ReadOptions(columns={"left_heal_rotation_deg": "x"}),
    ),
    Case(
        "unknown column",
        text(*rows()),
        3,
        ("no column 'lefd_heel_rotation_deg'", "left_heel_rotation_deg"),
        flags=("--column", "left_heel_rotation_deg=lefd_heel_rotation_deg"),
        options=ReadOptions(columns={"left_heel_rotation_deg": "lefd_heel_rotation_deg"}),
    ),
    Case("one row", text(*rows(1)), 3, ("only 1 row",)),
    Case("two strokes", text(*rows(133)), 0),
    Case("1 Hz", text(*rows(300, 0.9)), 0),
    # -- cells
    Case("a word among numbers", changed(700, 1, "broken"), 3, ("line 702", "left_heel_rotation_deg", "'broken'")),
    Case("a word in the time", changed(700, 0, "later"), 3, ("line 702", "time_s", "'later'")),
    Case("two points in a number", changed(3, 2, "1.2.3"), 3, ("line 5", "right_heel_rotation_deg")),
    Case("missing cells", changed(700, 1, ""), 0),
    Case("missing written out", changed(700, 1, "-"), 0),
    Case("row cut short", text(*rows(500), "5.0,1.2"), 0),
    Case("last row torn", raw("\n".join([HEADER, *rows(), "20.0,1."]).encode()), 0, findings=("last_line_torn",)),
    Case("row too long", text(*rows(500), "5.0,1.2,3,4,5,6", *rows(2)), 3, ("line 502", "6 values")),
    Case("comma decimals in a comma table", text("0,00,1,5,2,0,3,5", "0,01,1,5,2,0,3,5"), 3, ("8 values",)),
    Case("all missing", column(1, ""), 0, findings=("no_values",)),
    Case("no times at all", column(0, ""), 3, ("time_s", "no times")),
    Case("infinite values", changed(700, 1, "inf"), 0, findings=("impossible_values",)),
    Case("huge value", changed(700, 1, "1e300"), 0, findings=("impossible_values",)),
    Case("sentinel", changed(700, 1, "-9999"), 0, findings=("impossible_values",)),
    Case("huge time", changed(1999, 0, "1e300"), 0, findings=("stamps_wild",)),
    Case("first time stray", changed(0, 0, "-1e12"), 0, findings=("stamps_wild",)),
    Case("infinite time", changed(1999, 0, "inf"), 0, findings=("time_missing",)),
    Case("constant", column(1, "3.5"), 0, findings=("constant_rotation",)),
    Case("radians?", _scaled(1, 1 / 57.3), 0, findings=("radians_suspected",)),
    Case("crank in radians?", _scaled(3, 1 / 57.2958), 0, findings=("crank_radians_suspected",)),
    # -- times
    Case("negative times", _scaled(0, 1.0), 0),
    Case("milliseconds named seconds", _scaled(0, 1000.0), 0, findings=("time_step_odd",)),
    Case("two rows swapped", _swapped_pairs(), 0, findings=("time_sorted",)),
    Case("rows repeated", _repeated(), 0, findings=("duplicates_averaged",)),
    Case("clock set back", _clock_set_back(), 3, ("line 1002", "time_s", "goes back")),
    Case("time runs backwards", text(*reversed(rows())), 3, ("goes back",)),
    Case("time stands still", column(0, "1.0"), 3, ("all 2000 rows have one time",)),
    Case("rate changes", _halves(100.0, 50.0), 0, findings=("rate_changes",)),
    Case("whole seconds only", _coarse(1.0), 0, findings=("bursts_spread",)),
    Case("steps of ten seconds", _coarse(10.0), 0, findings=("time_too_coarse",)),
    # -- text
    Case("UTF-16", raw("\n".join([HEADER, *rows(), ""]).encode("utf-16")), 0),
    Case("UTF-16 without mark", raw("\n".join([HEADER, *rows(), ""]).encode("utf-16-be")), 0),
    Case("old Mac line ends", text(*rows(), end="\r"), 0),
    Case("Windows line ends", text(*rows(), end="\r\n"), 0),
    Case("zero bytes inside", raw("\n".join([HEADER, *rows(), "\0\0\0", *rows(2), ""]).encode()), 3, ("zero bytes",)),
    Case(
        "zero bytes at the end",
        raw("\n".join([HEADER, *rows(), "20.0,1.", ""]).encode() + bytes(4096)),
        0,
        findings=("text_cut_off",),
    ),
    Case("quotes", text(*(",".join(f'"{cell}"' for cell in line.split(",")) for line in rows())), 0),
    Case("quotation mark never closed", text(*rows(500), '5.0,"1.2,3,4', *rows(2)), 3, ("quotation mark",)),
    Case(
        "line breaks in cells",
        text(*(line + ',"a\nb"' for line in rows()), header=HEADER + ',"my\nnotes"'),
        0,
    ),
    # -- columns
    Case("10,000 columns", _wide, 0),
    Case(
        "two columns of one name",
        text(*rows(), header="time_s,left_heel_rotation_deg,left_heel_rotation_deg,c"),
        3,
        ("both", "left_heel_rotation_deg"),
    ),
    Case("columns without a name", text(*rows(), header="time_s,left_heel_rotation_deg,,"), 0),
    Case(
        "100 kB of script as a name",
        text(*rows(), header="time_s,left_heel_rotation_deg,b," + "<script>" * 12_500),
        0,
    ),
    Case(
        "100 kB of script and no rotation",
        text(*rows(), header="time_s,a,b," + "<script>" * 12_500),
        3,
        ("no foot rotation", "<script>"),
    ),
]
