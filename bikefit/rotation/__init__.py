"""From the stroke table to the foot's rotation: mean, how surely it is known, level and trend, float stop."""

from bikefit.rotation.level import find_level_change, trend_error_deg_per_h
from bikefit.rotation.summary import summarise_rotation, with_metric

__all__ = ["find_level_change", "summarise_rotation", "trend_error_deg_per_h", "with_metric"]
