"""A command line that is plainly right is read here, in a millisecond; help, faults and doubts are the parser's."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

from bikefit.cli.declared import Argument, Flag
from bikefit.cli.groups import Taken

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_WHOLE: Final = re.compile(r"-?\d+")


class _DoubtError(Exception):
    """A line that is not plainly right."""


def plain_call(taken: Taken, words: Sequence[str]) -> Callable[[], Any] | None:
    """Return the command's call with what was typed, or None where the parser has to look."""
    try:
        given = _given(taken.parameters, words)
    except _DoubtError:
        return None
    values = {
        one.name: given[one.name] if one.name in given else list(one.default) if one.default == [] else one.default
        for one in taken.parameters
    }
    return lambda: taken.call(values, given.keys())


def _given(parameters: Sequence[inspect.Parameter], words: Sequence[str]) -> dict[str, Any]:
    """Return what was typed, by parameter."""
    flags: dict[str, tuple[inspect.Parameter, bool]] = {}
    places: list[inspect.Parameter] = []
    for one in parameters:
        declared = one.annotation.__metadata__[0]
        if isinstance(declared, Argument):
            places.append(one)
        for name in getattr(declared, "names", ()):
            on, _, off = name.partition("/")
            flags[on] = (one, True)
            if off:
                flags[off] = (one, False)
    given: dict[str, Any] = {}
    bare: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            bare.append(word)
            continue
        name, equals, value = word.partition("=")
        if name not in flags or (equals and not name.startswith("--")):
            raise _DoubtError
        one, on = flags[name]
        kind = _kind(one)
        if kind is bool:
            if equals:
                raise _DoubtError
            given[one.name] = on
        else:
            _add(given, one, value if equals else next(rest, ""))
    for one in places:
        count = len(bare) if get_origin(_kind(one)) is list else 1
        for word in bare[:count]:
            _add(given, one, word)
        del bare[:count]
    needed = [one.name for one in parameters if one.default is inspect.Parameter.empty]
    if bare or not all(name in given for name in needed):
        raise _DoubtError
    return given


def _add(given: dict[str, Any], one: inspect.Parameter, word: str) -> None:
    """Add what was typed for a parameter."""
    kind = _kind(one)
    if not word or (word.startswith("-") and not _NUMBER.match(word)):
        raise _DoubtError
    if get_origin(kind) is list:
        given.setdefault(one.name, []).append(_value(get_args(kind)[0], word, one))
    elif one.name in given:
        raise _DoubtError
    else:
        given[one.name] = _value(kind, word, one)


def _kind(one: inspect.Parameter) -> Any:
    """Return the kind of value that a parameter takes, but for None."""
    kind = one.annotation.__origin__
    known = [arm for arm in get_args(kind) if arm is not NoneType]
    return known[0] if NoneType in get_args(kind) and len(known) == 1 else kind


def _value(kind: Any, word: str, one: inspect.Parameter) -> Any:
    """Return a word as the kind of value that is taken."""
    declared: Flag | Argument = one.annotation.__metadata__[0]
    if kind is str:
        return word
    if kind is Path:
        return Path(word)
    if get_origin(kind) is Literal and word in get_args(kind):
        return word
    if (kind is int and _WHOLE.fullmatch(word)) or (kind is float and _NUMBER.fullmatch(word)):
        lowest = getattr(declared, "min", None)
        if lowest is None or float(word) >= lowest:
            return kind(word)
    raise _DoubtError
