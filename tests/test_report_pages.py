"""The written files: whole or not at all, small, honest, and the same digits everywhere."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from helpers import report_sessions as sessions
from rich.console import Console

from bikefit.comparison.sentences import at_length
from bikefit.errors import OutputError
from bikefit.model import SessionResult
from bikefit.report import write_report
from bikefit.report.draw.thinning import FAINT_STROKES, envelope, pick_strokes
from bikefit.report.out.comparison_text import comparison_text
from bikefit.report.out.text import session_text
from bikefit.words import ENGLISH, Words, languages

pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed (extra 'test')")
SCRIPT_NAME = '<script>alert("x")</script> \'q\' שלום 🚲 #panic("no") $x$ \\u{41} *bold*'


def html_words(path: Path) -> str:
    """Return what a reader sees: no tags, one blank between words."""
    body = path.read_text(encoding="utf-8").split("<body>")[1]
    without = re.sub(r"<script.*?</script>|<svg.*?</svg>", " ", body, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", without)).split())


def pdf_pages(path: Path) -> list[str]:
    """Return the text of each page, without the marks that let long words break."""
    return [" ".join(page.extract_text().replace("\u200b", "").split()) for page in pypdf.PdfReader(path).pages]


def terminal_words(result: SessionResult) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(session_text(ENGLISH, result, details=True))
    return " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]


def printed(value: float) -> str:
    return f"{value:+.1f}°" if round(value, 1) else "0.0°"


def test_every_format_prints_the_digits_of_the_json(tmp_path: Path) -> None:
    result = sessions.two_wedges()
    contract = json.loads(json.dumps(result.to_dict()))
    html = html_words(write_report(result, tmp_path / "r.html"))
    pdf = " ".join(pdf_pages(write_report(result, tmp_path / "r.pdf")))
    text = terminal_words(result)
    for side, foot in contract["feet"].items():
        excess, advised = foot["excess"], foot["recommendation"]
        low, high = (f"{end:+.1f}" for end in excess["interval_deg"])
        everywhere = [printed(excess["deg"]), f"{low} to {high}", f"{abs(excess['deg']):.1f}° out from neutral"]
        everywhere += [printed(foot["rotation"]["value_deg"]), printed(advised["expected_deg"])]
        if advised["change"]:
            everywhere.append(f"chance to come closer {100 * advised['chance_closer']:.0f} %")
            everywhere.append(f"expected at {abs(advised['expected_deg']):.1f}° heel out")
        for words in everywhere:
            assert words in text, (side, words)
            assert words in html, (side, words)
            assert words in pdf, (side, words)
        for option in advised["options"]:
            row = f"{printed(option['expected_deg'])} {' to '.join(f'{end:+.1f}' for end in option['interval_deg'])}"
            assert row in html
            assert row in pdf


@pytest.mark.parametrize("language", languages())
def test_every_format_prints_the_same_digits_in_each_language(tmp_path: Path, language: str) -> None:
    result, words = sessions.two_wedges(), Words(language)
    html = html_words(write_report(result, tmp_path / "r.html", language=language))
    pdf = " ".join(pdf_pages(write_report(result, tmp_path / "r.pdf", language=language)))
    console = Console(file=io.StringIO(), width=200)
    console.print(session_text(words, result, details=True))
    text = " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    for foot in json.loads(json.dumps(result.to_dict()))["feet"].values():
        excess, advised = foot["excess"], foot["recommendation"]
        everywhere = [words.signed_degrees(excess["deg"]), words.signed_interval(excess["interval_deg"])]
        everywhere += [
            words.signed_degrees(foot["rotation"]["value_deg"]),
            words.signed_degrees(advised["expected_deg"]),
        ]
        if advised["change"]:
            everywhere += [words.percent(advised["chance_closer"]), words.heel(advised["expected_deg"])]
        for printed_words in (" ".join(each.split()) for each in everywhere):
            assert printed_words in text
            assert printed_words in html
            assert printed_words in pdf


def test_a_comparison_prints_the_digits_of_its_json(tmp_path: Path) -> None:
    result = sessions.before_after()
    contract = json.loads(json.dumps(result.to_dict()))
    html = html_words(write_report(result, tmp_path / "c.html"))
    pages = pdf_pages(write_report(result, tmp_path / "c.pdf"))
    assert len(pages) <= 4
    assert "Before you ride" in pages[0]
    assert "For the fitter" in pages[1]
    console = Console(file=io.StringIO(), width=200)
    console.print(comparison_text(ENGLISH, result, details=True))
    text = " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    for foot in contract["feet"].values():
        response, advised = foot["response"], foot["recommendation"]
        everywhere = [printed(item["value_deg"]) for item in foot["recordings"]]
        if foot["change_deg"]:
            everywhere += [f"{abs(foot['change_deg']):.1f}° further", f"by about {abs(response['mean']):.1f}°"]
            least, most = sorted(map(abs, foot["change_interval_deg"]))
            everywhere.append(f"({least:.1f}° to {most:.1f}°, 95 %)")
            assert f"{response['mean']:+.2f}°" in html
        for words in everywhere:
            assert words in text
            assert words in html
            assert words in " ".join(pages)
        if advised["change"]:
            for words in (printed(advised["expected_deg"]), f"{abs(advised['expected_deg']):.1f}° heel"):
                assert words in html
                assert words in " ".join(pages)


def test_the_table_of_numbers_parses_back(tmp_path: Path) -> None:
    result = sessions.two_wedges()
    source = write_report(result, tmp_path / "r.html").read_text(encoding="utf-8")
    table = source.split('id="numbers"')[1].split("</table>")[0]
    rows = {
        cells[0]: cells[1:]
        for cells in (
            re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.S)
        )
        if cells
    }
    for column, side in enumerate(("left", "right")):
        rotation = result.feet[side].rotation  # type: ignore[index]
        for label, value, digits in (
            ("Heel-out rotation", rotation.value_deg, 1),
            ("Standard error", rotation.standard_error_deg, 2),
            ("Power phase", rotation.power_phase_deg, 1),
            ("Recovery", rotation.recovery_phase_deg, 1),
            ("Range within a stroke", rotation.range_deg, 1),
            ("Trend per hour", rotation.trend_deg_per_h, 2),
        ):
            assert float(rows[label][column].partition("°")[0]) == float(f"{value:.{digits}f}"), label


def test_hostile_names_are_text_in_html_and_pdf(tmp_path: Path) -> None:
    result = sessions.make_session(sessions.make_foot("right", 2.6), name=SCRIPT_NAME + "\ud800\x00\u202eevil")
    given = {"title": SCRIPT_NAME, "rider": SCRIPT_NAME, "fitter": "L" * 10_000}
    source = write_report(result, tmp_path / "r.html", **given).read_text(encoding="utf-8")
    assert "<script>alert" not in source
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in source
    assert "\u202e" not in source
    latin = SCRIPT_NAME.replace("שלום 🚲 ", "")  # extraction puts right-to-left words elsewhere in the line
    pages = pdf_pages(write_report(result, tmp_path / "r.pdf", title=latin, rider=SCRIPT_NAME, fitter="L" * 10_000))
    assert "שלום" in pages[0]
    assert latin in pages[0]
    assert "Before you ride" in pages[0]
    assert "For the fitter" in pages[1]


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_the_pdf_is_the_clients_page_and_a_few_for_the_fitter(
    tmp_path: Path, paper: str, size: tuple[int, int]
) -> None:
    path = write_report(sessions.two_wedges(), tmp_path / "r.pdf", rider="Ann", paper=paper)  # type: ignore[arg-type]
    box = pypdf.PdfReader(path).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size
    pages = pdf_pages(path)
    assert len(pages) <= 5  # with every figure that there is
    assert "Try 2 varus wedges" in pages[0]
    assert all("Rider: Ann · Date: 2026-11-20 · Recording: two_wedges.csv" in page for page in pages[1:])
    assert pages[-1].endswith(f"{len(pages)} / {len(pages)}")


def test_the_section_and_the_difference_of_the_feet_are_named(tmp_path: Path) -> None:
    whole = sessions.two_wedges()
    part = replace(whole, recording=replace(whole.recording, from_s=300.0, to_s=450.0), is_section=True)
    words = html_words(write_report(part, tmp_path / "r.html"))
    assert "Section 5:00 to 7:30 Length" in words
    gap = printed(whole.feet["left"].rotation.value_deg - whole.feet["right"].rotation.value_deg)
    assert f"Left minus right: {gap}" in words


def test_a_comparison_shows_its_curves_and_one_chance_everywhere(tmp_path: Path) -> None:
    result = sessions.before_after()
    source = write_report(result, tmp_path / "c.html").read_text(encoding="utf-8")
    foot = result.feet["right"]
    assert foot.curves is not None
    assert "the shape of the stroke changed nowhere by more than chance" in source
    curves = source.split('id="curves"')[1].split("</section>")[0]
    assert [curves.count(f'class="{band}"') for band in ("before-area", "area")] == [2, 1]
    chance = ENGLISH.percent(foot.response.probability_heel_in)
    assert f"heel moves in: {chance}" in source
    assert f">{chance}</td>" in source
    assert "shape" not in " ".join(at_length(ENGLISH, foot))
    changed = replace(foot.curves, difference_deg=foot.curves.difference_deg - 1.3, differs=((90.0, 180.0),))
    said = " ".join(at_length(ENGLISH, replace(foot, curves=changed)))
    assert "the shape of the stroke changed from 90° to 180° after the top" in said
    assert "1.3° toward heel in" in said


def test_four_hours_stay_small_and_keep_their_peaks(tmp_path: Path) -> None:
    feet = [sessions.make_foot(side, 2.0, strokes=21_600, seed=seed) for side, seed in (("left", 1), ("right", 2))]  # type: ignore[arg-type]
    path = write_report(sessions.make_session(*feet), tmp_path / "long.html")
    assert path.stat().st_size <= 1_000_000
    source = path.read_text(encoding="utf-8")
    assert 'download="two_wedges_strokes.csv.gz"' in source
    assert source.count('class="single"') <= 2 * FAINT_STROKES
    values = feet[0].stroke_table["mean_deg"].to_numpy()
    thin = envelope(np.arange(values.size, dtype=float), values, 160)
    assert (thin.low.min(), thin.high.max()) == (values.min(), values.max())
    curves = feet[0].curves.heel_out_deg
    picked = pick_strokes(curves)
    assert picked.size <= FAINT_STROKES
    assert curves[picked].max() == curves.max()
    assert curves[picked].min() == curves.min()


def test_no_path_is_shown(tmp_path: Path) -> None:
    path = write_report(sessions.two_wedges(), tmp_path / "r.html")
    assert str(tmp_path) not in path.read_text(encoding="utf-8")


def test_png_is_one_picture(tmp_path: Path) -> None:
    content = write_report(sessions.two_wedges(), tmp_path / "r.png").read_bytes()
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    assert content.startswith(b"\x89PNG")
    assert height / width == pytest.approx(2**0.5, rel=0.01)


def test_the_drawings_turn_and_tilt_the_right_way() -> None:
    from bikefit.report.draw import shoes

    view = shoes.AboveView(10.0, (9.0, 11.0), 0.0, "")
    above = {side: shoes.from_above(ENGLISH, side, view, "") for side in ("left", "right")}  # type: ignore[arg-type]
    # on the page a heel-out right shoe turns counter-clockwise; the left one is the same drawing mirrored
    assert "scale(1 1)" in above["right"]
    assert "scale(-1 1)" in above["left"]
    assert 'transform="rotate(-10.00)"' in above["right"]
    assert above["right"].count("rotate(-10.00)") == above["left"].count("rotate(-10.00)") == 1
    wedge = re.search(
        r'd="M(-?\d+) 0l(-?\d+) 0',
        shoes.from_behind(ENGLISH, "right", shoes.BehindView(0, 1, 0, 1.0, "under_cleat"), ""),
    )
    assert wedge is not None
    thin_edge, run = int(wedge[1]), int(wedge[2])
    assert thin_edge > 0 > run  # varus on the right shoe: thin away from the bike, which is on the page's left


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("r.docx", "ends in .html, .pdf or .png"),
        ("no/such/r.html", "does not exist"),
        ("r.htm", "Did you mean '.html'"),
    ],
)
def test_what_cannot_be_written_is_said(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(OutputError, match=re.escape(words)):
        write_report(sessions.two_wedges(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_file_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bikefit import files

    kept = write_report(sessions.two_wedges(), tmp_path / "r.html").read_text(encoding="utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.os, "replace", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        write_report(sessions.two_wedges(), tmp_path / "r.html")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("r.html", kept)]
