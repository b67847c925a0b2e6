"""From a trace and its phase to the stroke table: cut between samples, measure over the crank, reject by physics."""

from bikefit.strokes.find import AVERAGED, Strokes, find_strokes
from bikefit.strokes.posture import keep_posture

__all__ = ["AVERAGED", "Strokes", "find_strokes", "keep_posture"]
