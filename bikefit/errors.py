"""What can go wrong, in words for the person who can mend it.

Each error carries the exit code of the command line. The message is one or two plain lines: which file,
which column or option, what was expected, what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar

_MARKED = re.compile("\ue010([^\ue010-\ue012]*)\ue011([^\ue010-\ue012]*)\ue012")


def flagged(typed: str, on_page: str = "") -> str:
    """Return a part of an error's message that names a flag, with what a page says in its place."""
    return f"\ue010{typed}\ue011{on_page}\ue012"


class BikefitError(Exception):
    """Any error of this package that a user can do something about.

    Examples
    --------
    >>> error = BikefitError(f"No side is known. {flagged('Add --side left', 'Say which shoe it was')}.")
    >>> str(error), error.on_page
    ('No side is known. Add --side left.', 'No side is known. Say which shoe it was.')
    """

    exit_code: ClassVar[int] = 3

    def __str__(self) -> str:
        """Return the message as a terminal shows it."""
        return _MARKED.sub(r"\1", super().__str__())

    @property
    def on_page(self) -> str:
        """The message without flags, for a page."""
        return _MARKED.sub(r"\2", super().__str__())


class UsageError(BikefitError):
    """An option or argument makes no sense, whatever the recording holds (exit code 2)."""

    exit_code = 2


class RecordingError(BikefitError):
    """A file cannot be read, or holds nothing that can be used (exit code 3).

    ``unquoted`` is the message without flags, and with other words for ``quoted``, the file's own text, which may be
    anyone's: for pages and tables that are passed on.
    """

    def __init__(
        self, message: str = "", *, quoted: str = "", instead: str = "Inspect it to see what it holds."
    ) -> None:
        super().__init__(message)
        self.unquoted = _MARKED.sub(r"\2", message.replace(quoted, instead) if quoted else message)


class NoRotationError(RecordingError):
    """The file was read, but holds no foot rotation and nothing that it could be computed from (exit code 3)."""


class OutputError(BikefitError):
    """A result could not be written (exit code 3)."""


def in_words(error: BaseException, *, on_page: bool = False) -> tuple[str, int] | None:
    """Return what is said of an error, on a page without flags, and its exit code; None where it is our own fault.

    Examples
    --------
    >>> in_words(UsageError("--lap: there is no lap 9."))
    ('--lap: there is no lap 9.', 2)
    """
    if isinstance(error, BikefitError):
        return error.on_page if on_page else str(error), error.exit_code
    if isinstance(error, OSError):
        # the last net: what can be expected of files is said where they are read or written
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{(error.strerror or str(error)).lower()}.", 3
    if isinstance(error, MemoryError):
        how = "" if on_page else " with --from and --to"
        return f"not enough memory for this recording; use a section of it{how}.", 3
    return None


def near_matches(name: str, known: Iterable[str]) -> str:
    """Say which known names come close to an unknown one.

    Examples
    --------
    >>> near_matches("left_heal", ["left_heel", "time_s"])
    " Did you mean 'left_heel'?"
    """
    hits = get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(repr(hit) for hit in hits)}?" if hits else ""


def how_many(number: int, noun: str) -> str:
    """Say how many there are of something, one in the singular.

    Examples
    --------
    >>> how_many(1, "session"), how_many(12, "session")
    ('1 session', '12 sessions')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def first_of(names: Sequence[str], most: int = 5) -> str:
    """Name the first few of some things, with points where there are more.

    Examples
    --------
    >>> first_of(["a", "b"]), first_of(["a", "b", "c"], most=2)
    ('a, b', 'a, b ...')
    """
    return ", ".join(names[:most]) + (" ..." if len(names) > most else "")


def either(names: Sequence[str]) -> str:
    """Name several things of which one is meant.

    Examples
    --------
    >>> either([".html"]), either([".html", ".pdf", ".png"])
    ('.html', '.html, .pdf or .png')
    """
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def toml_place(error: ValueError) -> str:
    """Say where a file is not TOML, without its text.

    Examples
    --------
    >>> import tomllib
    >>> try:
    ...     tomllib.loads("secret: 1")
    ... except tomllib.TOMLDecodeError as error:
    ...     toml_place(error)
    'at line 1, column 7'
    """
    found = re.search(r"at (line \d+, column \d+|end of document)", str(error))
    return found[0] if found else "it is not UTF-8"
