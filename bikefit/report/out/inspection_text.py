"""What a file holds, on a terminal: channels, feet, what can be done, and a line to paste."""

from __future__ import annotations

import math

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bikefit.inspection import FootInspection, Inspection
from bikefit.model import ChannelInfo
from bikefit.report.brief_sentences import first_sentence
from bikefit.report.notes import Note, in_order
from bikefit.report.out.brief import MOST_NOTES
from bikefit.report.out.parts import note_line, table, titled, to_paste
from bikefit.report.out.text import notes_part
from bikefit.words import Words, degree_signs

MOST_LAPS = 12


def inspection_text(words: Words, found: Inspection, *, details: bool = False) -> RenderableType:
    """Lay out an inspection: what can be done and what is missing; with details, every foot, channel and lap."""
    start = words.text("inspect.started", start=found.start) if found.start else ""
    duration = words.clock(found.duration_s)
    heading = words.text("inspect.heading", name=found.name, format=found.format, duration=duration, start=start)
    parts: list[RenderableType] = [Text(heading, style="bold")]
    parts += _all_of_it(words, found) if details else [_channels_line(words, found)]
    for key, lines in (("can", found.can), ("missing", found.missing)):
        parts += titled(words.text(f"inspect.{key}"), (note_line("info", line.told(words)) for line in lines))
    parts += _findings(words, found, details=details)
    parts += titled(words.text("inspect.advice"), map(to_paste, found.advice))
    if not details:
        parts.append(Text(words.text("inspect.more"), style="dim"))
    return Group(*parts)


def _channels_line(words: Words, found: Inspection) -> RenderableType:
    """Name all that the file holds, with the rates, in a line."""
    names = words.listed([" ".join(filter(None, (each.name, _rate(words, each)))) for each in found.channels])
    return Text(words.text("inspect.holds", names=names or words.text("words.unknown")))


def _findings(words: Words, found: Inspection, *, details: bool) -> list[RenderableType]:
    """Return what to know: all of it, or the gravest by their first sentence."""
    notes = in_order(Note(item.level, item.code, degree_signs(words.finding(item))) for item in found.findings)
    if details:
        return notes_part(words, notes)
    told = (note_line(note.level, first_sentence(note.message)) for note in notes[:MOST_NOTES])
    return titled(words.text("terminal.findings"), told)


def _all_of_it(words: Words, found: Inspection) -> list[RenderableType]:
    """Return the tables of feet and channels, and the laps."""
    laps = [
        note_line("info", words.text("inspect.lap", number=lap.number, low=lap.start_s, high=lap.end_s))
        for lap in found.laps[:MOST_LAPS]
    ]
    return [
        *titled(words.text("inspect.feet"), [_feet(words, found)] if found.feet else []),
        *titled(words.text("inspect.sections"), [_channels(words, found)]),
        *titled(words.text("inspect.laps"), laps if len(found.laps) > 1 else []),
    ]


def _feet(words: Words, found: Inspection) -> Table:
    """Return the feet that can be analysed, a row each."""
    rows = [
        (
            words.text(f"side.{side}"),
            words.text(f"inspect.source_{foot.source}"),
            words.text(f"reference.{foot.reference}"),
            words.text("inspect.rate", rate=words.fixed(foot.rate_hz, 0)),
            words.fixed(foot.samples_per_stroke, 0),
            words.percent(foot.missing_share),
            _gaps(words, foot),
            words.signed_interval(foot.range_deg),
        )
        for side, foot in found.feet.items()
    ]
    return table(words.columns("inspect.foot_columns"), rows)


def _gaps(words: Words, foot: FootInspection) -> str:
    """Say how many holes there are, and how long together."""
    if not foot.gaps:
        return words.text("inspect.no_gap")
    return words.text("inspect.gaps", count=foot.gaps, seconds=words.fixed(foot.gap_s))


def _channels(words: Words, found: Inspection) -> Table:
    """Return all that the file holds, one row per channel."""
    rows = [
        (
            channel.name,
            channel.meaning,
            channel.unit,
            str(channel.samples),
            _rate(words, channel),
            channel.told(words),
        )
        for channel in found.channels
    ]
    return table(words.columns("inspect.columns"), rows)


def _rate(words: Words, channel: ChannelInfo) -> str:
    """Return a channel's rate, or nothing where it has none."""
    if math.isnan(channel.rate_hz):
        return ""
    return words.text("inspect.rate", rate=words.number(channel.rate_hz, ".4g"))
