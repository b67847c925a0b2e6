"""Manifests: any dialect, sessions of several rows, and errors that name row and column."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bikefit.conventions import PerFoot
from bikefit.errors import RecordingError, UsageError
from bikefit.sessions.manifest import COLUMNS, read_manifest, read_manifest_and_notes

HEADER = (
    "file,session,rider,date,condition,system,side,left_wedges,right_wedges,left_neutral,right_neutral,"
    "from_s,to_s,notes"
)
TABLE = (
    HEADER
    + '''
anna_1.fit,,Anna,2026-03-02,bare,,,0,0,,,,,
anna_2.fit,,Anna,2026-03-02,"two, right",bikefit-in-shoe,,-1,+2,1.5,static,10,600.5,"says ""ok"""
left.csv,dario,Dario,,,,left,0,,,,,,
right.csv,dario,,,,,right,,1,,recovery,,,
'''
)


def manifest(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "manifest.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_everything_that_a_manifest_can_say(tmp_path: Path) -> None:
    rows = read_manifest(manifest(tmp_path, TABLE))
    assert [(row.name, row.row) for row in rows] == [("anna_1.fit", 2), ("anna_2.fit", 3), ("dario", 4)]
    first, second, third = (row.session() for row in rows)
    assert (first.rider, first.date) == ("Anna", "2026-03-02")
    assert first.files == (tmp_path / "anna_1.fit",)
    assert (first.wedges, first.neutral) == (PerFoot(0, 0), PerFoot(None, None))
    assert "system" not in rows[0].said
    assert (second.condition, second.notes, second.system) == ("two, right", 'says "ok"', "bikefit-in-shoe")
    assert second.wedges == PerFoot(-1, 2)
    assert second.neutral == PerFoot(1.5, "static")
    assert (second.from_s, second.to_s) == (10.0, 600.5)
    assert third.files == ()
    assert third.shoe_files == PerFoot((tmp_path / "left.csv",), (tmp_path / "right.csv",))
    assert (third.rider, third.wedges, third.neutral.right) == ("Dario", PerFoot(0, 1), "recovery")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_any_dialect(tmp_path: Path, encoding: str, mark: str, newline: str) -> None:
    rows = ["file,rider,From s,LEFT-WEDGES", "a.fit,Zoë,1.5,2", "", "b.fit,Jörg,,-1"]
    text = "# our rides\n" + newline.join(rows).replace(",", mark) + newline
    if mark == ";":
        text = "sep=;" + newline + text.replace("1.5", "1,5")
    first, second = (row.session() for row in read_manifest(manifest(tmp_path, text, encoding)))
    assert (first.rider, first.from_s, first.wedges.left) == ("Zoë", 1.5, 2)
    assert (second.rider, second.from_s, second.wedges.left) == ("Jörg", None, -1)


@given(st.lists(st.tuples(st.text("ab ,;\"'.é", min_size=1), st.integers(-3, 3)), min_size=1, max_size=6))
def test_what_a_spreadsheet_quotes_comes_back(rows: list[tuple[str, int]]) -> None:
    rows = [(f"x{name}y", count) for name, count in rows]
    for mark in ",;\t":
        table = io.StringIO()
        csv.writer(table, delimiter=mark).writerows([("file", "right_wedges"), *rows])
        with tempfile.TemporaryDirectory() as folder:
            found = read_manifest(manifest(Path(folder), table.getvalue()))
            sessions = [row.session() for row in found]
            assert [(one.files[0], one.wedges.right) for one in sessions] == [(Path(folder, n), c) for n, c in rows]
            assert len({row.name for row in found}) == len(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("rider,date\nAnna,\n", "no column 'file'"),
        ("file,ridr\na.fit,Anna\n", "unknown column 'ridr'. Did you mean 'rider'"),
        ("zzz,ooo\na.fit,Anna\n", "Its columns may be: file, session"),
        ("file,date\na.fit,03/02/2026\n", "row 2, column date: '03/02/2026' may mean 2026-02-03 or 2026-03-02"),
        ("file,date\na.fit,31.2.2026\n", "row 2, column date: '31.2.2026' is not a date"),
        ("file,date\na.fit,last week\n", "row 2, column date: 'last week' is not a date"),
        ("file,from_s\na.fit,1.200\n", "row 2, column from_s: '1.200' may mean 1.2 s or 1200 s"),
        (
            "file,rider\na.fit,Ann Lee\nb.fit,ann  lee\n",
            "row 3, column rider: 'ann  lee' and 'Ann Lee' of row 2",
        ),
        ("file,file\na.fit,b.fit\n", "'file' twice"),
        ("file\n", "no row under its header"),
        ("file,rider\na.fit,Anna,more\n", "row 2: there are 3 cells for 2 columns"),
        ("file,left_wedges\na.fit,0\n\nb.fit,two\n", "row 4, column left_wedges: 'two' is not a count"),
        ("file,left_wedges\na.fit,1.5\n", "row 2, column left_wedges: '1.5'"),
        ("file,right_neutral\na.fit,left\n", "row 2, column right_neutral: 'left' is not a neutral"),
        ("file,right_neutral\na.fit,61\n", "row 2, column right_neutral: 61 deg is not plausible; -60 to 60 deg"),
        ("file,left_wedges\na.fit,11\n", "row 2, column left_wedges: 11 wedges is not plausible"),
        ("file,from_s\na.fit,-1\n", "row 2, column from_s: '-1' is not a time"),
        ("file,from_s,to_s\na.fit,20,10\n", "row 2, column to_s: 10 does not come after 20"),
        ("file,side\na.fit,both\n", "row 2, column side: 'both' is not a side"),
        ("file,rider\n,Anna\n", "row 2, column file: the row names no file"),
        ("file,session\na.csv,s\nb.csv,s\n", "row 2, column side: the session 's' has 2 files"),
        (
            "file,session,side,rider\na.csv,s,left,Anna\nb.csv,s,right,Ben\n",
            "row 3, column rider: 'Ben' contradicts 'Anna' of row 2",
        ),
    ],
)
def test_errors_name_row_and_column(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "rides.csv"
    path.write_text(text or "\n")
    with pytest.raises(UsageError) as caught:
        read_manifest(path)
    assert words in str(caught.value)
    assert str(caught.value).startswith("rides.csv")
    assert "\n" not in str(caught.value)


def test_what_is_no_recording_is_passed_over_and_told(tmp_path: Path) -> None:
    text = "file,rider,km,km,left_wedges\na.fit,NA,20,1,nan\nTotal,,20,1,\n,Sum:,20,1,3\n"
    rows, notes = read_manifest_and_notes(manifest(tmp_path, text))
    assert [row.name for row in rows] == ["a.fit"]
    assert (rows[0].session().rider, rows[0].session().wedges.left) == ("", None)
    assert "'km', 'km'" in notes[0]
    assert ["row 3: 'Total'" in notes[1], "row 4: 'Sum:'" in notes[2]] == [True, True]


def test_a_batch_can_go_on_without_a_row_that_makes_no_sense(tmp_path: Path) -> None:
    path = manifest(tmp_path, "file,left_wedges\na.fit,x\nb.fit,1\n")
    wrong, good = read_manifest(path, keep_faults=True)
    assert "row 2, column left_wedges" in wrong.fault
    assert (wrong.name, wrong.session().files) == ("a.fit", (tmp_path / "a.fit",))
    assert (good.fault, good.session().wedges.left) == ("", 1)


def test_sections_and_repeats_of_one_file_are_sessions_of_their_own(tmp_path: Path) -> None:
    text = "file,from_s,to_s\na.fit,,\na.fit,0,90\na.fit,90,\na.fit,,\nb.fit,,\n"
    names = [row.name for row in read_manifest(manifest(tmp_path, text))]
    assert names == ["a.fit", "a.fit@0-90", "a.fit@90-end", "a.fit#2", "b.fit"]


def test_a_sensor_with_two_files_and_a_file_of_one_foot(tmp_path: Path) -> None:
    text = "file,session,side\nacc.csv,s,right\ngyr.csv,s,r\none.csv,,left\n"
    sensor, foot = (row.session() for row in read_manifest(manifest(tmp_path, text)))
    assert sensor.shoe_files == PerFoot((), (tmp_path / "acc.csv", tmp_path / "gyr.csv"))
    assert (foot.files, foot.side) == ((tmp_path / "one.csv",), "left")


def test_paths_are_relative_to_the_manifest_and_absolute_ones_stay(tmp_path: Path) -> None:
    text = f"file;system\nrides\\a.fit;mine.toml\n{tmp_path / 'elsewhere' / 'b.fit'};\n../c.fit;\n"
    (tmp_path / "studio").mkdir()
    first, second, third = (row.session() for row in read_manifest(manifest(tmp_path / "studio", text)))
    assert first.files == (tmp_path / "studio" / "rides" / "a.fit",)
    assert first.system == str(tmp_path / "studio" / "mine.toml")
    assert second.files == (tmp_path / "elsewhere" / "b.fit",)
    assert third.files == (tmp_path / "studio" / ".." / "c.fit",)


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no such file"):
        read_manifest(tmp_path / "none.csv")


def test_the_columns_are_those_of_the_contract() -> None:
    assert ",".join(COLUMNS) == (
        "file,session,rider,date,condition,client,system,side,left_wedges,right_wedges,left_neutral,right_neutral,"
        "cleat,cleat_float_deg,from_s,to_s,notes,comfort,shoe,pedal,next_visit,language,brand"
    )
