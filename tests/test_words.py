"""The catalogues and the codes hold together, both ways and in every language."""

from __future__ import annotations

import ast
import datetime as dt
import re
import string
from pathlib import Path
from typing import Any, get_args

import pytest

import bikefit
from bikefit.conventions import METRICS, REFERENCES, REJECT_REASONS, SIDES
from bikefit.errors import UsageError
from bikefit.io.names import NOT_FEET
from bikefit.model import Finding, NeutralKind, finding, reason
from bikefit.model.findings import codes
from bikefit.words import ENGLISH, Words, languages
from bikefit.words.catalogue import catalogue

PLACES = string.Formatter()


def places(template: str) -> list[tuple[str, str]]:
    """Return the name and the format of every place of a template."""
    return [(name, how or "") for _, name, how, _ in PLACES.parse(template) if name is not None]


@pytest.mark.parametrize("language", languages())
def test_every_code_has_words_and_every_word_a_code(language: str) -> None:
    assert set(catalogue(language)["findings"]) == set(codes())


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("code", sorted(codes()))
def test_the_words_name_only_values_that_every_such_finding_has(language: str, code: str) -> None:
    named = {name for name, _ in places(catalogue(language)["findings"][code])}
    assert named <= set(codes()[code].values)


def test_every_value_of_a_code_is_named_by_words_of_some_language() -> None:
    for code, entry in codes().items():
        named = {name for language in languages() for name, _ in places(catalogue(language)["findings"][code])}
        assert set(entry.values) == named, code


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_keys_and_the_same_places(language: str) -> None:
    own, english = catalogue(language), catalogue("en")
    for section, texts in english.items():
        if section == "glossary":  # its keys are words themselves
            assert len(own[section]) == len(texts)
            continue
        assert set(own[section]) == set(texts), section
        for key, text in texts.items():
            assert {name for name, _ in places(own[section][key])} == {name for name, _ in places(text)}, key


@pytest.mark.parametrize("language", languages())
def test_tables_have_as_many_columns_in_every_language(language: str) -> None:
    own, english = catalogue(language), catalogue("en")
    for section, texts in english.items():
        for key, text in texts.items():
            if key.endswith("columns"):
                assert own[section][key].count("|") == text.count("|"), f"{section}.{key}"


@pytest.mark.parametrize("language", languages())
def test_what_a_place_asks_for_is_there(language: str) -> None:
    own = catalogue(language)
    for section, texts in own.items():
        for key, template in texts.items():
            for name, how in places(template):
                assert name.isidentifier(), f"{section}.{key}"
                if how.startswith("@"):
                    asked, _, item = how[1:].partition(".")
                    assert not item or item in own[asked], f"{section}.{key}"
                    assert asked in own, f"{section}.{key}"


@pytest.mark.parametrize("language", languages())
def test_every_code_of_the_conventions_has_a_word(language: str) -> None:
    own = catalogue(language)
    for section, known in (
        ("side", SIDES),
        ("metric", METRICS),
        ("reference", REFERENCES),
        ("reject", REJECT_REASONS),
        ("neutral", get_args(NeutralKind)),
        ("level", ("info", "warning", "error")),
    ):
        assert set(own[section]) == set(known), section


def test_every_note_of_a_channel_has_words_and_every_words_a_note() -> None:
    readers = "".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "io").rglob("*.py"))
    made = set(re.findall(r'ChannelNote\(\s*"(\w+)"', readers)) | {note.code for note in NOT_FEET} | {"app"}
    assert set(catalogue("en")["channel_note"]) == made


def test_a_value_that_is_missing_is_refused_where_the_finding_is_made() -> None:
    with pytest.raises(KeyError, match="used"):
        finding("few_strokes", side="left")
    with pytest.raises(KeyError, match="needed"):
        reason("too_few_strokes", used=3)
    with pytest.raises(KeyError, match="no_such_code"):
        finding("no_such_code")


def test_a_finding_holds_codes_and_speaks_when_asked() -> None:
    found = finding("compare_one_count", side="left", count=-2)
    assert found == Finding("warning", "compare_one_count", {"side": "left", "count": -2})
    assert str(found).startswith("All usable recordings of the left foot were made with 2 valgus wedges.")
    document = found.to_dict()
    assert list(document) == ["level", "code", "message", "values"]
    assert document["message"] == str(found)
    assert document["values"] == {"side": "left", "count": -2}
    assert list(reason("recovery_limit").to_dict()) == ["code", "message"]


def test_several_values_are_told_together() -> None:
    said = str(finding("metric_matters", metric="mean", chosen=2, others={"power_phase": 0, "peak": None}))
    assert "The mean (used here): 2 varus; the power phase: no wedge; the peak: cannot tell." in said
    said = str(finding("compare_references_differ", side="left", references={"pitch": ["a", "b"], "none": ["c"]}))
    assert "(a, b: pitch; c: none)" in said


PLURALS = {
    "en": re.compile(r"(?:(?!of|is|was|does|gives)[a-z]+ ){0,2}?(?:(?!is|was|does|gives)[a-z]+(?<![su])s|feet)\b"),
    "de": re.compile(r"(?:[a-zäöüß]{3,}e )?[A-ZÄÖÜ][a-zäöüß]*[ensr]\b"),
}
"""How words begin that hold a noun for many."""
NEVER_ONE = {
    "drawing.below_times", "compared.heading", "studio.pooled_response", "client.comfort_alt", "visit.heading",
    "visit.total", "learn.own", "learn.too_few_none", "learn.kept", "learn.toml_learned", "inspection.laps",
    "learn.answers_alt",  # its number of feet can be; its degrees have a decimal
    "findings.gzip_damaged", "findings.time_too_coarse", "findings.fit_sensors_unnamed", "findings.strokes_dropped",
}  # fmt: skip
"""Texts whose number is never 1."""


def stand_in(words: Words, how: str, number: int) -> Any:
    """Return a value for a place: the number where it takes a whole one, else anything that it takes."""
    if how.startswith("@"):
        kind, _, item = how[1:].partition(".")
        if item:
            return {} if kind == "each" else [3]
        return number if "one" in words.section(kind) else next(iter(words.section(kind)))
    if how.startswith("%"):
        return dt.datetime(2026, 11, 20)
    return number if not how or "|" in how else 60


def behind_number(words: Words, key: str, number: int) -> set[str]:
    """Return up to three words behind a number, wherever it stands in a text that has it for every count."""
    section, name = key.split(".")
    values = {name: stand_in(words, how, number) for name, how in reversed(places(words.section(section)[name]))}
    return set(re.findall(rf"(?<![\w.,]){number} ((?:[^\W\d]+ ?){{1,3}})", words.text(key, **values)))


def test_one_of_something_is_never_said_as_many() -> None:
    """Behind 1 and behind 2 stand not the same words, if these hold a noun for many."""
    found = set()
    for words in map(Words, languages()):
        keys = [f"{name}.{key}" for name, own in catalogue(words.language).items() for key in own if name != "language"]
        for key in keys:
            alike = behind_number(words, key, 1) & behind_number(words, key, 2)
            if not key.endswith("many") and any(map(PLURALS[words.language].match, alike)):
                found.add(key)
    assert found == NEVER_ONE


def test_two_forms_by_a_number_have_it_where_the_sign_stands() -> None:
    assert str(finding("time_missing", rows=1)) == "1 row without a time was left out."
    assert str(finding("time_missing", rows=12)) == "12 rows without a time were left out."
    assert Words("de").finding(finding("header_repeated", times=1)).startswith("Der Tabellenkopf steht noch einmal da,")


def test_numbers_follow_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    other = {**catalogue("en"), "language": {"name": "x", "decimal": ",", "minus": "−", "percent": " %"}}
    monkeypatch.setattr("bikefit.words.templates.catalogue", lambda language, audience: other)
    words = Words("en")
    assert words.signed_degrees(-4.26) == "−4,3°"
    assert words.heel_interval((-1.0, 2.0)) == "1,0° heel in to 2,0° heel out"
    assert "(−1,5 deg)" in words.finding(finding("float_stop", deg=-1.5, percent=40.2))
    assert "12,5 % of it" in words.finding(finding("fit_more_damage", count=3, share=0.125))


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="Known: "):
        Words("xx")
    assert ENGLISH.language == "en"


# ---- every text is asked for by something -------------------------------------------------------------------------

PACKAGE = Path(bikefit.__file__).parent
WHOLE = {"findings", "glossary", "language", "app"}
"""Sections that are read whole."""
TEMPLATE_NAMES = {"words": "page"} | {
    name: name for name in ("page", "studio", "rider", "client", "sheet", "visit", "learn")
}


def asked_for() -> list[str]:
    """Return what the package asks the catalogue for, as patterns: what an f-string leaves open is any word."""
    patterns = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                patterns.append(re.escape(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = (
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in node.values
                )
                patterns.append("".join(parts))
    for path in (PACKAGE / "report" / "templates").iterdir():
        said = re.findall(rf"\b({'|'.join(TEMPLATE_NAMES)})\.(\w+)", path.read_text(encoding="utf-8"))
        patterns += [rf"{TEMPLATE_NAMES[section]}\.{key}" for section, key in said]
    return [pattern for pattern in dict.fromkeys(patterns) if re.match(r"\w+\\\.", pattern)]


def test_every_text_is_asked_for() -> None:
    english, patterns = catalogue("en"), asked_for()
    by_places = {how[1:] for texts in english.values() for text in texts.values() for _, how in places(text) if how}
    systems = "".join((PACKAGE / f"wedge_systems.{kind}").read_text(encoding="utf-8") for kind in ("toml", "py"))

    def is_used(section: str, key: str) -> bool:
        if section in WHOLE or section in by_places or section in ("wedges", "total"):
            return True
        if section == "wedge_systems":
            return f'"{key}"' in systems
        names = f"{section}.{key}", f"{section}.{re.sub('_(none|one|many)$', '', key)}"
        return names[0] in by_places or any(re.fullmatch(pattern, name) for name in names for pattern in patterns)

    assert not [f"{section}.{key}" for section, texts in english.items() for key in texts if not is_used(section, key)]
