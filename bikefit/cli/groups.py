"""Groups of flags as one parameter of a command.

A group is a frozen dataclass whose fields are annotated as flags or hold ``flag`` and ``help`` in their metadata, or
the flags of a session's options. `Taken` takes a command apart into single flags, and hands it the groups.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Annotated, Any, TypeVar, get_type_hints

from bikefit.cli.declared import Flag
from bikefit.cli.flags import AsTyped, SessionFlags

Mark = TypeVar("Mark")


class Taken:
    """A command taken apart: its flags and arguments one by one."""

    def __init__(self, command: Callable[..., Any]) -> None:
        hints = get_type_hints(command, include_extras=True)
        self.command = command
        self.groups: dict[str, Any] = {
            name: hint for name, hint in hints.items() if name != "return" and is_dataclass(hint)
        }
        self.sessions = {name: told for name, hint in hints.items() if (told := _mark(hint, SessionFlags)) is not None}
        self.repeated = {name: mark.of for name, hint in hints.items() if (mark := _mark(hint, AsTyped)) is not None}
        parameters: list[inspect.Parameter] = []
        for name, parameter in inspect.signature(command).parameters.items():
            if name in self.groups:
                parameters += _of_group(self.groups[name])
            elif name in self.sessions:
                parameters += self.sessions[name].parameters()
            elif name not in self.repeated:
                parameters.append(parameter.replace(annotation=hints[name]))
        self.parameters = sorted(parameters, key=lambda parameter: parameter.kind)

    def call(self, given: Mapping[str, Any], typed: Collection[str]) -> Any:
        """Do the command with a value for each of its parameters, and the names of those that were typed."""
        rest = dict(given)
        made: dict[str, Any] = {
            name: group(**{item.name: rest.pop(item.name) for item in _flags(group)})
            for name, group in self.groups.items()
        }
        for name, flags in self.sessions.items():
            own = {flag.name: rest.pop(flag.name) for flag in flags.parameters()}
            told = {flag: value for flag, value in own.items() if flag in typed}
            made[name] = flags.said(told)
            made |= {other: flags.words(told) for other, of in self.repeated.items() if of == name}
        return self.command(**rest, **made)


def _mark(hint: Any, kind: type[Mark]) -> Mark | None:
    """Return the mark of a kind that a parameter is annotated with, if it is."""
    return next((item for item in getattr(hint, "__metadata__", ()) if isinstance(item, kind)), None)


def _of_group(group: Any) -> list[inspect.Parameter]:
    """Return the fields of a group as parameters."""
    return [
        inspect.Parameter(
            item.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=list(item.default) if isinstance(item.default, tuple) else item.default,
            annotation=annotation,
        )
        for item, annotation in _flags(group).items()
    ]


def _flags(group: Any) -> dict[Field[Any], Any]:
    """Return the fields of a group that are flags, each with its annotation; one made of metadata may have none."""
    hints = get_type_hints(group, include_extras=True)
    found: dict[Field[Any], Any] = {}
    for item in fields(group):
        about = item.metadata
        if not about:
            found[item] = hints[item.name]
        elif about["flag"]:
            unit = f", {about['unit']}" if about["unit"] else ""
            limits = f" ({about['low']:.10g} to {about['high']:.10g})" if about["high"] is not None else ""
            found[item] = Annotated[
                hints[item.name],
                Flag(about["flag"], help=f"{about['help']}{unit}{limits}.", metavar=_metavar(about["unit"])),
            ]
    return found


def _metavar(unit: str) -> str:
    """Return what stands for a number in help: its unit, or N.

    Examples
    --------
    >>> _metavar("rpm"), _metavar("degrees per hour"), _metavar("")
    ('RPM', 'DEGREES/HOUR', 'N')
    """
    return unit.upper().replace(" PER ", "/").replace(" ", "-") or "N"
