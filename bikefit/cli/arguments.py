"""The words of a command line before they are parsed: other spellings, help as a word, a file without a command."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, takewhile
from pathlib import Path
from typing import Final

_LEADING: Final = ("--quiet", "-q", "--debug")
_SPELLINGS: Final = {"analyse": "analyze"}
_WORDS_MAX: Final = 8
_OF_THE_PROGRAM: Final = ("--help", "--version", "--install-completion", "--show-completion")


def settled(arguments: Sequence[str]) -> list[str]:
    """Return a command line as the parser takes it.

    Examples
    --------
    >>> settled(["--quiet", "analyse", "ride.csv"])
    ['analyze', '--quiet', 'ride.csv']
    >>> settled(["help", "plan"]), settled(["ride.csv", "--lap", "2"])
    (['plan', '--help'], ['analyze', '--inspect', 'ride.csv', '--lap', '2'])
    """
    leading = list(takewhile(lambda word: word in _LEADING, arguments))
    first, *rest = arguments[len(leading) :] or [""]
    if not first:
        return leading
    if first == "help":
        return [*(_SPELLINGS.get(word, word) for word in rest[:1]), "--help"]
    if _names_a_file(first) or (
        first.startswith("--") and first not in _OF_THE_PROGRAM and any(map(_names_a_file, rest))
    ):
        return ["analyze", "--inspect", *leading, first, *rest]
    return [_SPELLINGS.get(first, first), *leading, *rest]


def _names_a_file(word: str) -> bool:
    """Tell a file's name from a command's, which has neither point nor stroke."""
    return not word.startswith("-") and any(mark in word for mark in "./\\@")


def torn_path(arguments: Sequence[str]) -> str:
    """Return the file whose name has blanks and was typed without quotes, empty where no such file is there.

    Examples
    --------
    >>> torn_path(["analyze", "no such", "file.csv"])
    ''
    """
    words = list(takewhile(lambda word: word != "--", arguments))
    for begin, end in combinations(range(len(words) + 1), 2):
        if not 2 <= end - begin <= _WORDS_MAX or any(word.startswith("-") for word in (words[begin], words[end - 1])):
            continue
        joined = " ".join(words[begin:end])
        try:
            if Path(joined).is_file():
                return joined
        except (OSError, ValueError):
            continue
    return ""


def quotes_needed(path: str) -> str:
    """Say how a path with blanks in it is typed."""
    return f'put the path in quotes, as there are blanks in it: "{path}".'
