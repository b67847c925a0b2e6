"""What can go wrong, in words for the person who can mend it.

Each error carries the exit code of the command line. The message is one or two plain lines: which file,
which column or option, what was expected, what to do.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import ClassVar


class BikefitError(Exception):
    """Any error of this package that a user can do something about."""

    exit_code: ClassVar[int] = 3


class UsageError(BikefitError):
    """An option or argument makes no sense, whatever the recording holds (exit code 2)."""

    exit_code = 2


class RecordingError(BikefitError):
    """A file cannot be read, or holds nothing that can be used (exit code 3)."""


class NoRotationError(RecordingError):
    """The file was read, but holds no foot rotation and nothing that it could be computed from (exit code 3)."""


class OutputError(BikefitError):
    """A result could not be written (exit code 3)."""


def near_matches(name: str, known: list[str] | tuple[str, ...]) -> str:
    """Say which known names come close to an unknown one.

    Examples
    --------
    >>> near_matches("left_heal", ["left_heel", "time_s"])
    " Did you mean 'left_heel'?"
    """
    hits = get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(repr(hit) for hit in hits)}?" if hits else ""
