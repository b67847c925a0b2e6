"""Flags and arguments of commands as they are declared, without a parser: that loads slowly, and is rarely needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


class Flag:
    """What an option is called, and what its help says; ``also``: words that are typed for it by mistake."""

    def __init__(
        self,
        *names: str,
        help: str,
        metavar: str | None = None,
        panel: str | None = None,
        min: float | None = None,
        also: tuple[str, ...] = (),
    ) -> None:
        self.names, self.help, self.metavar, self.panel, self.min, self.also = names, help, metavar, panel, min, also


class Argument:
    """What is typed without a name in front."""

    def __init__(self, *, metavar: str, help: str) -> None:
        self.metavar, self.help = metavar, help


@dataclass(frozen=True)
class Command:
    """A command: the function that does it, and the last line of its help."""

    function: Callable[..., Any]
    epilog: str

    @property
    def name(self) -> str:
        """What is typed for it."""
        return self.function.__name__.strip("_").replace("_", "-")


class Program:
    """The program's commands, and groups of them under one name; their modules add them."""

    def __init__(self, help: str = "", epilog: str = "") -> None:
        self.help, self.epilog = help, epilog
        self.commands: dict[str, Command] = {}
        self.groups: dict[str, Program] = {}

    def find(self, words: Sequence[str]) -> tuple[Command | None, Sequence[str]]:
        """Return the command that a line begins with, if it does, and the words behind it."""
        group = self.groups.get(words[0]) if words else None
        if group is not None:
            return group.find(words[1:])
        return (self.commands.get(words[0]) if words else None), words[1:]

    def group(self, name: str, *, help: str, epilog: str) -> Program:
        """Add a group of commands."""
        self.groups[name] = Program(help, epilog)
        return self.groups[name]

    def command(self, *, epilog: str) -> Callable[[Function], Function]:
        """Add a function as a command."""

        def add(function: Function) -> Function:
            added = Command(function, epilog)
            self.commands[added.name] = added
            return function

        return add


app = Program()
