"""Groups of command-line flags, declared once and shared by the commands.

A command takes a group as one parameter (`bikefit.cli.groups`).
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from bikefit.cli.declared import Flag
from bikefit.sessions.keywords import Keyword
from bikefit.sessions.option import Group
from bikefit.sessions.session import Said, said
from bikefit.sessions.typed import as_typed, keywords_of

INPUT, DECISION, OUTPUT = "Input", "Decision", "Output"
PANELS: Mapping[Group, str] = {
    "read": INPUT, "section": INPUT, "decision": DECISION, "fitted": DECISION, "sheet": OUTPUT,
}  # fmt: skip
"""Where in the help a group's flags stand."""


@dataclass(frozen=True)
class CommonFlags:
    """Flags of every command; `bikefit.cli.main` reads ``--debug`` and ``--quiet`` from the command line itself."""

    quiet: Annotated[
        bool, Flag("--quiet", "-q", help="Print nothing but errors and what was asked for.", also=("silent",))
    ] = False
    debug: Annotated[bool, Flag("--debug", help="Show the traceback of an error.")] = False


Spoken = Annotated[str, Flag("--language", metavar="CODE", help="Language of pages and answers.")]
AsJson = Annotated[bool, Flag("--json", help="Print one JSON object instead of text.")]
Details = Annotated[
    bool, Flag("--details", help="Print every number and remark, not the answer alone.", also=("verbose", "full"))
]


@dataclass(frozen=True)
class SessionFlags:
    """Flags of a session's options, by the groups that a command takes; it is handed what was said with them.

    A flag that was not typed says nothing, whatever default its help states.
    """

    groups: tuple[Group, ...]
    without: tuple[str, ...] = ()

    def parameters(self) -> list[inspect.Parameter]:
        """Return the flags one by one."""
        return [_flag(keyword) for keyword in self._keywords()]

    def said(self, typed: Mapping[str, Any]) -> Said:
        """Return by field what was typed."""
        own = [keyword for keyword in self._keywords() if keyword.name in typed]
        return said({one.name: one.option.read(typed[one.name], one.flag) for one in own})

    def words(self, typed: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the flags as they were typed."""
        return as_typed(self._keywords(), typed)

    def _keywords(self) -> list[Keyword]:
        """List the keywords that have a flag here, group by group."""
        return keywords_of(self.groups, self.without)


def session_flags(*groups: Group, without: tuple[str, ...] = ()) -> SessionFlags:
    """Return the flags of some groups, without those that a command has itself."""
    return SessionFlags(groups, without)


@dataclass(frozen=True)
class AsTyped:
    """Marks a parameter that is handed the flags of another one as they were typed."""

    of: str


def _flag(keyword: Keyword) -> inspect.Parameter:
    """Return one flag as a command has it."""
    described, kind = keyword.option, keyword.option.kind
    taken: Any = str | None
    default: Any = described.shown
    if kind.switch:
        taken, default = bool, False
    elif kind.repeatable:
        taken, default = list[str], []
    elif kind.choices:
        taken = Literal[kind.choices] | None
    panel = PANELS[described.group] if described.group else None
    info = Flag(keyword.flag, metavar=keyword.metavar, help=keyword.help, panel=panel, also=described.also)
    return inspect.Parameter(
        keyword.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[taken, info]
    )


@dataclass(frozen=True)
class ReportFlags:
    """What a report carries besides the result."""

    report: Annotated[
        list[Path],
        Flag(
            "--report",
            "-o",
            metavar="OUT.html|.pdf|.png",
            help="Write a report; repeatable.",
            panel=OUTPUT,
            also=("out", "output", "html"),
        ),
    ] = ()  # type: ignore[assignment]
    open: Annotated[bool, Flag("--open", help="Open the report when done.", panel=OUTPUT)] = False
    paper: Annotated[
        Literal["a4", "letter"] | None,
        Flag("--paper", help="Sheet of a PDF report. [default: the brand's, or a4]", panel=OUTPUT),
    ] = None
    pages: Annotated[
        Literal["client", "all"] | None,
        Flag("--pages", help="The client's page alone, or all. [default: the brand's, or all]", panel=OUTPUT),
    ] = None
    title: Annotated[str, Flag("--title", metavar="TITLE", help="Title of the report.", panel=OUTPUT)] = ""
    rider: Annotated[str, Flag("--rider", metavar="NAME", help="Rider's name for the report.", panel=OUTPUT)] = ""
    fitter: Annotated[str, Flag("--fitter", metavar="NAME", help="Fitter's name for the report.", panel=OUTPUT)] = ""
