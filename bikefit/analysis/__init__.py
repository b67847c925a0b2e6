"""One session, from a recording to a wedge count for each shoe."""

from bikefit.analysis.options import AnalyzeOptions, NeutralChoice
from bikefit.analysis.session import analyze, analyze_recording, analyze_sides

__all__ = ["AnalyzeOptions", "NeutralChoice", "analyze", "analyze_recording", "analyze_sides"]
