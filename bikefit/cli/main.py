"""Run a command and turn whatever happens into an exit code and, at most, two plain lines."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from bikefit.cli.arguments import quotes_needed, settled, torn_path
from bikefit.cli.memory import keep_freed_memory, look_for_circles_rarely
from bikefit.errors import BikefitError, UsageError, in_words

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done; 2 wrong usage; 3 unreadable or nothing usable; 4 a batch with failures."""
    arguments = settled(sys.argv[1:] if arguments is None else arguments)
    try:
        look_for_circles_rarely()
        make_encodable()
        # the vectors here are too short for a BLAS's threads, which cost more than they give
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        code = _run(arguments)
        sys.stdout.flush()
    except BikefitError as error:
        torn = torn_path(arguments)
        _complain(quotes_needed(torn) if torn else str(error), arguments, error)
        code = UsageError.exit_code if torn else error.exit_code
    except BrokenPipeError:
        # the reader of our output has left, as with "| head"; what is buffered has nowhere to go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        code = _interrupted()
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # Python 3.11 wraps one that falls into a class's making
            raise SystemExit(_interrupted()) from None
        known = in_words(error)
        if known is None:
            raise
        message, code = known
        _complain(message, arguments, error)
    raise SystemExit(code)


def _interrupted() -> int:
    """Say that the user ended it, and return the exit code for that."""
    print("bikefit: interrupted.", file=sys.stderr)
    return INTERRUPTED


def make_encodable() -> None:
    """Let a character that the terminal cannot encode come out as a question mark instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _run(arguments: list[str]) -> int:
    """Run the app and return its exit code; its own errors of usage are printed here."""
    from bikefit.cli import clients, commands, demo, page, studio  # noqa: F401  (they add themselves to the program)
    from bikefit.cli.declared import app

    if plainly := _plain(arguments):
        keep_freed_memory()
        return _code(plainly())
    from bikefit.cli.parser import typer_app
    from bikefit.cli.usage import is_usage_error, told

    # completing a line takes every command
    only = None if os.environ.get("_BIKEFIT_COMPLETE") else next(iter(arguments), "")
    try:
        code = typer_app(app, only)(arguments, prog_name="bikefit", standalone_mode=False)
    except Exception as error:
        if not is_usage_error(error):
            if type(error).__name__ == "Abort":
                return INTERRUPTED
            raise
        torn = torn_path(arguments)
        if message := quotes_needed(torn) if torn else told(error, arguments):
            _complain(message, arguments, error)
        return int(error.exit_code)  # type: ignore[attr-defined]
    return _code(code)


def _plain(arguments: Sequence[str]) -> Callable[[], object] | None:
    """Return the call of a command line that needs no parser, else None."""
    from bikefit.cli.declared import app
    from bikefit.cli.groups import Taken
    from bikefit.cli.plain import plain_call

    command, words = app.find(arguments)
    if command is None or os.environ.get("_BIKEFIT_COMPLETE"):
        return None
    return plain_call(Taken(command.function), words)


def _code(answer: object) -> int:
    """Return a command's exit code: what it says itself, or 0."""
    return answer if isinstance(answer, int) else 0


def _complain(message: str, arguments: Sequence[str], error: BaseException) -> None:
    """Say on standard error what went wrong, with the traceback where it was asked for."""
    if "--debug" in arguments:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    print(f"bikefit: {message}", file=sys.stderr)
