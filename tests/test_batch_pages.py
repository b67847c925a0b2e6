"""The pages of a batch: client PDFs of one page, names of the studio's own, brand and language row by row."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from bikefit.batch import jobs_and_notes
from bikefit.batch.names import check_pattern, with_stems
from bikefit.batch.plan import Job
from bikefit.batch.work import Task, do_task
from bikefit.errors import UsageError
from bikefit.sessions.session import Session


def job(number: int, name: str, **told: Any) -> Job:
    """A job of a file of its own."""
    return Job(f"{name}-{number:08x}", number, name, Session(files=(Path(name),), **told))


def stems(pattern: str, *jobs: Job, reserved: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
    named, notes = with_stems(jobs, pattern, reserved)
    return [one.stem for one in named], notes


def test_names_are_safe_and_leave_no_gap() -> None:
    made, notes = stems(
        "{date}_{rider}_{session}",
        job(1, "ride.fit", rider="Zoë & Bob", date="3.2.2026"),
        job(2, "../../etc/passwd", rider="CON"),
        job(3, "week 1", rider="", date="2026-02-04"),
    )
    assert made == ["2026-02-03_Zoë-Bob_ride", "CON_etc-passwd", "2026-02-04_week-1"]
    assert notes == ["--name: the manifest gives no date of 1 session, so there is none in the name."]
    assert stems("{rider}", job(1, "a.fit"))[0] == ["a.fit-00000001"]
    assert all(len(stem.encode()) <= 80 for stem in stems("{rider}{session}", job(1, "b.fit", rider="ü" * 300))[0])


def test_a_folders_manifest_is_said_to_leave_recordings_out(samples: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        shutil.copy(samples / "two_wedges.csv", tmp_path / name)
    (tmp_path / "manifest.csv").write_text("file\na.csv\n", encoding="utf-8")
    _, notes = jobs_and_notes(tmp_path, tmp_path / "out", Session())
    assert notes[0].endswith("to take all of them. 1 recording there is not in it: b.csv.")
    (tmp_path / "b.csv").unlink()
    assert jobs_and_notes(tmp_path, tmp_path / "out", Session())[1][0].endswith("to take all of them.")


def test_names_that_clash_are_told_and_told_apart() -> None:
    made, notes = stems("{rider}", job(1, "a.fit", rider="Anna"), job(2, "b.fit", rider="ANNA"), reserved=("Ben",))
    assert made == ["Anna", "ANNA-00000002"]
    assert notes == ["--name: b.fit and a.fit would have one name, so b.fit has ANNA-00000002."]
    assert stems("{rider}", job(3, "c.fit", rider="ben"), reserved=("Ben",))[0] == ["ben-00000003"]


@pytest.mark.parametrize("pattern", ["{ridr}", "report", "{rider", "{rider}}", "{}", "{0}"])
def test_a_pattern_that_makes_no_sense_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="--name"):
        check_pattern(pattern)


def test_rows_have_their_own_language_brand_and_sheet_and_each_pdf_is_one_page(
    run: Callable[..., Any], samples: Path, tmp_path: Path
) -> None:
    (tmp_path / "studio.toml").write_text('name = "Radlabor"\nclosing = "Bis bald!"\n', encoding="utf-8")
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(
        "file,rider,date,brand,language,notes\n"
        f"{samples / 'two_wedges.csv'},Anna,2026-02-03,studio.toml,de,Knie links\n"
        f"{samples / 'two_wedges.fit'},Ben,2026-02-04,,,\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    command = ("batch", manifest, "--out", out, "--jobs", 1, "--pdf", "--name", "{date}_{rider}")
    assert "2 ok" in run(*command).out
    pages = sorted(path.name for path in (out / "sessions").iterdir())
    assert pages == ["2026-02-03_Anna.html", "2026-02-03_Anna.pdf", "2026-02-04_Ben.html", "2026-02-04_Ben.pdf"]
    anna, ben = (PdfReader(out / "sessions" / name) for name in (pages[1], pages[3]))
    assert (len(anna.pages), len(ben.pages)) == (1, 1)
    said, other = anna.pages[0].extract_text(), ben.pages[0].extract_text()
    assert all(told in said for told in ("Radlabor", "Bis bald!", "Knie links", "Schuh"))
    assert "Radlabor" not in other
    assert "Right shoe" in other
    assert "3.2.2026" in said  # the manifest's day: the recordings have none, or another
    assert "2026-02-04" in other
    assert '<html lang="de">' in (out / "sessions" / pages[0]).read_text(encoding="utf-8")
    assert '<p class="brand-name" dir="auto">Radlabor</p>' in (out / "index.html").read_text(encoding="utf-8")
    assert "2 unchanged" in run(*command).out
    (out / "sessions" / pages[1]).unlink()
    assert "1 ok, 1 unchanged" in run(*command).out
    done = run(*command[:6], "--name", "{rider}")
    assert sorted(path.name for path in (out / "sessions").iterdir()) == ["Anna.html", "Ben.html"]
    assert (
        "removed sessions/2026-02-03_Anna.pdf and 1 more like it: without --pdf this run wrote none, and the old ones "
        "are out of date." in done.err
    )
    assert "2026-02-03_Anna.html is now sessions/Anna.html, and so on for 2 pages" in done.err
    assert "removed sessions/2026-02-03_Anna.html" not in done.err


def test_a_sheet_points_to_the_comparison_of_its_rider(run: Callable[..., Any], samples: Path, tmp_path: Path) -> None:
    manifest, out = tmp_path / "manifest.csv", tmp_path / "out"
    rides = [
        f"{samples / 'a_b_a_1.csv'},Anna,2026-02-03,de,0",
        f"{samples / 'a_b_a_2.csv'},Anna,2026-02-03,en,2",
        f"{samples / 'two_wedges.csv'},Ben,2026-02-04,en,0",
    ]

    def batch(*rows: str, flags: tuple[str, ...] = ()) -> Any:
        manifest.write_text("\n".join(["file,rider,date,language,right_wedges", *rows]), encoding="utf-8")
        return run("batch", manifest, "--out", out, "--jobs", 1, "--pdf", "--name", "{session}", *flags)

    said = {"a_b_a_1": "Mehrere Aufnahmen dieser Person sind verglichen", "a_b_a_2": "Several recordings of this rider"}
    assert "2 ok" in batch(*rides[1:]).out
    assert "compared:" not in (out / "sessions" / "a_b_a_2.html").read_text(encoding="utf-8")
    assert "2 of 3 sessions would be done" in batch(*rides, flags=("--dry-run",)).out
    assert "2 ok, 1 unchanged" in batch(*rides).out
    comparison = next((out / "riders").glob("Anna*.html"))
    for name, words in said.items():
        page = (out / "sessions" / f"{name}.html").read_text(encoding="utf-8")
        assert words in page
        assert f'<a href="../riders/{comparison.name}">' in page
        assert words in " ".join(PdfReader(out / "sessions" / f"{name}.pdf").pages[0].extract_text().split())
    assert "Several recordings" not in (out / "sessions" / "two_wedges.html").read_text(encoding="utf-8")
    assert "1 ok" in batch(rides[1]).out.replace("1 unchanged", "1 ok")  # the other recording is stored still
    assert "Several recordings" in (out / "sessions" / "a_b_a_2.html").read_text(encoding="utf-8")
    dry = batch(rides[1], flags=("--prune", "--force", "--dry-run")).out
    assert "remove     a_b_a_1.csv and sessions/a_b_a_1.html and sessions/a_b_a_1.pdf: it is not named any more" in dry
    assert f"remove     riders/{comparison.name}: no two sessions of Anna with different counts are left" in dry
    assert "1 session: 1 ok." in batch(rides[1], flags=("--prune", "--force")).out
    assert "Several recordings" not in (out / "sessions" / "a_b_a_2.html").read_text(encoding="utf-8")
    assert not comparison.exists()


def test_a_clients_pdf_is_one_page(samples: Path) -> None:
    one = replace(job(1, "two_wedges.fit"), session=Session(files=(samples / "two_wedges.fit",)))
    drawn = Task(one, pdf="sessions/a.pdf")
    assert len(PdfReader(io.BytesIO(do_task(drawn).pdf)).pages) == 1
