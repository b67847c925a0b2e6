"""The answer on a terminal: in a few lines, or with all details.

Rich draws it; piped, it is plain text; where the stream cannot encode a character, its nearest ASCII stands.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from bikefit.model import FootResult, SessionResult, WedgeSystem, sentences
from bikefit.report.notes import Note, in_order, session_notes
from bikefit.report.out.brief import session_brief
from bikefit.report.out.parts import below, note_line, table, titled
from bikefit.words import Words, degree_signs

ASCII = {
    "–": "-", "—": "-", "±": "+-", "°": " deg", "·": "-", "→": "->", "“": '"', "”": '"', "„": '"', "’": "'", "−": "-",
    "\u00a0": " ", "\u2011": "-", "²": "^2",
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss",
}  # fmt: skip
PLAIN_WIDTH = 100


def console_for(stream: TextIO | None = None) -> Console:
    """Return a console with colours only where they are wanted, and of a fixed width where there is no terminal."""
    stream = stream or sys.stdout
    probe = Console(file=stream, highlight=False)
    return probe if probe.is_terminal else Console(file=stream, highlight=False, width=PLAIN_WIDTH)


def print_result(renderable: RenderableType, stream: TextIO | None = None) -> None:
    """Print to a stream, in ASCII where the stream cannot encode the rest."""
    console = console_for(stream)
    if not _can_show(console.encoding):
        console = _AsciiConsole(file=console.file, highlight=False, width=console.width)
    with console.capture() as captured:
        console.print(renderable, crop=False)  # a command to paste is longer than the line
    printed = captured.get()
    if not console.is_terminal:
        printed = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    console.file.write(encodable(printed, console.encoding))


class _AsciiConsole(Console):
    """Replaces words before they are laid out, so that a table's columns stay in line."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render with the ASCII stand-ins of a text."""
        if isinstance(renderable, Text):
            renderable = Text(encodable(renderable.plain, "ascii"), style=renderable.style)
        return super().render(renderable, options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Render a string in ASCII."""
        return super().render_str(encodable(text, "ascii"), **options)


def _can_show(encoding: str) -> bool:
    """Tell whether an encoding has the characters that there are stand-ins for."""
    try:
        "".join(ASCII).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def encodable(printed: str, encoding: str) -> str:
    """Replace what an encoding cannot carry.

    Examples
    --------
    >>> encodable("1.0 ± 0.5", "ascii")
    '1.0 +- 0.5'
    """
    try:
        printed.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        stand_ins: dict[str, str | int | None] = {**ASCII, **_box_drawing()}
        plain = printed.translate(str.maketrans(stand_ins))
        return plain.encode("ascii", errors="replace").decode("ascii")
    return printed


def _box_drawing() -> dict[str, str]:
    """Return ASCII stand-ins for the lines of a table."""
    lines = {chr(code): "+" for code in range(0x2500, 0x2580)}
    return lines | dict.fromkeys("─━╌═", "-") | dict.fromkeys("│┃║", "|")


def session_text(words: Words, result: SessionResult, *, details: bool = False) -> RenderableType:
    """Lay out a session for a cyclist: the answer first; with details, every number and all there is to know."""
    heading = _heading(words, result)
    if not details:
        return session_brief(words, result, heading)
    feet = list(result.feet.values())
    parts: list[RenderableType] = [Text(heading, style="dim"), ""]
    for foot, answer in zip(feet, result.answers(words), strict=True):
        sure = sentences.how_sure(words, foot.excess, foot.recommendation)
        parts += [Text(degree_signs(answer), style="bold"), below(sure), ""]
    parts += [*_next(words, feet), "", _table(words, feet), *notes_part(words, session_notes(words, result))]
    cautions = sentences.cautions_of(words, (foot.recommendation for foot in feet), result.system.placement)
    parts += ["", Text(" ".join(cautions), style="dim")]
    return Group(*parts)


def notes_part(words: Words, notes: Sequence[Note]) -> list[RenderableType]:
    """Return all there is to know under its heading; nothing where there is none."""
    return titled(words.text("terminal.findings"), (note_line(note.level, note.told(words)) for note in notes))


def _next(words: Words, feet: list[FootResult]) -> list[RenderableType]:
    """Return what to do next, each thing once with the shoes that it is for."""
    said = []
    for foot in feet:
        following = sentences.what_next(words, foot.recommendation, foot.visible)
        if foot.recommendation.next_step.action == "test":
            following += " " + words.text("next.plan")
        said.append(Note("info", "", following, (foot.side,)))
    title = Text(words.text("terminal.next"), style="bold")
    return [title, *(note_line(note.level, note.told(words)) for note in in_order(said))]


def _heading(words: Words, result: SessionResult) -> str:
    """Name the recording, its length and the wedges."""
    recording = result.recording
    section = ""
    if result.is_section:
        section = words.text("terminal.section", low=words.clock(recording.from_s), high=words.clock(recording.to_s))
    return words.text(
        "terminal.heading",
        name=recording.name,
        duration=words.clock(recording.duration_s),
        section=section,
        system=result.system.name,
        cant=words.degrees(result.system.cant_deg),
    )


def _table(words: Words, feet: list[FootResult]) -> Table:
    """Return the numbers, one column per foot."""
    cells = [foot.figures(words) for foot in feet]
    rows = [(words.text(f"terminal.{key}"), *(each[key] for each in cells)) for key in (cells[0] if cells else ())]
    return table(["", *(words.text(f"side.{foot.side}").capitalize() for foot in feet)], rows, numeric=True)


def systems_text(words: Words, systems: Mapping[str, WedgeSystem]) -> RenderableType:
    """List the wedge systems: a table, then the cautions and the source of each."""
    rows = [
        (
            system.id,
            system.name,
            words.degrees(system.cant_deg),
            str(system.cap),
            words.text(f"terminal.{system.placement}"),
            words.listed(system.cleats),
        )
        for system in systems.values()
    ]
    parts: list[RenderableType] = [table(words.columns("terminal.systems_columns"), rows, overflow="fold")]
    for system in systems.values():
        source, date = words.of_system(system.source), words.day(system.date)
        parts.append(Text(words.text("terminal.source", name=system.name, source=source, date=date)))
        parts += [note_line("info", words.of_system(caution)) for caution in system.cautions]
    return Group(*parts)
