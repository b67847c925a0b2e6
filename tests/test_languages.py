"""Every language says the same: the same numbers to the digit, nothing left in English, its own signs throughout."""

from __future__ import annotations

import io
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from helpers import report_sessions as sessions
from rich.console import Console, RenderableType
from test_other_language import DATA, seen_in, strings

from bikefit.comparison.refusal import not_comparable
from bikefit.report.out.comparison_text import comparison_text
from bikefit.report.out.text import encodable, session_text
from bikefit.report.out.visit_text import visit_text
from bikefit.report.pages.comparison_view import comparison_page
from bikefit.report.pages.fitter_view import session_view
from bikefit.report.pages.visit_view import visit_page
from bikefit.visit import plan_visit
from bikefit.words import ENGLISH, Words, languages
from bikefit.words.catalogue import Audience, catalogue

OTHERS = [language for language in languages() if language != "en"]
SAMPLES = Path(__file__).parents[1] / "sample_data"
PLACES = string.Formatter()
ALIKE = {
    # of the trade, units, formats, commands and what they take
    "absolute", "app", "bikefit", "bluetooth", "bodykinematics", "both", "browser", "byte", "bytes", "csv", "drift",
    "euro", "export", "filter", "fit", "format", "gzip", "html", "hz", "indegrees", "javascript", "json",
    "letter", "logo", "manifest", "marker", "mb", "mg", "milli", "min", "mm", "mot", "ms", "name", "neutral", "no",
    "opensim", "option", "pdf", "pedal", "phase", "plan", "png", "port", "ppm", "rate", "right", "sd", "sensor", "sha",
    "speedplay", "sto", "studio", "test", "text", "trc", "trend", "utc", "valgus", "varus", "yes", "zip",
    # English to the eye alone
    "an", "band", "hand", "in", "minus", "minute", "ring", "so", "stand", "still", "was",
}  # fmt: skip
"""Words that languages share: of the trade, units, formats, commands and what they take."""


def words_of(text: str) -> set[str]:
    """Return the words of a text in small letters, without places, options, commands' values and names of columns."""
    text = re.sub(r"\{\w+:([^}]*\|[^}]*)\}", r" \1 ", text)  # two forms by a number are words
    text = re.sub(r"(--)?\{[^}]*\}", r"\1", text)
    text = re.sub(
        r"&#\d+;|[²^]|--[\w-]+(?: [a-z]+\b)?|\w*_\w*|\S*[/\\]\S+|\bbikefit [a-z]+( \w+\.fit)?",
        " ",
        text.replace("\u00ad", ""),
    )
    return {word.lower() for word in re.findall(r"[^\W\d_]{2,}", text)}


def numbers_of(text: str, words: Words) -> Counter[str]:
    """Return the numbers of a text as Python prints them, without its dates."""
    text = re.sub(r"&#\d+;", " ", text).replace("²", "2")
    signs = words.section("language")
    for iso in ("2026-11-20", "2026-11", "2026-01-02"):
        text = text.replace(words.day(iso), "")
    found = re.findall(rf"(?:(?<![\w)])[-+{signs['minus']}])?\d+(?:{re.escape(signs['decimal'])}\d+)?", text)
    return Counter(one.replace(signs["minus"], "-").replace(signs["decimal"], ".") for one in found)


def on_terminal(renderable: RenderableType) -> str:
    page = io.StringIO()
    Console(file=page, width=1000).print(renderable)
    return page.getvalue()


def session(*feet: Any, **given: Any) -> Any:
    return lambda: sessions.make_session(*feet, **given)


foot = sessions.make_foot
RESULTS = {
    "two_wedges": sessions.two_wedges,
    "stop_and_no_neutral": session(foot("left", 9.5, stop_deg=10.0), foot("right", 3.0, neutral_deg=None)),
    "beyond": session(foot("left", 9.5), foot("right", -3.0), system="bikefit-in-shoe"),
    "keep_and_compare": session(foot("left", 0.3, fitted=2), foot("right", -2.6, fitted=1, neutral_deg=0.0)),
    "nothing": session(foot("left", 0.0), sessions.nothing_measured(foot("right", 0.0))),
    "comparison": sessions.before_after,
    "visit": lambda: plan_visit(SAMPLES / "float_stop.csv"),
    "visit_of_nothing": lambda: plan_visit(),
}


@pytest.fixture(scope="module", params=list(RESULTS))
def result(request: pytest.FixtureRequest) -> Any:
    return RESULTS[request.param]()


def said(words: Words, result: Any) -> Iterator[str]:
    """Yield all that pages and terminal say of a result."""
    if hasattr(result, "sessions"):
        page, texts = comparison_page(words, result), [comparison_text(words, result, details=d) for d in (False, True)]
    elif hasattr(result, "recordings"):
        page, texts = visit_page(words, result), [visit_text(words, result)]
    else:
        page, texts = session_view(words, result), [session_text(words, result, details=d) for d in (False, True)]
    for text in strings(page):
        yield seen_in(text)
    yield from map(on_terminal, texts)


TYPED = re.compile(r"(?<![\w-])--[a-z{]|'bikefit |docs/|\bFILE\b|\bDATEI\b")
"""Words of the command line."""
FOR_WHO_TYPES = {
    *(f"brief.{key}" for key in ("test", "more_none", "more_one", "more_many")),
    "next.plan",
    "inspect.more",
    "learn.use",
    "app.too_large",  # the one thing that the page cannot do names what can
}


@pytest.mark.parametrize("language", languages())
def test_a_page_names_no_flag_command_or_path(language: str) -> None:
    typed = catalogue(language)
    for section, texts in catalogue(language, "page").items():
        for key, text in texts.items():
            assert "[[" not in text
            if f"{section}.{key}" not in FOR_WHO_TYPES:
                assert not TYPED.search(text), f"{section}.{key}: {text}"
                if text != typed[section][key]:
                    assert not re.search(r"  | [.,;:](?![\w.])|\( |\(\)", text.replace(" ..", "")), (
                        f"{section}.{key}: {text}"
                    )


def names_of(result: Any) -> list[str]:
    """Return what a result says that is not a language: products, settings, names of files, commands."""
    recordings = [each.recording for each in getattr(result, "sessions", [result]) if hasattr(each, "recording")]
    named = [name for recording in recordings for name in (recording.name, recording.sha256)]
    if hasattr(result, "compare"):
        named += [result.compare, *(Path(item.source).name for item in result.recordings)]
    products = [name for name in DATA if not name[0].isdigit() or name.count(".") == 2]  # 2-bolt is a word
    return sorted([*named, *products, "float_stop.csv", ".csv.gz"], key=len, reverse=True)


@pytest.mark.parametrize("audience", get_args(Audience))
@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_left_in_english(language: str, audience: Audience) -> None:
    own, english = catalogue(language, audience), catalogue("en", audience)
    for section, texts in english.items():
        for key, text in texts.items():
            if section in ("language", "glossary"):
                continue
            assert words_of(text) & words_of(own[section][key]) <= ALIKE, f"{section}.{key}"


@pytest.mark.parametrize("audience", get_args(Audience))
@pytest.mark.parametrize("language", OTHERS)
def test_texts_hold_the_same_numbers_and_print_values_with_the_same_digits(language: str, audience: Audience) -> None:
    own, english = catalogue(language, audience), catalogue("en", audience)
    words = Words(language)
    for section, texts in english.items():
        if section in ("language", "glossary"):
            continue
        for key, text in texts.items():
            of = {
                spoken: sorted(
                    (n, how) for _, n, how, _ in PLACES.parse(each) if how and how[0] not in "@%" and "|" not in how
                )
                for spoken, each in (("en", text), (language, own[section][key]))
            }
            assert of["en"] == of[language], f"{section}.{key}"
            bare, other = (re.sub(r"\{[^}]*\}", "x", each) for each in (text, own[section][key]))
            plain = Counter(number.lstrip("+-") for number in numbers_of(bare, ENGLISH).elements())
            assert plain == Counter(n.lstrip("+-") for n in numbers_of(other, words).elements()), f"{section}.{key}"


@pytest.mark.parametrize("language", OTHERS)
def test_pages_and_terminal_hold_no_english_and_the_same_numbers(language: str, result: Any) -> None:
    words = Words(language)
    known = {
        word
        for section in catalogue(language).values()
        for text in section.items()
        for word in words_of(" ".join(text))
    }
    english = {
        word for section in catalogue("en").values() for text in section.items() for word in words_of(" ".join(text))
    }
    names = names_of(result)
    both = []
    for spoken in (ENGLISH, words):
        text = " ".join(said(spoken, result))
        for name in names:
            text = text.replace(name, " ")
        both.append(text)
    signs = words.section("language")
    assert not words_of(both[1]) - known
    assert not (words_of(both[1]) & english) - known
    assert numbers_of(both[0], ENGLISH) == numbers_of(both[1], words)
    if signs["decimal"] != ".":
        assert not re.findall(r"\d\.\d(?!\d*\.\d{4})", re.sub(r"\d+\.\d+\.\d{4}", " ", both[1]))
    if signs["minus"] != "-":
        assert not re.findall(r"(?<![\w-])-\d.{,20}", both[1])
    if signs["percent"].startswith("\u00a0"):
        assert not re.findall(r".{,20}\d (?:%|Hz|s|min|W|mm|ms|U/min)(?!\w)", both[1])


def test_codes_in_a_sentence_are_words_and_anything_else_is_itself() -> None:
    differs = not_comparable("differ", what="reference", flag="--reference", values={"pitch": ["a"], "none": ["b"]})
    assert "(a: Nickwinkel des Schuhs; b: keine)" in differs.told(Words("de"))
    assert "(a: pitch; b: none)" in str(differs)
    differs = not_comparable("differ", what="wedge_system", flag="--system", values={"own-1.5": ["a"], "-1.5": ["b"]})
    assert "(a: own-1.5; b: −1,5)" in differs.told(Words("de"))


def test_every_command_that_says_something_takes_the_language(run: Any, samples: Path) -> None:
    ride = samples / "two_wedges.csv"
    for arguments, key in (
        (("inspect", ride), "inspect.can"),
        (("inspect", ride, "--details"), "inspect.sections"),
        (("wedges",), "terminal.in_shoe"),
        (("plan", ride), "visit.same"),
        (("analyze", ride, "--details"), "terminal.findings"),
        ((ride,), "inspect.can"),
    ):
        for language in languages():
            assert Words(language).text(key) in run(*arguments, "--language", language).out
        refused = run(*arguments, "--language", "xx")
        assert (refused.code, refused.out) == (2, "")
        assert ", ".join(languages()) in refused.err


def test_a_terminal_without_the_letters_reads_it_all() -> None:
    told = on_terminal(session_text(Words("de"), sessions.two_wedges(), details=True))
    assert "?" not in encodable(told, "ascii")
    assert "Pruefen Sie vor dem Losfahren" in encodable(told, "ascii")


def test_a_batch_speaks_the_language_of_its_sessions(run: Any, samples: Path, tmp_path: Path) -> None:
    rows = [f"{samples / f'wrong_way_{number}.csv'},Anna,{2 * number - 2},{number}.3.2026,de" for number in (1, 2)]
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("\n".join(["file,rider,right_wedges,date,language", *rows]), encoding="utf-8")
    assert run("batch", manifest, "--out", tmp_path / "out", "--jobs", "1").code == 0
    pages = [tmp_path / "out" / "index.html", *(tmp_path / "out" / "riders").iterdir()]
    assert len(pages) == 2
    known = {word for texts in catalogue("de").values() for each in texts.items() for word in words_of(" ".join(each))}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert '<html lang="de">' in text
        assert "1.3.2026" in text
        told = seen_in(text.partition("<main>")[2]).replace("wrong_way_1", "").replace("wrong_way_2", "")
        assert words_of(told) - known <= {"anna"}
