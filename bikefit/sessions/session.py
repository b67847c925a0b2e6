"""The one description of a session to analyse, and the one way in which what is said of it comes together."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from bikefit.conventions import (
    CLEATS,
    DEFAULT_SYSTEM,
    METRICS,
    POSTURE_CHOICES,
    REFERENCES,
    USUAL_METRIC,
    Metric,
    PerFoot,
    PostureChoice,
    Reference,
    Side,
)
from bikefit.sessions.keywords import Keyword, by_field, keywords_in
from bikefit.sessions.option import (
    BRAND,
    COLUMNS,
    COUNT,
    DATE,
    DAY,
    FILE,
    LANGUAGE,
    LAP,
    NEUTRAL,
    NUMBER,
    SETTINGS,
    SIDE,
    SPAN,
    SWITCH,
    SYSTEM,
    TEXT,
    TIME,
    Option,
    choice,
    option,
    per_foot,
)
from bikefit.settings import Settings

if TYPE_CHECKING:
    from bikefit.brand import Brand

NeutralChoice = float | Literal["zero", "static", "recovery"]
Said = Mapping[str, Any]
"""What was said of a session, by field; a field that is absent, and a foot with None, was not spoken of."""
NO_FILES: Final[PerFoot[tuple[Path, ...]]] = PerFoot((), ())


@dataclass(frozen=True, init=False)
class Session:
    """One session to analyse: its files, and what a fitter may say beyond what they hold.

    It is made by keyword. An option that each foot has its own value of is given as ``left_wedges=1`` and
    ``right_wedges=2``, or for both feet as ``wedges=1`` or ``wedges=PerFoot(1, 2)``; ``read=ReadOptions(...)`` gives
    the options of reading together.

    Attributes
    ----------
    files : tuple of Path
        The one file of both feet, or of the foot named by ``side``; empty where the recording is at hand.
    shoe_files : PerFoot of tuple of Path
        Files of each shoe (accelerometer and gyroscope apart, or one file), where there is no file of both.
    rider, date, condition : str
        As a manifest has them; the analysis does not use them.
    client : str
        Who rode, by the id or name in the studio's file of clients.
    system : str
        A wedge system's id, or the path of a TOML file.
    side, swap_sides, positive, columns, rate_hz, preset, strict
        How its files are read, as in `bikefit.io.ReadOptions`.
    reference : str, optional
        Force the reference that strokes are cut by.
    pose : (float, float), optional
        A stretch in which the rider holds the neutral pose, in seconds from the first sample.
    static : path, optional
        A still trial of the rider.
    wedges : PerFoot of int, optional
        Signed wedges on each shoe during the ride, varus positive; None = not known.
    neutral : PerFoot of float or str, optional
        The angle that each foot is brought back toward [deg, heel-out positive], "zero", "static" or "recovery".
    metric : str
        A code of `bikefit.conventions.METRICS`: what stands for the foot's rotation.
    posture : {"seated", "standing", "all"}, optional
        Which strokes count where the shoe's pitch distinguishes standing from sitting; None = seated ones.
    cleat : str, optional
        "3-bolt", "2-bolt" or "speedplay".
    cleat_float_deg : float, optional
        The cleat's total float [deg].
    sole_width_mm : float, optional
        For systems that state a thickness.
    settings : Settings
        Thresholds and priors.
    from_s, to_s : float, optional
        The section to use, in seconds from the first sample, half-open.
    lap : int, optional
        The lap to use.
    notes : str
        For the client's sheet; the analysis uses nothing from here on.
    comfort : float, optional
        How it feels, from 0 to 10.
    shoe, pedal : str
        What was ridden.
    next_visit : str
        Day of the next visit, as YYYY-MM-DD.
    language : str, optional
        Two-letter code of the language of the page; None = the brand's, else English.
    brand : Brand, optional
        What the pages carry of the studio's own.
    """

    __signature__: ClassVar[inspect.Signature]

    files: tuple[Path, ...] = ()
    shoe_files: PerFoot[tuple[Path, ...]] = NO_FILES

    # manifests and the command line's help name the options in this order
    rider: str = option("", TEXT, column=True)
    date: str = option("", DATE, column=True)
    condition: str = option("", TEXT, column=True)
    client: str = option("", TEXT, column=True)
    system: str = option(
        DEFAULT_SYSTEM,
        SYSTEM,
        "Wedge system; 'bikefit wedges' lists them. [default: bikefit-cleat]",
        group="decision",
        metavar="ID|FILE.toml",
        column=True,
    )
    side: Side | None = option(
        None, SIDE, "Whose foot a file of one foot is.", group="read", column=True, also=("foot",)
    )
    swap_sides: bool = option(False, SWITCH, "The file's left is the rider's right.", group="read")
    positive: Literal["heel-out", "heel-in"] = option(
        "heel-out",
        choice(("heel-out", "heel-in")),
        "What a positive angle means in the file.",
        group="read",
        shown="heel-out",
    )
    columns: Mapping[str, str] = option(
        dict,
        COLUMNS,
        "The file's name for a channel; repeatable.",
        group="read",
        flag="--column",
        metavar="CHANNEL=NAME",
    )
    rate_hz: float | None = option(
        None,
        NUMBER,
        "Rows a second, where no column gives the time.",
        group="read",
        flag="--rate",
        metavar="HZ",
        limits=(1, 10_000),
        unit="Hz",
    )
    preset: Path | None = option(None, FILE, "Your own layouts of tables.", group="read", metavar="FILE.toml")
    reference: Reference | None = option(
        None,
        choice(REFERENCES),
        f"What to cut the strokes by: {', '.join(REFERENCES)}; the best is chosen.",
        group="read",
        metavar="NAME",
    )
    pose: tuple[float, float] | None = option(
        None, SPAN, "Still stretch in the neutral pose.", group="read", metavar="TIME-TIME"
    )
    static: Path | None = option(None, FILE, "Still trial of the rider.", group="read", metavar="FILE")
    strict: bool = option(False, SWITCH, "Refuse a damaged file instead of reading part.", group="read")
    wedges: PerFoot[int | None] = per_foot(
        COUNT,
        "Wedges on the left shoe during the ride, varus +.",
        "The same on the right shoe.",
        group="fitted",
        metavar="N",
        shown="0",
        limits=(-10, 10),
        unit="wedges",
        column=True,
    )
    neutral: PerFoot[NeutralChoice | None] = per_foot(
        NEUTRAL,
        "Neutral of the left foot.",
        "Neutral of the right foot.",
        "Neutral angle of both feet, heel-out positive.",
        group="decision",
        metavar="DEG",
        both_metavar="zero|static|recovery|DEG",
        limits=(-60, 60),
        unit="deg",
        column=True,
    )
    metric: Metric = option(
        USUAL_METRIC, choice(METRICS), "What stands for the foot's rotation.", group="decision", shown=USUAL_METRIC
    )
    posture: PostureChoice | None = option(
        None, choice(POSTURE_CHOICES), "Strokes that count; seated where both occur.", group="decision"
    )
    cleat: str | None = option(None, choice(CLEATS), "Type of cleat.", group="decision", column=True)
    cleat_float_deg: float | None = option(
        None,
        NUMBER,
        "The cleat's total float.",
        group="decision",
        flag="--cleat-float",
        metavar="DEG",
        limits=(0, 40),
        unit="deg",
        column=True,
    )
    sole_width_mm: float | None = option(None, NUMBER, "For shims stated in mm.", group="decision", metavar="MM")
    settings: Settings = option(
        Settings(), SETTINGS, "Thresholds and priors.", group="decision", metavar="T.toml", also=("config",)
    )
    from_s: float | None = option(
        None,
        TIME,
        "Start of the section: seconds, m:ss or h:mm:ss.",
        group="section",
        flag="--from",
        metavar="TIME",
        column=True,
        also=("start", "begin"),
    )
    to_s: float | None = option(
        None,
        TIME,
        "End of the section, likewise.",
        group="section",
        flag="--to",
        metavar="TIME",
        column=True,
        also=("end", "stop"),
    )
    lap: int | None = option(None, LAP, "Use one lap.", group="section", metavar="N")
    notes: str = option("", TEXT, "Notes for the client's sheet.", group="sheet", metavar="WORDS", column=True)
    comfort: float | None = option(
        None,
        NUMBER,
        "How it feels, 0 bad to 10 good.",
        group="sheet",
        metavar="0-10",
        limits=(0, 10),
        unit="points",
        column=True,
    )
    shoe: str = option("", TEXT, "The shoe's model.", group="sheet", metavar="MODEL", column=True)
    pedal: str = option("", TEXT, "The pedal's model.", group="sheet", metavar="MODEL", column=True)
    next_visit: str = option("", DAY, "Day of the next visit.", group="sheet", metavar="DATE", column=True)
    language: str | None = option(
        None, LANGUAGE, "Language of pages and answers.", group="sheet", metavar="CODE", column=True
    )
    brand: Brand | None = option(None, BRAND, "The studio's brand.", group="sheet", metavar="STUDIO.toml", column=True)

    def __init__(self, **given: Any) -> None:
        if (reading := given.pop("read", None)) is not None:
            given = {item.name: getattr(reading, item.name) for item in fields(reading)} | given
        told = said(given)
        for item in fields(self):
            default = item.default if item.default_factory is MISSING else item.default_factory()
            object.__setattr__(self, item.name, told.get(item.name, default))

    def told(self, more: Said) -> Session:
        """Return the session with what is said of it in the place of what was.

        A foot that is not spoken of keeps its value, and a lap and a section take each other's place.
        """
        changes = dict(more)
        for name, value in more.items():
            if name in OPTIONS and OPTIONS[name].each_help is not None:
                changes[name] = value.over(getattr(self, name))
        sectioned = "from_s" in more or "to_s" in more
        if sectioned and "lap" not in more:
            changes["lap"] = None
        if "lap" in more and not sectioned:
            changes |= {"from_s": None, "to_s": None}
        return replace(self, **changes)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file of the session."""
        return (*self.files, *self.shoe_files.left, *self.shoe_files.right)

    @property
    def is_section(self) -> bool:
        """Whether a part of the recording was asked for."""
        return self.lap is not None or self.from_s is not None or self.to_s is not None

    @property
    def page_language(self) -> str:
        """The language of the page: the one given, else the brand's, else English."""
        return self.language or (self.brand.language if self.brand else None) or "en"

    def neutral_for(self, side: Side) -> NeutralChoice | None:
        """Return the neutral asked for on one foot, None where nothing was said."""
        own = self.neutral.of(side)
        return "static" if own is None and self.static is not None else own

    def fitted(self, side: Side) -> int:
        """Return the signed wedges on one shoe during the ride, none where it is not known."""
        return self.wedges.of(side) or 0


OPTIONS: Final[Mapping[str, Option]] = {
    item.name: item.metadata["option"] for item in fields(Session) if "option" in item.metadata
}
"""Field -> the option that it holds."""
KEYWORDS: Final[Mapping[str, Keyword]] = {keyword.name: keyword for keyword in keywords_in(OPTIONS)}
"""Name -> what it gives."""
Session.__signature__ = inspect.Signature(
    [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in ("files", "shoe_files", "read", *KEYWORDS)]
)


def said(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return by field what is given by keyword; what is said of one foot comes before what is said of both."""
    return by_field(given, KEYWORDS, also=("files", "shoe_files"))


def told_of(session: Session) -> dict[str, Any]:
    """Return what was given for a session beyond its recording, by column."""
    names = ("notes", "comfort", "shoe", "pedal", "cleat", "cleat_float_deg", "next_visit")
    return {name: getattr(session, name) for name in names} | {"cleat": session.cleat or ""}
