"""Reading recordings (and writing the few formats that the simulator's users need)."""

from bikefit.io.options import ReadOptions
from bikefit.io.reading import decode_fit, read_recording, read_sides, require_usable, unread_foot
from bikefit.io.sections import lap, section
from bikefit.io.sides import apply_options

__all__ = [
    "ReadOptions",
    "apply_options",
    "decode_fit",
    "lap",
    "read_recording",
    "read_sides",
    "require_usable",
    "section",
    "unread_foot",
]
