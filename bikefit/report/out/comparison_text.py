"""The answer of a comparison on a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from bikefit.comparison import ComparisonResult
from bikefit.comparison import sentences as said_of
from bikefit.comparison.result import recording_columns
from bikefit.conventions import SIDES
from bikefit.model import sentences
from bikefit.report.notes import comparison_notes
from bikefit.report.out.brief import comparison_brief
from bikefit.report.out.parts import below, table
from bikefit.report.out.text import notes_part
from bikefit.words import Words


def comparison_text(words: Words, result: ComparisonResult, *, details: bool = False) -> RenderableType:
    """Lay out a comparison for a cyclist: the verdict for each shoe first; with details, all there is to know."""
    heading = words.text("compared.heading", count=len(result.sessions))
    if not details:
        return comparison_brief(words, result, heading)
    parts: list[RenderableType] = [Text(heading, style="dim"), ""]
    feet = [result.feet[side] for side in SIDES if side in result.feet]
    for foot in feet:
        answer = Text(said_of.answer(words, foot, result.system.cap), style="bold")
        parts += [answer, *map(below, said_of.at_length(words, foot)), ""]
    rows = [row for foot in feet for row in foot.rows(words)]
    parts += [table(recording_columns(words), rows, numeric=True)]
    parts += notes_part(words, comparison_notes(words, result))
    cautions = sentences.cautions_of(words, (foot.recommendation for foot in feet), result.system.placement)
    parts += ["", Text(" ".join(cautions), style="dim")]
    return Group(*parts)
