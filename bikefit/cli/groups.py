"""Groups of flags as one parameter of a command.

A group is a frozen dataclass whose fields are annotated as typer options. `expand_groups` shows typer the fields and
hands the command the group.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, get_type_hints


def expand_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Show typer the fields of a command's flag groups as parameters of its own.

    Parameters
    ----------
    command : callable
        A command; each parameter annotated with a flag group is replaced by the group's fields.

    Returns
    -------
    callable
        Takes the single flags and calls the command with the groups.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if name != "return" and is_dataclass(hint)}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name not in groups:
            parameters.append(parameter.replace(annotation=hints[name]))
            continue
        own = get_type_hints(groups[name], include_extras=True)
        for item in fields(groups[name]):
            default = list(item.default) if isinstance(item.default, tuple) else item.default
            parameters.append(
                inspect.Parameter(item.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=own[item.name])
            )

    for parameter in parameters:
        for info in getattr(parameter.annotation, "__metadata__", ()):
            info.readable = False  # whoever reads a file says that it cannot, with the exit code for that

    @wraps(command)
    def run(**given: Any) -> None:
        made = {
            name: group(**{item.name: given.pop(item.name) for item in fields(group)}) for name, group in groups.items()
        }
        command(**given, **made)

    ordered = sorted(parameters, key=lambda parameter: parameter.kind)
    run.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in ordered} | {"return": None}
    return run
