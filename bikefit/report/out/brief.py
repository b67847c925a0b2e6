"""The answer in at most fifteen lines: what to do, how sure in one line each, the next step, three warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from bikefit.comparison import ComparisonResult
from bikefit.comparison import sentences as compared
from bikefit.model import FootResult, SessionResult
from bikefit.report.brief_sentences import compared_lines, first_sentence, how_sure, next_lines, untouched_line
from bikefit.report.notes import Note, comparison_notes, session_notes
from bikefit.report.out.parts import below, note_line
from bikefit.words import Words, degree_signs

MOST_LINES = 15
MOST_NOTES = 3
SAID_WITH_THE_ANSWER = {"float_stop", "excess_is_lower_bound"}
"""Findings that a foot's answer says already where its cleat comes first."""


@dataclass(frozen=True)
class Brief:
    """An answer, and as much of what there is to know as its lines leave room for."""

    words: Words
    heading: str
    answer: tuple[RenderableType, ...]
    following: tuple[RenderableType, ...]
    notes: tuple[Note, ...]
    denser: tuple[tuple[RenderableType, ...], ...] = ()
    """The answer in fewer and fewer lines, for a narrow terminal."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay it out for the width that there is."""
        body: list[RenderableType] = [Text(self.heading, style="dim"), "", *self.answer, *self.following]
        for answer in (self.answer, *self.denser):
            if _lines(console, options, body) < MOST_LINES:
                break
            # a narrow terminal and long words: the answers matter more than the heading and the air
            body = [part for part in (*answer, *self.following) if part]
        room = MOST_LINES - _lines(console, options, body) - 1
        told = self._fitting(console, options, room - 1)
        yield from body
        if told:
            yield ""
            yield from told
        hidden = len(self.notes) - len(told)
        yield Text(self.words.counted("brief.more", hidden), style="dim")

    def _fitting(self, console: Console, options: ConsoleOptions, room: int) -> list[RenderableType]:
        """Return the notes that fit, the first as a whole where it can be, all others by their first sentence."""
        short = [
            note_line(note.level, note.told(self.words, first_sentence(note.message)))
            for note in self.notes[:MOST_NOTES]
        ]
        while short and _lines(console, options, short) > room:
            short.pop()
        for place, note in enumerate(self.notes[: len(short)]):
            longer = [*short[:place], note_line(note.level, note.told(self.words)), *short[place + 1 :]]
            if _lines(console, options, longer) <= room:
                short = longer
        return short


def _lines(console: Console, options: ConsoleOptions, parts: Sequence[RenderableType]) -> int:
    """Count the lines that parts take."""
    return len(console.render_lines(Group(*parts), options)) if parts else 0


# ---- one session --------------------------------------------------------------------------------------------


def session_brief(words: Words, result: SessionResult, heading: str) -> Brief:
    """Lay out a session in few lines."""
    feet = list(result.feet.values())
    answer: list[RenderableType] = []
    for foot, said in zip(feet, result.answers(words), strict=True):
        answer.append(Text(degree_signs(said), style="bold"))
        sure = how_sure(words, foot)
        if sure:
            answer.append(below(sure))
    notes = [note for note in session_notes(words, result) if not _said_already(note, result)]
    return Brief(words, heading, tuple(answer), tuple(_next(words, feet, result.system.placement)), tuple(notes))


def _next(words: Words, feet: Sequence[FootResult], placement: str) -> list[RenderableType]:
    """Lay out the next step; what to check goes with one that changes something."""
    lines, is_test = next_lines(words, feet)
    checks = [Text(words.text(f"cautions.check_{placement}"), style="dim")] if is_test else []
    return ["", *map(Text, lines), *checks] if lines else []


def _said_already(note: Note, result: SessionResult) -> bool:
    """Tell whether a note repeats the answer of the only shoes that it is of."""
    return (
        note.code in SAID_WITH_THE_ANSWER
        and bool(note.shoes)
        and all(result.feet[side].recommendation.step == "float_stop" for side in note.shoes)
    )


# ---- several recordings -------------------------------------------------------------------------------------


def comparison_brief(words: Words, result: ComparisonResult, heading: str) -> Brief:
    """Lay out a comparison in few lines: the shoes whose wedges were changed first."""
    answer: list[RenderableType] = []
    dense: list[RenderableType] = []
    densest: list[RenderableType] = []
    for foot in sorted(result.feet.values(), key=lambda foot: foot.untouched):
        if foot.untouched:
            head, lines = Text(untouched_line(words, foot)), []
        else:
            head = Text(compared.answer(words, foot, result.system.cap, short=True), style="bold")
            lines = compared_lines(words, foot)
        run_on = " ".join(lines)
        answer += [head, *map(below, lines)]
        dense += [head, *([below(run_on)] if lines else [])]
        densest.append(Text.assemble(head, " ", run_on) if lines else head)
    notes = tuple(comparison_notes(words, result))
    return Brief(words, heading, tuple(answer), (), notes, (tuple(dense), tuple(densest)))
