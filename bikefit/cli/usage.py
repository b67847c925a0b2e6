"""What the parser of the command line says of a wrong one, in this program's own words.

The parser's words differ from version to version: of them only the few are looked for that all versions have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from bikefit.cli.declared import Flag, app
from bikefit.cli.groups import Taken
from bikefit.errors import near_matches

_LENGTH_MAX = 40
_MEANT_MAX = 3
"""Where the help of more options has a word, it tells nothing."""
_LOWEST = re.compile(r"(?:greater than or equal to|range x>=)\s?(?P<low>-?[\d.]*\d)")


def is_usage_error(error: BaseException) -> bool:
    """Tell the parser's own errors of usage, whichever class its version gives them."""
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def told(error: Any, arguments: Sequence[str]) -> str:
    """Return what is wrong with a command line, and where its help is."""
    context = getattr(error, "ctx", None)
    hint = f" See '{context.command_path} --help'." if context is not None else ""
    message = " ".join((_own(error, context, arguments) or error.format_message()).split())
    return f"{message}{'' if message[-1] in '.?' else '.'}{hint}" if message else ""


def _own(error: Any, context: Any, arguments: Sequence[str]) -> str:
    """Return the house's words for an error, empty where it has none."""
    kind, parameter = type(error).__name__, getattr(error, "param", None)
    if kind == "NoSuchOption":
        return _no_option(error.option_name, context, arguments)
    if kind == "MissingParameter" and parameter is not None:
        return f"{context.info_name}: {_all_names(parameter)} is missing"
    if kind == "BadOptionUsage":
        if any(word.startswith(f"{error.option_name}=") for word in arguments):
            return f"{error.option_name} is a switch and takes no value"
        return f"{error.option_name}: a value is missing behind it"
    if kind == "BadParameter" and parameter is not None:
        return _bad_value(parameter, str(error.message), arguments)
    commands = getattr(getattr(context, "command", None), "commands", None)
    typed = arguments[len(context.command_path.split()) - 1 :] if commands is not None else []
    if commands is not None and typed and typed[0] not in commands:
        known = sorted(name for name, command in commands.items() if not command.hidden)
        near = near_matches(typed[0], known) or f" The commands are: {', '.join(known)}."
        nor = ", and no such file" if typed[0] == arguments[0] else ""
        return f"there is no command '{typed[0][:_LENGTH_MAX]}'{nor}.{near}"
    extra = re.search(r"extra arguments?(?:\(s\))?\s(?P<words>.*)", str(getattr(error, "message", "")))
    if extra and context is not None:
        words = extra["words"].strip("() '")
        return f"{context.info_name}: '{words}' was not expected there; a path with blanks in it needs quotes"
    return ""


def _no_option(typed: str, context: Any, arguments: Sequence[str]) -> str:
    """Say that there is no such option, and which are near, or else meant."""
    parameters = context.command.get_params(context) if context is not None else []
    known = [name for parameter in parameters for name in parameter.opts if name.startswith("-")]
    said = f"there is no option {typed[:_LENGTH_MAX]}."
    if typed.lstrip("-") in ("lap", "laps") and context is not None and context.info_name == "compare":
        return f"{said} Laps stand behind the file's name: ride.fit@lap1 ride.fit@lap2."
    # the dashes are not part of the likeness
    words = {name.lstrip("-"): name for name in known}
    near = [words[name] for name in get_close_matches(typed.lstrip("-"), words, n=3, cutoff=0.6)]
    meant = _meant(typed.lstrip("-").casefold(), near, arguments)
    return said + (f" Did you mean {' or '.join(map(repr, meant))}?" if meant else "")


def _meant(word: str, near: list[str], arguments: Sequence[str]) -> list[str]:
    """Return the options that a word stands for: by other names of theirs, else near ones, else by what help says."""
    command, _ = app.find(arguments)
    declared = [] if command is None else [one.annotation.__metadata__[0] for one in Taken(command.function).parameters]
    flags = [one for one in declared if isinstance(one, Flag)]
    told = {flag: re.findall(r"[a-z]+", f"{flag.help} {flag.metavar or ''}".casefold()) for flag in flags}
    alike = {word, f"{word}s", word.removesuffix("s")}
    ranks = (
        [_first_name(flag) for flag in flags if word in flag.also],
        near,
        [_first_name(flag) for flag, said in told.items() if said[0] in alike],
        [_first_name(flag) for flag, said in told.items() if alike.intersection(said)],
    )
    return next((found for found in ranks if 0 < len(found) <= _MEANT_MAX), [])


def _first_name(flag: Flag) -> str:
    """Return what an option is called first."""
    return flag.names[0].partition("/")[0]


def _named(parameter: Any) -> str:
    """Return what an option or argument is called in the help."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    return str(parameter.opts[0])


def _all_names(parameter: Any) -> str:
    """Return every name of an option, the short one first."""
    if parameter.param_type_name == "argument":
        return _named(parameter)
    return "/".join(sorted(parameter.opts, key=len))


def _bad_value(parameter: Any, message: str, arguments: Sequence[str]) -> str:
    """Say what was typed for an option and what was expected."""
    typed, where = _typed(parameter, arguments), _named(parameter)
    if typed is None:
        return ""
    shown = f"{where}: '{typed[:_LENGTH_MAX]}'"
    _, _, choices = message.partition("not one of ")
    if choices:
        known = re.findall(r"'([^']*)'", choices)
        return f"{shown} is none of {', '.join(known)}.{near_matches(typed, known)}"
    if "integer" in message:
        return f"{shown} is not a whole number"
    if "number" in message or "float" in message:
        return f"{shown} is not a number"
    lowest = _LOWEST.search(message)
    return f"{shown} is too small; {lowest['low']} or more was expected" if lowest else f"{shown}: {message}"


def _typed(parameter: Any, arguments: Sequence[str]) -> str | None:
    """Return the last value that was typed for an option."""
    found = None
    for at, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name in parameter.opts:
            found = value if equals else next(iter(arguments[at + 1 : at + 2]), None)
    return found
