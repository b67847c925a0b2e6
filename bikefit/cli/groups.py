"""Groups of flags as one parameter of a command.

A group is a frozen dataclass whose fields are annotated as typer options or hold ``flag`` and ``help`` in their
metadata, or the flags of a session's options. `expand_groups` shows typer the flags one by one and hands the command
the group.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import Field, fields, is_dataclass
from functools import wraps
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

from bikefit.cli.flags import AsTyped, SessionFlags

Mark = TypeVar("Mark")


def expand_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Show typer the flags of a command's groups as parameters of its own, and hand the command the groups."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if name != "return" and is_dataclass(hint)}
    sessions = {name: told for name, hint in hints.items() if (told := _mark(hint, SessionFlags)) is not None}
    repeated = {name: mark.of for name, hint in hints.items() if (mark := _mark(hint, AsTyped)) is not None}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name in groups:
            parameters += _of_group(groups[name])
        elif name in sessions:
            parameters += sessions[name].parameters()
        elif name not in repeated:
            parameters.append(parameter.replace(annotation=hints[name]))

    for parameter in parameters:
        for info in getattr(parameter.annotation, "__metadata__", ()):
            info.readable = False  # whoever reads a file says that it cannot, with the exit code for that

    @wraps(command)
    def run(context: typer.Context, **given: Any) -> None:
        made: dict[str, Any] = {
            name: group(**{item.name: given.pop(item.name) for item in _flags(group)}) for name, group in groups.items()
        }
        for name, flags in sessions.items():
            own = {flag.name: given.pop(flag.name) for flag in flags.parameters()}
            typed = {flag: value for flag, value in own.items() if _was_typed(context, flag)}
            made[name] = flags.said(typed)
            made |= {other: flags.words(typed) for other, of in repeated.items() if of == name}
        command(**given, **made)

    seen = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    ordered = [seen, *sorted(parameters, key=lambda parameter: parameter.kind)]
    run.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in ordered} | {"return": None}
    return run


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
            option = typer.Option(about["flag"], help=f"{about['help']}{unit}{limits}.")
            found[item] = Annotated[hints[item.name], option]
    return found


def _was_typed(context: typer.Context, flag: str) -> bool:
    """Tell a flag that was typed from one that has its default."""
    source = context.get_parameter_source(flag)
    return source is not None and not source.name.startswith("DEFAULT")
