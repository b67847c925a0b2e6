"""One session, from a recording to a wedge count for each shoe."""

from bikefit.analysis.foot import TracedFoot
from bikefit.analysis.options import AnalyzeOptions, NeutralChoice
from bikefit.analysis.session import analyze, analyze_recording, analyze_sides, trace_feet

__all__ = [
    "AnalyzeOptions",
    "NeutralChoice",
    "TracedFoot",
    "analyze",
    "analyze_recording",
    "analyze_sides",
    "trace_feet",
]
