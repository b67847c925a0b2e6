"""Numbers in prose are those of the program: settings, sample answers, kept benchmarks, and a notebook's own output."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from test_docs import load_script

import bikefit
from bikefit.comparison import ComparisonResult, compare
from bikefit.conventions import Z95
from bikefit.model import SessionResult, sentences
from bikefit.settings import Settings
from bikefit.words import ENGLISH

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "sample_data"
SETTINGS = Settings()


@cache
def founding() -> SessionResult:
    return bikefit.analyze(SAMPLES / "two_wedges.csv")


@cache
def visit() -> ComparisonResult:
    return compare([SAMPLES / f"visit_helped_{number}.fit" for number in (1, 2, 3, 4)], None, (0, 2, -2, 0))


def right() -> Any:
    return founding().feet["right"]


def half_width() -> float:
    low, high = right().excess.interval_deg
    return float(high - low) / 2


def in_ten(chance: float) -> float:
    return float(round(10 * chance))


Claim = tuple[str, str, Callable[[], tuple[float, ...]]]
CLAIMS: list[Claim] = [
    ("docs/how-sure.md", r"known to about (\d\.\d)° either way", lambda: (half_width(),)),
    (
        "docs/how-sure.md",
        r"by (\d\.\d+)°, give or take (\d\.\d)°",
        lambda: (SETTINGS.response_mean, SETTINGS.response_sd),
    ),
    ("docs/how-sure.md", r"About (\d) riders in 10", lambda: (in_ten(right().recommendation.chance_worse),)),
    ("docs/how-sure.md", r"same first count for (\d+) % of feet", lambda: (100 * sentences.SAME_FIRST_COUNT,)),
    ("docs/how-sure.md", r"same count for (\d+) %", lambda: (100 * sentences.SAME_COUNT_AFTER_VISIT,)),
    ("docs/how-sure.md", r"It shows a turn of (\d\.\d)° or more", lambda: (right().visible.visit_deg,)),
    ("docs/how-sure.md", r"within (\d\.\d)° of neutral", lambda: (SETTINGS.neutral_band_deg,)),
    (
        "docs/how-sure.md",
        r"error \((\d\.\d)°; (\d\.\d)° for",
        lambda: (SETTINGS.zero_sd_deg, SETTINGS.zero_sd_shoe_sensor_deg),
    ),
    (
        "docs/how-sure.md",
        r"one pair shows (\d\.\d)° or more, the visit (\d\.\d)°",
        lambda: (right().visible.pair_deg, right().visible.visit_deg),
    ),
    (
        "docs/how-sure.md",
        r"differ by about (\d\.\d)° .*remounted by about (\d\.\d)°, and laps by about (\d\.\d+)°",
        lambda: (SETTINGS.between_left_on_deg, SETTINGS.between_remounted_deg, SETTINGS.between_laps_deg),
    ),
    ("docs/how-sure.md", r"a drift of (\d\.\d)° per recording", lambda: (SETTINGS.drift_sd_deg,)),
    (
        "README.md",
        r"assumption: (\d\.\d+) degrees heel-in per degree of varus, give or take (\d\.\d)",
        lambda: (SETTINGS.response_mean, SETTINGS.response_sd),
    ),
    ("README.md", r"(\d+) samples a stroke are the least", lambda: (SETTINGS.samples_per_stroke_min,)),
    ("README.md", r"taking them off and on adds about (\d\.\d) degrees", lambda: (SETTINGS.between_remounted_deg,)),
    (
        "README.md",
        r"a right heel that turns out by about (\d\.\d) degrees",
        lambda: (round(2 * right().excess.deg) / 2,),
    ),
    ("docs/quickstart-cyclist.md", r"about (\d\.\d) degrees either way", lambda: (half_width(),)),
    (
        "docs/response.md",
        r"must turn the heel by (\d\.\d) degrees to be seen; one wedge is expected to turn it by\s+(\d\.\d+)",
        lambda: (right().visible.pair_deg, SETTINGS.response_mean),
    ),
    (
        "docs/response.md",
        r"Normal\((\d\.\d+), (\d\.\d)²\): weak",
        lambda: (SETTINGS.response_mean, SETTINGS.response_sd),
    ),
    (
        "docs/response.md",
        r"median (\d\.\d) deg with the sensors left on, (\d\.\d) with `--remounted`, (\d\.\d+) for laps",
        lambda: (SETTINGS.between_left_on_deg, SETTINGS.between_remounted_deg, SETTINGS.between_laps_deg),
    ),
    ("docs/response.md", r"at least (\d\.\d+) deg\s+\(`worthwhile_deg`\)", lambda: (SETTINGS.worthwhile_deg,)),
    (
        "docs/method.md",
        r"fewer than (\d+) used strokes, fewer than (\d+) samples a stroke",
        lambda: (SETTINGS.strokes_min, SETTINGS.samples_per_stroke_min),
    ),
]
"""A page, a sentence with numbers in it, and what the program says of them."""


@pytest.mark.parametrize(
    ("page", "pattern", "expected"), CLAIMS, ids=[f"{page}:{pattern[:40]}" for page, pattern, _ in CLAIMS]
)
def test_numbers_in_prose_are_the_programs(page: str, pattern: str, expected: Callable[[], tuple[float, ...]]) -> None:
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    found = re.search(pattern.replace(r"\s+", " "), text)
    assert found, f"{page} no longer says {pattern!r}"
    for printed, value in zip(found.groups(), expected(), strict=True):
        digits = len(printed.partition(".")[2])
        assert printed == f"{value:.{digits}f}", f"{page}: {found[0]!r} but {value:.4g}"


def test_the_readmes_sample_answers_are_given() -> None:
    assert right().recommendation.total == 2
    assert founding().feet["left"].recommendation.total == 0
    foot = visit().feet["right"]
    assert foot.verdict == "helps"
    low, high = visit().sessions[0].feet["right"].excess.interval_deg
    assert (high - low) / 2 == pytest.approx(Z95 * math.hypot(SETTINGS.zero_sd_deg, 0.07), abs=0.02)


def test_the_same_count_on_two_days_is_that_of_the_kept_benchmark() -> None:
    """What pages print is rounded to five percent of what ``benchmarks/second_visit.py`` measured."""
    text = " ".join((ROOT / "docs" / "performance.md").read_text(encoding="utf-8").split())
    found = re.search(r"same on both days in (\d+) % of feet, the count after the visit in (\d+) %", text)
    assert found
    for measured, said in zip(
        map(int, found.groups()), (sentences.SAME_FIRST_COUNT, sentences.SAME_COUNT_AFTER_VISIT), strict=True
    ):
        assert round(measured / 5) * 5 == round(100 * said)


def test_the_page_of_terms_is_that_of_the_reports() -> None:
    page = ROOT / "docs" / "glossary.md"
    assert page.read_text(encoding="utf-8") == load_script(ROOT / "docs" / "make_glossary.py").page()
    assert len(ENGLISH.section("glossary")) > 10


# ---- notebooks: what is said of an output holds of that output ------------------------------------------------------

NOTEBOOKS: list[tuple[str, str, str, Callable[..., bool]]] = [
    (
        "03_shoe_sensor",
        "Less than a tenth of a degree",
        r"mean error ([+-]\d\.\d+) deg, scatter (\d\.\d+)",
        lambda error, scatter: max(abs(error), scatter) < 0.1,
    ),
    (
        "03_shoe_sensor",
        "The crank's length comes out near",
        r"crank (\d+\.\d) mm \(true (\d+\.\d)\)",
        lambda found, true: abs(found - true) < 1.0,
    ),
    (
        "03_shoe_sensor",
        "the step of one degree stands out",
        r"of the step: ([+-]\d\.\d+) deg",
        lambda off: abs(off) < 0.1,
    ),
    (
        "01_one_ride",
        "the number in the table comes out again",
        r"by hand (\d\.\d+) deg, in the table (\d\.\d+)",
        lambda one, other: abs(one - other) < 0.005,
    ),
    ("01_one_ride", "a few hundredths of a degree", r"standard error (\d\.\d+)", lambda error: error < 0.1),
    ("01_one_ride", "a third of riders", r"chance worse (\d+)%", lambda share: 28 <= share <= 38),
    (
        "02_before_and_after",
        "The interval holds the truth",
        r"95 % interval (\d\.\d+) to (\d\.\d+)",
        lambda low, high: low <= 0.9 <= high,
    ),
    (
        "05_how_good",
        "about three in ten get worse",
        r"further from neutral than before: (\d+\.\d)",
        lambda share: 25 <= share <= 35,
    ),
    ("05_how_good", "the angle shrinks by some 8 %", r"\((\d+)% less\)", lambda less: abs(less - 8) <= 1),
    ("05_how_good", "Hundredths of a degree", r"off by (\d\.\d+) deg", lambda off: off < 0.1),
    ("05_how_good", "nearly all that could be known", r"after the visit (\d+)%", lambda share: share >= 90),
]
"""A notebook, what its prose says, the numbers of its output, and what must hold of them."""


@pytest.mark.parametrize(
    ("name", "said", "printed", "holds"), NOTEBOOKS, ids=[f"{n}:{s[:30]}" for n, s, _, _ in NOTEBOOKS]
)
def test_what_a_notebook_says_holds_of_its_output(
    name: str, said: str, printed: str, holds: Callable[..., bool]
) -> None:
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    prose = " ".join(" ".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown").split())
    assert said in prose
    outputs = "".join("".join(out.get("text", [])) for cell in cells for out in cell.get("outputs", []))
    found = re.search(printed, outputs)
    assert found, printed
    assert holds(*map(float, found.groups())), found[0]


def test_the_shoe_sensor_notebook_knows_the_truth_of_its_sample() -> None:
    """The notebook simulates the sample again for its truth; both must be made from the same numbers."""
    cells = json.loads((ROOT / "notebooks" / "03_shoe_sensor.ipynb").read_text(encoding="utf-8"))["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    again = re.search(r"known, truth = shoe.simulate_shoes\(.*?Harmonics\((.*?\))\).*?seed=(\d+)", source, re.S)
    made = re.search(r"def shoe_sensor.*?Harmonics\((.*?\))\).*?seed=(\d+)", (SAMPLES / "make.py").read_text(), re.S)
    assert again
    assert made
    assert again.groups() == made.groups()


# ---- one English ------------------------------------------------------------------------------------------------

AMERICAN = re.compile(
    r"\b(?:colou?rize\w*|color|colors|center|centers|centered|behavior\w*|gray|favor\w*|labeled|millimeters?|"
    r"analyz(?:ed|ing)|recogniz\w+|minimiz\w+|summariz\w+|normaliz\w+|organiz\w+|towards)\b",
    re.I,
)
STILTED = re.compile(r"\bof nobody's\b|\bone a (?:foot|shoe)\b|\b(?:is|are) no (?:number|channel|text|table|rows?)\b")
PROSE = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "bikefit" / "words" / "en.toml"]


@pytest.mark.parametrize("page", PROSE, ids=lambda page: page.name)
def test_the_english_is_british_and_plain(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```|`[^`\n]*`|\S+/\S+", " ", text, flags=re.S)
    quoted = re.sub(r"^- .*?\b(?:Arch|J|Ann|Sports|Clin)\b.*$", " ", prose, flags=re.M)  # titles of papers are theirs
    assert not AMERICAN.findall(quoted)
    assert not STILTED.findall(re.sub(r"\bthere (?:is|are) no\b", " ", quoted, flags=re.I))
