"""The plain numbers of a synthetic ride, each written once: default, flag, unit, limits, meaning, who can record it."""

from __future__ import annotations

import math
from dataclasses import Field, dataclass, field, fields
from datetime import datetime
from typing import Any, Final, Literal, get_args

from bikefit.conventions import PerFoot, Side
from bikefit.errors import UsageError

SeenBy = Literal["rotation", "shoe-sensor", "markers"]
ALL: Final[tuple[SeenBy, ...]] = get_args(SeenBy)
ROTATION: Final[tuple[SeenBy, ...]] = ("rotation",)
STAMPED: Final[tuple[SeenBy, ...]] = ("rotation", "shoe-sensor")
USUAL_NOISE_DEG: Final = 0.15


@dataclass(frozen=True)
class Recorder:
    """What records a ride: whether it sees the shoes themselves, after how long a pose [s], and how it is written."""

    worn: bool
    still_s: float
    suffixes: tuple[str, ...]


RECORDERS: Final[dict[SeenBy, Recorder]] = {
    "rotation": Recorder(worn=False, still_s=0.0, suffixes=(".csv", ".fit")),
    "shoe-sensor": Recorder(worn=True, still_s=8.0, suffixes=(".csv", ".fit")),
    "markers": Recorder(worn=True, still_s=0.0, suffixes=(".trc",)),
}


def _number(
    default: Any,
    flag: str | None,
    help: str,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    *,
    worn: tuple[float, float] | None = None,
    room_s: float | None = None,
    seen_by: tuple[SeenBy, ...] = ALL,
) -> Any:
    """Describe a number; ``worn``: its limits for sensors and cameras, ``room_s``: what each one needs of the ride."""
    about = {"flag": flag, "help": help, "low": low, "high": high, "unit": unit}
    return field(default=default, metadata=about | {"worn": worn, "room_s": room_s, "seen_by": seen_by})


@dataclass(frozen=True)
class RiderNumbers:
    """A synthetic rider and ride in plain numbers, as a command line has them.

    The fields' metadata say what each is, its unit, its limits and what can record it; the flags of
    ``bikefit simulate`` and the table in the documentation are made of them. Nonsense is a `UsageError`.

    Examples
    --------
    >>> RiderNumbers(right_mean_deg=3.0).right_mean_deg
    3.0
    >>> RiderNumbers(rate_hz=-5.0)
    Traceback (most recent call last):
    bikefit.errors.UsageError: The number given for rate is -5; expected 1 to 1000 Hz.
    """

    seed: int = _number(1, "--seed", "Of all random numbers: the same seed gives the same ride", 0, 2**32 - 1)
    duration_s: float = _number(300.0, "--duration", "Length", 1, 86400, "s", worn=(15, 3600))
    rate_hz: float = _number(100.0, "--rate", "Samples a second", 1, 1000, "Hz", worn=(20, 500))
    cadence_rpm: float = _number(88.0, "--cadence", "Cadence", 1, 200, "rpm", worn=(30, 160))
    end_cadence_rpm: float | None = _number(
        None, "--end-cadence", "Cadence at the end, where it changes evenly", 1, 200, "rpm", worn=(30, 160)
    )
    left_mean_deg: float = _number(
        0.0, "--left-mean", "Mean heel-out angle of the left foot without wedges", -60, 60, "deg"
    )
    right_mean_deg: float = _number(0.0, "--right-mean", "The same of the right foot", -60, 60, "deg")
    left_range_deg: float = _number(4.0, "--left-range", "Range within a stroke, left foot", 0, 60, "deg")
    right_range_deg: float = _number(4.0, "--right-range", "The same of the right foot", 0, 60, "deg")
    stroke_sd_deg: float = _number(0.3, "--stroke-sd", "Standard deviation between strokes", 0, 20, "deg")
    rho: float = _number(0.6, "--rho", "Correlation of neighbouring strokes", -0.99, 0.99)
    trend_deg_per_h: float = _number(0.0, "--trend", "Slow change over the ride", -100, 100, "degrees per hour")
    float_stop_deg: float | None = _number(
        None, "--float-stop", "End of the cleats' float, heel-out positive; below 0 inward", -60, 60, "deg"
    )
    left_wedges: int = _number(0, "--left-wedges", "Wedges on the left shoe, varus +", -10, 10)
    right_wedges: int = _number(0, "--right-wedges", "The same on the right shoe", -10, 10)
    wedge_cant_deg: float = _number(1.0, "--wedge-cant", "Tilt of one wedge", 0, 10, "deg")
    response: float = _number(0.25, "--response", "Degrees of heel-in per degree of varus", -10, 10, "deg per deg")
    noise_deg: float = _number(
        USUAL_NOISE_DEG,
        "--noise",
        "Standard deviation of each sample's noise, a sensor's or cameras' in proportion",
        0,
        60,
        "deg",
    )
    spike_share: float = _number(0.0, "--spikes", "Share of samples false by 30-60 deg", 0, 0.5, seen_by=ROTATION)
    missing_share: float = _number(0.0, "--missing", "Share of samples missing", 0, 0.9)
    coasts: int = _number(0, "--coasts", "Number of stretches of 2-15 s without pedalling", 0, room_s=20.0)
    gaps: int = _number(0, "--gaps", "Number of stretches of 0.5-3 s without samples", 0, room_s=8.0)
    jitter_ms: float = _number(0.0, "--jitter", "Error of the time stamps", 0, 1000, "ms", seen_by=STAMPED)
    uneven_share: float = _number(
        0.0, None, "How unevenly samples are taken, share of the period", 0, 1, seen_by=STAMPED
    )
    power_w: float = _number(200.0, "--power", "Mean power; 0: no power channel", 0, 3000, "W", seen_by=ROTATION)
    side: Side | None = _number(None, "--side", "Record this foot alone")  # noqa: RUF009
    crank: bool = _number(True, "--crank/--no-crank", "Record the crank angle", seen_by=ROTATION)
    pitch: bool = _number(False, "--pitch/--no-pitch", "Record the shoes' pitch", seen_by=ROTATION)
    start: datetime | None = _number(None, None, "Start of the recording, UTC")  # noqa: RUF009
    seen_by: SeenBy = _number(  # noqa: RUF009
        "rotation", "--seen-by", "What records it: an angle, sensors on the shoes after a still pose, or cameras"
    )

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.seen_by not in ALL:
            raise UsageError(f"A ride cannot be seen by {self.seen_by!r}; expected {', '.join(ALL)}.")
        for item in fields(self):
            self._check(item, getattr(self, item.name))

    @property
    def recorder(self) -> Recorder:
        """What records it."""
        return RECORDERS[self.seen_by]

    def foot(self, name: str) -> PerFoot[Any]:
        """Return each foot's number."""
        return PerFoot.named(name, vars(self), None)

    def _check(self, item: Field[Any], value: Any) -> None:
        """Refuse a number outside its limits, or that this ride's recorder does not have."""
        about, flag = item.metadata, item.metadata["flag"] or item.name
        if self.seen_by not in about["seen_by"] and value != item.default:
            can = " or ".join(about["seen_by"])
            raise UsageError(f"{flag} does not go with a ride seen by {self.seen_by}, only with {can}.")
        worn = about["worn"] if self.recorder.worn else None
        low, high = worn or (about["low"], about["high"])
        if about["room_s"]:
            high = math.floor((self.duration_s - self.recorder.still_s) / about["room_s"])
        if low is None or value is None or low <= value <= high:
            return
        where = f" for a ride seen by {self.seen_by}" if worn else ""
        wanted = f"{low:g} to {high:g} {about['unit']}".rstrip()
        called = flag.lstrip("-").replace("-", " ").replace("_", " ")
        raise UsageError(f"The number given for {called} is {value:g}; expected {wanted}{where}.")
