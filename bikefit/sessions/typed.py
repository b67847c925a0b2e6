"""The options of a session as words of the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bikefit.sessions.keywords import Keyword
from bikefit.sessions.option import Group
from bikefit.sessions.session import KEYWORDS


def keywords_of(groups: Sequence[Group], without: Sequence[str] = ()) -> list[Keyword]:
    """List the keywords that have a flag in some groups, group by group."""
    return [
        one
        for group in groups
        for one in KEYWORDS.values()
        if one.option.group == group and one.help and one.name not in without
    ]


def as_typed(keywords: Sequence[Keyword], typed: Mapping[str, Any]) -> tuple[str, ...]:
    """Return flags, by the names of their keywords, as they are typed."""
    words: list[str] = []
    for keyword in (one for one in keywords if one.name in typed):
        value = typed[keyword.name]
        if keyword.option.kind.switch:
            words.append(keyword.flag)
        else:
            for one in value if keyword.option.kind.repeatable else (value,):
                words += [keyword.flag, str(one)]
    return tuple(words)
