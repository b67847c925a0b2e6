"""The visit: four short recordings at known counts that show what wedges do to a rider, planned and not yet made.

Bare, so many varus, as many valgus, bare: it decides without any assumption of which way a wedge acts. Both shoes are
changed together where both need it: each foot answers its own wedges, and by the model that loses next to nothing
against one shoe at a time (SD of the response 0.146 against 0.139 deg/deg at 0.3 deg between recordings, 0.171 against
0.170 over the prior), with half the recordings. A foot that is left alone is a control.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bikefit import __version__
from bikefit.analysis import analyze
from bikefit.conventions import SIDES, PerFoot, Side
from bikefit.errors import UsageError
from bikefit.io.usable import is_of_one_foot
from bikefit.model import FootResult, SessionResult, WedgeSystem, to_json_value
from bikefit.response import Assumptions, planned_minimal_detectable_deg
from bikefit.sessions.check import check
from bikefit.sessions.reading import read_session, with_file
from bikefit.sessions.session import Session
from bikefit.wedge_systems import load_system
from bikefit.wedges import visit_counts
from bikefit.words import ENGLISH, Words

RECORDING_S, RECORDING_STROKES = 120, 100
"""Each recording is as long as the longer of the two."""
WARM_UP_MIN, CHANGE_MIN, SETTLE_MIN = 10, 5, 1
"""Before the first recording; for one shoe between two of them; on the bike before each of the others."""
STROKES_ERROR_DEG = 0.1
"""Usual standard error of a recording of that length."""

NoteCode = Literal["float_first", "no_neutral", "near_neutral", "take_off", "nothing"]


@dataclass(frozen=True)
class VisitNote:
    """What must be known of a shoe before the visit, or of the visit as a whole (no side)."""

    code: NoteCode
    side: Side | None = None

    def told(self, words: Words) -> str:
        """Say it."""
        return words.text(f"visit_notes.{self.code}", shoe=words.shoe(self.side) if self.side else "")


@dataclass(frozen=True)
class VisitRecording:
    """One recording to make.

    Attributes
    ----------
    number : int
        From 1.
    source : str
        Its file, or file and lap, as ``compare`` takes it.
    wedges : PerFoot of int
        Signed count on each shoe, varus positive.
    """

    number: int
    source: str
    wedges: PerFoot[int]


@dataclass(frozen=True)
class Visit:
    """A visit as it is planned.

    Attributes
    ----------
    system : WedgeSystem
        The wedges.
    sides : tuple of {"left", "right"}
        The shoes whose wedges are changed; empty where none needs it.
    recordings : tuple of VisitRecording
        In order.
    laps : bool
        Whether they are laps of one recording.
    smallest_change_deg : float
        What the visit can show between no wedge and its count [deg].
    compare : str
        The command that reads it, to type when all is recorded; empty where there is nothing to record.
    first : SessionResult, optional
        The recording that it was planned from.
    notes : tuple of VisitNote
        What must be known of it.
    """

    system: WedgeSystem
    sides: tuple[Side, ...]
    recordings: tuple[VisitRecording, ...]
    laps: bool
    smallest_change_deg: float
    compare: str
    first: SessionResult | None = None
    notes: tuple[VisitNote, ...] = ()
    schema: str = "bikefit.plan/1"

    @property
    def count(self) -> int:
        """Wedges a shoe that the visit takes, one way and then the other."""
        return max((abs(item.wedges.of(side)) for item in self.recordings for side in self.sides), default=0)

    @property
    def change_min(self) -> int:
        """Minutes for changing the wedges between two recordings."""
        return CHANGE_MIN * len(self.sides) + SETTLE_MIN

    @property
    def minutes(self) -> int:
        """Minutes that the whole visit takes, about."""
        made = len(self.recordings)
        return WARM_UP_MIN + made * RECORDING_S // 60 + (made - 1) * self.change_min if made else 0

    def to_dict(self) -> dict[str, Any]:
        """Return the visit as the JSON contract ``bikefit.plan/1`` has it."""
        feet = self.first.feet if self.first else {}
        return {
            "schema": self.schema,
            "version": __version__,
            "system": self.system.id,
            "cant_deg": self.system.cant_deg,
            "file": self.first.recording.name if self.first else None,
            "excess": {side: to_json_value(foot.excess) for side, foot in feet.items()},
            "sides": list(self.sides),
            "laps": self.laps,
            "recordings": [
                {
                    "number": item.number,
                    "source": item.source,
                    "wedges": {side: item.wedges.of(side) for side in SIDES if side in _shown(self)},
                    "seconds": RECORDING_S,
                    "strokes": RECORDING_STROKES,
                }
                for item in self.recordings
            ],
            "minutes": self.minutes,
            "smallest_change_deg": to_json_value(self.smallest_change_deg),
            "notes": [{"code": note.code, "message": note.told(ENGLISH)} for note in self.notes],
            "compare": self.compare or None,
        }

    def __str__(self) -> str:
        """Give the command that reads it, or say why there is nothing to record."""
        return self.compare or " ".join(note.told(ENGLISH) for note in self.notes)


def _shown(visit: Visit) -> tuple[Side, ...]:
    """Return the shoes whose wedges are named: those that were recorded, or both where nothing was yet."""
    return tuple(visit.first.feet) if visit.first else SIDES


def plan_visit(
    source: str | Path | None = None,
    sides: Sequence[Side] | None = None,
    options: Session | None = None,
    *,
    laps: bool = False,
    flags: Sequence[str] = (),
) -> Visit:
    """Plan the visit that shows what wedges do to a rider.

    Parameters
    ----------
    source : path-like, optional
        A recording: its name, its kind and which shoe needs a wedge go into the plan.
    sides : sequence of {"left", "right"}, optional
        The shoes to change; those that the recording shows away from neutral, or both.
    options : Session, optional
        The wedge system, and how the recording is analysed.
    laps : bool
        Make the recordings as laps of one ride instead of a file each.
    flags : sequence of str
        More words of the command that reads the visit, such as ``("--metric", "power_phase")``.

    Returns
    -------
    Visit
        With the exact command that reads it.

    Examples
    --------
    >>> print(plan_visit(sides=["right"]).compare)  # doctest: +NORMALIZE_WHITESPACE
    bikefit compare visit_1.csv visit_2.csv visit_3.csv visit_4.csv
      --left-wedges 0,0,0,0 --right-wedges 0,2,-2,0
    """
    options = options or Session()
    system = load_system(options.system, options.sole_width_mm)
    check(options, system)
    first, one_foot = _first(source, sides, options) if source is not None else (None, None)
    known = tuple(first.feet) if first else SIDES
    if sides is None:
        tested = tuple(side for side in known if first is None or _needs(first.feet[side]))
    else:
        tested = tuple(side for side in SIDES if side in sides)
        if first is not None and (missing := [side for side in tested if side not in known]):
            raise UsageError(f"--side {missing[0]}: {first.recording.name} does not hold that foot.")
    counts = visit_counts(system.cant_deg, system.cap) if tested else ()
    recordings = tuple(
        VisitRecording(number, name, PerFoot(*(count if side in tested else options.fitted(side) for side in SIDES)))
        for number, (count, name) in enumerate(zip(counts, _names(source, laps), strict=False), start=1)
    )
    more = [*flags, *(("--side", one_foot) if one_foot else ())]
    return Visit(
        system=system,
        sides=tested,
        recordings=recordings,
        laps=laps,
        smallest_change_deg=planned_minimal_detectable_deg(
            [count * system.cant_deg for count in visit_counts(system.cant_deg, system.cap)],
            Assumptions.of(options.settings, "laps" if laps else "left_on"),
            _strokes_error_deg(first, tested),
        ),
        compare=_compare(recordings, known, more) if recordings else "",
        first=first,
        notes=_notes(first, tested, known, options),
    )


def _strokes_error_deg(first: SessionResult | None, tested: Sequence[Side]) -> float:
    """Return the strokes' error to expect of a recording: that of the first one, else the usual one [deg]."""
    errors = [first.feet[side].rotation.standard_error_deg for side in tested] if first else []
    return max((error for error in errors if math.isfinite(error)), default=STROKES_ERROR_DEG)


def _first(source: str | Path, sides: Sequence[Side] | None, options: Session) -> tuple[SessionResult, Side | None]:
    """Analyse the recording; returns with it the side that a file of one foot does not give."""
    only = sides[0] if sides is not None and len(sides) == 1 else None
    one_foot = only if only and is_of_one_foot(read_session(with_file(options, source))) else None
    return analyze(source, options.told({"side": one_foot}) if one_foot else options), one_foot


def _needs(foot: FootResult) -> bool:
    """Tell whether a shoe may need a wedge: it was read, and it is not known to be near enough to neutral."""
    advised = foot.recommendation
    if advised.outcome == "undetermined":
        return "neutral_needed" in advised.codes and foot.strokes.used > 0
    return advised.step not in ("no_wedge", "keep")


def _notes(
    first: SessionResult | None, tested: Sequence[Side], known: Sequence[Side], options: Session
) -> tuple[VisitNote, ...]:
    """Say what must be known before the visit, shoe by shoe."""
    notes: list[VisitNote] = []
    for side in known:
        foot = first.feet[side] if first else None
        if side not in tested:
            if foot is not None and not _needs(foot) and foot.recommendation.outcome != "undetermined":
                notes.append(VisitNote("near_neutral", side))
            continue
        if foot is not None and foot.recommendation.step == "float_stop":
            notes.append(VisitNote("float_first", side))
        if foot is not None and foot.recommendation.outcome == "undetermined":
            notes.append(VisitNote("no_neutral", side))
        if options.fitted(side):
            notes.append(VisitNote("take_off", side))
    return tuple(notes) if tested else (*notes, VisitNote("nothing"))


# ---- the command -------------------------------------------------------------------------------------------


def _names(source: str | Path | None, laps: bool) -> list[str]:
    """Name the recordings after the one that the visit was planned from."""
    like = Path("visit.csv") if source is None else with_file(Session(), source).files[0]
    plain = like.with_suffix("") if like.suffix.lower() == ".gz" else like
    start = plain.stem if source is None else f"{plain.stem}_visit"
    if laps:
        return [f"{plain.with_name(start + plain.suffix)}@lap{number}" for number in range(1, 5)]
    return [str(plain.with_name(f"{start}_{number}{plain.suffix}")) for number in range(1, 5)]


def _compare(recordings: Sequence[VisitRecording], known: Sequence[Side], flags: Sequence[str]) -> str:
    """Write the command that reads the visit."""
    words = ["bikefit", "compare", *(item.source for item in recordings)]
    for side in known:
        words += [f"--{side}-wedges", ",".join(str(item.wedges.of(side)) for item in recordings)]
    return " ".join(map(quoted, (*words, *flags)))


def quoted(word: str) -> str:
    """Write a word of a command so that a shell takes it as one: as it is, or in the quotes that most shells know.

    Examples
    --------
    >>> print(quoted("ride.csv@lap1"), quoted("my ride.csv"), quoted("it's.csv"))
    ride.csv@lap1 "my ride.csv" "it's.csv"
    """
    if re.fullmatch(r"[\w@%+=:,./\\-]+", word):
        return word
    return f'"{word}"' if not re.search(r'["$`!\\]', word) else shlex.quote(word)
