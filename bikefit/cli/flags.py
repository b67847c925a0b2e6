"""Groups of command-line flags, declared once and shared by the commands.

A command takes a group as one parameter (`bikefit.cli.groups`).
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bikefit.sessions.option import Group
from bikefit.sessions.session import Keyword, Said, said
from bikefit.sessions.typed import as_typed, keywords_of

INPUT, DECISION, OUTPUT = "Input", "Decision", "Output"


@dataclass(frozen=True)
class CommonFlags:
    """Flags of every command; `bikefit.cli.main` reads ``--debug`` and ``--quiet`` from the command line itself."""

    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors and what was asked for.")] = (
        False
    )
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False


Details = Annotated[bool, typer.Option("--details", help="Print every number and remark, not the answer alone.")]


@dataclass(frozen=True)
class SessionFlags:
    """Flags of a session's options, by the groups that a command takes; it is handed what was said with them.

    A flag that was not typed says nothing, whatever default its help tells.
    """

    groups: tuple[Group, ...]
    without: tuple[str, ...] = ()

    def parameters(self) -> list[inspect.Parameter]:
        """Return the flags as typer takes them."""
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
    """Return one flag as typer takes it."""
    described, kind = keyword.option, keyword.option.kind
    taken: Any = str | None
    default: Any = described.shown
    if kind.switch:
        taken, default = bool, False
    elif kind.repeatable:
        taken, default = list[str], []
    elif kind.choices:
        taken = Literal[kind.choices] | None
    panel = INPUT if described.group in ("read", "section") else DECISION
    info = typer.Option(keyword.flag, metavar=keyword.metavar, help=keyword.help, rich_help_panel=panel)
    return inspect.Parameter(
        keyword.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[taken, info]
    )


@dataclass(frozen=True)
class ReportFlags:
    """What a report carries besides the result."""

    report: Annotated[
        list[Path],
        typer.Option(
            "--report",
            "-o",
            metavar="OUT.html|.pdf|.png",
            help="Write a report; repeatable.",
            rich_help_panel=OUTPUT,
        ),
    ] = ()  # type: ignore[assignment]
    open: Annotated[bool, typer.Option("--open", help="Open the report when done.", rich_help_panel=OUTPUT)] = False
    paper: Annotated[
        Literal["a4", "letter"],
        typer.Option("--paper", help="Sheet of a PDF report.", rich_help_panel=OUTPUT),
    ] = "a4"
    title: Annotated[str, typer.Option("--title", help="Title of the report.", rich_help_panel=OUTPUT)] = ""
    rider: Annotated[str, typer.Option("--rider", help="Rider's name for the report.", rich_help_panel=OUTPUT)] = ""
    fitter: Annotated[str, typer.Option("--fitter", help="Fitter's name for the report.", rich_help_panel=OUTPUT)] = ""
