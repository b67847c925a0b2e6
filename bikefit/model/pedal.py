"""What a power pedal measures of its own: a second witness beside the heel's angle, never a part of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bikefit.conventions import Side
from bikefit.model.recorded import Channel


@dataclass(frozen=True)
class PedalMeasures:
    """Means over a recording, as a FIT file of a power pedal has them; NaN where it does not."""

    # How far from the pedal's middle the foot presses [mm], positive away from the bike.
    platform_offset_mm: float = math.nan
    # Between which crank angles the pedal sees positive power [deg], 0 = top.
    power_phase_start_deg: float = math.nan
    power_phase_end_deg: float = math.nan

    @property
    def known(self) -> bool:
        """Whether the pedal measured anything of this."""
        return math.isfinite(self.platform_offset_mm) or math.isfinite(self.power_phase_start_deg)


NO_PEDAL = PedalMeasures()


def pedal_measures(companions: Mapping[str, Channel], side: Side) -> PedalMeasures:
    """Return what one foot's pedal measured over a recording.

    Examples
    --------
    >>> offset = Channel(np.arange(3.0), np.array([2.0, 3.0, 4.0]))
    >>> pedal_measures({"left_platform_offset_mm": offset}, "left").platform_offset_mm
    3.0
    >>> pedal_measures({}, "left") is NO_PEDAL
    True
    """
    offset = companions.get(f"{side}_platform_offset_mm")
    ends = [companions.get(f"{side}_power_phase_{end}_deg") for end in ("start", "end")]
    if offset is None and not any(ends):
        return NO_PEDAL
    mean = float(np.nanmean(offset.values)) if offset is not None and np.isfinite(offset.values).any() else math.nan
    return PedalMeasures(mean, *(_direction_deg(each) for each in ends))


def _direction_deg(channel: Channel | None) -> float:
    """Return the mean direction of a channel of crank angles [deg]; NaN where there is none."""
    values = channel.values[np.isfinite(channel.values)] if channel is not None else np.zeros(0)
    if not values.size:
        return math.nan
    return float(np.degrees(np.angle(np.exp(1j * np.radians(values)).mean()))) % 360.0
