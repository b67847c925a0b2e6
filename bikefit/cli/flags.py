"""Groups of command-line flags, declared once and shared by the commands.

A command takes a group as one parameter (`bikefit.cli.groups`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bikefit.cli.values import parse_columns, parse_neutral, parse_span
from bikefit.conventions import Metric, Reference, Side
from bikefit.errors import UsageError

if TYPE_CHECKING:
    from bikefit.analysis import AnalyzeOptions
    from bikefit.io.options import ReadOptions

INPUT, DECISION, OUTPUT = "Input", "Decision", "Output"


@dataclass(frozen=True)
class CommonFlags:
    """Flags of every command; `bikefit.cli.main` reads ``--debug`` and ``--quiet`` from the command line itself."""

    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors and what was asked for.")] = (
        False
    )
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False


@dataclass(frozen=True)
class InputFlags:
    """How to read a recording."""

    side: Annotated[
        Side | None, typer.Option("--side", help="Whose foot a file of one foot is.", rich_help_panel=INPUT)
    ] = None
    swap_sides: Annotated[
        bool, typer.Option("--swap-sides", help="The file's left is the rider's right.", rich_help_panel=INPUT)
    ] = False
    positive: Annotated[
        Literal["heel-out", "heel-in"],
        typer.Option("--positive", help="What a positive angle means in the file.", rich_help_panel=INPUT),
    ] = "heel-out"
    column: Annotated[
        list[str],
        typer.Option(
            "--column", metavar="CHANNEL=NAME", help="The file's name for a channel; repeatable.", rich_help_panel=INPUT
        ),
    ] = ()  # type: ignore[assignment]
    reference: Annotated[
        Reference | None,
        typer.Option("--reference", help="What to cut the strokes by; the best is chosen.", rich_help_panel=INPUT),
    ] = None
    pose: Annotated[
        str | None,
        typer.Option(
            "--pose", metavar="S-E", help="Still stretch in the neutral pose, in seconds.", rich_help_panel=INPUT
        ),
    ] = None
    static: Annotated[
        Path | None, typer.Option("--static", metavar="FILE", help="Still trial of the rider.", rich_help_panel=INPUT)
    ] = None
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a damaged file instead of reading part.", rich_help_panel=INPUT)
    ] = False

    def read_options(self) -> ReadOptions:
        """Return what the reader needs of these flags."""
        from bikefit.io.options import ReadOptions

        return ReadOptions(self.side, self.swap_sides, self.positive, parse_columns(list(self.column)), self.strict)


@dataclass(frozen=True)
class SectionFlags:
    """Which part of a recording to use."""

    from_s: Annotated[
        float | None,
        typer.Option("--from", metavar="S", min=0, help="Start of the section, in seconds.", rich_help_panel=INPUT),
    ] = None
    to_s: Annotated[
        float | None,
        typer.Option("--to", metavar="S", min=0, help="End of the section, in seconds.", rich_help_panel=INPUT),
    ] = None
    lap: Annotated[int | None, typer.Option("--lap", metavar="N", help="Use one lap.", rich_help_panel=INPUT)] = None


@dataclass(frozen=True)
class DecisionFlags:
    """What to measure against and which wedges to use."""

    system: Annotated[
        str | None,
        typer.Option(
            "--system",
            metavar="ID|FILE.toml",
            help="Wedge system; 'bikefit wedges' lists them. [default: bikefit-cleat]",
            rich_help_panel=DECISION,
        ),
    ] = None
    neutral: Annotated[
        str | None,
        typer.Option(
            "--neutral",
            metavar="zero|static|recovery|DEG",
            help="Neutral angle of both feet, heel-out positive.",
            rich_help_panel=DECISION,
        ),
    ] = None
    left_neutral: Annotated[
        str | None,
        typer.Option("--left-neutral", metavar="DEG", help="Neutral of the left foot.", rich_help_panel=DECISION),
    ] = None
    right_neutral: Annotated[
        str | None,
        typer.Option("--right-neutral", metavar="DEG", help="Neutral of the right foot.", rich_help_panel=DECISION),
    ] = None
    metric: Annotated[
        Metric, typer.Option("--metric", help="What stands for the foot's rotation.", rich_help_panel=DECISION)
    ] = "mean"
    cleat: Annotated[
        Literal["3-bolt", "2-bolt", "speedplay"] | None,
        typer.Option("--cleat", help="Type of cleat.", rich_help_panel=DECISION),
    ] = None
    cleat_float: Annotated[
        float | None,
        typer.Option("--cleat-float", metavar="DEG", help="The cleat's total float.", rich_help_panel=DECISION),
    ] = None
    sole_width_mm: Annotated[
        float | None,
        typer.Option("--sole-width-mm", metavar="MM", help="For shims stated in mm.", rich_help_panel=DECISION),
    ] = None
    settings: Annotated[
        Path | None,
        typer.Option("--settings", metavar="T.toml", help="Thresholds and priors.", rich_help_panel=DECISION),
    ] = None


@dataclass(frozen=True)
class FittedFlags:
    """Wedges on the shoes during one ride."""

    left_wedges: Annotated[
        int,
        typer.Option(
            "--left-wedges",
            metavar="N",
            help="Wedges on the left shoe during the ride, varus +.",
            rich_help_panel=DECISION,
        ),
    ] = 0
    right_wedges: Annotated[
        int,
        typer.Option("--right-wedges", metavar="N", help="The same on the right shoe.", rich_help_panel=DECISION),
    ] = 0


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


def analyze_options(
    read: InputFlags,
    decision: DecisionFlags,
    part: SectionFlags | None = None,
    fitted: FittedFlags | None = None,
) -> AnalyzeOptions:
    """Bring the flags together into the options of an analysis.

    Parameters
    ----------
    read, decision, part, fitted
        The groups of flags; a missing group stands for its defaults.

    Returns
    -------
    AnalyzeOptions
        Ready for `bikefit.analysis.analyze`.

    Raises
    ------
    UsageError
        If a value makes no sense.
    """
    from bikefit.analysis import AnalyzeOptions
    from bikefit.settings import Settings, load_settings
    from bikefit.wedge_systems import DEFAULT_SYSTEM

    part, fitted = part or SectionFlags(), fitted or FittedFlags()

    def neutral(value: str | None) -> Any:
        return None if value is None else parse_neutral(value)

    return AnalyzeOptions(
        read=read.read_options(),
        from_s=part.from_s,
        to_s=part.to_s,
        lap=part.lap,
        reference=read.reference,
        pose=parse_span(read.pose) if read.pose else None,
        static=read.static,
        system=decision.system or DEFAULT_SYSTEM,
        neutral=neutral(decision.neutral),
        left_neutral=neutral(decision.left_neutral),
        right_neutral=neutral(decision.right_neutral),
        metric=decision.metric,
        left_wedges=fitted.left_wedges,
        right_wedges=fitted.right_wedges,
        cleat=decision.cleat,
        cleat_float_deg=decision.cleat_float,
        sole_width_mm=decision.sole_width_mm,
        settings=load_settings(decision.settings) if decision.settings else Settings(),
    )
