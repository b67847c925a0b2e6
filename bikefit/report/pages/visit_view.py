"""What the page of a visit shows, as plain strings and finished drawings: terminal, HTML and PDF are made from this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bikefit import __version__
from bikefit.conventions import Side
from bikefit.model import sentences
from bikefit.model.spread import measured
from bikefit.report.draw import shoes
from bikefit.report.pages.view import NOTHING_GIVEN, SHORT, Given, clean, system_line
from bikefit.visit import RECORDING_S, SETTLE_MIN, WARM_UP_MIN, Visit, VisitRecording
from bikefit.words import Words

if TYPE_CHECKING:
    from bikefit.report.pages.sheet import BrandView


@dataclass(frozen=True)
class VisitStep:
    """One line of the list, with a box to tick."""

    kind: Literal["ready", "change", "record"]
    title: str
    detail: str
    minutes: str


@dataclass(frozen=True)
class VisitDrawing:
    """A shoe from behind with the wedges of one recording."""

    side: Side
    name: str
    picture: str
    caption: str


@dataclass(frozen=True)
class VisitPage:
    """A visit on a page; all words are ready to print."""

    language: str
    title: str
    intro: str
    who: tuple[tuple[str, str], ...]
    about: tuple[str, ...]
    steps: tuple[VisitStep, ...]
    total: str
    drawings: tuple[VisitDrawing, ...]
    same: tuple[str, ...]
    bolts_title: str
    bolts: tuple[str, ...]
    compare: str
    sees: str
    cautions: tuple[str, ...]
    system: str
    colophon: str
    brand: BrandView | None = None


def visit_page(words: Words, visit: Visit, given: Given = NOTHING_GIVEN) -> VisitPage:
    """Make the page of a visit."""
    from_file = clean(visit.first.recording.name, SHORT) if visit.first else ""
    return VisitPage(
        language=words.language,
        title=clean(given.title, SHORT) or words.text("visit.title"),
        intro=words.text("visit.intro"),
        who=given.head(words, None, ("recording", from_file)),
        about=about(words, visit),
        steps=steps(words, visit),
        total=words.text("visit.total", minutes=visit.minutes),
        drawings=tuple(_drawings(words, visit)),
        same=tuple(words.text(f"visit.same_{key}") for key in ("power", "posture", "sensors", "shoes")),
        bolts_title=words.text(f"visit.bolts_{visit.system.placement}"),
        bolts=bolts(words, visit),
        compare=visit.compare,
        sees=words.text("visit.sees", count=visit.count, deg=words.degrees(visit.smallest_change_deg))
        if visit.recordings
        else "",
        cautions=tuple(sentences.cautions(words, recommends_varus=True)[2:]),
        system=system_line(words, visit.system),
        colophon=words.text("page.colophon", version=__version__),
    )


def heading(words: Words, visit: Visit) -> str:
    """Name the visit in one line: counts, shoes, minutes, wedges."""
    if not visit.recordings:
        return words.text("visit.nothing_heading", name=visit.first.recording.name if visit.first else "")
    counts = [
        words.text("visit.bare") if count == 0 else words.word("total", count)
        for count in _counts(visit.recordings, visit)
    ]
    return words.text(
        "visit.heading",
        counts=words.listed(counts),
        shoes=_shoes(words, visit),
        minutes=visit.minutes,
        system=visit.system.name,
        cant=words.degrees(visit.system.cant_deg),
    )


def _shoes(words: Words, visit: Visit) -> str:
    """Name the shoes that are changed."""
    return words.text(f"visit.shoes_{'both' if len(visit.sides) == 2 else visit.sides[0]}")


def about(words: Words, visit: Visit) -> tuple[str, ...]:
    """Say what was measured of the shoes that are changed, what to know of each, and why both or one."""
    said = []
    for side in visit.sides if visit.first else ():
        foot = visit.first.feet[side] if visit.first else None
        if foot is not None and (told := measured(words, foot.excess)):
            said.append(words.text("terminal.for_shoe", shoe=words.shoe(side), message=told))
    said += [note.told(words) for note in visit.notes]
    if visit.sides and (visit.first is None or len(visit.first.feet) == 2):
        said.append(words.text("visit.both_why" if len(visit.sides) == 2 else "visit.one_why"))
    return tuple(said)


def _counts(recordings: Sequence[VisitRecording], visit: Visit) -> list[int]:
    """Return the signed counts under the shoes that are changed, one per recording."""
    return [item.wedges.of(visit.sides[0]) for item in recordings]


def steps(words: Words, visit: Visit) -> tuple[VisitStep, ...]:
    """List what to do in order: get ready, record, change, record."""
    counts = _counts(visit.recordings, visit) if visit.recordings else []
    made = [_ready(words, visit)] if counts else []
    for place, (item, count) in enumerate(zip(visit.recordings, counts, strict=True)):
        if place:
            made.append(_change(words, visit, counts[place - 1], count))
        made.append(_record(words, visit, item, count))
    return tuple(made)


def _minutes(words: Words, minutes: int) -> str:
    return words.text("visit.minutes_of", minutes=minutes)


def _ready(words: Words, visit: Visit) -> VisitStep:
    """Say what to have at hand and to settle before the first recording."""
    needed = words.counted("visit.wedges_needed", visit.count * len(visit.sides))
    detail = words.text(f"visit.ready_{visit.system.placement}", wedges=needed)
    return VisitStep("ready", words.text("visit.ready"), detail, _minutes(words, WARM_UP_MIN))


def _change(words: Words, visit: Visit, before: int, after: int) -> VisitStep:
    """Say what to change between two recordings."""
    key = "off" if after == 0 else "fit" if before == 0 else "turn"
    thick = words.thick_side(after)
    what = words.text(f"visit.change_{key}", wedges=after)
    detail = words.text(f"visit.change_detail_{key}", wedges=after, thick=thick, minutes=SETTLE_MIN)
    title = words.text("visit.change", shoes=_shoes(words, visit), what=what)
    return VisitStep("change", title, detail, _minutes(words, visit.change_min))


def _record(words: Words, visit: Visit, item: VisitRecording, count: int) -> VisitStep:
    """Say what to record, and as what."""
    what = words.text("visit.bare") if count == 0 else words.wedges(count)
    if not visit.laps:
        key = "visit.record_file"
    elif item.number == 1:
        key = "visit.record_first_lap"
    else:
        key = "visit.record_last_lap" if item.number == len(visit.recordings) else "visit.record_lap"
    name = Path(item.source.rpartition("@")[0] if visit.laps else item.source).name
    detail = words.text(key, number=item.number, file=name)
    return VisitStep(
        "record",
        words.text("visit.record", number=item.number, what=what),
        detail,
        _minutes(words, RECORDING_S // 60),
    )


def bolts(words: Words, visit: Visit) -> tuple[str, ...]:
    """List what to mind when wedges are changed: what the system asks for, then the bolts."""
    own = [words.of_system(key) for key in visit.system.cautions]
    if visit.system.placement == "under_cleat":
        own += [words.text("visit.bolts_place"), words.text("visit.bolts_torque")]
    if "release_and_clearance" not in visit.system.cautions:
        own.append(words.text("visit.bolts_release"))
    return tuple(own)


def _drawings(words: Words, visit: Visit) -> list[VisitDrawing]:
    """Draw each changed shoe from behind with the wedges one way, and the other."""
    made = []
    for side in visit.sides:
        for item in visit.recordings:
            count = item.wedges.of(side)
            if count == 0:
                continue
            caption = words.text("visit.drawing", number=item.number, wedges=count, thick=words.thick_side(count))
            view = shoes.BehindView(0, count, 0, visit.system.cant_deg, visit.system.placement)
            made.append(VisitDrawing(side, words.shoe(side), shoes.from_behind(words, side, view, caption), caption))
    return made
