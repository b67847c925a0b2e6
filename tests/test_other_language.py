"""A second language is one file: with every text of the catalogue in other letters, no English is left anywhere."""

from __future__ import annotations

import io
import json
import pickle
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.report_sessions import before_after, make_foot, make_session, two_wedges
from helpers.results import VERSION
from rich.console import Console, RenderableType

from bikefit import __version__
from bikefit.comparison.refusal import not_comparable
from bikefit.inspection import inspect_recording
from bikefit.report import write_report
from bikefit.report.out.comparison_text import comparison_text
from bikefit.report.out.inspection_text import inspection_text
from bikefit.report.out.text import session_text, systems_text
from bikefit.report.out.visit_text import visit_text
from bikefit.report.pages.comparison_view import comparison_page
from bikefit.report.pages.fitter_view import session_view
from bikefit.report.pages.studio import index_html, rider_html
from bikefit.settings import Settings
from bikefit.visit import plan_visit
from bikefit.wedge_systems import known_systems
from bikefit.words import Words
from bikefit.words.catalogue import Audience, catalogue

GREEK = str.maketrans(string.ascii_letters, "αβγδεζηθικλμνξοπρστυφχψωϊϋ" + "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫ")
SAMPLES = Path(__file__).parents[1] / "sample_data"
PRODUCTS = [name for system in known_systems().values() for name in (system.name, system.id, *system.cleats)]
DATA = sorted(
    [*PRODUCTS, *Settings().to_dict(), "UTC", f"bikefit {__version__}", __version__, VERSION], key=len, reverse=True
)
"""What is not a language: products, settings, the version."""
SPOKEN = ("aria-label", "alt", "placeholder", "title", "data-read", "data-hint", "data-sort", "data-words")
KEYS = ("side", "id", "href", "language", "kind")


def other_letters(template: str) -> str:
    """Return a template with its words in Greek letters, its places and its line ends as they were."""
    pieces = re.split(r"(\{\w+:(?=[^}]*\|)|\{[^}|]*\})", template)
    return "".join(piece if piece.startswith("{") else piece.translate(GREEK) for piece in pieces)


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> Words:
    greek = {name: {key: other_letters(text) for key, text in own.items()} for name, own in catalogue("en").items()}
    greek["glossary"] = {other_letters(term): meaning for term, meaning in greek["glossary"].items()}
    greek["language"] = {**catalogue("en")["language"], "name": "Greek letters", "decimal": ",", "minus": "−"}

    def chosen(language: str, audience: Audience) -> Any:
        return greek if language == "xx" else catalogue(language, audience)

    monkeypatch.setattr("bikefit.words.templates.catalogue", chosen)
    monkeypatch.setattr("bikefit.words.catalogue.languages", lambda: ("en", "xx"))
    return Words("xx")


def english_in(said: str, *names: str) -> set[str]:
    """Return words in Latin letters and numbers with a point that are neither names of the data nor of flags."""
    for name in sorted([*DATA, *names], key=len, reverse=True):
        said = said.replace(name, " ")
    said = re.sub(r"--\w+-\w+|\{\w+\}", " ", said)
    return set(re.findall(r"[A-Za-z]{2,}|\d+\.\d+", said)) - {"bikefit", "csv", "fit"}


def strings(value: Any) -> Iterator[str]:
    """Yield every string of nested values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item)
    elif hasattr(value, "__dataclass_fields__"):
        yield from strings([getattr(value, name) for name in value.__dataclass_fields__ if name not in KEYS])


def seen_in(said: str) -> str:
    """Return what is read of a page or drawing: text and what stands for pictures, without markup and styles."""
    said = re.sub(r"<(style)\b.*?</\1>|<script>.*?</script>", " ", said, flags=re.S)
    said = re.sub(r'"x":\[[^]]*\]|"words":|"(?:top|bottom|level|per_deg)":-?[\d.]+', " ", said)
    said = re.sub(r'"strokes":\[[^]]*\]|"tenths":\[\[.*?\]\]|"(?:fan|said|decimal|minus)":|\bnull\b', " ", said)
    spoken = re.findall(rf'(?:{"|".join(SPOKEN)})="([^"]*)"', said)
    shown = re.sub(r"&[a-z]+;", " ", re.sub(r"<[^>]*>", " ", said.replace("<wbr>", "")))
    return " ".join([shown, *spoken])


def on_terminal(renderable: RenderableType) -> str:
    page = io.StringIO()
    Console(file=page, width=200).print(renderable)
    return page.getvalue()


SESSIONS = {
    "two wedges": two_wedges,
    "no neutral": lambda: make_session(make_foot("left", 3.0, neutral_deg=None)),
    "float stop": lambda: make_session(make_foot("right", 4.0, stop_deg=4.5, fitted=1), system="bikefit-in-shoe"),
}


@pytest.mark.parametrize("make", SESSIONS.values(), ids=SESSIONS)
def test_the_pages_of_a_session_hold_no_english(words: Words, make: Callable[[], Any]) -> None:
    result = make()
    page = session_view(words, result)
    said = " ".join(seen_in(text) for text in strings(page))
    assert not english_in(
        said, result.recording.name, result.recording.sha256, "two_wedges_strokes.csv.gz", "two_wedges_strokes.csv"
    )
    for details in (False, True):
        assert not english_in(on_terminal(session_text(words, result, details=details)), result.recording.name)


def test_the_pages_of_a_comparison_hold_no_english(words: Words) -> None:
    result = before_after()
    names = [session.recording.name for session in result.sessions]
    said = " ".join(seen_in(text) for text in strings(comparison_page(words, result)))
    assert not english_in(said, *names)
    for details in (False, True):
        assert not english_in(on_terminal(comparison_text(words, result, details=details)), *names)


def test_written_pages_hold_no_english(words: Words, tmp_path: Path) -> None:
    for result in (two_wedges(), before_after()):
        page = write_report(result, tmp_path / "page.html", language="xx").read_text(encoding="utf-8")
        assert '<html lang="xx">' in page
        body = page.partition("<main>")[2]
        names = ["two_wedges.csv", "two_wedges_strokes.csv", *(f"ride_{number}.csv" for number in (1, 2, 3)), "ab" * 32]
        assert not english_in(seen_in(body), *names)


def stored_sessions() -> list[dict[str, Any]]:
    """Return sessions of a batch as they are stored: one with an answer, one without, one that failed."""
    foot = {
        "foot": "left", "outcome": "beyond_stack", "wedges": 3, "placement": "varus", "change": 2, "fitted": 1,
        "excess_deg": 4.2, "excess_lo_deg": 2.6, "excess_hi_deg": 5.8, "quality": 0.93,
        "curve": json.dumps([1.0, 3.0] * 50),
    }  # fmt: skip
    unknown = {**foot, "foot": "right", "outcome": "undetermined", "wedges": None, "change": None, "excess_deg": None}
    return [
        {
            "session": "7", "file": "8", "rider": "9", "date": "2026-01-02", "day": "2026-01-02", "condition": "-",
            "id": status, "next_visit": "2027-01-02",
            "status": status, "error": "", "report": "", "kept": "2026-01-01", "named": False,
            "feet": [foot, unknown] if status != "failed" else [],
        }
        for status in ("ok", "undetermined", "failed")
    ]  # fmt: skip


def test_the_studios_pages_hold_no_english(words: Words) -> None:
    sessions = stored_sessions()
    page = index_html(words, sessions, {}).partition("<main>")[2]
    assert not english_in(seen_in(page))
    names = [session.recording.name for session in before_after().sessions]
    page = rider_html(words, "9", sessions, before_after(), remounted=True).partition("<main>")[2]
    assert not english_in(seen_in(page), *names)
    refused = not_comparable("zeros", side="left", zeros={"7": "bike", "8": "shoe_sensor"})
    page = rider_html(words, "9", sessions, refused, remounted=True).partition("<main>")[2]
    assert not english_in(seen_in(page))
    assert str(pickle.loads(pickle.dumps(refused))).startswith("the left foot's angles do not start from the same zero")


@pytest.mark.parametrize("name", ["two_wedges.csv", "shoe_sensor.fit", "markers.trc"])
def test_the_rest_of_the_terminal_holds_no_english(words: Words, name: str, tmp_path: Path) -> None:
    found = inspect_recording(SAMPLES / name)
    given = [text for channel in found.channels for text in (channel.name, channel.meaning, channel.unit)]
    said = "".join(on_terminal(inspection_text(words, found, details=details)) for details in (False, True))
    for text in sorted(filter(None, [*given, *found.advice, found.name, found.format]), key=len, reverse=True):
        said = said.replace(text, " ")
    assert not english_in(said)


def test_the_list_of_wedges_holds_no_english(words: Words) -> None:
    assert not english_in(on_terminal(systems_text(words, known_systems())), "(1.5 νν")


@pytest.mark.parametrize("laps", [False, True])
def test_the_page_of_a_visit_holds_no_english(
    words: Words, laps: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(SAMPLES)
    visit = plan_visit("float_stop.csv", laps=laps)
    sources = [item.source for item in visit.recordings]
    names = [visit.compare, *(source.partition("@")[0] for source in sources), "float_stop.csv"]
    page = write_report(visit, tmp_path / "page.html", language="xx").read_text(encoding="utf-8")
    for said in (seen_in(page.partition("<main>")[2]), on_terminal(visit_text(words, visit))):
        plain = " ".join(said.split())
        for name in names:
            plain = plain.replace(name, " ")
        assert not english_in(plain)
    empty = plan_visit("sessions/emma_1.fit")
    assert not english_in(on_terminal(visit_text(words, empty)).replace("emma_1.fit", " ").replace("--side", " "))
