"""What a file holds, what can be made of it, and the command that would do it."""

from bikefit.inspection.look import inspect_recording
from bikefit.inspection.result import FootInspection, Gap, Inspection, Remark

__all__ = ["FootInspection", "Gap", "Inspection", "Remark", "inspect_recording"]
