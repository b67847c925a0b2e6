"""The whole pipeline says of the sample data what it said before: numbers to 1e-9, words to the letter.

Renewed by ``python -m tests.helpers.snapshot --renew``, which shows what changed.
"""

from __future__ import annotations

import json

import pytest
from helpers.snapshot import KEPT, answers, changes, differences
from helpers.snapshot_cases import cases
from helpers.snapshot_forms import csv_document, dump, page_words, rounded, strokes_document

CASES = cases()


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch):
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", CASES)
def test_answers_are_those_that_are_kept(name):
    found = changes(name, answers(CASES[name]))
    told = "\n".join(f"== {name}/{file}\n" + "\n".join(lines[:40]) for file, lines in found.items())
    assert not found, f"\n{told}\nIf this is meant: python -m tests.helpers.snapshot {name} --renew"


def test_nothing_else_is_kept_and_all_of_it_is_small():
    assert {path.name for path in KEPT.iterdir()} == set(CASES)
    assert sum(path.stat().st_size for path in KEPT.glob("*/*")) < 1_000_000


# ---- the comparison itself ------------------------------------------------------------------------------------


def moved(document, by):
    """Return a document with every mean angle moved."""
    if isinstance(document, dict):
        return {key: inner + by if key == "mean_deg" else moved(inner, by) for key, inner in document.items()}
    return [moved(inner, by) for inner in document] if isinstance(document, list) else document


@pytest.mark.parametrize(("by", "lines"), [(0.0, 0), (1e-11, 0), (3e-9, 2), (0.05, 2)])
def test_a_silent_shift_of_an_angle_is_told_with_its_size(by, lines):
    kept = (KEPT / "two_wedges.csv" / "json.json").read_text(encoding="utf-8")
    found = differences("json.json", kept, dump(moved(json.loads(kept), by)))
    assert len(found) == lines
    if lines:
        assert found[0].startswith("feet.left.rotation.mean_deg: 0.1168981017")
        assert f"({by:+.3g})" in found[0] or by < 1e-8


def strokes_csv(changed=None, value=None):
    rows = [["left" if row < 60 else "right", str(row), str(1.25 + row / 7), "True"] for row in range(120)]
    if changed:
        rows[changed[0]][changed[1]] = value
    return "\n".join(",".join(row) for row in [["foot", "stroke", "mean_deg", "used"], *rows]) + "\n"


@pytest.mark.parametrize(
    ("changed", "value", "where"),
    [
        ((70, 2), str(1.25 + 70 / 7 + 1e-6), "columns.mean_deg.mean[1]"),
        ((70, 2), str(1.25 + 71 / 7), "columns.mean_deg.sd[1]"),
        ((70, 2), "", "columns.mean_deg.empty"),
        ((70, 3), "False", "columns.used"),
        ((70, 0), "left", "columns.foot"),
    ],
)
def test_one_stroke_of_many_cannot_change_unseen(changed, value, where):
    kept, now = (dump(rounded(strokes_document(text))) for text in (strokes_csv(), strokes_csv(changed, value)))
    assert not differences("strokes.json", kept, kept)
    assert any(line.startswith(where) for line in differences("strokes.json", kept, now))


def test_a_column_or_a_row_more_is_a_difference():
    kept = dump(csv_document("a,b\n1,x\n"))
    assert differences("t.json", kept, dump(csv_document("a,b\n1.0000000001,x\n"))) == []
    assert differences("t.json", kept, dump(csv_document("a,b\n1,y\n"))) == ["rows[0][1]: 'x' -> 'y'"]
    assert differences("t.json", kept, dump(csv_document("a,c\n1,x\n"))) == ["columns[1]: 'b' -> 'c'"]
    assert len(differences("t.json", kept, dump(csv_document("a,b\n1,x\n2,y\n")))) == 2


def test_kinds_of_values_differ_even_where_they_are_equal():
    assert differences("a.json", '{"a": 1, "b": []}', '{"a": 1.0, "b": []}') == ["a: 1 -> 1.0"]
    assert differences("a.json", '{"a": null}', '{"a": {}}') == ["a: None -> {}"]
    assert differences("a.json", '{"a": null}', "{}") == ["a: None -> '(nothing)'", ": '(nothing)' -> {}"]


def test_words_of_a_page_without_its_markup():
    page = (
        "<h1>One<wbr>word</h1><style>p{}</style><p>2.5&deg; <b>out</b></p><svg><title>Foot</title><text>7</text></svg>"
    )
    assert page_words(page) == "Oneword\n2.5° out\nFoot\n"
    assert word_said("No wedge.", "One wedge.") == ["-No wedge.", "+One wedge."]


def word_said(kept, now):
    return [line for line in differences("text.txt", kept, now) if line[:2] not in ("--", "++", "@@")]
