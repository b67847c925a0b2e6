"""One session, from a recording to a wedge count for each shoe."""

from bikefit.analysis.foot import TracedFoot
from bikefit.analysis.options import AnalyzeOptions
from bikefit.analysis.session import analyze, analyze_file, analyze_recording, analyze_session, trace_feet
from bikefit.sessions.session import NeutralChoice, Session

__all__ = [
    "AnalyzeOptions",
    "NeutralChoice",
    "Session",
    "TracedFoot",
    "analyze",
    "analyze_file",
    "analyze_recording",
    "analyze_session",
    "trace_feet",
]
