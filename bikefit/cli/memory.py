"""How Python and the C library deal with memory that is no longer needed."""

from __future__ import annotations

import contextlib
import gc
import sys
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_BYTES: Final = 1 << 30
_OBJECTS: Final = 100_000
"""New objects after which Python looks for circles; its own 700 are reached hundreds of times by what is imported."""


def look_for_circles_rarely() -> None:
    """Let Python look less often for objects that only hold each other; what is imported is never among them."""
    gc.set_threshold(_OBJECTS)


def keep_freed_memory() -> None:
    """Let freed memory be used again instead of giving it back to Linux, whose fresh pages take half the time.

    Arrays of a ride of hours are made and dropped by the dozen. Only glibc knows these settings; elsewhere nothing is
    done.
    """
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        for setting in (_MMAP_THRESHOLD, _TRIM_THRESHOLD):
            library.mallopt(setting, _BYTES)
