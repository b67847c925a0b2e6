"""The client's page reads easily: short sentences, no term that the page does not explain, no flag of the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from helpers.report_sessions import before_after, make_foot, make_session, two_wedges

from bikefit.comparison import compare
from bikefit.model import SessionResult, reason
from bikefit.model.findings import codes
from bikefit.report.pages.comparison_view import comparison_page
from bikefit.report.pages.view import PageView, client_view
from bikefit.words import ENGLISH, SENTENCE_END

SAMPLES = Path(__file__).parents[1] / "sample_data"
MOST_WORDS, MEAN_WORDS = 30, 16
TERMS = {
    "varus": "Varus wedge",
    "valgus": "Valgus wedge",
    "neutral": "Neutral",
    "interval": "95 % interval",
    "float": "Float",
    "cant": "Cant",
    "response": "Response",
    "excess": "Excess",
    "standard deviation": "Standard deviation (SD)",
    "standard error": "Standard error",
    "power phase": "Power phase",
    "heel-out": "Heel out (external)",
    "heel-in": "Heel in (internal)",
}
"""A term of the client's page, and the entry of the page's glossary that explains it."""
NEVER = re.compile(
    r"posterior|\bprior\b|p-value|\bMDC\b|significan\w+|confidence|covariance|likelihood|metric\b|undetermined|"
    r"--\w|'bikefit|\bJSON\b|deg²|diagnos\w+|\bcure",
    re.I,
)


def implausible() -> SessionResult:
    """Return a foot whose angle cannot be one."""
    session = make_session(make_foot("left", 3.0, neutral_deg=None), make_foot("right", 1.0))
    told = (reason("angle_implausible", side="left", deg=90.0, about="from_zero", fits="heading"),)
    left = session.feet["left"]
    changed = {"recommendation": left.recommendation.__class__(**{**vars(left.recommendation), "reasons": told})}
    feet = {**session.feet, "left": left.__class__(**{**vars(left), **changed})}
    return session.__class__(**{**vars(session), "feet": feet})


@cache
def pages() -> tuple[PageView, ...]:
    sessions = [
        two_wedges(),
        make_session(make_foot("left", 3.0, neutral_deg=None), make_foot("right", 4.0, fitted=2)),
        make_session(make_foot("left", 4.0, stop_deg=4.5), make_foot("right", 14.0)),
        make_session(make_foot("left", 2.6, cleat_float_deg=0.0), make_foot("right", 0.4, fitted=1)),
        implausible(),
    ]
    rides = [SAMPLES / f"visit_helped_{number}.fit" for number in (1, 2, 3, 4)]
    comparisons = [
        before_after(),
        compare(rides, None, (0, 2, -2, 0)),
        compare(rides[:2], None, (0, 2)),
        compare([SAMPLES / f"wrong_way_{number}.csv" for number in (1, 2)], (0, 1), (0, 2)),
    ]
    return (
        *(client_view(ENGLISH.on_page, each) for each in sessions),
        *(comparison_page(ENGLISH.on_page, each) for each in comparisons),
    )


def told() -> Iterator[str]:
    """Yield every sentence that stands on a client's page, once."""
    seen: set[str] = set()
    for page in pages():
        texts = [page.intro, page.sure_caption, page.system, *page.cautions]
        for shoe in page.shoes:
            texts += [shoe.headline, shoe.advice, shoe.measured, shoe.outlook, shoe.next]
            texts += [shoe.above_caption, shoe.behind_caption, shoe.cleat_caption]
        for text in texts:
            for sentence in filter(None, SENTENCE_END.split(text)):
                if sentence not in seen:
                    seen.add(sentence)
                    yield sentence


def words_in(sentence: str) -> int:
    return len(re.findall(r"[\w'’.°/-]*\w[\w'’.°/-]*", sentence))


def test_sentences_are_short() -> None:
    counts = {sentence: words_in(sentence) for sentence in told()}
    assert len(counts) > 40
    long = [sentence for sentence, count in counts.items() if count > MOST_WORDS]
    assert not long
    assert sum(counts.values()) / len(counts) < MEAN_WORDS


def test_every_term_is_explained_on_the_page_and_none_is_for_statisticians() -> None:
    glossary = ENGLISH.section("glossary")
    said = " ".join(told()).lower()
    for term, entry in TERMS.items():
        if re.search(rf"\b{term}", said):
            assert entry in glossary, term
    assert not NEVER.findall(" ".join(told()))


def test_the_glossary_explains_each_term_once_and_in_short_sentences() -> None:
    glossary = ENGLISH.section("glossary")
    assert len({term.lower() for term in glossary}) == len(glossary)
    for meaning in glossary.values():
        assert all(words_in(sentence) <= MOST_WORDS for sentence in SENTENCE_END.split(meaning))


def test_what_a_client_reads_of_a_reason_has_no_flag_and_is_not_empty() -> None:
    """A reason why no count can be given stands on the card without what only a command line can do."""
    told = ENGLISH.on_page.section("findings")
    for code in codes():
        assert "--" not in told[code]
        assert "'bikefit" not in told[code]
    for code in ("neutral_needed", "pose_needed", "angle_implausible", "too_few_strokes", "weak_strokes", "no_strokes"):
        assert told[code]
