"""Typer's parser, made of what the commands declare: for help, wrong usage, completion and all that is not plain."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from bikefit import __version__
from bikefit.cli.declared import Argument, Command, Flag, Program
from bikefit.cli.groups import Taken


class _Plain:
    """Leaves the library's words for types out of help: a switch takes nothing, an argument has its name."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters as help shows them."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            if getattr(param, "is_flag", False):
                param.metavar = ""
            elif param.param_type_name == "argument":
                param.display_type_rich = lambda ctx: None
        return params


class PlainCommand(_Plain, TyperCommand):
    """A command with plain help."""


class PlainGroup(_Plain, TyperGroup):
    """A program, or a group of commands, with plain help."""


def typer_app(program: Program, only: str | None = None) -> typer.Typer:
    """Return the program as typer takes it; with ``only`` the other commands have their names and help, no flags."""
    made = typer.Typer(
        name="bikefit",
        cls=PlainGroup,
        epilog="Example: bikefit analyze ride.fit --report result.html",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(bikefit)
    for name, command in program.commands.items():
        _add(made, name, command, whole=only in (None, name))
    for name, group in program.groups.items():
        inner = typer.Typer(cls=PlainGroup, help=group.help, epilog=group.epilog, no_args_is_help=True)
        for called, command in group.commands.items():
            _add(inner, called, command, whole=only in (None, name))
        made.add_typer(inner, name=name)
    return made


def _add(program: typer.Typer, name: str, command: Command, *, whole: bool) -> None:
    """Add a command to a program, or nothing of it but its name and help."""
    program.command(name, cls=PlainCommand, epilog=command.epilog)(_whole(command) if whole else _named(command))


def _show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        typer.echo(f"bikefit {__version__}")
        raise typer.Exit


def bikefit(
    version: Annotated[
        bool, typer.Option("--version", "-v", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """From a recording of how the feet turn on the pedals to a cleat wedge count, with how sure that is.

    'bikefit FILE' says what a recording holds and analyses it.
    """


def _named(command: Command) -> Any:
    """Return a command that has nothing but its help."""

    def run() -> None:
        """Do nothing: another command is called."""

    run.__doc__ = command.function.__doc__
    return run


def _whole(command: Command) -> Any:
    """Return a command as typer takes it, flag by flag."""
    taken = Taken(command.function)

    def run(context: typer.Context, **given: Any) -> Any:
        return taken.call(given, [name for name in given if _was_typed(context, name)])

    seen = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    ordered = [seen, *(one.replace(annotation=_annotation(one.annotation)) for one in taken.parameters)]
    run.__doc__ = command.function.__doc__
    run.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in ordered} | {"return": None}
    return run


def _annotation(annotation: Any) -> Any:
    """Return a parameter's annotation with typer's marks."""
    declared: Flag | Argument = annotation.__metadata__[0]
    info: Any
    if isinstance(declared, Argument):
        info = typer.Argument(metavar=declared.metavar, help=declared.help)
    else:
        info = typer.Option(
            *declared.names,
            metavar=declared.metavar,
            help=declared.help.replace("[", r"\["),  # a default in brackets is no markup
            rich_help_panel=declared.panel,
            min=declared.min,
        )
    info.readable = False  # whoever reads a file says that it cannot, with the exit code for that
    return Annotated[annotation.__origin__, info]


def _was_typed(context: typer.Context, flag: str) -> bool:
    """Tell a flag that was typed from one that has its default."""
    source = context.get_parameter_source(flag)
    return source is not None and not source.name.startswith("DEFAULT")
