"""The answer on a terminal: the sentence, a small table, what to know, the cautions.

Rich draws it; piped, it is plain text; where the stream cannot encode a character, its nearest ASCII stands.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from bikefit.model import FootResult, Level, SessionResult, WedgeSystem
from bikefit.report import numbers, sentences
from bikefit.report.texts import text

ASCII = {"–": "-", "—": "-", "±": "+-", "°": " deg", "·": "-", "→": "->", "“": '"', "”": '"', "’": "'", "−": "-"}
PLAIN_WIDTH = 100
GRAVEST_FIRST: tuple[Level, ...] = ("error", "warning", "info")
STYLES = {"info": "", "warning": "yellow", "error": "red"}


def console_for(stream: TextIO | None = None) -> Console:
    """Return a console that suits the stream.

    Parameters
    ----------
    stream : text stream, optional
        Standard output when left out.

    Returns
    -------
    Console
        With colours only on a terminal that wants them (``NO_COLOR`` is honoured); without a terminal it does
        not wrap to somebody's screen but to a fixed width.
    """
    stream = stream or sys.stdout
    probe = Console(file=stream, highlight=False)
    return probe if probe.is_terminal else Console(file=stream, highlight=False, width=PLAIN_WIDTH)


def print_result(renderable: RenderableType, stream: TextIO | None = None) -> None:
    """Print to a stream, in ASCII where the stream cannot encode the rest.

    Parameters
    ----------
    renderable : rich renderable
        What to print.
    stream : text stream, optional
        Standard output when left out.
    """
    console = console_for(stream)
    if not _can_show(console.encoding):
        console = _AsciiConsole(file=console.file, highlight=False, width=console.width)
    with console.capture() as captured:
        console.print(renderable)
    printed = captured.get()
    if not console.is_terminal:
        printed = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    console.file.write(encodable(printed, console.encoding))


class _AsciiConsole(Console):
    """Replaces words before they are laid out, so that a table's columns stay in line."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        if isinstance(renderable, Text):
            renderable = Text(encodable(renderable.plain, "ascii"), style=renderable.style)
        return super().render(renderable, options)

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(encodable(text, "ascii"), **options)


def _can_show(encoding: str) -> bool:
    try:
        "".join(ASCII).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def encodable(printed: str, encoding: str) -> str:
    """Replace what an encoding cannot carry.

    Parameters
    ----------
    printed : str
        Any text.
    encoding : str
        Name of the stream's encoding.

    Returns
    -------
    str
        The text itself where it can be encoded, else with ASCII stand-ins.

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
    lines = {chr(code): "+" for code in range(0x2500, 0x2580)}
    return lines | dict.fromkeys("─━╌═", "-") | dict.fromkeys("│┃║", "|")


def session_text(result: SessionResult) -> RenderableType:
    """Lay out a session for a cyclist: the answer first.

    Parameters
    ----------
    result : SessionResult
        An analysed session.

    Returns
    -------
    rich renderable
        For `print_result`.
    """
    feet = list(result.feet.values())
    parts: list[RenderableType] = [Text(_heading(result), style="dim"), ""]
    for foot in feet:
        parts += [
            Text(sentences.advice_sentence(foot, result), style="bold"),
            Padding(Text(sentences.how_sure(foot)), (0, 0, 0, 2)),
            "",
        ]
    parts.append(_table(result, feet))
    notes = list(_notes(result))
    if notes:
        parts += ["", Text(text("terminal.findings"), style="bold"), *notes]
    varus = any((foot.recommendation.change or 0) > 0 for foot in feet)
    parts += ["", Text(" ".join(sentences.cautions(varus)), style="dim")]
    return Group(*parts)


def _heading(result: SessionResult) -> str:
    recording = result.recording
    section = ""
    if result.is_section:
        section = text("terminal.section", low=numbers.clock(recording.from_s), high=numbers.clock(recording.to_s))
    return text(
        "terminal.heading",
        name=recording.name,
        duration=numbers.clock(recording.duration_s),
        section=section,
        system=result.system.name,
        cant=numbers.degrees(result.system.cant_deg),
    )


def _table(result: SessionResult, feet: list[FootResult]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for foot in feet:
        table.add_column(text(f"side.{foot.side}").capitalize(), justify="right")
    rows = [_cells(foot) for foot in feet]
    for key in rows[0] if rows else ():
        table.add_row(text(f"terminal.{key}"), *(escape(cells[key]) for cells in rows))
    return table


def _cells(foot: FootResult) -> Mapping[str, str]:
    advised = foot.recommendation
    total, rpm, unknown = advised.total, foot.strokes.cadence_rpm, text("words.unknown")
    return {
        "strokes": text("terminal.strokes_value", used=foot.strokes.used, found=foot.strokes.found),
        "cadence": text("terminal.cadence_value", rpm=numbers.fixed(rpm, 0)) if numbers.known(rpm) else unknown,
        "rotation": numbers.signed_degrees(foot.rotation.value_deg),
        "neutral": numbers.signed_degrees(foot.neutral.deg),
        "excess": numbers.signed_degrees(foot.excess.deg),
        "interval": numbers.signed_interval(foot.excess.interval_deg),
        "fitted": sentences.wedges(foot.fitted_wedges),
        "target": unknown if total is None else sentences.wedges(total),
        "expected": numbers.signed_degrees(advised.expected_deg),
        "cleat": numbers.degrees(abs(advised.cleat_alone_deg)),
    }


def _notes(result: SessionResult) -> Iterable[RenderableType]:
    """Yield what to know, the gravest first; the first reason of "cannot tell" stands in its sentence already."""
    said: list[tuple[Level, str]] = [(item.level, str(item)) for item in result.findings]
    shoes: dict[tuple[Level, str], list[str]] = {}
    for side, foot in result.feet.items():
        told = [(item.level, str(item)) for item in foot.findings]
        if foot.recommendation.outcome == "undetermined":
            told += [("error", str(reason)) for reason in foot.recommendation.reasons[1:]]
        for note in told:
            shoes.setdefault(note, []).append(text(f"advice.shoe_{side}"))
    for (level, message), names in shoes.items():
        shoe = names[0] if len(names) == 1 else text("terminal.both_shoes")
        said.append((level, text("terminal.for_shoe", shoe=shoe, message=message)))
    for level, message in sorted(said, key=lambda note: GRAVEST_FIRST.index(note[0])):
        yield note_line(level, message)


def note_line(level: str, message: str) -> RenderableType:
    """Return one remark as a list item, coloured by its level.

    Parameters
    ----------
    level : {"info", "warning", "error"}
        How much it matters.
    message : str
        Plain text.

    Returns
    -------
    rich renderable
        A dash and the wrapped text.
    """
    grid = Table.grid(padding=(0, 1))
    grid.add_row("-", Text(message, style=STYLES[level]))
    return grid


def systems_text(systems: Mapping[str, WedgeSystem]) -> RenderableType:
    """List the wedge systems that are known.

    Parameters
    ----------
    systems : mapping of str to WedgeSystem
        Id -> system.

    Returns
    -------
    rich renderable
        A table, then each system's cautions and source.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in text("terminal.systems_columns").split("|"):
        table.add_column(name, overflow="fold")
    parts: list[RenderableType] = [table]
    for system in systems.values():
        table.add_row(
            system.id,
            system.name,
            numbers.degrees(system.cant_deg),
            str(system.cap),
            text(f"terminal.{system.placement}"),
            ", ".join(system.cleats),
        )
        parts.append(Text(text("terminal.source", name=system.name, source=system.source, date=system.date)))
        parts += [note_line("info", caution) for caution in system.cautions]
    return Group(*parts)
