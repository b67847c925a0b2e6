"""What a fitter may say about a session beyond what the recording holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bikefit.conventions import SIDES, Metric, Reference, Side
from bikefit.errors import UsageError
from bikefit.io.options import ReadOptions
from bikefit.model import Finding, WedgeSystem, finding
from bikefit.settings import Settings
from bikefit.wedge_systems import DEFAULT_SYSTEM

NeutralChoice = float | Literal["zero", "static", "recovery"]


@dataclass(frozen=True)
class AnalyzeOptions:
    """What a fitter may say about a session beyond what the recording holds.

    Attributes
    ----------
    read : ReadOptions
        How to read the file.
    from_s, to_s : float, optional
        The section to use, in seconds from the first sample, half-open.
    lap : int, optional
        The lap to use.
    reference : str, optional
        Force the reference that strokes are cut by.
    pose : (float, float), optional
        A stretch in which the rider holds the neutral pose, in seconds from the first sample.
    static : path, optional
        A still trial of the rider.
    system : str
        A wedge system's id, or the path of a TOML file.
    neutral : float or str, optional
        For both feet: an angle [deg, heel-out positive], "zero", "static" or "recovery".
    left_neutral, right_neutral : float or str, optional
        The same for one foot.
    metric : {"mean", "power_phase", "peak"}
        What stands for the foot's rotation.
    left_wedges, right_wedges : int
        Signed wedges on the shoes during the ride, varus positive.
    cleat : str, optional
        "3-bolt", "2-bolt" or "speedplay".
    cleat_float_deg : float, optional
        The cleat's total float [deg].
    sole_width_mm : float, optional
        For systems that state a thickness.
    settings : Settings
        Thresholds and priors.
    """

    read: ReadOptions = field(default_factory=ReadOptions)
    from_s: float | None = None
    to_s: float | None = None
    lap: int | None = None
    reference: Reference | None = None
    pose: tuple[float, float] | None = None
    static: Path | None = None
    system: str = DEFAULT_SYSTEM
    neutral: NeutralChoice | None = None
    left_neutral: NeutralChoice | None = None
    right_neutral: NeutralChoice | None = None
    metric: Metric = "mean"
    left_wedges: int = 0
    right_wedges: int = 0
    cleat: str | None = None
    cleat_float_deg: float | None = None
    sole_width_mm: float | None = None
    settings: Settings = field(default_factory=Settings)

    def neutral_for(self, side: Side) -> NeutralChoice | None:
        """Return the neutral asked for on one foot, None where nothing was said."""
        own = self.left_neutral if side == "left" else self.right_neutral
        if own is not None or self.neutral is not None:
            return own if own is not None else self.neutral
        return "static" if self.static is not None else None

    def fitted(self, side: Side) -> int:
        """Return the signed wedges on one shoe during the ride."""
        return self.left_wedges if side == "left" else self.right_wedges


def check_options(options: AnalyzeOptions, system: WedgeSystem) -> None:
    """Refuse options that make no sense whatever the recording holds.

    Parameters
    ----------
    options : AnalyzeOptions
        What was asked for.
    system : WedgeSystem
        The system that it named.

    Raises
    ------
    UsageError
        Naming the option, what was expected and what came.
    """
    for side in SIDES:
        if abs(options.fitted(side)) > system.cap:
            raise UsageError(
                f"--{side}-wedges {options.fitted(side)}: {system.name} is stacked up to {system.cap}; "
                "a user's own system with a higher cap can be given with --system FILE.toml."
            )
        choice = options.neutral_for(side)
        if isinstance(choice, (int, float)) and not abs(choice) <= 60:
            raise UsageError(f"a neutral of {choice:g} deg for the {side} foot is not plausible; expected -60 to 60.")
        if choice == "static" and options.static is None and options.pose is None:
            raise UsageError("--neutral static needs a still trial (--static FILE) or a still stretch (--pose S-E).")
    if options.cleat_float_deg is not None and not 0 <= options.cleat_float_deg <= 40:
        raise UsageError(f"--cleat-float {options.cleat_float_deg:g}: expected the cleat's total float, 0 to 40 deg.")
    if options.pose is not None and not 0 <= options.pose[0] < options.pose[1]:
        raise UsageError("--pose: expected START-END in seconds from the first sample, such as --pose 2-6.")


def cleat_findings(options: AnalyzeOptions, system: WedgeSystem) -> tuple[Finding, ...]:
    """Say where the wedge system does not go with the cleat.

    Parameters
    ----------
    options : AnalyzeOptions
        With the cleat, if it was named.
    system : WedgeSystem
        With the cleats that it is made for.

    Returns
    -------
    tuple of Finding
        Empty where they go together or no cleat was named.
    """
    if options.cleat is None or options.cleat in system.cleats:
        return ()
    return (finding("cleat_in_the_way", system=system.name, made_for=system.cleats, cleat=options.cleat),)
