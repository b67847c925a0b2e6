"""Groups of command-line flags, declared once and shared by the commands.

A command takes a group as one parameter (`bikefit.cli.groups`).
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bikefit.conventions import Side
from bikefit.errors import UsageError
from bikefit.sessions.option import Group
from bikefit.sessions.session import KEYWORDS, Keyword, Said, said

INPUT, DECISION, OUTPUT = "Input", "Decision", "Output"


@dataclass(frozen=True)
class CommonFlags:
    """Flags of every command; `bikefit.cli.main` reads ``--debug`` and ``--quiet`` from the command line itself."""

    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors and what was asked for.")] = (
        False
    )
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False


@dataclass(frozen=True)
class SessionFlags:
    """Flags of a session's options, by the groups that a command takes; it is handed what was said with them.

    A flag that was not typed says nothing, whatever default its help tells.
    """

    groups: tuple[Group, ...]

    def parameters(self) -> list[inspect.Parameter]:
        """Return the flags as typer takes them."""
        return [_flag(keyword) for keyword in self._keywords()]

    def said(self, typed: Mapping[str, Any]) -> Said:
        """Return by field what was typed."""
        own = [keyword for keyword in self._keywords() if keyword.name in typed]
        return said({one.name: one.option.read(typed[one.name], one.flag) for one in own})

    def _keywords(self) -> list[Keyword]:
        """List the keywords that have a flag here, group by group."""
        return [one for group in self.groups for one in KEYWORDS.values() if one.option.group == group and one.help]


def session_flags(*groups: Group) -> SessionFlags:
    """Return the flags of some groups."""
    return SessionFlags(groups)


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


@dataclass(frozen=True)
class RiderFlags:
    """A synthetic rider; the numbers of `bikefit.simulate.simulate_plain`."""

    seed: Annotated[int, typer.Option("--seed", help="Of all random numbers: the same seed gives the same ride.")] = 1
    duration_s: Annotated[float, typer.Option("--duration", help="Length in seconds.")] = 300.0
    rate_hz: Annotated[float, typer.Option("--rate", help="Samples a second.")] = 100.0
    cadence_rpm: Annotated[float, typer.Option("--cadence", help="Cadence, rpm.")] = 88.0
    end_cadence_rpm: Annotated[
        float | None, typer.Option("--end-cadence", help="Cadence at the end, where it changes evenly.")
    ] = None
    left_mean_deg: Annotated[
        float, typer.Option("--left-mean", help="Mean heel-out angle of the left foot without wedges.")
    ] = 0.0
    right_mean_deg: Annotated[float, typer.Option("--right-mean", help="The same of the right foot.")] = 0.0
    left_range_deg: Annotated[float, typer.Option("--left-range", help="Range within a stroke, left foot.")] = 4.0
    right_range_deg: Annotated[float, typer.Option("--right-range", help="The same of the right foot.")] = 4.0
    stroke_sd_deg: Annotated[float, typer.Option("--stroke-sd", help="Standard deviation between strokes.")] = 0.3
    rho: Annotated[float, typer.Option("--rho", help="Correlation of neighbouring strokes.")] = 0.6
    trend_deg_per_h: Annotated[float, typer.Option("--trend", help="Slow change, degrees per hour.")] = 0.0
    float_stop_deg: Annotated[
        float | None, typer.Option("--float-stop", help="End of the cleats' float, heel-out positive.")
    ] = None
    left_wedges: Annotated[int, typer.Option("--left-wedges", help="Wedges on the left shoe, varus +.")] = 0
    right_wedges: Annotated[int, typer.Option("--right-wedges", help="The same on the right shoe.")] = 0
    wedge_cant_deg: Annotated[float, typer.Option("--wedge-cant", help="Tilt of one wedge.")] = 1.0
    response: Annotated[float, typer.Option("--response", help="Degrees of heel-in per degree of varus.")] = 0.25
    noise_deg: Annotated[float, typer.Option("--noise", help="Standard deviation of each sample's noise.")] = 0.15
    spike_share: Annotated[float, typer.Option("--spikes", help="Share of samples false by 30-60 deg.")] = 0.0
    missing_share: Annotated[float, typer.Option("--missing", help="Share of samples missing.")] = 0.0
    coasts: Annotated[int, typer.Option("--coasts", help="Number of stretches without pedalling.")] = 0
    gaps: Annotated[int, typer.Option("--gaps", help="Number of stretches without samples.")] = 0
    jitter_ms: Annotated[float, typer.Option("--jitter", help="Error of the time stamps, ms.")] = 0.0
    power_w: Annotated[float, typer.Option("--power", help="Mean power; 0: no power channel.")] = 200.0
    side: Annotated[Side | None, typer.Option("--side", help="Record this foot alone.")] = None
    crank: Annotated[bool, typer.Option("--crank/--no-crank", help="Record the crank angle.")] = True
    pitch: Annotated[bool, typer.Option("--pitch/--no-pitch", help="Record the shoes' pitch.")] = False

    seen_by: Annotated[
        Literal["rotation", "shoe-sensor", "markers"],
        typer.Option("--seen-by", help="What records it: an angle, sensors on the shoes, or cameras."),
    ] = "rotation"

    def to_numbers(self) -> dict[str, Any]:
        """Return the flags by name, without those that a ride seen by sensors or cameras does not have."""
        given = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "seen_by"}
        if self.seen_by == "rotation":
            return given
        meant = {
            "seed", "duration_s", "rate_hz", "cadence_rpm", "left_mean_deg", "right_mean_deg", "left_range_deg",
            "right_range_deg", "stroke_sd_deg", "rho", "left_wedges", "right_wedges", "wedge_cant_deg", "response",
            "side",
        }  # fmt: skip
        for item in fields(self):
            if item.name not in meant | {"seen_by"} and getattr(self, item.name) != item.default:
                raise UsageError(f"--seen-by {self.seen_by}: {item.name} can only be given for a recorded rotation.")
        return {name: value for name, value in given.items() if name in meant}
